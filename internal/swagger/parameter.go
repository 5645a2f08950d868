package swagger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// parameter is one read parameter: of a path, query or header, or the body.
type parameter struct {
	param
	body *body
}

// param is a parameter as it is written.
type param struct {
	Name     string          `json:"name"`
	In       string          `json:"in"`
	Type     string          `json:"type"`
	Format   string          `json:"format,omitempty"`
	Required bool            `json:"required,omitempty"`
	Enum     []string        `json:"enum,omitempty"`
	Default  json.RawMessage `json:"default,omitempty"`
	Multi    string          `json:"collectionFormat,omitempty"`
	Minimum  *json.Number    `json:"minimum,omitempty"`
	Items    *schema         `json:"items,omitempty"`
}

type body struct {
	Required bool `json:"required,omitempty"`
	Schema   any  `json:"schema"`
}

// parameterSource is a parameter as the document has it.
type parameterSource struct {
	param

	Ref    string            `json:"$ref"`
	Enum   []json.RawMessage `json:"enum"`
	Items  json.RawMessage   `json:"items"`
	Schema json.RawMessage   `json:"schema"`
}

// readSharedParameters reads those that a path has for all of its operations.
func (d *document) readSharedParameters(raw json.RawMessage, place string) ([]parameter, error) {
	if raw == nil {
		return nil, nil
	}
	var list []json.RawMessage
	if err := decode(raw, place+".parameters", &list); err != nil {
		return nil, err
	}
	return d.readList(list, place)
}

func (d *document) readList(list []json.RawMessage, place string) ([]parameter, error) {
	params := make([]parameter, 0, len(list))
	for i, raw := range list {
		at := fmt.Sprintf("%s.parameters[%d]", place, i)
		p, err := d.readParameter(raw, at)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(params, p.same) {
			return nil, wrong(at, "there are two of the name %q in %s", p.Name, p.In)
		}
		params = append(params, *p)
	}
	return params, nil
}

// same tells whether one parameter takes the place of the other. There is only
// one body.
func (p *parameter) same(other parameter) bool {
	return p.In == other.In && (p.Name == other.Name || p.In == "body")
}

func (d *document) readParameter(raw json.RawMessage, place string) (*parameter, error) {
	var source parameterSource
	err := decode(raw, place, &source)
	if err == nil && source.Ref != "" {
		err = follow(source.Ref, place, "#/parameters/", d.top.Parameters, &source)
	}
	if err != nil {
		return nil, err
	}
	p := &parameter{param: source.param}
	switch p.In {
	case "path", "query", "header":
	case "body":
		if source.Schema == nil {
			return nil, wrong(place, "the body has no schema")
		}
		s, err := d.readSchema(source.Schema, place+".schema", 0)
		if err != nil {
			return nil, err
		}
		p.body = &body{Required: p.Required, Schema: s.short()}
		return p, nil
	case "":
		return nil, wrong(place, "it does not say in what it is: path, query, header or body")
	default:
		return nil, wrong(place+".in", "parameters in %q are not supported", p.In)
	}
	if p.In == "path" {
		p.Required = false // it always is, so that this need not be said
	}
	for _, value := range source.Enum {
		p.Enum = append(p.Enum, plain(value))
	}
	if source.Items != nil {
		if p.Items, err = d.readSchema(source.Items, place+".items", 0); err != nil {
			return nil, err
		}
	}
	return p, p.check(place)
}

func (p *param) check(place string) error {
	if p.Name == "" {
		return wrong(place, "it has no name")
	}
	switch p.Type {
	case "string", "number", "integer", "boolean":
	case "array":
		if p.Items == nil {
			return wrong(place, "it is an array that does not say of what")
		}
	default:
		return wrong(place+".type", "%q is no type that is supported", p.Type)
	}
	return checkNumber(p.Minimum, place+".minimum")
}

// plain is a value as it stands in a query.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// readParameters reads the operation's own parameters, adds those of its path
// that it does not have itself, and those that only the path names.
func (d *document) readParameters(op *operation, shared []parameter) error {
	params, err := d.readList(op.Parameters, op.place)
	if err != nil {
		return err
	}
	for _, p := range shared {
		if !slices.ContainsFunc(params, p.same) {
			params = append(params, p)
		}
	}
	for i := range params {
		p := &params[i]
		switch {
		case p.body != nil:
			op.body = p.body
			continue
		case p.In == "path" && !strings.Contains(op.path, "{"+p.Name+"}"):
			return wrong(op.place+".parameters", "the path has no {%s}", p.Name)
		}
		op.params = append(op.params, p.param)
	}
	for segment := range strings.SplitSeq(op.path, "/") {
		name, ok := strings.CutPrefix(segment, "{")
		name = strings.TrimSuffix(name, "}")
		if ok && !slices.ContainsFunc(op.params, func(p param) bool { return p.In == "path" && p.Name == name }) {
			op.params = append(op.params, param{Name: name, In: "path", Type: "string"})
		}
	}
	return nil
}
