// Package tokens implements /api/v2/tokens: what a token stands for, its end, and
// after how long without use that comes. Issuing tokens is not here; see package
// login.
package tokens

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
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

// tokenInfo adds when the token ends for lack of use, where it does.
type tokenInfo struct {
	*auth.TokenInfo
	DateTokenIdles *clock.Time `json:"dateTokenIdles,omitempty"`
}

// me describes the caller's token. It works for tokens of users and of clients.
func (f *Family) me(_ context.Context, c *handlers.Call, in meInput) (*tokenInfo, error) {
	c.PreserveIdle = in.PreserveIdle
	at, err := c.Authority.IdlesAt(c.Tx, c.Caller, !in.PreserveIdle)
	if err != nil {
		return nil, err
	}
	info := &tokenInfo{TokenInfo: c.Caller.TokenInfo()}
	if !at.IsZero() {
		info.DateTokenIdles = clock.At(at)
	}
	return info, nil
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
//
// Guess: the permission counts where the user is, since the operation has a
// refusal in words of its own for those who lack it there.
func (f *Family) revokeAll(_ context.Context, c *handlers.Call, in userRef) (handlers.None, error) {
	user, err := identity.Users.Get(c.Tx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, apierr.NotFound().About(in.ID, "user")
	}
	if err != nil {
		return handlers.None{}, err
	}
	if !slices.ContainsFunc(c.Operation.Facts().Permissions, func(p spec.Permission) bool { return c.Caller.Permits(c.Tx, p, user.DivisionID) }) {
		c.Decision.Divisions = append(c.Decision.Divisions, user.DivisionID)
		return handlers.None{}, c.Documented(http.StatusForbidden, "missing.division.permission")
	}
	user.TokenGeneration++
	return handlers.None{}, identity.Users.Put(c.Tx, user)
}
