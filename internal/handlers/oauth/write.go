package oauth

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// clientRequest is the schema OAuthClientRequest.
type clientRequest struct {
	Name                       string          `json:"name"`
	AccessTokenValiditySeconds *int            `json:"accessTokenValiditySeconds"`
	Description                string          `json:"description"`
	RegisteredRedirectURI      []string        `json:"registeredRedirectUri"`
	RoleIDs                    []string        `json:"roleIds"`
	AuthorizedGrantType        string          `json:"authorizedGrantType"`
	Scope                      []string        `json:"scope"`
	RoleDivisions              []identity.Pair `json:"roleDivisions"`
	State                      string          `json:"state"`
	DateToDelete               *clock.Time     `json:"dateToDelete"`
}

type createInput struct {
	Body clientRequest `body:""`
}

func (f *Family) create(_ context.Context, c *handlers.Call, in createInput) (*client, error) {
	if s := in.Body.State; s != "" && s != identity.ClientActive {
		return nil, apierr.New(http.StatusBadRequest, "bad.client.state", "New clients can only have an active state").OnField("state")
	}
	fresh := &identity.Client{ID: c.NewID(), State: identity.ClientActive, Created: c.Stamp()}
	pairs, err := in.Body.apply(c, fresh)
	if err != nil {
		return nil, err
	}
	if err := c.GrantRule.MayGive(c.Tx, c.Caller.Subject(), pairs); err != nil {
		return nil, err
	}
	secret, err := newSecret(c.Random)
	if err != nil {
		return nil, err
	}
	fresh.SecretHash = identity.HashSecret(secret)
	fresh.Modified = fresh.Created
	if err := identity.Clients.Insert(c.Tx, fresh); err != nil {
		return nil, err
	}
	for _, p := range pairs {
		if err := identity.Give(c.Tx, subject(fresh), p, fresh.Created.At); err != nil {
			return nil, err
		}
	}
	return viewWith(fresh, pairs, secret), roomForClient(c)
}

// roomForClient refuses a client, which is stored already, where there are too
// many with it. Those whose time has come do not count.
func roomForClient(c *handlers.Call) error {
	limit := c.Caller.Org.Settings.ClientLimit()
	n, err := identity.Clients.Count(c.Tx)
	if err != nil || n <= limit {
		return err
	}
	if err := usage.SweepClients(c.Tx, c.Now()); err != nil {
		return err
	}
	if n, err = identity.Clients.Count(c.Tx); err == nil && n > limit {
		err = c.Documented(http.StatusBadRequest, "auth.too.many.clients")
	}
	return err
}

type replaceInput struct {
	ID   string        `param:"clientId"`
	Body clientRequest `body:""`
}

func (f *Family) replace(_ context.Context, c *handlers.Call, in replaceInput) (*client, error) {
	stored, err := identity.ClientByID(c.Tx, in.ID, c.Now())
	if err != nil {
		return nil, err
	}
	if stored.State == identity.ClientDisabled {
		return nil, apierr.New(http.StatusBadRequest, "bad.client.state", "Client is disabled.").OnField("state")
	}
	before, had := *stored, identity.OwnPairs(c.Tx, stored.ID)
	pairs, err := in.Body.apply(c, stored)
	if err != nil {
		return nil, err
	}
	now := c.Now() // one time for both: the clock goes on between two looks at it
	if err := in.Body.setState(now, stored); err != nil {
		return nil, err
	}
	if !onlyDeactivates(&before, stored, had, pairs, now) {
		if err := c.GrantRule.MayChange(c.Tx, c.Caller.Subject(), stored.ID, pairs); err != nil {
			return nil, err
		}
	}
	if stored.GrantType != before.GrantType {
		stored.TokenGeneration++ // its tokens were of another kind
	}
	stored.Modified = c.Stamp()
	if err := identity.Clients.Put(c.Tx, stored); err != nil {
		return nil, err
	}
	if err := identity.Replace(c.Tx, subject(stored), pairs, stored.Modified.At); err != nil {
		return nil, err
	}
	return viewWith(stored, pairs, ""), usage.SweepClients(c.Tx, c.Now())
}

