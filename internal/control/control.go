// Package control is mockcloud's own side door below /_mockcloud: health for
// containers, the reset between tests, and tokens for people who sit at the
// machine. It is no part of the public API: no CORS, same origin only, JSON
// only (decisions.md 37). The test identity provider and the stand-in for an
// application live below the same path, with the other pages, in package login.
package control

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/usage"
	"github.com/mockcloud/mockcloud/openapi"
)

// Control serves the side door.
type Control struct {
	DB        *store.DB
	Authority *auth.Authority
	Catalogue *spec.Catalogue
	Fixtures  *seed.Document                   // what a reset goes back to
	Plant     func(*store.Tx, time.Time) error // stores what the fixtures put into collections; nil where there is nothing
	Clock     clock.Clock
	Version   string
	PublicURL func() string // the URL that clients use; its host is trusted
	NewID     func() string
	Outbound  *outbound.Client // counts what stubs have answered
	Usage     *usage.Recorder  // counts what clients call
	OnReset   func()           // called after a reset; nil for nothing

	Bell         *integration.Bell // rings for each event of a webhook
	WebhooksPage echo.HandlerFunc  // shows people what webhooks have received

	Documents *spec.Documents        // describe the API
	Coverage  func() *coverage.Table // says what answers each operation

	BackupPatience time.Duration // how long any backup may take; 0 means 30 s
	BackupStall    time.Duration // how long a backup waits for its client to take anything; 0 means 5 s
	backingUp      atomic.Bool

	Journal *journal.Journal // remembers the last requests
}

// Mount registers the endpoints.
func (c *Control) Mount(e *echo.Echo) {
	g := e.Group("/_mockcloud", c.Guard)
	g.GET("/health", c.health)
	g.HEAD("/health", c.health)
	g.POST("/client-state", c.clientState)
	g.GET("/explain/:correlationId", c.explain)
	c.mountRequests(g)
	g.POST("/authorizations", c.authorize)
	g.GET("/openapi/login.yaml", c.loginDocument)
	c.mountDocuments(g)
	g.POST("/reset", c.reset)
	c.mountStubs(g)
	c.mountActions(g)
	c.mountWebhooks(g)
	c.mountKeys(g)
	c.mountSettings(g)
	g.GET("/backup", c.backup, LoopbackOnly)
	g.POST("/token", c.token)
}

// Guard refuses what a page of another site could send: a foreign Host (a name
// made to resolve to this machine), a foreign Origin, and writes whose content
// type a form could have.
func (c *Control) Guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r := ec.Request()
		if !c.TrustedHost(r.Host) {
			return apierr.New(http.StatusForbidden, "host.not.allowed", "Requests to /_mockcloud must name this server by address, as localhost or as its public URL.")
		}
		if origin := r.Header.Get(echo.HeaderOrigin); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || u.Host != r.Host {
				return apierr.New(http.StatusForbidden, "origin.not.allowed", "Requests to /_mockcloud must come from this server's own pages.")
			}
		}
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch { // no form sends DELETE
			media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
			if err != nil || media != echo.MIMEApplicationJSON {
				return apierr.New(http.StatusUnsupportedMediaType, "unsupported.media.type", "Writes to /_mockcloud need Content-Type: application/json.")
			}
		}
		return next(ec)
	}
}

// TrustedHost accepts addresses, localhost, names without a dot (which no
// public name server resolves, but container networks do) and the public URL.
func (c *Control) TrustedHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	if !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") {
		return true
	}
	public, err := url.Parse(c.PublicURL())
	return err == nil && strings.EqualFold(public.Hostname(), host)
}

func (c *Control) health(ec echo.Context) error {
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, map[string]string{"status": "ok", "version": c.Version})
}

// loginDocument answers the OpenAPI document of the login endpoints.
func (c *Control) loginDocument(ec echo.Context) error {
	return ec.Blob(http.StatusOK, "application/yaml", []byte(openapi.Login))
}

func (c *Control) reset(ec echo.Context) error {
	if err := c.Usage.Reset(func() error { return c.Seed(ec.Request().Context()) }); err != nil {
		return err
	}
	c.Outbound.Hits.ForgetAll()
	if c.OnReset != nil {
		c.OnReset()
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Control) token(ec echo.Context) error {
	r := ec.Request()
	if !fromThisMachine(r) {
		return apierr.New(http.StatusForbidden, "loopback.only", "Tokens are only handed out to this machine.")
	}
	var wanted TokenRequest
	if err := readJSON(r, &wanted); err != nil {
		return err
	}
	answer, err := c.Issue(r.Context(), wanted)
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, answer)
}

// readJSON reads exactly one JSON object that has no unknown keys.
func readJSON(r *http.Request, v any) error {
	return decodeJSON(io.LimitReader(r.Body, 1<<20), v)
}

func decodeJSON(r io.Reader, v any) error {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return apierr.BadRequest("The request body could not be read: something follows the JSON object.")
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return apierr.BadRequest("The value of [" + wrong.Field + "] has the wrong type.").OnField(wrong.Field)
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	if syntax || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return apierr.BadRequest("The request body could not be read: it is not valid JSON.")
	}
	return apierr.BadRequest("The request body could not be read: " + strings.TrimPrefix(err.Error(), "json: ") + ".")
}
