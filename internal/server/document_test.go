package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/mocktest"
)

// document writes a Swagger document to a file.
func document(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "document.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const newerDocument = `{
"swagger": "2.0",
"paths": {
 "/api/v2/routing/pigeons": {
  "post": {"operationId": "postRoutingPigeons", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "x-inin-requires-permissions": {"type": "ALL", "permissions": ["routing:pigeon:edit"]},
   "parameters": [
    {"name": "altitude", "in": "query", "type": "integer"},
    {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Pigeon"}}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Pigeon"}}}}
 },
 "/api/v2/routing/skills": {
  "post": {"operationId": "postRoutingSkills", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "x-inin-requires-permissions": {"type": "ANY", "permissions": ["routing:skill:manage"]},
   "parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/RoutingSkill"}}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/RoutingSkill"}}}}
 }
},
"definitions": {
 "Pigeon": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "weight": {"type": "integer", "maximum": 500}, "division": {"$ref": "#/definitions/Division"}}},
 "RoutingSkill": {"type": "object", "required": ["name"], "properties": {"id": {"type": "string", "readOnly": true}, "name": {"type": "string", "maxLength": 5},
  "dateModified": {"type": "string"}, "state": {"type": "string"}, "version": {"type": "string"}, "selfUri": {"type": "string"}}}
}}`

func TestADocumentOfOnesOwnLiesOverTheCatalogue(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Spec: document(t, newerDocument)})
	admin := srv.Admin(t)
	const pigeons = "/api/v2/routing/pigeons"
	tests := []struct {
		name       string
		as         *mocktest.Client
		path, body string
		status     int
		code       string
	}{
		{"a new operation wants a token", srv.Anonymous(), pigeons, `{"name":"Homer"}`, 401, "authentication.required"},
		{"and its permission", srv.As(t, "routing:queue:view"), pigeons, `{"name":"Homer"}`, 403, "missing.permissions"},
		{"its body is checked", admin, pigeons, `{"weight":1}`, 400, "constraint.validation"},
		{"by type", admin, pigeons, `{"name":"Homer","weight":"heavy"}`, 400, "bad.request"},
		{"and by bound", admin, pigeons, `{"name":"Homer","weight":501}`, 400, "constraint.validation"},
		{"and what it refers to in the catalogue", admin, pigeons, `{"name":"Homer","division":7}`, 400, "bad.request"},
		{"its query is checked", admin, pigeons + "?altitude=high", `{"name":"Homer"}`, 400, "invalid.query.param.value"},
		{"the path beside it is unknown", admin, "/api/v2/routing/pigeons/1/wings", `{"name":"Homer"}`, 404, "not.found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.as.Post(t, tt.path, tt.body)
			if got.Status != tt.status || got.Str(t, "code") != tt.code {
				t.Errorf("answered %d, want %d %s\n%s", got.Status, tt.status, tt.code, got.Body)
			}
		})
	}
	if got := admin.Post(t, pigeons, `{"name":"Homer"}`); got.Status != 200 || got.Str(t, "name") != "Homer" {
		t.Errorf("the new operation: %d %s", got.Status, got.Body)
	}
	// A permission that only the document asks for is one that roles can give.
	holder := srv.As(t, "routing:pigeon:edit")
	if got := holder.Post(t, pigeons, `{"name":"Homer"}`); got.Status != 200 {
		t.Errorf("with the permission: %s", got.Body)
	}
	// A changed schema is that of the operation that mockcloud implements, too.
	if got := admin.Post(t, "/api/v2/routing/skills", `{"name":"Gardening"}`); got.Status != 400 || got.Str(t, "code") != "constraint.validation" {
		t.Errorf("a name that is too long now: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, "/api/v2/routing/skills", `{"name":"Knots"}`); got.Status != 200 {
		t.Errorf("a name that is not: %d %s", got.Status, got.Body)
	}
	// The rest is as it was, and so it is for a server without the document.
	if got := admin.Get(t, "/api/v2/routing/queues"); got.Status != 200 {
		t.Errorf("queues: %d %s", got.Status, got.Body)
	}
	other := mocktest.Start(t, mocktest.Options{}).Admin(t)
	if got := other.Post(t, pigeons, `{"name":"Homer"}`); got.Status != 404 {
		t.Errorf("without the document: %d %s", got.Status, got.Body)
	}
	if got := other.Post(t, "/api/v2/routing/skills", `{"name":"Gardening"}`); got.Status != 200 {
		t.Errorf("without the document: %d %s", got.Status, got.Body)
	}
}

func TestABadDocumentIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"no JSON", "{\n\"swagger\" \"2.0\"}", "line 2, column 11: "},
		{"an operation without an id", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{}}}}`, "paths./api/v2/x.get: "},
		{"an id that is taken", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"getUsers"}}}}`, "paths./api/v2/x.get.operationId: "},
		{"a path that is taken", `{"swagger":"2.0","paths":{"/api/v2/users/{id}":{"get":{"operationId":"getX"}}}}`, "paths./api/v2/users/{id}.get: "},
		{"a schema that there is not", `{"swagger":"2.0","definitions":{"A":{"properties":{"b":{"$ref":"#/definitions/Nobody"}}}}}`, "definitions.A.properties.b.$ref: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := document(t, tt.text)
			srv, err := server.Start(t.Context(), server.Config{Spec: file})
			if err == nil {
				_ = srv.Close(t.Context())
				t.Fatal("it starts")
			}
			if !strings.Contains(err.Error(), file+": "+tt.want) {
				t.Errorf("error: %v", err)
			}
		})
	}
	if _, err := server.Start(t.Context(), server.Config{Spec: filepath.Join(t.TempDir(), "nowhere.json")}); err == nil || !strings.Contains(err.Error(), "nowhere.json") {
		t.Errorf("a file that there is not: %v", err)
	}
}

// Permissions without a word on security ask for a token; neither means that the
// operation is open, as its explanation and the table of coverage say.
func TestAnOperationOfADocumentWithPermissionsNeedsAToken(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Spec: document(t, `{"swagger":"2.0","paths":{"/api/v2/lofts":{
"get":{"operationId":"getLofts","x-inin-requires-permissions":{"type":"ANY","permissions":["loft:loft:view"]},"responses":{"200":{"schema":{"type":"object"}}}},
"put":{"operationId":"putLofts","responses":{"200":{"schema":{"type":"object"}}}}}}}`)})
	if got := srv.Anonymous().Get(t, "/api/v2/lofts"); got.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d, want 401", got.Status)
	}
	if got := srv.As(t, "routing:queue:view").Get(t, "/api/v2/lofts"); got.Status != http.StatusForbidden {
		t.Errorf("without the permission: %d, want 403", got.Status)
	}
	if got := srv.As(t, "loft:loft:view").Get(t, "/api/v2/lofts"); got.Status != http.StatusOK {
		t.Errorf("with the permission: %d %s", got.Status, got.Body)
	}
	got := srv.Anonymous().Do(t, http.MethodPut, "/api/v2/lofts", nil, http.Header{"X-Mockcloud-Explain": {"true"}})
	if got.Status != http.StatusOK || !strings.Contains(got.Header.Get("X-Mockcloud-Explanation"), "the operation is open: it needs no token") {
		t.Errorf("an open one: %d %v", got.Status, got.Header)
	}
	for search, open := range map[string]bool{"getLofts": false, "putLofts": true} {
		if page := srv.Anonymous().Get(t, "/_mockcloud/coverage?find="+search); strings.Contains(string(page.Body), "open: no token needed") != open {
			t.Errorf("%s is open: %v\n%s", search, !open, page.Body)
		}
	}
}
