package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/journal"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// apiPrefix is where the API begins, after whatever prefix a gateway adds.
const apiPrefix = "/api/v2/"

// mount registers every operation of the catalogue.
func (s *Server) mount() {
	router := s.echo.Router()
	for _, op := range s.catalogue.Operations() {
		impl := s.registry.Operation(op.ID)
		router.Add(op.Method, echoPath(op.Path), func(c echo.Context) error {
			if impl == nil {
				served, err := s.engine.Operation(op) // looked up when it is first called, and then known
				if err != nil {
					return err
				}
				return s.serveOperation(c, op, served)
			}
			return s.serveOperation(c, op, impl)
		})
	}
	s.echo.HTTPErrorHandler = s.unmatched
}

// echoPath turns {name} into :name.
func echoPath(path string) string {
	if strings.IndexByte(path, '{') < 0 {
		return path
	}
	var b strings.Builder
	b.Grow(len(path))
	for i := range len(path) {
		switch path[i] {
		case '{':
			b.WriteByte(':')
		case '}':
		default:
			b.WriteByte(path[i])
		}
	}
	return b.String()
}

func (s *Server) serveOperation(c echo.Context, op *spec.Operation, impl *handlers.Operation) error {
	started := s.config.clock.Now()
	r := c.Request()
	if s.config.checkResponses {
		defer s.checkAnswer(op, c.Response())()
	}
	param, ok := params(c)
	if !ok {
		return echo.ErrNotFound
	}
	x := &exchange{server: s, echo: c, op: impl}
	x.decision.Operation = op
	x.call = handlers.NewCall(&s.env, op, param)
	x.call.Path, x.call.RawQuery, x.call.RemoteIP, x.call.Decision = r.URL.Path, r.URL.RawQuery, handlers.RemoteIP(r), &x.decision
	x.call.CorrelationID = handlers.CorrelationID(c.Response())
	x.call.Host, x.call.Header = r.Host, r.Header
	err := x.serve(r.Context())
	w := c.Response()
	if errors.Is(err, errPassed) {
		w.Header().Set(actions.HeaderPassed, "true")
		return c.NoContent(http.StatusNoContent)
	}
	if err == nil {
		facts := op.Facts()
		s.observe(x, handlers.Status(x.result, facts.Status), started)
		x.setExplanation(w)
		if facts.SCIM {
			handlers.SpeakSCIM(w, r)
		}
		err = handlers.WriteResult(w, op.Method, facts.Status, x.result)
		s.logAnswer(r, op, w, started, nil, nil)
		return err
	}
	public, unforeseen := handlers.Translate(err)
	x.decision.Outcome = public
	switch {
	case x.explain != nil:
		x.explain = x.explain.EndingIn(public.Code)
	case isRefusal(public) || s.wantsExplanation(r):
		x.explain = x.decision.Explain(nil)
	}
	s.observe(x, public.Status, started)
	x.setExplanation(w)
	if unforeseen && r.Context().Err() == nil { // a client that hung up is nobody's failure
		s.logFailure("operation failed", op.ID, w, err)
	}
	s.logAnswer(r, op, w, started, public, x.explain)
	if op.Facts().AnswersSCIMError(public.Status) {
		return handlers.WriteSCIMError(w, r, public)
	}
	return handlers.WriteError(w, r.Method, handlers.CorrelationID(w), public)
}

// params gives access to the path parameters, unescaped. An empty one, or one
// that swallowed a slash, means that the path is not the operation's
// (decisions.md 5).
func params(c echo.Context) (func(string) string, bool) {
	names, values := c.ParamNames(), c.ParamValues()
	escaped := c.Request().URL.RawPath != ""
	for i, v := range values[:len(names)] {
		if v == "" || strings.IndexByte(v, '/') >= 0 {
			return nil, false
		}
		if escaped {
			plain, err := url.PathUnescape(v)
			if err != nil {
				return nil, false
			}
			values[i] = plain
		}
	}
	return c.Param, true
}

// unmatched answers what no route served. Below /api/v2 a token is asked for
// before anything is said about the path.
func (s *Server) unmatched(err error, c echo.Context) {
	r, w := c.Request(), c.Response()
	if w.Committed {
		return
	}
	public, unforeseen := apierr.NotFound(), false
	var status *echo.HTTPError
	switch {
	case !errors.As(err, &status):
		public, unforeseen = handlers.Translate(err)
	case strings.HasPrefix(r.URL.Path, apiPrefix):
		public = s.outsideCatalogue(r, w, status.Code)
	case status.Code == http.StatusMethodNotAllowed:
		public = methodNotAllowed(r.Method)
	}
	if unforeseen && r.Context().Err() == nil {
		s.logFailure("request failed", r.URL.Path, w, err)
	}
	if err := s.writeError(w, r, public); err != nil {
		s.config.logger.Debug("answer not sent", "error", err)
	}
}

