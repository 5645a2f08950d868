package control_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/mocktest"
)

// post sends an event to a webhook.
func post(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook, body string) string {
	t.Helper()
	got := srv.Anonymous().Post(t, strings.TrimPrefix(hook.URL, srv.URL), body)
	if got.Status != http.StatusOK {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	return got.Str(t, "invocationId")
}

// eventsOf reads a page of events.
func eventsOf(t *testing.T, srv *mocktest.Server, pathAndQuery string) (page control.WebhookEventList, numbers []uint64) {
	t.Helper()
	got := srv.Anonymous().Get(t, pathAndQuery)
	if got.Status != http.StatusOK {
		t.Fatalf("%s: %d\n%s", pathAndQuery, got.Status, got.Body)
	}
	got.JSON(t, &page)
	for _, e := range page.Entities {
		numbers = append(numbers, e.Number)
	}
	return page, numbers
}

func TestWebhooksAreListedWithWhatTheyReceived(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	if got := srv.Anonymous().Get(t, "/_mockcloud/webhooks"); string(got.Body) != `{"entities":[],"total":0}` {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	returns, orders := srv.InstallWebhook(t, "Returns"), srv.InstallWebhook(t, "orders / 1")
	srv.Install(t, mocktest.Integration{Type: "custom-rest-actions"})
	post(t, srv, orders, `{}`)
	srv.Clock.Advance(time.Minute)
	post(t, srv, orders, `{}`)
	got := srv.Anonymous().Get(t, "/_mockcloud/webhooks")
	for path, want := range map[string]string{
		"total": "2", "entities.0.name": "orders / 1", "entities.0.id": orders.ID, "entities.0.webhookId": orders.WebhookID, "entities.0.invocationUrl": orders.URL,
		"entities.0.active": "true", "entities.0.received": "2", "entities.0.kept": "2", "entities.0.lastReceived": "2026-01-15T12:01:00.000Z",
		"entities.1.name": "Returns", "entities.1.received": "0", "entities.1.lastReceived": "",
	} {
		if at := got.Str(t, path); at != want {
			t.Errorf("%s = %q, want %q", path, at, want)
		}
	}
	for _, name := range []string{orders.ID, orders.WebhookID, url.PathEscape("Orders / 1")} {
		if at := srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+name).Str(t, "id"); at != orders.ID {
			t.Errorf("%s is %s", name, at)
		}
	}
	srv.InstallWebhook(t, "RETURNS")
	for name, want := range map[string]string{"Returns": "409 webhook.ambiguous", "nobody": "404 webhook.not.found", "%ff": "404 webhook.not.found", "Web%20Services%20Data%20Actions": "404 webhook.not.found"} {
		for _, path := range []string{"", "/events"} {
			got := srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+name+path)
			if at := fmt.Sprintf("%d %s", got.Status, got.Str(t, "code")); at != want {
				t.Errorf("%s%s: %s, want %s", name, path, at, want)
			}
		}
	}
	if got := srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+returns.ID); got.Status != http.StatusOK {
		t.Errorf("by id: %d", got.Status)
	}
}

