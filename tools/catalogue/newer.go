package main

import (
	"bytes"
	_ "embed" // the lists
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// lists are what today's official JavaScript SDK has and the pinned document
// lacks, and the other way round.
type lists struct {
	operations string // method, path, id, tag, permissions, query, body, answer, separated by tabs
	schemas    []byte // new ones, and properties that were added to old ones
	undefined  string // names of schemas that these lists mention and nothing describes
	gone       string // method and path of operations that today's SDKs lack
}

//go:embed newer/operations.tsv
var newerOperations string

//go:embed newer/schemas.json
var newerSchemas []byte

//go:embed newer/undefined.txt
var newerUndefined string

//go:embed newer/gone.tsv
var newerGone string

func newerLists() lists {
	return lists{operations: newerOperations, schemas: newerSchemas, undefined: newerUndefined, gone: newerGone}
}

// object is a piece of JSON.
type object = map[string]any

// pinned is the part of the source that the lists change or are measured by.
type pinned struct {
	Paths       map[string]map[string]object `json:"paths"`
	Definitions map[string]object            `json:"definitions"`
}

// document writes the lists as a Swagger 2.0 document that lies over the source.
func (l lists) document(source []byte) ([]byte, error) {
	var old pinned
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber() // what is written again has to be what was read
	if err := decoder.Decode(&old); err != nil {
		return nil, err
	}
	definitions, err := l.definitions(old.Definitions)
	if err != nil {
		return nil, fmt.Errorf("newer schemas: %w", err)
	}
	paths := make(map[string]object)
	add := func(path, method string, op object) {
		if paths[path] == nil {
			paths[path] = make(object)
		}
		paths[path][method] = op
	}
	gone, err := rows(l.gone, 2)
	if err != nil {
		return nil, fmt.Errorf("gone: %w", err)
	}
	for _, columns := range gone {
		method, path := strings.ToLower(columns[0]), columns[1]
		op := old.Paths[path][method]
		if op == nil {
			return nil, fmt.Errorf("gone: there is no %s %s", method, path)
		}
		op["deprecated"] = true
		add(path, method, op)
	}
	newer, err := rows(l.operations, 8)
	if err != nil {
		return nil, fmt.Errorf("newer operations: %w", err)
	}
	scopes, tags := scopesOf(old.Paths), tagsOf(old.Paths)
	for _, columns := range newer {
		tags.know(columns[3])
	}
	for _, columns := range newer {
		op, err := newOperation(columns, scopes, tags)
		if err != nil {
			return nil, fmt.Errorf("newer operation %s: %w", columns[2], err)
		}
		add(columns[1], strings.ToLower(columns[0]), op)
	}
	return json.Marshal(object{"swagger": "2.0", "paths": paths, "definitions": definitions})
}

// rows are the lines of a table below its heading.
func rows(text string, columns int) ([][]string, error) {
	var rows [][]string
	_, text, _ = strings.Cut(text, "\n")
	for line := range strings.Lines(text) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != columns {
			return nil, fmt.Errorf("%q has %d columns, not %d", row[0], len(row), columns)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// newOperation writes one line of the list.
func newOperation(columns []string, scopes scopeTable, tags tagTable) (object, error) {
	method, path, query, body, answer := columns[0], columns[1], columns[5], columns[6], columns[7]
	params := []object{}
	for _, name := range pathParams(path) {
		params = append(params, object{"name": name, "in": "path", "required": true, "type": "string"})
	}
	for field := range strings.FieldsSeq(query) {
		name, kind, _ := strings.Cut(field, ":")
		p, err := queryParam(name, kind)
		if err != nil {
			return nil, err
		}
		params = append(params, p)
	}
	if body != "" && body != "void" {
		plain, optional := strings.CutPrefix(body, "?")
		s, err := typed(plain)
		if err != nil {
			return nil, err
		}
		params = append(params, object{"name": "body", "in": "body", "required": !optional, "schema": s})
	}
	// Guess: the status is the one that most of the older operations of the kind
	// answer: without a body 204, whatever the method; with one 202 where a job is
	// begun, and else 200.
	status, response := "204", object{}
	if answer != "void" {
		s, err := typed(answer)
		if err != nil {
			return nil, err
		}
		status, response = "200", object{"schema": s}
		if method == "POST" && strings.HasSuffix(path, "/jobs") {
			status = "202"
		}
	}
	op := object{
		"operationId": columns[2], "tags": []string{tags.of(columns[3])}, "parameters": params, "produces": []string{"application/json"},
		"responses": object{status: response}, "security": []object{{oauthScheme: scopes.of(method, path)}}, "x-mockcloud-newer": true,
	}
	switch permissions := columns[4]; permissions {
	case "":
	case "?":
		op["x-inin-requires-permissions"] = object{"type": "?"}
	default:
		// Guess: any of them suffices; the list does not say.
		op["x-inin-requires-permissions"] = object{"type": "ANY", "permissions": strings.Split(permissions, ",")}
	}
	return op, nil
}

const oauthScheme = "PureCloud OAuth"

var paramName = regexp.MustCompile(`\{([^}]*)\}`)

func pathParams(path string) []string {
	var names []string
	for _, match := range paramName.FindAllStringSubmatch(path, -1) {
		names = append(names, match[1])
	}
	return names
}

// counts are the parameters that are whole numbers although the list has one
// word for all numbers.
var counts = map[string]bool{"pageNumber": true, "pageSize": true, "count": true, "limit": true}

func queryParam(name, kind string) (object, error) {
	p := object{"name": name, "in": "query"}
	switch {
	case kind == "number" && counts[name]:
		p["type"], p["format"] = "integer", "int32"
	case kind == "string", kind == "number", kind == "boolean":
		p["type"] = kind
	case kind == "Array<string>":
		p["type"], p["collectionFormat"], p["items"] = "array", "multi", object{"type": "string"}
	default:
		return nil, fmt.Errorf("parameter %s: type %q", name, kind)
	}
	return p, nil
}

// typed writes a type of TypeScript as a schema.
func typed(text string) (object, error) {
	text = strings.TrimSpace(text)
	if element, ok := inside(text, "Array<", ">"); ok {
		items, err := typed(element)
		return object{"type": "array", "items": items}, err
	}
	// The list leaves the closing brace out.
	if element, ok := strings.CutPrefix(text, "{ [key: string]: "); ok {
		values, err := typed(strings.TrimRight(element, "; }"))
		return object{"type": "object", "additionalProperties": values}, err
	}
	switch {
	case text == "string", text == "number", text == "boolean", text == "object":
		return object{"type": text}, nil
	case schemaName.MatchString(text):
		return object{"$ref": "#/definitions/" + text}, nil
	default:
		return nil, fmt.Errorf("type %q", text)
	}
}

var schemaName = regexp.MustCompile(`^[A-Z]\w*$`)

func inside(text, start, end string) (string, bool) {
	text, ok := strings.CutPrefix(text, start)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(text, end)
}

// definitions are the new schemas, the old ones that have got further
// properties, and those that nothing describes.
func (l lists) definitions(old map[string]object) (map[string]object, error) {
	var list struct {
		Added   map[string]map[string]string `json:"addedProperties"`
		Schemas map[string]struct {
			Properties map[string]string `json:"properties"`
			Required   []string          `json:"required"`
		} `json:"schemas"`
	}
	decoder := json.NewDecoder(bytes.NewReader(l.schemas))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, err
	}
	definitions := make(map[string]object)
	for name, s := range list.Schemas {
		if old[name] != nil {
			return nil, fmt.Errorf("%s is in the source", name)
		}
		properties := make(object, len(s.Properties))
		for property, text := range s.Properties {
			p, err := newProperty(property, text)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", name, property, err)
			}
			properties[property] = p
		}
		markReadOnly(properties, s.Required)
		definitions[name] = object{"type": "object", "properties": properties, "required": s.Required}
	}
	for name, added := range list.Added {
		s := old[name]
		if s == nil {
			return nil, fmt.Errorf("%s is not in the source", name)
		}
		properties, _ := s["properties"].(object)
		if properties == nil {
			properties = make(object)
			s["properties"] = properties
		}
		for property, text := range added {
			p, err := newProperty(property, text)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", name, property, err)
			}
			if properties[property] != nil {
				return nil, fmt.Errorf("%s has %s already", name, property)
			}
			properties[property] = p
		}
		definitions[name] = s
	}
	for name := range strings.FieldsSeq(l.undefined) {
		if old[name] != nil || definitions[name] != nil {
			return nil, fmt.Errorf("%s is described, and need not be in undefined.txt", name)
		}
		definitions[name] = object{} // any JSON
	}
	return definitions, nil
}

