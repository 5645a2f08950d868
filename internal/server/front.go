package server

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// controlPrefix is where mockcloud's own operations live. They are not part of
// the public API and get neither CORS nor gateway prefixes.
const controlPrefix = "/_mockcloud"

// wellKnown is where the documents are that describe the login host.
const wellKnown = "/.well-known/"

// ServeHTTP is the front door of the one port: it takes gateway prefixes off,
// answers CORS, gives the request its correlation id and sees to it that
// nothing that goes wrong behind it reaches the client as anything but the
// API's own error.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.begin(w, r)
	defer s.end(a, r)
	w = a
	h := w.Header()
	h[handlers.HeaderCorrelationID] = []string{s.correlationID(r)}
	h["Cache-Control"] = noStore
	h["Pragma"] = noCache
	h["Expires"] = expired
	defer func() {
		if p := recover(); p != nil {
			s.recovered(w, r, p)
		}
	}()
	public := r.URL.Path != controlPrefix && !strings.HasPrefix(r.URL.Path, controlPrefix+"/")
	if public {
		takeOffPrefix(r)
		foldSCIM(r)
	}
	a.note(s, r)
	if public && forScripts(r) && cors(w, r) {
		return
	}
	if depth := r.Header.Get(outbound.DepthHeader); depth != "" {
		if !strings.HasPrefix(r.URL.Path, apiPrefix) && r.URL.Path != "/oauth/token" {
			_ = s.writeError(w, r, fromAction) // the client is gone, or not
			return
		}
		r = nested(r, depth)
	}
	s.echo.ServeHTTP(w, r)
}

// nested notes how many data actions a request runs inside of, which comes from
// one that reached this server through the network.
func nested(r *http.Request, said string) *http.Request {
	depth, err := strconv.Atoi(said)
	if _, inProcess := actions.Sender(r.Context()); err != nil || depth < 1 || inProcess {
		return r
	}
	return r.WithContext(actions.Arriving(r.Context(), depth))
}

// fromAction refuses what a data action calls beside the API. The side door trusts
// whoever sits at the machine, and the log-in page may let anybody in by a click:
// an action, which runs here for whoever may execute it, is neither.
var fromAction = apierr.New(http.StatusForbidden, "not.authorized", "Data actions can call this server's API and its token endpoint, and nothing else of it.")

// Values of headers that every answer carries, made once (facts: oauth.md §2).
var (
	noStore = []string{"no-cache, no-store, must-revalidate"}
	noCache = []string{"no-cache"}
	expired = []string{"0"}
)

// correlationID takes over the client's id where it sent a plausible one.
func (s *Server) correlationID(r *http.Request) string {
	id := r.Header.Get(handlers.HeaderCorrelationID)
	if id == "" || len(id) > 64 {
		return s.config.newID()
	}
	for i := range len(id) {
		c := id[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return s.config.newID()
		}
	}
	return id
}

// takeOffPrefix routes from the first /api/v2/ in the path, and only if there
// is none from the first /oauth/ (facts: clients.md §1, rules 2 and 3). That
// also takes care of the doubled slash that the Go SDK sends in gateway mode.
//
// The pages beside /oauth/ that a gateway's login prefix may stand before are
// known by their last segment.
func takeOffPrefix(r *http.Request) {
	path := r.URL.EscapedPath()
	for _, start := range [...]string{apiPrefix, "/oauth/", wellKnown, upload.Prefix, upload.DownloadPrefix} {
		i := strings.Index(path, start)
		if i < 0 {
			continue
		}
		if plain, err := url.PathUnescape(path[i:]); err == nil && i > 0 {
			r.URL.Path, r.URL.RawPath = plain, ""
			if plain != path[i:] {
				r.URL.RawPath = path[i:]
			}
		}
		return
	}
	for _, page := range [...]string{"/authorize", "/login", "/logout", "/error", "/saml", "/saml/continue"} {
		if strings.HasSuffix(path, page) {
			r.URL.Path, r.URL.RawPath = page, ""
			return
		}
	}
}

// scimPrefix is where SCIM begins.
const scimPrefix = apiPrefix + "scim/"

// foldSCIM writes the kind of resource in a SCIM path as the catalogue does, in
// small letters: clients of identity providers ask for /Users and the like, as the
// standard has it (RFC 7644).
func foldSCIM(r *http.Request) {
	if strings.HasPrefix(r.URL.Path, scimPrefix) {
		r.URL.Path, r.URL.RawPath = foldResource(r.URL.Path), foldResource(r.URL.RawPath)
	}
}

func foldResource(path string) string {
	rest, ok := strings.CutPrefix(path, scimPrefix)
	if !ok {
		return path
	}
	version, kind := "", rest
	if strings.HasPrefix(rest, "v2/") {
		version, kind = rest[:3], rest[3:]
	}
	kind, below, more := strings.Cut(kind, "/")
	path = scimPrefix + version + strings.ToLower(kind)
	if more {
		path += "/" + below
	}
	return path
}

// forScripts says whether scripts of other origins may call the path: preflights
// are always answered, but the pages are for people (decisions.md 4).
func forScripts(r *http.Request) bool {
	path := r.URL.Path
	return r.Method == http.MethodOptions || strings.HasPrefix(path, apiPrefix) || login.Owns(path) || strings.HasPrefix(path, wellKnown) ||
		strings.HasPrefix(path, upload.Prefix) || strings.HasPrefix(path, upload.DownloadPrefix)
}

// exposed lists the answer headers that scripts in a browser may read.
const exposed = "ININ-Correlation-Id, Retry-After, ETag, Location, inin-ratelimit-count, inin-ratelimit-allowed, inin-ratelimit-reset, X-Mockcloud-Explanation"

// cors lets every origin call the API and the token endpoint: they are guarded
// by tokens, not by cookies (facts: clients.md §8). It answers preflights, and
// says whether it did.
func cors(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if origin == "" && r.Method != http.MethodOptions {
		return false
	}
	h := w.Header()
	if origin == "" {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", exposed)
	if r.Method != http.MethodOptions {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS")
	wanted := r.Header.Get("Access-Control-Request-Headers")
	if wanted == "" {
		wanted = "Authorization, Content-Type, Accept, Genesys-App, purecloud-sdk, ININ-Correlation-Id"
	}
	h.Set("Access-Control-Allow-Headers", wanted)
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

func (s *Server) recovered(w http.ResponseWriter, r *http.Request, p any) {
	if p == http.ErrAbortHandler { //nolint:errorlint // a sentinel panic value, compared as net/http does
		panic(p)
	}
	s.config.logger.Error("panic", "method", r.Method, "path", r.URL.Path, "correlation", handlers.CorrelationID(w), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if a := answerOf(w); a != nil && a.whole {
		return
	}
	public, _ := handlers.Translate(fmt.Errorf("panic: %v", p))
	_ = s.writeError(w, r, public) // the answer may have begun; there is nobody left to tell
}

// writeExplanation puts the explanation into its header.
func writeExplanation(w http.ResponseWriter, e *auth.Explanation) {
	w.Header().Set(HeaderExplanation, e.JSON())
}
