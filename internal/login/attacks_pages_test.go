package login_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// everyPage lists an address of each page.
func everyPage(t *testing.T, srv *mocktest.Server) map[string]*screen {
	b := newBrowser(t, srv)
	pages := map[string]*screen{
		"log in": b.get(t, authorize()), "direct log in": b.get(t, "/login"), "error": b.get(t, "/error?errorKey=invalidClientId"),
		"identity provider": b.get(t, "/_mockcloud/idp"), "its sign-in": b.get(t, "/_mockcloud/idp/sso"),
	}
	b.code(t)
	pages["account"] = b.get(t, "/login")
	pages["client applications"], pages["callback"] = b.get(t, embedPage), b.get(t, "/_mockcloud/callback")
	b.header.Set("Accept", "text/html")
	pages["webhooks"] = b.get(t, webhooksPath)
	b.header.Del("Accept")
	pages["logged out"] = b.get(t, "/logout")
	return pages
}

func clickjacking(t *testing.T, srv *mocktest.Server) {
	for name, page := range everyPage(t, srv) {
		policy := page.header.Get("Content-Security-Policy")
		if page.header.Get("Cross-Origin-Opener-Policy") != "" {
			t.Errorf("%s parts a popup from the application that waits for it", name)
		}
		if page.header.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.HasPrefix(policy, "default-src 'none'; style-src 'self'") {
			t.Errorf("%s: %s, %s", name, page.header.Get("X-Frame-Options"), policy)
		}
		if strings.Contains(page.body, " style=") || strings.Contains(page.body, "<style") || strings.Contains(page.body, " onclick=") {
			t.Errorf("%s holds inline style or script", name)
		}
	}
}

func referrers(t *testing.T, srv *mocktest.Server) {
	pages := everyPage(t, srv)
	b := newBrowser(t, srv)
	pages["redirect"] = b.submit(t, b.get(t, implicit()), "as", agentID)
	pages["single sign-on"] = b.get(t, authorize())
	for name, page := range pages {
		want := "same-origin"
		if strings.HasPrefix(page.location, "http") {
			want = "no-referrer"
		}
		if page.header.Get("Referrer-Policy") != want {
			t.Errorf("%s: Referrer-Policy = %q", name, page.header.Get("Referrer-Policy"))
		}
		for _, where := range []string{`src="http`, `href="http`} {
			if strings.Contains(page.body, where) {
				t.Errorf("%s loads something from elsewhere", name)
			}
		}
	}
}

func foreignHost(t *testing.T, srv *mocktest.Server) {
	for _, path := range []string{"/_mockcloud/idp", "/_mockcloud/idp/sso", "/_mockcloud/callback", embedPage, samplePage, webhooksPath} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.test"
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s = %d", path, got.StatusCode)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+authorize("redirect_uri", "http://evil.test/_mockcloud/callback"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.test"
	got, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if !strings.HasPrefix(got.Header.Get("Location"), "/error?errorKey=invalidRedirectUri") {
		t.Errorf("the callback moves to another site: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	foreign := http.Header{"Origin": {"http://evil.test"}}
	for _, path := range []string{"/login", "/oauth/authorize", "/logout"} {
		if got := srv.Anonymous().Do(t, http.MethodGet, path, nil, foreign); got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("scripts of another origin may read %s", path)
		}
	}
}

func doubleSlash(t *testing.T, srv *mocktest.Server) {
	for _, path := range []string{"//oauth/authorize", "//login", "/gw//login", "//logout", "//oauth/authorize?client_id=x", "///oauth/authorize?" + strings.TrimPrefix(authorize(), "/oauth/authorize?")} {
		got := newBrowser(t, srv).get(t, srv.URL+path)
		if strings.HasPrefix(got.location, "//") || strings.Contains(got.body, `="//`) {
			t.Errorf("%s leads to another host: %d %s", path, got.status, got.location)
		}
	}
}

func headerInjection(t *testing.T, srv *mocktest.Server) {
	b := newBrowser(t, srv)
	b.code(t)
	got := b.get(t, authorize("state", "x\r\nSet-Cookie: a=b"))
	if got.query(t).Get("state") != "x\r\nSet-Cookie: a=b" || strings.Contains(strings.Join(got.header["Set-Cookie"], ""), "a=b") {
		t.Errorf("location %q, cookies %q", got.location, got.header["Set-Cookie"])
	}
}

// A redirect URI is never part of the policy, whatever it holds.
func policyInjection(t *testing.T, srv *mocktest.Server) {
	evil := "http://localhost:3000/;script-src%20*;x"
	made := srv.Admin(t).Post(t, "/api/v2/oauth/clients", map[string]any{
		"name": "x", "authorizedGrantType": "CODE", "scope": []string{"users"}, "registeredRedirectUri": []string{evil},
	})
	got := newBrowser(t, srv).get(t, authorize("client_id", made.Str(t, "id"), "redirect_uri", evil))
	if policy := got.header.Get("Content-Security-Policy"); got.status != http.StatusOK || policy == "" || strings.Contains(policy, "script-src") || strings.Contains(policy, "3000") {
		t.Errorf("answer = %d, policy = %s", got.status, policy)
	}
}
