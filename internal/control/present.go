package control

import (
	"context"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Present is what the state holds of what the fixtures publish. A state that was
// found may come from other fixtures, or have changed since.
type Present struct {
	Organizations []identity.Ref
	Environment   seed.Environment  // without what does not work here
	Credentials   []seed.Credential // those that work here
}

// Present looks into the state.
func (c *Control) Present(ctx context.Context) (*Present, error) {
	p := &Present{Environment: c.Fixtures.Environment()}
	works := make(map[string]bool)
	err := c.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			in := tx.In(id)
			org, err := identity.CurrentOrg(in)
			if err != nil {
				return err
			}
			p.Organizations = append(p.Organizations, identity.Ref{ID: org.ID, Name: org.Name})
			for _, credential := range c.Fixtures.Credentials() {
				if c.workable(in, credential) {
					works[credential.ID] = true
					works[credential.Login] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, credential := range c.Fixtures.Credentials() {
		if works[credential.ID] {
			p.Credentials = append(p.Credentials, credential)
		}
	}
	if !works[p.Environment.ClientID] {
		p.Environment.ClientID, p.Environment.ClientSecret = "", ""
	}
	if !works[p.Environment.UserEmail] {
		p.Environment.UserEmail, p.Environment.UserPassword = "", ""
	}
	return p, nil
}

// workable says whether somebody could sign in with the credential. Passwords
// are hashed when they are first used, and a hash takes too long to compare
// here: that one still comes from these fixtures says as much.
func (c *Control) workable(tx *store.Tx, credential seed.Credential) bool {
	if credential.Kind == seed.ClientCredential {
		client, err := identity.Clients.Peek(tx, credential.ID)
		return err == nil && client.State == identity.ClientActive && client.SecretMatches(credential.Secret)
	}
	user, err := identity.Users.Peek(tx, credential.ID)
	if err != nil || user.State != identity.UserActive || !strings.EqualFold(user.Email, credential.Login) {
		return false
	}
	if credential.Secret == "" || user.Password == nil {
		return false
	}
	return user.Password.Plain == credential.Secret || user.Password.FromFixtures(c.Fixtures.Digest())
}
