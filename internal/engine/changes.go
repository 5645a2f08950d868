package engine

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// each does something to each element. Where the answer has a place for it, what is
// refused does not keep the others from happening.
func (b *batch) each(do func(element) (*document, error)) error {
	for _, e := range b.elements {
		d, err := do(e)
		var refusal *apierr.Error
		if errors.As(err, &refusal) && b.tells() && (refusal.Status == 400 || refusal.Status == 404 || refusal.Status == 409) {
			b.outcomes = append(b.outcomes, outcomeOf{id: e.id, refusal: refusal})
			continue
		}
		if err != nil {
			return err
		}
		id := e.id
		if d != nil {
			id = d.key()
		}
		b.outcomes = append(b.outcomes, outcomeOf{id: id, doc: d})
	}
	return nil
}

// find reads an item that the call names, if the caller may use the operation there;
// nil where there is none.
func (b *batch) find(id string) (*document, error) {
	if id == "" {
		return nil, nil
	}
	d, err := lookUp(b.call.Tx, b.collection, id)
	if err != nil || d == nil {
		return nil, err
	}
	return d, b.permit(b.call, d.Division)
}

// missing is the refusal of an element that is not there, in the operation's words
// for that where it has any.
func (b *batch) missing(id string) *apierr.Error {
	noun := b.noun()
	for _, code := range []string{"invalid." + noun + ".id", noun + ".not.found"} {
		if status, _, ok := b.op.ErrorCode(code); ok {
			return b.call.Documented(status, code, id).About(id, noun)
		}
	}
	return apierr.NotFound().About(id, noun)
}

// membership tells whether elements are added by the ids that they have elsewhere.
func (b *batch) membership(e element) bool {
	if e.body == nil {
		return true
	}
	for name := range e.body {
		if name != "id" && name != "selfUri" && name != "name" {
			return b.collectionOnly()
		}
	}
	return e.id != ""
}

// collectionOnly tells whether items come about by such calls alone, so that the
// caller chooses their ids.
func (b *batch) collectionOnly() bool {
	return b.plan.collection.Made == "bulk" || b.plan.collection.Made == "put"
}

// addOne adds an item. One that is a member already stays as it is.
func (b *batch) addOne(e element) (*document, error) {
	body := b.settings()
	maps.Copy(body, e.body)
	id := ""
	if e.id != "" && b.membership(e) {
		id = e.id
		if refusal, err := b.unknownMember(id); refusal != nil || err != nil {
			return nil, errors.Join(err, asError(refusal))
		}
		d, err := b.find(id)
		if err != nil {
			return nil, err
		}
		if d != nil && e.body != nil && len(e.body) > 1 {
			return b.alter(b.call, d, body, false)
		}
		if d != nil {
			return d, nil
		}
	} else {
		delete(body, "id")
	}
	return b.insert(body, id)
}

// insert adds an item with the id, or with one of its own where that is "". Items
// that are texts are known by them.
func (b *batch) insert(body fields, id string) (*document, error) {
	if b.key == "" && id != "" {
		body["id"] = id
	}
	return b.make(b.call, b.collection, body, id)
}

