package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestDocumentsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, store.Options{})
	want := &person{ID: "1/ü <&>", Name: "a \"name\"\n", Email: "e@example.test", Teams: []string{"", "red"}}
	putAll(t, db, want)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path, store.Options{})
	view(t, db, func(tx *store.Tx) {
		for what, get := range map[string]func(*store.Tx, string) (*person, error){"Get": people.Get, "Peek": people.Peek} {
			if got, err := get(tx, want.ID); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s = %+v, %v", what, got, err)
			}
			if got, err := get(tx, "2"); got != nil || !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of nothing = %v, %v", what, got, err)
			}
		}
		if !people.Has(tx, want.ID) || people.Has(tx, "1") || people.Has(tx, "") {
			t.Error("Has is wrong")
		}
	})
}

func TestGetIsFreshAndPeekIsShared(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "n"})
	var kept *person
	view(t, db, func(tx *store.Tx) {
		fresh, _ := people.Get(tx, "1")
		fresh.Name = "scribbled on"
		kept, _ = people.Peek(tx, "1")
		again, _ := people.Peek(tx, "1")
		if kept.Name != "n" || kept != again {
			t.Errorf("Peek = %p %+v, then %p", kept, kept, again)
		}
	})
	update(t, db, func(tx *store.Tx) error {
		fresh, err := people.Get(tx, "1")
		if err != nil {
			return err
		}
		fresh.Name = "new"
		if err := people.Put(tx, fresh); err != nil {
			return err
		}
		fresh.Name = "scribbled on after Put"
		if p, err := people.Peek(tx, "1"); err != nil || p.Name != "new" {
			t.Errorf("Peek in the same transaction = %v, %v", p, err)
		}
		return nil
	})
	if kept.Name != "n" {
		t.Errorf("the value kept from before became %v", kept)
	}
	view(t, db, func(tx *store.Tx) {
		if p, err := people.Peek(tx, "1"); err != nil || p.Name != "new" {
			t.Errorf("Peek = %v, %v", p, err)
		}
	})
}

func TestPeekKeepsAppliedAndUndoneChangesApart(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "kept"})
	_ = db.Update(t.Context(), org, func(tx *store.Tx) error {
		_ = people.Put(tx, &person{ID: "1", Name: "undone"})
		if p, _ := people.Peek(tx, "1"); p.Name != "undone" {
			t.Errorf("inside: %v", p)
		}
		return errChangedMyMind
	})
	view(t, db, func(tx *store.Tx) {
		if p, _ := people.Peek(tx, "1"); p.Name != "kept" {
			t.Errorf("afterwards: %v", p)
		}
	})
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	const small, large = 2 * store.CacheEntries, 400
	update(t, db, func(tx *store.Tx) error {
		for i := range small {
			if err := people.Put(tx, &person{ID: fmt.Sprintf("small %d", i)}); err != nil {
				return err
			}
		}
		for i := range large {
			if err := people.Put(tx, &person{ID: fmt.Sprintf("large %d", i), Notes: strings.Repeat("x", store.CacheableBytes-200)}); err != nil {
				return err
			}
		}
		return people.Put(tx, &person{ID: "huge", Notes: strings.Repeat("x", store.CacheableBytes)})
	})
	view(t, db, func(tx *store.Tx) {
		for range 2 {
			for key := range people.Keys(tx, "") {
				if p, err := people.Peek(tx, key); err != nil || p.ID != key {
					t.Fatalf("%s: %v, %v", key, p, err)
				}
			}
		}
		one, _ := people.Peek(tx, "huge")
		two, _ := people.Peek(tx, "huge")
		if one == two {
			t.Error("a huge document is cached")
		}
	})
	entries, bytes := db.Cached()
	if entries == 0 || entries > store.CacheEntries || bytes > store.CacheBytes {
		t.Errorf("%d entries of %d bytes", entries, bytes)
	}
}

func TestInsertRefusesAKnownKey(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
		if err := people.Insert(tx, &person{ID: "1", Name: "first"}); err != nil {
			return err
		}
		err := people.Insert(tx, &person{ID: "1", Name: "second"})
		var exists *store.ExistsError
		if !errors.Is(err, store.ErrExists) || !errors.As(err, &exists) || *exists != (store.ExistsError{Collection: "people", Key: "1"}) || err.Error() != `store: people has "1" already` {
			t.Errorf("Insert: %v", err)
		}
		return nil
	})
	view(t, db, func(tx *store.Tx) {
		if p, err := people.Get(tx, "1"); err != nil || p.Name != "first" {
			t.Errorf("Get = %v, %v", p, err)
		}
	})
}

