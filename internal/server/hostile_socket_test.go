package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// dialServer opens a connection that gives up in time.
func dialServer(t *testing.T, srv *mocktest.Server) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", at(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(hangAfter)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func write(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

// What is no request is refused at once and with a 4xx, or the connection is just
// closed; and the server goes on.
func TestWhatIsNoRequestIsRefused(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const get, host = "GET /api/v2/users HTTP/1.1\r\n", "Host: 127.0.0.1\r\n"
	tests := map[string]string{
		"nothing":                          "",
		"an empty line":                    "\r\n\r\n",
		"garbage":                          "\x00\xff\xfe\x01\r\n\r\n",
		"a greeting of TLS":                "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 200) + "\r\n\r\n",
		"HTTP/2 out of the blue":           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"no version":                       "GET /api/v2/users\r\n\r\n",
		"an old version":                   "GET /api/v2/users HTTP/0.9\r\n" + host + "\r\n",
		"a version of the future":          "GET /api/v2/users HTTP/9.9\r\n" + host + "\r\n",
		"no method":                        " /api/v2/users HTTP/1.1\r\n" + host + "\r\n",
		"a method with a colon":            "GE:T /api/v2/users HTTP/1.1\r\n" + host + "\r\n",
		"spaces in the target":             "GET /api/v2/us ers HTTP/1.1\r\n" + host + "\r\n",
		"a target of control characters":   "GET /api/v2/\x01\x02\x7f HTTP/1.1\r\n" + host + "\r\n",
		"a broken escape":                  "GET /api/v2/users/%zz HTTP/1.1\r\n" + host + "\r\n",
		"no host":                          get + "\r\n",
		"two hosts":                        get + host + host + "\r\n",
		"a host of nonsense":               get + "Host: a b/c?d\r\n\r\n",
		"a header without a name":          get + host + ": x\r\n\r\n",
		"a header without a colon":         get + host + "nonsense\r\n\r\n",
		"a space before the colon":         get + host + "Content-Length : 5\r\n\r\nhello",
		"a NUL in a header":                get + host + "X: a\x00b\r\n\r\n",
		"a bare return in a header":        get + host + "X: a\rb\r\n\r\n",
		"a folded header":                  get + host + "X: a\r\n b\r\n\tc\r\n\r\n",
		"a header of a megabyte":           get + host + "X: " + strings.Repeat("a", 1<<20),
		"a line of a megabyte":             "GET /" + strings.Repeat("a", 1<<20),
		"a length that is no number":       "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: ten\r\n\r\n",
		"a negative length":                "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
		"two lengths":                      "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
		"a length beyond all numbers":      "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n",
		"a chunk that is no number":        "POST /api/v2/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"a chunk of a negative length":     "POST /api/v2/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
		"a chunk beyond all numbers":       "POST /api/v2/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
		"chunks whose end never comes":     "POST /api/v2/users HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
		"a length and chunks":              "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v2/users HTTP/1.1\r\n",
		"a body that breaks off":           "POST /api/v2/users HTTP/1.1\r\n" + host + "Content-Length: 100\r\n\r\n{",
		"a form of a million fields":       "POST /oauth/token HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n" + strings.Repeat("a&", 1_000_000),
		"a token request that breaks off":  "POST /oauth/token HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\ngrant_type=",
		"a side door request without host": "POST /_mockcloud/reset HTTP/1.1\r\nHost: \r\nContent-Length: 0\r\n\r\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialServer(t, srv)
			_, _ = io.WriteString(conn, text) // the server may hang up before it has read all
			_ = conn.(*net.TCPConn).CloseWrite()
			started := time.Now()
			r, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if took := time.Since(started); took > 10*slow {
				t.Errorf("it takes %v", took)
			}
			if err != nil { // hung up without a word
				return
			}
			defer func() { _ = r.Body.Close() }()
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			if r.StatusCode < http.StatusBadRequest || r.StatusCode >= http.StatusInternalServerError && r.StatusCode != http.StatusHTTPVersionNotSupported {
				t.Errorf("%d %s", r.StatusCode, body)
			}
		})
	}
	t.Cleanup(func() {
		// The context of the test has ended.
		w := wire{address: at(srv.URL)}
		defer w.close()
		a, err := w.send(&oddRequest{method: http.MethodGet, target: "/_mockcloud/health"})
		if err != nil || a.status != http.StatusOK {
			t.Errorf("the server is not well afterwards: %v %v", a, err)
		}
	})
}

// Clients that take their time with a body keep nobody waiting, and are answered
// when they are done.
func TestSlowBodiesKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const body = `{"name":"Slow","description":"and steady"}`
	slows := make([]net.Conn, 40)
	for i := range slows {
		slows[i] = dialServer(t, srv)
		write(t, slows[i], "POST /api/v2/authorization/divisions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "+admin.Token+"\r\nContent-Length: 42\r\n\r\n"+body[:10])
	}
	for range 20 {
		started := time.Now()
		if got := admin.Post(t, "/api/v2/authorization/roles", `{}`); got.Status != http.StatusBadRequest {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if got := admin.Get(t, "/api/v2/users/me"); got.Status >= http.StatusInternalServerError {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if took := time.Since(started); took > 10*slow {
			t.Fatalf("others wait for %v", took)
		}
	}
	statuses := map[int]int{}
	for i, conn := range slows {
		if i%2 == 1 { // every other one gives up
			_ = conn.Close()
			continue
		}
		write(t, conn, body[10:])
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		statuses[r.StatusCode]++
	}
	if statuses[http.StatusOK]+statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict]+statuses[http.StatusBadRequest] != len(slows)/2-1 {
		t.Errorf("one of them makes the division, the others come too late: %v", statuses)
	}
}

// Requests that are sent without waiting for answers are answered in order.
func TestRequestsInOneGoAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	conn := dialServer(t, srv)
	const n = 20
	var all strings.Builder
	for i := range n {
		all.WriteString("GET /api/v2/users HTTP/1.1\r\nHost: 127.0.0.1\r\nININ-Correlation-Id: " + strings.Repeat("a", i+1) + "\r\n\r\n")
	}
	write(t, conn, all.String())
	reader := bufio.NewReader(conn)
	for i := range n {
		r, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if id := r.Header.Get("Inin-Correlation-Id"); r.StatusCode != http.StatusUnauthorized || len(id) != i+1 {
			t.Errorf("answer %d: %d %q", i, r.StatusCode, id)
		}
	}
}
