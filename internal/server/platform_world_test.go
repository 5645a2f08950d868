package server_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
	"github.com/mockcloud/mockcloud/openapi"
)

// The suite of the platform is driven by the catalogue: which operations there
// are, what they take and what their paths lead through, nobody has typed.

// platform is what the suite knows of all operations. It is read-only.
type platform struct {
	catalogue *spec.Catalogue
	table     *behaviour.Table
	rows      map[string]*behaviour.Row
	byKind    map[string]map[behaviour.Kind]*spec.Operation // anonymous collection → kind → operation
	means     map[string]string                             // path parameter → the collection that it means
	paths     map[string]map[string]*spec.Operation         // anonymous path below /api/v2 → method → operation
	router    router
}

// thePlatform is made once, since decoding all operations takes its time.
var thePlatform = sync.OnceValues(func() (*platform, error) {
	c, err := spec.Load()
	if err != nil {
		return nil, err
	}
	p := &platform{
		catalogue: c, table: behaviour.Open(openapi.Behaviour, openapi.Collections),
		rows: map[string]*behaviour.Row{}, byKind: map[string]map[behaviour.Kind]*spec.Operation{}, means: map[string]string{},
		paths: map[string]map[string]*spec.Operation{}, router: newRouter(c.Operations()),
	}
	for _, op := range c.Operations() {
		at := strings.TrimPrefix(behaviour.Anonymous(op.Path), "/api/v2")
		if p.paths[at] == nil {
			p.paths[at] = map[string]*spec.Operation{}
		}
		p.paths[at][op.Method] = op
	}
	rows, err := p.table.Rows()
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		p.rows[r.ID] = r
		op, ok := c.Operation(r.ID)
		if !ok {
			continue
		}
		at := behaviour.Anonymous(r.Collection)
		if p.byKind[at] == nil {
			p.byKind[at] = map[behaviour.Kind]*spec.Operation{}
		}
		if old := p.byKind[at][r.Kind]; old == nil || p.nearer(op, old, r.Collection) {
			p.byKind[at][r.Kind] = op
		}
		if r.Kind == behaviour.Get && r.Collection != "" && !strings.Contains(r.Collection, "{") && p.means[r.Key] == "" {
			p.means[r.Key] = r.Collection
		}
		for _, parent := range r.Parents {
			if !strings.Contains(parent.Collection, "{") && p.means[parent.Param] == "" {
				p.means[parent.Param] = parent.Collection
				p.means[strings.ToLower(strings.TrimSuffix(parent.Param, "Id"))] = parent.Collection
			}
		}
	}
	return p, nil
})

// nearer tells whether an operation's own path is that of the collection, and the
// other's is not.
func (p *platform) nearer(op, than *spec.Operation, collection string) bool {
	at := func(o *spec.Operation) bool {
		path := strings.TrimPrefix(behaviour.Anonymous(o.Path), "/api/v2")
		c := behaviour.Anonymous(collection)
		return path == c || path == c+"/{}"
	}
	return at(op) && !at(than)
}

func (p *platform) of(collection string, kind behaviour.Kind) *spec.Operation {
	return p.byKind[behaviour.Anonymous(collection)][kind]
}

// keyOf is the property that holds the key of a collection's items.
func (p *platform) keyOf(t testing.TB, template string) string {
	t.Helper()
	c, err := p.table.Collection(template)
	if err != nil {
		t.Fatal(err)
	}
	if c == nil || c.Key == "" {
		return "id"
	}
	return c.Key
}

// world makes valid calls of one server: it finds or makes what they name. It
// belongs to one goroutine.
type world struct {
	*platform
	t      testing.TB
	url    string
	client *http.Client

	admin, person, guest string // tokens
	env                  mocktest.Environment
	prepare              func() // makes it the world of a server that has just been started or reset

	known  map[string]string // concrete collection → key of an item
	none   map[string]bool   // concrete collections in which nothing could be found or made
	making map[string]bool   // collections to which an item is being added
	made   map[string]bool   // keys of what was added
	seq    int               // makes names unique

	stale       bool            // nothing is made only because it will be changed
	garden      garden          // what the fixtures have planted
	gone        map[string]bool // paths of what was removed of it
	certificate string          // of an identity provider; "" until one is needed
	misfit      func(op *spec.Operation, call string, err error)
}

// newWorld is the world of a new server.
func newWorld(t *testing.T, o mocktest.Options) *world {
	t.Helper()
	srv := mocktest.Start(t, o)
	return worldOf(t, srv)
}

