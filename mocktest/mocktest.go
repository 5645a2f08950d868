// Package mocktest starts a mockcloud inside a Go test:
//
//	srv := mocktest.Start(t, mocktest.Options{})
//	got := srv.Admin(t).Get(t, "/api/v2/oauth/clients")
//
// Every server has a port and a state of its own, and is gone with its test.
package mocktest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
)

// Options say how a test's server differs from the usual one. The zero value
// serves the embedded default organization.
type Options struct {
	Fixtures   []string // names of embedded fixtures, or files; none means "default"
	Spec       string   // Swagger 2.0 document, a file, to lay over the catalogue; "" means none
	Path       string   // state file that outlives the server; "" means a temporary one
	GrantRule  string   // "strict" or "off"; "" means strict
	RateLimits bool     // refuse calls over the rate limit
	JWTAlg     string   // "ES256", "EdDSA" or "RS256"; "" means ES256 in a new state
	Outbound   string   // whom data actions may call: "none", "loopback" or "any"; "" means loopback
	Journal    int64    // bytes that headers and bodies of the last requests may take; 0 means 8 MiB, less that none are kept

	PasswordGrant bool // serve the grant type password
	NoImplicit    bool // refuse the implicit grant

	Start  time.Time     // what the clock says at first; zero means 2026-01-15 12:00 UTC
	NewID  func() string // makes the ids of what is created; nil means random UUIDs
	Logger *slog.Logger
}

// Clock is a clock that stands still until it is advanced.
type Clock = clock.Manual

// Server is a mockcloud that belongs to one test.
type Server struct {
	URL   string // no slash at the end
	Clock *Clock

	server *server.Server
	env    seed.Environment
	client *http.Client
}

// Environment is the seeded admin client and user: what `mockcloud env` prints.
type Environment struct {
	URL, ClientID, ClientSecret, User, Password string
}

// Start starts a server. It stops with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Start.IsZero() {
		o.Start = time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)
	}
	switch identity.GrantRule(o.GrantRule) {
	case "", identity.GrantRuleStrict, identity.GrantRuleOff:
	default:
		t.Fatalf("mocktest: GrantRule %q: use %s or %s", o.GrantRule, identity.GrantRuleStrict, identity.GrantRuleOff)
	}
	alg, err := auth.ParseAlgorithm(o.JWTAlg)
	if err != nil {
		t.Fatalf("mocktest: JWTAlg %q: %v", o.JWTAlg, err)
	}
	policy, err := outbound.ParsePolicy(o.Outbound)
	if err != nil {
		t.Fatalf("mocktest: Outbound %q: %v", o.Outbound, err)
	}
	if len(o.Fixtures) == 0 {
		o.Fixtures = []string{"default"}
	}
	fixtures, err := seed.Load(o.Fixtures...)
	if err != nil {
		t.Fatalf("mocktest: %v", err)
	}
	now := clock.NewManual(o.Start)
	srv, err := server.Start(t.Context(), server.Config{
		Path: o.Path, Spec: o.Spec, Fixtures: fixtures, GrantRule: identity.GrantRule(o.GrantRule), RateLimits: o.RateLimits, PasswordGrant: o.PasswordGrant, NoImplicit: o.NoImplicit,
		JWTAlg: alg, Outbound: policy, Journal: o.Journal, Clock: now, NewID: o.NewID, Logger: o.Logger, Version: "test",
	})
	if err != nil {
		t.Fatalf("mocktest: %v", err)
	}
	s := &Server{URL: srv.URL(), Clock: now, server: srv, env: fixtures.Environment(), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() { s.Stop(t) })
	return s
}

// Stop stops the server before its test ends, for tests about what outlives it.
// Stopping twice is fine.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.server == nil {
		return
	}
	s.client.CloseIdleConnections()
	// The test's own context has ended by the time of its clean-up.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.server.Close(ctx); err != nil {
		t.Errorf("mocktest: stop: %v", err)
	}
	s.server = nil
}

// Environment returns the seeded admin client and user.
func (s *Server) Environment() Environment {
	return Environment{
		URL: s.URL, ClientID: s.env.ClientID, ClientSecret: s.env.ClientSecret,
		User: s.env.UserEmail, Password: s.env.UserPassword,
	}
}

// Implemented lists the ids of the operations that mockcloud implements by
// hand.
func (s *Server) Implemented() []string { return s.server.Implemented() }

// Reset goes back to the fixtures. Tokens of what the fixtures hold stay valid.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	got := s.Anonymous().Do(t, "POST", "/_mockcloud/reset", nil, jsonContent)
	if got.Status != 204 {
		t.Fatalf("mocktest: reset answered %d\n%s", got.Status, got.Body)
	}
}

// SetClientState does what the real service keeps to its support: it makes an
// OAuth client disabled, so that its tokens stop working, or active again.
func (s *Server) SetClientState(t testing.TB, clientID, state string) {
	t.Helper()
	got := s.Anonymous().Do(t, http.MethodPost, "/_mockcloud/client-state", map[string]string{"client": clientID, "state": state}, jsonContent)
	if got.Status != http.StatusNoContent {
		t.Fatalf("mocktest: client state: %d\n%s", got.Status, got.Body)
	}
}

// Anonymous sends requests without a token.
func (s *Server) Anonymous() *Client { return &Client{server: s} }

// Bearer sends requests with that token.
func (s *Server) Bearer(token string) *Client { return &Client{server: s, Token: token} }

// Admin is the seeded client-credentials client, which may do everything.
func (s *Server) Admin(t testing.TB) *Client {
	t.Helper()
	return s.issue(t, control.TokenRequest{Client: s.env.ClientID})
}

// AsClient is a client-credentials client of the organization.
func (s *Server) AsClient(t testing.TB, id string) *Client {
	t.Helper()
	return s.issue(t, control.TokenRequest{Client: id})
}

// AsUser is a user of the organization, by e-mail address.
func (s *Server) AsUser(t testing.TB, email string) *Client {
	t.Helper()
	return s.issue(t, control.TokenRequest{User: email})
}

// AsUserOf is a user who signed in through that OAuth client.
func (s *Server) AsUserOf(t testing.TB, email, clientID string) *Client {
	t.Helper()
	return s.issue(t, control.TokenRequest{User: email, Client: clientID})
}

// As is an OAuth client that holds exactly these permissions, in every
// division. Without any it may do nothing that needs one. The client and its
// role, both called "ad hoc: …", are in the state and in its listings.
func (s *Server) As(t testing.TB, permissions ...string) *Client {
	t.Helper()
	return s.AsIn(t, "", permissions...)
}

// AsIn is As in one division only, which is named by its id or name.
func (s *Server) AsIn(t testing.TB, division string, permissions ...string) *Client {
	t.Helper()
	if len(permissions) == 0 {
		permissions = []string{"none"}
	}
	return s.issue(t, control.TokenRequest{Permissions: permissions, Division: division})
}

func (s *Server) issue(t testing.TB, wanted control.TokenRequest) *Client {
	t.Helper()
	body, err := json.Marshal(wanted)
	if err != nil {
		t.Fatalf("mocktest: %v", err)
	}
	got := s.Anonymous().Do(t, "POST", "/_mockcloud/token", body, jsonContent)
	var token control.TokenResponse
	if got.Status != 200 {
		t.Fatalf("mocktest: no token: %d\n%s", got.Status, got.Body)
	}
	got.JSON(t, &token)
	return s.Bearer(token.AccessToken)
}
