package actions

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/velocity"
)

// runner is one run on its way through the steps.
type runner struct {
	engine     *Engine
	run        Run
	subject    *subject
	mask       *integration.Mask
	step       int
	operations []Operation
	deadline   time.Time // of everything that the action waits for; real time

	input    map[string]any // what ${input} is
	context  velocity.Context
	call     call
	document *jsonpath.Value // the answer
	refused  []byte          // the answer where it is no success; nil before there is one
	login    login
	loginKey loginKey
}

// run takes the steps one by one. The first failure ends it.
func (e *Engine) run(ctx context.Context, run Run, s *subject) *Outcome {
	r := &runner{engine: e, run: run, subject: s, mask: integration.NewMask(s.credential.Secrets())}
	started := time.Now()
	outcome := r.steps(ctx)
	r.log(ctx, outcome, time.Since(started))
	return outcome
}

func (r *runner) steps(ctx context.Context) *Outcome {
	if failed := r.readInput(); failed != nil {
		return failed
	}
	ctx, cancel := r.limit(ctx)
	defer cancel()
	if failed := r.authenticate(ctx); failed != nil {
		return failed
	}
	if failed := r.resolve(ctx); failed != nil {
		return failed
	}
	body, failed := r.execute(ctx)
	if failed != nil {
		return failed
	}
	return r.transform(ctx, body)
}

// readInput takes the steps before the log-in: is it flat JSON, is the action
// one that can run, and do they fit each other?
func (r *runner) readInput() *Outcome {
	input, raw, ok := readInput(r.run.Input)
	if !ok {
		return r.failed(stepSimple, failure(http.StatusBadRequest, "bad.request",
			"The request body must be a flat JSON object: key-value pairs without objects or arrays inside.", processing))
	}
	r.done(stepSimple, text(r.run.Input))
	definition := stepAction
	if r.run.Draft {
		definition = stepDraft
	}
	if len(r.subject.problems) > 0 {
		problem := *r.subject.problems[0] // shared by all runs
		return r.failed(definition, &problem)
	}
	r.done(definition, nil)
	if err := r.subject.program.input.Check(input); err != nil {
		return r.failed(stepInput, invalidSchema(err.Error()))
	}
	r.done(stepInput, nil)
	r.input = input
	r.input["rawRequest"] = raw
	return nil
}

// limit sets the deadline of the action.
func (r *runner) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	seconds := r.subject.action.Config.TimeoutSeconds
	if seconds == 0 {
		seconds = maxTimeoutSeconds
	}
	r.deadline = time.Now().Add(time.Duration(seconds) * time.Second)
	return context.WithDeadlineCause(ctx, r.deadline, outbound.ErrTimeout)
}

// authenticate makes what the templates know of the credential, and logs in
// where the integration does.
func (r *runner) authenticate(ctx context.Context) *Outcome {
	r.context = velocity.Context{"input": r.input}
	if c := r.subject.credential; c != nil {
		r.context["credentials"] = fields(c.Fields)
	} else {
		r.context["credentials"] = map[string]any{}
	}
	if slot := r.subject.missing; slot != "" {
		return r.failed(stepAuth, invalidCredentials("The credential "+slot+" is missing. ["+r.run.ContextID+"]"))
	}
	if e := r.logIn(ctx, false); e != nil {
		return r.failed(stepAuth, e)
	}
	r.done(stepAuth, nil)
	return nil
}

func fields(of map[string]string) map[string]any {
	out := make(map[string]any, len(of))
	for name, value := range of {
		out[name] = value
	}
	return out
}

// resolve fills in the templates of the request.
func (r *runner) resolve(ctx context.Context) *Outcome {
	p := r.subject.program
	config := &p.action.Config.Request
	r.call = call{method: config.Type, header: make(http.Header, len(p.headers)+2)}
	var err error
	if r.call.url, err = p.url.Render(r.context); err != nil {
		return r.failed(stepURL, invalidSubstitution("requestUrlTemplate", config.URLTemplate, err))
	}
	r.call.url = strings.TrimSpace(r.call.url)
	r.done(stepURL, r.call.url)
	shown := make(map[string]string, len(p.headers))
	total := 0
	for _, h := range p.headers {
		if late := r.late(ctx, stepHeaders); late != nil {
			return late
		}
		value, err := h.template.Render(r.context)
		if err != nil {
			return r.failed(stepHeaders, invalidSubstitution(h.name, config.Headers[h.name], err))
		}
		value = strings.TrimSpace(value)
		if total += len(value); total > maxHeaderBytes {
			return r.failed(stepHeaders, failure(http.StatusBadRequest, "bad.request", fmt.Sprintf("The headers have more than %d bytes.", maxHeaderBytes), processing))
		}
		if strings.EqualFold(h.name, "Accept") && !acceptsJSON(value) {
			return r.failed(stepHeaders, invalidSchema(notJSONAccepted))
		}
		r.call.header[http.CanonicalHeaderKey(h.name)] = []string{value}
		if shown[h.name] = value; isSecretName(h.name) {
			shown[h.name] = integration.Redacted
		}
	}
	r.done(stepHeaders, shown)
	if r.call.method == http.MethodGet { // has no body, whatever the template says
		r.done(stepBody, nil)
		return nil
	}
	if late := r.late(ctx, stepBody); late != nil {
		return late
	}
	body, err := p.body.Render(r.context)
	if err != nil {
		return r.failed(stepBody, invalidSubstitution("requestTemplate", config.Template, err))
	}
	r.call.body = []byte(body)
	r.done(stepBody, body)
	return nil
}

