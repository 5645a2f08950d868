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

// life is the life of one item, from its creation to its end.
type life struct {
	w          *world
	collection string // its template
	values     map[string]string
	part       map[string]bool // operations that took part

	create, get, list, put, patch, remove *spec.Operation
	item                                  map[string]any // as last read
}

// lives are the collections whose items can be created, read and deleted.
func (w *world) lives() []*life {
	var all []*life
	for _, at := range slices.Sorted(maps.Keys(w.byKind)) {
		kinds := w.byKind[at]
		l := &life{
			w: w, part: map[string]bool{}, create: kinds[behaviour.Create], get: kinds[behaviour.Get], list: kinds[behaviour.List],
			put: kinds[behaviour.Put], patch: kinds[behaviour.Patch], remove: kinds[behaviour.Delete],
		}
		if l.create == nil {
			l.create = kinds[behaviour.Job]
		}
		if l.create == nil || l.get == nil || l.remove == nil || !l.consistent() {
			continue
		}
		l.collection = w.rows[l.get.ID].Collection
		all = append(all, l)
	}
	return all
}

// consistent tells whether the operations all stand where the items do: what is
// made at one place and removed at another has no key in common.
func (l *life) consistent() bool {
	parent := func(op *spec.Operation) string {
		return behaviour.Anonymous(op.Path[:strings.LastIndexByte(op.Path, '/')])
	}
	for _, op := range []**spec.Operation{&l.put, &l.patch} {
		if *op != nil && parent(*op) != parent(l.get) {
			*op = nil
		}
	}
	if l.list != nil && behaviour.Anonymous(l.list.Path) != parent(l.get) {
		l.list = nil
	}
	return behaviour.Anonymous(l.create.Path) == parent(l.get) && parent(l.remove) == parent(l.get)
}

// call uses an operation on the item, or on its collection.
func (l *life) call(op *spec.Operation, body any) *mocktest.Response {
	l.part[op.ID] = true
	return l.w.call(op, l.pathOf(op), body)
}

func (l *life) pathOf(op *spec.Operation) string {
	given := maps.Clone(l.values)
	for name := range given { // the key may have another name there
		if key := l.w.rows[l.get.ID].Key; name == key {
			given[l.w.rows[op.ID].Key] = given[key]
		}
	}
	return expandPath(op.Path, l.w.values(op, given)) + l.w.query(op)
}

// live leads an item through its life and says what went wrong; "" for nothing.
func (l *life) live() string {
	for i, step := range []struct {
		name string
		do   func() string
	}{{"create", l.born}, {"read", l.read}, {"list", func() string { return l.isListed(true) }}, {"replace", l.replaced}, {"change", l.changed}, {"delete", l.deleted}} {
		if problem := step.do(); problem != "" {
			return fmt.Sprintf("%d %s: %s", i+1, step.name, problem)
		}
	}
	return ""
}

func (l *life) born() string {
	key := l.w.rows[l.get.ID].Key
	l.values = l.w.values(l.create, nil)
	delete(l.values, key)
	var got *mocktest.Response
	var sent any
	for _, sent = range []any{l.w.full(l.create, 0), l.w.minimal(l.create)} {
		got = l.call(l.create, sent)
		if got.Status/100 == 2 {
			break
		}
	}
	if got.Status/100 != 2 {
		return told(got)
	}
	id := l.w.keyIn(l.collection, got)
	if id == "" && l.list != nil {
		// The answer is about something else. What was added last is listed last.
		if all := l.w.walk(l.list, l.pathOf(l.list), 100).elements; len(all) > 0 {
			id = scalarText(all[len(all)-1][l.w.keyOf(l.w.t, l.collection)])
		}
	}
	if id == "" {
		return "the answer has no key: " + told(got)
	}
	l.values[key] = id
	var answer map[string]any
	_ = decodeJSON(got.Body, &answer) // it has a key
	l.item = answer
	return holds(sent, answer, l.create.AnswerShape(), "")
}

// read compares what is read with what was answered last.
func (l *life) read() string {
	before := l.item
	if problem := l.look(); problem != "" {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if hiddenName(name) || !l.get.AnswerShape().Has(name) || !l.sameType(name) {
			continue
		}
		now, value := l.item[name], before[name]
		if !equalJSON(value, now) {
			now = l.asked(name)
		}
		if !equalJSON(value, now) {
			return fmt.Sprintf("%s was answered as %s and is read as %s", name, short(value), short(now))
		}
	}
	return ""
}

