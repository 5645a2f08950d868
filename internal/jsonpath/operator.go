package jsonpath

import (
	"strings"
	"unicode/utf16"
)

// items is a term as a list. Where a list is demanded of a text, number or
// nothing at all the condition is refused, and so is an object's: false.
func (t term) items() (list []Value, ok bool, end outcome) {
	switch {
	case t.is(Array):
		return t.value.list, true, done
	case t.is(Object):
		return nil, false, done
	default:
		return nil, false, refused
	}
}

// holds tells whether list has an item that equals t. Java asks the one that
// is looked for, so its type decides how to compare.
func (t term) holds(e *evaluation, list []Value) (bool, outcome) {
	if end := e.spend(len(list)); end != done {
		return false, end
	}
	for i := range list {
		t.readBy(e)
		e.read(list[i].text)
		if t.equals(e, term{value: &list[i]}) {
			return true, done
		}
	}
	return false, done
}

func in(e *evaluation, l, r term) (bool, outcome) {
	list, ok, end := r.items()
	if !ok {
		return false, end
	}
	return l.holds(e, list)
}

func contains(e *evaluation, l, r term) (bool, outcome) {
	if l.is(String) && r.is(String) {
		return strings.Contains(l.text(), r.text()), done
	}
	if !l.is(Array) {
		return false, done
	}
	return r.holds(e, l.value.list)
}

// quantity is how many items of one list another must hold.
type quantity uint8

const (
	everyOne quantity = iota
	atLeastOne
	notOne
)

// count looks each item of some up in others.
func count(e *evaluation, some, others term, want quantity) (bool, outcome) {
	list, ok, end := others.items()
	if !ok {
		return false, end
	}
	items, ok, end := some.items()
	if !ok {
		return false, end
	}
	for i := range items {
		held, end := term{value: &items[i]}.holds(e, list)
		if end != done {
			return false, end
		}
		if held != (want == everyOne) {
			return want == atLeastOne, done
		}
	}
	return want != atLeastOne, done
}

// size compares the length of a text, in Java's 16-bit units, or of an array.
func size(_ *evaluation, l, r term) (bool, outcome) {
	if !r.is(Number) {
		return false, done
	}
	want, ok := parseDecimal(r.value.text)
	if !ok {
		return false, done
	}
	switch {
	case l.is(String):
		return utf16Len(l.value.text) == int(want.float), done
	case l.is(Array):
		return len(l.value.list) == int(want.float), done
	default:
		return false, done
	}
}

func utf16Len(s string) int {
	if isASCII(s) {
		return len(s)
	}
	return len(utf16.Encode([]rune(s)))
}

func empty(_ *evaluation, l, r term) (bool, outcome) {
	var is bool
	switch {
	case l.is(String):
		is = l.value.text == ""
	case l.isJSON():
		is = l.value.Len() == 0
	default:
		return false, done
	}
	if !r.is(Bool) {
		return false, refused
	}
	return is == r.value.Bool(), done
}
