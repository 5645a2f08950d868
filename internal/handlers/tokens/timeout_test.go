package tokens_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	org     = "6d6f636b-0001-4000-8000-000000000001"
	me      = "/api/v2/tokens/me"
	agent1  = "agent1@mockcloud.test"
	timeout = "/api/v2/tokens/timeout"
)

type fields = map[string]any

// hipaa makes a state file whose organization lives under HIPAA.
func hipaa(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	if got := srv.Admin(t).Patch(t, "/api/v2/organizations/features/hipaa", `{"enabled":true}`); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	srv.Stop(t)
	return path
}

// Guess: what a PUT leaves out stays, and where nothing was ever set the answer
// names the longest time.
func TestTheIdleTimeoutIsSet(t *testing.T) {
	t.Parallel()
	usual, strict := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{Path: hipaa(t)})
	tests := []struct {
		name   string
		srv    *mocktest.Server
		body   any
		status int
		want   string // the code, or the answer without its braces
	}{
		{"nothing", usual, nil, 200, `"idleTokenTimeoutSeconds":28800,"enableIdleTokenTimeout":false`},
		{"too short", usual, fields{"idleTokenTimeoutSeconds": 299, "enableIdleTokenTimeout": true}, 400, "token.timeout.exceeded"},
		{"too long", usual, fields{"idleTokenTimeoutSeconds": 28801}, 400, "token.timeout.exceeded"},
		{"negative", usual, fields{"idleTokenTimeoutSeconds": -1, "enableIdleTokenTimeout": false}, 400, "token.timeout.exceeded"},
		{"the shortest", usual, fields{"idleTokenTimeoutSeconds": 300, "enableIdleTokenTimeout": true}, 200, `"idleTokenTimeoutSeconds":300,"enableIdleTokenTimeout":true`},
		{"the longest, the switch left out", usual, fields{"idleTokenTimeoutSeconds": 28800}, 200, `"idleTokenTimeoutSeconds":28800,"enableIdleTokenTimeout":true`},
		{"the switch alone", usual, fields{"enableIdleTokenTimeout": false}, 200, `"idleTokenTimeoutSeconds":28800,"enableIdleTokenTimeout":false`},
		{"a text", usual, fields{"idleTokenTimeoutSeconds": "900"}, 400, "bad.request"},
		{"under HIPAA, nothing", strict, fields{}, 200, `"idleTokenTimeoutSeconds":900,"enableIdleTokenTimeout":false`},
		{"under HIPAA, too long", strict, fields{"idleTokenTimeoutSeconds": 901}, 400, "token.timeout.exceeded.hipaa"},
		{"under HIPAA, too short", strict, fields{"idleTokenTimeoutSeconds": 299}, 400, "token.timeout.exceeded.hipaa"},
		{"under HIPAA, the longest", strict, fields{"idleTokenTimeoutSeconds": 900}, 200, `"idleTokenTimeoutSeconds":900,"enableIdleTokenTimeout":false`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.srv.As(t, "directory:organization:admin").Put(t, timeout, tt.body)
			if got.Status != tt.status {
				t.Fatalf("status = %d\n%s", got.Status, got.Body)
			}
			if got.Status != http.StatusOK {
				if got.Str(t, "code") != tt.want {
					t.Errorf("code = %s, want %s", got.Body, tt.want)
				}
				return
			}
			if string(got.Body) != "{"+tt.want+"}" {
				t.Errorf("answer = %s", got.Body)
			}
			if read := tt.srv.As(t).Get(t, timeout); string(read.Body) != string(got.Body) {
				t.Errorf("read afterwards: %d %s", read.Status, read.Body)
			}
		})
	}
	if got := usual.As(t).Put(t, timeout, fields{}); got.Status != http.StatusForbidden {
		t.Errorf("without the permission: %d", got.Status)
	}
}

// switchOn ends tokens after so many seconds without use.
func switchOn(t *testing.T, srv *mocktest.Server, seconds int) {
	t.Helper()
	setTimeout(t, srv, fields{"idleTokenTimeoutSeconds": seconds, "enableIdleTokenTimeout": true})
}

func setTimeout(t *testing.T, srv *mocktest.Server, body fields) {
	t.Helper()
	if got := srv.Admin(t).Put(t, timeout, body); got.Status != http.StatusOK {
		t.Fatalf("timeout: %d %s", got.Status, got.Body)
	}
}

