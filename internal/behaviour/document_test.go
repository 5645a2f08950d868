package behaviour_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/swagger"
	"github.com/mockcloud/mockcloud/openapi"
)

// People's own documents have shapes that nobody foresaw.
const unforeseen = `{"swagger": "2.0", "paths": {
 "/api/v2/{everything}": {
  "get": {"operationId": "getEverything", "parameters": [{"name": "everything", "in": "path", "type": "string", "required": true}], "responses": {"200": {"schema": {"type": "array", "items": {}}}}},
  "delete": {"operationId": "deleteEverything", "parameters": [{"name": "everything", "in": "path", "type": "string", "required": true}], "responses": {"204": {"description": ""}}}},
 "/api/v2/x/{a}/{b}/{c}/bulk": {
  "post": {"operationId": "postX", "parameters": [{"name": "a", "in": "path", "type": "string", "required": true}, {"name": "b", "in": "path", "type": "string", "required": true},
   {"name": "c", "in": "path", "type": "string", "required": true}, {"name": "body", "in": "body", "schema": {"type": "array", "items": {"type": "string"}}}],
   "responses": {"200": {"schema": {"type": "object", "properties": {"entities": {"type": "array", "items": {"type": "string"}}}}}}}},
 "/api/v2/bulk/search/query/jobs/latest": {
  "get": {"operationId": "getLatest", "responses": {"200": {"schema": {"type": "object"}}}},
  "put": {"operationId": "putLatest", "responses": {"200": {"schema": {"type": "integer"}}}},
  "patch": {"operationId": "patchLatest", "responses": {"204": {"description": ""}}}},
 "/api/v2/divisionviews/all": {"get": {"operationId": "getViews", "responses": {"200": {"schema": {"type": "object"}}}}}
}}`

func TestUnforeseenDocumentsHaveRows(t *testing.T) {
	t.Parallel()
	texts, err := swagger.Extend(swagger.Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}, []byte(unforeseen))
	if err != nil {
		t.Fatal(err)
	}
	c, err := spec.LoadWith(spec.Texts(texts))
	if err != nil {
		t.Fatal(err)
	}
	made, err := behaviour.Derive(c, openapi.BehaviourOverlay)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range c.Operations() {
		if r, err := made.Row(op.ID); err != nil || r == nil {
			t.Errorf("%s: %v, %v", op.ID, r, err)
		}
	}
	// What the built-in catalogue has keeps its rows.
	for id, want := range chosen {
		if r, err := made.Row(id); err != nil || r == nil || describe(r) != want {
			t.Errorf("%s: %+v, %v", id, r, err)
		}
	}
}