// late ends a run whose time is over: what it does itself counts as much as what
// it waits for.
func (r *runner) late(ctx context.Context, step string) *Outcome {
	if ctx.Err() == nil {
		return nil
	}
	return r.failed(step, unanswered(context.Cause(ctx), r.run.ContextID))
}

// Limits of what a run makes, in bytes.
const (
	maxHeaderBytes   = 64 << 10 // of all headers
	maxVariableBytes = 8 << 20  // of the translation map
)

// transform makes the output of the answer.
func (r *runner) transform(ctx context.Context, body []byte) *Outcome {
	p := r.subject.program
	known := velocity.Context{"rawResult": string(body)}
	variables, err := r.variables(ctx)
	if late := r.late(ctx, stepVariables); late != nil {
		return late
	}
	if err != nil {
		return r.failed(stepVariables, failure(http.StatusBadRequest, "bad.request", err.Error(), processing))
	}
	for name, value := range variables {
		known[name] = value
	}
	r.done(stepVariables, variables)
	source := p.action.Config.Response.SuccessTemplate
	rendered, err := p.result.Render(known)
	if err != nil {
		return r.failed(stepTransform, transformFailed(source, err.Error()))
	}
	result, err := jsonpath.Parse([]byte(rendered))
	if err != nil {
		return r.failed(stepTransform, transformFailed(source, "The result is not valid JSON: "+err.Error()))
	}
	r.done(stepTransform, text(rendered))
	value, err := contract.Decode([]byte(rendered))
	if err == nil {
		err = p.success.Check(value)
	}
	if err != nil {
		return r.failed(stepOutput, invalidSchema(err.Error()))
	}
	r.done(stepOutput, nil)
	if r.run.Flatten {
		if result, err = flatten(result, p.arrays()); err != nil {
			return r.failed(stepFlatten, failure(http.StatusBadRequest, "bad.request", "The output could not be flattened: "+err.Error()+".", processing))
		}
		r.done(stepFlatten, text(result.AppendJSON(nil)))
	}
	final := result.AppendJSON(nil)
	if r.run.Test {
		final = r.mask.JSON(final)
	}
	return &Outcome{Operations: r.operations, Result: final}
}

// variables are the entries of the translation map: the JSON text of what a path
// finds, what stands in for it, or nothing.
func (r *runner) variables(ctx context.Context) (map[string]string, error) {
	p := r.subject.program
	found := make(map[string]string, len(p.variables))
	total := 0
	for _, v := range p.variables {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		match, ok, err := v.path.Find(r.document)
		switch {
		case err != nil:
			return nil, err
		case ok:
			found[v.name] = match.String()
		case v.standard != nil:
			found[v.name] = *v.standard
		}
		if total += len(found[v.name]); total > maxVariableBytes {
			return nil, fmt.Errorf("the translation map finds more than %d bytes", maxVariableBytes)
		}
	}
	return found, nil
}

// readInput reads the input of a run, which must be one flat object. Nulls count
// as absent. raw is the object without them, its keys in order and its numbers as
// they were written.
func readInput(body []byte) (input map[string]any, raw string, ok bool) {
	document, err := jsonpath.Parse(body)
	if err != nil || document.Kind() != jsonpath.Object {
		return nil, "", false
	}
	input = make(map[string]any, document.Len()+1)
	kept := jsonpath.NewObject()
	for name, v := range document.All() {
		switch v.Kind() {
		case jsonpath.Null:
			continue
		case jsonpath.String:
			input[name] = v.Text()
		case jsonpath.Number:
			input[name] = json.Number(v.Text())
		case jsonpath.Bool:
			input[name] = v.Bool()
		default:
			return nil, "", false
		}
		kept.Add(name, v)
	}
	return input, kept.String(), true
}

// log writes a line about the run under the action's name.
func (r *runner) log(ctx context.Context, o *Outcome, took time.Duration) {
	mode := "execute"
	if r.run.Test {
		mode = "test"
	}
	attrs := []any{
		"action", r.subject.action.Name, "id", r.subject.action.ID, "mode", mode,
		"correlation", r.run.ContextID, "took", took.Round(time.Microsecond),
	}
	if r.call.url != "" {
		attrs = append(attrs, "method", r.call.method, "url", r.mask.Text(withoutQuery(r.call.url)))
	}
	if r.call.status != 0 {
		attrs = append(attrs, "answered", r.call.status)
	}
	if r.call.stub != "" {
		attrs = append(attrs, "stub", r.call.stub)
	}
	if o.Error != nil {
		attrs = append(attrs, "status", o.Error.Status, "code", o.Error.Code)
		for _, d := range o.Error.Details {
			attrs = append(attrs, "detail", d.ErrorCode)
		}
		if o.Error.Code != "invalid.schema" { // which speaks of values
			attrs = append(attrs, "message", firstLine(o.Error.Message))
		}
	}
	r.engine.Logger.InfoContext(ctx, "data action", attrs...)
}

// firstLine leaves the template out of a message.
func firstLine(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	if r := []rune(line); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return line
}

// withoutQuery keeps out of the log what may be personal.
func withoutQuery(url string) string {
	path, _, _ := strings.Cut(url, "?")
	return path
}

// isBlank says whether an answer has no content at all.
func isBlank(body []byte) bool { return len(bytes.TrimSpace(body)) == 0 }
