package identity

import (
	"cmp"
	"errors"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Authorization is an organization's approval of an OAuth client, its own or
// another organization's, for everybody in it. It is asked for where scopes are
// enforced (facts: oauth.md §4).
type Authorization struct {
	ClientID  string   `json:"clientId"`
	State     string   `json:"state,omitempty"`     // see Status
	Scope     []string `json:"scope"`               // what was approved, or is asked for in the state Requested
	Requested []string `json:"requested,omitempty"` // what was asked for since it was approved
	// Generation is raised to kill every token of the client that the organization's
	// users have.
	Generation int   `json:"generation,omitempty"`
	Created    Stamp `json:"created"`
	Modified   Stamp `json:"modified"`
}

// The states of an authorization, in the API's words.
const (
	AuthorizationUnauthorized = "Unauthorized" // somebody has asked, and was turned down
	AuthorizationRequested    = "Requested"
	AuthorizationAuthorized   = "Authorized"
	AuthorizationRevoked      = "Revoked"

	// authorizationForgotten is that of a record that only keeps a generation.
	authorizationForgotten = "forgotten"
)

// Authorizations are keyed by client.
var Authorizations = store.Collection[*Authorization]{
	Name: "oauth/authorizations",
	Key:  func(a *Authorization) string { return a.ClientID },
}

// Status is the state. Records that name none were approved.
func (a *Authorization) Status() string { return cmp.Or(a.State, AuthorizationAuthorized) }

// Approved says whether the client may be used.
func (a *Authorization) Approved() bool { return a.Status() == AuthorizationAuthorized }

// Pending says whether somebody waits for an approval.
func (a *Authorization) Pending() bool {
	return a.Status() == AuthorizationRequested || (a.Approved() && len(a.Requested) > 0)
}

// Forgotten says whether the record is none for anybody who asks: it only keeps
// a generation.
func (a *Authorization) Forgotten() bool { return a.State == authorizationForgotten }

// Has says whether the scope was approved, or the one that includes it.
func (a *Authorization) Has(scope string) bool {
	approved := Client{Scope: a.Scope}
	return a.Approved() && approved.Has(scope)
}

// Covers says whether everything that the client may ask for was approved.
func (a *Authorization) Covers(c *Client) bool {
	return a.Approved() && !slices.ContainsFunc(c.Scope, func(s string) bool { return !a.Has(s) })
}

// Decide sets the state, and the scopes that it is about. The tokens of the
// organization's users end with an approval, and whenever it is revoked.
func (a *Authorization) Decide(state string, scope []string, by Stamp) {
	if state == AuthorizationRevoked || (a.Approved() && state != AuthorizationAuthorized) {
		a.Generation++
	}
	a.State, a.Scope, a.Requested, a.Modified = state, scope, nil, by
	if a.Created.At == nil {
		a.Created = by
	}
}

// Ask notes that somebody who may not approve the client wants to use it, and
// says whether that is news.
func (a *Authorization) Ask(c *Client, by Stamp) bool {
	switch {
	case a.Approved():
		if slices.Equal(a.Requested, c.Scope) {
			return false
		}
		a.Requested, a.Modified = c.Scope, by
	case a.State == AuthorizationRequested && slices.Equal(a.Scope, c.Scope):
		return false
	default:
		a.Decide(AuthorizationRequested, c.Scope, by)
	}
	return true
}

// AuthorizationOf returns what the organization has decided about a client, for
// changing; a new record, in no state that approves, where it has decided
// nothing.
func AuthorizationOf(tx *store.Tx, clientID string) (*Authorization, error) {
	a, err := Authorizations.Get(tx, clientID)
	if errors.Is(err, store.ErrNotFound) {
		return &Authorization{ClientID: clientID, State: authorizationForgotten}, nil
	}
	return a, err
}

// AuthorizationByClient returns what the organization has decided about a
// client, or the API's 404. The value is shared.
func AuthorizationByClient(tx *store.Tx, clientID string) (*Authorization, error) {
	missing := func() *apierr.Error { return apierr.NotFound().About(clientID, "authorization") }
	a, err := Authorizations.Peek(tx, clientID)
	if err == nil && a.Forgotten() {
		return nil, missing()
	}
	return found(a, err, missing)
}

// AuthorizationGeneration is the generation that tokens of the client carry which
// the organization's users get now.
func AuthorizationGeneration(tx *store.Tx, clientID string) (int, error) {
	a, err := Authorizations.Peek(tx, clientID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return a.Generation, nil
}

// KeepAuthorizationGeneration makes the generation that of the client, in a state
// that came in place of the one that had it.
func KeepAuthorizationGeneration(tx *store.Tx, clientID string, generation int) error {
	a, err := AuthorizationOf(tx, clientID)
	if err != nil {
		return err
	}
	a.Generation = generation
	return Authorizations.Put(tx, a)
}
