package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestFormsOfOtherPagesAreRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	own, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"of another site", map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
		{"of another port", map[string]string{"Origin": "http://" + own.Hostname() + ":1"}, http.StatusForbidden},
		{"of no origin", map[string]string{"Origin": "null"}, http.StatusForbidden},
		{"cross-site", map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"same-site, as another port is", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://" + own.Hostname() + ":1"}, http.StatusForbidden},
		{"of our own origin, by what the browser says", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": srv.URL}, http.StatusSeeOther},
		{"of our own origin, by its name", map[string]string{"Origin": srv.URL}, http.StatusSeeOther},
	}
	for i, tt := range tests {
		for _, path := range []string{"/admin/divisions/new", "/tools/reset", "/signout"} {
			if tt.want == http.StatusSeeOther && path != "/admin/divisions/new" {
				continue
			}
			name := fmt.Sprintf("Stranger-%d", i)
			header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			for key, value := range tt.header {
				header.Set(key, value)
			}
			got := shellSend(t, ada, http.MethodPost, path, url.Values{"name": {name}, "description": {""}}.Encode(), "", header)
			if got.Status != tt.want {
				t.Errorf("%s of %s: %d\n%s", path, tt.name, got.Status, got.words())
			}
			if tt.want == http.StatusForbidden {
				got.says(t, "The form came from elsewhere")
				ada.get(t, "/admin/divisions").lacks(t, name)
			}
		}
	}
}

// shellSend sends what no form of ours does; host "" means the server's own name.
func shellSend(t *testing.T, v *visitor, method, path, body, host string, header http.Header) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	port := r.URL.Port()
	if host != "" {
		r.Host = host
		port = (&url.URL{Host: host}).Port()
	}
	r.Header = header.Clone()
	if v.token != "" {
		name := "mockcloud_console"
		if port != "" {
			name += "_" + port
		}
		r.AddCookie(&http.Cookie{Name: name, Value: v.token})
	}
	return exchange(t, r)
}

// A name that somebody made to resolve to this machine gets nothing of it.
func TestTheConsoleAnswersToItsOwnNamesAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	browser := http.Header{"Accept": {"text/html"}}
	for _, host := range []string{"evil.example", "evil.example:8080", "localhost.evil.example"} {
		for _, path := range []string{"/", "/admin/divisions", "/signin", "/signin/callback", "/tools/reset"} {
			got := shellSend(t, ada, http.MethodGet, path, "", host, browser)
			if got.Status != http.StatusForbidden || got.Location != "" {
				t.Errorf("%s%s: %d %s", host, path, got.Status, got.Location)
			}
			got.says(t, "This name is not trusted").lacks(t, "Ada Admin")
		}
	}
	for _, host := range []string{"localhost:8080", "[::1]:8080", "mockcloud", "127.0.0.1:1"} {
		shellSend(t, ada, http.MethodGet, "/admin/divisions", "", host, browser).says(t, "Ada Admin", "Sales")
		begun := shellSend(t, ada, http.MethodGet, "/signin", "", host, browser)
		if u, err := url.Parse(begun.Location); err != nil || u.Query().Get("redirect_uri") != "http://"+host+"/signin/callback" {
			t.Errorf("%s: the sign-in asks for %s", host, begun.Location)
		}
	}
}

func TestAFormThatIsTooLargeOrGarbledIsRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	plain, parts := "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	large := strings.Repeat("a", 1<<20)
	for _, tt := range []struct {
		name, contentType, body string
		want                    int
	}{
		{"large", plain, "name=" + large, http.StatusRequestEntityTooLarge},
		{"large, in parts", parts, "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + large + "\r\n--b--\r\n", http.StatusRequestEntityTooLarge},
		{"garbled", plain, "name=%zz", http.StatusBadRequest},
		{"garbled, in parts", parts, "--c\r\n", http.StatusBadRequest},
		{"without a boundary", "multipart/form-data", "x", http.StatusBadRequest},
	} {
		got := shellSend(t, ada, http.MethodPost, "/admin/divisions/new", tt.body, "", http.Header{"Content-Type": {tt.contentType}, "Origin": {srv.URL}})
		if got.Status != tt.want {
			t.Errorf("%s: %d", tt.name, got.Status)
		}
		got.says(t, "The form could not be read", "Nothing was changed.")
	}
}

func TestEveryPageForbidsWhatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	nobody := &visitor{srv: srv}
	for name, got := range map[string]*answer{
		"a page": ada.get(t, "/admin/divisions"), "the first page": ada.get(t, "/"), "no page": ada.get(t, "/admin/nowhere"), "a thing that is not there": ada.get(t, "/admin/divisions/none"),
		"a refused form": ada.post(t, "/admin/divisions/new", url.Values{"name": {"Sales"}}), "a redirect": nobody.get(t, "/"), "a form without a session": nobody.post(t, "/admin/divisions/new", nil),
	} {
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":  "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			"Cache-Control": "no-cache, no-store, must-revalidate",
		} {
			if got.Header.Get(header) != want {
				t.Errorf("%s: %s = %q", name, header, got.Header.Get(header))
			}
		}
		if shellInline.MatchString(got.Body) {
			t.Errorf("%s has what its policy forbids: %s", name, shellInline.FindString(got.Body))
		}
	}
}

// shellInline are scripts and styles within a page, which its policy forbids.
var shellInline = regexp.MustCompile(`<script>|<script [^>]*>[^<]|<style|\sstyle=|\son[a-z]+=|href="javascript:`)

func TestAPageThatIsNoneIsAPage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	for _, path := range []string{"/admin", "/admin/", "/admin/nowhere", "/admin/divisions/none", "/tools/nowhere/at/all", "/tools"} {
		if got := ada.get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		} else {
			got.says(t, "There is nothing here", "Ada Admin")
		}
	}
	if got := (&visitor{srv: srv}).get(t, "/admin/nowhere"); got.Status != http.StatusSeeOther {
		t.Errorf("for nobody: %d", got.Status)
	}
}

func TestTheFirstPageIsWordsForCommandLines(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	nobody := &visitor{srv: srv}
	got := shellSend(t, nobody, http.MethodGet, "/", "", "", http.Header{"Accept": {"*/*"}})
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") || !strings.Contains(got.Body, "POST "+srv.URL+"/oauth/token") || strings.Contains(got.Body, "<") {
		t.Errorf("%d %s\n%s", got.Status, got.Header.Get("Content-Type"), got.Body)
	}
	if got := shellSend(t, nobody, http.MethodGet, "/", "", "", http.Header{"Accept": {"text/html, */*"}}); got.Status != http.StatusSeeOther {
		t.Errorf("a browser gets %d", got.Status)
	}
}

func TestPagesAnswerHeadWithoutABody(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	for _, path := range []string{"/", "/admin/divisions"} {
		if got := ada.send(t, http.MethodHead, path, ""); got.Status != http.StatusOK || got.Body != "" || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
			t.Errorf("HEAD %s: %d %q", path, got.Status, got.Body)
		}
	}
}

func TestTheChosenLanguageIsKept(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newShellBrowser(t, srv)
	b.signIn(t, "/", shellAda).says(t, "Divisions")
	p := b.open(t, http.MethodGet, "/admin/divisions?name=S&ui_locales=pt-BR", nil)
	p.says(t, "Divisões", "Sales")
	if !strings.Contains(p.Body, `<html lang="pt-BR">`) || !strings.Contains(p.Body, `href="/admin/divisions?name=S&amp;ui_locales=es"`) {
		t.Errorf("the page's language, or its links to others:\n%.1500s", p.Body)
	}
	b.open(t, http.MethodGet, "/admin/divisions", nil).says(t, "Divisões")
}

var shellAssets = regexp.MustCompile(`(?:href|src)="([^"]+)"[^>]*(?:></script>|>\n)`)

// maxFirstPage is what the first page may weigh with all that it needs.
const maxFirstPage = 100 << 10

func TestTheFirstPageIsLightAndNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := ada.get(t, "/")
	total := len(page.Body)
	head, _, _ := strings.Cut(page.Body, "</head>")
	found := shellAssets.FindAllStringSubmatch(head, -1)
	for _, one := range found {
		path := html.UnescapeString(one[1])
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
			t.Errorf("the page needs %s", path)
			continue
		}
		got := ada.get(t, path)
		if got.Status != http.StatusOK || got.Body == "" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d", path, got.Status)
		}
		if strings.HasPrefix(path, "/console/assets/") && got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", path, got.Header.Get("Cache-Control"))
		}
		if external := regexp.MustCompile(`(?:url\(|@import|fetch\(['"])\s*['"]?(?:https?:)?//`).FindString(got.Body); external != "" {
			t.Errorf("%s needs another host: %s", path, external)
		}
		total += len(got.Body)
	}
	if len(found) < 3 || total > maxFirstPage {
		t.Errorf("the page weighs %d bytes with %d files", total, len(found))
	}
	t.Logf("%d bytes", total)
}
