package integration_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

var now = clock.At(time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC))

// inState runs fn in a transaction on an empty state.
func inState(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Update(t.Context(), "org", fn); err != nil {
		t.Fatal(err)
	}
}

// add installs an integration and stores it.
func add(tx *store.Tx, typeID, id, name string) (*integration.Integration, error) {
	typ, err := integration.TypeByID(tx, typeID)
	if err != nil {
		return nil, err
	}
	i, err := integration.Install(tx, typ, id, name, now)
	if err != nil {
		return nil, err
	}
	return i, integration.All.Insert(tx, i)
}

// An id comes before a name, and a name that several have is none.
func TestNamedFindsByIDAndByName(t *testing.T) {
	t.Parallel()
	inState(t, func(tx *store.Tx) error {
		for id, name := range map[string]string{"1": "Shop", "2": "Twice", "3": "twice", "4": "1"} {
			if _, err := add(tx, "custom-rest-actions", id, name); err != nil {
				return err
			}
		}
		for name, want := range map[string]string{"1": "1", "2": "2", "Shop": "1", "SHOP": "1", "twice": "bad.request", "Nobody": "not.found", "": "not.found"} {
			i, err := integration.Named(tx, name)
			got := ""
			if refusal, ok := errors.AsType[*apierr.Error](err); ok {
				got = refusal.Code
			} else if err != nil {
				return err
			} else {
				got = i.ID
			}
			if got != want {
				t.Errorf("Named(%q) = %s, want %s", name, got, want)
			}
		}
		return nil
	})
}

// The limit counts each type by itself; a type of the organization's own comes
// in place of an embedded one.
func TestTypesOfTheOrganizationsOwn(t *testing.T) {
	t.Parallel()
	inState(t, func(tx *store.Tx) error {
		before, err := integration.Types(tx)
		if err != nil {
			return err
		}
		for _, typ := range []*integration.Type{
			{ID: "premium-app-acme", Name: "Acme", Category: "Premium", MaxInstances: 2},
			{ID: "webhook", Name: "Our Webhook", Category: "Ours"},
		} {
			if err := integration.AddType(tx, typ); err != nil {
				return err
			}
		}
		after, err := integration.Types(tx)
		if err != nil {
			return err
		}
		if len(after) != len(before)+1 {
			t.Errorf("%d types, before %d", len(after), len(before))
		}
		if typ, err := integration.TypeByID(tx, "webhook"); err != nil || typ.Name != "Our Webhook" {
			t.Errorf("webhook = %+v, %v", typ, err)
		}
		for n := range 3 {
			i, err := add(tx, "premium-app-acme", fmt.Sprint(n), "")
			switch {
			case n == 2:
				if !errors.Is(err, integration.ErrTooMany) {
					t.Errorf("the third of two: %v", err)
				}
			case err != nil:
				return err
			case i.Name != []string{"Acme", "Acme 1"}[n]:
				t.Errorf("name %d = %q", n, i.Name)
			}
		}
		if _, err := integration.TypeByID(tx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no such type: %v", err)
		}
		return nil
	})
}
