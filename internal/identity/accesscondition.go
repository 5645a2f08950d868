package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The bounds of a condition, so that judging it costs next to nothing.
const (
	maxConditionSize  = 32 << 10 // bytes
	maxConditionDepth = 32       // objects and arrays inside of each other
	maxConditionParts = 1000     // values and names
)

// Condition is a condition that has been read.
type Condition struct {
	root        *term // nil always holds
	comparisons []*term
	problems    []ConditionProblem
	preset      map[string]AttributeValue
}

// ConditionProblem is something in a condition that mockcloud cannot evaluate.
type ConditionProblem struct {
	Where  string // such as condition.all.0
	Reason string // a sentence
}

// Attributes gives the value of an attribute by its name; ok is false where it is
// not known.
type Attributes func(name string) (value AttributeValue, ok bool)

// term is a part of a condition: some terms that are put together, or a
// comparison.
type term struct {
	kind      termKind
	terms     []*term
	attribute string // on the left of the comparison
	operator  operator
	other     string         // attribute on the right; "" where there is a value
	value     AttributeValue // on the right
	decided   *Truth         // what came of a comparison of preset values, which no request changes
}

type termKind uint8

const (
	termUnreadable termKind = iota // never known
	termAny
	termAll
	termNot
	termCompare
)

// CompileCondition reads a condition. What mockcloud does not understand inside
// of it becomes a problem and evaluates to Unknown; the error is about conditions
// that nobody may store: not an object, too deep or too large.
//
// Guess: the product calls the combinations Any and All; how comparisons look is
// not documented. Terraform's example writes
// {"and": [{"attribute": "…", "operator": "eq", "value": "…"}]}.
func CompileCondition(raw json.RawMessage, preset map[string]TypedAttribute) (*Condition, error) {
	c := &Condition{preset: make(map[string]AttributeValue, len(preset))}
	for name, typed := range preset {
		v, err := typed.Read()
		if err != nil {
			v = AttributeValue{} // what nobody can read is never known
		}
		c.preset[name] = v
	}
	text := bytes.TrimSpace(raw)
	if len(text) == 0 || string(text) == "null" {
		return c, nil
	}
	if err := checkCondition(text); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v map[string]any
	if err := decoder.Decode(&v); err != nil {
		return nil, errNoObject
	}
	if len(v) > 0 {
		c.root = c.read(v, "condition")
	}
	return c, nil
}

// checkCondition keeps the bounds before anything is built.
func checkCondition(text []byte) error {
	if len(text) > maxConditionSize {
		return fmt.Errorf("the condition is larger than %d bytes", maxConditionSize)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	depth, parts := 0, 0
	for {
		token, err := decoder.Token()
		if err != nil {
			if depth == 0 && parts > 0 {
				return nil
			}
			return errNoObject
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		parts++
		switch {
		case parts == 1 && token != json.Delim('{'):
			return errNoObject
		case depth > maxConditionDepth:
			return fmt.Errorf("the condition is deeper than %d levels", maxConditionDepth)
		case parts > maxConditionParts:
			return fmt.Errorf("the condition has more than %d parts", maxConditionParts)
		}
	}
}

var errNoObject = errors.New("the condition is not a JSON object")

func (c *Condition) unreadable(where, reason string, args ...any) *term {
	c.problems = append(c.problems, ConditionProblem{Where: where, Reason: fmt.Sprintf(reason, args...)})
	return &term{kind: termUnreadable}
}

// read reads a term. Every name in it must be understood: one that is not may
// turn the meaning around.
func (c *Condition) read(v any, where string) *term {
	fields, ok := v.(map[string]any)
	if !ok {
		return c.unreadable(where, "A term of a condition must be an object.")
	}
	if len(fields) == 1 {
		for name, inner := range fields {
			at := where + "." + name
			switch strings.ToLower(name) {
			case "any", "or":
				return c.combine(termAny, inner, at)
			case "all", "and":
				return c.combine(termAll, inner, at)
			case "not":
				return &term{kind: termNot, terms: []*term{c.read(inner, at)}}
			}
		}
	}
	return c.comparison(fields, where)
}

func (c *Condition) combine(kind termKind, v any, where string) *term {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return c.unreadable(where, "Here must be a list of terms.")
	}
	t := &term{kind: kind}
	for i, inner := range list {
		t.terms = append(t.terms, c.read(inner, where+"."+strconv.Itoa(i)))
	}
	return t
}

func (c *Condition) comparison(fields map[string]any, where string) *term {
	t := &term{kind: termCompare}
	var spelled string
	var right any
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := fields[name]
		var ok bool
		switch name {
		case "attribute":
			t.attribute, ok = v.(string)
		case "operator", "comparison":
			ok = spelled == ""
			if text, isText := v.(string); isText && ok {
				spelled = text
			}
		case "value", "operand":
			ok = right == nil
			right = v
		}
		if !ok {
			return c.unreadable(where, "mockcloud does not understand [%s] here. It knows any, all and not, and comparisons of attribute, operator and value.", short(name))
		}
	}
	if t.attribute == "" || spelled == "" || right == nil {
		return c.unreadable(where, "A comparison needs an attribute, an operator and a value.")
	}
	var known bool
	if t.operator, known = operators[strings.ToUpper(spelled)]; !known {
		return c.unreadable(where, "mockcloud does not know the operator [%s].", short(spelled))
	}
	if !c.operand(t, right) {
		return c.unreadable(where, "The value must be a text, a number, true, false, a list of these, an object of type and value, or one that names an attribute.")
	}
	c.check(t, where)
	if c.fixed(t) {
		holds := c.compare(t, nil)
		t.decided = &holds
	}
	c.comparisons = append(c.comparisons, t)
	return t
}