// whole are the properties that are whole numbers in all older schemas.
var whole = map[string]bool{"pageNumber": true, "pageSize": true, "pageCount": true, "total": true, "version": true}

func newProperty(name, text string) (object, error) {
	p, err := typed(text)
	switch {
	case err != nil:
		return nil, err
	case p["type"] == "number" && whole[name]:
		p["type"] = "integer"
	case p["type"] == "string" && serverUris[name]:
		p["format"] = "uri"
	}
	return p, nil
}

// serverUris are those that the server makes.
var serverUris = map[string]bool{"selfUri": true, "firstUri": true, "lastUri": true, "nextUri": true, "previousUri": true}

// markReadOnly marks what only the server sets.
//
// Guess: the list does not say. Of the older schemas that have a selfUri, those
// that are no listings nearly all mark it, four in five mark an id that is not
// required, and most of these mark when and by whom the thing was made.
func markReadOnly(properties object, required []string) {
	mark := func(name string) {
		if p, ok := properties[name].(object); ok {
			p["readOnly"] = true
		}
	}
	if properties["selfUri"] == nil || properties["entities"] != nil {
		return
	}
	mark("selfUri")
	if properties["id"] == nil || slices.Contains(required, "id") {
		return
	}
	for _, name := range []string{"id", "dateCreated", "dateModified", "createdBy", "modifiedBy"} {
		mark(name)
	}
}
