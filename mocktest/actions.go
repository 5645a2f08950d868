package mocktest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"testing"
)

// Integration is what Install installs.
type Integration struct {
	Type string // such as "purecloud-data-actions" or "custom-rest-actions"
	Name string // "" means that of the type

	// Credential is the type of the credential, such as "basicAuth" or
	// "userDefined", and Fields are its fields. Without a credential, Genesys Cloud
	// Data Actions get that of the seeded admin client, and others none.
	Credential string
	Fields     map[string]string

	// Properties configure it, such as the "url" of an embedded-client-app. None
	// means as it is installed.
	Properties map[string]any
}

// Install installs an integration, gives it its properties and its credential,
// activates it and returns its id. The test fails where the integration reports an
// error then, as one does without a credential that its type requires.
func (s *Server) Install(t testing.TB, i Integration) (id string) {
	t.Helper()
	admin := s.Admin(t)
	call := func(method, path string, body any) *Response {
		t.Helper()
		got := admin.Do(t, method, "/api/v2/integrations"+path, body, jsonContent)
		if got.Status != http.StatusOK {
			t.Fatalf("mocktest: install %s: %d\n%s", i.Type, got.Status, got.Body)
		}
		return got
	}
	request := map[string]any{"integrationType": map[string]string{"id": i.Type}}
	if i.Name != "" {
		request["name"] = i.Name
	}
	id = call(http.MethodPost, "", request).Str(t, "id")
	if i.Credential == "" && i.Type == "purecloud-data-actions" {
		i.Credential = "pureCloudOAuthClient"
		i.Fields = map[string]string{"clientId": s.env.ClientID, "clientSecret": s.env.ClientSecret}
	}
	changes := map[string]any{}
	if len(i.Properties) > 0 {
		changes["properties"] = i.Properties
	}
	if i.Credential != "" {
		credential := call(http.MethodPost, "/credentials", map[string]any{"type": i.Credential, "credentialFields": i.Fields}).Str(t, "id")
		var kind struct{ Credentials map[string]any }
		call(http.MethodGet, "/types/"+url.PathEscape(i.Type), nil).JSON(t, &kind)
		slots := map[string]any{}
		for slot := range kind.Credentials { // a type has one at most
			slots[slot] = map[string]string{"id": credential}
		}
		changes["credentials"] = slots
	}
	if len(changes) > 0 {
		var config map[string]any
		call(http.MethodGet, "/"+id+"/config/current", nil).JSON(t, &config)
		maps.Copy(config, changes)
		call(http.MethodPut, "/"+id+"/config/current", config)
	}
	active := call(http.MethodPatch, "/"+id, map[string]string{"intendedState": "ENABLED"})
	if state := active.Str(t, "reportedState.code"); state != "ACTIVE" {
		t.Fatalf("mocktest: install %s: it reports %s: %s", i.Type, state, active.Str(t, "reportedState.detail.message"))
	}
	return id
}

// ImportAction publishes an exported data action under an integration, by its id
// or name, and returns the action's id. The export is the text of a file, as
// bytes or a string, or a value that encodes as one.
func (s *Server) ImportAction(t testing.TB, integration string, export any) (id string) {
	t.Helper()
	got := s.Anonymous().Post(t, "/_mockcloud/actions/import?publish=true&integration="+url.QueryEscape(integration), export)
	var made struct{ ID string }
	if got.Status != http.StatusOK || json.Unmarshal(got.Body, &made) != nil {
		t.Fatalf("mocktest: import: %d\n%s", got.Status, got.Body)
	}
	return made.ID
}
