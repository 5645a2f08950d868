package actions_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// No secret of a credential is in a test run, an error or the log: as it is, in
// the spellings of URLs and JSON, in base64, or in base64 of more.
func TestNoSecretShowsInATraceAnErrorOrTheLog(t *testing.T) {
	t.Parallel()
	const secret = `fake/s3cret "of" the+test`
	escaped, _ := json.Marshal(secret)
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(escaped), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("user:" + secret))[8:32],
		base64.StdEncoding.EncodeToString([]byte("u:" + secret))[8:32],
	}
	lines := &log{}
	b := start(t, mocktest.Options{Logger: slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	remote := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/refuse" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"echo": string(body), "url": r.URL.String(), "auth": r.Header.Get("Authorization"), "in": []string{secret}})
	})
	integrationID := b.install(web, "userDefined", map[string]string{"key": secret, "host": remote.URL})
	for _, path := range []string{"/echo", "/refuse", "/broken"} {
		a := action("${credentials.host}" + path + `?key=$esc.url("${credentials.key}")`)
		override(a, "config.request.requestType", "POST")
		override(a, "config.request.headers", map[string]string{
			"Authorization": `Basic $encoding.base64("user:${credentials.key}")`,
			"X-Also":        `Basic $encoding.base64("u:${credentials.key}")`,
		})
		override(a, "config.request.requestTemplate", `{"key": "$esc.jsonEncode("${credentials.key}")", "coded": "$encoding.base64("${credentials.key}")"}`)
		if path == "/broken" {
			override(a, "config.request.requestTemplate", `$esc.jsonEncode("${credentials.key}") $nothing`)
		}
		action := b.publish(integrationID, a)
		tested := b.want(b.admin.Post(t, action+"/test", "{}"), 200)
		if success := tested.Str(t, "success"); success != fmt.Sprint(path == "/echo") {
			t.Errorf("%s: success = %s\n%s", path, success, tested.Body)
		}
		for _, text := range []string{string(tested.Body), tested.Str(t, "operations"), tested.Str(t, "error"), tested.Str(t, "finalResult")} {
			for _, form := range forms {
				if strings.Contains(text, form) {
					t.Errorf("%s: the trace has %q:\n%s", path, form, text)
				}
			}
		}
		if !strings.Contains(string(tested.Body), "**********") {
			t.Errorf("%s: nothing is masked:\n%s", path, tested.Body)
		}
		if path == "/refuse" {
			executed := b.want(b.admin.Post(t, action+"/execute", "{}"), 400)
			if strings.Contains(string(executed.Body), "s3cret") {
				t.Errorf("execute: %s", executed.Body)
			}
		}
	}
	for _, form := range forms {
		if strings.Contains(lines.String(), form) {
			t.Errorf("the log has %q:\n%s", form, lines)
		}
	}
}

// A short secret is masked where it stands by itself; inside of a word it would
// spoil what has nothing to do with it.
func TestAShortSecretDoesNotSpoilTheTrace(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Body: map[string]string{"at": "least", "is": "east", "say": "go east!"}})
	path := b.publish(b.install(web, "userDefined", map[string]string{"region": "east"}), action("https://crm.example.test/a"))
	tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
	if got := tested.Str(t, "operations.7.result"); got != `{"at":"least","is":"**********","say":"go **********!"}` {
		t.Errorf("result = %s", got)
	}
	executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	if executed.Str(t, "is") != "east" {
		t.Errorf("what an action answers is data, not a trace: %s", executed.Body)
	}
}

