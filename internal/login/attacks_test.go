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

// The attacks of RFC 6749 §10, RFC 7636 §7, RFC 7522 §8 and RFC 9700 that apply
// here, each tried. Where the whole of an attack is tried elsewhere, the name of
// that test stands in the table, and nothing runs twice.
func TestAttacks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		elsewhere    string // the test that tries it
		try          func(t *testing.T, srv *mocktest.Server)
	}{
		{name: "open redirect by the authorize endpoint", source: "RFC 6749 §10.15, RFC 9700 §4.11", elsewhere: "TestWhatIsNotTrustedEndsOnTheErrorPage"},
		{name: "open redirect by the logout", source: "RFC 9700 §4.11", elsewhere: "TestLoggingOut"},
		{name: "open redirect by the relay state", source: "RFC 9700 §4.11", try: relayStateRedirect},
		{name: "redirect URI manipulation", source: "RFC 6749 §10.6, RFC 9700 §4.1", elsewhere: "TestWhatIsNotTrustedEndsOnTheErrorPage"},
		{name: "code of another redirect URI", source: "RFC 6749 §10.6", elsewhere: "TestCodesAreRefused"},
		{name: "code injection into another session", source: "RFC 9700 §4.5", try: codeInjection},
		{name: "code guessing", source: "RFC 6749 §10.10", try: codeGuessing},
		{name: "code replay", source: "RFC 6749 §10.5, RFC 9700 §4.2", elsewhere: "TestAReusedCodeRevokesWhatItGave"},
		{name: "code replay in parallel", source: "RFC 6749 §10.5", elsewhere: "TestOneOfManyParallelTradesOfACodeWins"},
		{name: "PKCE downgrade: no verifier", source: "RFC 9700 §4.8.2", elsewhere: "TestCodesAreRefused"},
		{name: "PKCE downgrade: stripped challenge", source: "RFC 9700 §4.8.2", elsewhere: "TestCodesAreRefused"},
		{name: "PKCE downgrade: plain", source: "RFC 7636 §7.2", elsewhere: "TestWhatIsTrustedIsToldToTheApplication"},
		{name: "mix of clients: code", source: "RFC 6749 §10.16", elsewhere: "TestCodesAreRefused"},
		{name: "mix of clients: refresh token", source: "RFC 6749 §10.4", elsewhere: "TestRefreshTokensAreRefused"},
		{name: "refresh token reuse", source: "RFC 9700 §4.14", elsewhere: "TestRefreshTokensRotate"},
		{name: "refresh by a client that proves nothing", source: "RFC 6749 §10.4", elsewhere: "TestRefreshTokensAreRefused"},
		{name: "ID token as access token", source: "RFC 9068 §4", try: idTokenAsAccessToken},
		{name: "token with the algorithm none", source: "RFC 8725 §2.1", try: unsignedToken},
		{name: "response type of another grant", source: "RFC 9700 §4.10", elsewhere: "TestWhatIsTrustedIsToldToTheApplication"},
		{name: "CSRF on the log-in form: no token", source: "RFC 6749 §10.12", try: formWithoutToken},
		{name: "CSRF on the log-in form: token of another browser", source: "RFC 6749 §10.12", try: formOfAnotherBrowser},
		{name: "CSRF on the log-in form: another origin", source: "RFC 6749 §10.12", try: formOfAnotherOrigin},
		{name: "CSRF on the approval", source: "RFC 6749 §10.12", try: approvalWithoutToken},
		{name: "cookie for scripts or other sites", source: "RFC 6749 §10.12", try: cookieAttributes},
		{name: "planted session", source: "RFC 6749 §10.12", try: plantedSession},
		{name: "sign-in of another browser by single sign-on", source: "RFC 6749 §10.12", try: stolenContinue},
		{name: "sign-in handed over to a victim", source: "RFC 6749 §10.12", try: handedOver},
		{name: "scopes approved unseen", source: "RFC 6749 §10.13", try: unseenScopes},
		{name: "name of another site that leads here", source: "DNS rebinding", try: foreignHost},
		{name: "path of two slashes as another host", source: "RFC 9700 §4.11", try: doubleSlash},
		{name: "secrets in the log", source: "RFC 9700 §4.3", try: nothingLogged},
		{name: "clickjacking", source: "RFC 6749 §10.13, RFC 9700 §4.16", try: clickjacking},
		{name: "token or code in a Referer", source: "RFC 9700 §4.2.4", try: referrers},
		{name: "code in a cache", source: "RFC 9700 §4.3", try: nothingCached},
		{name: "password guessing", source: "RFC 6749 §10.10", elsewhere: "TestFailedSignInsAreThrottledPerAccount"},
		{name: "assertion replay", source: "RFC 7522 §8", elsewhere: "TestAnAssertionServesOnce"},
		{name: "assertion replay by another door", source: "RFC 7522 §8", try: replayAcrossDoors},
		{name: "answer to a request that was not made", source: "SAML profiles §4.1.5", try: unaskedAnswer},
		{name: "answer without its request", source: "SAML profiles §4.1.5", try: answerWithoutRequest},
		{name: "answer addressed to somebody else", source: "RFC 7522 §3", try: answerForSomebodyElse},
		{name: "signature wrapping", source: "RFC 7522 §8", try: wrappedAssertion},
		{name: "XML entity expansion", source: "RFC 7522 §8", try: entityExpansion},
		{name: "oversized assertion", source: "RFC 7522 §8", try: oversizedAssertion},
		{name: "unsigned assertion", source: "RFC 7522 §3", try: unsignedAssertion},
		{name: "header injection by the state", source: "RFC 6749 §10.14", try: headerInjection},
		{name: "policy injection by the redirect URI", source: "RFC 6749 §10.14", try: policyInjection},
	}
	sources := testSources(t)
	for _, tt := range tests {
		if tt.try == nil {
			if !strings.Contains(sources, "func "+tt.elsewhere+"(t *testing.T)") {
				t.Errorf("nothing tries %s: there is no test %q", tt.name, tt.elsewhere)
			}
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.try(t, mocktest.Start(t, mocktest.Options{}))
		})
	}
}

