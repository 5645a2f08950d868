package actions_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// hostile answers in every way that a web service should not.
func hostile(t *testing.T) *upstream {
	t.Helper()
	other := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if status := 0; r.URL.Path != "" {
			if n, _ := fmt.Sscanf(r.URL.Path, "/status/%d", &status); n == 1 {
				w.WriteHeader(status)
				_, _ = fmt.Fprintf(w, `{"message":"upstream says %d"}`, status)
				return
			}
		}
		switch r.URL.Path {
		case "/slow":
			select {
			case <-time.After(5 * time.Second):
			case <-r.Context().Done():
			}
		case "/text":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("this is no JSON"))
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/large":
			_, _ = w.Write(append(append([]byte(`"`), bytes.Repeat([]byte("x"), 3_000_000)...), '"'))
		case "/hangup":
			hijacked, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = hijacked.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"))
				_ = hijacked.Close()
			}
		case "/elsewhere":
			http.Redirect(w, r, "/landed", http.StatusFound)
		case "/otherscheme":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = fmt.Fprintf(w, `{"path":%q}`, r.URL.Path)
		}
	})
}

// The table of failures of the help articles, and what follows from it. Where a
// row is a guess, the real status is not known.
func TestWhatARemoteEndAnswersBecomesAResultOrAListedError(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	remote := hostile(t)
	integrationID := b.install(web, "", nil)
	tests := []struct {
		path           string
		status         int
		code, nested   string
		shownInTest    string // what the trace tells of the answer
		shownInExecute string // what everybody may know
	}{
		{path: "/fine", status: 200},
		{path: "/empty", status: 200}, // an answer without a body stands for {}
		{path: "/elsewhere", status: 200},
		{"/status/400", 400, "bad.request", "BAD_REQUEST", "upstream says 400", "use test mode"},
		{"/status/401", 401, "bad.credentials", "BAD_CREDENTIALS", "upstream says 401", "use test mode"}, // Guess: as with 404
		{"/status/403", 403, "not.authorized", "NOT_AUTHORIZED", "upstream says 403", "use test mode"},
		{"/status/404", 404, "not.found", "NOT_FOUND", "upstream says 404", "use test mode"},            // Guess
		{"/status/405", 405, "method not allowed", "METHOD_NOT_ALLOWED", "upstream says 405", ""},       // Guess
		{"/status/409", 409, "request.conflict", "REQUEST_CONFLICT", "upstream says 409", ""},           // Guess
		{"/status/418", 400, "bad.request", "BAD_REQUEST", "upstream says 418", ""},                     // Guess
		{"/status/429", 429, "too.many.requests", "TOO_MANY_REQUESTS", "upstream says 429", ""},         // Guess
		{"/status/500", 500, "internal.server.error", "INTERNAL_SERVER_ERROR", "upstream says 500", ""}, // Guess
		{"/status/503", 500, "internal.server.error", "INTERNAL_SERVER_ERROR", "upstream says 503", ""}, // Guess
		{"/text", 400, "bad.request", "BAD_REQUEST", "this is no JSON", "use test mode"},                // also with a JSON content type
		{"/large", 400, "bad.request", "BAD_REQUEST", "2 MB", "2 MB"},                                   // Guess: the status
		{"/hangup", 400, "bad.request", "BAD_REQUEST", "failed", "failed"},                              // Guess
		{"/otherscheme", 400, "bad.request", "BAD_REQUEST", "redirect", "redirect"},                     // Guess
		{"/round", 400, "bad.request", "BAD_REQUEST", "redirect", "redirect"},                           // Guess
		{"/slow", 504, "request.timeout", "", "", ""},                                                   // Guess: 504 rather than 408
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			a := action(remote.URL + tt.path)
			override(a, "config.timeoutSeconds", 1)
			path := b.publish(integrationID, a)
			executed := b.admin.Post(t, path+"/execute", "{}")
			if executed.Status != tt.status {
				t.Fatalf("status = %d, want %d\n%s", executed.Status, tt.status, executed.Body)
			}
			if tt.status == 200 {
				return
			}
			tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
			for place, want := range map[string]string{
				"code": tt.code, "status": fmt.Sprint(tt.status), "details": `[{"errorCode":"ACTION.REMOTE_ENDPOINT"}]`, "messageParams": "{}",
				"errors.0.code": tt.nested,
			} {
				if got := executed.Str(t, place); got != want {
					t.Errorf("execute: %s = %s, want %s", place, got, want)
				}
				if got := tested.Str(t, "error."+place); got != want {
					t.Errorf("test: %s = %s, want %s", place, got, want)
				}
			}
			if got := tested.Str(t, "operations.7.name"); got != "Execute" {
				t.Errorf("failed at %s", tested.Body)
			}
			if !strings.Contains(tested.Str(t, "error.errors.0.message"), tt.shownInTest) {
				t.Errorf("the test hides %q:\n%s", tt.shownInTest, tested.Body)
			}
			message := executed.Str(t, "errors.0.message")
			if !strings.Contains(message, tt.shownInExecute) || (strings.HasPrefix(tt.path, "/status") && strings.Contains(message, "upstream says")) {
				t.Errorf("execute says %s", message)
			}
		})
	}
}

