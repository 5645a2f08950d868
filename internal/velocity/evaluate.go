package velocity

import (
	"errors"
	"strings"
)

// lookup finds a top-level name: what #set gave, the context, or a tool.
func (s *state) lookup(name string) (value any, ok bool) {
	if value, ok = s.set[name]; ok {
		return value, true
	}
	if value, ok = s.context[name]; ok {
		return value, true
	}
	value, ok = tools[name]
	return value, ok
}

func (r *reference) eval(s *state) (any, error) {
	return r.follow(s, r.path)
}

// follow evaluates the name and the first steps of the path.
func (r *reference) follow(s *state, path []step) (any, error) {
	v, ok := s.lookup(r.root)
	if !ok {
		if r.lenient {
			return nil, nil //nolint:nilnil // an undefined name that is only tested is null
		}
		return nil, r.place.fail("Variable $%s has not been set", r.root)
	}
	for i := range path {
		st := &path[i]
		if v == nil {
			return nil, r.nullAccess(st)
		}
		var err error
		if v, err = r.take(s, v, st); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (r *reference) nullAccess(st *step) error {
	name := st.name
	if st.kind == index {
		name = "["
	}
	return r.at(st).fail("Attempted to access '%s' on a null value", name)
}

func (r *reference) at(st *step) place {
	return place{r.place.source, st.offset}
}

// take evaluates one step on a value that is not null.
func (r *reference) take(s *state, v any, st *step) (any, error) {
	if st.kind == property {
		return r.property(v, st)
	}
	var buffer [3]any
	args := buffer[:0]
	for _, a := range st.args {
		arg, err := a.eval(s)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	if st.kind == index {
		return r.index(s, v, st, args[0])
	}
	result, err := s.invoke(r.at(st), v, st.name, args)
	if err == nil {
		return result, nil
	}
	return nil, r.methodError(v, st.name, st, args, err)
}

// methodError words what a method failed with, as the original does.
func (r *reference) methodError(v any, name string, st *step, args []any, err error) error {
	var thrown *exception
	switch {
	case errors.Is(err, errNoMethod):
		classes := make([]string, len(args))
		for i, a := range args {
			classes[i] = className(a)
		}
		return r.at(st).fail("Object '%s' does not contain method %s(%s)", className(v), name, strings.Join(classes, ", "))
	case errors.As(err, &thrown):
		return r.at(st).fail("Invocation of method '%s' in  %s threw exception %s", name, classText(v), thrown)
	}
	return err
}

func (r *reference) property(v any, st *step) (any, error) {
	result, err := member(r.at(st), v, st.name)
	if err == nil {
		return result, nil
	}
	if !errors.Is(err, errNoMethod) {
		return nil, r.methodError(v, st.name, st, nil, err)
	}
	return nil, r.at(st).fail("Object '%s' does not contain property '%s'", className(v), st.name)
}

// index evaluates v[key]. Negative numbers count from the end of a list.
func (r *reference) index(s *state, v any, st *step, key any) (any, error) {
	switch v.(type) {
	case *dict, map[string]any:
		return s.invoke(r.at(st), v, "get", []any{key})
	}
	items, isList := itemsOf(v)
	n, whole := number(key).(int32)
	switch i := int(n); {
	case !whole:
	case isList && -len(items) <= i && i < 0:
		return items[len(items)+i], nil
	case isList && 0 <= i && i < len(items):
		return items[i], nil
	case isList:
		return nil, r.at(st).fail("Error invoking method 'get(%s)' in %s", className(key), className(v))
	case i < 0:
		return nil, r.at(st).fail("A 'size()' method required for negative value %d does not exist for class '%s'", i, className(v))
	}
	return nil, r.at(st).fail("Object '%s' does not contain method get(%s)", className(v), className(key))
}

// render writes the value of the reference. One that ends in null is written as
// it stands in the template, or not at all if it is quiet: the help article on
// macros for data actions says so, where the original would fail in strict mode.
func (r *reference) render(s *state) error {
	v, err := r.eval(s)
	if err != nil {
		return err
	}
	if r.escaped {
		return r.renderEscaped(s, v != nil)
	}
	if v == nil && r.quiet {
		return nil
	}
	t, err := r.textOf(s, v)
	if err != nil {
		return err
	}
	if r.prefix != "" {
		if err := s.write(r.place, r.prefix); err != nil {
			return err
		}
	}
	return s.write(r.place, t)
}

func (r *reference) textOf(s *state, v any) (string, error) {
	if v == nil {
		if r.quiet {
			return "", nil
		}
		return r.literal, nil
	}
	return s.text(r.place, v)
}

// renderEscaped writes the text of the reference. The backslash goes only if it
// has a value, else it belongs to the text.
func (r *reference) renderEscaped(s *state, defined bool) error {
	t := r.prefix + r.literal
	if !defined {
		t = r.prefix + `\` + r.literal
	}
	return s.write(r.place, t)
}

// interpolate is the value of a string that holds nothing but the reference.
func (r *reference) interpolate(s *state) (any, error) {
	if r.escaped || r.prefix != "" {
		start := len(s.out)
		if err := r.render(s); err != nil {
			return nil, err
		}
		t := string(s.out[start:])
		s.out = s.out[:start]
		return t, nil
	}
	v, err := r.eval(s)
	if err != nil {
		return nil, err
	}
	return r.textOf(s, v)
}

// assign is what #set does to its target. On a name that is null it does nothing.
func (r *reference) assign(s *state, v any) error {
	if len(r.path) == 0 {
		if s.set == nil {
			s.set = make(map[string]any)
		}
		s.set[r.root] = v
		return nil
	}
	if root, err := r.follow(s, nil); err != nil || root == nil {
		return err
	}
	last := &r.path[len(r.path)-1]
	owner, err := r.follow(s, r.path[:len(r.path)-1])
	if err != nil {
		return err
	}
	if owner == nil {
		return r.nullAccess(last)
	}
	if last.kind == index {
		return r.assignIndex(s, owner, last, v)
	}
	if d, ok := owner.(*dict); ok {
		d.put(last.name, v)
		return nil
	}
	return r.place.fail("Object '%s' does not contain property '%s'", className(owner), last.name)
}

func (r *reference) assignIndex(s *state, owner any, last *step, v any) error {
	key, err := last.args[0].eval(s)
	if err != nil {
		return err
	}
	switch o := owner.(type) {
	case *dict:
		o.put(key, v)
		return s.spend(r.at(last), cost(key))
	case *list:
		n, ok := number(key).(int32)
		if !ok {
			break
		}
		i := int(n)
		if i < 0 {
			i += len(o.items)
		}
		if i < 0 || i >= len(o.items) {
			return r.at(last).fail("Exception calling method 'set(%s,%s)' in  %s", className(key), className(v), classText(owner))
		}
		o.items[i] = v
		return nil
	}
	return r.at(last).fail("Found neither a 'set' or 'put' method with param types '(%s,%s)' on class '%s'", className(key), className(v), className(owner))
}
