package engine

import (
	"maps"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// act is what an operation below an item does to it: what the row says, and what
// the body sets of its properties.
func (p *plan) act(c *handlers.Call) (any, error) {
	if p.engine.Owners[p.collection.Path] != nil {
		return p.compute(c)
	}
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	if err := p.checkReferences(c); err != nil {
		return nil, err
	}
	if p.special.act != nil || p.namesPart() {
		return p.actWithin(c, d)
	}
	stored, body := d.all(), p.sent(c)
	changed := fields{}
	if name, value, ok := strings.Cut(p.row.Effect, "="); ok {
		changed[name] = value
		if value == "true" || value == "false" {
			changed[name] = value == "true"
		}
	}
	if p.entity != nil {
		refer(body, p.entity)
		for name, value := range body {
			if s := p.entity.Property(name); s != nil && !s.ReadOnly && name != "id" && name != "version" {
				changed[name] = value
			}
		}
	}
	if len(changed) > 0 {
		for name, value := range changed {
			stored[name] = merge(stored[name], value)
		}
		p.stampChange(c, stored)
		p.raise(stored, stored)
		if d, err = p.save(c, d, stored); err != nil {
			return nil, err
		}
	}
	return p.answerFrom(c, d, body)
}

// namesPart tells whether the path leads to a part of the item's document.
func (p *plan) namesPart() bool {
	return len(p.partsOfItem()) > 0
}

// actWithin changes a part of an item: in the way that is known for the collection,
// or by what the body sets.
func (p *plan) actWithin(c *handlers.Call, d *document) (any, error) {
	stored, body := d.deep(), p.plainBody(c)
	part := p.innermost(c, stored)
	if p.special.act != nil {
		if err := p.special.act(p, c, stored, part, body); err != nil {
			return nil, err
		}
	} else {
		for name, value := range body {
			part[name] = merge(part[name], value)
		}
	}
	p.stampChange(c, stored)
	p.raise(stored, stored)
	d, err := p.save(c, d, stored)
	if err != nil {
		return nil, err
	}
	if part == nil {
		part = body
	}
	return p.answerFrom(c, d, part)
}

// plainBody is the body of the call, decoded throughout.
func (p *plan) plainBody(c *handlers.Call) fields {
	body, _ := c.Input.Body.(fields)
	return maps.Clone(body)
}

// answerFrom answers what an operation below an item answers: what was sent, over
// what is stored.
func (p *plan) answerFrom(c *handlers.Call, d *document, body fields) (any, error) {
	if p.answer == nil {
		return handlers.None{}, nil
	}
	if p.whole && d != nil {
		return d.Body, nil
	}
	if p.answer.Type != "object" {
		fitted, _ := p.answer.Fit(nil, spec.Filler{Now: c.Now(), ID: lastKey(c)})
		return fitted, nil
	}
	out := fields{}
	if d != nil {
		out = d.all()
	}
	maps.Copy(out, body)
	if _, there := out["id"]; !there && p.answer.Has("id") {
		out["id"] = lastKey(c)
	}
	fitted, _ := p.answer.Fit(out, spec.Filler{Now: c.Now(), ID: lastKey(c)})
	return fitted, nil
}
