package server

import "time"

// observe hears of each request to an operation once it is decided what it
// answers, just before the answer is sent. It must be cheap: every request pays
// for it.
func (s *Server) observe(x *exchange, status int, took time.Duration) {
	_, _, _ = x, status, took
}
