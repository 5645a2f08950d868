package login_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func writeFixture(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fixture.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// scopeFixture makes the default organization enforce scopes.
func scopeFixture(t *testing.T) string {
	t.Helper()
	return writeFixture(t, "organization: {name: Mockcloud}\nsettings: {enforceScopes: true}\n")
}

// The labels, the button and the title of the real page (facts oauth.md §4),
// and the same in the other languages.
func TestThePagesSpeakThreeLanguages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	english := []string{`<html lang="en">`, ">Email Address<", ">Password<", ">Log In</button>", "not affiliated with Genesys", `<title>Log In`}
	portuguese := []string{`<html lang="pt-BR">`, ">Endereço de e-mail<", ">Senha<", ">Entrar</button>"}
	spanish := []string{`<html lang="es">`, ">Dirección de correo electrónico<", ">Contraseña<", ">Iniciar sesión</button>"}
	tests := []struct {
		accept, locale string
		want           []string
	}{
		{"", "", english},
		{"de-DE", "", english},
		{"*", "", english},
		{"\x7f;;", "", english},
		{"pt-BR,pt;q=0.9,en;q=0.8", "", portuguese},
		{"pt", "", portuguese},
		{"de, es-MX;q=0.5", "", spanish},
		{"pt-BR", "es", spanish},
		{"es", "pt-BR", portuguese},
		{"es", "en", english},
		{"es", "zz", spanish},
	}
	for _, tt := range tests {
		t.Run(tt.accept+" "+tt.locale, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			if tt.accept != "" {
				b.header.Set("Accept-Language", clean(tt.accept))
			}
			page := b.get(t, authorize("ui_locales", tt.locale))
			for _, text := range tt.want {
				if !strings.Contains(page.body, text) {
					t.Errorf("the page lacks %q\n%s", text, page.body)
				}
			}
		})
	}
}

func TestTheLanguageSwitchIsRemembered(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	link := regexp.MustCompile(`<a href="([^"]*)" hreflang="es"`).FindStringSubmatch(page.body)
	if link == nil {
		t.Fatalf("there is no link to Spanish\n%s", page.body)
	}
	switched := b.get(t, strings.ReplaceAll(link[1], "&amp;", "&"))
	if !strings.Contains(switched.body, `<html lang="es">`) {
		t.Fatalf("the link leads to\n%.300s", switched.body)
	}
	if got := b.get(t, "/logout"); !strings.Contains(got.body, `<html lang="es">`) {
		t.Errorf("the next page is\n%.300s", got.body)
	}
	if got := b.submit(t, switched, "email", agentEmail, "password", agentWord); !strings.HasPrefix(got.location, callback+"?code=") {
		t.Errorf("the switch loses the request: %d %s", got.status, got.location)
	}
}

func TestWhatIsWrongWithTheFormIsSaid(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	admin.Patch(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000005", `{"state":"inactive","version":1}`)
	tests := []struct {
		name, email, password, about string
		status                       int
	}{
		{"wrong password", agentEmail, "wrong", "The email address or the password is incorrect.", 401},
		{"unknown address", "nobody@mockcloud.test", "x", "The email address or the password is incorrect.", 401},
		{"inactive user", "agent2@mockcloud.test", "fake-agent2-password", "The email address or the password is incorrect.", 401},
		{"long password", agentEmail, strings.Repeat("x", 10000), "The email address or the password is incorrect.", 401},
		{"nothing", "", "", "Enter your email address and your password.", 401},
		{"markup", `"><script>alert(1)</script>@x`, "x", "The email address or the password is incorrect.", 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			got := b.submit(t, b.get(t, authorize()), "email", tt.email, "password", tt.password)
			if got.status != tt.status || !strings.Contains(got.body, tt.about) || !strings.Contains(got.body, `role="alert"`) {
				t.Errorf("answer = %d\n%s", got.status, got.body)
			}
			if strings.Contains(got.body, "<script>alert") {
				t.Error("the page holds what was typed as markup")
			}
			if retry := b.submit(t, got, "email", agentEmail, "password", agentWord); !strings.HasPrefix(retry.location, callback+"?code=") {
				t.Errorf("the second try: %d %s", retry.status, retry.location)
			}
		})
	}
}

