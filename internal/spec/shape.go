package spec

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Shape is a read-only look at a schema, for those who make up values of it.
type Shape struct {
	Type, Format string // Type is "" where anything may stand
	Enum         []any
	Required     []string // names of properties, without those that clients may only read
	ReadOnly     bool
	MinItems     int
	MinLength    int
	Minimum      float64

	schema *openapi3.Schema
}

// RequestShape is the shape of the operation's request body; nil where it takes
// none.
func (o *Operation) RequestShape() *Shape {
	d := o.detail()
	if d.body == nil {
		return nil
	}
	return shapeOf(d.requestSchema())
}

func shapeOf(s *openapi3.Schema) *Shape {
	shape := &Shape{
		Format: s.Format, Enum: s.Enum, Required: s.Required, ReadOnly: s.ReadOnly,
		MinItems: int(s.MinItems), MinLength: int(s.MinLength), schema: s,
	}
	if types := s.Type.Slice(); len(types) == 1 {
		shape.Type = types[0]
	}
	if s.Min != nil {
		shape.Minimum = *s.Min
	}
	return shape
}

// Property is the shape of a property; nil where there is none of that name.
func (s *Shape) Property(name string) *Shape {
	ref := s.schema.Properties[name]
	if ref == nil {
		return nil
	}
	return shapeOf(ref.Value)
}

// PropertyNames lists the properties, sorted.
func (s *Shape) PropertyNames() []string { return slices.Sorted(maps.Keys(s.schema.Properties)) }

// Items is the shape of a list's elements; nil where anything may be one.
func (s *Shape) Items() *Shape {
	if s.schema.Items == nil {
		return nil
	}
	return shapeOf(s.schema.Items.Value)
}
