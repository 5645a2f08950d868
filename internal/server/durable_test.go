package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/internal/store"
)

// made is something that a client was told is there, and the state file as it was
// synced last before the client was told; nil for never.
type made struct {
	id   string
	file *[]byte
}

// makeDivisions has several clients make divisions at once.
func makeDivisions(t *testing.T, path string) (org string, all []made) {
	t.Helper()
	var synced atomic.Pointer[[]byte]
	s, err := server.Start(t.Context(), server.Config{Path: path, OnSync: func() {
		// While this runs, nobody writes and nobody is answered.
		b, _ := os.ReadFile(path) // nothing, of a file whose place is not known
		synced.Store(&b)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	post := func(path, token, body string, into any) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer func() { _ = answer.Body.Close() }()
		if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
			t.Error(err)
		}
		return answer.StatusCode
	}
	var access control.TokenResponse
	post("/_mockcloud/token", "", "{}", &access)
	const clients, each = 8, 4
	all = make([]made, clients*each)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				var division struct{ ID string }
				status := post("/api/v2/authorization/divisions", access.AccessToken, fmt.Sprintf(`{"name":"division %d of client %d"}`, i, c), &division)
				all[c*each+i] = made{division.ID, synced.Load()}
				if status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	wg.Wait()
	return s.Present().Organizations[0].ID, all
}

// kill -9 leaves what the system has not written yet, so that no kill can show
// what a machine that loses its power would lose. So for each answer: the file as
// it was at the last sync before it has what the answer says.
func TestEachAnswerComesAfterASyncThatCoversIt(t *testing.T) {
	t.Parallel()
	org, all := makeDivisions(t, filepath.Join(t.TempDir(), "state.db"))
	files := make(map[*[]byte]*store.DB)
	for _, m := range all {
		if m.file == nil {
			t.Fatalf("%s was answered before any sync", m.id)
		}
		db := files[m.file]
		if db == nil {
			path := filepath.Join(t.TempDir(), "synced.db")
			if err := os.WriteFile(path, *m.file, 0o600); err != nil {
				t.Fatal(err)
			}
			var err error
			if db, err = store.Open(path, store.Options{NoSync: true}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			files[m.file] = db
		}
		err := db.View(t.Context(), org, func(tx *store.Tx) error {
			if !identity.Divisions.Has(tx, m.id) {
				t.Errorf("%s was answered before a sync that covers it", m.id)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if len(files) < 2 {
		t.Errorf("%d syncs", len(files))
	}
}

// The proof above would notice: a state that nobody asked to keep is not synced.
func TestATemporaryStateIsNotSynced(t *testing.T) {
	t.Parallel()
	_, all := makeDivisions(t, "")
	for _, m := range all {
		if m.id == "" || m.file != nil {
			t.Errorf("%+v", m)
		}
	}
}

// A state file holds what collections declare. One that the check does not know
// would be passed over.
func TestTheCheckKnowsEveryCollection(t *testing.T) {
	t.Parallel()
	declared := make(map[string]string)
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok && isCollection(literal.Type) {
				declared[nameOf(literal)] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	known := server.CollectionNames()
	for _, name := range known {
		if _, ok := declared[name]; !ok {
			t.Errorf("the check knows %q, which nobody declares", name)
		}
		delete(declared, name)
	}
	for name, path := range declared {
		t.Errorf("the check does not know %q of %s: add it to that package's Collections", name, path)
	}
	if len(known) < 20 {
		t.Errorf("only %d collections", len(known))
	}
}

func isCollection(e ast.Expr) bool {
	index, ok := e.(*ast.IndexExpr)
	if !ok {
		return false
	}
	name, ok := index.X.(*ast.SelectorExpr)
	if !ok || name.Sel.Name != "Collection" {
		return false
	}
	from, ok := name.X.(*ast.Ident)
	return ok && from.Name == "store"
}

func nameOf(literal *ast.CompositeLit) string {
	for _, e := range literal.Elts {
		if field, ok := e.(*ast.KeyValueExpr); ok && field.Key.(*ast.Ident).Name == "Name" {
			if value, ok := field.Value.(*ast.BasicLit); ok {
				name, _ := strconv.Unquote(value.Value)
				return name
			}
		}
	}
	return "one without a plain name"
}
