package server

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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
	server   *Server
	noted
}

var answers = sync.Pool{New: func() any { return new(answer) }}

// begin notes that a request has come.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) *answer {
	s.meters.inFlight.Add(1)
	a := answers.Get().(*answer)
	a.ResponseWriter, a.server, a.stopping = w, s, &s.connections.stopping
	a.request, a.started = r, s.config.clock.Now()
	return a
}

// end notes that it was answered, and counts it unless observe has.
func (s *Server) end(a *answer, r *http.Request) {
	a.record()
	s.meters.inFlight.Add(-1)
	// A request that was only to be checked is part of another one.
	if !a.counted && a.Header().Get(actions.HeaderPassed) == "" {
		s.meters.countPage(pageClass(r), methodClass(r.Method), max(a.status, http.StatusOK), s.config.clock.Now().Sub(a.started))
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
		if a.recorded {
			if lengths := a.Header()[echo.HeaderContentLength]; len(lengths) > 0 {
				a.announced, _ = strconv.ParseInt(lengths[0], 10, 64) // ours
			}
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
	if a.recorded {
		if a.keep(p); a.announced > 0 && a.entry.AnswerLength >= a.announced {
			a.record()
			a.whole = true
		}
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
		controlPrefix, "/.well-known", "/oauth/assets", "/oauth/authorize", "/authorize", "/login", "/logout", "/saml", "/error",
	} {
		if below(path, class) {
			return class
		}
	}
	switch {
	case path == "/":
		return path
	case ofConsole(path):
		return "/console"
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
