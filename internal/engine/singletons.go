package engine

import (
	"errors"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// single reads a singleton. One that nobody has written is as the catalogue makes
// it up, and nil where it first has to be written.
func (p *plan) single(c *handlers.Call) (*document, error) {
	path := p.at(c)
	d, err := peek(&singletons, c.Tx, path)
	if err != nil || d != nil {
		return d, err
	}
	if p.collection.Has("absent") {
		return nil, nil
	}
	d = &document{Path: path}
	body := fields{}
	if p.entity != nil {
		if p.entity.Has("selfUri") {
			body["selfUri"] = apiPrefix + path
		}
		if p.entity.Has("version") {
			body["version"] = p.versionOf(1)
		}
		p.nameThings(c, p.entity, body)
	}
	if p.special.fill != nil {
		if err := p.special.fill(p, c, body, nil); err != nil {
			return nil, err
		}
	}
	d.Body, d.Rest, err = p.dress(c, body, lastKey(c))
	return d, err
}

// lastKey is the innermost key in the call's path.
func lastKey(c *handlers.Call) string {
	_, rest, ok := strings.Cut(c.Operation.Path, "{")
	name := ""
	for ok {
		name, rest, _ = strings.Cut(rest, "}")
		_, rest, ok = strings.Cut(rest, "{")
	}
	if name == "" {
		return ""
	}
	return c.Param(name)
}

func (p *plan) read(c *handlers.Call) (any, error) {
	d, err := p.single(c)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, p.notFound(c, "", lastKey(c))
	}
	return p.respond(c, d)
}

// write is PUT, POST and PATCH of a singleton.
func (p *plan) write(c *handlers.Call) (any, error) {
	old, err := p.single(c)
	if err != nil {
		return nil, err
	}
	body := p.sent(c)
	if list, ok := c.Input.Body.([]any); ok {
		body = fields{"": list}
	}
	stored := fields{}
	if old != nil {
		stored = old.all()
	} else {
		old = &document{Path: p.at(c)}
	}
	if p.request != nil {
		if err := p.checkVersion(body, stored); err != nil {
			return nil, err
		}
	}
	out := p.changed(stored, body, p.row.Kind == behaviour.Write)
	if p.entity != nil {
		p.stampChange(c, out)
		if stored["version"] != nil {
			p.raise(out, stored)
		}
		if p.entity.Has("selfUri") {
			out["selfUri"] = apiPrefix + old.Path
		}
	}
	if p.special.fill != nil {
		if err := p.special.fill(p, c, out, stored); err != nil {
			return nil, err
		}
	}
	d := &document{Path: old.Path}
	if d.Body, d.Rest, err = p.dress(c, out, lastKey(c)); err != nil {
		return nil, err
	}
	if err := singletons.Put(c.Tx, d); err != nil {
		return nil, err
	}
	return p.respond(c, d)
}

// reset is DELETE of a singleton.
func (p *plan) reset(c *handlers.Call) (any, error) {
	path := p.at(c)
	err := singletons.Delete(c.Tx, path)
	if errors.Is(err, store.ErrNotFound) {
		if p.collection.Has("absent") {
			return nil, p.notFound(c, "", lastKey(c))
		}
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if p.answer == nil {
		return handlers.None{}, nil
	}
	fitted, _ := p.answer.Fit(map[string]any{}, spec.Filler{Now: c.Now(), ID: lastKey(c)})
	return fitted, nil
}
