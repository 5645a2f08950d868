package swagger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// errorTexts is the list of wire strings: every status, code and message that
// the document lists. Clients match on them, so they are facts.
//
// A message is found by its key: status and code, and for a code that has
// several messages "#2", "#3" after all but the most frequent one.
type errorTexts struct {
	keys   map[errorText]string
	common map[errorText]bool // of every operation that does not exclude it
}

type errorText struct{ status, code, message string }

// collectErrors takes for common what more than half of the operations list.
func collectErrors(ops []*operation) *errorTexts {
	e := &errorTexts{keys: make(map[errorText]string), common: make(map[errorText]bool)}
	for text, uses := range e.add(ops) {
		e.common[text] = uses > len(ops)/2
	}
	return e
}

// readErrors reads a text that write has written.
func readErrors(text string) (*errorTexts, error) {
	e := &errorTexts{keys: make(map[errorText]string), common: make(map[errorText]bool)}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		status, code, ok := strings.Cut(columns[0], " ")
		if !ok || len(columns) != 3 {
			return nil, fmt.Errorf("error %q: a column is missing", columns[0])
		}
		code, _, _ = strings.Cut(code, "#")
		found := errorText{status, code, strings.ReplaceAll(columns[2], `\n`, "\n")}
		e.keys[found], e.common[found] = columns[0], columns[1] == "*"
	}
	return e, nil
}

// add gives a key to every error that has none yet, and counts who lists it.
func (e *errorTexts) add(ops []*operation) map[errorText]int {
	uses := make(map[errorText]int)
	for _, op := range ops {
		for text := range op.errors() {
			uses[text]++
		}
	}
	order := slices.SortedFunc(maps.Keys(uses), func(a, b errorText) int {
		return cmp.Or(
			strings.Compare(a.status, b.status),
			strings.Compare(a.code, b.code),
			cmp.Compare(uses[b], uses[a]),
			strings.Compare(a.message, b.message),
		)
	})
	variants := make(map[string]int, len(e.keys)) // of a status and code
	for text := range e.keys {
		variants[text.status+" "+text.code]++
	}
	for _, text := range order {
		if e.keys[text] != "" {
			continue
		}
		key := text.status + " " + text.code
		variants[key]++
		if n := variants[key]; n > 1 {
			key += "#" + strconv.Itoa(n)
		}
		e.keys[text] = key
	}
	return uses
}

// errors is the set of errors that the operation lists.
func (op *operation) errors() map[errorText]bool {
	set := make(map[errorText]bool)
	for status, r := range op.responses {
		for code, message := range r.codes {
			set[errorText{status, code, message}] = true
		}
	}
	return set
}

// references returns the keys of the errors that the operation lists beside the
// common ones, and of the common ones that it does not list. Where it lists none
// at all, it is not about errors, and has all of the common ones.
func (e *errorTexts) references(op *operation) (own, without []string) {
	set := op.errors()
	for text := range set {
		if !e.common[text] {
			own = append(own, e.keys[text])
		}
	}
	for text, common := range e.common {
		if common && !set[text] && len(set) > 0 {
			without = append(without, e.keys[text])
		}
	}
	slices.Sort(own)
	slices.Sort(without)
	return own, without
}

// write renders the errors: key, "*" for the common ones, message, separated by
// tabs.
func (e *errorTexts) write() string {
	byKey := make(map[string]errorText, len(e.keys))
	for text, key := range e.keys {
		byKey[key] = text
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		text, mark := byKey[key], ""
		if e.common[text] {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", key, mark, strings.ReplaceAll(text.message, "\n", `\n`))
	}
	return b.String()
}
