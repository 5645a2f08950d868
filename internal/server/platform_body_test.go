package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// composer makes bodies up from their schemas. What a name tells about a value
// goes before what the schema allows: an id is that of something that exists.
type composer struct {
	w    *world
	fill func() bool // whether an optional property is there
	tag  string      // stands in texts, so that two bodies differ
	rng  *rand.Rand  // nil for the first choice everywhere
	word string      // the last of the path, where that says of what an id is
	root int         // how deep the objects lie that the body is about: 1 in a list
}

// minimal is the body with what is required only; nil where none is taken.
func (w *world) minimal(op *spec.Operation) any {
	return w.compose(op, &composer{w: w, fill: func() bool { return false }, tag: "Mock"})
}

// full is the body with everything. Two with another number differ.
func (w *world) full(op *spec.Operation, n int) any {
	return w.compose(op, &composer{w: w, fill: func() bool { return true }, tag: fmt.Sprintf("Mock%c", 'A'+n)})
}

// random is a body with some of what is optional.
func (w *world) random(op *spec.Operation, rng *rand.Rand) any {
	return w.compose(op, &composer{w: w, fill: func() bool { return rng.IntN(2) == 0 }, tag: "Any", rng: rng})
}

func (w *world) compose(op *spec.Operation, c *composer) any {
	shape := op.RequestShape()
	if shape == nil {
		return nil
	}
	if text, ok := goodBodies[op.ID]; ok {
		var body any
		if err := json.Unmarshal([]byte(w.fillIn(text)), &body); err != nil {
			w.t.Fatalf("the body for %s: %v", op.ID, err)
		}
		if fields, ok := body.(map[string]any); ok {
			delete(fields, "password") // hashing them takes long
		}
		return body
	}
	if shape.Type == "array" {
		c.root = 1
	}
	if strings.Contains(op.Path, "{") {
		c.word = lastWord(op.Path)
	}
	body := c.value(shape, lastWord(op.Path), "", 0)
	if object, ok := body.(map[string]any); ok {
		w.complete(op, shape, object)
	}
	return body
}

// lastWord is the last segment of a path that is no parameter.
func lastWord(path string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 0; i-- {
		if !strings.HasPrefix(segments[i], "{") {
			return segments[i]
		}
	}
	return ""
}

// complete gives an item what clients always send, whatever the schema demands:
// those without a name or a key cannot be told from each other.
func (w *world) complete(op *spec.Operation, shape *spec.Shape, body map[string]any) {
	if p := shape.Property("name"); p != nil && p.Type == "string" && !p.ReadOnly && len(p.Enum) == 0 {
		if _, there := body["name"]; !there {
			w.seq++
			body["name"] = fmt.Sprintf("Mock %d", w.seq)
		}
	}
	if forms, ok := strings.CutPrefix(op.Path, "/api/v2/quality/publishedforms"); ok {
		if forms == "" {
			forms = "/evaluations"
		}
		body["id"] = w.item("/quality/forms"+forms, "/quality/forms"+forms)
	}
	if shape.Has("issuerURI") && shape.Has("certificate") {
		if w.certificate == "" {
			w.certificate = certificate(w.t, time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC))
		}
		maps.Copy(body, map[string]any{"certificate": w.certificate, "issuerURI": "urn:mock", "ssoTargetURI": "https://sso.example.test", "relyingPartyIdentifier": "mock"})
		delete(body, "certificates")
		delete(body, "nameIdentifierFormat")
	}
	row := w.rows[op.ID]
	if row.Collection == "" {
		return
	}
	key := w.keyOf(w.t, row.Collection)
	if p := shape.Property(key); key != "id" && p != nil && p.Type == "string" && len(p.Enum) == 0 && !p.ReadOnly {
		w.seq++
		body[key] = fmt.Sprintf("Mock%d", w.seq)
	}
}

// fillIn puts ids and a name of its own into one of goodBodies.
func (w *world) fillIn(text string) string {
	w.seq++
	text = strings.ReplaceAll(text, "$mail", fmt.Sprintf("mock%d@mockcloud.test", w.seq))
	text = strings.ReplaceAll(text, "$name", fmt.Sprintf("Mock %d", w.seq))
	return idInText.ReplaceAllStringFunc(text, func(kind string) string {
		if key := w.reference(kind[1:]); key != "" {
			return key
		}
		return someKey
	})
}

// deepBody is how far optional properties are filled in.
const deepBody = 6

func (c *composer) value(s *spec.Shape, name, parent string, depth int) any {
	if s == nil {
		return map[string]any{"key": c.tag}
	}
	if len(s.Enum) > 0 {
		if c.rng != nil {
			return s.Enum[c.rng.IntN(len(s.Enum))]
		}
		return s.Enum[0]
	}
	switch s.Type {
	case "array":
		return c.array(s, name, depth)
	case "boolean":
		return c.rng == nil || c.rng.IntN(2) == 0
	case "integer", "number":
		return c.number(s)
	case "object", "":
		return c.object(s, name, depth)
	default:
		return c.text(s, name, parent)
	}
}