// outsideCatalogue says what to answer to an API path that is no operation.
func (s *Server) outsideCatalogue(r *http.Request, w http.ResponseWriter, status int) *apierr.Error {
	decision := auth.Decision{}
	public := s.knownCaller(w, r, &decision)
	if public == nil {
		public = apierr.NotFound()
		if status == http.StatusMethodNotAllowed {
			public = methodNotAllowed(r.Method)
		}
	}
	decision.Outcome = public
	why := decision.Explain(nil)
	if a := answerOf(w); a != nil {
		a.decided(s.config.clock.Now(), public.Status, &decision, why, nil)
	}
	if s.wantsExplanation(r) {
		writeExplanation(w, why)
	}
	s.config.logger.Info("outside the catalogue", "method", r.Method, "path", journal.WithoutSecrets(r.URL.Path), "status", public.Status, "correlation", handlers.CorrelationID(w), "decision", why)
	return public
}

// writeError sends e in the shape of the endpoint: OAuth's at the token
// endpoint, the API's everywhere else.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, e *apierr.Error) error {
	if login.Owns(r.URL.Path) {
		return login.WriteError(w, e.Status, e.Message)
	}
	return handlers.WriteError(w, r.Method, handlers.CorrelationID(w), e)
}

// logFailure writes down what nobody foresaw, with the stack where there is one.
func (s *Server) logFailure(text, what string, w http.ResponseWriter, err error) {
	attrs := []any{"of", what, "correlation", handlers.CorrelationID(w), "error", err}
	if caught, ok := errors.AsType[*store.PanicError](err); ok {
		attrs = append(attrs, "stack", string(caught.Stack))
	}
	s.config.logger.Error(text, attrs...)
}

func methodNotAllowed(method string) *apierr.Error {
	return apierr.Newf(http.StatusMethodNotAllowed, "method.not.allowed", "The method %s is not allowed for this path.", method)
}

// bearer takes the token from the request and verifies it.
func (s *Server) bearer(r *http.Request, d *auth.Decision) (*auth.Claims, error) {
	scheme, token, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		d.Reason = "no bearer token in the Authorization header"
		return nil, auth.AuthenticationRequired()
	}
	claims, err := s.authority.Verify(token)
	if err != nil {
		d.Reason = err.Error()
		return nil, auth.BadCredentials()
	}
	d.Claims = claims
	return claims, nil
}

// knownCaller says whether the request carries a token that works.
func (s *Server) knownCaller(w http.ResponseWriter, r *http.Request, d *auth.Decision) *apierr.Error {
	claims, err := s.bearer(r, d)
	if err == nil {
		limited := s.limits.count(claims.ID, s.config.clock.Now(), w.Header())
		err = s.db.View(r.Context(), claims.Org, func(tx *store.Tx) error {
			caller, err := s.authority.Caller(tx, claims)
			if err != nil {
				return err
			}
			d.Caller = caller
			_, inProcess := actions.Sender(r.Context())
			if refusal := s.authority.AllowsFrom(caller, handlers.RemoteIP(r)); refusal != nil && !inProcess {
				d.Reason = refusal.Message
				return refusal
			}
			return limited
		})
		if auth.IsDead(err) {
			d.Reason = err.Error()
			err = auth.BadCredentials()
		}
	}
	if err == nil {
		s.authority.Used(d.Caller)
		return nil
	}
	public, unforeseen := handlers.Translate(err)
	if unforeseen && r.Context().Err() == nil {
		s.logFailure("request failed", r.URL.Path, w, err)
	}
	return public
}

func (x *exchange) setExplanation(w *echo.Response) {
	if x.explain != nil && x.wantsExplanation() {
		writeExplanation(w, x.explain)
	}
}

// logAnswer writes a line about the request: refusals with what decided them
// and what is not built yet for everybody to see, the rest for debugging.
func (s *Server) logAnswer(r *http.Request, op *spec.Operation, w *echo.Response, started time.Time, e *apierr.Error, why *auth.Explanation) {
	level, text := slog.LevelDebug, "answered"
	switch {
	case e == nil:
	case e.Status == http.StatusNotImplemented:
		level, text = slog.LevelInfo, "not implemented"
	case isRefusal(e):
		level, text = slog.LevelInfo, "refused"
	}
	if !s.config.logger.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("operation", op.ID),
		slog.String("correlation", handlers.CorrelationID(w)),
		slog.Duration("took", s.config.clock.Now().Sub(started)),
	}
	if action, ok := actions.Sender(r.Context()); ok {
		attrs = append(attrs, slog.String("action", action))
	}
	if e != nil {
		attrs = append(attrs, slog.Int("status", e.Status), slog.String("code", e.Code))
		if why == nil || e.Status == http.StatusBadRequest { // else the decision says more than the message
			attrs = append(attrs, slog.String("message", e.Message))
		}
		if why != nil {
			attrs = append(attrs, slog.Any("decision", why))
		}
	}
	s.config.logger.LogAttrs(r.Context(), level, text, attrs...)
}
