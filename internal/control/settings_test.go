package control_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const settingsPath = "/_mockcloud/settings"

func TestSettingsAreReadAndChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	anybody := srv.Anonymous()
	show := func(c *mocktest.Client) string {
		t.Helper()
		return string(c.Get(t, settingsPath).Body)
	}
	const first = `{"enforceScopes":false,"expandWildcards":false,"grantDivisionAware":false,"maxClients":1000000}`
	if got := show(anybody); got != first {
		t.Errorf("at first: %s", got)
	}
	const changed = `{"enforceScopes":true,"expandWildcards":false,"grantDivisionAware":false,"maxClients":1000000}`
	if got := anybody.Patch(t, settingsPath, `{"enforceScopes":true}`); got.Status != http.StatusOK || string(got.Body) != changed {
		t.Errorf("changed: %d %s", got.Status, got.Body)
	}
	tests := []struct {
		name, body string
		as         *mocktest.Client
		status     int
	}{
		{"unknown key", `{"enforceScope":true}`, anybody, 400},
		{"wrong type", `{"enforceScopes":"yes"}`, anybody, 400},
		{"no clients at all", `{"enforceScopes":false,"maxClients":0}`, anybody, 400},
		{"no JSON", `{`, anybody, 400},
		{"without the permission", `{"enforceScopes":false}`, srv.As(t, "oauth:client:view"), 403},
		{"with a bad token", `{"enforceScopes":false}`, srv.Bearer("x"), 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.as.Patch(t, settingsPath, tt.body); got.Status != tt.status {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
			if got := show(anybody); got != changed {
				t.Errorf("a refused request changed something: %s", got)
			}
		})
	}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if got := anybody.Do(t, http.MethodPatch, settingsPath, "{}", form); got.Status != http.StatusUnsupportedMediaType {
		t.Errorf("as a form: %d %s", got.Status, got.Body)
	}
	if got := srv.As(t, "directory:organization:admin").Patch(t, settingsPath, `{"grantDivisionAware":true}`); got.Status != http.StatusOK {
		t.Errorf("with the permission: %d %s", got.Status, got.Body)
	}
	if got := srv.Admin(t).Get(t, "/api/v2/authorization/roles/settings"); got.Str(t, "authorizationGrantDivisionAware") != "true" {
		t.Errorf("the public view: %d %s", got.Status, got.Body)
	}
	srv.Reset(t)
	if got := show(anybody); got != first {
		t.Errorf("after a reset: %s", got)
	}
}

func TestSettingsAreThoseOfTheTokensOrganization(t *testing.T) {
	t.Parallel()
	const bot = "6d6f636b-0006-4000-8000-0000000000f1"
	file := filepath.Join(t.TempDir(), "other.yaml")
	err := os.WriteFile(file, []byte("organization: {name: Other}\nroles: [{name: Caretaker, permissions: ['directory:organization:admin']}]\n"+
		"clients: [{id: "+bot+", name: Bot, grantType: CLIENT-CREDENTIALS, secret: fake-secret-of-the-other-organizations-bot-0, roles: [Caretaker in Home]}]\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", file}})
	theirs, ours := srv.AsClient(t, bot), srv.Admin(t)
	if got := theirs.Patch(t, settingsPath, `{"enforceScopes":true}`); got.Str(t, "enforceScopes") != "true" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got := ours.Get(t, settingsPath); got.Str(t, "enforceScopes") != "false" {
		t.Errorf("ours: %s", got.Body)
	}
	if got := theirs.Get(t, settingsPath); got.Str(t, "enforceScopes") != "true" {
		t.Errorf("theirs: %s", got.Body)
	}
}
