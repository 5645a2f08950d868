package engine

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// filter narrows a listing by a parameter of the query, or by a property of the
// body of a POST that lists.
type filter struct {
	param    string
	fallback string // the value that asks for nothing; "" for none
	toggle   bool   // false asks for nothing (facts: clients.md 1)
	narrow   func(p *plan, a *ask, values []string) error
}

// filterFor says what a parameter narrows, if anything. A parameter that means
// nothing here changes nothing.
func filterFor(p *plan, param spec.Parameter) (filter, bool) {
	f := filter{param: param.Name, fallback: param.Default, toggle: param.Type == "boolean"}
	f.narrow = idFilter(p, param)
	for _, rule := range []func(*plan, spec.Parameter) func(*plan, *ask, []string) error{nameFilter, textFilter, rangeFilter, valueFilter} {
		if f.narrow == nil {
			f.narrow = rule(p, param)
		}
	}
	return f, f.narrow != nil
}

// apply narrows what is asked for by the values that the parameter has.
func (f *filter) apply(p *plan, a *ask, values []string) error {
	if len(values) == 0 || (len(values) == 1 && (values[0] == f.fallback || (f.toggle && strings.EqualFold(values[0], "false")))) {
		return nil
	}
	return f.narrow(p, a, values)
}

// idFilter is for lists of the items' own ids, which are looked up one by one.
func idFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	name := strings.TrimSuffix(param.Name, "*")
	own := name == "id" || name == "ids"
	if short := strings.TrimSuffix(strings.TrimSuffix(name, "s"), "Id"); param.List && short != name && !own {
		_, property := p.locate(name)
		own = !property && p.noun() != "" && strings.HasSuffix(p.noun(), strings.ToLower(short))
	}
	if !own || (p.key == "" && !p.element.Has("id")) {
		return nil
	}
	most, code := idLimit(p.op)
	return func(_ *plan, a *ask, values []string) error {
		if !param.List {
			values = splitIDs(values)
		}
		if len(values) > most {
			return tooManyIDs(p.op, param.Name, most, code)
		}
		a.ids = append(a.ids, values...)
		a.picked = true
		return nil
	}
}

// splitIDs splits the lists of ids that the catalogue takes for one text.
func splitIDs(values []string) []string {
	var ids []string
	for _, value := range values {
		for id := range strings.SplitSeq(value, ",") {
			if id = strings.TrimSpace(id); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// maxIDs is how many ids an operation takes that names no limit.
//
// Guess: nothing says so; it is as many as a page holds.
const maxIDs = maxPageSize

var limitText = regexp.MustCompile(`[Oo]nly (?:specify )?(\d+) `)

// idLimit is how many ids an operation takes at once, and the code for more, which
// names the number in its message.
func idLimit(op *spec.Operation) (most int, code string) {
	for _, code := range op.OwnCodes(http.StatusBadRequest) {
		_, message, _ := op.ErrorCode(code)
		if m := limitText.FindStringSubmatch(message); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
				return n, code
			}
		}
	}
	return maxIDs, ""
}

func tooManyIDs(op *spec.Operation, param string, most int, code string) error {
	if status, message, ok := op.ErrorCode(code); ok {
		return apierr.New(status, code, message).OnField(param)
	}
	return apierr.InvalidQuery(param, "too many ids", "up to "+strconv.Itoa(most)+" ids")
}

// nameFilter is for the name, which has an index of its own.
func nameFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	way := map[string]string{"name": "", "nameContains": "contains", "namePrefix": "prefix", "libraryPrefix": "prefix"}
	fixed, ok := way[param.Name]
	if _, property := p.locate("name"); !ok || !property || param.List {
		return nil
	}
	return func(_ *plan, a *ask, values []string) error {
		by := fixed
		if by == "" {
			by = a.nameBy
		}
		like, err := matcher(by, values[0])
		if err != nil {
			return apierr.InvalidQuery(param.Name, values[0], "regular expressions")
		}
		begin := ""
		switch head, _, starred := strings.Cut(identity.Fold(values[0]), "*"); {
		case by == "" && starred:
			begin = nameKey(head)
		case by != "" && (operator(by) == "exact" || operator(by) == "prefix"):
			begin = nameKey(values[0])
		}
		a.names = append(a.names, named{like, begin})
		return nil
	}
}

// named is a condition on names.
type named struct {
	like  func(folded string) bool
	begin string // what the folded name begins with
}

