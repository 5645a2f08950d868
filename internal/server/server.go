// Package server puts the parts together: one port for the login host, the API
// and mockcloud's own side door, the order of the pipeline, and the list of API
// families.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/engine"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// Server is a running mockcloud.
type Server struct {
	config    filled
	catalogue *spec.Catalogue
	behaviour *behaviour.Table // what the operations do
	registry  *handlers.Registry
	db        *store.DB
	temporary string // directory to remove on Close; "" where the state is kept
	authority *auth.Authority
	control   *control.Control
	outbound  *outbound.Client
	actions   *actions.Engine
	bell      integration.Bell // rings for each event of a webhook
	env       handlers.Env
	engine    *engine.Engine
	echo      *echo.Echo
	limits    rateLimits
	usage     *usage.Recorder
	journal   *journal.Journal
	unsaved   unsaved
	listener  *net.TCPListener
	http      *http.Server
	url       atomic.Value // string
	seeded    bool
	present   *control.Present
	served    chan error
	accepted  chan struct{} // closed once no connection will come any more; nil before serving

	connections connections
	meters      *meters

	byRoute sync.Once // fills routes, which only tests ask for
	routes  map[string]*spec.Operation

	coverage struct { // see coverageTable
		once  sync.Once
		table *coverage.Table
	}
}

// Start opens the state, seeds it where it is empty, and begins to serve. The
// caller must call Close.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{config: c.fill(), served: make(chan error, 1)}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	err := s.prepare(ctx)
	_, opening := errors.AsType[*store.OpenError](err)
	_, panicked := errors.AsType[*store.PanicError](err)
	if panicked || (errors.Is(err, store.ErrDamaged) && !opening) {
		// Opening looks at the file's frame only; what is read first shows more.
		return fmt.Errorf("%s is damaged (%.200w): nothing was changed; restore a copy, or move it away and start with a new one", s.config.path, err)
	}
	if _, unsaved := errors.AsType[*store.NotSavedError](err); unsaved {
		return fmt.Errorf("%s: %w: make room, or use another file", cmp.Or(s.config.path, s.temporary), err)
	}
	if err == nil {
		s.unsaved.serving.Store(true)
		s.beginServing()
	}
	return err
}

// prepare does everything that comes before serving.
func (s *Server) prepare(ctx context.Context) error {
	// The port comes first: where it is taken, the state stays untouched.
	if err := s.listen(ctx); err != nil {
		return err
	}
	var err error
	if s.catalogue, s.behaviour, err = loadCatalogue(s.config.spec); err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	if err := s.openState(ctx); err != nil {
		return err
	}
	s.authority, err = auth.Open(ctx, auth.Config{
		DB: s.db, Clock: s.config.clock, NewID: s.config.newID, Random: s.config.random, Issuer: s.URL,
		Alg: s.config.jwtAlg,
	})
	if err != nil {
		return err
	}
	s.journal = journal.New(journal.Config{DB: s.db, Bytes: s.config.journal})
	s.usage = usage.New(usage.Config{DB: s.db, Clock: s.config.clock, NewID: s.config.newID})
	s.outbound = outbound.NewClient(s.config.outbound, outbound.Options{})
	if err := s.seed(ctx); err != nil {
		return err
	}
	if s.present, err = s.control.Present(ctx); err != nil {
		return err
	}
	return s.assemble()
}

func (s *Server) listen(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.config.listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is in use by another program: stop that one, or choose another address with --listen (127.0.0.1:0 takes any free port)", s.config.listen)
	case err != nil:
		return fmt.Errorf("cannot listen on %s (%w): choose another address with --listen", s.config.listen, err)
	}
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return fmt.Errorf("cannot listen on %s: it is a %T", s.config.listen, l)
	}
	s.listener = tcp
	s.url.Store("http://" + dialable(l.Addr()))
	return nil
}

