package actions

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/internal/outbound"
)

// call is the request of an action, and what became of it.
type call struct {
	method, url string
	header      http.Header // as the action has it, without authentication
	body        []byte
	status      int    // of the answer; 0 before there is one
	stub        string // the id of the stub that answered; "" for none
}

// What a request has unless the action says otherwise (the headers of published
// exports).
const (
	userAgent   = "PureCloudIntegrations/1.0"
	contentType = "application/json"
)

// execute makes the call and returns the body of the answer, which is JSON.
// Where a log-in from the cache is refused, it logs in anew and tries once more.
func (r *runner) execute(ctx context.Context) ([]byte, *Outcome) {
	answer, err := r.send(ctx)
	if err == nil && answer.Status == http.StatusUnauthorized && r.cachedLogIn() {
		if e := r.logIn(ctx, true); e != nil {
			return nil, r.failed(stepExecute, e)
		}
		if failed := r.again(ctx); failed != nil {
			return nil, failed
		}
		answer, err = r.send(ctx)
	}
	if err != nil {
		if refusal, ok := errors.AsType[*apierr.Error](err); ok {
			return nil, r.failed(stepExecute, refusal)
		}
		return nil, r.failed(stepExecute, unanswered(r.withHint(ctx, err), r.run.ContextID))
	}
	r.call.status = answer.Status
	if answer.Status < 200 || answer.Status > 299 {
		if r.subject.action.IsAuth() {
			r.learnRefusal(answer.Body)
		}
		r.refused = append([]byte{}, answer.Body...)
		r.forgetLogIn()
		e := answered(answer.Status)
		// What this server does not implement is nothing that the test mode alone
		// should tell.
		tell := r.run.Test || answer.Status == http.StatusNotImplemented
		return nil, r.failed(stepExecute, saying(e, r.mask.Body(answer.Body), tell, r.run.ContextID))
	}
	body := answer.Body
	if isBlank(body) {
		body = []byte("{}") // so that ${rawResult} stands for something
	}
	document, err := jsonpath.Parse(body)
	if err != nil {
		shown := r.mask.Body(answer.Body)
		if r.subject.action.IsAuth() { // may be a token in a form of its own
			shown = []byte(integration.Redacted)
		}
		return nil, r.failed(stepExecute, saying(answered(http.StatusBadRequest), shown, r.run.Test, r.run.ContextID))
	}
	if r.subject.action.IsAuth() {
		r.learn(document)
	}
	r.document = document
	r.done(stepExecute, text(body))
	return body, nil
}

// withHint adds to the reason for a call that nobody answered which stub nearly
// did.
func (r *runner) withHint(ctx context.Context, err error) error {
	if hint := r.nearStub(ctx, r.call.url); hint != "" {
		return fmt.Errorf("%w %s", err, hint)
	}
	return err
}

// again fills in the templates once more where they may hold what a log-in
// answered.
func (r *runner) again(ctx context.Context) *Outcome {
	if r.subject.auth == nil {
		return nil
	}
	quiet := *r
	quiet.run.Test = false // these steps have been told
	if failed := quiet.resolve(ctx); failed != nil {
		return r.failed(stepExecute, failed.Error)
	}
	r.call = quiet.call
	return nil
}

// send makes the call once: a stub answers, or this server in process, or
// another one.
func (r *runner) send(ctx context.Context) (*outbound.Response, error) {
	target, err := r.target()
	if err != nil {
		return nil, err
	}
	stub, err := r.findStub(ctx, target)
	if err != nil {
		return nil, err
	}
	if r.subject.kind == integration.Platform {
		return r.sendToPlatform(ctx, target, stub)
	}
	if r.subject.kind == integration.Function {
		return r.invoke(ctx, stub)
	}
	if stub != nil {
		return r.answerBy(ctx, stub)
	}
	switch r.subject.kind {
	case integration.Web:
		return r.engine.Outbound.Do(ctx, outbound.Request{
			Method: r.call.method, URL: target, Header: r.headers(), Body: r.call.body,
			Timeout: time.Until(r.deadline), Depth: nesting(ctx),
		})
	default:
		return nil, r.noStub(ctx, target)
	}
}

// target is what the call goes to, as stubs and the network know it.
func (r *runner) target() (string, error) {
	switch url := r.call.url; r.subject.kind {
	case integration.Platform:
		return r.engine.platformPath(url)
	case integration.Web:
		if !isWebAddress(url) {
			return "", badTarget("The request URL of a web services data action is absolute: it begins with https:// or http://.")
		}
		return url, checkBlanks(url)
	case integration.Stub:
		return r.vendorTarget(url)
	default:
		return url, nil
	}
}