func TestSeededUsersSignInByOneClick(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for _, text := range []string{"Development users", "Ada Admin", agentEmail, agentID} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	got := b.submit(t, page, "as", agentID)
	access, _ := mustIssue(t, redeem(t, srv, got.query(t).Get("code")))
	if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("signed in as %s", me.Body)
	}
	// A password that was used is hashed, and still the published one.
	newBrowser(t, srv).code(t)
	if got := newBrowser(t, srv).get(t, authorize()); !strings.Contains(got.body, agentID) {
		t.Error("a user who has signed in is not offered any more")
	}
	// One that was changed is the user's own.
	if got := srv.Admin(t).Post(t, "/api/v2/users/"+agentID+"/password", `{"newPassword":"another-Passw0rd!"}`); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	stale := newBrowser(t, srv)
	again := stale.get(t, authorize())
	if strings.Contains(again.body, agentID) {
		t.Error("a user with a password of their own is offered")
	}
	if got := stale.submit(t, again, "as", agentID); got.status != http.StatusUnauthorized || strings.Contains(got.location, "code=") {
		t.Errorf("an old page: %d %s", got.status, got.location)
	}
	if got := stale.submit(t, again, "email", agentEmail, "password", "another-Passw0rd!"); got.query(t).Get("code") == "" {
		t.Errorf("the new password: %d", got.status)
	}
}

