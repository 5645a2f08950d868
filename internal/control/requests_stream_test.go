package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/mocktest"
)

// stream is an open stream of requests.
type stream struct {
	lines *bufio.Reader
	end   context.CancelFunc
}

func openStream(t *testing.T, srv *mocktest.Server, query, lastEventID string) *stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+requestsPath+"/stream"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	transport := &http.Transport{}
	got, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = got.Body.Close()
		transport.CloseIdleConnections()
	})
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", got.StatusCode, got.Header)
	}
	s := &stream{lines: bufio.NewReader(got.Body), end: cancel}
	if line, err := s.lines.ReadString('\n'); err != nil || line != ": requests\n" { // it has begun
		t.Fatalf("%q %v", line, err)
	}
	return s
}

// next reads an event.
func (s *stream) next(t *testing.T) (id, kind string, shown *journal.Request, err error) {
	t.Helper()
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return "", "", nil, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			shown = &journal.Request{}
			if err := json.Unmarshal([]byte(value), shown); err != nil {
				t.Fatalf("%v: %s", err, value)
			}
			return id, kind, shown, nil
		}
	}
}

func TestAStreamTellsOfEachRequest(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	agent.Get(t, "/api/v2/users/me") // before
	all, refusals := openStream(t, srv, "", ""), openStream(t, srv, "?status=4xx&expand=details", "")
	agent.Get(t, "/api/v2/tokens/me")
	agent.Get(t, "/api/v2/oauth/clients")
	var last string
	for _, want := range []string{"/api/v2/tokens/me", "/api/v2/oauth/clients"} {
		id, kind, shown, err := all.next(t)
		if err != nil || kind != "request" || shown.Path != want || id != strconv.FormatUint(shown.Sequence, 10) || shown.Details != nil {
			t.Fatalf("%s %s %+v %v", id, kind, shown, err)
		}
		if last == "" {
			last = id
		}
	}
	if _, _, shown, err := refusals.next(t); err != nil || shown.Path != "/api/v2/oauth/clients" || shown.Details == nil {
		t.Errorf("%+v %v", shown, err)
	}
	// Whoever comes back goes on behind what they had.
	all.end()
	agent.Get(t, "/api/v2/users/me")
	again := openStream(t, srv, "", last)
	for _, want := range []string{"/api/v2/oauth/clients", "/api/v2/users/me"} {
		if _, _, shown, err := again.next(t); err != nil || shown.Path != want {
			t.Errorf("%+v %v", shown, err)
		}
	}
	for _, query := range []string{"?status=x", "?colour=red"} {
		if got := srv.Anonymous().Get(t, requestsPath+"/stream"+query); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, got.Status, got.Body)
		}
	}
	if got := srv.Anonymous().Do(t, http.MethodGet, requestsPath+"/stream", nil, http.Header{"Last-Event-Id": {"x"}}); got.Status != http.StatusBadRequest {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestAnOpenStreamDoesNotKeepTheServer(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	s := openStream(t, srv, "", "")
	stuck := openStream(t, srv, "?expand=details", "") // which nobody reads any more
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	for range 50 {
		agent.Get(t, "/api/v2/authorization/permissions?pageSize=200")
	}
	began := time.Now()
	srv.Stop(t) // which fails the test where it takes five seconds
	for {
		if _, _, _, err := s.next(t); err != nil {
			break
		}
	}
	stuck.end()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

// A client that does not read is told how much it missed; nothing is kept for it.
func TestASlowReaderIsToldWhatItMissed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t)
	srv.ForgetRequests(t)
	for range 2300 { // more than are kept
		c.Get(t, "/api/v2/tokens/me")
	}
	s := openStream(t, srv, "", "1")
	id, kind, _, err := s.next(t)
	if err != nil || kind != "dropped" || id != "" {
		t.Fatalf("%s %s %v", id, kind, err)
	}
	if _, kind, shown, err := s.next(t); err != nil || kind != "request" || shown.Path != "/api/v2/tokens/me" {
		t.Errorf("%s %+v %v", kind, shown, err)
	}
}
