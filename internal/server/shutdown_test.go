package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// underWay is a request whose body the server waits for.
type underWay struct {
	conn   net.Conn
	answer *bufio.Reader
	body   string
}

// beginCreate begins to create an OAuth client.
func beginCreate(t *testing.T, base, token, name string) *underWay {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	u := &underWay{conn: conn, answer: bufio.NewReader(conn), body: `{"name":"` + name + `","authorizedGrantType":"TOKEN","scope":["users"]}`}
	_, err = fmt.Fprintf(conn, "POST /api/v2/oauth/clients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", token, len(u.body))
	if err != nil {
		t.Fatal(err)
	}
	if line, err := u.answer.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%v: %q", err, line)
	}
	if line, err := u.answer.ReadString('\n'); err != nil || line != "\r\n" {
		t.Fatalf("%v: %q", err, line)
	}
	return u
}

// finish sends the body and reads the answer, and says whether that ends the
// connection.
func (u *underWay) finish(t *testing.T) (last bool) {
	t.Helper()
	if _, err := io.WriteString(u.conn, u.body); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadResponse(u.answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if text, err := io.ReadAll(got.Body); err != nil || got.StatusCode != http.StatusOK {
		t.Errorf("%v: %d %s", err, got.StatusCode, text)
	}
	return got.Close
}

// Clients learn from the last answer that the connection is over, and do not send
// another request into the void.
func TestTheLastAnswerEndsTheConnection(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	slow := beginCreate(t, srv.URL, srv.Admin(t).Token, "slow")
	stopped := make(chan struct{})
	go func() {
		srv.Stop(t)
		close(stopped)
	}()
	waitUntilRefused(t, srv.URL)
	if !slow.finish(t) {
		t.Error("the last answer leaves the connection open")
	}
	if _, err := slow.answer.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last answer: %v", err)
	}
	<-stopped
}

// waitUntil waits for what another goroutine does.
func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
