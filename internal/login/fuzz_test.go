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

// FuzzForms sends anything as a form of the pages and as an assertion.
func FuzzForms(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	good := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte("<samlp:Response/>"))}, "RelayState": {"x"}}
	f.Add("/saml", good.Encode())
	f.Add("/login", "email=a&password=b&csrf=c")
	f.Add("/oauth/authorize?"+url.Values{"client_id": {webApp}, "redirect_uri": {callback}, "response_type": {"code"}}.Encode(), "as="+agentID)
	f.Add("/_mockcloud/idp/sso", "SAMLRequest=x&user=y/z")
	f.Add("/oauth/token", "grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer&client_id="+samlApp+"&client_secret="+samlSecret+"&orgName=mockcloud&assertion=PHg%2BPC94Pg")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	paths := []string{"/saml", "/login", "/oauth/authorize", "/_mockcloud/idp/sso", "/oauth/token"}
	f.Fuzz(func(t *testing.T, path, body string) {
		target := paths[len(body)%len(paths)]
		for _, p := range paths {
			if strings.HasPrefix(path, p) {
				target = p
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+target, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode >= http.StatusInternalServerError || len(got.Header.Values("Set-Cookie")) > 1 {
			t.Errorf("%s = %d %v", target, got.StatusCode, got.Header)
		}
	})
}
