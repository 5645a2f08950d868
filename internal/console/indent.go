package console

import (
	"bytes"
	"encoding/json"
	"strings"
)

const (
	indentStep = "  "
	maxBlanks  = 1 << 20 // that are added to a text of JSON
)

// indented is JSON over several lines; false where the text is none. Each line of what
// is nested in ten thousand lists would begin with as many blanks: where they would be
// far more than the text, it stays on one line.
func indented(text []byte) ([]byte, bool) {
	var b bytes.Buffer
	if blanksOf(text) > maxBlanks {
		ok := json.Compact(&b, text) == nil
		return b.Bytes(), ok
	}
	ok := json.Indent(&b, text, "", indentStep) == nil
	return bytes.TrimRight(b.Bytes(), " \t\r\n"), ok // behind the end, those stay that were there
}

// blanksOf is how many blanks the lines of a text begin with when it is indented.
func blanksOf(text []byte) (blanks int) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			blanks += depth
		case c == '}' || c == ']':
			depth--
			blanks += depth
		case c == ',':
			blanks += depth
		}
	}
	return blanks * len(indentStep)
}

// pretty writes JSON, or what can be written so, over several lines. A text that is no
// JSON stays as it is.
func pretty(v any) string {
	text, isText := v.(string)
	encoded := []byte(text)
	if !isText {
		var err error
		if encoded, err = encode(v); err != nil { // the templates escape
			return ""
		}
	}
	lines, ok := indented(encoded)
	if !ok {
		return text
	}
	return strings.TrimSpace(string(lines))
}