// testSources is the text of this package's tests.
func testSources(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

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

// failedForm checks that a form has signed nobody in.
func failedForm(t *testing.T, b *browser, got *screen) {
	t.Helper()
	if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "out of date") {
		t.Errorf("answer = %d %s\n%s", got.status, got.location, got.body)
	}
	if again := b.get(t, authorize("prompt", "none")); !strings.Contains(again.location, "error=login_required") {
		t.Errorf("somebody is signed in: %s", again.location)
	}
}

func formWithoutToken(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	failedForm(t, b, b.submit(t, page, "email", agentEmail, "password", agentWord, "csrf", ""))
	failedForm(t, b, b.submit(t, page, "as", agentID, "csrf", "x"))
	failedForm(t, b, b.do(t.Context(), t, http.MethodPost, authorize(), url.Values{"email": {agentEmail}, "password": {agentWord}}))
	choose := b.get(t, "/_mockcloud/idp/sso")
	if got := b.submit(t, choose, "user", "6d6f636b-0001-4000-8000-000000000001/"+agentID, "csrf", "x"); got.status != http.StatusBadRequest || strings.Contains(got.body, "SAMLResponse") {
		t.Errorf("the test identity provider answers a form of somebody else: %d", got.status)
	}
	bare := newBrowser(t, srv) // no cookie either
	failedForm(t, bare, bare.do(t.Context(), t, http.MethodPost, "/login", url.Values{"as": {agentID}}))
}

func formOfAnotherBrowser(t *testing.T, srv *mocktest.Server) {
	attacker, victim := newBrowser(t, srv), newBrowser(t, srv)
	page := attacker.get(t, authorize())
	victim.get(t, authorize())
	failedForm(t, victim, victim.submit(t, page, "email", agentEmail, "password", agentWord))
}

func formOfAnotherOrigin(t *testing.T, srv *mocktest.Server) {
	for name, value := range map[string]string{"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"} {
		b := newBrowser(t, srv)
		page := b.get(t, authorize())
		b.header.Set(name, value)
		got := b.submit(t, page, "email", agentEmail, "password", agentWord)
		b.header.Del(name)
		failedForm(t, b, got)
	}
}

