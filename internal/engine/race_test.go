package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Many clients make, move and remove at the same time what the others are at, and
// much of it fails. What is left must belong together: nothing without its parent,
// and as many in each collection as its counter says.
func TestAStormLeavesWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	admin := srv.Admin(t)
	const tables, libraries, lists = "/api/v2/flows/datatables", "/api/v2/knowledge/knowledgebases", "/api/v2/outbound/dnclists"
	var parents sync.Map // name → path
	parent := func(n int) (string, bool) {
		p, ok := parents.Load(n)
		text, _ := p.(string)
		return text, ok
	}
	var wait sync.WaitGroup
	var made, refused, gone sync.Map
	for worker := range 6 {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 7))
			count := func(got *mocktest.Response) {
				switch {
				case got.Status >= 500:
					t.Errorf("%d %s", got.Status, got.Body)
				case got.Status == http.StatusNotFound:
					gone.Store(got, true)
				case got.Status >= 400:
					refused.Store(got, true)
				default:
					made.Store(got, true)
				}
			}
			for range 150 {
				n := rng.IntN(6)
				at, there := parent(n)
				switch kind := rng.IntN(10); {
				case !there || kind == 0:
					base, body := tables, fmt.Sprintf(`{"name":"T%d","schema":%s}`, n, dayColumns)
					switch n % 3 {
					case 1:
						base, body = libraries, fmt.Sprintf(`{"name":"K%d","coreLanguage":"en-US"}`, n)
					case 2:
						base, body = lists, fmt.Sprintf(`{"name":"D%d","dncSourceType":"rds"}`, n)
					}
					got := admin.Post(t, base, body)
					count(got)
					if got.Status < 300 {
						parents.Store(n, base+"/"+got.Str(t, "id"))
					}
				case kind == 1:
					got := admin.Delete(t, at+"?force=true")
					count(got)
					if got.Status < 300 || got.Status == http.StatusNotFound {
						parents.CompareAndDelete(n, at)
					}
				case n%3 == 0 && kind < 4: // the same few keys
					count(admin.Delete(t, fmt.Sprintf("%s/rows/k%d", at, rng.IntN(4))))
				case n%3 == 0:
					count(admin.Post(t, at+"/rows", fmt.Sprintf(`{"key":"k%d","open":%s}`, rng.IntN(4), []string{"true", `"no"`}[rng.IntN(2)])))
				case n%3 == 1:
					count(admin.Post(t, at+"/categories", fmt.Sprintf(`{"name":"C%d"}`, rng.IntN(4))))
				default: // the last entry makes the whole call fail
					count(admin.Post(t, at+"/phonenumbers", fmt.Sprintf(`["+1%d","+2%d"%s]`, rng.IntN(4), rng.IntN(4), []string{"", `,"` + strings.Repeat("9", 5000) + `"`}[rng.IntN(2)])))
				}
			}
		})
	}
	wait.Wait()
	for what, counted := range map[string]*sync.Map{"made": &made, "refused": &refused, "gone": &gone} {
		n := 0
		counted.Range(func(any, any) bool { n++; return true })
		t.Logf("%d %s", n, what)
		if n < 10 {
			t.Errorf("%d were %s: that is no storm", n, what)
		}
	}
	srv.Stop(t)
	belongsTogether(t, path)
}

// belongsTogether checks what the engine keeps in a state file.
func belongsTogether(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	counted, said, paths := map[string]int{}, map[string]int{}, map[string]bool{}
	err = db.View(context.Background(), store.Global, func(tx *store.Tx) error {
		for org := range tx.Orgs() {
			err := tx.In(org).Walk(func(collection, key string, document []byte) error {
				switch collection {
				case "engine/items":
					var held struct {
						Hidden bool
						Body   json.RawMessage
					}
					if err := json.Unmarshal(document, &held); err != nil {
						return err
					}
					paths[key] = true
					if !held.Hidden {
						counted[key[:strings.LastIndexByte(key, '/')]]++
					}
				case "engine/counters":
					var held struct{ Count int }
					if err := json.Unmarshal(document, &held); err != nil {
						return err
					}
					said[key] = held.Count
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for collection, n := range counted {
		if said[collection] != n {
			t.Errorf("%s holds %d items, its counter says %d", collection, n, said[collection])
		}
		delete(said, collection)
		for _, below := range []string{"/flows/datatables/", "/knowledge/knowledgebases/", "/outbound/dnclists/"} {
			if rest, ok := strings.CutPrefix(collection, below); ok {
				if key, _, _ := strings.Cut(rest, "/"); !paths[below+key] {
					t.Errorf("%s is left without what it belongs to", collection)
				}
			}
		}
	}
	for collection, n := range said {
		if n != 0 {
			t.Errorf("%s is empty, its counter says %d", collection, n)
		}
	}
}
