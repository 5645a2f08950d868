package login_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The forms and the order of facts oauth.md §4.
func TestImplicitGrantAnswersInTheFragment(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, implicit("state", "a b&c=d+%"))
	got := b.submit(t, page, "email", agentEmail, "password", agentWord)
	prefix := callback + "#access_token="
	if got.status != http.StatusFound || !strings.HasPrefix(got.location, prefix) {
		t.Fatalf("answer = %d %s", got.status, got.location)
	}
	token, rest, _ := strings.Cut(strings.TrimPrefix(got.location, prefix), "&")
	if rest != "expires_in=86399&token_type=bearer&state=a%20b%26c%3Dd%2B%25" {
		t.Errorf("after the token comes %q", rest)
	}
	if me := srv.Bearer(token).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("the token is of %s", me.Body)
	}
	again := b.get(t, implicit("state", ""))
	if again.status != http.StatusFound || !strings.HasSuffix(again.location, "&expires_in=86399&token_type=bearer") {
		t.Errorf("single sign-on without a state: %d %s", again.status, again.location)
	}
}

func TestCodesAreAnsweredInTheQuery(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	made := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"q","authorizedGrantType":"CODE","scope":["users"],
		"registeredRedirectUri":["http://localhost:3000/cb?tenant=1","myapp://signed-in","http://localhost:3000/x#part"]}`)
	tests := []struct{ name, redirect, prefix, suffix string }{
		{"plain", "", callback + "?code=", "&state=st"},
		{"with a query of its own", "http://localhost:3000/cb?tenant=1", "http://localhost:3000/cb?tenant=1&code=", "&state=st"},
		{"a scheme of the application's own", "myapp://signed-in", "myapp://signed-in?code=", "&state=st"},
		{"with a fragment of its own", "http://localhost:3000/x#part", "http://localhost:3000/x?code=", "&state=st#part"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			address := authorize()
			if tt.redirect != "" {
				address = authorize("client_id", made.Str(t, "id"), "redirect_uri", tt.redirect)
			}
			got := b.submit(t, b.get(t, address), "email", agentEmail, "password", agentWord)
			if got.status != http.StatusFound || !strings.HasPrefix(got.location, tt.prefix) || !strings.HasSuffix(got.location, tt.suffix) {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
		})
	}
}

// /authorize is the older address; gateways add prefixes to both.
func TestTheAuthorizeEndpointHasAliases(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, path := range []string{"/authorize", "/gateway/login/oauth/authorize", "/login/authorize"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			page := b.get(t, path+strings.TrimPrefix(authorize(), "/oauth/authorize"))
			before, _, _ := strings.Cut(path, "/oauth/")
			before = strings.TrimSuffix(before, "/authorize")
			if !strings.Contains(page.body, `href="`+before+`/oauth/assets/pages.css"`) {
				t.Errorf("the page's style is elsewhere:\n%.800s", page.body)
			}
			if got := b.submit(t, page, "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
		})
	}
}

// Guess: every errorKey but invalidClientId (facts oauth.md §4).
func TestWhatIsNotTrustedEndsOnTheErrorPage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	inactive := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"gone","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["`+callback+`"]}`).Str(t, "id")
	deactivate(t, srv, inactive)
	script := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"script","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["javascript:alert(1)","data:text/html,x"]}`).Str(t, "id")
	tests := []struct{ name, address, key string }{
		{"unknown client", authorize("client_id", "nobody"), "invalidClientId"},
		{"no client", authorize("client_id", ""), "invalidClientId"},
		{"two clients", authorize() + "&client_id=" + webApp, "invalidClientId"},
		{"broken query", "/oauth/authorize?client_id=%zz", "invalidClientId"},
		{"semicolons instead of ampersands", strings.ReplaceAll(authorize(), "&", ";"), "invalidRedirectUri"},
		{"no redirect URI", authorize("redirect_uri", ""), "invalidRedirectUri"},
		{"two redirect URIs", authorize() + "&redirect_uri=" + url.QueryEscape(callback), "invalidRedirectUri"},
		{"another host", authorize("redirect_uri", "http://evil.test/callback"), "invalidRedirectUri"},
		{"another port", authorize("redirect_uri", "http://localhost:3001/callback"), "invalidRedirectUri"},
		{"longer", authorize("redirect_uri", callback+"/more"), "invalidRedirectUri"},
		{"shorter", authorize("redirect_uri", "http://localhost:3000"), "invalidRedirectUri"},
		{"with a query", authorize("redirect_uri", callback+"?x=1"), "invalidRedirectUri"},
		{"other case", authorize("redirect_uri", strings.ToUpper(callback)), "invalidRedirectUri"},
		{"user info", authorize("redirect_uri", "http://localhost:3000@evil.test/callback"), "invalidRedirectUri"},
		{"a script, registered", authorize("client_id", script, "redirect_uri", "javascript:alert(1)"), "invalidRedirectUri"},
		{"data, registered", authorize("client_id", script, "redirect_uri", "data:text/html,x"), "invalidRedirectUri"},
		{"no response type", authorize("response_type", ""), "invalidResponseType"},
		{"unknown response type", authorize("response_type", "id_token"), "invalidResponseType"},
		{"inactive client", authorize("client_id", inactive), "clientDisabled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			got := b.get(t, tt.address)
			if want := "/error?errorKey=" + tt.key + "#/error?errorKey=" + tt.key; got.status != http.StatusFound || got.location != want {
				t.Fatalf("answer = %d %s\nwant %s", got.status, got.location, want)
			}
			path, _, _ := strings.Cut(got.location, "#")
			if page := b.get(t, path); page.status != http.StatusBadRequest || !strings.Contains(page.body, "<code>"+tt.key+"</code>") {
				t.Errorf("the page = %d\n%s", page.status, page.body)
			}
		})
	}
}

