package mocktest

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
)

// Webhook is an integration of the type webhook, and a reader of its events.
type Webhook struct {
	ID        string // of the integration
	WebhookID string
	URL       string // takes events: any JSON, by POST, without a token

	server *Server
	read   uint64 // the number of the last event that Next has returned
}

// WebhookEvent is what somebody has sent to a Webhook.
type WebhookEvent struct {
	ID       string      // the invocationId that the sender was given
	Number   int         // from 1, in the order of arrival
	Received time.Time   // on the server's clock
	Header   http.Header // without secrets: their values are asterisks
	Query    url.Values  // likewise
	Body     []byte      // letter by letter
}

// InstallWebhook installs and activates a webhook. The code under test sends its
// events to the URL.
func (s *Server) InstallWebhook(t testing.TB, name string) *Webhook {
	t.Helper()
	return s.Webhook(t, s.Install(t, Integration{Type: "webhook", Name: name}))
}

// Webhook returns a webhook that is there, such as one of the fixtures, by its
// name or id. Next begins with the oldest event that is kept.
func (s *Server) Webhook(t testing.TB, nameOrID string) *Webhook {
	t.Helper()
	got := s.Anonymous().Get(t, "/_mockcloud/webhooks/"+url.PathEscape(nameOrID))
	if got.Status != http.StatusOK {
		t.Fatalf("mocktest: webhook: %d\n%s", got.Status, got.Body)
	}
	var shown control.Webhook
	got.JSON(t, &shown)
	return &Webhook{ID: shown.ID, WebhookID: shown.WebhookID, URL: shown.URL, server: s}
}

// Next returns the next event, each one once, and waits for it if need be. The
// test fails when none comes within ten seconds.
func (w *Webhook) Next(t testing.TB) *WebhookEvent {
	t.Helper()
	page := w.page(t, url.Values{"after": {strconv.FormatUint(w.read, 10)}, "pageSize": {"1"}, "wait": {"10s"}})
	if len(page.Entities) == 0 {
		t.Fatalf("mocktest: no event has come to %s in ten seconds; %d came before", w.URL, w.read)
	}
	w.read = page.Entities[0].Number
	return w.event(t, &page.Entities[0])
}

// Events returns all events that are kept, the oldest first, whatever Next has
// returned.
func (w *Webhook) Events(t testing.TB) []*WebhookEvent {
	t.Helper()
	var all []*WebhookEvent
	for after := uint64(0); ; {
		page := w.page(t, url.Values{"after": {strconv.FormatUint(after, 10)}, "pageSize": {"100"}})
		for i := range page.Entities {
			after = page.Entities[i].Number
			all = append(all, w.event(t, &page.Entities[i]))
		}
		if page.NextURI == "" {
			return all
		}
	}
}

// Clear removes the events that are kept.
func (w *Webhook) Clear(t testing.TB) {
	t.Helper()
	if got := w.server.Anonymous().Delete(t, w.path()+"/events"); got.Status != http.StatusNoContent {
		t.Fatalf("mocktest: webhook: %d\n%s", got.Status, got.Body)
	}
}

func (w *Webhook) path() string { return "/_mockcloud/webhooks/" + url.PathEscape(w.ID) }

func (w *Webhook) page(t testing.TB, query url.Values) *control.WebhookEventList {
	t.Helper()
	got := w.server.Anonymous().Get(t, w.path()+"/events?"+query.Encode())
	if got.Status != http.StatusOK {
		t.Fatalf("mocktest: webhook: %d\n%s", got.Status, got.Body)
	}
	var page control.WebhookEventList
	got.JSON(t, &page)
	return &page
}

func (w *Webhook) event(t testing.TB, shown *control.WebhookEvent) *WebhookEvent {
	t.Helper()
	body := w.server.Anonymous().Get(t, w.path()+"/events/"+url.PathEscape(shown.ID)+"/body")
	if body.Status != http.StatusOK {
		t.Fatalf("mocktest: webhook: %d\n%s", body.Status, body.Body)
	}
	e := &WebhookEvent{
		ID: shown.ID, Number: int(shown.Number), Received: shown.InvocationTime.Time,
		Header: http.Header{}, Query: url.Values(shown.Invocation.Query), Body: body.Body,
	}
	for name, values := range shown.Invocation.Headers {
		e.Header[http.CanonicalHeaderKey(name)] = values
	}
	return e
}
