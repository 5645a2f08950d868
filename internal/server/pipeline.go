package server

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// maxBody is the largest request body in bytes (facts: oauth.md §8,
// request.bytes.max).
const maxBody = 512000

// exchange is one request to an operation of the API, and its answer.
type exchange struct {
	server   *Server
	echo     echo.Context
	claims   *auth.Claims
	call     *handlers.Call
	op       *handlers.Operation // nil where nothing implements the operation
	decision auth.Decision
	limited  error // the call is one too many; said only after what comes before it
	admitted bool
	result   any
	explain  *auth.Explanation // filled when somebody wants to know
	body     []byte            // as it was sent; nil where it was not read
}

// serve runs the one pipeline that every operation goes through. The order is
// decisions.md 4: the route has been matched; token, scope, permission and user
// context come before validation, that before existence and conflicts.
//
// A request with a body is admitted before the body is read, and once more in
// the transaction that does the work, since anything may have changed between.
// Where its token has just done the same, the first is put off: it is only made up
// for where the body is at fault, since what is wrong with the token is said first.
func (x *exchange) serve(ctx context.Context) error {
	if err := x.authenticate(); err != nil {
		return err
	}
	defer x.countAsUse()
	if x.readsOnly() {
		return x.view(ctx, x.admit, x.validate, x.passed, x.invoke)
	}
	later := x.admissionCanWait(ctx)
	if !later {
		if err := x.admitFirst(ctx); err != nil {
			return err
		}
	}
	err := x.readBody()
	if err == nil {
		err = x.validate(ctx, nil)
	}
	if err != nil {
		if later {
			// A client that hung up in the middle of its body has ended ctx.
			err = cmp.Or(x.admitFirst(context.WithoutCancel(ctx)), err)
		}
		return err
	}
	if err := x.passed(ctx, nil); err != nil {
		return err
	}
	if err := x.prepare(ctx); err != nil {
		return err
	}
	switch {
	case x.op == nil, x.op.Access == handlers.OwnTx:
		return x.invoke(ctx, nil)
	case x.op.Writes(x.call.Operation.Method):
		return x.server.db.Update(ctx, x.org(), func(tx *store.Tx) error {
			return x.inTx(ctx, tx, x.admit, x.invoke)
		})
	default:
		return x.view(ctx, x.admit, x.invoke)
	}
}

// admissionCanWait says whether the token will most likely be admitted, and
// nothing happens before the transaction that sees to it.
func (x *exchange) admissionCanWait(ctx context.Context) bool {
	return x.claims != nil && x.limited == nil && x.claims.PassedBefore(x.call.Operation) &&
		x.op != nil && x.op.Writes(x.call.Operation.Method) && !x.op.Prepares() && !actions.CheckOnly(ctx)
}

// admitFirst admits the request in a transaction of its own.
func (x *exchange) admitFirst(ctx context.Context) error {
	defer func() { x.call.Tx = nil }()
	return x.view(ctx, x.admit)
}

// step is one station of the pipeline. tx is nil outside a transaction.
type step func(ctx context.Context, tx *store.Tx) error

func (x *exchange) view(ctx context.Context, steps ...step) error {
	return x.server.db.View(ctx, x.org(), func(tx *store.Tx) error { return x.inTx(ctx, tx, steps...) })
}

func (x *exchange) inTx(ctx context.Context, tx *store.Tx, steps ...step) error {
	for _, s := range steps {
		if err := s(ctx, tx); err != nil {
			x.explainIn(tx, err)
			return err
		}
	}
	if x.wantsExplanation() {
		x.explainIn(tx, nil)
	}
	return nil
}

func (x *exchange) org() string {
	if x.claims == nil {
		return store.Global
	}
	return x.claims.Org
}

func (x *exchange) readsOnly() bool {
	m := x.call.Operation.Method
	return (m == http.MethodGet || m == http.MethodHead) && (x.op == nil || x.op.Access != handlers.OwnTx)
}

// authenticate checks the token's signature and expiry, and counts the call
// against the token's rate limit, which admit enforces.
func (x *exchange) authenticate() error {
	if x.call.Operation.Facts().Auth != spec.Token {
		return nil
	}
	claims, err := x.server.bearer(x.echo.Request(), &x.decision)
	if err != nil {
		return err
	}
	x.claims = claims
	x.limited = x.server.limits.count(claims.ID, x.server.config.clock.Now(), x.echo.Response().Header())
	return nil
}