func TestPeopleOfSeveralOrganizationsChoose(t *testing.T) {
	t.Parallel()
	second := writeFixture(t, "organization: {name: Second Org, shortName: second}\nusers: [{email: "+agentEmail+", name: Alex Elsewhere, password: "+agentWord+"}]\n")
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", second}})
	orgOf := func(t *testing.T, s *screen) string {
		access, _ := mustIssue(t, redeem(t, srv, s.query(t).Get("code")))
		me := srv.Bearer(access).Get(t, "/api/v2/tokens/me")
		if me.Str(t, "OAuthClient.organization.name") != "Mockcloud" {
			t.Errorf("the client's organization: %s", me.Body)
		}
		return me.Str(t, "organization.name")
	}
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord)
	choice := regexp.MustCompile(`name="organization" value="([^"]*)"><span[^>]*>SO</span>`).FindStringSubmatch(page.body)
	if choice == nil || !strings.Contains(page.body, "Choose an organization") {
		t.Fatalf("no choice: %d %s\n%s", page.status, page.location, page.body)
	}
	if got := orgOf(t, b.submit(t, page, "organization", choice[1])); got != "Second Org" {
		t.Errorf("entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize())); got != "Second Org" {
		t.Errorf("the next time entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize("target", "6d6f636b-0001-4000-8000-000000000001"))); got != "Mockcloud" {
		t.Errorf("with a target entered %s", got)
	}
	if got := orgOf(t, b.get(t, authorize("org", "second", "provider", "okta"))); got != "Second Org" {
		t.Errorf("with an organization entered %s", got)
	}
	if got := b.get(t, authorize("org", "nowhere", "provider", "okta")); got.status != http.StatusBadRequest {
		t.Errorf("with an organization that there is not: %d %s", got.status, got.location)
	}
	if got := b.get(t, authorize("target", "elsewhere")); got.query(t).Get("error") != "access_denied" {
		t.Errorf("with a target that there is not: %s", got.location)
	}
	if got := b.submit(t, page, "organization", "elsewhere"); strings.Contains(got.location, "code=") {
		t.Errorf("an organization that there is not: %s", got.location)
	}
	hinted := newBrowser(t, srv)
	if got := orgOf(t, hinted.submit(t, hinted.get(t, authorize("login_hint", agentEmail+":second")), "email", agentEmail, "password", agentWord)); got != "Second Org" {
		t.Errorf("with a hint entered %s", got)
	}
}

// The one that was chosen is gone: nobody enters elsewhere without a word.
func TestAChoiceEndsWithThePersonChosen(t *testing.T) {
	t.Parallel()
	org := func(name string) string {
		return writeFixture(t, "organization: {name: "+name+"}\nusers: [{email: "+agentEmail+", name: Alex, password: "+agentWord+"}]\n")
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", org("Second"), org("Third")}})
	b := newBrowser(t, srv)
	page := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord)
	if got := b.submit(t, page, "organization", "6d6f636b-0001-4000-8000-000000000001"); got.query(t).Get("code") == "" {
		t.Fatalf("%d %s", got.status, got.location)
	}
	srv.Admin(t).Delete(t, "/api/v2/tokens/"+agentID)
	if got := b.get(t, authorize()); got.status != http.StatusOK || !strings.Contains(got.body, "Choose an organization") {
		t.Errorf("answer = %d %s", got.status, got.location)
	}
}

// The token of a form before the sign-in does not do for what comes after it.
func TestThePromptCannotBeWalkedRound(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.code(t)
	page := b.get(t, authorize("prompt", "login"))
	for _, field := range []string{"go", "organization", "approve"} {
		if got := b.submit(t, page, field, "1"); got.status != http.StatusUnauthorized || strings.Contains(got.location, "code=") {
			t.Errorf("%s: %d %s", field, got.status, got.location)
		}
	}
}

// Guess: the approval is the organization's, asked for its own clients too, and
// asked for again when the client's scopes grow.
func TestApplicationsAreApprovedWhereScopesAreEnforced(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", scopeFixture(t)}})
	agent := newBrowser(t, srv)
	got := agent.submit(t, agent.get(t, authorize()), "email", agentEmail, "password", agentWord)
	if got.query(t).Get("error") != "access_denied" || !strings.Contains(got.location, "administrator") {
		t.Fatalf("as somebody who may not approve: %d %s", got.status, got.location)
	}
	admin := newBrowser(t, srv)
	page := admin.submit(t, admin.get(t, authorize()), "email", adminEmail, "password", adminWord)
	for _, text := range []string{"Approve Mockcloud Web App?", "<code>routing</code>", "read and change", callback} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the approval page lacks %q\n%s", text, page.body)
		}
	}
	if got := admin.submit(t, page, "deny", "1"); got.query(t).Get("error") != "access_denied" || got.query(t).Get("state") != "st" {
		t.Errorf("denied: %d %s", got.status, got.location)
	}
	if got := agent.submit(t, agent.get(t, authorize("prompt", "login")), "email", agentEmail, "password", agentWord, "approve", "1"); got.query(t).Get("code") != "" {
		t.Error("somebody who may not approve has approved")
	}
	if got := admin.submit(t, page, "approve", "1"); got.query(t).Get("code") == "" {
		t.Errorf("approved: %d %s", got.status, got.location)
	}
	if got := agent.get(t, authorize()); got.query(t).Get("code") == "" {
		t.Errorf("everybody in the organization: %d %s", got.status, got.location)
	}
	var client map[string]any
	srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+webApp).JSON(t, &client)
	client["scope"] = append(client["scope"].([]any), "telephony")
	srv.Admin(t).Put(t, "/api/v2/oauth/clients/"+webApp, client)
	if got := admin.get(t, authorize()); got.status != http.StatusOK || !strings.Contains(got.body, "<code>telephony</code>") {
		t.Errorf("after the scopes have grown: %d %s", got.status, got.location)
	}
}

func TestLoggingOut(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	script := srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"script","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["javascript:alert(1)"]}`).Str(t, "id")
	tests := []struct{ name, query, location string }{
		{"to a script, registered", "?client_id=" + script + "&redirect_uri=javascript:alert(1)", ""},
		{"to a registered address", "?client_id=" + webApp + "&redirect_uri=" + url.QueryEscape(callback), callback},
		{"to a strange one", "?client_id=" + webApp + "&redirect_uri=" + url.QueryEscape("http://evil.test/"), ""},
		{"of an unknown client", "?client_id=nobody&redirect_uri=" + url.QueryEscape(callback), ""},
		{"without an address", "", ""},
		{"through a gateway", "?client_id=" + webApp + "&redirect_uri=" + url.QueryEscape(callback), callback},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.code(t)
			path := "/logout"
			if tt.name == "through a gateway" {
				path = "/login/logout"
			}
			got := b.get(t, path+tt.query)
			if got.location != tt.location || (tt.location == "") != (got.status == http.StatusOK) {
				t.Errorf("answer = %d %s", got.status, got.location)
			}
			if tt.location == "" && !strings.Contains(got.body, "You are logged out") {
				t.Errorf("the page:\n%s", got.body)
			}
			if again := b.get(t, authorize()); again.status != http.StatusOK {
				t.Errorf("there is a session: %d %s", again.status, again.location)
			}
		})
	}
}

