package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// record is a document that a listing looks at. It is decoded when something asks
// for a property, and then once.
type record struct {
	*document
	held, rest map[string]json.RawMessage
	folded     []byte // all of it in lower case, once something has asked for that
}

// mayHold tells, without decoding, whether some value can contain a text, which is
// folded.
func (r *record) mayHold(text string) bool {
	if r.folded == nil {
		r.folded = bytes.ToLower(slices.Concat(r.Body, r.Rest, []byte(r.Name)))
	}
	if strings.ContainsAny(text, "\"\\*") || bytes.Contains(r.folded, []byte(`\u`)) {
		return true // it can be written in several ways
	}
	return bytes.Contains(r.folded, []byte(text))
}

// property is the text of a top-level property; nil where there is none.
func (r *record) property(name string) json.RawMessage {
	if r.held == nil && json.Unmarshal(r.Body, &r.held) != nil {
		r.held = map[string]json.RawMessage{}
	}
	if text, ok := r.held[name]; ok || len(r.Rest) == 0 {
		return text
	}
	if r.rest == nil && json.Unmarshal(r.Rest, &r.rest) != nil {
		r.rest = map[string]json.RawMessage{}
	}
	return r.rest[name]
}

// values are the texts at a path: those of all elements where lists lie on it. An
// object counts as its id.
func (r *record) values(path []string) []string {
	if len(path) == 1 && path[0] == "name" && r.Name != "" {
		return []string{r.Name}
	}
	raw := r.property(path[0])
	if len(raw) == 0 {
		return nil
	}
	if raw[0] != '{' && raw[0] != '[' {
		return texts(nil, textOf(raw), path[1:])
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return nil
	}
	return texts(nil, value, path[1:])
}

// texts appends the texts at a path of a decoded value.
func texts(to []string, value any, path []string) []string {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			to = texts(to, element, path)
		}
	case fields:
		if len(path) > 0 {
			if inner, ok := v[path[0]]; ok {
				return texts(to, inner, path[1:])
			}
			return to
		}
		return texts(to, textOf(v["id"]), nil)
	default:
		if text := textOf(v); text != "" && len(path) == 0 {
			to = append(to, text)
		}
	}
	return to
}

// condition is what a listed item must meet.
type condition func(*record) bool

// all are several conditions as one; nil where there are none.
func all(conditions []condition) condition {
	switch len(conditions) {
	case 0:
		return nil
	case 1:
		return conditions[0]
	}
	return func(r *record) bool {
		for _, c := range conditions {
			if !c(r) {
				return false
			}
		}
		return true
	}
}

// some holds where one of the conditions does.
func some(conditions []condition) condition {
	return func(r *record) bool {
		return slices.ContainsFunc(conditions, func(c condition) bool { return c(r) })
	}
}

func not(c condition) condition { return func(r *record) bool { return !c(r) } }

// field is a property of the listed items, at any depth.
type field struct {
	path  []string
	shape *spec.Shape // of the values; nil where anything may stand
}

// locate finds the property that a name means, with dots between the levels; the
// case does not count. What the answer leaves out can be asked for as well.
func (p *plan) locate(name string) (field, bool) {
	for _, shape := range []*spec.Shape{p.entity, p.element} {
		if shape == nil {
			continue
		}
		if f, ok := locate(shape, name); ok {
			return f, true
		}
	}
	return field{}, false
}

func locate(shape *spec.Shape, name string) (field, bool) {
	var f field
	for segment := range strings.SplitSeq(name, ".") {
		for shape != nil && shape.Type == "array" {
			shape = shape.Items()
		}
		if shape == nil || (shape.Type != "object" && shape.Type != "") {
			return f, false
		}
		own := spelled(shape, segment)
		switch {
		case own != "":
			segment, shape = own, shape.Property(own)
		case shape.Values() != nil:
			shape = shape.Values()
		case len(f.path) > 0 && shape.Free():
			shape = nil
		default:
			return f, false
		}
		f.path = append(f.path, segment)
	}
	for shape != nil && shape.Type == "array" {
		shape = shape.Items()
	}
	f.shape = shape
	return f, len(f.path) > 0
}

// spelled is the property's name as the schema writes it; "" where there is none.
func spelled(shape *spec.Shape, name string) string {
	if shape.Has(name) {
		return name
	}
	for _, own := range shape.PropertyNames() {
		if strings.EqualFold(own, name) {
			return own
		}
	}
	return ""
}

// meant finds the property that a name means which need not be its own: the thing
// whose id it is, one of several, or the property with the item's noun before it,
// as ruleName is the name of a rule.
func (p *plan) meant(name string) (field, bool) {
	if f, ok := p.locate(name); ok {
		return f, true
	}
	for _, suffix := range []string{"UserId", "Id", "Ids", ".ids"} {
		short, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		for _, candidate := range []string{short, plural(short), short + "Id", short + ".id"} {
			if f, ok := p.locate(candidate); ok && candidate != name {
				return f, true
			}
		}
	}
	for _, candidate := range []string{singular(name), plural(name)} {
		if f, ok := p.locate(candidate); ok {
			return f, true
		}
	}
	noun := p.noun()
	if short, ok := strings.CutPrefix(strings.ToLower(name), noun); ok && noun != "" && short != "" {
		return p.locate(short)
	}
	return field{}, false
}

// noun is what one item of the collection is called in its path.
func (p *plan) noun() string {
	if p.collection == nil {
		return ""
	}
	path := p.collection.Path
	return singular(path[strings.LastIndexByte(path, '/')+1:])
}

func plural(word string) string {
	if short, ok := strings.CutSuffix(word, "y"); ok {
		return short + "ies"
	}
	return word + "s"
}

func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "uses"):
		return strings.TrimSuffix(word, "es")
	default:
		return strings.TrimSuffix(word, "s")
	}
}

// fewWanted is how many values are looked for one by one, which saves decoding most
// items.
const fewWanted = 8

// is tells whether one of the values is one of those wanted, in any case.
func (f field) is(wanted []string) condition {
	folded := make([]string, len(wanted))
	for i, w := range wanted {
		folded[i] = identity.Fold(w)
	}
	if len(wanted) > fewWanted {
		set := make(map[string]bool, len(wanted))
		for _, w := range folded {
			set[w] = true
		}
		return func(r *record) bool {
			return slices.ContainsFunc(r.values(f.path), func(v string) bool { return set[identity.Fold(v)] })
		}
	}
	return func(r *record) bool {
		return slices.ContainsFunc(folded, r.mayHold) && slices.ContainsFunc(r.values(f.path), func(v string) bool {
			return slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(v, w) })
		})
	}
}

// compares holds where the comparison of one of the values with the wanted one has
// one of the outcomes.
func (f field) compares(wanted string, outcomes ...int) condition {
	return func(r *record) bool {
		return slices.ContainsFunc(r.values(f.path), func(v string) bool { return slices.Contains(outcomes, handlers.Compare(v, wanted)) })
	}
}

// like holds where one of the values, folded, fits.
func (f field) like(fits func(folded string) bool) condition {
	return func(r *record) bool {
		return slices.ContainsFunc(r.values(f.path), func(v string) bool { return fits(identity.Fold(v)) })
	}
}

// there holds where the item has a value.
func (f field) there() condition {
	return func(r *record) bool { return len(r.values(f.path)) > 0 }
}
