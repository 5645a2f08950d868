package actions_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func (b *bench) run(path string, status int) *mocktest.Response {
	b.t.Helper()
	return b.want(b.admin.Post(b.t, path+"/execute", "{}"), status)
}

// All actions of an integration send what one log-in answered; those of another
// integration have their own, even with the same credential.
func TestActionsOfAnIntegrationShareItsLogIn(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	s := serveTokens(t)
	first := b.install(web, "userDefinedOAuth", s.fields())
	one, two := b.publish(first, s.call()), b.publish(first, s.call())
	for range 2 {
		b.run(one, 200)
		b.run(two, 200)
	}
	if got := s.issued.Load(); got != 1 {
		t.Errorf("%d log-ins for two actions", got)
	}
	tested := b.want(b.admin.Post(t, two+"/test", "{}"), 200)
	if tested.Str(t, "success") != "true" || s.issued.Load() != 1 {
		t.Errorf("the test has a log-in of its own: %s", tested.Body)
	}
	second := b.install(web, "", nil)
	b.plug(second, "basicAuth", b.want(b.admin.Get(t, "/api/v2/integrations/"+first+"/config/current"), 200).Str(t, "credentials.basicAuth.id"))
	b.run(b.publish(second, s.call()), 200)
	if got := s.issued.Load(); got != 2 {
		t.Errorf("%d log-ins for two integrations", got)
	}
}

// First calls at the same time log in once: the others wait for it.
func TestFirstCallsAtTheSameTimeLogInOnce(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	var logins atomic.Int32
	proceed := make(chan struct{})
	remote := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			_, _ = io.WriteString(w, `{"ok":true}`)
			return
		}
		logins.Add(1)
		select {
		case <-proceed:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, `{"access_token":"fake-token-of-all"}`)
	})
	path := b.publish(b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": remote.URL + "/token"}), action(remote.URL+"/call"))
	var runs sync.WaitGroup
	statuses := make([]int, 8)
	for n := range statuses {
		runs.Go(func() { statuses[n] = b.admin.Post(t, path+"/execute", "{}").Status })
	}
	b.underWay(len(statuses))
	// Whatever comes after them goes through the same steps up to its own log-in,
	// or past it. By then, they have come as far.
	unlike := b.publish(b.install(web, "", nil), action(remote.URL+"/call"))
	for range 5 * len(statuses) {
		b.run(unlike, 200)
	}
	close(proceed)
	runs.Wait()
	for n, status := range statuses {
		if status != 200 {
			t.Errorf("run %d: status %d", n, status)
		}
	}
	if logins.Load() != 1 {
		t.Errorf("%d log-ins for calls at the same time", logins.Load())
	}
}

// underWay waits until the server answers so many requests at the same time.
func (b *bench) underWay(requests int) {
	b.t.Helper()
	// That for the figures is one more.
	want := fmt.Sprintf("\nmockcloud_http_requests_in_flight %d\n", requests+1)
	for deadline := time.Now().Add(20 * time.Second); ; {
		got := b.want(b.Anonymous().Get(b.t, "/_mockcloud/metrics"), 200)
		if strings.Contains(string(got.Body), want) {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("not %d requests are under way after twenty seconds:\n%s", requests, got.Body)
		}
	}
}

