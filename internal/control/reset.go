package control

import (
	"context"
	"slices"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Seed replaces every organisation by those of the fixtures, in one
// transaction. Signing keys stay, and so do tokens of clients and users that
// the fixtures bring back.
func (c *Control) Seed(ctx context.Context) error {
	return c.DB.Update(ctx, store.Global, func(tx *store.Tx) error {
		for _, org := range slices.Collect(tx.Orgs()) {
			if err := tx.DropOrg(org); err != nil {
				return err
			}
		}
		return c.Fixtures.Apply(tx, c.Clock.Now())
	})
}

// Seeded says whether the state holds an organisation.
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
