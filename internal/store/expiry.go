package store

import (
	"bytes"
	"fmt"
)

const expiryIndex = "expires"

// Swept is how many documents one Sweep removes at most, since it runs beside
// other work.
const Swept = 32

// ExpiryIndex orders documents by when they are over, in seconds since 1970, for
// Sweep.
func ExpiryIndex[T any](expires func(T) int64) Index[T] {
	return Index[T]{Name: expiryIndex, Keys: func(v T) []string { return []string{expiryKey(expires(v))} }}
}

// expiryKey writes seconds so that texts sort as numbers do.
func expiryKey(seconds int64) string { return fmt.Sprintf("%012d", max(0, seconds)) }

// Sweep removes documents that were over before now, in seconds since 1970: the
// oldest first, and a few at a time. Called with every write that adds one, it
// keeps a collection with an ExpiryIndex from growing. It looks at no document
// that stays.
func (c *Collection[T]) Sweep(tx *Tx, now int64) error {
	return c.deleteWhile(tx, Swept, func(expires string) bool { return expires < expiryKey(now) })
}

// Trim removes the documents that are over soonest until no more than most are
// left; as Sweep does, a few at a time.
func (c *Collection[T]) Trim(tx *Tx, most int) error {
	n, err := c.Count(tx)
	if err != nil || n <= most {
		return err
	}
	return c.deleteWhile(tx, min(n-most, Swept), func(string) bool { return true })
}

// deleteWhile removes documents from the first one that is over, so many at most.
func (c *Collection[T]) deleteWhile(tx *Tx, most int, over func(expires string) bool) error {
	w, err := c.walk(tx, expiryIndex, "", false)
	if err != nil {
		return err
	}
	var gone []string
	for k, _ := w.next(); k != nil && len(gone) < most; k, _ = w.next() {
		expires, key, _ := bytes.Cut(k, []byte{0})
		if !over(string(expires)) {
			break
		}
		gone = append(gone, string(key))
	}
	for _, key := range gone {
		if err := c.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}
