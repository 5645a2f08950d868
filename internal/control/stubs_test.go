package control_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/mocktest"
)

// withStubs starts a server whose fixtures have two stubs, first and second.
func withStubs(t *testing.T, o mocktest.Options) *mocktest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stubs.yaml")
	err := os.WriteFile(file, []byte("organization: {name: Mockcloud}\n"+
		"stubs: [{id: first, url: 'https://crm.test/*', response: {body: {a: 1}}}, {id: second, url: '*', response: {status: 503, text: busy}}]\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	o.Fixtures = []string{"default", file}
	return mocktest.Start(t, o)
}

func stubIDs(t *testing.T, srv *mocktest.Server) []string {
	t.Helper()
	got := srv.Anonymous().Get(t, "/_mockcloud/stubs")
	var list control.StubList
	got.JSON(t, &list)
	ids := []string{}
	for _, s := range list.Entities {
		ids = append(ids, s.ID)
	}
	if got.Status != http.StatusOK || list.Total != len(ids) {
		t.Errorf("list: %d %s", got.Status, got.Body)
	}
	return ids
}

func TestStubsComeAndGo(t *testing.T) {
	t.Parallel()
	srv := withStubs(t, mocktest.Options{})
	anybody := srv.Anonymous()
	check := func(want ...string) {
		t.Helper()
		if got := stubIDs(t, srv); !slices.Equal(got, want) {
			t.Errorf("stubs %v, want %v", got, want)
		}
	}
	check("first", "second")
	made := anybody.Post(t, "/_mockcloud/stubs", `{"method":"post","url":"https://crm.test/a","body":{"contains":{"b":[1]},"containsText":"x"},`+
		`"response":{"status":201,"headers":{"X-A":"b"},"body":{"text":"<é>","n":1.50},"delayMilliseconds":5}}`)
	id := made.Str(t, "id")
	want := `{"id":"` + id + `","method":"POST","url":"https://crm.test/a","body":{"contains":{"b":[1]},"containsText":"x"},` +
		`"response":{"status":201,"headers":{"X-A":"b"},"body":{"text":"<é>","n":1.50},"delayMilliseconds":5},"source":"registered","size":24,"hits":0}`
	if made.Status != http.StatusOK || id == "" || string(made.Body) != want {
		t.Errorf("made: %d\n%s, want\n%s", made.Status, made.Body, want)
	}
	if got := anybody.Get(t, "/_mockcloud/stubs/"+id); got.Status != http.StatusOK || string(got.Body) != want {
		t.Errorf("shown: %d\n%s, want\n%s", got.Status, got.Body, want)
	}
	anybody.Post(t, "/_mockcloud/stubs", `{"id":"mine","url":"*"}`)
	check("mine", id, "first", "second")
	again := anybody.Post(t, "/_mockcloud/stubs", `{"id":"`+id+`","url":"*","response":{"text":"now"}}`)
	if want := `{"id":"` + id + `","url":"*","response":{"status":200,"text":"now"},"source":"registered","size":3,"hits":0}`; string(again.Body) != want {
		t.Errorf("made again: %s, want\n%s", again.Body, want)
	}
	check(id, "mine", "first", "second")
	for _, gone := range []string{"mine", "first"} {
		if got := anybody.Do(t, http.MethodDelete, "/_mockcloud/stubs/"+gone, nil, jsonContent); got.Status != http.StatusNoContent {
			t.Errorf("delete: %d %s", got.Status, got.Body)
		}
	}
	check(id, "second")
	if got := anybody.Do(t, http.MethodDelete, "/_mockcloud/stubs", nil, jsonContent); got.Status != http.StatusNoContent {
		t.Errorf("delete all: %d %s", got.Status, got.Body)
	}
	check("second")
	srv.Stub(t, mocktest.Stub{ID: "late", URL: "*"})
	srv.Reset(t)
	check("first", "second")
}

func TestListsOfStubsLeaveOutWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	srv := withStubs(t, mocktest.Options{})
	got := srv.Anonymous().Get(t, "/_mockcloud/stubs")
	want := `{"entities":[{"id":"first","url":"https://crm.test/*","response":{"status":200},"source":"fixtures","size":7,"hits":0},` +
		`{"id":"second","url":"*","response":{"status":503},"source":"fixtures","size":4,"hits":0}],"total":2}`
	if string(got.Body) != want {
		t.Errorf("list\n%s, want\n%s", got.Body, want)
	}
	if got := srv.Anonymous().Get(t, "/_mockcloud/stubs/first"); got.Str(t, "response.body.a") != "1" {
		t.Errorf("shown: %s", got.Body)
	}
}

func TestStubsOutliveTheServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	id := srv.Stub(t, mocktest.Stub{URL: "https://crm.test/*", Body: map[string]int{"a": 1}})
	srv.Stop(t)
	srv = mocktest.Start(t, mocktest.Options{Path: path})
	if got := srv.Anonymous().Get(t, "/_mockcloud/stubs/"+id); got.Str(t, "response.body") != `{"a":1}` {
		t.Errorf("after the restart: %s", got.Body)
	}
	if srv.StubHits(t, id) != 0 {
		t.Error("it has answered somebody")
	}
}

func TestFlawedStubsGetAClearRefusal(t *testing.T) {
	t.Parallel()
	srv := withStubs(t, mocktest.Options{})
	tests := []struct {
		name, body string
		status     int
		says       string
	}{
		{"no body", ``, 400, "not valid JSON"},
		{"broken JSON", `{"url":`, 400, "not valid JSON"},
		{"a list", `[]`, 400, "wrong type"},
		{"something behind", `{"url":"*"} x`, 400, "follows"},
		{"no URL", `{}`, 400, "[url] is required"},
		{"an unknown key", `{"url":"*","uri":"x"}`, 400, "uri"},
		{"an unknown key inside", `{"url":"*","response":{"code":200}}`, 400, "code"},
		{"a number for a text", `{"url":7}`, 400, "[url]"},
		{"a text for a number", `{"url":"*","response":{"status":"200"}}`, 400, "status"},
		{"a status that there is not", `{"url":"*","response":{"status":99}}`, 400, "[response.status]"},
		{"a long delay", `{"url":"*","response":{"delayMilliseconds":120001}}`, 400, "[response.delayMilliseconds]"},
		{"two bodies", `{"url":"*","response":{"body":{},"text":"x"}}`, 400, "[response.text]"},
		{"a match that is a list", `{"url":"*","body":{"contains":[]}}`, 400, "[body.contains]"},
		{"an empty match", `{"url":"*","body":{}}`, 400, "[body]"},
		{"an empty match, in other words", `{"url":"*","body":{"contains":null}}`, 400, "[body]"},
		{"a bad id", `{"id":"a b","url":"*"}`, 400, "[id]"},
		{"a header with a line break", `{"url":"*","response":{"headers":{"A":"b\nc"}}}`, 400, "[response.headers.A]"},
		{"a large text", `{"url":"*","response":{"text":"` + strings.Repeat("x", 2_000_001) + `"}}`, 400, "2 MB"},
		{"a very large text", `{"url":"*","response":{"text":"` + strings.Repeat("x", 4_100_001) + `"}}`, 413, "larger"},
		{"that of a fixture", `{"id":"first","url":"*"}`, 409, `"first"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := srv.Anonymous().Post(t, "/_mockcloud/stubs", tt.body)
			if got.Status != tt.status || !strings.Contains(got.Str(t, "message"), tt.says) || len(got.Body) > 1000 {
				t.Errorf("answer = %d %.1000s", got.Status, got.Body)
			}
		})
	}
	for _, id := range []string{"nobody", "a%2Fb", "%00", strings.Repeat("x", 2000)} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			got := srv.Anonymous().Do(t, method, "/_mockcloud/stubs/"+id, nil, jsonContent)
			if got.Status != http.StatusNotFound || len(got.Body) > 1000 {
				t.Errorf("%s %s: %d %s", method, id, got.Status, got.Body)
			}
		}
	}
}

func TestALargeStubFits(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	text := strings.Repeat("\n", 1_999_999) + "x" // twice as long when it is escaped
	id := srv.Stub(t, mocktest.Stub{URL: "*", Text: text})
	if got := srv.Anonymous().Get(t, "/_mockcloud/stubs/"+id); got.Str(t, "response.text") != text {
		t.Errorf("%d bytes", len(got.Body))
	}
}

func TestTheStubTableIsBounded(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	var wg sync.WaitGroup
	for w := range 10 {
		wg.Go(func() {
			for i := range 100 {
				srv.Stub(t, mocktest.Stub{ID: fmt.Sprintf("%d-%d", w, i), URL: "*"})
			}
		})
	}
	wg.Wait()
	got := srv.Anonymous().Post(t, "/_mockcloud/stubs", `{"url":"*"}`)
	if got.Status != http.StatusBadRequest || got.Str(t, "code") != "too.many.stubs" || !strings.Contains(got.Str(t, "message"), "1000 stubs") {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
	if got := len(stubIDs(t, srv)); got != 1000 {
		t.Errorf("%d stubs", got)
	}
}

// What a stub answers may be data that a test keeps to itself.
func TestNothingOfAStubIsLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	srv := mocktest.Start(t, mocktest.Options{Logger: debugLogger(&log)})
	for _, body := range []string{
		`{"url":"https://s3cr3t.test","response":{"text":"s3cr3t","headers":{"A":"s3cr3t"}}}`,
		`{"url":"*","response":{"text":"s3cr3t","status":1}}`,
		`{"url":"*","response":{"text":"s3cr3t"`,
	} {
		srv.Anonymous().Post(t, "/_mockcloud/stubs", body)
	}
	srv.Stop(t)
	if strings.Contains(log.String(), "s3cr3t") {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestStubsAreClosedToOtherSites(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	foreign := http.Header{"Content-Type": {"application/json"}, "Origin": {"https://evil.example"}}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if got := srv.Anonymous().Do(t, method, "/_mockcloud/stubs", `{"url":"*"}`, foreign); got.Status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", method, got.Status)
		}
	}
	form := http.Header{"Content-Type": {"text/plain"}}
	if got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/stubs", `{"url":"*"}`, form); got.Status != http.StatusUnsupportedMediaType {
		t.Errorf("from a form: %d", got.Status)
	}
}

func TestMocktestStubsSayEverything(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Outbound: "none"})
	id := srv.Stub(t, mocktest.Stub{
		ID: "all", Method: "PUT", URL: "https://crm.test/*", BodyContains: map[string]any{"a": "<b>"}, BodyContainsText: "c",
		Status: 404, Headers: map[string]string{"X-A": "b"}, Body: []string{"d"}, Delay: 1500e6,
	})
	got := srv.Anonymous().Get(t, "/_mockcloud/stubs/"+id)
	want := `{"id":"all","method":"PUT","url":"https://crm.test/*","body":{"contains":{"a":"<b>"},"containsText":"c"},` +
		`"response":{"status":404,"headers":{"X-A":"b"},"body":["d"],"delayMilliseconds":1500},"source":"registered","size":5,"hits":0}`
	if string(got.Body) != strings.ReplaceAll(want, "<b>", `\u003cb\u003e`) { // as mocktest's encoder writes it
		t.Errorf("shown\n%s, want\n%s", got.Body, want)
	}
	if hits := srv.StubHits(t, id); hits != 0 {
		t.Errorf("%d hits", hits)
	}
	srv.RemoveStub(t, id)
	if got := stubIDs(t, srv); len(got) != 0 {
		t.Errorf("stubs %v", got)
	}
}

func debugLogger(to io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