// The words of the nested error, as the help article quotes them.
func TestTheErrorOfAFailedCallHasTheProductsWords(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Status: 400, Body: map[string]string{"why": "because"}})
	path := b.publish(b.install(web, "", nil), action("https://crm.example.test/a"))
	executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
	id := executed.Header.Get("ININ-Correlation-Id")
	for place, want := range map[string]string{
		"message":          "The request could not be understood by the server due to malformed syntax.",
		"contextId":        id,
		"errors.0.message": "REST call for action execute failed. Message: Request to backend service failed. To see error details, use test mode to execute the action, or execute request in Postman or other REST tools. [" + id + "]",
		"errors.0.status":  "400", "errors.0.messageParams": "{}", "errors.0.details": "[]", "errors.0.errors": "[]",
	} {
		if got := executed.Str(t, place); got != want {
			t.Errorf("%s = %s\nwant %s", place, got, want)
		}
	}
	tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
	want := `REST call for action execute failed. Message: Request to backend service failed.  Response from web service: {"why":"because"} [` + tested.Header.Get("ININ-Correlation-Id") + "]"
	if got := tested.Str(t, "error.errors.0.message"); got != want {
		t.Errorf("test: %s\nwant %s", got, want)
	}
}

func TestThePolicySaysHowToAllowMore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ policy, url, want string }{
		{"", "https://crm.example.test/a", "--outbound any"},
		{"loopback", "http://192.0.2.1/a", "--outbound any"},
		{"none", "http://127.0.0.1:1/a", "--outbound loopback"},
	} {
		t.Run(tt.policy+" "+tt.url, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{Outbound: tt.policy})
			path := b.publish(b.install(web, "", nil), action(tt.url))
			executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
			if got := executed.Str(t, "errors.0.message"); !strings.Contains(got, tt.want) || !strings.Contains(got, "stub") {
				t.Errorf("message = %s", got)
			}
		})
	}
}

func TestARefusalNamesTheStubThatNearlyAnswered(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	path := b.publish(b.install(web, "", nil), action("https://crm.example.test/a"))
	b.Stub(t, mocktest.Stub{ID: "by-method", Method: "POST", URL: "https://crm.example.test/a"})
	executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
	if got := executed.Str(t, "errors.0.message"); !strings.Contains(got, "The stub by-method has this URL, but answers POST only.") {
		t.Errorf("%s", got)
	}
	b.RemoveStub(t, "by-method")
	b.Stub(t, mocktest.Stub{ID: "by-body", URL: "https://crm.example.test/a", BodyContainsText: "x"})
	executed = b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
	if got := executed.Str(t, "errors.0.message"); !strings.Contains(got, "The stub by-body has this URL, but the body is not what it looks for.") {
		t.Errorf("%s", got)
	}
}

