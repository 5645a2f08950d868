package engine

import (
	"encoding/json"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// A PATCH merges: what it leaves out stays. So that it can also take a value away,
// some properties come wrapped in an object, which without a value clears the
// property: {"description": {"value": "x"}}, {"planningGroupIds": {"values": []}},
// {"style": {}}. Answers have the bare value. No operation that the engine serves
// takes a JSON Patch.

// wrapperOf is the property of a wrapper that holds what it wraps; "" for shapes
// that are none.
func wrapperOf(s *spec.Shape) string {
	if s == nil || s.Type != "object" || !strings.Contains(s.Name, "Wrapper") {
		return ""
	}
	names := s.PropertyNames()
	if len(names) == 1 && (names[0] == "value" || names[0] == "values") {
		return names[0]
	}
	return ""
}

// wrappers are the properties of a request that come wrapped, and are stored bare.
func wrappers(request, entity *spec.Shape) map[string]string {
	var found map[string]string
	if request == nil || request.Type != "object" {
		return nil
	}
	for _, name := range request.PropertyNames() {
		property := request.Property(name)
		inner := wrapperOf(property)
		if inner == "" || (entity != nil && same(entity.Property(name), property)) {
			continue
		}
		if found == nil {
			found = make(map[string]string)
		}
		found[name] = inner
	}
	return found
}

// unwrap takes values out of their wrappers. An empty wrapper leaves nil, which
// clears the property.
func unwrap(body fields, wrapped map[string]string) {
	for name, inner := range wrapped {
		switch value := body[name].(type) {
		case fields:
			body[name] = value[inner]
		case json.RawMessage:
			body[name] = decodeFields(value)[inner]
		}
	}
}
