package spec

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Shape is a read-only look at a schema, for those who make up values of it.
type Shape struct {
	Name         string // of the schema; "" where it has none
	Type, Format string // Type is "" where anything may stand
	Enum         []any
	Required     []string // names of properties, without those that clients may only read
	ReadOnly     bool
	MinItems     int
	MinLength    int
	Minimum      float64
	Maximum      *float64 // nil means any
	MaxItems     *uint64  // nil means any
	MaxLength    *uint64  // nil means any
	Pattern      string   // "" means any

	schema *openapi3.Schema
	of     *Catalogue
}

// RequestShape is the shape of the operation's request body; nil where it takes
// none.
func (o *Operation) RequestShape() *Shape {
	d := o.detail()
	if d.body == nil {
		return nil
	}
	return o.catalogue.shapeOf(d.RequestSchema, d.requestSchema())
}

// AnswerShape is the shape of the answer of success; nil where that has no body.
func (o *Operation) AnswerShape() *Shape {
	d := o.detail()
	answer := d.answers[strconv.Itoa(d.Status)]
	if answer == nil {
		return nil
	}
	return o.catalogue.shapeOf(answer.name, o.catalogue.schemas.mustLink(answer))
}

// Shape is the shape of a named schema.
func (c *Catalogue) Shape(name string) (*Shape, error) {
	schema, err := c.Schema(name)
	if err != nil {
		return nil, err
	}
	return c.shapeOf(name, schema), nil
}

func (c *Catalogue) shapeOf(name string, s *openapi3.Schema) *Shape {
	shape := &Shape{
		Name: name, Format: s.Format, Enum: s.Enum, Required: s.Required, ReadOnly: s.ReadOnly,
		MinItems: int(s.MinItems), MinLength: int(s.MinLength), MaxItems: s.MaxItems, MaxLength: s.MaxLength, Pattern: s.Pattern, schema: s, of: c,
	}
	if types := s.Type.Slice(); len(types) == 1 {
		shape.Type = types[0]
	}
	if s.Min != nil {
		shape.Minimum = *s.Min
	}
	shape.Maximum = s.Max
	return shape
}

func (s *Shape) at(ref *openapi3.SchemaRef) *Shape {
	if ref == nil {
		return nil
	}
	return s.of.shapeOf(ref.Ref[strings.LastIndexByte(ref.Ref, '/')+1:], ref.Value)
}

// Property is the shape of a property; nil where there is none of that name.
func (s *Shape) Property(name string) *Shape { return s.at(s.schema.Properties[name]) }

// Has says whether there is a property of that name.
func (s *Shape) Has(name string) bool { return s.schema.Properties[name] != nil }

// PropertyNames lists the properties, sorted.
func (s *Shape) PropertyNames() []string { return slices.Sorted(maps.Keys(s.schema.Properties)) }

// Items is the shape of a list's elements; nil where anything may be one.
func (s *Shape) Items() *Shape { return s.at(s.schema.Items) }

// Values is the shape of the values of a map; nil where it is none.
func (s *Shape) Values() *Shape { return s.at(s.schema.AdditionalProperties.Schema) }

// Free says whether values of the shape have parts about which the catalogue
// knows nothing, so that their order and spelling is the client's own.
func (s *Shape) Free() bool { return free(s.schema, 0) }

// deepFree is how far Free looks into a schema.
const deepFree = 6

func free(s *openapi3.Schema, depth int) bool {
	switch {
	case len(s.Type.Slice()) == 0, s.AdditionalProperties.Schema != nil:
		return true
	case depth > deepFree:
		return false
	case s.Type.Is("array"):
		return s.Items != nil && free(s.Items.Value, depth+1)
	case !s.Type.Is("object"):
		return false
	case len(s.Properties) == 0:
		return true
	}
	for _, property := range s.Properties {
		if free(property.Value, depth+1) {
			return true
		}
	}
	return false
}
