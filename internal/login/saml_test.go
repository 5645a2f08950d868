package login_test

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

var jsonContent = http.Header{"Content-Type": {"application/json"}}

// assertion asks the test identity provider for one.
func assertion(t *testing.T, srv *mocktest.Server, body string) string {
	t.Helper()
	got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/idp/assertion", body, jsonContent)
	if got.Status != http.StatusOK || got.Str(t, "orgName") != "mockcloud" {
		t.Fatalf("no assertion: %d %s", got.Status, got.Body)
	}
	return got.Str(t, "assertion")
}

func bearerGrant(t *testing.T, srv *mocktest.Server, assertion string, pairs ...string) *mocktest.Response {
	t.Helper()
	return trade(t, srv, samlApp, samlSecret, append([]string{
		"grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer", "orgName", "mockcloud", "assertion", assertion,
	}, pairs...)...)
}

func TestAssertionsAreTradedForTokens(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	// The form in which applications pass it on differs (facts oauth.md §5).
	forms := map[string]func(string) string{
		"as it came": func(s string) string { return s },
		"base64url":  func(s string) string { return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s) },
		"in lines":   func(s string) string { return s[:70] + "\r\n" + s[70:] },
		"a bare assertion": func(s string) string {
			text, err := base64.StdEncoding.DecodeString(s)
			if err != nil {
				t.Error(err)
			}
			bare := regexp.MustCompile(`(?s)<saml:Assertion.*</saml:Assertion>`).Find(text)
			return base64.StdEncoding.EncodeToString(bare)
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := bearerGrant(t, srv, form(assertion(t, srv, `{"user":"`+agentEmail+`"}`)))
			access, refresh := mustIssue(t, got)
			if string(got.Body) != `{"access_token":"`+access+`","token_type":"bearer","expires_in":86399}` || refresh != "" {
				t.Errorf("body = %s", got.Body)
			}
			if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
				t.Errorf("the token is of %s", me.Body)
			}
		})
	}
}

// Guess: the texts; facts oauth.md §3 asks for invalid_grant and a short reason.
func TestAssertionsAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, org, about string
		change                 func(t *testing.T, srv *mocktest.Server)
	}{
		{name: "expired", body: `"fault":"expired"`, about: "the assertion has expired"},
		{name: "for another audience", body: `"fault":"audience"`, about: "the assertion is for another audience"},
		{name: "of another issuer", body: `"fault":"issuer"`, about: "no enabled identity provider of the organization has this issuer"},
		{name: "with a bad signature", body: `"fault":"signature"`, about: "the signature is not valid"},
		{name: "another audience by request", body: `"audience":"urn:other"`, about: "the assertion is for another audience"},
		{name: "unknown organization", org: "nowhere", about: "the organization is unknown"},
		{name: "eleven seconds late", about: "the assertion has expired", change: func(_ *testing.T, srv *mocktest.Server) {
			srv.Clock.Advance(5*time.Minute + 11*time.Second)
		}},
		{name: "from the future", about: "the assertion is not valid yet", change: func(_ *testing.T, srv *mocktest.Server) {
			srv.Clock.Advance(-time.Hour)
		}},
		{name: "a user who is gone", about: "the user is unknown or inactive", change: func(t *testing.T, srv *mocktest.Server) {
			srv.Admin(t).Delete(t, "/api/v2/users/"+agentID)
		}},
		{name: "a disabled provider", about: "no enabled identity provider of the organization has this issuer", change: func(t *testing.T, srv *mocktest.Server) {
			changeTestIDP(t, srv, func(p map[string]any) { p["disabled"] = true })
		}},
		{name: "a provider with another certificate", about: "the identity provider has no certificate that is valid now", change: func(t *testing.T, srv *mocktest.Server) {
			changeTestIDP(t, srv, func(p map[string]any) { p["certificate"], p["certificates"] = "", []string{} })
		}},
		{name: "a provider that expects another audience", about: "the assertion is for another audience", change: func(t *testing.T, srv *mocktest.Server) {
			changeTestIDP(t, srv, func(p map[string]any) { p["relyingPartyIdentifier"] = "urn:ours" })
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			body := `{"user":"` + agentEmail + `"`
			if tt.body != "" {
				body += "," + tt.body
			}
			text := assertion(t, srv, body+"}")
			if tt.change != nil {
				tt.change(t, srv)
			}
			var org []string
			if tt.org != "" {
				org = []string{"orgName", tt.org}
			}
			refused(t, bearerGrant(t, srv, text, org...), "invalid_grant", tt.about)
		})
	}
}

