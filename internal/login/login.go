// Package login is the login host: the token endpoint, one file per grant type;
// the authorize endpoint and the pages that people see; single sign-on, and an
// identity provider for tests; and the documents that describe it all. It speaks
// OAuth's error shape, never the API's. Administering clients and identity
// providers is the business of their families.
package login

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Login serves the login endpoints.
type Login struct {
	DB        *store.DB
	Authority *auth.Authority
	Clock     clock.Clock
	NewID     func() string
	Issuer    func() string // the server's own URL
	Logger    *slog.Logger

	Scopes        func() []string // every scope of the API
	PasswordGrant bool            // serve the grant type password
	NoImplicit    bool            // refuse the implicit grant

	// Seeded lists the fixtures' users with a password, whom the log-in page offers
	// while it still works; FixturesDigest is the digest of those fixtures.
	Seeded         []SeededUser
	FixturesDigest string

	// SeededClients lists the fixtures' client-credentials clients, whom the explorer
	// offers to call as. It starts as the user whose address EnvironmentUser is.
	SeededClients   []SeededClient
	EnvironmentUser string

	// Coverage says what answers each operation, and Documents describe them.
	Coverage  func() *coverage.Table
	Documents *spec.Documents

	// Guard protects writes below /_mockcloud; TrustedHost says whether a request
	// names this server by a name that no page of another site could.
	Guard       echo.MiddlewareFunc
	TrustedHost func(hostport string) bool

	// Issued hears of each access token that was given out, by the grant type; nil
	// means nobody does.
	Issued func(grantType string)

	// Limit counts a token request of a client and says for how many seconds no
	// more are served; nil means no limit.
	Limit func(clientID string) (seconds int)

	failures failures
	keyOnce  sync.Once
	key      string
	keyError error
}

// SeededUser is a user of the fixtures.
type SeededUser struct {
	Org, UserID, Email string
}

// read is for pages that are looked at by HEAD, too.
var read = []string{http.MethodGet, http.MethodHead}

// Mount registers the endpoints.
func (l *Login) Mount(e *echo.Echo) {
	e.POST("/oauth/token", l.token)
	e.POST("/token", l.token) // the Ruby SDK's spelling (facts: clients.md §3)
	for _, path := range []string{"/oauth/authorize", "/authorize"} {
		e.GET(path, l.page(l.authorize))
		e.POST(path, l.page(l.authorize))
	}
	e.GET("/login", l.page(l.account))
	e.HEAD("/login", l.page(l.account)) // for those who wait for a server to come up
	e.POST("/login", l.page(func(c echo.Context) error { return l.act(c, nil) }))
	e.GET("/logout", l.page(l.logout))
	e.GET("/error", l.page(l.errorPage))
	e.POST("/saml", l.page(l.acs))
	e.GET("/saml/continue", l.page(l.samlContinue))
	e.GET("/oauth/assets/pages.css", l.asset("pages.css", "text/css; charset=utf-8"))
	e.GET("/oauth/assets/submit.js", l.asset("submit.js", "text/javascript; charset=utf-8"))
	e.GET("/oauth/assets/icon.svg", l.asset("icon.svg", "image/svg+xml"))
	e.GET("/.well-known/jwks.json", l.jwks)
	e.GET("/.well-known/oauth-authorization-server", l.metadata)
	e.GET("/.well-known/openid-configuration", l.openIDConfiguration)
	e.GET("/oauth/assets/callback.js", l.asset("callback.js", "text/javascript; charset=utf-8"))
	e.GET(callbackPath, l.page(l.trusted(l.callback)))
	e.POST(callbackPath, l.page(l.trusted(l.callback)))
	e.GET(embedPath, l.page(l.trusted(l.embed)))
	e.POST(embedPath, l.page(l.trusted(l.embed)))
	e.GET(samplePath, l.page(l.trusted(l.sample)))
	e.POST(webhooksPath, l.page(l.trusted(l.webhooks))) // GET is with the answers in JSON: see WebhooksPage
	e.Match(read, explorerPath, l.page(l.trusted(l.explorer)))
	e.Match(read, explorerPath+"/swagger-ui.js", l.page(l.trusted(l.swaggerUI("swagger-ui-bundle.js", "text/javascript; charset=utf-8"))))
	e.Match(read, explorerPath+"/swagger-ui.css", l.page(l.trusted(l.swaggerUI("swagger-ui.css", "text/css; charset=utf-8"))))
	e.GET("/oauth/assets/explorer.js", l.asset("explorer.js", "text/javascript; charset=utf-8"))
	e.GET("/oauth/assets/explorer.css", l.asset("explorer.css", "text/css; charset=utf-8"))
	e.Match(read, coveragePath, l.page(l.trusted(l.coverage)))
	e.GET("/oauth/assets/coverage.js", l.asset("coverage.js", "text/javascript; charset=utf-8"))
	l.mountIDP(e)
}

