package login_test

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const webhooksPath = "/_mockcloud/webhooks"

// Whoever logs in without an application goes on with a page of mockcloud's, and
// nowhere else, whatever the address says.
func TestASignInLeadsBackToPagesOfOursAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for next, want := range map[string]string{
		"embed": embedPage, "webhooks": webhooksPath, "": "/login", "account": "/login", "//evil.test": "/login", "https://evil.test/": "/login", "/logout": "/login",
		"embed%0d%0aX-A: b": "/login", "embed&next=//evil.test": embedPage,
	} {
		b := newBrowser(t, srv)
		page := b.get(t, "/login?prompt=login&next="+strings.ReplaceAll(next, " ", "%20"))
		if got := b.submit(t, page, "as", agentID); got.status != http.StatusSeeOther || got.location != want {
			t.Errorf("%q: %d %s, want %s", next, got.status, got.location, want)
		}
	}
}

// The page of client applications offers to log in as somebody else, and is where
// that ends: by a password, after a wrong one, in another language, and by an
// identity provider.
func TestLoggingInWithAPasswordForClientApplications(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	link := regexp.MustCompile(`<a href="([^"]*)">Log in with a password`).FindStringSubmatch(b.get(t, embedPage).body)
	if link == nil {
		t.Fatal("there is no link")
	}
	form := b.get(t, html.UnescapeString(link[1]))
	form.shows(t, http.StatusOK, "Email Address", "Password")
	wrong := b.submit(t, form, "email", adminEmail, "password", "wrong")
	wrong.shows(t, http.StatusUnauthorized, "incorrect")
	spanish := regexp.MustCompile(`<a href="([^"]*)" hreflang="es"`).FindStringSubmatch(wrong.body)
	form = b.get(t, html.UnescapeString(spanish[1]))
	got := b.submit(t, form, "email", adminEmail, "password", adminWord)
	if got.status != http.StatusSeeOther || got.location != embedPage {
		t.Fatalf("%d %s", got.status, got.location)
	}
	b.get(t, got.location).shows(t, http.StatusOK, "Sesión iniciada como Ada Admin")

	provider := regexp.MustCompile(`<a class="button secondary" href="([^"]*provider=[^"]*)"`).FindStringSubmatch(form.body)
	if provider == nil {
		t.Fatalf("no identity provider is offered\n%s", form.body)
	}
	got = b.signInAtIDP(t, b.get(t, html.UnescapeString(provider[1])))
	if !strings.HasPrefix(got.location, "/saml/continue?") {
		t.Fatalf("%d %s\n%s", got.status, got.location, got.body)
	}
	if got = b.get(t, got.location); got.location != embedPage {
		t.Errorf("%d %s", got.status, got.location)
	}
	b.get(t, embedPage).shows(t, http.StatusOK, "Sesión iniciada como Alex Agent")
}

// The pages for people link to each other, but not where somebody is about to sign
// in to an application.
func TestTheToolsLinkToEachOther(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	nav := regexp.MustCompile(`(?s)<nav class="tools".*?</nav>`)
	item := regexp.MustCompile(`<li>(?:<a href="([^"]*)">|<span aria-current="page">)([^<]*)<`)
	const embed, hooks = "Client applications", "Webhooks"
	api := []string{"API explorer " + explorerPage, "Coverage " + coveragePage}
	check := func(b *browser, path string, want ...string) {
		t.Helper()
		var got []string
		for _, link := range item.FindAllStringSubmatch(nav.FindString(b.get(t, path).body), -1) {
			got = append(got, link[2]+" "+link[1])
		}
		if len(want) > 0 && path != explorerPage && path != coveragePage {
			want = append(slices.Clone(api), want...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s links to %q, want %q", path, got, want)
		}
	}
	b := newBrowser(t, srv)
	b.header.Set("Accept", "text/html")
	check(b, "/login", embed+" "+embedPage, hooks+" "+webhooksPath)
	check(b, embedPage, embed+" ", hooks+" "+webhooksPath, "Log In /login")
	check(b, webhooksPath, embed+" "+embedPage, hooks+" ", "Log In /login")
	check(b, explorerPage, "API explorer ", api[1], embed+" "+embedPage, hooks+" "+webhooksPath, "Log In /login")
	check(b, coveragePage, api[0], "Coverage ", embed+" "+embedPage, hooks+" "+webhooksPath, "Log In /login")
	check(b, "/gw/login") // a gateway knows the pages of the log-in host alone
	check(b, authorize())
	check(b, "/error?errorKey=invalidClientId")
	b.pick(t, agentID)
	check(b, "/login", embed+" "+embedPage, hooks+" "+webhooksPath)
	check(b, webhooksPath, embed+" "+embedPage, hooks+" ", "My Account /login")
	check(b, "/logout", embed+" "+embedPage, hooks+" "+webhooksPath, "Log In /login")
}