// dialable turns the address of a listener into one that a client on this
// machine can call.
func dialable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func (s *Server) openState(ctx context.Context) error {
	options := store.Options{Committed: s.committed, OnSync: s.config.onSync}
	path := s.config.path
	if path == "" {
		dir, err := os.MkdirTemp("", "mockcloud-")
		if err != nil {
			return fmt.Errorf("temporary directory: %w", err)
		}
		s.temporary = dir
		path, options.NoSync = filepath.Join(dir, "state.db"), true
	}
	db, err := store.Open(path, options)
	if err != nil {
		return err
	}
	s.db = db
	return db.CompleteIndexes(ctx, collections())
}

func (s *Server) seed(ctx context.Context) error {
	if s.config.fixtures == nil {
		var err error
		if s.config.fixtures, err = seed.Load("default"); err != nil {
			return err
		}
	}
	s.control = &control.Control{
		DB: s.db, Authority: s.authority, Catalogue: s.catalogue, Fixtures: s.config.fixtures, Clock: s.config.clock,
		Version: s.config.version, PublicURL: s.URL, NewID: s.config.newID, Outbound: s.outbound, Usage: s.usage, Journal: s.journal, Bell: &s.bell,
	}
	if err := s.readyToPlant(); err != nil {
		return err
	}
	found, err := s.control.Seeded(ctx)
	if err != nil || (found && !s.config.reset) {
		return err
	}
	s.seeded = true
	return s.control.Seed(ctx)
}

// readyToPlant starts the engine, and checks what the fixtures put into its
// collections.
func (s *Server) readyToPlant() error {
	s.env = handlers.Env{
		Catalogue: s.catalogue, Authority: s.authority, Clock: s.config.clock, NewID: s.config.newID,
		Random: s.config.random, GrantRule: s.config.grantRule,
	}
	s.engine = engine.New(engine.Config{
		Catalogue: s.catalogue, Table: s.behaviour, Owners: owners(),
		Clock: s.config.clock, NewID: s.config.newID, Issuer: s.URL, Signer: upload.NewSigner(s.config.random),
	})
	plantings, err := s.config.fixtures.Plantings(s.catalogue, s.engine.Table)
	if err != nil || plantings == nil {
		return err
	}
	s.control.Plant = func(tx *store.Tx, now time.Time) error { return s.engine.Plant(tx, &s.env, plantings, now) }
	return nil
}

func (s *Server) assemble() error {
	s.meters = s.newMeters()
	s.limits.enforce = s.config.rateLimits
	s.registry = handlers.NewRegistry(s.catalogue)
	s.actions = &actions.Engine{
		DB: s.db, Clock: s.config.clock, Logger: s.config.logger, Outbound: s.outbound, Platform: s, OwnURL: s.owns,
	}
	for _, f := range s.families() {
		f.Register(s.registry)
	}
	if err := s.registry.Err(); err != nil {
		return err
	}
	s.echo = echo.New()
	s.echo.Logger.SetOutput(io.Discard)
	s.mount()
	s.control.Mount(s.echo)
	pages := s.login()
	pages.Mount(s.echo)
	s.control.OnReset = func() {
		pages.Forgive()
		s.actions.Forget()
		s.bell.RingAll() // for those who wait for events of what is gone
	}
	s.control.WebhooksPage = pages.WebhooksPage()
	s.control.Documents, s.control.Coverage = pages.Documents, s.coverageTable
	s.console(pages).Mount(s.echo)
	s.echo.Any(upload.Prefix+"*", echo.WrapHandler(s.uploads()))
	s.echo.Any(upload.DownloadPrefix+"*", echo.WrapHandler(s.downloads()))
	s.echo.GET(controlPrefix+"/metrics", s.serveMetrics, s.control.Guard)
	if s.config.profiler != nil {
		s.echo.GET(controlPrefix+"/pprof/*", s.serveProfiles, s.control.Guard, control.LoopbackOnly)
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(logWriter{s.config.logger}, "", 0),
		ConnState:         s.connections.track,
	}
	return nil
}