// The token of the stored client never shows, and is kept for the next call.
func TestATokenIsKeptAndTakenAnewWhenItIsRefused(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	env := b.Environment()
	path := b.publish(b.platformIntegration(), action("/api/v2/oauth/clients/"+env.ClientID))
	issued := func() string {
		b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
		return b.want(b.admin.Post(t, path+"/test", "{}"), 200).Str(t, "operations.7.result.id")
	}
	if got := issued(); got != env.ClientID {
		t.Fatalf("id = %s", got)
	}
	// Disabling the client ends its tokens; the new one works as soon as the
	// client does.
	other := b.AsUser(t, env.User)
	b.SetClientState(t, env.ClientID, "disabled")
	failed := b.want(other.Post(t, path+"/execute", "{}"), 400)
	if failed.Str(t, "code") != "invalid.credentials" || failed.Str(t, "details.0.errorCode") != "ACTION.AUTHENTICATION" ||
		!strings.HasPrefix(failed.Str(t, "errors.0.message"), "Request to backend service failed.  Response from web service: ") || failed.Str(t, "errors.0.code") != "INVALID_CREDENTIALS" {
		t.Errorf("%s", failed.Body)
	}
	b.SetClientState(t, env.ClientID, "active")
	b.want(other.Post(t, path+"/execute", "{}"), 200)
}

func TestBasicCredentialsGoWithEveryCall(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	remote := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_ = json.NewEncoder(w).Encode(map[string]any{"user": user, "right": password == "fake-password", "agent": r.UserAgent()})
	})
	path := b.publish(b.install(web, "basicAuth", map[string]string{"userName": "ana", "password": "fake-password"}), action(remote.URL))
	executed := b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	if want := `{"user":"ana","right":true,"agent":"PureCloudIntegrations/1.0"}`; !sameJSON(t, executed.Body, json.RawMessage(want)) {
		t.Errorf("%s, want %s", executed.Body, want)
	}
	// Guess: the credential wins over a header of the action's own.
	own := action(remote.URL)
	override(own, "config.request.headers", map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("own:x")), "User-Agent": "mine"})
	executed = b.want(b.admin.Post(t, b.publish(b.install(web, "basicAuth", map[string]string{"userName": "ana"}), own)+"/execute", "{}"), 200)
	if executed.Str(t, "user") != "ana" || executed.Str(t, "agent") != "mine" {
		t.Errorf("%s", executed.Body)
	}
	onPlatform := action("/api/v2/routing/queues")
	override(onPlatform, "config.request.headers", map[string]string{"Authorization": "Bearer own"})
	b.want(b.admin.Post(t, b.publish(b.platformIntegration(), onPlatform)+"/execute", "{}"), 200)
}

