package server

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/login"
)

// answer is the answer to one request: it knows the status, and whether the
// request was counted as one to an operation.
type answer struct {
	http.ResponseWriter
	status   int
	counted  bool
	stopping *atomic.Bool // the connection shall not be used again
}

var answers = sync.Pool{New: func() any { return new(answer) }}

// begin notes that a request has come.
func (s *Server) begin(w http.ResponseWriter) *answer {
	s.meters.inFlight.Add(1)
	a := answers.Get().(*answer)
	*a = answer{ResponseWriter: w, stopping: &s.connections.stopping}
	return a
}

// end notes that it was answered, and counts it unless observe has.
func (s *Server) end(a *answer, r *http.Request, started time.Time) {
	s.meters.inFlight.Add(-1)
	// A request that was only to be checked is part of another one.
	if !a.counted && a.Header().Get(actions.HeaderPassed) == "" {
		s.meters.countPage(pageClass(r), methodClass(r.Method), max(a.status, http.StatusOK), s.config.clock.Now().Sub(started))
	}
	*a = answer{}
	answers.Put(a)
}

// WriteHeader notes the status. A server that stops tells its clients that the
// connection ends with the answer.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
		if a.stopping.Load() {
			a.Header()[echo.HeaderConnection] = closing
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

var closing = []string{"close"}

// Write writes a part of the body.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// pageClass is the path that stands for all requests of its kind.
func pageClass(r *http.Request) string {
	path := r.URL.Path
	if login.Owns(path) {
		return "/oauth/token"
	}
	if strings.HasPrefix(path, apiPrefix) { // no operation, or the answer of none
		return "/api/v2"
	}
	for _, class := range [...]string{
		controlPrefix, "/.well-known", "/oauth/assets", "/oauth/authorize", "/authorize", "/login", "/logout", "/saml", "/error", "/console",
	} {
		if path == class || (strings.HasPrefix(path, class) && path[len(class)] == '/') {
			return class
		}
	}
	if path == "/" {
		return path
	}
	return "other"
}

func methodClass(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
