package console

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// jsonOf writes a text, or a list of texts, as JSON.
func jsonOf(v any) json.RawMessage {
	text, err := encode(v)
	if err != nil { // texts can always be written
		return nil
	}
	return text
}

// plain is a value as one types it: a text without its quotes, and anything else as
// JSON.
func plain(value json.RawMessage) string {
	var text string
	if string(value) != "null" && json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// jsonPlace is where a text ceases to be JSON. Both count from 1.
func jsonPlace(text string, err error) (line, column int) {
	end := len(text)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		end = min(max(int(syntax.Offset)-1, 0), end)
	}
	before := text[:end]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// readObject reads a JSON object that somebody has written, or says what is wrong.
func readObject(v *visit, text string) (object json.RawMessage, wrong string) {
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		line, column := jsonPlace(text, err)
		return nil, v.T("json.broken", line, column)
	}
	if object[0] != '{' {
		return nil, v.T("json.object")
	}
	return object, ""
}
