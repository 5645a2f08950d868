// Package handlers is the contract between the pipeline and the API families:
// an operation is a function from typed input to typed output. It binds the
// input, encodes the output and translates errors. Everything that happens
// before the function (matching, tokens, permissions, validation, the
// transaction) is the pipeline's, in package server.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Env is what operations share: the catalogue, time, chance and the switches of
// this server. It is read-only.
type Env struct {
	Catalogue *spec.Catalogue
	Authority *auth.Authority
	Clock     clock.Clock
	NewID     func() string
	Random    io.Reader
	GrantRule identity.GrantRule
}

// Call is one request on its way through an operation. It belongs to one
// goroutine.
type Call struct {
	*Env
	Operation *spec.Operation
	Caller    *auth.Caller // nil for operations that need no token
	Tx        *store.Tx    // nil outside of a transaction: in operations registered with OwnTx and in functions registered with Before
	Input     *spec.Input
	Path      string      // as the client sees it, without gateway prefixes
	RawQuery  string      // as received
	RemoteIP  netip.Addr  // the other end of the connection, see RemoteIP
	Host      string      // that the request names
	Header    http.Header // of the request, not to be changed

	CorrelationID string // under which the request can be found in the log

	Decision *auth.Decision // what has been looked at so far

	// Prepared is what the function that Before registered leaves for the
	// operation itself; nil where there is none.
	Prepared any
	// PreserveIdle is set by an operation whose call shall not count as use of
	// the token.
	PreserveIdle bool

	now   time.Time // zero until somebody asks
	param func(string) string
	view  func(context.Context, func(*store.Tx) error) error
}

// NewCall returns a call of an operation. param gives its path parameters,
// unescaped.
func NewCall(env *Env, op *spec.Operation, param func(string) string) *Call {
	return &Call{Env: env, Operation: op, param: param}
}

// Param is a path parameter.
func (c *Call) Param(name string) string { return c.param(name) }

// Now is the time of the call. It is the same throughout, so that two dates of
// one call can be compared.
func (c *Call) Now() time.Time {
	if c.now.IsZero() {
		c.now = c.Clock.Now()
	}
	return c.now
}

// View runs fn in a read-only transaction of the caller's organization, which is
// Tx meanwhile. It is for functions registered with Before, which run outside of
// any.
func (c *Call) View(ctx context.Context, fn func() error) error {
	return c.view(ctx, func(tx *store.Tx) error {
		c.Tx = tx
		defer func() { c.Tx = nil }()
		return fn()
	})
}

// Stamp is "now, by the caller".
func (c *Call) Stamp() identity.Stamp {
	return identity.Stamp{At: clock.At(c.Now()), By: c.Caller.Ref()}
}

// User is the person behind the token, or the refusal of operations that need
// one.
func (c *Call) User() (*identity.User, error) {
	if c.Caller.User == nil {
		return nil, auth.NotAUser()
	}
	return c.Caller.User, nil
}

// Documented is an error in the words that the catalogue has for this operation;
// args stand in for the %s of the message. Where the operation does not list the
// code, status and code still hold.
func (c *Call) Documented(status int, code string, args ...string) *apierr.Error {
	listed, message, ok := c.Operation.ErrorCode(code)
	if !ok {
		text := strings.Join(args, " ")
		if text == "" { // there always is a message
			text = http.StatusText(status) + "."
		}
		return apierr.New(status, code, text)
	}
	for _, a := range args {
		message = strings.Replace(message, "%s", a, 1)
	}
	return apierr.New(listed, code, message)
}

// RequireIn refuses unless the caller has the operation's permission in each of
// the divisions: those of the object that the operation touches.
func (c *Call) RequireIn(divisions ...string) error {
	passed, refusal := c.Caller.AuthorizeIn(c.Tx, c.Catalogue, c.Operation, divisions...)
	return c.decided(divisions, passed, refusal)
}

// RequireWithin is RequireIn for parts of things that live in divisions, such as
// the members of a queue.
func (c *Call) RequireWithin(divisions ...string) error {
	passed, refusal := c.Caller.AuthorizeWithin(c.Tx, c.Operation, divisions...)
	return c.decided(divisions, passed, refusal)
}

// Require refuses unless the caller has a permission that the operation asks for
// beside what admitted the request, since of several that may admit it each is for
// something else: in the divisions, or anywhere where none is named or none counts.
func (c *Call) Require(p spec.Permission, divisions ...string) error {
	passed, refusal := c.Caller.Require(c.Tx, c.Catalogue, p, divisions...)
	if refusal != nil {
		c.Decision.Wanted = []spec.Permission{p}
	}
	return c.decided(divisions, passed, refusal)
}

// decided notes what was looked at.
func (c *Call) decided(divisions []string, passed []auth.Passed, refusal *apierr.Error) error {
	c.Decision.Divisions = append(c.Decision.Divisions, divisions...)
	c.Decision.Passed = append(c.Decision.Passed, passed...)
	if refusal != nil {
		return refusal
	}
	return nil
}

