package swagger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/swagger"
	"github.com/mockcloud/mockcloud/openapi"
)

// Whatever the document: it is refused with a place, or every operation of the
// catalogue that comes of it can be used.
func FuzzDocument(f *testing.F) {
	f.Add(small())
	f.Add([]byte(`{"swagger":"2.0","basePath":"/api/v2","paths":{"/fuzz/{id}":{"parameters":[{"name":"q","in":"query","type":"array","items":{"type":"integer","minimum":1},"default":[3]}],"post":{"operationId":"postFuzz","x-inin-requires-permissions":{"type":"?"},"parameters":[{"name":"body","in":"body","schema":{"$ref":"#/definitions/F"}}],"responses":{"200":{"schema":{"type":"array","items":{"$ref":"#/definitions/F"}}},"409":{"x-inin-error-codes":{"a":"b %s"}}}}}},"definitions":{"F":{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/definitions/F"},"b":{"type":"string","pattern":"^a+$","minLength":2,"enum":["aa",null,1]}},"additionalProperties":true}}}`))
	whole := swagger.Texts{Operations: openapi.Operations, Schemas: openapi.Schemas, Errors: openapi.Errors}
	known := make(map[string]bool)
	for line := range strings.Lines(whole.Operations) {
		known[line] = true
	}
	little, err := swagger.Convert(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		// The whole catalogue is large: it is for what the little one let pass.
		texts, err := swagger.Extend(little, document)
		if err == nil && texts != little {
			texts, err = swagger.Extend(whole, document)
		}
		switch found, ok := errors.AsType[*swagger.Error](err); {
		case err != nil && (!ok || found.Place == "" || found.Text == ""):
			t.Fatalf("no place: %v", err)
		case err != nil, texts == little:
			return
		}
		c, err := spec.LoadWith(spec.Texts(texts))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(texts.Operations) {
			if known[line] || strings.HasPrefix(line, "#") {
				continue
			}
			op, ok := c.Operation(strings.Split(line, "\t")[2])
			if !ok {
				t.Fatalf("there is no operation for %s", line)
			}
			for _, body := range []string{"", "{}", `[{"a":1}]`, `"x"`} {
				_, _ = op.Validate(&spec.Request{PathParam: func(string) string { return "1" }, Body: []byte(body), ContentType: "application/json"})
				_ = op.CheckResponse(op.Facts().Status, []byte(body))
			}
			_, _, _ = op.ErrorCode("a")
		}
	})
}
