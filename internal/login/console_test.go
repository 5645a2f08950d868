package login_test

import (
	"context"
	"encoding/base64"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/mocktest"
)

const adminID = "6d6f636b-0005-4000-8000-000000000001"

// consoleAt is the address that the console of an origin sends people to; the
// verifier is that of pkce("c").
func consoleAt(origin string, pairs ...string) string {
	_, challenge := pkce("c")
	all := append([]string{"client_id", identity.BuiltinID, "redirect_uri", origin + "/signin/callback"}, challenge...)
	return authorize(append(all, pairs...)...)
}

// consoleCode signs the person in by a click where nobody is signed in, and
// returns the code.
func (b *browser) consoleCode(t *testing.T, origin, user string) string {
	t.Helper()
	s := b.get(t, consoleAt(origin))
	if s.status == http.StatusOK {
		s = b.submit(t, s, "as", user)
	}
	return s.consoleCode(t, origin)
}

func (s *screen) consoleCode(t *testing.T, origin string) string {
	t.Helper()
	code := s.query(t).Get("code")
	if s.status != http.StatusFound || code == "" || s.location != origin+"/signin/callback?code="+code+"&state=st" {
		t.Fatalf("no code: %d %s\n%s", s.status, s.location, s.body)
	}
	return code
}

// redeemConsole trades a code of the console.
func redeemConsole(t *testing.T, srv *mocktest.Server, origin, code string, pairs ...string) *mocktest.Response {
	t.Helper()
	verifier, _ := pkce("c")
	return trade(t, srv, identity.BuiltinID, "", append([]string{
		"grant_type", "authorization_code", "code", code, "redirect_uri", origin + "/signin/callback", "code_verifier", verifier,
	}, pairs...)...)
}

// emailOf is whom a token stands for.
func emailOf(t *testing.T, srv *mocktest.Server, access string) string {
	t.Helper()
	return srv.Bearer(access).Get(t, "/api/v2/users/me").Str(t, "email")
}

func TestTheConsoleSignsPeopleIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, consoleAt(srv.URL, "login_hint", agentEmail))
	if page.status != http.StatusOK || !strings.Contains(page.body, `maxlength="254" value="`+agentEmail+`"`) || !strings.Contains(page.body, agentID) {
		t.Fatalf("the log-in page = %d %s\n%s", page.status, page.location, page.body)
	}
	direct := regexp.MustCompile(`<p class="lead">[^<]*</p>`)
	if got, want := direct.FindString(page.body), direct.FindString(newBrowser(t, srv).get(t, "/login").body); got != want || want == "" {
		t.Errorf("the page says %q, and not as without an application %q", got, want)
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "; form-action 'self';") {
		t.Errorf("the page's form leads to this server alone, and its policy is %s", policy)
	}
	code := b.submit(t, page, "email", agentEmail, "password", agentWord).consoleCode(t, srv.URL)
	got := redeemConsole(t, srv, srv.URL, code)
	access, _ := mustIssue(t, got)
	if want := `{"access_token":"` + access + `","token_type":"bearer","expires_in":86399}`; string(got.Body) != want {
		t.Errorf("body = %s\nwant   %s", got.Body, want)
	}
	if email := emailOf(t, srv, access); email != agentEmail {
		t.Errorf("the token is of %s", email)
	}
	info := srv.Bearer(access).Get(t, "/api/v2/tokens/me")
	for path, want := range map[string]string{
		"OAuthClient.id": identity.BuiltinID, "OAuthClient.organization.id": "purecloud-builtin", "OAuthClient.authorizedGrantType": "CODE", "organization.name": "Mockcloud",
	} {
		if info.Str(t, path) != want {
			t.Errorf("%s = %q, want %q", path, info.Str(t, path), want)
		}
	}
	if again := b.get(t, consoleAt(srv.URL, "prompt", "none")).consoleCode(t, srv.URL); again == code {
		t.Error("the same code twice")
	}
}

