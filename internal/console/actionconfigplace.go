package console

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// actionPlace is where a template failed, and the line of it that one is shown.
type actionPlace struct {
	Field             string // of the configuration: "successTemplate", "headers.X-Name"
	Line, Column      int    // count from 1, columns as the API counts them
	Before, At, After string // the line; At is what is marked
	CutLeft, CutRight bool   // the line is longer than what is shown
	Found             bool   // the line is there
}

// placePattern is how messages end that speak of a place in a template.
var placePattern = regexp.MustCompile(` at ([^\s\[\]]+)\[line (\d+), column (\d+)\]`)

// findPlace finds the place that a failure names: in its message, or that of what
// lies behind it. The template that messages quote could hold the same words; it
// comes last.
func findPlace(failure json.RawMessage) *actionPlace {
	var e apiError
	if json.Unmarshal(failure, &e) != nil {
		return nil
	}
	for _, one := range append([]*apiError{&e}, e.Errors...) {
		if p := placeIn(one.Message); p != nil {
			return p
		}
	}
	return nil
}

func placeIn(message string) *actionPlace {
	words, _, _ := strings.Cut(message, "\n Template:")
	all := placePattern.FindAllStringSubmatch(words, -1)
	if all == nil {
		return nil
	}
	found := all[len(all)-1]
	p := &actionPlace{Field: configField(found[1])}
	p.Line, p.Column = placeNumber(found[2]), placeNumber(found[3])
	return p
}

func placeNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// The templates of a configuration by the names that messages give them; what is
// none of them is a header.
const (
	urlTemplate     = "requestUrlTemplate"
	bodyTemplate    = "requestTemplate"
	successTemplate = "successTemplate"
	headerPrefix    = "headers."
)

func configField(name string) string {
	switch name {
	case urlTemplate, bodyTemplate, successTemplate:
		return name
	default:
		return headerPrefix + name
	}
}

// template is the text of a field of the configuration.
func (c *actionConfig) template(field string) (string, bool) {
	switch field {
	case urlTemplate:
		return c.Request.RequestURLTemplate, true
	case bodyTemplate:
		return c.Request.RequestTemplate, true
	case successTemplate:
		return c.Response.SuccessTemplate, true
	}
	name, header := strings.CutPrefix(field, headerPrefix)
	text, there := c.Request.Headers[name]
	return text, header && there
}

// show finds the line in the configuration, and what to mark in it.
func (p *actionPlace) show(c *actionConfig) *actionPlace {
	text, ok := c.template(p.Field)
	if !ok {
		return p
	}
	lines := strings.Split(plainLines(text), "\n")
	if p.Line < 1 || p.Line > len(lines) {
		return p
	}
	line := lines[p.Line-1]
	at := offsetOf(line, p.Column)
	p.Found = true
	p.Before, p.At = line[:at], marked(line[at:])
	p.After = line[at+len(p.At):]
	p.Before, p.CutLeft = lastOf(p.Before, shownAround)
	p.After, p.CutRight = firstOf(p.After, shownAround)
	return p
}

// shownAround is how many characters of a line are shown on each side of the mark.
const shownAround = 100

func lastOf(s string, most int) (string, bool) {
	r := []rune(s)
	if len(r) <= most {
		return s, false
	}
	return string(r[len(r)-most:]), true
}

func firstOf(s string, most int) (string, bool) {
	r := []rune(s)
	if len(r) <= most {
		return s, false
	}
	return string(r[:most]), true
}

// offsetOf is where a column begins, in bytes. Columns count as the original does:
// tabulators reach to the next multiple of eight, and what needs two UTF-16 units
// counts twice.
func offsetOf(line string, column int) int {
	at := 1
	for i, r := range line {
		if at >= column {
			return i
		}
		switch {
		case r == '\t':
			at += 8 - (at-1)%8
		case r > 0xFFFF:
			at += 2
		default:
			at++
		}
	}
	return len(line)
}

var referencePattern = regexp.MustCompile(`^(?:\$!?\{[A-Za-z][\w.-]*\}?|\$!?[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*|#\{?[a-z]+\}?)`)

// marked is what a mark at the start of the text covers: a reference, a directive or
// else one character.
func marked(rest string) string {
	if found := referencePattern.FindString(rest); found != "" {
		return found
	}
	_, size := utf8.DecodeRuneInString(rest)
	return rest[:size]
}
