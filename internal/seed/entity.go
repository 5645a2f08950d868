package seed

import (
	"bytes"
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// writer turns YAML into the JSON of an entity, and refuses what its schema does
// not allow.
type writer struct {
	*planter
	out      bytes.Buffer
	relative bool
}

// deepest and largest are how deep values may be nested, and how many bytes an entity
// may have. Aliases could make both without end.
const (
	deepest = 40
	largest = 1 << 20
)

// entity writes one item or singleton.
func (w *writer) entity(b *bed, p *plant) (Planting, error) {
	w.out.Reset()
	w.relative = false
	if b.shape != nil && b.shape.Type != "object" {
		return Planting{}, p.fail("a fixture cannot say what %s holds: its items are no objects", apiPrefix+b.path[1:])
	}
	if err := w.object(p.value, b.shape, deepest, b); err != nil {
		return Planting{}, err
	}
	return Planting{
		Collection: b.Path, Keys: b.keys, ID: p.id, At: p.where(), relative: w.relative,
		body: bytes.Clone(w.out.Bytes()), source: p.value,
	}, nil
}

// object writes a mapping. of is the collection where it is a whole entity, and
// nil for its parts.
func (w *writer) object(v value, s *spec.Shape, depth int, of *bed) error {
	n := v.target()
	if n.Kind != yaml.MappingNode {
		return v.fail("must be a mapping of keys and values, is %s", v.kind())
	}
	seen := make(map[string]int)
	w.out.WriteByte('{')
	for _, c := range v.children() {
		if line, twice := seen[c.name]; twice {
			return c.fail("is there twice, first in line %d", line)
		}
		seen[c.name] = c.line
		shape, err := w.property(v, s, c, of)
		if err != nil {
			return err
		}
		if len(seen) > 1 {
			w.out.WriteByte(',')
		}
		w.text(c.name)
		w.out.WriteByte(':')
		if of != nil && (c.name == "division" || c.name == "divisionId") && w.hasDivision(s) {
			err = w.division(c)
		} else {
			err = w.value(c.value, shape, depth-1)
		}
		if err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

// property is the shape of a property; nil where anything may stand there.
func (w *writer) property(v value, s *spec.Shape, c child, of *bed) (*spec.Shape, error) {
	if s == nil || s.Type == "" {
		return nil, nil
	}
	if p := s.Property(c.name); p != nil {
		return p, nil
	}
	if values := s.Values(); values != nil {
		return values, nil
	}
	names := s.PropertyNames()
	if len(names) == 0 {
		return nil, nil
	}
	if of != nil {
		if c.name == of.key() {
			return nil, nil // the key of items that do not answer it themselves
		}
		// Requests name things by their ids that answers refer to.
		if short, ok := strings.CutSuffix(c.name, "Id"); ok && s.Has(short) {
			return nil, nil
		}
		if short, ok := strings.CutSuffix(c.name, "Ids"); ok && s.Has(short+"s") {
			return nil, nil
		}
	}
	c.path = v.path
	return nil, c.fail("unknown property %q; known are %s", shorten(c.name), listed(names))
}

// value writes any value.
func (w *writer) value(v value, s *spec.Shape, depth int) error {
	switch {
	case depth < 0:
		return v.fail("is nested too deep")
	case w.out.Len() > largest:
		return v.fail("is too large, together with what comes before it")
	}
	n := v.target()
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" && isReference(n.Value) {
		return w.reference(v, n.Value, s)
	}
	if s == nil || s.Type == "" {
		return w.anything(v, depth)
	}
	switch s.Type {
	case "object":
		return w.object(v, s, depth, nil)
	case "array":
		return w.list(v, s.Items(), depth)
	case "string":
		return w.string(v, s)
	case "boolean":
		var on flag
		if err := v.flag(&on); err != nil {
			return err
		}
		return w.leaf(v, s, on.on)
	default:
		number, err := v.jsonNumber()
		if err != nil {
			return err
		}
		return w.leaf(v, s, number)
	}
}

func (w *writer) list(v value, items *spec.Shape, depth int) error {
	first := true
	w.out.WriteByte('[')
	err := v.list(func(v value) error {
		if !first {
			w.out.WriteByte(',')
		}
		first = false
		return w.value(v, items, depth-1)
	})
	w.out.WriteByte(']')
	return err
}

// anything writes a value of which the catalogue knows nothing.
func (w *writer) anything(v value, depth int) error {
	switch kind := v.kind(); kind {
	case "a mapping":
		return w.object(v, nil, depth, nil)
	case "a list":
		return w.list(v, nil, depth)
	case "text", "a date":
		w.text(v.target().Value)
		return nil
	case "true or false":
		var on flag
		if err := v.flag(&on); err != nil {
			return err
		}
		w.out.WriteString(strconv.FormatBool(on.on))
		return nil
	case "a number":
		number, err := v.jsonNumber()
		w.out.WriteString(number.String())
		return err
	case "empty":
		w.out.WriteString("null")
		return nil
	default:
		return v.fail("must be text, a number, true or false, a list or a mapping, is %s", kind)
	}
}

// string writes a text. Dates need no quotes in YAML, and count as text here.
func (w *writer) string(v value, s *spec.Shape) error {
	n := v.target()
	var t text
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!timestamp" {
		t.s = n.Value
	} else if err := v.anyText(&t); err != nil {
		return err
	}
	if strings.HasPrefix(t.s, instantMark) && (s.Format == "date-time" || s.Format == "") {
		if _, ok := parseInstant(t.s); !ok {
			return v.fail("must be a time such as @now-90m or @now+7d, is %q", shorten(t.s))
		}
		w.relative = true
		w.text(t.s)
		return nil
	}
	return w.leaf(v, s, t.s)
}

// leaf writes a scalar if the schema allows it.
func (w *writer) leaf(v value, s *spec.Shape, scalar any) error {
	fitted, ok := s.Fit(scalar, spec.Filler{})
	if !ok {
		return v.fail("%s", w.wanted(v, s))
	}
	encoded, err := json.Marshal(fitted)
	w.out.Write(encoded)
	return err
}

// wanted says what a scalar should have been.
func (w *writer) wanted(v value, s *spec.Shape) string {
	is := ", is " + strconv.Quote(shorten(v.target().Value))
	switch {
	case len(s.Enum) > 0:
		words := make([]string, 0, len(s.Enum))
		for _, e := range s.Enum {
			if word, ok := e.(string); ok {
				words = append(words, word)
			}
		}
		return "must be one of " + listed(words) + is
	case s.Format == "date-time":
		return "must be a date and time such as 2026-01-15T08:00:00Z or @now-90m" + is
	case s.Format == "interval":
		return "must be an interval such as 2026-01-15T08:00:00Z/2026-01-15T09:00:00Z" + is
	case s.Format != "":
		return "must be a " + s.Type + " of the form " + s.Format + is
	default:
		return "must be a " + s.Type + " that the specification allows" + is
	}
}

// reference writes the id of another entity, or an object with it where the schema
// wants one.
func (w *writer) reference(v value, written string, s *spec.Shape) error {
	to, err := w.refer(v.place, written)
	if err != nil {
		return err
	}
	if s != nil && s.Type == "object" && s.Has("id") {
		w.out.WriteString(`{"id":`)
		w.text(to.id)
		if to.name != "" && s.Has("name") {
			w.out.WriteString(`,"name":`)
			w.text(to.name)
		}
		if s.Has("selfUri") {
			w.out.WriteString(`,"selfUri":`)
			w.text(apiPrefix + to.path[1:] + "/" + url.PathEscape(to.id))
		}
		w.out.WriteByte('}')
		return nil
	}
	if s != nil && s.Type != "" && s.Type != "string" {
		return v.fail("must be a %s, is a reference", s.Type)
	}
	w.text(to.id)
	return nil
}

// hasDivision tells whether entities live in divisions.
func (w *writer) hasDivision(s *spec.Shape) bool { return s != nil && s.Has("division") }

// division writes the division of an entity, which is given by its name or id, or
// as an object with either.
func (w *writer) division(c child) error {
	at := c.value
	if c.kind() == "a mapping" {
		for _, part := range c.children() {
			if part.name != "id" && part.name != "name" {
				return part.fail("unknown property %q; known are id, name", shorten(part.name))
			}
			at = part.value
		}
	}
	var t text
	if err := at.text(&t); err != nil {
		return err
	}
	var id string
	var err error
	if isReference(t.s) {
		var to referred
		to, err = w.refer(t.place, t.s)
		id = to.id
	} else {
		id, err = w.known[divisionsPath].identify(t.place, divisionsPath, t.s)
	}
	if err != nil {
		return err
	}
	if c.name == "division" {
		w.out.WriteString(`{"id":"` + id + `"}`)
		return nil
	}
	w.text(id)
	return nil
}

func (w *writer) text(s string) {
	encoded, _ := json.Marshal(s) // texts always can be
	w.out.Write(encoded)
}

// child is a value of a mapping, with its key.
type child struct {
	value
	name string
}

// children lists what stands in a mapping, without keys that have no value.
func (v value) children() []child {
	n := v.target()
	all := make([]child, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name, node := n.Content[i], n.Content[i+1]; !isNull(node) {
			all = append(all, child{value{place{v.file, node.Line, join(v.path, name.Value)}, node}, name.Value})
		}
	}
	return all
}

// jsonNumber decodes a number as JSON writes it.
func (v value) jsonNumber() (json.Number, error) {
	n := v.target()
	if kind := v.kind(); kind != "a number" {
		return "", v.fail("must be a number, is %s", kind)
	}
	var whole int64
	if n.ShortTag() == "!!int" && n.Decode(&whole) == nil {
		return json.Number(strconv.FormatInt(whole, 10)), nil
	}
	var f float64
	if err := n.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return "", v.fail("must be a number, is %q", shorten(n.Value))
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), nil
}
