package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/mockcloud/mockcloud/internal/store"
)

// fill stores n documents, large enough for several levels of pages, named in
// the reverse order of their keys but for every third, which is called "same".
func fill(t *testing.T, db *store.DB, n int) (byKey, byName []string) {
	t.Helper()
	all := make([]*person, n)
	for i := range n {
		p := &person{ID: fmt.Sprintf("id%04d", i), Name: fmt.Sprintf("name%04d", n-i), Notes: strings.Repeat("x", 300)}
		if i%3 == 0 {
			p.Name = "same"
		}
		all[i] = p
		byKey = append(byKey, p.ID)
	}
	putAll(t, db, all...)
	slices.SortFunc(all, func(a, b *person) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	for _, p := range all {
		byName = append(byName, p.ID)
	}
	return byKey, byName
}

// mail is an address that only one document has.
func mail(id string) string { return "m/" + id }

// scanned are the keys of the documents that a scan finds.
func scanned(tx *store.Tx, r store.Range) []string {
	var keys []string
	for _, key := range people.Scan(tx, r) {
		keys = append(keys, key)
	}
	return keys
}

func reversed(s []string) []string {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

func TestOrders(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 500} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, store.Options{NoSync: true})
			byKey, byName := fill(t, db, n)
			look := func(tx *store.Tx) {
				wantIDs(t, "All", ids(t, people.All(tx)), byKey...)
				wantIDs(t, "Keys", slices.Collect(people.Keys(tx, "")), byKey...)
				wantIDs(t, "by key", ids(t, people.Ordered(tx, "", false)), byKey...)
				wantIDs(t, "by key reversed", ids(t, people.Ordered(tx, "", true)), reversed(byKey)...)
				wantIDs(t, "by name", ids(t, people.Ordered(tx, "name", false)), byName...)
				wantIDs(t, "by name reversed", ids(t, people.Ordered(tx, "name", true)), reversed(byName)...)
				wantIDs(t, "by address", ids(t, people.Ordered(tx, "email", false)))
			}
			view(t, db, look)
			update(t, db, func(tx *store.Tx) error { look(tx); return nil })
		})
	}
}

func TestPrefixAndBy(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	putAll(t, db,
		&person{ID: "a", Name: "x"}, &person{ID: "ab", Name: "xy"}, &person{ID: "ab/1", Name: "x"},
		&person{ID: "ab/2", Name: "x"}, &person{ID: "ac", Name: ""}, &person{ID: "b", Name: "x"})
	view(t, db, func(tx *store.Tx) {
		for prefix, want := range map[string][]string{
			"a": {"a", "ab", "ab/1", "ab/2", "ac"}, "ab/": {"ab/1", "ab/2"}, "ab/2": {"ab/2"}, "ab/3": nil, "c": nil, "\xff": nil,
		} {
			wantIDs(t, "Prefix "+prefix, ids(t, people.Prefix(tx, prefix)), want...)
			wantIDs(t, "Keys "+prefix, slices.Collect(people.Keys(tx, prefix)), want...)
		}
		for name, want := range map[string][]string{"x": {"a", "ab/1", "ab/2", "b"}, "xy": {"ab"}, "": {"ac"}, "xyz": nil} {
			wantIDs(t, "By "+name, ids(t, people.By(tx, "name", name)), want...)
			wantIDs(t, "KeysBy "+name, slices.Collect(people.KeysBy(tx, "name", name)), want...)
			p, err := people.OneBy(tx, "name", name)
			if want == nil && !errors.Is(err, store.ErrNotFound) || want != nil && (err != nil || p.ID != want[0]) {
				t.Errorf("OneBy %q = %v, %v", name, p, err)
			}
		}
	})
}

func TestPages(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	byKey, byName := fill(t, db, 60)
	cut := func(s []string, skip, limit int) []string {
		skip = min(max(skip, 0), len(s))
		return s[skip:min(skip+max(limit, 0), len(s))]
	}
	view(t, db, func(tx *store.Tx) {
		for _, at := range [][2]int{{0, 25}, {25, 25}, {50, 25}, {60, 25}, {59, 1}, {1000, 1}, {0, 0}, {3, -1}, {-1, 2}, {0, 1000}} {
			skip, limit := at[0], at[1]
			for _, order := range []struct {
				index   string
				reverse bool
				all     []string
			}{{"", false, byKey}, {"", true, reversed(byKey)}, {"name", false, byName}, {"name", true, reversed(byName)}} {
				page, err := people.Page(tx, order.index, order.reverse, skip, limit)
				if err != nil {
					t.Error(err)
				}
				got := ids(t, func(yield func(*person, error) bool) {
					for _, p := range page {
						_ = yield(p, nil)
					}
				})
				wantIDs(t, fmt.Sprintf("page %v by %q, %t", at, order.index, order.reverse), got, cut(order.all, skip, limit)...)
			}
		}
	})
}

func TestAnIndexThatTheCollectionLacksIsAnError(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	for range 2 {
		view(t, db, func(tx *store.Tx) {
			_, pageErr := people.Page(tx, "height", false, 0, 1)
			_, oneErr := people.OneBy(tx, "height", "tall")
			for _, err := range []error{pageErr, oneErr} {
				if err == nil || errors.Is(err, store.ErrNotFound) {
					t.Errorf("%v", err)
				}
			}
			wantIDs(t, "KeysBy", slices.Collect(people.KeysBy(tx, "height", "tall")))
		})
		putAll(t, db, &person{ID: "1"})
	}
}

func TestAnIndexEntryWithoutItsDocumentIsDamage(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1", Name: "n"})
	err := db.Bolt().Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("org/" + org)).Bucket([]byte("people")).Delete([]byte("1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx *store.Tx) {
		if p, err := people.OneBy(tx, "name", "n"); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("OneBy = %v, %v", p, err)
		}
	})
}

