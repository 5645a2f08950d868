package scim

import "strings"

// The types that attributes have (RFC 7643 §2.3).
const (
	typeString    = "string"
	typeBoolean   = "boolean"
	typeDecimal   = "decimal"
	typeInteger   = "integer"
	typeDateTime  = "dateTime"
	typeReference = "reference"
	typeComplex   = "complex"
)

// When an attribute may be written, and when it is returned (RFC 7643 §2.2).
const (
	readWrite = "readWrite"
	readOnly  = "readOnly"
	writeOnly = "writeOnly"

	returnedAlways  = "always"
	returnedNever   = "never"
	returnedDefault = "default"
)

// Attribute is one attribute of a schema. Its JSON is the definition that
// clients read. The zero value of Mutability, Returned and Uniqueness means
// readWrite, default and none.
type Attribute struct {
	Name            string      `json:"name"`
	Type            string      `json:"type"`
	SubAttributes   []Attribute `json:"subAttributes,omitempty"`
	MultiValued     bool        `json:"multiValued"`
	Description     string      `json:"description"`
	Required        bool        `json:"required"`
	CanonicalValues []string    `json:"canonicalValues,omitempty"` // no others are accepted
	CaseExact       bool        `json:"caseExact"`
	Mutability      string      `json:"mutability"`
	Returned        string      `json:"returned"`
	Uniqueness      string      `json:"uniqueness"`
	ReferenceTypes  []string    `json:"referenceTypes,omitempty"`

	// key names the sub-attributes that no two items of a list share: an item
	// added with the key of another one changes that one.
	key []string
	// short is the sub-attribute that the others are about. A filter on the whole
	// means it, as manager eq "id" does, and so does plain text in place of an
	// object: Entra ID sends {"manager": "id"}.
	short string
	// single lets a client write the list as if it had one item: its items keep no
	// primary, so that a filter for the primary one speaks of the whole list.
	single bool
}

// sub finds a sub-attribute, case-blind.
func (a *Attribute) sub(name string) *Attribute { return named(a.SubAttributes, name) }

func named(attributes []Attribute, name string) *Attribute {
	for i := range attributes {
		if strings.EqualFold(attributes[i].Name, name) {
			return &attributes[i]
		}
	}
	return nil
}

// Schema is a set of attributes under one URN.
type Schema struct {
	ID, Name, Description string
	Attributes            []Attribute
}

// ResourceType is a kind of resource: its schemas, and what it can be searched by.
type ResourceType struct {
	Name, Endpoint, Description string
	Core                        *Schema
	Extensions                  []*Schema

	// filters are the canonical paths that ParseFilter accepts, keyed are the
	// lists one item of which it accepts by all of its key, and aliases are other
	// spellings of paths, in lower case.
	filters []string
	keyed   []string
	aliases map[string]string
}

// common is what every resource has beside the attributes of its schemas.
var common = Schema{Attributes: complete([]Attribute{
	{Name: "schemas", Type: typeReference, MultiValued: true, Required: true, CaseExact: true, Mutability: readOnly, Returned: returnedAlways},
})}

// target is what a path names. With attr nil it is a whole extension, or with
// schema nil too the resource itself.
type target struct {
	schema *Schema // nil for attributes that stand at the top of a resource
	attr   *Attribute
	sub    *Attribute
}

// String spells the target canonically.
func (g target) String() string {
	var s string
	if g.schema != nil {
		s = g.schema.ID
	}
	if g.attr == nil {
		return s
	}
	if s != "" {
		s += ":"
	}
	s += g.attr.Name
	if g.sub != nil {
		s += "." + g.sub.Name
	}
	return s
}

// find resolves an attribute path such as "emails.value", with or without the
// URN of its schema, case-blind.
//
// Guess: attributes of extensions are found without their URN too. The facts
// name the filters "manager", "division" and "employeeNumber" so, and identity
// providers are configured by hand.
func (t *ResourceType) find(path string) (target, bool) {
	if strings.EqualFold(path, t.Core.ID) {
		return target{}, true
	}
	for _, extension := range t.Extensions {
		if strings.EqualFold(path, extension.ID) {
			return target{schema: extension}, true
		}
	}
	urn, name := "", path
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		urn, name = path[:i], path[i+1:]
	}
	attr, sub, dotted := strings.Cut(name, ".")
	found, ok := t.attribute(urn, attr)
	if !ok || !dotted {
		return found, ok
	}
	found.sub = found.attr.sub(sub)
	return found, found.sub != nil
}

func (t *ResourceType) attribute(urn, name string) (target, bool) {
	if urn == "" || strings.EqualFold(urn, t.Core.ID) {
		for _, schema := range []*Schema{t.Core, &common} {
			if attr := named(schema.Attributes, name); attr != nil {
				return target{attr: attr}, true
			}
		}
	}
	for _, extension := range t.Extensions {
		if urn != "" && !strings.EqualFold(urn, extension.ID) {
			continue
		}
		if attr := named(extension.Attributes, name); attr != nil {
			return target{schema: extension, attr: attr}, true
		}
	}
	return target{}, false
}

// complete fills in what an attribute is when its table does not say.
func complete(attributes []Attribute) []Attribute {
	for i := range attributes {
		a := &attributes[i]
		if a.Type == "" {
			a.Type = typeString
		}
		if a.Mutability == "" {
			a.Mutability = readWrite
		}
		if a.Returned == "" {
			a.Returned = returnedDefault
		}
		if a.Uniqueness == "" {
			a.Uniqueness = "none"
		}
		complete(a.SubAttributes)
	}
	return attributes
}
