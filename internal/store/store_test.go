package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestOrganizationsAreSeparate(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
		other := tx.In(otherOrg)
		if tx.Org() != org || other.Org() != otherOrg || !other.Writable() {
			t.Errorf("org = %q, other = %q", tx.Org(), other.Org())
		}
		return errors.Join(
			people.Put(tx, &person{ID: "1", Name: "here", Email: "same@example.test"}),
			people.Put(other, &person{ID: "1", Name: "there", Email: "same@example.test"}),
			people.Put(tx.In(store.Global), &person{ID: "1", Name: "global"}),
		)
	})
	view(t, db, func(tx *store.Tx) {
		for org, want := range map[string]string{org: "here", otherOrg: "there", store.Global: "global"} {
			p, err := people.Peek(tx.In(org), "1")
			if err != nil || p.Name != want {
				t.Errorf("%q: %v, %v, want %s", org, p, err, want)
			}
		}
		wantIDs(t, "Orgs", slices.Collect(tx.Orgs()), org, otherOrg)
	})
}

func TestOrgsLeavesOutTheEmpty(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1"})
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(people.Put(tx.In(otherOrg), &person{ID: "1"}), people.Delete(tx, "1"))
	})
	view(t, db, func(tx *store.Tx) { wantIDs(t, "Orgs", slices.Collect(tx.Orgs()), otherOrg) })
}

func TestDropOrgRemovesEverythingOfOneOrganization(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "a", Email: "a@example.test"}, &person{ID: "2"})
	update(t, db, func(tx *store.Tx) error { return people.Put(tx.In(otherOrg), &person{ID: "1"}) })
	update(t, db, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			if id != org {
				continue
			}
			if err := tx.DropOrg(id); err != nil {
				return err
			}
		}
		if n, err := people.Count(tx); n != 0 || err != nil {
			t.Errorf("Count = %d, %v", n, err)
		}
		if err := tx.DropOrg("never seen"); err != nil {
			t.Error(err)
		}
		return people.Insert(tx, &person{ID: "3", Email: "a@example.test"})
	})
	wantIDs(t, "documents", allIDs(t, db), "3")
	view(t, db, func(tx *store.Tx) { wantIDs(t, "Orgs", slices.Collect(tx.Orgs()), org, otherOrg) })
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, store.Options{})
	check := func(when string, want bool) {
		t.Helper()
		if got, err := db.Empty(); got != want || err != nil {
			t.Errorf("%s: Empty = %t, %v", when, got, err)
		}
	}
	check("new", true)
	_ = db.Update(t.Context(), org, func(tx *store.Tx) error {
		return errors.Join(people.Put(tx, &person{ID: "1"}), errors.New("changed my mind"))
	})
	check("after a failed call", true)
	update(t, db, func(tx *store.Tx) error { return people.Put(tx.In(store.Global), &person{ID: "key"}) })
	check("with a signing key", false)
	update(t, db, func(tx *store.Tx) error { return tx.DropOrg(store.Global) })
	check("after dropping it", true)
	putAll(t, db, &person{ID: "1"})
	check("with data", false)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path, store.Options{})
	check("opened again", false)
}