// Guess: codes and texts, but for the scope's and unauthorized_client (facts
// oauth.md §4).
func TestWhatIsTrustedIsToldToTheApplication(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	challenge := strings.Repeat("a", 43)
	tests := []struct{ name, address, code, about string }{
		{"implicit by a client of the code type", authorize("response_type", "token"), "unauthorized_client", "client is not authorized for this grant type"},
		{"code by a client of the implicit type", implicit("response_type", "code"), "unauthorized_client", "client is not authorized for this grant type"},
		{"org without provider", authorize("org", "mockcloud"), "invalid_request", "org and provider only work as a pair"},
		{"provider without org", implicit("provider", "okta"), "invalid_request", "org and provider only work as a pair"},
		{"a scope that the client lacks", authorize("scope", "users telephony"), "invalid_scope", "one or more scopes do not exist or are not allowed"},
		{"a scope that there is not", implicit("scope", "everything"), "invalid_scope", "one or more scopes do not exist or are not allowed"},
		{"plain challenge", authorize("code_challenge", challenge, "code_challenge_method", "plain"), "invalid_request", "code_challenge_method must be S256"},
		{"challenge without a method", authorize("code_challenge", challenge), "invalid_request", "code_challenge_method must be S256"},
		{"method without a challenge", authorize("code_challenge_method", "S256"), "invalid_request", "code_challenge must be 43 characters of base64url"},
		{"short challenge", authorize("code_challenge", "short", "code_challenge_method", "S256"), "invalid_request", "code_challenge must be 43 characters of base64url"},
		{"a parameter twice", authorize() + "&scope=users&scope=users", "invalid_request", "a parameter is there twice: scope"},
		{"a query that cannot be read", authorize() + "&x=%zz", "invalid_request", "the query string is not a valid form"},
		{"a scope that there is not, by its form", authorize("scope", "notifications:readonly"), "invalid_scope", "one or more scopes do not exist or are not allowed"},
		{"no page may be shown", authorize("prompt", "none"), "login_required", "nobody is signed in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := newBrowser(t, srv).get(t, tt.address)
			separator := "?"
			if strings.Contains(tt.address, "response_type=token") {
				separator = "#"
			}
			about := strings.ReplaceAll(url.QueryEscape(tt.about), "+", "%20")
			want := callback + separator + "error=" + tt.code + "&description=" + about + "&error_description=" + about + "&state=st"
			if got.status != http.StatusFound || got.location != want {
				t.Errorf("answer = %d %s\nwant %s", got.status, got.location, want)
			}
		})
	}
}

// Facts oauth.md §5: the implicit grant is on its way out.
func TestTheImplicitGrantCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{NoImplicit: true})
	b := newBrowser(t, srv)
	if got := b.get(t, implicit()); !strings.HasPrefix(got.location, callback+"#error=unsupported_response_type&") {
		t.Errorf("answer = %d %s", got.status, got.location)
	}
	if d := discover(t, srv, "/.well-known/oauth-authorization-server"); slices.Contains(d.Grants, "implicit") {
		t.Errorf("grants = %v", d.Grants)
	}
	b.code(t)
}

