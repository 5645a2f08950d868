package main

import (
	"strings"
	"testing"
)

// source is a specification in small, with one of everything.
const source = `{
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
	return []byte(strings.ReplaceAll(source, "ERRORS", strings.Join(rest, ",")))
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	files, err := generate(small())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"operations.txt": `GET	/api/v2/things/{thingId}	getThing			{"tags":["Things"],"auth":"open","answers":{"200":"Thing"},"errors":["409 taken#2"],"produces":["text/plain"]}
HEAD	/api/v2/things/{thingId}	headThing			{"auth":"guest","answers":{"default":null}}
PUT	/api/v2/things/{thingId}	putThing	ANY a:b:c admin	things things:readonly	{"tags":["Things of a long name"],"params":[{"name":"thingId","in":"path","type":"string"},{"name":"size","in":"query","type":"integer","format":"int32","required":true,"default":25,"minimum":1},{"name":"expand","in":"query","type":"array","collectionFormat":"multi","items":{"type":"string","enum":["x<y","b"]}}],"body":{"required":true,"schema":"Thing"},"answers":{"200":{"type":"array","items":{"$ref":"Thing"}},"202":null,"409":null},"errors":["409 taken"],"consumes":["application/scim+json","application/json"],"deprecated":true,"preview":true}
`,
		"schemas.txt": `ErrorBody	{"type":"object"}
Thing	{"type":"object","required":["name"],"properties":{"fields":{"type":"array","x-genesys-search-fields":["a","b"],"items":{"type":"string"}},"id":{"type":"string","readOnly":true},"more":{"type":"object","additionalProperties":{"type":"object"}},"name":{"type":"string","maxLength":3},"owner":{"$ref":"Thing","readOnly":true},"queue":{"type":"string","x-genesys-entity-type":"QUEUE_ID"}}}
`,
		"errors.txt": `400 code.400	*	Message %s
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
`,
	}
	for name, content := range want {
		if got := withoutComments(string(files[name])); got != content {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, content)
		}
	}
	again, err := generate(small())
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if string(again[name]) != string(files[name]) {
			t.Errorf("%s differs in a second run", name)
		}
	}
	if err := findSentences(small(), files); err != nil {
		t.Error(err)
	}
}

func withoutComments(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

func TestSentencesAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		found      bool
	}{
		{"a description", "{\"x\":\"A sentence that must not survive.\"}", true},
		{"a part of it in other letters", "{\"x\":\"see: Sentence THAT must not, please\"}", true},
		{"a summary", "replace one thing by another", true},
		{"an example", "\"one two three four\"", true},
		{"three words", "sentence that must", false},
		{"words of several strings", "\"sentence\" \"that\" \"must\" \"not\"", false},
		{"a tag", "\"Things of a long name\"", false},
		{"a comment of the generator", "# a sentence that must not survive", false},
	}
	for _, tt := range tests {
		err := findSentences(small(), map[string][]byte{"schemas.txt": []byte(tt.text)})
		if (err != nil) != tt.found {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := findSentences(small(), map[string][]byte{"errors.txt": []byte("a sentence that must not survive")}); err != nil {
		t.Error(err)
	}
}

func TestBrokenSourcesAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"no JSON":                  {`"definitions"`, `definitions`},
		"an operation without id":  {`"operationId": "headThing",`, ``},
		"a reference to elsewhere": {`"$ref": "#/definitions/Thing", "readOnly"`, `"$ref": "other.json#/Thing", "readOnly"`},
		"a form parameter":         {`"in": "path"`, `"in": "formData"`},
		"an answer is missing":     {`"504":`, `"599":`},
	} {
		broken := strings.ReplaceAll(string(small()), change[0], change[1])
		if _, err := generate([]byte(broken)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	t.Parallel()
	if got := firstDifference([]byte("a\nb\n"), []byte("a\nb\n")); got != "" {
		t.Error(got)
	}
	got := firstDifference([]byte("a\nb\n"), []byte("a\nc\nd\n"))
	if got != "line 2\n- b\n+ c" {
		t.Error(got)
	}
}
