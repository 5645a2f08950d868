package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type userRef struct {
	ID string `param:"userId"`
}

// remove is deleteUser. Deleting twice is no error: the specification has a code
// for it with status 200.
func (f *Family) remove(_ context.Context, c *handlers.Call, in userRef) (handlers.Empty, error) {
	u, err := find(c, in.ID)
	if err != nil {
		return handlers.Empty{}, err
	}
	if err := c.RequireIn(u.DivisionID); err != nil {
		return handlers.Empty{}, err
	}
	if u.State == identity.UserDeleted {
		return handlers.Empty{}, nil
	}
	return handlers.Empty{}, directory.Delete(c.Tx, u, clock.At(c.Now()))
}

// stateView is the schema UserState. Its version is the user's.
type stateView struct {
	State             string      `json:"state"`
	Version           int         `json:"version"`
	StateChangeReason string      `json:"stateChangeReason,omitempty"`
	StateChangeDate   *clock.Time `json:"stateChangeDate,omitempty"`
}

func stateOf(u *identity.User) *stateView {
	return &stateView{State: u.State, Version: u.Version, StateChangeReason: u.StateChangeReason, StateChangeDate: u.StateChanged}
}

// state is getUserState, of deleted users too.
func (f *Family) state(_ context.Context, c *handlers.Call, in userRef) (*stateView, error) {
	u, err := find(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := c.RequireIn(u.DivisionID); err != nil {
		return nil, err
	}
	return stateOf(u), nil
}

type setStateInput struct {
	ID   string `param:"userId"`
	Body struct {
		State   string `json:"state"`
		Reason  string `json:"stateChangeReason"`
		Version *int   `json:"version"`
	} `body:""`
}

// setState is putUserState.
func (f *Family) setState(_ context.Context, c *handlers.Call, in setStateInput) (*stateView, error) {
	if in.Body.State == "" {
		return nil, missing("state")
	}
	if err := checkState(in.Body.State); err != nil {
		return nil, err
	}
	u, err := find(c, in.ID)
	if err != nil {
		return nil, err
	}
	if err := c.RequireIn(u.DivisionID); err != nil {
		return nil, err
	}
	if err := checkVersion(u, in.Body.Version); err != nil {
		return nil, err
	}
	if err := directory.Enter(c.Tx, u, in.Body.State, in.Body.Reason, clock.At(c.Now())); err != nil {
		return nil, err
	}
	u.Touch(clock.At(c.Now()))
	if err := save(c, u); err != nil {
		return nil, err
	}
	return stateOf(u), nil
}
