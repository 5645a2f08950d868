package velocity

// node is a part of a template that writes text.
type node interface {
	render(s *state) error
}

// expr is a part of an expression.
type expr interface {
	eval(s *state) (any, error)
}

// state is one rendering.
type state struct {
	source  *source
	context Context
	// set holds the names given by #set.
	set  map[string]any
	out  []byte
	work int
	// patterns are those compiled while parsing; compiled counts the others.
	patterns map[string]*pattern
	compiled int
}

// write appends to the output.
func (s *state) write(at place, t string) error {
	if len(s.out)+len(t) > MaxOutput {
		return at.fail("The result is longer than %d bytes", MaxOutput)
	}
	s.out = append(s.out, t...)
	return nil
}

// spend counts bytes that a method reads or writes.
func (s *state) spend(at place, n int) error {
	s.work += n
	if n < 0 || s.work > maxWork {
		return at.fail("The template does more work than allowed")
	}
	return nil
}

// text is what the template writes as it is.
type text string

func (t text) render(s *state) error {
	return s.write(place{source: s.source}, string(t))
}

// setNode is #set.
type setNode struct {
	target *reference
	value  expr
}

func (n *setNode) render(s *state) error {
	v, err := n.value.eval(s)
	if err != nil {
		return err
	}
	return n.target.assign(s, v)
}

// ifNode is #if with all that belongs to it.
type ifNode struct {
	branches  []branch
	otherwise []node
}

type branch struct {
	condition expr
	body      []node
}

func (n *ifNode) render(s *state) error {
	body := n.otherwise
	for _, b := range n.branches {
		holds, err := truth(s, b.condition)
		if err != nil {
			return err
		}
		if holds {
			body = b.body
			break
		}
	}
	return renderAll(s, body)
}

func renderAll(s *state, body []node) error {
	for _, n := range body {
		if err := n.render(s); err != nil {
			return err
		}
	}
	return nil
}

// constant is a literal value.
type constant struct{ value any }

func (c constant) eval(*state) (any, error) { return c.value, nil }

// parenthesized keeps an expression in parentheses from being taken for a
// bare operand.
type parenthesized struct{ inner expr }

func (e parenthesized) eval(s *state) (any, error) { return e.inner.eval(s) }

// interpolation is a string in double quotes that holds more than text.
type interpolation struct {
	place place
	body  []node
	// trim says that the blank which the parser appended is in the result.
	trim bool
}

func (e *interpolation) eval(s *state) (any, error) {
	if len(e.body) == 1 {
		if ref, ok := e.body[0].(*reference); ok && !e.trim {
			return ref.interpolate(s)
		}
	}
	start := len(s.out)
	if err := renderAll(s, e.body); err != nil {
		return nil, err
	}
	result := string(s.out[start:])
	s.out = s.out[:start]
	if e.trim && result != "" {
		result = result[:len(result)-1]
	}
	return result, s.spend(e.place, len(result))
}

// listLiteral is [a, b].
type listLiteral struct {
	place place
	items []expr
}

func (e *listLiteral) eval(s *state) (any, error) {
	l := &list{items: make([]any, len(e.items))}
	for i, item := range e.items {
		v, err := item.eval(s)
		if err != nil {
			return nil, err
		}
		l.items[i] = v
	}
	return l, s.spend(e.place, len(e.items))
}

// rangeLiteral is [1..3].
type rangeLiteral struct {
	place    place
	from, to expr
	literal  string
}

func (e *rangeLiteral) eval(s *state) (any, error) {
	from, ok, err := e.bound(s, e.from)
	if !ok || err != nil {
		return nil, err
	}
	to, ok, err := e.bound(s, e.to)
	if !ok || err != nil {
		return nil, err
	}
	step := int64(1)
	if to < from {
		step = -1
	}
	count := (to-from)*step + 1
	if count > maxItems {
		return nil, e.place.fail("A range has more than %d numbers", maxItems)
	}
	if err := s.spend(e.place, int(count)); err != nil {
		return nil, err
	}
	l := &list{items: make([]any, count)}
	for i := range l.items {
		l.items[i] = int32(from + int64(i)*step) //nolint:gosec // between two bounds that fit
	}
	return l, nil
}

// bound returns one end of the range. What is no number makes the range null.
func (e *rangeLiteral) bound(s *state, x expr) (n int64, ok bool, err error) {
	v, err := x.eval(s)
	if err != nil {
		return 0, false, err
	}
	switch n := number(v).(type) {
	case int32:
		return int64(n), true, nil
	case int64:
		return int64(int32(n)), true, nil //nolint:gosec // the original narrows, too
	}
	return 0, false, nil
}

// dictLiteral is {"a": 1}.
type dictLiteral struct {
	place        place
	keys, values []expr
}

func (e *dictLiteral) eval(s *state) (any, error) {
	d := newDict(len(e.keys))
	for i := range e.keys {
		key, err := e.keys[i].eval(s)
		if err != nil {
			return nil, err
		}
		value, err := e.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		if err := s.spend(e.place, cost(key)); err != nil {
			return nil, err
		}
		d.put(key, value)
	}
	return d, nil
}
