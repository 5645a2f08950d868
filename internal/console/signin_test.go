package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/mocktest"
)

// shellBrowser is a browser with cookies, which follows where it is led step by step
// and remembers all that it has seen.
type shellBrowser struct {
	srv    *mocktest.Server
	client *http.Client
	seen   []string // addresses
	bodies []string
}

// shellPage is an answer that the browser stopped at.
type shellPage struct {
	answer
	url     *url.URL
	cookies []*http.Cookie // that it sets
}

func newShellBrowser(t *testing.T, srv *mocktest.Server) *shellBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &shellBrowser{srv: srv, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open sends one request, and follows nothing.
func (b *shellBrowser) open(t *testing.T, method, target string, form url.Values) *shellPage {
	t.Helper()
	if strings.HasPrefix(target, "/") {
		target = b.srv.URL + target
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	r.Header.Set("Accept-Language", "en")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.srv.URL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	b.seen, b.bodies = append(b.seen, r.URL.String(), res.Header.Get("Location")), append(b.bodies, string(content))
	return &shellPage{answer{Status: res.StatusCode, Body: string(content), Location: res.Header.Get("Location"), Header: res.Header}, r.URL, res.Cookies()}
}

// follow goes where a page leads, to one that leads nowhere.
func (b *shellBrowser) follow(t *testing.T, p *shellPage) *shellPage {
	t.Helper()
	for range 10 {
		if p.Location == "" {
			return p
		}
		next, err := p.url.Parse(p.Location)
		if err != nil {
			t.Fatal(err)
		}
		p = b.open(t, http.MethodGet, next.String(), nil)
	}
	t.Fatalf("it leads round in a circle: %q", b.seen)
	return nil
}

var shellHidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// logIn presses the button of a seeded person on the log-in page.
func (b *shellBrowser) logIn(t *testing.T, p *shellPage, user string) *shellPage {
	t.Helper()
	if !strings.Contains(p.Body, `name="as" value="`+user+`"`) {
		t.Fatalf("no log-in page: %d %s\n%.2000s", p.Status, p.url, p.Body)
	}
	form := url.Values{"as": {user}}
	for _, found := range shellHidden.FindAllStringSubmatch(p.Body, -1) {
		form.Set(found[1], html.UnescapeString(found[2]))
	}
	return b.open(t, http.MethodPost, p.url.String(), form)
}

// signIn opens a page and signs in on the way there.
func (b *shellBrowser) signIn(t *testing.T, path, user string) *shellPage {
	t.Helper()
	return b.follow(t, b.logIn(t, b.follow(t, b.open(t, http.MethodGet, path, nil)), user))
}

// cookie is the value of one that the browser has.
func (b *shellBrowser) cookie(t *testing.T, name string) string {
	t.Helper()
	u, err := url.Parse(b.srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name+"_"+u.Port() {
			return c.Value
		}
	}
	return ""
}

const (
	shellAda  = "6d6f636b-0005-4000-8000-000000000001"
	shellAlex = "6d6f636b-0005-4000-8000-000000000004"
)

func TestSomebodySignsInAndOut(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newShellBrowser(t, srv)
	first := b.open(t, http.MethodGet, "/", nil)
	if first.Status != http.StatusSeeOther || first.Location != "/signin?next=%2F" {
		t.Fatalf("GET / = %d %s", first.Status, first.Location)
	}
	begin := b.open(t, http.MethodGet, first.Location, nil)
	asked, err := url.Parse(begin.Location)
	if err != nil || asked.Path != "/oauth/authorize" || asked.Host != "" {
		t.Fatalf("the sign-in leads to %s", begin.Location)
	}
	query := asked.Query()
	if query.Get("redirect_uri") != srv.URL+"/signin/callback" || query.Get("response_type") != "code" ||
		query.Get("code_challenge_method") != "S256" || len(query.Get("code_challenge")) != 43 || len(query.Get("state")) < 40 {
		t.Errorf("it asks for %s", begin.Location)
	}
	callback := b.logIn(t, b.follow(t, begin), shellAda)
	if callback.Status != http.StatusFound || !strings.HasPrefix(callback.Location, srv.URL+"/signin/callback?code=") {
		t.Fatalf("the log-in page leads to %d %s", callback.Status, callback.Location)
	}
	back := b.open(t, http.MethodGet, callback.Location, nil)
	if back.Status != http.StatusSeeOther || back.Location != "/" {
		t.Fatalf("the callback leads to %d %s", back.Status, back.Location)
	}
	for _, answer := range []*shellPage{begin, back} {
		if len(answer.cookies) == 0 {
			t.Errorf("%s sets no cookie", answer.url.Path)
		}
		for _, c := range answer.cookies {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge == 0 {
				t.Errorf("%s sets %s", answer.url.Path, c)
			}
		}
	}
	b.follow(t, back).says(t, "Ada Admin", "Sign out", "Single sign-on")
	token := b.cookie(t, "mockcloud_console")
	if token == "" || b.cookie(t, "mockcloud_console_signin") != "" {
		t.Fatal("the token is not kept, or the beginning still is")
	}

	out := b.open(t, http.MethodPost, "/signout", nil)
	if u, err := url.Parse(out.Location); err != nil || u.Path != "/logout" || u.Query().Get("redirect_uri") != srv.URL+"/" {
		t.Errorf("signing out leads to %d %s", out.Status, out.Location)
	}
	if last := b.follow(t, out); !strings.Contains(last.Body, `name="as"`) || last.url.Path != "/oauth/authorize" {
		t.Errorf("after signing out: %d %s\n%.1000s", last.Status, last.url, last.Body)
	}
	if b.cookie(t, "mockcloud_console") != "" {
		t.Error("the token is still kept")
	}
	if got := srv.Bearer(token).Get(t, "/api/v2/users/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("the token still works: %d", got.Status)
	}
	for _, text := range append(b.seen, b.bodies...) {
		if strings.Contains(text, token) {
			t.Errorf("the token is in %.200s", text)
		}
	}
}

func TestASignInLeadsBackToThePageThatAskedForIt(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	p := newShellBrowser(t, srv).signIn(t, "/admin/divisions?name=S%26a&page=1", shellAda)
	if p.url.RequestURI() != "/admin/divisions?name=S%26a&page=1" {
		t.Errorf("it leads to %s", p.url)
	}
}

func TestASignInLeadsToNoOtherPlace(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, next := range []string{
		"https://evil.example/", "//evil.example/", `/\evil.example/`, `\\evil.example`, "/%2Fevil.example", "/\t/evil.example", "javascript:alert(1)", "evil.example",
		"", "/..//evil.example", "/admin/..//evil.example", "http:/evil.example", "/logout", "/oauth/authorize?client_id=x", "/adminx", "/admin\r\nX: y", "/admin/" + strings.Repeat("x", 4000),
	} {
		t.Run(fmt.Sprintf("%.40s", next), func(t *testing.T) {
			t.Parallel()
			b := newShellBrowser(t, srv)
			p := b.signIn(t, "/signin?next="+url.QueryEscape(next), shellAda)
			if p.Status != http.StatusOK || p.url.String() != srv.URL+"/" {
				t.Errorf("it leads to %d %s", p.Status, p.url)
			}
		})
	}
}

func TestACallbackThatDidNotBeginHereSignsNobodyIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	callback := func(b *shellBrowser) string {
		return b.logIn(t, b.follow(t, b.open(t, http.MethodGet, "/signin", nil)), shellAda).Location
	}
	stolen := callback(newShellBrowser(t, srv))
	own := newShellBrowser(t, srv)
	address := callback(own)
	tests := []struct {
		name, address string
		browser       *shellBrowser
		status        int
	}{
		{"in a browser that began nothing", stolen, newShellBrowser(t, srv), http.StatusBadRequest},
		{"with the state of another", strings.Replace(address, "state=", "state=x", 1), own, http.StatusBadRequest},
		{"after a try with a wrong state", address, own, http.StatusBadRequest}, // what began is forgotten
		{"without anything", "/signin/callback", newShellBrowser(t, srv), http.StatusBadRequest},
	}
	for _, tt := range tests {
		if got := tt.browser.open(t, http.MethodGet, tt.address, nil); got.Status != tt.status || tt.browser.cookie(t, "mockcloud_console") != "" {
			t.Errorf("%s: %d\n%s", tt.name, got.Status, got.words())
		} else {
			got.says(t, "This sign-in is over")
		}
	}

	again := newShellBrowser(t, srv)
	address = callback(again)
	again.open(t, http.MethodGet, address, nil)
	token := again.cookie(t, "mockcloud_console")
	if got := again.open(t, http.MethodGet, address, nil); got.Status != http.StatusBadRequest || again.cookie(t, "mockcloud_console") != token {
		t.Errorf("a second time: %d", got.Status)
	}

	wrong := newShellBrowser(t, srv)
	for query, status := range map[string]int{"error=access_denied": http.StatusForbidden, "code=nonsense": http.StatusBadRequest} {
		u, err := url.Parse(wrong.open(t, http.MethodGet, "/signin", nil).Location)
		if err != nil {
			t.Fatal(err)
		}
		if got := wrong.open(t, http.MethodGet, "/signin/callback?"+query+"&state="+u.Query().Get("state"), nil); got.Status != status {
			t.Errorf("%s: %d\n%s", query, got.Status, got.words())
		}
	}
}

func TestSomebodyElseTakesTheSeat(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	b := newShellBrowser(t, srv)
	b.signIn(t, "/", shellAda).says(t, "Ada Admin")
	before := b.cookie(t, "mockcloud_console")
	b.signIn(t, "/signin?as=other&next=%2Fadmin%2Fdivisions", shellAlex).says(t, "Alex Agent")
	if after := b.cookie(t, "mockcloud_console"); after == before || after == "" {
		t.Error("the token is the same")
	}
	if got := srv.Bearer(before).Get(t, "/api/v2/users/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("the token of who left still works: %d", got.Status)
	}
	hinted := b.follow(t, b.open(t, http.MethodGet, "/signin?as=agent2%40mockcloud.test", nil))
	if !strings.Contains(hinted.Body, `value="agent2@mockcloud.test"`) {
		t.Errorf("the log-in page does not know whom to expect: %s", hinted.url)
	}
}

func TestWhoseTokenHasExpiredSignsInAndGoesOn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	srv.Clock.Advance(25 * time.Hour)
	got := ada.get(t, "/admin/divisions?name=a%26b")
	if got.Status != http.StatusSeeOther || got.Location != "/signin?next=%2Fadmin%2Fdivisions%3Fname%3Da%2526b" {
		t.Errorf("GET: %d %s", got.Status, got.Location)
	}
	if cookie := got.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "mockcloud_console_") || !strings.Contains(cookie, "Max-Age=0") {
		t.Errorf("the cookie stays: %s", cookie)
	}

	form := url.Values{"name": {`<script>"North"`}, "description": {"a\nb"}, "roles": {"1", "2"}, "clientSecret": {"hush-1"}, "Password": {"hush-2"}, "api_token": {"hush-3"}}
	got = ada.post(t, "/admin/divisions/new?x=1", form)
	if got.Status != http.StatusUnauthorized {
		t.Fatalf("POST: %d", got.Status)
	}
	got.says(t, "Your session has ended", "Sign in, in a new tab", "Send the form again").lacks(t, "hush", "<script>\"", "Sign out")
	if !strings.Contains(got.Body, `<form method="post" action="/admin/divisions/new?x=1">`) {
		t.Errorf("the form goes elsewhere:\n%s", got.Body)
	}
	kept := url.Values{}
	for _, found := range shellHidden.FindAllStringSubmatch(got.Body, -1) {
		kept.Add(found[1], html.UnescapeString(found[2]))
	}
	if want := (url.Values{"name": {`<script>"North"`}, "description": {"a\nb"}, "roles": {"1", "2"}}); kept.Encode() != want.Encode() {
		t.Errorf("kept = %s", kept.Encode())
	}
	visit(t, srv, "admin@mockcloud.test").postAndFollow(t, "/admin/divisions/new?x=1", kept).says(t, `<script>"North"`)
}