// The log-in of user-defined OAuth credentials is run once, and again when a call
// is refused.
func TestAUserDefinedLogInIsKeptUntilACallFails(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	var logins atomic.Int32
	var refuse atomic.Bool
	remote := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_ = json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "access_token": fmt.Sprintf("fake-token-number-%d", logins.Add(1))})
			return
		}
		if want := fmt.Sprintf("Bearer fake-token-number-%d", logins.Load()); refuse.Swap(false) || r.Header.Get("Authorization") != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"ok":true}`))
	})
	integrationID := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": remote.URL + "/token", "clientId": "c", "clientSecret": "fake-client-secret"})
	a := action(remote.URL + "/call")
	override(a, "config.request.headers", map[string]string{"Authorization": "${authResponse.token_type} ${authResponse.access_token}"})
	path := b.publish(integrationID, a)
	for range 3 {
		b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	}
	if logins.Load() != 1 {
		t.Errorf("%d log-ins for three calls", logins.Load())
	}
	refuse.Store(true)
	b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	if logins.Load() != 2 {
		t.Errorf("%d log-ins after a refused call", logins.Load())
	}
	tested := b.want(b.admin.Post(t, path+"/test", "{}"), 200)
	if tested.Str(t, "success") != "true" || strings.Contains(string(tested.Body), "fake-token") {
		t.Errorf("%s", tested.Body)
	}
	// Guess: any failure forgets the log-in; only a 401 is tried again at once.
	missing := action(remote.URL + "/missing")
	override(missing, "config.request.headers", map[string]string{"Authorization": "${authResponse.token_type} ${authResponse.access_token}"})
	before := logins.Load()
	b.want(b.admin.Post(t, b.publish(integrationID, missing)+"/execute", "{}"), 404)
	b.want(b.admin.Post(t, path+"/execute", "{}"), 200)
	if logins.Load() != before+1 {
		t.Errorf("%d log-ins after a 404, want one", logins.Load()-before)
	}
	auth := "/api/v2/integrations/actions/customAuth_-_" + integrationID
	b.want(b.admin.Post(t, auth+"/execute", "{}"), 404)
	tested = b.want(b.admin.Post(t, auth+"/test", "{}"), 200)
	if tested.Str(t, "success") != "true" || strings.Contains(string(tested.Body), "fake-client-secret") || strings.Contains(string(tested.Body), "fake-token") {
		t.Errorf("the test of the log-in: %s", tested.Body)
	}
}

// The words of a log-in that failed are those of the platform's: what the service
// answered, told in any mode.
func TestAUserDefinedLogInThatFailsSaysWhatTheServiceSaid(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "https://login.example.test/token", Status: 403, Body: map[string]string{"error": "invalid_client"}})
	integrationID := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": "https://login.example.test/token", "clientId": "c", "clientSecret": "fake-client-secret"})
	executed := b.want(b.admin.Post(t, b.publish(integrationID, action("https://crm.example.test/a"))+"/execute", "{}"), 400)
	want := `Request to backend service failed.  Response from web service: {"error":"invalid_client"} [` + executed.Header.Get("ININ-Correlation-Id") + "]"
	if executed.Str(t, "code") != "invalid.credentials" || executed.Str(t, "errors.0.message") != want || executed.Str(t, "details.0.errorCode") != "ACTION.AUTHENTICATION" {
		t.Errorf("%s\nwant %s", executed.Body, want)
	}
}

// A call that is refused is tried once more, and no more than that.
func TestARefusedCallIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	refusals := b.Stub(t, mocktest.Stub{URL: "/api/v2/routing/queues", Status: 401, Body: map[string]string{}})
	path := b.publish(b.platformIntegration(), action("/api/v2/routing/queues"))
	for n, want := range []int{1, 3} { // with a new token once, with a kept one twice
		b.want(b.admin.Post(t, path+"/execute", "{}"), 401)
		if got := b.StubHits(t, refusals); got != want {
			t.Errorf("%d calls after run %d, want %d", got, n+1, want)
		}
	}
}

// Guess: what only the product knows. The log-in cannot be deleted, has no
// time-out and keeps its category.
func TestTheActionThatLogsInIsTiedToItsCredential(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": "https://login.example.test/token"})
	path := "/api/v2/integrations/actions/customAuth_-_" + integrationID
	var view struct {
		Config struct{ Request map[string]any }
	}
	b.want(b.admin.Get(t, path+"?includeConfig=true"), 200).JSON(t, &view)
	// Guess: what it does until somebody changes it.
	if view.Config.Request["requestUrlTemplate"] != "${credentials.loginUrl}" || view.Config.Request["requestType"] != "POST" {
		t.Errorf("%v", view)
	}
	b.want(b.admin.Delete(t, path), 400)
	b.want(b.admin.Patch(t, path, map[string]any{"version": 1, "config": map[string]any{"timeoutSeconds": 5}}), 400)
	renamed := b.want(b.admin.Patch(t, path, map[string]any{"version": 1, "name": "Log in", "category": "Mine"}), 200)
	if renamed.Str(t, "name") != "Log in" || renamed.Str(t, "category") != "Web Services Data Actions" {
		t.Errorf("%s", renamed.Body)
	}
	// The body for such an action that comes with the examples.
	var example map[string]any
	text, err := os.ReadFile("../../fixtures/actions/10-custom-auth-patch.json")
	if err != nil || json.Unmarshal(text, &example) != nil {
		t.Fatal(err)
	}
	example["version"] = 2
	b.want(b.admin.Patch(t, path, example), 200)
	plain := b.credential("userDefined", map[string]string{"a": "b"})
	b.plug(integrationID, "basicAuth", plain)
	b.want(b.admin.Get(t, path), 404)
}
