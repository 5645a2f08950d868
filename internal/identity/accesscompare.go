package identity

import (
	"slices"
	"strings"
)

// Truth is whether something holds, as far as mockcloud can tell.
type Truth uint8

// The truths. Unknown is what comes of attributes that are not known, and of
// comparisons that mockcloud does not understand.
const (
	Unknown Truth = iota
	No
	Yes
)

func truth(holds bool) Truth {
	if holds {
		return Yes
	}
	return No
}

// known is Unknown where there is nothing to go by.
func known(ok, holds bool) Truth {
	if !ok {
		return Unknown
	}
	return truth(holds)
}

func (t Truth) not() Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	default:
		return Unknown
	}
}

// operator is a comparison in its one spelling.
type operator string

const (
	opEqual       operator = "EQ"
	opNotEqual    operator = "NE"
	opLess        operator = "LT"
	opLessEqual   operator = "LE"
	opGreater     operator = "GT"
	opGreaterEq   operator = "GE"
	opIn          operator = "IN"
	opNotIn       operator = "NOT_IN"
	opContains    operator = "CONTAINS"
	opContainsAny operator = "CONTAINS_ANY"
	opContainsAll operator = "CONTAINS_ALL"
	opStartsWith  operator = "STARTS_WITH"
	opEndsWith    operator = "ENDS_WITH"
)

// operators is how conditions may spell them, in capitals.
//
// Guess: the names are not documented. EQ, IN, GE, GT, LE and LT are those of
// the conditions in roles (facts: authorization.md §5); Terraform's example
// writes eq.
var operators = map[string]operator{
	"EQ": opEqual, "EQUALS": opEqual, "==": opEqual,
	"NE": opNotEqual, "NEQ": opNotEqual, "NOT_EQUALS": opNotEqual, "!=": opNotEqual,
	"LT": opLess, "LESS_THAN": opLess, "<": opLess,
	"LE": opLessEqual, "LTE": opLessEqual, "LESS_THAN_EQUALS": opLessEqual, "<=": opLessEqual,
	"GT": opGreater, "GREATER_THAN": opGreater, ">": opGreater,
	"GE": opGreaterEq, "GTE": opGreaterEq, "GREATER_THAN_EQUALS": opGreaterEq, ">=": opGreaterEq,
	"IN": opIn, "NOT_IN": opNotIn, "CONTAINS": opContains, "CONTAINS_ANY": opContainsAny, "CONTAINS_ALL": opContainsAll,
	"STARTS_WITH": opStartsWith, "BEGINS_WITH": opStartsWith, "ENDS_WITH": opEndsWith,
}

// compare applies an operator. Types that do not go together give Unknown.
func (op operator) compare(l, r AttributeValue) Truth {
	switch op {
	case opNotEqual:
		return opEqual.compare(l, r).not()
	case opNotIn:
		return opIn.compare(l, r).not()
	}
	if !related(l.Type, r.Type) {
		return Unknown
	}
	lists, listed := l.Type == AttrStringList, r.Type == AttrStringList
	switch {
	case lists && listed:
		return op.compareLists(l.Texts, r.Texts)
	case lists && (op == opEqual || op == opContains):
		// A subject with several roles has each of them: what equals one of the
		// list's texts equals the list.
		return truth(slices.Contains(l.Texts, r.Texts[0]))
	case lists:
		return Unknown
	case listed && op == opIn:
		return anyOf(r.Texts, func(text string) Truth { return withinText(l.Type, l.Texts[0], text) })
	case listed:
		return Unknown
	}
	return op.compareTexts(l.Type, l.Texts[0], r.Texts[0])
}

// related says whether values of two types go together. A text may stand for
// any other value, since that is how JSON writes times and addresses; what it
// says is seen when it is compared.
func related(l, r AttributeType) bool {
	switch {
	case l == r, r == AttrString, l == AttrStringList:
		return r != AttrRelativeTime
	case r == AttrStringList:
		return true
	case l == AttrTime:
		return r == AttrTimeRange || r == AttrDayRange
	default:
		return l == AttrIPAddress && r == AttrIPCIDR
	}
}

func (op operator) compareLists(l, r []string) Truth {
	switch op {
	case opContainsAny:
		return truth(countOf(r, l) > 0)
	case opContainsAll:
		return truth(countOf(r, l) == len(r))
	case opEqual:
		return truth(countOf(r, l) == len(r) && countOf(l, r) == len(l))
	default:
		return Unknown
	}
}

func (op operator) compareTexts(t AttributeType, l, r string) Truth {
	switch op {
	case opEqual:
		return equalTexts(t, l, r)
	case opIn:
		return withinText(t, l, r)
	case opContains, opStartsWith, opEndsWith:
		if t != AttrString {
			return Unknown
		}
		test := map[operator]func(s, part string) bool{opContains: strings.Contains, opStartsWith: strings.HasPrefix, opEndsWith: strings.HasSuffix}[op]
		return truth(test(l, r))
	}
	order, ok := compareTexts(t, l, r)
	switch op {
	case opLess:
		return known(ok, order < 0)
	case opLessEqual:
		return known(ok, order <= 0)
	case opGreater:
		return known(ok, order > 0)
	case opGreaterEq:
		return known(ok, order >= 0)
	default:
		return Unknown
	}
}

// anyOf is Yes where the test says so of any text, No where it does of none.
func anyOf(texts []string, test func(string) Truth) Truth {
	all := No
	for _, text := range texts {
		switch test(text) {
		case Yes:
			return Yes
		case Unknown:
			all = Unknown
		}
	}
	return all
}

// countOf counts the texts that are in the list.
func countOf(texts, list []string) int {
	in := make(map[string]bool, len(list))
	for _, text := range list {
		in[text] = true
	}
	n := 0
	for _, text := range texts {
		if in[text] {
			n++
		}
	}
	return n
}
