// Package scim is SCIM 2.0 (RFC 7643, RFC 7644) as far as it is a language:
// which attributes users and groups have, how paths, filters and PATCH
// operations are read, what a list of attributes leaves of a resource, and the
// documents that tell clients so. It is pure. Which users there are, and what
// an attribute means for one of them, is the business of the family.
//
// Resources are decoded JSON. Numbers may be json.Number or float64; those that
// were sent as text come out as json.Number.
package scim

import (
	"fmt"
	"strconv"
)

// The names of schemas and messages.
const (
	CoreUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	CoreGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	Enterprise     = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	Genesys        = "urn:ietf:params:scim:schemas:extension:genesys:purecloud:2.0:User"
	ProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	ResourceTypeID = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	SchemaID       = "urn:ietf:params:scim:schemas:core:2.0:Schema"

	PatchOp      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	ListResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	ErrorMessage = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// The types of an Error.
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
	InvalidVers   = "invalidVers"
)

// MaxResults is how many resources one page holds at most.
// Guess: the real service names no number, it warns of more than 25.
const MaxResults = 100

// The limits keep a hostile request from costing more than a moment.
const (
	maxText       = 4_000     // bytes of a filter or a path
	maxNesting    = 20        // parentheses within one another
	maxOperations = 1_000     // of one PATCH
	maxWork       = 2_000_000 // values that one PATCH may look at
)

// Object is a decoded JSON object.
type Object = map[string]any

// Error is a refusal in SCIM's own shape.
type Error struct {
	Status int    // HTTP status
	Type   string // one of the types above, or "" for none
	Detail string
}

// Errorf makes an Error.
func Errorf(status int, scimType, format string, args ...any) *Error {
	return &Error{Status: status, Type: scimType, Detail: fmt.Sprintf(format, args...)}
}

// Error implements error. It holds nothing that the client would not see.
func (e *Error) Error() string { return fmt.Sprintf("SCIM %d %s: %s", e.Status, e.Type, e.Detail) }

// ErrorBody is an Error on the wire: the schema ScimError.
type ErrorBody struct {
	Schemas  []string `json:"schemas"`
	Status   string   `json:"status"` // text, as RFC 7644 has it
	ScimType string   `json:"scimType,omitempty"`
	Detail   string   `json:"detail"`
}

// Body renders the error.
func (e *Error) Body() ErrorBody {
	return ErrorBody{Schemas: []string{ErrorMessage}, Status: strconv.Itoa(e.Status), ScimType: e.Type, Detail: e.Detail}
}

// bad is what most refusals are: a request that is wrong in itself.
func bad(scimType, format string, args ...any) *Error {
	return Errorf(400, scimType, format, args...)
}