func approvalWithoutToken(t *testing.T, _ *mocktest.Server) {
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", scopeFixture(t)}})
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "as", "6d6f636b-0005-4000-8000-000000000001")
	// The token of the page for another request does not do either.
	other := b.get(t, authorize("state", "another"))
	foreign := hiddenField.FindStringSubmatch(other.body)
	if got := b.submit(t, page, "approve", "1", "csrf", foreign[2]); got.query(t).Get("code") != "" {
		t.Errorf("approved with the token of another request: %s", got.location)
	}
	if got := b.submit(t, page, "approve", "1", "csrf", "x"); got.query(t).Get("code") != "" {
		t.Errorf("approved without a token: %s", got.location)
	}
	if got := b.get(t, authorize()); !strings.Contains(got.body, "Approve") {
		t.Errorf("the application is approved: %d %s", got.status, got.location)
	}
}

// No script reads the cookies, and no form of another site brings them along.
func cookieAttributes(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	page := b.get(t, authorize("ui_locales", "es"))
	set := page.header.Values("Set-Cookie")
	set = append(set, b.submit(t, page, "as", agentID).header.Values("Set-Cookie")...)
	if len(set) != 3 {
		t.Fatalf("cookies = %q", set)
	}
	for _, cookie := range set {
		if !strings.Contains(cookie, "; HttpOnly") || !strings.Contains(cookie, "; SameSite=Lax") || !strings.Contains(cookie, "; Path=/;") || strings.Contains(cookie, "Secure") {
			t.Errorf("cookie = %s", cookie)
		}
	}
}

// A cookie that the attacker knows does not become the victim's session.
func plantedSession(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	site := mustURL(t, srv.URL)
	name := "mockcloud_session_" + site.Port()
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: name, Value: "planted"}})
	b.code(t)
	for _, c := range b.client.Jar.Cookies(site) {
		if c.Name == name && c.Value == "planted" {
			t.Error("the session goes by the planted cookie")
		}
	}
	first := cookieOf(t, b, name)
	b.submit(t, b.get(t, authorize("prompt", "login")), "as", agentID)
	if cookieOf(t, b, name) == first {
		t.Error("the cookie stays the same over a sign-in")
	}
	old := newBrowser(t, srv)
	old.client.Jar.SetCookies(site, []*http.Cookie{{Name: name, Value: first}})
	if got := old.get(t, authorize("prompt", "none")); !strings.Contains(got.location, "login_required") {
		t.Errorf("the old session lives on: %s", got.location)
	}
}

func cookieOf(t *testing.T, b *browser, name string) string {
	t.Helper()
	for _, c := range b.client.Jar.Cookies(mustURL(t, b.url)) {
		if c.Name == name {
			return c.Value
		}
	}
	t.Fatalf("there is no cookie %s", name)
	return ""
}

// everyPage lists an address of each page.
func everyPage(t *testing.T, srv *mocktest.Server) map[string]*screen {
	b := newBrowser(t, srv)
	pages := map[string]*screen{
		"log in": b.get(t, authorize()), "direct log in": b.get(t, "/login"), "error": b.get(t, "/error?errorKey=invalidClientId"),
		"identity provider": b.get(t, "/_mockcloud/idp"), "its sign-in": b.get(t, "/_mockcloud/idp/sso"),
	}
	b.code(t)
	pages["account"] = b.get(t, "/login")
	pages["logged out"] = b.get(t, "/logout")
	return pages
}

func clickjacking(t *testing.T, srv *mocktest.Server) {
	for name, page := range everyPage(t, srv) {
		policy := page.header.Get("Content-Security-Policy")
		if page.header.Get("Cross-Origin-Opener-Policy") != "" {
			t.Errorf("%s parts a popup from the application that waits for it", name)
		}
		if page.header.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.HasPrefix(policy, "default-src 'none'; style-src 'self'") {
			t.Errorf("%s: %s, %s", name, page.header.Get("X-Frame-Options"), policy)
		}
		if strings.Contains(page.body, " style=") || strings.Contains(page.body, "<style") || strings.Contains(page.body, " onclick=") {
			t.Errorf("%s holds inline style or script", name)
		}
	}
}