func worldOf(t *testing.T, srv *mocktest.Server) *world {
	t.Helper()
	w := remoteWorld(t, srv.URL)
	w.env = srv.Environment()
	w.prepare = func() {
		w.admin, w.person, w.guest = srv.Admin(t).Token, srv.AsUser(t, "admin@mockcloud.test").Token, ""
		clear(w.known)
		clear(w.none)
		clear(w.gone)
		export, err := os.ReadFile("../../fixtures/actions/01-queue-member-presence.json")
		if err != nil {
			t.Fatal(err)
		}
		w.known["/integrations"] = srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions", Name: "Platform"})
		w.known["/integrations/actions"] = srv.ImportAction(t, "Platform", export)
		// Clients that are no users list no conversations: theirs is one that the user has.
		if call, ok := w.catalogue.Operation("postConversationsCalls"); ok {
			w.known["/conversations"] = w.send(w.person, call, call.Path, map[string]any{"phoneNumber": "+15555550100"}).Str(t, "id")
		}
	}
	w.prepare()
	return w
}

// remoteWorld is the world of a server wherever it runs, without tokens.
func remoteWorld(t *testing.T, address string) *world {
	t.Helper()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		platform: p, t: t, url: address, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}},
		known: map[string]string{}, none: map[string]bool{}, making: map[string]bool{}, gone: map[string]bool{}, made: map[string]bool{},
	}
	w.misfit = func(op *spec.Operation, call string, err error) { w.t.Errorf("%s: %s: %v", op.ID, call, err) }
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// as is the token with which an operation succeeds.
func (w *world) as(op *spec.Operation) string {
	switch facts := op.Facts(); {
	case facts.Auth == spec.Guest:
		return w.asGuest()
	case facts.UserContext:
		return w.person
	default:
		return w.admin
	}
}

// asGuest is the token of somebody who has opened a chat on a web page.
func (w *world) asGuest() string {
	if w.guest == "" {
		op, ok := w.catalogue.Operation("postWebchatGuestConversations")
		if !ok {
			w.t.Fatal("there are no guests")
		}
		if got := w.call(op, op.Path, w.minimal(op)); got.Status < 300 {
			w.guest = cmp.Or(got.Str(w.t, "jwt"), "none")
		}
	}
	return w.guest
}

// call sends a request of the operation, and checks the answer against its schema.
func (w *world) call(op *spec.Operation, path string, body any) *mocktest.Response {
	w.t.Helper()
	if op.Facts().Auth == spec.Open {
		return w.send("", op, path, body)
	}
	got := w.send(w.as(op), op, path, body)
	if got.Status == http.StatusBadRequest && len(got.Body) > 0 && got.Str(w.t, "code") == "not.a.user" {
		return w.send(w.person, op, path, body)
	}
	return got
}

// send is call with a token.
func (w *world) send(token string, op *spec.Operation, path string, body any) *mocktest.Response {
	w.t.Helper()
	var reader io.Reader
	if body != nil {
		text, isText := body.([]byte)
		if !isText {
			text = encoded(body)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), op.Method, w.url+path, reader)
	if err != nil {
		w.t.Fatalf("%s %s: %v", op.ID, path, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", contentType(op))
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", op.ID, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", op.ID, path, err)
	}
	got := &mocktest.Response{Status: answer.StatusCode, Header: answer.Header, Body: content}
	answers := op
	if other := w.router.find(op.Method, path); other != nil {
		answers = other // what stands in a path as it is goes before parameters
	}
	if err := answers.CheckResponse(got.Status, got.Body); err != nil {
		w.misfit(op, op.Method+" "+path, err)
	}
	return got
}

// control posts to the server's own operations, which need no token.
func (w *world) control(path, body string) (status int, answer []byte) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/_mockcloud/"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	answer, err = io.ReadAll(got.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return got.StatusCode, answer
}

// contentType is what the operation's body is sent as.
func contentType(op *spec.Operation) string {
	if types := op.Facts().Consumes; len(types) > 0 && !slices.Contains(types, "application/json") {
		return types[0]
	}
	return "application/json"
}

// elements are the objects in the list of an answer; items is the property that
// holds them, "." where the answer is the list.
func elements(got *mocktest.Response, items string) []map[string]any {
	var list []any
	if items == "." {
		if decodeJSON(got.Body, &list) != nil {
			return nil
		}
	} else {
		var answer map[string]any
		if decodeJSON(got.Body, &answer) != nil {
			return nil
		}
		list, _ = answer[items].([]any)
	}
	all := make([]map[string]any, 0, len(list))
	for _, e := range list {
		object, ok := e.(map[string]any)
		if !ok {
			object = map[string]any{"": e} // a list of keys
		}
		all = append(all, object)
	}
	return all
}

func decodeJSON(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

// scalarText is a text or number as text; "" for anything else.
func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return ""
	}
}