// front is what a browser sees at the root.
func (s *Server) front(c echo.Context) error {
	return c.String(http.StatusOK, "mockcloud "+s.config.version+"\n\nA Genesys Cloud organization on this machine. Not affiliated with Genesys.\n\n"+
		"Console         "+s.URL()+"/ in a browser\n"+
		"Log in          "+s.URL()+"/login\n"+
		"API explorer    "+s.URL()+"/_mockcloud/explorer\n"+
		"Coverage        "+s.URL()+"/_mockcloud/coverage\n"+
		"Client apps     "+s.URL()+"/_mockcloud/embed\n"+
		"Webhooks        "+s.URL()+"/_mockcloud/webhooks\n"+
		"Token endpoint  POST "+s.URL()+"/oauth/token\n"+
		"API             "+s.URL()+"/api/v2/…\n"+
		"Public keys     "+s.URL()+"/.well-known/jwks.json\n"+
		"Health          "+s.URL()+"/_mockcloud/health\n"+
		"Login document  "+s.URL()+"/_mockcloud/openapi/login.yaml\n\n"+
		"Who is there, and how to get a token: see the lines that mockcloud printed when it started, or run `mockcloud env`.\n"+
		"Why was a request refused? Send it with the header X-Mockcloud-Explain: true, or run `mockcloud explain` with\n"+
		"the correlation id of its answer.\n")
}

// URL is where clients find the server: the public URL if one was given, else
// the address it listens on. No slash at the end.
func (s *Server) URL() string {
	if s.config.publicURL != "" {
		return s.config.publicURL
	}
	return s.url.Load().(string)
}

// ListenURL is the address that the server listens on, as a URL for this
// machine.
func (s *Server) ListenURL() string { return s.url.Load().(string) }

// owns says whether a URL leads to this server: by its public name, by its
// address, or by any name of this machine with its port.
func (s *Server) owns(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	for _, own := range []string{s.URL(), s.ListenURL()} {
		mine, err := url.Parse(own)
		if err == nil && (strings.EqualFold(u.Host, mine.Host) || (u.Port() == mine.Port() && u.Hostname() == "localhost")) {
			return true
		}
	}
	return false
}

// Everywhere says whether the server listens on all interfaces of the machine.
func (s *Server) Everywhere() bool {
	host, _, err := net.SplitHostPort(s.listener.Addr().String())
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsUnspecified()
}

// Seeded says whether this start seeded the state, rather than finding one.
func (s *Server) Seeded() bool { return s.seeded }

// Present says what of the fixtures' credentials worked when the server started.
func (s *Server) Present() *control.Present { return s.present }

// Implemented lists the ids of the operations that a family implements.
func (s *Server) Implemented() []string { return s.registry.IDs() }

// Failed delivers the error that ended serving before Close did.
func (s *Server) Failed() <-chan error { return s.served }

// Close stops accepting requests, waits for those under way until ctx ends, and
// closes the state. A temporary state is removed.
func (s *Server) Close(ctx context.Context) error {
	var errs []error
	s.bell.Close() // whoever waits for an event would keep the server waiting
	if s.journal != nil {
		s.journal.Close() // likewise
	}
	if s.http != nil {
		if deadline, ok := ctx.Deadline(); ok && s.outbound != nil {
			// What data actions wait for may take longer than there is time: half of it
			// is left to tell their callers.
			defer time.AfterFunc(time.Until(deadline)/2, s.outbound.Close).Stop()
		}
		errs = append(errs, s.stopServing(ctx))
	} else if s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.outbound != nil {
		s.outbound.Close()
	}
	if s.authority != nil {
		errs = append(errs, s.authority.Close(ctx))
	}
	if s.usage != nil {
		errs = append(errs, s.usage.Close(ctx))
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.temporary != "" {
		errs = append(errs, os.RemoveAll(s.temporary))
	}
	return errors.Join(errs...)
}

// logWriter passes what net/http complains about to the log.
type logWriter struct{ logger *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.logger.Debug("http", "message", string(p))
	return len(p), nil
}

// OperationFor finds the operation that a path, escaped as it is sent, belongs
// to.
func (s *Server) OperationFor(method, path string) (*spec.Operation, bool) {
	c := s.echo.NewContext(nil, nil)
	s.echo.Router().Find(method, path, c)
	s.byRoute.Do(func() {
		s.routes = make(map[string]*spec.Operation)
		for _, op := range s.catalogue.Operations() {
			s.routes[op.Method+" "+echoPath(op.Path)] = op
		}
	})
	op, ok := s.routes[method+" "+c.Path()]
	return op, ok
}
