package integrations_test

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// eventsPath is where a webhook's events are sent.
func eventsPath(hook *mocktest.Webhook) string {
	return base + "/webhooks/" + hook.WebhookID + "/events"
}

// kept returns how many events ever came to the webhook, and how many are kept.
func kept(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook) (received, kept int) {
	t.Helper()
	var shown struct{ Received, Kept int }
	ok(t, srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+hook.ID)).JSON(t, &shown)
	return shown.Received, shown.Kept
}

// "no token, any JSON": the body is kept letter by letter, whatever it is.
func TestAWebhookTakesAnyJSON(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	for n, body := range []string{
		`{"order": 7,  "lines":[{"sku":"<&>\u00e9é"}]}`, `[1, 2, {"a":null}]`, `"text"`, `12345678901234567890.10`, `true`, `null`, `{}`, `[]`, `""`, ` {"a":1} `,
		`{"` + strings.Repeat("k", 70000) + `":"` + strings.Repeat("v", 400000) + `"}`,
	} {
		got := ok(t, srv.Anonymous().Post(t, eventsPath(hook)+"?source=shop&n=1&n=2", body))
		event := hook.Next(t)
		if event.ID == "" || event.ID != got.Str(t, "invocationId") || event.Number != n+1 || string(event.Body) != body {
			t.Errorf("%.100s was kept as %d %s %.100s", body, event.Number, event.ID, event.Body)
		}
		if event.Query.Get("source") != "shop" || len(event.Query["n"]) != 2 || !event.Received.Equal(srv.Clock.Now()) {
			t.Errorf("%v at %v", event.Query, event.Received)
		}
	}
}

// The shape that triggers get (help article "Create triggers to filter events by
// webhook"): header names in lower case, values in lists.
func TestAnEventLooksAsTriggersSeeIt(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	got := ok(t, srv.Anonymous().Do(t, http.MethodPost, eventsPath(hook)+"?abc=123", `{"someKey":{"nested":"property"}}`, http.Header{
		"Content-Type": {"application/json; charset=utf-8"}, "My-Header": {"my-value", "other"}, "User-Agent": {"shop/1"},
	}))
	event := ok(t, srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+hook.ID+"/events/"+got.Str(t, "invocationId")))
	has(t, event, map[string]string{
		"id": got.Str(t, "invocationId"), "number": "1", "integrationId": hook.ID, "webhookId": hook.WebhookID, "invocationTime": "2026-01-15T12:00:00.000Z",
		"webhooksInvocation.body.someKey.nested":           "property",
		"webhooksInvocation.headers.my-header":             `["my-value","other"]`,
		"webhooksInvocation.headers.content-type.0":        "application/json; charset=utf-8",
		"webhooksInvocation.headers.user-agent.0":          "shop/1",
		"webhooksInvocation.headers.host.0":                strings.TrimPrefix(srv.URL, "http://"),
		"webhooksInvocation.headers.inin-correlation-id.0": got.Header.Get("ININ-Correlation-Id"),
		"webhooksInvocation.query.abc.0":                   "123",
	})
}

// Guess: which names tell of a secret. Signatures stay, since tests check them.
func TestSecretsOfASenderAreNotKept(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	ok(t, srv.Anonymous().Do(t, http.MethodPost, eventsPath(hook)+"?api_key=hush1&access_token=hush2&page=9", `{}`, http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer hush3"}, "Cookie": {"a=hush4"}, "X-Api-Key": {"hush5"}, "X-Gitlab-Token": {"hush6"},
		"X-Client-Secret": {"hush7"}, "Proxy-Authorization": {"Basic hush8"}, "X-Hub-Signature-256": {"sha256=shown"}, "Idempotency-Key": {"shown"},
	}))
	event := hook.Next(t)
	for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "X-Gitlab-Token", "X-Client-Secret", "Proxy-Authorization"} {
		if got := event.Header.Get(name); got != "**********" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if event.Query.Get("api_key") != "**********" || event.Query.Get("access_token") != "**********" || event.Query.Get("page") != "9" {
		t.Errorf("query %v", event.Query)
	}
	if event.Header.Get("X-Hub-Signature-256") != "sha256=shown" || event.Header.Get("Idempotency-Key") != "shown" {
		t.Errorf("headers %v", event.Header)
	}
	whole := ok(t, srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+hook.ID+"/events"))
	if bytes.Contains(whole.Body, []byte("hush")) {
		t.Errorf("%s", whole.Body)
	}
}

func TestAnEventThatIsNoneIsRefusedAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	jsonType := "application/json"
	tests := []struct {
		name, body, contentType string
		status                  int
		code                    string
	}{
		{"nothing", "", jsonType, 400, "constraint.validation"},
		{"half an object", `{"a":`, jsonType, 400, "bad.request"},
		{"two values", `{} {}`, jsonType, 400, "bad.request"},
		{"a field given twice", `{"a":1,"a":2}`, jsonType, 400, "bad.request"},
		{"no UTF-8", "{\"a\":\"\xff\"}", jsonType, 400, "bad.request"},
		{"a byte order mark", "\ufeff{}", jsonType, 400, "bad.request"},
		{"too deep", strings.Repeat("[", 20000) + strings.Repeat("]", 20000), jsonType, 400, "bad.request"},
		{"a form", "a=b", "application/x-www-form-urlencoded", 415, "unsupported.media.type"},
		{"XML", "<a/>", "application/xml", 415, "unsupported.media.type"},
		{"too large", `"` + strings.Repeat("a", 512000) + `"`, jsonType, 413, "request.entity.too.large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, srv.Anonymous().Do(t, http.MethodPost, eventsPath(hook), tt.body, http.Header{"Content-Type": {tt.contentType}}), tt.status, tt.code, "")
		})
	}
	if received, _ := kept(t, srv, hook); received != 0 {
		t.Errorf("%d events came", received)
	}
}

// Guess: an unknown address is a plain 404, one of an inactive integration a 400.
func TestOnlyAnActiveWebhookTakesEvents(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	anybody := srv.Anonymous()
	for _, id := range []string{nothing, hook.ID, "%00", "a%2Fb", strings.Repeat("x", 3000), newIntegration(t, admin, web)} {
		refused(t, anybody.Post(t, base+"/webhooks/"+id+"/events", `{}`), 404, "not.found", "")
	}
	ok(t, setState(t, admin, hook.ID, "DISABLED"))
	refused(t, anybody.Post(t, eventsPath(hook), `{}`), 400, "bad.request", "")
	if received, _ := kept(t, srv, hook); received != 0 {
		t.Errorf("%d events came", received)
	}
	ok(t, setState(t, admin, hook.ID, "ENABLED"))
	ok(t, anybody.Post(t, eventsPath(hook), `{}`))
	// The operation asks for no token, and so a bad one does not matter.
	ok(t, srv.Bearer("nonsense").Post(t, eventsPath(hook), `{}`))
	if received, _ := kept(t, srv, hook); received != 2 {
		t.Errorf("%d events came", received)
	}
	want(t, anybody.Get(t, eventsPath(hook)), 401) // no operation: 401 before 405, as everywhere below /api/v2
}

func TestEventsGoWithTheirIntegration(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	hook, other := srv.InstallWebhook(t, "Orders"), srv.InstallWebhook(t, "Returns")
	for range 3 {
		ok(t, srv.Anonymous().Post(t, eventsPath(hook), `{}`))
		ok(t, srv.Anonymous().Post(t, eventsPath(other), `{}`))
	}
	id := hook.Next(t).ID
	ok(t, admin.Delete(t, base+"/"+hook.ID))
	refused(t, srv.Anonymous().Post(t, eventsPath(hook), `{}`), 404, "not.found", "")
	for _, path := range []string{"", "/events", "/events/" + id, "/events/" + id + "/body"} {
		refused(t, srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+hook.ID+path), 404, "webhook.not.found", "")
	}
	if got := len(other.Events(t)); got != 3 {
		t.Errorf("%d events of the other webhook are left", got)
	}
}

func TestEventsOutliveARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	hook := srv.InstallWebhook(t, "Orders")
	first := ok(t, srv.Anonymous().Post(t, eventsPath(hook), `{"n":1}`)).Str(t, "invocationId")
	srv.Stop(t)
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	hook = srv.Webhook(t, hook.ID)
	ok(t, srv.Anonymous().Post(t, eventsPath(hook), `{"n":2}`))
	all := hook.Events(t)
	if len(all) != 2 || all[0].ID != first || string(all[0].Body) != `{"n":1}` || all[1].Number != 2 {
		t.Errorf("%d events, the first %+v", len(all), all[0])
	}
}

