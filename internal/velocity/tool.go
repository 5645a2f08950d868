package velocity

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// tool is an object that every template has.
type tool struct {
	class      string
	properties map[string]any
	methods    map[string]toolMethod
	// refused are the properties and methods that the product has and we have not,
	// each with its message; the one of "" is for all names.
	refused map[string]string
}

// toolMethod gets its arguments unchecked; errNoMethod refuses their number.
type toolMethod func(s *state, at place, args []any) (any, error)

func (t *tool) call(s *state, at place, name string, args []any) (any, error) {
	if m, ok := t.methods[name]; ok {
		return m(s, at, args)
	}
	if len(args) == 0 && strings.HasPrefix(name, "get") && len(name) > len("get") {
		return t.property(at, strings.ToLower(name[3:4])+name[4:])
	}
	return nil, t.refusal(at, name)
}

func (t *tool) property(at place, name string) (any, error) {
	name = strings.ToLower(name[:1]) + name[1:]
	if v, ok := t.properties[name]; ok {
		return v, nil
	}
	return nil, t.refusal(at, name)
}

// refusal is the error for a name that the tool does not have.
func (t *tool) refusal(at place, name string) error {
	for _, refused := range []string{name, ""} {
		if message, ok := t.refused[refused]; ok {
			return at.fail("%s", message)
		}
	}
	return errNoMethod
}

// tools are the names that a template has without being given them.
var tools = map[string]any{
	"esc":                  escapeTool,
	"math":                 mathTool,
	"encoding":             encodingTool,
	"urlTool":              urlTool,
	"successTemplateUtils": successTool,
	"dynamics":             unsupportedTool("dynamics"),
	"dynamicsUtils":        unsupportedTool("dynamicsUtils"),
	"msdynamics":           unsupportedTool("msdynamics"),
	"salesforce":           unsupportedTool("salesforce"),
	"salesforceUtils":      unsupportedTool("salesforceUtils"),
}

// onText makes a method of one argument that works on its text. Null stays null.
func onText(f func(string) string) toolMethod {
	return func(s *state, at place, args []any) (any, error) {
		if len(args) != 1 {
			return nil, errNoMethod
		}
		if args[0] == nil {
			return nil, nil //nolint:nilnil // null is a value
		}
		t, err := s.text(at, args[0])
		if err != nil {
			return nil, err
		}
		// No escape makes more than a dozen bytes of one.
		if err := s.bounded(at, len(t)); err != nil {
			return nil, err
		}
		return f(t), nil
	}
}

var encodingTool = &tool{
	class: "EncodingTool",
	methods: map[string]toolMethod{
		"base64": onText(func(t string) string { return base64.StdEncoding.EncodeToString([]byte(t)) }),
		"base64Encode": onText(func(t string) string {
			return base64.StdEncoding.EncodeToString([]byte(t))
		}),
		"base64Decode": decodeBase64,
	},
}

// decodeBase64 is not documented. Guess: it is there and strict.
func decodeBase64(s *state, at place, args []any) (any, error) {
	if len(args) != 1 || args[0] == nil {
		return nil, errNoMethod
	}
	t, err := s.text(at, args[0])
	if err != nil {
		return nil, err
	}
	plain, err := base64.StdEncoding.DecodeString(t)
	if err != nil {
		return nil, throw("java.lang.IllegalArgumentException", "the text is not base64")
	}
	return strings.ToValidUTF8(string(plain), "\uFFFD"), nil
}

var urlTool = &tool{
	class:   "UrlTool",
	methods: map[string]toolMethod{"optionalQueryParam": optionalQueryParam},
}

// optionalQueryParam is "name=value" with the value form-encoded, or nothing if
// there is no value. Guess: the help article names the macro and no details.
func optionalQueryParam(s *state, at place, args []any) (any, error) {
	if len(args) != 2 || args[0] == nil {
		return nil, errNoMethod
	}
	if args[1] == nil || args[1] == "" {
		return "", nil
	}
	name, err := s.text(at, args[0])
	if err != nil {
		return nil, err
	}
	value, err := s.text(at, args[1])
	if err != nil {
		return nil, err
	}
	return formEncode(name) + "=" + formEncode(value), nil
}

var successTool = &tool{
	class:   "SuccessTemplateUtils",
	methods: map[string]toolMethod{"firstFromArray": firstFromArray},
	refused: map[string]string{"moveKeysIntoArrayOfObjects": "The macro moveKeysIntoArrayOfObjects is not supported"},
}

// firstFromArray returns the first element of an array as its JSON text, or the
// second argument as it is if the array is empty.
func firstFromArray(s *state, at place, args []any) (any, error) {
	if len(args) != 1 && len(args) != 2 {
		return nil, errNoMethod
	}
	t := ""
	if args[0] != nil {
		var err error
		if t, err = s.text(at, args[0]); err != nil {
			return nil, err
		}
	}
	first, empty, ok := firstElement(t)
	switch {
	case !ok:
		return nil, at.fail("firstFromArray needs a JSON array")
	case !empty:
		return first, nil
	case len(args) == 2:
		return args[1], nil
	}
	// Guess: what the product does without a default is not known.
	return nil, at.fail("firstFromArray got an empty array and no default")
}

// firstElement cuts the first element out of the text of a JSON array.
func firstElement(t string) (first string, empty, ok bool) {
	const space = " \t\r\n"
	t = strings.TrimLeft(t, space)
	if !strings.HasPrefix(t, "[") || !json.Valid([]byte(t)) {
		return "", false, false
	}
	t = strings.TrimLeft(t[1:], space)
	if t[0] == ']' {
		return "", true, true
	}
	depth, quoted := 0, false
	for i := 0; ; i++ {
		switch c := t[i]; {
		case quoted:
			if c == '\\' {
				i++
			}
			quoted = c != '"'
		case c == '"':
			quoted = true
		case depth == 0 && (c == ',' || c == ']'):
			return strings.TrimRight(t[:i], space), false, true
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		}
	}
}

// unsupportedTool stands for the macros of integrations that are not mocked.
func unsupportedTool(name string) *tool {
	return &tool{class: name, refused: map[string]string{"": "The macros of " + name + " are not supported"}}
}
