package spec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// documentOp is an operation of a document. What OpenAPI has no word for stands
// in extensions of mockcloud's own.
type documentOp struct {
	OperationID string                     `json:"operationId"`
	Tags        []string                   `json:"tags,omitempty"`
	Summary     string                     `json:"summary"`
	Deprecated  bool                       `json:"deprecated,omitempty"`
	Security    []map[string][]string      `json:"security,omitzero"` // empty means none; nil that of the document
	Parameters  []documentParam            `json:"parameters,omitempty"`
	RequestBody *documentBody              `json:"requestBody,omitempty"`
	Responses   map[string]*documentAnswer `json:"responses"`

	Permissions *documentPermissions `json:"x-mockcloud-permissions,omitempty"`
	Scopes      []string             `json:"x-mockcloud-scopes,omitempty"`
	UnknownOne  bool                 `json:"x-mockcloud-permission-unknown,omitempty"`
	Preview     bool                 `json:"x-mockcloud-preview,omitempty"`
	Newer       bool                 `json:"x-mockcloud-newer,omitempty"`  // than the official document
	Errors      []string             `json:"x-mockcloud-errors,omitempty"` // beside those that every operation has
}

type documentPermissions struct {
	Mode        string   `json:"mode"` // ANY or ALL
	Permissions []string `json:"permissions"`
}

type documentParam struct {
	Name     string          `json:"name"`
	In       string          `json:"in"`
	Required bool            `json:"required,omitempty"`
	Schema   *documentSchema `json:"schema"`
}

type documentBody struct {
	Required bool                     `json:"required,omitempty"`
	Content  map[string]documentMedia `json:"content"`
}

type documentMedia struct {
	Schema  *documentSchema `json:"schema,omitempty"`
	Example any             `json:"example,omitempty"`
}

type documentAnswer struct {
	Ref         string                   `json:"$ref,omitempty"`
	Description string                   `json:"description,omitempty"`
	Content     map[string]documentMedia `json:"content,omitempty"`
}

// documentOperation describes an operation at a path of the shape of its own.
func documentOperation(o *Operation, path string, components *components) *documentOp {
	d := o.glance()
	op := &documentOp{
		OperationID: o.ID, Tags: d.Tags, Summary: summaryOf(o), Deprecated: d.Deprecated, Preview: d.Preview,
		UnknownOne: d.UnknownPermission, Newer: d.Newer,
		Scopes: d.Scopes, Responses: documentAnswers(o, d, components), Parameters: documentParams(o, d, path, components),
	}
	switch d.Auth {
	case Open:
		op.Security = []map[string][]string{}
	case Guest:
		op.Security = []map[string][]string{{"guest": {}}}
	}
	if d.Mode != None {
		op.Permissions = &documentPermissions{Mode: d.Mode.String()}
		for _, p := range d.Permissions {
			op.Permissions.Permissions = append(op.Permissions.Permissions, p.String())
		}
	}
	if d.body != nil {
		op.RequestBody = &documentBody{Required: d.body.Required, Content: contentOf(d.Consumes, d.body.Schema, components, true)}
	}
	for _, key := range d.errors {
		key, _, _ = strings.Cut(key, "#")
		if !slices.Contains(op.Errors, key) {
			op.Errors = append(op.Errors, key)
		}
	}
	return op
}

func contentOf(types []string, schema *namedSchema, components *components, request bool) map[string]documentMedia {
	example := components.example(schema, request)
	content := make(map[string]documentMedia, len(types))
	for _, media := range types {
		content[media] = documentMedia{Schema: components.body(schema), Example: example}
	}
	return content
}

// documentAnswers describes what the operation answers: the statuses that the
// catalogue lists, that of success in any case, and errors.
func documentAnswers(o *Operation, d *detail, components *components) map[string]*documentAnswer {
	answers := make(map[string]*documentAnswer, len(d.answers)+2)
	describe := func(status string, schema *namedSchema) {
		answer := &documentAnswer{Description: "An answer."}
		if code, err := strconv.Atoi(status); err == nil {
			answer.Description = cmp.Or(http.StatusText(code), answer.Description) + "."
		}
		if schema != nil && o.Method != http.MethodHead {
			answer.Content = contentOf(d.Produces, schema, components, false)
		}
		answers[status] = answer
	}
	for status, schema := range d.answers {
		describe(status, schema)
	}
	if success := strconv.Itoa(d.Status); answers[success] == nil {
		describe(success, nil)
	}
	if answers["default"] == nil {
		answers["default"] = &documentAnswer{Ref: "#/components/responses/Error"}
		if d.SCIM {
			answers["default"].Ref = "#/components/responses/ScimError"
		}
	}
	return answers
}

// documentParams describes the parameters, with those in the path named as the
// path has them.
func documentParams(o *Operation, d *detail, path string, components *components) []documentParam {
	own, shown := namesInPath(o.Path), namesInPath(path)
	var params []documentParam
	for i := range d.params {
		p := &d.params[i]
		described := documentParam{Name: p.Name, In: p.In, Required: p.Required || p.In == "path", Schema: paramSchema(p, components)}
		if at := slices.Index(own, p.Name); p.In == "path" && at >= 0 {
			described.Name = shown[at]
		}
		params = append(params, described)
	}
	return params
}

func paramSchema(p *param, components *components) *documentSchema {
	if p.Type == "array" {
		s := &documentSchema{Type: "array", Items: &documentSchema{Type: "string"}}
		if p.Items != nil {
			s.Items = components.element(p.Items)
		}
		return s
	}
	s := &documentSchema{Type: p.Type, Format: p.Format, Minimum: p.Minimum}
	if p.Type == "string" {
		for _, value := range p.Enum {
			s.Enum = append(s.Enum, value)
		}
	}
	if fitsParam(p) {
		s.Default = p.Default
	}
	return s
}

// fitsParam says whether a default can be sent: some of the specification's lie
// outside of their own enum (decisions.md 1), and clients that fill defaults in
// would be refused.
func fitsParam(p *param) bool {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(p.Default))
	if len(p.Default) == 0 || decoder.Decode(&value) != nil {
		return false
	}
	switch value := value.(type) {
	case string:
		return p.Type == "string" && value != "" && (len(p.Enum) == 0 || slices.Contains(p.Enum, value))
	case bool:
		return p.Type == "boolean"
	case float64:
		return p.Type == "number" || (p.Type == "integer" && value == float64(int64(value)))
	default:
		return false
	}
}
