package control

import (
	"context"
	"slices"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Seed replaces every organization by those of the fixtures, in one
// transaction. Signing keys stay, and so do tokens of clients and users that
// the fixtures bring back; a token that was ended stays so.
func (c *Control) Seed(ctx context.Context) error {
	return c.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		ended := make(map[string]*auth.Ended)
		for _, org := range slices.Collect(tx.Orgs()) {
			var err error
			if ended[org], err = c.Authority.EndedTokens(tx.In(org)); err != nil {
				return err
			}
			if err := tx.DropOrg(org); err != nil {
				return err
			}
		}
		now := c.Clock.Now()
		if err := c.Fixtures.Apply(tx, now); err != nil {
			return err
		}
		if c.Plant != nil {
			if err := c.Plant(tx, now); err != nil {
				return err
			}
		}
		for _, org := range slices.Collect(tx.Orgs()) {
			if ended[org] == nil {
				continue
			}
			if err := auth.KeepEnded(tx.In(org), ended[org]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Seeded says whether the state holds an organization.
func (c *Control) Seeded(ctx context.Context) (seeded bool, err error) {
	err = c.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for range tx.Orgs() {
			seeded = true
			break
		}
		return nil
	})
	return seeded, err
}
