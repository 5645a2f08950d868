package server

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// connections knows the connections that have not carried a request yet.
// Clients open some in reserve; the library's Shutdown would wait five seconds
// for each, in case its first request is on the way.
type connections struct {
	mu     sync.Mutex
	unused map[net.Conn]bool
}

// unusedGrace is how long a connection without a request is waited for at the
// end.
const unusedGrace = 100 * time.Millisecond

// track is an http.Server's ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	if state != http.StateNew && state != http.StateActive && state != http.StateClosed {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if state != http.StateNew {
		delete(c.unused, conn)
		return
	}
	if c.unused == nil {
		c.unused = make(map[net.Conn]bool)
	}
	c.unused[conn] = true
}

// closeUnused closes, after the grace, those that still have carried nothing.
func (c *connections) closeUnused() *time.Timer {
	return time.AfterFunc(unusedGrace, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for conn := range c.unused {
			_ = conn.Close() // the server's own reader reports it
		}
	})
}
