package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/mocktest"
)

// lockedBuffer is a buffer that a logger may write to from many goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := mocktest.Start(t, mocktest.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	e := srv.Environment()
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"CODE","scope":["users"]}`)
	renewed := admin.Post(t, made.Str(t, "selfUri")+"/secret", nil)
	admin.Post(t, "/api/v2/users", `{"name":"Ann","email":"ann@mockcloud.test","password":"open-sesame-1"}`)
	admin.Post(t, "/api/v2/users", `{"name":7,"email":"ann@mockcloud.test","password":"open-sesame-2"}`)
	admin.Post(t, "/api/v2/users", `{"name":"Ann","email":"ann@mockcloud.test","password":["open-sesame-3"]}`)
	token := func(form string, header http.Header) {
		srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", form, header)
	}
	token("grant_type=client_credentials&client_id="+e.ClientID+"&client_secret="+e.ClientSecret, nil)
	token("grant_type=client_credentials&client_id="+e.ClientID+"&client_secret=not-the-secret", nil)
	token("grant_type=password&username=ann&password=open-sesame-4", nil)
	token("grant_type=client_credentials", http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("x:not-the-secret-either"))}})
	srv.Bearer("not-a-token-at-all").Get(t, "/api/v2/users/me")
	srv.As(t).Get(t, "/api/v2/oauth/clients?access_token=in-the-query")
	admin.Post(t, "/api/v2/analytics/conversations/details/query", `{"interval":"secret-of-a-body"}`)
	for _, secret := range []string{
		admin.Token, made.Str(t, "secret"), renewed.Str(t, "secret"), "open-sesame", e.ClientSecret,
		"not-the-secret", "not-a-token-at-all", "in-the-query", "secret-of-a-body",
		base64.StdEncoding.EncodeToString([]byte("x:not-the-secret-either")),
	} {
		if secret == "" || strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
	for _, text := range []string{"msg=refused", "missing.any.permissions", "token refused", "authentication failed"} {
		if !strings.Contains(log.String(), text) {
			t.Errorf("the log lacks %q", text)
		}
	}
}

func TestRefusalsAreLoggedWithWhatDecidedThem(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := mocktest.Start(t, mocktest.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	got := srv.AsUser(t, "builder@mockcloud.test").Post(t, "/api/v2/authorization/roles", `{"name":"x"}`)
	if got.Status != http.StatusForbidden {
		t.Fatalf("answer = %d %s", got.Status, got.Body)
	}
	var entry struct{ Msg, Operation, Correlation, Code, Decision string }
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, `"refused"`) {
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatal(err)
			}
		}
	}
	if entry.Operation != "postAuthorizationRoles" || entry.Code != "missing.any.permissions" || entry.Correlation != got.Str(t, "contextId") {
		t.Errorf("log = %s", log.String())
	}
	for _, text := range []string{"Ben Builder", "Integration Builder", "Integration Team", "authorization:role:add", `"ANY"`} {
		if !strings.Contains(entry.Decision, text) {
			t.Errorf("the decision lacks %s: %s", text, entry.Decision)
		}
	}
}

func TestAnswersExplainThemselvesOnRequest(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	explain := http.Header{"X-Mockcloud-Explain": {"true"}}
	tests := []struct {
		name     string
		as       *mocktest.Client
		path     string
		decision string
		says     string
	}{
		{"allowed", srv.Admin(t), "/api/v2/oauth/clients", "allowed", `"permits":["oauth:client:view"]`},
		{"refused", srv.As(t), "/api/v2/oauth/clients", "missing.any.permissions", `"permissions":["oauth:client:view"]`},
		{"no token", srv.Anonymous(), "/api/v2/oauth/clients", "authentication.required", "no bearer token"},
		{"bad token", srv.Bearer("x"), "/api/v2/oauth/clients", "bad.credentials", "not a token of this server"},
		{"unknown path", srv.Admin(t), "/api/v2/nowhere", "not.found", "Mockcloud Admin"},
		{"bad token, unknown path", srv.Bearer("x"), "/api/v2/nowhere", "bad.credentials", "not a token of this server"},
		{"existence", srv.Admin(t), "/api/v2/oauth/clients/none", "client.not.found", "Mockcloud Admin"},
		{"validation", srv.Admin(t), "/api/v2/users?pageSize=x", "invalid.query.param.value", "Mockcloud Admin"},
		{"existence, where the engine answers", srv.Admin(t), "/api/v2/routing/queues/none/estimatedwaittime", "resource.not.found", "routing:queue:view"},
		{"not implemented", srv.Admin(t), "/api/v2/notifications/channels/none/subscriptions", "not.implemented", "Mockcloud Admin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.as.Do(t, http.MethodGet, tt.path, nil, explain)
			header := got.Header.Get("X-Mockcloud-Explanation")
			var why struct{ Decision string }
			if err := json.Unmarshal([]byte(header), &why); err != nil || why.Decision != tt.decision || !strings.Contains(header, tt.says) {
				t.Errorf("%v: %s", err, header)
			}
			if plain := tt.as.Get(t, tt.path); plain.Header.Get("X-Mockcloud-Explanation") != "" {
				t.Error("it explains without being asked")
			}
		})
	}
}

func TestAnExpiredTokenIsExplained(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	srv.Clock.Advance(25 * time.Hour)
	got := admin.Do(t, http.MethodGet, "/api/v2/oauth/clients", nil, http.Header{"X-Mockcloud-Explain": {"true"}})
	if got.Status != http.StatusUnauthorized || !strings.Contains(got.Header.Get("X-Mockcloud-Explanation"), "expired at 2026-01-16T12:00:00.000Z") {
		t.Errorf("answer = %d %s", got.Status, got.Header.Get("X-Mockcloud-Explanation"))
	}
}

func TestStateOutlivesTheServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	first := mocktest.Start(t, mocktest.Options{Path: path})
	admin := first.Admin(t)
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"TOKEN","scope":["users"]}`)
	first.Stop(t)
	second := mocktest.Start(t, mocktest.Options{Path: path})
	got := second.Bearer(admin.Token).Get(t, made.Str(t, "selfUri"))
	if got.Status != http.StatusOK || got.Str(t, "name") != "web" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