// operand reads what an attribute is compared with.
func (c *Condition) operand(t *term, v any) bool {
	fields, isObject := v.(map[string]any)
	if !isObject {
		var ok bool
		t.value, ok = literal(v)
		return ok
	}
	if name, ok := fields["attribute"].(string); ok && len(fields) == 1 {
		t.other = name
		return name != ""
	}
	kind, okType := fields["type"].(string)
	text, okValue := fields["value"].(string)
	if !okType || !okValue || len(fields) != 2 {
		return false
	}
	var err error
	t.value, err = TypedAttribute{Type: AttributeType(kind), Value: text}.Read()
	return err == nil
}

func literal(v any) (AttributeValue, bool) {
	switch v := v.(type) {
	case string:
		return StringValue(v), true
	case json.Number:
		return AttributeValue{Type: AttrNumber, Texts: []string{v.String()}}, true
	case bool:
		return AttributeValue{Type: AttrBoolean, Texts: []string{strconv.FormatBool(v)}}, true
	case []any:
		list := AttributeValue{Type: AttrStringList}
		for _, item := range v {
			one, ok := literal(item)
			if !ok || one.Type == AttrStringList {
				return list, false
			}
			list.Texts = append(list.Texts, one.Texts[0])
		}
		return list, true
	default:
		return AttributeValue{}, false
	}
}

// check finds what is known to be wrong with a comparison before it is made:
// attributes that nobody knows, and types that do not go together.
func (c *Condition) check(t *term, where string) {
	left, ok := c.sampleOf(t.attribute)
	if !ok {
		c.unreadable(where, "mockcloud does not know the attribute [%s].", short(t.attribute))
		return
	}
	right := t.value
	if t.other != "" {
		if right, ok = c.sampleOf(t.other); !ok {
			c.unreadable(where, "mockcloud does not know the attribute [%s].", short(t.other))
			return
		}
	}
	if t.operator.compare(left, right) == Unknown {
		c.unreadable(where, "An attribute of the type %s cannot be compared by %s with this value of the type %s.", left.Type, t.operator, right.Type)
	}
}

func (c *Condition) sampleOf(name string) (AttributeValue, bool) {
	if v, ok := c.preset[name]; ok {
		return v, v.Type != ""
	}
	a, ok := BaseAttribute(name)
	return sample(a.Type), ok
}

// fixed says whether both sides of a comparison are the same for every request.
func (c *Condition) fixed(t *term) bool {
	_, left := c.preset[t.attribute]
	_, right := c.preset[t.other]
	return left && (right || t.other == "")
}

// Problems lists what in the condition cannot be evaluated.
func (c *Condition) Problems() []ConditionProblem { return c.problems }

// Holds says whether the condition holds. Terms that are not known do not matter
// where the others decide.
func (c *Condition) Holds(attributes Attributes) Truth {
	if c.root == nil {
		return Yes
	}
	return c.judge(c.root, attributes)
}

func (c *Condition) judge(t *term, attributes Attributes) Truth {
	switch t.kind {
	case termAny, termAll:
		decides := Yes
		if t.kind == termAll {
			decides = No
		}
		whole := decides.not()
		for _, inner := range t.terms {
			switch c.judge(inner, attributes) {
			case decides:
				return decides
			case Unknown:
				whole = Unknown
			}
		}
		return whole
	case termNot:
		return c.judge(t.terms[0], attributes).not()
	case termCompare:
		return c.compare(t, attributes)
	default:
		return Unknown
	}
}

func (c *Condition) compare(t *term, attributes Attributes) Truth {
	if t.decided != nil {
		return *t.decided
	}
	left, ok := c.attribute(t.attribute, attributes)
	if !ok {
		return Unknown
	}
	right := t.value
	if t.other != "" {
		if right, ok = c.attribute(t.other, attributes); !ok {
			return Unknown
		}
	}
	return t.operator.compare(left, right)
}

// attribute is a preset value, or what is known of the request.
func (c *Condition) attribute(name string, attributes Attributes) (AttributeValue, bool) {
	if v, ok := c.preset[name]; ok {
		return v, v.Type != ""
	}
	return attributes(name)
}

// ComparisonResult is what came of one comparison.
type ComparisonResult struct {
	Name  string // such as "subject.title EQ"
	Holds Truth
}

// Compare makes each comparison of the condition for itself, in the order in
// which they stand there.
func (c *Condition) Compare(attributes Attributes) []ComparisonResult {
	results := make([]ComparisonResult, len(c.comparisons))
	for i, t := range c.comparisons {
		results[i] = ComparisonResult{Name: t.attribute + " " + string(t.operator), Holds: c.compare(t, attributes)}
		if t.other != "" {
			results[i].Name += " " + t.other
		}
	}
	return results
}

// Names lists the attributes that the condition looks at, preset ones left out,
// each once.
func (c *Condition) Names() []string {
	var names []string
	for _, t := range c.comparisons {
		for _, name := range []string{t.attribute, t.other} {
			if _, preset := c.preset[name]; name != "" && !preset && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// short shortens what a client wrote, for messages.
func short(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
