package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

func startBare(t *testing.T) *Server {
	t.Helper()
	s, err := Start(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Close(ctx)
	})
	return s
}

func connect(t *testing.T, s *Server) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// begin opens a connection and sends a part of a request, which the server has read
// when begin returns.
func begin(t *testing.T, s *Server, part string) net.Conn {
	t.Helper()
	conn := connect(t, s)
	if _, err := io.WriteString(conn, part); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the request to begin", func() bool { return s.connections.count(func(c *connection) bool { return c.busy }) == 1 })
	return conn
}

func (c *connections) count(of func(*connection) bool) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for one := range c.open {
		if of(one) {
			n++
		}
	}
	return n
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// closeWithin closes the server, and reports the error once it is closed.
func closeWithin(s *Server, limit time.Duration) <-chan error {
	closed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		closed <- s.Close(ctx)
	}()
	return closed
}

// The library takes such a connection for idle, or for unused: it would cut it off.
func TestAHalfReadHeadIsARequest(t *testing.T) {
	t.Parallel()
	const first, rest = "GET /_mockcloud/health HTTP/1.1\r\nHo", "st: 127.0.0.1\r\n\r\n"
	for _, tt := range []struct {
		name   string
		before int // requests on the same connection
	}{{"on a new connection", 0}, {"after an answer", 1}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startBare(t)
			conn := begin(t, s, first)
			answers := bufio.NewReader(conn)
			for range tt.before {
				if _, err := io.WriteString(conn, rest); err != nil {
					t.Fatal(err)
				}
				if read(t, answers) {
					t.Error("the server ends the connection")
				}
				waitFor(t, "the connection to be idle", func() bool {
					return s.connections.count(func(c *connection) bool { return c.answered && !c.busy }) == 1
				})
				if _, err := io.WriteString(conn, first); err != nil {
					t.Fatal(err)
				}
				waitFor(t, "the next request", func() bool { return s.connections.count(func(c *connection) bool { return c.busy }) == 1 })
			}
			unused := connect(t, s)
			waitFor(t, "the unused connection", func() bool { return s.connections.count(func(*connection) bool { return true }) == 2 })
			closed := closeWithin(s, 20*time.Second)
			// One that carries nothing has the longest grace: once it is gone, so is all
			// that will be closed.
			if _, err := unused.Read(make([]byte, 1)); err == nil {
				t.Error("an answer to nothing")
			}
			if _, err := io.WriteString(conn, rest); err != nil {
				t.Fatal(err)
			}
			if !read(t, answers) {
				t.Error("the last answer leaves the connection open")
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
	}
}

// read reads an answer, and says whether it ends the connection.
func read(t *testing.T, answers *bufio.Reader) (last bool) {
	t.Helper()
	got, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if text, err := io.ReadAll(got.Body); err != nil || got.StatusCode != http.StatusOK {
		t.Errorf("%v: %d %s", err, got.StatusCode, text)
	}
	return got.Close
}

// Whoever never ends a request does not keep the server from ending.
func TestTheTimeToEndIsBounded(t *testing.T) {
	t.Parallel()
	s := startBare(t)
	conn := begin(t, s, "GET /_mockcloud/health HTTP/1.1\r\nHo")
	began := time.Now()
	if err := <-closeWithin(s, 300*time.Millisecond); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes from a server that is gone", n)
	}
}

func TestClosingTwiceIsFine(t *testing.T) {
	t.Parallel()
	s := startBare(t)
	for range 2 {
		if err := <-closeWithin(s, 5*time.Second); err != nil {
			t.Error(err)
		}
	}
}
