package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// The refusals name the field at fault and never show a schema or a value, with
// one exception: what was sent in place of a value of an enum.

// missing refuses the absence of something that is required.
//
// Guess: the code is documented, that it stands for an absent query parameter
// or body is not.
func (o *Operation) missing(field, message string) *apierr.Error {
	return o.constraint(field, message)
}

// constraint refuses what has the right type and breaks a rule. Operations that
// do not document the specific code get the general one.
func (o *Operation) constraint(field, message string) *apierr.Error {
	if !o.documents("constraint.validation") {
		return apierr.BadRequest(message).OnField(field)
	}
	return apierr.New(http.StatusBadRequest, "constraint.validation", message).OnField(field)
}

func (o *Operation) wrongPath(p *param, err error) *apierr.Error {
	message := "Path parameter '" + p.Name + "' is not valid."
	if !errors.Is(err, errDate) {
		message += " Allowable values are: " + p.allowed(err)
	}
	return apierr.BadRequest(message).OnField(p.Name)
}

func wrongDate(field string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "invalid.date",
		"Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ. Field: '"+field+"'").OnField(field)
}

// wrongEnum refuses a value outside an enum.
//
// Guess: the real message names the type of the field, which nobody outside
// knows; the field itself is named here.
func wrongEnum(field, value string, allowed []string) *apierr.Error {
	return apierr.Newf(http.StatusBadRequest, "invalid.value",
		"Value [%s] is not valid for field type [%s]. Allowable values are: %s",
		short(value), field, strings.Join(allowed, ", ")).OnField(field)
}

func unsupportedMediaType() *apierr.Error {
	return apierr.New(http.StatusUnsupportedMediaType, "unsupported.media.type",
		"Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.")
}

const malformedMessage = "The request could not be understood by the server due to malformed syntax."

// malformed refuses a body that is no JSON, saying where without quoting it.
func malformed(err error) *apierr.Error {
	var syntax *json.SyntaxError
	message := malformedMessage
	switch {
	case errors.As(err, &syntax):
		message += " The JSON text ends or breaks at byte " + strconv.FormatInt(syntax.Offset, 10) + "."
	case errors.Is(err, errEncoding), errors.Is(err, errTrailing), errors.Is(err, errTwice):
		message += " The body is not valid: " + err.Error() + "."
	default:
		message += " The JSON text is not complete."
	}
	return apierr.BadRequest(message).OnField("body")
}

// refuse words what the library found wrong with a body.
func (o *Operation) refuse(body any, err error) *apierr.Error {
	var found *openapi3.SchemaError
	if !errors.As(err, &found) {
		return apierr.BadRequest(malformedMessage).OnField("body")
	}
	field := fieldName(body, found.JSONPointer())
	named := "Field '" + field + "' "
	switch found.SchemaField {
	case "enum":
		value, ok := scalar(found.Value)
		if !ok {
			break // a list or an object, where the type is wrong
		}
		return wrongEnum(field, value, enumTexts(found.Schema.Enum))
	case "format":
		if found.Schema.Type.Is("string") {
			return wrongDate(field)
		}
		return apierr.BadRequest(named + "is out of the range of its type.").OnField(field)
	case "nullable":
		return apierr.BadRequest(named + "must not be null.").OnField(field)
	case "required":
		return o.missing(field, named+"is required.")
	case "minimum":
		return o.constraint(field, fmt.Sprintf("%smust be at least %g.", named, *found.Schema.Min))
	case "maximum":
		return o.constraint(field, fmt.Sprintf("%smust be at most %g.", named, *found.Schema.Max))
	case "minLength":
		return o.constraint(field, fmt.Sprintf("%smust have at least %d characters.", named, found.Schema.MinLength))
	case "maxLength":
		return o.constraint(field, fmt.Sprintf("%smust have at most %d characters.", named, *found.Schema.MaxLength))
	case "minItems":
		return o.constraint(field, fmt.Sprintf("%smust have at least %d elements.", named, found.Schema.MinItems))
	case "maxItems":
		return o.constraint(field, fmt.Sprintf("%smust have at most %d elements.", named, *found.Schema.MaxItems))
	case "uniqueItems":
		return o.constraint(field, named+"must not have the same element twice.")
	case "pattern":
		return o.constraint(field, named+"does not have the required form.")
	}
	return apierr.BadRequest(named + "must be of type " + strings.Join(found.Schema.Type.Slice(), " or ") + ".").OnField(field)
}

// fieldName writes a path as roleDivisions[0].divisionId. The body decides
// which steps are positions in a list.
func fieldName(body any, path []string) string {
	if len(path) == 0 {
		return "body"
	}
	var name strings.Builder
	for _, step := range path {
		switch value := body.(type) {
		case []any:
			body = nil
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(value) {
				body = value[i]
			}
			name.WriteString("[" + step + "]")
			continue
		case map[string]any:
			body = value[step]
		default:
			body = nil
		}
		if name.Len() > 0 {
			name.WriteByte('.')
		}
		name.WriteString(short(step)) // a key of a map is as long as the client likes
	}
	return name.String()
}

// short limits what is shown of a client's text.
func short(text string) string {
	const limit = 100
	runes := 0
	for i := range text {
		if runes++; runes > limit {
			return text[:i]
		}
	}
	return text
}

// scalar is a value as the client wrote it.
func scalar(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	default:
		return "", false
	}
}

func enumTexts(enum []any) []string {
	texts := make([]string, len(enum))
	for i, value := range enum {
		texts[i] = fmt.Sprint(value)
	}
	return texts
}
