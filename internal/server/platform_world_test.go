package server_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

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
	failed map[string]string // collection → why nothing could be added
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
		known: map[string]string{}, none: map[string]bool{}, making: map[string]bool{}, gone: map[string]bool{}, failed: map[string]string{}, made: map[string]bool{},
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

// ownRights are the collections that hold what the world acts with, which it had
// better not change.
var ownRights = map[string]bool{"/oauth/clients": true, "/authorization/roles": true}

// item is the key of an item in the collection with that template at the concrete
// path: one that is listed there, else one that is added; "" where there is none.
func (w *world) item(template, concrete string) string {
	if before, after, ok := strings.Cut(concrete, "/{}"); ok { // below any of these
		key := w.item(template[:strings.Index(template, "/{}")], before)
		if key == "" {
			return ""
		}
		return w.item(template, before+"/"+key+after)
	}
	if key, ok := w.known[concrete]; ok {
		return key
	}
	if w.making[concrete] || w.none[concrete] {
		return "" // a thing that would need itself, or that was looked for before
	}
	w.making[concrete] = true
	defer delete(w.making, concrete)
	key := ""
	if !ownRights[template] {
		key = w.listed(template, concrete)
	}
	if key == "" {
		key = w.added(template, concrete)
	}
	if key != "" {
		w.known[concrete] = key
	} else if len(w.making) == 1 {
		w.none[concrete] = true
	}
	return key
}

// listed is the key of the first item that a collection lists.
func (w *world) listed(template, concrete string) string {
	at := behaviour.Anonymous(template)
	for _, kind := range []behaviour.Kind{behaviour.List, behaviour.View, ""} {
		op := w.of(template, kind)
		if kind == "" {
			op = w.paths[at][http.MethodGet]
		}
		if op == nil || strings.Count(op.Path, "{") != strings.Count(template, "{") {
			continue
		}
		path := "/api/v2" + concrete
		if kind == behaviour.View {
			if path = op.Path; strings.Contains(path, "{") {
				continue
			}
		}
		got := w.call(op, path+w.query(op), nil)
		if got.Status != http.StatusOK || len(got.Body) == 0 {
			continue
		}
		for _, e := range elements(got, cmp.Or(w.rows[op.ID].Items, listOfKeys(got))) {
			for _, property := range []string{w.keyOf(w.t, template), "id", ""} {
				if key := scalarText(e[property]); key != "" {
					return key
				}
			}
		}
	}
	return ""
}

// listOfKeys is the property of an answer that holds a list of texts, or of SCIM's
// resources; "" where none does.
func listOfKeys(got *mocktest.Response) string {
	var answer map[string]any
	_ = decodeJSON(got.Body, &answer) // a list has no properties
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		list, _ := answer[name].([]any)
		if len(list) > 0 && (scalarText(list[0]) != "" || name == "Resources") && name != "schemas" {
			return name
		}
	}
	return ""
}

// added is the key of an item that is added to the collection.
func (w *world) added(template, concrete string) string {
	for _, kind := range []behaviour.Kind{behaviour.Create, behaviour.Job, behaviour.Put, ""} {
		op := w.of(template, kind)
		if kind == "" {
			op = w.paths[behaviour.Anonymous(template)][http.MethodPost]
		}
		if op == nil {
			continue
		}
		path, key := "/api/v2"+concrete, ""
		switch row := w.rows[op.ID]; {
		case kind == behaviour.Put:
			if key = "mock-key"; slices.ContainsFunc(row.Parents, func(p behaviour.Parent) bool { return p.Param == row.Key }) {
				key = w.reference(row.Key) // what is added is there already
			}
			path += "/" + url.PathEscape(key)
		case behaviour.Anonymous(op.Path) != "/api/v2"+behaviour.Anonymous(template), strings.Contains(concrete, "{}"):
			path = w.path(op) // it adds from somewhere else
		}
		got := w.call(op, path+w.query(op), w.full(op, 0))
		if got.Status/100 != 2 {
			got = w.call(op, path+w.query(op), w.minimal(op))
		}
		if got.Status/100 != 2 {
			w.failed[behaviour.Anonymous(template)] = op.ID + " " + string(got.Body)
			continue
		}
		if key == "" {
			key = w.keyIn(template, got)
		}
		if key != "" {
			w.made[key] = true
			return key
		}
	}
	return ""
}

// keyIn is the key of the item that an answer is.
func (w *world) keyIn(template string, got *mocktest.Response) string {
	var item map[string]any
	if len(got.Body) == 0 || decodeJSON(got.Body, &item) != nil {
		return ""
	}
	if job, ok := item["job"].(map[string]any); ok && item["id"] == nil {
		item = job
	}
	for _, property := range []string{w.keyOf(w.t, template), "id", "jobId", "executionId", "operationId", "transactionId", "statusId", "correlationId", "downloadId", "uploadId"} {
		if key := scalarText(item[property]); key != "" {
			return key
		}
	}
	return ""
}