// Nothing that an organization decides about applications concerns the console.
func TestTheConsoleIsNoApplicationToApprove(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", scopeFixture(t)}})
	admin := srv.Admin(t)
	for _, user := range []string{adminID, agentID} {
		access, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, newBrowser(t, srv).consoleCode(t, srv.URL, user)))
		if got := srv.Bearer(access).Get(t, "/api/v2/users"); got.Status != http.StatusOK {
			t.Errorf("the token of %s has scopes: %d %s", user, got.Status, got.Body)
		}
	}
	for _, list := range []string{"/api/v2/oauth/clients", "/api/v2/oauth/authorizations"} {
		if got := admin.Get(t, list); got.Status != http.StatusOK || strings.Contains(string(got.Body), identity.BuiltinID) {
			t.Errorf("%s = %d %s", list, got.Status, got.Body)
		}
	}
	for _, path := range []string{
		"/api/v2/oauth/clients/" + identity.BuiltinID, "/api/v2/oauth/authorizations/" + identity.BuiltinID, "/api/v2/oauth/clients/" + identity.BuiltinID + "/usage/summary",
	} {
		if got := admin.Get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("%s = %d %s", path, got.Status, got.Body)
		}
	}
}

// decisions.md 38: by whatever name the browser calls the server.
func TestTheConsoleIsWhereverTheServerIs(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, host := range []string{"localhost:8080", "localhost", "127.0.0.1:8080", "[::1]:8080", "mockcloud:8080", "mockcloud", "one.localhost", "192.0.2.7:80"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.host = host
			code := b.consoleCode(t, "http://"+host, agentID)
			access, _ := mustIssue(t, redeemConsole(t, srv, "http://"+host, code))
			if email := emailOf(t, srv, access); email != agentEmail {
				t.Errorf("the token is of %s", email)
			}
		})
	}
}

