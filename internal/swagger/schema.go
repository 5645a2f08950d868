package swagger

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// schema is a schema as it is written. The fields that it lacks are sentences or
// have no meaning for a server. The order of the fields is that of the text.
type schema struct {
	Ref          string             `json:"$ref,omitempty"` // bare name
	Type         string             `json:"type,omitempty"`
	Format       string             `json:"format,omitempty"`
	Enum         []any              `json:"enum,omitempty"`
	Pattern      string             `json:"pattern,omitempty"`
	Minimum      *json.Number       `json:"minimum,omitempty"`
	Maximum      *json.Number       `json:"maximum,omitempty"`
	MinLength    *uint64            `json:"minLength,omitempty"`
	MaxLength    *uint64            `json:"maxLength,omitempty"`
	MinItems     *uint64            `json:"minItems,omitempty"`
	MaxItems     *uint64            `json:"maxItems,omitempty"`
	UniqueItems  bool               `json:"uniqueItems,omitempty"`
	ReadOnly     bool               `json:"readOnly,omitempty"`
	EntityType   string             `json:"x-genesys-entity-type,omitempty"`
	SearchFields []string           `json:"x-genesys-search-fields,omitempty"`
	Required     []string           `json:"required,omitempty"`
	Properties   map[string]*schema `json:"properties,omitempty"`
	Items        *schema            `json:"items,omitempty"`
	Additional   *schema            `json:"additionalProperties,omitempty"`
}

// schemaSource is a schema as the document has it: what is inside is decoded
// piece by piece, and two extensions wrap their content in an object.
type schemaSource struct {
	schema

	EntityType struct {
		Value string `json:"value"`
	} `json:"x-genesys-entity-type"`
	SearchFields struct {
		Value []string `json:"value"`
	} `json:"x-genesys-search-fields"`
	Properties map[string]json.RawMessage `json:"properties"`
	Items      json.RawMessage            `json:"items"`
	Additional json.RawMessage            `json:"additionalProperties"`

	AllOf json.RawMessage `json:"allOf"`
	AnyOf json.RawMessage `json:"anyOf"`
	OneOf json.RawMessage `json:"oneOf"`
	Not   json.RawMessage `json:"not"`
}

// maxDepth bounds how deep schemas without names are inside each other.
const maxDepth = 50

func (d *document) readSchema(raw json.RawMessage, place string, depth int) (*schema, error) {
	if depth > maxDepth {
		return nil, wrong(place, "more than %d schemas are inside each other", maxDepth)
	}
	var source schemaSource
	if err := decode(raw, place, &source); err != nil {
		return nil, err
	}
	for name, combined := range map[string]json.RawMessage{"allOf": source.AllOf, "anyOf": source.AnyOf, "oneOf": source.OneOf, "not": source.Not} {
		if combined != nil {
			return nil, wrong(place, "%s is not supported", name)
		}
	}
	s := &source.schema
	s.EntityType, s.SearchFields = source.EntityType.Value, source.SearchFields.Value
	if s.Ref != "" {
		name, ok := strings.CutPrefix(s.Ref, "#/definitions/")
		if !ok {
			return nil, wrong(place+".$ref", "%q does not point to a definition", s.Ref)
		}
		s.Ref = name
		d.references = append(d.references, reference{place: place + ".$ref", name: name})
	}
	if err := s.check(place); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(source.Properties)) {
		property, err := d.readSchema(source.Properties[name], place+".properties."+name, depth+1)
		if err != nil {
			return nil, err
		}
		if s.Properties == nil {
			s.Properties = make(map[string]*schema, len(source.Properties))
		}
		s.Properties[name] = property
	}
	var err error
	if source.Items != nil {
		if s.Items, err = d.readSchema(source.Items, place+".items", depth+1); err != nil {
			return nil, err
		}
	}
	switch string(source.Additional) {
	case "", "null", "false": // fields that a schema does not know are dropped in any case
	case "true":
		s.Additional = &schema{}
	default:
		s.Additional, err = d.readSchema(source.Additional, place+".additionalProperties", depth+1)
	}
	return s, err
}

// check refuses what package spec could not read, and drops a pattern that Go's
// regular expressions cannot say: it is not enforced.
func (s *schema) check(place string) error {
	switch s.Type {
	case "", "string", "number", "integer", "boolean", "object", "array":
	default:
		return wrong(place+".type", "%q is no type that is supported", s.Type)
	}
	if err := checkNumber(s.Minimum, place+".minimum"); err != nil {
		return err
	}
	if err := checkNumber(s.Maximum, place+".maximum"); err != nil {
		return err
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		s.Pattern = ""
	}
	return nil
}

func checkNumber(n *json.Number, place string) error {
	if n == nil {
		return nil
	}
	if _, err := strconv.ParseFloat(n.String(), 64); err != nil {
		return wrong(place, "%s is out of range", n)
	}
	return nil
}

// short is the schema as an operation refers to it: the bare name of a named
// schema, the schema itself when it has no name, nil for no content.
func (s *schema) short() any {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		return s.Ref
	default:
		return s
	}
}

// schemaLines renders the definitions: name and schema, separated by a tab.
func (d *document) schemaLines() ([]line, error) {
	lines := make([]line, 0, len(d.definitions))
	for name, s := range d.definitions {
		text, err := compact(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lines = append(lines, line{key: name, order: name, text: name + "\t" + text})
	}
	return lines, nil
}
