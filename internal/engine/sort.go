package engine

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// sorting is a property by which a listing is sorted.
type sorting struct {
	field      field
	descending bool
}

// byName tells whether the index of names has the order.
func (s sorting) byName() bool { return len(s.field.path) == 1 && s.field.path[0] == "name" }

// sort adds what the items are sorted by. Names of what items do not have change
// nothing; without a name the order in which they were made is meant.
func (p *plan) sort(a *ask, by, order string) {
	by = strings.TrimPrefix(by, "+")
	if rest, ok := strings.CutPrefix(by, "-"); ok {
		by, order = rest, "desc"
	}
	descending := strings.HasPrefix(strings.ToLower(order), "d")
	if by != "" {
		f, ok := p.meant(by)
		if p.entity == nil && (p.element == nil || p.element.Type == "") { // anything may be listed
			f, ok = p.property(by), true
		}
		if ok {
			a.order = append(a.order, sorting{f, descending})
			return
		}
	}
	if len(a.order) == 0 {
		a.last = descending
	}
}

// sortKey is a value by which an item is sorted: nothing, a number or a text.
type sortKey struct {
	kind   byte // 0 for nothing
	number float64
	text   string
}

const (
	numberKey = 'n'
	textKey   = 't'
)

// key finds what an item is sorted by. Dates count as numbers, and texts in any
// case; of an object its name counts before its id.
func (s sorting) key(r *record) sortKey {
	if s.byName() {
		if r.Name == "" {
			return sortKey{}
		}
		return sortKey{kind: textKey, text: identity.Fold(r.Name)}
	}
	values := r.values(s.field.path)
	if s.field.shape != nil && s.field.shape.Has("name") {
		if names := r.values(append(slices.Clip(s.field.path), "name")); len(names) > 0 {
			values = names
		}
	}
	if len(values) == 0 {
		return sortKey{}
	}
	if shape := s.field.shape; shape == nil || shape.Type != "string" {
		if n, err := strconv.ParseFloat(values[0], 64); err == nil {
			return sortKey{kind: numberKey, number: n}
		}
	}
	if t, ok := handlers.ParseDate(values[0]); ok {
		return sortKey{kind: numberKey, number: float64(t.UnixNano() / int64(time.Microsecond))}
	}
	return sortKey{kind: textKey, text: identity.Fold(values[0])}
}

// compare puts items without a value last, whatever the direction.
func (s sorting) compare(a, b sortKey) int {
	if a.kind == 0 || b.kind == 0 {
		return cmp.Compare(b.kind, a.kind)
	}
	n := cmp.Compare(a.kind, b.kind)
	switch {
	case n != 0:
	case a.kind == numberKey:
		n = cmp.Compare(a.number, b.number)
	default:
		n = strings.Compare(a.text[:min(len(a.text), maxCursorText)], b.text[:min(len(b.text), maxCursorText)])
	}
	if s.descending {
		n = -n
	}
	return n
}

// String is the key as a cursor holds it.
func (k sortKey) String() string {
	switch k.kind {
	case numberKey:
		return "n" + strconv.FormatFloat(k.number, 'g', -1, 64)
	case textKey:
		return "t" + k.text
	default:
		return ""
	}
}

func readKey(text string) sortKey {
	if text == "" {
		return sortKey{}
	}
	if number, err := strconv.ParseFloat(text[1:], 64); err == nil && text[0] == numberKey {
		return sortKey{kind: numberKey, number: number}
	}
	return sortKey{kind: textKey, text: text[1:]}
}