func changeTestIDP(t *testing.T, srv *mocktest.Server, change func(map[string]any)) {
	t.Helper()
	admin := srv.Admin(t)
	var listing struct{ Entities []map[string]any }
	admin.Get(t, "/api/v2/identityproviders").JSON(t, &listing)
	for _, p := range listing.Entities {
		if p["issuerURI"] == "urn:mockcloud:test-idp" {
			change(p)
			if got := admin.Put(t, "/api/v2/identityproviders/"+p["id"].(string), p); got.Status != http.StatusOK {
				t.Fatalf("change the provider: %d %s", got.Status, got.Body)
			}
			return
		}
	}
	t.Fatal("there is no test identity provider")
}

func TestTheBearerGrantNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	refused(t, bearerGrant(t, srv, ""), "invalid_request", "missing parameter: assertion")
	refused(t, bearerGrant(t, srv, "x", "orgName", ""), "invalid_request", "missing parameter: orgName")
	refused(t, bearerGrant(t, srv, "%%%"), "invalid_grant", "the message is not valid base64")
	refused(t, bearerGrant(t, srv, base64.StdEncoding.EncodeToString([]byte("<x/>"))), "invalid_grant", "the message is not a SAML 2.0 response with one assertion")
}

// A replay is refused, also after a restart.
func TestAnAssertionServesOnce(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/state.db"
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	text := assertion(t, srv, `{"user":"`+agentEmail+`"}`)
	mustIssue(t, bearerGrant(t, srv, text))
	refused(t, bearerGrant(t, srv, text), "invalid_grant", "the assertion was used before")
	srv.Stop(t)
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	refused(t, bearerGrant(t, srv, text), "invalid_grant", "the assertion was used before")
}

// signInAtIDP goes from a page that posts to the identity provider back to the
// page that comes after it.
func (b *browser) signInAtIDP(t *testing.T, s *screen, fields ...string) *screen {
	t.Helper()
	if s.status != http.StatusFound {
		t.Fatalf("not sent to the identity provider: %d\n%s", s.status, s.body)
	}
	page := b.get(t, s.location)
	user := regexp.MustCompile(`name="user" value="([^"]*/` + agentID + `)"`).FindStringSubmatch(page.body)
	if user == nil {
		t.Fatalf("the identity provider does not offer the agent: %d\n%s", page.status, page.body)
	}
	page = b.submit(t, page, append([]string{"user", user[1]}, fields...)...)
	if page.status != http.StatusOK || !strings.Contains(page.body, "SAMLResponse") {
		t.Fatalf("no response: %d\n%s", page.status, page.body)
	}
	return b.submit(t, page)
}

// finish goes on from the answer of the assertion consumer service.
func (b *browser) finish(t *testing.T, s *screen) *screen {
	t.Helper()
	s = b.get(t, s.location)
	if s.status != http.StatusSeeOther || !strings.HasPrefix(s.location, "/oauth/authorize?") {
		t.Fatalf("the sign-in does not go on: %d %s", s.status, s.location)
	}
	return b.get(t, s.location)
}

func providerID(t *testing.T, srv *mocktest.Server) string {
	t.Helper()
	return srv.Admin(t).Get(t, "/api/v2/identityproviders").Str(t, "entities.0.id")
}

func TestSigningInAtTheIdentityProvider(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	id := providerID(t, srv)
	starts := map[string]func(b *browser) *screen{
		"by the button of the log-in page": func(b *browser) *screen {
			link := regexp.MustCompile(`<a class="button secondary" href="([^"]*)">Log in with mockcloud test IdP`).FindStringSubmatch(b.get(t, authorize()).body)
			return b.get(t, html.UnescapeString(link[1]))
		},
		"by org and provider": func(b *browser) *screen { return b.get(t, authorize("org", "mockcloud", "provider", id)) },
		"even though the prompt asks": func(b *browser) *screen {
			return b.get(t, authorize("org", "mockcloud", "provider", id, "prompt", "login"))
		},
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			got := b.signInAtIDP(t, start(b))
			if got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/saml/continue?id=") {
				t.Fatalf("answer = %d %s\n%s", got.status, got.location, got.body)
			}
			got = b.finish(t, got)
			access, _ := mustIssue(t, redeem(t, srv, got.query(t).Get("code")))
			if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
				t.Errorf("signed in as %s", me.Body)
			}
			if got := b.get(t, authorize()); got.query(t).Get("code") == "" {
				t.Errorf("there is no session afterwards: %d", got.status)
			}
		})
	}
}

