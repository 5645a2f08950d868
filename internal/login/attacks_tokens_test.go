package login_test

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The attacker's code in the victim's application: the application's own
// verifier does not fit it.
func codeInjection(t *testing.T, srv *mocktest.Server) {
	_, theirs := pkce("a")
	verifier, _ := pkce("v")
	stolen := newBrowser(t, srv).code(t, theirs...)
	refused(t, redeem(t, srv, stolen, "code_verifier", verifier), "invalid_grant", "invalid code verifier")
}

func codeGuessing(t *testing.T, srv *mocktest.Server) {
	code := newBrowser(t, srv).code(t)
	if raw, err := base64.RawURLEncoding.DecodeString(code); err != nil || len(raw) < 32 {
		t.Errorf("a code has %d bytes", len(raw))
	}
	last := code[len(code)-1:]
	for _, other := range []string{"A", "E", "I", "M"} {
		if other != last {
			refused(t, redeem(t, srv, code[:len(code)-1]+other), "invalid_grant", "authorization code is invalid or expired")
		}
	}
}

func idTokenAsAccessToken(t *testing.T, srv *mocktest.Server) {
	got := redeem(t, srv, newBrowser(t, srv).code(t, "scope", "openid"))
	if id := got.Str(t, "id_token"); id == "" || alive(t, srv, id) {
		t.Errorf("the ID token is taken for an access token: %s", got.Body)
	}
}

func unsignedToken(t *testing.T, srv *mocktest.Server) {
	access, _ := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t)))
	_, rest, _ := strings.Cut(access, ".")
	payload, _, _ := strings.Cut(rest, ".")
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`))
	for _, forged := range []string{header + "." + payload + ".", header + "." + payload, "." + payload + "."} {
		if alive(t, srv, forged) {
			t.Errorf("%s works", forged)
		}
	}
}

func nothingCached(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	b.code(t)
	got := b.get(t, authorize())
	if !strings.Contains(got.header.Get("Cache-Control"), "no-store") || got.body != "" {
		t.Errorf("the redirect may be kept: %q, and has a body of %d bytes", got.header.Get("Cache-Control"), len(got.body))
	}
}

// nothingLogged goes through every way in at the most talkative level and looks
// for what must not be written down.
func nothingLogged(t *testing.T, _ *mocktest.Server) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true, Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	b := newBrowser(t, srv)
	b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", "a-wrong-password")
	b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord)
	code := b.code(t)
	access, refresh := mustIssue(t, redeem(t, srv, code))
	redeem(t, srv, code)
	trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh)
	trade(t, srv, webSecret, webApp, "grant_type", "client_credentials") // the wrong way round
	trade(t, srv, passwordApp, passwordWord, "grant_type", "password", "username", agentEmail, "password", "a-wrong-password")
	b.get(t, implicit())
	text := assertion(t, srv, `{"user":"`+agentEmail+`"}`)
	bearerGrant(t, srv, text)
	bearerGrant(t, srv, text)
	b.do(t.Context(), t, http.MethodPost, "/saml", url.Values{"SAMLResponse": {text}})
	alive(t, srv, access)
	content, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	written := string(content)
	for _, told := range []string{"token refused", "sign-in refused", "used before; what it gave has ended", "client not found"} {
		if !strings.Contains(written, told) {
			t.Errorf("the log does not tell %q:\n%s", told, written)
		}
	}
	for name, secret := range map[string]string{
		"a code": code, "an access token": access, "a refresh token": refresh, "an assertion": text[200:260], "a client's secret": webSecret,
		"a password": agentWord, "a wrong password": "a-wrong-password", "another client's secret": passwordWord,
	} {
		if strings.Contains(written, secret) {
			t.Errorf("the log holds %s", name)
		}
	}
}
