package server

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/login"
)

// noted is what the journal is told about a request before its answer is sent.
type noted struct {
	request *http.Request
	started time.Time
	entry   journal.Entry

	recorded  bool // it is to be put, and has not been yet
	bodies    bool // of a request to the API or the token endpoint are kept
	whole     bool // the answer was put: nobody may change its headers any more
	announced int64
	sent      *tap // what was read of the body of a token request
}

// recorded says whether requests to a path, without a gateway's prefix, are put into
// the journal: not those that look at it, nor those that are nobody's own: pages and
// assets of the console, and what watches over the server.
func recorded(path string) bool {
	if strings.HasPrefix(path, apiPrefix) || path == "/oauth/token" {
		return true
	}
	for _, page := range [...]string{controlPrefix + "/requests", controlPrefix + "/health", controlPrefix + "/metrics", "/oauth/assets"} {
		if below(path, page) {
			return false
		}
	}
	return !ofConsole(path)
}

// note begins the entry of a request, whose path has no prefix any more.
func (a *answer) note(s *Server, r *http.Request) {
	if !s.journal.KeepsDetails() || !recorded(r.URL.Path) {
		return
	}
	a.recorded = true
	if login.Owns(r.URL.Path) {
		a.bodies, a.entry.Token = true, true
		if r.Body != nil && r.Body != http.NoBody {
			a.sent = &tap{ReadCloser: r.Body}
			r.Body = a.sent
		}
	} else if strings.HasPrefix(r.URL.Path, apiPrefix) {
		a.bodies = true
	}
}

// decided notes what was decided about a request to the API, which is to be explained
// later even where the journal keeps nothing else. body is as much as was read.
func (a *answer) decided(at time.Time, status int, d *auth.Decision, why *auth.Explanation, body []byte) {
	e := &a.entry
	a.recorded, e.API = true, true
	e.Operation, e.Status, e.Took, e.Why = d.Operation, status, at.Sub(a.started), why
	if why == nil {
		e.Trace = d.Trace()
	}
	if d.Outcome != nil {
		e.Code, e.Refusal = d.Outcome.Code, d.Outcome
	}
	e.Caller = journal.CallerOf(d.Caller)
	e.Body, e.BodyLength = body, int64(len(body))
	if body == nil {
		e.BodyLength = a.request.ContentLength
	} else if len(body) > journal.MaxBody && a.bodies {
		e.Body = append([]byte(nil), body[:journal.MaxBody]...)
	}
}

// signsInToConsole says whether a page of the log-in host is shown on the way into the
// console, or out of it.
func signsInToConsole(r *http.Request) bool {
	return (r.URL.Path == "/oauth/authorize" || r.URL.Path == "/logout") && r.URL.Query().Get("client_id") == identity.BuiltinID
}

// answerOf is the answer behind a writer, or nil.
func answerOf(w http.ResponseWriter) *answer {
	for {
		switch at := w.(type) {
		case *answer:
			return at
		case interface{ Unwrap() http.ResponseWriter }:
			w = at.Unwrap()
		default:
			return nil
		}
	}
}

// record puts the entry, once. That comes before the last part of the answer is sent,
// so that whoever has it can ask.
func (a *answer) record() {
	if !a.recorded {
		return
	}
	a.recorded = false
	h := a.Header()
	if len(h[actions.HeaderPassed]) > 0 { // a request that was only to be checked is part of another one
		return
	}
	e, r := &a.entry, a.request
	e.At, e.CorrelationID = a.started, handlers.CorrelationID(a)
	e.Method, e.Target, e.Host, e.Remote = r.Method, r.RequestURI, r.Host, r.RemoteAddr
	if e.Target == "" { // of a request that is made in this process
		e.Target = r.URL.RequestURI()
	}
	e.Header, e.AnswerHeader = r.Header, h
	if e.Status == 0 {
		e.Status = max(a.status, http.StatusOK)
	}
	if !e.API {
		e.Took = a.server.config.clock.Now().Sub(a.started)
		e.BodyLength = r.ContentLength
		if a.sent != nil {
			e.Body, e.BodyLength = a.sent.kept, max(a.sent.read, r.ContentLength)
		}
	}
	e.AnswerLength = max(e.AnswerLength, a.announced)
	e.Action, _ = actions.Sender(r.Context())
	e.Console = (e.Action == "" && journal.OfConsole(r.Context())) || signsInToConsole(r)
	a.server.journal.Put(e)
}

// keep notes a part of the answer.
func (a *answer) keep(p []byte) {
	e := &a.entry
	e.AnswerLength += int64(len(p))
	if room := journal.MaxBody - len(e.Answer); a.bodies && room > 0 {
		e.Answer = append(e.Answer, p[:min(len(p), room)]...)
	}
}

// tap keeps the beginning of a body that somebody reads.
type tap struct {
	io.ReadCloser
	kept []byte
	read int64
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.read += int64(n)
	if room := journal.MaxBody - len(t.kept); n > 0 && room > 0 {
		t.kept = append(t.kept, p[:min(n, room)]...)
	}
	return n, err
}
