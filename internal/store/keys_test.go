package store_test

import (
	"errors"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestKeysThatCannotBeStored(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", bbolt.MaxKeySize)
	tests := []struct {
		name string
		p    person
		ok   bool
	}{
		{"empty key", person{Name: "n"}, false},
		{"zero byte in key", person{ID: "a\x00b"}, false},
		{"key too long", person{ID: long + "k"}, false},
		{"key too long for an index", person{ID: long, Name: "n"}, false},
		{"longest key", person{ID: long[:len(long)-len("n\x00")], Name: "n"}, true},
		{"zero byte in index key", person{ID: "1", Name: "n\x00"}, false},
		{"index key too long", person{ID: "1", Email: long}, false},
		{"longest index key", person{ID: "1", Email: long[:len(long)-len("\x001")]}, true},
		{"empty index key", person{ID: "1", Name: ""}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, store.Options{NoSync: true})
			err := db.Update(t.Context(), org, func(tx *store.Tx) error {
				err := people.Put(tx, &tt.p)
				if tt.ok != (err == nil) || !tt.ok && !errors.Is(err, store.ErrBadKey) {
					t.Errorf("Put: %.200v", err)
				}
				if err != nil && len(err.Error()) > 200 {
					t.Error("the error repeats the key")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			view(t, db, func(tx *store.Tx) {
				if got := people.Has(tx, tt.p.ID); got != tt.ok {
					t.Errorf("Has = %t", got)
				}
				if n := len(ids(t, people.Ordered(tx, "name", false))); n != map[bool]int{true: 1}[tt.ok] {
					t.Errorf("%d index entries", n)
				}
			})
			checkFile(t, db)
		})
	}
}

func TestLookingForImpossibleKeysFindsNothing(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "n", Email: "e"})
	for _, key := range []string{"", "\x00", "1\x00", "\xff\xfe", strings.Repeat("1", 1<<20)} {
		view(t, db, func(tx *store.Tx) {
			_, getErr := people.Get(tx, key)
			_, peekErr := people.Peek(tx.In(key+"x"), "1")
			_, oneErr := people.OneBy(tx, "email", key)
			for _, err := range []error{getErr, peekErr, oneErr} {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%.20q: %v", key, err)
				}
			}
			wantIDs(t, "By", ids(t, people.By(tx, "name", key)))
			if key != "" {
				wantIDs(t, "Prefix", ids(t, people.Prefix(tx, key)))
			}
		})
	}
}

func TestOrganizationIDsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	for _, org := range []string{"a\x00b", strings.Repeat("o", bbolt.MaxKeySize)} {
		err := db.Update(t.Context(), org, func(tx *store.Tx) error { return people.Put(tx, &person{ID: "1"}) })
		if !errors.Is(err, store.ErrBadKey) {
			t.Errorf("%.10q: %.100v", org, err)
		}
	}
	if empty, err := db.Empty(); !empty || err != nil {
		t.Errorf("Empty = %t, %v", empty, err)
	}
}
