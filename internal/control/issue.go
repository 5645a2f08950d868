package control

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/store"
)

// TokenRequest says whose token is wanted: a user's, a client's, a user's
// through a client, or one with certain permissions.
type TokenRequest struct {
	User        string   `json:"user,omitempty"`        // e-mail address; without Client, the token is of mockcloud's own client
	Client      string   `json:"client,omitempty"`      // id; without User, of a client-credentials client
	Permissions []string `json:"permissions,omitempty"` // a new client that holds exactly these; "none" alone means no permission
	Division    string   `json:"division,omitempty"`    // the id of the division where it holds them; "" means everywhere
}

// TokenResponse is an access token, in OAuth's words.
type TokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// Issue makes a token without asking for a secret or a password.
func (c *Control) Issue(ctx context.Context, wanted TokenRequest) (*TokenResponse, error) {
	if (wanted.User != "" || wanted.Client != "") == (len(wanted.Permissions) > 0) {
		return nil, apierr.BadRequest("Name a user, a client or both; or else permissions.")
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

// orgWith finds the organisation that has the user or the client. Ad-hoc
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
			return apierr.New(http.StatusNotFound, "client.not.found", "Client was not found.")
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
		client := identity.Builtin
		if clientID != "" {
			if client, err = activeClient(tx, clientID); err != nil {
				return err
			}
			if client.GrantType == identity.GrantClientCredentials {
				return apierr.Newf(http.StatusBadRequest, "bad.grant.type", "A client of the type %s has no tokens of users.", client.GrantType)
			}
		}
		answer, err = c.mint(org, client, user)
		return err
	})
	return answer, err
}

func activeClient(tx *store.Tx, id string) (*identity.Client, error) {
	client, err := identity.PeekClient(tx, id)
	if err == nil && client.State != identity.ClientActive {
		return nil, apierr.Newf(http.StatusBadRequest, "bad.client.state", "The client is %s.", client.State)
	}
	return client, err
}

func (c *Control) issueToClient(ctx context.Context, org, id string) (answer *TokenResponse, err error) {
	err = c.DB.View(ctx, org, func(tx *store.Tx) error {
		client, err := activeClient(tx, id)
		if err != nil {
			return err
		}
		if client.GrantType != identity.GrantClientCredentials {
			return apierr.Newf(http.StatusBadRequest, "bad.grant.type", "The client is of the type %s; only a %s client has tokens of its own.", client.GrantType, identity.GrantClientCredentials)
		}
		answer, err = c.mint(org, client, nil)
		return err
	})
	return answer, err
}

// issueAdHoc makes a role and a client for the set of permissions, unless an
// earlier request made them.
func (c *Control) issueAdHoc(ctx context.Context, org string, wanted TokenRequest) (answer *TokenResponse, err error) {
	if wanted.Division == "" {
		wanted.Division = identity.AllDivisions
	}
	permissions := slices.Compact(slices.Sorted(slices.Values(wanted.Permissions)))
	name := "ad hoc: " + strings.Join(permissions, " ") + " in " + wanted.Division
	role := &identity.Role{ID: seed.DeriveID(org, "ad hoc role", name), Name: name}
	if !slices.Equal(permissions, []string{"none"}) {
		if err := fillRole(role, permissions); err != nil {
			return nil, err
		}
	}
	stamp := identity.Stamp{At: clock.At(c.Clock.Now()), By: &identity.Ref{ID: identity.Builtin.ID, Name: identity.Builtin.Name}}
	client := &identity.Client{
		ID: seed.DeriveID(org, "ad hoc client", name), Name: name, State: identity.ClientActive,
		GrantType: identity.GrantClientCredentials, ValiditySeconds: identity.DefaultValiditySeconds,
		Created: stamp, Modified: stamp,
	}
	err = c.DB.Update(ctx, org, func(tx *store.Tx) error {
		if wanted.Division != identity.AllDivisions {
			if _, err := identity.DivisionByID(tx, wanted.Division); err != nil {
				return err
			}
		}
		if err := identity.Roles.Put(tx, role); err != nil {
			return err
		}
		stored, err := identity.Clients.Get(tx, client.ID)
		switch {
		case err == nil:
			client = stored
		case !errors.Is(err, store.ErrNotFound):
			return err
		default:
			if err := identity.Clients.Insert(tx, client); err != nil {
				return err
			}
		}
		pair := identity.Pair{RoleID: role.ID, DivisionID: wanted.Division}
		return identity.Give(tx, identity.Subject{Type: identity.SubjectClient, ID: client.ID}, pair, stamp.At)
	})
	if err != nil {
		return nil, err
	}
	return c.mint(org, client, nil)
}

// fillRole turns domain:entity:action strings, and general permissions, into
// what a role holds.
func fillRole(role *identity.Role, permissions []string) error {
	for _, p := range permissions {
		parts := strings.Split(p, ":")
		switch {
		case slices.Contains(parts, ""):
			return apierr.BadRequest("A permission is written domain:entity:action.")
		case len(parts) == 1:
			role.Permissions = append(role.Permissions, p)
		case len(parts) == 3:
			role.Policies = append(role.Policies, identity.Policy{Domain: parts[0], EntityName: parts[1], ActionSet: []string{parts[2]}})
		default:
			return apierr.BadRequest("A permission is written domain:entity:action.")
		}
	}
	return nil
}

func (c *Control) mint(org string, client *identity.Client, user *identity.User) (*TokenResponse, error) {
	token, err := c.Authority.Mint(org, client, user)
	if err != nil {
		return nil, err
	}
	return &TokenResponse{AccessToken: token.Access, TokenType: "bearer", ExpiresIn: token.ExpiresIn}, nil
}