func referrers(t *testing.T, srv *mocktest.Server) {
	pages := everyPage(t, srv)
	b := newBrowser(t, srv)
	pages["redirect"] = b.submit(t, b.get(t, implicit()), "as", agentID)
	pages["single sign-on"] = b.get(t, authorize())
	for name, page := range pages {
		want := "same-origin"
		if strings.HasPrefix(page.location, "http") {
			want = "no-referrer"
		}
		if page.header.Get("Referrer-Policy") != want {
			t.Errorf("%s: Referrer-Policy = %q", name, page.header.Get("Referrer-Policy"))
		}
		for _, where := range []string{`src="http`, `href="http`} {
			if strings.Contains(page.body, where) {
				t.Errorf("%s loads something from elsewhere", name)
			}
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

func unseenScopes(t *testing.T, _ *mocktest.Server) {
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", scopeFixture(t)}})
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "as", "6d6f636b-0005-4000-8000-000000000001")
	var client map[string]any
	admin := srv.Admin(t)
	admin.Get(t, "/api/v2/oauth/clients/"+webApp).JSON(t, &client)
	client["scope"] = append(client["scope"].([]any), "telephony")
	admin.Put(t, "/api/v2/oauth/clients/"+webApp, client)
	again := b.submit(t, page, "approve", "1")
	if again.status != http.StatusOK || !strings.Contains(again.body, "<code>telephony</code>") {
		t.Fatalf("approved without having seen it: %d %s", again.status, again.location)
	}
	if got := b.submit(t, again, "approve", "1"); got.query(t).Get("code") == "" {
		t.Errorf("after having seen it: %d", got.status)
	}
}

func foreignHost(t *testing.T, srv *mocktest.Server) {
	for _, path := range []string{"/_mockcloud/idp", "/_mockcloud/idp/sso", "/_mockcloud/callback"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.test"
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s = %d", path, got.StatusCode)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+authorize("redirect_uri", "http://evil.test/_mockcloud/callback"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.test"
	got, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if !strings.HasPrefix(got.Header.Get("Location"), "/error?errorKey=invalidRedirectUri") {
		t.Errorf("the callback moves to another site: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	foreign := http.Header{"Origin": {"http://evil.test"}}
	for _, path := range []string{"/login", "/oauth/authorize", "/logout"} {
		if got := srv.Anonymous().Do(t, http.MethodGet, path, nil, foreign); got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("scripts of another origin may read %s", path)
		}
	}
}

func doubleSlash(t *testing.T, srv *mocktest.Server) {
	for _, path := range []string{"//oauth/authorize", "//login", "/gw//login", "//logout", "//oauth/authorize?client_id=x", "///oauth/authorize?" + strings.TrimPrefix(authorize(), "/oauth/authorize?")} {
		got := newBrowser(t, srv).get(t, srv.URL+path)
		if strings.HasPrefix(got.location, "//") || strings.Contains(got.body, `="//`) {
			t.Errorf("%s leads to another host: %d %s", path, got.status, got.location)
		}
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

func headerInjection(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	b.code(t)
	got := b.get(t, authorize("state", "x\r\nSet-Cookie: a=b"))
	if got.query(t).Get("state") != "x\r\nSet-Cookie: a=b" || strings.Contains(strings.Join(got.header["Set-Cookie"], ""), "a=b") {
		t.Errorf("location %q, cookies %q", got.location, got.header["Set-Cookie"])
	}
}

// A redirect URI is never part of the policy, whatever it holds.
func policyInjection(t *testing.T, srv *mocktest.Server) {
	evil := "http://localhost:3000/;script-src%20*;x"
	made := srv.Admin(t).Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": "x", "authorizedGrantType": "CODE", "scope": []string{"users"}, "registeredRedirectUri": []string{evil},
	})
	got := newBrowser(t, srv).get(t, authorize("client_id", made.Str(t, "id"), "redirect_uri", evil))
	if policy := got.header.Get("Content-Security-Policy"); got.status != http.StatusOK || policy == "" || strings.Contains(policy, "script-src") || strings.Contains(policy, "3000") {
		t.Errorf("answer = %d, policy = %s", got.status, policy)
	}
}
