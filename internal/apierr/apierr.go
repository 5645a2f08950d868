// Package apierr is the one public error: what a client may see of anything
// that went wrong below /api/v2. The OAuth endpoints have a shape of their own
// and keep it in package login.
package apierr

import (
	"fmt"
	"net/http"
	"strings"
)

// Error is a refusal in the API's own words. Status, Code and Message are
// always set. It renders as the specification's ErrorBody.
type Error struct {
	Status  int    // HTTP status
	Code    string // the API's code, such as "missing.any.permissions"
	Message string // fully expanded; clients match on it

	MessageWithParams string            // the message with {names} where the parameters stand; may be empty
	MessageParams     map[string]string // the parameters; nil leaves them out of the answer

	EntityID   string // the object that the error speaks of; may be empty
	EntityName string
	Details    []Detail // the fields at fault; may be nil
	Errors     []*Error // what lies behind it, such as the answer of another service; may be nil

	RetryAfter int // seconds; 0 sends no Retry-After

	ScimType string // SCIM's word for what is wrong, on operations that speak it; may be empty, and is no part of Body
}

// Detail names one field at fault.
type Detail struct {
	ErrorCode  string `json:"errorCode,omitempty"`
	FieldName  string `json:"fieldName,omitempty"`
	EntityID   string `json:"entityId,omitempty"`
	EntityName string `json:"entityName,omitempty"`
}

// Body is an Error on the wire: the specification's ErrorBody, in the key order
// of the real service (facts: oauth.md §6, integrations.md §1).
type Body struct {
	Message           string            `json:"message"`
	Code              string            `json:"code"`
	Status            int               `json:"status"`
	EntityID          string            `json:"entityId,omitempty"`
	EntityName        string            `json:"entityName,omitempty"`
	MessageWithParams string            `json:"messageWithParams,omitempty"`
	MessageParams     map[string]string `json:"messageParams,omitzero"`
	ContextID         string            `json:"contextId,omitempty"`
	Details           []Detail          `json:"details"`
	Errors            []*Body           `json:"errors"`
}

// Body renders the error. contextID is the correlation id of the answer; errors
// inside of it have none.
func (e *Error) Body(contextID string) *Body {
	b := &Body{
		Message: e.Message, Code: e.Code, Status: e.Status, EntityID: e.EntityID, EntityName: e.EntityName,
		MessageWithParams: e.MessageWithParams, MessageParams: e.MessageParams,
		ContextID: contextID, Details: e.Details, Errors: []*Body{},
	}
	if b.Details == nil {
		b.Details = []Detail{}
	}
	for _, inner := range e.Errors {
		b.Errors = append(b.Errors, inner.Body(""))
	}
	return b
}

// Error implements error. It holds nothing that the client would not see.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// New returns an error without parameters.
func New(status int, code, message string) *Error {
	return &Error{Status: status, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(status int, code, format string, args ...any) *Error {
	return New(status, code, fmt.Sprintf(format, args...))
}

// WithParams expands template, in which every {name} of params is replaced, and
// keeps both forms, as the API does.
func WithParams(status int, code, template string, params map[string]string) *Error {
	pairs := make([]string, 0, 2*len(params))
	for name, value := range params {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return &Error{
		Status:            status,
		Code:              code,
		Message:           strings.NewReplacer(pairs...).Replace(template),
		MessageWithParams: template,
		MessageParams:     params,
	}
}

// OnField adds a detail that names the field at fault and returns e.
func (e *Error) OnField(name string) *Error {
	e.Details = append(e.Details, Detail{ErrorCode: e.Code, FieldName: name})
	return e
}

// About names the object that the error speaks of and returns e.
func (e *Error) About(id, name string) *Error {
	e.EntityID, e.EntityName = id, name
	return e
}

// The errors that more than one package needs.

// BadRequest is the generic 400.
func BadRequest(message string) *Error {
	return New(http.StatusBadRequest, "bad.request", message)
}

// InvalidQuery refuses the value of a query parameter. allowed says in words or
// as a list what it may be. Long values are cut.
func InvalidQuery(name, value, allowed string) *Error {
	if runes := []rune(value); len(runes) > 100 {
		value = string(runes[:100])
	}
	return Newf(http.StatusBadRequest, "invalid.query.param.value",
		"Value [%s] is not valid for parameter [%s]. Allowable values are: %s", value, name, allowed).OnField(name)
}

// NotFound is the generic 404 of paths and of objects without a code of their
// own.
func NotFound() *Error {
	return New(http.StatusNotFound, "not.found", "The requested resource was not found.")
}

// Conflict is the generic 409.
func Conflict(message string) *Error {
	return New(http.StatusConflict, "request.conflict", message)
}
