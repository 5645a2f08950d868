package spec_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// tryExamples validates each example of an operation's body as a request: what the
// explorer fills in can be sent as it is.
func tryExamples(t *testing.T, o *spec.Operation, op *openapi3.Operation) {
	t.Helper()
	path, query := make(map[string]string), make(url.Values)
	for _, p := range op.Parameters {
		switch {
		case p.Value.In == openapi3.ParameterInPath:
			path[p.Value.Name] = parameter(p.Value.Schema.Value)
		case p.Value.In == openapi3.ParameterInQuery && p.Value.Required:
			query.Set(p.Value.Name, parameter(p.Value.Schema.Value))
		}
	}
	for media, content := range op.RequestBody.Value.Content {
		if content.Example == nil {
			t.Errorf("%s has no example of its body as %s", o.ID, media)
			continue
		}
		body, err := json.Marshal(content.Example)
		if err != nil {
			t.Fatal(err)
		}
		// The document has the parameters of a path under the names of the path, in
		// which operations of one shape may differ.
		value := func(name string) string {
			if _, ok := path[name]; !ok {
				return "1"
			}
			return path[name]
		}
		if _, refusal := o.Validate(&spec.Request{PathParam: value, Query: query, Body: body, ContentType: media}); refusal != nil {
			t.Errorf("%s: %v %+v\n%.500s", o.ID, refusal, refusal.Details, body)
		}
	}
}

// parameter is a value of a parameter that is accepted.
func parameter(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		return fmt.Sprint(s.Enum[0])
	case s.Format == "date":
		return "2026-01-15"
	case s.Min != nil:
		return fmt.Sprint(*s.Min)
	default:
		return "1"
	}
}
