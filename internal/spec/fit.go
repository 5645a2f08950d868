package spec

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/clock"
)

// Filler is what values are made of that a schema demands and nobody gave.
type Filler struct {
	Now time.Time
	ID  string // stands wherever an id is demanded
}

// Fit makes a decoded JSON value one that the shape allows: what the schema does
// not know is left out, and so is what has the wrong type and is not demanded;
// what is demanded and missing is made up from as little as the schema allows:
// the first value of an enum, zero, an empty text or list. It says whether
// anything of the value could be kept. The value given is not changed, but the
// result may share parts of it.
//
// Between what clients send and what they are answered, references change their
// form: an id stands for an object with that id, and the other way round.
func (s *Shape) Fit(value any, fill Filler) (any, bool) {
	f := fitter{Filler: fill, of: s.of}
	if fitted, ok := f.fit(s.schema, value, "", 0); ok {
		return fitted, true
	}
	return f.made(s.schema, "", 0), false
}

// fitter carries one call of Fit.
type fitter struct {
	Filler
	of *Catalogue
}

// deepest is how far Fit makes up objects that demand each other.
const deepest = 24

// fit returns the value as the schema has it; name is that of the property.
func (f *fitter) fit(s *openapi3.Schema, value any, name string, depth int) (any, bool) {
	if raw, ok := value.(json.RawMessage); ok {
		return f.fitText(s, raw, name, depth)
	}
	if value == nil || depth > 4*deepest {
		return nil, false
	}
	types := s.Type.Slice()
	if len(types) == 0 {
		return value, true
	}
	if len(types) > 1 {
		return value, s.VisitJSON(value, f.of.answers...) == nil
	}
	switch types[0] {
	case "object":
		return f.object(s, value, depth)
	case "array":
		return f.array(s, value, name, depth)
	case "string":
		return f.text(s, value)
	case "boolean":
		_, ok := value.(bool)
		return value, ok
	default:
		return value, f.number(s, value, types[0])
	}
}

// number tells whether a value is a number of the type, and within the limits.
func (f *fitter) number(s *openapi3.Schema, value any, kind string) bool {
	if s.Min == nil && s.Max == nil && len(s.Enum) == 0 && s.Format == "" {
		// The library would take longer to say the same.
		switch n := value.(type) {
		case json.Number:
			_, err := n.Int64()
			return kind == "number" || err == nil
		case int, int64:
			return true
		}
	}
	return s.VisitJSON(value, f.of.answers...) == nil
}

// fitText keeps a text as it is where nothing in it has to change.
func (f *fitter) fitText(s *openapi3.Schema, raw json.RawMessage, name string, depth int) (any, bool) {
	value, err := decode(raw)
	if err != nil {
		return nil, false
	}
	fitted, ok := f.fit(s, value, name, depth)
	if !ok {
		return nil, false
	}
	if checkFields(s, value, "") == nil && s.VisitJSON(value, f.of.answers...) == nil {
		return raw, true
	}
	return fitted, true
}

func (f *fitter) object(s *openapi3.Schema, value any, depth int) (any, bool) {
	fields, ok := value.(map[string]any)
	if id, isText := value.(string); isText && id != "" && s.Properties["id"] != nil {
		fields, ok = map[string]any{"id": id}, true
	}
	if !ok {
		return nil, false
	}
	additional := s.AdditionalProperties.Schema
	if len(s.Properties) == 0 && additional == nil {
		return fields, true
	}
	out := make(map[string]any, len(fields))
	for name, field := range fields {
		ref := s.Properties[name]
		if ref == nil {
			ref = additional
		}
		if ref == nil {
			continue
		}
		if fitted, ok := f.fit(ref.Value, field, name, depth+1); ok {
			out[name] = fitted
		}
	}
	f.complete(s, out, depth)
	return out, true
}

// complete makes up the properties that are demanded.
func (f *fitter) complete(s *openapi3.Schema, fields map[string]any, depth int) {
	if depth > deepest {
		return
	}
	answered, _ := s.Extensions[extAnswered].([]string)
	for _, names := range [2][]string{s.Required, answered} {
		for _, name := range names {
			if _, there := fields[name]; there {
				continue
			}
			if ref := s.Properties[name]; ref != nil {
				fields[name] = f.made(ref.Value, name, depth+1)
			}
		}
	}
}

