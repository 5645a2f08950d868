package server_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const lofts = `{
"swagger": "2.0",
"paths": {
 "/api/v2/routing/lofts": {
  "get": {"operationId": "getRoutingLofts", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "pageSize", "in": "query", "type": "integer"}, {"name": "pageNumber", "in": "query", "type": "integer"}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/LoftEntityListing"}}}},
  "post": {"operationId": "postRoutingLofts", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Loft"}}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Loft"}}}}
 },
 "/api/v2/routing/lofts/{loftId}": {
  "get": {"operationId": "getRoutingLoft", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "loftId", "in": "path", "type": "string", "required": true}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Loft"}}}},
  "put": {"operationId": "putRoutingLoft", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "loftId", "in": "path", "type": "string", "required": true}, {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Loft"}}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Loft"}}}},
  "delete": {"operationId": "deleteRoutingLoft", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "loftId", "in": "path", "type": "string", "required": true}],
   "responses": {"204": {"description": ""}}}
 },
 "/api/v2/routing/lofts/{loftId}/close": {
  "post": {"operationId": "postRoutingLoftClose", "tags": ["Routing"], "security": [{"PureCloud OAuth": ["routing"]}],
   "parameters": [{"name": "loftId", "in": "path", "type": "string", "required": true}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Loft"}}}}
 }
},
"definitions": {
 "Loft": {"type": "object", "required": ["name"], "properties": {"id": {"type": "string", "readOnly": true}, "name": {"type": "string"},
  "state": {"type": "string", "enum": ["OPEN", "CLOSED"]}, "dateCreated": {"type": "string", "format": "date-time", "readOnly": true}, "selfUri": {"type": "string", "format": "uri", "readOnly": true}}},
 "LoftEntityListing": {"type": "object", "properties": {"entities": {"type": "array", "items": {"$ref": "#/definitions/Loft"}}, "pageSize": {"type": "integer"},
  "pageNumber": {"type": "integer"}, "total": {"type": "integer", "format": "int64"}, "pageCount": {"type": "integer"}, "selfUri": {"type": "string", "format": "uri"}}}
}}`

func TestCollectionsOfADocumentOfOnesOwnAreKept(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{Spec: document(t, lofts)}).Admin(t)
	const path = "/api/v2/routing/lofts"
	made := admin.Post(t, path, `{"name":"North","state":"OPEN"}`)
	id := made.Str(t, "id")
	if made.Status != 200 || id == "" || made.Str(t, "dateCreated") == "" || made.Str(t, "selfUri") != path+"/"+id {
		t.Fatalf("created: %d %s", made.Status, made.Body)
	}
	if got := admin.Get(t, path+"/"+id); string(got.Body) != string(made.Body) {
		t.Errorf("read: %s, created: %s", got.Body, made.Body)
	}
	if got := admin.Get(t, path+"?pageSize=1"); got.Str(t, "total") != "1" || got.Str(t, "entities.0.id") != id {
		t.Errorf("listed: %s", got.Body)
	}
	if got := admin.Put(t, path+"/"+id, `{"name":"South","state":"OPEN"}`); got.Status != 200 || got.Str(t, "name") != "South" {
		t.Errorf("changed: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, path+"/"+id+"/close", ``); got.Status != 200 || got.Str(t, "state") != "CLOSED" {
		t.Errorf("closed: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, path+"/none/close", ``); got.Status != 404 {
		t.Errorf("closed what is not there: %d %s", got.Status, got.Body)
	}
	if got := admin.Delete(t, path+"/"+id); got.Status != 204 {
		t.Errorf("deleted: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, path+"/"+id); got.Status != 404 {
		t.Errorf("after that: %d %s", got.Status, got.Body)
	}
	// What the built-in catalogue has is served as before.
	if got := admin.Get(t, "/api/v2/architect/ivrs"); got.Status != 200 || got.Str(t, "total") != "0" {
		t.Errorf("others: %d %s", got.Status, got.Body)
	}
}
