package seed

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// planter resolves what the fixtures put into the collections of one organization.
type planter struct {
	*organization
	*atlas
	beds map[string]*bed // by the path of the collection
}

// bed is a collection of which the fixtures hold items, or a singleton.
type bed struct {
	*location
	shape  *spec.Shape // of its entities; nil where nobody knows
	path   string      // below /api/v2, with the keys of the parents
	keys   []string
	plants []*plant
	ids    map[string]*plant
	names  map[string]*plant // by folded name
}

// plant is an item before its properties are looked at.
type plant struct {
	value
	id, name string
	alike    *plant // another item of that name
}

// plant resolves everything. What is planted comes in the order in which it is
// written, since some entities need that others are there.
func (g *planter) plant() ([]Planting, error) {
	beds, err := g.prepareAll()
	if err != nil {
		return nil, err
	}
	var planted []Planting
	done := make(map[*bed]bool)
	for _, b := range beds {
		if done[b] {
			continue
		}
		done[b] = true
		w := &writer{planter: g}
		for _, p := range b.plants {
			one, err := w.entity(b, p)
			if err != nil {
				return nil, err
			}
			planted = append(planted, one)
		}
	}
	return planted, nil
}

// prepareAll prepares the entries, shorter paths first: they name the parents in
// longer ones. What needs the id of something that is not known yet waits.
func (g *planter) prepareAll() ([]*bed, error) {
	order := make([]int, len(g.collections))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(strings.Count(g.collections[a].path, "/"), strings.Count(g.collections[b].path, "/"))
	})
	beds := make([]*bed, len(order))
	for len(order) > 0 {
		var waiting []int
		var first error
		for _, i := range order {
			var err error
			if beds[i], err = g.prepare(g.collections[i]); err != nil {
				waiting, first = append(waiting, i), cmp.Or(first, err)
			}
		}
		if len(waiting) == len(order) {
			return nil, first
		}
		order = waiting
	}
	return beds, nil
}

// prepare finds the place of an entry, and the ids and names of its items. Where it
// fails, it leaves nothing.
func (g *planter) prepare(e collectionEntry) (*bed, error) {
	at, path, keys, err := g.locate(e.place, e.path)
	if err != nil {
		return nil, err
	}
	b := g.beds[path]
	if b == nil {
		b = &bed{
			location: at, shape: g.table.EntityShape(g.catalogue, at.Collection), path: path, keys: keys,
			ids: make(map[string]*plant), names: make(map[string]*plant),
		}
		g.beds[path] = b
	}
	if !at.singleton() {
		before := len(b.plants)
		err := e.list(func(v value) error { return g.enter(b, v) })
		if err != nil {
			b.forget(before)
		}
		return b, err
	}
	if len(b.plants) > 0 {
		return nil, e.fail("is one object, and there already in %s", b.plants[0].where())
	}
	if kind := e.kind(); kind != "a mapping" {
		return nil, e.fail("is one object: must be a mapping of its properties, is %s", kind)
	}
	b.plants = []*plant{{value: e.value}}
	return b, nil
}

// enter finds out the id of an item: the one that it gives, else one derived from
// where it stands and its name, or its number where it has none.
func (g *planter) enter(b *bed, v value) error {
	if kind := v.kind(); kind != "a mapping" {
		return v.fail("must be a mapping of properties, is %s", kind)
	}
	p, key := &plant{value: v}, b.key()
	at, given := v.place, false
	for _, c := range v.children() {
		scalar := c.kind() == "text" || c.kind() == "a number" || c.kind() == "a date"
		if c.name == "name" && scalar {
			p.name = c.target().Value
		}
		if c.name == key {
			if !scalar {
				return c.fail("must be text, is %s", c.kind())
			}
			at, given, p.id = c.place, true, c.target().Value
		}
	}
	switch {
	case isReference(p.id):
		of, err := g.refer(at, p.id)
		if err != nil {
			return err
		}
		p.id = of.id
	case given && strings.TrimSpace(p.id) == "":
		return at.fail("must not be empty")
	case given:
	case b.numbered():
		p.id = strconv.Itoa(len(b.plants) + 1)
	case p.name != "":
		p.id = DeriveID(g.org.Name, b.path, p.name)
		if before := b.ids[p.id]; before != nil {
			return v.fail("there is one named %q already in %s; give them ids", shorten(p.name), before.where())
		}
	default:
		p.id = DeriveID(g.org.Name, b.path, "number "+strconv.Itoa(len(b.plants)+1))
	}
	if before := b.ids[p.id]; before != nil {
		return at.fail("the %s %q is taken already in %s", key, shorten(p.id), before.where())
	}
	b.ids[p.id] = p
	if folded := identity.Fold(p.name); p.name != "" {
		p.alike = b.names[folded]
		b.names[folded] = p
	}
	b.plants = append(b.plants, p)
	return nil
}

// numbered tells whether the keys of the items are numbers.
func (b *bed) numbered() bool {
	if b.shape == nil {
		return false
	}
	key := b.shape.Property(b.key())
	return key != nil && key.Type == "integer"
}

// forget takes back the items from the nth on.
func (b *bed) forget(n int) {
	for _, p := range b.plants[n:] {
		delete(b.ids, p.id)
		if p.name == "" {
			continue
		}
		if folded := identity.Fold(p.name); p.alike != nil {
			b.names[folded] = p.alike
		} else {
			delete(b.names, folded)
		}
	}
	b.plants = b.plants[:n]
}

