package server_test

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// How a world finds or makes what calls name.

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