func (r *runner) answerBy(ctx context.Context, stub *outbound.Stub) (*outbound.Response, error) {
	r.call.stub = stub.ID
	return r.engine.Outbound.Answer(ctx, stub, time.Until(r.deadline))
}

// sendToPlatform calls this server in process. Where a stub is to answer, the
// call is checked all the same: token, permission and body must be right. What
// the catalogue does not have only the stub knows.
func (r *runner) sendToPlatform(ctx context.Context, target string, stub *outbound.Stub) (*outbound.Response, error) {
	called := ctx
	if stub != nil {
		called = context.WithValue(ctx, checkKey{}, true)
	}
	answer, err := r.engine.serve(called, r.call.method, target, r.headers(), r.call.body)
	if err == nil && context.Cause(ctx) != nil {
		err = context.Cause(ctx) // too late
	}
	if err != nil || stub == nil {
		return answer, err
	}
	unknown := answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed
	if unknown || answer.Header.Get(HeaderPassed) != "" {
		return r.answerBy(ctx, stub)
	}
	return answer, nil
}

// headers are the action's, and what it leaves to the service.
func (r *runner) headers() http.Header {
	h := r.call.header.Clone()
	if own := r.authorization(); own != "" { // goes with every call, whatever the action says
		h.Set("Authorization", own)
	}
	r.hideHeaders(h)
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", userAgent)
	}
	if len(r.call.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentType)
	}
	if h.Get("Accept") == "" {
		h.Set("Accept", "application/json")
	}
	h.Del("Transfer-Encoding") // asks for a Content-Length, which there is anyhow
	return h
}

// hideHeaders keeps what authenticates out of everything that people see: the
// other side may send it back.
func (r *runner) hideHeaders(h http.Header) {
	for name, values := range h {
		if !isSecretName(name) {
			continue
		}
		for _, value := range values {
			r.mask.Add(value)
			for part := range strings.FieldsSeq(value) { // behind a scheme, or one of several cookies
				_, credential, found := strings.Cut(strings.TrimSuffix(part, ";"), "=")
				if !found || credential == "" { // base64 may end with =
					credential = part
				}
				if len(credential) >= integration.ShortSecret {
					r.mask.Add(credential)
				}
			}
		}
	}
}

// platformPath is the part of a Genesys Cloud data action's URL that this server
// routes by. An absolute URL must lead to this server.
func (e *Engine) platformPath(target string) (string, error) {
	if err := checkBlanks(target); err != nil {
		return "", err
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", badTarget("The request URL cannot be read.")
	}
	if u.IsAbs() {
		if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || !e.OwnURL(target) {
			return "", badTarget("A Genesys Cloud data action calls the Platform API only: its URL begins with /api/.")
		}
		u.Scheme, u.Host = "", ""
	}
	if !strings.HasPrefix(u.Path, "/api/") || strings.Contains(u.Path+"/", "/../") || u.Host != "" || u.Fragment != "" {
		return "", badTarget("The request URL of a Genesys Cloud data action begins with /api/.")
	}
	return u.String(), nil
}

func badTarget(reason string) error {
	return failure(http.StatusBadRequest, "bad.request", reason, processing)
}

// checkBlanks refuses a URL that no service would take.
func checkBlanks(target string) error {
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return badTarget("The request URL must not hold blanks or control characters: encode them with $esc.uriEncode or $esc.url.")
	}
	return nil
}

// serve hands a request to this server and collects the answer.
func (e *Engine) serve(ctx context.Context, method, target string, header http.Header, body []byte) (*outbound.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("the request cannot be made: %w", err)
	}
	request.Host = "localhost"
	request.RequestURI = target
	request.Header = header
	answer := &recorder{header: make(http.Header)}
	e.Platform.ServeHTTP(answer, request)
	if answer.overflow {
		return nil, outbound.ErrTooLarge
	}
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	return &outbound.Response{Status: answer.status, Header: answer.header, Body: answer.body}, nil
}

// recorder keeps an answer, as far as actions may read it.
type recorder struct {
	header   http.Header
	status   int
	body     []byte
	overflow bool
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if len(w.body)+len(p) > outbound.MaxResponse {
		w.overflow = true
		return len(p), nil
	}
	w.body = append(w.body, p...)
	return len(p), nil
}
