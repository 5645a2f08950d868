package control_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

var jsonContent = http.Header{"Content-Type": {"application/json"}}

func TestResetGoesBackToTheFixtures(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	before := admin.Get(t, "/api/v2/oauth/clients")
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"TOKEN","scope":["users"]}`)
	adHoc := srv.As(t, "oauth:client:view")
	admin.Delete(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000002")
	revoked, old := srv.Admin(t), srv.AsUser(t, "agent1@mockcloud.test")
	revoked.Delete(t, "/api/v2/tokens/me")
	admin.Delete(t, "/api/v2/tokens/6d6f636b-0005-4000-8000-000000000004")
	young := srv.AsUser(t, "agent1@mockcloud.test")
	srv.Reset(t)
	for name, ended := range map[string]*mocktest.Client{"revoked": revoked, "of before all were ended": old} {
		if got := ended.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusUnauthorized {
			t.Errorf("a token that was %s lives again: %d", name, got.Status)
		}
	}
	if got := young.Get(t, "/api/v2/tokens/me"); got.Status != http.StatusOK {
		t.Errorf("a token of after that: %d %s", got.Status, got.Body)
	}
	if after := admin.Get(t, "/api/v2/oauth/clients"); string(after.Body) != string(before.Body) {
		t.Errorf("after the reset:\n%s\nbefore:\n%s", after.Body, before.Body)
	}
	if got := admin.Get(t, made.Str(t, "selfUri")); got.Status != http.StatusNotFound {
		t.Errorf("what was made is still there: %d", got.Status)
	}
	if got := admin.Get(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000002"); got.Str(t, "state") != "active" {
		t.Errorf("what was deleted is not back: %s", got.Body)
	}
	// Tokens of what the fixtures hold stay good; those of what is gone die.
	if got := adHoc.Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusUnauthorized {
		t.Errorf("the token of a client that is gone: %d", got.Status)
	}
	if got := srv.As(t, "oauth:client:view").Get(t, "/api/v2/oauth/clients"); got.Status != http.StatusOK {
		t.Errorf("ad-hoc clients after the reset: %d", got.Status)
	}
}

func TestTokensForTests(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const webApp, adminClient = "6d6f636b-0006-4000-8000-000000000002", "6d6f636b-0006-4000-8000-000000000001"
	tests := []struct {
		name, body string
		status     int
		says       string
	}{
		{"of a user", `{"user":"builder@mockcloud.test"}`, 200, ""},
		{"of a user, in other letters", `{"user":"Builder@Mockcloud.TEST"}`, 200, ""},
		{"of a client", `{"client":"` + adminClient + `"}`, 200, ""},
		{"of a user through a client", `{"user":"builder@mockcloud.test","client":"` + webApp + `"}`, 200, ""},
		{"with permissions", `{"permissions":["routing:queue:view","admin"]}`, 200, ""},
		{"with wildcards", `{"permissions":["routing:*:view","oauth:*:*"]}`, 200, ""},
		{"in a division by name", `{"permissions":["routing:queue:view"],"division":"sales"}`, 200, ""},
		{"a misspelled permission", `{"permissions":["routing:queue:viw"]}`, 400, "routing:queue:viw"},
		{"with permissions in a division", `{"permissions":["routing:queue:view"],"division":"6d6f636b-0002-4000-8000-000000000002"}`, 200, ""},
		{"of the environment's client", `{}`, 200, ""},
		{"of a user with permissions", `{"user":"builder@mockcloud.test","permissions":["a:b:c"]}`, 400, "Name a user"},
		{"unknown user", `{"user":"x@mockcloud.test"}`, 404, "x@mockcloud.test"},
		{"unknown client", `{"client":"x"}`, 404, "no client with the id x"},
		{"client without tokens of its own", `{"client":"` + webApp + `"}`, 400, "CLIENT-CREDENTIALS"},
		{"user through a client without users", `{"user":"builder@mockcloud.test","client":"` + adminClient + `"}`, 400, "CLIENT-CREDENTIALS"},
		{"permission of two parts", `{"permissions":["routing:queue"]}`, 400, "domain:entity:action"},
		{"permission with an empty part", `{"permissions":["routing::view"]}`, 400, "domain:entity:action"},
		{"unknown division", `{"permissions":["routing:queue:view"],"division":"x"}`, 404, ""},
		{"unknown key", `{"usr":"x"}`, 400, "usr"},
		{"something behind", `{"user":"builder@mockcloud.test"} x`, 400, "follows"},
		{"wrong type", `{"user":7}`, 400, "[user]"},
		{"a user in a division", `{"user":"builder@mockcloud.test","division":"Sales"}`, 400, "division"},
		{"broken JSON", `{`, 400, "JSON"},
		{"no body", ``, 400, "JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/token", tt.body, jsonContent)
			if got.Status != tt.status || (tt.status != 200 && !strings.Contains(got.Str(t, "message"), tt.says)) {
				t.Fatalf("answer = %d %s", got.Status, got.Body)
			}
			if tt.status == http.StatusOK {
				if me := srv.Bearer(got.Str(t, "access_token")).Get(t, "/api/v2/tokens/me"); me.Status != http.StatusOK {
					t.Errorf("the token does not work: %d %s", me.Status, me.Body)
				}
			}
		})
	}
}

// decisions.md 37.
func TestTheSideDoorIsClosedToOtherSites(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	host := strings.TrimPrefix(srv.URL, "http://")
	tests := []struct {
		name   string
		header http.Header
		host   string
		status int
	}{
		{"own page", http.Header{"Content-Type": {"application/json"}, "Origin": {srv.URL}}, host, 204},
		{"no origin", jsonContent, host, 204},
		{"localhost", jsonContent, "localhost:1", 204},
		{"a container's name", jsonContent, "mockcloud:8080", 204},
		{"IPv6", jsonContent, "[::1]:8080", 204},
		{"another site's page", http.Header{"Content-Type": {"application/json"}, "Origin": {"https://evil.example"}}, host, 403},
		{"a page of nowhere", http.Header{"Content-Type": {"application/json"}, "Origin": {"null"}}, host, 403},
		{"a name made to point here", jsonContent, "evil.example", 403},
		{"a form", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, host, 415},
		{"no content type", http.Header{}, host, 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/_mockcloud/reset", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header, r.Host = tt.header, tt.host
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Body.Close()
			if got.StatusCode != tt.status {
				t.Errorf("status = %d, want %d", got.StatusCode, tt.status)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	if got := srv.Anonymous().Get(t, "/_mockcloud/health"); got.Status != http.StatusOK || got.Str(t, "status") != "ok" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
	if got := srv.Anonymous().Get(t, "/_mockcloud/nothing"); got.Status != http.StatusNotFound {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func TestSupportsClientStates(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const webApp = "6d6f636b-0006-4000-8000-000000000002"
	tests := []struct {
		name, body string
		status     int
	}{
		{"disabled", `{"client":"` + webApp + `","state":"disabled"}`, 204},
		{"active again", `{"client":"` + webApp + `","state":"active"}`, 204},
		{"a state that there is not", `{"client":"` + webApp + `","state":"asleep"}`, 400},
		{"no state", `{"client":"` + webApp + `"}`, 400},
		{"no such client", `{"client":"x","state":"active"}`, 404},
		{"no client", `{"state":"active"}`, 404},
		{"broken JSON", `{`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := srv.Anonymous().Do(t, http.MethodPost, "/_mockcloud/client-state", tt.body, jsonContent)
			if got.Status != tt.status {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

// The client of a set of permissions always has the same id: the tokens of one
// that was deleted are not those of the next.
func TestTokensOfADeletedAdHocClientDoNotComeBack(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	works := func(c *mocktest.Client) bool { return c.Get(t, "/api/v2/tokens/me").Status == http.StatusOK }
	for name, end := range map[string]func(id string){
		"by a reset": func(string) { srv.Reset(t); srv.Clock.Advance(time.Second) },
		"by DELETE": func(id string) {
			srv.SetClientState(t, id, "inactive")
			if got := srv.Admin(t).Delete(t, "/api/v2/oauth/clients/"+id); got.Status != http.StatusNoContent {
				t.Fatalf("delete: %d %s", got.Status, got.Body)
			}
			srv.Clock.Advance(time.Second)
		},
		"by its dateToDelete": func(id string) {
			srv.SetClientState(t, id, "inactive")
			srv.Clock.Advance(8 * 24 * time.Hour)
		},
	} {
		old := srv.As(t, "oauth:client:view")
		id := old.Get(t, "/api/v2/tokens/me").Str(t, "OAuthClient.id")
		end(id)
		if works(old) {
			t.Fatalf("%s: the client is still there", name)
		}
		fresh := srv.As(t, "oauth:client:view")
		if got := fresh.Get(t, "/api/v2/tokens/me").Str(t, "OAuthClient.id"); got != id || !works(srv.As(t, "oauth:client:view")) {
			t.Errorf("%s: the next is %q, not %q", name, got, id)
		}
		if works(old) {
			t.Errorf("%s: the old token works again", name)
		}
	}
}
