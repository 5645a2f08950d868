// Package identity holds the nouns that decide who may do what, and that more
// than one API family needs: organization, division, user and password, group,
// role, grant, OAuth client and its approval, and identity provider, with the
// rules that belong to them alone. How they look on the wire is each family's
// business; whether a request may pass is package auth's.
package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// AllDivisions is the division id that stands for every division in grants.
const AllDivisions = "*"

// Ref names an object inside another one.
type Ref struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	SelfURI string `json:"selfUri,omitempty"`
}

// Stamp is when something happened and who did it.
type Stamp struct {
	At *clock.Time `json:"at,omitempty"`
	By *Ref        `json:"by,omitempty"`
}

// Fold is how names are compared where the API ignores case: in name filters,
// for the uniqueness of division names and of e-mail addresses.
func Fold(s string) string {
	return strings.ToLower(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
}

// maxNameKey is how many bytes of a name its index key holds as they are.
const maxNameKey = 256

// nameKey is an index key that sorts by name.
func nameKey(s string) string {
	key := boundedKey(Fold(strings.TrimSpace(s)))
	if key == "" {
		return " "
	}
	return key
}

// boundedKey is an index key for a text, letter by letter: whoever ignores case folds
// the text first. Of a long one it holds the beginning and a digest of the whole, so
// that two of them still differ. NUL does not count.
func boundedKey(s string) string {
	key := strings.ReplaceAll(s, "\x00", "")
	if len(key) > maxNameKey {
		sum := sha256.Sum256([]byte(key))
		key = strings.ToValidUTF8(key[:maxNameKey], "") + hex.EncodeToString(sum[:])
	}
	return key
}

// found turns the store's "not found" into the API error for it and leaves
// every other error alone.
func found[T any](v T, err error, missing func() *apierr.Error) (T, error) {
	if errors.Is(err, store.ErrNotFound) {
		return v, missing()
	}
	return v, err
}
