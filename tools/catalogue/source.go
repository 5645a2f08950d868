package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// document is the part of a Swagger 2.0 document that holds facts.
type document struct {
	Paths       map[string]map[string]*operation `json:"paths"`
	Definitions map[string]*schema               `json:"definitions"`
}

type operation struct {
	method, path string

	ID          string                `json:"operationId"`
	Tags        []string              `json:"tags"`
	Parameters  []*parameter          `json:"parameters"`
	Responses   map[string]*response  `json:"responses"`
	Security    []map[string][]string `json:"security"`
	Permissions *permissions          `json:"x-inin-requires-permissions"`
	Consumes    []string              `json:"consumes"`
	Produces    []string              `json:"produces"`
	Deprecated  bool                  `json:"deprecated"`
	Preview     bool                  `json:"x-genesys-preview"`
}

type permissions struct {
	Type        string   `json:"type"`
	Permissions []string `json:"permissions"`
}

type parameter struct {
	Name             string          `json:"name"`
	In               string          `json:"in"`
	Type             string          `json:"type"`
	Format           string          `json:"format"`
	Required         bool            `json:"required"`
	Enum             []string        `json:"enum"`
	Default          json.RawMessage `json:"default"`
	CollectionFormat string          `json:"collectionFormat"`
	Minimum          *json.Number    `json:"minimum"`
	Items            *schema         `json:"items"`
	Schema           *schema         `json:"schema"`
}

type response struct {
	Schema *schema           `json:"schema"`
	Errors map[string]string `json:"x-inin-error-codes"`
}

// schema is read from and written as JSON: the fields that it lacks are
// sentences or have no meaning for a server. The order of the fields is the
// order in the committed file.
type schema struct {
	Ref          ref                `json:"$ref,omitempty"`
	Type         string             `json:"type,omitempty"`
	Format       string             `json:"format,omitempty"`
	Enum         []any              `json:"enum,omitempty"`
	Pattern      string             `json:"pattern,omitempty"`
	Minimum      *json.Number       `json:"minimum,omitempty"`
	Maximum      *json.Number       `json:"maximum,omitempty"`
	MinLength    *int               `json:"minLength,omitempty"`
	MaxLength    *int               `json:"maxLength,omitempty"`
	MinItems     *int               `json:"minItems,omitempty"`
	MaxItems     *int               `json:"maxItems,omitempty"`
	UniqueItems  bool               `json:"uniqueItems,omitempty"`
	ReadOnly     bool               `json:"readOnly,omitempty"`
	EntityType   wrapped            `json:"x-genesys-entity-type,omitempty"`
	SearchFields wrapped            `json:"x-genesys-search-fields,omitempty"`
	Required     []string           `json:"required,omitempty"`
	Properties   map[string]*schema `json:"properties,omitempty"`
	Items        *schema            `json:"items,omitempty"`
	Additional   *schema            `json:"additionalProperties,omitempty"`
}

// ref is a reference, kept as the bare name of the schema.
type ref string

func (r *ref) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	name, ok := strings.CutPrefix(s, "#/definitions/")
	if !ok {
		return fmt.Errorf("reference %q does not point to a definition", s)
	}
	*r = ref(name)
	return nil
}

// wrapped is an extension whose content the source wraps in an object.
type wrapped json.RawMessage

func (w *wrapped) UnmarshalJSON(b []byte) error {
	var box struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(b, &box); err != nil {
		return err
	}
	*w = wrapped(box.Value)
	return nil
}

func (w wrapped) MarshalJSON() ([]byte, error) { return json.RawMessage(w).MarshalJSON() }

// operations lists the operations by path, then method.
func (d *document) operations() ([]*operation, error) {
	var ops []*operation
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), path
			if op.ID == "" {
				return nil, fmt.Errorf("%s %s has no operationId", op.method, path)
			}
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(a, b *operation) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return strings.Compare(a.method, b.method)
	})
	return ops, nil
}
