package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
)

func TestCallsOfABatchSeeEachOther(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	errs := together(t, db,
		func(tx *store.Tx) error { return people.Insert(tx, &person{ID: "1", Email: "same@example.test"}) },
		func(tx *store.Tx) error { return people.Insert(tx, &person{ID: "2", Email: "same@example.test"}) },
	)
	if errs[0] != nil || !errors.Is(errs[1], store.ErrExists) {
		t.Errorf("results = %v", errs)
	}
}

func TestABatchIsOneCommit(t *testing.T) {
	t.Parallel()
	var syncs atomic.Int32
	db := openTemp(t, store.Options{OnSync: func() { syncs.Add(1) }})
	var fns []func(*store.Tx) error
	for i := range 10 {
		fns = append(fns, func(tx *store.Tx) error { return people.Put(tx, &person{ID: fmt.Sprint(i)}) })
	}
	for i, err := range together(t, db, fns...) {
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if n := syncs.Load(); n != 1 {
		t.Errorf("%d commits, want 1", n)
	}
}

func TestABatchIsBounded(t *testing.T) {
	t.Parallel()
	var syncs atomic.Int32
	db := openTemp(t, store.Options{OnSync: func() { syncs.Add(1) }})
	var fns []func(*store.Tx) error
	for i := range store.MaxBatch + 10 {
		fns = append(fns, func(tx *store.Tx) error { return people.Put(tx, &person{ID: fmt.Sprint(i)}) })
	}
	for i, err := range together(t, db, fns...) {
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if n := syncs.Load(); n != 2 {
		t.Errorf("%d commits, want 2", n)
	}
}

func TestUpdateIsSyncedBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	var syncs atomic.Int32
	db := openTemp(t, store.Options{OnSync: func() { syncs.Add(1) }})
	if db.Bolt().NoSync || db.Bolt().NoFreelistSync {
		t.Error("the library does not sync")
	}
	for i := range int32(3) {
		update(t, db, func(tx *store.Tx) error {
			tx.AfterCommit(func() {
				if syncs.Load() != i+1 {
					t.Error("AfterCommit ran before the sync")
				}
			})
			return people.Put(tx, &person{ID: fmt.Sprint(i)})
		})
		if n := syncs.Load(); n != i+1 {
			t.Errorf("%d syncs after %d calls", n, i+1)
		}
	}
}

func TestNoSyncNeverSyncs(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true, OnSync: func() { t.Error("synced") }})
	putAll(t, db, &person{ID: "1"})
	if !db.Bolt().NoSync {
		t.Error("the library syncs")
	}
}

func TestCallsThatChangeNothingCostNoCommit(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{OnSync: func() { t.Error("committed") }})
	after := false
	update(t, db, func(tx *store.Tx) error {
		tx.AfterCommit(func() { after = true })
		_, err := people.Get(tx, "1")
		if !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
	if !after {
		t.Error("AfterCommit did not run")
	}
	err := db.Update(t.Context(), org, func(tx *store.Tx) error {
		return errors.Join(people.Put(tx, &person{ID: "1"}), errChangedMyMind)
	})
	if !errors.Is(err, errChangedMyMind) {
		t.Error(err)
	}
}

func TestPuttingTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	var syncs atomic.Int32
	db := openTemp(t, store.Options{OnSync: func() { syncs.Add(1) }})
	for range 2 {
		putAll(t, db, &person{ID: "1", Name: "n", Teams: []string{"red"}})
	}
	if n := syncs.Load(); n != 1 {
		t.Errorf("%d commits, want 1", n)
	}
}

