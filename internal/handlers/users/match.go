package users

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// criterion is the schema UserSearchCriteria. The range values are left out:
// no type of this search takes a range.
type criterion struct {
	Type     string      `json:"type"`
	Operator string      `json:"operator,omitempty"`
	Fields   []string    `json:"fields,omitempty"`
	Value    *string     `json:"value,omitempty"`
	Values   []string    `json:"values,omitempty"`
	Group    []criterion `json:"group,omitempty"`
}

// matcher says whether a user is wanted. It may look at a shared user.
type matcher func(*identity.User) bool

// searcher is one search on its way.
type searcher struct {
	c   *handlers.Call
	err error // the first failure of reading a field
}

// limit refuses searches that are too large to be meant.
func (s *searcher) limit(query []criterion) error {
	criteria, values := 0, 0
	var count func([]criterion)
	count = func(cs []criterion) {
		criteria += len(cs)
		for i := range cs {
			values += len(cs[i].Values)
			count(cs[i].Group)
		}
	}
	count(query)
	switch {
	case criteria > maxCriteria:
		return s.c.Documented(http.StatusBadRequest, "too.many.search.criteria").OnField("query")
	case values > maxValues:
		return s.c.Documented(http.StatusBadRequest, "search.criteria.values.exceed.limit").OnField("query")
	default:
		return nil
	}
}

// compile joins criteria from left to right: AND (the default) and NOT narrow
// what stands before them, OR widens it.
func (s *searcher) compile(query []criterion) (matcher, error) {
	all := func(*identity.User) bool { return true }
	joined := matcher(all)
	for i := range query {
		next, err := s.compileOne(&query[i])
		if err != nil {
			return nil, err
		}
		before := joined
		switch {
		case query[i].Operator == "NOT":
			joined = func(u *identity.User) bool { return before(u) && !next(u) }
		case query[i].Operator == "OR" && i > 0:
			joined = func(u *identity.User) bool { return before(u) || next(u) }
		default:
			joined = func(u *identity.User) bool { return before(u) && next(u) }
		}
	}
	return joined, nil
}

// compileOne compiles a criterion. One with a group stands for its group.
func (s *searcher) compileOne(cr *criterion) (matcher, error) {
	if len(cr.Group) > 0 {
		return s.compile(cr.Group)
	}
	if cr.Type == "MATCH_ALL" {
		return func(*identity.User) bool { return true }, nil
	}
	readers, err := s.readers(cr.Fields)
	if err != nil {
		return nil, err
	}
	if cr.Type == "REQUIRED_FIELDS" {
		return func(u *identity.User) bool {
			return !slices.ContainsFunc(readers, func(read reader) bool { return firstOf(read(s, u)) == "" })
		}, nil
	}
	test, err := cr.test()
	if err != nil {
		return nil, err
	}
	return func(u *identity.User) bool {
		return slices.ContainsFunc(readers, func(read reader) bool {
			return slices.ContainsFunc(read(s, u), func(value string) bool { return test(identity.Fold(value)) })
		})
	}, nil
}

// wanted are the values of the criterion, in the form in which they are
// compared.
func (cr *criterion) wanted() []string {
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
func (cr *criterion) test() (func(value string) bool, error) {
	wanted := cr.wanted()
	some := func(fits func(value, want string) bool) (func(string) bool, error) {
		return func(value string) bool {
			return slices.ContainsFunc(wanted, func(want string) bool { return fits(value, want) })
		}, nil
	}
	switch cr.Type {
	case "EXACT":
		return some(func(value, want string) bool { return value == want })
	case "CONTAINS":
		return some(strings.Contains)
	case "STARTS_WITH":
		return some(func(value, want string) bool {
			return strings.HasPrefix(value, want) ||
				slices.ContainsFunc(words(value), func(w string) bool { return strings.HasPrefix(w, want) })
		})
	case "TERM", "TERMS":
		return some(func(value, want string) bool { return value == want || everyWord(value, want, stringsEqual) })
	case "QUERY_STRING":
		return some(func(value, want string) bool {
			return want == "*" || everyWord(value, strings.ReplaceAll(want, "*", " "), strings.Contains)
		})
	case "REGEX":
		return cr.regex(wanted)
	default:
		return nil, apierr.BadRequest("Every criterion needs a type.").OnField("query")
	}
}

func stringsEqual(a, b string) bool { return a == b }

// everyWord says whether each word of want fits some word of value. No words
// fit nothing.
func everyWord(value, want string, fits func(have, want string) bool) bool {
	wanted := words(want)
	have := words(value)
	for _, w := range wanted {
		if !slices.ContainsFunc(have, func(h string) bool { return fits(h, w) }) {
			return false
		}
	}
	return len(wanted) > 0
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// regex matches whole values. Go's expressions run in linear time, so that a
// client cannot stall the server with one.
func (cr *criterion) regex(wanted []string) (func(string) bool, error) {
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

// mentions says whether a criterion is about the field.
func mentions(query []criterion, field string) bool {
	return slices.ContainsFunc(query, func(cr criterion) bool {
		if len(cr.Group) > 0 {
			return mentions(cr.Group, field)
		}
		return slices.Contains(cr.Fields, field)
	})
}

// single finds the one user that a query can match because it asks, among
// other things that must hold, for an exact address or id.
func (s *searcher) single(query []criterion) (user *identity.User, unique bool, err error) {
	if slices.ContainsFunc(query, func(cr criterion) bool { return cr.Operator == "OR" }) {
		return nil, false, nil
	}
	for i := range query {
		cr := &query[i]
		if cr.Type != "EXACT" || cr.Operator == "NOT" || len(cr.Group) > 0 || len(cr.Fields) != 1 {
			continue
		}
		wanted := cr.wanted()
		if len(wanted) != 1 {
			continue
		}
		switch cr.Fields[0] {
		case "id":
			user, err = peek(s.c.Tx, wanted[0])
			return user, user != nil, err
		case "email":
			user, err = byEmail(s.c.Tx, wanted[0])
			return user, true, err
		}
	}
	return nil, false, nil
}
