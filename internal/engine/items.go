package engine

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// item reads the item that the operation names, after it has asked whether the
// caller may use the operation there.
func (p *plan) item(c *handlers.Call) (*document, error) {
	d, err := p.named(c)
	if err != nil {
		return nil, err
	}
	if d == nil || p.byOtherMedia(d) {
		return nil, p.notFound(c, p.row.Key, p.keyOf(c))
	}
	return d, p.permit(c, d.Division)
}

func (p *plan) get(c *handlers.Call) (any, error) {
	if owner := p.engine.Owners[p.collection.Path]; owner != nil {
		return p.elsewhere(c, owner)
	}
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	return p.respond(c, d)
}

// elsewhere answers for an item that a family keeps.
func (p *plan) elsewhere(c *handlers.Call, owner Owner) (any, error) {
	division, ok, err := owner(c.Tx, p.keyOf(c))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.notFound(c, p.row.Key, p.keyOf(c))
	}
	if err := p.permit(c, division); err != nil {
		return nil, err
	}
	return p.compute(c)
}

// create is POST on a collection.
func (p *plan) create(c *handlers.Call) (any, error) {
	body := p.sent(c)
	if err := p.checkName(c, p.at(c), "", body); err != nil {
		return nil, err
	}
	d, err := p.make(c, p.at(c), body, "")
	if err != nil {
		return nil, err
	}
	return p.respond(c, d)
}

// make puts a new item together and stores it. id is its key, "" for one that the
// body names or that is drawn.
func (p *plan) make(c *handlers.Call, collection string, body fields, id string) (*document, error) {
	if p.special.check != nil {
		if err := p.special.check(p, c, body, nil); err != nil {
			return nil, err
		}
	}
	refer(body, p.entity)
	if id == "" && p.key != "" && (p.key != "id" || p.namesItself(body)) {
		id = textOf(body[p.key])
	}
	if id == "" {
		if id = c.NewID(); p.numbered {
			n, err := p.next(c.Tx, collection)
			if err != nil {
				return nil, err
			}
			id = strconv.FormatUint(n, 10)
		}
	}
	d := &document{Path: collection + "/" + escape(id)}
	if len(d.Path) > maxPath {
		return nil, apierr.BadRequest("The key of the entity is too long.").OnField(p.key)
	}
	p.setKey(body, id)
	var err error
	if d.Division, err = p.divisionOf(c, body, ""); err != nil {
		return nil, err
	}
	if err := p.permit(c, d.Division); err != nil {
		return nil, err
	}
	if p.entity != nil {
		p.stampParents(c, body)
		p.stampNew(c, body, d.Path)
	}
	if p.special.fill != nil {
		if err := p.special.fill(p, c, body, nil); err != nil {
			return nil, err
		}
	}
	if d.Body, d.Rest, err = p.dress(c, body, id); err != nil {
		return nil, err
	}
	d.Name = textOf(body["name"])
	err = add(c.Tx, d)
	if errors.Is(err, store.ErrExists) {
		return nil, p.taken(c, p.key, id)
	}
	if err == nil {
		err = p.keepVersion(c, d)
	}
	if err == nil && p.special.stored != nil {
		err = p.special.stored(p, c, d, nil)
	}
	return d, err
}

// setKey writes an item's key into its fields, where they have a place for it.
func (p *plan) setKey(body fields, id string) {
	switch {
	case p.key == "":
	case p.integer:
		body[p.key] = json.Number(id)
	default:
		body[p.key] = id
	}
}

