package users

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type createInput struct {
	User newUser `body:""`
}

// newUser is the schema CreateUser without the parts that are kept as sent.
type newUser struct {
	Name       string `json:"name"`
	Email      string `json:"email"`
	Department string `json:"department"`
	Title      string `json:"title"`
	Password   string `json:"password"`
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
	if in.User.Password != "" {
		if u.Password, err = newPassword(in.User.Password); err != nil {
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

// newPassword makes what is stored of a password, so that none reaches the
// state file in plain text. It runs inside the write transaction, which all
// writers of the organization wait for, hence the lowest cost that bcrypt has
// (about a millisecond): these are passwords of a mock.
//
// The salt is bcrypt's own and never shows in an answer, so that equal requests
// still get equal answers.
func newPassword(plain string) (*identity.Password, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(plain), bcrypt.MinCost)
	if errors.Is(err, bcrypt.ErrPasswordTooLong) {
		// The real service creates the user all the same; here nothing is stored,
		// so the documented wording would not be true.
		return nil, apierr.New(http.StatusBadRequest, "invalid.password", "A password can have 72 bytes at most. The user was not created.").OnField("password")
	}
	if err != nil {
		return nil, fmt.Errorf("hash password: %w", err)
	}
	return &identity.Password{Hash: string(hash)}, nil
}
