package login

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/pages"
)

// jwks answers the public keys that tokens can be checked with. Whoever keeps the
// set must ask whether it still is the one, since a rotation may come at any time
// and what it brings signs at once; asking costs no body.
func (l *Login) jwks(c echo.Context) error {
	set := l.Authority.KeySet()
	h := c.Response().Header()
	h.Del("Pragma")
	h.Del("Expires")
	h.Set(echo.HeaderCacheControl, "public, max-age=0, must-revalidate")
	h.Set("ETag", set.ETag)
	if names(c.Request().Header.Values("If-None-Match"), set.ETag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/jwk-set+json", set.JSON)
}

// names says whether one of the values of If-None-Match names the tag. A weak
// spelling of it counts as well (RFC 9110 §13.1.2).
func names(values []string, tag string) bool {
	for _, value := range values {
		for one := range strings.SplitSeq(value, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// serverMetadata is the authorization server metadata of RFC 8414, and with the
// last part that of OpenID Connect Discovery. It names what this server can do,
// nothing more. Both documents are additions of mockcloud's: the real service
// has none (facts: oauth.md §1).
type serverMetadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	ScopesSupported       []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	UILocales             []string `json:"ui_locales_supported"`

	SubjectTypes   []string `json:"subject_types_supported,omitempty"`
	IDTokenAlgs    []string `json:"id_token_signing_alg_values_supported,omitempty"`
	Claims         []string `json:"claims_supported,omitempty"`
	PromptValues   []string `json:"prompt_values_supported,omitempty"`
	RequestURIs    *bool    `json:"request_uri_parameter_supported,omitempty"` // absent means true in OpenID Connect
	RequestObjects *bool    `json:"request_parameter_supported,omitempty"`
}

func (l *Login) serverMetadata() *serverMetadata {
	issuer := l.Issuer()
	m := &serverMetadata{
		Issuer:                issuer,
		AuthorizationEndpoint: issuer + "/oauth/authorize",
		TokenEndpoint:         issuer + "/oauth/token",
		JWKSURI:               issuer + "/.well-known/jwks.json",
		ScopesSupported:       append(l.Scopes(), openIDScopes...),
		ResponseTypes:         []string{responseCode},
		ResponseModes:         []string{"query", "fragment"},
		AuthMethods:           []string{"client_secret_basic", "client_secret_post", "none"},
		ChallengeMethods:      []string{"S256"},
	}
	if !l.NoImplicit {
		m.GrantTypes, m.ResponseTypes = append(m.GrantTypes, "implicit"), append(m.ResponseTypes, responseToken)
	}
	for _, g := range grantTypes {
		if l.findGrant(g.name) != nil {
			m.GrantTypes = append(m.GrantTypes, g.name)
		}
	}
	for _, lang := range pages.Languages {
		m.UILocales = append(m.UILocales, lang.Tag)
	}
	return m
}

// metadata is /.well-known/oauth-authorization-server.
func (l *Login) metadata(c echo.Context) error { return c.JSON(http.StatusOK, l.serverMetadata()) }

// openIDConfiguration is /.well-known/openid-configuration.
func (l *Login) openIDConfiguration(c echo.Context) error {
	m := l.serverMetadata()
	m.SubjectTypes = []string{"public"}
	m.IDTokenAlgs = l.Authority.Algorithms()
	m.Claims = []string{"iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "org", "name", "email"}
	m.PromptValues = []string{"none", "login"}
	m.RequestURIs, m.RequestObjects = new(bool), new(bool)
	return c.JSON(http.StatusOK, m)
}