// locate finds the collection or singleton of a path, in which parents are named
// by their ids or names. The path that it returns has their ids.
func (g *planter) locate(at place, written string) (l *location, path string, keys []string, err error) {
	segments := strings.Split(strings.TrimPrefix(written, apiPrefix), "/")
	l = g.find(segments)
	if l == nil {
		if other := g.elsewhere(segments); other != "" {
			return nil, "", nil, at.fail("what stands at %s is kept in %s: write it there", shorten(written), other)
		}
		return nil, "", nil, at.fail("there is no collection at %s", shorten(written))
	}
	if key, owned := familyOf(l.Path); owned {
		if key == "" {
			return nil, "", nil, at.fail("a fixture cannot say what %s holds", apiPrefix+l.Path[1:])
		}
		return nil, "", nil, at.fail("what %s holds stands below the key %s", apiPrefix+l.Path[1:], key)
	}
	known := make(map[string]string) // parameter → key
	var b strings.Builder
	for i, s := range segments {
		if l.segments[i] == "{}" {
			key := strings.ReplaceAll(s, escapedSlash, "/")
			if parent := l.parents[i]; parent.Collection != "" {
				if key, err = g.item(at, parent.Collection, known, key); err != nil {
					return nil, "", nil, err
				}
			}
			known[l.parents[i].Param] = key
			keys = append(keys, key)
			s = strings.ReplaceAll(key, "/", escapedSlash)
		}
		b.WriteString("/" + s)
	}
	return l, b.String(), keys, nil
}

// escapedSlash stands for a slash inside of a name or a key.
const escapedSlash = "%2F"

// item finds the id of an item of a collection, whose template's parameters are
// known, by its id or name.
func (g *planter) item(at place, template string, known map[string]string, idOrName string) (string, error) {
	anonymous := behaviour.Anonymous(template)
	if family, owned := g.known[anonymous]; owned {
		return family.identify(at, template, idOrName)
	}
	if _, owned := familyOf(anonymous); owned {
		return idOrName, nil // fixtures know no names of theirs
	}
	path := template
	for param, key := range known {
		path = strings.ReplaceAll(path, "{"+param+"}", strings.ReplaceAll(key, "/", escapedSlash))
	}
	return g.planted(at, path, idOrName)
}

// planted finds the id of an item that the fixtures put into a collection.
func (g *planter) planted(at place, path, idOrName string) (string, error) {
	b := g.beds[path]
	if b == nil || len(b.plants) == 0 {
		return "", at.fail("there is no %q in %s, nor anything else", shorten(idOrName), apiPrefix+path[1:])
	}
	if b.ids[idOrName] != nil {
		return idOrName, nil
	}
	p := b.names[identity.Fold(idOrName)]
	if p == nil {
		return "", at.fail("there is no %q in %s; there are %s", shorten(idOrName), apiPrefix+path[1:], listed(b.callings()))
	}
	if p.alike != nil {
		return "", at.fail("%q is the name of several in %s; use an id", shorten(idOrName), apiPrefix+path[1:])
	}
	return p.id, nil
}

// callings are what the items can be found by.
func (b *bed) callings() []string {
	all := make([]string, len(b.plants))
	for i, p := range b.plants {
		all[i] = cmp.Or(p.name, p.id)
	}
	return all
}

// listed joins names for a message.
func listed(all []string) string {
	if len(all) > maxListed {
		return strings.Join(all[:maxListed], ", ") + ", …"
	}
	return strings.Join(all, ", ")
}

// refPrefix begins a text that stands for the id of another entity.
const refPrefix = "@" + apiPrefix

func isReference(text string) bool { return strings.HasPrefix(text, "@/") }

// referred is what a reference stands for.
type referred struct {
	id, name string // the name is "" where it has none
	path     string // below /api/v2
}

// refer finds what a reference stands for.
func (g *planter) refer(at place, reference string) (referred, error) {
	segments := strings.Split(strings.TrimPrefix(reference, refPrefix), "/")
	if !strings.HasPrefix(reference, refPrefix) || len(segments) < 2 {
		return referred{}, at.fail("%q must be the path of an entity, such as %srouting/queues/Support", shorten(reference), refPrefix)
	}
	last := strings.ReplaceAll(segments[len(segments)-1], escapedSlash, "/")
	segments = segments[:len(segments)-1]
	if l := g.find(segments); l != nil && len(segments) > 0 {
		if family, owned := g.known[l.Path]; owned {
			id, err := family.identify(at, l.Path, last)
			return referred{id, g.nameOf(l.Path, id), l.Path}, err
		}
	}
	_, path, _, err := g.locate(at, apiPrefix+strings.Join(segments, "/"))
	if err != nil {
		return referred{}, err
	}
	id, err := g.planted(at, path, last)
	if err != nil {
		return referred{}, err
	}
	return referred{id, g.beds[path].ids[id].name, path}, nil
}

// nameOf is the name of something that a family keeps.
func (g *planter) nameOf(path, id string) string {
	for _, u := range g.users {
		if u.ID == id {
			return u.Name // found by its address
		}
	}
	for _, one := range g.known[path] {
		if one.id == id {
			return one.name
		}
	}
	return ""
}

// identify finds an id by itself or by the name that goes with it.
func (n names) identify(at place, template, idOrName string) (string, error) {
	if found, ok := n[identity.Fold(idOrName)]; ok {
		return found.id, nil
	}
	for _, one := range n {
		if one.id == idOrName {
			return one.id, nil
		}
	}
	all := make([]string, 0, len(n))
	for _, key := range slices.Sorted(maps.Keys(n)) {
		all = append(all, n[key].name)
	}
	return "", at.fail("there is no %q in %s; there are %s", shorten(idOrName), apiPrefix+template[1:], cmp.Or(listed(all), "none"))
}
