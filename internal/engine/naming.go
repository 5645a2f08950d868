package engine

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// naming is a property that refers to something by its id and has room for the name
// or address of it, or a list of such references.
type naming struct {
	property  string
	named     bool     // there is room for the name
	addressed bool     // and for the address
	needed    []string // what else every reference must have
	// collections are the templates of where it may lie, the likeliest first.
	collections []string
}

// namings finds them among the properties of the collection's items.
func (p *plan) namings() []naming {
	if p.entity == nil || p.collection == nil {
		return nil
	}
	own := make(map[string]bool) // what the API itself keeps
	for _, one := range slices.Concat(p.marks.creators, p.marks.modifiers) {
		own[one.name] = true
	}
	var found []naming
	for _, name := range p.entity.PropertyNames() {
		shape := p.entity.Property(name)
		if shape.Type == "array" {
			shape = shape.Items()
		}
		if shape == nil || shape.Type != "object" || !shape.Has("id") || own[name] || name == "division" {
			continue
		}
		if !shape.Has("selfUri") && len(shape.PropertyNames()) > fewProperties {
			continue // a part of the item that has an id of its own
		}
		n := naming{property: name, named: shape.Has("name"), addressed: shape.Has("selfUri")}
		for _, required := range shape.Required {
			if required != "id" && required != "name" && required != "selfUri" {
				n.needed = append(n.needed, required)
			}
		}
		if n.collections = p.mayLieIn(name, shape); len(n.collections) > 0 && (n.named || n.addressed) {
			found = append(found, n)
		}
	}
	return found
}

// mayLieIn are the collections that a property may refer to: that of the parent which
// has its name, the one that its last word always means, those beside the item's own
// whose noun it ends with, and users where the shape says so.
func (p *plan) mayLieIn(name string, shape *spec.Shape) []string {
	var found []string
	add := func(collection string) {
		if collection != "" && !slices.Contains(found, collection) {
			found = append(found, collection)
		}
	}
	for _, parent := range p.row.Parents {
		if parent.Part == "" && strings.TrimSuffix(parent.Param, "Id") == name {
			add(parent.Collection)
		}
	}
	beside := p.nextTo(name)
	for word := name; word != ""; word = withoutFirstWord(word) {
		for _, noun := range []string{word, singular(word)} {
			add(p.engine.Table.Named(noun))
		}
	}
	for _, collection := range beside {
		add(collection)
	}
	if strings.HasPrefix(shape.Name, "UserReference") || shape.Name == "User" {
		add("/users")
	}
	return found
}

// nextTo are the collections next to the item's own that a property ends with the
// noun of, or whose noun ends with it (the type of a work item is a work type), the
// longest first.
func (p *plan) nextTo(property string) []string {
	base, _ := parentOf(p.collection.Path)
	named, _ := parentOf(p.row.Collection)
	property = strings.ToLower(property)
	var found []string
	for _, segment := range p.engine.beside()[base] {
		if strings.HasSuffix(property, segment) || strings.HasSuffix(property, singular(segment)) || strings.HasSuffix(singular(property), singular(segment)) ||
			strings.HasSuffix(singular(segment), property) {
			found = append(found, named+segment)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return len(b) - len(a) })
	return found
}

// parentOf cuts a path before its last segment.
func parentOf(path string) (parent, segment string) {
	last := strings.LastIndexByte(path, '/')
	return path[:last+1], path[last+1:]
}

// newBeside are the last segments of all collections, by what stands before them.
func (e *Engine) newBeside() map[string][]string {
	found := make(map[string][]string)
	all, err := e.Table.Collections()
	if err != nil {
		return found // the table is part of the program, and a test reads all of it
	}
	for _, c := range all {
		if parent, segment := parentOf(c.Path); segment != "{}" && c.Key == "id" {
			found[parent] = append(found[parent], segment)
		}
	}
	return found
}

// withoutFirstWord is the rest of a name in camel case: hoursFlow of openHoursFlow.
func withoutFirstWord(name string) string {
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return strings.ToLower(name[i:i+1]) + name[i+1:]
		}
	}
	return ""
}