// matcher is how a text is compared with the folded ones of the items.
func matcher(by, text string) (func(folded string) bool, error) {
	want := identity.Fold(text)
	if by == "" {
		return wildcard(want), nil
	}
	switch operator(by) {
	case "exact":
		return func(v string) bool { return v == want }, nil
	case "prefix":
		return func(v string) bool { return strings.HasPrefix(v, want) }, nil
	case "suffix":
		return func(v string) bool { return strings.HasSuffix(v, want) }, nil
	case "contains":
		return func(v string) bool { return strings.Contains(v, want) }, nil
	case "regex":
		if len(text) > maxPattern {
			return nil, errors.New("engine: the pattern is too long")
		}
		if _, err := regexp.Compile(text); err != nil {
			return nil, err
		}
		// Go's expressions run in linear time.
		x, err := regexp.Compile(`(?is)\A(?:` + text + `)\z`)
		if err != nil {
			return nil, err
		}
		return x.MatchString, nil
	case "<", "<=", ">", ">=":
		fits := operator(by)
		return func(v string) bool { return ordered(fits, strings.Compare(v, want)) }, nil
	default:
		return wildcard(want), nil
	}
}

// ordered tells whether the outcome of a comparison is what an operator asks for.
func ordered(operator string, outcome int) bool {
	switch operator {
	case "<":
		return outcome < 0
	case "<=":
		return outcome <= 0
	case ">":
		return outcome > 0
	default:
		return outcome >= 0
	}
}

// wildcard is a condition on folded texts: a part of the text or, with stars, the
// whole of it.
//
// Guess: the specification leaves open what a name filter without stars finds;
// clients pick the exact name out of what they get (facts: terraform.md 1).
func wildcard(want string) func(string) bool {
	parts := strings.Split(want, "*")
	if len(parts) == 1 {
		return func(v string) bool { return strings.Contains(v, want) }
	}
	return func(v string) bool {
		rest, ok := strings.CutPrefix(v, parts[0])
		if !ok {
			return false
		}
		for _, part := range parts[1 : len(parts)-1] {
			i := strings.Index(rest, part)
			if i < 0 {
				return false
			}
			rest = rest[i+len(part):]
		}
		return strings.HasSuffix(rest, parts[len(parts)-1])
	}
}

// searchParams look for a part of a text in all properties that hold text.
var searchParams = []string{
	"q", "query", "search", "searchTerm", "searchText", "queryPhrase", "queryValue", "lookupVal", "nameOrDescription", "nameOrCreatedBy", "filter", "filterValue", "keyword", "keywords", "value",
}

// fieldParams name the properties in which queryValue and filterValue look.
var fieldParams = []string{"queryFields", "filterField"}

// textFilter is for texts that may stand in any of several properties.
func textFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	if !slices.Contains(searchParams, param.Name) || param.Type != "string" {
		return nil
	}
	if _, property := p.locate(param.Name); property {
		return nil
	}
	return func(p *plan, a *ask, values []string) error {
		var places []field
		for _, name := range a.textIn {
			if f, ok := p.meant(name); ok {
				places = append(places, f)
			}
		}
		if len(places) == 0 {
			places = p.textual()
		}
		want := identity.Fold(values[0])
		var conditions []condition
		for _, f := range places {
			conditions = append(conditions, f.like(wildcard(want)))
		}
		a.keep = append(a.keep, func(r *record) bool { return r.mayHold(want) }, some(conditions))
		return nil
	}
}

// textual are the properties of an item that hold text for people, those of its
// parts among them.
func (p *plan) textual() []field {
	shape := p.element
	if p.entity != nil {
		shape = p.entity
	}
	if shape == nil {
		return nil
	}
	var places []field
	for _, name := range shape.PropertyNames() {
		s := shape.Property(name)
		if isText(name, s) {
			places = append(places, field{[]string{name}, s})
		}
		if s.Type == "array" {
			s = s.Items()
		}
		for _, part := range partTexts {
			if s != nil && s.Type == "object" && s.Has(part) && isText(part, s.Property(part)) {
				places = append(places, field{[]string{name, part}, s.Property(part)})
			}
		}
	}
	return places
}

// partTexts are the properties of parts that hold text.
var partTexts = []string{"content", "phrase", "text", "display", "e164"}

func isText(name string, s *spec.Shape) bool {
	return s.Type == "string" && s.Format == "" && len(s.Enum) == 0 && name != "selfUri" && name != "id" && !strings.HasSuffix(name, "Id")
}

