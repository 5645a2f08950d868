package login_test

import (
	"html"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const samplePage = "/_mockcloud/app"

func TestTheSampleApplicationShowsWhatItWasTold(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	tests := []struct {
		query, where, says string
		texts              []string
	}{
		{"", "document", "It runs in a page of its own", []string{`<html lang="en">`, "The address has no parameters."}},
		{"?lang=pt-br&x=%3Cb%3E&theme=", "iframe", "Está em um frame.", []string{`<html lang="pt-BR">`, `<th scope="row">x</th><td>&lt;b&gt;</td>`, `<th scope="row">theme</th><td><em>vazio</em></td>`}},
		{"?gcLangTag=es", "iframe", "Está en un marco.", []string{`<th scope="row">gcLangTag</th><td>es</td>`}},
		{"?lang=%22%3E&a=1&a=2", "", "does not say", []string{`<html lang="en">`, `<th scope="row">a</th><td>1 2</td>`}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, srv)
			b.header.Set("Sec-Fetch-Dest", tt.where)
			page := b.get(t, samplePage+tt.query)
			page.shows(t, http.StatusOK, tt.says)
			for _, want := range tt.texts {
				if !strings.Contains(page.body, want) {
					t.Errorf("the page lacks %q\n%s", want, page.body)
				}
			}
			if page.header.Get("Set-Cookie") != "" {
				t.Error("what an application is told changes the language of other pages")
			}
		})
	}
}

// The sample application has the origin of the other pages, and a frame around it
// lets it keep that: it must hold nothing that acts.
func TestTheSampleApplicationCanDoNothing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	page := b.get(t, samplePage+"?lang=en&%3Cscript%3E=%3Cscript%3Ealert(1)%3C/script%3E")
	policy := page.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'self'; ") || page.header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("%s, %s", policy, page.header.Get("X-Frame-Options"))
	}
	for _, what := range []string{"<script", "<form", " onclick=", agentEmail, "Alex Agent"} {
		if strings.Contains(page.body, what) {
			t.Errorf("the page holds %s", what)
		}
	}
}

// Its button signs in who is picked, in a window of its own, and ends at the page
// that shows what an application gets.
func TestTheSampleApplicationSignsIn(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`<a class="button primary" href="([^"]*)" target="_blank" rel="noopener">`)
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	found := link.FindStringSubmatch(b.get(t, samplePage).body)
	if found == nil {
		t.Fatal("there is no button")
	}
	got := b.get(t, html.UnescapeString(found[1]))
	_, fragment, _ := strings.Cut(got.location, "#")
	answer, err := url.ParseQuery(fragment)
	if err != nil || !strings.HasPrefix(got.location, srv.URL+"/_mockcloud/callback#") {
		t.Fatalf("%d %s", got.status, got.location)
	}
	if me := srv.Bearer(answer.Get("access_token")).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
		t.Errorf("%d %s", me.Status, me.Body)
	}
	for name, options := range map[string]mocktest.Options{
		"no such client": {Fixtures: []string{writeFixture(t, "organization: {name: Mine}\n")}}, "no implicit grant": {NoImplicit: true},
	} {
		page := newBrowser(t, mocktest.Start(t, options)).get(t, samplePage)
		page.shows(t, http.StatusOK, "Sample application")
		if link.MatchString(page.body) {
			t.Errorf("%s, and there is a button", name)
		}
	}
}

// commandsOf are the commands that a page shows, with a token in place of the
// command that gets one.
func commandsOf(t *testing.T, srv *mocktest.Server, page *screen) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<pre class="wrap" tabindex="0"><code>(TOKEN=.*?)</code></pre>`).FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("the page shows no commands\n%s", page.body)
	}
	first, rest, _ := strings.Cut(html.UnescapeString(found[1]), "\n")
	if want := "TOKEN=$(go run ./cmd/mockcloud token --url " + srv.URL + ")"; first != want {
		t.Fatalf("%s\nwant %s", first, want)
	}
	return "set -e\nTOKEN='" + srv.Admin(t).Token + "'\n" + rest + "\n"
}

// What the pages print where nothing is installed installs it.
func TestTheCommandsOfTheEmptyPages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newBrowser(t, srv)
	b.pick(t, agentID)
	b.header.Set("Accept", "text/html")
	for _, path := range []string{embedPage, webhooksPath} {
		script := commandsOf(t, srv, b.get(t, path))
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, out)
		}
	}
	app := regexp.MustCompile(`<option value="([^"]+)">My app<`).FindStringSubmatch(b.get(t, embedPage).body)
	if app == nil {
		t.Fatal("no application is offered")
	}
	page := b.get(t, embedPage+"?theme=dark&lang=es&app="+app[1])
	if want := srv.URL + samplePage + "?gcHostOrigin=" + url.QueryEscape(srv.URL) + "&gcTargetEnv=prod&lang=es&theme=dark"; page.src() != want {
		t.Errorf("the frame is at %s\nwant %s", page.src(), want)
	}
	if strings.Contains(page.body, "Nothing to see?") {
		t.Error("the page doubts its own server")
	}
	b.get(t, page.src()).shows(t, http.StatusOK, "Aplicación de ejemplo")
	b.get(t, webhooksPath).shows(t, http.StatusOK, "My webhook", "Nothing has arrived yet.")
}
