package authorization

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
)

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