func TestSigningInWithoutAnApplication(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	got := b.submit(t, b.get(t, "/login"), "email", agentEmail, "password", agentWord)
	if got.status != http.StatusSeeOther || got.location != "/login" {
		t.Fatalf("answer = %d %s", got.status, got.location)
	}
	page := b.get(t, "/login")
	for _, text := range []string{">My Account</a>", ">Logout</a>", "Alex Agent", agentEmail, "Mockcloud", "Sales"} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if got := b.get(t, authorize()); got.query(t).Get("code") == "" {
		t.Errorf("an application afterwards: %d", got.status)
	}
}

// Guess: ten failures in a minute, a pause of half a minute.
func TestFailedSignInsAreThrottledPerAccount(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for range 9 {
		b.submit(t, page, "email", agentEmail, "password", "wrong")
	}
	if got := b.submit(t, page, "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Fatalf("nine failures lock: %d\n%s", got.status, got.body)
	}
	page = b.get(t, authorize("prompt", "login"))
	for range 10 {
		b.submit(t, page, "email", " "+strings.ToUpper(agentEmail), "password", "wrong")
	}
	got := b.submit(t, page, "email", agentEmail, "password", agentWord)
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "Try again in 30 s") {
		t.Errorf("after ten failures: %d\n%s", got.status, got.body)
	}
	if got := b.submit(t, page, "email", adminEmail, "password", adminWord); got.query(t).Get("code") == "" {
		t.Errorf("another account: %d", got.status)
	}
	srv.Clock.Advance(30 * time.Second)
	if got := b.submit(t, b.get(t, authorize("prompt", "login")), "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Errorf("after the pause: %d", got.status)
	}
}

func TestThePasswordGrantIsOffUnlessSwitchedOn(t *testing.T) {
	t.Parallel()
	off, on := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	ask := func(srv *mocktest.Server, pairs ...string) *mocktest.Response {
		return trade(t, srv, passwordApp, passwordWord, append([]string{"grant_type", "password"}, pairs...)...)
	}
	refused(t, ask(off, "username", agentEmail, "password", agentWord), "unsupported_grant_type", "unsupported grant type")
	access, _ := mustIssue(t, ask(on, "username", agentEmail, "password", agentWord))
	if me := on.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("the token is of %s", me.Body)
	}
	refused(t, ask(on, "username", agentEmail, "password", "wrong"), "invalid_grant", "invalid username or password")
	refused(t, ask(on, "username", "nobody", "password", "wrong"), "invalid_grant", "invalid username or password")
	refused(t, ask(on, "password", "wrong"), "invalid_request", "missing parameter: username")
	refused(t, ask(on, "username", agentEmail), "invalid_request", "missing parameter: password")
}

