package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// search lists what a query finds: that of the body or, for GET, the same as base64
// in the query.
func (p *plan) search(c *handlers.Call) (any, error) {
	if p.listing == nil || p.engine.Owners[p.collection.Path] != nil || p.foreign() {
		return p.compute(c)
	}
	body, isObject := c.Input.Body.(fields)
	if q64 := c.Input.Query.Get("q64"); q64 != "" {
		post := "post" + strings.TrimPrefix(p.op.ID, "get")
		var err error
		if body, err = p.searchAgain(c, post, q64); err != nil {
			return nil, err
		}
		isObject = true
		if q, err := p.engine.planOf(post); err == nil && q.listing != nil && q.collection != nil {
			p = q // it knows what the body means
		}
	}
	a, err := p.question(c)
	if err != nil {
		return nil, err
	}
	if isObject {
		if err := p.queried(c, body, a); err != nil {
			return nil, err
		}
	} else if ids, ok := c.Input.Body.([]any); ok {
		if err := limited(c); err != nil {
			return nil, err
		}
		a.picked, a.ids = true, texts(nil, ids, nil)
	}
	pg, err := p.find(c, p.at(c), a)
	if err != nil {
		return nil, err
	}
	if a.none {
		pg.docs, pg.after = nil, ""
	}
	answer, err := p.answerPage(c, pg)
	if out, ok := answer.(fields); ok {
		p.complete(out, body, pg, a)
	}
	return answer, err
}

// searchAgain is the body of a search that comes as base64 in the query.
func (p *plan) searchAgain(c *handlers.Call, post, q64 string) (fields, error) {
	request, err := handlers.SearchAgain(c, post, q64)
	if err != nil {
		return nil, err
	}
	text, err := encode(request)
	return decodeFields(text), err
}

// foreign tells whether what is found is something else than the collection's items,
// such as figures about them.
func (p *plan) foreign() bool {
	return p.element == nil || (p.entity != nil && p.entity.Has("id") && p.element.Type == "object" && !p.element.Has("id"))
}

// complete sets what only searches answer.
func (p *plan) complete(out, body fields, pg *page, a *ask) {
	if p.listing.types["types"] == "array" {
		path := p.collection.Path
		out["types"] = []any{path[strings.LastIndexByte(path, '/')+1:]}
	}
	if a.none && p.listing.holds("count", 0) {
		out["count"] = pg.total
	}
	p.link(out, body, pg)
}

// link sets the same search for the other pages.
func (p *plan) link(out, body fields, pg *page) {
	if !p.listing.holds("currentPage", "") || !p.listing.holds("total", 0) {
		return
	}
	var request handlers.SearchRequest
	text, err := encode(body)
	if err != nil || json.Unmarshal(text, &request) != nil {
		return
	}
	out["currentPage"] = request.Q64(pg.number)
	if pg.number > 1 {
		out["previousPage"] = request.Q64(pg.number - 1)
	}
	if pg.number*pg.size < pg.total {
		out["nextPage"] = request.Q64(pg.number + 1)
	}
}

// The properties of bodies that say what of the items is answered, not which.
var unfiltered = []string{"expand", "expands", "attributes", "select", "queryType", "nameSearchType", "returnFields", "aggregations", "includeVariations", "types", "enforcePermissions"}

// queried adds what the body of a search asks for. What it asks of properties that
// the items do not have is met by none.
//
// Guess: the real service may refuse names that it does not know.
func (p *plan) queried(c *handlers.Call, body fields, a *ask) error {
	if err := p.listing.window.read(c, body, a); err != nil {
		return err
	}
	if by := textOf(body["nameSearchType"]); by != "" {
		a.nameBy = by
	}
	a.none = textOf(body["select"]) == "Count" || textOf(body["queryType"]) == "Count"
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if p.listing.window.takes(name) || slices.Contains(pagingNames, name) || slices.Contains(unfiltered, name) || name == "contactSorts" {
			continue
		}
		if err := p.queriedBy(c, name, body[name], a); err != nil {
			return err
		}
	}
	for _, name := range []string{"sort", "contactSorts"} {
		if err := weighed(name, body[name]); err != nil {
			return err
		}
	}
	p.sort(a, textOf(body["sortBy"]), textOf(body["sortOrder"]))
	p.sortAll(a, body["sort"])
	p.sortAll(a, body["contactSorts"])
	return nil
}

// sortAll adds the orders of a list of them, or the one that stands alone.
func (p *plan) sortAll(a *ask, value any) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			p.sortAll(a, one)
		}
	case fields:
		by := firstText(v, "sortBy", "fieldName", "field", "name")
		order := firstText(v, "sortOrder", "direction", "order")
		if ascending, ok := v["ascending"].(bool); ok && !ascending {
			order = "desc"
		}
		p.sort(a, by, order)
	}
}

func firstText(m fields, names ...string) string {
	for _, name := range names {
		if text := textOf(m[name]); text != "" {
			return text
		}
	}
	return ""
}

