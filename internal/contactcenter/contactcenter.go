// Package contactcenter holds the nouns of the contact center that more than
// one API family needs: queue, queue member, wrap-up code, presence definition,
// greeting, the voicemail policy of a group, and what an agent is doing at the
// moment, with the rules that belong to them alone and the parts of answers that
// several families give. Users, groups and divisions are named here by their ids;
// who may do what is each family's business.
package contactcenter

import (
	"strings"
	"unicode/utf8"
)

// AllDivisions is the division id of a wrap-up code that belongs to every
// division.
const AllDivisions = "*"

// MaxName is how many characters the name of a queue or wrap-up code may have.
const MaxName = 256

// Ref names an object inside another one.
type Ref struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	SelfURI string `json:"selfUri,omitempty"`
}

// ValidName says whether a queue or a wrap-up code can have the name.
func ValidName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.RuneCountInString(name) <= MaxName && !strings.ContainsRune(name, 0)
}

// maxNameKey is how many bytes of a name a key holds.
const maxNameKey = 4 * MaxName

// NameKey is what names are sorted and told apart by, and their key in the index
// "name": blanks around them and their case do not count.
func NameKey(name string) string {
	key := strings.ToLower(strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), ""))
	key = strings.TrimSpace(key)
	if len(key) > maxNameKey {
		key = strings.ToValidUTF8(key[:maxNameKey], "")
	}
	return key
}