func TestEventsCanBeReadPageByPage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")
	for n := range 7 {
		post(t, srv, hook, fmt.Sprintf(`{"n":%d}`, n+1))
		srv.Clock.Advance(time.Minute)
	}
	base := "/_mockcloud/webhooks/Orders/events"
	tests := []struct{ query, want string }{
		{"", "[1 2 3 4 5 6 7]"},
		{"?after=0&pageSize=3", "[1 2 3] more"},
		{"?after=3&pageSize=3", "[4 5 6] more"},
		{"?after=6&pageSize=3", "[7]"},
		{"?after=7", "[]"},
		{"?after=8", "[1 2 3 4 5 6 7]"}, // a number from before a reset
		{"?pageSize=1000", "[1 2 3 4 5 6 7]"},
		{"?since=2026-01-15T12:05:00.000Z", "[6 7]"},
		{"?since=2026-01-15T14:04:30%2B02:00", "[6 7]"},
		{"?since=2026-01-15T12:02:00Z&pageSize=2", "[3 4] more"},
		{"?since=2026-01-15T12:02:00Z&after=5", "[6 7]"},
		{"?since=2030-01-01T00:00:00Z", "[]"},
		{"?since=2000-01-01T00:00:00Z&pageSize=1", "[1] more"},
	}
	for _, tt := range tests {
		page, numbers := eventsOf(t, srv, base+tt.query)
		got := fmt.Sprint(numbers)
		if page.NextURI != "" {
			got += " more"
		}
		if got != tt.want || page.Total != 7 || page.Received != 7 {
			t.Errorf("%s: %s of %d and %d, want %s", tt.query, got, page.Total, page.Received, tt.want)
		}
	}
	var seen []uint64
	for next := base + "?pageSize=2"; next != ""; {
		page, numbers := eventsOf(t, srv, next)
		seen, next = append(seen, numbers...), page.NextURI
	}
	if fmt.Sprint(seen) != "[1 2 3 4 5 6 7]" {
		t.Errorf("by nextUri: %v", seen)
	}
	for _, query := range []string{"?after=-1", "?after=x", "?after=99999999999999999999", "?pageSize=0", "?pageSize=x", "?since=yesterday", "?wait=1", "?wait=-1s", "?wait=61s"} {
		if got := srv.Anonymous().Get(t, base+query); got.Status != http.StatusBadRequest || got.Str(t, "code") != "invalid.query.param.value" {
			t.Errorf("%s: %d %s", query, got.Status, got.Body)
		}
	}
}

// A page costs what a page costs: large events make it end early.
func TestAPageOfLargeEventsEndsEarly(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")
	for range 3 {
		post(t, srv, hook, `"`+strings.Repeat("a", 180_000)+`"`)
	}
	post(t, srv, hook, `"`+strings.Repeat("a", 500_000)+`"`)
	for next, want := range map[string]string{"": "[1 2]", "?after=2": "[3]", "?after=3": "[4]"} {
		if _, numbers := eventsOf(t, srv, "/_mockcloud/webhooks/Orders/events"+next); fmt.Sprint(numbers) != want {
			t.Errorf("%s: %v, want %s", next, numbers, want)
		}
	}
	if got := len(hook.Events(t)); got != 4 {
		t.Errorf("%d events", got)
	}
}

func TestEventsCanBeReadOneByOneAndCleared(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook, other := srv.InstallWebhook(t, "Orders"), srv.InstallWebhook(t, "Returns")
	id := post(t, srv, hook, ` {"a" : "<b>"}`)
	path := "/_mockcloud/webhooks/" + hook.ID + "/events"
	body := srv.Anonymous().Get(t, path+"/"+id+"/body")
	if string(body.Body) != ` {"a" : "<b>"}` || body.Header.Get("Content-Type") != "application/json" || body.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v %s", body.Status, body.Header, body.Body)
	}
	elsewhere := "/_mockcloud/webhooks/" + other.ID + "/events/" + id
	for _, wrong := range []string{path + "/nothing", path + "/nothing/body", elsewhere, elsewhere + "/body"} {
		if got := srv.Anonymous().Get(t, wrong); got.Status != http.StatusNotFound || got.Str(t, "code") != "event.not.found" {
			t.Errorf("%s: %d %s", wrong, got.Status, got.Body)
		}
	}
	for range 2 { // an empty one can be cleared, too
		if got := srv.Anonymous().Delete(t, path); got.Status != http.StatusNoContent {
			t.Errorf("clear: %d %s", got.Status, got.Body)
		}
	}
	if got := srv.Anonymous().Get(t, path+"/"+id); got.Status != http.StatusNotFound {
		t.Errorf("the event is still there: %s", got.Body)
	}
	post(t, srv, hook, `{}`)
	if page, numbers := eventsOf(t, srv, path); fmt.Sprint(numbers) != "[2]" || page.Total != 1 || page.Received != 2 {
		t.Errorf("after clearing: %v, %+v", numbers, page)
	}
	srv.Reset(t)
	if got := srv.Anonymous().Get(t, path); got.Status != http.StatusNotFound {
		t.Errorf("after a reset: %d %s", got.Status, got.Body)
	}
}