// Whatever a log-in depends on makes another one when it changes, and nothing
// else does.
func TestWhatMakesALogInAnew(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(b *bench, integrationID, credentialID string, s *tokens)
		anew   bool
	}{
		{"nothing", func(*bench, string, string, *tokens) {}, false},
		{"time", func(b *bench, _, _ string, _ *tokens) { b.Clock.Advance(100 * time.Hour); b.admin = b.Admin(b.t) }, false},
		{"another secret", func(b *bench, _, id string, _ *tokens) {
			b.want(b.admin.Put(b.t, "/api/v2/integrations/credentials/"+id, map[string]any{"type": "userDefinedOAuth", "credentialFields": map[string]string{"clientSecret": "fake-secret-2"}}), 200)
		}, true},
		{"another field", func(b *bench, _, id string, _ *tokens) {
			b.want(b.admin.Put(b.t, "/api/v2/integrations/credentials/"+id, map[string]any{"type": "userDefinedOAuth", "credentialFields": map[string]string{"audience": "all"}}), 200)
		}, true},
		{"another credential", func(b *bench, i, _ string, s *tokens) {
			b.plug(i, "basicAuth", b.credential("userDefinedOAuth", s.fields()))
		}, true},
		{"the log-in itself", func(b *bench, i, _ string, _ *tokens) {
			b.want(b.admin.Patch(b.t, logInOf(i), map[string]any{"version": 1, "config": map[string]any{"request": map[string]any{"requestTemplate": "grant_type=password"}}}), 200)
		}, true},
		{"a draft of the log-in", func(b *bench, i, _ string, _ *tokens) {
			b.want(b.admin.Post(b.t, logInOf(i)+"/draft", nil), 200)
			b.want(b.admin.Patch(b.t, logInOf(i)+"/draft", map[string]any{"version": 1, "config": map[string]any{"request": map[string]any{"requestTemplate": "grant_type=password"}}}), 200)
		}, false},
		{"a published draft of the log-in", func(b *bench, i, _ string, _ *tokens) {
			b.want(b.admin.Post(b.t, logInOf(i)+"/draft", nil), 200)
			b.want(b.admin.Post(b.t, logInOf(i)+"/draft/publish", map[string]int{"version": 1}), 200)
		}, true},
		{"another type and back", func(b *bench, _, id string, s *tokens) {
			for _, kind := range []string{"userDefined", "userDefinedOAuth"} {
				b.Clock.Advance(time.Second)
				b.want(b.admin.Put(b.t, "/api/v2/integrations/credentials/"+id, map[string]any{"type": kind, "credentialFields": s.fields()}), 200)
			}
		}, true},
		{"a call that was not found", func(b *bench, i, _ string, s *tokens) {
			s.refuse.Store(404)
			b.run(b.publish(i, s.call()), 404)
		}, true}, // Guess: any answer that is no success
		{"a call that nobody answered", func(b *bench, i, _ string, _ *tokens) {
			gone := serve(b.t, http.NotFound)
			gone.Close()
			b.run(b.publish(i, action(gone.URL)), 400)
		}, false}, // Guess: it says nothing about the log-in
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{})
			s := serveTokens(t)
			integrationID := b.install(web, "", nil)
			credentialID := b.credential("userDefinedOAuth", s.fields())
			b.plug(integrationID, "basicAuth", credentialID)
			path := b.publish(integrationID, s.call())
			b.run(path, 200)
			before := s.issued.Load()
			tt.change(b, integrationID, credentialID, s)
			b.run(path, 200)
			b.run(path, 200)
			if got, want := s.issued.Load()-before, map[bool]int32{true: 1}[tt.anew]; got != want {
				t.Errorf("%d log-ins afterwards, want %d", got, want)
			}
		})
	}
}

// A log-in is known to the running server alone, and no longer than its state.
func TestLogInsEndWithTheServerAndWithAReset(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state.db")
	b := start(t, mocktest.Options{Path: state})
	s := serveTokens(t)
	path := b.publish(b.install(web, "userDefinedOAuth", s.fields()), s.call())
	b.run(path, 200)
	b.Stop(t)
	b = start(t, mocktest.Options{Path: state})
	b.run(path, 200)
	if got := s.issued.Load(); got != 2 {
		t.Errorf("%d log-ins, want one before and one after the restart", got)
	}
	fixture := fixtureWithLogIn(t, s)
	b = start(t, mocktest.Options{Fixtures: []string{"default", fixture}})
	for n := range int32(2) { // the ids of what a fixture installs stay the same
		list := b.want(b.admin.Get(t, "/api/v2/integrations/actions?name=Fixture"), 200)
		b.run("/api/v2/integrations/actions/"+list.Str(t, "entities.0.id"), 200)
		if got := s.issued.Load(); got != 3+n {
			t.Errorf("%d log-ins after %d resets", got, n)
		}
		b.Reset(t)
		b.admin = b.Admin(t)
	}
}