// A provider begins by itself: no application has asked (facts oauth.md §5).
func TestTheIdentityProviderMayBegin(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	got := b.signInAtIDP(t, &screen{status: http.StatusFound, location: "/_mockcloud/idp/sso"})
	if got.status != http.StatusSeeOther || got.location != "/login" {
		t.Fatalf("answer = %d %s\n%s", got.status, got.location, got.body)
	}
	if page := b.get(t, "/login"); !strings.Contains(page.body, agentEmail) || !strings.Contains(page.body, "My Account") {
		t.Errorf("the account page = %d\n%s", page.status, page.body)
	}
}

func TestBrokenAnswersOfTheProviderAreShownAsSuch(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for fault, reason := range map[string]string{
		"expired": "the assertion has expired", "audience": "the assertion is for another audience", "signature": "the signature is not valid",
		"issuer": "no enabled identity provider of the organization has this issuer",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			got := b.signInAtIDP(t, b.get(t, authorize("org", "mockcloud", "provider", providerID(t, srv))), "fault", fault)
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, reason) {
				t.Errorf("answer = %d\n%s", got.status, got.body)
			}
			if got := b.get(t, authorize("prompt", "none")); !strings.Contains(got.location, "login_required") {
				t.Errorf("there is a session: %s", got.location)
			}
		})
	}
}

// The application is somebody else's service provider: the test identity
// provider answers it at its own address.
func TestTheTestProviderAnswersOtherServiceProviders(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, "/_mockcloud/idp/sso?acs="+url.QueryEscape("http://localhost:3000/acs")+"&audience=urn:app&RelayState=back")
	if !strings.Contains(page.body, "http://localhost:3000/acs") {
		t.Fatalf("the page does not say where the assertion goes: %d\n%s", page.status, page.body)
	}
	user := regexp.MustCompile(`name="user" value="([^"]*/` + agentID + `)"`).FindStringSubmatch(page.body)
	page = b.submit(t, page, "user", user[1])
	action := formAction.FindStringSubmatch(page.body)
	if action == nil || html.UnescapeString(action[1]) != "http://localhost:3000/acs" || !strings.Contains(page.body, `name="RelayState" value="back"`) {
		t.Errorf("the answer goes elsewhere:\n%s", page.body)
	}
	for name, path := range map[string]string{
		"a script":            "/_mockcloud/idp/sso?acs=javascript:alert(1)",
		"a garbled request":   "/_mockcloud/idp/sso?SAMLRequest=x",
		"an unknown provider": authorize("org", "mockcloud", "provider", "okta"),
		"an unknown org":      authorize("org", "nowhere", "provider", "okta"),
	} {
		if got := b.get(t, path); got.status != http.StatusBadRequest || !strings.Contains(got.body, "<main") {
			t.Errorf("%s: %d\n%s", name, got.status, got.body)
		}
	}
}

