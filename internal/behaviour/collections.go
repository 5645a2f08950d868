package behaviour

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// describe lists the collections and singletons that rows work on.
func (d *deriver) describe(rows []*Row) []*Collection {
	byPath := make(map[string]*Collection)
	at := func(template string) *Collection {
		path := Anonymous(template)
		if byPath[path] == nil {
			byPath[path] = &Collection{Path: path}
		}
		return byPath[path]
	}
	ops := make(map[string]*op, len(d.ops))
	for _, o := range d.ops {
		ops[o.ID] = o
	}
	for _, r := range rows {
		for _, p := range r.Parents {
			if p.Part == "" {
				at(p.Collection)
			}
		}
		if r.Collection == "" || r.Kind == Compute || r.Kind == Download || r.Kind == None {
			continue
		}
		c, o := at(r.Collection), ops[r.ID]
		if made := d.made(o, r); rank(made) > rank(c.Made) {
			c.Made = made
		}
		if r.Kind == Read || ((r.Kind == Write || r.Kind == Merge) && c.Entity == "" && o.answer != nil) {
			c.Entity = r.ID
		}
	}
	for path, c := range byPath {
		if c.Made == "singleton" {
			continue
		}
		if entity := d.entityOf[path]; entity != nil {
			c.Entity = entity.ID
			c.Key = d.keyOf(path)
		} else {
			c.Entity, c.Key = d.elementOf(path, rows, ops)
		}
	}
	d.fixes.collections(byPath)
	d.keepVersions(byPath)
	return slices.SortedFunc(maps.Values(byPath), func(a, b *Collection) int { return cmp.Compare(a.Path, b.Path) })
}

// made is how items come about by an operation; "" where they do not.
func (d *deriver) made(o *op, r *Row) string {
	switch r.Kind {
	case Create:
		return "post"
	case Job:
		return "job"
	case BulkAdd, BulkReplace:
		return "bulk"
	case Read, Write, Merge, Reset:
		return "singleton"
	case Put:
		// A PUT of a part of what the item is does not make one.
		entity := d.entity(r.Collection)
		if o.body == nil || entity == nil || o.body.Name == entity.Name {
			return "put"
		}
		if names := o.body.PropertyNames(); len(names) > 1 && share(names, entity) >= 0.5 {
			return "put"
		}
	}
	return ""
}

// ways are the ways in which items come about, the more telling ones last.
var ways = []string{"", "singleton", "put", "bulk", "job", "post"}

func rank(made string) int { return slices.Index(ways, made) }

// versions ends the path of a collection that holds what an item was at each of
// its versions.
const versions = "/{}/versions"

// keepVersions finds the collections whose items are kept at each version, because
// operations read versions and none makes them.
func (d *deriver) keepVersions(byPath map[string]*Collection) {
	for path, c := range byPath {
		of := byPath[strings.TrimSuffix(path, versions)]
		if !strings.HasSuffix(path, versions) || c.Made != "" || of == nil || of.Made == "" || of.Made == "job" {
			continue
		}
		c.Made, c.Key = "versions", "version"
		of.Traits = slices.Sorted(slices.Values(append(of.Traits, "versions")))
	}
}

// elementOf is for collections whose items are only ever listed.
func (d *deriver) elementOf(path string, rows []*Row, ops map[string]*op) (entity, key string) {
	for _, r := range rows {
		if (r.Kind != List && r.Kind != Search && r.Kind != View) || Anonymous(r.Collection) != path {
			continue
		}
		if element := ops[r.ID].element(); element != nil && element.Has("id") {
			return r.ID, "id"
		}
		if r.Kind == List {
			return r.ID, ""
		}
	}
	return "", ""
}

// keyOf finds the property of an item that its key is.
func (d *deriver) keyOf(collection string) string {
	entity := d.entities[collection]
	name := ""
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "POST"} {
		if o := d.byPath[collection+"/{}"][method]; o != nil && name == "" {
			name = o.key()
		}
	}
	short := name
	if i := strings.LastIndexFunc(name, func(c rune) bool { return c >= 'A' && c <= 'Z' }); i > 0 {
		short = strings.ToLower(name[i:])
	}
	candidates := []string{"id", name, short, "key", "code", "name"}
	if strings.HasSuffix(collection, "/versions") {
		candidates = slices.Insert(candidates, 0, name, "version")
	}
	for _, candidate := range append(candidates, idNames...) {
		if p := entity.Property(candidate); p != nil && (p.Type == "string" || p.Type == "integer") {
			return candidate
		}
	}
	return ""
}