func asError(e *apierr.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// settings are what the call sets in all items, as far as they have it.
func (b *batch) settings() fields {
	out := fields{}
	for name, value := range b.shared {
		if b.entity == nil || b.entity.Has(name) {
			out[name] = value
		}
	}
	return out
}

// unknownMember refuses a member that should be a user and is none.
func (b *batch) unknownMember(id string) (*apierr.Error, error) {
	people := b.list == "memberIds" || b.list == "userIds" || b.list == "agentIds"
	users := b.engine.Owners["/users"]
	if !people || users == nil {
		return nil, nil
	}
	_, ok, err := users(b.call.Tx, id)
	if ok || err != nil {
		return nil, err
	}
	return apierr.NotFound().About(id, "user"), nil
}

// updateOne changes an item by what its element says, and by what is said of all.
func (b *batch) updateOne(e element) (*document, error) {
	d, err := b.find(e.id)
	if err != nil {
		return nil, err
	}
	body := b.settings()
	maps.Copy(body, e.body)
	if d == nil && e.id != "" && b.collectionOnly() && e.body != nil {
		return b.insert(body, e.id)
	}
	if d == nil {
		return nil, b.missing(e.id)
	}
	return b.alter(b.call, d, body, false)
}

// replaceAll makes the elements all that there is. What stays keeps its id: by that,
// or else by its name.
func (b *batch) replaceAll() error {
	old, err := gather(b.call.Tx, b.collection, nil)
	if err != nil {
		return err
	}
	kept := make(map[string]bool, len(b.elements))
	byName := make(map[string]*document, len(old))
	for _, d := range old {
		byName[d.Name] = d
	}
	for i := range b.elements {
		e := &b.elements[i]
		if d := byName[textOf(e.body["name"])]; e.id == "" && d != nil && d.Name != "" {
			e.id = d.key()
		}
		kept[e.id] = true
	}
	for _, d := range old {
		if kept[d.key()] {
			continue
		}
		if err := b.permit(b.call, d.Division); err != nil {
			return err
		}
		if err := b.removeOne(b.call, d); err != nil {
			return err
		}
	}
	return b.each(func(e element) (*document, error) {
		d, err := b.find(e.id)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return b.insert(clone(e.body), e.id)
		}
		if e.body == nil {
			return d, nil
		}
		return b.alter(b.call, d, e.body, false)
	})
}

func clone(m fields) fields {
	if m == nil {
		return fields{}
	}
	return maps.Clone(m)
}

// removeSome removes what the call names, those that its filter finds, or everything
// where it names nothing.
func (b *batch) removeSome() error {
	if !b.named {
		found, err := b.matching()
		if err != nil {
			return err
		}
		for _, d := range found {
			if err := b.permit(b.call, d.Division); err != nil {
				return err
			}
			if err := b.removeOne(b.call, d); err != nil {
				return err
			}
			b.outcomes = append(b.outcomes, outcomeOf{id: d.key()})
		}
		return nil
	}
	return b.each(func(e element) (*document, error) {
		d, err := b.find(e.id)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, b.missing(e.id)
		}
		return d, b.removeOne(b.call, d)
	})
}

// matching are the items that the criteria of the body find, or all of them.
func (b *batch) matching() ([]*document, error) {
	var keep condition
	if filter, ok := b.filter(); ok {
		var err error
		if keep, err = b.tree(filter); err != nil {
			return nil, err
		}
	}
	return gather(b.call.Tx, b.collection, keep)
}

// getOne reads an item.
func (b *batch) getOne(e element) (*document, error) {
	d, err := b.find(e.id)
	if err == nil && d == nil {
		err = b.missing(e.id)
	}
	return d, err
}

// fetches tells whether what looks like an addition only asks for items by their
// ids.
func (b *batch) fetches() bool {
	if b.row.Kind != behaviour.BulkAdd || b.row.Items == "" || b.elementsHaveBodies() || !strings.HasSuffix(b.op.Path, "/bulk") {
		return false
	}
	return b.plan.collection.Made != "bulk" || b.row.Collection != strings.TrimPrefix(b.op.Path, apiPrefix)
}

func (b *batch) elementsHaveBodies() bool {
	return slices.ContainsFunc(b.elements, func(e element) bool { return e.body != nil })
}

// fetch lists the items that the call names. Those that are not there are left out,
// or listed as not found.
func (b *batch) fetch() (any, error) {
	a := &ask{size: everything, number: 1, picked: true}
	for _, e := range b.elements {
		a.ids = append(a.ids, e.id)
	}
	b.sort(a, textOf(b.shared["sortBy"]), textOf(b.shared["sortOrder"]))
	pg, err := b.plan.find(b.call, b.collection, a)
	if err != nil {
		return nil, err
	}
	answer, err := b.answerPage(b.call, pg)
	out, ok := answer.(fields)
	if err != nil || !ok || b.answer.Property("notFound") == nil {
		return answer, err
	}
	missing := []any{}
	for _, id := range a.ids {
		if !slices.ContainsFunc(pg.docs, func(d *document) bool { return d.key() == id }) {
			missing = append(missing, id)
		}
	}
	out["notFound"] = missing
	fitted, _ := b.answer.Fit(out, spec.Filler{Now: b.call.Now()})
	return fitted, nil
}