func TestIterationStopsWhenAsked(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{})
	putAll(t, db, &person{ID: "1"}, &person{ID: "2"}, &person{ID: "3"})
	view(t, db, func(tx *store.Tx) {
		for p, err := range people.All(tx) {
			if err != nil || p.ID != "1" {
				t.Errorf("All began with %v, %v", p, err)
			}
			break
		}
		for range people.Keys(tx, "") {
			break
		}
		for range tx.Orgs() {
			break
		}
		// An iterator starts anew with each loop.
		docs := people.Ordered(tx, "name", true)
		for range 2 {
			wantIDs(t, "again", ids(t, docs), "3", "2", "1")
		}
	})
}

// Keys are handed out as parts of shared memory; they must not change later.
func TestKeysOutliveTheTransaction(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	byKey, _ := fill(t, db, 500)
	long := strings.Repeat("k", 10_000)
	putAll(t, db, &person{ID: long})
	var keys []string
	view(t, db, func(tx *store.Tx) { keys = slices.Collect(people.Keys(tx, "")) })
	update(t, db, func(tx *store.Tx) error { return tx.DropOrg(org) })
	putAll(t, db, &person{ID: "other", Notes: strings.Repeat("y", 1<<20)})
	wantIDs(t, "keys", keys, append(byKey, long)...)
}

func TestChangingWhileIterating(t *testing.T) {
	t.Parallel()
	for _, reverse := range []bool{false, true} {
		t.Run(fmt.Sprintf("reverse=%t", reverse), func(t *testing.T) {
			t.Parallel()
			db := openTemp(t, store.Options{NoSync: true})
			byKey, byName := fill(t, db, 300)
			if reverse {
				byKey, byName = reversed(byKey), reversed(byName)
			}
			update(t, db, func(tx *store.Tx) error {
				// Replacing what one stands on, as a migration does.
				var seen []string
				for p, err := range people.Ordered(tx, "name", reverse) {
					if err != nil {
						return err
					}
					seen = append(seen, p.ID)
					p.Notes = "seen"
					if err := people.Put(tx, p); err != nil {
						return err
					}
				}
				wantIDs(t, "replaced", seen, byName...)

				// Removing what one stands on and what lies ahead.
				seen = nil
				for p, err := range people.Ordered(tx, "", reverse) {
					if err != nil {
						return err
					}
					if p.Notes != "seen" {
						t.Errorf("%s was not replaced", p.ID)
					}
					seen = append(seen, p.ID)
					i := slices.Index(byKey, p.ID)
					if err := errors.Join(people.Delete(tx, p.ID), people.Delete(tx, byKey[i+1])); err != nil {
						return err
					}
				}
				var want []string
				for i := 0; i < len(byKey); i += 2 {
					want = append(want, byKey[i])
				}
				wantIDs(t, "removed", seen, want...)

				// Adding ahead and behind.
				seen = nil
				if err := people.Put(tx, &person{ID: "m"}); err != nil {
					return err
				}
				for p, err := range people.Ordered(tx, "", reverse) {
					if err != nil {
						return err
					}
					seen = append(seen, p.ID)
					if len(seen) == 1 {
						if err := errors.Join(people.Put(tx, &person{ID: "a"}), people.Put(tx, &person{ID: "z"})); err != nil {
							return err
						}
					}
				}
				if want := map[bool][]string{false: {"m", "z"}, true: {"m", "a"}}[reverse]; !slices.Equal(seen, want) {
					t.Errorf("added: %q, want %q", seen, want)
				}

				// Losing everything.
				n := 0
				for _, err := range people.Ordered(tx, "name", reverse) {
					n++
					if err := errors.Join(err, tx.DropOrg(org)); err != nil {
						return err
					}
				}
				if n != 1 {
					t.Errorf("%d documents after everything was dropped", n)
				}
				return nil
			})
		})
	}
}

// The library's cursors stop at pages that the same transaction has emptied.
func TestReverseIterationPassesEmptiedPages(t *testing.T) {
	t.Parallel()
	db := openTemp(t, store.Options{NoSync: true})
	byKey, _ := fill(t, db, 500)
	for _, key := range byKey {
		putAll(t, db, &person{ID: key, Name: key, Email: mail(key), Notes: strings.Repeat("x", 300)})
	}
	update(t, db, func(tx *store.Tx) error {
		for _, key := range byKey[100:400] {
			if err := people.Delete(tx, key); err != nil {
				return err
			}
		}
		left := slices.Concat(byKey[:100], byKey[400:])
		wantIDs(t, "forward", ids(t, people.All(tx)), left...)
		wantIDs(t, "reverse", ids(t, people.Ordered(tx, "", true)), reversed(left)...)
		gap := store.Range{Index: "email", After: mail(byKey[300])} // which is among those that are gone
		wantIDs(t, "forward from the gap", scanned(tx, gap), byKey[400:]...)
		gap.Reverse = true
		wantIDs(t, "in reverse from the gap", scanned(tx, gap), reversed(byKey[:100])...)
		for _, key := range left {
			if err := people.Delete(tx, key); err != nil {
				return err
			}
		}
		wantIDs(t, "nothing forward", ids(t, people.All(tx)))
		wantIDs(t, "nothing in reverse", ids(t, people.Ordered(tx, "", true)))
		wantIDs(t, "nothing by name in reverse", ids(t, people.Ordered(tx, "name", true)))
		wantIDs(t, "nothing from the gap in reverse", scanned(tx, gap))
		wantIDs(t, "nothing scanned in reverse", scanned(tx, store.Range{Index: "email", Prefix: "m", Reverse: true}))
		return nil
	})
	checkFile(t, db)
}
