package login_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
	asked := admin.submit(t, admin.get(t, authorize("prompt", "login")), "as", "6d6f636b-0005-4000-8000-000000000001")
	for _, link := range regexp.MustCompile(`href="([^"]*)" hreflang`).FindAllStringSubmatch(asked.body, -1) {
		if strings.Contains(link[1], "prompt=") {
			t.Errorf("another language asks to sign in again: %s", link[1])
		}
	}
	page = admin.get(t, authorize())
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
