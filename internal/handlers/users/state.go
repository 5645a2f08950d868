package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// enter puts u into another state. One that is no longer active loses its
// tokens for good: they stay dead when it comes back. One that comes back to a
// division that is gone lives in the home division.
func enter(c *handlers.Call, u *identity.User, state, reason string) error {
	if u.State == identity.UserActive && state != identity.UserActive {
		u.TokenGeneration++
	}
	if u.State == identity.UserDeleted && !identity.Divisions.Has(c.Tx, u.DivisionID) {
		home, err := identity.HomeDivision(c.Tx)
		if err != nil {
			return err
		}
		u.DivisionID = home.ID
	}
	if state == identity.UserDeleted {
		if err := retire(c, u); err != nil {
			return err
		}
	}
	u.State = state
	u.StateChangeReason = reason
	u.StateChanged = clock.At(c.Now())
	return nil
}

// retire takes a user who is deleted from the queues and groups, and offline.
// Whoever comes back is a member of none.
func retire(c *handlers.Call, u *identity.User) error {
	if err := contactcenter.Leave(c.Tx, u.ID); err != nil {
		return err
	}
	if err := identity.LeaveGroups(c.Tx, u.ID, clock.At(c.Now())); err != nil {
		return err
	}
	if err := contactcenter.Agents.Delete(c.Tx, u.ID); err != nil && !contactcenter.IsNotFound(err) {
		return err
	}
	return nil
}

type userRef struct {
	ID string `param:"userId"`
}

// remove is deleteUser. The record stays, with its e-mail address and its
// grants, and can be restored (facts: authorization.md §10). Deleting twice is
// no error: the specification has a code for it with status 200.
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
	if err := enter(c, u, identity.UserDeleted, ""); err != nil {
		return handlers.Empty{}, err
	}
	u.Version++
	return handlers.Empty{}, save(c, u)
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
	if err := enter(c, u, in.Body.State, in.Body.Reason); err != nil {
		return nil, err
	}
	u.Version++
	if err := save(c, u); err != nil {
		return nil, err
	}
	return stateOf(u), nil
}
