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
}

// Mount registers the endpoints.
func (l *Login) Mount(e *echo.Echo) {
	e.POST("/oauth/token", l.token)
	e.POST("/token", l.token) // the Ruby SDK's spelling (facts: clients.md §3)
	e.GET("/.well-known/jwks.json", l.jwks)
	e.GET("/.well-known/oauth-authorization-server", l.metadata)
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

// respond sends v, or err in OAuth's shape.
func (l *Login) respond(c echo.Context, v any, err error) error {
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		var refusal *oauthError
		if !errors.As(err, &refusal) {
			l.Logger.Error("token request failed", "error", err)
			refusal, status = refuse("server_error", "The server met an unexpected condition."), http.StatusInternalServerError
		}
		v = refusal
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, body)
}