// Requests under way are answered before the server goes.
func TestStoppingWaitsForRequestsUnderWay(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	body := `{"name":"slow","authorizedGrantType":"TOKEN","scope":["users"]}`
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST /api/v2/oauth/clients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", srv.Admin(t).Token, len(body))
	if err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(conn)
	// The server says "continue" when the operation wants the body: from here on
	// the request is under way.
	if line, err := answer.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%v: %q", err, line)
	}
	stopped := make(chan struct{})
	go func() {
		srv.Stop(t)
		close(stopped)
	}()
	waitUntilRefused(t, srv.URL)
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(answer)
	if err != nil || !strings.Contains(string(rest), "HTTP/1.1 200 OK") || !strings.Contains(string(rest), `"name":"slow"`) {
		t.Errorf("%v: the request under way was answered: %s", err, rest)
	}
	<-stopped
}

// waitUntilRefused waits until nobody listens there any more.
func waitUntilRefused(t *testing.T, base string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for dial(t, u.Host) {
		if time.Now().After(deadline) {
			t.Fatal("it still listens")
		}
	}
}

// A connection in reserve does not hold the end up.
func TestStoppingDoesNotWaitForConnectionsWithoutRequests(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if got := srv.Anonymous().Get(t, "/_mockcloud/health"); got.Status != http.StatusOK { // accepted after conn was
		t.Fatalf("status = %d", got.Status)
	}
	started := time.Now()
	srv.Stop(t)
	if took := time.Since(started); took > 3*time.Second { // the library alone waits for five
		t.Errorf("it took %s", took)
	}
}

// Everything lives under its organization; the token selects it.
func TestTwoOrganizationsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "acme.yaml")
	acme := "organization: {name: Acme}\nusers: [{email: admin@mockcloud.test, name: Ann, password: p}]\n" +
		"clients: [{name: Bot, id: 0f8fad5b-d9cb-469f-a165-70867728950e, grantType: CLIENT-CREDENTIALS, secret: s, roles: ['* in *']}]\n"
	if err := os.WriteFile(path, []byte(acme), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", path}})
	ours, theirs := srv.Admin(t), srv.AsClient(t, "0f8fad5b-d9cb-469f-a165-70867728950e")
	if a, b := ours.Get(t, "/api/v2/organizations/me").Str(t, "name"), theirs.Get(t, "/api/v2/organizations/me").Str(t, "name"); a != "Mockcloud" || b != "Acme" {
		t.Errorf("organizations %s and %s", a, b)
	}
	if got := theirs.Get(t, "/api/v2/users"); got.Str(t, "total") != "1" || got.Str(t, "entities.0.name") != "Ann" {
		t.Errorf("users = %s", got.Body)
	}
	if got := theirs.Get(t, "/api/v2/oauth/clients"); got.Str(t, "total") != "1" {
		t.Errorf("clients = %s", got.Body)
	}
	const admin, home = "6d6f636b-0005-4000-8000-000000000001", "6d6f636b-0002-4000-8000-000000000001"
	role := ours.Get(t, "/api/v2/authorization/roles?name=employee").Str(t, "entities.0.id")
	for _, path := range []string{
		"/api/v2/users/" + admin, "/api/v2/oauth/clients/" + srv.Environment().ClientID, "/api/v2/authorization/roles/" + role,
		"/api/v2/authorization/divisions/" + home, "/api/v2/authorization/subjects/" + admin,
	} {
		if got := ours.Get(t, path); got.Status != http.StatusOK {
			t.Errorf("our own %s: %d", path, got.Status)
		}
		if got := theirs.Get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("theirs %s: %d %s", path, got.Status, got.Body)
		}
	}
	if got := theirs.Delete(t, "/api/v2/tokens/"+admin); got.Status != http.StatusNotFound {
		t.Errorf("ending our tokens: %d", got.Status)
	}
	bot := map[string]any{"name": "b", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": []map[string]string{{"roleId": role, "divisionId": home}}}
	if got := theirs.Post(t, "/api/v2/oauth/clients", bot); got.Status != http.StatusBadRequest || got.Str(t, "code") != "bad.client.role" {
		t.Errorf("our role for their client: %d %s", got.Status, got.Body)
	}
}

