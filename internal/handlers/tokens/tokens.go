// Package tokens implements /api/v2/tokens: what a token stands for, its end, and
// after how long without use that comes. Issuing tokens is not here; see package
// login.
package tokens

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family implements the operations.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getTokensMe", f.me)
	handlers.On(r, "headTokensMe", f.check)
	handlers.On(r, "deleteTokensMe", f.revokeMine)
	handlers.On(r, "deleteToken", f.revokeAll)
	handlers.On(r, "getTokensTimeout", f.timeout)
	handlers.On(r, "putTokensTimeout", f.setTimeout)
}

type meInput struct {
	PreserveIdle bool `query:"preserveIdleTTL"`
}

// me describes the caller's token. It works for tokens of users and of clients.
func (f *Family) me(_ context.Context, c *handlers.Call, in meInput) (*auth.TokenInfo, error) {
	c.PreserveIdle = in.PreserveIdle
	return c.Caller.TokenInfo(), nil
}

// check is the same without a body: clients use it to test a stored token.
func (f *Family) check(context.Context, *handlers.Call, handlers.None) (handlers.None, error) {
	return handlers.None{}, nil
}

// revokeMine kills the token that it is called with.
func (f *Family) revokeMine(_ context.Context, c *handlers.Call, _ handlers.None) (handlers.None, error) {
	return handlers.None{}, c.Authority.Revoke(c.Tx, c.Caller.Claims)
}

type userRef struct {
	ID string `param:"userId"`
}

// revokeAll kills every token of a user. It is no change of the user that
// anybody else would see, so the version stays.
func (f *Family) revokeAll(_ context.Context, c *handlers.Call, in userRef) (handlers.None, error) {
	user, err := identity.Users.Get(c.Tx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, apierr.NotFound().About(in.ID, "user")
	}
	if err != nil {
		return handlers.None{}, err
	}
	user.TokenGeneration++
	return handlers.None{}, identity.Users.Put(c.Tx, user)
}