func TestDeleteOfNothing(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
		if err := people.Delete(tx, "1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("in an empty file: %v", err)
		}
		if err := people.Put(tx, &person{ID: "1"}); err != nil {
			return err
		}
		for _, key := range []string{"2", "", "\x00", strings.Repeat("k", 100_000)} {
			if err := people.Delete(tx, key); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%.20q: %v", key, err)
			}
		}
		return nil
	})
}

// A refusal changes nothing, even when the function goes on and succeeds.
func TestAUniqueKeyClashLeavesNoTrace(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db,
		&person{ID: "1", Name: "one", Email: "one@example.test"},
		&person{ID: "2", Name: "two", Email: "two@example.test", Teams: []string{"red"}})
	update(t, db, func(tx *store.Tx) error {
		for what, write := range map[string]func(*store.Tx, *person) error{"Insert": people.Insert, "Put": people.Put} {
			err := write(tx, &person{ID: "3", Name: "three", Email: "one@example.test", Teams: []string{"red"}})
			var exists *store.ExistsError
			if !errors.Is(err, store.ErrExists) || !errors.As(err, &exists) || exists.Index != "email" || exists.Key != "one@example.test" ||
				err.Error() != `store: people has a document with email "one@example.test" already` {
				t.Errorf("%s: %v", what, err)
			}
		}
		err := people.Put(tx, &person{ID: "2", Name: "second", Email: "one@example.test", Teams: []string{"blue"}})
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("Put over another: %v", err)
		}
		// One's own key is no clash, a prefix of a key is none, and a freed key is free.
		return errors.Join(
			people.Put(tx, &person{ID: "2", Name: "two!", Email: "two@example.test", Teams: []string{"red"}}),
			people.Put(tx, &person{ID: "4", Name: "four", Email: "one@example.tes"}),
			people.Put(tx, &person{ID: "1", Name: "one", Email: "uno@example.test"}),
			people.Put(tx, &person{ID: "5", Name: "five", Email: "one@example.test"}),
		)
	})
	view(t, db, func(tx *store.Tx) {
		wantIDs(t, "documents", ids(t, people.All(tx)), "1", "2", "4", "5")
		wantIDs(t, "by name", ids(t, people.Ordered(tx, "name", false)), "5", "4", "1", "2")
		wantIDs(t, "by address", ids(t, people.Ordered(tx, "email", false)), "4", "5", "2", "1")
		wantIDs(t, "red", ids(t, people.By(tx, "team", "red")), "2")
		wantIDs(t, "blue", ids(t, people.By(tx, "team", "blue")))
		if n, err := people.Count(tx); n != 4 || err != nil {
			t.Errorf("Count = %d, %v", n, err)
		}
	})
}

func TestIndexesFollowReplacementAndDeletion(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	steps := []struct {
		name  string
		do    func(*store.Tx) error
		teams map[string][]string
		email string // whose key still leads to the document; "" for none
	}{
		{
			"insert with a repeated key",
			func(tx *store.Tx) error {
				return people.Insert(tx, &person{ID: "1", Email: "a@example.test", Teams: []string{"red", "blue", "red"}})
			},
			map[string][]string{"red": {"1"}, "blue": {"1"}, "green": nil},
			"a@example.test",
		},
		{
			"replace",
			func(tx *store.Tx) error {
				return people.Put(tx, &person{ID: "1", Email: "b@example.test", Teams: []string{"green", "blue"}})
			},
			map[string][]string{"red": nil, "blue": {"1"}, "green": {"1"}},
			"b@example.test",
		},
		{
			"second document",
			func(tx *store.Tx) error { return people.Put(tx, &person{ID: "0", Teams: []string{"blue"}}) },
			map[string][]string{"blue": {"0", "1"}, "green": {"1"}},
			"b@example.test",
		},
		{
			"no keys any more",
			func(tx *store.Tx) error { return people.Put(tx, &person{ID: "1", Name: "bare"}) },
			map[string][]string{"red": nil, "blue": {"0"}, "green": nil},
			"",
		},
		{
			"keys again",
			func(tx *store.Tx) error {
				return people.Put(tx, &person{ID: "1", Email: "a@example.test", Teams: []string{"", "red"}})
			},
			map[string][]string{"": {"1"}, "red": {"1"}},
			"a@example.test",
		},
		{
			"delete",
			func(tx *store.Tx) error { return people.Delete(tx, "1") },
			map[string][]string{"": nil, "red": nil, "blue": {"0"}},
			"",
		},
	}
	for _, step := range steps {
		update(t, db, step.do)
		view(t, db, func(tx *store.Tx) {
			for team, want := range step.teams {
				wantIDs(t, step.name+": "+team, ids(t, people.By(tx, "team", team)), want...)
			}
			for _, email := range []string{"a@example.test", "b@example.test"} {
				p, err := people.OneBy(tx, "email", email)
				if found := err == nil; found != (email == step.email) || !found && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s: %s leads to %v, %v", step.name, email, p, err)
				}
			}
		})
	}
	checkFile(t, db)
}

