package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// SearchRequest is the body of a search: the schemas UserSearchRequest and
// GroupSearchRequest, the latter of which has neither Expand nor
// EnforcePermissions.
type SearchRequest struct {
	SortOrder          string            `json:"sortOrder,omitempty"`
	SortBy             string            `json:"sortBy,omitempty"`
	PageSize           *int              `json:"pageSize,omitempty"`
	PageNumber         *int              `json:"pageNumber,omitempty"`
	Sort               []SearchSort      `json:"sort,omitempty"`
	Expand             []string          `json:"expand,omitempty"`
	Query              []SearchCriterion `json:"query,omitempty"`
	EnforcePermissions bool              `json:"enforcePermissions,omitempty"`
	Types              []string          `json:"types,omitempty"` // what kinds of things; of POST /search alone
}

// SearchSort is the schema of the same name.
type SearchSort struct {
	SortOrder string `json:"sortOrder,omitempty"`
	SortBy    string `json:"sortBy,omitempty"`
}

// Found is the answer of a search: the schemas UsersSearchResponse and
// GroupsSearchResponse. All but the pages are required.
type Found[V any] struct {
	Total        int      `json:"total"`
	PageCount    int      `json:"pageCount"`
	PageSize     int      `json:"pageSize"`
	PageNumber   int      `json:"pageNumber"`
	PreviousPage string   `json:"previousPage,omitempty"`
	CurrentPage  string   `json:"currentPage,omitempty"`
	NextPage     string   `json:"nextPage,omitempty"`
	Types        []string `json:"types"`
	Results      []V      `json:"results"`
}

// The limits of a search. The specification has codes for them, but no
// numbers.
const (
	maxFoundPage = 500
	maxCriteria  = 100
	maxValues    = 1000
	maxResults   = 10000 // pages end here
)

// Searchable says how things of one kind are searched.
type Searchable[T any] struct {
	Type     string                                             // what the answer calls them, such as "users"
	Noun     string                                             // one of them, for refusals
	Field    func(name string) (read func(T) []string, ok bool) // how to read the values of a field; those of an empty one are none
	Defaults []string                                           // the fields of a criterion that names none
	Compare  func(a, b T) int                                   // the order unless the request asks for another
}

// Search is a request that was understood.
type Search[T any] struct {
	Matches func(T) bool

	of      *Searchable[T]
	request *SearchRequest
	page    Paging
	order   func(a, b T) int
}

// NewSearch checks the request and prepares what it asks for.
func NewSearch[T any](c *Call, r *SearchRequest, of *Searchable[T]) (*Search[T], error) {
	s := &Search[T]{of: of, request: r}
	var err error
	if s.page, err = r.page(c); err != nil {
		return nil, err
	}
	if err := r.limit(c); err != nil {
		return nil, err
	}
	if s.Matches, err = of.compile(c, r.Query); err != nil {
		return nil, err
	}
	s.order, err = of.ordered(c, r)
	return s, err
}

// SearchAgain reads the request of a search that comes as base64 in the query,
// such as the page links of an answer. What holds for the body of the POST, which
// is the operation named, holds here as well.
func SearchAgain(c *Call, post, q64 string) (*SearchRequest, error) {
	body, err := decodeQ64(q64)
	if err != nil {
		return nil, badQ64()
	}
	if op, ok := c.Catalogue.Operation(post); ok {
		if _, refusal := op.Validate(&spec.Request{
			PathParam: func(string) string { return "" }, Query: url.Values{}, Header: http.Header{}, Body: body,
		}); refusal != nil {
			return nil, refusal
		}
	}
	var request SearchRequest
	if json.Unmarshal(body, &request) != nil {
		return nil, badQ64()
	}
	return &request, nil
}

func badQ64() *apierr.Error {
	return apierr.New(http.StatusBadRequest, "invalid.query.param.value",
		"The value is not valid for parameter [q64]. Allowable values are: the base64 form of a search request").OnField("q64")
}

// decodeQ64 reads both alphabets, with or without padding. A plus sign that
// nobody escaped arrives as a blank.
func decodeQ64(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/", " ", "+").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}

// Q64 is the request for a page as the links of an answer hold it.
func (r *SearchRequest) Q64(pageNumber int) string {
	page := *r
	page.PageNumber = &pageNumber
	body, err := json.Marshal(page)
	if err != nil {
		return "" // plain data always encodes
	}
	return base64.URLEncoding.EncodeToString(body)
}

func (r *SearchRequest) page(c *Call) (Paging, error) {
	page := Paging{Size: 25, Number: 1}
	for _, p := range []struct {
		name   string
		sent   *int
		target *int
	}{{"pageSize", r.PageSize, &page.Size}, {"pageNumber", r.PageNumber, &page.Number}} {
		if p.sent == nil {
			continue
		}
		if *p.sent < 1 {
			return page, apierr.Newf(http.StatusBadRequest, "constraint.validation", "The value of [%s] must be at least 1.", p.name).OnField(p.name)
		}
		*p.target = *p.sent
	}
	page.Size = min(page.Size, maxFoundPage)
	if page.Number > maxResults/page.Size+1 {
		return page, c.Documented(http.StatusBadRequest, "too.many.requested.results").OnField("pageNumber")
	}
	return page, nil
}

// ordered is the order of the results.
func (of *Searchable[T]) ordered(c *Call, r *SearchRequest) (func(a, b T) int, error) {
	keys := r.Sort
	if r.SortBy != "" {
		keys = append([]SearchSort{{SortBy: r.SortBy, SortOrder: r.SortOrder}}, keys...)
	}
	var orders []func(a, b T) int
	for _, k := range keys {
		if k.SortBy == "" {
			continue
		}
		read, ok := of.Field(k.SortBy)
		if !ok {
			return nil, unknownField(c, k.SortBy, of.Noun)
		}
		sign := 1
		if k.SortOrder == "DESC" {
			sign = -1
		}
		orders = append(orders, func(a, b T) int {
			return sign * strings.Compare(firstOf(read(a)), firstOf(read(b)))
		})
	}
	if len(orders) == 0 && r.SortOrder == "DESC" {
		return func(a, b T) int { return of.Compare(b, a) }, nil
	}
	orders = append(orders, of.Compare)
	return func(a, b T) int {
		for _, compare := range orders {
			if n := compare(a, b); n != 0 {
				return n
			}
		}
		return 0
	}, nil
}

func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return identity.Fold(values[0])
}

// Answer sorts what was found and renders the page that was asked for.
func Answer[T, V any](s *Search[T], found []T, render func([]T) ([]V, error)) (*Found[V], error) {
	slices.SortStableFunc(found, s.order)
	views, err := render(Cut(found, s.page))
	if err != nil {
		return nil, err
	}
	if views == nil {
		views = []V{}
	}
	answer := &Found[V]{
		Total:       len(found),
		PageCount:   (len(found) + s.page.Size - 1) / s.page.Size,
		PageSize:    s.page.Size,
		PageNumber:  s.page.Number,
		CurrentPage: s.request.Q64(s.page.Number),
		Types:       []string{s.of.Type},
		Results:     views,
	}
	if s.page.Number > 1 {
		answer.PreviousPage = s.request.Q64(s.page.Number - 1)
	}
	if s.page.Number < answer.PageCount {
		answer.NextPage = s.request.Q64(s.page.Number + 1)
	}
	return answer, nil
}