// alive checks whether the token works. It counts as use.
func alive(t *testing.T, when string, c *mocktest.Client, want bool) {
	t.Helper()
	got := c.Get(t, me)
	if (got.Status == http.StatusOK) != want {
		t.Errorf("%s: %d %s", when, got.Status, got.Body)
	}
	if !want && got.Str(t, "code") != "bad.credentials" {
		t.Errorf("%s: %s", when, got.Body)
	}
}

func TestATokenEndsWhenItIsNotUsed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	switchOn(t, srv, 300)
	used, unused := srv.AsUser(t, agent1), srv.AsUser(t, agent1)
	for range 3 {
		srv.Clock.Advance(299 * time.Second)
		alive(t, "used every 299 seconds", used, true)
	}
	alive(t, "never used", unused, false)
	srv.Clock.Advance(300 * time.Second)
	got := used.Do(t, http.MethodGet, me, nil, http.Header{"X-Mockcloud-Explain": {"true"}})
	if got.Status != http.StatusUnauthorized || !strings.Contains(got.Header.Get("X-Mockcloud-Explanation"), "the token was idle for too long") {
		t.Errorf("300 seconds later: %d %v", got.Status, got.Header)
	}
	alive(t, "asked again", used, false)
}

// Guess: what counts as use is a request that passes the checks of access, to
// whatever path; one that asks for it leaves the time alone.
func TestWhatCountsAsUse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, path string
		body         any
		status       int
		counts       bool
	}{
		"reading":                        {"GET", me, nil, 200, true},
		"reading without a body":         {"HEAD", me, nil, 200, true},
		"preserving the time":            {"GET", me + "?preserveIdleTTL=true", nil, 200, false},
		"preserving, spelled otherwise":  {"GET", me + "?preserveIdleTTL=True", nil, 200, false},
		"not preserving the time":        {"GET", me + "?preserveIdleTTL=false", nil, 200, true},
		"the parameter of another's":     {"GET", "/api/v2/users/me?preserveIdleTTL=true", nil, 200, true},
		"writing":                        {"PATCH", "/api/v2/users/6d6f636b-0005-4000-8000-000000000001", fields{"title": "Boss", "version": 1}, 200, true},
		"writing what is not valid":      {"PATCH", "/api/v2/users/6d6f636b-0005-4000-8000-000000000001", fields{"title": 7}, 400, true},
		"what is not there":              {"GET", "/api/v2/users/nobody", nil, 404, true},
		"a path outside the catalogue":   {"GET", "/api/v2/nothing", nil, 404, true},
		"a method outside the catalogue": {"DELETE", "/api/v2/users", nil, 405, true},
		"what no family implements":      {"GET", "/api/v2/routing/predictors", nil, 200, true},
		"what nobody implements":         {"HEAD", "/api/v2/notifications/channels/none", nil, 501, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			switchOn(t, srv, 300)
			c := srv.AsUser(t, "admin@mockcloud.test")
			srv.Clock.Advance(200 * time.Second)
			if got := c.Do(t, tt.method, tt.path, tt.body, http.Header{"Content-Type": {"application/json"}}); got.Status != tt.status {
				t.Errorf("status = %d, want %d\n%s", got.Status, tt.status, got.Body)
			}
			srv.Clock.Advance(200 * time.Second)
			alive(t, "later", c, tt.counts)
		})
	}
	t.Run("without the permission", func(t *testing.T) {
		t.Parallel()
		srv := mocktest.Start(t, mocktest.Options{})
		switchOn(t, srv, 300)
		c := srv.AsUser(t, agent1)
		srv.Clock.Advance(200 * time.Second)
		if got := c.Post(t, "/api/v2/oauth/clients", fields{}); got.Status != http.StatusForbidden {
			t.Errorf("status = %d", got.Status)
		}
		srv.Clock.Advance(200 * time.Second)
		alive(t, "later", c, false)
	})
}

