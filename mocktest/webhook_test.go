package mocktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What a shop that reports its orders would be tested by.
func TestMyWebhook(t *testing.T) {
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")

	// The code under test sends its events to hook.URL.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, hook.URL+"?shop=7", strings.NewReader(`{"order": 1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", answer.StatusCode, err)
	}

	event := hook.Next(t) // waits for it
	if string(event.Body) != `{"order": 1}` || event.Query.Get("shop") != "7" || event.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", event)
	}
}

func TestAWebhooksEventsComeOnceAndCanBeReadAgain(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", "salesforce"}})
	hook := srv.Webhook(t, "Salesforce Events")
	path := strings.TrimPrefix(hook.URL, srv.URL)
	sent := make(chan string)
	go func() { sent <- srv.Anonymous().Post(t, path, `{"n":1}`).Str(t, "invocationId") }()
	first := hook.Next(t)
	if first.ID != <-sent || first.Number != 1 {
		t.Errorf("%+v", first)
	}
	srv.Anonymous().Post(t, path, `{"n":2}`)
	if second := hook.Next(t); second.Number != 2 || string(second.Body) != `{"n":2}` {
		t.Errorf("%+v", second)
	}
	if all := hook.Events(t); len(all) != 2 || all[0].ID != first.ID {
		t.Errorf("%d events", len(all))
	}
	hook.Clear(t)
	if all := hook.Events(t); len(all) != 0 {
		t.Errorf("%d events after clearing", len(all))
	}
	srv.Reset(t) // numbers begin anew, and the reader notices
	srv.Anonymous().Post(t, path, `{"n":3}`)
	if third := hook.Next(t); third.Number != 1 || string(third.Body) != `{"n":3}` {
		t.Errorf("%+v", third)
	}
}