// A webhook keeps its last 1,000 events.
func TestTheOldestEventsMakeRoom(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	const sent = 1010
	send(t, srv, hook, sent)
	if received, left := kept(t, srv, hook); received != sent || left != 1000 {
		t.Errorf("%d received, %d kept", received, left)
	}
	all := hook.Events(t)
	if len(all) != 1000 || all[0].Number != sent-999 || all[999].Number != sent {
		t.Errorf("%d events from %d on", len(all), all[0].Number)
	}
}

// And no more than 10 MB of them.
func TestLargeEventsMakeRoomEarlier(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	body := `"` + strings.Repeat("a", 499998) + `"`
	for range 23 {
		ok(t, srv.Anonymous().Post(t, eventsPath(hook), body))
	}
	if received, left := kept(t, srv, hook); received != 23 || left != 19 { // their headers count, too
		t.Errorf("%d received, %d kept", received, left)
	}
	if got := hook.Next(t); got.Number != 5 || string(got.Body) != body {
		t.Errorf("the oldest is %d with %d bytes", got.Number, len(got.Body))
	}
}

// Many senders at once lose nothing, and each event has a number of its own.
func TestManySendersAtOnce(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	hook := srv.InstallWebhook(t, "Orders")
	sent := send(t, srv, hook, 200)
	for n, event := range hook.Events(t) {
		if event.Number != n+1 || !sent[event.ID] {
			t.Errorf("event %d is %d %s", n, event.Number, event.ID)
		}
		delete(sent, event.ID)
	}
	if len(sent) != 0 {
		t.Errorf("%d events are lost", len(sent))
	}
}

// send sends so many events, eight at a time, and returns their ids.
func send(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook, events int) map[string]bool {
	t.Helper()
	ids := make(map[string]bool)
	numbers := make(chan int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range numbers {
				got := srv.Anonymous().Post(t, eventsPath(hook), fmt.Sprintf(`{"n":%d}`, n))
				if got.Status != http.StatusOK {
					t.Errorf("%d\n%s", got.Status, got.Body)
					continue
				}
				mu.Lock()
				ids[got.Str(t, "invocationId")] = true
				mu.Unlock()
			}
		})
	}
	for n := range events {
		numbers <- n
	}
	close(numbers)
	wg.Wait()
	if len(ids) != events {
		t.Fatalf("%d ids for %d events", len(ids), events)
	}
	return ids
}

// The property invocationRatePerMinute is taken, and enforced with --rate-limits
// as the limit of a token's calls is.
//
// Guess: what it does, and the answer: 429 until a minute after the first call.
func TestEventsCanComeTooFast(t *testing.T) {
	t.Parallel()
	for _, limits := range []bool{true, false} {
		t.Run(strconv.FormatBool(limits), func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{RateLimits: limits})
			admin := srv.Admin(t)
			hook := srv.InstallWebhook(t, "Orders")
			config := map[string]any{"name": "Orders", "version": 1, "notes": "", "advanced": fields{}, "credentials": fields{}}
			for _, wrong := range []any{0, -1, "2", 1.5} {
				config["properties"] = fields{"invocationRatePerMinute": wrong}
				refused(t, admin.Put(t, base+"/"+hook.ID+"/config/current", config), 400, "bad.request", "properties")
			}
			config["properties"] = fields{"invocationRatePerMinute": 2}
			ok(t, admin.Put(t, base+"/"+hook.ID+"/config/current", config))
			anybody := srv.Anonymous()
			ok(t, anybody.Post(t, eventsPath(hook), `{}`))
			srv.Clock.Advance(20 * time.Second)
			ok(t, anybody.Post(t, eventsPath(hook), `{}`))
			if !limits {
				ok(t, anybody.Post(t, eventsPath(hook), `{}`))
				return
			}
			got := refused(t, anybody.Post(t, eventsPath(hook), `{}`), 429, "too.many.requests.retry.after", "")
			if got.Header.Get("Retry-After") != "40" {
				t.Errorf("Retry-After: %s", got.Header.Get("Retry-After"))
			}
			if received, _ := kept(t, srv, hook); received != 2 {
				t.Errorf("%d events came", received)
			}
			srv.Clock.Advance(40 * time.Second)
			ok(t, anybody.Post(t, eventsPath(hook), `{}`))
		})
	}
}
