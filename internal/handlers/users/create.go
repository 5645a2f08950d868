package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type createInput struct {
	User newUser `body:""`
}

// newUser is the schema CreateUser without the parts that are kept as sent, and
// without the password: see prepareOfNewUser.
type newUser struct {
	Name       string `json:"name"`
	Email      string `json:"email"`
	Department string `json:"department"`
	Title      string `json:"title"`
	DivisionID string `json:"divisionId"`
	State      string `json:"state"`
}

// create is postUsers. divisionId may be absent, although the specification
// requires it: Terraform leaves it out and means Home. Without a state the user
// is inactive, since no invitation was sent. A new user holds the default role
// employee (facts: authorization.md §10).
func (f *Family) create(_ context.Context, c *handlers.Call, in createInput) (*view, error) {
	if err := in.User.check(); err != nil {
		return nil, err
	}
	division, err := divisionFor(c.Tx, in.User.DivisionID)
	if err != nil {
		return nil, err
	}
	if err := c.RequireIn(division.ID); err != nil {
		return nil, err
	}
	u := &identity.User{
		ID:         c.NewID(),
		Name:       in.User.Name,
		Email:      in.User.Email,
		DivisionID: division.ID,
		State:      in.User.State,
		Version:    1,
		Department: in.User.Department,
		Title:      in.User.Title,
		Created:    clock.At(c.Now()),
	}
	if u.State == "" {
		u.State = identity.UserInactive
	}
	if err := keep(u, c.Input.Body, profileAddresses); err != nil {
		return nil, err
	}
	if p, ok := c.Prepared.(*newPassword); ok {
		if u.Password, err = p.ofNewUser(c); err != nil {
			return nil, err
		}
	}
	if err := directory.Add(c.Tx, u); err != nil {
		return nil, err
	}
	return newRenderer(c, nil).view(u)
}

func (n *newUser) check() error {
	if err := directory.CheckName(n.Name); err != nil {
		return err
	}
	if err := checkEmail(n.Email); err != nil {
		return err
	}
	if n.State == "" {
		return nil
	}
	return checkState(n.State)
}
