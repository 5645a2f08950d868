package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

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
