package oauth

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// authorization is the schema OAuthAuthorization: what the organization has
// decided about a client, its own or another organization's. Deciding is not in
// the public API: people do it where they log in, and programs at /_mockcloud
// (decisions.md 39).
type authorization struct {
	Client        *client       `json:"client"`
	Scope         []string      `json:"scope"`
	Roles         []string      `json:"roles"`
	ResourceOwner identity.Ref  `json:"resourceOwner"`
	DateCreated   *clock.Time   `json:"dateCreated,omitempty"`
	DateModified  *clock.Time   `json:"dateModified,omitempty"`
	CreatedBy     *identity.Ref `json:"createdBy,omitempty"`
	ModifiedBy    *identity.Ref `json:"modifiedBy,omitempty"`
	Pending       bool          `json:"pending"`
	State         string        `json:"state"`
	SelfURI       string        `json:"selfUri"`
}

// authorizationListing has no paging keys (facts: oauth.md §9).
type authorizationListing struct {
	Total    int              `json:"total"`
	Entities []*authorization `json:"entities"`
	SelfURI  string           `json:"selfUri"`
}

// viewAuthorization describes a decision.
//
// Guess: the resource owner is the organization, whose data the client reaches;
// the roles are those that the client holds in it; pending means that somebody
// waits for an approval.
func viewAuthorization(c *handlers.Call, a *identity.Authorization) (*authorization, error) {
	asked, err := clientAnywhere(c, a.ClientID)
	if err != nil {
		return nil, err
	}
	org := c.Caller.Org
	v := &authorization{
		Client: asked, Scope: orNone(a.Scope), Roles: orNone(asked.RoleIDs),
		ResourceOwner: identity.Ref{ID: org.ID, Name: org.Name, SelfURI: org.View().SelfURI},
		DateCreated:   a.Created.At, DateModified: a.Modified.At, CreatedBy: a.Created.By, ModifiedBy: a.Modified.By,
		Pending: a.Pending(), State: a.Status(), SelfURI: "/api/v2/oauth/authorizations/" + a.ClientID,
	}
	return v, nil
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// clientAnywhere describes a client of any organization; of another one's, only
// what its users are told when they log in. There are few organizations, so it
// looks into each.
func clientAnywhere(c *handlers.Call, id string) (*client, error) {
	own, err := identity.PeekClient(c.Tx, id, c.Now())
	if err == nil {
		return view(c.Tx, own), nil
	}
	for org := range c.Tx.Orgs() {
		foreign, err := identity.Clients.Peek(c.Tx.In(org), id)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		case !foreign.Gone(c.Now()):
			return &client{
				ID: foreign.ID, Name: foreign.Name, AccessTokenValiditySeconds: foreign.ValiditySeconds, Description: foreign.Description,
				AuthorizedGrantType: foreign.GrantType, Scope: foreign.Scope, State: foreign.State, SelfURI: "/api/v2/oauth/clients/" + foreign.ID,
			}, nil
		}
	}
	return nil, err
}

// authorizations lists every decision, by the id of its client. Those about
// clients that are gone are left out.
func (f *Family) authorizations(_ context.Context, c *handlers.Call, _ handlers.None) (*authorizationListing, error) {
	l := &authorizationListing{Entities: []*authorization{}, SelfURI: c.Path}
	for a, err := range identity.Authorizations.All(c.Tx) {
		if err != nil {
			return nil, err
		}
		if a.Forgotten() {
			continue
		}
		v, err := viewAuthorization(c, a)
		if _, gone := errors.AsType[*apierr.Error](err); gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		l.Entities = append(l.Entities, v)
	}
	l.Total = len(l.Entities)
	return l, nil
}

func (f *Family) authorization(_ context.Context, c *handlers.Call, in clientRef) (*authorization, error) {
	a, err := identity.AuthorizationByClient(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return viewAuthorization(c, a)
}
