package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/mockcloud/mockcloud/internal/store"
)

var errChangedMyMind = errors.New("changed my mind")

// A call that fails after doing all sorts of things, between two that succeed.
func TestAFailedCallLeavesNoTraceInItsBatch(t *testing.T) {
	t.Parallel()
	change := func(tx *store.Tx) error {
		return errors.Join(
			people.Put(tx, &person{ID: "1", Name: "changed", Email: "new@example.test", Teams: []string{"red", "green"}}),
			people.Delete(tx, "2"),
			people.Insert(tx, &person{ID: "4", Name: "new"}),
			people.Delete(tx, "4"),
			people.Insert(tx, &person{ID: "4", Name: "newer"}),
			people.Insert(tx.In("brand new"), &person{ID: "1"}),
			people.Insert(tx.In(otherOrg), &person{ID: "9"}),
			tx.DropOrg(otherOrg),
			people.Insert(tx.In(otherOrg), &person{ID: "8"}),
			tx.DropOrg(otherOrg),
			tx.DropOrg(org),
			people.Insert(tx, &person{ID: "1", Name: "again"}),
		)
	}
	tests := []struct {
		name string
		fail func() error
		want func(error) bool
	}{
		{"error", func() error { return errChangedMyMind }, func(err error) bool { return errors.Is(err, errChangedMyMind) }},
		{"panic", func() error { panic(errChangedMyMind) }, func(err error) bool {
			var p *store.PanicError
			return errors.As(err, &p) && errors.Is(err, errChangedMyMind) && strings.Contains(string(p.Stack), "failure_test.go")
		}},
		{"panic with text", func() error { panic("boom") }, func(err error) bool {
			var p *store.PanicError
			return errors.As(err, &p) && p.Value == "boom" && strings.HasSuffix(err.Error(), "boom")
		}},
		{"ended goroutine", func() error { runtime.Goexit(); return nil }, func(err error) bool {
			var p *store.PanicError
			return errors.As(err, &p) && p.Value == nil && strings.Contains(err.Error(), "goroutine")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, store.Options{})
			putAll(t, db,
				&person{ID: "1", Name: "one", Email: "one@example.test", Teams: []string{"red", "blue"}},
				&person{ID: "2", Name: "two"})
			update(t, db, func(tx *store.Tx) error { return people.Put(tx.In(otherOrg), &person{ID: "5", Name: "five"}) })

			var published []string
			errs := together(t, db,
				func(tx *store.Tx) error {
					tx.AfterCommit(func() { published = append(published, "first") })
					return people.Insert(tx, &person{ID: "3", Name: "three"})
				},
				func(tx *store.Tx) error {
					tx.AfterCommit(func() { published = append(published, "failed") })
					if err := change(tx); err != nil {
						t.Error(err)
					}
					return tt.fail()
				},
				func(tx *store.Tx) error {
					tx.AfterCommit(func() { published = append(published, "last") })
					return people.Put(tx, &person{ID: "2", Name: "second"})
				},
			)
			if errs[0] != nil || errs[2] != nil || !tt.want(errs[1]) {
				t.Errorf("results = %v", errs)
			}
			wantIDs(t, "published", published, "first", "last")
			view(t, db, func(tx *store.Tx) {
				wantIDs(t, "documents", ids(t, people.All(tx)), "1", "2", "3")
				wantIDs(t, "by name", ids(t, people.Ordered(tx, "name", false)), "1", "2", "3")
				wantIDs(t, "red", ids(t, people.By(tx, "team", "red")), "1")
				wantIDs(t, "blue", ids(t, people.By(tx, "team", "blue")), "1")
				wantIDs(t, "green", ids(t, people.By(tx, "team", "green")))
				wantIDs(t, "new address", ids(t, people.By(tx, "email", "new@example.test")))
				wantIDs(t, "old address", ids(t, people.By(tx, "email", "one@example.test")), "1")
				wantIDs(t, "Orgs", slices.Collect(tx.Orgs()), org, otherOrg)
				wantIDs(t, "other organization", ids(t, people.Ordered(tx.In(otherOrg), "name", true)), "5")
				for org, want := range map[string]int{org: 3, otherOrg: 1, "brand new": 0} {
					if n, err := people.Count(tx.In(org)); n != want || err != nil {
						t.Errorf("Count in %q = %d, %v, want %d", org, n, err, want)
					}
				}
				if p, err := people.Get(tx, "2"); err != nil || p.Name != "second" {
					t.Errorf("2 = %v, %v", p, err)
				}
			})
			checkFile(t, db)
		})
	}
}

