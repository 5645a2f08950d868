package control

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// TokenRequest says whose token is wanted: a user's, a client's, a user's
// through a client, or one with certain permissions. Nothing at all means the
// client of the fixtures' environment.
type TokenRequest struct {
	User        string   `json:"user,omitempty"`        // e-mail address; without Client, the token is of mockcloud's own client
	Client      string   `json:"client,omitempty"`      // id; without User, of a client-credentials client
	Permissions []string `json:"permissions,omitempty"` // a new client that holds exactly these; "none" alone means no permission
	Division    string   `json:"division,omitempty"`    // where it holds them, by id or name; "" means everywhere
}

// TokenResponse is an access token, in OAuth's words.
type TokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// Issue makes a token without asking for a secret or a password.
func (c *Control) Issue(ctx context.Context, wanted TokenRequest) (*TokenResponse, error) {
	named := wanted.User != "" || wanted.Client != ""
	switch {
	case named && len(wanted.Permissions) > 0:
		return nil, apierr.BadRequest("Name a user, a client or both; or else permissions.")
	case named && wanted.Division != "":
		return nil, apierr.BadRequest("A division goes with permissions alone.")
	case !named && len(wanted.Permissions) == 0:
		wanted.Client = c.Fixtures.Environment().ClientID
		if wanted.Client == "" {
			return nil, apierr.BadRequest("The fixtures have no client-credentials client: name a user or a client.")
		}
	}
	org, err := c.orgWith(ctx, wanted)
	if err != nil {
		return nil, err
	}
	switch {
	case wanted.User != "":
		return c.issueToUser(ctx, org, wanted.User, wanted.Client)
	case wanted.Client != "":
		return c.issueToClient(ctx, org, wanted.Client)
	default:
		return c.issueAdHoc(ctx, org, wanted)
	}
}

// orgWith finds the organization that has the user or the client. Ad-hoc
// clients go to the first one.
func (c *Control) orgWith(ctx context.Context, wanted TokenRequest) (org string, err error) {
	err = c.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			in := tx.In(id)
			has := len(wanted.Permissions) > 0
			if wanted.User != "" {
				_, err := identity.UserByEmail(in, wanted.User)
				has = err == nil
			} else if wanted.Client != "" {
				has = identity.Clients.Has(in, wanted.Client)
			}
			if has {
				org = id
				return nil
			}
		}
		switch {
		case wanted.User != "":
			return apierr.Newf(http.StatusNotFound, "not.found", "There is no user with the e-mail address %.200s.", wanted.User)
		case wanted.Client != "":
			return noSuchClient(wanted.Client)
		default:
			return apierr.New(http.StatusNotFound, "not.found", "There is no organization.")
		}
	})
	return org, err
}

func (c *Control) issueToUser(ctx context.Context, org, email, clientID string) (answer *TokenResponse, err error) {
	err = c.DB.View(ctx, org, func(tx *store.Tx) error {
		user, err := identity.UserByEmail(tx, email)
		if err != nil {
			return err
		}
		if user.State != identity.UserActive {
			return apierr.Newf(http.StatusBadRequest, "bad.request", "The user is %s.", user.State)
		}
		client := identity.Builtin()
		if clientID != "" {
			if client, err = activeClient(tx, clientID, c.Clock.Now()); err != nil {
				return err
			}
			if client.GrantType == identity.GrantClientCredentials {
				return apierr.Newf(http.StatusBadRequest, "bad.grant.type", "A client of the type %s has no tokens of users.", client.GrantType)
			}
		}
		answer, err = c.mintFor(tx, client, user)
		return err
	})
	return answer, err
}

func activeClient(tx *store.Tx, id string, now time.Time) (*identity.Client, error) {
	client, err := identity.PeekClient(tx, id, now)
	if err == nil && client.State != identity.ClientActive {
		return nil, notActive(client)
	}
	return client, err
}

func notActive(c *identity.Client) *apierr.Error {
	return apierr.Newf(http.StatusBadRequest, "bad.client.state", "The client is %s.", c.State)
}

func (c *Control) issueToClient(ctx context.Context, org, id string) (answer *TokenResponse, err error) {
	err = c.DB.View(ctx, org, func(tx *store.Tx) error {
		client, err := activeClient(tx, id, c.Clock.Now())
		if err != nil {
			return err
		}
		if client.GrantType != identity.GrantClientCredentials {
			return apierr.Newf(http.StatusBadRequest, "bad.grant.type", "The client is of the type %s; only a %s client has tokens of its own.", client.GrantType, identity.GrantClientCredentials)
		}
		answer, err = c.mint(org, client)
		return err
	})
	return answer, err
}

