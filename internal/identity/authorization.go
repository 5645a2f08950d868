package identity

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Authorization is an organization's approval of an OAuth client, its own or
// another organization's, for everybody in it. It is asked for where scopes are
// enforced (facts: oauth.md §4).
type Authorization struct {
	ClientID string   `json:"clientId"`
	Scope    []string `json:"scope"` // what was approved
	Created  Stamp    `json:"created"`
	Modified Stamp    `json:"modified"`
}

// Authorizations are keyed by client.
var Authorizations = store.Collection[*Authorization]{
	Name: "oauth/authorizations",
	Key:  func(a *Authorization) string { return a.ClientID },
}

// Covers says whether everything that the client may ask for was approved.
func (a *Authorization) Covers(c *Client) bool {
	approved := Client{Scope: a.Scope}
	return !slices.ContainsFunc(c.Scope, func(s string) bool { return !approved.Has(s) })
}
