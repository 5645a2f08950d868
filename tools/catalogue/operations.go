package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// facts is the last column of operations.txt.
type facts struct {
	Tags       []string       `json:"tags,omitempty"`
	Auth       string         `json:"auth,omitempty"`
	Params     []param        `json:"params,omitempty"`
	Body       *body          `json:"body,omitempty"`
	Answers    map[string]any `json:"answers"`
	Errors     []string       `json:"errors,omitempty"`
	Without    []string       `json:"without,omitempty"`
	Consumes   []string       `json:"consumes,omitempty"`
	Produces   []string       `json:"produces,omitempty"`
	Deprecated bool           `json:"deprecated,omitempty"`
	Preview    bool           `json:"preview,omitempty"`
}

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

// commonErrors are the statuses that nearly every operation answers with the
// same error schema; an operation lists only what departs from that.
func commonErrors() map[string]bool {
	common := make(map[string]bool)
	for _, status := range []string{"400", "401", "403", "404", "408", "409", "413", "415", "429", "500", "503", "504"} {
		common[status] = true
	}
	return common
}

const errorSchema = "ErrorBody"

// writeOperations renders operations.txt: method, path, id, permissions,
// scopes and the other facts, separated by tabs.
func writeOperations(ops []*operation, errs *errorTexts) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("# method, path, operation id, permission mode and permissions, scopes, other facts\n")
	for _, op := range ops {
		f, err := op.facts(errs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.ID, err)
		}
		line, err := compact(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.ID, err)
		}
		columns := []string{op.method, op.path, op.ID, op.permissions(), strings.Join(op.scopes(), " "), string(line)}
		b.WriteString(strings.Join(columns, "\t"))
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// permissions renders the permission column. The source has one operation with
// a sentence in place of a permission; it is dropped.
func (op *operation) permissions() string {
	if op.Permissions == nil {
		return ""
	}
	column := []string{op.Permissions.Type}
	for _, p := range op.Permissions.Permissions {
		if !strings.ContainsAny(p, " \t") {
			column = append(column, p)
		}
	}
	return strings.Join(column, " ")
}

// oauthScheme is the source's name for platform tokens; every other scheme is
// a token for guests.
const oauthScheme = "PureCloud OAuth"

func (op *operation) scopes() []string {
	var scopes []string
	for _, scheme := range op.Security {
		scopes = append(scopes, scheme[oauthScheme]...)
	}
	return scopes
}

func (op *operation) auth() string {
	if len(op.Security) == 0 {
		return "open"
	}
	for _, scheme := range op.Security {
		if _, ok := scheme[oauthScheme]; ok {
			return ""
		}
	}
	return "guest"
}

func (op *operation) facts(errs *errorTexts) (*facts, error) {
	f := &facts{
		Tags:       op.Tags,
		Auth:       op.auth(),
		Answers:    make(map[string]any),
		Deprecated: op.Deprecated,
		Preview:    op.Preview,
	}
	for _, p := range op.Parameters {
		switch p.In {
		case "body":
			f.Body = &body{Required: p.Required, Schema: p.Schema.short()}
		case "path", "query", "header":
			f.Params = append(f.Params, param{
				Name: p.Name, In: p.In, Type: p.Type, Format: p.Format,
				Required: p.Required && p.In != "path", // a path parameter is always required
				Enum:     p.Enum, Default: p.Default, Multi: p.CollectionFormat, Minimum: p.Minimum, Items: p.Items,
			})
		default:
			return nil, fmt.Errorf("parameter %s in %s", p.Name, p.In)
		}
	}
	if onlyJSON := []string{"application/json"}; !slices.Equal(op.Produces, onlyJSON) {
		f.Produces = op.Produces
	}
	if len(op.Consumes) > 0 {
		f.Consumes = op.Consumes
	}
	common := commonErrors()
	for status, r := range op.Responses {
		if common[status] && r.Schema != nil && r.Schema.Ref == errorSchema {
			delete(common, status)
			continue
		}
		f.Answers[status] = r.Schema.short()
	}
	for status := range common {
		if _, listed := f.Answers[status]; !listed {
			return nil, fmt.Errorf("answer %s is missing", status)
		}
	}
	f.Errors, f.Without = errs.references(op)
	return f, nil
}

// short is the schema as the catalogue refers to it: the bare name of a named
// schema, the schema itself when it has no name, nil for no content.
func (s *schema) short() any {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		return string(s.Ref)
	default:
		return s
	}
}

// writeSchemas renders schemas.txt: name and schema, separated by a tab.
func writeSchemas(definitions map[string]*schema) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("# schema name, schema; \"$ref\" holds the bare name of another schema\n")
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		line, err := compact(definitions[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b.WriteString(name)
		b.WriteByte('\t')
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// compact encodes without escaping what HTML would need escaped.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
