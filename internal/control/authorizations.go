package control

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// authorizationRequest says what an organization decides about a client.
type authorizationRequest struct {
	Client string   `json:"client"` // id
	State  string   `json:"state"`  // Authorized if left out; or Requested, Revoked, Unauthorized
	Scope  []string `json:"scope"`  // all of the client's if left out
}

// authorize approves a client, changes the scopes that are approved, or revokes
// the approval, as people of the organization do in the real console
// (decisions.md 39). With a token it is that of the caller's organization;
// without one, that of the client's own. The decision can be read at GET
// /api/v2/oauth/authorizations.
func (c *Control) authorize(ec echo.Context) error {
	r := ec.Request()
	var wanted authorizationRequest
	if err := readJSON(r, &wanted); err != nil {
		return err
	}
	switch wanted.State {
	case "":
		wanted.State = identity.AuthorizationAuthorized
	case identity.AuthorizationAuthorized, identity.AuthorizationRequested, identity.AuthorizationRevoked, identity.AuthorizationUnauthorized:
	default:
		return apierr.BadRequest("The state is Authorized, Requested, Revoked or Unauthorized.").OnField("state")
	}
	err := c.inOrgWith(r, c.DB.Update, []string{"getOauthAuthorization"}, func(tx *store.Tx) error {
		by, err := c.decider(r, tx)
		if err != nil {
			return err
		}
		client, err := c.clientToDecide(tx, wanted.Client, r.Header.Get(echo.HeaderAuthorization) != "")
		if err != nil {
			return err
		}
		if wanted.Scope == nil {
			wanted.Scope = client.Scope
		}
		if i := slices.IndexFunc(wanted.Scope, func(s string) bool { return !c.knownScope(s) || !client.Has(s) }); i >= 0 {
			return apierr.Newf(http.StatusBadRequest, "auth.invalid.scope", "The client has no scope %.100s. It has: %s", wanted.Scope[i], strings.Join(client.Scope, ", ")).OnField("scope")
		}
		decided, err := identity.AuthorizationOf(tx, client.ID)
		if err != nil {
			return err
		}
		decided.Decide(wanted.State, wanted.Scope, identity.Stamp{At: clock.At(c.Clock.Now()), By: by})
		return identity.Authorizations.Put(tx, decided)
	})
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

// decider names whoever sent the request, whose token has been checked but for
// its scopes: mockcloud's own client where there is none.
func (c *Control) decider(r *http.Request, tx *store.Tx) (*identity.Ref, error) {
	_, token, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	if token == "" {
		return &identity.Ref{ID: identity.BuiltinID, Name: identity.Builtin().Name}, nil
	}
	claims, err := c.Authority.Verify(strings.TrimSpace(token))
	if err != nil {
		return nil, auth.BadCredentials() // it has expired in this very moment
	}
	caller, err := c.Authority.Caller(tx, claims)
	if auth.IsDead(err) { // in this very moment, too
		return nil, auth.BadCredentials()
	}
	if err != nil {
		return nil, err
	}
	// The operations with the right permission only read, which a token may do that
	// must not decide what applications may do, its own among them.
	if refusal := caller.RequireScope("oauth"); refusal != nil {
		return nil, refusal
	}
	return caller.Ref(), nil
}

// clientToDecide finds a client of the organization, or with anywhere of any.
func (c *Control) clientToDecide(tx *store.Tx, id string, anywhere bool) (*identity.Client, error) {
	now := c.Clock.Now()
	client, err := identity.PeekClient(tx, id, now)
	if err == nil || !anywhere {
		return client, err
	}
	for org := range tx.Orgs() {
		foreign, err := identity.Clients.Peek(tx.In(org), id)
		switch {
		case err == nil && !foreign.Gone(now):
			return foreign, nil
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return nil, err
}

func (c *Control) knownScope(scope string) bool {
	_, known := slices.BinarySearch(c.Catalogue.Scopes(), scope)
	return known
}
