package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/outbound"
)

// names resolves names as a table says and never asks anybody.
func names(table map[string][]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, host string) ([]netip.Addr, error) {
		var found []netip.Addr
		for _, a := range table[host] {
			found = append(found, netip.MustParseAddr(a))
		}
		if found == nil {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		return found, nil
	}
}

// newClient returns a client that cannot leave this machine, whatever its policy.
func newClient(t *testing.T, policy outbound.Policy, o outbound.Options) *outbound.Client {
	t.Helper()
	if o.Lookup == nil {
		o.Lookup = names(nil)
	}
	if o.Dial == nil {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().IsLoopback() {
				t.Errorf("%s was dialed", address)
				return nil, errors.New("not in a test")
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
	}
	c := outbound.NewClient(policy, o)
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv
}

// serveRaw answers every connection, once its request has been read, with what
// write writes, and closes it.
func serveRaw(t *testing.T, write func(net.Conn)) (url string) {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		write(conn)
		_ = conn.Close()
	}).URL
}

// get calls with a time-out that no test reaches unless it wants to.
func get(t *testing.T, c *outbound.Client, url string) (*outbound.Response, error) {
	t.Helper()
	return c.Do(t.Context(), outbound.Request{Method: http.MethodGet, URL: url, Timeout: 30 * time.Second})
}

func TestAnswersComeAsTheyAre(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status      int
		contentType string
		body        string
	}{
		{200, "application/json", `{"a":1}`},
		{204, "", ""},
		{304, "", ""},
		{400, "application/json", `{"message":"no"}`},
		{401, "text/html", "<h1>Who?</h1>"},
		{404, "", ""},
		{429, "application/json", `{}`},
		{500, "text/plain", "boom \xff\x00"},
		{599, "text/plain", "odd"},
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		tt := tests[len(r.URL.Query().Get("i"))]
		w.Header()["Content-Type"] = []string{tt.contentType}
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(tt.status)
		_, _ = io.WriteString(w, tt.body)
	})
	c := newClient(t, outbound.Loopback, outbound.Options{})
	for i, tt := range tests {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			t.Parallel()
			got, err := get(t, c, srv.URL+"/?i="+strings.Repeat("x", i))
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != tt.status || string(got.Body) != tt.body || got.Header.Get("Content-Type") != tt.contentType || len(got.Header["X-Many"]) != 2 {
				t.Errorf("got %+v %q", got, got.Body)
			}
		})
	}
}

