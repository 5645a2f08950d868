package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The 17 rules of facts clients.md §1, each by its number. Those about tokens (5,
// 11, 13) are also tested in package login; 16, about sockets, has nothing to
// hold for yet.

func TestRule1AnyHostIsServedOnOnePort(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	token := srv.Admin(t).Token
	for _, host := range []string{"api.mypurecloud.com", "login.usw2.pure.cloud", "localhost"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/api/v2/organizations/me", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Authorization", "Bearer "+token)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusOK {
			t.Errorf("Host %s: %d", host, got.StatusCode)
		}
	}
}

func TestRules2And3PrefixesAndDoubledSlashesAreTakenOff(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	tests := []struct {
		path string
		want int
	}{
		{"/api/v2/organizations/me", 200},
		{"//api/v2/organizations/me", 200},
		{"///api/v2/organizations/me", 200},
		{"/gateway/x/api/v2/organizations/me", 200},
		{"/gateway//api/v2/oauth/clients", 200}, // contains /oauth/ as well
		{"/oauth/api/v2/organizations/me", 200},
		{"/pre%2Ffix/api/v2/organizations/me", 200},
		{"/api/v2/oauth/api/v2/x", 404}, // the first counts
		// decisions.md 5: slashes behind the prefix are not collapsed, and an empty id is no id.
		{"/api/v2//organizations/me", 404},
		{"/api/v2/users//roles", 404},
		{"/api/v2/users/", 404},
		{"/api/v2/oauth/clients/a/b", 404},
		{"/api/v2/oauth/clients/a%2Fb", 404},
		{"/api/v2", 404},
		{"/nowhere", 404},
	}
	for _, tt := range tests {
		if got := admin.Get(t, tt.path); got.Status != tt.want {
			t.Errorf("GET %s = %d, want %d\n%.200s", tt.path, got.Status, tt.want, got.Body)
		}
	}
	// A redirect would turn the POST into a GET.
	if got := admin.Post(t, "//api/v2/users/search", `{"query":[]}`); got.Status != http.StatusOK {
		t.Errorf("POST = %d %s", got.Status, got.Body)
	}
}

func TestRule4TheSchemeIsCaseBlindAndAnEmptyTokenIsNone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	token := srv.Admin(t).Token
	tests := []struct{ header, code string }{
		{"Bearer " + token, ""},
		{"bearer " + token, ""},
		{"BEARER  " + token, ""},
		{"", "authentication.required"},
		{"Bearer", "authentication.required"},
		{"Bearer ", "authentication.required"},
		{"Basic " + token, "authentication.required"},
		{token, "authentication.required"},
		{"Bearer " + token + "x", "bad.credentials"},
		{"Bearer " + token[:len(token)-4], "bad.credentials"},
		{"Bearer x", "bad.credentials"},
		{"Bearer a.b.c", "bad.credentials"},
		{"Bearer eyJhbGciOiJub25lIn0.e30.", "bad.credentials"},
		{"Bearer " + strings.Repeat("x.", 10000), "bad.credentials"},
	}
	for _, tt := range tests {
		got := srv.Anonymous().Do(t, http.MethodGet, "/api/v2/tokens/me", nil, http.Header{"Authorization": {tt.header}})
		if tt.code == "" {
			if got.Status != http.StatusOK {
				t.Errorf("%.30q: %d %s", tt.header, got.Status, got.Body)
			}
			continue
		}
		if got.Status != http.StatusUnauthorized || got.Str(t, "code") != tt.code {
			t.Errorf("%.30q: %d %s", tt.header, got.Status, got.Body)
		}
	}
}