// issueAdHoc makes a role and a client for the set of permissions, unless an
// earlier request made them.
func (c *Control) issueAdHoc(ctx context.Context, org string, wanted TokenRequest) (answer *TokenResponse, err error) {
	if wanted.Division, err = c.division(ctx, org, wanted.Division); err != nil {
		return nil, err
	}
	permissions := slices.Compact(slices.Sorted(slices.Values(wanted.Permissions)))
	name := "ad hoc: " + strings.Join(permissions, " ") + " in " + wanted.Division
	role := &identity.Role{ID: seed.DeriveID(org, "ad hoc role", name), Name: name}
	if !slices.Equal(permissions, []string{"none"}) {
		if err := c.fillRole(role, permissions); err != nil {
			return nil, err
		}
	}
	stamp := identity.Stamp{At: clock.At(c.Clock.Now()), By: &identity.Ref{ID: identity.BuiltinID, Name: identity.Builtin().Name}}
	client := &identity.Client{
		ID: seed.DeriveID(org, "ad hoc client", name), Name: name, State: identity.ClientActive,
		GrantType: identity.GrantClientCredentials, ValiditySeconds: identity.DefaultValiditySeconds,
		Created: stamp, Modified: stamp,
		TokenGeneration: int(stamp.At.Unix()), // it may have been deleted before, and the tokens of then shall not come back
	}
	err = c.DB.Update(ctx, org, func(tx *store.Tx) error {
		if _, err := identity.CurrentOrg(tx); err != nil { // a reset may have taken it away
			return err
		}
		if err := identity.Roles.Put(tx, role); err != nil {
			return err
		}
		stored, err := identity.Clients.Get(tx, client.ID)
		if err == nil && stored.Gone(c.Clock.Now()) {
			if err := usage.DeleteClient(tx, stored.ID); err != nil {
				return err
			}
			err = store.ErrNotFound
		}
		switch {
		case err == nil:
			client = stored
			if client.State != identity.ClientActive {
				return notActive(client)
			}
		case !errors.Is(err, store.ErrNotFound):
			return err
		default:
			if err := identity.Clients.Insert(tx, client); err != nil {
				return err
			}
		}
		pair := identity.Pair{RoleID: role.ID, DivisionID: wanted.Division}
		return identity.Replace(tx, identity.Subject{Type: identity.SubjectClient, ID: client.ID}, []identity.Pair{pair}, stamp.At)
	})
	if err != nil {
		return nil, err
	}
	return c.mint(org, client)
}

// division finds a division by id or name.
func (c *Control) division(ctx context.Context, org, idOrName string) (id string, err error) {
	if idOrName == "" || idOrName == identity.AllDivisions {
		return identity.AllDivisions, nil
	}
	err = c.DB.View(ctx, org, func(tx *store.Tx) error {
		d, err := identity.Divisions.Peek(tx, idOrName)
		if errors.Is(err, store.ErrNotFound) {
			d, err = identity.DivisionByName(tx, idOrName)
		}
		if errors.Is(err, store.ErrNotFound) {
			return apierr.Newf(http.StatusNotFound, "not.found", "There is no division with the id or name %.100s.", idOrName)
		}
		if err == nil {
			id = d.ID
		}
		return err
	})
	return id, err
}

// fillRole turns domain:entity:action strings, and general permissions, into
// what a role holds. A permission that no operation asks for is a misspelling.
func (c *Control) fillRole(role *identity.Role, permissions []string) error {
	for _, text := range permissions {
		p, err := spec.ParsePermission(text)
		if err != nil {
			return apierr.BadRequest("A permission is written domain:entity:action.")
		}
		if !c.askedFor(p) {
			return apierr.Newf(http.StatusBadRequest, "bad.request", "No operation asks for the permission %.100s.", text)
		}
		if p.General() {
			role.Permissions = append(role.Permissions, text)
			continue
		}
		role.Policies = append(role.Policies, identity.Policy{Domain: p.Domain, EntityName: p.Entity, ActionSet: []string{p.Action}})
	}
	return nil
}

// askedFor says whether p, which may have wildcards, covers a permission of the
// catalogue. General permissions are few and not listed there.
func (c *Control) askedFor(p spec.Permission) bool {
	return p.General() || slices.ContainsFunc(c.Catalogue.Permissions(), func(known spec.Permission) bool {
		return known.Domain == p.Domain && (p.Entity == "*" || known.Entity == p.Entity) && (p.Action == "*" || known.Action == p.Action)
	})
}

func (c *Control) mintFor(tx *store.Tx, client *identity.Client, user *identity.User) (*TokenResponse, error) {
	generation, err := identity.AuthorizationGeneration(tx, client.ID)
	if err != nil {
		return nil, err
	}
	return c.mintGrant(auth.Grant{Org: tx.Org(), ClientOrg: tx.Org(), Client: client, User: user, Authorization: generation})
}

func (c *Control) mint(org string, client *identity.Client) (*TokenResponse, error) {
	return c.mintGrant(auth.Grant{Org: org, ClientOrg: org, Client: client})
}

func (c *Control) mintGrant(g auth.Grant) (*TokenResponse, error) {
	token, err := c.Authority.Mint(g)
	if err != nil {
		return nil, err
	}
	return &TokenResponse{AccessToken: token.Access, TokenType: "bearer", ExpiresIn: token.ExpiresIn}, nil
}
