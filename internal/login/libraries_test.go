package login_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/mockcloud/mockcloud/mocktest"
)

// discovered is what a generic library learns from the well-known documents.
type discovered struct {
	Issuer    string   `json:"issuer"`
	Authorize string   `json:"authorization_endpoint"`
	Token     string   `json:"token_endpoint"`
	JWKS      string   `json:"jwks_uri"`
	Scopes    []string `json:"scopes_supported"`
	Grants    []string `json:"grant_types_supported"`
	Subjects  []string `json:"subject_types_supported"`
	Algs      []string `json:"id_token_signing_alg_values_supported"`
	Methods   []string `json:"code_challenge_methods_supported"`
}

func discover(t *testing.T, srv *mocktest.Server, path string) discovered {
	t.Helper()
	got := srv.Anonymous().Get(t, path)
	var d discovered
	got.JSON(t, &d)
	if got.Status != http.StatusOK || d.Issuer != srv.URL {
		t.Fatalf("%s = %d %s", path, got.Status, got.Body)
	}
	return d
}

func TestClientCredentialsByTheGoLibrary(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	e, d := srv.Environment(), discover(t, srv, "/.well-known/oauth-authorization-server")
	config := clientcredentials.Config{ClientID: e.ClientID, ClientSecret: e.ClientSecret, TokenURL: d.Token}
	token, err := config.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !alive(t, srv, token.AccessToken) || token.RefreshToken != "" {
		t.Errorf("token = %+v", token)
	}
}