// A proxy in front takes https off. Past it go only browsers of this machine, by a
// name that it has anyhow.
func TestTheConsoleIsAtThePublicURL(t *testing.T) {
	t.Parallel()
	srv, err := server.Start(t.Context(), server.Config{PublicURL: "https://mock.example"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	tests := []struct{ host, origin string }{
		{"mock.example", "https://mock.example"},
		{"mockcloud:8080", "https://mockcloud:8080"},
		{"localhost:8080", "http://localhost:8080"},
		{"127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"[::1]:8080", "http://[::1]:8080"},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, &mocktest.Server{URL: srv.ListenURL()})
			b.host = tt.host
			if got := b.get(t, consoleAt(tt.origin, "prompt", "none")); !strings.HasPrefix(got.location, tt.origin+"/signin/callback?error=login_required&") {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
			other := strings.Replace(tt.origin, "https:", "http:", 1)
			if other == tt.origin {
				other = strings.Replace(tt.origin, "http:", "https:", 1)
			}
			if got := b.get(t, consoleAt(other, "prompt", "none")); !strings.HasPrefix(got.location, "/error?errorKey=invalidRedirectUri") {
				t.Errorf("by %s: %d %s", other, got.status, got.location)
			}
		})
	}
}

// What no server over the network would take for a host is nobody's name either.
func TestWhereTheConsoleIs(t *testing.T) {
	t.Parallel()
	tests := []struct{ public, host, want string }{
		{"http://127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"http://mock.example", "mock.example", "http://mock.example"},
		{"https://localhost:8443", "localhost:8443", "https://localhost:8443"},
		{"https://localhost:8443", "localhost:8080", "http://localhost:8080"},
		{"https://localhost:443", "localhost", "https://localhost"},
		{"https://mock.example", "one.localhost:8080", "http://one.localhost:8080"},
		{"https://mock.example", "LOCALHOST", "http://LOCALHOST"},
		{"https://mock.example", "127.1.2.3", "http://127.1.2.3"},
		{"https://mock.example", "192.0.2.7", "https://192.0.2.7"},
		{"https://mock.example", "evil.test", ""},
		{"http://localhost", "", ""},
		{"http://localhost", "localhost@evil", ""},
		{"http://localhost", "localhost:80@evil", ""},
		{"http://localhost", "localhost/evil", ""},
		{"http://localhost", "localhost?evil", ""},
		{"http://localhost", "localhost#evil", ""},
		{"http://localhost", `localhost\evil`, ""},
		{"http://localhost", "localhost%C3%A9", ""},
		{"http://localhost", "localhost:port", ""},
		{"http://localhost", "[::1]evil", ""},
	}
	for _, tt := range tests {
		public := func() string { return tt.public }
		l := &login.Login{Issuer: public, TrustedHost: (&control.Control{PublicURL: public}).TrustedHost}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/oauth/authorize", nil)
		r.Host = tt.host
		if got := l.ConsoleURL(r); got != tt.want {
			t.Errorf("%q of %s = %q, want %q", tt.host, tt.public, got, tt.want)
		}
	}
}

// A gateway's prefix stands before the console's addresses, too.
func TestTheConsoleMayBeBehindAGateway(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, "/gateway"+consoleAt(srv.URL+"/gateway"))
	code := b.submit(t, page, "as", agentID).consoleCode(t, srv.URL+"/gateway")
	mustIssue(t, redeemConsole(t, srv, srv.URL+"/gateway", code))
	for path, origin := range map[string]string{"/gateway": srv.URL, "": srv.URL + "/gateway", "/other": srv.URL + "/gateway"} {
		if got := b.get(t, path+consoleAt(origin)); !strings.HasPrefix(got.location, path+"/error?errorKey=invalidRedirectUri") {
			t.Errorf("%s from %q: %d %s", origin, path, got.status, got.location)
		}
	}
	if got := b.get(t, "/gateway/logout?"+url.Values{"client_id": {identity.BuiltinID}, "redirect_uri": {srv.URL + "/gateway/"}}.Encode()); got.location != srv.URL+"/gateway/" {
		t.Errorf("the logout = %d %s", got.status, got.location)
	}
}

func TestTheConsolesCodesGoNowhereElse(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	here := mustURL(t, srv.URL).Host
	tests := []struct{ name, host, redirect string }{
		{"another site", "", "http://evil.test/signin/callback"},
		{"another site that calls itself like this server", "", "http://" + here + "@evil.test/signin/callback"},
		{"another site below a name like this server's", "", "http://" + here + ".evil.test/signin/callback"},
		{"another port", "", "http://127.0.0.1:1/signin/callback"},
		{"another name of this machine", "", strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) + "/signin/callback"},
		{"another scheme", "", "https://" + here + "/signin/callback"},
		{"no scheme", "", "//" + here + "/signin/callback"},
		{"the path alone", "", "/signin/callback"},
		{"the origin alone", "", srv.URL},
		{"the first page", "", srv.URL + "/"},
		{"another path", "", srv.URL + "/_mockcloud/callback"},
		{"a longer path", "", srv.URL + "/signin/callback/more"},
		{"a slash at the end", "", srv.URL + "/signin/callback/"},
		{"a path that leads elsewhere", "", srv.URL + "/signin/callback/../../x"},
		{"a path that comes from elsewhere", "", srv.URL + "/x/../signin/callback"},
		{"a doubled slash", "", srv.URL + "//signin/callback"},
		{"an escaped path", "", srv.URL + "/signin%2Fcallback"},
		{"another case", "", srv.URL + "/Signin/Callback"},
		{"with a query", "", srv.URL + "/signin/callback?next=x"},
		{"with a fragment", "", srv.URL + "/signin/callback#x"},
		{"with user info", "", strings.Replace(srv.URL, "://", "://user@", 1) + "/signin/callback"},
		{"a registered one of another client", "", callback},
		{"a script", "", "javascript:alert(1)//signin/callback"},
		{"none", "", ""},
		{"a name of another site that leads here", "evil.test", "http://evil.test/signin/callback"},
		{"a name of another site that leads here, with a port", "evil.test:8080", "http://evil.test:8080/signin/callback"},
		{"the path alone, by a name of another site", "evil.test", "/signin/callback"},
		{"this server's own address by another name", "evil.test", srv.URL + "/signin/callback"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.consoleCode(t, srv.URL, agentID) // somebody is signed in
			b.host = tt.host
			got := b.get(t, consoleAt("", "redirect_uri", tt.redirect))
			if got.status != http.StatusFound || got.location != "/error?errorKey=invalidRedirectUri#/error?errorKey=invalidRedirectUri" {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
		})
	}
	b := newBrowser(t, srv)
	b.header.Set("X-Forwarded-Host", "evil.test")
	b.header.Set("X-Forwarded-Proto", "https")
	b.header.Set("Forwarded", "host=evil.test;proto=https")
	for _, origin := range []string{"http://evil.test", "https://evil.test", "https://" + here} {
		if got := b.get(t, consoleAt(origin)); !strings.HasPrefix(got.location, "/error?errorKey=invalidRedirectUri") {
			t.Errorf("%s, as a proxy claims: %d %s", origin, got.status, got.location)
		}
	}
	b.consoleCode(t, srv.URL, agentID)
}

// Guess: the texts, where facts oauth.md §4 have none.
func TestWhatTheConsoleAsksForIsChecked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, challenge := pkce("c")
	tests := []struct {
		name        string
		pairs       []string
		code, about string
	}{
		{"no challenge", []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request", "code_challenge is missing"},
		{"a method without a challenge", []string{"code_challenge", ""}, "invalid_request", "code_challenge must be 43 characters of base64url"},
		{"a challenge without a method", []string{"code_challenge_method", ""}, "invalid_request", "code_challenge_method must be S256"},
		{"a plain challenge", []string{"code_challenge_method", "plain"}, "invalid_request", "code_challenge_method must be S256"},
		{"a short challenge", []string{"code_challenge", challenge[1][1:]}, "invalid_request", "code_challenge must be 43 characters of base64url"},
		{"the implicit grant", []string{"response_type", "token"}, "unauthorized_client", "client is not authorized for this grant type"},
		{"a scope, of which it has none", []string{"scope", "users"}, "invalid_scope", "one or more scopes do not exist or are not allowed"},
		{"an organization that there is not", []string{"target", "elsewhere"}, "access_denied", "the user does not belong to the target organization"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.consoleCode(t, srv.URL, agentID)
			got := b.get(t, consoleAt(srv.URL, tt.pairs...))
			separator := "?"
			if tt.name == "the implicit grant" {
				separator = "#"
			}
			about := strings.ReplaceAll(url.QueryEscape(tt.about), "+", "%20")
			want := srv.URL + "/signin/callback" + separator + "error=" + tt.code + "&description=" + about + "&error_description=" + about + "&state=st"
			if got.status != http.StatusFound || got.location != want {
				t.Errorf("answer = %d %s\nwant %s", got.status, got.location, want)
			}
		})
	}
	if got := newBrowser(t, srv).get(t, consoleAt(srv.URL, "response_type", "")); !strings.HasPrefix(got.location, "/error?errorKey=invalidResponseType") {
		t.Errorf("without a response type: %d %s", got.status, got.location)
	}
}

func TestTheConsolesCodesAreRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, challenge := pkce("c")
	other, _ := pkce("w")
	elsewhere := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	inHeader := func(secret string) http.Header { return basic(form(), identity.BuiltinID, secret) }
	badCode := [2]string{"invalid_grant", "authorization code is invalid or expired"}
	badVerifier := [2]string{"invalid_grant", "invalid code verifier"}
	unproved := [2]string{"invalid_client", "authentication failed"}
	tests := []struct {
		name   string
		change []string
		header http.Header
		want   [2]string
	}{
		{"no verifier", []string{"code_verifier", ""}, nil, badVerifier},
		{"a wrong verifier", []string{"code_verifier", other}, nil, badVerifier},
		{"the challenge as verifier", []string{"code_verifier", challenge[1]}, nil, badVerifier},
		{"an unknown code", []string{"code", "x"}, nil, badCode},
		{"no redirect URI", []string{"redirect_uri", ""}, nil, [2]string{"invalid_request", "missing parameter: redirect_uri"}},
		{"another name of this server", []string{"redirect_uri", elsewhere + "/signin/callback"}, nil, badCode},
		{"another path", []string{"redirect_uri", srv.URL + "/"}, nil, badCode},
		{"a secret", []string{"client_secret", "secret"}, nil, unproved},
		{"another client's secret", []string{"client_secret", webSecret}, nil, unproved},
		{"a secret in the header", nil, inHeader("secret"), unproved},
		{"the id as secret in the header", nil, inHeader(identity.BuiltinID), unproved},
		{"no client", []string{"client_id", ""}, nil, unproved},
		{"another client", []string{"client_id", webApp}, nil, badCode},
		{"another client with its secret", []string{"client_id", webApp, "client_secret", webSecret}, nil, badCode},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code := newBrowser(t, srv).consoleCode(t, srv.URL, agentID)
			verifier, _ := pkce("c")
			values := url.Values{
				"grant_type": {"authorization_code"}, "client_id": {identity.BuiltinID}, "code": {code}, "code_verifier": {verifier},
				"redirect_uri": {srv.URL + "/signin/callback"},
			}
			for i := 0; i+1 < len(tt.change); i += 2 {
				values.Set(tt.change[i], tt.change[i+1])
			}
			header := tt.header
			if header == nil {
				header = form()
			}
			refused(t, srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", values.Encode(), header), tt.want[0], tt.want[1])
			mustIssue(t, redeemConsole(t, srv, srv.URL, code)) // it has used nothing up
		})
	}
	// The console has nothing to do with the codes of others.
	code := newBrowser(t, srv).code(t, challenge...)
	refused(t, redeemConsole(t, srv, "", code, "redirect_uri", callback), "invalid_grant", "authorization code is invalid or expired")
}

