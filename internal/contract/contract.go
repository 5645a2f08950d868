// Package contract knows the JSON schemas that users of the API write: the
// contracts of data actions and the properties of integrations. It compiles
// them, checks values against them, checks what the product demands of a
// contract, and flattens them. What is done with a finding is the caller's
// business.
package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// MaxDepth is how deeply a schema or a value may be nested (the help article on
// contracts).
const MaxDepth = 50

// Schema is a compiled JSON schema: draft 4 unless it names another draft. It is
// safe for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	weight   int  // how many of its parts one value may meet
	pairwise bool // compares the elements of arrays with each other
}

// location is how the schema is known to the compiler; no message shows it. It
// is absolute, or the library would put the working directory before it.
const location = "contract:///schema"

// Compile compiles a schema. References to other documents are refused.
func Compile(raw []byte) (*Schema, error) {
	document, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	if !computable(document) {
		return nil, errNumber
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(location, document); err != nil {
		return nil, problem(err)
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		return nil, problem(err)
	}
	s := &Schema{compiled: compiled}
	s.weigh(document, false)
	return s, nil
}

// problem words what the library says of a schema that it cannot compile.
func problem(err error) error {
	if invalid, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if mismatch, ok := errors.AsType[*jsonschema.ValidationError](invalid.Err); ok {
			return errors.New(wording(mismatch))
		}
	}
	if pattern, ok := errors.AsType[*jsonschema.InvalidRegexError](err); ok {
		return fmt.Errorf("the pattern %q is not one that mockcloud can read", pattern.Regex)
	}
	if _, ok := errors.AsType[*jsonschema.LoadURLError](err); ok {
		return errors.New("the schema refers to another document, which is not supported")
	}
	reason := strings.TrimPrefix(err.Error(), "jsonschema: ")
	return errors.New("the schema is not valid: " + strings.ReplaceAll(reason, location, ""))
}

// noLoader keeps schemas from reading files or the network.
type noLoader struct{}

func (noLoader) Load(string) (any, error) { return nil, errors.New("not supported") }

// Mismatch is a value that does not fit its schema, in the product's words.
type Mismatch struct{ Message string }

// Error implements error.
func (m *Mismatch) Error() string { return m.Message }

// Check says whether the value, as Decode gives it, fits. The error is a
// *Mismatch.
func (s *Schema) Check(value any) error {
	if !computable(value) {
		return &Mismatch{errNumber.Error()}
	}
	if n := size(value); n > maxValues || n*(1+s.weight) > maxWork || (s.pairwise && n > maxPairwise) {
		return &Mismatch{fmt.Sprintf("the JSON holds too many values (%d) to be checked against this schema", n)}
	}
	err := s.compiled.Validate(value)
	if err == nil {
		return nil
	}
	if mismatch, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return &Mismatch{wording(mismatch)}
	}
	return &Mismatch{err.Error()}
}

// Decode reads one JSON value, numbers as json.Number, nested no deeper than
// MaxDepth.
func Decode(text []byte) (any, error) {
	if depth(text) > MaxDepth {
		return nil, fmt.Errorf("JSON nested deeper than %d levels", MaxDepth)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New("not valid JSON")
	}
	return value, nil
}

// What a number may have. The validator works with exact fractions: 1e999999 in
// ten places would cost seconds, and of 1e9999999 it makes nil.
const (
	maxDigits   = 1000
	maxExponent = 400 // more than a double can have
)

var errNumber = errors.New("a number in the JSON is out of range")

// computable says whether the validator can compute with every number in the
// value.
func computable(v any) bool {
	switch v := v.(type) {
	case json.Number:
		if len(v) > maxDigits {
			return false
		}
		_, exponent, found := strings.Cut(strings.ToLower(string(v)), "e")
		n, err := strconv.Atoi(exponent)
		return !found || (err == nil && -maxExponent <= n && n <= maxExponent)
	case map[string]any:
		for _, inner := range v {
			if !computable(inner) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(v, func(inner any) bool { return !computable(inner) })
	}
	return true
}

// depth is how deeply valid JSON is nested.
func depth(text []byte) int {
	level, deepest := 0, 0
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// Same says whether two JSON texts mean the same: spaces, the order of keys and
// the spelling of strings do not matter.
func Same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, err := Decode(a)
	if err != nil {
		return false
	}
	y, err := Decode(b)
	if err != nil {
		return false
	}
	return canonical(x) == canonical(y)
}

// canonical writes a decoded value in one way only: encoding/json sorts keys.
func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