// query is what the operation cannot do without.
func (w *world) query(op *spec.Operation) string {
	q := url.Values{}
	for _, p := range op.Parameters() {
		row := w.rows[op.ID]
		key := row.Key == "?"+p.Name
		if p.In != "query" || (!p.Required && p.Name != "permission" && !key) {
			continue
		}
		value := sample(p)
		if key || (row.Kind == behaviour.BulkRemove && isIDs(p.Name)) {
			collection := row.Collection
			if strings.Contains(collection, "{") {
				collection = expandPath(collection, w.values(op, nil))
			}
			q.Set(p.Name, cmp.Or(w.item(row.Collection, collection), value))
			continue
		}
		if len(p.Enum) == 0 && p.Type == "string" && p.Format == "" {
			if key := w.reference(p.Name); key != "" {
				value = key
			} else if known := someValues[p.Name]; known != "" {
				value = known
			}
		}
		q.Set(p.Name, value)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// isIDs tells whether a parameter of an operation on several items names them.
func isIDs(name string) bool { return name == "id" || name == "ids" || strings.HasSuffix(name, "Ids") }

// someValues are those of parameters that mean the same wherever they stand.
var someValues = map[string]string{
	"q64":        base64.StdEncoding.EncodeToString([]byte(`{"types":["users"],"query":[{"type":"EXACT","fields":["name"],"value":"Mock"}]}`)),
	"permission": "routing:queue:view", "targetName": "routing:queue:view", "filter": `displayName eq "Mock"`, "featureName": "pci",
	"presences/sourceId": "purecloud",
}

// otherNames are the collections of what is called otherwise than it is there.
var otherNames = map[string]string{
	"owner": "/users", "member": "/users", "manager": "/users", "agent": "/users", "assignee": "/users", "evaluator": "/users", "calibrator": "/users", "experteValuator": "/users",
	"facilitator": "/users", "attendee": "/users", "supervisor": "/users", "participant": "/users", "assigner": "/users", "reviewer": "/users", "user": "/users", "subject": "/users",
	"routingskill": "/routing/skills", "routinglanguage": "/routing/languages", "rightrole": "/authorization/roles",
	"setting": "/conversations/messaging/settings", "supportedcontent": "/conversations/messaging/supportedcontent",
}

// reference is the key of something that a property or parameter names; "" where
// it is not known of what. The last words of a name tell as well: a defaultQueueId
// is that of a queue.
func (w *world) reference(name string) string {
	short := strings.TrimSuffix(name, "Id")
	if short == "" {
		return ""
	}
	if stem, many := strings.CutSuffix(short, "ies"); many {
		short = stem + "y"
	}
	short = strings.TrimSuffix(strings.TrimSuffix(short, "s"), "Id")
	for _, collection := range []string{
		w.table.Named(name), w.table.Named(short), w.means[name], w.means[short+"Id"], w.means[strings.ToLower(short)], otherNames[strings.ToLower(short)],
	} {
		if collection != "" {
			if key := w.item(collection, collection); key != "" {
				return key
			}
		}
	}
	if i := strings.IndexFunc(short, unicode.IsUpper); i > 0 {
		return w.reference(strings.ToLower(short[i:i+1]) + short[i+1:])
	}
	return ""
}

// path is the operation's path with items that exist, without a query.
func (w *world) path(op *spec.Operation) string { return expandPath(op.Path, w.values(op, nil)) }

// values are those of the parameters in the operation's path, those that are given
// among them. What was planted goes first, since it has all that can be below it;
// what is changed or removed is made for it, where it can be.
func (w *world) values(op *spec.Operation, given map[string]string) map[string]string {
	row := w.rows[op.ID]
	values, bound := map[string]string{}, maps.Clone(given)
	if bound == nil {
		bound = map[string]string{}
	}
	for _, p := range op.Parameters() {
		if p.In == "path" {
			values[p.Name] = sample(p)
			before, _, _ := strings.Cut(op.Path, "/{"+p.Name+"}")
			known := cmp.Or(someValues[before[strings.LastIndexByte(before, '/')+1:]+"/"+p.Name], someValues[p.Name])
			if known != "" && bound[p.Name] == "" {
				bound[p.Name] = known
			}
		}
	}
	fresh := w.wantsFresh(op)
	w.bind(op, bound, fresh)
	maps.Copy(values, bound)
	path := strings.TrimPrefix(op.Path, "/api/v2")
	for at, char := range path {
		if char != '{' {
			continue
		}
		name, _, _ := strings.Cut(path[at+1:], "}")
		if bound[name] != "" {
			continue
		}
		parent, known := behaviour.Parent{Collection: strings.TrimSuffix(path[:at], "/")}, false
		for _, p := range row.Parents {
			if p.Param == name {
				parent, known = p, true
			}
		}
		if name == row.Key {
			parent, known = behaviour.Parent{Collection: row.Collection}, true
		}
		key := ""
		switch {
		case parent.Part != "":
			key = w.part(op, name, values)
		case name == row.Key && fresh:
			if key = w.added(parent.Collection, expandPath(parent.Collection, values)); key == "" {
				key = w.item(parent.Collection, expandPath(parent.Collection, values))
			}
		case known || values[name] == someKey:
			key = w.item(parent.Collection, expandPath(parent.Collection, values))
		}
		if property, ok := strings.CutPrefix(row.Effect, "by="); ok && name == row.Key && key != "" {
			key = scalarText(w.document(parent.Collection, expandPath(parent.Collection, values), key)[property])
		}
		if key == "" && values[name] == someKey {
			key = w.reference(name)
		}
		if key != "" {
			values[name], bound[name] = key, key
		}
	}
	return values
}

// wantsFresh tells whether the operation changes or removes an item of a kind
// that can be made.
func (w *world) wantsFresh(op *spec.Operation) bool {
	row := w.rows[op.ID]
	changes := row.Kind == behaviour.Put || row.Kind == behaviour.Patch || row.Kind == behaviour.Delete
	return changes && !w.stale && row.Key != "" && (w.of(row.Collection, behaviour.Create) != nil || w.of(row.Collection, behaviour.Job) != nil)
}

func expandPath(template string, values map[string]string) string {
	for name, v := range values {
		template = strings.ReplaceAll(template, "{"+name+"}", url.PathEscape(v))
	}
	return template
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