func (c *composer) array(s *spec.Shape, name string, depth int) any {
	n := s.MinItems
	if n == 0 && depth < deepBody && c.fill() {
		n = 1
	}
	if s.MaxItems != nil {
		n = min(n, int(*s.MaxItems))
	}
	list := make([]any, 0, n)
	for range n {
		list = append(list, c.value(s.Items(), name, name, depth+1))
	}
	return list
}

func (c *composer) number(s *spec.Shape) any {
	n := max(1, s.Minimum)
	if c.rng != nil {
		n += float64(c.rng.IntN(5))
	}
	if s.Maximum != nil {
		n = min(n, *s.Maximum)
	}
	return n
}

// kept are properties that the API itself keeps, whatever requests say.
var kept = map[string]bool{
	"selfUri": true, "version": true, "createdBy": true, "modifiedBy": true, "dateCreated": true, "dateModified": true, "createdDate": true, "modifiedDate": true,
	"dateLastModified": true, "lastModifiedDate": true, "lastModified": true, "creationDate": true, "dateUpdated": true, "updatedDate": true, "createdTime": true,
	"lastModifiedBy": true, "updatedBy": true, "createdByUser": true, "modifiedByUser": true, "creator": true,
}

func (c *composer) object(s *spec.Shape, name string, depth int) any {
	names := s.PropertyNames()
	if len(names) == 0 {
		return c.free(s, name, depth)
	}
	object := map[string]any{}
	// Clients name other things by their ids.
	reference := depth > c.root && s.Has("id") && s.Has("selfUri")
	for _, field := range names {
		p := s.Property(field)
		if reference && field != "id" && field != "version" {
			continue
		}
		required := slices.Contains(s.Required, field) || (field == "id" && (reference || (depth > 0 && len(names) < 8)))
		if !required && (p.ReadOnly || depth >= deepBody || kept[field] || (field == "id" && depth == 0) || !c.fill()) {
			continue
		}
		if depth > 12 { // schemas that hold themselves
			continue
		}
		of := name
		if depth == 0 {
			of = "" // the id of what is made is its own
		}
		object[field] = c.value(p, field, of, depth+1)
	}
	return object
}

// free is an object whose properties have no names: a map, or anything.
func (c *composer) free(s *spec.Shape, name string, depth int) any {
	if depth >= deepBody || !c.fill() {
		return map[string]any{}
	}
	if values := s.Values(); values != nil {
		return map[string]any{"key": c.value(values, name, "", depth+1)}
	}
	return map[string]any{"key": c.tag}
}

func (c *composer) text(s *spec.Shape, name, parent string) any {
	switch s.Format {
	case "date":
		return "2026-01-01"
	case "date-time":
		return "2026-01-01T00:00:00.000Z"
	case "local-date-time":
		return "2026-01-01T09:00:00.000"
	case "local-time":
		return "09:00:00"
	case "interval":
		return "2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z"
	}
	low := strings.ToLower(name)
	if s.Pattern != "" {
		return fitting(s.Pattern)
	}
	switch {
	case low == "id" && parent == "":
		if key := c.w.reference(c.word); key != "" {
			return key
		}
		c.w.seq++
		return fmt.Sprintf("mock-%d", c.w.seq)
	case name == "operator":
		return "EQ"
	case name == "start":
		return "2026-01-01T09:00:00.000"
	case name == "end":
		return "2026-01-01T17:00:00.000"
	case name == "version" && parent == "configuration":
		return "1"
	case low == "id":
		if key := c.w.reference(parent); key != "" {
			return key
		}
		return someKey
	case name == "typeId": // of work items
		return c.w.item("/taskmanagement/worktypes", "/taskmanagement/worktypes")
	case strings.HasSuffix(name, "Id"), strings.HasSuffix(parent, "Ids"):
		if key := c.w.reference(strings.TrimSuffix(name, "Id") + "Id"); key != "" {
			return key
		}
		return someKey
	case name == "oldPassword":
		return c.w.env.Password
	case strings.Contains(low, "password"), strings.Contains(low, "secret"):
		return secretOfBody
	case strings.Contains(low, "email"), name == "userName":
		c.w.seq++
		return fmt.Sprintf("mock%d@mockcloud.test", c.w.seq)
	case strings.HasSuffix(low, "uri"), strings.HasSuffix(low, "url"):
		return "http://127.0.0.1:9/" + c.tag
	}
	c.w.seq++
	text := fmt.Sprintf("%s %d", c.tag, c.w.seq)
	if n := s.MinLength - len(text); n > 0 {
		text += strings.Repeat("x", n)
	}
	if s.MaxLength != nil && len(text) > int(*s.MaxLength) {
		text = text[len(text)-int(*s.MaxLength):]
	}
	return text
}

// fitting is a text that one of the catalogue's patterns allows.
func fitting(pattern string) string {
	for _, text := range []string{someKey, "#0a0b0c", "Mock", "1"} {
		if regexp.MustCompile(pattern).MatchString(text) {
			return text
		}
	}
	return pattern
}
