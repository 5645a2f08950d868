package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
)

// model is what the store should hold: plain maps, by organization and key.
type model map[string]map[string]person

func (m model) clone() model {
	out := make(model)
	for org, docs := range m {
		out[org] = maps.Clone(docs)
	}
	return out
}

// compare checks everything that can be read against the model.
func (m model) compare(t *testing.T, tx *store.Tx) {
	t.Helper()
	var orgs []string
	for _, o := range []string{org, otherOrg} {
		if len(m[o]) > 0 {
			orgs = append(orgs, o)
		}
		tx := tx.In(o)
		docs := slices.SortedFunc(maps.Values(m[o]), func(a, b person) int { return cmp.Compare(a.ID, b.ID) })
		var keys, names, teams []string
		for _, p := range docs {
			keys = append(keys, p.ID)
			got, err := people.Peek(tx, p.ID)
			if err != nil || got.Name != p.Name || got.Notes != p.Notes || !slices.Equal(got.Teams, p.Teams) {
				t.Errorf("%s = %+v, %v, want %+v", p.ID, got, err, p)
			}
		}
		slices.SortStableFunc(docs, func(a, b person) int { return cmp.Compare(a.Name, b.Name) })
		for _, p := range docs {
			names = append(names, p.ID)
		}
		for _, p := range docs {
			for _, team := range p.Teams {
				teams = append(teams, team+" "+p.ID)
			}
		}
		slices.Sort(teams)
		for i, team := range teams {
			teams[i] = strings.Split(team, " ")[1]
		}
		if n, err := people.Count(tx); n != len(docs) || err != nil {
			t.Errorf("Count = %d, %v, want %d", n, err, len(docs))
		}
		for index, want := range map[string][]string{"": keys, "name": names, "team": teams} {
			wantIDs(t, "by "+index, ids(t, people.Ordered(tx, index, false)), want...)
			wantIDs(t, "reversed by "+index, ids(t, people.Ordered(tx, index, true)), reversed(want)...)
		}
	}
	wantIDs(t, "Orgs", slices.Collect(tx.Orgs()), orgs...)
}

// change makes one random change to both, and checks the store's answer.
func (m model) change(t *testing.T, tx *store.Tx, r *rand.Rand) {
	t.Helper()
	o := []string{org, org, org, otherOrg}[r.IntN(4)]
	tx = tx.In(o)
	p := person{ID: fmt.Sprintf("id%03d", r.IntN(150)), Name: fmt.Sprint("n", r.IntN(20)), Notes: strings.Repeat("x", r.IntN(600))}
	if r.IntN(4) > 0 {
		p.Email = mailOf(r, p.ID)
	}
	for team := range 4 {
		if r.IntN(3) == 0 {
			p.Teams = append(p.Teams, fmt.Sprint("t", team))
		}
	}
	_, known := m[o][p.ID]
	var err, want error
	switch n := r.IntN(100); {
	case n < 45:
		err = people.Put(tx, &p)
	case n < 60:
		if err = people.Insert(tx, &p); known {
			want = store.ErrExists
			p = m[o][p.ID]
		}
	case n < 90:
		if err = people.Delete(tx, p.ID); !known {
			want = store.ErrNotFound
		}
		delete(m[o], p.ID)
		p.ID = ""
	case n < 97: // a whole range, to empty pages
		for key := range people.Keys(tx, p.ID[:3]) {
			err = cmp.Or(err, people.Delete(tx, key))
			delete(m[o], key)
		}
		p.ID = ""
	default:
		err = tx.DropOrg(o)
		delete(m, o)
		p.ID = ""
	}
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
	if p.ID != "" {
		if m[o] == nil {
			m[o] = make(map[string]person)
		}
		m[o][p.ID] = p
	}
}

// mailOf is one of few addresses that only this document has.
func mailOf(r *rand.Rand, id string) string { return string(rune('a'+r.IntN(3))) + "/" + id }

// scan checks parts of an index against the model: all of a prefix, and what comes
// after a key, which may be there or not.
func (m model) scan(t *testing.T, tx *store.Tx, r *rand.Rand) {
	t.Helper()
	tx = tx.In(org)
	for range 20 {
		at := store.Range{Index: "email", Reverse: r.IntN(2) == 0}
		some := mailOf(r, fmt.Sprintf("id%03d", r.IntN(150)))
		at.Prefix = some[:[]int{0, 1, 2, 5, len(some)}[r.IntN(5)]]
		if r.IntN(3) > 0 {
			at.After = mailOf(r, fmt.Sprintf("id%03d", r.IntN(150)))
		}
		if r.IntN(3) == 0 {
			at.After = at.Prefix + "zz" // none is called that
		}
		var want []string
		for _, p := range m[org] {
			past := at.After == "" || (p.Email > at.After) != at.Reverse
			if p.Email != "" && strings.HasPrefix(p.Email, at.Prefix) && past && p.Email != at.After {
				want = append(want, p.Email+" "+p.ID)
			}
		}
		slices.Sort(want)
		if at.Reverse {
			slices.Reverse(want)
		}
		var got []string
		for index, key := range people.Scan(tx, at) {
			got = append(got, index+" "+key)
		}
		wantIDs(t, fmt.Sprintf("Scan(%+v)", at), got, want...)
	}
}

// Random calls, some of which fail, in random batches must leave what the model
// says, at every point where it can be seen.
func TestRandomBatchesAgreeWithAModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			db := openTemp(t, store.Options{NoSync: true})
			m := make(model)
			for range 25 {
				var fns []func(*store.Tx) error
				for range 1 + r.IntN(5) {
					fns = append(fns, func(tx *store.Tx) error {
						mine := m.clone()
						for range r.IntN(40) {
							mine.change(t, tx, r)
						}
						mine.compare(t, tx)
						mine.scan(t, tx, r)
						switch r.IntN(4) {
						case 0:
							return errChangedMyMind
						case 1:
							panic(errChangedMyMind)
						}
						m = mine
						return nil
					})
				}
				for _, err := range together(t, db, fns...) {
					if err != nil && !errors.Is(err, errChangedMyMind) {
						t.Error(err)
					}
				}
				view(t, db, func(tx *store.Tx) {
					m.compare(t, tx)
					m.scan(t, tx, r)
				})
				checkFile(t, db)
				if t.Failed() {
					break
				}
			}
		})
	}
}
