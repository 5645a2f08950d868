package scim

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Operation is one change of a PATCH.
type Operation struct {
	Op       string // add, replace or remove, in any case
	Path     string // "" means that Value is an object of attributes
	Value    any    // decoded JSON
	HasValue bool   // false tells an absent value from null
}

// ParsePatch reads the body of a PATCH, with the names of its members in any case.
func ParsePatch(body Object) ([]Operation, error) {
	schemas, _ := member(body, "schemas").([]any)
	if !slices.ContainsFunc(schemas, func(v any) bool { s, _ := v.(string); return strings.EqualFold(s, PatchOp) }) {
		return nil, bad(InvalidSyntax, "The schemas of a PATCH are [%q].", PatchOp)
	}
	items, ok := member(body, "Operations").([]any)
	if !ok || len(items) == 0 {
		return nil, bad(InvalidSyntax, "A PATCH needs a list of Operations.")
	}
	ops := make([]Operation, 0, len(items))
	for i, item := range items {
		op, err := parseOperation(item)
		if err != nil {
			return nil, inOperation(i, err)
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func parseOperation(item any) (op Operation, err error) {
	object, ok := item.(Object)
	if !ok {
		return op, bad(InvalidSyntax, "An operation is an object.")
	}
	if op.Op, ok = member(object, "op").(string); !ok {
		return op, bad(InvalidSyntax, "An operation has an op: add, replace or remove.")
	}
	if path := member(object, "path"); path != nil {
		if op.Path, ok = path.(string); !ok {
			return op, bad(InvalidPath, "A path is text.")
		}
	}
	for name, value := range object {
		if strings.EqualFold(name, "value") {
			op.Value, op.HasValue = value, true
		}
	}
	return op, nil
}

// member finds a member of an object, case-blind; its own spelling comes first.
func member(object Object, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for _, key := range sortedKeys(object) {
		if strings.EqualFold(key, name) {
			return object[key]
		}
	}
	return nil
}

func sortedKeys(object Object) []string { return slices.Sorted(maps.Keys(object)) }

// inOperation says which operation an error speaks of.
func inOperation(i int, err error) error {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	return Errorf(refusal.Status, refusal.Type, "Operation %d: %s", i+1, refusal.Detail)
}

// patch is a resource being changed.
type patch struct {
	t    *ResourceType
	out  Object
	work int // see spend
}

// Apply carries the operations out on a copy of the resource (RFC 7644 §3.5.2):
// all of them, or none with the error of the first that fails.
func (t *ResourceType) Apply(resource Object, ops []Operation) (Object, error) {
	if len(ops) > maxOperations {
		return nil, bad(TooMany, "A PATCH has at most %d operations.", maxOperations)
	}
	p := &patch{t: t, out: clone(resource).(Object)}
	for i, op := range ops {
		if err := p.apply(op); err != nil {
			return nil, inOperation(i, err)
		}
	}
	return p.out, nil
}

// Replace makes of a resource what a client sent in its place: what is sent is the
// new value, and null and the empty list take away. What is left out stays, and what
// no schema names is passed over, however odd its name is.
func (t *ResourceType) Replace(resource, sent Object) (Object, error) {
	p := &patch{t: t, out: clone(resource).(Object)}
	return p.out, p.attributes(opReplace, nil, t.known(sent))
}

// The operations.
const (
	opAdd     = "add"
	opReplace = "replace"
	opRemove  = "remove"
)

func (p *patch) apply(op Operation) error {
	kind := strings.ToLower(op.Op)
	switch kind {
	case opAdd, opReplace:
		if !op.HasValue || kind == opAdd && op.Value == nil {
			return bad(InvalidValue, "%s needs a value.", kind)
		}
	case opRemove:
		if strings.TrimSpace(op.Path) == "" {
			return bad(NoTarget, "remove needs a path.")
		}
	default:
		return bad(InvalidSyntax, "The op must be add, replace or remove.")
	}
	if strings.TrimSpace(op.Path) == "" {
		return p.attributes(kind, nil, op.Value)
	}
	found, err := p.locate(op.Path)
	if err != nil {
		return err
	}
	if !found.known {
		return bad(InvalidPath, "%s has no attribute %q.", p.t.Name, op.Path)
	}
	return p.change(kind, found, op.Value)
}

// spot is a path, resolved.
type spot struct {
	target
	filter *condition // nil without brackets
	known  bool       // false when the path is well written, but names nothing
}

// locate reads a path.
func (p *patch) locate(path string) (spot, error) {
	raw, err := readPath(path)
	if err != nil {
		scimType := InvalidPath
		if _, inside := errors.AsType[filterError](err); inside {
			scimType = InvalidFilter
		}
		return spot{}, bad(scimType, "The path cannot be read: %v.", err)
	}
	g, ok := p.t.find(raw.name)
	if !ok || raw.filter == nil {
		return spot{target: g, known: ok}, nil
	}
	if g.attr == nil || g.sub != nil || !g.attr.MultiValued || g.attr.Type != typeComplex {
		return spot{}, bad(InvalidPath, "%s is not a list with items to choose from.", raw.name)
	}
	found := spot{target: g, known: true}
	if found.filter, err = raw.filter.resolve(g.attr); err != nil {
		return spot{}, err
	}
	if raw.sub != "" {
		found.sub = g.attr.sub(raw.sub)
		found.known = found.sub != nil
	}
	return found, nil
}

// attributes adds or replaces what an object holds, in the order of its keys:
// attributes at the top or of an extension, extensions, and paths.
//
// Guess: attributes that nobody knows are passed over, as in a PUT; only a path
// of its own that names one is refused.
func (p *patch) attributes(kind string, schema *Schema, value any) error {
	object, ok := value.(Object)
	if !ok {
		return bad(InvalidValue, "Without a path, or with a schema for one, the value must be an object.")
	}
	for _, key := range sortedKeys(object) {
		path := key
		if schema != nil {
			path = schema.ID + ":" + key
		}
		found, err := p.locate(path)
		if err != nil {
			return err
		}
		if !found.known || kind == opAdd && object[key] == nil {
			continue // null is no value (RFC 7643 §2.5): there is nothing to add
		}
		if err := p.change(kind, found, object[key]); err != nil {
			return err
		}
	}
	return nil
}

// change carries one operation out at one spot.
func (p *patch) change(kind string, at spot, value any) error {
	if at.attr == nil {
		return p.changeSchema(kind, at.schema, value)
	}
	protected := at.attr.Mutability == readOnly || at.sub != nil && at.sub.Mutability == readOnly
	var before any
	if protected {
		before = clone(p.get(at.target))
	}
	if err := p.set(kind, at, value); err != nil {
		return err
	}
	// A read-only attribute may be sent back as it was, to the letter: Okta names the
	// id of a group beside what it changes.
	if protected && !reflect.DeepEqual(before, p.get(at.target)) {
		return bad(Mutability, "%s is read-only.", at)
	}
	return nil
}

func (p *patch) changeSchema(kind string, schema *Schema, value any) error {
	if kind == opReplace && schema != nil && value == nil {
		kind = opRemove // null is no value (RFC 7643 §2.5)
	}
	if kind != opRemove {
		return p.attributes(kind, schema, value)
	}
	if schema == nil {
		return bad(NoTarget, "A resource cannot be removed by a PATCH.")
	}
	for i := range schema.Attributes {
		at := spot{target: target{schema: schema, attr: &schema.Attributes[i]}}
		if err := p.change(opRemove, at, nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *patch) set(kind string, at spot, value any) error {
	switch {
	case at.attr.MultiValued && at.filter != nil:
		return p.setMatching(kind, at, value)
	case at.attr.MultiValued:
		return p.setList(kind, at.target, value)
	default:
		return p.setSingle(kind, at.target, value)
	}
}

// setSingle changes an attribute that has one value, or a part of that.
func (p *patch) setSingle(kind string, g target, value any) error {
	switch {
	case g.attr.Type == typeComplex && kind != opRemove:
		if value == nil && g.sub == nil {
			return p.put(g, nil)
		}
		if g.sub != nil {
			value = Object{g.sub.Name: value}
		}
		changes, err := coerceObject(g.attr, g.String(), value)
		if err != nil {
			return err
		}
		item, _ := p.get(g).(Object)
		if item == nil {
			item = Object{}
		}
		g.attr.forget(item, changes)
		return p.putItem(g, merge(item, changes))
	case g.sub != nil:
		item, _ := p.get(g).(Object)
		if item == nil {
			return nil
		}
		delete(item, g.sub.Name)
		return p.putItem(g, item)
	case kind == opRemove:
		return p.put(g, nil)
	}
	v, err := coerce(g.attr, g.String(), value)
	if err != nil {
		return err
	}
	return p.put(g, v)
}

func (p *patch) putItem(g target, item Object) error {
	if g.attr.hollow(item) {
		return p.put(g, nil)
	}
	return p.put(g, item)
}

// get reads an attribute as a whole.
func (p *patch) get(g target) any {
	if g.schema == nil {
		return p.out[g.attr.Name]
	}
	extension, _ := p.out[g.schema.ID].(Object)
	return extension[g.attr.Name]
}

// put writes an attribute as a whole. Nil leaves it unassigned, which a
// required one must not be (RFC 7644 §3.5.2.2).
func (p *patch) put(g target, v any) error {
	if v == nil && g.attr.Required && p.get(g) != nil {
		return bad(Mutability, "%s is required and cannot be removed.", target{schema: g.schema, attr: g.attr})
	}
	home := p.out
	if g.schema != nil {
		extension, ok := p.out[g.schema.ID].(Object)
		if !ok {
			if v == nil {
				return nil
			}
			extension = Object{}
			p.out[g.schema.ID] = extension
		}
		home = extension
	}
	if v != nil {
		home[g.attr.Name] = v
		return nil
	}
	delete(home, g.attr.Name)
	if g.schema != nil && len(home) == 0 {
		delete(p.out, g.schema.ID)
	}
	return nil
}

// spend counts values that were looked at, long texts more than once, and stops a
// PATCH that costs too much.
func (p *patch) spend(n int) error {
	if p.work += n; p.work > maxWork {
		return bad(TooMany, "The PATCH compares too many values; send it in parts.")
	}
	return nil
}

// size is what it costs to look at each item of a list once.
func size(list []any) int {
	n := len(list)
	for _, v := range list {
		item, _ := v.(Object)
		for _, part := range item {
			text, _ := part.(string)
			n += len(text) / 64
		}
	}
	return n
}

// String spells the spot canonically.
func (at spot) String() string {
	if at.filter == nil {
		return at.target.String()
	}
	whole := target{schema: at.schema, attr: at.attr}
	if at.sub == nil {
		return fmt.Sprintf("%s[…]", whole)
	}
	return fmt.Sprintf("%s[…].%s", whole, at.sub.Name)
}