func TestRules5And6Bodies(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	json := http.Header{"Content-Type": {"application/json"}}
	client := admin.Post(t, "/api/v2/oauth/clients", `{"name":"x","authorizedGrantType":"TOKEN","scope":["users"]}`).Str(t, "id")
	for _, body := range []string{"", "null", " null\n"} {
		if got := admin.Do(t, http.MethodPost, "/api/v2/oauth/clients/"+client+"/secret", body, json); got.Status != http.StatusOK {
			t.Errorf("POST without a body as %q: %d %s", body, got.Status, got.Body)
		}
	}
	if got := admin.Do(t, http.MethodGet, "/api/v2/organizations/me", "not JSON", json); got.Status != http.StatusOK {
		t.Errorf("GET with a content type: %d %s", got.Status, got.Body)
	}
	// Chunked, as the CLI sends every body.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/api/v2/users/search", io.MultiReader(strings.NewReader(`{"query"`), strings.NewReader(`:[]}`)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+admin.Token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != http.StatusOK {
		t.Errorf("chunked: %d", got.StatusCode)
	}
}

func TestRule7ArraysInTheQueryComeInBothForms(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	a, b := "6d6f636b-0005-4000-8000-000000000001", "6d6f636b-0005-4000-8000-000000000002"
	for _, query := range []string{"id=" + a + "&id=" + b, "id=" + a + "," + b, "id=" + a + "%2C" + b, "id=" + a + "," + b + "&id=" + a} {
		got := admin.Get(t, "/api/v2/users?"+query)
		if got.Status != http.StatusOK || got.Str(t, "total") != "2" {
			t.Errorf("%s: %d %s", query, got.Status, got.Body)
		}
	}
}

func TestRule8FalseFlagsHideNothing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	for path, plain := range map[string]string{
		"/api/v2/authorization/roles?userCount=false&pageSize=100":       "/api/v2/authorization/roles?pageSize=100",
		"/api/v2/authorization/divisions?objectCount=false&pageSize=100": "/api/v2/authorization/divisions?pageSize=100",
	} {
		if got, want := admin.Get(t, path), admin.Get(t, plain); got.Str(t, "total") != want.Str(t, "total") {
			t.Errorf("%s: total %s, want %s", path, got.Str(t, "total"), want.Str(t, "total"))
		}
	}
}

func TestRules9And10NoNullsAndDatesWithThreeDigits(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	date := regexp.MustCompile(`"(date[A-Z][A-Za-z]*|grantMadeAt)":"([^"]*)"`)
	layout := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	for _, path := range []string{
		"/api/v2/users", "/api/v2/users?state=any", "/api/v2/oauth/clients", "/api/v2/authorization/roles", "/api/v2/authorization/divisions",
		"/api/v2/authorization/permissions", "/api/v2/organizations/me", "/api/v2/tokens/me", "/api/v2/authorization/subjects/me",
	} {
		body := string(admin.Get(t, path).Body)
		if strings.Contains(body, "null") {
			t.Errorf("GET %s writes null: %s", path, body)
		}
		for _, m := range date.FindAllStringSubmatch(body, -1) {
			if !layout.MatchString(m[2]) {
				t.Errorf("GET %s: %s = %s", path, m[1], m[2])
			}
		}
	}
}

func TestRule12ErrorsCarryTheirCorrelation(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := srv.Admin(t).Get(t, "/api/v2/oauth/clients/none")
	want := fmt.Sprintf(`{"message":"Client was not found.","code":"client.not.found","status":404,"entityId":"none","entityName":"client","contextId":%q,"details":[],"errors":[]}`, got.Header.Get("ININ-Correlation-Id"))
	if string(got.Body) != want {
		t.Errorf("body = %s\nwant   %s", got.Body, want)
	}
	own := srv.Anonymous().Do(t, http.MethodGet, "/api/v2/tokens/me", nil, http.Header{"ININ-Correlation-Id": {"0f8fad5b-d9cb-469f-a165-70867728950e"}})
	if own.Str(t, "contextId") != "0f8fad5b-d9cb-469f-a165-70867728950e" {
		t.Errorf("the client's own id is not taken over: %s", own.Body)
	}
	bad := srv.Anonymous().Do(t, http.MethodGet, "/api/v2/tokens/me", nil, http.Header{"ININ-Correlation-Id": {"<script>"}})
	if strings.Contains(string(bad.Body), "script") {
		t.Errorf("an odd id is taken over: %s", bad.Body)
	}
}

