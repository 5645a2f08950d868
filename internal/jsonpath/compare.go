package jsonpath

import (
	"slices"
	"strings"
	"unicode/utf16"
)

// term is one side of a comparison when its value is known. A path that found
// nothing has none.
type term struct {
	value   *Value
	literal *operand // the value is written in the path, so a number keeps its digits
	pattern *operand
}

func (e *evaluation) term(o *operand, item *Value) (term, outcome) {
	switch {
	case o.pattern != nil:
		return term{pattern: o}, done
	case o.literal != nil:
		return term{value: o.literal, literal: o}, done
	}
	value, end := e.inner(o.path, item)
	if end == missing {
		return term{}, done
	}
	return term{value: value}, end
}

// inner evaluates a path of a filter. One from the root has the same result
// for every item.
func (e *evaluation) inner(p *Path, item *Value) (*Value, outcome) {
	switch {
	case p.fromItem:
		return e.find(p, item)
	case e.strict: // which has results of its own
		return e.find(p, e.root)
	}
	if known, ok := e.known[p]; ok {
		return known.result, known.end
	}
	result, end := e.find(p, e.root)
	if e.known == nil {
		e.known = make(map[*Path]foundAll)
	}
	e.known[p] = foundAll{result, end}
	return result, end
}

func (any anyOf) test(e *evaluation, item *Value) (bool, outcome) {
	for _, one := range any {
		if ok, end := one.test(e, item); ok || end != done {
			return ok, end
		}
	}
	return false, done
}

func (all allOf) test(e *evaluation, item *Value) (bool, outcome) {
	for _, one := range all {
		if ok, end := one.test(e, item); !ok || end != done {
			return false, end
		}
	}
	return true, done
}

func (n not) test(e *evaluation, item *Value) (bool, outcome) {
	ok, end := n.expr.test(e, item)
	return !ok, end
}

// test looks for the path with all its names required, so that [?(@..x)]
// wants x in every object there is in the item.
func (x exists) test(e *evaluation, item *Value) (bool, outcome) {
	start := item
	if !x.path.fromItem {
		start = e.root
	}
	strict := e.strict
	e.strict = true
	end := e.reach(x.path, start)
	e.strict = strict
	if end == missing {
		return !x.want, done
	}
	return x.want, end
}

func (c *comparison) test(e *evaluation, item *Value) (bool, outcome) {
	left, end := e.term(&c.left, item)
	if end != done {
		return false, end
	}
	right, end := e.term(&c.right, item)
	if end != done {
		return false, end
	}
	left.readBy(e)
	right.readBy(e)
	return c.compare(e, left, right)
}

type operator func(e *evaluation, left, right term) (bool, outcome)

// operators are those of Jayway 2.9. Nothing is refused for its type: values
// that cannot be compared are just not equal, smaller or greater.
var operators = map[string]operator{
	"==":  func(e *evaluation, l, r term) (bool, outcome) { return l.equals(e, r), done },
	"!=":  func(e *evaluation, l, r term) (bool, outcome) { return !l.equals(e, r), done },
	"===": func(e *evaluation, l, r term) (bool, outcome) { return l.same(e, r), done },
	"!==": func(e *evaluation, l, r term) (bool, outcome) { return !l.same(e, r), done },
	"<":   ordered(func(c int) bool { return c < 0 }),
	"<=":  ordered(func(c int) bool { return c <= 0 }),
	">":   ordered(func(c int) bool { return c > 0 }),
	">=":  ordered(func(c int) bool { return c >= 0 }),
	"=~":  matches,

	"in":       in,
	"nin":      func(e *evaluation, l, r term) (bool, outcome) { ok, end := in(e, l, r); return !ok, end },
	"contains": contains,
	"all":      func(e *evaluation, l, r term) (bool, outcome) { return count(e, r, l, everyOne) },
	"subsetof": func(e *evaluation, l, r term) (bool, outcome) { return count(e, l, r, everyOne) },
	"anyof":    func(e *evaluation, l, r term) (bool, outcome) { return count(e, l, r, atLeastOne) },
	"noneof":   func(e *evaluation, l, r term) (bool, outcome) { return count(e, l, r, notOne) },
	"size":     size,
	"empty":    empty,
}

// readBy counts a long text as what it costs to compare.
func (t term) readBy(e *evaluation) {
	if t.value != nil {
		e.read(t.value.text)
	}
}

func (t term) kind() (Kind, bool) {
	if t.value == nil {
		return Null, false
	}
	return t.value.kind, true
}

func (t term) is(kind Kind) bool {
	k, ok := t.kind()
	return ok && k == kind
}

func (t term) isJSON() bool { return t.is(Array) || t.is(Object) }

// text is a string, or a number as Java's decimals print it.
func (t term) text() string {
	if t.value.kind == Number && t.literal == nil {
		return javaNumber(t.value.text)
	}
	return t.value.text
}

// number is a number, or a string read as one.
func (t term) number() (decimal, bool) {
	if t.value.kind == Number && t.literal != nil && t.literal.number.text != "" {
		return t.literal.number, true
	}
	return parseDecimal(t.value.text)
}

// equals compares as the left side's type demands: a number reads a string as
// a number, a string reads a number as a string. So 1 == '1.0', but
// not '1.0' == 1.
func (t term) equals(e *evaluation, o term) bool {
	if t.value == nil || o.value == nil {
		return t.pattern != nil && t.pattern == o.pattern
	}
	switch t.value.kind {
	case Number:
		if !o.is(Number) && !o.is(String) {
			return false
		}
		a, aok := t.number()
		b, bok := o.number()
		return aok && bok && a.compare(b) == 0
	case String:
		return (o.is(Number) || o.is(String)) && t.text() == o.text()
	default:
		return e.equalJSON(t.value, o.value)
	}
}

// same is equals for terms of one type only.
func (t term) same(e *evaluation, o term) bool {
	a, aok := t.kind()
	b, bok := o.kind()
	oneType := a == b || t.isJSON() && o.isJSON()
	return aok == bok && oneType && t.equals(e, o)
}

// equalJSON compares within arrays and objects, where 1 and 1.0 are as
// different as Java's Integer and Double. The order of members means nothing.
func (e *evaluation) equalJSON(a, b *Value) bool {
	if a.kind != b.kind || len(a.list) != len(b.list) || e.spend(1) != done {
		return false
	}
	e.read(a.text)
	switch a.kind {
	case Array:
		for i := range a.list {
			if !e.equalJSON(&a.list[i], &b.list[i]) {
				return false
			}
		}
		return true
	case Object:
		for i := range a.list {
			e.work += len(b.list) / membersPerNode
			other, ok := b.Get(a.list[i].key)
			if !ok || !e.equalJSON(&a.list[i], other) {
				return false
			}
		}
		return true
	case Number:
		return isWhole(a.text) == isWhole(b.text) && equalNumbers(a.text, b.text)
	default:
		return a.text == b.text
	}
}

// ordered compares numbers as numbers and all else that has an order as text.
func ordered(want func(int) bool) operator {
	return func(_ *evaluation, l, r term) (bool, outcome) {
		switch {
		case l.is(Number) && r.is(Number):
			a, aok := l.number()
			b, bok := r.number()
			return aok && bok && want(a.compare(b)), done
		case (l.is(Number) || l.is(String)) && (r.is(Number) || r.is(String)):
			return want(compareUTF16(l.text(), r.text())), done
		default:
			return false, done
		}
	}
}

// compareUTF16 orders strings as Java does, by 16-bit units: it differs from
// the order of bytes only where surrogates meet U+E000 and above.
func compareUTF16(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return strings.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
