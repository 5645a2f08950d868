package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
)

const (
	org      = "7f1a4c1e-0000-4000-8000-000000000001"
	otherOrg = "7f1a4c1e-0000-4000-8000-000000000002"
)

type person struct {
	ID    string
	Name  string
	Email string   `json:",omitempty"`
	Teams []string `json:",omitempty"`
	Notes string   `json:",omitempty"`
}

var people = store.Collection[*person]{
	Name: "people",
	Key:  func(p *person) string { return p.ID },
	Indexes: []store.Index[*person]{
		{Name: "name", Keys: func(p *person) []string { return []string{p.Name} }},
		{Name: "email", Unique: true, Keys: func(p *person) []string {
			if p.Email == "" {
				return nil
			}
			return []string{p.Email}
		}},
		{Name: "team", Keys: func(p *person) []string { return p.Teams }},
	},
}

// openTemp returns a new state file that closes with the test.
func openTemp(t *testing.T, o store.Options) *store.DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "state.db"), o)
}

func openAt(t *testing.T, path string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func update(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), org, fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, db *store.DB, fn func(*store.Tx)) {
	t.Helper()
	err := db.View(t.Context(), org, func(tx *store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func putAll(t *testing.T, db *store.DB, all ...*person) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		for _, p := range all {
			if err := people.Put(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// ids collects the documents' keys of an iterator.
func ids(t *testing.T, docs func(func(*person, error) bool)) []string {
	t.Helper()
	var out []string
	for p, err := range docs {
		if err != nil {
			t.Errorf("after %v: %v", out, err)
			break
		}
		out = append(out, p.ID)
	}
	return out
}

func allIDs(t *testing.T, db *store.DB) []string {
	t.Helper()
	var out []string
	view(t, db, func(tx *store.Tx) { out = ids(t, people.All(tx)) })
	return out
}

func wantIDs(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

var errReleased = errors.New("released")

// hold keeps the committer busy until the returned function is called.
func hold(t *testing.T, db *store.DB) (release func()) {
	t.Helper()
	started, released, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		err := db.Update(context.Background(), org, func(*store.Tx) error {
			close(started)
			<-released
			return errReleased // so that a failure of the commit is not ours
		})
		if !errors.Is(err, errReleased) {
			t.Error(err)
		}
	}()
	<-started
	return func() {
		close(released)
		<-done
	}
}

// waitQueued waits until n calls are queued behind the one at work.
func waitQueued(t *testing.T, db *store.DB, n int) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for db.Queued() < n {
		select {
		case <-deadline.C:
			t.Fatalf("%d calls queued, want %d", db.Queued(), n)
		default:
			runtime.Gosched()
		}
	}
}

// together runs the functions as calls of one batch, in this order, and returns
// their results.
func together(t *testing.T, db *store.DB, fns ...func(*store.Tx) error) []error {
	t.Helper()
	release := hold(t, db)
	results := make([]chan error, len(fns))
	for i, fn := range fns {
		results[i] = make(chan error, 1)
		go func() { results[i] <- db.Update(context.Background(), org, fn) }()
		waitQueued(t, db, i+1)
	}
	release()
	errs := make([]error, len(fns))
	for i := range fns {
		errs[i] = <-results[i]
	}
	return errs
}
