// Package jsonpath is the language of a data action's translation map:
// JSONPath as Jayway's library speaks it in its default configuration, over
// JSON documents that keep the order of their keys and the text of their
// numbers. It is pure: text in, a value, "not found" or an error out. What a
// name that was not found stands for is the caller's business.
//
// The rule that surprises most: a key missing before the first wildcard,
// filter or slice means "not found", while an empty match after it is an empty
// array. The features are those of versions 2.4 to 2.9; where those versions
// disagree with their own documentation the documented behaviour is followed.
package jsonpath

import "fmt"

// The limits keep a hostile path or document from costing more than a moment.
const (
	maxPath    = 10_000     // bytes of a path
	maxNesting = 100        // brackets and parentheses within one another in a path
	maxDepth   = 1_000      // arrays and objects within one another in a document
	maxWork    = 1_000_000  // nodes that one evaluation may look at
	maxText    = 32_000_000 // bytes of a result's JSON text
)

// SyntaxError says why a path is not a path.
type SyntaxError struct {
	Path    string // as it was given
	Offset  int    // in bytes, where reading stopped
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSONPath %q at offset %d: %s", shorten(e.Path), e.Offset, e.Message)
}

// LimitError reports an evaluation that was stopped because it grew too large.
type LimitError struct {
	Path    string
	Message string
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("JSONPath %q: %s", shorten(e.Path), e.Message)
}

// shorten keeps messages readable when somebody sends a path of many pages.
func shorten(path string) string {
	const most = 200
	if len(path) <= most {
		return path
	}
	return path[:most] + "…"
}