// admit looks up whose token it is and whether they may use the operation.
func (x *exchange) admit(ctx context.Context, tx *store.Tx) error {
	x.call.Tx = tx
	if x.claims == nil {
		return nil
	}
	x.decision.Divisions, x.decision.Passed, x.decision.Policies = nil, nil, nil // those of an earlier look
	caller, err := x.server.authority.Caller(tx, x.claims)
	if auth.IsDead(err) {
		x.decision.Reason = err.Error()
		return auth.BadCredentials()
	}
	if err != nil {
		return err
	}
	x.call.Caller, x.decision.Caller = caller, caller
	// What a data action calls in process comes from no address: the real service
	// makes those calls from inside.
	from := x.call.RemoteIP
	if _, inProcess := actions.Sender(ctx); inProcess {
		from = netip.Addr{}
	} else if refusal := x.server.authority.AllowsFrom(caller, from); refusal != nil {
		x.decision.Reason = refusal.Message
		return refusal
	}
	if x.limited != nil {
		return x.limited
	}
	passed, refusal := caller.Authorize(tx, x.call.Operation)
	if refusal != nil {
		return refusal
	}
	x.decision.Passed = slices.Clip(passed) // shared: what is added goes elsewhere
	if x.decision.Policies, err = x.server.authority.CheckPolicies(tx, caller, x.call.Operation, from); err != nil {
		return err
	}
	x.admitted = true
	return nil
}

// countAsUse keeps the token from becoming idle, once for each call that was
// admitted.
func (x *exchange) countAsUse() {
	if x.admitted && !x.call.PreserveIdle {
		x.server.authority.Used(x.call.Caller)
	}
}

// errPassed ends the pipeline of a request that was only to be checked.
var errPassed = errors.New("the request has passed all checks")

// passed stops before the operation where a stub will answer.
func (x *exchange) passed(ctx context.Context, _ *store.Tx) error {
	if actions.CheckOnly(ctx) {
		return errPassed
	}
	return nil
}

// prepare runs what the operation wants done outside of its transaction.
func (x *exchange) prepare(ctx context.Context) error {
	if x.op == nil {
		return nil
	}
	return x.op.Prepare(ctx, x.call, func(ctx context.Context, fn func(*store.Tx) error) error {
		return x.view(ctx, func(_ context.Context, tx *store.Tx) error { return fn(tx) })
	})
}

// readBody reads the whole body, outside of any transaction.
func (x *exchange) readBody() error {
	r := x.echo.Request()
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	body, err := readAll(r)
	switch {
	case err != nil:
		return apierr.New(http.StatusBadRequest, "client.failed.request", "The client did not produce a request with valid end of stream signaling. This can be caused by poor network connection and/or client behavior.")
	case len(body) > maxBody:
		return tooLarge()
	}
	x.body = body
	x.call.Input = &spec.Input{Raw: body}
	return nil
}

// readAll reads a body whose length is announced in one go, and any other up to
// just over the limit.
func readAll(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

func tooLarge() *apierr.Error {
	return apierr.Newf(http.StatusRequestEntityTooLarge, "request.entity.too.large", "The request is over the size limit. Maximum bytes: %d", maxBody)
}

// validate checks path, query and body against the specification.
func (x *exchange) validate(context.Context, *store.Tx) error {
	r := x.echo.Request()
	request := spec.Request{
		PathParam:   x.call.Param,
		Header:      r.Header,
		ContentType: r.Header.Get(echo.HeaderContentType),
	}
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return apierr.BadRequest("The query string could not be read.")
		}
		request.Query = query
	}
	if x.call.Input != nil {
		request.Body = x.call.Input.Raw
	}
	input, refusal := x.call.Operation.Validate(&request)
	if refusal != nil {
		return refusal
	}
	x.call.Input = input
	return nil
}

// invoke runs the operation itself.
func (x *exchange) invoke(ctx context.Context, _ *store.Tx) error {
	if x.op == nil {
		return handlers.NotImplemented(x.call.Operation)
	}
	var err error
	if x.result, err = x.op.Invoke(ctx, x.call); err != nil {
		return err
	}
	return x.followUp()
}

// HeaderExplain asks for an explanation of the decision; HeaderExplanation
// carries it, as JSON.
const (
	HeaderExplain     = "X-Mockcloud-Explain"
	HeaderExplanation = "X-Mockcloud-Explanation"
)

func (x *exchange) wantsExplanation() bool {
	return x.server.wantsExplanation(x.echo.Request())
}

func (s *Server) wantsExplanation(r *http.Request) bool {
	values := r.Header[HeaderExplain]
	return len(values) > 0 && strings.EqualFold(values[0], "true")
}

// explainIn puts the decision in words while the transaction that it was taken
// in is still open: when the client asked for it, and of each refusal, which is
// logged and remembered.
func (x *exchange) explainIn(tx *store.Tx, err error) {
	if err != nil {
		public, _ := handlers.Translate(err)
		x.decision.Outcome = public
		if public.Code == "bad.client.role" {
			x.decision.Reason = public.Message // names the role and the division
		}
		if !x.wantsExplanation() && !isRefusal(public) {
			return
		}
	}
	x.explain = x.decision.Explain(tx)
}

// isRefusal says whether an error is about who may do what here. What a data
// action was refused elsewhere says nothing about its caller.
func isRefusal(e *apierr.Error) bool {
	if actions.Failed(e) {
		return false
	}
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Code == "bad.client.role"
}