// setState makes the client active or inactive. An inactive client can be made
// active again until its dateToDelete; one that is inactive already keeps that
// date unless the request has another.
//
// Guess: a client that is made inactive without a date is deleted seven days
// later, whatever its age; a date that has passed is refused, and that of an
// active client means nothing, since clients send back what they have read.
func (r *clientRequest) setState(now time.Time, to *identity.Client) error {
	state := cmp.Or(r.State, to.State)
	if state == identity.ClientInactive && r.DateToDelete != nil && !r.DateToDelete.After(now) {
		return apierr.New(http.StatusBadRequest, "constraint.validation", "The dateToDelete must lie in the future.").OnField("dateToDelete")
	}
	to.SetState(state, now, r.DateToDelete)
	return nil
}

// onlyDeactivates says whether a change sets the client inactive, to be deleted
// at no other time than it would be anyway, and does nothing else. That much is
// open to whoever may edit clients, else people with the permission to delete
// could never use it (decisions.md 30).
func onlyDeactivates(before, after *identity.Client, had, has []identity.Pair, now time.Time) bool {
	usual := *before
	usual.SetState(identity.ClientInactive, now, nil)
	return after.State == identity.ClientInactive && after.DateToDelete.Equal(usual.DateToDelete.Time) &&
		before.Name == after.Name && before.Description == after.Description && before.GrantType == after.GrantType &&
		before.ValiditySeconds == after.ValiditySeconds && slices.Equal(before.RedirectURIs, after.RedirectURIs) &&
		slices.Equal(before.Scope, after.Scope) && samePairs(had, has)
}

func samePairs(a, b []identity.Pair) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		if !slices.Contains(b, p) {
			return false
		}
	}
	return true
}

func subject(c *identity.Client) identity.Subject {
	return identity.Subject{Type: identity.SubjectClient, ID: c.ID}
}

// apply checks the request and writes all of it but the state into to. It returns
// the roles that the client is to have.
func (r *clientRequest) apply(c *handlers.Call, to *identity.Client) ([]identity.Pair, error) {
	grantType, err := grantTypeOf(r.AuthorizedGrantType)
	if err != nil {
		return nil, err
	}
	validity := identity.DefaultValiditySeconds
	if r.AccessTokenValiditySeconds != nil {
		validity = *r.AccessTokenValiditySeconds
	}
	longest := identity.MaxValiditySeconds
	if r.onlySCIM() {
		longest = identity.MaxSCIMValiditySeconds
	}
	if validity < identity.MinValiditySeconds || validity > longest {
		return nil, apierr.Newf(http.StatusBadRequest, "constraint.validation", "accessTokenValiditySeconds must be between %d and %d.",
			identity.MinValiditySeconds, longest).OnField("accessTokenValiditySeconds")
	}
	if strings.TrimSpace(r.Name) == "" {
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "The name must not be blank.").OnField("name")
	}
	if len(r.RegisteredRedirectURI) > maxRedirectURIs {
		return nil, apierr.Newf(http.StatusBadRequest, "constraint.validation", "A client can have %d redirect URIs at most.", maxRedirectURIs).OnField("registeredRedirectUri")
	}
	if err := r.checkScope(c, grantType); err != nil {
		return nil, err
	}
	switch r.State {
	case "", identity.ClientActive, identity.ClientInactive:
	case identity.ClientDisabled:
		return nil, apierr.New(http.StatusBadRequest, "bad.client.state", "Clients are disabled by support, not by this operation.").OnField("state")
	default:
		return nil, apierr.New(http.StatusBadRequest, "bad.client.state", "Client state is invalid.").OnField("state")
	}
	pairs, err := r.pairs(c, grantType)
	if err != nil {
		return nil, err
	}
	to.Name, to.Description, to.GrantType, to.ValiditySeconds = r.Name, r.Description, grantType, validity
	to.RedirectURIs, to.Scope = r.RegisteredRedirectURI, r.Scope
	return pairs, nil
}

