package console_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/console"
	"github.com/mockcloud/mockcloud/mocktest"
)

// A name that is a script wherever it is not escaped: in a text, in an attribute, in an
// address, in what a script inserts.
const hostileName = `"'><script src=//evil.test></script><img src=x onerror=alert(1)></textarea>{{.}}` + "`" + `${7*7}%s`

// hostileMark is what is found in no page that escapes the name, and leads to none but
// its own; "" where it is not in this one either. (Expressions are slow on long pages.)
func hostileMark(page []byte) string {
	marks := []string{"<script src=//evil", "<img src=x", "<img/", "</textarea>{{"}
	for _, attribute := range []string{"href", "action", "src"} {
		for _, value := range []string{"javascript:", "data:", "vbscript:", "//", `\`, `/\`} {
			marks = append(marks, attribute+`="`+value)
		}
	}
	for _, mark := range marks {
		if bytes.Contains(page, []byte(mark)) {
			return mark
		}
	}
	return ""
}

// hostileRoutes are all routes of the console, by method.
func hostileRoutes(t *testing.T) (gets, posts []string) {
	t.Helper()
	e := echo.New()
	(&console.Console{}).Mount(e)
	for _, r := range e.Routes() {
		switch r.Method {
		case http.MethodGet:
			gets = append(gets, r.Path)
		case http.MethodPost:
			posts = append(posts, r.Path)
		case http.MethodHead:
		default:
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
	slices.Sort(gets)
	slices.Sort(posts)
	if len(gets) < 60 || len(posts) < 30 {
		t.Fatalf("only %d and %d routes", len(gets), len(posts))
	}
	return gets, posts
}

// hostile sends requests and judges the answers.
type hostile struct {
	t      *testing.T
	client *http.Client
	who    *visitor
	sent   int
	shown  int // pages that hold the name
}

func newHostile(t *testing.T, who *visitor) *hostile {
	t.Helper()
	return &hostile{t: t, who: who, client: &http.Client{
		Timeout:       time.Minute, // which is for a hang, not a measure
		Transport:     &http.Transport{MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send sends what may be no proper request, and returns the page.
func (h *hostile) send(method, path, query, contentType, body string) string {
	h.t.Helper()
	h.sent++
	ctx, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, h.who.srv.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatalf("%.100q: %v", path, err)
	}
	r.URL.RawQuery = query
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", h.who.srv.URL)
	}
	r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: h.who.token})
	what := fmt.Sprintf("%s %.120q ?%.80q %.80q", method, path, query, body)
	res, err := h.client.Do(r)
	if err != nil {
		h.t.Errorf("%s: %v", what, err)
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return "" // which goes on
	}
	page, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Errorf("%s: %v", what, err)
	}
	h.judge(what, path, res, page)
	return string(page)
}

func (h *hostile) judge(what, path string, res *http.Response, page []byte) {
	h.t.Helper()
	isPage := !strings.HasPrefix(path, "/console/assets/") && res.StatusCode != http.StatusMethodNotAllowed // which is no page's
	if res.StatusCode >= 500 {
		h.t.Errorf("%s: %d %.300s", what, res.StatusCode, (&answer{Body: string(page)}).words())
	}
	if isPage && !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		h.t.Errorf("%s: %d without a policy: %.200s", what, res.StatusCode, page)
	}
	if mark := hostileMark(page); mark != "" && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		at := bytes.Index(page, []byte(mark))
		h.t.Errorf("%s: %d shows %q", what, res.StatusCode, page[max(at-200, 0):min(at+50, len(page))])
	}
	if bytes.Contains(page, []byte("&lt;img src=x onerror")) {
		h.shown++
	}
	if as := res.Header.Get("Content-Disposition"); as != "" {
		if _, of, err := mime.ParseMediaType(as); err != nil || of["filename"] == "" || strings.ContainsAny(of["filename"], "/\\:\"<>|\r\n\x00") {
			h.t.Errorf("%s is to be saved as %q: %v", what, as, err)
		}
	}
	if to := res.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`)) {
		h.t.Errorf("%s leads to %s", what, to)
	}
	if strings.Contains(strings.Join(res.Header.Values("Set-Cookie"), "\n"), "x=1") || res.Header.Get("X") != "" {
		h.t.Errorf("%s sets headers: %v", what, res.Header)
	}
	if len(page) > 8<<20 {
		h.t.Errorf("%s is answered with %d bytes", what, len(page))
	}
}

const hostileForm = "application/x-www-form-urlencoded"

var hostileInputs = regexp.MustCompile(`\sname="([^"]+)"(?:[^>]*\svalue="([^"]*)")?`)

// hostileForms are bodies for a form with these fields.
func hostileForms(page string, turn int) []string {
	fields := url.Values{}
	for _, found := range hostileInputs.FindAllStringSubmatch(page, -1) {
		fields.Add(html.UnescapeString(found[1]), html.UnescapeString(found[2]))
	}
	words := hostileWords()
	word := func(n int) string { return words[(turn*7+n)%len(words)] }
	names := slices.Sorted(maps.Keys(fields))
	every := url.Values{}
	for n, name := range names {
		every.Set(name, word(n))
	}
	bodies := []string{fields.Encode(), every.Encode()}
	for n := range 2 { // all as it is but one
		if len(names) == 0 {
			break
		}
		one := maps.Clone(fields)
		one.Set(names[(turn+n)%len(names)], word(n+3))
		bodies = append(bodies, one.Encode())
	}
	return bodies
}

// No route of the console fails, forgets its policy, leads elsewhere or shows a name
// unescaped, whatever it is asked for by whomever.
func TestNoAddressOfTheConsoleBreaksIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ids := hostileOrg(t, srv)
	gets, _ := hostileRoutes(t)
	words := hostileWords()
	before := hostileState(t, srv)
	for _, email := range []string{"admin@mockcloud.test", "agent1@mockcloud.test"} {
		h, all, combinations := newHostile(t, visit(t, srv, email)), true, 4
		if email == "agent1@mockcloud.test" { // who is refused before most of it is read
			all, combinations = false, 2
		}
		for turn, route := range gets {
			for n, path := range hostilePaths(route, ids, all) {
				h.send(http.MethodGet, path, "", "", "")
				if n > 0 {
					continue
				}
				for k := range combinations {
					query := url.Values{}
					for i, name := range hostileParams {
						query[name] = []string{words[(turn*4+k+i*5)%len(words)]}
						if len(query[name][0]) > 300 {
							query[name][0] = query[name][0][:300]
						}
					}
					if k == 1 {
						query["done"] = []string{"saved"}
					}
					h.send(http.MethodGet, path, query.Encode(), "", "")
				}
				h.send(http.MethodGet, path, "page=1;page=2&%zz&page[]=1&page=1&page=2&name=%ff", "", "")
			}
		}
		for _, page := range []string{"/tools/inspector", "/"} { // of what was asked for
			h.send(http.MethodGet, page, "own=true", "", "")
		}
		if h.shown < 5 {
			t.Errorf("%s: the name is on %d pages of %d", email, h.shown, h.sent)
		}
		t.Logf("%s: %d requests, the name is on %d pages", email, h.sent, h.shown)
	}
	if after := hostileState(t, srv); after != before {
		t.Errorf("what was only looked at has changed:\n%s\n%s", before, after)
	}
}

// Nor does any form.
func TestNoFormOfTheConsoleBreaksIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ids := hostileOrg(t, srv)
	_, posts := hostileRoutes(t)
	// What takes things away, or the session, comes last.
	last := func(route string) int {
		for n, end := range []string{"/discard", "/delete", "/revoke", "/clear", "/reset", "/signout"} {
			if strings.HasSuffix(route, end) {
				return n + 1
			}
		}
		return 0
	}
	slices.SortStableFunc(posts, func(a, b string) int { return last(a) - last(b) })
	many := strings.Repeat("name=a&role=x%7Cy&scope=z&in-row=1&key=k&secret=v&headerName=h&mapName=m&p=routing%3Aqueue%3Aview&", 10_000)
	names := &strings.Builder{}
	for n := range 5000 {
		fmt.Fprintf(names, "f%d=%d&", n, n)
	}
	for _, email := range []string{"agent1@mockcloud.test", "admin@mockcloud.test"} {
		h, all := newHostile(t, visit(t, srv, email)), email != "agent1@mockcloud.test" // who is refused before most of it is read
		for turn, route := range posts {
			for n, path := range hostilePaths(route, ids, last(route) == 0) {
				if n > 0 { // what is no id is refused before anything is read of the form
					h.send(http.MethodPost, path, "", hostileForm, "name=x&do=save&seen=1")
					continue
				}
				page := h.send(http.MethodGet, path, "", "", "")
				for k := range 3 {
					for _, body := range hostileForms(page, turn+k*11) {
						h.send(http.MethodPost, path, []string{"", "mode=json"}[k%2], hostileForm, body)
					}
					if !all {
						break
					}
				}
				if h.send(http.MethodPost, path, "", hostileForm, ""); !all {
					continue
				}
				h.send(http.MethodPost, path, "", hostileForm, many[:900_000])
				h.send(http.MethodPost, path, "", hostileForm, names.String())
				h.send(http.MethodPost, path, "", hostileForm, "name=%zz&=&&;;")
				h.send(http.MethodPost, path, "", "application/json", strings.Repeat(`{"a":`, 100_000))
				h.send(http.MethodPost, path, "", "", "name=x")
				h.send(http.MethodPost, path, "", "text/plain; charset=\xff", "name=x")
				h.send(http.MethodPost, path, "", "multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"../../x\"\r\n\r\n\r\n", 2000))
				h.send(http.MethodPost, path, "", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"+strings.Repeat("[", 100_000)+"\r\n--b--\r\n")
				h.send(http.MethodPost, path, "", "multipart/form-data; boundary=b", "--b\r\nContent-Dispos")
			}
		}
		t.Logf("%s: %d requests", email, h.sent)
	}
}
