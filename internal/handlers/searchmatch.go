package handlers

import (
	"fmt"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// SearchCriterion is one condition of a search: the schemas UserSearchCriteria,
// SearchCriteria and their like.
type SearchCriterion struct {
	Type       string            `json:"type"`
	Operator   string            `json:"operator,omitempty"`
	Fields     []string          `json:"fields,omitempty"`
	Value      *string           `json:"value,omitempty"`
	Values     []string          `json:"values,omitempty"`
	StartValue string            `json:"startValue,omitempty"` // of a range, with its bounds
	EndValue   string            `json:"endValue,omitempty"`
	DateFormat string            `json:"dateFormat,omitempty"` // dates are read in the API's own form, whatever this says
	Group      []SearchCriterion `json:"group,omitempty"`
}

// limit refuses searches that are too large to be meant.
func (r *SearchRequest) limit(c *Call) error {
	criteria, values := 0, 0
	var count func([]SearchCriterion)
	count = func(cs []SearchCriterion) {
		criteria += len(cs)
		for i := range cs {
			values += len(cs[i].Values)
			count(cs[i].Group)
		}
	}
	count(r.Query)
	switch {
	case criteria > maxCriteria:
		return c.Documented(http.StatusBadRequest, "too.many.search.criteria").OnField("query")
	case values > maxValues:
		return c.Documented(http.StatusBadRequest, "search.criteria.values.exceed.limit").OnField("query")
	default:
		return nil
	}
}

// compile joins criteria from left to right: AND (the default) and NOT narrow
// what stands before them, OR widens it.
func (of *Searchable[T]) compile(c *Call, query []SearchCriterion) (func(T) bool, error) {
	joined := func(T) bool { return true }
	for i := range query {
		next, err := of.compileOne(c, &query[i])
		if err != nil {
			return nil, err
		}
		before := joined
		switch {
		case query[i].Operator == "NOT":
			joined = func(v T) bool { return before(v) && !next(v) }
		case query[i].Operator == "OR" && i > 0:
			joined = func(v T) bool { return before(v) || next(v) }
		default:
			joined = func(v T) bool { return before(v) && next(v) }
		}
	}
	return joined, nil
}

// compileOne compiles a criterion. One with a group stands for its group.
func (of *Searchable[T]) compileOne(c *Call, cr *SearchCriterion) (func(T) bool, error) {
	if len(cr.Group) > 0 {
		return of.compile(c, cr.Group)
	}
	if cr.Type == "MATCH_ALL" {
		return func(T) bool { return true }, nil
	}
	readers, err := of.readers(c, cr.Fields)
	if err != nil {
		return nil, err
	}
	if cr.Type == "REQUIRED_FIELDS" {
		return func(v T) bool {
			return !slices.ContainsFunc(readers, func(read func(T) []string) bool { return firstOf(read(v)) == "" })
		}, nil
	}
	test, err := cr.test()
	if err != nil {
		return nil, err
	}
	return func(v T) bool {
		return slices.ContainsFunc(readers, func(read func(T) []string) bool {
			return slices.ContainsFunc(read(v), func(value string) bool { return test(identity.Fold(value)) })
		})
	}, nil
}

func (of *Searchable[T]) readers(c *Call, fields []string) ([]func(T) []string, error) {
	if len(fields) == 0 {
		fields = of.Defaults
	}
	readers := make([]func(T) []string, 0, len(fields))
	for _, name := range fields {
		read, ok := of.Field(name)
		if !ok {
			return nil, unknownField(c, name, of.Noun)
		}
		readers = append(readers, read)
	}
	return readers, nil
}

// unknownField is loud where the real service may find nothing in silence: a
// wrong name is the client's mistake in either case.
func unknownField(c *Call, name, noun string) *apierr.Error {
	return c.Documented(http.StatusBadRequest, "invalid.property", fmt.Sprintf("%.100s", name), noun).OnField("query")
}

// wanted are the values of the criterion, in the form in which they are
// compared.
func (cr *SearchCriterion) wanted() []string {
	var wanted []string
	if cr.Value != nil {
		wanted = append(wanted, identity.Fold(*cr.Value))
	}
	for _, v := range cr.Values {
		wanted = append(wanted, identity.Fold(v))
	}
	return wanted
}

// test makes the comparison of one folded field value with the wanted values,
// any of which suffices. Case is ignored.
func (cr *SearchCriterion) test() (func(value string) bool, error) {
	wanted := cr.wanted()
	some := func(fits func(value, want string) bool) (func(string) bool, error) {
		return func(value string) bool {
			return slices.ContainsFunc(wanted, func(want string) bool { return fits(value, want) })
		}, nil
	}
	switch cr.Type {
	case "EXACT", "EXACT_PHRASE":
		return some(func(value, want string) bool { return value == want })
	case "CONTAINS", "PHRASE":
		return some(strings.Contains)
	case "STARTS_WITH":
		return some(func(value, want string) bool {
			return strings.HasPrefix(value, want) ||
				slices.ContainsFunc(identity.Words(value), func(w string) bool { return strings.HasPrefix(w, want) })
		})
	case "TERM", "TERMS":
		return some(func(value, want string) bool { return value == want || everyWord(value, want, stringsEqual) })
	case "QUERY_STRING", "SIMPLE", "MULTI_MATCH":
		return some(func(value, want string) bool {
			return want == "*" || everyWord(value, strings.ReplaceAll(want, "*", " "), strings.Contains)
		})
	case "REGEX":
		return cr.regex(wanted)
	case "RANGE", "DATE_RANGE":
		return cr.within(), nil
	case "LESS_THAN":
		return some(func(value, want string) bool { return Compare(value, want) < 0 })
	case "LESS_THAN_EQUAL_TO":
		return some(func(value, want string) bool { return Compare(value, want) <= 0 })
	case "GREATER_THAN":
		return some(func(value, want string) bool { return Compare(value, want) > 0 })
	case "GREATER_THAN_EQUAL_TO":
		return some(func(value, want string) bool { return Compare(value, want) >= 0 })
	default:
		return nil, apierr.BadRequest("Every criterion needs a type.").OnField("query")
	}
}

// within is a range, open where a bound is not given.
func (cr *SearchCriterion) within() func(value string) bool {
	return func(value string) bool {
		return (cr.StartValue == "" || Compare(value, cr.StartValue) >= 0) && (cr.EndValue == "" || Compare(value, cr.EndValue) <= 0)
	}
}

func stringsEqual(a, b string) bool { return a == b }

// everyWord says whether each word of want fits some word of value. No words
// fit nothing.
func everyWord(value, want string, fits func(have, want string) bool) bool {
	wanted := identity.Words(want)
	have := identity.Words(value)
	for _, w := range wanted {
		if !slices.ContainsFunc(have, func(h string) bool { return fits(h, w) }) {
			return false
		}
	}
	return len(wanted) > 0
}

// regex matches whole values. Go's expressions run in linear time, so that a
// client cannot stall the server with one.
func (cr *SearchCriterion) regex(wanted []string) (func(string) bool, error) {
	var expressions []*regexp.Regexp
	for _, text := range wanted {
		// Alone first: a text such as ")|(" must not end the brackets around it.
		_, err := regexp.Compile(text)
		if err != nil {
			return nil, apierr.BadRequest("The value is not a valid regular expression.").OnField("query")
		}
		x, err := regexp.Compile(`(?is)\A(?:` + text + `)\z`)
		if err != nil {
			return nil, apierr.BadRequest("The value is too complex for a regular expression.").OnField("query")
		}
		expressions = append(expressions, x)
	}
	return func(value string) bool {
		return slices.ContainsFunc(expressions, func(x *regexp.Regexp) bool { return x.MatchString(value) })
	}, nil
}

// Mentions says whether a criterion is about the field.
func (r *SearchRequest) Mentions(field string) bool { return mentions(r.Query, field) }

func mentions(query []SearchCriterion, field string) bool {
	return slices.ContainsFunc(query, func(cr SearchCriterion) bool {
		if len(cr.Group) > 0 {
			return mentions(cr.Group, field)
		}
		return slices.Contains(cr.Fields, field)
	})
}

// Begins finds a text with which the value of the field, or a word of it, begins
// in every result, as far as an index of words can help to find them. The text
// is folded.
func (r *SearchRequest) Begins(field string) (text string, ok bool) {
	for cr := range r.conditions() {
		wanted := cr.wanted()
		if len(cr.Fields) != 1 || cr.Fields[0] != field || len(wanted) != 1 || wanted[0] == "" {
			continue
		}
		switch cr.Type {
		case "EXACT", "STARTS_WITH":
			return wanted[0], true
		case "TERM", "TERMS":
			if words := identity.Words(wanted[0]); len(words) > 0 {
				return words[0], true
			}
		}
	}
	return "", false
}

// conditions goes through the criteria that must hold for every result.
func (r *SearchRequest) conditions() iter.Seq[*SearchCriterion] {
	return func(yield func(*SearchCriterion) bool) {
		if slices.ContainsFunc(r.Query, func(cr SearchCriterion) bool { return cr.Operator == "OR" }) {
			return
		}
		for i := range r.Query {
			cr := &r.Query[i]
			if cr.Operator != "NOT" && len(cr.Group) == 0 && !yield(cr) {
				return
			}
		}
	}
}

// Demands finds the one value that every result must have in one of the fields,
// because the request asks for it among other things that must hold. Whoever has
// an index of the field need not look at everything else. The value is folded.
func (r *SearchRequest) Demands(fields ...string) (field, value string, ok bool) {
	for cr := range r.conditions() {
		if cr.Type != "EXACT" || len(cr.Fields) != 1 || !slices.Contains(fields, cr.Fields[0]) {
			continue
		}
		if wanted := cr.wanted(); len(wanted) == 1 {
			return cr.Fields[0], wanted[0], true
		}
	}
	return "", "", false
}
