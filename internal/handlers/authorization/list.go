package authorization

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// list reads one page of a collection in the order of an index, and counts what
// there is in all. keep narrows it; nil keeps everything, and then nothing but
// the page is read.
func list[T any](tx *store.Tx, col *store.Collection[T], index string, p handlers.Paging, keep func(T) bool) (page []T, total int, err error) {
	if keep == nil {
		if total, err = col.Count(tx); err != nil {
			return nil, 0, err
		}
		page, err = col.Page(tx, index, false, p.Skip(), p.Size)
		return page, total, err
	}
	for v, err := range col.Ordered(tx, index, false) {
		if err != nil {
			return nil, 0, err
		}
		if !keep(v) {
			continue
		}
		if total >= p.Skip() && len(page) < p.Size {
			page = append(page, v)
		}
		total++
	}
	return page, total, nil
}

// indexFor returns the index behind sortBy. Names are the default order. More
// are the names that the caller sorts by itself.
//
// The specification names no values, so an unknown one is refused rather than
// ignored: the client would get an order that it did not ask for.
func indexFor(sortBy string, more ...string) (string, error) {
	switch {
	case sortBy == "", strings.EqualFold(sortBy, "name"):
		return "name", nil
	case strings.EqualFold(sortBy, "id"):
		return "", nil
	case slices.ContainsFunc(more, func(name string) bool { return strings.EqualFold(sortBy, name) }):
		return "name", nil
	}
	return "", apierr.InvalidQuery("sortBy", sortBy, strings.Join(append([]string{"name", "id"}, more...), ", "))
}

// matches says whether an object answers to a filter by name, which finds parts
// of names in any case, and by ids. Empty filters let everything pass.
func matches(id, objectName string, ids []string, name string) bool {
	return (len(ids) == 0 || slices.Contains(ids, id)) &&
		(name == "" || strings.Contains(identity.Fold(objectName), identity.Fold(name)))
}
