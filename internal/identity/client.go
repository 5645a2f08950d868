package identity

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

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
	DateToDelete    *clock.Time `json:"dateToDelete,omitempty"`
	Created         Stamp       `json:"created"`
	Modified        Stamp       `json:"modified"`
}

// Clients have no index: the API lists all of them on one page, which can as
// well be sorted then.
var Clients = store.Collection[*Client]{
	Name: "oauth/clients",
	Key:  func(c *Client) string { return c.ID },
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

// Builtin is mockcloud's own client, in no organization and in no list. Tokens
// that `mockcloud token --user` prints belong to it.
func Builtin() *Client {
	return &Client{
		ID:              BuiltinID,
		Name:            "mockcloud",
		GrantType:       GrantCode,
		ValiditySeconds: DefaultValiditySeconds,
		State:           ClientActive,
	}
}

// The limits of access token validity, in seconds (facts: oauth.md §9).
const (
	DefaultValiditySeconds = 86400
	MinValiditySeconds     = 300
	MaxValiditySeconds     = 172800
	MaxSCIMValiditySeconds = 38880000 // of clients that only have SCIM scopes
)

// ClientByID returns a client for changing, or the API's 404.
func ClientByID(tx *store.Tx, id string) (*Client, error) {
	c, err := Clients.Get(tx, id)
	return found(c, err, func() *apierr.Error { return clientNotFound(id) })
}

// PeekClient is ClientByID for reading only: the value is shared.
func PeekClient(tx *store.Tx, id string) (*Client, error) {
	c, err := Clients.Peek(tx, id)
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