func TestViewSeesASnapshot(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "before"})
	view(t, db, func(tx *store.Tx) {
		done := make(chan error)
		go func() {
			done <- db.Update(context.Background(), org, func(tx *store.Tx) error {
				// Much, so that the file must grow under the reader.
				return people.Put(tx, &person{ID: "1", Name: "after", Notes: strings.Repeat("x", 8<<20)})
			})
		}()
		if err := <-done; err != nil {
			t.Error(err)
		}
		view(t, db, func(tx *store.Tx) {
			if p, err := people.Peek(tx, "1"); err != nil || p.Name != "after" {
				t.Errorf("new snapshot: %v, %v", p, err)
			}
		})
		for range 2 {
			if p, err := people.Peek(tx, "1"); err != nil || p.Name != "before" {
				t.Errorf("old snapshot: %v, %v", p, err)
			}
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1"})
	view(t, db, func(tx *store.Tx) {
		if tx.Writable() {
			t.Error("Writable = true")
		}
		for what, err := range map[string]error{
			"Put":     people.Put(tx, &person{ID: "2"}),
			"Insert":  people.Insert(tx, &person{ID: "2"}),
			"Delete":  people.Delete(tx, "1"),
			"DropOrg": tx.DropOrg(org),
		} {
			if !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
	wantIDs(t, "documents", allIDs(t, db), "1")
}

func TestViewEndsWithAPanic(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	var caught *store.PanicError
	err := db.View(t.Context(), org, func(*store.Tx) error { panic("boom") })
	if !errors.As(err, &caught) || caught.Value != "boom" || len(caught.Stack) == 0 {
		t.Errorf("error = %v", err)
	}
	// Closing waits for open readers.
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestNestedTransactionsAreRefused(t *testing.T) {
	t.Parallel()
	db, other := openTemp(t, store.Options{}), openTemp(t, store.Options{})
	nothing := func(*store.Tx) error { return nil }
	inside := func(tx *store.Tx) error {
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(tx.Context(), key{}, 1))
		defer cancel()
		if err := db.Update(ctx, org, nothing); !errors.Is(err, store.ErrNested) {
			t.Errorf("Update: %v", err)
		}
		if err := db.View(ctx, org, nothing); !errors.Is(err, store.ErrNested) {
			t.Errorf("View: %v", err)
		}
		// Another file is no problem, but the first stays out of reach inside it.
		return other.View(ctx, org, func(tx *store.Tx) error {
			if err := db.View(tx.Context(), org, nothing); !errors.Is(err, store.ErrNested) {
				t.Errorf("View through another file: %v", err)
			}
			return nil
		})
	}
	var ended context.Context
	update(t, db, func(tx *store.Tx) error { ended = tx.Context(); return inside(tx) })
	if err := db.View(t.Context(), org, inside); err != nil {
		t.Error(err)
	}
	if err := db.Update(ended, org, nothing); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

func TestATransactionEndsWithItsFunction(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "n"})
	for name, run := range map[string]func(context.Context, string, func(*store.Tx) error) error{"View": db.View, "Update": db.Update} {
		t.Run(name, func(t *testing.T) {
			var tx *store.Tx
			var docs func(func(*person, error) bool)
			err := run(t.Context(), org, func(inner *store.Tx) error {
				tx, docs = inner, people.All(inner)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			_, getErr := people.Get(tx, "1")
			_, countErr := people.Count(tx)
			_, pageErr := people.Page(tx, "name", false, 0, 1)
			for what, err := range map[string]error{
				"Get": getErr, "Count": countErr, "Page": pageErr,
				"Put": people.Put(tx, &person{ID: "2"}), "Delete": people.Delete(tx, "1"), "DropOrg": tx.DropOrg(org),
			} {
				if !errors.Is(err, store.ErrEnded) {
					t.Errorf("%s: %v", what, err)
				}
			}
			for p, err := range docs {
				if !errors.Is(err, store.ErrEnded) {
					t.Errorf("All: %v, %v", p, err)
				}
			}
			for k := range people.Keys(tx, "") {
				t.Errorf("Keys: %s", k)
			}
			for id := range tx.Orgs() {
				t.Errorf("Orgs: %s", id)
			}
			if people.Has(tx, "1") {
				t.Error("Has = true")
			}
		})
	}
}

func TestClosedFileRefusesEverything(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	never := func(*store.Tx) error {
		t.Error("the function ran")
		return errReleased
	}
	if err := db.View(t.Context(), org, never); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View: %v", err)
	}
	if err := db.Update(t.Context(), org, never); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update: %v", err)
	}
	if _, err := db.Empty(); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Empty: %v", err)
	}
}

func TestCloseWaitsForQueuedCalls(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, store.Options{})
	release := hold(t, db)
	result := make(chan error, 1)
	go func() {
		result <- db.Update(context.Background(), org, func(tx *store.Tx) error { return people.Put(tx, &person{ID: "1"}) })
	}()
	waitQueued(t, db, 1)
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	release()
	if err := <-result; err != nil {
		t.Errorf("Update: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	wantIDs(t, "documents", allIDs(t, openAt(t, path, store.Options{})), "1")
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	never := func(*store.Tx) error {
		t.Error("the function ran")
		return errReleased
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.View(ctx, org, never); !errors.Is(err, context.Canceled) {
		t.Errorf("View: %v", err)
	}
	if err := db.Update(ctx, org, never); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	release := hold(t, db)
	result := make(chan error, 1)
	go func() { result <- db.Update(ctx, org, never) }()
	waitQueued(t, db, 1)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("queued Update: %v", err)
	}
	release()

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	err := db.Update(ctx, org, func(tx *store.Tx) error {
		cancel()
		<-tx.Context().Done()
		return people.Put(tx, &person{ID: "1"})
	})
	if err != nil {
		t.Errorf("running Update: %v", err)
	}
	wantIDs(t, "documents", allIDs(t, db), "1")
}
