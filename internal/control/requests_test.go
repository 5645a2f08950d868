package control_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/mocktest"
)

const requestsPath = "/_mockcloud/requests"

// requestsOf reads a page of requests.
func requestsOf(t *testing.T, srv *mocktest.Server, query string) (page control.RequestList) {
	t.Helper()
	got := srv.Anonymous().Get(t, requestsPath+query)
	if got.Status != http.StatusOK {
		t.Fatalf("%s: %d\n%s", query, got.Status, got.Body)
	}
	got.JSON(t, &page)
	return page
}

// paths words requests, the latest first.
func paths(page control.RequestList) string {
	var all []string
	for _, r := range page.Entities {
		all = append(all, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
	}
	return strings.Join(all, "\n")
}

func TestRequestsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	second := filepath.Join(t.TempDir(), "second.yaml")
	fixture := "organization: {name: Second Org, shortName: second}\nusers: [{email: far@second.test, name: Far, password: fake-far-password}]\n"
	if err := os.WriteFile(second, []byte(fixture), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", second}})
	agent, admin, far := srv.AsUser(t, "agent1@mockcloud.test"), srv.Admin(t), srv.AsUser(t, "far@second.test")
	if got := srv.Anonymous().Delete(t, requestsPath); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got := srv.Anonymous().Get(t, requestsPath); !strings.HasPrefix(string(got.Body), `{"entities":[],"latest":`) {
		t.Errorf("an empty journal is %s", got.Body)
	}
	agent.Get(t, "/api/v2/users/me?expand=presence")
	agent.Get(t, "/api/v2/oauth/clients")
	srv.Clock.Advance(time.Minute)
	admin.Do(t, http.MethodGet, "/gateway/prefix/api/v2/users/b%C3%BC%20r", nil, http.Header{"ININ-Correlation-Id": {"mine"}})
	admin.Post(t, "/api/v2/routing/queues", `{"name":7}`)
	admin.Get(t, "/api/v2/nowhere")
	far.Get(t, "/api/v2/users/me")
	srv.Clock.Advance(time.Minute)
	e := srv.Environment()
	srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=client_credentials&client_id="+e.ClientID+"&client_secret="+e.ClientSecret, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type=client_credentials&client_id="+e.ClientID+"&client_secret=no", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	for _, path := range []string{"/login", "/oauth/assets/pages.css", "/_mockcloud/health", "/_mockcloud/metrics", "/_mockcloud/requests/1"} {
		srv.Anonymous().Get(t, path)
	}
	me := agent.Get(t, "/api/v2/users/me").Str(t, "id")
	all := requestsOf(t, srv, "")
	want := `GET /api/v2/users/me 200
GET /login 200
POST /oauth/token 400
POST /oauth/token 200
GET /api/v2/users/me 200
GET /api/v2/nowhere 404
POST /api/v2/routing/queues 400
GET /gateway/prefix/api/v2/users/b%C3%BC%20r 404
GET /api/v2/oauth/clients 403
GET /api/v2/users/me 200`
	if got := paths(all); got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	wanted := strings.Split(want, "\n")
	org := all.Entities[0].Org
	for query, numbers := range map[string]string{
		"operation=getUsersMe":           "0 4 9",
		"status=404":                     "5 7",
		"status=4xx":                     "2 5 6 7 8",
		"status=5XX":                     "",
		"method=post":                    "2 3 6",
		"path=/users/":                   "0 4 7 9",
		"path=prefix":                    "7",
		"caller=" + me:                   "0 8 9",
		"caller=agent1@MOCKCLOUD.test":   "0 8 9",
		"caller=Alex%20Agent":            "0 8 9",
		"caller=" + e.ClientID:           "2 3 5 6 7",
		"caller=mockcloud%20admin":       "2 3 5 6 7",
		"code=missing.any.permissions":   "8",
		"code=invalid_client":            "2",
		"own=true":                       "0 4 8 9",
		"own=false":                      "1 2 3 5 6 7",
		"correlationId=mine":             "7",
		"org=" + org:                     "0 2 3 5 6 7 8 9",
		"org=" + all.Entities[4].Org:     "4",
		"since=2026-01-15T12:01:00.000Z": "0 1 2 3 4 5 6 7",
		"until=2026-01-15T12:01:00.000Z": "4 5 6 7 8 9",
		"since=2026-01-15T12:00:30%2B00:00&until=2026-01-15T13:01:30%2B01:00": "4 5 6 7",
		"pageSize=2": "0 1",
		fmt.Sprintf("before=%d", all.Entities[7].Sequence): "8 9",
		"operation=getUsersMe&own=true&org=" + org:         "0 9",
		"action=nothing": "",
	} {
		var some []string
		for number := range strings.FieldsSeq(numbers) {
			some = append(some, wanted[number[0]-'0'])
		}
		if got := paths(requestsOf(t, srv, "?"+query)); got != strings.Join(some, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", query, got, strings.Join(some, "\n"))
		}
	}
	pages := 0
	for next, number := requestsPath+"?pageSize=4&method=GET", 0; next != ""; pages++ {
		page := requestsOf(t, srv, strings.TrimPrefix(next, requestsPath))
		if next = page.NextURI; len(page.Entities) > 0 && page.Entities[0].Sequence >= all.Entities[number].Sequence && number > 0 {
			t.Errorf("page %d begins with %d", pages, page.Entities[0].Sequence)
		}
		number += len(page.Entities)
	}
	if pages != 2 {
		t.Errorf("%d pages", pages)
	}
	for _, query := range []string{
		"status=x", "status=99", "status=6xx", "status=4x", "since=yesterday", "until=1", "own=yes", "pageSize=0", "pageSize=1001", "pageSize=x", "before=0", "before=x",
		"expand=all", "colour=red", "method=GET&method=POST",
	} {
		if got := srv.Anonymous().Get(t, requestsPath+"?"+query); got.Status != http.StatusBadRequest || got.Str(t, "code") != "invalid.query.param.value" {
			t.Errorf("%s: %d %s", query, got.Status, got.Body)
		}
	}
}

func TestARequestIsShownWhole(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	srv.ForgetRequests(t)
	agent.Do(t, http.MethodPost, "/api/v2/routing/queues?a=b&a=c%20d", `{"name":"Q"}`, http.Header{"Content-Type": {"application/json"}, "X-Mine": {"1", "2"}})
	srv.Admin(t).Post(t, "/api/v2/routing/queues", `{"name":7}`)
	srv.Admin(t).Post(t, "/api/v2/oauth/clients", `{"name":"`+strings.Repeat("x", 40<<10)+`"}`)
	srv.Anonymous().Get(t, "/login?x=1")

	list := requestsOf(t, srv, "?path=/queues")
	if len(list.Entities) != 2 || list.Entities[0].Details != nil || list.Entities[0].Explanation != nil {
		t.Fatalf("%+v", list)
	}
	show := func(number uint64) *journal.Request {
		got := srv.Anonymous().Get(t, fmt.Sprintf("%s/%d", requestsPath, number))
		if got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		var shown journal.Request
		got.JSON(t, &shown)
		return &shown
	}
	refused := show(list.Entities[1].Sequence)
	if refused.Query != "a=b&a=c%20d" || refused.OperationID != "postRoutingQueues" || refused.OperationPath != "/api/v2/routing/queues" || refused.RemoteAddress != "127.0.0.1" ||
		refused.User == nil || refused.User.Email != "agent1@mockcloud.test" || refused.Client == nil || !refused.Own || refused.Code != "missing.any.permissions" {
		t.Errorf("%+v", refused)
	}
	if !bytes.Contains(refused.Explanation, []byte(`"decision":"missing.any.permissions"`)) || !bytes.Contains(refused.Explanation, []byte(`"wouldPass"`)) {
		t.Errorf("explanation %s", refused.Explanation)
	}
	d := refused.Details
	if strings.Join(d.RequestHeaders["X-Mine"], " ") != "1 2" || d.RequestHeaders["Authorization"][0] != "Bearer **********" || d.RequestHeaders["Host"][0] != strings.TrimPrefix(srv.URL, "http://") {
		t.Errorf("headers %v", d.RequestHeaders)
	}
	if d.Refusal == nil || d.Refusal.Code != "missing.any.permissions" || d.AnswerHeaders["ININ-Correlation-Id"][0] != refused.CorrelationID || !strings.Contains(d.AnswerBody.Text, refused.CorrelationID) {
		t.Errorf("answer %+v %v", d.Refusal, d.AnswerHeaders)
	}
	// It was refused before anybody looked at its body.
	if b := d.RequestBody; b == nil || !b.Unread || b.Length != 12 || b.Text != "" {
		t.Errorf("body %+v", b)
	}
	invalid := show(list.Entities[0].Sequence).Details
	if invalid.RequestBody.Text != `{"name":7}` || invalid.Refusal == nil || len(invalid.Refusal.Fields) != 1 || invalid.Refusal.Fields[0].Name != "name" {
		t.Errorf("%+v %+v", invalid.RequestBody, invalid.Refusal)
	}
	long := show(requestsOf(t, srv, "?path=/oauth/clients").Entities[0].Sequence).Details.RequestBody
	if !long.Cut || len(long.Text) != journal.MaxBody || long.Length != 40<<10+11 {
		t.Errorf("cut %v: %d of %d bytes", long.Cut, len(long.Text), long.Length)
	}
	page := requestsOf(t, srv, "?path=/login&expand=details").Entities[0]
	if page.Query != "x=1" || page.Details.AnswerBody == nil || page.Details.AnswerBody.Text != "" || !page.Details.AnswerBody.Unread || page.Explanation != nil {
		t.Errorf("a page: %+v %+v", page, page.Details.AnswerBody)
	}
	for _, number := range []string{"0", "99999", "x", "-1"} {
		if got := srv.Anonymous().Get(t, requestsPath+"/"+number); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", number, got.Status, got.Body)
		}
	}
}