// RFC 6749 §4.1.2, for a client without refresh tokens.
func TestAReusedCodeOfTheConsoleEndsItsToken(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	code := b.consoleCode(t, srv.URL, agentID)
	access, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, code))
	unconcerned, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, b.consoleCode(t, srv.URL, agentID)))
	refused(t, redeemConsole(t, srv, srv.URL, code), "invalid_grant", "authorization code is invalid or expired")
	if alive(t, srv, access) {
		t.Error("the token still works")
	}
	if !alive(t, srv, unconcerned) {
		t.Error("another sign-in of the same person has ended, too")
	}
}

// For every other grant there is no such client.
func TestTheConsolesClientHasOneGrant(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	_, refresh := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t)))
	grants := map[string][]string{
		"client_credentials": nil,
		"refresh_token":      {"refresh_token", refresh},
		"password":           {"username", agentEmail, "password", agentWord},
		"urn:ietf:params:oauth:grant-type:saml2-bearer": {"orgName", "mockcloud", "assertion", base64.StdEncoding.EncodeToString([]byte("<x/>"))},
	}
	for grant, pairs := range grants {
		for _, secret := range []string{"", "secret"} {
			got := trade(t, srv, identity.BuiltinID, secret, append([]string{"grant_type", grant}, pairs...)...)
			unknown := trade(t, srv, "nobody", secret, append([]string{"grant_type", grant}, pairs...)...)
			refused(t, got, "invalid_client", "client not found")
			if string(unknown.Body) != string(got.Body) {
				t.Errorf("%s: %s, an unknown client %s", grant, got.Body, unknown.Body)
			}
		}
	}
}

// "Sign in as …": the prompt asks even where somebody is signed in.
func TestTheConsoleSwitchesUsers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	first, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, b.consoleCode(t, srv.URL, agentID)))
	page := b.get(t, consoleAt(srv.URL, "prompt", "login", "login_hint", adminEmail))
	if page.status != http.StatusOK || !strings.Contains(page.body, `maxlength="254" value="`+adminEmail+`"`) {
		t.Fatalf("the page = %d %s\n%s", page.status, page.location, page.body)
	}
	for _, id := range []string{agentID, adminID} {
		if !strings.Contains(page.body, `name="as" value="`+id+`"`) {
			t.Errorf("the page does not offer %s", id)
		}
	}
	second, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, b.submit(t, page, "as", adminID).consoleCode(t, srv.URL)))
	if email := emailOf(t, srv, second); email != adminEmail {
		t.Errorf("signed in as %s", email)
	}
	third, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, b.get(t, consoleAt(srv.URL)).consoleCode(t, srv.URL)))
	if email := emailOf(t, srv, third); email != adminEmail {
		t.Errorf("the session is of %s", email)
	}
	if email := emailOf(t, srv, first); email != agentEmail {
		t.Errorf("the first token is of %s", email)
	}
	if got := srv.Bearer(second).Delete(t, "/api/v2/tokens/me"); got.Status != http.StatusOK || alive(t, srv, second) || !alive(t, srv, third) {
		t.Errorf("ending one token: %d %s", got.Status, got.Body)
	}
}

func TestLoggingOutOfTheConsole(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	tests := []struct {
		name, host, redirect string
		back                 bool
	}{
		{"to the first page", "", srv.URL + "/", true},
		{"to the first page by another name", "localhost:80", "http://localhost:80/", true},
		{"to the callback", "", srv.URL + "/signin/callback", false},
		{"to the origin without a path", "", srv.URL, false},
		{"to another page", "", srv.URL + "/login", false},
		{"to another site", "", "http://evil.test/", false},
		{"to another site by its name", "evil.test", "http://evil.test/", false},
		{"to a path by the name of another site", "evil.test", "/", false},
		{"to what another client has registered", "", callback, false},
		{"to nowhere", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			origin := srv.URL
			b := newBrowser(t, srv)
			if tt.host == "localhost:80" {
				b.host, origin = tt.host, "http://"+tt.host
			}
			b.consoleCode(t, origin, agentID)
			if tt.host == "evil.test" { // there is no session by that name
				b.host = tt.host
			}
			got := b.get(t, "/logout?"+url.Values{"client_id": {identity.BuiltinID}, "redirect_uri": {tt.redirect}}.Encode())
			if tt.back && (got.status != http.StatusFound || got.location != tt.redirect) || !tt.back && (got.status != http.StatusOK || got.location != "") {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
			if tt.host == "evil.test" {
				return
			}
			if got := b.get(t, consoleAt(origin, "prompt", "none")); !strings.HasPrefix(got.location, origin+"/signin/callback?error=login_required&") {
				t.Errorf("there is a session: %d %s", got.status, got.location)
			}
		})
	}
}