func TestRequestsGoOutAsTheyWereMade(t *testing.T) {
	t.Parallel()
	seen := make(chan *http.Request, 1)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.Header().Set("Set-Cookie", "session=1")
		seen <- r
	})
	c := newClient(t, outbound.Loopback, outbound.Options{})
	header := http.Header{
		"content-type": {"application/json"}, "UserAgent": {"PureCloudIntegrations/1.0"}, "X-Many": {"1", "2"},
		"Transfer-Encoding": {"buffered"}, "Content-Length": {"7"}, "Host": {"evil.example"}, "Connection": {"close"},
		"Accept-Encoding": {"br"}, "Upgrade": {"h2c"}, "X-Mockcloud-Depth": {"0"},
	}
	request := outbound.Request{Method: "post", URL: srv.URL + "/a%2Fb/é{1}?q=x+y&z=%20&n=ü|#part", Header: header, Body: []byte(`{"a":1}`)}
	for range 2 { // the second time with what the first has left behind
		if _, err := c.Do(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		r := <-seen
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.RequestURI != "/a%2Fb/%C3%A9%7B1%7D?q=x+y&z=%20&n=%C3%BC%7C" || string(body) != `{"a":1}` || r.ContentLength != 7 {
			t.Errorf("%s %s %q (%d bytes)", r.Method, r.RequestURI, body, r.ContentLength)
		}
		want := "map[Accept-Encoding:[gzip] Content-Length:[7] Content-Type:[application/json] Useragent:[PureCloudIntegrations/1.0] X-Many:[1 2]]"
		if got := fmt.Sprint(r.Header); got != want {
			t.Errorf("headers\n%s, want\n%s", got, want)
		}
		if "http://"+r.Host != srv.URL {
			t.Errorf("host %s", r.Host)
		}
	}
	if header.Get("Host") == "" || len(header) != 10 {
		t.Errorf("the caller's headers were changed: %v", header)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	var dials atomic.Int32
	c := newClient(t, outbound.Loopback, outbound.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}})
	for range 20 {
		if _, err := get(t, c, srv.URL); err != nil {
			t.Fatal(err)
		}
	}
	if n := dials.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestLargeAnswersAreNotReadToTheEnd(t *testing.T) {
	t.Parallel()
	const limit = outbound.MaxResponse
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.FormValue("size"))
		block := bytes.Repeat([]byte("a"), 1000)
		var to io.Writer = w
		switch r.FormValue("as") {
		case "length":
			w.Header().Set("Content-Length", strconv.Itoa(size))
		case "chunks":
			_ = http.NewResponseController(w).Flush()
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			defer func() { _ = packed.Close() }()
			to = packed
		}
		for n := 0; n < size; n += len(block) {
			if _, err := to.Write(block[:min(len(block), size-n)]); err != nil {
				return
			}
		}
	})
	c := newClient(t, outbound.Loopback, outbound.Options{})
	tests := []struct {
		as   string
		size int
		fits bool
	}{
		{"length", limit, true},
		{"length", limit + 1, false},
		{"length", 3_000_000, false},
		{"chunks", limit, true},
		{"chunks", limit + 1, false},
		{"chunks", 3_000_000, false},
		{"gzip", limit, true},
		{"gzip", limit + 1, false},
		{"gzip", 200_000_000, false}, // 200 kB on the wire
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.as, " ", tt.size), func(t *testing.T) {
			t.Parallel()
			got, err := get(t, c, fmt.Sprintf("%s/?as=%s&size=%d", srv.URL, tt.as, tt.size))
			if tt.fits {
				if err != nil || len(got.Body) != tt.size {
					t.Fatalf("%v", err)
				}
				return
			}
			if !errors.Is(err, outbound.ErrTooLarge) || !strings.Contains(err.Error(), "2 MB") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// The paths and queries of these tests hold a secret that no message may repeat.
const secret = "s3cr3t"

func TestTransportErrorsSayWhatHappened(t *testing.T) {
	t.Parallel()
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	write := func(text string) string {
		return serveRaw(t, func(c net.Conn) { _, _ = io.WriteString(c, text) })
	}
	tests := []struct{ name, url, says string }{
		{"nothing listens", "http://" + closed.Addr().String(), "refused"},
		{"closes without an answer", write(""), "closed before"},
		{"closes in the status line", write("HTTP/1.1 20"), "malformed HTTP"},
		{"closes in the headers", write("HTTP/1.1 200 OK\r\nContent-Type: a"), "closed before"},
		{"closes in the body", write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "closed before"},
		{"closes in a chunk", write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc"), "closed before"},
		{"is no HTTP", write("220 mail.example ESMTP\r\n"), "malformed HTTP"},
		{"is no HTTP at length", write(strings.Repeat("x", 5000) + "\r\n\r\n"), "malformed HTTP"},
		{"a bad length", write("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "Content-Length"},
		{"too many headers", write("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 200<<10) + "\r\n\r\n"), "headers"},
		{"is no gzip", write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), "closed before"},
		{"is no gzip at length", write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 13\r\n\r\nabcdefghijklm"), "gzip"},
		{"plain HTTP on a TLS port", strings.Replace(write("HTTP/1.1 400 Bad Request\r\n\r\n"), "http://", "https://", 1), "TLS"},
	}
	c := newClient(t, outbound.Loopback, outbound.Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, c, tt.url+"/"+secret+"?key="+secret)
			transport, ok := errors.AsType[*outbound.TransportError](err)
			if !ok || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, want %q", err, tt.says)
			}
			if strings.Contains(err.Error(), secret) || len(err.Error()) > 400 || transport.Host == "" {
				t.Errorf("error %s", err)
			}
		})
	}
}

func TestTheTimeOutCoversTheWholeExchange(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/body":
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
		case "/redirect":
			http.Redirect(w, r, "/headers", http.StatusFound)
			return
		}
		<-end
	})
	t.Cleanup(func() { close(end) }) // before the server closes, which waits for its handlers
	stuck := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	tests := []struct {
		name, path string
		options    outbound.Options
	}{
		{"no headers", "/headers", outbound.Options{}},
		{"no end of the body", "/body", outbound.Options{}},
		{"after a redirect", "/redirect", outbound.Options{}},
		{"no connection", "/", outbound.Options{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) { return nil, stuck(ctx) }}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, outbound.Loopback, tt.options)
			_, err := c.Do(t.Context(), outbound.Request{URL: srv.URL + tt.path, Timeout: 50 * time.Millisecond})
			if !errors.Is(err, outbound.ErrTimeout) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestACallEndsWithItsCallerOrTheClient(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	called := make(chan struct{}, 2)
	srv := serve(t, func(http.ResponseWriter, *http.Request) {
		called <- struct{}{}
		<-end
	})
	t.Cleanup(func() { close(end) })

	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-called; cancel() }()
	_, err := newClient(t, outbound.Loopback, outbound.Options{}).Do(ctx, outbound.Request{URL: srv.URL})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the caller left: %v", err)
	}

	c := newClient(t, outbound.Loopback, outbound.Options{})
	go func() { <-called; c.Close() }()
	_, err = get(t, c, srv.URL)
	if _, ok := errors.AsType[*outbound.TransportError](err); !ok || !strings.Contains(err.Error(), "stopping") {
		t.Errorf("the client was closed: %v", err)
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	const good = "http://127.0.0.1:1/"
	tests := []struct {
		name    string
		request outbound.Request
		says    string
	}{
		{"no URL", outbound.Request{}, "empty"},
		{"a path", outbound.Request{URL: "/" + secret}, "absolute"},
		{"a host alone", outbound.Request{URL: "crm.example.test/" + secret}, "absolute"},
		{"another scheme", outbound.Request{URL: "ftp://127.0.0.1/" + secret}, "absolute"},
		{"a file", outbound.Request{URL: "file:///etc/passwd"}, "absolute"},
		{"no host", outbound.Request{URL: "http:///" + secret}, "host"},
		{"a port alone", outbound.Request{URL: "http://:80/" + secret}, "host"},
		{"a port of letters", outbound.Request{URL: "http://127.0.0.1:" + secret}, "URL"},
		{"port 0", outbound.Request{URL: "http://127.0.0.1:0/"}, "port"},
		{"port 65536", outbound.Request{URL: "http://127.0.0.1:65536/"}, "port"},
		{"a user", outbound.Request{URL: "http://me:" + secret + "@127.0.0.1/"}, "user name"},
		{"a blank", outbound.Request{URL: good + "a " + secret}, "blank"},
		{"a line break", outbound.Request{URL: good + "\r\nX-Evil: " + secret}, "control"},
		{"a zero byte", outbound.Request{URL: good + "\x00" + secret}, "control"},
		{"a bad escape", outbound.Request{URL: good + "%zz" + secret}, "read as a URL"},
		{"an open bracket", outbound.Request{URL: "http://[::1/" + secret}, "read as a URL"},
		{"very long", outbound.Request{URL: good + strings.Repeat("a", 20<<10)}, "longer"},
		{"a method that there is not", outbound.Request{Method: "MAGIC", URL: good}, "GET"},
		{"CONNECT", outbound.Request{Method: "CONNECT", URL: good}, "GET"},
		{"a method with a line break", outbound.Request{Method: "GET / HTTP/1.1\r\nX: y", URL: good}, "GET"},
		{"a header with a line break", outbound.Request{URL: good, Header: http.Header{"X-A": {"a\r\nX-Evil: " + secret}}}, "X-A"},
		{"a header with a blank in its name", outbound.Request{URL: good, Header: http.Header{"X A": {"b"}}}, "name"},
		{"a header without a name", outbound.Request{URL: good, Header: http.Header{"": {"b"}}}, "name"},
		{"a colon in a name", outbound.Request{URL: good, Header: http.Header{"X:": {"b"}}}, "name"},
	}
	c := newClient(t, outbound.Any, outbound.Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.Do(t.Context(), tt.request)
			if _, ok := errors.AsType[*outbound.InvalidError](err); !ok || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, want %q", err, tt.says)
			}
			if strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Errorf("error %s", err)
			}
		})
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" "+r.Header.Get(outbound.DepthHeader))
	}))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	named := outbound.Options{RootCAs: roots, Lookup: names(map[string][]string{"example.com": {"127.0.0.1"}, "other.test": {"127.0.0.1"}})}
	tests := []struct {
		name, url string
		options   outbound.Options
		says      string // "" for an answer
	}{
		{"trusted, by address", srv.URL, named, ""},
		{"trusted, by name", "https://example.com:" + port, named, ""},
		{"for another name", "https://other.test:" + port, named, "certificate"},
		{"of an unknown authority", srv.URL, outbound.Options{}, "certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, outbound.Loopback, tt.options)
			got, err := c.Do(t.Context(), outbound.Request{URL: tt.url + "/" + secret, Depth: 4})
			if tt.says == "" {
				if err != nil || string(got.Body) != "HTTP/2.0 4" {
					t.Fatalf("%v %+v", err, got)
				}
				return
			}
			_, ok := errors.AsType[*outbound.TransportError](err)
			verification := new(tls.CertificateVerificationError)
			if !ok || !errors.As(err, &verification) || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), secret) {
				t.Errorf("error %v", err)
			}
		})
	}
}
