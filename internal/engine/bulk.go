package engine

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// batch is a call on several items: the elements that it names, what it sets in all
// of them, and what became of each.
type batch struct {
	*plan
	call       *handlers.Call
	collection string
	list       string // the property of the body that holds the elements; "" where the body does
	elements   []element
	shared     fields // set in all of them
	named      bool   // the call names elements, if only none
	outcomes   []outcomeOf
}

// element is what a call says of one item: its id alone, or its properties.
type element struct {
	id   string
	body fields // nil where there is only an id
}

// outcomeOf is what became of an element.
type outcomeOf struct {
	id      string
	doc     *document
	refusal *apierr.Error
}

// bulk is an operation on several items at once. Either all of it happens or
// nothing, unless the answer tells what became of each.
func (p *plan) bulk(c *handlers.Call) (any, error) {
	if p.engine.Owners[p.collection.Path] != nil {
		return p.compute(c)
	}
	b := &batch{plan: p, call: c, collection: p.at(c)}
	if len(b.collection) > maxPath {
		return nil, p.notFound(c, "", "")
	}
	err := b.read()
	if err == nil {
		err = b.limited()
	}
	switch {
	case err != nil:
		return nil, err
	case p.row.Kind == behaviour.BulkGet && p.row.Items != "", b.fetches():
		return b.fetch()
	case p.row.Kind == behaviour.BulkGet:
		err = b.each(b.getOne)
	case !b.named && p.row.Kind == behaviour.BulkUpdate && strings.HasSuffix(p.op.Path, "/all"):
		if err = b.takeAll(); err == nil {
			err = b.each(b.updateOne)
		}
	case !b.named && p.row.Kind != behaviour.BulkRemove:
		return p.compute(c) // there is nothing that it could be done to
	case p.row.Kind == behaviour.BulkAdd:
		err = b.each(b.addOne)
	case p.row.Kind == behaviour.BulkUpdate:
		err = b.each(b.updateOne)
	case p.row.Kind == behaviour.BulkReplace:
		err = b.replaceAll()
	default:
		err = b.removeSome()
	}
	if err != nil {
		return nil, err
	}
	return b.answered()
}

// limited refuses more elements than the operation takes.
func (b *batch) limited() error {
	most, code := idLimit(b.op)
	if code == "" {
		most = maxElements
	}
	switch {
	case len(b.elements) <= most:
		return nil
	case code != "":
		return tooManyIDs(b.op, b.list, most, code)
	default:
		return tooMany(b.list, most)
	}
}

// read finds the elements in the body or in the query.
func (b *batch) read() error {
	switch body := b.call.Input.Body.(type) {
	case []any:
		b.take(body)
	case fields:
		b.readObject(body)
	}
	if b.named {
		return nil
	}
	for _, param := range b.op.Parameters() {
		if param.In != "query" || (param.Name != "id" && param.Name != "ids" && !strings.HasSuffix(param.Name, "Ids")) {
			continue
		}
		ids := splitIDs(b.call.Input.Query[param.Name])
		if most, code := idLimit(b.op); len(ids) > most {
			return tooManyIDs(b.op, param.Name, most, code)
		}
		b.takeIDs(ids)
		b.named = true
	}
	if _, ok := b.filter(); !ok && b.op.Method != http.MethodDelete && b.row.Kind == behaviour.BulkRemove {
		b.named = true // a body that names nothing is no order to remove everything
	}
	return nil
}

// takeAll makes all items the elements.
func (b *batch) takeAll() error {
	found, err := gather(b.call.Tx, b.collection, nil)
	for _, d := range found {
		b.elements = append(b.elements, element{id: d.key()})
	}
	return err
}

// filter is the object of the body that says which items are meant.
func (b *batch) filter() (fields, bool) {
	body, _ := b.call.Input.Body.(fields)
	for _, name := range []string{"criteria", "filter"} {
		if inner, ok := body[name].(fields); ok {
			return inner, true
		}
	}
	return nil, false
}

func (b *batch) takeIDs(ids []string) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	if len(list) > 0 {
		b.take(list)
	}
}

// readObject reads a body that has the elements in one of its lists, and beside it
// what is to be set in all of them.
func (b *batch) readObject(body fields) {
	var lists []string
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if _, ok := body[name].([]any); ok {
			lists = append(lists, name)
		}
	}
	b.list = listOf(lists)
	if b.list != "" {
		b.take(body[b.list].([]any))
	} else if id := b.idIn(body); b.row.Kind == behaviour.BulkAdd || (b.row.Kind == behaviour.BulkUpdate && id != "") {
		b.take([]any{body}) // one element, without a list around it
		return
	}
	b.shared = fields{}
	for name, value := range body {
		if name == b.list || name == "version" {
			continue
		}
		if inner, ok := value.(fields); ok && b.entity != nil && !b.entity.Has(name) {
			maps.Copy(b.shared, inner) // the properties stand in an object of their own
			continue
		}
		b.shared[name] = value
	}
	delete(b.shared, "id")
}

// listOf is the list that holds the elements: the one with a usual name, that of
// ids, or the first.
func listOf(lists []string) string {
	for _, usual := range []string{"entities", "items", "ids"} {
		if slices.Contains(lists, usual) {
			return usual
		}
	}
	for _, name := range lists {
		if strings.HasSuffix(name, "Ids") {
			return name
		}
	}
	if len(lists) == 0 {
		return ""
	}
	return lists[0]
}

// take reads the elements, each once.
func (b *batch) take(list []any) {
	b.named = true
	seen := make(map[string]bool, len(list))
	wrapped := wrappers(b.elementShape(), b.entity)
	for _, one := range list {
		e := element{id: textOf(one)}
		if body, ok := one.(fields); ok {
			unwrap(body, wrapped)
			e = element{id: b.idIn(body), body: body}
		}
		if e.body == nil && seen[e.id] {
			continue
		}
		seen[e.id] = true
		b.elements = append(b.elements, e)
	}
}

// elementShape is the shape of one element in the body; nil where there is none.
func (b *batch) elementShape() *spec.Shape {
	list := b.request
	if list != nil && b.list != "" {
		list = list.Property(b.list)
	}
	if list == nil {
		return nil
	}
	return list.Items()
}

// idIn is the id by which an element names its item.
func (b *batch) idIn(body fields) string {
	names := []string{"id", b.key}
	if b.collection != "" {
		names = append(names, b.noun()+"Id")
	}
	for _, name := range names {
		if id := textOf(body[name]); name != "" && id != "" {
			return id
		}
	}
	// The one property that ends so: rowId, tradeId, conversationId.
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if strings.HasSuffix(name, "Id") && strings.HasSuffix(b.noun(), strings.ToLower(strings.TrimSuffix(name, "Id"))) {
			return textOf(body[name])
		}
	}
	if id := textOf(body["userId"]); id != "" {
		return id
	}
	return ""
}
