package login_test

import (
	"context"
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What the default fixtures hold.
const (
	webApp       = "6d6f636b-0006-4000-8000-000000000002"
	webSecret    = "fake-secret-of-the-mockcloud-web-app-client"
	browserApp   = "6d6f636b-0006-4000-8000-000000000003"
	samlApp      = "6d6f636b-0006-4000-8000-000000000004"
	samlSecret   = "fake-secret-of-the-mockcloud-saml-client-00"
	passwordApp  = "6d6f636b-0006-4000-8000-000000000005"
	passwordWord = "fake-secret-of-the-mockcloud-password-app-0"
	callback     = "http://localhost:3000/callback"
	adminEmail   = "admin@mockcloud.test"
	adminWord    = "fake-admin-password"
	agentEmail   = "agent1@mockcloud.test"
	agentWord    = "fake-agent1-password"
	agentID      = "6d6f636b-0005-4000-8000-000000000004"
)

// browser is a person's browser: it keeps cookies and follows redirects only
// when it is told to.
type browser struct {
	url    string
	client *http.Client
	header http.Header
	host   string // by which name it calls the server; "" means the one in url
	access string // an access token that the browser's person has
}

func newBrowser(t *testing.T, srv *mocktest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: (&net.Dialer{}).DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{url: srv.URL, header: http.Header{}, client: &http.Client{
		Transport: transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// screen is what the browser shows.
type screen struct {
	status   int
	header   http.Header
	body     string
	location string
}

func (b *browser) do(ctx context.Context, t *testing.T, method, path string, form url.Values) *screen {
	t.Helper()
	target := path
	if strings.HasPrefix(path, "/") {
		target = b.url + path
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = b.host
	maps.Copy(r.Header, b.header)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &screen{status: answer.StatusCode, header: answer.Header, body: string(content), location: answer.Header.Get("Location")}
}

func (b *browser) get(t *testing.T, path string) *screen {
	t.Helper()
	return b.do(t.Context(), t, http.MethodGet, path, nil)
}

var (
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// submit sends the first form of the screen, with its hidden fields and those
// given.
func (b *browser) submit(t *testing.T, s *screen, fields ...string) *screen {
	t.Helper()
	action := formAction.FindStringSubmatch(s.body)
	if action == nil {
		t.Fatalf("there is no form on this page (%d):\n%s", s.status, s.body)
	}
	first, _, _ := strings.Cut(s.body[strings.Index(s.body, action[0]):], "</form>")
	form := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(first, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(t.Context(), t, http.MethodPost, html.UnescapeString(action[1]), form)
}

// authorize is the address that an application sends people to.
func authorize(pairs ...string) string {
	q := url.Values{"client_id": {webApp}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"st"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return "/oauth/authorize?" + q.Encode()
}

// implicit is authorize for the implicit grant.
func implicit(pairs ...string) string {
	return authorize(append([]string{"client_id", browserApp, "response_type", "token"}, pairs...)...)
}

// code goes through the log-in page as the agent, by one click, which spares the
// hash of a password, and returns the code.
func (b *browser) code(t *testing.T, pairs ...string) string {
	t.Helper()
	s := b.get(t, authorize(pairs...))
	if s.status == http.StatusOK {
		s = b.submit(t, s, "as", agentID)
	}
	code := s.query(t).Get("code")
	if s.status != http.StatusFound || code == "" {
		t.Fatalf("no code: %d %s\n%s", s.status, s.location, s.body)
	}
	return code
}

// query is what the redirect hands over in its query.
func (s *screen) query(t *testing.T) url.Values {
	t.Helper()
	u, err := url.Parse(s.location)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// trade asks the token endpoint. secret "" sends no Basic header.
func trade(t *testing.T, srv *mocktest.Server, id, secret string, pairs ...string) *mocktest.Response {
	t.Helper()
	values, header := url.Values{}, form()
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	if secret == "" {
		values.Set("client_id", id)
	} else {
		header = basic(header, id, secret)
	}
	return srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", values.Encode(), header)
}

// redeem trades a code of the web app.
func redeem(t *testing.T, srv *mocktest.Server, code string, pairs ...string) *mocktest.Response {
	t.Helper()
	return trade(t, srv, webApp, webSecret, append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}, pairs...)...)
}

func mustIssue(t *testing.T, got *mocktest.Response) (access, refresh string) {
	t.Helper()
	if got.Status != http.StatusOK {
		t.Fatalf("no token: %d %s", got.Status, got.Body)
	}
	return got.Str(t, "access_token"), got.Str(t, "refresh_token")
}

// refused checks a refusal of the token endpoint.
func refused(t *testing.T, got *mocktest.Response, code, about string) {
	t.Helper()
	want := `{"error":"` + code + `","description":"` + about + `","error_description":"` + about + `"}`
	if got.Status != http.StatusBadRequest || string(got.Body) != want {
		t.Errorf("answer = %d %s\nwant 400 %s", got.Status, got.Body, want)
	}
}

// alive says whether an access token works.
func alive(t *testing.T, srv *mocktest.Server, access string) bool {
	t.Helper()
	return srv.Bearer(access).Get(t, "/api/v2/tokens/me").Status == http.StatusOK
}
