package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oddRequest is a request as it goes over the wire. Nothing in it is checked or
// completed, so that it can be anything.
type oddRequest struct {
	method, target string
	header         []string // whole lines
	body           []byte

	chunked  bool // in pieces of no announced total
	announce int  // the Content-Length, if it is not that of the body; -1 sends none
	hangUp   bool // the client says that nothing more comes

	what    string // what is odd about it
	badAuth bool   // the token is none: 401 wherever one is needed
	atDoor  bool   // net/http may refuse it before anybody else sees it
}

func (q *oddRequest) bytes() []byte {
	var b bytes.Buffer
	b.Grow(len(q.body) + len(q.target) + 4096)
	b.WriteString(q.method + " " + q.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n")
	for _, line := range q.header {
		b.WriteString(line + "\r\n")
	}
	switch {
	case q.chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		for piece := range slices.Chunk(q.body, 7000) {
			b.WriteString(strconv.FormatInt(int64(len(piece)), 16) + "\r\n")
			b.Write(piece)
			b.WriteString("\r\n")
		}
		b.WriteString("0\r\n\r\n")
		return b.Bytes()
	case q.announce > 0:
		b.WriteString("Content-Length: " + strconv.Itoa(q.announce) + "\r\n")
	case q.announce == 0 && (q.body != nil || q.method == http.MethodPost || q.method == http.MethodPut || q.method == http.MethodPatch):
		b.WriteString("Content-Length: " + strconv.Itoa(len(q.body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(q.body)
	return b.Bytes()
}

// oddAnswer is what came back.
type oddAnswer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

// errHang means that no answer came in a time that allows for anything.
var errHang = errors.New("no answer")

// hangAfter is when a wire gives up.
const hangAfter = 30 * time.Second

// wire is a connection that is opened again when it has been closed.
type wire struct {
	address string
	conn    *net.TCPConn
	reader  *bufio.Reader
}

func (w *wire) close() {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}

func (w *wire) open() error {
	dialer := net.Dialer{Timeout: hangAfter}
	conn, err := dialer.DialContext(context.Background(), "tcp", w.address)
	if err != nil {
		return err
	}
	w.conn = conn.(*net.TCPConn)
	w.reader = bufio.NewReader(conn)
	return nil
}

// send sends the request and reads the answer.
func (w *wire) send(q *oddRequest) (*oddAnswer, error) {
	fresh := w.conn == nil
	if fresh {
		if err := w.open(); err != nil {
			return nil, err
		}
	}
	a, err := w.exchange(q)
	if err != nil && !fresh && !errors.Is(err, errHang) {
		// The server may have closed the connection after the request before.
		w.close()
		if err := w.open(); err != nil {
			return nil, err
		}
		a, err = w.exchange(q)
	}
	if err != nil || q.hangUp || q.announce != 0 || a.header.Get("Connection") == "close" {
		w.close()
	}
	return a, err
}

func (w *wire) exchange(q *oddRequest) (*oddAnswer, error) {
	started := time.Now()
	if err := w.conn.SetDeadline(started.Add(hangAfter)); err != nil {
		return nil, err
	}
	_, writing := w.conn.Write(q.bytes()) // the answer may come, and the door close, before all is written
	if q.hangUp {
		_ = w.conn.CloseWrite()
	}
	for {
		r, err := http.ReadResponse(w.reader, &http.Request{Method: q.method})
		if err != nil {
			return nil, hung(errors.Join(err, writing))
		}
		body, err := io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, hung(err)
		}
		if r.StatusCode == http.StatusContinue {
			continue
		}
		if r.Close {
			r.Header.Set("Connection", "close")
		}
		return &oddAnswer{status: r.StatusCode, header: r.Header, body: body, took: time.Since(started)}, nil
	}
}

func hung(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errors.Join(errHang, err)
	}
	return err
}

// at is the address behind the URL of a server.
func at(url string) string { return strings.TrimPrefix(url, "http://") }
