//go:build oracle

package jsonpath_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes paths and documents small enough to meet often.
type generator struct{ *rand.Rand }

func (g generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g generator) key() string { return g.pick("a", "b", "c", "d") }

func (g generator) document() string { return g.value(0) }

func (g generator) value(depth int) string {
	const deepest = 4
	kind := g.IntN(10)
	if depth == 0 {
		kind = 5 + g.IntN(5)
	}
	if depth == deepest {
		kind = g.IntN(5)
	}
	switch {
	case kind >= 7:
		return g.object(depth)
	case kind >= 5:
		return g.array(depth)
	default:
		return g.scalar()
	}
}

func (g generator) scalar() string {
	return g.pick("null", "true", "false", "0", "1", "2", "-3", "2.5", "10", `"x"`, `"y"`, `"1"`, `"abc"`, `""`)
}

func (g generator) object(depth int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, key := range g.Perm(4)[:g.IntN(4)+btoi(depth == 0)] {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(string(rune('a'+key))) + ":" + g.value(depth+1))
	}
	b.WriteByte('}')
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (g generator) array(depth int) string {
	items := make([]string, g.IntN(4))
	for i := range items {
		items[i] = g.value(depth + 1)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (g generator) path() string {
	var b strings.Builder
	b.WriteByte('$')
	for range g.IntN(5) {
		b.WriteString(g.step())
	}
	path := b.String()
	if g.IntN(20) == 0 {
		path = strings.TrimPrefix(path, "$")
	}
	return path
}

func (g generator) step() string {
	switch g.IntN(16) {
	case 0, 1, 2, 3:
		return "." + g.key()
	case 4:
		return "['" + g.key() + "']"
	case 5:
		return g.pick("[*]", ".*")
	case 6:
		return "[" + g.index() + "]"
	case 7:
		return "[" + g.index() + "," + g.index() + "]"
	case 8:
		return "[" + g.bound() + ":" + g.bound() + "]"
	case 9:
		return "['" + g.key() + "','" + g.key() + "']"
	case 10:
		return ".." + g.key()
	case 11:
		return g.pick("..*", "..["+g.index()+"]", "..['"+g.key()+"']", "..[*]")
	case 12:
		return ".." + g.filter()
	default:
		return g.filter()
	}
}

func (g generator) index() string {
	if g.IntN(20) == 0 {
		return "-1"
	}
	return g.pick("0", "0", "1", "2", "3")
}

// bound is an end of a slice.
func (g generator) bound() string { return g.pick("", "0", "1", "2", "3", "-1", "-2", "-4") }

func (g generator) filter() string { return "[?(" + g.condition() + ")]" }

func (g generator) condition() string {
	one := g.comparison()
	for g.IntN(4) == 0 {
		one += g.pick(" && ", " && ", " || ") + g.comparison()
	}
	return one
}

func (g generator) comparison() string {
	operand := g.operand()
	switch g.IntN(6) {
	case 0:
		return operand
	case 1:
		return operand + " =~ " + g.pick("/x/", "/A.*/i", "/[0-9]+/", "/.*/")
	default:
		return operand + g.pick(" == ", " == ", "==", " != ", " < ", " <= ", " > ", " >= ") + g.literal()
	}
}

func (g generator) operand() string {
	return g.pick("@", "@."+g.key(), "@."+g.key()+"."+g.key(), "@['"+g.key()+"']", "@["+g.index()+"]", "$."+g.key())
}

func (g generator) literal() string {
	return g.pick("1", "2", "2.5", "-3", "'x'", "'1'", "'abc'", "null", "true", "false", "''")
}
