package identity

import (
	"strings"
	"unicode"
)

// Words are the words of a text: what stands between anything but letters and
// digits.
func Words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// wordIndex finds documents by how a name or a word of it begins.
const wordIndex = "word"

const (
	maxWordKey = 128 // bytes of a word that its key holds
	maxWords   = 24  // a name with more is found under manyWords alone

	// manyWords is no beginning of a word.
	manyWords = "\x01"
)

// wordKeys are the keys of a name in the wordIndex: its words, and all of it.
func wordKeys(name string) []string {
	folded := Fold(name)
	keys := append(Words(folded), folded)
	if len(keys) > maxWords {
		return []string{manyWords}
	}
	for i, k := range keys {
		keys[i] = k[:min(len(k), maxWordKey)]
	}
	return keys
}