// asked is a property of the item as it is shown to those who ask for it.
func (l *life) asked(name string) any {
	expand, value := parameter(l.get, "expand"), name
	if flag := parameter(l.get, "include"+strings.ToUpper(name[:1])+name[1:]); flag != "" {
		expand, value = flag, "true"
	}
	if expand == "" {
		return l.item[name]
	}
	var item map[string]any
	_ = decodeJSON(l.w.call(l.get, l.w.withQuery(l.pathOf(l.get), expand, value), nil).Body, &item) // what cannot be read has no properties
	return item[name]
}

// sameType tells whether a property means the same where it is created and read.
func (l *life) sameType(name string) bool {
	a, b := l.create.AnswerShape().Property(name), l.get.AnswerShape().Property(name)
	return a != nil && b != nil && a.Type == b.Type && a.Name == b.Name && name != "selfUri"
}

// look reads the item.
func (l *life) look() string {
	got := l.call(l.get, nil)
	if got.Status != http.StatusOK {
		return "GET: " + told(got)
	}
	l.item = map[string]any{}
	if err := decodeJSON(got.Body, &l.item); err != nil {
		return "GET: " + told(got)
	}
	return ""
}

// isListed looks for the item on all pages of its listing.
func (l *life) isListed(want bool) string {
	if l.list == nil || l.values == nil {
		return ""
	}
	id := l.values[l.w.rows[l.get.ID].Key]
	path := l.pathOf(l.list)
	if want && slices.ContainsFunc(l.list.Parameters(), func(p spec.Parameter) bool { return p.Name == "state" && slices.Contains(p.Enum, "any") }) {
		path = l.w.withQuery(path, "state", "any")
	}
	pages := l.w.walk(l.list, path, 100)
	l.part[l.list.ID] = true
	if pages.problem != "" {
		return pages.problem
	}
	property := l.w.keyOf(l.w.t, l.collection)
	found := 0
	for _, e := range pages.elements {
		if scalarText(e[property]) == id || scalarText(e["id"]) == id {
			found++
		}
	}
	element := l.elementShape()
	switch {
	case element == nil || (!element.Has(property) && !element.Has("id")):
		return "" // its elements cannot be told from each other
	case want && found != 1:
		return fmt.Sprintf("%d of %d listed are it", found, len(pages.elements))
	case !want && found > 0:
		return "it is listed still"
	}
	return ""
}

func (l *life) elementShape() *spec.Shape {
	shape := l.list.AnswerShape()
	if items := l.w.rows[l.list.ID].Items; items != "." {
		shape = shape.Property(items)
	}
	return shape.Items()
}

// replaced sends another whole body.
func (l *life) replaced() string {
	if l.put == nil {
		return ""
	}
	old := l.item
	var got *mocktest.Response
	var body map[string]any
	for _, made := range []any{l.w.full(l.put, 1), l.w.minimal(l.put)} {
		fields, ok := made.(map[string]any)
		if !ok {
			return ""
		}
		body = fields
		l.keepKey(body)
		if l.put.RequestShape().Has("version") && old["version"] != nil {
			body["version"] = l.version(l.put, old)
		}
		if got = l.call(l.put, body); got.Status/100 == 2 {
			break
		}
	}
	if got.Status/100 != 2 {
		return told(got)
	}
	if problem := l.look(); problem != "" {
		return problem
	}
	shown := maps.Clone(l.item)
	if l.w.rows[l.create.ID].Kind == behaviour.Job {
		delete(body, "state") // a job goes on to its end at once
	}
	for name := range body {
		if shown[name] == nil && l.get.AnswerShape().Has(name) {
			if value := l.asked(name); value != nil {
				shown[name] = value
			}
		}
	}
	if problem := holds(body, shown, l.get.AnswerShape(), ""); problem != "" {
		return problem
	}
	return l.risen(l.put, body, old)
}

// keepKey makes a body name the item that it is for.
func (l *life) keepKey(body map[string]any) {
	property := l.w.keyOf(l.w.t, l.collection)
	if _, there := body[property]; there {
		body[property] = l.item[property]
	}
}

func (l *life) version(op *spec.Operation, item map[string]any) any {
	if op.RequestShape().Property("version").Type == "string" {
		return scalarText(item["version"])
	}
	return item["version"]
}

