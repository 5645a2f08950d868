package velocity

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// escapeTool is $esc: EscapeTool of Velocity Tools 2.0 and the product's own
// methods.
var escapeTool = &tool{
	class: "org.apache.velocity.tools.generic.EscapeTool",
	properties: map[string]any{
		"dollar": "$", "d": "$", "hash": "#", "h": "#", "backslash": `\`, "b": `\`,
		"quote": `"`, "q": `"`, "singleQuote": "'", "s": "'", "exclamation": "!", "e": "!",
		"newline": "\n", "n": "\n", "key": "esc",
	},
	methods: map[string]toolMethod{
		"java":          onText(func(t string) string { return escapeJava(t, false) }),
		"javascript":    onText(func(t string) string { return escapeJava(t, true) }),
		"html":          onText(escapeHTML),
		"xml":           onText(escapeXML),
		"sql":           onText(func(t string) string { return strings.ReplaceAll(t, "'", "''") }),
		"url":           onText(formEncode),
		"urlFormEncode": onText(formEncode),
		"uriEncode":     onText(func(t string) string { return strings.ReplaceAll(formEncode(t), "+", "%20") }),
		"unicode":       unicodeChar,
		"propertyKey":   onText(func(t string) string { return escapeProperty(t, true) }),
		"propertyValue": onText(func(t string) string { return escapeProperty(t, false) }),
		"velocity":      onText(escapeVelocity),
		"jsonString":    onText(escapeJSON),
		"jsonEncode":    onText(escapeJSON),
		"jsonDecode":    jsonDecode,
	},
}

const upperHex = "0123456789ABCDEF"

// formEncode is Java's URLEncoder: it keeps "*" and encodes "~", Go's does the
// reverse.
func formEncode(t string) string {
	var b strings.Builder
	b.Grow(len(t))
	for i := range len(t) {
		switch c := t[i]; {
		case isLetter(c), isDigit(c), c == '-', c == '_', c == '.', c == '*':
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

// escapeJava is for string literals of Java, and of JavaScript, which has "'" and
// "/" escaped as well.
func escapeJava(t string, script bool) string {
	var b strings.Builder
	b.Grow(len(t))
	for _, r := range t {
		switch {
		case shortEscapes[r] != 0:
			b.WriteByte('\\')
			b.WriteByte(shortEscapes[r])
		case r == '"' || r == '\\' || script && (r == '\'' || r == '/'):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > 0x7F:
			writeUnits(&b, r, `\u%04X`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var shortEscapes = map[rune]byte{'\b': 'b', '\n': 'n', '\t': 't', '\f': 'f', '\r': 'r'}

func writeUnits(b *strings.Builder, r rune, format string) {
	for _, unit := range utf16.AppendRune(nil, r) {
		fmt.Fprintf(b, format, unit)
	}
}

// unicodeChar makes a character of its hexadecimal code.
func unicodeChar(s *state, at place, args []any) (any, error) {
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
	code, err := strconv.ParseInt(strings.TrimPrefix(t, `\u`), 16, 32)
	if err != nil {
		return nil, throw("java.lang.NumberFormatException", "For input string: \""+t+"\" under radix 16")
	}
	if code < 0 || code > unicode.MaxRune {
		return nil, throw("java.lang.IllegalArgumentException", fmt.Sprintf("Not a valid Unicode code point: 0x%X", uint32(code))) //nolint:gosec // as Java shows it
	}
	return string(rune(code)), nil
}

// escapeXML knows the five entities of XML; the rest beyond ASCII is numbered.
func escapeXML(t string) string {
	var b strings.Builder
	b.Grow(len(t))
	for _, r := range t {
		switch {
		case r == '\'':
			b.WriteString("&apos;")
		case !writeBasicEntity(&b, r) && r > 0x7F:
			writeUnits(&b, r, "&#%d;")
		case r != '&' && r != '<' && r != '>' && r != '"':
			b.WriteRune(r)
		}
	}
	return b.String()
}

func writeBasicEntity(b *strings.Builder, r rune) bool {
	switch r {
	case '&':
		b.WriteString("&amp;")
	case '<':
		b.WriteString("&lt;")
	case '>':
		b.WriteString("&gt;")
	case '"':
		b.WriteString("&quot;")
	default:
		return false
	}
	return true
}

// escapeProperty is for .properties files. A value needs only its first blank
// escaped.
func escapeProperty(t string, blanks bool) string {
	var b strings.Builder
	for i, r := range t {
		switch {
		case r == ' ' && i > 0 && !blanks:
			b.WriteByte(' ')
		case shortEscapes[r] != 0 && r != '\b':
			b.WriteByte('\\')
			b.WriteByte(shortEscapes[r])
		case strings.ContainsRune(` :=#!\`, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > '~':
			writeUnits(&b, r, `\u%04x`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeVelocity takes the meaning from "$" and "#".
func escapeVelocity(t string) string {
	return strings.NewReplacer("$", "${esc.d}", "#", "${esc.h}").Replace(t)
}

// escapeJSON escapes for a JSON string, without the quotes around it.
func escapeJSON(t string) string {
	clean := true
	for i := range len(t) {
		if c := t[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7F {
			clean = false
			break
		}
	}
	if clean {
		return t
	}
	var b strings.Builder
	b.Grow(len(t) + 8)
	for _, r := range t {
		switch {
		case shortEscapes[r] != 0:
			b.WriteByte('\\')
			b.WriteByte(shortEscapes[r])
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7F:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// jsonDecode is the reverse of jsonEncode.
func jsonDecode(s *state, at place, args []any) (any, error) {
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
	var plain string
	if err := json.Unmarshal([]byte(`"`+t+`"`), &plain); err != nil {
		return nil, at.fail("jsonDecode needs the inside of a JSON string")
	}
	return plain, nil
}
