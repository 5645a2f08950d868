package spec

import (
	"encoding/json"
	"fmt"
	"slices"
)

// documentSchema is a schema of a document.
type documentSchema struct {
	Ref          string                     `json:"$ref,omitempty"`
	Type         string                     `json:"type,omitempty"`
	Format       string                     `json:"format,omitempty"`
	Enum         []any                      `json:"enum,omitempty"`
	Default      json.RawMessage            `json:"default,omitempty"`
	Pattern      string                     `json:"pattern,omitempty"`
	Minimum      *float64                   `json:"minimum,omitempty"`
	Maximum      *float64                   `json:"maximum,omitempty"`
	MinLength    uint64                     `json:"minLength,omitempty"`
	MaxLength    *uint64                    `json:"maxLength,omitempty"`
	MinItems     uint64                     `json:"minItems,omitempty"`
	MaxItems     *uint64                    `json:"maxItems,omitempty"`
	UniqueItems  bool                       `json:"uniqueItems,omitempty"`
	ReadOnly     bool                       `json:"readOnly,omitempty"`
	Required     []string                   `json:"required,omitempty"`
	Properties   map[string]*documentSchema `json:"properties,omitempty"`
	Items        *documentSchema            `json:"items,omitempty"`
	Additional   *documentSchema            `json:"additionalProperties,omitempty"`
	AllOf        []*documentSchema          `json:"allOf,omitempty"`
	AnyOf        []*documentSchema          `json:"anyOf,omitempty"`
	EntityType   string                     `json:"x-genesys-entity-type,omitempty"`
	SearchFields []string                   `json:"x-genesys-search-fields,omitempty"`
}

// components gathers the schemas that the operations of a document refer to.
type components struct {
	schemas  *schemas
	known    map[string]bool
	pending  []string
	examples bool                   // bodies get examples
	decoded  map[string]*schemaText // for these
}

func newComponents(s *schemas, examples bool) *components {
	c := &components{schemas: s, known: make(map[string]bool), examples: examples, decoded: make(map[string]*schemaText)}
	c.named("ErrorBody")
	c.named("ScimError")
	return c
}

// named refers to a schema by its name.
func (c *components) named(name string) *documentSchema {
	if !c.known[name] {
		c.known[name] = true
		c.pending = append(c.pending, name)
	}
	return &documentSchema{Ref: "#/components/schemas/" + name}
}

// body is the schema of a body.
func (c *components) body(n *namedSchema) *documentSchema {
	if n.schema == nil {
		return c.named(n.name)
	}
	return c.schema(n.schema)
}

// schema turns a text into a schema. Version 3.0 has no reference with anything
// beside it, and no list of types.
func (c *components) schema(text *schemaText) *documentSchema {
	if text.Ref != "" {
		ref := c.named(text.Ref)
		if text.ReadOnly {
			return &documentSchema{AllOf: []*documentSchema{ref}, ReadOnly: true}
		}
		return ref
	}
	s := &documentSchema{
		Format: text.Format, Enum: text.Enum, Pattern: text.Pattern, Minimum: text.Minimum, Maximum: text.Maximum,
		MinLength: text.MinLength, MaxLength: text.MaxLength, MinItems: text.MinItems, MaxItems: text.MaxItems,
		UniqueItems: text.UniqueItems, ReadOnly: text.ReadOnly, Required: text.Required,
		EntityType: text.EntityType, SearchFields: text.SearchFields,
	}
	if len(text.Type) == 1 {
		s.Type = text.Type[0]
	}
	if len(text.Properties) > 0 {
		s.Properties = make(map[string]*documentSchema, len(text.Properties))
		for name, property := range text.Properties {
			s.Properties[name] = c.schema(property)
		}
	}
	if text.Items != nil {
		s.Items = c.element(text.Items)
	} else if slices.Contains(text.Type, "array") {
		s.Items = new(documentSchema) // anything
	}
	if text.Additional != nil {
		s.Additional = c.element(text.Additional)
	}
	if len(text.Type) > 1 {
		for _, name := range text.Type {
			one := &documentSchema{Type: name}
			if name == "array" {
				one.Items, s.Items = s.Items, nil
			}
			s.AnyOf = append(s.AnyOf, one)
		}
	}
	return s
}

// element is a schema inside a list or map; see linker.element.
func (c *components) element(text *schemaText) *documentSchema {
	if text.bare() {
		text = &schemaText{ReadOnly: text.ReadOnly}
	}
	return c.schema(text)
}

// write writes everything that was referred to, by name.
func (c *components) write(out *documentWriter) error {
	texts := make(map[string][]byte)
	for len(c.pending) > 0 {
		name := c.pending[0]
		c.pending = c.pending[1:]
		text, err := c.text(name)
		if err != nil {
			return fmt.Errorf("spec: document: %w", err)
		}
		if texts[name], err = json.Marshal(c.schema(text)); err != nil {
			return fmt.Errorf("spec: document: schema %s: %w", name, err)
		}
	}
	out.text(`{"schemas":{`)
	for i, name := range sortedKeys(c.known) {
		if i > 0 {
			out.text(",")
		}
		out.json(name)
		out.text(":")
		out.json(json.RawMessage(texts[name]))
	}
	out.text(`},"responses":`)
	out.json(map[string]*documentAnswer{
		"Error":     errorAnswer("An error, in the API's shape.", "ErrorBody", "application/json"),
		"ScimError": errorAnswer("An error, in SCIM's shape or the API's.", "ScimError", MediaSCIM),
	})
	out.text(`,"securitySchemes":`)
	out.json(map[string]map[string]string{
		"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of the API, from /oauth/token or the sign-in of an application."},
		"guest": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The token of a guest conversation."},
	})
	out.text("}")
	return out.err
}

func errorAnswer(description, schema, media string) *documentAnswer {
	return &documentAnswer{Description: description, Content: map[string]documentMedia{
		media: {Schema: &documentSchema{Ref: "#/components/schemas/" + schema}},
	}}
}
