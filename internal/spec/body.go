package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// checkBody checks the body against its schema and fills it in.
func (o *Operation) checkBody(d *detail, r *Request, in *Input) *apierr.Error {
	if noBody(r.Body) && !d.takesNull(r.Body) {
		if d.body.Required {
			return o.missing("body", "The request body must not be null.")
		}
		return nil
	}
	if d.SCIM {
		return checkSCIMBody(r, in)
	}
	schema := d.requestSchema()
	if accepted := isJSON(r.ContentType) || (schema.Type.Is("string") && isText(r.ContentType)); !accepted {
		return unsupportedMediaType()
	}
	value, err := decode(r.Body)
	if schema.Type.Is("string") {
		// Guess: a body that is one text arrives bare from the clients that do not
		// encode texts as JSON.
		if _, ok := value.(string); !ok && utf8.Valid(r.Body) {
			value, err = string(r.Body), nil
		}
	}
	if err != nil {
		return malformed(err)
	}
	lost := dropUnset(schema, value, 0)
	if err := o.catalogue.visit(schema, value); err != nil {
		return o.refuse(value, err)
	}
	in.Body, in.Raw = value, r.Body
	if lost {
		in.Raw = keep(r.Body, value)
	}
	return nil
}

// noBody tells whether a body counts as none: Python clients send null where
// others send nothing.
func noBody(body []byte) bool {
	trimmed := bytes.TrimSpace(body)
	return len(trimmed) == 0 || string(trimmed) == "null"
}

// takesNull tells whether null is the body itself: where one is needed and can be
// any JSON.
func (d *detail) takesNull(body []byte) bool {
	return len(bytes.TrimSpace(body)) > 0 && d.body.Required && d.requestSchema().Nullable
}

// isJSON tells whether a content type stands for JSON. Its absence does, too.
func isJSON(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	media := mediaType(contentType)
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

func isText(contentType string) bool { return mediaType(contentType) == "text/plain" }

// mediaType cuts the parameters off, also where they are malformed.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
	}
	return strings.ToLower(strings.TrimSpace(media))
}

var (
	errEncoding = errors.New("it is not UTF-8 text")
	errTrailing = errors.New("something follows the JSON value")
	errTwice    = errors.New("a field is given twice")
)

// decode reads exactly one JSON value.
func decode(body []byte) (any, error) {
	if !utf8.Valid(body) { // the decoder would replace the bytes silently
		return nil, errEncoding
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	if namesIn(body) != names(value) {
		return nil, errTwice
	}
	return value, nil
}

// namesIn counts the names of object fields in a JSON text that is known to be
// one: a colon outside of strings follows each.
func namesIn(body []byte) int {
	n, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case !inString && c == ':':
			n++
		}
	}
	return n
}

// names counts the fields of all objects in a decoded value, which has lost
// those that were given twice. They would be checked as the last and stored as
// a mixture.
func names(value any) int {
	n := 0
	switch value := value.(type) {
	case map[string]any:
		n = len(value)
		for _, field := range value {
			n += names(field)
		}
	case []any:
		for _, element := range value {
			n += names(element)
		}
	}
	return n
}

// dropUnset removes what a client cannot set from a decoded value: fields that
// it may only read, nulls, and fields that the schema does not know. Elements of
// lists and fields of unknown shape stay as they are. It says whether the text
// must lose something, too: an unknown field, whose name may differ only by case
// from a known one and would otherwise pass unchecked into a Go struct, or a null,
// which would come back where parts of a body are kept as they were sent.
//
// The id of an object inside another stays even where it is read-only: it says
// which object is meant.
func dropUnset(schema *openapi3.Schema, value any, depth int) (lost bool) {
	switch value := value.(type) {
	case map[string]any:
		additional := schema.AdditionalProperties
		if len(schema.Properties) == 0 && additional.Schema == nil {
			return false
		}
		for name, field := range value {
			ref := schema.Properties[name]
			if ref == nil {
				ref = additional.Schema
			}
			switch {
			case ref == nil:
				if additional.Has == nil || !*additional.Has {
					delete(value, name)
					lost = true
				}
			case ref.Value.ReadOnly && (name != "id" || depth == 0):
				delete(value, name)
			case field == nil && !ref.Value.Nullable:
				delete(value, name)
				lost = true
			default:
				lost = dropUnset(ref.Value, field, depth+1) || lost
			}
		}
	case []any:
		if schema.Items == nil {
			return false
		}
		for _, element := range value {
			lost = dropUnset(schema.Items.Value, element, depth+1) || lost
		}
	}
	return lost
}

// requestFormats are the library's options for requests. They leave its global
// formats alone.
func requestFormats() []openapi3.SchemaValidationOption {
	formats := make(map[string]openapi3.StringFormatValidator)
	for _, format := range []string{"date-time", "date", "interval", "local-date-time", "local-time"} {
		formats[format] = openapi3.NewCallbackValidator(func(text string) error {
			if !validDate(format, text) {
				return errDate
			}
			return nil
		})
	}
	return []openapi3.SchemaValidationOption{
		openapi3.DisableSchemaErrorDetails(),
		openapi3.WithStringFormatValidators(formats),
	}
}