func TestTheTestProviderIsOffUnlessTheFixturesSwitchItOn(t *testing.T) {
	t.Parallel()
	on := mocktest.Start(t, mocktest.Options{})
	off := mocktest.Start(t, mocktest.Options{Fixtures: []string{writeFixture(t, "organization: {name: Quiet}\nusers: [{email: a@quiet.test, name: A, password: fake-password}]\n")}})
	for _, path := range []string{"", "/sso", "/metadata", "/certificate.pem"} {
		if got := on.Anonymous().Get(t, "/_mockcloud/idp"+path); got.Status != http.StatusOK {
			t.Errorf("on: %s = %d", path, got.Status)
		}
		if got := off.Anonymous().Get(t, "/_mockcloud/idp"+path); got.Status != http.StatusNotFound {
			t.Errorf("off: %s = %d", path, got.Status)
		}
	}
	if got := off.Anonymous().Do(t, http.MethodPost, "/_mockcloud/idp/assertion", `{"user":"a@quiet.test"}`, jsonContent); got.Status != http.StatusNotFound {
		t.Errorf("off: assertion = %d", got.Status)
	}
	for name, body := range map[string]string{"no such user": `{"user":"x@x.test"}`, "no such fault": `{"user":"` + agentEmail + `","fault":"x"}`, "broken": `{`, "unknown key": `{"who":"x"}`} {
		if got := on.Anonymous().Do(t, http.MethodPost, "/_mockcloud/idp/assertion", body, jsonContent); got.Status/100 != 4 || got.Str(t, "code") == "" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

// The provider purecloud is the password login; disabled means single sign-on
// only.
func TestPasswordsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	old := newBrowser(t, srv).get(t, authorize())
	b := newBrowser(t, srv)
	stale := b.get(t, authorize())
	if got := srv.Admin(t).Put(t, "/api/v2/identityproviders/purecloud", `{"name":"Genesys Cloud","disabled":true}`); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	page := newBrowser(t, srv).get(t, authorize())
	if strings.Contains(page.body, `name="password"`) || !strings.Contains(page.body, "Log in with mockcloud test IdP") || strings.Contains(page.body, `name="as"`) {
		t.Errorf("the page:\n%s", page.body)
	}
	if !strings.Contains(old.body, `name="password"`) {
		t.Error("the page had no password field before")
	}
	if got := b.submit(t, stale, "email", agentEmail, "password", agentWord); got.status != http.StatusUnauthorized {
		t.Errorf("an old form: %d %s", got.status, got.location)
	}
}

// Organizations that trust the same provider do not take each other's people: an
// assertion that names its organization is for that one.
func TestAnAssertionIsForTheOrganizationThatItNames(t *testing.T) {
	t.Parallel()
	second := writeFixture(t, "organization: {name: Second, shortName: second}\nsettings: {testIdentityProvider: true}\nusers: [{email: "+agentEmail+", name: Alex Elsewhere}]\n")
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", second}})
	ask := func(org string) string {
		got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/idp/assertion", `{"user":"`+agentEmail+`","orgName":"`+org+`"}`, jsonContent)
		if got.Str(t, "orgName") != org {
			t.Fatalf("asked for %s: %d %s", org, got.Status, got.Body)
		}
		return got.Str(t, "assertion")
	}
	refused(t, bearerGrant(t, srv, ask("mockcloud"), "orgName", "second"), "invalid_grant", "the assertion is for another organization")
	for _, org := range []string{"mockcloud", "second"} {
		access, _ := mustIssue(t, bearerGrant(t, srv, ask(org), "orgName", org))
		if got := srv.Bearer(access).Get(t, "/api/v2/tokens/me").Str(t, "organization.name"); !strings.EqualFold(got, org) {
			t.Errorf("the token is for %s, not %s", got, org)
		}
	}
	for range 5 {
		if got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/idp/assertion", `{"user":"`+agentEmail+`"}`, jsonContent).Str(t, "orgName"); got != "mockcloud" {
			t.Errorf("without a name the organization is %s", got)
		}
	}
	b := newBrowser(t, srv)
	login := b.get(t, "/login")
	link := regexp.MustCompile(`href="(/login\?[^"]*)">Log in with mockcloud test IdP \(Second\)`).FindStringSubmatch(login.body)
	if link == nil {
		t.Fatalf("the log-in page does not tell the organizations apart\n%s", login.body)
	}
	if narrow := b.get(t, b.get(t, html.UnescapeString(link[1])).location); strings.Contains(narrow.body, "Alex Agent") || !strings.Contains(narrow.body, "Alex Elsewhere") {
		t.Errorf("whoever comes for one organization is offered others\n%s", narrow.body)
	}
	page := newBrowser(t, srv).get(t, "/_mockcloud/idp/sso")
	if !strings.Contains(page.body, agentEmail+" · Second<") || !strings.Contains(page.body, agentEmail+" · Sales Agent · Mockcloud<") {
		t.Errorf("the page does not tell the two apart\n%s", page.body)
	}
}

// What comes from a provider that began by itself must be addressed to a name of
// ours, not to one that the sender has put into the request.
func TestAnAnswerMustBeAddressedToThisServer(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	post := func(host, path, recipient string) int {
		body := url.Values{"SAMLResponse": {assertion(t, srv, `{"user":"`+agentEmail+`","recipient":"`+recipient+`"}`)}}.Encode()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		return got.StatusCode
	}
	port := mustURL(t, srv.URL).Port()
	if got := post("localhost:"+port, "/saml", "http://localhost:"+port+"/saml"); got != http.StatusSeeOther {
		t.Errorf("by another name of this machine: %d", got)
	}
	if got := post("other.test", "/x/y/saml", "http://other.test/x/y/saml"); got != http.StatusBadRequest {
		t.Errorf("for another service provider: %d", got)
	}
}

// Anybody can begin a sign-in; what is kept of it is bounded.
func TestALongRequestIsNotKeptForTheProvider(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := newBrowser(t, srv).get(t, authorize("org", "mockcloud", "provider", providerID(t, srv), "state", strings.Repeat("s", 10_000)))
	if got.query(t).Get("error") != "invalid_request" {
		t.Errorf("answer = %d %.200s", got.status, got.location)
	}
}