func TestCodeWithPKCEByTheGoLibrary(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	d := discover(t, srv, "/.well-known/openid-configuration")
	for _, secret := range []string{webSecret, ""} {
		config := oauth2.Config{
			ClientID: webApp, ClientSecret: secret, RedirectURL: callback, Scopes: []string{"openid", "users"},
			Endpoint: oauth2.Endpoint{AuthURL: d.Authorize, TokenURL: d.Token, AuthStyle: oauth2.AuthStyleAutoDetect},
		}
		verifier := oauth2.GenerateVerifier()
		b := newBrowser(t, srv)
		got := b.submit(t, b.get(t, config.AuthCodeURL("xyz", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", "n-1"))), "as", agentID)
		if got.query(t).Get("state") != "xyz" {
			t.Fatalf("the browser comes back with %s", got.location)
		}
		token, err := config.Exchange(t.Context(), got.query(t).Get("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		if !alive(t, srv, token.AccessToken) || (token.RefreshToken == "") != (secret == "") {
			t.Errorf("token = %+v", token)
		}
		checkIDToken(t, srv, token.Extra("id_token"))
		if secret != "" {
			refreshByLibrary(t, srv, &config, token)
		}
	}
}

func refreshByLibrary(t *testing.T, srv *mocktest.Server, config *oauth2.Config, token *oauth2.Token) {
	t.Helper()
	token.Expiry = time.Now().Add(-time.Hour) // the library's own clock decides
	fresh, err := config.TokenSource(context.WithoutCancel(t.Context()), token).Token()
	if err != nil {
		t.Fatal(err)
	}
	if !alive(t, srv, fresh.AccessToken) || fresh.RefreshToken == token.RefreshToken || fresh.RefreshToken == "" {
		t.Errorf("after the refresh: %+v", fresh)
	}
}

// keyfunc finds the public keys as an application would: another library than
// the one that signs, and keys put together by hand from the published set.
func keyfunc(t *testing.T, srv *mocktest.Server) jwt.Keyfunc {
	t.Helper()
	var set struct {
		Keys []struct{ Kid, Kty, Crv, X, Y, Use, Alg, D string }
	}
	srv.Anonymous().Get(t, discover(t, srv, "/.well-known/openid-configuration").JWKS[len(srv.URL):]).JSON(t, &set)
	return func(token *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.Kid != token.Header["kid"] {
				continue
			}
			if k.Kty != "EC" || k.Crv != "P-256" || k.Use != "sig" || k.Alg != "ES256" || k.D != "" {
				return nil, fmt.Errorf("key = %+v", k)
			}
			x, err := base64.RawURLEncoding.DecodeString(k.X)
			if err != nil {
				return nil, err
			}
			y, err := base64.RawURLEncoding.DecodeString(k.Y)
			if err != nil {
				return nil, err
			}
			return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		}
		return nil, fmt.Errorf("no key %v", token.Header["kid"])
	}
}

func checkIDToken(t *testing.T, srv *mocktest.Server, raw any) {
	t.Helper()
	text, _ := raw.(string)
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(text, claims, keyfunc(t, srv), jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(srv.URL),
		jwt.WithAudience(webApp), jwt.WithSubject(agentID), jwt.WithIssuedAt(), jwt.WithExpirationRequired(), jwt.WithTimeFunc(srv.Clock.Now))
	if err != nil {
		t.Fatalf("the ID token: %v", err)
	}
	if token.Header["typ"] != "JWT" || claims["nonce"] != "n-1" || claims["email"] != agentEmail || claims["name"] != "Alex Agent" || claims["auth_time"] == nil {
		t.Errorf("the ID token says %v", claims)
	}
}

func TestAccessTokensVerifyWithAnotherLibrary(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	access, _ := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t, "scope", "users")))
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(access, claims, keyfunc(t, srv), jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(srv.URL),
		jwt.WithAudience("mockcloud"), jwt.WithSubject(agentID), jwt.WithExpirationRequired(), jwt.WithTimeFunc(srv.Clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	// RFC 9068 §2: the type and the claims.
	if token.Header["typ"] != "at+jwt" || claims["client_id"] != webApp || claims["scope"] != "users" || claims["jti"] == "" {
		t.Errorf("header %v, claims %v", token.Header, claims)
	}
	srv.Clock.Advance(24 * time.Hour)
	if _, err := jwt.Parse(access, keyfunc(t, srv), jwt.WithTimeFunc(srv.Clock.Now)); err == nil {
		t.Error("the token does not expire")
	}
}

// Without the scope openid there is no ID token, and the document that promises
// one says what is true.
func TestDiscoveryNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	srv, more := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	if got := redeem(t, srv, newBrowser(t, srv).code(t)); got.Str(t, "id_token") != "" {
		t.Errorf("an ID token that nobody asked for: %s", got.Body)
	}
	plain, openID := discover(t, srv, "/.well-known/oauth-authorization-server"), discover(t, srv, "/.well-known/openid-configuration")
	if plain.Authorize != srv.URL+"/oauth/authorize" || plain.Token != srv.URL+"/oauth/token" || !slices.Equal(plain.Methods, []string{"S256"}) {
		t.Errorf("metadata = %+v", plain)
	}
	if plain.Subjects != nil || !slices.Equal(openID.Subjects, []string{"public"}) || !slices.Equal(openID.Algs, []string{"ES256"}) {
		t.Errorf("OpenID Connect: %+v", openID)
	}
	if !slices.Contains(plain.Scopes, "users:readonly") || !slices.Contains(plain.Scopes, "openid") {
		t.Errorf("scopes = %v", plain.Scopes)
	}
	if slices.Contains(plain.Grants, "password") || !slices.Contains(discover(t, more, "/.well-known/oauth-authorization-server").Grants, "password") {
		t.Errorf("grants = %v", plain.Grants)
	}
	for _, grant := range plain.Grants {
		if grant == "implicit" { // has no business at the token endpoint
			continue
		}
		if got := trade(t, srv, webApp, webSecret, "grant_type", grant); got.Str(t, "error") == "unsupported_grant_type" {
			t.Errorf("%s is promised and not supported", grant)
		}
	}
}

// What a page of another origin needs (facts clients.md §8).
func TestBrowsersMayCallFromOtherOrigins(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	origin := http.Header{"Origin": {"http://localhost:3000"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"content-type"}}
	for _, path := range []string{"/oauth/token", "/api/v2/users/me", "/.well-known/openid-configuration", "/.well-known/jwks.json"} {
		got := srv.Anonymous().Do(t, http.MethodOptions, path, nil, origin)
		if got.Status/100 != 2 || got.Header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" || got.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("preflight of %s: %d %v", path, got.Status, got.Header)
		}
	}
	header := form()
	header.Set("Origin", "http://localhost:3000")
	for _, got := range []*mocktest.Response{
		srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=authorization_code&client_id="+webApp, header),
		srv.Anonymous().Do(t, http.MethodGet, "/api/v2/users/me", nil, http.Header{"Origin": {"http://localhost:3000"}}),
	} {
		if got.Header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" {
			t.Errorf("a refusal cannot be read: %d %v", got.Status, got.Header)
		}
		for _, name := range []string{"ININ-Correlation-Id", "inin-ratelimit-count", "Retry-After"} {
			if !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), name) {
				t.Errorf("%s is not exposed", name)
			}
		}
	}
}
