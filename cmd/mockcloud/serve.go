package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
)

// drainTime is how long requests under way may take once the server was asked
// to stop.
const drainTime = 10 * time.Second

// relaxedGC is the growth of the heap, in percent, at which garbage is
// collected. The live heap is small, a few MiB, so that collecting at the usual
// 100 would cost a quarter of a request's CPU to save little memory.
const relaxedGC = 400

// relaxedUntil is the memory in bytes beyond which garbage is collected sooner
// than relaxedGC says: a server whose every operation has been called holds some
// 50 MiB, and would let garbage grow to four times that.
const relaxedUntil = 100 << 20

type serveFlags struct {
	listen, db, publicURL string
	fixtures              []string
	spec                  string
	ephemeral, noFixtures bool
	reset, rateLimits     bool
	quickLoginSaid        bool // on the command line or in the environment
	passwordGrant         bool
	implicitGrant         bool
	quickLogin            bool
	grantRule, jwtAlg     string
	outbound              string
	logLevel, logFormat   string
	pprof                 bool
	checkResponses        bool
	journal               string
}

func newServe() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the organization (what mockcloud does without a command)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.quickLoginSaid = cmd.Flags().Changed("quick-login")
			return f.serve(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", defaultListen, "address to listen on; port 0 takes any free one")
	flags.StringVar(&f.db, "db", "mockcloud.db", "file that keeps the state")
	flags.BoolVar(&f.ephemeral, "ephemeral", false, "keep the state in a temporary file that is removed at the end")
	flags.StringSliceVar(&f.fixtures, "fixtures", []string{"default"}, "fixture files, or names of embedded ones, that seed an empty state")
	flags.BoolVar(&f.noFixtures, "no-fixtures", false, "seed an empty state with nothing but an organization and an admin")
	flags.StringVar(&f.spec, "spec", "", "Swagger 2.0 document, as JSON, to lay over the built-in catalogue: its operations and schemas take the place of those with the same id or name")
	flags.BoolVar(&f.reset, "reset", false, "forget the state and seed it anew")
	flags.StringVar(&f.publicURL, "public-url", "", "the URL that clients use, where it differs from the address")
	flags.StringVar(&f.grantRule, "grant-rule", string(identity.GrantRuleStrict), "strict: a client can only be given roles that its editor holds; off: any role")
	flags.StringVar(&f.outbound, "outbound", string(outbound.Loopback), "whom data actions may call: none (only stubs answer), loopback (servers on this machine's loopback addresses) or any")
	flags.StringVar(&f.jwtAlg, "jwt-alg", "", "algorithm of new tokens: ES256, EdDSA or RS256; where it is not said, the one so far, which is ES256 in a new state")
	flags.BoolVar(&f.rateLimits, "rate-limits", false, "refuse more than 300 calls per token and minute")
	flags.BoolVar(&f.passwordGrant, "password-grant", false, "serve the grant type password, which is off in the real service")
	flags.BoolVar(&f.implicitGrant, "implicit-grant", true, "serve the implicit grant, which the real service is about to end")
	flags.BoolVar(&f.quickLogin, "quick-login", true, "offer the fixtures' users on the log-in page, to be signed in by one click; where it is not said: those of embedded fixtures, and of others on loopback")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.BoolVar(&f.checkResponses, "check-responses", false, "log every answer that does not fit the specification")
	flags.StringVar(&f.journal, "journal", "8MiB", "memory for the headers and bodies of the last requests, which mockcloud requests shows; 0 keeps nothing but what mockcloud explain needs")
	flags.BoolVar(&f.pprof, "pprof", false, "serve profiles of the process at /_mockcloud/pprof/, to programs on this machine only")
	return cmd
}

func (f *serveFlags) serve(ctx context.Context, out, errOut io.Writer) error {
	// Nothing that start-up makes is garbage for long: collecting it would cost
	// more than it frees (decisions.md 24). A document of one's own does, a lot.
	percent := debug.SetGCPercent(-1)
	if f.spec != "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOGC") == "" {
		percent = relaxedGC
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(relaxedUntil)
	}
	config, err := f.config(errOut)
	if err != nil {
		return err
	}
	srv, err := server.Start(ctx, config)
	if err != nil {
		return err
	}
	debug.SetGCPercent(percent)
	f.banner(out, srv, srv.Present())
	select {
	case <-ctx.Done():
	case err = <-srv.Failed():
	}
	// The context that ended is the reason to stop, not the time to do it in.
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(err, srv.Close(closing))
}

