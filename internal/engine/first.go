package engine

import "github.com/mockcloud/mockcloud/internal/store"

// DefaultSite is the id of the site that counts as the organization's own where
// nobody has said which one does: the first one. It is "" where there is none.
//
// Guess: the real service makes one with the organization.
func DefaultSite(tx *store.Tx) (string, error) {
	for _, key := range items.Scan(tx, store.Range{Index: "order", Prefix: "/telephony/providers/edges/sites" + separator}) {
		d, err := items.Peek(tx, key)
		if err != nil {
			return "", err
		}
		return d.key(), nil
	}
	return "", nil
}
