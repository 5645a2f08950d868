package users

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
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
	if err := save(c, u); err != nil {
		return nil, err
	}
	if err := employ(c, u); err != nil {
		return nil, err
	}
	return newRenderer(c, nil).view(u)
}

func (n *newUser) check() error {
	if err := checkName(n.Name); err != nil {
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

func checkName(name string) error {
	if strings.TrimSpace(name) == "" {
		return invalid("name", "The name must not be blank.")
	}
	return nil
}

// maxEmail is the longest address that mail can reach (RFC 5321).
const maxEmail = 254

func checkEmail(email string) error {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" || domain == "" || len(email) > maxEmail || strings.ContainsAny(email, " \t\r\n\x00") {
		return invalid("email", "The email is not a valid e-mail address.")
	}
	return nil
}

// checkState refuses the one state that the specification allows and only
// DELETE leads to.
func checkState(state string) error {
	switch state {
	case identity.UserActive, identity.UserInactive:
		return nil
	default:
		return invalid("state", "The state can be set to active or inactive; to delete a user, use DELETE /api/v2/users/{userId}.")
	}
}

// divisionFor returns the division of a new user: Home where none is named.
func divisionFor(tx *store.Tx, id string) (*identity.Division, error) {
	if id == "" {
		return identity.HomeDivision(tx)
	}
	d, err := identity.Divisions.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, invalid("divisionId", fmt.Sprintf("There is no division with the id [%.100s].", id))
	}
	return d, err
}

// employ grants the default role employee in Home. An organization without that
// role has nothing to grant.
func employ(c *handlers.Call, u *identity.User) error {
	role, err := identity.DefaultRole(c.Tx, "employee")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	home, err := identity.HomeDivision(c.Tx)
	if err != nil {
		return err
	}
	return identity.Give(c.Tx, identity.Subject{Type: identity.SubjectUser, ID: u.ID},
		identity.Pair{RoleID: role.ID, DivisionID: home.ID}, u.Created)
}