// On a slow disk the committer waits for more callers. Nobody may be forgotten
// meanwhile, and who is alone waits for nobody.
func TestASlowDisk(t *testing.T) {
	t.Parallel()
	var syncs atomic.Int32
	db := openTemp(t, store.Options{OnSync: func() {
		syncs.Add(1)
		<-time.After(3 * time.Millisecond)
	}})
	const writers, each = 6, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := db.Update(context.Background(), org, func(tx *store.Tx) error {
					return people.Put(tx, &person{ID: fmt.Sprint(w, i)})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := syncs.Load(); n < each || n >= writers*each {
		t.Errorf("%d commits for %d calls", n, writers*each)
	}
	if n := len(allIDs(t, db)); n != writers*each {
		t.Errorf("%d documents", n)
	}
	for i := range 3 {
		syncs.Store(0)
		putAll(t, db, &person{ID: fmt.Sprint("alone", i)})
		if n := syncs.Load(); n != 1 {
			t.Errorf("%d commits of a lone call", n)
		}
	}
}

func TestAfterCommitRunsInTheOrderOfCommits(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	const writers, each = 8, 50
	var committed, published []int // the first written by the committer, the second in its order
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := db.Update(context.Background(), org, func(tx *store.Tx) error {
					n := w*each + i
					committed = append(committed, n)
					tx.AfterCommit(func() { published = append(published, n) })
					return people.Put(tx, &person{ID: fmt.Sprint(n)})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(published) != writers*each || !slices.Equal(committed, published) {
		t.Errorf("committed %v\npublished %v", committed, published)
	}
}

func TestAPanicInAfterCommitReachesItsCallerOnly(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	func() {
		defer func() {
			if v := recover(); v != "boom" {
				t.Errorf("recovered %v", v)
			}
		}()
		_ = db.Update(t.Context(), org, func(tx *store.Tx) error {
			tx.AfterCommit(func() { panic("boom") })
			return people.Put(tx, &person{ID: "1"})
		})
	}()
	ran := false
	update(t, db, func(tx *store.Tx) error {
		tx.AfterCommit(func() { ran = true })
		return people.Put(tx, &person{ID: "2"})
	})
	if !ran {
		t.Error("the next AfterCommit did not run")
	}
	wantIDs(t, "documents", allIDs(t, db), "1", "2")
}

func TestAfterCommitOfAView(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	runs := 0
	for _, result := range []error{nil, errChangedMyMind} {
		err := db.View(t.Context(), org, func(tx *store.Tx) error {
			tx.AfterCommit(func() { runs++ })
			return result
		})
		if !errors.Is(err, result) {
			t.Error(err)
		}
	}
	if runs != 1 {
		t.Errorf("ran %d times, want once", runs)
	}
}

// Counters are read, incremented and written in one transaction, some of which
// fail or panic: if any two overlapped or left a trace, the sums would differ.
func TestManyConcurrentWriters(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{}, {NoSync: true}} {
		t.Run(fmt.Sprintf("NoSync=%t", o.NoSync), func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, o)
			const writers, each = 32, 20
			var done atomic.Int64
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						id := fmt.Sprint((w + i) % 5)
						err := db.Update(context.Background(), org, func(tx *store.Tx) error {
							p, err := people.Get(tx, id)
							if errors.Is(err, store.ErrNotFound) {
								p, err = &person{ID: id}, nil
							}
							if err != nil {
								return err
							}
							p.Teams = append(p.Teams, fmt.Sprintf("%d/%d", w, i))
							if err := people.Put(tx, p); err != nil {
								return err
							}
							switch i % 4 {
							case 1:
								return errChangedMyMind
							case 2:
								panic(errChangedMyMind)
							}
							return nil
						})
						switch {
						case err == nil:
							done.Add(1)
						case !errors.Is(err, errChangedMyMind):
							t.Error(err)
						}
						view(t, db, func(tx *store.Tx) {
							for p, err := range people.Ordered(tx, "team", true) {
								if err != nil || !slices.Contains(p.Teams, p.Teams[0]) {
									t.Error(p, err)
								}
							}
							if p, err := people.Peek(tx, id); err == nil && p.ID != id {
								t.Errorf("Peek(%s) = %s", id, p.ID)
							}
						})
					}
				})
			}
			wg.Wait()
			view(t, db, func(tx *store.Tx) {
				sum := 0
				for p, err := range people.All(tx) {
					if err != nil {
						t.Fatal(err)
					}
					sum += len(p.Teams)
				}
				if want := writers * each / 2; sum != want || int(done.Load()) != want {
					t.Errorf("%d entries of %d successful calls, want %d", sum, done.Load(), want)
				}
				if got := len(ids(t, people.Ordered(tx, "team", false))); got != sum {
					t.Errorf("%d index entries, want %d", got, sum)
				}
			})
			checkFile(t, db)
		})
	}
}
