package console_test

import (
	"bufio"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/mocktest"
)

// lacksSource fails the test if the page's source holds the text.
func (a *answer) lacksSource(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(a.Body, text) {
		t.Errorf("the source of the page holds %q", text)
	}
}

func TestTheInspectorListsRequestsAndFiltersThem(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	srv.AsUser(t, homeAgent).Get(t, "/api/v2/oauth/clients?x=%3Cscript%3E")
	srv.Admin(t).Post(t, "/api/v2/authorization/divisions", map[string]string{"name": "<script>alert(1)"})
	srv.Anonymous().Get(t, "/nothing/<script>here")
	srv.Anonymous().Get(t, "/logout?client_id="+identity.BuiltinID)
	list := ada.get(t, "/tools/inspector").says(t, "403 refused missing.any.permissions", "Alex Agent", "postAuthorizationDivisions", "Mockcloud Admin", "404 refused")
	list.lacksSource(t, "<script>here")
	if strings.Contains(list.words(), "GET /api/v2/users/me") || strings.Contains(list.words(), "GET /logout") {
		t.Error("the console's own requests are listed")
	}
	ada.get(t, "/tools/inspector?own=true").says(t, "GET /api/v2/users/me", "console")
	for query, want := range map[string]string{
		"status=4xx": "missing.any.permissions", "status=403": "missing.any.permissions", "operation=postAuthorizationDivisions": "Mockcloud Admin",
		"caller=agent1%40mockcloud.test": "Alex Agent", "path=%2Fauthorization%2F": "postAuthorizationDivisions", "code=missing.any.permissions": "Alex Agent",
		"since=2026-01-15T11%3A59": "Alex Agent", "until=2026-01-15T12%3A00": "Alex Agent",
	} {
		ada.get(t, "/tools/inspector?"+query).says(t, want)
	}
	for query, lacks := range map[string]string{
		"status=2xx": "missing.any.permissions", "caller=Mockcloud+Admin": "Alex Agent", "since=2026-01-15T12%3A01": "Alex Agent", "until=2026-01-15T11%3A59": "Alex Agent",
	} {
		ada.get(t, "/tools/inspector?"+query).lacks(t, lacks)
	}
	ada.get(t, "/tools/inspector?operation=getQueues").says(t, "No remembered request fits.")
	for query, says := range map[string]string{"status=many": "A status is a number such as 404", "since=yesterday": "A time is written as"} {
		if got := ada.get(t, "/tools/inspector?"+query).says(t, says); got.Status != 400 {
			t.Errorf("%s: status = %d", query, got.Status)
		}
	}
	// Only who is signed in sees any of it.
	nobody := &visitor{srv: srv}
	for _, path := range []string{"", "/1", "/clear"} {
		if got := nobody.get(t, "/tools/inspector"+path); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/signin?") {
			t.Errorf("%q: status = %d, to %s", path, got.Status, got.Location)
		}
	}
	ada.get(t, "/tools/inspector/clear").says(t, "Forget all requests?")
	ada.postAndFollow(t, "/tools/inspector/clear", nil).says(t, "All requests were forgotten.", "Nothing has called this server yet.")
}

func TestTheListGoesOnWithOlderRequests(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, homeAdmin), srv.Admin(t)
	for range 101 {
		api.Get(t, "/api/v2/organizations/me")
	}
	page := ada.get(t, "/tools/inspector?operation=getOrganizationsMe")
	if n := strings.Count(page.Body, "<tr data-sequence"); n != 100 {
		t.Errorf("%d rows", n)
	}
	older := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(page.Body)
	if older == nil {
		t.Fatal("no link to older requests")
	}
	second := ada.get(t, strings.ReplaceAll(older[1], "&amp;", "&"))
	if n := strings.Count(second.Body, "<tr data-sequence"); n != 1 || strings.Contains(second.Body, "data-stream") {
		t.Errorf("%d rows on the second page", n)
	}
}

// entryOf opens the page of the latest request of an operation.
func entryOf(t *testing.T, v *visitor, operation string) *answer {
	t.Helper()
	list := v.get(t, "/tools/inspector?own=true&operation="+operation)
	found := regexp.MustCompile(`<tr data-sequence="(\d+)"`).FindStringSubmatch(list.Body)
	if found == nil {
		t.Fatalf("no request of %s is listed", operation)
	}
	return v.get(t, "/tools/inspector/"+found[1])
}

