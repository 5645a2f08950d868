package actions

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/velocity"
)

// program is an action ready to run. It is never changed.
type program struct {
	action    *Action
	input     *contract.Schema
	success   *contract.Schema
	url       *velocity.Template
	headers   []header
	body      *velocity.Template
	variables []variable
	result    *velocity.Template
}

type header struct {
	name     string
	template *velocity.Template
}

// variable is an entry of the translation map.
type variable struct {
	name     string
	path     *jsonpath.Path
	standard *string // stands in for what is not found; nil for nothing
}

// requestTypes are the methods that an action can have (Terraform's schema).
var requestTypes = []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete}

// compiler collects what is wrong with an action.
type compiler struct{ problems []*apierr.Error }

// compile makes an action ready to run, or lists what is wrong with it, in the
// order in which it would run.
func compile(a *Action, kind string) (*program, []*apierr.Error) {
	c := &compiler{}
	p := &program{action: a}
	if c.sizes(a); len(c.problems) > 0 {
		return nil, c.problems
	}
	var err error
	if p.input, err = contract.Input(a.Input); err != nil {
		c.add("invalid.schema", "contract.input.inputSchema", err.Error())
	}
	if p.success, err = contract.Output(a.Success); err != nil {
		c.add("invalid.schema", "contract.output.successSchema", err.Error())
	}
	c.request(p, &a.Config, kind)
	c.function(a, kind)
	c.response(p, &a.Config.Response)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return p, nil
}

// Limits of a definition. No real one comes near them; what is over them could
// take a run all memory or seconds of work.
const (
	maxSource    = 100_000 // bytes of a template or a schema; package jsonpath bounds paths
	maxHeaders   = 100
	maxVariables = 500
)

// sizes refuses what is too large.
func (c *compiler) sizes(a *Action) {
	r := &a.Config.Request
	long := func(field, text string) {
		if len(text) > maxSource {
			code := "bad.request"
			if strings.HasPrefix(field, "contract.") {
				code = "invalid.schema"
			}
			c.add(code, field, fmt.Sprintf("The %s has %d bytes; it can have %d at most.", field, len(text), maxSource))
		}
	}
	long("contract.input.inputSchema", string(a.Input))
	long("contract.output.successSchema", string(a.Success))
	long("config.request.requestUrlTemplate", r.URLTemplate)
	long("config.request.requestTemplate", r.Template)
	long("config.response.successTemplate", a.Config.Response.SuccessTemplate)
	if len(r.Headers) > maxHeaders {
		c.add("bad.request", "config.request.headers", fmt.Sprintf("An action can have %d headers at most.", maxHeaders))
	}
	if len(a.Config.Response.TranslationMap) > maxVariables {
		c.add("bad.request", "config.response.translationMap", fmt.Sprintf("A translation map can have %d entries at most.", maxVariables))
	}
	seen := make(map[string]bool, len(r.Headers))
	for _, name := range names(r.Headers) {
		long("config.request.headers."+name, r.Headers[name])
		if seen[strings.ToLower(name)] {
			c.add("bad.request", "config.request.headers."+name, "The header ["+shorten(name)+"] is there twice.")
		}
		seen[strings.ToLower(name)] = true
	}
}

func (c *compiler) add(code, field, message string) {
	e := apierr.New(http.StatusBadRequest, code, message)
	e.Details = []apierr.Detail{{ErrorCode: processing, FieldName: field}}
	e.MessageParams = map[string]string{}
	c.problems = append(c.problems, e)
}

// template parses a template, which messages call by its name.
func (c *compiler) template(place, name, source string) *velocity.Template {
	t, err := velocity.Parse(name, source)
	if err != nil {
		c.add("bad.request", place+name, fmt.Sprintf("The template '%s' could not be parsed due to error:'%s'\n Template:'%s'.", name, err, source))
	}
	return t
}

func (c *compiler) request(p *program, config *Config, kind string) {
	r := &config.Request
	if config.TimeoutSeconds != 0 && p.action.IsAuth() {
		c.add("bad.request", "config.timeoutSeconds", "An action that logs in for others has no timeout of its own.")
	}
	if t := config.TimeoutSeconds; t != 0 && (t < minTimeoutSeconds || t > maxTimeoutSeconds) {
		c.add("bad.request", "config.timeoutSeconds", fmt.Sprintf("The timeout has %d to %d seconds.", minTimeoutSeconds, maxTimeoutSeconds))
	}
	if !slices.Contains(requestTypes, r.Type) {
		c.add("bad.request", "config.request.requestType", "The request type is one of "+strings.Join(requestTypes, ", ")+".")
	}
	switch url := strings.TrimSpace(r.URLTemplate); {
	case url == "":
		c.add("bad.request", "config.request.requestUrlTemplate", "The action has no request URL template.")
	case kind == integration.Platform && !strings.HasPrefix(url, "/api/") && !strings.HasPrefix(url, "http") && !strings.ContainsAny(url[:1], "$#"):
		c.add("bad.request", "config.request.requestUrlTemplate", "The request URL template of a Genesys Cloud data action begins with /api/.")
	}
	p.url = c.template("config.request.", "requestUrlTemplate", r.URLTemplate)
	for _, name := range names(r.Headers) {
		c.header(p, name, r.Headers[name])
	}
	p.body = c.template("config.request.", "requestTemplate", r.Template)
}

func (c *compiler) header(p *program, name, value string) {
	field := "config.request.headers." + name
	switch {
	case !outbound.IsToken(name):
		c.add("bad.request", field, "["+shorten(name)+"] is not the name of a header.")
		return
	case strings.EqualFold(name, "Accept") && !strings.ContainsAny(value, "$#") && !acceptsJSON(value):
		c.add("invalid.schema", field, notJSONAccepted)
	}
	if t := c.template("config.request.headers.", name, value); t != nil {
		p.headers = append(p.headers, header{name, t})
	}
}

// notJSONAccepted is a message of the API (the help article on request
// configuration).
const notJSONAccepted = "The 'Accept' header only supports json content types when specified"

// acceptsJSON says whether the value of an Accept header asks for JSON alone.
func acceptsJSON(value string) bool {
	for part := range strings.SplitSeq(value, ",") {
		media, _, err := mime.ParseMediaType(part)
		if err != nil || (!strings.HasSuffix(media, "/json") && !strings.HasSuffix(media, "+json")) {
			return false
		}
	}
	return true
}

func (c *compiler) response(p *program, r *Response) {
	for _, name := range names(r.TranslationMap) {
		path, err := jsonpath.Compile(r.TranslationMap[name])
		if err != nil {
			c.add("bad.request", "config.response.translationMap."+name, err.Error())
			continue
		}
		v := variable{name: name, path: path}
		if standard, ok := r.TranslationMapDefaults[name]; ok {
			v.standard = &standard
		}
		p.variables = append(p.variables, v)
	}
	p.result = c.template("config.response.", "successTemplate", r.SuccessTemplate)
}
