package routing

import (
	"errors"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// selection says which objects of a collection a listing shows, and in which
// order.
type selection[T any] struct {
	index   string // of the collection; "" sorts by id
	reverse bool
	compare func(a, b T) int // as the index does
	keep    func(T) bool     // nil keeps everything

	// few are the keys among which the objects are, where the filter says so much;
	// nil means all.
	few []string
}

// list reads one page, and counts what there is in all. Where everything is
// kept, nothing but the page is read; where the filter names ids or a whole name,
// nothing but those.
func list[T any](tx *store.Tx, col *store.Collection[T], s selection[T], p handlers.Paging) (page []T, total int, err error) {
	if s.few != nil {
		picked, err := pick(tx, col, s)
		return handlers.Cut(picked, p), len(picked), err
	}
	return handlers.Select(tx, col, s.index, s.reverse, p, s.keep)
}

// pick returns the selected ones among few, sorted.
func pick[T any](tx *store.Tx, col *store.Collection[T], s selection[T]) ([]T, error) {
	var picked []T
	for _, key := range slices.Compact(slices.Sorted(slices.Values(s.few))) {
		v, err := col.Peek(tx, key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if s.keep == nil || s.keep(v) {
			picked = append(picked, v)
		}
	}
	slices.SortStableFunc(picked, s.compare)
	if s.reverse {
		slices.Reverse(picked)
	}
	return picked, nil
}

// fewOf are the keys among which a filter by ids or by name finds what it wants,
// or nil where it takes a look at all.
func fewOf[T any](tx *store.Tx, col *store.Collection[T], ids []string, name string) []string {
	if len(ids) > 0 {
		return ids
	}
	if name = strings.TrimSpace(name); name == "" || strings.HasPrefix(name, "*") || strings.HasSuffix(name, "*") {
		return nil
	}
	keys := []string{}
	return slices.AppendSeq(keys, col.KeysBy(tx, "name", contactcenter.NameKey(name)))
}

// named says whether a name answers to a filter, whatever their case. An
// asterisk at either end of the filter stands for any text.
func named(name, filter string) bool {
	name, filter = identity.Fold(strings.TrimSpace(name)), identity.Fold(strings.TrimSpace(filter))
	rest, open := strings.CutPrefix(filter, "*")
	rest, unended := strings.CutSuffix(rest, "*")
	switch {
	case open && unended:
		return strings.Contains(name, rest)
	case open:
		return strings.HasSuffix(name, rest)
	case unended:
		return strings.HasPrefix(name, rest)
	default:
		return name == rest
	}
}

// descending reads both spellings of the API: desc and descending.
func descending(sortOrder string) bool {
	return strings.HasPrefix(strings.ToLower(sortOrder), "desc")
}
