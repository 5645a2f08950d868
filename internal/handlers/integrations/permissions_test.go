package integrations_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The permissions of each operation, of which any one will do. Every permission
// of the family is tried on every operation, alone.
func TestPermissionsOfEachOperation(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	const (
		see, add, edit, remove                = "integrations:integration:view", "integrations:integration:add", "integrations:integration:edit", "integrations:integration:delete"
		seeAction, addAction, editAction      = "integrations:action:view", "integrations:action:add", "integrations:action:edit"
		removeAction, execute                 = "integrations:action:delete", "integrations:action:execute"
		bridgeSee, bridgeExecute, otherAction = "bridge:actions:view", "bridge:actions:execute", "integrations:actionFunction:view"
	)
	clients := map[string]*mocktest.Client{}
	for _, permission := range []string{see, add, edit, remove, seeAction, addAction, editAction, removeAction, execute, bridgeSee, bridgeExecute, otherAction} {
		clients[permission] = srv.As(t, permission)
	}
	integrationID := newIntegration(t, admin, platform)
	credential := credentials + "/" + nothing
	action, absent := newAction(t, admin, integrationID, nil), actionsPath+"/custom_-_"+nothing
	ok(t, admin.Post(t, action+"/draft", nil))
	tests := []struct {
		method, path string
		any          []string
	}{
		{"GET", base, []string{see}},
		{"POST", base, []string{add}},
		{"GET", base + "/" + integrationID, []string{see}},
		{"PATCH", base + "/" + integrationID, []string{edit}},
		{"DELETE", base + "/" + nothing, []string{remove}},
		{"GET", base + "/" + integrationID + "/config/current", []string{see}},
		{"PUT", base + "/" + integrationID + "/config/current", []string{edit}},
		{"GET", base + "/types", []string{see}},
		{"GET", base + "/types/" + platform, []string{see}},
		{"GET", base + "/types/" + platform + "/configschemas/properties", []string{see}},
		{"GET", credentials, []string{see}},
		{"POST", credentials, []string{add}},
		{"GET", credential, []string{see}},
		{"PUT", credential, []string{edit}},
		{"DELETE", credential, []string{remove}},
		{"GET", credentials + "/types", []string{see}},
		{"GET", credentials + "/listing", []string{see}},
		{"GET", actionsPath, []string{seeAction, bridgeSee}},
		{"GET", drafts, []string{seeAction, bridgeSee}},
		{"GET", actionsPath + "/categories", []string{seeAction, bridgeSee}},
		{"POST", actionsPath, []string{addAction}},
		{"POST", drafts, []string{addAction}},
		{"GET", action, []string{seeAction, bridgeSee}},
		{"PATCH", action, []string{editAction}},
		{"DELETE", absent, []string{removeAction}},
		{"GET", action + "/schemas/inputschema.json", []string{seeAction, bridgeSee}},
		{"GET", action + "/templates/requesttemplate.vm", []string{seeAction, bridgeSee}},
		{"POST", absent + "/draft", []string{editAction}},
		{"GET", action + "/draft", []string{seeAction, bridgeSee}},
		{"PATCH", action + "/draft", []string{editAction}},
		{"DELETE", absent + "/draft", []string{removeAction}},
		{"GET", action + "/draft/schemas/inputschema.json", []string{seeAction, bridgeSee}},
		{"GET", action + "/draft/templates/requesttemplate.vm", []string{seeAction, bridgeSee}},
		{"GET", action + "/draft/validation", []string{editAction}},
		{"POST", absent + "/draft/publish", []string{editAction}},
		{"POST", absent + "/draft/test", []string{execute}},
		{"POST", absent + "/test", []string{execute, bridgeExecute}},
		{"POST", absent + "/execute", []string{execute, bridgeExecute}},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+strings.TrimPrefix(tt.path, base), func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Content-Type": {"application/json"}}
			var body any
			if tt.method != "GET" && tt.method != "DELETE" {
				body = `{}`
			}
			want(t, srv.Anonymous().Do(t, tt.method, tt.path, body, header), 401)
			for permission, client := range clients {
				got := client.Do(t, tt.method, tt.path, body, header)
				if slices.Contains(tt.any, permission) {
					// Allowed, which says nothing of the request.
					if got.Status == 401 || got.Status == 403 || got.Status >= 500 {
						t.Errorf("with %s: %d\n%s", permission, got.Status, got.Body)
					}
					continue
				}
				if got.Status != 403 || got.Str(t, "code") != "missing.any.permissions" {
					t.Errorf("with %s: %d, want 403\n%s", permission, got.Status, got.Body)
					continue
				}
				for _, needed := range tt.any {
					if !strings.Contains(got.Str(t, "message"), needed) {
						t.Errorf("the refusal does not name %s: %s", needed, got.Body)
					}
				}
			}
		})
	}
}

// Nobody finds out by a refusal what exists: the permission is asked for first.
func TestThePermissionComesBeforeTheRequest(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	nobody := srv.As(t)
	want(t, nobody.Get(t, base+"/"+nothing), 403)
	want(t, nobody.Post(t, base, `{`), 403)
	want(t, nobody.Put(t, credentials+"/"+nothing, `{"type":"magic"}`), 403)
	want(t, nobody.Post(t, actionsPath+"/"+nothing+"/draft/publish", `{}`), 403)
}
