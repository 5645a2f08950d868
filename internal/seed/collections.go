package seed

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// collectionEntry is what a fixture puts into one collection, or a singleton. It
// stays YAML until the catalogue is at hand, which says what may stand there.
type collectionEntry struct {
	value
	path string // as it is written
}

// apiPrefix is what the paths of collections begin with.
const apiPrefix = "/api/v2/"

func (v value) collections(into *[]collectionEntry) error {
	n := v.target()
	if n.Kind != yaml.MappingNode {
		return v.fail("must be a mapping of paths to what stands there, is %s", v.kind())
	}
	first := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, child := n.Content[i], n.Content[i+1]
		at := place{v.file, name.Line, v.path}
		if name.Kind != yaml.ScalarNode || !strings.HasPrefix(name.Value, apiPrefix) || strings.HasSuffix(name.Value, "/") {
			return at.fail("%q must be the path of a collection, such as %sstations", shorten(name.Value), apiPrefix)
		}
		at.path = join(at.path, shorten(name.Value))
		if line, twice := first[name.Value]; twice {
			return at.fail("is there twice, first in line %d", line)
		}
		first[name.Value] = name.Line
		if !isNull(child) {
			*into = append(*into, collectionEntry{value{at, child}, name.Value})
		}
	}
	return nil
}

// Plantings are what the fixtures put into collections and singletons of one
// organization, in the order in which it is written.
type Plantings struct {
	OrgID string
	By    string // id of the user who counts as their creator; "" where there is none
	All   []Planting
}

// Planting is one item, or one singleton.
type Planting struct {
	Collection string   // the template of the collection or singleton
	Keys       []string // what stands in its path for the parameters of the template
	ID         string   // of the item; "" for singletons
	At         string   // where in the fixtures it stands, for messages

	body     json.RawMessage
	relative bool // some times of the body depend on when it is planted
	source   value
}

// Refused says what the API has against it, and where in the fixtures that stands:
// the field at fault, where the API names one. Other errors stay what they are.
func (p *Planting) Refused(err error) error {
	refusal, ok := errors.AsType[*apierr.Error](err)
	if !ok {
		return fmt.Errorf("%s: %w", p.At, err)
	}
	at := p.source.place
	if len(refusal.Details) > 0 && refusal.Details[0].FieldName != "" {
		at = p.source.placeOf(refusal.Details[0].FieldName)
	}
	return at.fail("is refused as by the API: %s", refusal)
}

// placeOf is the place of a key of a mapping, or that of the mapping with the key
// behind it where it is not written.
func (v value) placeOf(key string) place {
	for _, c := range v.children() {
		if c.name == key {
			return c.place
		}
	}
	return v.at(key)
}

// Body is the entity as the fixture gives it, with names resolved, for a state
// that comes into being at now.
func (p *Planting) Body(now time.Time) json.RawMessage {
	if !p.relative {
		return p.body
	}
	return settleInstants(p.body, now)
}

// Plantings checks what the fixtures say of collections against the catalogue and
// the table of behaviour. What stands in the way is an *Error. Where no fixture
// speaks of collections, it costs nothing.
func (d *Document) Plantings(c *spec.Catalogue, t *behaviour.Table) ([]Plantings, error) {
	var all []Plantings
	var where *atlas
	for _, o := range d.organizations {
		if len(o.collections) == 0 {
			continue
		}
		if where == nil {
			var err error
			if where, err = newAtlas(c, t); err != nil {
				return nil, fmt.Errorf("fixtures: %w", err)
			}
		}
		planted, err := (&planter{organization: o, atlas: where, beds: make(map[string]*bed)}).plant()
		if err != nil {
			return nil, err
		}
		all = append(all, Plantings{OrgID: o.org.ID, By: o.creator(d.environment), All: planted})
	}
	return all, nil
}

// creator is the user who counts as the creator of what is planted: the one that
// the fixtures choose for `mockcloud env`, else the first.
func (o *organization) creator(e Environment) string {
	for _, u := range o.users {
		if e.OrgID == o.org.ID && u.Email == e.UserEmail {
			return u.ID
		}
	}
	if len(o.users) > 0 {
		return o.users[0].ID
	}
	return ""
}
