package swagger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// document is the part of a Swagger 2.0 document that holds facts.
type document struct {
	operations  []*operation // by path and method
	definitions map[string]*schema

	top        top
	references []reference
}

// top is the outermost level. What is below is decoded piece by piece, so that
// errors can say where they are.
type top struct {
	Swagger     string                     `json:"swagger"`
	OpenAPI     string                     `json:"openapi"`
	BasePath    string                     `json:"basePath"`
	Paths       map[string]json.RawMessage `json:"paths"`
	Definitions map[string]json.RawMessage `json:"definitions"`
	Parameters  map[string]json.RawMessage `json:"parameters"`
	Responses   map[string]json.RawMessage `json:"responses"`
	Security    []map[string][]string      `json:"security"`
	Schemes     map[string]struct {
		Type string `json:"type"`
	} `json:"securityDefinitions"`
}

// reference is a use of a named schema.
type reference struct{ place, name string }

func read(source []byte) (*document, error) {
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	d := &document{}
	if err := decode(source, "", &d.top); err != nil {
		return nil, err
	}
	switch {
	case d.top.Swagger == "2.0":
	case d.top.Swagger == "" && d.top.OpenAPI != "":
		return nil, wrong("openapi", "is %q: only documents of Swagger 2.0 are read, which say \"swagger\": \"2.0\"", d.top.OpenAPI)
	case d.top.Swagger == "":
		return nil, wrong("swagger", "is missing: must be \"2.0\", as documents of other versions are not read")
	default:
		return nil, wrong("swagger", "must be \"2.0\", not %q: documents of other versions are not read", d.top.Swagger)
	}
	if err := d.readDefinitions(); err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(d.top.Paths)) {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		if err := d.readPath(path); err != nil {
			return nil, err
		}
	}
	if len(d.operations)+len(d.definitions) == 0 {
		return nil, wrong("paths", "there are none, nor definitions: the document says nothing")
	}
	slices.SortFunc(d.operations, func(a, b *operation) int {
		return strings.Compare(a.path+"\t"+a.method, b.path+"\t"+b.method)
	})
	return d, nil
}

// names are what a schema, an operation or a permission can be called. The texts
// separate them by tabs and line ends, and lists of some by spaces.
var names = regexp.MustCompile(`^[^\s\pC"#]+$`)

func (d *document) readDefinitions() error {
	d.definitions = make(map[string]*schema, len(d.top.Definitions))
	for _, name := range slices.Sorted(maps.Keys(d.top.Definitions)) {
		place := "definitions." + name
		if !names.MatchString(name) {
			return wrong(fmt.Sprintf("definitions.%q", name), "is no name for a schema: spaces, quotes and # cannot be in it")
		}
		s, err := d.readSchema(d.top.Definitions[name], place, 0)
		if err != nil {
			return err
		}
		if s.Ref != "" {
			return wrong(place+".$ref", "a definition that is only a reference is not supported")
		}
		d.definitions[name] = s
	}
	return nil
}

// checkReferences looks for the schemas that are referred to: in the document,
// then among those known beside it.
func (d *document) checkReferences(known map[string]line) error {
	for _, r := range d.references {
		if d.definitions[r.name] == nil && known[r.name].key == "" {
			return wrong(r.place, "there is no definition %q", r.name)
		}
	}
	return nil
}

// routable are the paths that the router serves as they are meant.
var routable = regexp.MustCompile(`^(/([A-Za-z0-9_.~-]+|\{[A-Za-z0-9_]+\}))+$`)

// apiPrefix is where every operation lives.
const apiPrefix = "/api/v2/"

func (d *document) readPath(path string) error {
	place := "paths." + path
	full := strings.TrimSuffix(d.top.BasePath, "/") + path
	switch {
	case !strings.HasPrefix(full, apiPrefix):
		return wrong(place, "%q is not below %s, where the API is", full, apiPrefix)
	case !routable.MatchString(full):
		return wrong(place, "cannot be routed: a part of a path is either a name in braces or has none")
	}
	var item map[string]json.RawMessage
	if err := decode(d.top.Paths[path], place, &item); err != nil {
		return err
	}
	shared, err := d.readSharedParameters(item["parameters"], place)
	if err != nil {
		return err
	}
	for _, method := range slices.Sorted(maps.Keys(item)) {
		switch method {
		case "get", "put", "post", "delete", "patch", "head":
			op, err := d.readOperation(item[method], place+"."+method, strings.ToUpper(method), full, shared)
			if err != nil {
				return err
			}
			d.operations = append(d.operations, op)
		case "parameters":
		case "$ref":
			return wrong(place+".$ref", "a path that is only a reference is not supported")
		case "options":
			return wrong(place+".options", "is not supported: OPTIONS always asks for what a browser may send")
		default:
			if !strings.HasPrefix(method, "x-") {
				return wrong(place+"."+method, "is no method")
			}
		}
	}
	return nil
}

// follow decodes the parameter or response that several operations share.
func follow(ref, place, prefix string, from map[string]json.RawMessage, into any) error {
	name, ok := strings.CutPrefix(ref, prefix)
	if shared := from[name]; ok && shared != nil {
		return decode(shared, strings.ReplaceAll(strings.TrimPrefix(ref, "#/"), "/", "."), into)
	}
	return wrong(place+".$ref", "%q points to nothing", ref)
}

// decode reads one piece of the document.
func decode(raw []byte, place string, into any) error {
	err := json.Unmarshal(raw, into)
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, column := position(raw, syntax.Offset)
		return wrong(fmt.Sprintf("line %d, column %d", line, column), "no JSON: %s", syntax.Error())
	}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// The path goes through embedded structs, which the document knows nothing of.
		field := strings.TrimPrefix(strings.TrimPrefix(mismatch.Field, "schema."), "param.")
		if place = strings.Trim(place+"."+field, "."); place == "" {
			place = "document"
		}
		found := withArticle(mismatch.Value)
		if _, literal, ok := strings.Cut(mismatch.Value, " "); ok {
			found = literal
		}
		return wrong(place, "must be %s, not %s", called(mismatch.Type), found)
	}
	return wrong(place, "%s", err)
}

// position is the line and the column of the byte before the offset, at which an
// error of syntax was noticed.
func position(text []byte, offset int64) (line, column int) {
	before := text[:max(0, min(int(offset)-1, len(text)))]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = len(before) - bytes.LastIndexByte(before, '\n')
	return line, column
}

// called names a type as JSON knows it.
func called(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		if t == reflect.TypeFor[json.Number]() {
			return "a number"
		}
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct, reflect.Pointer:
		return "an object"
	default:
		return "a whole number"
	}
}

func withArticle(kind string) string {
	switch kind {
	case "bool":
		return "a boolean"
	case "array", "object":
		return "an " + kind
	default:
		return "a " + kind
	}
}