// nameReferences gives the references of an item the names and addresses of what
// they refer to. Those of what is not there stay as they are.
//
// Guess: the service looks them up when it answers. Here they are what they were
// when the item was last changed.
func (p *plan) nameReferences(c *handlers.Call, body fields) {
	if c.Tx == nil {
		return
	}
	for i := range p.names {
		n := &p.names[i]
		switch v := plain(body[n.property]).(type) {
		case fields:
			if ref := p.nameOne(c, n, v); ref != nil {
				body[n.property] = ref
			}
		case []any:
			list := slices.Clone(v)
			changed := false
			for i, element := range v {
				if i == mostNamed {
					break
				}
				one, ok := element.(fields)
				if id, bare := element.(string); bare {
					one, ok = fields{"id": id}, true
				}
				if ok {
					if ref := p.nameOne(c, n, one); ref != nil {
						list[i], changed = ref, true
					}
				}
			}
			if changed {
				body[n.property] = list
			}
		}
	}
}

// fewProperties are as many as references without an address have.
const fewProperties = 4

// mostNamed is how many elements of a list are looked up.
const mostNamed = 200

// nameOne is a reference with name and address; nil where nothing is known of it.
func (p *plan) nameOne(c *handlers.Call, n *naming, ref fields) fields {
	id := textOf(ref["id"])
	if id == "" {
		return nil
	}
	for _, template := range n.collections {
		path := expand(template, c) + "/" + escape(id)
		if len(path) > maxPath {
			return nil
		}
		name, d, ok := nameOf(c.Tx, template, path, id)
		if !ok {
			continue
		}
		out := maps.Clone(ref)
		if d != nil && len(n.needed) > 0 {
			all := d.all()
			for _, needed := range n.needed {
				if out[needed] == nil && all[needed] != nil {
					out[needed] = all[needed]
				}
			}
		}
		if n.named && name != "" {
			out["name"] = name
		}
		if n.addressed {
			out["selfUri"] = apiPrefix + path
		}
		return out
	}
	return nil
}

// nameOf is the name of an item: of a family, or of the engine, which comes with it.
func nameOf(tx *store.Tx, collection, path, id string) (string, *document, bool) {
	if named := familyNames[collection]; named != nil {
		name, err := named(tx, id)
		return name, nil, err == nil
	}
	d, err := find(tx, path)
	if err != nil || d == nil {
		return "", nil, false
	}
	return d.Name, d, true
}

// familyName is the name of something that a family keeps.
type familyName = func(tx *store.Tx, id string) (string, error)

// familyNames are those of the families to whose things the engine's refer.
var familyNames = map[string]familyName{
	"/users":                   nameIn(&identity.Users, func(u *identity.User) string { return u.Name }),
	"/groups":                  nameIn(&identity.Groups, func(g *identity.Group) string { return g.Name }),
	"/authorization/roles":     nameIn(&identity.Roles, func(r *identity.Role) string { return r.Name }),
	"/authorization/divisions": nameIn(&identity.Divisions, func(d *identity.Division) string { return d.Name }),
	"/routing/queues":          nameIn(&contactcenter.Queues, func(q *contactcenter.Queue) string { return q.Name }),
	"/routing/wrapupcodes":     nameIn(&contactcenter.WrapupCodes, func(w *contactcenter.WrapupCode) string { return w.Name }),
	"/routing/skills":          nameIn(contactcenter.Skills.All, func(s *contactcenter.Skill) string { return s.Name }),
	"/routing/languages":       nameIn(contactcenter.Languages.All, func(s *contactcenter.Skill) string { return s.Name }),
}

func nameIn[T any](of *store.Collection[T], name func(T) string) familyName {
	return func(tx *store.Tx, id string) (string, error) {
		item, err := of.Peek(tx, id)
		if err != nil {
			return "", err
		}
		return name(item), nil
	}
}

// nameUser makes an item that stands for a user, such as a member of a team, say so:
// the name and the address are the user's.
func (p *plan) nameUser(c *handlers.Call, body fields) {
	if c.Tx == nil || !strings.HasPrefix(p.entity.Name, "UserReference") || p.key != "id" {
		return
	}
	id := textOf(body["id"])
	name, err := familyNames["/users"](c.Tx, id)
	if err != nil {
		return
	}
	for property, value := range map[string]string{"name": name, "selfUri": apiPrefix + "/users/" + escape(id)} {
		if p.entity.Has(property) {
			body[property] = value
		}
	}
}