// With wait, the answer comes with the next event, and not with that of another
// webhook; without one it is empty when the time is over.
func TestEventsCanBeWaitedFor(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook, other := srv.InstallWebhook(t, "Orders"), srv.InstallWebhook(t, "Returns")
	path := "/_mockcloud/webhooks/Orders/events"
	if _, numbers := eventsOf(t, srv, path+"?wait=20ms"); len(numbers) != 0 {
		t.Errorf("from nowhere: %v", numbers)
	}
	answers := make(chan *mocktest.Response)
	for _, name := range []string{"orders", hook.ID, hook.WebhookID} {
		go func() { answers <- srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+name+"/events?wait=60s") }()
	}
	post(t, srv, other, `{}`)
	id := post(t, srv, hook, `{}`)
	for range 3 {
		if got := <-answers; got.Str(t, "entities.0.id") != id {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
	// What is there needs no waiting.
	if _, numbers := eventsOf(t, srv, path+"?wait=60s"); fmt.Sprint(numbers) != "[1]" {
		t.Errorf("%v", numbers)
	}
}

// Whoever waits for an event of a webhook that goes learns so at once.
func TestNobodyWaitsForAWebhookThatIsGone(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook){
		"deleted": func(t *testing.T, srv *mocktest.Server, hook *mocktest.Webhook) {
			if got := srv.Admin(t).Delete(t, "/api/v2/integrations/"+hook.ID); got.Status != http.StatusOK {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		},
		"reset": func(t *testing.T, srv *mocktest.Server, _ *mocktest.Webhook) { srv.Reset(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			hook, other := srv.InstallWebhook(t, "Orders"), srv.InstallWebhook(t, "Returns")
			answers := make(chan *mocktest.Response, 3)
			for range cap(answers) {
				go func() { answers <- srv.Anonymous().Get(t, "/_mockcloud/webhooks/"+hook.ID+"/events?wait=60s") }()
			}
			for range 20 { // by then, they wait
				post(t, srv, other, `{}`)
			}
			remove(t, srv, hook)
			late := time.After(30 * time.Second)
			for range cap(answers) {
				select {
				case got := <-answers:
					if got.Status != http.StatusNotFound {
						t.Errorf("%d %s", got.Status, got.Body)
					}
				case <-late:
					t.Fatal("it still waits after thirty seconds")
				}
			}
		})
	}
}

// Whoever waits for an event does not keep the server from stopping.
func TestTheServerStopsUnderThoseWhoWait(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")
	started, done := make(chan struct{}), make(chan int)
	go func() {
		close(started)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/_mockcloud/webhooks/"+hook.ID+"/events?wait=60s", nil)
		if err != nil {
			t.Error(err)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil { // it came too late
			done <- 0
			return
		}
		_ = got.Body.Close()
		done <- got.StatusCode
	}()
	<-started
	srv.Stop(t) // which has five seconds
	if status := <-done; status != 0 && status != http.StatusOK {
		t.Errorf("status = %d", status)
	}
}

// What webhooks have received is no business of other sites' pages.
func TestWebhooksAreNotShownToOtherSites(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")
	post(t, srv, hook, `{}`)
	for _, path := range []string{"", "/Orders", "/Orders/events"} {
		for _, accept := range []string{"*/*", "text/html"} {
			got := srv.Anonymous().Do(t, http.MethodGet, "/_mockcloud/webhooks"+path, nil, http.Header{"Origin": {"https://evil.example"}, "Accept": {accept}})
			if got.Status != http.StatusForbidden || got.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %d %v", path, got.Status, got.Header)
			}
		}
	}
	got := srv.Anonymous().Do(t, http.MethodDelete, "/_mockcloud/webhooks/Orders/events", nil, http.Header{"Origin": {"https://evil.example"}})
	if got.Status != http.StatusForbidden || len(hook.Events(t)) != 1 {
		t.Errorf("clear: %d", got.Status)
	}
}
