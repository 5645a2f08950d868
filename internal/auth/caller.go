package auth

import (
	"errors"
	"net/http"
	"sync"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Caller is whoever sent a request, as one transaction sees it.
type Caller struct {
	Claims  *Claims
	Org     *identity.Org
	Client  *identity.Client
	User    *identity.User // nil for client-credentials tokens
	Builtin bool           // the token belongs to mockcloud's own client

	clientOrg *identity.Org           // where the client lives elsewhere than the user; else nil
	approval  *identity.Authorization // of the client by the user's organization; nil where there is none

	// Where the caller was looked up in a read-only transaction, it is kept for
	// all that see the same state.
	snapshot uint64
	verdicts *sync.Map // *spec.Operation to *verdict; nil in a writing transaction
}

// AuthenticationRequired is the 401 for a missing or garbled bearer token.
func AuthenticationRequired() *apierr.Error {
	return apierr.New(http.StatusUnauthorized, "authentication.required", "No authentication bearer token specified in authorization header.")
}

// BadCredentials is the 401 for a token that is unknown, expired or revoked.
// The API does not tell which.
func BadCredentials() *apierr.Error {
	return apierr.New(http.StatusUnauthorized, "bad.credentials", "Invalid login credentials.")
}

// errDead says in the log and in explanations why a token with a good signature
// no longer works.
type errDead struct{ reason string }

func (e errDead) Error() string { return e.reason }

// Caller looks up who a verified token stands for. The error's text is for logs
// and explanations; errors that are not about the token are wrapped store
// errors (see IsDead).
//
// Whether the token has been idle for too long, and whether the time to delete
// the client has come, is asked each time.
func (a *Authority) Caller(tx *store.Tx, claims *Claims) (*Caller, error) {
	c, err := known(tx, claims)
	if err != nil {
		return nil, err
	}
	if c.Client.Gone(a.config.Clock.Now()) {
		return nil, errDead{"the client was deleted"}
	}
	switch idled, err := a.idled(tx, c); {
	case err != nil:
		return nil, err
	case idled:
		return nil, errDead{idledReason}
	}
	return c, nil
}

// known is the caller as it was found before, or looked up now.
//
// What was found in a read-only transaction holds for every other that sees the
// same state, and any commit ends it; a writing transaction looks for itself.
func known(tx *store.Tx, claims *Claims) (*Caller, error) {
	snapshot := tx.Snapshot()
	if c := claims.caller.Load(); c != nil && snapshot != 0 && c.snapshot == snapshot {
		return c, nil
	}
	c, err := lookUp(tx, claims)
	if err == nil && snapshot != 0 {
		c.snapshot, c.verdicts = snapshot, new(sync.Map)
		claims.caller.Store(c)
	}
	return c, err
}

func lookUp(tx *store.Tx, claims *Claims) (*Caller, error) {
	c := &Caller{Claims: claims}
	var err error
	if c.Org, err = identity.CurrentOrg(tx); err != nil {
		return nil, dead(err, "the organization of the token is gone")
	}
	switch ended, err := revoked.Peek(tx, claims.ID); {
	case err == nil && ended.Idled:
		return nil, errDead{idledReason}
	case err == nil:
		return nil, errDead{"the token was revoked"}
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	case claims.Family != "" && revoked.Has(tx, claims.Family):
		return nil, errDead{"the sign-in that the token comes from was revoked"}
	}
	home := tx
	if claims.ClientOrg != "" {
		home = tx.In(claims.ClientOrg)
	}
	if claims.ClientID == identity.BuiltinID {
		c.Client, c.Builtin = identity.Builtin(), true
	} else if c.Client, err = identity.Clients.Peek(home, claims.ClientID); err != nil {
		return nil, dead(err, "the client was deleted")
	}
	switch {
	case c.Client.State == identity.ClientDisabled:
		return nil, errDead{"the client is disabled"}
	case c.Client.TokenGeneration != claims.ClientGeneration:
		return nil, errDead{"all tokens of the client were revoked"}
	}
	if claims.ClientOrg != "" {
		if c.clientOrg, err = identity.CurrentOrg(home); err != nil {
			return nil, dead(err, "the organization of the client is gone")
		}
	}
	if claims.UserID != "" {
		if c.User, err = identity.Users.Peek(tx, claims.UserID); err != nil {
			return nil, dead(err, "the user is gone")
		}
		switch {
		case c.User.State != identity.UserActive:
			return nil, errDead{"the user is " + c.User.State}
		case c.User.TokenGeneration != claims.UserGeneration:
			return nil, errDead{"all tokens of the user were revoked"}
		}
		if err := c.lookUpApproval(tx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// lookUpApproval refuses tokens of users whose organization has revoked its
// approval of the client since they were issued, whatever it has decided then.
func (c *Caller) lookUpApproval(tx *store.Tx) error {
	if c.Builtin {
		return nil
	}
	generation := 0
	switch decided, err := identity.Authorizations.Peek(tx, c.Client.ID); {
	case err == nil:
		generation = decided.Generation
		if decided.Approved() {
			c.approval = decided
		}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if generation != c.Claims.Authorization {
		return errDead{"the approval of the client was revoked"}
	}
	return nil
}

func dead(err error, reason string) error {
	if errors.Is(err, store.ErrNotFound) {
		return errDead{reason}
	}
	return err
}

// IsDead says whether err means that the token does not work (any more), rather
// than that the server failed.
func IsDead(err error) bool {
	var d errDead
	return errors.As(err, &d)
}

// Subject is whose grants count: the user, or the client where there is none.
func (c *Caller) Subject() identity.Subject {
	if c.User != nil {
		return identity.Subject{Type: identity.SubjectUser, ID: c.User.ID}
	}
	return identity.Subject{Type: identity.SubjectClient, ID: c.Client.ID}
}

// Ref names the caller in createdBy and modifiedBy.
func (c *Caller) Ref() *identity.Ref {
	if c.User != nil {
		return &identity.Ref{ID: c.User.ID, Name: c.User.Name, SelfURI: "/api/v2/users/" + c.User.ID}
	}
	return &identity.Ref{ID: c.Client.ID, Name: c.Client.Name, SelfURI: "/api/v2/oauth/clients/" + c.Client.ID}
}

// Held is what the caller holds, its own grants first.
func (c *Caller) Held(tx *store.Tx) ([]identity.Held, error) { return identity.HeldBy(tx, c.Subject()) }

// Permits says whether some grant of the caller permits p: in the division, or
// in any division where that is "". The general permission admin passes
// everywhere.
func (c *Caller) Permits(tx *store.Tx, p spec.Permission, division string) bool {
	_, ok := c.permittedBy(tx, p, division)
	return ok
}

// permittedBy is Permits that tells by which grant.
func (c *Caller) permittedBy(tx *store.Tx, p spec.Permission, division string) (grant, bool) {
	// What permitted the last request of the token most often permits this one.
	if hint := c.Claims.permitted.Load(); hint != nil && identity.Holds(tx, c.Subject().ID, *hint) {
		if role := permits(tx, *hint, p, division); role != nil {
			return grant{Pair: *hint, role: role.Name}, true
		}
	}
	for h, err := range identity.Holdings(tx, c.Subject()) {
		if err != nil {
			return grant{}, false
		}
		role := permits(tx, h.Pair, p, division)
		switch {
		case role == nil:
		case h.Via != nil:
			return grant{Pair: h.Pair, role: role.Name, group: h.Via.Name}, true
		default:
			c.Claims.permitted.Store(&h.Pair)
			return grant{Pair: h.Pair, role: role.Name}, true
		}
	}
	return grant{}, false
}

// permits returns the role of the pair where a grant of it permits p in the
// division, or in any where that is ""; else nil. A grant of a role that is gone
// permits nothing.
func permits(tx *store.Tx, pair identity.Pair, p spec.Permission, division string) *identity.Role {
	role, err := identity.Roles.Peek(tx, pair.RoleID)
	if err != nil {
		return nil
	}
	inside := division == "" || pair.DivisionID == division || pair.DivisionID == identity.AllDivisions
	if (inside || role.Admin()) && role.Allows(p.Domain, p.Entity, p.Action) {
		return role
	}
	return nil
}

// Divisions returns the divisions in which the caller has p, or all = true when
// that is every division.
func (c *Caller) Divisions(tx *store.Tx, p spec.Permission) (ids []string, all bool, err error) {
	return identity.DivisionsWith(tx, c.Subject(), p.Domain, p.Entity, p.Action)
}

// UserPermits says whether the user holds p in any division, for decisions that
// no token is there for.
func UserPermits(tx *store.Tx, user *identity.User, p spec.Permission) bool {
	return (&Caller{Claims: new(Claims), User: user}).Permits(tx, p, "")
}
