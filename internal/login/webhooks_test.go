package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// webhooksPage asks for the page as a browser does.
func webhooksPage(t *testing.T, srv *mocktest.Server, language string) *mocktest.Response {
	t.Helper()
	got := srv.Anonymous().Do(t, http.MethodGet, webhooksPath, nil, http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}, "Accept-Language": {language}})
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") || got.Header.Get("Vary") != "Accept" {
		t.Fatalf("%d %v\n%s", got.Status, got.Header, got.Body)
	}
	return got
}

// post sends an event to a webhook and returns its id.
func post(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook, query, body string) string {
	t.Helper()
	got := srv.Anonymous().Do(t, http.MethodPost, strings.TrimPrefix(hook.URL, srv.URL)+query, body, http.Header{"X-Mine": {"<i>"}})
	if got.Status != http.StatusOK {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	return got.Str(t, "invocationId")
}

func TestThePageOfWebhooksShowsWhatCame(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for language, want := range map[string]string{"en": "No webhook is installed", "pt-BR": "Nenhum webhook está instalado", "es": "No hay ningún webhook instalado"} {
		if got := webhooksPage(t, srv, language); !strings.Contains(string(got.Body), want) {
			t.Errorf("%s\n%s", language, got.Body)
		}
	}
	hook := srv.InstallWebhook(t, "Orders <b>")
	srv.Install(t, mocktest.Integration{Type: "webhook", Name: "Returns"})
	oldest := post(t, srv, hook, "", `{"n":0}`)
	for range 8 {
		post(t, srv, hook, "", `{"n":1}`)
	}
	long := post(t, srv, hook, "", `"`+strings.Repeat("é", 3000)+`"`)
	hostile := post(t, srv, hook, "?from=%3Cs%3E", `{"<script>alert(1)</script>":["</code>"]}`)
	if got := srv.Admin(t).Patch(t, "/api/v2/integrations/"+hook.ID, `{"intendedState":"DISABLED"}`); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	page := webhooksPage(t, srv, "en")
	text := string(page.Body)
	for _, want := range []string{
		"<h2>Orders &lt;b&gt;</h2>", "Inactive: it refuses events</span> 11 received, 11 kept", "Active</span> 0 received, 0 kept", "Nothing has arrived yet.",
		`<code class="copy">` + hook.ID + "</code>", `<code class="copy">` + hook.URL + "</code>", "-d &#39;{&#34;hello&#34;:&#34;world&#34;}&#39; \\\n  " + hook.URL,
		"<strong>Event 11</strong>", "<strong>Event 2</strong>", long, hostile, "2026-01-15T12:00:00.000Z",
		"{\n  &#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34;: [\n    &#34;&lt;/code&gt;&#34;\n  ]\n}",
		`<th scope="row">x-mine</th><td>&lt;i&gt;</td>`, `<th scope="row">from</th><td>&lt;s&gt;</td>`,
		`<a href="/_mockcloud/webhooks/` + hook.ID + `/events/` + long + `/body">`, `<a href="/_mockcloud/webhooks/` + hook.ID + `/events">`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, oldest) || strings.Contains(text, "\uFFFD") || strings.Index(text, hostile) > strings.Index(text, long) {
		t.Errorf("the page\n%s", text)
	}
	if got := page.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || strings.Contains(got, "script-src") {
		t.Errorf("Content-Security-Policy: %s", got)
	}
	if got := srv.Anonymous().Get(t, webhooksPath); got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Vary") != "Accept" {
		t.Errorf("programs get %v", got.Header)
	}
}

// A body that would fill the page with blanks is shown as it came.
func TestDeepBodiesAreNotIndented(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Deep")
	brackets := `"` + strings.Repeat(`]`, 500) + `\"",`
	for _, body := range []string{
		strings.Repeat("[", 21) + strings.Repeat("]", 21),
		"[" + brackets + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "]",
		`["` + strings.Repeat(`[`, 30) + `",1]`,
	} {
		post(t, srv, hook, "", body)
	}
	page := strings.NewReplacer("&#34;", `"`).Replace(string(webhooksPage(t, srv, "en").Body))
	for _, want := range []string{
		"<code>" + strings.Repeat("[", 21) + strings.Repeat("]", 21) + "</code>", "<code>[" + brackets + strings.Repeat("[", 500),
		"<code>[\n  \"" + strings.Repeat(`[`, 30) + "\",\n  1\n]</code>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestThePageOfWebhooksLoadsItselfAgainOnRequestOnly(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	srv.InstallWebhook(t, "Orders")
	b := newBrowser(t, srv)
	b.header.Set("Accept", "text/html")
	still := b.get(t, webhooksPath)
	still.shows(t, http.StatusOK, `href="/_mockcloud/webhooks?refresh=on">Reload every 5 s`)
	moving := b.get(t, webhooksPath+"?refresh=on")
	moving.shows(t, http.StatusOK, "The page reloads every 5 s.", `href="/_mockcloud/webhooks">Stop reloading`)
	if still.header.Get("Refresh") != "" || moving.header.Get("Refresh") != "5" {
		t.Errorf("Refresh: %q, %q", still.header.Get("Refresh"), moving.header.Get("Refresh"))
	}
}

// Clearing takes the form that the page has given to the browser, and clears the
// one webhook that it names.
func TestEventsAreClearedByTheFormOfThePageAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook, other := srv.InstallWebhook(t, "Orders"), srv.InstallWebhook(t, "Returns")
	kept := func(h *mocktest.Webhook) int {
		t.Helper()
		var shown struct{ Kept int }
		srv.Anonymous().Get(t, webhooksPath+"/"+h.ID).JSON(t, &shown)
		return shown.Kept
	}
	post(t, srv, hook, "", `1`)
	post(t, srv, other, "", `2`)
	b := newBrowser(t, srv)
	b.header.Set("Accept", "text/html")
	page := b.get(t, webhooksPath+"?refresh=on")
	stranger := newBrowser(t, srv)
	for name, got := range map[string]*screen{
		"no token":        b.do(t.Context(), t, http.MethodPost, webhooksPath, url.Values{"clear": {hook.ID}}),
		"another token":   b.submit(t, page, "clear", hook.ID, "csrf", "x"),
		"another browser": stranger.submit(t, page, "clear", hook.ID),
	} {
		if got.status != http.StatusForbidden || !strings.Contains(got.body, "This page was out of date.") {
			t.Errorf("%s: %d\n%s", name, got.status, got.body)
		}
	}
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.submit(t, page, "clear", hook.ID).shows(t, http.StatusForbidden, "This page was out of date.")
	b.header.Del("Sec-Fetch-Site")
	for _, id := range []string{"", "nothing", "Orders"} {
		if got := b.submit(t, page, "clear", id); got.status != http.StatusSeeOther {
			t.Errorf("%q: %d", id, got.status)
		}
	}
	if kept(hook) != 1 || kept(other) != 1 {
		t.Fatalf("%d and %d events are left", kept(hook), kept(other))
	}
	if got := b.submit(t, page, "clear", hook.ID); got.status != http.StatusSeeOther || got.location != webhooksPath+"?refresh=on" {
		t.Errorf("%d %s", got.status, got.location)
	}
	if kept(hook) != 0 || kept(other) != 1 {
		t.Errorf("%d and %d events are left", kept(hook), kept(other))
	}
	b.get(t, webhooksPath).shows(t, http.StatusOK, "1 received, 0 kept", "Nothing has arrived since the events were cleared.")
}