// valueFilter is for parameters that mean a property of the items.
func valueFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	if param.Name == "divisionId" || param.Name == "divisionIds" {
		if _, ok := p.locate("division"); ok {
			return func(_ *plan, a *ask, values []string) error {
				if !slices.Contains(values, identity.AllDivisions) {
					a.keep = append(a.keep, func(r *record) bool { return slices.Contains(values, r.Division) })
				}
				return nil
			}
		}
	}
	if hidden := hiddenFilter(p, param); hidden != nil {
		return hidden
	}
	if elsewhere := p.calledElse(param.Name); len(elsewhere) > 0 {
		return func(_ *plan, a *ask, values []string) error {
			var conditions []condition
			for _, f := range elsewhere {
				conditions = append(conditions, f.is(values))
			}
			a.keep = append(a.keep, some(conditions))
			return nil
		}
	}
	f, ok := p.meant(param.Name)
	if !ok || (f.shape != nil && f.shape.Type == "object" && !f.shape.Has("id")) {
		return nil
	}
	if param.Type == "boolean" && f.shape != nil && f.shape.Type != "boolean" {
		return nil // it says what is answered of the items, not which
	}
	return func(_ *plan, a *ask, values []string) error {
		if slices.ContainsFunc(values, func(v string) bool { return f.anything(v) }) {
			return nil
		}
		if f.shape != nil && f.shape.Type == "string" && len(f.shape.Enum) == 0 && slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "*") }) {
			a.keep = append(a.keep, f.like(wildcard(identity.Fold(values[0]))))
			return nil
		}
		a.keep = append(a.keep, f.is(values))
		return nil
	}
}

// otherwiseCalled are the properties that parameters mean by another name, by the
// operation and the parameter. An item is listed where one of them has the value.
//
// Guess: that the users of an appointment are all who have to do with it.
var otherwiseCalled = map[string][]string{
	"getArchitectSchedulegroups scheduleIds":     {"openSchedules", "closedSchedules", "holidaySchedules"},
	"getCoachingAppointments userIds":            {"attendees", "facilitator", "createdBy"},
	"getQualityEvaluationsQuery evaluationState": {"status"},
	"getQualityEvaluationsQuery formContextId":   {"evaluationForm.contextId"},
}

// calledElse are the properties that a parameter means by another name.
func (p *plan) calledElse(param string) []field {
	var found []field
	for _, name := range otherwiseCalled[p.op.ID+" "+param] {
		if f, ok := p.locate(name); ok {
			found = append(found, f)
		}
	}
	return found
}

// anything tells whether a value stands for all values.
func (f field) anything(value string) bool {
	switch strings.ToLower(value) {
	case "any", "all", "*":
		return f.shape == nil || !slices.ContainsFunc(f.shape.Enum, func(v any) bool { text, _ := v.(string); return strings.EqualFold(text, value) })
	}
	return false
}

// hiddenFilter is for parameters that ask for what is deleted and can be restored.
func hiddenFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	switch param.Name {
	case "includeDeleted", "showDeleted":
		return func(_ *plan, a *ask, _ []string) error { a.hidden = withHidden; return nil }
	case "deleted", "deletedOnly", "isDeleted":
		if _, property := p.locate(param.Name); property {
			return nil
		}
		return func(_ *plan, a *ask, _ []string) error { a.hidden = onlyHidden; return nil }
	case "state", "states", "status":
		f, ok := p.meant(param.Name)
		if !ok || p.collection == nil || !p.collection.Has("soft-delete") {
			return nil
		}
		return func(p *plan, a *ask, values []string) error {
			deleted := func(v string) bool { return strings.EqualFold(v, p.collection.Trait("soft-delete")) }
			if slices.ContainsFunc(values, f.anything) {
				a.hidden = withHidden
				return nil
			}
			if slices.ContainsFunc(values, deleted) {
				a.hidden = withHidden
			}
			a.keep = append(a.keep, f.is(values))
			return nil
		}
	}
	return nil
}

// visible is the condition that the caller's grants set; nil where the caller sees
// everything.
func (p *plan) visible(c *handlers.Call) (condition, error) {
	facts := p.op.Facts()
	if c.Caller == nil || !facts.DivisionAware || p.entity == nil || !p.entity.Has("division") {
		return nil, nil
	}
	var allowed []string
	for _, permission := range facts.Permissions {
		ids, everywhere, err := c.Caller.Divisions(c.Tx, permission)
		if err != nil || everywhere {
			return nil, err
		}
		allowed = append(allowed, ids...)
	}
	return func(r *record) bool { return r.Division == "" || slices.Contains(allowed, r.Division) }, nil
}
