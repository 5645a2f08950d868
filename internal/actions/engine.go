package actions

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Engine runs data actions. It is safe for concurrent use.
type Engine struct {
	DB       *store.DB
	Clock    clock.Clock
	Logger   *slog.Logger
	Outbound *outbound.Client
	Platform http.Handler          // this server, called in process by Genesys Cloud data actions
	OwnURL   func(url string) bool // says whether a URL leads to this server

	programs programs
	logins   logins
}

// maxNesting is how many data actions can run inside of each other: an action
// that calls itself ends there.
const maxNesting = 5

// Run says which action to run, and how.
type Run struct {
	Org       string
	ID        string // of the action
	Draft     bool   // run the draft in place of what is published
	Test      bool   // keep what each step did, and tell what the remote end said
	Flatten   bool
	Input     []byte // JSON
	ContextID string // the correlation id, which messages name
}

// Outcome is what came of a run.
type Outcome struct {
	Operations []Operation   // what each step did; nil unless it was a test
	Result     []byte        // JSON; nil when it failed
	Error      *apierr.Error // nil when it did not
}

// subject is everything that a run needs of the state, read at once. None of it
// may be changed.
type subject struct {
	program     *program
	problems    []*apierr.Error // in place of a program
	action      *Action
	integration *integration.Integration
	kind        string
	address     string                  // what request URLs are, where kind is integration.Stub
	credential  *integration.Credential // nil where there is none
	missing     string                  // the slot whose credential is required and not there, or ""
	auth        *program                // logs in before the call; nil where nothing does
}

// Run runs an action. What happens on the way is in the outcome; the error is
// about what prevents it from beginning: there is no such action, or its
// integration is not active.
func (e *Engine) Run(ctx context.Context, r Run) (*Outcome, error) {
	if nesting(ctx) >= maxNesting {
		return nil, nestedTooDeeply()
	}
	var s *subject
	err := e.DB.View(ctx, r.Org, func(tx *store.Tx) (err error) {
		s, err = e.load(tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.run(within(ctx, s.action.Name), r, s), nil
}

func (e *Engine) load(tx *store.Tx, r Run) (*subject, error) {
	find := PublishedByID
	if r.Draft {
		find = DraftByID
	}
	a, err := find(tx, r.ID)
	if err != nil {
		return nil, err
	}
	if a.IsAuth() && !r.Test {
		return nil, apierr.NotFound().About(r.ID, "action") // it is run for others only
	}
	s := &subject{action: a}
	if s.integration, err = integration.PeekByID(tx, a.IntegrationID); err != nil {
		return nil, err
	}
	status, err := integration.StatusOf(tx, s.integration)
	if err != nil {
		return nil, err
	}
	if status.Code == integration.Inactive {
		return nil, notActive(s.integration)
	}
	s.missing = status.Missing
	t, err := integration.TypeByID(tx, s.integration.TypeID)
	if err != nil {
		return nil, err
	}
	s.kind, s.address = t.Actions, t.Address
	if s.credential, err = s.integration.Credential(tx); err != nil {
		return nil, err
	}
	s.program, s.problems = e.programs.of(r.Org, r.Draft, a.source(), s.kind)
	if a.IsAuth() {
		return s, nil
	}
	auth, err := authOf(tx, s.integration.ID)
	if err != nil || auth == nil {
		return s, err
	}
	program, problems := e.programs.of(r.Org, false, auth, s.kind)
	if s.auth = program; len(s.problems) == 0 {
		s.problems = problems
	}
	return s, nil
}

// programs keeps compiled actions. The store hands out the same value of an
// action until it is another one, which tells whether a program is still right.
type programs struct {
	mu    sync.RWMutex
	known map[programKey]compiled
	bytes int // of the definitions that they are made of
}

type programKey struct {
	org, id string
	draft   bool
}

type compiled struct {
	of       *Action
	kind     string
	program  *program
	problems []*apierr.Error
}

// These bound the memory that programs take: beyond them, all are made anew. A
// program takes some hundred times the bytes of its definition at worst.
const (
	maxPrograms     = 1000
	maxProgramBytes = 1 << 20
)

func (p *programs) of(org string, draft bool, a *Action, kind string) (*program, []*apierr.Error) {
	key := programKey{org, a.ID, draft}
	p.mu.RLock()
	known := p.known[key]
	p.mu.RUnlock()
	if known.of == a && known.kind == kind {
		return known.program, known.problems
	}
	known = compiled{of: a, kind: kind}
	known.program, known.problems = compile(a, kind)
	p.mu.Lock()
	defer p.mu.Unlock()
	weight := a.weight()
	if p.known == nil || len(p.known) >= maxPrograms || p.bytes+weight > maxProgramBytes {
		p.known, p.bytes = make(map[programKey]compiled), 0
	}
	if weight <= maxProgramBytes/4 { // a giant is made anew each time
		p.known[key] = known
		p.bytes += weight // an earlier version still counts
	}
	return known.program, known.problems
}

// weight is how many bytes the definition of an action has.
func (a *Action) weight() int {
	r := &a.Config.Request
	n := len(a.Input) + len(a.Success) + len(r.URLTemplate) + len(r.Template) + len(a.Config.Response.SuccessTemplate)
	for _, of := range []map[string]string{r.Headers, a.Config.Response.TranslationMap, a.Config.Response.TranslationMapDefaults} {
		for name, text := range of {
			n += len(name) + len(text)
		}
	}
	return n
}

// place is where in a chain of actions a request stands.
type place struct {
	name    string // of the action that sent it; "" for none
	nesting int    // how many actions it runs inside of
}

type placeKey struct{}

type checkKey struct{}

// CheckOnly says whether a request is only to be checked, as far as an operation
// would be called: a stub will answer. What passes is answered with the header
// HeaderPassed and nothing else.
func CheckOnly(ctx context.Context) bool { return ctx.Value(checkKey{}) != nil }

// HeaderPassed marks the answer to a request that was only to be checked.
const HeaderPassed = "X-Mockcloud-Passed"

// within returns the context of what an action calls.
func within(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, placeKey{}, place{name, nesting(ctx) + 1})
}

func nesting(ctx context.Context) int {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.nesting
}

// Arriving returns the context of a request from outside which says that it
// runs inside of so many actions: this server may be what a web service action
// calls.
func Arriving(ctx context.Context, depth int) context.Context {
	return context.WithValue(ctx, placeKey{}, place{nesting: depth})
}

// Sender is the name of the data action that the request comes from, and whether
// it comes from one in this process.
func Sender(ctx context.Context) (string, bool) {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.name, p.name != ""
}
