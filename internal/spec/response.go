package spec

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/clock"
)

// CheckResponse tells whether an answer fits what the catalogue says of it. It
// is for tests, and stricter than the check of requests: fields that the schema
// does not know, nulls, and dates in any but the API's own form are errors.
func (o *Operation) CheckResponse(status int, body []byte) error {
	schema, err := o.answerSchema(status)
	if err != nil {
		return fmt.Errorf("%s: %w", o.ID, err)
	}
	if o.Method == http.MethodHead || schema == nil {
		if len(body) > 0 {
			return fmt.Errorf("%s: status %d has no body, but %d bytes were sent", o.ID, status, len(body))
		}
		return nil
	}
	if !slices.ContainsFunc(o.Facts().Produces, isJSON) && status < http.StatusBadRequest {
		return nil // plain text
	}
	if len(body) == 0 {
		if schema.Type.Is("object") && len(schema.Properties) == 0 && schema.AdditionalProperties.Schema == nil {
			return nil // the specification writes an empty answer as an object without fields
		}
		return fmt.Errorf("%s: status %d without a body", o.ID, status)
	}
	value, err := decode(body)
	if err != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, err)
	}
	if err := checkFields(schema, value, "body"); err != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, err)
	}
	if err := schema.VisitJSON(value, o.catalogue.answers...); err != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, err)
	}
	return nil
}

// answerSchema finds the schema of a status; nil means no content.
func (o *Operation) answerSchema(status int) (*openapi3.Schema, error) {
	d := o.detail()
	answer, listed := d.answers[strconv.Itoa(status)]
	switch {
	case answer == nil && status >= http.StatusBadRequest:
		// The common errors, those of our own such as 501, and a few that the
		// specification gives no body, which clients need all the same.
		answer = &namedSchema{name: "ErrorBody"}
		if d.AnswersSCIMError(status) {
			answer = &namedSchema{name: "ScimError"}
		}
	case !listed && status != d.Status:
		return nil, fmt.Errorf("status %d is not documented", status)
	}
	if answer == nil {
		return nil, nil
	}
	return o.catalogue.schemas.mustLink(answer), nil
}

// checkFields finds what the library tolerates: unknown fields, and required
// ones that only answers have.
func checkFields(schema *openapi3.Schema, value any, path string) error {
	switch value := value.(type) {
	case map[string]any:
		additional := schema.AdditionalProperties.Schema
		if len(schema.Properties) == 0 && additional == nil {
			return nil
		}
		if answered, ok := schema.Extensions[extAnswered].([]string); ok {
			for _, name := range answered {
				if _, ok := value[name]; !ok {
					return fmt.Errorf("%s.%s is required", path, name)
				}
			}
		}
		for name, field := range value {
			ref := schema.Properties[name]
			if ref == nil {
				ref = additional
			}
			if ref == nil {
				return fmt.Errorf("%s.%s is not in the schema", path, name)
			}
			if err := checkFields(ref.Value, field, path+"."+name); err != nil {
				return err
			}
		}
	case []any:
		if schema.Items == nil {
			return nil
		}
		for i, element := range value {
			if err := checkFields(schema.Items.Value, element, path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
	}
	return nil
}

var errAnswerDate = errors.New("not in the API's date format")

// answerFormats are the library's options for answers: several clients read no
// other form of date-time than the API's own.
func answerFormats() []openapi3.SchemaValidationOption {
	valid := func(text string) bool {
		t, err := time.Parse(clock.Layout, text)
		return err == nil && strings.HasSuffix(text, "Z") && t.Format(clock.Layout) == text
	}
	formats := map[string]openapi3.StringFormatValidator{
		"date-time": openapi3.NewCallbackValidator(func(text string) error {
			if !valid(text) {
				return errAnswerDate
			}
			return nil
		}),
		"interval": openapi3.NewCallbackValidator(func(text string) error {
			start, end, _ := strings.Cut(text, "/")
			if !valid(start) || !valid(end) {
				return errAnswerDate
			}
			return nil
		}),
		"date": openapi3.NewCallbackValidator(func(text string) error {
			if !validDate("date", text) {
				return errAnswerDate
			}
			return nil
		}),
	}
	return []openapi3.SchemaValidationOption{
		openapi3.DisableSchemaErrorDetails(),
		openapi3.WithStringFormatValidators(formats),
	}
}
