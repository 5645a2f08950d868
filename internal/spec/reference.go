package spec

import (
	"errors"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// visit checks a value against a schema. An object inside it that names something
// by its id needs nothing else of what its schema requires: clients send the id
// alone, or an echo of what they once read (decisions 1).
//
// Guess: for most operations nobody outside knows whether the service is as
// lenient; it is for the organization of an external contact (developer community,
// "External Contacts API").
func (c *Catalogue) visit(schema *openapi3.Schema, value any) error {
	err := schema.VisitJSON(value, c.formats...)
	if err == nil || !isReference(value, err) {
		return err
	}
	// Only now is it worth while to look for all that is wrong.
	err = schema.VisitJSON(value, append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, c.formats...)...)
	return firstOther(value, err)
}

// firstOther is the first of the errors that is not about a reference.
func firstOther(value any, err error) error {
	all, many := err.(openapi3.MultiError) //nolint:errorlint // errors.As would look into its elements
	if !many {
		if err == nil || isReference(value, err) {
			return nil
		}
		return err
	}
	for _, one := range all {
		if err := firstOther(value, one); err != nil {
			return err
		}
	}
	return nil
}

// isReference tells whether an error says only that an object inside the body,
// which names an entity by its id, has nothing else.
func isReference(body any, err error) bool {
	var found *openapi3.SchemaError
	if !errors.As(err, &found) || found.SchemaField != "required" || found.Schema.Properties["id"] == nil || found.Schema.Properties["selfUri"] == nil {
		return false
	}
	object, _ := found.Value.(map[string]any)
	id, _ := object["id"].(string)
	pointer := found.JSONPointer()
	if _, list := body.([]any); list && len(pointer) > 0 {
		if _, err := strconv.Atoi(pointer[0]); err == nil {
			pointer = pointer[1:] // the elements of a body are no parts of it
		}
	}
	return id != "" && len(pointer) > 1
}
