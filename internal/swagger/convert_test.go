package swagger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/swagger"
)

// official is a specification in small, with one of everything.
const official = `{
"swagger": "2.0",
"securityDefinitions": {"PureCloud OAuth": {"type": "oauth2"}, "Guest Chat JWT": {"type": "apiKey"}},
"paths": {
 "/api/v2/things/{thingId}": {
  "put": {
   "operationId": "putThing", "tags": ["Things of a long name"], "summary": "Replace one thing by another", "description": "A sentence that must not survive.",
   "consumes": ["application/scim+json", "application/json"], "produces": ["application/json"], "deprecated": true, "x-genesys-preview": true,
   "security": [{"PureCloud OAuth": ["things", "things:readonly"]}],
   "x-inin-requires-permissions": {"type": "ANY", "permissions": ["a:b:c", "this is no permission", "admin"]},
   "parameters": [
    {"name": "thingId", "in": "path", "required": true, "type": "string", "description": "the id of it"},
    {"name": "size", "in": "query", "required": true, "type": "integer", "format": "int32", "default": 25, "minimum": 1},
    {"name": "expand", "in": "query", "required": false, "type": "array", "collectionFormat": "multi", "items": {"type": "string", "enum": ["x<y", "b"]}},
    {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Thing"}}
   ],
   "responses": {
    "200": {"description": "ok", "schema": {"type": "array", "items": {"$ref": "#/definitions/Thing"}}},
    "202": {"description": "later"},
    "409": {"description": "no", "x-inin-error-codes": {"taken": "It is taken."}},
    ERRORS
   }
  },
  "get": {
   "operationId": "getThing", "tags": ["Things"], "produces": ["text/plain"], "parameters": [],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Thing"}}, "409": {"schema": {"$ref": "#/definitions/ErrorBody"}, "x-inin-error-codes": {"taken\t": "Taken\nalready."}}, ERRORS}
  },
  "head": {
   "operationId": "headThing", "produces": ["application/json"], "security": [{"Guest Chat JWT": []}],
   "x-inin-requires-permissions": {"type": "ALL", "permissions": ["this is no permission"]},
   "responses": {"default": {"description": "?"}, "409": {"schema": {"$ref": "#/definitions/ErrorBody"}}, ERRORS}
  }
 }
},
"definitions": {
 "Thing": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string", "maxLength": 3, "description": "A name of some sort.", "example": "one two three four", "position": 1},
  "id": {"type": "string", "readOnly": true},
  "owner": {"$ref": "#/definitions/Thing", "readOnly": true},
  "queue": {"type": "string", "x-genesys-entity-type": {"value": "QUEUE_ID"}},
  "fields": {"type": "array", "items": {"type": "string"}, "x-genesys-search-fields": {"value": ["a", "b"]}},
  "more": {"type": "object", "additionalProperties": {"type": "object"}}
 }},
 "ErrorBody": {"type": "object"}
}}`

func small() []byte {
	var rest []string
	for _, status := range []string{"400", "401", "403", "404", "408", "413", "415", "429", "500", "503", "504"} {
		rest = append(rest, `"`+status+`": {"schema": {"$ref": "#/definitions/ErrorBody"}, "x-inin-error-codes": {"code.`+status+`": "Message %s"}}`)
	}
	return []byte(strings.ReplaceAll(official, "ERRORS", strings.Join(rest, ",")))
}

func converted(t *testing.T) swagger.Texts {
	t.Helper()
	texts, err := swagger.Convert(small())
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestADocumentBecomesACatalogue(t *testing.T) {
	t.Parallel()
	got := converted(t)
	same(t, "operations", got.Operations, `GET	/api/v2/things/{thingId}	getThing			{"tags":["Things"],"auth":"open","params":[{"name":"thingId","in":"path","type":"string"}],"answers":{"200":"Thing"},"errors":["409 taken#2"],"produces":["text/plain"]}
HEAD	/api/v2/things/{thingId}	headThing			{"auth":"guest","params":[{"name":"thingId","in":"path","type":"string"}],"answers":{"default":null}}
PUT	/api/v2/things/{thingId}	putThing	ANY a:b:c admin	things things:readonly	{"tags":["Things of a long name"],"params":[{"name":"thingId","in":"path","type":"string"},{"name":"size","in":"query","type":"integer","format":"int32","required":true,"default":25,"minimum":1},{"name":"expand","in":"query","type":"array","collectionFormat":"multi","items":{"type":"string","enum":["x<y","b"]}}],"body":{"required":true,"schema":"Thing"},"answers":{"200":{"type":"array","items":{"$ref":"Thing"}},"202":null,"409":null},"errors":["409 taken"],"consumes":["application/scim+json","application/json"],"deprecated":true,"preview":true}
`)
	same(t, "schemas", got.Schemas, `ErrorBody	{"type":"object"}
Thing	{"type":"object","required":["name"],"properties":{"fields":{"type":"array","x-genesys-search-fields":["a","b"],"items":{"type":"string"}},"id":{"type":"string","readOnly":true},"more":{"type":"object","additionalProperties":{"type":"object"}},"name":{"type":"string","maxLength":3},"owner":{"$ref":"Thing","readOnly":true},"queue":{"type":"string","x-genesys-entity-type":"QUEUE_ID"}}}
`)
	same(t, "errors", got.Errors, `400 code.400	*	Message %s
401 code.401	*	Message %s
403 code.403	*	Message %s
404 code.404	*	Message %s
408 code.408	*	Message %s
409 taken		It is taken.
409 taken#2		Taken\nalready.
413 code.413	*	Message %s
415 code.415	*	Message %s
429 code.429	*	Message %s
500 code.500	*	Message %s
503 code.503	*	Message %s
504 code.504	*	Message %s
`)
	for range 5 {
		if again := converted(t); again != got {
			t.Fatal("another run gives another catalogue")
		}
	}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

func TestTheOfficialDocumentSaysWhatErrorsLookLike(t *testing.T) {
	t.Parallel()
	broken := strings.ReplaceAll(string(small()), `"504":`, `"599":`)
	_, err := swagger.Convert([]byte(broken))
	wanted(t, err, "paths./api/v2/things/{thingId}.get.responses", "the answer 504 is missing")
}

// wanted checks where the error is and that it says text.
func wanted(t *testing.T, err error, place, text string) {
	t.Helper()
	found, ok := errors.AsType[*swagger.Error](err)
	if !ok || found.Place != place || !strings.Contains(found.Text, text) {
		t.Errorf("error: %v\nwant %s: … %s …", err, place, text)
	}
}
