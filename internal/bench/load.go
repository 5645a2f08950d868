package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many keep-alive connections drive a server.
const connections = 16

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

// serial stands in a request for the number that makes it unique.
const (
	serial      = "00000000"
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

// do sends the request and returns the status of the answer. The body goes to
// body unless that is nil.
func (c *conn) do(r *request, number int64, body io.Writer) (status int, err error) {
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
	return c.receive(body)
}

var contentLength = []byte("Content-Length: ")

func (c *conn) receive(body io.Writer) (status int, err error) {
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
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, fmt.Errorf("bad header %q", line)
			}
		}
	}
	if length < 0 {
		return 0, errors.New("the answer does not tell its length")
	}
	if body == nil {
		_, err = c.in.Discard(length)
	} else {
		_, err = io.CopyN(body, c.in, int64(length))
	}
	return status, err
}

// workload is one kind of request, sent again and again to one server.
type workload struct {
	server *child
	request
	want    int // the status of every answer
	numbers atomic.Int64
}

// sample is what one round of a workload gave.
type sample struct {
	requests int64
	wall     time.Duration
	cpu      time.Duration // of the server
}

func (s sample) cpuPerRequest() float64 { return float64(s.cpu.Nanoseconds()) / float64(s.requests) }
func (s sample) perSecond() float64     { return float64(s.requests) / s.wall.Seconds() }

// settle is how long the server gets to finish what it does behind an answer.
const settle = 2 * time.Millisecond

// drive sends the workload over n connections for about d.
func (w *workload) drive(ctx context.Context, n int, d time.Duration) (sample, error) {
	if err := w.server.connect(ctx, n); err != nil {
		return sample{}, err
	}
	before, err := cpuTime(w.server.pid())
	if err != nil {
		return sample{}, err
	}
	var (
		wg       sync.WaitGroup
		answered atomic.Int64
		failed   = make(chan error, n)
		began    = time.Now()
		end      = began.Add(d)
	)
	for _, c := range w.server.conns[:n] {
		wg.Go(func() {
			sent, err := w.repeat(c, end)
			answered.Add(sent)
			if err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	s := sample{requests: answered.Load(), wall: time.Since(began)}
	select {
	case err := <-failed:
		return sample{}, fmt.Errorf("%s %s: %w", w.method, w.path, errors.Join(err, ctx.Err()))
	case <-ctx.Done():
		return sample{}, ctx.Err()
	case <-time.After(settle):
	}
	after, err := cpuTime(w.server.pid())
	s.cpu = after - before
	return s, err
}

// repeat sends requests over one connection until end.
func (w *workload) repeat(c *conn, end time.Time) (sent int64, err error) {
	// A server that hangs must not hang the benchmark.
	if err := c.net.SetDeadline(end.Add(10 * time.Second)); err != nil {
		return 0, err
	}
	for time.Now().Before(end) {
		status, err := c.do(&w.request, w.numbers.Add(1), nil)
		if err != nil {
			return sent, err
		}
		if status != w.want {
			return sent, fmt.Errorf("the answer is %d, not %d", status, w.want)
		}
		sent++
	}
	return sent, nil
}

// once sends one request over a connection of its own and returns the answer's
// body.
func (w *workload) once(ctx context.Context) ([]byte, error) {
	c, err := dial(ctx, w.server.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var body bytes.Buffer
	status, err := c.do(&w.request, w.numbers.Add(1), &body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", w.method, w.path, err)
	}
	if status != w.want {
		return nil, fmt.Errorf("%s %s: the answer is %d, not %d: %.300s", w.method, w.path, status, w.want, body.Bytes())
	}
	return body.Bytes(), nil
}
