package server

import (
	"cmp"
	"time"

	"github.com/mockcloud/mockcloud/internal/usage"
)

// observe hears of each request to an operation once it is decided what it
// answers, just before the answer is sent. It must be cheap: every request pays
// for it.
func (s *Server) observe(x *exchange, status int, started time.Time) {
	now := s.config.clock.Now()
	if a := answerOf(x.echo.Response().Writer); a != nil {
		a.decided(now, status, &x.decision, x.explain, x.body)
	}
	s.countUsage(x, status)
	s.measure(x, status, now.Sub(started))
}

// countUsage counts the call for the client that made it, once that is known.
// mockcloud's own client belongs to nobody who could ask.
func (s *Server) countUsage(x *exchange, status int) {
	c := x.call.Caller
	if c == nil || c.Builtin {
		return
	}
	op := x.call.Operation
	s.usage.Count(usage.Call{
		Client: c.Client.ID, Home: cmp.Or(c.Claims.ClientOrg, c.Claims.Org), Org: c.Claims.Org, Method: op.Method, URI: op.Path,
	}, status)
}