// Java compares the names of these headers by case, so they are looked at on
// the wire.
func TestRule14HeaderNamesAreSpelledAsClientsLookForThem(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{RateLimits: true})
	admin := srv.Admin(t)
	for range 300 {
		if got := admin.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
			t.Fatalf("refused early: %d", got.Status)
		}
	}
	srv.Clock.Advance(18 * time.Second)
	raw := exchange(t, srv.URL, "GET /api/v2/tokens/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+admin.Token+"\r\nConnection: close\r\n\r\n")
	for _, line := range []string{
		"HTTP/1.1 429 Too Many Requests\r\n", "\r\nRetry-After: 42\r\n", "\r\nININ-Correlation-Id: ", "\r\nContent-Type: application/json\r\n",
		"\r\ninin-ratelimit-count: 301\r\n", "\r\ninin-ratelimit-allowed: 300\r\n", "\r\ninin-ratelimit-reset: 42\r\n",
		`"message":"Rate limit exceeded the maximum. Retry the request in [42] seconds","code":"too.many.requests.retry.after","status":429`,
	} {
		if !strings.Contains(raw, line) {
			t.Errorf("the answer lacks %q:\n%s", line, raw)
		}
	}
	srv.Clock.Advance(42 * time.Second)
	if got := admin.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK || got.Header.Values("inin-ratelimit-count") == nil && rawHeader(got, "inin-ratelimit-count") != "1" {
		t.Errorf("the window does not end: %d %v", got.Status, got.Header)
	}
}

func rawHeader(r *mocktest.Response, name string) string {
	for key, values := range r.Header {
		if strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

func exchange(t *testing.T, url, request string) string {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestRule15EmptyAnswersAreEmpty(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	raw := exchange(t, srv.URL, "HEAD /api/v2/tokens/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+admin.Token+"\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(raw, "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(raw, "\r\n\r\n") {
		t.Errorf("HEAD: %s", raw)
	}
	division := admin.Post(t, "/api/v2/authorization/divisions", `{"name":"Short-lived"}`).Str(t, "id")
	raw = exchange(t, srv.URL, "DELETE /api/v2/authorization/divisions/"+division+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+admin.Token+"\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(raw, "HTTP/1.1 204 No Content\r\n") || strings.Contains(raw, "Content-Length") || !strings.HasSuffix(raw, "\r\n\r\n") {
		t.Errorf("DELETE: %s", raw)
	}
}

func TestRule17TheUnknownIsTolerated(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	got := admin.Do(t, http.MethodPost, "/api/v2/oauth/clients?unknown=1&debug", `{"id":"mine","selfUri":"/x","what":{"ever":null},"name":"x","authorizedGrantType":"TOKEN","scope":["users"]}`,
		http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "X-Whatever": {"1"}, "Accept": {"text/plain"}})
	if got.Status != http.StatusOK || got.Str(t, "id") == "mine" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	origin := http.Header{"Origin": {"https://app.example"}}
	for _, path := range []string{"/api/v2/users/me", "/oauth/token", "/api/v2/no/such/path", "/gateway/api/v2/users/me"} {
		pre := srv.Anonymous().Do(t, http.MethodOptions, path, nil, http.Header{
			"Origin": {"https://app.example"}, "Access-Control-Request-Method": {"PATCH"}, "Access-Control-Request-Headers": {"authorization,x-own"},
		})
		if pre.Status != http.StatusNoContent || pre.Header.Get("Access-Control-Allow-Origin") != "https://app.example" ||
			pre.Header.Get("Access-Control-Allow-Headers") != "authorization,x-own" || !strings.Contains(pre.Header.Get("Access-Control-Allow-Methods"), "PATCH") {
			t.Errorf("preflight %s: %d %v", path, pre.Status, pre.Header)
		}
		got := srv.Anonymous().Do(t, http.MethodGet, path, nil, origin)
		if got.Header.Get("Access-Control-Allow-Origin") == "" || !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), "ININ-Correlation-Id") {
			t.Errorf("GET %s: %d %v", path, got.Status, got.Header)
		}
	}
	// Mockcloud's own side door is for its own pages only (decisions.md 37).
	side := srv.Anonymous().Do(t, http.MethodGet, "/_mockcloud/health", nil, origin)
	if side.Status != http.StatusForbidden || side.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("side door: %d %v", side.Status, side.Header)
	}
}

