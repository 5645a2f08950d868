package login

import (
	"context"
	"errors"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// password trades a user's address and password for a token. No SDK knows it
// (facts: oauth.md §2), and it is off unless the server is told otherwise
// (§13).
var password = grantType{
	name:       "password",
	clientType: identity.GrantPassword,
	prepare:    checkPassword,
	issue:      issueToPerson,
}

func checkPassword(ctx context.Context, g *grantRequest) error {
	username, err := g.param("username")
	if err != nil {
		return err
	}
	secret, err := g.param("password")
	if err != nil {
		return err
	}
	people, err := g.login.peopleWith(ctx, username, secret, g.clientOrg)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return refuse("invalid_grant", "invalid username or password")
	}
	g.prepared = people[0]
	return nil
}

// issueToPerson gives a token of the person that prepare has found.
func issueToPerson(g *grantRequest, tx *store.Tx) (*issued, error) {
	person := g.prepared.(auth.Person)
	user, err := person.User(tx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, refuse("invalid_grant", "invalid username or password")
	}
	if err != nil {
		return nil, err
	}
	return g.issueTo(tx, person.Org, user)
}

// issueTo gives a token of a user, in the name of what their organization has
// decided about the client until now.
func (g *grantRequest) issueTo(tx *store.Tx, org string, user *identity.User) (*issued, error) {
	generation, err := identity.AuthorizationGeneration(tx.In(org), g.client.ID)
	if err != nil {
		return nil, err
	}
	return &issued{grant: auth.Grant{Org: org, Client: g.client, ClientOrg: g.clientOrg, User: user, Authorization: generation}}, nil
}