// Signing in again would lead round in a circle.
func TestWhoseAddressIsRefusedIsToldSo(t *testing.T) {
	t.Parallel()
	fixtures, err := seed.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.Start(t.Context(), server.Config{Fixtures: fixtures})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	send := func(from, method, path, body, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, strings.NewReader(body))
		r.RemoteAddr = from + ":4321"
		r.Header.Set("Accept", "text/html")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
			r.AddCookie(&http.Cookie{Name: "mockcloud_console", Value: token})
		}
		answer := httptest.NewRecorder()
		srv.ServeHTTP(answer, r)
		return answer
	}
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(send("127.0.0.1", http.MethodPost, "/_mockcloud/token", `{"user":"admin@mockcloud.test"}`, "").Body.Bytes(), &token); err != nil {
		t.Fatal(err)
	}
	if got := send("127.0.0.1", http.MethodPut, "/api/v2/organizations/ipaddressauthentication", `{"networkWhitelist":["127.0.0.1"]}`, token.Access); got.Code != http.StatusOK {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	for _, path := range []string{"/", "/admin/divisions"} {
		got := send("192.0.2.9", http.MethodGet, path, "", token.Access)
		(&answer{Status: got.Code, Body: got.Body.String()}).says(t, "The API refused this:", "Requests originating from this IP address are not authorized: [192.0.2.9]")
		if got.Code != http.StatusUnauthorized || got.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", path, got.Code, got.Header())
		}
		if got := send("127.0.0.1", http.MethodGet, path, "", token.Access); got.Code != http.StatusOK {
			t.Errorf("%s from an address that is listed: %d", path, got.Code)
		}
	}
	if got := send("192.0.2.9", http.MethodPost, "/signout", "", token.Access); got.Code != http.StatusSeeOther {
		t.Errorf("signing out: %d", got.Code)
	}
}

// A proxy in front takes https off; past it go only browsers of this machine.
func TestCookiesAreForHTTPSAloneWhereTheBrowserComesByIt(t *testing.T) {
	t.Parallel()
	srv, err := server.Start(t.Context(), server.Config{PublicURL: "https://mock.example"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	nobody := &visitor{srv: &mocktest.Server{URL: srv.ListenURL()}}
	for host, origin := range map[string]string{"mock.example": "https://mock.example", "localhost:8080": "http://localhost:8080"} {
		begun := shellSend(t, nobody, http.MethodGet, "/signin", "", host, http.Header{"Accept": {"text/html"}})
		u, err := url.Parse(begun.Location)
		if err != nil || u.Query().Get("redirect_uri") != origin+"/signin/callback" {
			t.Errorf("%s: the sign-in asks for %s", host, begun.Location)
		}
		if secure := strings.Contains(begun.Header.Get("Set-Cookie"), "; Secure"); secure != strings.HasPrefix(origin, "https:") {
			t.Errorf("%s: the cookie is %s", host, begun.Header.Get("Set-Cookie"))
		}
	}
}