// MayGrantIn applies the organization's switch on where grants can be changed. The
// permissions are those of the operation unless others are named.
func (c *Call) MayGrantIn(pairs []identity.Pair, named ...spec.Permission) error {
	if c.Caller.Org.Settings.GrantDivisionAware {
		for _, p := range pairs {
			if !slices.Contains(c.Decision.Divisions, p.DivisionID) {
				c.Decision.Divisions = append(c.Decision.Divisions, p.DivisionID)
			}
		}
	}
	permissions := named
	if len(named) == 0 {
		permissions = c.Operation.Facts().Permissions
	}
	if refusal := c.Caller.MayGrantIn(c.Tx, permissions, pairs); refusal != nil {
		if len(named) > 0 {
			c.Decision.Wanted = named
		}
		return refusal
	}
	return nil
}

// Access says what kind of transaction an operation runs in.
type Access uint8

// The kinds of transaction. The default follows from the method: GET and HEAD
// read, all others write.
const (
	ByMethod Access = iota
	ReadOnly        // a POST that only reads, such as a search
	OwnTx           // opens its own transactions, since it waits for the network
)

// Operation is a registered operation.
type Operation struct {
	Access Access
	invoke func(context.Context, *Call) (any, error)
	before func(context.Context, *Call) error // nil where there is nothing to prepare
}

// Prepare runs what was registered with Before, and nothing where nothing was.
// view opens read-only transactions of the caller's organization.
func (o *Operation) Prepare(ctx context.Context, c *Call, view func(context.Context, func(*store.Tx) error) error) error {
	if o.before == nil {
		return nil
	}
	c.view = view
	return o.before(ctx, c)
}

// Prepares says whether something was registered with Before.
func (o *Operation) Prepares() bool { return o.before != nil }

// Invoke runs the operation's function.
func (o *Operation) Invoke(ctx context.Context, c *Call) (any, error) { return o.invoke(ctx, c) }

// Writes says whether the operation, which has that method, changes state.
func (o *Operation) Writes(method string) bool {
	return o.Access == ByMethod && method != "GET" && method != "HEAD"
}

// Generic is an operation whose function finds its input in the call itself.
func Generic(access Access, fn func(context.Context, *Call) (any, error)) *Operation {
	return &Operation{Access: access, invoke: fn}
}

// Registry collects which operation is implemented by which function.
type Registry struct {
	catalogue *spec.Catalogue
	byID      map[string]*Operation
	err       error
}

// NewRegistry returns an empty registry for the catalogue.
func NewRegistry(c *spec.Catalogue) *Registry {
	return &Registry{catalogue: c, byID: make(map[string]*Operation)}
}

// Operation returns what was registered for the id, or nil.
func (r *Registry) Operation(id string) *Operation { return r.byID[id] }

// IDs lists the registered operations in no order.
func (r *Registry) IDs() []string {
	ids := make([]string, 0, len(r.byID))
	for id := range r.byID {
		ids = append(ids, id)
	}
	return ids
}

// Err is the first mistake in registering: an unknown id, one claimed twice, or
// an input type that cannot be bound. It stops the server at start-up.
func (r *Registry) Err() error { return r.err }

// On registers fn as the operation with that id. In is a struct whose fields
// carry the tag `param`, `query` or `body`; see Bind.
func On[In, Out any](r *Registry, id string, fn func(context.Context, *Call, In) (Out, error), access ...Access) {
	bind, err := binder[In]()
	switch {
	case err != nil:
	case r.byID[id] != nil:
		err = fmt.Errorf("operation %s is registered twice", id)
	default:
		if _, known := r.catalogue.Operation(id); !known {
			err = fmt.Errorf("operation %s is not in the catalogue", id)
		}
	}
	if err != nil {
		r.fail(id, err)
		return
	}
	op := &Operation{invoke: func(ctx context.Context, c *Call) (any, error) {
		var in In
		if err := bind(c, &in); err != nil {
			return nil, err
		}
		return fn(ctx, c, in)
	}}
	for _, a := range access {
		op.Access = a
	}
	r.byID[id] = op
}

// fail keeps the first mistake.
func (r *Registry) fail(id string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("register %s: %w", id, err)
	}
}

// Before has fn run ahead of an operation that was registered with On: after
// validation, outside of any transaction and before the operation's own. It is
// for slow work, such as hashing a password, that other writers shall not wait
// for. What fn finds out it leaves in Call.Prepared, and the operation checks
// again what may have changed since. The request has been admitted, but not for
// the division of any object.
//
// GET and HEAD are validated inside their transaction and have no such function.
func (r *Registry) Before(id string, fn func(context.Context, *Call) error) {
	listed, known := r.catalogue.Operation(id)
	op := r.byID[id]
	switch {
	case !known:
		r.fail(id, errors.New("the operation is not in the catalogue"))
	case op == nil:
		r.fail(id, errors.New("Before comes after On"))
	case op.before != nil:
		r.fail(id, errors.New("Before is called twice"))
	case listed.Method == http.MethodGet, listed.Method == http.MethodHead:
		r.fail(id, errors.New("Before is not for "+listed.Method))
	default:
		op.before = fn
	}
}

// None is the input or output of operations that take or give nothing.
type None struct{}

// Empty answers the JSON object {}, the specification's schema Empty.
type Empty struct{}

// NotImplemented is the answer for operations that nothing implements yet.
func NotImplemented(op *spec.Operation) *apierr.Error {
	return apierr.Newf(501, "not.implemented", "mockcloud does not implement %s (%s %s) yet.", op.ID, op.Method, op.Path)
}
