package spec

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemaText is a schema as the catalogue writes it. "$ref" holds the bare name
// of another schema.
type schemaText struct {
	Ref          string                 `json:"$ref"`
	Type         typeNames              `json:"type"`
	Format       string                 `json:"format"`
	Enum         []any                  `json:"enum"`
	Pattern      string                 `json:"pattern"`
	Minimum      *float64               `json:"minimum"`
	Maximum      *float64               `json:"maximum"`
	MinLength    uint64                 `json:"minLength"`
	MaxLength    *uint64                `json:"maxLength"`
	MinItems     uint64                 `json:"minItems"`
	MaxItems     *uint64                `json:"maxItems"`
	UniqueItems  bool                   `json:"uniqueItems"`
	ReadOnly     bool                   `json:"readOnly"`
	EntityType   string                 `json:"x-genesys-entity-type"`
	SearchFields []string               `json:"x-genesys-search-fields"`
	Required     []string               `json:"required"`
	Properties   map[string]*schemaText `json:"properties"`
	Items        *schemaText            `json:"items"`
	Additional   *schemaText            `json:"additionalProperties"`
}

// typeNames is the type of a schema: mostly one name, in the overlay sometimes
// several.
type typeNames []string

// UnmarshalJSON reads one name or a list of names.
func (t *typeNames) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]string)(t))
	}
	var name string
	if err := json.Unmarshal(b, &name); err != nil {
		return err
	}
	*t = typeNames{name}
	return nil
}

func (t typeNames) is(name string) bool { return len(t) == 1 && t[0] == name }

// bare tells whether the schema is an object about which nothing is known.
func (s *schemaText) bare() bool {
	return s.Ref == "" && s.Type.is("object") && len(s.Properties) == 0 && s.Additional == nil
}

// namedSchema is the schema of a body: a name, or a schema without one.
type namedSchema struct {
	name   string
	schema *schemaText
}

// UnmarshalJSON reads a name or a schema.
func (n *namedSchema) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &n.name)
	}
	n.schema = new(schemaText)
	return json.Unmarshal(b, n.schema)
}

// label names the schema for people: "User", "array<User>", "map<object>".
func (n *namedSchema) label() string {
	switch {
	case n == nil:
		return ""
	case n.name != "":
		return n.name
	default:
		return n.schema.label()
	}
}

func (s *schemaText) label() string {
	switch {
	case s.Ref != "":
		return s.Ref
	case s.Items != nil:
		return "array<" + s.Items.label() + ">"
	case s.Additional != nil:
		return "map<" + s.Additional.label() + ">"
	case len(s.Type) == 0:
		return "any"
	case s.Format != "":
		return s.Type[0] + ":" + s.Format
	default:
		return strings.Join(s.Type, "|")
	}
}

// The extensions of a linked schema.
const (
	extEntityType   = "x-genesys-entity-type"
	extSearchFields = "x-genesys-search-fields"
	// extAnswered lists the properties that are required, but only of answers.
	extAnswered = "x-mockcloud-required-in-answers"
)

// schemas links schemas on first use. A schema is published with all that it
// refers to complete, so that readers need no lock.
type schemas struct {
	text    string // one line per schema, sorted by name
	overlay *overlay

	linking   sync.Mutex
	published sync.Map // name → *openapi3.SchemaRef
	types     map[string]*openapi3.Types
}

func newSchemas(text string, o *overlay) *schemas {
	types := make(map[string]*openapi3.Types)
	for _, name := range []string{"array", "boolean", "integer", "number", "object", "string"} {
		types[name] = &openapi3.Types{name}
	}
	return &schemas{text: text, overlay: o, types: types}
}

// named returns a named schema.
func (s *schemas) named(name string) (*openapi3.SchemaRef, error) {
	if ref, ok := s.published.Load(name); ok {
		return ref.(*openapi3.SchemaRef), nil
	}
	return s.link(&schemaText{Ref: name})
}

// mustLink links the schema of a body that the catalogue itself mentions.
func (s *schemas) mustLink(n *namedSchema) *openapi3.Schema {
	text := n.schema
	if text == nil {
		text = &schemaText{Ref: n.name}
	}
	ref, err := s.link(text)
	if err != nil {
		// The catalogue is part of the program, and a test links all of it.
		panic(fmt.Sprintf("spec: %v", err))
	}
	return ref.Value
}

// link builds the schema of a text, then every schema that it refers to, and
// publishes those that are new.
func (s *schemas) link(text *schemaText) (*openapi3.SchemaRef, error) {
	s.linking.Lock()
	defer s.linking.Unlock()
	l := &linker{schemas: s, fresh: make(map[string]*openapi3.SchemaRef)}
	root := l.ref(text)
	for len(l.pending) > 0 {
		name := l.pending[0]
		l.pending = l.pending[1:]
		text, err := s.find(name)
		if err != nil {
			return nil, err
		}
		l.fill(l.fresh[name].Value, text)
	}
	for _, c := range l.copies {
		*c.to = *c.from
		c.to.ReadOnly = true
	}
	for name, ref := range l.fresh {
		s.published.Store(name, ref)
	}
	return root, nil
}

