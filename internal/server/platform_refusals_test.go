package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// unknownKey is of nothing.
const unknownKey = "ffffffff-ffff-4fff-8fff-ffffffffffff"

// anyWillDo are parameters that look like keys and are none: whatever they say,
// there is such a thing.
var anyWillDo = map[string]bool{
	"weekId": true, "weekDateId": true, // dates
	"targetName":       true, // a permission, see package authorization
	"customerCookieId": true, // which the client makes up
}

// unknownFor is a value of the parameter that names nothing; "" where the
// parameter names no thing: it is a date, one of a few words, or the document
// speaks of no key.
func (w *world) unknownFor(op *spec.Operation, p spec.Parameter) string {
	row := w.rows[op.ID]
	named := p.Name == row.Key || slices.ContainsFunc(row.Parents, func(parent behaviour.Parent) bool { return parent.Param == p.Name })
	switch {
	case p.In != "path", len(p.Enum) > 0, p.Format != "", anyWillDo[p.Name]:
		return ""
	case !named && !strings.HasSuffix(p.Name, "Id"):
		return ""
	case row.Kind == behaviour.Put && p.Name == row.Key && w.upserts(row.Collection):
		return "" // it makes the item
	case p.Type == "integer" || p.Type == "number":
		return "987654321"
	}
	return unknownKey
}

func (w *world) upserts(template string) bool {
	c, err := w.table.Collection(template)
	if err != nil {
		w.t.Fatal(err)
	}
	return c != nil && (c.Made == "put" || c.Has("upsert"))
}

// unknownIDs replaces each key in the operation's path by one of nothing, and
// reports for each what is wrong with the answer.
func (w *world) unknownIDs(op *spec.Operation, report func(param, problem string)) {
	body := w.full(op, 0)
	values := w.values(op, nil)
	for _, p := range op.Parameters() {
		unknown := w.unknownFor(op, p)
		if unknown == "" {
			continue
		}
		with := maps.Clone(values)
		with[p.Name] = unknown
		path := expandPath(op.Path, with) + w.query(op)
		got := w.call(op, path, body)
		if got.Status == http.StatusBadRequest && body != nil && !w.documented(op, got) {
			got = w.call(op, path, w.minimal(op)) // the full body may hold what excludes each other
		}
		problem := ""
		if got.Status/100 == 2 && !w.names(op, p.Name) {
			continue
		}
		if got.Status != http.StatusNotFound && !w.documented(op, got) {
			problem = fmt.Sprintf("%s %s %s: %s", w.rows[op.ID].Kind, op.Method, path, told(got))
		}
		report(p.Name, problem)
	}
}

// names tells whether a parameter names something that is kept: an item or one of
// its parents. A language or the session of a chat bot is nothing of the kind, and
// any value of it will do.
func (w *world) names(op *spec.Operation, param string) bool {
	row := w.rows[op.ID]
	return row.Key == param || slices.ContainsFunc(row.Parents, func(p behaviour.Parent) bool { return p.Param == param })
}

// documented tells whether a refusal is one that the document has for just this
// operation.
func (w *world) documented(op *spec.Operation, got *mocktest.Response) bool {
	if got.Status < http.StatusBadRequest || got.Status >= http.StatusInternalServerError || len(got.Body) == 0 {
		return false
	}
	code := got.Str(w.t, "code")
	status, _, ok := op.ErrorCode(code)
	return ok && status == got.Status && code != "bad.request" && code != "constraint.validation"
}

// mutation is a body with one thing in it that breaks the schema.
type mutation struct {
	what string
	body any
}

// mutations are the ways in which a valid body can break its schema, as deep as
// three objects.
func mutations(body any, s *spec.Shape) []mutation {
	if s.Type == "array" {
		return mutate(body, s, "", -1) // its elements are what it is about
	}
	return mutate(body, s, "", 0)
}

func mutate(value any, s *spec.Shape, path string, depth int) []mutation {
	if s == nil || depth > 3 {
		return nil
	}
	var all []mutation
	add := func(what string, v any) { all = append(all, mutation{strings.TrimPrefix(path+" "+what, "."), v}) }
	switch {
	case len(s.Enum) > 0:
		if s.Type == "string" {
			add("is no value of the enum", "no such value")
		}
	case s.Type == "string":
		if depth > 0 {
			add("is a list", []any{})
		}
		if s.MaxLength != nil && *s.MaxLength < 100_000 {
			add("is too long", strings.Repeat("x", int(*s.MaxLength)+1))
		}
		if s.Format == "date" || s.Format == "date-time" || s.Format == "interval" {
			add("is no date", "yesterday")
		}
	case s.Type == "boolean":
		add("is a number", 7)
	case s.Type == "integer", s.Type == "number":
		add("is a text", "seven")
		if s.Maximum != nil {
			add("is over the maximum", *s.Maximum+1)
		}
	case s.Type == "array":
		add("is an object", map[string]any{})
		list, _ := value.([]any)
		if s.MaxItems != nil && *s.MaxItems < 2000 && len(list) > 0 {
			add("is too long", slices.Repeat(list[:1], int(*s.MaxItems)+1))
		}
		for i, e := range list {
			for _, m := range mutate(e, s.Items(), fmt.Sprintf("%s.%d", path, i), depth+1) {
				changed := slices.Clone(list)
				changed[i] = m.body
				all = append(all, mutation{m.what, changed})
			}
		}
	case s.Type == "object":
		if depth > 0 && len(s.PropertyNames()) > 0 && !s.Has("id") {
			add("is a text", "seven")
		}
		object, _ := value.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			p := s.Property(name)
			if p == nil || p.ReadOnly {
				continue
			}
			with := func(v any) any {
				changed := maps.Clone(object)
				if changed[name] = v; v == nil {
					delete(changed, name)
				}
				return changed
			}
			// What is named by its id needs nothing else.
			reference := depth > 0 && s.Has("selfUri") && scalarText(object["id"]) != ""
			if slices.Contains(s.Required, name) && !reference {
				add(name+" is missing", with(nil))
			}
			for _, m := range mutate(object[name], p, path+"."+name, depth+1) {
				all = append(all, mutation{m.what, with(m.body)})
			}
		}
	}
	return all
}

// badBodies sends what breaks the schema, one thing at a time, and reports what is
// wrong with the answers.
func (w *world) badBodies(op *spec.Operation, path string, most int, report func(what, problem string)) {
	all := mutations(w.full(op, 0), op.RequestShape())
	for i, m := range all {
		if len(all) > most && i%((len(all)+most-1)/most) != 0 {
			continue
		}
		got := w.call(op, path, m.body)
		problem := ""
		if got.Status != http.StatusBadRequest {
			problem = fmt.Sprintf("%s %s: %s, sent %.300s", op.Method, path, told(got), encoded(m.body))
		}
		report(m.what, problem)
	}
}
