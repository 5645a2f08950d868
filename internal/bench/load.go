package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many keep-alive connections drive a server.
const connections = 16

// workload is one kind of request, sent again and again to one server. As a
// rule only a number changes; the functions are for requests that differ more.
type workload struct {
	server *child
	request
	want    int // the status of every answer
	numbers atomic.Int64

	// prepare runs before each slice, in which only what follows it counts.
	prepare func(context.Context) error
	// next is what a connection, by its number, sends now in place of request; nil
	// ends its slice early.
	next func(connection int) *request
	// heard is told the answers, which are thrown away where it is nil. They last
	// until it returns.
	heard func(connection int, a *answer) error
}

// sample is what one round of a workload gave.
type sample struct {
	requests int64
	wall     time.Duration
	cpu      time.Duration // of the server
}

func (s sample) cpuPerRequest() float64 { return float64(s.cpu.Nanoseconds()) / float64(s.requests) }
func (s sample) perSecond() float64     { return float64(s.requests) / s.wall.Seconds() }

const (
	// settle is how long the server gets to finish what it does behind an answer.
	settle = 2 * time.Millisecond
	// patience is how long an answer may take: a server that hangs must not hang the
	// benchmark.
	patience = 10 * time.Second
)

var errNothingToSend = errors.New("there was nothing to send")

// drive prepares the workload and sends it over n connections for about d, or
// until nothing is left to send.
func (w *workload) drive(ctx context.Context, n int, d time.Duration) (sample, error) {
	if w.prepare != nil {
		if err := w.prepare(ctx); err != nil {
			return sample{}, err
		}
		if err := pause(ctx, settle); err != nil {
			return sample{}, err
		}
	}
	if err := w.server.connect(ctx, n); err != nil {
		return sample{}, err
	}
	before, err := cpuTime(w.server.pid())
	if err != nil {
		return sample{}, err
	}
	s, err := w.send(ctx, n, d)
	if err != nil {
		return sample{}, err
	}
	if s.requests == 0 {
		return sample{}, errNothingToSend
	}
	if err := pause(ctx, settle); err != nil {
		return sample{}, err
	}
	after, err := cpuTime(w.server.pid())
	s.cpu = after - before
	return s, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// send sends the workload over n connections and does not look at the server's
// CPU time.
func (w *workload) send(ctx context.Context, n int, d time.Duration) (sample, error) {
	if err := w.server.connect(ctx, n); err != nil {
		return sample{}, err
	}
	var (
		wg       sync.WaitGroup
		answered atomic.Int64
		failed   = make(chan error, n)
		began    = time.Now()
		end      = began.Add(d)
	)
	for i, c := range w.server.conns[:n] {
		wg.Go(func() {
			sent, err := w.repeat(c, i, end)
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
		return sample{}, errors.Join(err, ctx.Err())
	default:
		return s, ctx.Err()
	}
}

// repeat sends requests over one connection until end.
func (w *workload) repeat(c *conn, connection int, end time.Time) (sent int64, err error) {
	if err := c.net.SetDeadline(end.Add(patience)); err != nil {
		return 0, err
	}
	var a *answer
	if w.heard != nil {
		a = &answer{}
	}
	for time.Now().Before(end) {
		if more, err := w.exchange(c, connection, a); err != nil || !more {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

// exchange sends one request and looks at its answer, which goes to a unless that
// is nil. It says false where there was nothing left to send.
func (w *workload) exchange(c *conn, connection int, a *answer) (bool, error) {
	r := &w.request
	if w.next != nil {
		if r = w.next(connection); r == nil {
			return false, nil
		}
	}
	status, err := c.do(r, w.numbers.Add(1), a)
	switch {
	case err != nil:
	case status != w.want && a != nil:
		err = fmt.Errorf("the answer is %d, not %d: %.300s", status, w.want, a.body.Bytes())
	case status != w.want:
		err = fmt.Errorf("the answer is %d, not %d", status, w.want)
	case w.heard != nil:
		err = w.heard(connection, a)
	}
	if err != nil {
		return false, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	return true, nil
}

// once sends one request over a connection of its own, as the first one would,
// and returns the answer.
func (w *workload) once(ctx context.Context) (*answer, error) {
	if w.prepare != nil {
		if err := w.prepare(ctx); err != nil {
			return nil, err
		}
	}
	c, err := dial(ctx, w.server.addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	a := &answer{}
	if more, err := w.exchange(c, 0, a); err != nil || !more {
		return nil, cmp.Or(err, errNothingToSend)
	}
	return a, nil
}