// The console belongs to no organization, and so the log-in page is for them all.
func TestTheConsoleOpensEveryOrganization(t *testing.T) {
	t.Parallel()
	second := writeFixture(t, "organization: {name: Second Org, shortName: second}\nusers:\n  - {email: "+agentEmail+", name: Alex Elsewhere, password: "+agentWord+"}\n  - {email: sam@second.test, name: Sam Second, password: sams-password}\n")
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", second}})
	orgOf := func(t *testing.T, code string) string {
		t.Helper()
		access, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, code))
		info := srv.Bearer(access).Get(t, "/api/v2/tokens/me")
		if info.Str(t, "OAuthClient.organization.id") != "purecloud-builtin" || info.Str(t, "homeOrganization.name") != info.Str(t, "organization.name") {
			t.Errorf("the token: %s", info.Body)
		}
		return info.Str(t, "organization.name")
	}
	b := newBrowser(t, srv)
	page := b.get(t, consoleAt(srv.URL))
	for _, text := range []string{agentID, "Sam Second", "Alex Elsewhere", "· Second Org", "· Mockcloud"} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	sam := regexp.MustCompile(`name="as" value="([^"]*)"[^>]*Sam Second"`).FindStringSubmatch(page.body)
	if got := orgOf(t, newBrowser(t, srv).consoleCode(t, srv.URL, sam[1])); got != "Second Org" {
		t.Errorf("by a click entered %s", got)
	}
	page = b.submit(t, page, "email", agentEmail, "password", agentWord)
	choice := regexp.MustCompile(`name="organization" value="([^"]*)"><span[^>]*>SO</span>`).FindStringSubmatch(page.body)
	if choice == nil || !strings.Contains(page.header.Get("Content-Security-Policy"), "; form-action 'self';") {
		t.Fatalf("no choice: %d %s\n%s", page.status, page.location, page.body)
	}
	if got := orgOf(t, b.submit(t, page, "organization", choice[1]).consoleCode(t, srv.URL)); got != "Second Org" {
		t.Errorf("entered %s", got)
	}
	if got := orgOf(t, b.get(t, consoleAt(srv.URL)).consoleCode(t, srv.URL)); got != "Second Org" {
		t.Errorf("the next time entered %s", got)
	}
	if got := orgOf(t, b.get(t, consoleAt(srv.URL, "target", "6d6f636b-0001-4000-8000-000000000001")).consoleCode(t, srv.URL)); got != "Mockcloud" {
		t.Errorf("with a target entered %s", got)
	}
	only := newBrowser(t, srv).get(t, consoleAt(srv.URL, "target", choice[1]))
	if !strings.Contains(only.body, "Sam Second") || strings.Contains(only.body, agentID) {
		t.Errorf("with a target the page offers others:\n%s", only.body)
	}
	hinted := newBrowser(t, srv)
	page = hinted.get(t, consoleAt(srv.URL, "login_hint", agentEmail+":second"))
	if got := orgOf(t, hinted.submit(t, page, "email", agentEmail, "password", agentWord).consoleCode(t, srv.URL)); got != "Second Org" {
		t.Errorf("with a hint entered %s", got)
	}
}

func TestTheConsoleSignsPeopleInAtTheirIdentityProvider(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	link := regexp.MustCompile(`<a class="button secondary" href="([^"]*)">Log in with mockcloud test IdP`).FindStringSubmatch(b.get(t, consoleAt(srv.URL, "prompt", "login")).body)
	if link == nil {
		t.Fatal("there is no button for the identity provider")
	}
	got := b.finish(t, b.signInAtIDP(t, b.get(t, html.UnescapeString(link[1]))))
	access, _ := mustIssue(t, redeemConsole(t, srv, srv.URL, got.consoleCode(t, srv.URL)))
	if email := emailOf(t, srv, access); email != agentEmail {
		t.Errorf("signed in as %s", email)
	}
}
