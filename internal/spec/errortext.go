package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// errorTexts finds messages by key: "400 bad.request", or "400 bad.request#2"
// for another message of the same code.
type errorTexts struct {
	messages map[string]string
	common   []string // keys that every operation documents unless it says otherwise
}

func parseErrors(text string) *errorTexts {
	e := &errorTexts{messages: make(map[string]string, strings.Count(text, "\n"))}
	for line := range strings.Lines(text) {
		if line[0] == '#' {
			continue
		}
		key, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		mark, message, _ := strings.Cut(rest, "\t")
		e.messages[key] = strings.ReplaceAll(message, `\n`, "\n")
		if mark == "*" {
			e.common = append(e.common, key)
		}
	}
	return e
}

// ErrorCode finds an error that the operation documents: its status and the
// template of its message, in which each %s stands for a parameter. Where a code
// is documented with several statuses, the lowest is taken.
func (o *Operation) ErrorCode(code string) (status int, message string, ok bool) {
	key := o.errorKey(code)
	if key == "" {
		return 0, "", false
	}
	status, err := strconv.Atoi(key[:strings.IndexByte(key, ' ')])
	if err != nil {
		panic(fmt.Sprintf("spec: error %q has no status", key))
	}
	return status, o.catalogue.errors().messages[key], true
}

// documents tells whether the operation lists the code.
func (o *Operation) documents(code string) bool { return o.errorKey(code) != "" }

func (o *Operation) errorKey(code string) string {
	d := o.detail()
	found := ""
	for _, key := range d.errors {
		if codeOf(key) == code && (found == "" || key < found) {
			found = key
		}
	}
	for _, key := range o.catalogue.errors().common {
		if codeOf(key) == code && (found == "" || key < found) && !slices.Contains(d.without, key) {
			found = key
		}
	}
	return found
}

// codeOf cuts the code out of a key.
func codeOf(key string) string {
	_, code, _ := strings.Cut(key, " ")
	code, _, _ = strings.Cut(code, "#")
	return code
}

// OwnCodes lists the codes that the operation itself, and not nearly every one,
// documents for a status.
func (o *Operation) OwnCodes(status int) []string {
	prefix := strconv.Itoa(status) + " "
	var codes []string
	for _, key := range o.detail().errors {
		if code := codeOf(key); strings.HasPrefix(key, prefix) && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
