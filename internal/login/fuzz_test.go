package login_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// FuzzAuthorizeQuery sends anything to the authorize endpoint: a page, the error
// page, or a registered redirect URI, and nothing else.
func FuzzAuthorizeQuery(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	for _, seed := range []string{
		authorize(), implicit(), authorize("scope", "openid users", "prompt", "login none"), authorize("login_hint", "a@b:c"),
		authorize("org", "mockcloud", "provider", "okta"), "/oauth/authorize?client_id=%zz&&=;", authorize("ui_locales", "pt-BR"), authorize("target", "x"),
	} {
		_, query, _ := strings.Cut(seed, "?")
		f.Add(query)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	f.Fuzz(func(t *testing.T, query string) {
		u := mustURL(t, srv.URL+"/oauth/authorize")
		u.RawQuery = strings.Map(func(r rune) rune {
			if r <= ' ' || r >= 0x7f || r == '#' {
				return -1
			}
			return r
		}, query)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
		if err != nil {
			t.Skip()
		}
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		location := got.Header.Get("Location")
		switch {
		case got.StatusCode == http.StatusOK, got.StatusCode == http.StatusBadRequest:
		case got.StatusCode == http.StatusFound && (strings.HasPrefix(location, "/error?errorKey=") || strings.HasPrefix(location, "http://localhost:3000/") || strings.HasPrefix(location, "http://127.0.0.1:3000/callback")):
		default:
			t.Errorf("%s = %d %s", u, got.StatusCode, location)
		}
	})
}

// FuzzForms sends anything as a form of the pages, with the cookie and the token
// of a real browser, and as an assertion.
func FuzzForms(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	paths := []string{"/saml", "/login", authorize(), "/_mockcloud/idp/sso", "/oauth/token"}
	f.Add(uint8(0), url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte("<samlp:Response/>"))}, "RelayState": {"x"}}.Encode())
	f.Add(uint8(1), "email=a%40b&password=b")
	f.Add(uint8(2), "as="+agentID)
	f.Add(uint8(2), "organization=x&approve=1&scopes=users")
	f.Add(uint8(3), "SAMLRequest=x")
	f.Add(uint8(3), "user=6d6f636b-0001-4000-8000-000000000001%2F"+agentID+"&acs=http%3A%2F%2Flocalhost&fault=expired")
	f.Add(uint8(4), "grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer&client_id="+samlApp+"&client_secret="+samlSecret+"&orgName=mockcloud&assertion=PHg%2BPC94Pg")
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		b := newBrowser(t, srv)
		csrf := hiddenField.FindStringSubmatch(b.get(t, authorize()).body)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+paths[int(path)%len(paths)], strings.NewReader(body+"&csrf="+csrf[2]))
		if err != nil {
			t.Skip()
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := b.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s = %d %v", r.URL, got.StatusCode, got.Header)
		}
	})
}
