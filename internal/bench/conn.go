package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"strconv"
)

// conn is a connection that speaks just enough HTTP/1.1. The client shares the
// cores with the server, so it must cost little.
type conn struct {
	net net.Conn
	in  *bufio.Reader
	out []byte // the request, with the serial number filled in
}

func dial(ctx context.Context, addr string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, in: bufio.NewReaderSize(c, 16<<10)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// request is a rendered request.
type request struct {
	method, path string
	bytes        []byte
	serial       int // where serialWidth digits stand that differ in each request; 0 for none
}

// serial stands in a request for the number that makes it unique. It is nothing
// that a form, an id or a token may hold.
const (
	serial      = "########"
	serialWidth = len(serial)
)

// newRequest renders a request. headers are lines without their ends.
func newRequest(method, path, body string, headers ...string) request {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	r := request{method: method, path: path}
	if i := bytes.Index([]byte(body), []byte(serial)); i >= 0 {
		r.serial = b.Len() + i
	}
	b.WriteString(body)
	r.bytes = b.Bytes()
	return r
}

// answer is what came back beside the status.
type answer struct {
	head bytes.Buffer // the header lines, and the empty one after them
	body bytes.Buffer
}

// header parses the header lines.
func (a *answer) header() (http.Header, error) {
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(a.head.Bytes()))).ReadMIMEHeader()
	return http.Header(h), err
}

// do sends the request and returns the status of the answer. The rest of it goes
// to a unless that is nil.
func (c *conn) do(r *request, number int64, a *answer) (status int, err error) {
	c.out = append(c.out[:0], r.bytes...)
	if r.serial > 0 {
		for i := r.serial + serialWidth - 1; i >= r.serial; i-- {
			c.out[i] = byte('0' + number%10)
			number /= 10
		}
	}
	if _, err := c.net.Write(c.out); err != nil {
		return 0, err
	}
	return c.receive(a)
}

var (
	contentLength = []byte("Content-Length: ")
	chunked       = []byte("Transfer-Encoding: chunked")
)

// inChunks is a length that is not told before. Only what nobody measures may
// come so: such as assertions, which are prepared.
const inChunks = -2

func (c *conn) receive(a *answer) (status int, err error) {
	if a != nil {
		a.head.Reset()
		a.body.Reset()
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	// HTTP/1.1 200 OK
	if len(line) < 12 {
		return 0, fmt.Errorf("bad status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("bad status line %q", line)
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if a != nil {
			a.head.Write(line)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, fmt.Errorf("bad header %q", line)
			}
		} else if a != nil && bytes.Equal(line, chunked) {
			length = inChunks
		}
	}
	switch {
	case length == inChunks:
		if _, err = io.Copy(&a.body, httputil.NewChunkedReader(c.in)); err == nil {
			_, err = c.in.Discard(len("\r\n")) // where trailers would stand
		}
	case length < 0:
		err = errors.New("the answer does not tell its length")
	case a == nil:
		_, err = c.in.Discard(length)
	default:
		_, err = io.CopyN(&a.body, c.in, int64(length))
	}
	return status, err
}