// checkFile runs the library's own consistency check.
func checkFile(t *testing.T, db *store.DB) {
	t.Helper()
	tx, err := db.Bolt().Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for err := range tx.Check() {
		t.Errorf("the file is inconsistent: %v", err)
	}
}

func TestAFailedCommitFailsAllItsCalls(t *testing.T) {
	t.Parallel()
	var ends []error
	db := openTemp(t, store.Options{Committed: func(err error) { ends = append(ends, err) }})
	putAll(t, db, &person{ID: "1"})
	db.Bolt().MaxSize = 1 // the file may not grow any more
	never := func() { t.Error("AfterCommit ran") }
	errs := together(t, db,
		func(tx *store.Tx) error {
			tx.AfterCommit(never)
			return people.Put(tx, &person{ID: "2", Notes: strings.Repeat("x", 1<<20)})
		},
		func(tx *store.Tx) error {
			tx.AfterCommit(never)
			return people.Delete(tx, "1")
		},
		func(*store.Tx) error { return errChangedMyMind },
	)
	for i, want := range []error{berrors.ErrMaxSizeReached, berrors.ErrMaxSizeReached, errChangedMyMind} {
		if !errors.Is(errs[i], want) {
			t.Errorf("call %d: %v, want %v", i, errs[i], want)
		}
	}
	for _, err := range errs[:2] {
		e, ok := errors.AsType[*store.NotSavedError](err)
		if !ok || e.Error() != "the state cannot be saved: "+berrors.ErrMaxSizeReached.Error() {
			t.Errorf("%v", err)
		}
	}
	wantIDs(t, "documents", allIDs(t, db), "1")
	db.Bolt().MaxSize = 0
	putAll(t, db, &person{ID: "3"})
	if len(ends) != 3 || ends[0] != nil || !errors.Is(ends[1], berrors.ErrMaxSizeReached) || ends[2] != nil {
		t.Errorf("the commits ended with %v", ends)
	}
	wantIDs(t, "documents", allIDs(t, db), "1", "3")
	checkFile(t, db)
}

func TestAFailedUndoFailsTheBatchAndNoMore(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1"})
	errs := together(t, db,
		func(tx *store.Tx) error {
			tx.AfterCommit(func() { t.Error("AfterCommit ran") })
			return people.Put(tx, &person{ID: "2"})
		},
		func(tx *store.Tx) error {
			err := people.Put(tx, &person{ID: "3"})
			tx.BreakUndo()
			return errors.Join(err, errChangedMyMind)
		},
		func(tx *store.Tx) error { return people.Put(tx, &person{ID: "4"}) },
	)
	if errs[0] == nil || !strings.Contains(errs[0].Error(), "undo") || !errors.Is(errs[1], errChangedMyMind) || errs[2] != nil {
		t.Errorf("results = %v", errs)
	}
	wantIDs(t, "documents", allIDs(t, db), "1", "4")
	checkFile(t, db)
}

// The library panics when a commit meets a page that is not what it should be.
func TestAPanicInTheCommitFailsItsCallsAndNoMore(t *testing.T) {
	t.Parallel()
	path := writeFile(t, content(t))
	db := openAt(t, path, store.Options{NoSync: true})
	whole := readFile(t, path)
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		for key := range people.Keys(tx, "id002") {
			if err := people.Delete(tx, key); err != nil {
				return err
			}
		}
		broken := bytes.Clone(whole)
		for i := 2 * os.Getpagesize(); i < len(broken); i++ {
			broken[i] = 0xa5
		}
		return os.WriteFile(path, broken, 0o600)
	})
	var p *store.PanicError
	if !errors.As(err, &p) || !strings.Contains(err.Error(), "commit") {
		t.Errorf("Update: %.200v", err)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	putAll(t, db, &person{ID: "after"})
	if n := len(allIDs(t, db)); n != 102 {
		t.Errorf("%d documents", n)
	}
	checkFile(t, db)
}

// Some causes reach us as text, with the name of the file in it.
func TestWhyTheStateIsNotSavedNamesNoFile(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&fs.PathError{Op: "write", Path: "/home/ann/state.db", Err: syscall.ENOSPC},
		fmt.Errorf("file resize error: truncate /home/ann/state.db: %s", syscall.ENOSPC.Error()),
		syscall.ENOSPC,
	} {
		e := &store.NotSavedError{Err: err}
		if e.Reason() != syscall.ENOSPC.Error() || !errors.Is(e, err) {
			t.Errorf("%v: %q", err, e.Reason())
		}
	}
}
