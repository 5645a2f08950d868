package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// strictScopes starts a server whose organization enforces scopes. person signs a
// user in through a new client that has the one scope, and returns that client's
// id too.
func strictScopes(t *testing.T) (srv *mocktest.Server, person func(email, scope string) (*mocktest.Client, string)) {
	t.Helper()
	fixture := filepath.Join(t.TempDir(), "scopes.yaml")
	if err := os.WriteFile(fixture, []byte("organization: {name: Mockcloud}\nsettings: {enforceScopes: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	srv = mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", fixture}})
	admin := srv.Admin(t)
	return srv, func(email, scope string) (*mocktest.Client, string) {
		t.Helper()
		made := admin.Post(t, "/api/v2/oauth/clients", map[string]any{"name": scope, "authorizedGrantType": "TOKEN", "scope": []string{scope}})
		if made.Status != http.StatusOK {
			t.Fatalf("client: %d %s", made.Status, made.Body)
		}
		id := made.Str(t, "id")
		return srv.AsUserOf(t, email, id), id
	}
}

func TestAnyScopeOfTheOperationIsEnough(t *testing.T) {
	t.Parallel()
	_, person := strictScopes(t)
	const boss = "admin@mockcloud.test"
	full, _ := person(boss, "users")
	reading, _ := person(boss, "users:readonly")
	other, _ := person(boss, "greetings")
	tests := []struct {
		name, method, path, body string
		as                       *mocktest.Client
		status                   int
		scopes                   string // of the refusal
	}{
		{"the full scope reads", "GET", "/api/v2/users", "", full, 200, ""},
		{"the full scope writes", "POST", "/api/v2/users", `{"name":"N","email":"n@mockcloud.test"}`, full, 200, ""},
		{"the read-only scope reads", "GET", "/api/v2/users", "", reading, 200, ""},
		{"the read-only scope queries", "POST", "/api/v2/users/search", `{"query":[]}`, reading, 200, ""},
		{"the read-only scope does not write", "POST", "/api/v2/users", `{"name":"M","email":"m@mockcloud.test"}`, reading, 403, "[users]"},
		{"another scope", "GET", "/api/v2/users", "", other, 403, "[users:readonly, users]"},
		{"reading one's roles takes the scope of access", "GET", "/api/v2/authorization/subjects/me", "", full, 403, "[authorization:readonly, authorization]"},
		{"what a token stands for takes a scope of its own", "GET", "/api/v2/tokens/me", "", full, 403, "[user-basic-info]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Do(t, tt.method, tt.path, tt.body, jsonBody)
			if got.Status != tt.status {
				t.Fatalf("answer = %d %s", got.Status, got.Body)
			}
			if tt.scopes != "" && (got.Str(t, "code") != "app.not.authorized.for.scope" || got.Str(t, "message") != "App not authorized to use scope "+tt.scopes) {
				t.Errorf("answer = %s", got.Body)
			}
		})
	}
	free := 0
	for _, op := range catalogue(t).Operations() {
		facts := op.Facts()
		if facts.Auth != spec.Token {
			continue
		}
		got := other.Do(t, op.Method, target(op), "{broken", jsonBody)
		refused := got.Status == http.StatusForbidden && (op.Method == http.MethodHead || got.Str(t, "code") == "app.not.authorized.for.scope")
		switch {
		case len(facts.Scopes) == 0:
			free++
			if refused {
				t.Errorf("%s takes any token: %s", op.ID, got.Body)
			}
		case !refused && !strings.Contains(strings.Join(facts.Scopes, " "), "greetings"):
			t.Errorf("%s out of scope: %d %s", op.ID, got.Status, got.Body)
		}
	}
	// Six of the official document, and newer ones whose scopes nothing tells.
	if free != 6+147 {
		t.Errorf("%d operations take any token, want 153", free)
	}
}

// A user's token can do what the user may and what the client is for, and
// nothing that only one of them has.
func TestScopesAndPermissionsNarrowEachOther(t *testing.T) {
	t.Parallel()
	srv, person := strictScopes(t)
	const clients = "/api/v2/oauth/clients"
	boss, _ := person("admin@mockcloud.test", "oauth")
	if got := boss.Get(t, clients); got.Status != http.StatusOK {
		t.Errorf("both: %d %s", got.Status, got.Body)
	}
	agent, client := person("agent1@mockcloud.test", "oauth")
	if got := agent.Get(t, clients); got.Status != http.StatusForbidden || got.Str(t, "code") != "missing.any.permissions" {
		t.Errorf("the scope alone: %d %s", got.Status, got.Body)
	}
	// Roles of a client that stands for people give them nothing: they are for
	// client credentials only.
	admin := srv.Admin(t)
	role := admin.Get(t, "/api/v2/authorization/roles?defaultRoleId=admin").Str(t, "entities.0.id")
	given := admin.Post(t, "/api/v2/authorization/subjects/"+client+"/bulkadd?subjectType=PC_OAUTH_CLIENT", `{"grants":[{"roleId":"`+role+`","divisionId":"*"}]}`)
	if given.Status != http.StatusNoContent {
		t.Fatalf("grant: %d %s", given.Status, given.Body)
	}
	if got := agent.Get(t, clients); got.Status != http.StatusForbidden || got.Str(t, "code") != "missing.any.permissions" {
		t.Errorf("with roles of the client: %d %s", got.Status, got.Body)
	}
}