// The log-in goes when its slot is emptied and when its integration is deleted,
// and takes its draft with it.
func TestTheLogInGoesWithItsSlotAndItsIntegration(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	s := serveTokens(t)
	for name, remove := range map[string]func(integrationID string){
		"slot": func(id string) {
			path := "/api/v2/integrations/" + id + "/config/current"
			var config map[string]any
			b.admin.Get(t, path).JSON(t, &config)
			config["credentials"] = map[string]any{}
			b.want(b.admin.Put(t, path, config), 200)
		},
		"integration": func(id string) { b.want(b.admin.Delete(t, "/api/v2/integrations/"+id), 200) },
	} {
		id := b.install(web, "userDefinedOAuth", s.fields())
		b.want(b.admin.Post(t, logInOf(id)+"/draft", nil), 200)
		remove(id)
		for _, path := range []string{logInOf(id), logInOf(id) + "/draft"} {
			if got := b.admin.Get(t, path); got.Status != 404 {
				t.Errorf("%s: %s answers %d", name, path, got.Status)
			}
		}
	}
	if got := b.want(b.admin.Get(t, "/api/v2/integrations/actions?includeAuthActions=true"), 200).Str(t, "total"); got != "0" {
		t.Errorf("%s actions are left", got)
	}
}

// PATCH takes name, version and config; the contract and secure are refused
// where they are other ones, the version must be right, and nothing changes then.
func TestTheLogInIsChangedLikeWhatWasPublished(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	s := serveTokens(t)
	id := b.install(web, "userDefinedOAuth", s.fields())
	other := map[string]any{"input": map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{"a": map[string]string{"type": "string"}}}}}
	for _, path := range []string{logInOf(id), logInOf(id) + "/draft"} {
		if path != logInOf(id) {
			b.want(b.admin.Post(t, path, nil), 200)
		}
		for _, tt := range []struct {
			body   map[string]any
			status int
		}{
			{map[string]any{"version": 1, "contract": other}, 400},
			{map[string]any{"version": 1, "secure": true}, 400},
			{map[string]any{"version": 9, "name": "x"}, 409},
			{map[string]any{"name": "x"}, 400},
			{map[string]any{"version": 1, "name": " "}, 400},
		} {
			b.want(b.admin.Patch(t, path, tt.body), tt.status)
		}
		if got := b.want(b.admin.Get(t, path), 200); got.Str(t, "version") != "1" || got.Str(t, "name") != "Custom Auth - Web Services Data Actions" {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
	b.want(b.admin.Patch(t, logInOf(id), map[string]any{"version": 1, "config": map[string]any{"request": map[string]any{"requestUrlTemplate": "#foreach"}}}), 400)
	// A draft is tested as it stands, while the calls log in as was published.
	b.want(b.admin.Patch(t, logInOf(id)+"/draft", map[string]any{"version": 1, "config": map[string]any{"request": map[string]any{"requestUrlTemplate": s.URL + "/token/draft"}}}), 200)
	tested := b.want(b.admin.Post(t, logInOf(id)+"/draft/test", "{}"), 200)
	if tested.Str(t, "success") != "true" || s.last(t).url != "/token/draft" {
		t.Errorf("%s\nsent to %s", tested.Body, s.last(t).url)
	}
	b.run(b.publish(id, s.call()), 200)
	if s.sent[len(s.sent)-2].url != "/token" {
		t.Errorf("the call logged in at %s", s.sent[len(s.sent)-2].url)
	}
	b.want(b.admin.Post(t, logInOf(id)+"/draft/execute", "{}"), 404)
}

// What a log-in answers is a secret in whatever form it comes, also when it is of
// no use; so are the fields that it was sent.
func TestNothingOfALogInShows(t *testing.T) {
	t.Parallel()
	const token, secret = "fake+token/of=the=service", "fake client secret"
	permissions := make([]string, 300) // more values than are looked for
	for n := range permissions {
		permissions[n] = fmt.Sprintf(`"permission %d"`, n)
	}
	tests := []struct {
		name, answer string
		status       int
		template     string // of the log-in's output
		header       string // of the call
		works        bool
	}{
		{"an object", `{"access_token":"` + token + `","expires_in":3600}`, 200, "", "${authResponse.access_token}", true},
		{"a token behind much else", `{"permissions":[` + strings.Join(permissions, ",") + `],"access_token":"` + token + `"}`, 200, "", "${authResponse.access_token}", true},
		{"a nested object", `{"data":{"session":["` + token + `"]}}`, 200, "", "${authResponse.data.session[0]}", true},
		{"a bare text", `"` + token + `"`, 200, `{"token": ${rawResult}}`, "${authResponse.token}", true},
		{"a form", `access_token=` + token, 200, "", "x", false},
		{"a bare text as it is", `"` + token + `"`, 200, "", "x", false},
		{"a refusal that repeats what it was sent", `{"error":"` + secret + ` is wrong"}`, 401, "", "x", false},
		{"a refusal with a token", `{"error":"expired","grants":[{"access_token":"` + token + `"}]}`, 500, "", "x", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines := &log{}
			b := start(t, mocktest.Options{Logger: slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			remote := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/token" { // tells whom it has met
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, `{"met":"`+r.Header.Get("X-Session")+`"}`)
					return
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.answer)
			})
			id := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": remote.URL + "/token", "clientSecret": secret})
			if tt.template != "" {
				b.want(b.admin.Patch(t, logInOf(id), map[string]any{"version": 1, "config": map[string]any{"response": map[string]any{"successTemplate": tt.template}}}), 200)
			}
			a := action(remote.URL + "/call")
			override(a, "config.request.headers", map[string]string{"X-Session": tt.header})
			path := b.publish(id, a)
			answers := []*mocktest.Response{
				b.want(b.admin.Post(t, logInOf(id)+"/test", "{}"), 200), b.want(b.admin.Post(t, path+"/test", "{}"), 200), b.run(path, 400),
			}
			if got := answers[0].Str(t, "success"); got != fmt.Sprint(tt.works) {
				t.Errorf("the log-in: success = %s\n%s", got, answers[0].Body)
			}
			want := map[bool]string{true: "bad.request", false: "invalid.credentials"}[tt.works]
			if got := answers[2].Str(t, "code"); got != want {
				t.Errorf("the call ends with %s, want %s\n%s", got, want, answers[2].Body)
			}
			if sent := remote.last(t); tt.works && sent.header.Get("X-Session") != token {
				t.Errorf("sent %q", sent.header)
			}
			for _, text := range []string{string(answers[0].Body), string(answers[1].Body), string(answers[2].Body), lines.String()} {
				for _, hidden := range []string{token, secret} {
					if strings.Contains(text, hidden) {
						t.Errorf("%q shows in\n%s", hidden, text)
					}
				}
			}
		})
	}
}