func TestRequestsAreForThisServersOwnPages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	srv.Admin(t).Get(t, "/api/v2/users/me")
	for _, path := range []string{requestsPath, requestsPath + "/1", requestsPath + "/stream"} {
		if got := srv.Anonymous().Do(t, http.MethodGet, path, nil, http.Header{"Origin": {"https://elsewhere.test"}}); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
	if got := srv.Anonymous().Do(t, http.MethodDelete, requestsPath, nil, http.Header{"Origin": {"https://elsewhere.test"}}); got.Status != http.StatusForbidden || len(requestsOf(t, srv, "").Entities) == 0 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// What a data action calls in this process is there beside what executed it; what is
// only checked, since a stub answers it, is not.
func TestRequestsOfDataActionsNameTheAction(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	export, err := os.ReadFile("../../fixtures/actions/01-queue-member-presence.json")
	if err != nil {
		t.Fatal(err)
	}
	e := srv.Environment()
	own := srv.Install(t, mocktest.Integration{
		Type: "purecloud-data-actions", Credential: "pureCloudOAuthClient", Fields: map[string]string{"clientId": e.ClientID, "clientSecret": e.ClientSecret},
	})
	action := srv.ImportAction(t, own, export)
	queue := srv.Admin(t).Get(t, "/api/v2/routing/queues").Str(t, "entities.0.id")
	execute := func() string {
		srv.ForgetRequests(t)
		got := srv.Admin(t).Post(t, "/api/v2/integrations/actions/"+action+"/execute", `{"QueueID":"`+queue+`"}`)
		if got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		return paths(requestsOf(t, srv, "?path=/api/v2/routing"))
	}
	if got := execute(); got != "GET /api/v2/routing/queues/"+queue+"/members 200" {
		t.Errorf("got %q", got)
	}
	inner := requestsOf(t, srv, "?path=/api/v2/routing&expand=details").Entities[0]
	if inner.Action == "" || inner.RemoteAddress != "" || inner.Details.AnswerBody == nil || inner.Details.AnswerBody.Text == "" {
		t.Errorf("%+v", inner)
	}
	if got := paths(requestsOf(t, srv, "?action="+url.QueryEscape(inner.Action))); got != "GET /api/v2/routing/queues/"+queue+"/members 200\nPOST /oauth/token 200" {
		t.Errorf("the action sent\n%s", got)
	}
	srv.Stub(t, mocktest.Stub{URL: "/api/v2/routing/queues/*", Body: map[string]any{"entities": []any{}}})
	if got := execute(); got != "" {
		t.Errorf("with a stub: %q", got)
	}
}

// Whoever has an answer finds its request, however large it was.
func TestARequestIsThereOnceItsAnswerIs(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	srv.ForgetRequests(t)
	admin := srv.Admin(t)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := range 20 {
				id := fmt.Sprintf("n%d-%d", n, i)
				path := "/api/v2/authorization/permissions?pageSize=200"
				if i%2 == 0 {
					path = "/api/v2/tokens/me"
				}
				got := admin.Do(t, http.MethodGet, path, nil, http.Header{"ININ-Correlation-Id": {id}})
				found := requestsOf(t, srv, "?expand=details&correlationId="+id).Entities
				if len(found) != 1 || found[0].Details.AnswerBody == nil || found[0].Details.AnswerBody.Length != int64(len(got.Body)) {
					t.Errorf("%s, of %d bytes: %+v", id, len(got.Body), found)
				}
			}
		})
	}
	all.Wait()
}

func TestManyLargeRequestsDoNotTakeMoreThanTheJournalMay(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	srv.ForgetRequests(t)
	body := `{"name":"` + strings.Repeat("x", 100<<10) + `"}`
	for range 400 {
		admin.Post(t, "/api/v2/routing/queues", body)
	}
	whole, size := 0, 0
	for _, r := range srv.Requests(t, mocktest.RequestFilter{Operation: "postRoutingQueues"}) {
		if size += len(r.Body) + len(r.Answer); r.Body != "" {
			whole++
		}
	}
	if whole < 200 || size > journal.DefaultBytes {
		t.Errorf("%d of them have their bodies, %d bytes in all", whole, size)
	}
	list := requestsOf(t, srv, "?operation=postRoutingQueues&pageSize=1000").Entities
	if len(list) != 400 {
		t.Fatalf("%d are listed", len(list))
	}
	oldest := srv.Anonymous().Get(t, fmt.Sprintf("%s/%d", requestsPath, list[399].Sequence))
	if oldest.Str(t, "details.dropped") != "true" || oldest.Str(t, "explanation.decision") == "" || oldest.Str(t, "operationId") != "postRoutingQueues" {
		t.Errorf("the oldest: %s", oldest.Body)
	}
}
