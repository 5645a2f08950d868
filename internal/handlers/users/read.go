package users

import (
	"context"
	"errors"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type getInput struct {
	ID     string   `param:"userId"`
	State  string   `query:"state"`
	Expand []string `query:"expand"`
}

// get is getUser. state=deleted finds deleted users and nobody else; without it
// a deleted user is not found, while an inactive one is, since Terraform reads
// those without a filter (facts: terraform.md §3).
func (f *Family) get(_ context.Context, c *handlers.Call, in getInput) (*view, error) {
	u, err := peek(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	if u == nil || (u.State == identity.UserDeleted) != (in.State == identity.UserDeleted) {
		return nil, notFound(c, in.ID)
	}
	return newRenderer(c, in.Expand).view(u)
}

// peek returns the shared user, or nil where there is none.
func peek(tx *store.Tx, id string) (*identity.User, error) {
	u, err := identity.Users.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return u, err
}

// meView is the schema UserMe: a user and what only the caller may ask for.
type meView struct {
	*view
	LastTokenIssued *tokenDate        `json:"lastTokenIssued,omitempty"`
	Date            *serverDate       `json:"date,omitempty"`
	Organization    *identity.OrgView `json:"organization,omitempty"`
	OrgRoles        []orgRole         `json:"orgAuthorization,omitempty"`
	OrgProducts     []orgProduct      `json:"orgProducts,omitempty"`
	Token           *auth.TokenInfo   `json:"token,omitempty"`
}

type tokenDate struct {
	DateIssued *clock.Time `json:"dateIssued"`
}

type serverDate struct {
	CurrentDate *clock.Time `json:"currentDate"`
}

type meInput struct {
	Expand []string `query:"expand"`
}

// me is getUsersMe. lasttokenissued tells of the caller's own token: no record
// is kept of the tokens that were issued (decisions.md 10).
func (f *Family) me(_ context.Context, c *handlers.Call, in meInput) (*meView, error) {
	u, err := c.User()
	if err != nil {
		return nil, err
	}
	r := newRenderer(c, in.Expand)
	v, err := r.view(u)
	if err != nil {
		return nil, err
	}
	me := &meView{view: v}
	if r.expand["lasttokenissued"] {
		me.LastTokenIssued = &tokenDate{clock.At(time.Unix(c.Caller.Claims.IssuedAt, 0))}
	}
	if r.expand["date"] {
		me.Date = &serverDate{clock.At(c.Now())}
	}
	if r.expand["organization"] {
		me.Organization = c.Caller.Org.View()
	}
	if r.expand["orgauthorization"] {
		if me.OrgRoles, err = orgRoles(c.Tx); err != nil {
			return nil, err
		}
	}
	if r.expand["orgproducts"] {
		me.OrgProducts = orgProducts
	}
	if r.expand["token"] {
		me.Token = c.Caller.TokenInfo()
	}
	return me, nil
}
