package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestWalkVisitsEveryDocumentAndNothingElse(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	pets := store.Collection[*person]{Name: "pets", Key: people.Key}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(
			people.Put(tx, &person{ID: "2", Name: "Ben", Teams: []string{"a", "b"}}),
			people.Put(tx, &person{ID: "1", Name: "Ann", Email: "ann@example.test"}),
			pets.Put(tx, &person{ID: "1", Name: "Rex"}),
			people.Put(tx.In(otherOrg), &person{ID: "3", Name: "Cal"}),
			people.Put(tx.In(store.Global), &person{ID: "4", Name: "Dee"}),
		)
	})
	walk := func(tx *store.Tx) (seen []string) {
		err := tx.Walk(func(collection, key string, document []byte) error {
			seen = append(seen, collection+" "+key+" "+string(document))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return seen
	}
	var ended *store.Tx
	view(t, db, func(tx *store.Tx) {
		ended = tx
		for in, want := range map[string][]string{
			org: {
				`people 1 {"ID":"1","Name":"Ann","Email":"ann@example.test"}`,
				`people 2 {"ID":"2","Name":"Ben","Teams":["a","b"]}`,
				`pets 1 {"ID":"1","Name":"Rex"}`,
			},
			otherOrg:     {`people 3 {"ID":"3","Name":"Cal"}`},
			store.Global: {`people 4 {"ID":"4","Name":"Dee"}`},
			"nowhere":    nil,
		} {
			if seen := walk(tx.In(in)); !slices.Equal(seen, want) {
				t.Errorf("in %q: %q", in, seen)
			}
		}
		stop := errors.New("enough")
		visits := 0
		err := tx.Walk(func(string, string, []byte) error {
			visits++
			return stop
		})
		if !errors.Is(err, stop) || visits != 1 {
			t.Errorf("stopped by %v after %d documents", err, visits)
		}
	})
	if err := ended.Walk(func(string, string, []byte) error { return nil }); !errors.Is(err, store.ErrEnded) {
		t.Errorf("after the transaction: %v", err)
	}
}