// find decodes the line of a schema.
func (s *schemas) find(name string) (*schemaText, error) {
	source, fix := name, s.overlay.Schemas[name]
	if fix != nil && fix.Like != "" {
		source = fix.Like
	}
	line, ok := LookUp(s.text, source)
	if !ok {
		if fix == nil || !fix.New {
			return nil, fmt.Errorf("there is no schema %q", source)
		}
		line = "{}"
	}
	if fix != nil {
		var err error
		if line, err = merge(line, fix.Set); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
	}
	var text schemaText
	if err := json.Unmarshal([]byte(line), &text); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return &text, nil
}

// LookUp finds the line of a key in a text of lines "key<TAB>value" that are
// sorted by key, without an index. Comments may come first.
func LookUp(text, key string) (string, bool) {
	low, high := 0, len(text) // starts of lines, or the end
	for low < high {
		middle := low + (high-low)/2
		start := strings.LastIndexByte(text[:middle], '\n') + 1
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(text[start:end], "\n"), "\t")
		switch {
		case name == key:
			return value, true
		case name < key:
			low = end
		default:
			high = start
		}
	}
	return "", false
}

// linker builds the schemas of one call of link.
type linker struct {
	*schemas
	fresh   map[string]*openapi3.SchemaRef // new names, of which those in pending are empty yet
	pending []string
	copies  []readOnlyCopy
}

// readOnlyCopy is a reference that is read-only where it stands: it becomes a
// copy of its target once that is filled.
type readOnlyCopy struct{ to, from *openapi3.Schema }

func (l *linker) ref(text *schemaText) *openapi3.SchemaRef {
	if text.Ref == "" {
		schema := new(openapi3.Schema)
		l.fill(schema, text)
		return &openapi3.SchemaRef{Value: schema}
	}
	target := l.target(text.Ref)
	if !text.ReadOnly {
		return target
	}
	c := readOnlyCopy{to: new(openapi3.Schema), from: target.Value}
	l.copies = append(l.copies, c)
	return &openapi3.SchemaRef{Value: c.to}
}

func (l *linker) target(name string) *openapi3.SchemaRef {
	if ref, ok := l.published.Load(name); ok {
		return ref.(*openapi3.SchemaRef)
	}
	if ref, ok := l.fresh[name]; ok {
		return ref
	}
	ref := &openapi3.SchemaRef{Ref: "#/components/schemas/" + name, Value: new(openapi3.Schema)}
	l.fresh[name] = ref
	l.pending = append(l.pending, name)
	return ref
}

// element links the elements of a list or map. There, an object about which
// nothing is known stands for any JSON: it is how the specification writes the
// contents of data table rows, action inputs and custom fields, whose values
// are text and numbers as well.
func (l *linker) element(text *schemaText) *openapi3.SchemaRef {
	if text.bare() {
		text = &schemaText{ReadOnly: text.ReadOnly}
	}
	return l.ref(text)
}

// fill turns a text into a schema of the library.
func (l *linker) fill(schema *openapi3.Schema, text *schemaText) {
	*schema = openapi3.Schema{
		Format:      text.Format,
		Enum:        text.Enum,
		Pattern:     text.Pattern,
		Min:         text.Minimum,
		Max:         text.Maximum,
		MinLength:   text.MinLength,
		MaxLength:   text.MaxLength,
		MinItems:    text.MinItems,
		MaxItems:    text.MaxItems,
		UniqueItems: text.UniqueItems,
		ReadOnly:    text.ReadOnly,
	}
	switch len(text.Type) {
	case 0:
		schema.Nullable = true // any JSON, null included
	case 1:
		schema.Type = l.types[text.Type[0]]
	default:
		schema.Type = (*openapi3.Types)(&text.Type)
	}
	if text.EntityType != "" || len(text.SearchFields) > 0 {
		schema.Extensions = make(map[string]any)
		if text.EntityType != "" {
			schema.Extensions[extEntityType] = text.EntityType
		}
		if len(text.SearchFields) > 0 {
			schema.Extensions[extSearchFields] = text.SearchFields
		}
	}
	l.fillObject(schema, text)
	if text.Items != nil {
		schema.Items = l.element(text.Items)
	}
}

func (l *linker) fillObject(schema *openapi3.Schema, text *schemaText) {
	if len(text.Properties) > 0 {
		schema.Properties = make(openapi3.Schemas, len(text.Properties))
		for name, property := range text.Properties {
			schema.Properties[name] = l.ref(property)
		}
	}
	if text.Additional != nil {
		schema.AdditionalProperties.Schema = l.element(text.Additional)
	}
	var answered []string
	readOnly := func(name string) bool { return text.Properties[name] != nil && text.Properties[name].ReadOnly }
	for _, name := range text.Required {
		if readOnly(name) {
			answered = append(answered, name)
		}
	}
	if len(answered) == 0 {
		schema.Required = text.Required
		return
	}
	schema.Required = slices.DeleteFunc(slices.Clone(text.Required), readOnly)
	if schema.Extensions == nil {
		schema.Extensions = make(map[string]any)
	}
	schema.Extensions[extAnswered] = answered
}
