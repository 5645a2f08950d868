package mocktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
)

// Stub answers calls of data actions in the place of the system that they call.
type Stub struct {
	ID     string // "" makes one up; that of an earlier Stub replaces it
	Method string // "" means any
	// URL is that of the call as it is sent, in which * stands for any text.
	// Without a ? in it, the query of the call does not count. An ARN stands for a
	// Lambda function; a path such as /api/v2/* for the platform itself.
	URL string

	BodyContains     any    // encodes as a JSON object, whose keys and values the call's body must have; nil means any body
	BodyContainsText string // what the call's body must contain letter by letter

	Status  int               // 0 means 200
	Headers map[string]string // such as Content-Type, where it is not the usual one
	Body    any               // sent as JSON; nil for no body or for Text
	Text    string            // sent as it is
	Delay   time.Duration     // of real time, up to two minutes; longer than the action's time-out, it makes the action fail
}

// Stub registers a stub for every organization and returns its id. It comes
// before those registered earlier and before those of the fixtures, and is gone
// with the next Reset.
func (s *Server) Stub(t testing.TB, stub Stub) string {
	t.Helper()
	wire := control.Stub{
		ID: stub.ID, Method: stub.Method, URL: stub.URL,
		Response: control.StubResponse{
			Status: stub.Status, Headers: stub.Headers, Text: stub.Text, DelayMilliseconds: int(stub.Delay.Milliseconds()),
		},
	}
	if stub.BodyContains != nil || stub.BodyContainsText != "" {
		wire.Body = &control.StubMatch{Contains: encoded(t, stub.BodyContains), ContainsText: stub.BodyContainsText}
	}
	wire.Response.Body = encoded(t, stub.Body)
	got := s.Anonymous().Post(t, "/_mockcloud/stubs", wire)
	if got.Status != http.StatusOK {
		t.Fatalf("mocktest: stub: %d\n%s", got.Status, got.Body)
	}
	return got.Str(t, "id")
}

// encoded is v as JSON; nil is nothing.
func encoded(t testing.TB, v any) json.RawMessage {
	t.Helper()
	if v == nil {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("mocktest: stub: %v", err)
	}
	return raw
}

// StubHits returns how many calls the stub with that id has answered since it
// was registered or, if it is of the fixtures, since the start or the last Reset.
func (s *Server) StubHits(t testing.TB, id string) int {
	t.Helper()
	got := s.Anonymous().Get(t, "/_mockcloud/stubs/"+url.PathEscape(id))
	var shown control.ShownStub
	if got.Status != http.StatusOK {
		t.Fatalf("mocktest: stub: %d\n%s", got.Status, got.Body)
	}
	got.JSON(t, &shown)
	return int(shown.Hits)
}

// RemoveStub removes a stub. One of the fixtures comes back with the next Reset.
func (s *Server) RemoveStub(t testing.TB, id string) {
	t.Helper()
	got := s.Anonymous().Do(t, http.MethodDelete, "/_mockcloud/stubs/"+url.PathEscape(id), nil, jsonContent)
	if got.Status != http.StatusNoContent {
		t.Fatalf("mocktest: stub: %d\n%s", got.Status, got.Body)
	}
}
