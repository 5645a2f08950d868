package engine

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Plant stores what fixtures put into collections and singletons, as if it had been
// created at now. Entities get everything that created ones get, but what the
// fixture says counts, also of properties that clients can only read.
func (e *Engine) Plant(tx *store.Tx, env *handlers.Env, all []seed.Plantings, now time.Time) error {
	plans := make(map[string]*plan)
	for _, of := range all {
		within := tx.In(of.OrgID)
		caller, err := planterOf(within, of.By)
		if err != nil {
			return err
		}
		for i := range of.All {
			one := &of.All[i]
			p := plans[one.Collection]
			if p == nil {
				if p, err = e.planting(one.Collection); err != nil {
					return fmt.Errorf("%s: %w", one.At, err)
				}
				plans[one.Collection] = p
			}
			c := p.plantingCall(env, one, now)
			c.Tx, c.Caller = within, caller
			if err := p.plant(c, one); err != nil {
				return one.Refused(err)
			}
		}
	}
	return nil
}

// planterOf is the user who counts as the creator; nil where there is none.
func planterOf(tx *store.Tx, userID string) (*auth.Caller, error) {
	if userID == "" {
		return nil, nil
	}
	user, err := identity.Users.Get(tx, userID)
	if err != nil {
		return nil, err
	}
	org, err := identity.CurrentOrg(tx)
	if err != nil {
		return nil, err
	}
	return &auth.Caller{Claims: &auth.Claims{Org: org.ID, UserID: user.ID}, Org: org, User: user}, nil
}

// plantingCall stands in for the request that would have created the entity. Its
// time stands still, and the ids that it draws are derived from the entity: the same
// fixtures give the same state.
func (p *plan) plantingCall(env *handlers.Env, one *seed.Planting, now time.Time) *handlers.Call {
	keys := make(map[string]string)
	for i, param := range params(p.row.Collection) {
		keys[param] = one.Keys[i]
	}
	if p.row.Key != "" {
		keys[p.row.Key] = one.ID
	}
	own := *env
	own.Clock = clock.NewManual(now)
	drawn := 0
	own.NewID = func() string {
		drawn++
		return seed.DeriveID(strings.Join(one.Keys, "/"), one.Collection+"/"+one.ID, strconv.Itoa(drawn))
	}
	c := handlers.NewCall(&own, p.op, func(name string) string { return keys[name] })
	raw := one.Body(now)
	c.Decision, c.Input = &auth.Decision{}, &spec.Input{Body: decodeFields(raw), Raw: raw}
	return c
}

// plant stores one entity.
func (p *plan) plant(c *handlers.Call, one *seed.Planting) error {
	if p.collection.Made == "singleton" {
		return p.plantSingleton(c, p.sent(c))
	}
	return p.plantItem(c, p.sent(c), one.ID)
}

// params are the parameters of a template, in order.
func params(template string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(template, "{")
		if !ok {
			return names
		}
		name, after, _ := strings.Cut(rest, "}")
		names, template = append(names, name), after
	}
}

// planting is the plan by which entities of a collection are planted: that of the
// operation which answers them.
func (e *Engine) planting(collection string) (*plan, error) {
	of, err := e.Table.Collection(collection)
	if err != nil || of == nil {
		return nil, errors.Join(fmt.Errorf("there is no collection %s", collection), err)
	}
	row, err := e.rowOf(of)
	if err != nil {
		return nil, err
	}
	op, ok := e.Catalogue.Operation(row.ID)
	if !ok {
		return nil, fmt.Errorf("there is no operation %s", row.ID)
	}
	known, err := e.plan(op)
	if err != nil {
		return nil, err
	}
	p := *known
	if p.row = row; known.collection == nil || known.collection.Path != of.Path {
		p.collection, p.entity, p.marks, p.special = of, nil, &marks{}, &special{} // it is only ever a parent
	}
	p.request, p.wrapped, p.references, p.free = nil, nil, nil, nil // fixtures say what answers hold
	if p.entity != nil {
		for _, name := range p.entity.PropertyNames() {
			if p.entity.Property(name).Free() {
				p.free = append(p.free, name)
			}
		}
	}
	return &p, nil
}

// rowOf is the row of an operation that works on a collection, the one which answers
// its items where there is such. For what is only ever a parent, it is made of the
// row of an operation below.
func (e *Engine) rowOf(of *behaviour.Collection) (*behaviour.Row, error) {
	row, err := e.Table.Row(of.Entity)
	if err != nil || (row != nil && behaviour.Anonymous(row.Collection) == of.Path && !across(row.Collection)) {
		return row, err
	}
	rows, err := e.Table.Rows()
	if err != nil {
		return nil, err
	}
	var below *behaviour.Row
	for _, r := range rows {
		if behaviour.Anonymous(r.Collection) == of.Path && !across(r.Collection) {
			return r, nil
		}
		for _, parent := range r.Parents {
			if below == nil && behaviour.Anonymous(parent.Collection) == of.Path {
				below = &behaviour.Row{ID: r.ID, Collection: parent.Collection, Key: parent.Param, Parents: r.Parents}
			}
		}
	}
	if below != nil {
		return below, nil
	}
	return nil, fmt.Errorf("no operation works on %s", of.Path)
}

// plantItem stores an item, over one that came with another planted entity.
func (p *plan) plantItem(c *handlers.Call, body fields, id string) error {
	if p.special.check != nil {
		if err := p.special.check(p, c, body, nil); err != nil {
			return err
		}
	}
	refer(body, p.entity)
	d := &document{Path: p.at(c) + "/" + escape(id)}
	if len(d.Path) > maxPath {
		return errors.New("its key is too long")
	}
	p.setKey(body, id)
	var err error
	if d.Division, err = p.divisionOf(c, body, ""); err != nil {
		return err
	}
	p.stampPlanted(c, body, d.Path)
	if p.special.fill != nil {
		if err := p.special.fill(p, c, body, nil); err != nil {
			return err
		}
	}
	if d.Body, d.Rest, err = p.dress(c, body, id); err != nil {
		return err
	}
	d.Name = textOf(body["name"])
	old, err := find(c.Tx, d.Path)
	if err != nil {
		return err
	}
	if old != nil {
		d.Order = old.Order
		err = replace(c.Tx, old, d)
	} else {
		err = add(c.Tx, d)
	}
	if err == nil {
		err = p.keepVersion(c, d)
	}
	if err != nil || p.special.stored == nil {
		return err
	}
	return p.special.stored(p, c, d, nil)
}

// plantSingleton stores a singleton.
func (p *plan) plantSingleton(c *handlers.Call, body fields) error {
	refer(body, p.entity)
	d := &document{Path: p.at(c)}
	p.stampPlanted(c, body, d.Path)
	if p.special.fill != nil {
		if err := p.special.fill(p, c, body, fields{}); err != nil {
			return err
		}
	}
	var err error
	if d.Body, d.Rest, err = p.dress(c, body, lastKey(c)); err != nil {
		return err
	}
	return singletons.Put(c.Tx, d)
}

// stampPlanted sets what a new entity has of itself, where the fixture says nothing
// of it.
func (p *plan) stampPlanted(c *handlers.Call, body fields, path string) {
	if p.entity == nil {
		return
	}
	stamped := make(fields, len(body))
	maps.Copy(stamped, body)
	p.stampParents(c, stamped)
	p.stampNew(c, stamped, path)
	for name, value := range stamped {
		if _, given := body[name]; !given || name == "selfUri" {
			body[name] = value
		}
	}
}
