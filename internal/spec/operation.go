package spec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one operation of the API.
type Operation struct {
	ID     string // such as "getOauthClient"
	Method string // such as "GET"
	Path   string // with {names} in braces

	rest      string // the undecoded columns
	catalogue *Catalogue
	decoded   atomic.Pointer[detail]
}

// Auth says which token an operation wants.
type Auth uint8

// The kinds of token.
const (
	Token Auth = iota // a platform token
	Open              // none
	Guest             // the token of a guest conversation
)

// Facts is what the catalogue knows of an operation. It is shared and must not
// be changed.
type Facts struct {
	Tags        []string
	Mode        Mode
	Permissions []Permission // in the order of the specification
	// UnknownPermission tells that some permission is needed, and nobody knows
	// which; the mode is None then.
	UnknownPermission bool
	Scopes            []string // any of them suffices; none means any token
	Auth              Auth

	UserContext   bool // refuses client credentials (documents not.a.user)
	ClientContext bool // refuses users (documents not.a.client)

	Status     int // of success
	Deprecated bool
	Preview    bool
	Newer      bool     // known from today's SDKs only, not from the official document
	Consumes   []string // media types of the request
	Produces   []string // media types of the answer

	RequestSchema  string // such as "OAuthClientRequest" or "array<string>"; "" when there is no body
	ResponseSchema string // of the success status

	DivisionAware bool // some permission is on objects that live in divisions
	SCIM          bool // speaks SCIM: see AnswersSCIMError and checkSCIMBody
}

// detail is a decoded operation.
type detail struct {
	Facts
	params  []param
	body    *bodyFacts
	answers map[string]*namedSchema
	errors  []string
	without []string

	requestSchema func() *openapi3.Schema
}

// columns are the undecoded columns after the id, with the overlay's
// replacements.
type columns struct{ permissions, scopes, facts string }

// param is a parameter in path, query or header.
type param struct {
	Name     string          `json:"name"`
	In       string          `json:"in"`
	Type     string          `json:"type"`
	Format   string          `json:"format"`
	Required bool            `json:"required"`
	Enum     []string        `json:"enum"`
	Default  json.RawMessage `json:"default"`
	Minimum  *float64        `json:"minimum"`
	Items    *schemaText     `json:"items"`
}

type bodyFacts struct {
	Required bool         `json:"required"`
	Schema   *namedSchema `json:"schema"`
}

// factsText is the JSON column of an operation.
type factsText struct {
	Tags       []string                `json:"tags"`
	Auth       string                  `json:"auth"`
	Params     []param                 `json:"params"`
	Body       *bodyFacts              `json:"body"`
	Answers    map[string]*namedSchema `json:"answers"`
	Errors     []string                `json:"errors"`
	Without    []string                `json:"without"`
	Consumes   []string                `json:"consumes"`
	Produces   []string                `json:"produces"`
	Deprecated bool                    `json:"deprecated"`
	Preview    bool                    `json:"preview"`
	Newer      bool                    `json:"newer"`
}

// Catalogue is the one that the operation is in.
func (o *Operation) Catalogue() *Catalogue { return o.catalogue }

// Facts returns what the catalogue knows of the operation.
func (o *Operation) Facts() *Facts { return &o.detail().Facts }

func (o *Operation) detail() *detail {
	if d := o.decoded.Load(); d != nil {
		return d
	}
	d, err := o.decode()
	if err != nil {
		// The catalogue is part of the program, and a test decodes all of it.
		panic(fmt.Sprintf("spec: operation %s: %v", o.ID, err))
	}
	o.decoded.CompareAndSwap(nil, d) // whoever came first, so that all see one value
	return o.decoded.Load()
}

func (o *Operation) columns() columns {
	var c columns
	rest := o.rest
	c.permissions, rest, _ = strings.Cut(rest, "\t")
	c.scopes, rest, _ = strings.Cut(rest, "\t")
	c.facts = strings.TrimSuffix(rest, "\n")
	if fix := o.catalogue.overlay.Operations[o.ID]; fix != nil {
		if fix.Permissions != nil {
			c.permissions = *fix.Permissions
		}
		if fix.Scopes != nil {
			c.scopes = *fix.Scopes
		}
	}
	return c
}