// queriedBy adds what one property of the body asks for.
func (p *plan) queriedBy(c *handlers.Call, name string, value any, a *ask) error {
	switch v := value.(type) {
	case []any:
		if len(v) == 0 {
			return nil
		}
		if first, ok := v[0].(fields); ok {
			found, err := p.conditions(c, name, first, v)
			if found != nil {
				a.keep = append(a.keep, found)
			}
			return err
		}
		if err := weighed(name, v); err != nil {
			return err
		}
		return p.filtered(name, spec.Parameter{Name: name, Type: "string", List: true}, texts(nil, v, nil), a)
	case fields:
		return p.queriedIn(c, name, v, a)
	case bool:
		return p.filtered(name, spec.Parameter{Name: name, Type: "boolean"}, []string{textOf(v)}, a)
	default:
		return p.filtered(name, spec.Parameter{Name: name, Type: "string"}, []string{textOf(v)}, a)
	}
}

// filtered narrows as the query parameter of that name would.
func (p *plan) filtered(name string, param spec.Parameter, values []string, a *ask) error {
	if property, value, ok := p.flagged(name, values); ok {
		a.keep = append(a.keep, property.is([]string{value}))
		return nil
	}
	f, ok := filterFor(p, param)
	if !ok {
		return nil
	}
	return f.apply(p, a, values)
}

// flagWords are values that name a property which is true or false.
var flagWords = map[string]struct{ property, value string }{
	"Enabled": {"enabled", "true"}, "Disabled": {"enabled", "false"}, "Active": {"active", "true"}, "Inactive": {"active", "false"},
	"Unread": {"unread", "true"}, "Read": {"unread", "false"},
}

// flagged finds the property that a value names: alertStatus Active means those
// whose property active is true.
func (p *plan) flagged(name string, values []string) (field, string, bool) {
	if _, own := p.locate(name); own || len(values) != 1 {
		return field{}, "", false
	}
	flag, ok := flagWords[values[0]]
	if !ok {
		return field{}, "", false
	}
	f, ok := p.locate(flag.property)
	return f, flag.value, ok && f.shape != nil && f.shape.Type == "boolean"
}

// queriedIn adds what an object in the body asks for.
func (p *plan) queriedIn(c *handlers.Call, name string, m fields, a *ask) error {
	switch {
	case m["clauses"] != nil || m["predicates"] != nil:
		found, err := p.tree(m)
		if found != nil {
			a.keep = append(a.keep, found)
		}
		return err
	case m["field"] != nil && m["value"] != nil:
		narrow := between(p, name, []string{textOf(m["field"])})
		if narrow == nil {
			return nil
		}
		return narrow(p, a, []string{textOf(m["value"])})
	case name == "operation" || name == "simpleSearch":
		for _, inner := range slices.Sorted(maps.Keys(m)) {
			if inner == "sortOrder" {
				for _, by := range texts(nil, m[inner], nil) {
					p.sort(a, by, "")
				}
				continue
			}
			if err := p.queriedBy(c, inner, m[inner], a); err != nil {
				return err
			}
		}
	}
	return nil
}

// conditions are a list of criteria of one of the API's query languages.
func (p *plan) conditions(c *handlers.Call, name string, first fields, list []any) (condition, error) {
	if err := weighed(name, list); err != nil {
		return nil, err
	}
	shape := p.request
	if shape != nil {
		if shape = shape.Property(name); shape != nil {
			shape = shape.Items()
		}
	}
	has := func(property string) bool {
		_, there := first[property]
		return there || (shape != nil && shape.Type == "object" && shape.Has(property))
	}
	switch {
	case has("fields") && has("type") && !has("predicates"):
		return p.criteria(c, list)
	case has("criteria"):
		return each(list, p.group)
	case has("value") || has("values"):
		return each(list, p.predicate)
	default:
		return nil, nil
	}
}

// each are the conditions of a list that all must hold.
func each(list []any, compile func(fields) (condition, error)) (condition, error) {
	var conditions []condition
	for _, element := range list {
		m, _ := element.(fields)
		one, err := compile(m)
		if err != nil {
			return nil, err
		}
		if one != nil {
			conditions = append(conditions, one)
		}
	}
	return all(conditions), nil
}

// criteria are those of the language that users and groups are searched by.
func (p *plan) criteria(c *handlers.Call, list []any) (condition, error) {
	text, err := encode(fields{"query": list})
	if err != nil {
		return nil, err
	}
	var request handlers.SearchRequest
	if err := json.Unmarshal(text, &request); err != nil {
		return nil, apierr.BadRequest("The criteria of the search cannot be read.").OnField("query")
	}
	s, err := handlers.NewSearch(c, &request, &handlers.Searchable[*record]{
		Type: p.noun(), Noun: p.noun(), Defaults: p.textualNames(),
		Compare: func(a, b *record) int { return 0 },
		Field: func(name string) (func(*record) []string, bool) {
			f := p.property(name)
			return func(r *record) []string { return r.values(f.path) }, true
		},
	})
	if err != nil {
		return nil, err
	}
	return s.Matches, nil
}

func (p *plan) textualNames() []string {
	var names []string
	for _, f := range p.textual() {
		names = append(names, f.path[0])
	}
	return names
}
