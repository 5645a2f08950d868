package handlers

import (
	"maps"
	"net/url"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Paging is the page that a listing was asked for.
type Paging struct {
	Size   int // entities per page, at least 1
	Number int // from 1
}

// Skip is how many entities stand before the page.
func (p Paging) Skip() int { return (p.Number - 1) * p.Size }

// maxPageNumber keeps the product with the page size in an int32, as the API's
// own totals are.
const maxPageNumber = 1 << 21

// PageOf reads pageSize and pageNumber. Absent means 25 and 1; more than limit
// entities are cut to it.
func PageOf(c *Call, limit int) (Paging, error) {
	p := Paging{Size: 25, Number: 1}
	if err := positive(c, "pageSize", &p.Size); err != nil {
		return p, err
	}
	if err := positive(c, "pageNumber", &p.Number); err != nil {
		return p, err
	}
	p.Size = min(p.Size, limit)
	p.Number = min(p.Number, maxPageNumber)
	return p, nil
}

func positive(c *Call, name string, target *int) error {
	text := c.Input.Query.Get(name)
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return apierr.InvalidQuery(name, text, "positive integers")
	}
	*target = n
	return nil
}

// Listing is a page of entities in the API's usual wrapper. Terraform
// dereferences pageCount and total unguarded, so they are always there.
type Listing[T any] struct {
	Entities    []T    `json:"entities"`
	PageSize    int    `json:"pageSize"`
	PageNumber  int    `json:"pageNumber"`
	Total       int    `json:"total"`
	FirstURI    string `json:"firstUri,omitempty"`
	LastURI     string `json:"lastUri,omitempty"`
	SelfURI     string `json:"selfUri,omitempty"`
	NextURI     string `json:"nextUri,omitempty"`
	PreviousURI string `json:"previousUri,omitempty"`
	PageCount   int    `json:"pageCount"`
}

// NewListing wraps one page. The URIs repeat the request's other parameters.
func NewListing[T any](c *Call, entities []T, p Paging, total int) *Listing[T] {
	l := BareListing(entities, p, total)
	uri := func(number int) string {
		q := make(url.Values, len(c.Input.Query)+2)
		maps.Copy(q, c.Input.Query)
		q.Set("pageSize", strconv.Itoa(p.Size))
		q.Set("pageNumber", strconv.Itoa(number))
		return c.Path + "?" + q.Encode()
	}
	l.SelfURI, l.FirstURI, l.LastURI = uri(p.Number), uri(1), uri(max(l.PageCount, 1))
	if p.Number < l.PageCount {
		l.NextURI = uri(p.Number + 1)
	}
	if p.Number > 1 && l.PageCount > 0 {
		l.PreviousURI = uri(min(p.Number-1, l.PageCount))
	}
	return l
}

// BareListing is NewListing for the wrappers whose schema has no URIs.
func BareListing[T any](entities []T, p Paging, total int) *Listing[T] {
	if entities == nil {
		entities = []T{}
	}
	return &Listing[T]{
		Entities:   entities,
		PageSize:   p.Size,
		PageNumber: p.Number,
		Total:      total,
		PageCount:  (total + p.Size - 1) / p.Size,
	}
}

// Cut returns the page of a list that is in memory as a whole.
func Cut[T any](all []T, p Paging) []T {
	from := min(p.Skip(), len(all))
	return all[from:min(from+p.Size, len(all))]
}

// Select reads one page of a collection in the order of an index, and counts what
// there is in all. keep narrows it; nil keeps everything, and then nothing but the
// page is read.
func Select[T any](tx *store.Tx, of *store.Collection[T], index string, reverse bool, p Paging, keep func(T) bool) (page []T, total int, err error) {
	if keep == nil {
		if total, err = of.Count(tx); err != nil {
			return nil, 0, err
		}
		page, err = of.Page(tx, index, reverse, p.Skip(), p.Size)
		return page, total, err
	}
	for v, err := range of.Ordered(tx, index, reverse) {
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