// maxRedirectURIs is a guess (facts: oauth.md §4). What the URIs are is not looked
// at here: the authorize endpoint redirects to none that a browser should not open.
const maxRedirectURIs = 125

// onlySCIM says whether the client is for SCIM alone, as far as its scopes tell.
func (r *clientRequest) onlySCIM() bool {
	return len(r.Scope) > 0 && !slices.ContainsFunc(r.Scope, func(s string) bool { return s != "scim" && s != "scim:readonly" })
}

// grantTypeOf accepts the enum and the two older spellings of official samples,
// and answers with the enum's (facts: oauth.md §9).
func grantTypeOf(s string) (string, error) {
	switch s {
	case "":
		return "", apierr.New(http.StatusBadRequest, "grant.type.required", "Grant type is required.").OnField("authorizedGrantType")
	case identity.GrantCode, identity.GrantToken, identity.GrantPassword, identity.GrantSAML2Bearer, identity.GrantClientCredentials:
		return s, nil
	case "CLIENT_CREDENTIALS":
		return identity.GrantClientCredentials, nil
	case "SAML2BEARER":
		return identity.GrantSAML2Bearer, nil
	default:
		return "", apierr.New(http.StatusBadRequest, "bad.grant.type", "Invalid grant type.").OnField("authorizedGrantType")
	}
}

func (r *clientRequest) checkScope(c *handlers.Call, grantType string) error {
	if len(r.Scope) == 0 && grantType != identity.GrantClientCredentials {
		return apierr.New(http.StatusBadRequest, "missing.client.scope", "Client scope is missing.").OnField("scope")
	}
	known := c.Catalogue.Scopes()
	for _, s := range r.Scope {
		if _, ok := slices.BinarySearch(known, s); !ok {
			return apierr.New(http.StatusBadRequest, "auth.invalid.scope", "Client has invalid scope").OnField("scope")
		}
	}
	return nil
}

// pairs are the roles that the request asks for, in their usual order. roleIds is
// the older form; it carries no division, and then the home division is meant
// (facts: oauth.md §9).
func (r *clientRequest) pairs(c *handlers.Call, grantType string) ([]identity.Pair, error) {
	if len(r.RoleDivisions) > maxRoles || len(r.RoleIDs) > maxRoles {
		return nil, identity.BadClientRole(fmt.Sprintf("A client can hold %d roles at most.", maxRoles))
	}
	pairs := slices.Clone(r.RoleDivisions)
	if len(pairs) == 0 && len(r.RoleIDs) > 0 {
		home, err := identity.HomeDivision(c.Tx)
		if err != nil {
			return nil, err
		}
		for _, id := range r.RoleIDs {
			pairs = append(pairs, identity.Pair{RoleID: id, DivisionID: home.ID})
		}
	}
	if len(pairs) == 0 && grantType == identity.GrantClientCredentials {
		return nil, apierr.New(http.StatusBadRequest, "missing.client.roles", "Client roles and divisions are missing.").OnField("roleDivisions")
	}
	slices.SortFunc(pairs, identity.ComparePairs)
	for _, p := range pairs {
		if !identity.Roles.Has(c.Tx, p.RoleID) {
			return nil, identity.BadClientRole(fmt.Sprintf("There is no role with the id [%.100s].", p.RoleID))
		}
		if p.DivisionID != identity.AllDivisions && !identity.Divisions.Has(c.Tx, p.DivisionID) {
			return nil, identity.BadClientRole(fmt.Sprintf("There is no division with the id [%.100s].", p.DivisionID))
		}
	}
	return pairs, nil
}

// maxRoles is how many roles a client can hold. The real number is unknown.
const maxRoles = 1000

// newSecret draws 32 bytes, written as 43 characters of base64url as the real
// service's secrets are (facts: oauth.md §2).
func newSecret(random io.Reader) (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
