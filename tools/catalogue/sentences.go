package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// words is how many words in a row make a sentence that must not survive.
const words = 4

// findSentences fails when a run of words of the source's prose is found in a
// generated file. Messages of errors, values of enums and tags are names that
// clients see, and exempt.
func findSentences(source []byte, files map[string][]byte) error {
	var doc any
	if err := json.Unmarshal(source, &doc); err != nil {
		return err
	}
	prose, names := make(map[string]bool), make(map[string]bool)
	collectProse(doc, prose, names)
	for name, content := range files {
		if name == "errors.txt" {
			continue
		}
		for i, line := range strings.Split(string(content), "\n") {
			if strings.HasPrefix(line, "#") {
				continue
			}
			// A quoted string or a column is as far as a sentence can reach.
			for _, text := range strings.FieldsFunc(line, func(r rune) bool { return r == '"' || r == '\t' }) {
				if names[text] {
					continue
				}
				for run := range runs(text) {
					if prose[run] {
						return fmt.Errorf("%s line %d holds prose of the source: %q", name, i+1, run)
					}
				}
			}
		}
	}
	return nil
}

// collectProse adds every run of words in a description, summary, title or
// example anywhere in the document, and every value of an enum and tag.
func collectProse(v any, prose, names map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			switch key {
			case "description", "summary", "title", "example", "x-example":
				if text, ok := value.(string); ok {
					for run := range runs(text) {
						prose[run] = true
					}
					continue
				}
			case "enum", "tags":
				if values, ok := value.([]any); ok {
					for _, value := range values {
						if text, ok := value.(string); ok {
							names[text] = true
						}
					}
				}
			}
			collectProse(value, prose, names)
		}
	case []any:
		for _, value := range v {
			collectProse(value, prose, names)
		}
	}
}

// runs yields every run of consecutive words, in lower case and without the
// marks around them.
func runs(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		fields := strings.Fields(strings.ToLower(text))
		for i := range fields {
			fields[i] = strings.Trim(fields[i], `"'.,;:()[]{}`)
		}
		for i := 0; i+words <= len(fields); i++ {
			if !yield(strings.Join(fields[i:i+words], " ")) {
				return
			}
		}
	}
}