// A log-in that gets no answer says why, and takes no longer than the action may.
func TestALogInWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	slow := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	a := action(slow.URL)
	override(a, "config.timeoutSeconds", 1)
	late := b.run(b.publish(b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": slow.URL}), a), 504)
	if late.Str(t, "code") != "request.timeout" {
		t.Errorf("%s", late.Body)
	}
	gone := serve(t, http.NotFound)
	gone.Close()
	for name, tt := range map[string]struct {
		fields map[string]string
		says   string
	}{
		"nobody there":   {map[string]string{"loginUrl": gone.URL}, "nothing listens there"},
		"not allowed":    {map[string]string{"loginUrl": "http://192.0.2.1/token"}, "--outbound"},
		"no such field":  {map[string]string{"other": "x"}, "absolute"},
		"not an address": {map[string]string{"loginUrl": "login"}, "absolute"},
	} {
		failed := b.run(b.publish(b.install(web, "userDefinedOAuth", tt.fields), action(slow.URL)), 400)
		if failed.Str(t, "code") != "invalid.credentials" || failed.Str(t, "details.0.errorCode") != "ACTION.AUTHENTICATION" || !strings.Contains(failed.Str(t, "errors.0.message"), tt.says) {
			t.Errorf("%s: %s", name, failed.Body)
		}
	}
}