func TestAnEntrySaysWhatDecidedAndWhatWasSent(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, homeAdmin), srv.Admin(t)
	alex := srv.AsUser(t, homeAgent)

	refused := alex.Get(t, "/api/v2/oauth/clients")
	page := entryOf(t, ada, "getOauthClients").says(t, "Refused missing.any.permissions", "The operation needs: oauth:client:view", "Missing in every division: oauth:client:view",
		"The smallest role that passes is Integration Builder", "Not reached: permissions come first", "Alex Agent", "Authorization: Bearer $TOKEN", srv.URL+"/api/v2/oauth/clients")
	if !strings.Contains(page.Body, `<a href="/admin/roles/`) || !strings.Contains(page.Body, `href="/_mockcloud/explorer?find=getOauthClients"`) {
		t.Error("neither the role nor the explorer is linked")
	}
	page.lacks(t, alex.Token)
	// A refusal anywhere leads here by its correlation id.
	if got := ada.get(t, "/tools/inspector?correlation="+url.QueryEscape(refused.Str(t, "contextId"))); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/tools/inspector/") {
		t.Errorf("status = %d, to %s", got.Status, got.Location)
	}

	admin.Post(t, "/api/v2/authorization/divisions", map[string]string{"name": "it's <b>"})
	page = entryOf(t, ada, "postAuthorizationDivisions").says(t, "Allowed", "in all divisions: authorization:division:add", "Nothing was wrong with it", `"name": "it's <b>"`, `--data-raw '{"name":"it'\''s`)
	page.lacksSource(t, "it's <b>")

	admin.Post(t, "/api/v2/oauth/clients", map[string]string{"name": "x", "authorizedGrantType": "MAGIC"})
	entryOf(t, ada, "postOauthClients").says(t, "The permissions were enough", "It was refused for another reason: bad.grant.type", "Invalid grant type.", "authorizedGrantType")

	srv.Bearer("nonsense").Get(t, "/api/v2/users/me")
	ada.get(t, "/")
	list := ada.get(t, "/tools/inspector?status=401&operation=getUsersMe")
	number := regexp.MustCompile(`<tr data-sequence="(\d+)"`).FindStringSubmatch(list.Body)
	ada.get(t, "/tools/inspector/"+number[1]).says(t, "The token was not accepted, or there was none.", "not a token of this server")

	srv.Anonymous().Do(t, "POST", "/oauth/token", "grant_type=client_credentials&client_id=a&client_secret=fake-not-to-be-seen", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	list = ada.get(t, "/tools/inspector?path=%2Foauth%2Ftoken")
	number = regexp.MustCompile(`<tr data-sequence="(\d+)"`).FindStringSubmatch(list.Body)
	ada.get(t, "/tools/inspector/"+number[1]).says(t, "none of the API", "grant_type=client_credentials").lacks(t, "fake-not-to-be-seen")

	for lang, text := range map[string]string{"pt-BR": "A operação precisa de:", "es": "La operación necesita:"} {
		ada.lang = lang
		entryOf(t, ada, "getOauthClients&status=403").says(t, text)
	}
}

func TestARequestThatIsNotRememberedIsSaidToBeForgotten(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	for _, path := range []string{"/999999", "/0", "/x", "/-1", "/99999999999999999999999", "?correlation=none"} {
		if got := ada.get(t, "/tools/inspector"+path).says(t, "This request is not remembered"); got.Status != http.StatusNotFound {
			t.Errorf("%s: status = %d", path, got.Status)
		}
	}
}

func TestSeveralRequestsWithOneCorrelationIDAreListed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const id = "0a1b2c3d-0000-4000-8000-000000000001"
	for range 2 {
		srv.Admin(t).Do(t, "GET", "/api/v2/organizations/me", nil, http.Header{"Inin-Correlation-Id": {id}})
	}
	page := visit(t, srv, homeAdmin).get(t, "/tools/inspector?correlation="+id)
	if n := strings.Count(page.Body, "<tr data-sequence"); page.Status != 200 || n != 2 {
		t.Errorf("status %d, %d rows", page.Status, n)
	}
}

// inspectorStream opens the stream of the list. The lines that come on it end with it.
func inspectorStream(t *testing.T, v *visitor, query string, header http.Header) (status int, contentType string, lines <-chan string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.srv.URL+"/tools/inspector/stream?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	if v.token != "" {
		r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: v.token})
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	rows := make(chan string, 100)
	go func() {
		defer close(rows)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			rows <- lines.Text()
		}
	}()
	return res.StatusCode, res.Header.Get("Content-Type"), rows
}

// inspectorAwait reads the stream until a line holds the text; "" waits for the end.
func inspectorAwait(t *testing.T, rows <-chan string, text string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case line, open := <-rows:
			if !open && text == "" || open && text != "" && strings.Contains(line, text) {
				return
			}
			if !open {
				t.Fatalf("the stream ended before %q came", text)
			}
		case <-deadline:
			t.Fatalf("%q did not come", text)
		}
	}
}

func TestTheListIsStreamedUntilTheServerStops(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	for _, token := range []string{"", "nonsense"} {
		if status, _, _ := inspectorStream(t, &visitor{srv: srv, token: token}, "after=0", nil); status != http.StatusUnauthorized {
			t.Errorf("with the token %q: status = %d", token, status)
		}
	}
	for _, query := range []string{"", "after=x", "after=0&status=many"} {
		if status, _, _ := inspectorStream(t, ada, query, nil); status != http.StatusBadRequest {
			t.Errorf("%q: status = %d", query, status)
		}
	}
	status, contentType, rows := inspectorStream(t, ada, "after=0&status=4xx", nil)
	if status != 200 || contentType != "text/event-stream" {
		t.Fatalf("status %d, %s", status, contentType)
	}
	srv.AsUser(t, homeAgent).Get(t, "/api/v2/oauth/clients") // 403
	inspectorAwait(t, rows, "event: row")
	inspectorAwait(t, rows, "getOauthClients")
	srv.Anonymous().Get(t, "/api/v2/<script>")
	inspectorAwait(t, rows, "/api/v2/%3Cscript%3E")

	// Browsers come again, and say what they have seen.
	_, _, again := inspectorStream(t, ada, "after=999999&status=4xx", http.Header{"Last-Event-Id": {"0"}})
	inspectorAwait(t, again, "getOauthClients")
	srv.Stop(t)
	inspectorAwait(t, rows, "")
	inspectorAwait(t, again, "")
}
