package scim

import (
	"iter"

	"github.com/mockcloud/mockcloud/internal/scim"
)

// listInput are the parameters of the lists of users and of groups.
type listInput struct {
	StartIndex *int     `query:"startIndex"`
	Count      *int     `query:"count"`
	Filter     string   `query:"filter"`
	Attributes []string `query:"attributes"`
	Excluded   []string `query:"excludedAttributes"`
}

// listing is the schemas ScimUserListResponse, ScimGroupListResponse and their like.
type listing[T any] struct {
	Schemas      []string `json:"schemas"`
	TotalResults int      `json:"totalResults"`
	StartIndex   int      `json:"startIndex"`
	ItemsPerPage int      `json:"itemsPerPage"`
	Resources    []T      `json:"Resources"`
}

func newListing[T any](resources []T, start, total int) *listing[T] {
	if resources == nil {
		resources = []T{}
	}
	return &listing[T]{TotalResults: total, StartIndex: start, ItemsPerPage: len(resources), Resources: resources, Schemas: []string{scim.ListResponse}}
}

// defaultCount is the size of a page that names none.
const defaultCount = 25

// window is the page that a search was asked for.
type window struct{ start, count int }

// newWindow reads startIndex and count as RFC 7644 §3.4.2.4 does: less than the
// least means the least. A page is cut to scim.MaxResults.
func newWindow(start, count *int) window {
	w := window{start: 1, count: defaultCount}
	if start != nil {
		w.start = max(*start, 1)
	}
	if count != nil {
		w.count = min(max(*count, 0), scim.MaxResults)
	}
	return w
}

func (w window) skip() int { return w.start - 1 }

// pick goes through the keys of all that was found, returns those of the page, and
// counts.
func (w window) pick(found iter.Seq[string]) (page []string, total int) {
	for key := range found {
		if total >= w.skip() && len(page) < w.count {
			page = append(page, key)
		}
		total++
	}
	return page, total
}
