package engine

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// property finds the property that a query names. Columns and custom fields need
// not be named with the object that holds them. What the items do not have has no
// values.
func (p *plan) property(name string) field {
	if f, ok := p.meant(name); ok {
		return f
	}
	if short, ok := strings.CutSuffix(name, "Name"); ok {
		for _, candidate := range []string{short + ".name", short + "s.name"} {
			if f, ok := p.locate(candidate); ok {
				return f
			}
		}
	}
	for _, holder := range []string{"data", "customFields", "inputs", "attributes"} {
		if f, ok := p.locate(holder + "." + name); ok {
			return f
		}
	}
	return field{path: strings.Split(name, ".")}
}

// operator is what an operator of any of the query languages means; "" for one that
// is not known.
func operator(word string) string {
	switch strings.NewReplacer("_", "", " ", "", "-", "").Replace(strings.ToUpper(word)) {
	case "", "EQ", "EQUAL", "EQUALS", "IN", "IS", "EXACT", "MATCHES", "MATCHANY", "STRING", "INT", "DIMENSION":
		return "exact"
	case "NEQ", "NOT", "NOTEQUAL", "NOTEQUALS", "NOTIN", "NE":
		return "notexact"
	case "MATCHALL":
		return "every"
	case "CONTAINS", "LIKE", "SEARCH":
		return "contains"
	case "PREFIX", "BEGINS", "BEGINSWITH", "STARTSWITH":
		return "prefix"
	case "ENDSWITH", "SUFFIX":
		return "suffix"
	case "REGEX":
		return "regex"
	case "LT", "LESSTHAN", "BEFORE":
		return "<"
	case "LTE", "LESSTHANEQUALS", "LESSTHANEQUALTO", "LESSTHANOREQUALS":
		return "<="
	case "GT", "GREATERTHAN", "AFTER":
		return ">"
	case "GTE", "GREATERTHANEQUALS", "GREATERTHANEQUALTO", "GREATERTHANOREQUALS":
		return ">="
	case "BETWEEN", "RANGE":
		return "between"
	case "NOTNULL", "EXISTS":
		return "there"
	case "NOTEXISTS", "NULL", "ISNULL":
		return "missing"
	default:
		return ""
	}
}

// predicate is one comparison of a property with values, in any of the forms that
// the API has for it.
func (p *plan) predicate(m fields) (condition, error) {
	names := texts(nil, m["fields"], nil)
	if len(names) == 0 {
		names = []string{firstText(m, "name", "property", "field", "key", "column", "columnId", "dimension", "metric", "id")}
	}
	word := firstText(m, "operator", "type")
	if textOf(m["type"]) != "" && m["fields"] != nil {
		word = textOf(m["type"])
	}
	values := append(texts(nil, m["value"], nil), texts(nil, m["values"], nil)...)
	if bounds, ok := m["range"].(fields); ok {
		if set := texts(nil, bounds["inSet"], nil); len(set) > 0 {
			values = set
		} else {
			values = []string{textOf(bounds["min"]), textOf(bounds["max"])}
		}
	}
	var conditions []condition
	for _, name := range names {
		one, err := p.property(name).fits(word, values)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, one)
	}
	found := some(conditions)
	if inverted, _ := m["inverted"].(bool); inverted {
		found = not(found)
	}
	return found, nil
}

// fits is the condition that the property meets an operator with values. Without
// values there is nothing to meet.
func (f field) fits(word string, values []string) (condition, error) {
	means := operator(word)
	if len(values) == 0 && means != "there" && means != "missing" {
		return func(*record) bool { return true }, nil
	}
	switch means {
	case "exact":
		return f.is(values), nil
	case "notexact":
		return not(f.is(values)), nil
	case "every":
		var conditions []condition
		for _, v := range values {
			conditions = append(conditions, f.is([]string{v}))
		}
		return all(conditions), nil
	case "contains", "prefix", "suffix", "regex":
		var conditions []condition
		for _, v := range values {
			like, err := matcher(means, v)
			if err != nil {
				return nil, apierr.BadRequest("The value is not a valid regular expression.").OnField("value")
			}
			conditions = append(conditions, f.like(like))
		}
		return some(conditions), nil
	case "<":
		return f.compares(values[0], -1), nil
	case "<=":
		return f.compares(values[0], -1, 0), nil
	case ">":
		return f.compares(values[0], 1), nil
	case ">=":
		return f.compares(values[0], 0, 1), nil
	case "between":
		return f.within(values), nil
	case "there":
		return f.there(), nil
	case "missing":
		return not(f.there()), nil
	default:
		return nil, apierr.Newf(400, "bad.request", "There is no operator %.50s.", word).OnField("operator")
	}
}

// within holds for values between two bounds, which belong to it; an empty bound is
// none. An interval is both bounds in one.
func (f field) within(values []string) condition {
	if len(values) == 1 {
		from, to, _ := strings.Cut(values[0], "/")
		values = []string{from, to}
	}
	var conditions []condition
	if values[0] != "" {
		conditions = append(conditions, f.compares(values[0], 0, 1))
	}
	if values[1] != "" {
		conditions = append(conditions, f.compares(values[1], -1, 0))
	}
	if len(conditions) == 0 {
		return f.there()
	}
	return all(conditions)
}

// maxDepth is how deep trees of conditions may nest.
const maxDepth = 20

// tree are clauses that hold predicates, joined by and or or.
func (p *plan) tree(m fields) (condition, error) {
	if err := weighed("filter", m); err != nil {
		return nil, err
	}
	return p.branch(m, 0)
}

func (p *plan) branch(m fields, depth int) (condition, error) {
	if depth > maxDepth {
		return nil, apierr.BadRequest("The filter nests too deeply.").OnField("filter")
	}
	var conditions []condition
	for _, name := range []string{"clauses", "predicates"} {
		list, _ := m[name].([]any)
		for _, element := range list {
			inner, _ := element.(fields)
			compile := p.predicate
			if inner["clauses"] != nil || inner["predicates"] != nil {
				compile = func(inner fields) (condition, error) { return p.branch(inner, depth+1) }
			}
			one, err := compile(inner)
			if err != nil {
				return nil, err
			}
			if one != nil {
				conditions = append(conditions, one)
			}
		}
	}
	if strings.EqualFold(firstText(m, "operator", "filterType", "type"), "or") && len(conditions) > 0 {
		return some(conditions), nil
	}
	return all(conditions), nil
}

// group is a criterion with those that it is joined with.
//
// Guess: all parts of a group must hold: the criterion itself, each of and, one of
// or, none of not.
func (p *plan) group(m fields) (condition, error) {
	var conditions []condition
	if criterion, ok := m["criteria"].(fields); ok {
		one, err := p.predicate(criterion)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, one)
	}
	for _, name := range []string{"and", "or", "not"} {
		list, _ := m[name].([]any)
		var inner []condition
		for _, element := range list {
			criterion, _ := element.(fields)
			one, err := p.predicate(criterion)
			if err != nil {
				return nil, err
			}
			inner = append(inner, one)
		}
		switch {
		case len(inner) == 0:
		case name == "and":
			conditions = slices.Concat(conditions, inner)
		case name == "or":
			conditions = append(conditions, some(inner))
		default:
			conditions = append(conditions, not(some(inner)))
		}
	}
	return all(conditions), nil
}