func TestCountsFollowEveryChange(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	count := func(want int) {
		t.Helper()
		view(t, db, func(tx *store.Tx) {
			if n, err := people.Count(tx); n != want || err != nil {
				t.Errorf("Count = %d, %v, want %d", n, err, want)
			}
		})
	}
	count(0)
	putAll(t, db, &person{ID: "1"}, &person{ID: "2"}, &person{ID: "1", Name: "again"})
	count(2)
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		err := errors.Join(people.Delete(tx, "1"), people.Put(tx, &person{ID: "3"}), people.Put(tx, &person{ID: "4"}))
		if n, _ := people.Count(tx); n != 3 || err != nil {
			t.Errorf("inside: %d, %v", n, err)
		}
		return errChangedMyMind
	})
	if !errors.Is(err, errChangedMyMind) {
		t.Error(err)
	}
	count(2)
	update(t, db, func(tx *store.Tx) error { return people.Delete(tx, "2") })
	count(1)
}

func TestADocumentThatDoesNotDecodeIsAnError(t *testing.T) {
	t.Parallel()
	type number struct{ ID, Name int }
	numbers := store.Collection[*number]{Name: people.Name, Key: func(n *number) string { return fmt.Sprint(n.ID) }}
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1"}, &person{ID: "2"})
	view(t, db, func(tx *store.Tx) {
		_, getErr := numbers.Get(tx, "1")
		_, peekErr := numbers.Peek(tx, "1")
		_, pageErr := numbers.Page(tx, "", false, 0, 10)
		for _, err := range []error{getErr, peekErr, pageErr} {
			if err == nil || !strings.Contains(err.Error(), `people "1"`) {
				t.Errorf("%v", err)
			}
		}
		n := 0
		for v, err := range numbers.All(tx) {
			if n++; v != nil || err == nil {
				t.Errorf("All: %v, %v", v, err)
			}
		}
		if n != 1 {
			t.Errorf("All went on after an error: %d", n)
		}
	})
}

// A newer version of the program may declare an index that the file lacks.
func TestAnIndexDeclaredLater(t *testing.T) {
	t.Parallel()
	bare := people
	bare.Indexes = nil
	writes := map[string]func(*store.Tx) error{
		"put":    func(tx *store.Tx) error { return people.Put(tx, &person{ID: "2", Name: "two!"}) },
		"insert": func(tx *store.Tx) error { return people.Insert(tx, &person{ID: "2!", Name: "two!"}) },
		"delete": func(tx *store.Tx) error { return people.Delete(tx, "2") },
	}
	want := map[string][]string{"put": {"1", "3", "2"}, "insert": {"1", "3", "2", "2!"}, "delete": {"1", "3"}}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, store.Options{})
			update(t, db, func(tx *store.Tx) error {
				return errors.Join(
					bare.Put(tx, &person{ID: "1", Name: "one", Email: "same@example.test"}),
					bare.Put(tx, &person{ID: "2", Name: "two"}),
					bare.Put(tx, &person{ID: "3", Name: "three"}))
			})
			view(t, db, func(tx *store.Tx) {
				if p, err := people.OneBy(tx, "name", "one"); err == nil || errors.Is(err, store.ErrNotFound) {
					t.Errorf("before the first write: %v, %v", p, err)
				}
			})
			err := db.Update(t.Context(), org, func(tx *store.Tx) error { return errors.Join(write(tx), errChangedMyMind) })
			if !errors.Is(err, errChangedMyMind) {
				t.Error(err)
			}
			update(t, db, write)
			view(t, db, func(tx *store.Tx) {
				wantIDs(t, "by name", ids(t, people.Ordered(tx, "name", false)), want[name]...)
			})
			checkFile(t, db)
		})
	}
	t.Run("clash", func(t *testing.T) {
		t.Parallel()
		db := openTemp(t, store.Options{})
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(
				bare.Put(tx, &person{ID: "1", Email: "same@example.test"}),
				bare.Put(tx, &person{ID: "2", Email: "same@example.test"}))
		})
		update(t, db, func(tx *store.Tx) error {
			if err := people.Put(tx, &person{ID: "3"}); !errors.Is(err, store.ErrExists) {
				t.Errorf("Put: %v", err)
			}
			return nil
		})
		wantIDs(t, "documents", allIDs(t, db), "1", "2")
	})
}

// An emptied collection has a place where an empty key could seem to be.
func TestNothingIsFoundByAnEmptyKey(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		if err := people.Insert(tx, &person{ID: "1"}); err != nil {
			return err
		}
		if err := people.Delete(tx, "1"); err != nil {
			return err
		}
		if _, err := people.Get(tx, ""); people.Has(tx, "") || !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an empty key: has %t, get %v", people.Has(tx, ""), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