// risen checks the version after a change, and that the old one is refused now.
func (l *life) risen(op *spec.Operation, body, old map[string]any) string {
	if old["version"] == nil || l.item["version"] == nil || old["version"] == "" {
		return ""
	}
	if equalJSON(old["version"], l.item["version"]) {
		return "the version is still " + short(old["version"])
	}
	if !op.RequestShape().Has("version") || op.RequestShape().Property("version").ReadOnly {
		return ""
	}
	stale := maps.Clone(body)
	stale["version"] = l.version(op, old)
	if got := l.call(op, stale); got.Status != http.StatusConflict {
		return "with the old version: " + told(got)
	}
	return ""
}

// changed changes one property by PATCH, and looks that the others stay.
func (l *life) changed() string {
	if l.patch == nil {
		return ""
	}
	old := l.item
	name, body := l.change()
	if name == "" {
		return ""
	}
	sent := body
	if fields, ok := body.(map[string]any); ok && l.patch.RequestShape().Has("version") && old["version"] != nil {
		fields["version"] = l.version(l.patch, old)
	}
	got := l.call(l.patch, sent)
	if got.Status/100 != 2 {
		return told(got)
	}
	if problem := l.look(); problem != "" {
		return problem
	}
	if equalJSON(old[name], l.item[name]) {
		return fmt.Sprintf("%s is still %s", name, short(old[name]))
	}
	for other, value := range old {
		if other != name && !kept[other] && !strings.Contains(strings.ToLower(other), "modif") && !equalJSON(withoutKept(value), withoutKept(l.item[other])) {
			return fmt.Sprintf("%s was %s and is %s", other, short(value), short(l.item[other]))
		}
	}
	if fields, ok := body.(map[string]any); ok {
		return l.risen(l.patch, fields, old)
	}
	return ""
}

// change is a body that changes one text of the item; "" where it has none that
// can be changed so.
func (l *life) change() (name string, body any) {
	shape, answer := l.patch.RequestShape(), l.get.AnswerShape()
	if shape == nil {
		return "", nil
	}
	property := l.w.keyOf(l.w.t, l.collection)
	l.w.seq++
	text := fmt.Sprintf("Mock %d", l.w.seq)
	for _, name := range []string{"name", "description", "title", "label", "subject", "notes"} {
		if p := answer.Property(name); p == nil || p.Type != "string" || len(p.Enum) > 0 || name == property {
			continue
		}
		if shape.Type == "array" && shape.Items() != nil && shape.Items().Has("op") {
			return name, []any{map[string]any{"op": "replace", "path": "/" + name, "value": text}}
		}
		if p := shape.Property(name); p != nil && p.Type == "string" && !p.ReadOnly && len(p.Enum) == 0 {
			minimal, ok := l.w.minimal(l.patch).(map[string]any)
			if !ok {
				return "", nil
			}
			for field := range minimal {
				if !slices.Contains(shape.Required, field) {
					delete(minimal, field)
				}
			}
			l.keepKey(minimal)
			// What has to be sent along stays as it is.
			for _, field := range shape.Required {
				if value, there := l.item[field]; there && shape.Property(field) != nil && answer.Property(field) != nil && shape.Property(field).Type == answer.Property(field).Type {
					minimal[field] = value
				}
			}
			minimal[name] = text
			return name, minimal
		}
	}
	return "", nil
}

// deleted removes the item and looks that it is gone: not found, or kept as
// deleted where the collection does so.
func (l *life) deleted() string {
	got := l.call(l.remove, l.w.minimal(l.remove))
	if got.Status == http.StatusBadRequest && l.w.deactivate(l.remove, l.pathOf(l.remove)) {
		got = l.call(l.remove, nil)
	}
	if got.Status/100 != 2 {
		return told(got)
	}
	got = l.call(l.get, nil)
	switch {
	case got.Status == http.StatusNotFound, got.Status == http.StatusGone:
	case got.Status == http.StatusOK && l.ends(got):
	default:
		return "afterwards: " + told(got)
	}
	return l.isListed(false)
}

// ends tells whether an answer is of something that is kept after its end.
func (l *life) ends(got *mocktest.Response) bool {
	for _, property := range []string{"state", "status"} {
		switch strings.ToLower(got.Str(l.w.t, property)) {
		case "deleted", "inactive", "archived", "deactivated", "terminated", "cancelled", "canceled":
			return true
		}
	}
	return got.Str(l.w.t, "deactivated") == "true"
}

func told(got *mocktest.Response) string { return fmt.Sprintf("%d %.200s", got.Status, got.Body) }
