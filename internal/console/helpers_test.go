package console_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// visitor is somebody before a browser without scripts.
type visitor struct {
	srv    *mocktest.Server
	token  string // of the console's cookie; "" for nobody
	lang   string // as in Accept-Language
	origin string // that forms say they come from; "" means the server's own
}

// visit signs somebody in, by the address of a seeded user.
func visit(t *testing.T, srv *mocktest.Server, email string) *visitor {
	t.Helper()
	return &visitor{srv: srv, token: srv.AsUser(t, email).Token}
}

// answer is a page.
type answer struct {
	Status   int
	Body     string
	Location string
	Header   http.Header
}

// says fails the test unless the page holds all of the texts, as they are read.
func (a *answer) says(t *testing.T, texts ...string) *answer {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.words(), text) {
			t.Errorf("status %d: the page does not say %q:\n%.3000s", a.Status, text, a.words())
		}
	}
	return a
}

// lacks fails the test if the page holds one of the texts, in its source or as it is
// read.
func (a *answer) lacks(t *testing.T, texts ...string) *answer {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.words(), text) || strings.Contains(a.Body, text) {
			t.Errorf("the page says %q", text)
		}
	}
	return a
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// words is what one reads of the page.
func (a *answer) words() string {
	return blanks.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(a.Body, " ")), " ")
}

// get opens a page, and does not follow where it leads.
func (v *visitor) get(t *testing.T, path string) *answer {
	t.Helper()
	return v.send(t, http.MethodGet, path, "")
}

// post sends a form.
func (v *visitor) post(t *testing.T, path string, form url.Values) *answer {
	t.Helper()
	return v.send(t, http.MethodPost, path, form.Encode())
}

// postAndFollow sends a form that must succeed, and opens the page that it leads to.
func (v *visitor) postAndFollow(t *testing.T, path string, form url.Values) *answer {
	t.Helper()
	a := v.post(t, path, form)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("the form of %s: status %d\n%.3000s", path, a.Status, a.words())
	}
	return v.get(t, a.Location)
}

func (v *visitor) send(t *testing.T, method, path, body string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	if v.lang != "" {
		r.Header.Set("Accept-Language", v.lang)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.srv.URL)
		if v.origin != "" {
			r.Header.Set("Origin", v.origin)
		}
	}
	if v.token != "" {
		r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: v.token})
	}
	return exchange(t, r)
}

// exchange sends a request, and does not follow where the answer leads.
func exchange(t *testing.T, r *http.Request) *answer {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answer{Status: res.StatusCode, Body: string(content), Location: res.Header.Get("Location"), Header: res.Header}
}
