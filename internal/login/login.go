// Package login is the login host: the token endpoint, one file per grant type,
// and the documents that describe it. It speaks OAuth's error shape, never the
// API's. Administering clients is the business of the oauth family.
package login

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Login serves the login endpoints.
type Login struct {
	DB        *store.DB
	Authority *auth.Authority
	Issuer    func() string // the server's own URL
	Logger    *slog.Logger

	// Limit counts a token request of a client and says for how many seconds no
	// more are served; nil means no limit.
	Limit func(clientID string) (seconds int)
}

// Mount registers the endpoints.
func (l *Login) Mount(e *echo.Echo) {
	e.POST("/oauth/token", l.token)
	e.POST("/token", l.token) // the Ruby SDK's spelling (facts: clients.md §3)
	e.GET("/oauth/authorize", l.authorize)
	e.GET("/authorize", l.authorize)
	e.GET("/.well-known/jwks.json", l.jwks)
	e.GET("/.well-known/oauth-authorization-server", l.metadata)
}

// authorize is where a browser lands that wants to sign in.
func (l *Login) authorize(c echo.Context) error {
	return c.String(http.StatusNotImplemented, "mockcloud has no login pages yet.\n\nFor a user's token, run: mockcloud token --user admin@mockcloud.test\n")
}

// jwks answers the public keys that access tokens can be checked with.
func (l *Login) jwks(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/jwk-set+json", l.Authority.JWKS())
}

// metadata answers the authorization server metadata of RFC 8414. It names what
// this server can do, nothing more.
func (l *Login) metadata(c echo.Context) error {
	issuer := l.Issuer()
	grants := make([]string, len(grantTypes))
	for i, g := range grantTypes {
		grants[i] = g.name
	}
	return c.JSON(http.StatusOK, map[string]any{
		"issuer":                                issuer,
		"token_endpoint":                        issuer + "/oauth/token",
		"jwks_uri":                              issuer + "/.well-known/jwks.json",
		"grant_types_supported":                 grants,
		"response_types_supported":              []string{},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	})
}

// oauthError is a refusal of the token endpoint: status 400 and both spellings
// of the description (facts: oauth.md §3).
type oauthError struct {
	Code             string `json:"error"`
	Description      string `json:"description"`
	ErrorDescription string `json:"error_description"`
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

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
	if c.Request().Context().Err() == nil { // a client that hung up is nobody's failure
		l.Logger.Error("token request failed", "error", err)
	}
	return WriteError(c.Response(), http.StatusInternalServerError, "The server met an unexpected condition.")
}