func (f *fitter) array(s *openapi3.Schema, value any, name string, depth int) (any, bool) {
	elements, ok := value.([]any)
	if !ok {
		return nil, false
	}
	out := make([]any, 0, len(elements))
	for _, e := range elements {
		if s.Items == nil {
			out = append(out, e)
		} else if fitted, ok := f.fit(s.Items.Value, e, name, depth+1); ok {
			out = append(out, fitted)
		}
	}
	if s.MaxItems != nil && uint64(len(out)) > *s.MaxItems {
		out = out[:*s.MaxItems]
	}
	for uint64(len(out)) < s.MinItems && s.Items != nil && depth <= deepest {
		out = append(out, f.made(s.Items.Value, name, depth+1))
	}
	return out, true
}

// text fits texts, ids of objects among them, and writes dates as the API does.
func (f *fitter) text(s *openapi3.Schema, value any) (any, bool) {
	text, ok := value.(string)
	switch v := value.(type) {
	case map[string]any:
		text, ok = v["id"].(string)
	case json.Number:
		text, ok = v.String(), true
	}
	if !ok {
		return nil, false
	}
	switch s.Format {
	case "date-time":
		return apiDate(text)
	case "interval":
		start, end, _ := strings.Cut(text, "/")
		from, fine := apiDate(start)
		to, fineToo := apiDate(end)
		if !fine || !fineToo {
			return nil, false
		}
		text = from + "/" + to
	}
	for _, allowed := range s.Enum {
		if spelled, isText := allowed.(string); isText && strings.EqualFold(spelled, text) {
			return spelled, true
		}
	}
	if s.Pattern == "" && s.MinLength == 0 && s.MaxLength == nil && len(s.Enum) == 0 && s.Format != "date" && s.Format != "interval" {
		return text, true // nothing that the library would look at
	}
	return text, s.VisitJSON(text, f.of.answers...) == nil
}

// apiDate writes a date and time in the API's own form, in UTC. Without a zone,
// UTC is meant.
func apiDate(text string) (string, bool) {
	if len(text) == len("2006-01-02T15:04:05.000Z") && text[len(text)-1] == 'Z' {
		if t, err := time.Parse(clock.Layout, text); err == nil && t.Year() > 0 {
			return text, true
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02T15:04:05.999999999Z0700", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(clock.Layout), true
		}
	}
	return "", false
}

// made is the least that the schema allows.
func (f *fitter) made(s *openapi3.Schema, name string, depth int) any {
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	types := s.Type.Slice()
	if len(types) == 0 {
		return map[string]any{}
	}
	switch types[0] {
	case "object":
		out := make(map[string]any)
		f.complete(s, out, depth)
		return out
	case "array":
		out, _ := f.array(s, []any{}, name, depth)
		return out
	case "boolean":
		return false
	case "integer", "number":
		if s.Min != nil && *s.Min > 0 {
			return json.Number(strconv.FormatFloat(*s.Min, 'f', -1, 64))
		}
		if s.Max != nil && *s.Max < 0 {
			return json.Number(strconv.FormatFloat(*s.Max, 'f', -1, 64))
		}
		return json.Number("0")
	default:
		return f.madeText(s, name)
	}
}

// madeText is a text of the format, pattern and length that the schema asks for.
func (f *fitter) madeText(s *openapi3.Schema, name string) string {
	now := f.Now.UTC()
	switch s.Format {
	case "date-time":
		return now.Format(clock.Layout)
	case "date":
		return now.Format(time.DateOnly)
	case "interval":
		return now.Format(clock.Layout) + "/" + now.Format(clock.Layout)
	}
	if (name == "id" || strings.HasSuffix(name, "Id")) && f.ID != "" && s.VisitJSON(f.ID, f.of.answers...) == nil {
		return f.ID
	}
	for _, text := range samples {
		if s.VisitJSON(text, f.of.answers...) == nil {
			return text
		}
	}
	return strings.Repeat("0", int(s.MinLength))
}

// samples are texts of the forms that the catalogue's patterns ask for; a pattern
// for which none will do fails a test.
var samples = []string{
	"", "0", "a", "en-US", "en", "00:00", "P1D", "PT1H", "2026-01-01", "00:00:00", "1.0", "http://localhost/", "a@b.test", "+15555550100", "#000000", "00000000-0000-4000-8000-000000000000", "Mock", "mock", "0000", "000000000000",
}
