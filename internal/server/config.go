package server

import (
	"cmp"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
)

// Config configures a Server. The zero value serves the default organization on
// a free local port from a temporary file.
type Config struct {
	Listen     string             // address to listen on; "" means a free port of 127.0.0.1
	Path       string             // state file; "" means a temporary one, without fsync, removed on Close
	Fixtures   *seed.Document     // what an empty state is seeded with; nil means the embedded default
	Spec       string             // Swagger 2.0 document to lay over the catalogue; "" means none
	Reset      bool               // start over from the fixtures, whatever the state file holds
	PublicURL  string             // the URL that clients use; "" means the listen URL
	GrantRule  identity.GrantRule // "" means strict
	RateLimits bool               // refuse calls over the rate limit
	JWTAlg     auth.Algorithm     // of new tokens; "" means that of the state's newest key, ES256 in a new state
	Outbound   outbound.Policy    // which systems data actions may call; "" means those on loopback addresses

	PasswordGrant bool // serve the grant type password
	NoImplicit    bool // refuse the implicit grant
	NoQuickLogin  bool // do not offer the fixtures' users on the log-in page

	CheckResponses bool // log every answer that does not fit its schema

	Journal int64 // bytes that headers and bodies of the last requests may take; 0 means journal.DefaultBytes, less that none are kept

	Version string // shown by health; "" means "dev"

	// Profiler serves programs on this machine below /_mockcloud/pprof/, which it
	// does not see of the path; nil means that nobody does. It comes from outside
	// since the standard library's registers itself with every program that it is
	// in, and this package may be part of somebody's tests.
	Profiler http.Handler

	Clock  clock.Clock   // nil means the machine's
	NewID  func() string // nil means random UUIDs (see idsOf)
	Random io.Reader     // for keys and secrets; nil means the system's
	Logger *slog.Logger  // nil means discard
	OnSync func()        // called when a commit has reached the disk, before the calls in it are answered; nil for nothing
}

// idsOf makes random UUIDs, version 4 as the real service's are, whose first 48
// bits follow the clock. New records then stand next to each other in the state
// and in the order in which they were made, which a commit with many of them
// pays for with a few pages instead of one page each.
func idsOf(c clock.Clock) func() string {
	return func() string {
		id := uuid.New()
		ms := uint64(c.Now().UnixMilli())
		for i := range 6 {
			id[i] = byte(ms >> (8 * (5 - i)))
		}
		return id.String()
	}
}

// filled is a Config without gaps.
type filled struct {
	listen, path, publicURL, version string
	spec                             string
	fixtures                         *seed.Document
	reset, rateLimits                bool
	passwordGrant, noQuickLogin      bool
	noImplicit, checkResponses       bool
	journal                          int64
	grantRule                        identity.GrantRule
	jwtAlg                           auth.Algorithm
	outbound                         outbound.Policy
	clock                            clock.Clock
	newID                            func() string
	random                           io.Reader
	profiler                         http.Handler
	logger                           *slog.Logger
	onSync                           func()
}

func (c Config) fill() filled {
	f := filled{
		listen: c.Listen, path: c.Path, publicURL: strings.TrimRight(c.PublicURL, "/"), version: c.Version,
		fixtures: c.Fixtures, spec: c.Spec, reset: c.Reset, rateLimits: c.RateLimits, grantRule: c.GrantRule,
		clock: c.Clock, newID: c.NewID, random: c.Random, logger: c.Logger, onSync: c.OnSync,
		passwordGrant: c.PasswordGrant, noQuickLogin: c.NoQuickLogin, noImplicit: c.NoImplicit, checkResponses: c.CheckResponses,
		outbound: c.Outbound, jwtAlg: c.JWTAlg, profiler: c.Profiler, journal: cmp.Or(c.Journal, journal.DefaultBytes),
	}
	if f.listen == "" {
		f.listen = "127.0.0.1:0"
	}
	if f.version == "" {
		f.version = "dev"
	}
	if f.grantRule == "" {
		f.grantRule = identity.GrantRuleStrict
	}
	if f.outbound == "" {
		f.outbound = outbound.Loopback
	}
	if f.clock == nil {
		f.clock = clock.System{}
	}
	if f.newID == nil {
		f.newID = idsOf(f.clock)
	}
	if f.random == nil {
		f.random = rand.Reader
	}
	if f.logger == nil {
		f.logger = slog.New(slog.DiscardHandler)
	}
	return f
}
