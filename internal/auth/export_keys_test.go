package auth

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// PrivateKeys says of each key in the state, by its id, whether its private half is
// there.
func PrivateKeys(t *testing.T, db *store.DB) map[string]bool {
	t.Helper()
	private := make(map[string]bool)
	err := db.View(t.Context(), store.Global, func(tx *store.Tx) error {
		for k, err := range keys.All(tx) {
			if err != nil {
				return err
			}
			private[k.ID] = len(k.PKCS8) > 0
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// ForgetNumbers makes the keys of the state look as they did before they had
// numbers.
func ForgetNumbers(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
		found, err := readKeys(tx)
		if err != nil {
			return err
		}
		for _, k := range found {
			k.Number = 0
			if err := keys.Put(tx, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
