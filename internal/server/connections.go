package server

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// connections knows all open connections, and which of them carry a request. With
// that the server can end without losing any: the library's own Shutdown takes a
// connection for idle until it has read the whole head of a request, and waits five
// seconds for each that has carried none so far.
type connections struct {
	stopping atomic.Bool // answers end their connections

	late sync.Once
	last time.Time // when the last connection is accepted; set by late

	mu   sync.Mutex
	open map[*connection]bool
}

// How long a connection on which nothing comes is left open once the server was
// asked to stop: clients open some in reserve, and some have just sent the next
// request.
const (
	unusedGrace = 100 * time.Millisecond // before its first request
	idleGrace   = 25 * time.Millisecond  // after an answer
	drainPause  = 5 * time.Millisecond   // between two looks
	latePause   = time.Millisecond       // for which a look for another connection waits
	lateLooks   = 2                      // that find none: then there is none
	lateMost    = 50 * time.Millisecond  // for those that come in the end, however many
)

// connection is one that knows whether the server has begun to read a request.
// Embedding the real type keeps the methods that the library looks for.
type connection struct {
	*net.TCPConn
	of *connections

	// All of these are guarded by of.mu.
	busy     bool      // bytes have come since the last answer
	answered bool      // some request was
	quiet    time.Time // since when it is neither busy nor new
}

// listener makes connections known before anybody reads from them.
type listener struct {
	*net.TCPListener
	of *connections
}

// Accept implements net.Listener. Once the server stops, it takes what the system
// has connected already, and closes when nothing is left: clients took those
// connections for accepted, and may have sent their requests.
func (l listener) Accept() (net.Conn, error) {
	for empty := 0; ; {
		stopping := l.of.stopping.Load()
		if stopping {
			l.of.late.Do(func() { l.of.last = time.Now().Add(lateMost) })
			if empty == lateLooks || time.Now().After(l.of.last) {
				return nil, cmp.Or(l.Close(), net.ErrClosed)
			}
			_ = l.SetDeadline(time.Now().Add(latePause)) // where it fails, so does what comes next
		}
		tcp, err := l.AcceptTCP()
		switch {
		case err == nil:
			return l.of.add(tcp), nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return nil, err
		case stopping:
			empty++
		}
	}
}

func (c *connections) add(tcp *net.TCPConn) *connection {
	one := &connection{TCPConn: tcp, of: c, quiet: time.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[*connection]bool)
	}
	c.open[one] = true
	return one
}

// Read notes that a request has begun. From here on nobody but its own goroutine
// closes the connection.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if n > 0 {
		c.of.mu.Lock()
		c.busy = true
		c.of.mu.Unlock()
	}
	return n, err
}

// track is an http.Server's ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	one, ok := conn.(*connection)
	if !ok || state == http.StateNew || state == http.StateActive {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateIdle:
		one.busy, one.answered, one.quiet = false, true, time.Now()
	case http.StateClosed, http.StateHijacked:
		delete(c.open, one)
	}
}

// drain waits until all connections have ended, and closes those on which nothing
// comes. It returns ctx's error if that ends first.
func (c *connections) drain(ctx context.Context) error {
	began := time.Now()
	for {
		if c.closeQuiet(began) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainPause):
		}
	}
}

// closeQuiet closes the connections that have been quiet for their grace, counted
// from the beginning of the end, and says how many are still open.
func (c *connections) closeQuiet(began time.Time) (left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for one := range c.open {
		grace, since := unusedGrace, one.quiet
		if one.answered {
			grace = idleGrace
		}
		if since.Before(began) {
			since = began
		}
		if !one.busy && time.Since(since) >= grace {
			_ = one.Close() // the server's own reader finds out, and reports it
		}
	}
	return len(c.open)
}

func (s *Server) beginServing() {
	s.accepted = make(chan struct{})
	go func() {
		err := s.http.Serve(listener{s.listener, &s.connections})
		close(s.accepted)
		s.served <- err
	}()
}

// stopServing refuses new connections and lets those that are open end. What is
// not answered when ctx ends is cut off.
func (s *Server) stopServing(ctx context.Context) error {
	_ = s.listener.SetDeadline(time.Now()) // wakes Accept, which then looks at stopping
	s.connections.stopping.Store(true)
	if s.accepted != nil {
		<-s.accepted
	}
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(err, s.http.Close())
	}
	if s.connections.drain(ctx) != nil {
		return s.http.Close()
	}
	return s.http.Shutdown(ctx)
}