// An action that calls itself ends at a depth of five with a listed error, be it
// through this server in process or through the network.
func TestAnActionThatCallsItselfEnds(t *testing.T) {
	t.Parallel()
	lines := &log{}
	b := start(t, mocktest.Options{Logger: slog.New(slog.NewJSONHandler(lines, nil))})
	for _, kind := range []string{platform, web} {
		t.Run(kind, func(t *testing.T) {
			var integrationID, base string
			if kind == platform {
				integrationID = b.platformIntegration()
			} else {
				integrationID, base = b.install(web, "userDefined", map[string]string{"token": b.admin.Token}), b.URL
			}
			a := action("/api/v2/nowhere")
			override(a, "name", "Itself by "+kind)
			override(a, "config.request.requestType", "POST")
			if kind == web {
				override(a, "config.request.requestUrlTemplate", base+"/api/v2/nowhere")
				override(a, "config.request.headers", map[string]string{"Authorization": "Bearer ${credentials.token}"})
			}
			path := b.publish(integrationID, a)
			var view map[string]any
			b.admin.Get(t, path+"?includeConfig=true").JSON(t, &view)
			b.want(b.admin.Patch(t, path, map[string]any{"version": 1, "config": map[string]any{"request": map[string]any{"requestUrlTemplate": base + path + "/execute"}}}), 200)
			executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
			if executed.Str(t, "code") != "bad.request" {
				t.Errorf("%s", executed.Body)
			}
			if got := strings.Count(lines.String(), `"msg":"data action","action":"Itself by `+kind); got != 5 {
				t.Errorf("it ran %d times, want 5\n%s", got, lines.String())
			}
		})
	}
}

// log is a log that several requests write to.
type log struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// What a Genesys Cloud data action calls on this server stands in the log under
// the action's name.
func TestCallsAppearInTheLogUnderTheActionsName(t *testing.T) {
	t.Parallel()
	lines := &log{}
	b := start(t, mocktest.Options{Logger: slog.New(slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	a := action("/api/v2/routing/queues?name=Secret")
	override(a, "name", "List the queues")
	path := b.publish(b.platformIntegration(), a)
	executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	id := executed.Header.Get("ININ-Correlation-Id")
	var called, ran bool
	for line := range strings.Lines(lines.String()) {
		called = called || strings.Contains(line, `"operation":"getRoutingQueues"`) && strings.Contains(line, `"action":"List the queues"`)
		ran = ran || strings.Contains(line, `"msg":"data action","action":"List the queues"`) && strings.Contains(line, `"url":"/api/v2/routing/queues"`) && strings.Contains(line, id)
	}
	if !called || !ran {
		t.Errorf("called %t, ran %t:\n%s", called, ran, lines.String())
	}
	if strings.Contains(lines.String(), b.Environment().ClientSecret) {
		t.Error("the log has the secret")
	}
}

// A request of a platform action may name this server, but no other one.
func TestAPlatformActionCallsThisServerOnly(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.platformIntegration()
	tests := []struct {
		url    string
		status int
	}{
		{"/api/v2/routing/queues", 200},
		{b.URL + "/api/v2/routing/queues", 200},
		{"https://api.mypurecloud.com/api/v2/routing/queues", 400},
		{"${input.path}", 400}, // /oauth/token
		{"/api/v2/routing/queues?name=a b", 400},
		{"/api/../oauth/token", 400},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			path := b.publish(integrationID, action(tt.url))
			if got := b.admin.Post(t, path+"/execute", map[string]string{"path": "/oauth/token"}); got.Status != tt.status {
				t.Errorf("%d, want %d\n%s", got.Status, tt.status, got.Body)
			}
		})
	}
}