// page makes what goes wrong behind a page a page, too.
func (l *Login) page(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		if c.Request().Context().Err() == nil { // a client that hung up is nobody's failure
			l.Logger.Error("page failed", "path", c.Request().URL.Path, "error", err)
		}
		return l.showErrorPage(c, http.StatusInternalServerError, "internal")
	}
}

// trusted refuses requests that a page of another site has sent to a name of its
// own which leads here (decisions.md 37).
func (l *Login) trusted(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !l.TrustedHost(c.Request().Host) {
			return l.showErrorPage(c, http.StatusForbidden, "host")
		}
		return next(c)
	}
}

// Forgive forgets the failed sign-ins of every account.
func (l *Login) Forgive() { l.failures.clear() }

// formKey signs the tokens of forms. It lives as long as the process: a form
// that is older is shown again.
func (l *Login) formKey() ([]byte, error) {
	l.keyOnce.Do(func() { l.key, l.keyError = l.Authority.Draw() })
	return []byte(l.key), l.keyError
}

// oauthError is a refusal of the token endpoint: status 400 and both spellings
// of the description (facts: oauth.md §3).
type oauthError struct {
	Code             string `json:"error"`
	Description      string `json:"description"`
	ErrorDescription string `json:"error_description"`

	cause string // what the log is told and the client is not; may be empty
}

func (e *oauthError) Error() string {
	if e.cause != "" {
		return e.Code + ": " + e.Description + " (" + e.cause + ")"
	}
	return e.Code + ": " + e.Description
}

// because is the same refusal with a cause for the log.
func (e *oauthError) because(cause string) *oauthError {
	other := *e
	other.cause = cause
	return &other
}

func refuse(code, description string) *oauthError {
	return &oauthError{Code: code, Description: description, ErrorDescription: description}
}

// Owns says whether a path is the token endpoint, whose errors all have OAuth's
// shape.
func Owns(path string) bool { return path == "/oauth/token" || path == "/token" }

// WriteError sends a failure that is not about the grant: a wrong method, or one
// of the server.
func WriteError(w http.ResponseWriter, status int, description string) error {
	code := "invalid_request"
	if status >= http.StatusInternalServerError {
		code = "server_error"
	}
	return write(w, status, refuse(code, description))
}

func write(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// respond sends v, or err in OAuth's shape.
func (l *Login) respond(c echo.Context, v any, err error) error {
	if err == nil {
		return write(c.Response(), http.StatusOK, v)
	}
	if refusal, ok := errors.AsType[*oauthError](err); ok {
		return write(c.Response(), http.StatusBadRequest, refusal)
	}
	if wait, ok := errors.AsType[tooManyFailures](err); ok {
		return write(c.Response(), http.StatusBadRequest, refuse("invalid_grant", wait.Error()))
	}
	if unsaved, ok := errors.AsType[*store.NotSavedError](err); ok {
		public, _ := handlers.Translate(unsaved)
		return WriteError(c.Response(), public.Status, public.Message)
	}
	if c.Request().Context().Err() == nil { // a client that hung up is nobody's failure
		l.Logger.Error("token request failed", "error", err)
	}
	return WriteError(c.Response(), http.StatusInternalServerError, "The server met an unexpected condition.")
}
