// Package handlers is the contract between the pipeline and the API families:
// an operation is a function from typed input to typed output. It binds the
// input, encodes the output and translates errors. Everything that happens
// before the function (matching, tokens, permissions, validation, the
// transaction) is the pipeline's, in package server.
package handlers

import (
	"context"
	"fmt"
	"io"
	"slices"
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
	Tx        *store.Tx    // nil for operations registered with OwnTx
	Input     *spec.Input
	Path      string         // as the client sees it, without gateway prefixes
	RawQuery  string         // as received
	Decision  *auth.Decision // what has been looked at so far

	param func(string) string
}

// NewCall returns a call of an operation. param gives its path parameters,
// unescaped.
func NewCall(env *Env, op *spec.Operation, param func(string) string) *Call {
	return &Call{Env: env, Operation: op, param: param}
}

// Param is a path parameter.
func (c *Call) Param(name string) string { return c.param(name) }

// Now is the time of the call.
func (c *Call) Now() time.Time { return c.Clock.Now() }

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

// RequireIn refuses unless the caller has the operation's permission in each of
// the divisions: those of the object that the operation touches.
func (c *Call) RequireIn(divisions ...string) error {
	c.Decision.Divisions = append(c.Decision.Divisions, divisions...)
	if err := c.Caller.AuthorizeIn(c.Tx, c.Catalogue, c.Operation, divisions...); err != nil {
		return err
	}
	return nil
}

// MayGrantIn applies the organization's switch on where grants can be changed.
func (c *Call) MayGrantIn(pairs []identity.Pair) error {
	if c.Caller.Org.Settings.GrantDivisionAware {
		for _, p := range pairs {
			if !slices.Contains(c.Decision.Divisions, p.DivisionID) {
				c.Decision.Divisions = append(c.Decision.Divisions, p.DivisionID)
			}
		}
	}
	if refusal := c.Caller.MayGrantIn(c.Tx, c.Operation, pairs); refusal != nil {
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
}

// Invoke runs the operation's function.
func (o *Operation) Invoke(ctx context.Context, c *Call) (any, error) { return o.invoke(ctx, c) }

// Writes says whether the operation, which has that method, changes state.
func (o *Operation) Writes(method string) bool {
	return o.Access == ByMethod && method != "GET" && method != "HEAD"
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
		if r.err == nil {
			r.err = fmt.Errorf("register %s: %w", id, err)
		}
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

// None is the input or output of operations that take or give nothing.
type None struct{}

// Empty answers the JSON object {}, the specification's schema Empty.
type Empty struct{}

// NotImplemented is the answer for operations that nothing implements yet.
func NotImplemented(op *spec.Operation) *apierr.Error {
	return apierr.Newf(501, "not.implemented", "mockcloud does not implement %s (%s %s) yet.", op.ID, op.Method, op.Path)
}
