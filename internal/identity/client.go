package identity

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The grant types of OAuth clients, in the spelling of the specification.
const (
	GrantCode              = "CODE"
	GrantToken             = "TOKEN" // implicit
	GrantSAML2Bearer       = "SAML2-BEARER"
	GrantPassword          = "PASSWORD"
	GrantClientCredentials = "CLIENT-CREDENTIALS"
)

// The states of an OAuth client.
const (
	ClientActive   = "active"
	ClientInactive = "inactive" // no new tokens; on the way to deletion
	ClientDisabled = "disabled" // set by support; tokens are invalid too
)

// Client is an OAuth client. The roles of a client-credentials client are
// grants of the client as a subject, so that the client and the authorization
// endpoints tell one story.
type Client struct {
	ID              string      `json:"id"`
	Name            string      `json:"name"`
	Description     string      `json:"description,omitempty"`
	GrantType       string      `json:"grantType"`
	ValiditySeconds int         `json:"validitySeconds"` // of access tokens
	RedirectURIs    []string    `json:"redirectUris,omitempty"`
	Scope           []string    `json:"scope,omitempty"`
	State           string      `json:"state"`
	SecretHash      string      `json:"secretHash"`
	TokenGeneration int         `json:"tokenGeneration,omitempty"` // raised to kill every token of the client (decisions.md 10)
	DateToDelete    *clock.Time `json:"dateToDelete,omitempty"`    // of inactive clients: from then on the client is gone
	Created         Stamp       `json:"created"`
	Modified        Stamp       `json:"modified"`
}

// Clients are not indexed by name: the API lists all of them on one page, which
// can as well be sorted then.
var Clients = store.Collection[*Client]{
	Name: "oauth/clients",
	Key:  func(c *Client) string { return c.ID },
	Indexes: []store.Index[*Client]{
		{Name: "deletion", Keys: func(c *Client) []string {
			if c.DateToDelete == nil {
				return nil
			}
			return []string{c.DateToDelete.UTC().Format(clock.Layout)}
		}},
	},
}

// DeletedAfter is how long an inactive client waits for its deletion, unless
// another date was set (facts: oauth.md §9).
const DeletedAfter = 7 * 24 * time.Hour

// SetState makes the client active, inactive or disabled. An inactive client is
// on its way to deletion: at the given time, or after the usual one where that is
// nil and none was set before.
func (c *Client) SetState(state string, now time.Time, toDelete *clock.Time) {
	c.State = state
	switch {
	case state != ClientInactive:
		c.DateToDelete = nil
	case toDelete != nil:
		c.DateToDelete = toDelete
	case c.DateToDelete == nil:
		c.DateToDelete = clock.At(now.Add(DeletedAfter))
	}
}

// Gone says whether the client's time to be deleted has come. Such a client is
// treated as if it were not there; SweepClients removes it in the end.
func (c *Client) Gone(now time.Time) bool {
	return c.DateToDelete != nil && !now.Before(c.DateToDelete.Time)
}

// DeleteClient removes a client, its grants, and what any organization has
// decided about it.
func DeleteClient(tx *store.Tx, id string) error {
	if err := TakeAll(tx, id); err != nil {
		return err
	}
	for org := range tx.Orgs() {
		err := Authorizations.Delete(tx.In(org), id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return Clients.Delete(tx, id)
}

// SweepClients deletes clients that are gone, a few at a time, and returns their
// ids. It is called after any write of a client, which sees to the index.
func SweepClients(tx *store.Tx, now time.Time) ([]string, error) {
	var gone []string
	for c, err := range Clients.Ordered(tx, "deletion", false) {
		if err != nil {
			return nil, err
		}
		if !c.Gone(now) || len(gone) == store.Swept {
			break
		}
		gone = append(gone, c.ID)
	}
	for _, id := range gone {
		if err := DeleteClient(tx, id); err != nil {
			return nil, err
		}
	}
	return gone, nil
}

// Has says whether the client has the scope, or the one that includes it. Whether
// there is such a scope at all is for the caller to know.
func (c *Client) Has(scope string) bool {
	full, readOnly := strings.CutSuffix(scope, ":readonly")
	return slices.Contains(c.Scope, scope) || (readOnly && slices.Contains(c.Scope, full))
}

// CompareClients orders clients by name, whatever its case, then by id.
func CompareClients(a, b *Client) int {
	return cmp.Or(strings.Compare(nameKey(a.Name), nameKey(b.Name)), strings.Compare(a.ID, b.ID))
}

// BuiltinOrg is what tokens of a built-in client name as the client's
// organization; Terraform looks for exactly this (facts: oauth.md §10).
const BuiltinOrg = "purecloud-builtin"

// BuiltinID is the id of mockcloud's own client.
const BuiltinID = "6d6f636b-636c-4f75-a400-000000000001"

// BuiltinCallback is the path at which the console takes the codes of mockcloud's
// own client: its one redirect URI, at whatever origin the browser has reached the
// server by (decisions.md 38).
const BuiltinCallback = "/signin/callback"

// Builtin is mockcloud's own client, in no organization and in no list. Tokens
// that `mockcloud token --user` prints belong to it, and those of the console. It
// has no secret and never gets one.
func Builtin() *Client {
	return &Client{
		ID:              BuiltinID,
		Name:            "mockcloud",
		GrantType:       GrantCode,
		ValiditySeconds: DefaultValiditySeconds,
		State:           ClientActive,
	}
}

// IsBuiltin says whether it is mockcloud's own client.
func (c *Client) IsBuiltin() bool { return c.ID == BuiltinID }

// The limits of access token validity, in seconds (facts: oauth.md §9).
const (
	DefaultValiditySeconds = 86400
	MinValiditySeconds     = 300
	MaxValiditySeconds     = 172800
	MaxSCIMValiditySeconds = 38880000 // of clients that only have SCIM scopes
)

// ClientByID returns a client that is there now for changing, or the API's 404.
func ClientByID(tx *store.Tx, id string, now time.Time) (*Client, error) {
	c, err := Clients.Get(tx, id)
	return clientFound(c, err, id, now)
}

// PeekClient is ClientByID for reading only: the value is shared.
func PeekClient(tx *store.Tx, id string, now time.Time) (*Client, error) {
	c, err := Clients.Peek(tx, id)
	return clientFound(c, err, id, now)
}

func clientFound(c *Client, err error, id string, now time.Time) (*Client, error) {
	if err == nil && c.Gone(now) {
		return nil, clientNotFound(id)
	}
	return found(c, err, func() *apierr.Error { return clientNotFound(id) })
}

func clientNotFound(id string) *apierr.Error {
	return apierr.New(http.StatusNotFound, "client.not.found", "Client was not found.").About(id, "client")
}

// HashSecret is what is stored of a client secret. Secrets are high-entropy, so
// a fast hash suffices (decisions.md 10).
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SecretMatches says whether secret is the client's, in constant time.
func (c *Client) SecretMatches(secret string) bool {
	return c.SecretHash != "" && subtle.ConstantTimeCompare([]byte(HashSecret(secret)), []byte(c.SecretHash)) == 1
}