// The order of decisions.md 4: what is wrong first is what is told.
func TestChecksComeInTheirOrder(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	weak, viewer := srv.As(t), srv.As(t, "oauth:client:view", "oauth:client:edit")
	tests := []struct {
		name, method, path, body string
		as                       *mocktest.Client
		status                   int
		code                     string
	}{
		{"unknown path, no token", "GET", "/api/v2/nowhere", "", srv.Anonymous(), 401, "authentication.required"},
		{"unknown path", "GET", "/api/v2/nowhere", "", weak, 404, "not.found"},
		{"wrong method, no token", "PATCH", "/api/v2/oauth/clients", "", srv.Anonymous(), 401, "authentication.required"},
		{"wrong method", "PATCH", "/api/v2/oauth/clients", "", weak, 405, "method.not.allowed"},
		{"permission before validation", "POST", "/api/v2/oauth/clients", "broken", weak, 403, "missing.any.permissions"},
		{"permission before existence", "GET", "/api/v2/oauth/clients/none", "", weak, 403, "missing.any.permissions"},
		{"user context before validation", "POST", "/api/v2/users/me/password", "broken", weak, 400, "not.a.user"},
		{"validation before existence", "PUT", "/api/v2/oauth/clients/none", "broken", viewer, 400, "bad.request"},
		{"existence", "GET", "/api/v2/oauth/clients/none", "", viewer, 404, "client.not.found"},
		{"validation where no token is asked for", "GET", "/api/v2/documentation/search", "", srv.Anonymous(), 400, "constraint.validation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Do(t, tt.method, tt.path, tt.body, http.Header{"Content-Type": {"application/json"}})
			if got.Status != tt.status || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
			if tt.status == http.StatusMethodNotAllowed && !strings.Contains(got.Header.Get("Allow"), "POST") {
				t.Errorf("Allow = %q", got.Header.Get("Allow"))
			}
		})
	}
}

func TestScopesAreEnforcedWhereTheOrganizationSaysSo(t *testing.T) {
	t.Parallel()
	fixture := filepath.Join(t.TempDir(), "scopes.yaml")
	text := "organization: {name: Mockcloud}\nsettings: {enforceScopes: true}\nclients:\n" +
		"  - {name: Narrow, id: 0f8fad5b-d9cb-469f-a165-70867728950e, secret: x, grantType: TOKEN, redirectUris: [http://localhost/], scopes: [users:readonly]}\n"
	if err := os.WriteFile(fixture, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const admin, narrow = "admin@mockcloud.test", "0f8fad5b-d9cb-469f-a165-70867728950e"
	free := mocktest.Start(t, mocktest.Options{})
	strict := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", fixture}})
	tests := []struct {
		name, path string
		as         *mocktest.Client
		scopes     string // of the refusal; "" means that it passes
	}{
		{"off by default", "/api/v2/oauth/clients", free.AsUserOf(t, admin, "6d6f636b-0006-4000-8000-000000000003"), ""},
		{"in scope", "/api/v2/users", strict.AsUserOf(t, admin, narrow), ""},
		{"out of scope", "/api/v2/oauth/clients", strict.AsUserOf(t, admin, narrow), "[oauth:readonly, oauth]"},
		{"never for client credentials", "/api/v2/oauth/clients", strict.Admin(t), ""},
		{"never for mockcloud's own client", "/api/v2/oauth/clients", strict.AsUser(t, admin), ""},
		// The scope is looked at before the permission (decisions.md 4).
		{"out of scope and without permission", "/api/v2/oauth/clients", strict.AsUserOf(t, "agent1@mockcloud.test", narrow), "[oauth:readonly, oauth]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Get(t, tt.path)
			if tt.scopes == "" {
				if got.Status != http.StatusOK {
					t.Errorf("answer = %d %s", got.Status, got.Body)
				}
				return
			}
			if got.Status != http.StatusForbidden || got.Str(t, "code") != "app.not.authorized.for.scope" || got.Str(t, "message") != "App not authorized to use scope "+tt.scopes {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

// dial says whether somebody listens there.
func dial(t *testing.T, address string) bool {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
