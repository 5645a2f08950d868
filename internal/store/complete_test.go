package store_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// A file of an earlier version holds people without the index of names.
func TestIndexesThatAFileLacksAreBuilt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	earlier := people
	earlier.Indexes = people.Indexes[1:]
	first := openAt(t, path, store.Options{})
	for _, in := range []string{org, otherOrg, store.Global} {
		err := first.Update(t.Context(), in, func(tx *store.Tx) error {
			return earlier.Insert(tx, &person{ID: "1", Name: "Ada", Email: "ada@example.test"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	db := openAt(t, path, store.Options{})
	find := func(in string) []string {
		var keys []string
		err := db.View(t.Context(), in, func(tx *store.Tx) error {
			keys = slices.Collect(people.KeysBy(tx, "name", "Ada"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	if got := find(org); len(got) != 0 {
		t.Fatalf("the file has the index already: %v", got)
	}
	if err := db.CompleteIndexes(t.Context(), []store.Checker{&people}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{org, otherOrg, store.Global} {
		if got := find(in); !slices.Equal(got, []string{"1"}) {
			t.Errorf("in %q: %v", in, got)
		}
	}
	stats, err := db.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if err := db.CompleteIndexes(t.Context(), []store.Checker{&people}); err != nil {
		t.Fatal(err)
	}
	if again, _ := db.Stats(); again.Commits != stats.Commits {
		t.Errorf("a whole file is written to: %d commits, then %d", stats.Commits, again.Commits)
	}
}