func TestASessionSignsInUntilThePromptAsksAgain(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.code(t)
	if got := b.get(t, authorize("prompt", "none")); got.query(t).Get("code") == "" {
		t.Errorf("without a page: %d %s", got.status, got.location)
	}
	page := b.get(t, authorize("prompt", "login"))
	if page.status != http.StatusOK || !strings.Contains(page.body, `name="password"`) {
		t.Fatalf("prompt=login: %d %s", page.status, page.location)
	}
	got := b.submit(t, page, "email", adminEmail, "password", adminWord)
	access, _ := mustIssue(t, redeem(t, srv, got.query(t).Get("code")))
	if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != adminEmail {
		t.Errorf("signed in as %s", me.Str(t, "email"))
	}
}

// The page that stands in for an application works on any port, for clients that
// have registered it on some.
func TestTheServersOwnCallbackMovesWithIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	own := srv.URL + "/_mockcloud/callback"
	b := newBrowser(t, srv)
	code := b.code(t, "redirect_uri", own)
	mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "authorization_code", "code", code, "redirect_uri", own))
	without := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"x","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["`+callback+`"]}`).Str(t, "id")
	for name, address := range map[string]string{
		"of a client that has registered another": authorize("client_id", without, "redirect_uri", own),
		"of another server":                       authorize("redirect_uri", "http://127.0.0.1:1/_mockcloud/callback"),
	} {
		if got := newBrowser(t, srv).get(t, address); !strings.HasPrefix(got.location, "/error?errorKey=invalidRedirectUri") {
			t.Errorf("%s: %d %s", name, got.status, got.location)
		}
	}
}

// A semicolon is a character like any other.
func TestTheStateMayHoldSemicolons(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.code(t)
	if got := b.get(t, authorize("state", "")+"&state=a;b"); got.query(t).Get("state") != "a;b" {
		t.Errorf("answer = %d %s", got.status, got.location)
	}
	page := newBrowser(t, srv).get(t, authorize("state", "")+"&state=a;b")
	for _, link := range regexp.MustCompile(`href="(/oauth/authorize\?[^"]*)"`).FindAllStringSubmatch(page.body, -1) {
		if !strings.Contains(link[1], "state=a%3Bb") {
			t.Errorf("a link of the page loses the state: %s", link[1])
		}
	}
}

func TestHintsFillTheForm(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for hint, email := range map[string]string{"ann@x.test:mockcloud": "ann@x.test", "ann@x.test": "ann@x.test", "mockcloud": "", "<script>@x": "&lt;script&gt;@x"} {
		page := newBrowser(t, srv).get(t, authorize("login_hint", hint))
		if !strings.Contains(page.body, `maxlength="254" value="`+email+`"`) {
			t.Errorf("%s: the e-mail address is not %q\n%s", hint, email, page.body)
		}
	}
}

// The narrower half of a scope is part of it.
func TestAScopeIncludesItsReadOnlyHalf(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	access, _ := mustIssue(t, redeem(t, srv, newBrowser(t, srv).code(t, "scope", "users:readonly openid")))
	if got := srv.Bearer(access).Get(t, "/api/v2/tokens/me"); got.Str(t, "authorizedScope") != `["users:readonly"]` {
		t.Errorf("scopes = %s", got.Body)
	}
	if got := newBrowser(t, srv).get(t, authorize("scope", "analytics")); got.query(t).Get("error") != "invalid_scope" {
		t.Errorf("the wider half: %s", got.location)
	}
}

// A token says what the request asked for, and no more than the client has.
func TestScopesCanBeNarrowed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", scopeFixture(t)}})
	b := newBrowser(t, srv)
	s := b.submit(t, b.get(t, authorize("scope", "users user-basic-info")), "email", adminEmail, "password", adminWord)
	s = b.submit(t, s, "approve", "1")
	access, refresh := mustIssue(t, redeem(t, srv, s.query(t).Get("code")))
	again, _ := mustIssue(t, trade(t, srv, webApp, webSecret, "grant_type", "refresh_token", "refresh_token", refresh))
	for name, token := range map[string]string{"first": access, "refreshed": again} {
		c := srv.Bearer(token)
		if got := c.Get(t, "/api/v2/tokens/me"); got.Str(t, "authorizedScope") != `["users","user-basic-info"]` {
			t.Errorf("%s: %s", name, got.Body)
		}
		if got := c.Get(t, "/api/v2/users"); got.Status != http.StatusOK {
			t.Errorf("%s: a scope that was asked for: %d", name, got.Status)
		}
		if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusForbidden || got.Str(t, "code") != "app.not.authorized.for.scope" {
			t.Errorf("%s: a scope that was not asked for: %d %s", name, got.Status, got.Body)
		}
	}
}