func (f *serveFlags) config(errOut io.Writer) (server.Config, error) {
	config := server.Config{
		Listen: f.listen, Path: f.db, Spec: f.spec, Reset: f.reset, PublicURL: f.publicURL, RateLimits: f.rateLimits,
		GrantRule: identity.GrantRule(f.grantRule), Version: version(), PasswordGrant: f.passwordGrant,
		NoImplicit: !f.implicitGrant, NoQuickLogin: !f.offersUsers(), CheckResponses: f.checkResponses,
	}
	if f.ephemeral {
		config.Path = ""
	}
	if f.pprof {
		config.Profiler = profiler()
	}
	if f.publicURL != "" && !isURL(f.publicURL) {
		return config, fmt.Errorf("--public-url %q: write http://… or https://…", f.publicURL)
	}
	if config.GrantRule != identity.GrantRuleStrict && config.GrantRule != identity.GrantRuleOff {
		return config, fmt.Errorf("--grant-rule %q: use strict or off", f.grantRule)
	}
	var err error
	if config.JWTAlg, err = auth.ParseAlgorithm(f.jwtAlg); err != nil {
		return config, fmt.Errorf("--jwt-alg %q: %w", f.jwtAlg, err)
	}
	if config.Journal, err = parseSize(f.journal); err != nil {
		return config, fmt.Errorf("--journal %q: %w", f.journal, err)
	}
	if config.Journal == 0 {
		config.Journal = -1
	}
	if config.Outbound, err = outbound.ParsePolicy(f.outbound); err != nil {
		return config, fmt.Errorf("--outbound %q: %w", f.outbound, err)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return config, fmt.Errorf("--log-level %q: use debug, info, warn or error", f.logLevel)
	}
	switch options := (&slog.HandlerOptions{Level: level}); f.logFormat {
	case "text":
		config.Logger = slog.New(slog.NewTextHandler(errOut, options))
	case "json":
		config.Logger = slog.New(slog.NewJSONHandler(errOut, options))
	default:
		return config, fmt.Errorf("--log-format %q: use text or json", f.logFormat)
	}
	config.Fixtures, err = f.document()
	return config, err
}

// offersUsers says whether the log-in page shows the fixtures' users. Passwords
// of embedded fixtures are published. Those of other fixtures are known to
// whoever sits at the machine, not to whoever reaches it; that of the bootstrap
// admin only to whoever has seen it printed.
func (f *serveFlags) offersUsers() bool {
	switch {
	case f.quickLoginSaid || !f.quickLogin:
		return f.quickLogin
	case f.noFixtures:
		return false
	}
	host, _, err := net.SplitHostPort(f.listen)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback())) {
		return true
	}
	embedded, err := seed.Embedded()
	return err == nil && !slices.ContainsFunc(f.fixtures, func(name string) bool { return !slices.Contains(embedded, name) })
}

func (f *serveFlags) document() (*seed.Document, error) {
	if f.noFixtures {
		return seed.Bootstrap("Mockcloud", randomText(32), randomText(12))
	}
	return seed.Load(f.fixtures...)
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails (see crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// banner tells a newcomer everything they need for the first call.
func (f *serveFlags) banner(w io.Writer, srv *server.Server, present *control.Present) {
	e := present.Environment
	var b strings.Builder
	fmt.Fprintf(&b, "mockcloud %s serves %s\n", version(), srv.URL())
	if srv.URL() != srv.ListenURL() {
		fmt.Fprintf(&b, "  listening on   %s\n", srv.ListenURL())
	}
	if srv.Everywhere() {
		b.WriteString("  listening on all interfaces: whoever reaches this machine can sign in with the credentials below\n")
	}
	fmt.Fprintf(&b, "\n  State          %s\n", f.state(srv))
	for _, org := range present.Organizations {
		fmt.Fprintf(&b, "  Organization   %s (%s)\n", org.Name, org.ID)
	}
	if e.ClientID != "" {
		fmt.Fprintf(&b, "  OAuth client   %s\n  Secret         %s\n", e.ClientID, e.ClientSecret)
	}
	for _, c := range present.Credentials {
		if c.Kind == seed.UserCredential && c.Secret != "" {
			fmt.Fprintf(&b, "  User           %-28s password %s", c.Login, c.Secret)
			if len(present.Organizations) > 1 {
				fmt.Fprintf(&b, "  (%s)", c.Organization)
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "\n  Console        %s/\n", srv.URL())
	fmt.Fprintf(&b, "  More pages     %[1]s/_mockcloud/explorer  %[1]s/_mockcloud/coverage\n                 %[1]s/_mockcloud/webhooks  %[1]s/_mockcloud/embed\n", srv.URL())
	switch {
	case e.ClientID != "":
		fmt.Fprintf(&b, "\n  Get a token:\n    curl -s -u %s:%s -d grant_type=client_credentials %s/oauth/token\n", e.ClientID, e.ClientSecret, srv.URL())
	case srv.Seeded():
		b.WriteString("\n  The fixtures have no client-credentials client. Get a token: mockcloud token --user EMAIL\n")
	default:
		b.WriteString("\n  The state has none of the credentials of these fixtures. Start with those that it was seeded with,\n" +
			"  use mockcloud token --user EMAIL, or start over with --reset\n")
	}
	b.WriteString("\n")
	_, _ = io.WriteString(w, b.String()) // where nobody reads it, the server serves all the same
}

func (f *serveFlags) state(srv *server.Server) string {
	switch {
	case f.ephemeral:
		return "temporary, gone when the server stops"
	case srv.Seeded():
		return f.db + " (seeded)"
	default:
		return f.db + " (found; --reset starts over from the fixtures)"
	}
}
