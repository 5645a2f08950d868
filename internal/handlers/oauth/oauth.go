// Package oauth implements /api/v2/oauth: clients, their secrets and scopes, what
// organizations have approved, and how often clients called what. Issuing tokens
// is not here; see package login.
package oauth

import (
	"context"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// Family implements the operations. Usage counts what clients call.
type Family struct{ Usage *usage.Recorder }

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getOauthClients", f.list)
	handlers.On(r, "postOauthClients", f.create)
	handlers.On(r, "getOauthClient", f.get)
	handlers.On(r, "putOauthClient", f.replace)
	handlers.On(r, "deleteOauthClient", f.remove)
	handlers.On(r, "postOauthClientSecret", f.renewSecret)
	handlers.On(r, "getOauthScopes", f.scopes)
	handlers.On(r, "getOauthScope", f.scope)
	handlers.On(r, "getOauthAuthorizations", f.authorizations)
	handlers.On(r, "getOauthAuthorization", f.authorization)
	f.registerUsage(r)
}

// client is the schema OAuthClient. The secret is only there in the two answers
// that make one (facts: oauth.md §9).
type client struct {
	ID                         string          `json:"id"`
	Name                       string          `json:"name"`
	AccessTokenValiditySeconds int             `json:"accessTokenValiditySeconds"`
	Description                string          `json:"description,omitempty"`
	RegisteredRedirectURI      []string        `json:"registeredRedirectUri,omitempty"`
	Secret                     string          `json:"secret,omitempty"`
	RoleIDs                    []string        `json:"roleIds,omitempty"`
	DateCreated                *clock.Time     `json:"dateCreated,omitempty"`
	DateModified               *clock.Time     `json:"dateModified,omitempty"`
	CreatedBy                  *identity.Ref   `json:"createdBy,omitempty"`
	ModifiedBy                 *identity.Ref   `json:"modifiedBy,omitempty"`
	AuthorizedGrantType        string          `json:"authorizedGrantType"`
	Scope                      []string        `json:"scope,omitempty"`
	RoleDivisions              []identity.Pair `json:"roleDivisions,omitempty"`
	State                      string          `json:"state"`
	DateToDelete               *clock.Time     `json:"dateToDelete,omitempty"`
	SelfURI                    string          `json:"selfUri"`
}

func view(tx *store.Tx, c *identity.Client) *client {
	return viewWith(c, identity.OwnPairs(tx, c.ID), "")
}

// viewWith is view where the roles are at hand and a secret may be shown.
func viewWith(c *identity.Client, pairs []identity.Pair, secret string) *client {
	v := &client{
		ID: c.ID, Name: c.Name, AccessTokenValiditySeconds: c.ValiditySeconds, Description: c.Description,
		RegisteredRedirectURI: c.RedirectURIs, Secret: secret,
		DateCreated: c.Created.At, DateModified: c.Modified.At, CreatedBy: c.Created.By, ModifiedBy: c.Modified.By,
		AuthorizedGrantType: c.GrantType, Scope: c.Scope, State: c.State, DateToDelete: c.DateToDelete,
		RoleDivisions: pairs, SelfURI: "/api/v2/oauth/clients/" + c.ID,
	}
	seen := make(map[string]bool, len(v.RoleDivisions))
	for _, p := range v.RoleDivisions {
		if !seen[p.RoleID] {
			seen[p.RoleID] = true
			v.RoleIDs = append(v.RoleIDs, p.RoleID)
		}
	}
	return v
}

// list gives every client in one page: the operation has no paging parameters,
// and clients that loop pageCount times would see doubles (facts: oauth.md §9).
func (f *Family) list(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*client], error) {
	var sorted []*identity.Client
	for stored, err := range identity.Clients.All(c.Tx) {
		if err != nil {
			return nil, err
		}
		if stored.Gone(c.Now()) {
			continue
		}
		sorted = append(sorted, stored)
	}
	slices.SortFunc(sorted, identity.CompareClients)
	all := make([]*client, len(sorted))
	for i, stored := range sorted {
		all[i] = view(c.Tx, stored)
	}
	listing := handlers.BareListing(all, handlers.Paging{Size: max(len(all), 1), Number: 1}, len(all))
	listing.SelfURI, listing.FirstURI, listing.LastURI = c.Path, c.Path, c.Path
	return listing, nil
}

type clientRef struct {
	ID string `param:"clientId"`
}

func (f *Family) get(_ context.Context, c *handlers.Call, in clientRef) (*client, error) {
	stored, err := identity.PeekClient(c.Tx, in.ID, c.Now())
	if err != nil {
		return nil, err
	}
	return view(c.Tx, stored), nil
}

// remove deletes a client that was made inactive before, at once and whatever its
// dateToDelete says, and all that hangs on it. The real console asks for it in one
// step for clients younger than 30 days and leaves older ones to their
// dateToDelete (facts: oauth.md §9); that is the console's choice, since Terraform
// deletes clients of any age and waits for seconds only.
func (f *Family) remove(_ context.Context, c *handlers.Call, in clientRef) (handlers.None, error) {
	stored, err := identity.PeekClient(c.Tx, in.ID, c.Now())
	if err != nil {
		return handlers.None{}, err
	}
	if stored.State != identity.ClientInactive {
		return handlers.None{}, c.Documented(http.StatusBadRequest, "cannot.delete.client")
	}
	if err := usage.DeleteClient(c.Tx, stored.ID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, usage.SweepClients(c.Tx, c.Now())
}

// renewSecret makes a new secret; the old one stops working at once. Tokens
// that were issued stay valid.
func (f *Family) renewSecret(_ context.Context, c *handlers.Call, in clientRef) (*client, error) {
	stored, err := identity.ClientByID(c.Tx, in.ID, c.Now())
	if err != nil {
		return nil, err
	}
	secret, err := newSecret(c.Random)
	if err != nil {
		return nil, err
	}
	stored.SecretHash = identity.HashSecret(secret)
	stored.Modified = c.Stamp()
	if err := identity.Clients.Put(c.Tx, stored); err != nil {
		return nil, err
	}
	return viewWith(stored, identity.OwnPairs(c.Tx, stored.ID), secret), nil
}
