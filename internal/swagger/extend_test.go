package swagger_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/swagger"
)

func extended(t *testing.T, base swagger.Texts, document string) swagger.Texts {
	t.Helper()
	texts, err := swagger.Extend(base, []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// lineOf finds the line that has the key in that column.
func lineOf(t *testing.T, text string, column int, key string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(columns) > column && columns[column] == key {
			return strings.TrimSuffix(line, "\n")
		}
	}
	t.Errorf("there is no line for %s", key)
	return ""
}

func TestADocumentLiesOverACatalogue(t *testing.T) {
	t.Parallel()
	base := converted(t)
	base.Operations = "# a comment\n" + base.Operations
	got := extended(t, base, `{"swagger":"2.0","basePath":"/api/v2/","security":[{"Mine":["x"]}],"securityDefinitions":{"Mine":{"type":"oauth2"}},"paths":{
"/a/{aId}":{"parameters":[{"$ref":"#/parameters/Big"}],
 "get":{"operationId":"getA","x-inin-requires-permissions":{"type":"?"},"x-mockcloud-newer":true,"responses":{"200":{"$ref":"#/responses/Good"}}},
 "post":{"operationId":"postA","security":[],"parameters":[{"name":"big","in":"query","type":"integer","enum":[1,"2"]},{"name":"x","in":"body","schema":{"type":"object","additionalProperties":true}}],
  "responses":{"x-odd":1,"409":{"x-inin-error-codes":{"taken":"It is taken.","taken ":"It is taken.","new":"Word"}},"410":{"x-inin-error-codes":{"taken":"Elsewhere"}}}},
 "x-odd":1},
"/things/{thingId}":{"get":{"operationId":"getThing","responses":{"200":{"schema":{"$ref":"#/definitions/Other"}},"409":{"x-inin-error-codes":{"taken":"A third text."}}}}},
"x-odd":1},
"parameters":{"Big":{"name":"big","in":"query","type":"boolean"}},
"responses":{"Good":{"schema":{"$ref":"#/definitions/Thing"}}},
"definitions":{"Other":{"type":"string","pattern":"(?<!a)b","additionalProperties":false},"ErrorBody":{"type":"object","properties":{"x":{"type":"string"}}}}}`)
	tests := []struct{ name, got, want string }{
		{
			"a new operation, with what its path and the document share", lineOf(t, got.Operations, 2, "getA"),
			`GET	/api/v2/a/{aId}	getA	?	x	{"params":[{"name":"big","in":"query","type":"boolean"},{"name":"aId","in":"path","type":"string"}],"answers":{"200":"Thing"},"newer":true}`,
		},
		{
			"an operation that has it its own way", lineOf(t, got.Operations, 2, "postA"),
			`POST	/api/v2/a/{aId}	postA			{"auth":"open","params":[{"name":"big","in":"query","type":"integer","enum":["1","2"]},{"name":"aId","in":"path","type":"string"}],"body":{"schema":{"type":"object","additionalProperties":{}}},"answers":{"409":null,"410":null},"errors":["409 new","409 taken","410 taken"],"without":["400 code.400","401 code.401","403 code.403","404 code.404","408 code.408","413 code.413","415 code.415","429 code.429","500 code.500","503 code.503","504 code.504"]}`,
		},
		{
			"an operation in the place of another", lineOf(t, got.Operations, 2, "getThing"),
			`GET	/api/v2/things/{thingId}	getThing		x	{"params":[{"name":"thingId","in":"path","type":"string"}],"answers":{"200":"Other","409":null},"errors":["409 taken#3"],"without":["400 code.400","401 code.401","403 code.403","404 code.404","408 code.408","413 code.413","415 code.415","429 code.429","500 code.500","503 code.503","504 code.504"]}`,
		},
		{"an operation that stays", lineOf(t, got.Operations, 2, "putThing"), lineOf(t, base.Operations, 2, "putThing")},
		{"a schema in the place of another", lineOf(t, got.Schemas, 0, "ErrorBody"), `ErrorBody	{"type":"object","properties":{"x":{"type":"string"}}}`},
		{"a new schema, without the pattern that Go cannot say", lineOf(t, got.Schemas, 0, "Other"), `Other	{"type":"string"}`},
		{"a schema that stays", lineOf(t, got.Schemas, 0, "Thing"), lineOf(t, base.Schemas, 0, "Thing")},
		{"an error that stays", lineOf(t, got.Errors, 0, "409 taken"), "409 taken		It is taken."},
		{"another message", lineOf(t, got.Errors, 0, "409 taken#3"), "409 taken#3		A third text."},
		{"a new error", lineOf(t, got.Errors, 0, "409 new"), "409 new		Word"},
	}
	for _, tt := range tests {
		same(t, tt.name, tt.got, tt.want)
	}
	var order []string
	for line := range strings.Lines(got.Operations) {
		order = append(order, strings.Split(line, "\t")[2])
	}
	same(t, "order", strings.Join(order, " "), "getA postA getThing headThing putThing")
}

// What a catalogue was made from changes nothing when it is laid over it.
func TestTheSameDocumentOnceMoreChangesNothing(t *testing.T) {
	t.Parallel()
	base := converted(t)
	if got := extended(t, base, string(small())); got != base {
		t.Errorf("%+v\nwant\n%+v", got, base)
	}
}

// Who asks for permissions asks for a token, even where the document forgets to say
// so; who says that there is no security means it.
func TestPermissionsImplyAToken(t *testing.T) {
	t.Parallel()
	const some = `"x-inin-requires-permissions":{"type":"ANY","permissions":["a:b:c"]}`
	for _, tt := range []struct{ name, document, facts, auth string }{
		{"permissions", "", some, ""},
		{"permissions that nobody knows", "", `"x-inin-requires-permissions":{"type":"?"}`, ""},
		{"permissions and an empty security of the document", `"security":[],`, some, ""},
		{"permissions and no security by its own word", "", some + `,"security":[]`, "open"},
		{"permissions of guests", "", some + `,"security":[{"Guest":[]}]`, "guest"},
		{"a list of none", "", `"x-inin-requires-permissions":{"type":"ANY","permissions":[]}`, "open"},
		{"neither", "", `"deprecated":true`, "open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := extended(t, converted(t), `{"swagger":"2.0",`+tt.document+`"paths":{"/api/v2/x":{"get":{"operationId":"getX",`+tt.facts+`}}}}`)
			columns := strings.Split(lineOf(t, got.Operations, 2, "getX"), "\t")
			var facts struct{ Auth string }
			if err := json.Unmarshal([]byte(columns[len(columns)-1]), &facts); err != nil || facts.Auth != tt.auth {
				t.Errorf("auth %q, want %q (%v)", facts.Auth, tt.auth, err)
			}
		})
	}
}

func TestBadDocumentsAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	operation := func(text string) string {
		return `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"getX",` + text + `}}}}`
	}
	definition := func(text string) string { return `{"swagger":"2.0","definitions":{"D":` + text + `}}` }
	path := func(path string) string {
		return `{"swagger":"2.0","paths":{"` + path + `":{"get":{"operationId":"getX"}}}}`
	}
	const get, d = "paths./api/v2/x.get", "definitions.D"
	tests := []struct{ name, document, place, text string }{
		{"no JSON", "{\n \"swagger\": \"2.0\",\n  paths: {}}", "line 3, column 3", "invalid character 'p'"},
		{"YAML", "swagger: '2.0'\n", "line 1, column 1", "no JSON"},
		{"nothing", "", "line 1, column 1", "unexpected end"},
		{"the end is missing", "{\"swagger\":\n\"2.0\"", "line 2, column 5", "unexpected end"},
		{"a list", "[]", "document", "must be an object, not an array"},
		{"OpenAPI 3", `{"openapi":"3.0.0"}`, "openapi", `is "3.0.0": only documents of Swagger 2.0 are read`},
		{"a version of another kind", `{"openapi":3}`, "openapi", "must be a string, not a number"},
		{"no version", `{"paths":{}}`, "swagger", "is missing"},
		{"another version", `{"swagger":"1.2"}`, "swagger", `must be "2.0", not "1.2"`},
		{"no paths and no definitions", `{"swagger":"2.0"}`, "paths", "there are none, nor definitions"},
		{"paths and definitions that are empty", `{"swagger":"2.0","paths":{"/api/v2/x":{},"x-odd":1},"definitions":{}}`, "paths", "there are none"},
		{"paths of another kind", `{"swagger":"2.0","paths":[]}`, "paths", "must be an object, not an array"},
		{"a path outside the API", path("/oauth/token"), "paths./oauth/token", "is not below /api/v2/"},
		{"a path with a star", path("/api/v2/*"), "paths./api/v2/*", "cannot be routed"},
		{"a path with a colon", path("/api/v2/:x"), "paths./api/v2/:x", "cannot be routed"},
		{"half a part in braces", path("/api/v2/{a}.json"), "paths./api/v2/{a}.json", "cannot be routed"},
		{"an empty part", path("/api/v2//x"), "paths./api/v2//x", "cannot be routed"},
		{"a method that there is not", `{"swagger":"2.0","paths":{"/api/v2/x":{"fetch":{}}}}`, "paths./api/v2/x.fetch", "is no method"},
		{"OPTIONS", `{"swagger":"2.0","paths":{"/api/v2/x":{"options":{}}}}`, "paths./api/v2/x.options", "not supported"},
		{"a path elsewhere", `{"swagger":"2.0","paths":{"/api/v2/x":{"$ref":"y"}}}`, "paths./api/v2/x.$ref", "not supported"},
		{"no id", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{}}}}`, get, "no operationId"},
		{"an id with a blank", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"get\tX"}}}}`, get + ".operationId", "is no id"},
		{"an id of another kind", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":1}}}}`, get + ".operationId", "must be a string, not a number"},
		{"an id twice", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"getX"}},"/api/v2/y":{"get":{"operationId":"getX"}}}}`, "paths./api/v2/y.get.operationId", `"getX" is the id of GET /api/v2/x, too`},
		{"an id of the catalogue", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"getThing"}}}}`, get + ".operationId", `"getThing" is the id of GET /api/v2/things/{thingId} already`},
		{"paths that clash", `{"swagger":"2.0","paths":{"/api/v2/x/{a}":{"get":{"operationId":"getA"}},"/api/v2/x/{b}":{"get":{"operationId":"getB"}}}}`, "paths./api/v2/x/{b}.get", `answers to the operation "getA" already`},
		{"a path of the catalogue", `{"swagger":"2.0","paths":{"/api/v2/things/{id}":{"get":{"operationId":"getX"}}}}`, "paths./api/v2/things/{id}.get", `answers to the operation "getThing" already`},
		{"a parameter that is no object", operation(`"parameters":[{"name":"a","in":"query","type":"string"},7]`), get + ".parameters[1]", "must be an object, not a number"},
		{"a parameter that is nowhere", operation(`"parameters":[{"name":"a","type":"string"}]`), get + ".parameters[0]", "in what it is"},
		{"a form", operation(`"parameters":[{"name":"a","in":"formData","type":"string"}]`), get + ".parameters[0].in", `"formData" are not supported`},
		{"a parameter without a name", operation(`"parameters":[{"in":"query","type":"string"}]`), get + ".parameters[0]", "has no name"},
		{"a parameter without a type", operation(`"parameters":[{"name":"a","in":"query"}]`), get + ".parameters[0].type", "no type"},
		{"a list of what?", operation(`"parameters":[{"name":"a","in":"query","type":"array"}]`), get + ".parameters[0]", "does not say of what"},
		{"a parameter twice", operation(`"parameters":[{"name":"a","in":"query","type":"string"},{"name":"a","in":"query","type":"string"}]`), get + ".parameters[1]", `two of the name "a"`},
		{"two bodies", operation(`"parameters":[{"name":"a","in":"body","schema":{}},{"name":"b","in":"body","schema":{}}]`), get + ".parameters[1]", "two of the name"},
		{"a body without a schema", operation(`"parameters":[{"name":"a","in":"body"}]`), get + ".parameters[0]", "no schema"},
		{"a parameter that the path lacks", operation(`"parameters":[{"name":"a","in":"path","type":"string"}]`), get + ".parameters", "no {a}"},
		{"a shared parameter that there is not", operation(`"parameters":[{"$ref":"#/parameters/A"}]`), get + ".parameters[0].$ref", "points to nothing"},
		{"a minimum that is no number", operation(`"parameters":[{"name":"a","in":"query","type":"integer","minimum":1e999}]`), get + ".parameters[0].minimum", "out of range"},
		{"a status that is none", operation(`"responses":{"ok":{}}`), get + ".responses.ok", "is no status"},
		{"an answer that is shared and missing", operation(`"responses":{"200":{"$ref":"#/responses/A"}}`), get + ".responses.200.$ref", "points to nothing"},
		{"a code with a line end", operation(`"responses":{"400":{"x-inin-error-codes":{"a\nb":"x"}}}`), get + ".responses.400.x-inin-error-codes", "no code"},
		{"a schema that there is not", operation(`"responses":{"200":{"schema":{"items":{"$ref":"#/definitions/Nobody"}}}}`), get + ".responses.200.schema.items.$ref", `no definition "Nobody"`},
		{"a schema elsewhere", operation(`"responses":{"200":{"schema":{"$ref":"other.json#/X"}}}`), get + ".responses.200.schema.$ref", "does not point to a definition"},
		{"a mode of permissions that there is not", operation(`"x-inin-requires-permissions":{"type":"SOME"}`), get + ".x-inin-requires-permissions.type", `"SOME" is neither`},
		{"half a permission", operation(`"x-inin-requires-permissions":{"type":"ANY","permissions":["a:b:c","a:b"]}`), get + ".x-inin-requires-permissions.permissions[1]", `"a:b" is no permission`},
		{"a scope with a blank", operation(`"security":[{"PureCloud OAuth":["a b"]}]`), get + ".security", `"a b" is no scope`},
		{"a schema of another kind", definition(`[]`), d, "must be an object, not an array"},
		{"a type of another kind", definition(`{"properties":{"a":{"type":["string"]}}}`), d + ".properties.a.type", "must be a string, not an array"},
		{"a type that there is not", definition(`{"type":"file"}`), d + ".type", `"file" is no type`},
		{"a flag of another kind", definition(`{"readOnly":"yes"}`), d + ".readOnly", "must be a boolean, not a string"},
		{"a length below nothing", definition(`{"maxLength":-1}`), d + ".maxLength", "must be a whole number, not -1"},
		{"a combination", definition(`{"items":{"allOf":[]}}`), d + ".items", "allOf is not supported"},
		{"a bound out of range", definition(`{"maximum":1e999}`), d + ".maximum", "out of range"},
		{"a bound that is text", definition(`{"additionalProperties":{"minimum":"a"}}`), d + ".additionalProperties", "invalid number"},
		{"only a reference", definition(`{"$ref":"#/definitions/D"}`), d + ".$ref", "only a reference"},
		{"a name with a blank", `{"swagger":"2.0","definitions":{"D\tE":{}}}`, `definitions."D\tE"`, "no name for a schema"},
		{"schemas without end", definition(strings.Repeat(`{"items":`, 60) + "{}" + strings.Repeat("}", 60)), d + strings.Repeat(".items", 51), "inside each other"},
	}
	base := converted(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := swagger.Extend(base, []byte(tt.document))
			wanted(t, err, tt.place, tt.text)
		})
	}
}