func TestThePublicURLIsTheIssuer(t *testing.T) {
	t.Parallel()
	srv, err := server.Start(t.Context(), server.Config{PublicURL: "https://mock.example/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.ListenURL()+"/.well-known/oauth-authorization-server", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var metadata struct {
		Issuer        string
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := json.NewDecoder(got.Body).Decode(&metadata); err != nil || metadata.Issuer != "https://mock.example" || metadata.TokenEndpoint != "https://mock.example/oauth/token" {
		t.Errorf("%v: %+v", err, metadata)
	}
}

// FuzzPages sends anything as a cursor, a page or a search token: it is answered
// or refused, never more.
func FuzzPages(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	admin := srv.Admin(f)
	f.Add("", "25", "")
	f.Add("bmFtZQ==", "0", "eyJxdWVyeSI6W119")
	f.Add("\x00", "99999999999999999999", "e30")
	f.Fuzz(func(t *testing.T, cursor, page, q64 string) {
		for path, query := range map[string]url.Values{
			"/api/v2/authorization/divisions/query": {"after": {cursor}, "pageSize": {page}},
			"/api/v2/users":                         {"pageNumber": {page}, "pageSize": {"2"}, "sortOrder": {cursor}},
			"/api/v2/users/search":                  {"q64": {q64}},
		} {
			got := admin.Get(t, path+"?"+query.Encode())
			if got.Status != http.StatusOK && got.Status != http.StatusBadRequest {
				t.Errorf("%s?%s: %d %s", path, query.Encode(), got.Status, got.Body)
			}
		}
	})
}

// Same fixtures, same clock: same bytes.
func TestTwoServersWithTheSameFixturesAnswerTheSame(t *testing.T) {
	t.Parallel()
	a, b := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{})
	if snapshot(t, a.Admin(t)) != snapshot(t, b.Admin(t)) {
		t.Error("they differ")
	}
}

func TestOfManyChangesToOneVersionOneWins(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/users/6d6f636b-0005-4000-8000-000000000004"
	version := admin.Get(t, path).Str(t, "version")
	statuses := make([]int, 16)
	var group sync.WaitGroup
	for i := range statuses {
		group.Go(func() {
			statuses[i] = admin.Patch(t, path, `{"title":"`+string(rune('a'+i))+`","version":`+version+`}`).Status
		})
	}
	group.Wait()
	won := 0
	for _, s := range statuses {
		switch s {
		case http.StatusOK:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("status %d", s)
		}
	}
	if won != 1 {
		t.Errorf("%d of them won", won)
	}
}

// FuzzBearer sends anything as a bearer token: it is never accepted, and never
// more than refused.
func FuzzBearer(f *testing.F) {
	srv := mocktest.Start(f, mocktest.Options{})
	good := srv.Admin(f).Token
	parts := strings.Split(good, ".")
	f.Add("Bearer " + parts[0] + "." + parts[1] + ".")
	f.Add("Bearer " + parts[0] + ".." + parts[2])
	f.Add("Bearer eyJhbGciOiJub25lIn0." + parts[1] + ".")
	f.Add("bearer \t" + good[:50])
	f.Fuzz(func(t *testing.T, authorization string) {
		header := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return -1
			}
			return r
		}, authorization)
		got := srv.Anonymous().Do(t, http.MethodGet, "/api/v2/tokens/me", nil, http.Header{"Authorization": {header}})
		if got.Status != http.StatusUnauthorized && !strings.Contains(header, good) {
			t.Errorf("%q: %d %s", header, got.Status, got.Body)
		}
	})
}

// Where browsers come by https, to a proxy in front, no cookie travels without.
func TestCookiesAreSecureByHTTPS(t *testing.T) {
	t.Parallel()
	srv, err := server.Start(t.Context(), server.Config{PublicURL: "https://mock.example"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.ListenURL()+"/login?ui_locales=es", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "mock.example"
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	cookies := got.Header.Values("Set-Cookie")
	if len(cookies) != 2 {
		t.Fatalf("cookies = %q", cookies)
	}
	for _, cookie := range cookies {
		if !strings.Contains(cookie, "; Secure") || !strings.Contains(cookie, "; HttpOnly") || !strings.Contains(cookie, "; SameSite=Lax") {
			t.Errorf("cookie = %s", cookie)
		}
	}
}