// Guess: a token that was refused for idleness stays dead when the organization
// becomes more patient; one that nobody has tried yet is measured by the new
// time-out, and by when it was switched on.
func TestAnIdleTokenStaysDead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, srv *mocktest.Server){
		"after a longer time-out": func(t *testing.T, srv *mocktest.Server) { switchOn(t, srv, 28800) },
		"without a time-out":      func(t *testing.T, srv *mocktest.Server) { setTimeout(t, srv, fields{"enableIdleTokenTimeout": false}) },
		"after a reset":           func(t *testing.T, srv *mocktest.Server) { srv.Reset(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			srv := mocktest.Start(t, mocktest.Options{Path: path})
			switchOn(t, srv, 300)
			refused, untried, another := srv.AsUser(t, agent1), srv.AsUser(t, agent1), srv.AsUser(t, agent1)
			srv.Clock.Advance(290 * time.Second)
			alive(t, "of another", another, true) // saved at once; what comes within a minute stays in memory
			srv.Clock.Advance(10 * time.Second)
			alive(t, "when idle", refused, false)
			change(t, srv)
			alive(t, "refused before, and the setting has changed", refused, false)
			alive(t, "not tried before", untried, true)
			now := srv.Clock.Advance(2 * time.Minute)
			alive(t, "later", refused, false)
			alive(t, "not tried before, later", untried, true)
			srv.Stop(t)
			srv = mocktest.Start(t, mocktest.Options{Path: path, Start: now})
			alive(t, "after a restart", srv.Bearer(refused.Token), false)
			alive(t, "not tried before, after a restart", srv.Bearer(untried.Token), true)
		})
	}
}

func TestWithoutTheSwitchNothingIsIdle(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	setTimeout(t, srv, fields{"idleTokenTimeoutSeconds": 300, "enableIdleTokenTimeout": false})
	c := srv.AsUser(t, agent1)
	srv.Clock.Advance(23 * time.Hour)
	alive(t, "23 hours later", c, true)
	srv.Clock.Advance(10 * time.Minute)
	switchOn(t, srv, 300)
	srv.Clock.Advance(299 * time.Second)
	alive(t, "299 seconds after switching on", c, true)
}

// Tokens of clients do not become idle, except under HIPAA (facts oauth.md §9).
//
// Guess: there, too, only where the switch is on.
func TestTokensOfClientsBecomeIdleUnderHIPAA(t *testing.T) {
	t.Parallel()
	usual, strict := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{Path: hipaa(t)})
	for name, tt := range map[string]struct {
		srv  *mocktest.Server
		want bool
	}{
		"usually":     {usual, true},
		"under HIPAA": {strict, false},
	} {
		c := tt.srv.As(t)
		tt.srv.Clock.Advance(time.Hour)
		alive(t, name+", switched off", c, true)
		switchOn(t, tt.srv, 900)
		tt.srv.Clock.Advance(900 * time.Second)
		alive(t, name, c, tt.want)
	}
}

// The last use outlives the server, be it ended or killed.
func TestARestartedServerKnowsTheLastUse(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"stopped": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			srv := mocktest.Start(t, mocktest.Options{Path: path})
			switchOn(t, srv, 300)
			used, unused := srv.AsUser(t, agent1), srv.AsUser(t, agent1)
			now := srv.Clock.Advance(200 * time.Second)
			alive(t, "used", used, true)
			saved := path
			if killed {
				// The state as it is on the disk when the server is cut off: with the
				// first use, which is saved at once.
				saved = filepath.Join(t.TempDir(), "killed.db")
				for end := time.Now().Add(10 * time.Second); !copied(t, path, saved); time.Sleep(5 * time.Millisecond) {
					if time.Now().After(end) {
						t.Fatal("the first use is not saved")
					}
				}
			}
			srv.Stop(t)
			srv = mocktest.Start(t, mocktest.Options{Path: saved, Start: now.Add(299 * time.Second)})
			alive(t, "299 seconds after its use", srv.Bearer(used.Token), true)
			alive(t, "never used", srv.Bearer(unused.Token), false)
			now = srv.Clock.Advance(0)
			srv.Stop(t)
			srv = mocktest.Start(t, mocktest.Options{Path: saved, Start: now.Add(300 * time.Second)})
			alive(t, "300 seconds after its use", srv.Bearer(used.Token), false)
		})
	}
}

// copied copies a state file that a server writes to, and says whether the copy
// holds the last use of a token.
func copied(t *testing.T, from, to string) bool {
	t.Helper()
	state, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, state, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(to, store.Options{})
	if err != nil {
		return false // it was read in the middle of a commit
	}
	defer func() { _ = db.Close() }()
	uses := store.Collection[any]{Name: "tokens/used"}
	n := 0
	err = db.View(t.Context(), org, func(tx *store.Tx) error {
		n, err = uses.Count(tx)
		return err
	})
	return err == nil && n > 0
}

// Another figure is no use of a token.
func TestAnotherTimeoutWakesNoToken(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	switchOn(t, srv, 300)
	c := srv.AsUser(t, agent1)
	srv.Clock.Advance(2 * time.Hour)
	switchOn(t, srv, 301)
	alive(t, "after two hours", c, false)
}
