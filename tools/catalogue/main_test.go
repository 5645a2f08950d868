package main

import (
	"os"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/swagger"
	"github.com/mockcloud/mockcloud/openapi"
)

// small is a specification in small.
const small = `{
"swagger": "2.0",
"paths": {
 "/api/v2/things/{thingId}": {
  "get": {
   "operationId": "getThing", "tags": ["Things & Co"], "summary": "Replace one thing by another", "description": "A sentence that must not survive.",
   "security": [{"PureCloud OAuth": ["things", "things:readonly"]}],
   "responses": {"200": {"schema": {"$ref": "#/definitions/Thing"}}, ERRORS}
  },
  "delete": {"operationId": "deleteThing", "tags": ["Things of a long name"], "security": [{"PureCloud OAuth": ["things"]}], "responses": {ERRORS}}
 }
},
"definitions": {
 "Thing": {"type": "object", "properties": {"name": {"type": "string", "maximum": 9007199254740993, "example": "one two three four"}}},
 "ErrorBody": {"type": "object"}
}}`

func source() []byte {
	var errors []string
	for _, status := range []string{"400", "401", "403", "404", "408", "409", "413", "415", "429", "500", "503", "504"} {
		errors = append(errors, `"`+status+`": {"schema": {"$ref": "#/definitions/ErrorBody"}, "x-inin-error-codes": {"code.`+status+`": "Message %s"}}`)
	}
	return []byte(strings.ReplaceAll(small, "ERRORS", strings.Join(errors, ",")))
}

const heading = "heading\n"

