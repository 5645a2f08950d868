package contract

import (
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// maxReasons keeps the message about a hopeless value readable.
const maxReasons = 10

// wording lists the reasons as users of the product have quoted them: where in
// the schema, where in the value, what is wrong.
func wording(e *jsonschema.ValidationError) string {
	reasons := collect(nil, e)
	more := ""
	if len(reasons) > maxReasons {
		more = ", and more"
		reasons = reasons[:maxReasons]
	}
	return "JSON failed schema validation for the following reasons: " + strings.Join(reasons, ", ") + more
}

// collect appends the reasons at the leaves of e, up to one more than are shown.
func collect(reasons []string, e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return append(reasons, fmt.Sprintf("Schema: # @%s. Error location: %s. %s", schemaPath(e), pointer(e.InstanceLocation), reason(e.ErrorKind)))
	}
	for _, cause := range e.Causes {
		if len(reasons) > maxReasons {
			break
		}
		reasons = collect(reasons, cause)
	}
	return reasons
}

// schemaPath is the part of the schema's address behind the #.
func schemaPath(e *jsonschema.ValidationError) string {
	_, fragment, _ := strings.Cut(e.SchemaURL, "#")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	if fragment == "" {
		return "/"
	}
	return fragment
}

// escaper is how JSON pointers write keys.
var escaper = strings.NewReplacer("~", "~0", "/", "~1")

func pointer(keys []string) string {
	if len(keys) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, key := range keys {
		b.WriteByte('/')
		b.WriteString(escaper.Replace(key))
	}
	return b.String()
}

var english = message.NewPrinter(language.English)

// reason words one finding. The form of the first is a quotation; the others
// follow it.
func reason(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Enum:
		return fmt.Sprintf("instance value (%s) not found in enum (possible values: %s)", shown(k.Got), shown(sorted(k.Want)))
	case *kind.Type:
		return fmt.Sprintf("instance type (%s) does not match any allowed primitive type (allowed: %s)", k.Got, shown(k.Want))
	case *kind.Required:
		return fmt.Sprintf("object has missing required properties (%s)", shown(k.Missing))
	case *kind.AdditionalProperties:
		return fmt.Sprintf("object instance has properties which are not allowed by the schema: %s", shown(k.Properties))
	case *kind.Pattern:
		return fmt.Sprintf("regex %s does not match input string %s", shown(k.Want), shown(k.Got))
	case *kind.MinLength:
		return fmt.Sprintf("string is too short (length: %d, required minimum: %d)", k.Got, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("string is too long (length: %d, maximum allowed: %d)", k.Got, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", number(k.Want), number(k.Got))
	case *kind.Maximum:
		return fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", number(k.Want), number(k.Got))
	default:
		return k.LocalizedString(english)
	}
}

// shown is a value as JSON, cut where it is long.
func shown(v any) string {
	const most = 200
	text := []rune(canonical(v))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// sorted orders the values of an enum as the quotation has them.
func sorted(values []any) []any {
	values = slices.Clone(values)
	slices.SortStableFunc(values, func(a, b any) int { return strings.Compare(canonical(a), canonical(b)) })
	return values
}

func number(r *big.Rat) string {
	if r.IsInt() {
		return r.RatString()
	}
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(10), "0"), ".")
}