// next is the number of the next item of a collection.
func (p *plan) next(tx *store.Tx, collection string) (uint64, error) {
	n, err := counters.Peek(tx, collection)
	if errors.Is(err, store.ErrNotFound) {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	return n.Last + 1, nil
}

// change is PUT and PATCH of an item. A PUT creates the item where no other
// operation does.
func (p *plan) change(c *handlers.Call) (any, error) {
	if owner := p.engine.Owners[p.collection.Path]; owner != nil {
		return p.elsewhere(c, owner)
	}
	d, err := p.item(c)
	if missing := (*apierr.Error)(nil); errors.As(err, &missing) && missing.Status == 404 && p.row.Kind == behaviour.Put && p.upserts() {
		d, err = p.make(c, p.at(c), p.sent(c), c.Param(p.row.Key))
	} else if err == nil {
		if err := p.checkReferences(c); err != nil {
			return nil, err
		}
		d, err = p.alter(c, d, p.sent(c), p.row.Kind == behaviour.Put)
	}
	if err != nil {
		return nil, err
	}
	return p.respond(c, d)
}

// upserts tells whether a PUT creates what is not there.
func (p *plan) upserts() bool { return p.collection.Made == "put" || p.collection.Has("upsert") }

// alter stores an item with what was sent; see changed.
func (p *plan) alter(c *handlers.Call, old *document, body fields, whole bool) (*document, error) {
	stored := old.all()
	if err := p.checkVersion(body, stored); err != nil {
		return nil, err
	}
	if err := p.checkMetadata(body, stored); err != nil {
		return nil, err
	}
	if err := p.checkName(c, old.collection(), old.Path, body); err != nil {
		return nil, err
	}
	if p.special.check != nil {
		if err := p.special.check(p, c, body, stored); err != nil {
			return nil, err
		}
	}
	out := p.changed(stored, body, whole)
	if p.key != "" {
		out[p.key] = stored[p.key]
	}
	if p.entity != nil {
		p.keepStates(out, stored)
		p.stampChange(c, out)
		p.raise(out, stored)
		p.stampMetadata(c, out, stored)
		if stored["selfUri"] != nil {
			out["selfUri"] = stored["selfUri"]
		}
	}
	return p.save(c, old, out)
}

// changed is what is stored with what was sent: in place of all that requests can
// set, or merged into it.
func (p *plan) changed(stored, body fields, whole bool) fields {
	refer(body, p.entity)
	out := make(fields, len(stored))
	for name, value := range stored {
		if !whole || !p.settable(name) {
			out[name] = value
		}
	}
	for name, value := range body {
		if whole {
			out[name] = value
		} else {
			out[name] = merge(out[name], value)
		}
	}
	return out
}

// save stores the fields of an item in place of the old ones.
func (p *plan) save(c *handlers.Call, old *document, out fields) (*document, error) {
	d := &document{Path: old.Path, Order: old.Order, Hidden: old.Hidden}
	var err error
	if d.Division, err = p.divisionOf(c, out, old.Division); err != nil {
		return nil, err
	}
	if d.Division != old.Division {
		if err := p.permit(c, d.Division); err != nil {
			return nil, err
		}
	}
	if p.special.fill != nil {
		if err := p.special.fill(p, c, out, old.all()); err != nil {
			return nil, err
		}
	}
	if d.Body, d.Rest, err = p.dress(c, out, textOf(out["id"])); err != nil {
		return nil, err
	}
	d.Name = textOf(out["name"])
	if err := replace(c.Tx, old, d); err != nil {
		return d, err
	}
	if err := p.keepVersion(c, d); err != nil || p.special.stored == nil {
		return d, err
	}
	return d, p.special.stored(p, c, d, old)
}

// remove is DELETE of an item.
func (p *plan) remove(c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	if err := p.removeOne(c, d); err != nil {
		return nil, err
	}
	return p.present(c, d, p.answer, false)
}

// removeOne removes an item in the way of its collection.
func (p *plan) removeOne(c *handlers.Call, d *document) error {
	if state := p.collection.Trait("soft-delete"); state != "" {
		stored := d.all()
		stored["state"] = state
		p.stampChange(c, stored)
		p.raise(stored, stored)
		kept, err := p.save(c, d, stored)
		if err != nil {
			return err
		}
		hidden := *kept
		hidden.Hidden = true
		return replace(c.Tx, kept, &hidden)
	}
	if err := remove(c.Tx, d); err != nil || p.special.removed == nil {
		return err
	}
	return p.special.removed(p, c, d)
}