// Passwords of fixtures lie in the state as they were published until somebody
// uses them, and as a hash from then on.
func TestAPasswordIsHashedWhenItIsFirstUsed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	stored := func() *identity.Password {
		db, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var found *identity.Password
		err = db.View(t.Context(), "6d6f636b-0001-4000-8000-000000000001", func(tx *store.Tx) error {
			u, err := identity.Users.Peek(tx, agentID)
			found = u.Password
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	signIn := func(srv *mocktest.Server) {
		b := newBrowser(t, srv)
		if got := b.submit(t, b.get(t, authorize()), "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
			t.Fatalf("no sign-in: %d", got.status)
		}
	}
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	srv.Stop(t)
	if got := stored(); got.Plain != agentWord {
		t.Errorf("before: %+v", got)
	}
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	signIn(srv)
	srv.Stop(t)
	first := stored()
	if !strings.HasPrefix(first.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") || first.Plain != "" {
		t.Errorf("after the first sign-in: %+v", first)
	}
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	signIn(srv)
	if got := newBrowser(t, srv).get(t, authorize()); !strings.Contains(got.body, agentID) {
		t.Error("the user is not offered any more")
	}
	srv.Stop(t)
	if again := stored(); again.Hash != first.Hash {
		t.Error("the second sign-in has hashed again")
	}
}

// The page that stands in for an application shows what came back and how to go
// on, and nothing of it as markup.
func TestTheCallbackPageShowsWhatCameBack(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	code := b.code(t)
	page := b.get(t, "/_mockcloud/callback?state=%3Cb%3Ex&code="+code)
	for _, want := range []string{`<dt>state</dt><dd class="long" tabindex="0"><code>&lt;b&gt;x</code></dd>`, "-u " + webApp + ":SECRET", "-d code=" + code, callback, "callback.js"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q\n%s", want, page.body)
		}
	}
	posted := b.do(t.Context(), t, http.MethodPost, "/_mockcloud/callback", url.Values{"SAMLResponse": {"PHg+"}})
	if posted.status != http.StatusOK || !strings.Contains(posted.body, "<code>PHg&#43;</code>") || !strings.Contains(posted.body, "saml2-bearer") {
		t.Errorf("an assertion: %d\n%s", posted.status, posted.body)
	}
	for _, path := range []string{"/_mockcloud/callback", "/_mockcloud/callback?code=unknown&error=access_denied"} {
		if got := b.get(t, path); got.status != http.StatusOK || strings.Contains(got.body, "oauth/token") {
			t.Errorf("%s = %d\n%s", path, got.status, got.body)
		}
	}
	if again := redeem(t, srv, code); again.Status != http.StatusOK {
		t.Errorf("showing a code uses it: %d %s", again.Status, again.Body)
	}
}

func TestAResetForgivesFailedSignIns(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	page := b.get(t, authorize())
	for range 10 {
		b.submit(t, page, "email", agentEmail, "password", "wrong")
	}
	srv.Reset(t)
	if got := b.submit(t, page, "email", agentEmail, "password", agentWord); got.query(t).Get("code") == "" {
		t.Errorf("after the reset: %d", got.status)
	}
}

// Every text is there in every language, and every text that a page asks for is
// there at all.
func TestTheTextsOfThePagesAreComplete(t *testing.T) {
	t.Parallel()
	asked := regexp.MustCompile(`\$?\.T "([a-z0-9.A-Z]+)"`)
	files, err := filepath.Glob("pages/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	source, err := os.ReadFile("texts.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range asked.FindAllStringSubmatch(string(page), -1) {
			if !strings.Contains(string(source), `"`+key[1]+`":`) {
				t.Errorf("%s asks for the text %q, which is not there", file, key[1])
			}
		}
	}
	row := regexp.MustCompile(`(?m)^\t"([a-zA-Z0-9.]+)": +\{(.*)\},$`)
	rows := row.FindAllStringSubmatch(string(source), -1)
	if len(rows) < 80 {
		t.Fatalf("%d texts", len(rows))
	}
	for _, r := range rows {
		for _, verb := range []string{"%s", "%d"} {
			if n := strings.Count(r[2], verb); n%3 != 0 {
				t.Errorf("%s has %s %d times in three languages", r[1], verb, n)
			}
		}
		if strings.Contains(r[2], `""`) || strings.Count(r[2], `", "`) != 2 {
			t.Errorf("%s lacks a language", r[1])
		}
	}
}

// Guesses that are sent side by side do not get round the throttle, and neither
// do other spellings of the address.
func TestTheThrottleHoldsForParallelGuesses(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	ask := func(name, word string) *mocktest.Response {
		return trade(t, srv, passwordApp, passwordWord, "grant_type", "password", "username", name, "password", word)
	}
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() { ask(agentEmail, "wrong") })
	}
	wg.Wait()
	for _, name := range []string{agentEmail, " " + agentEmail, strings.ToUpper(agentEmail) + " "} {
		if got := ask(name, agentWord); got.Status != http.StatusBadRequest || !strings.HasPrefix(got.Str(t, "description"), "too many failed sign-ins;") {
			t.Errorf("%q: %d %s", name, got.Status, got.Body)
		}
	}
}
