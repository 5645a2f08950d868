package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// errorTexts is the list of wire strings: every status, code and message that
// the source documents. Clients match on them, so they are facts.
//
// A message is found by its key: status and code, and for a code that has
// several messages "#2", "#3" after all but the most frequent one.
type errorTexts struct {
	keys   map[errorText]string
	common map[errorText]bool // documented by more than half of the operations
}

type errorText struct{ status, code, message string }

func collectErrors(ops []*operation) *errorTexts {
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
	e := &errorTexts{keys: make(map[errorText]string), common: make(map[errorText]bool)}
	variant := 1
	for i, text := range order {
		if i > 0 && order[i-1].status == text.status && order[i-1].code == text.code {
			variant++
		} else {
			variant = 1
		}
		e.keys[text] = text.status + " " + text.code
		if variant > 1 {
			e.keys[text] += "#" + strconv.Itoa(variant)
		}
		e.common[text] = uses[text] > len(ops)/2
	}
	return e
}

// errors is the set of errors that the operation documents.
func (op *operation) errors() map[errorText]bool {
	set := make(map[errorText]bool)
	for status, r := range op.Responses {
		for code, message := range r.Errors {
			// One code of the source ends in a tab.
			set[errorText{status, strings.TrimSpace(code), message}] = true
		}
	}
	return set
}

// references returns the keys of the errors that the operation documents beside
// the common ones, and of the common ones that it does not.
func (e *errorTexts) references(op *operation) (own, without []string) {
	set := op.errors()
	for text := range set {
		if !e.common[text] {
			own = append(own, e.keys[text])
		}
	}
	for text, common := range e.common {
		if common && !set[text] {
			without = append(without, e.keys[text])
		}
	}
	slices.Sort(own)
	slices.Sort(without)
	return own, without
}

// write renders errors.txt: key, "*" for the common ones, message, separated
// by tabs.
func (e *errorTexts) write() []byte {
	byKey := make(map[string]errorText, len(e.keys))
	for text, key := range e.keys {
		byKey[key] = text
	}
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("# status and code (#n: another message of the same code), * = of every operation that does not exclude it, message\n")
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		text, mark := byKey[key], ""
		if e.common[text] {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", key, mark, strings.ReplaceAll(text.message, "\n", `\n`))
	}
	return b.Bytes()
}