func TestTheListsLieOverTheDocument(t *testing.T) {
	t.Parallel()
	files, err := generate(source(), lists{
		operations: heading +
			"GET	/api/v2/things/{thingId}/parts	getThingParts	Things &amp; Co	?	pageSize:number weight:number id:Array<string> all:boolean		PartListing\n" +
			"POST	/api/v2/things/{thingId}/parts	postThingParts	thingsofalongname	a:b:c,d:e:f		?Array<Part>	void\n" +
			"POST	/api/v2/things/{thingId}/jobs	postThingJobs	Things				Part\n" +
			"PUT	/api/v2/things/{thingId}/{partId}	putThingPart	Things			Odd	string\n",
		schemas: []byte(`{"addedProperties": {"Thing": {"odd": "Odd"}}, "schemas": {
 "Part": {"properties": {"id": "string", "selfUri": "string", "dateCreated": "string", "weight": "number", "more": "{ [key: string]: Array<object>", "version": "number"}, "required": ["dateCreated"]},
 "Named": {"properties": {"id": "string", "selfUri": "string", "createdBy": "string"}, "required": ["id"]},
 "PartListing": {"properties": {"entities": "Array<Part>", "selfUri": "string", "total": "number"}, "required": []}
}}`),
		undefined: "Odd\n",
		gone:      heading + "DELETE	/api/v2/things/{thingId}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"operations.txt": `DELETE	/api/v2/things/{thingId}	deleteThing		things	{"tags":["Things of a long name"],"params":[{"name":"thingId","in":"path","type":"string"}],"answers":{},"deprecated":true}
GET	/api/v2/things/{thingId}	getThing		things things:readonly	{"tags":["Things & Co"],"params":[{"name":"thingId","in":"path","type":"string"}],"answers":{"200":"Thing"}}
POST	/api/v2/things/{thingId}/jobs	postThingJobs			{"tags":["Things"],"params":[{"name":"thingId","in":"path","type":"string"}],"answers":{"202":"Part"},"newer":true}
GET	/api/v2/things/{thingId}/parts	getThingParts	?	things things:readonly	{"tags":["Things & Co"],"params":[{"name":"thingId","in":"path","type":"string"},{"name":"pageSize","in":"query","type":"integer","format":"int32"},{"name":"weight","in":"query","type":"number"},{"name":"id","in":"query","type":"array","collectionFormat":"multi","items":{"type":"string"}},{"name":"all","in":"query","type":"boolean"}],"answers":{"200":"PartListing"},"newer":true}
POST	/api/v2/things/{thingId}/parts	postThingParts	ANY a:b:c d:e:f		{"tags":["Things of a long name"],"params":[{"name":"thingId","in":"path","type":"string"}],"body":{"schema":{"type":"array","items":{"$ref":"Part"}}},"answers":{"204":null},"newer":true}
PUT	/api/v2/things/{thingId}/{partId}	putThingPart			{"tags":["Things"],"params":[{"name":"thingId","in":"path","type":"string"},{"name":"partId","in":"path","type":"string"}],"body":{"required":true,"schema":"Odd"},"answers":{"200":{"type":"string"}},"newer":true}
`,
		"schemas.txt": `ErrorBody	{"type":"object"}
Named	{"type":"object","required":["id"],"properties":{"createdBy":{"type":"string"},"id":{"type":"string"},"selfUri":{"type":"string","format":"uri","readOnly":true}}}
Odd	{}
Part	{"type":"object","required":["dateCreated"],"properties":{"dateCreated":{"type":"string","readOnly":true},"id":{"type":"string","readOnly":true},"more":{"type":"object","additionalProperties":{"type":"array","items":{"type":"object"}}},"selfUri":{"type":"string","format":"uri","readOnly":true},"version":{"type":"integer"},"weight":{"type":"number"}}}
PartListing	{"type":"object","properties":{"entities":{"type":"array","items":{"$ref":"Part"}},"selfUri":{"type":"string","format":"uri"},"total":{"type":"integer"}}}
Thing	{"type":"object","properties":{"name":{"type":"string","maximum":9007199254740993},"odd":{"$ref":"Odd"}}}
`,
	}
	for name, content := range want {
		if got := withoutComments(string(files[name])); got != content {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, content)
		}
	}
	if err := findSentences(source(), files); err != nil {
		t.Error(err)
	}
}

func withoutComments(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

func TestListsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	const schemas = `{"addedProperties":{},"schemas":{}}`
	row := func(columns ...string) string { return heading + strings.Join(columns, "\t") + "\n" }
	tests := []struct {
		name string
		l    lists
		want string
	}{
		{"a schema that nothing describes", lists{operations: row("GET", "/api/v2/x", "getX", "X", "", "", "", "Nobody")}, `no definition "Nobody"`},
		{"one that is described after all", lists{undefined: "Thing"}, "Thing is described"},
		{"a type that there is not", lists{operations: row("GET", "/api/v2/x", "getX", "X", "", "", "", "void | string")}, "void | string"},
		{"a type of a parameter that there is not", lists{operations: row("GET", "/api/v2/x", "getX", "X", "", "a:Date", "", "void")}, `type "Date"`},
		{"a column is missing", lists{operations: row("GET", "/api/v2/x", "getX")}, "3 columns"},
		{"an operation that the document has", lists{operations: row("GET", "/api/v2/things/{thingId}", "getIt", "X", "", "", "", "void")}, "answers to"},
		{"a schema that the document has", lists{schemas: []byte(`{"schemas":{"Thing":{}}}`)}, "Thing is in the source"},
		{"a property that the document has", lists{schemas: []byte(`{"addedProperties":{"Thing":{"name":"string"}}}`)}, "has name already"},
		{"a property of nothing", lists{schemas: []byte(`{"addedProperties":{"Nobody":{"name":"string"}}}`)}, "Nobody is not in the source"},
		{"a field that nobody reads", lists{schemas: []byte(`{"schemas":{"New":{"optional":[]}}}`)}, "unknown field"},
		{"what is gone was never there", lists{gone: row("GET", "/api/v2/y")}, "there is no get /api/v2/y"},
	}
	for _, tt := range tests {
		if tt.l.schemas == nil {
			tt.l.schemas = []byte(schemas)
		}
		if _, err := generate(source(), tt.l); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Schemas that the lists mention and nothing describes stand for any JSON. Each
// is a loss, so that no more of them may come unseen.
func TestFewSchemasAreUndefined(t *testing.T) {
	t.Parallel()
	if n := len(strings.Fields(newerUndefined)); n != 73 {
		t.Errorf("%d schemas are undefined, want 73", n)
	}
}

// The document that the catalogue was made from can be laid over it, as with
// mockcloud serve --spec. It takes back what is newer about its own operations
// and schemas, and nothing else.
func TestThePinnedDocumentLiesOverTheCatalogue(t *testing.T) {
	t.Parallel()
	file, err := locate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := swagger.Convert(pinned)
	if err != nil {
		t.Fatal(err)
	}
	base := swagger.Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}
	got, err := swagger.Extend(base, pinned)
	if err != nil {
		t.Fatal(err)
	}
	if got.Errors != withoutComments(openapi.Errors) || got.Errors != alone.Errors {
		t.Error("the errors are others")
	}
	for _, texts := range []struct {
		name                string
		got, base, alone    string
		lines, older, newer int
		taken               int // of the catalogue, which the document has differently
	}{
		{"operations", got.Operations, base.Operations, alone.Operations, 3390, 2726, 664, 10},
		{"schemas", got.Schemas, base.Schemas, alone.Schemas, 5007, 3958, 976 + 73, 351},
	} {
		older, before := set(texts.alone), set(withoutComments(texts.base))
		n, fromDocument, fromBase := 0, 0, 0
		for line := range strings.Lines(texts.got) {
			n++
			switch {
			case older[line]:
				fromDocument++
			case before[line]:
				fromBase++
			default:
				t.Errorf("%s: neither the document nor the catalogue has %.100s", texts.name, line)
			}
		}
		taken := 0
		for line := range older {
			if !before[line] {
				taken++
			}
		}
		if n != texts.lines || fromDocument != texts.older || fromBase != texts.newer || taken != texts.taken {
			t.Errorf("%s: %d lines, %d of the document, %d of the catalogue, %d taken back", texts.name, n, fromDocument, fromBase, taken)
		}
	}
}

func set(text string) map[string]bool {
	lines := make(map[string]bool)
	for line := range strings.Lines(text) {
		lines[line] = true
	}
	return lines
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
		err := findSentences(source(), map[string][]byte{"schemas.txt": []byte(tt.text)})
		if (err != nil) != tt.found {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := findSentences(source(), map[string][]byte{"errors.txt": []byte("a sentence that must not survive")}); err != nil {
		t.Error(err)
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