func (o *Operation) decode() (*detail, error) {
	c := o.columns()
	fix := o.catalogue.overlay.Operations[o.ID]
	if fix == nil {
		fix = &operationOverlay{}
	}
	facts, err := merge(c.facts, fix.Set)
	if err != nil {
		return nil, err
	}
	var text factsText
	if err := json.Unmarshal([]byte(facts), &text); err != nil {
		return nil, err
	}
	d := &detail{
		params:  replaceParams(text.Params, fix.Params),
		body:    text.Body,
		answers: text.Answers,
		errors:  text.Errors,
		without: text.Without,
	}
	for _, status := range fix.Also {
		if d.answers == nil {
			d.answers = make(map[string]*namedSchema)
		}
		d.answers[strconv.Itoa(status)] = nil
	}
	d.Tags, d.Deprecated, d.Preview, d.Newer = text.Tags, text.Deprecated, text.Preview, text.Newer
	d.Consumes, d.Produces = orJSON(text.Consumes), orJSON(text.Produces)
	d.SCIM = slices.Contains(d.Produces, MediaSCIM)
	d.Scopes = strings.Fields(c.scopes)
	if c.permissions == unknownPermission {
		d.UnknownPermission = true
	} else if d.Mode, d.Permissions, err = parsePermissions(c.permissions); err != nil {
		return nil, err
	}
	if d.Auth, err = parseAuth(text.Auth); err != nil {
		return nil, err
	}
	d.UserContext = slices.Contains(d.errors, "400 not.a.user")
	d.ClientContext = slices.Contains(d.errors, "400 not.a.client")
	d.DivisionAware = slices.ContainsFunc(d.Permissions, func(p Permission) bool {
		return o.catalogue.DivisionAware(p.Domain, p.Entity)
	})
	var answer *namedSchema
	d.Status, answer = successOf(o.Method, d.answers)
	if fix.Status != 0 {
		d.Status, answer = fix.Status, d.answers[strconv.Itoa(fix.Status)]
	}
	d.ResponseSchema = answer.label()
	if d.body != nil {
		d.RequestSchema = d.body.Schema.label()
		d.requestSchema = sync.OnceValue(func() *openapi3.Schema { return o.catalogue.schemas.mustLink(d.body.Schema) })
	}
	return d, nil
}

// replaceParams adds the overlay's parameters, in place of those of the same
// name.
func replaceParams(params, fixes []param) []param {
	for _, fix := range fixes {
		i := slices.IndexFunc(params, func(p param) bool { return p.Name == fix.Name && p.In == fix.In })
		if i >= 0 {
			params[i] = fix
		} else {
			params = append(params, fix)
		}
	}
	return params
}

func orJSON(types []string) []string {
	if len(types) == 0 {
		return []string{"application/json"}
	}
	return types
}

func parseAuth(text string) (Auth, error) {
	switch text {
	case "":
		return Token, nil
	case "open":
		return Open, nil
	case "guest":
		return Guest, nil
	default:
		return 0, fmt.Errorf("auth %q", text)
	}
}

// successOf picks the status of success: the lowest 2xx with a body, never 206;
// else the lowest 2xx. Operations without any answer 204, to HEAD 200.
//
// Guess: 204, since the specification gives these no status at all.
func successOf(method string, answers map[string]*namedSchema) (int, *namedSchema) {
	status, content := 0, (*namedSchema)(nil)
	for text, schema := range answers {
		s, err := strconv.Atoi(text)
		if err != nil || s < 200 || s > 299 || s == http.StatusPartialContent {
			continue
		}
		better := status == 0 || s < status
		if (schema != nil) != (content != nil) {
			better = schema != nil
		}
		if better {
			status, content = s, schema
		}
	}
	switch {
	case status != 0:
		return status, content
	case method == http.MethodHead:
		return http.StatusOK, nil
	default:
		return http.StatusNoContent, nil
	}
}
