package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestTableAlignsAllGroups(t *testing.T) {
	t.Parallel()
	var tab table
	tab.heading("A", "ours", "bare", "ratio")
	tab.add(row{name: "a long name", ours: "1.0 µs", reference: "2", ratio: "0.5", target: "<= 1", verdict: "ok"})
	tab.heading("B", "ours", "bare", "")
	var got bytes.Buffer
	if err := tab.print(&got); err != nil {
		t.Fatal(err)
	}
	want := "A            ours    bare  ratio  target  verdict\n" +
		"a long name  1.0 µs  2     0.5    <= 1    ok\n" +
		"\n" +
		"B            ours    bare         target  verdict\n"
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		got, most float64
		want      string
	}{
		{"below", 2.4, 2.5, "ok"},
		{"exact", 2.5, 2.5, "ok"},
		{"above", 2.6, 2.5, "over"},
		{"no target", 99, 0, ""},
	}
	for _, tt := range tests {
		if got := verdict(tt.got, tt.most); got != tt.want {
			t.Errorf("%s: verdict = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestACaseWithoutAReferenceHasAnAbsoluteTarget(t *testing.T) {
	t.Parallel()
	s := []sample{{requests: 1000, wall: time.Second, cpu: 900 * time.Millisecond}}
	got := alone(measured{name: "page", against: nothing, mostCPU: time.Millisecond}, s)
	if want := (row{name: "page", ours: "900.0 µs, 1,000/s", target: "<= 1.0 ms", verdict: "ok"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := alone(measured{name: "page", against: nothing}, s); got.target != "" || got.verdict != "" {
		t.Errorf("without a target: %+v", got)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	if got := median([]int{9, 1, 5}); got != 5 {
		t.Errorf("median = %d, want 5", got)
	}
	if got := median([]int(nil)); got != 0 {
		t.Errorf("median of nothing = %d, want 0", got)
	}
}

func TestRequestsDifferInTheirSerialNumber(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	c := &conn{net: client, in: bufio.NewReader(client)}
	r := newRequest("POST", "/things", `{"name":"x `+serial+`"}`, "Content-Type: application/json")
	sent := make(chan string, 1)
	go func() {
		buf := make([]byte, 4096)
		n, _ := server.Read(buf)
		sent <- string(buf[:n])
		_, _ = server.Write([]byte("HTTP/1.1 201 Created\r\nX-Other: 1\r\nContent-Length: 3\r\n\r\nabc"))
	}()
	var got answer
	status, err := c.do(&r, 1234, &got)
	if err != nil || status != 201 || got.body.String() != "abc" {
		t.Errorf("do = %d, %q, %v; want 201, abc", status, got.body.String(), err)
	}
	if got := <-sent; !strings.HasSuffix(got, `{"name":"x 00001234"}`) || !strings.Contains(got, "\r\nContent-Length: 21\r\n") {
		t.Errorf("sent %q", got)
	}
	if bytes.Contains(r.bytes, []byte("1234")) {
		t.Error("the shared request was changed")
	}
}

func TestForgedTokenDiffersOnlyInItsSignature(t *testing.T) {
	t.Parallel()
	const token = "aaa.bbb.ABCDEFGHIJKLMNOP"
	got := forged(token)
	if got == token || len(got) != len(token) || !strings.HasPrefix(got, "aaa.bbb.") {
		t.Errorf("forged = %q", got)
	}
}

// Nobody runs the benchmark in between: this notices when the server has moved
// on.
func TestMockcloudAnswersEveryCaseAsExpected(t *testing.T) {
	t.Parallel()
	env := mocktest.Start(t, mocktest.Options{PasswordGrant: true}).Environment()
	mock := childAt(t, env.URL)
	b := &bench{id: env.ClientID, secret: env.ClientSecret, user: env.User, password: env.Password}
	for _, g := range b.groups() {
		cases, err := g.cases(t.Context(), servers{mock: mock, bare: mock, twin: mock})
		if err != nil {
			t.Fatalf("%s: %v", g.title, err)
		}
		for _, c := range cases {
			for range 2 { // what works once must differ the second time
				if _, err := c.once(t.Context()); err != nil {
					t.Errorf("%s: %s: %v", g.title, c.name, err)
				}
			}
		}
	}
}

// childAt is a server that is no process of its own.
func childAt(t *testing.T, url string) *child {
	t.Helper()
	c := &child{addr: strings.TrimPrefix(url, "http://")}
	t.Cleanup(func() {
		for _, open := range c.conns {
			open.close()
		}
	})
	return c
}

func TestSupplySendsNothingTwiceAndIsFilledUp(t *testing.T) {
	t.Parallel()
	made := 0
	s := &supply{size: 3, more: func(_ context.Context, n int) ([]request, error) {
		list := make([]request, n)
		for i := range list {
			made++
			list[i].path = fmt.Sprint(made)
		}
		return list, nil
	}}
	seen := map[string]bool{}
	take := func(n int) {
		t.Helper()
		if err := s.fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range n {
			r := s.next(0)
			if r == nil || seen[r.path] {
				t.Fatalf("next = %v after %v", r, seen)
			}
			seen[r.path] = true
		}
	}
	take(1)
	take(3)
	if r := s.next(0); r != nil {
		t.Errorf("an empty supply gives %v", r)
	}
	if take(3); made != 7 {
		t.Errorf("made %d, want 7", made)
	}
}

func TestEachConnectionHearsItsOwnAnswers(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(srv.Close)
	var last [connections]atomic.Int64 // what each has sent, which it must hear
	w := &workload{server: childAt(t, srv.URL), want: 200}
	w.next = func(i int) *request {
		n := last[i].Add(1)
		if n > 5 {
			return nil
		}
		r := newRequest("POST", "/", fmt.Sprintf("%d after %d", i, n))
		return &r
	}
	w.heard = func(i int, a *answer) error {
		if got, want := a.body.String(), fmt.Sprintf("%d after %d", i, last[i].Load()); got != want {
			return fmt.Errorf("connection %d hears %q, want %q", i, got, want)
		}
		return nil
	}
	s, err := w.send(t.Context(), connections, time.Minute)
	if err != nil || s.requests != 5*connections {
		t.Errorf("send = %d requests, %v", s.requests, err)
	}
}

func TestGatherTakesExactlySoManyAnswers(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "n", Value: fmt.Sprint(asked.Add(1)), Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "x"})
	}))
	t.Cleanup(srv.Close)
	got, err := gather(t.Context(), on(childAt(t, srv.URL), newRequest("GET", "/", ""), 200), 100, cookies)
	if err != nil || len(got) != 100 || asked.Load() != 100 {
		t.Fatalf("gather = %d answers of %d, %v", len(got), asked.Load(), err)
	}
	if !slices.Contains(got, "Cookie: n=100; b=x") {
		t.Errorf("no answer has the last cookies: %q", got)
	}
}

func TestOnlyAnswersThatAreHeardMayComeInChunks(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 1000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, long)
	}))
	t.Cleanup(srv.Close)
	w := on(childAt(t, srv.URL), newRequest("GET", "/", ""), 200)
	got, err := gather(t.Context(), w, 40, func(a *answer) (string, error) { return a.body.String(), nil })
	if err != nil || slices.ContainsFunc(got, func(s string) bool { return s != long }) {
		t.Errorf("gather = %v", err)
	}
	w.next, w.heard = nil, nil
	if _, err := w.send(t.Context(), 1, time.Second); err == nil {
		t.Error("an answer without its length passes")
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	if got, err := quoted([]byte(`{"a":"b","c":"d"}`), `"c":"`); err != nil || got != "d" {
		t.Errorf("quoted = %q, %v", got, err)
	}
	for _, text := range []string{``, `"c":`, `"c":"d`} {
		if got, err := quoted([]byte(text), `"c":"`); err == nil {
			t.Errorf("quoted(%q) = %q", text, got)
		}
	}
}
