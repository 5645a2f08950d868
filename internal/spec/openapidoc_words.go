package spec

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/openapi"
)

// descriptions are the hand-written ones, by operation id.
var descriptions = sync.OnceValue(func() map[string]string {
	var all map[string]string
	if err := yaml.Unmarshal([]byte(openapi.Descriptions), &all); err != nil {
		panic("spec: descriptions: " + err.Error()) // they are part of the program, and a test reads them
	}
	return all
})

// summaryOf describes an operation in a sentence of this project, or else by a
// phrase made of its method and path.
func summaryOf(o *Operation) string {
	if text := descriptions()[o.ID]; text != "" {
		return text
	}
	return phrase(o.Method, o.Path)
}

// verbs say what a method asks for, as far as it does.
var verbs = map[string]string{
	"GET": "Read", "HEAD": "Look for", "POST": "Post to", "PUT": "Replace", "PATCH": "Change", "DELETE": "Delete",
}

// phrase makes words of a path: what it names last comes first, "of" whatever it
// is in. GET /api/v2/routing/queues/{queueId}/members: "Read members of a queue
// in routing".
func phrase(method, path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/api/v2/"), "/")
	area := ""
	if len(segments) > 1 && !strings.HasPrefix(segments[1], "{") {
		area, segments = segments[0], segments[1:]
	}
	var parts []string // the things of the path, from outside to inside
	var words []string // of the thing that is being read
	for i, s := range segments {
		name, isParam := strings.CutPrefix(s, "{")
		if !isParam {
			words = append(words, wordsOf(s))
			if i+1 == len(segments) {
				parts = append(parts, strings.Join(words, " "))
			}
			continue
		}
		name, _, _ = strings.Cut(name, "}")
		noun := wordsOf(strings.TrimSuffix(strings.TrimSuffix(name, "Id"), "ID"))
		if noun == "" {
			noun = strings.Join(words, " ")
		} else if len(words) > 1 { // the last word is the list that the thing is one of
			noun += " of " + strings.Join(words[:len(words)-1], " ")
		}
		parts, words = append(parts, article(noun)), nil
	}
	var b strings.Builder
	b.WriteString(verbs[method])
	slices.Reverse(parts)
	b.WriteString(" " + strings.Join(parts, " of "))
	if area != "" {
		b.WriteString(" in " + wordsOf(area))
	}
	return b.String()
}

func article(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// wordsOf separates what stands together in a name: "wrapupCodes" becomes
// "wrapup codes".
func wordsOf(name string) string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		switch {
		case r == '-' || r == '_' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.TrimSpace(b.String())
}
