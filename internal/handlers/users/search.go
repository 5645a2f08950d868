package users

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// searchRequest is the schema UserSearchRequest.
type searchRequest struct {
	SortOrder          string      `json:"sortOrder,omitempty"`
	SortBy             string      `json:"sortBy,omitempty"`
	PageSize           *int        `json:"pageSize,omitempty"`
	PageNumber         *int        `json:"pageNumber,omitempty"`
	Sort               []sortKey   `json:"sort,omitempty"`
	Expand             []string    `json:"expand,omitempty"`
	Query              []criterion `json:"query,omitempty"`
	EnforcePermissions bool        `json:"enforcePermissions,omitempty"`
}

// sortKey is the schema SearchSort.
type sortKey struct {
	SortOrder string `json:"sortOrder,omitempty"`
	SortBy    string `json:"sortBy,omitempty"`
}

// found is the schema UsersSearchResponse. All but the pages are required.
type found struct {
	Total        int      `json:"total"`
	PageCount    int      `json:"pageCount"`
	PageSize     int      `json:"pageSize"`
	PageNumber   int      `json:"pageNumber"`
	PreviousPage string   `json:"previousPage,omitempty"`
	CurrentPage  string   `json:"currentPage,omitempty"`
	NextPage     string   `json:"nextPage,omitempty"`
	Types        []string `json:"types"`
	Results      []*view  `json:"results"`
}

// The limits of a search. The specification has codes for them, but no
// numbers.
const (
	maxCriteria = 100
	maxValues   = 1000
	maxResults  = 10000 // pages end here
)

type searchInput struct {
	Request searchRequest `body:""`
}

// search is postUsersSearch.
func (f *Family) search(_ context.Context, c *handlers.Call, in searchInput) (*found, error) {
	return in.Request.run(c)
}

type searchAgainInput struct {
	Q64    string   `query:"q64"`
	Expand []string `query:"expand"`
}

// searchAgain is getUsersSearch: the same request as base64 in the query, such
// as the page links of an answer.
func (f *Family) searchAgain(_ context.Context, c *handlers.Call, in searchAgainInput) (*found, error) {
	body, err := decodeQ64(in.Q64)
	if err != nil {
		return nil, badQ64()
	}
	// What holds for the body of the POST holds here as well.
	if post, ok := c.Catalogue.Operation("postUsersSearch"); ok {
		if _, err := post.Validate(&spec.Request{
			PathParam: func(string) string { return "" }, Query: url.Values{}, Header: http.Header{}, Body: body,
		}); err != nil {
			return nil, err
		}
	}
	var request searchRequest
	if json.Unmarshal(body, &request) != nil {
		return nil, badQ64()
	}
	request.Expand = append(request.Expand, in.Expand...)
	return request.run(c)
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

func (r *searchRequest) q64(pageNumber int) string {
	page := *r
	page.PageNumber = &pageNumber
	body, err := json.Marshal(page)
	if err != nil {
		return "" // plain data always encodes
	}
	return base64.URLEncoding.EncodeToString(body)
}

func (r *searchRequest) run(c *handlers.Call) (*found, error) {
	page, err := r.page(c)
	if err != nil {
		return nil, err
	}
	s := &searcher{c: c}
	if err := s.limit(r.Query); err != nil {
		return nil, err
	}
	matches, err := s.compile(r.Query)
	if err != nil {
		return nil, err
	}
	order, err := r.order(s)
	if err != nil {
		return nil, err
	}
	users, err := s.collect(r.Query, s.restrict(matches, r))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(users, order)
	return r.answer(c, users, page)
}

func (r *searchRequest) page(c *handlers.Call) (handlers.Paging, error) {
	page := handlers.Paging{Size: 25, Number: 1}
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
	page.Size = min(page.Size, maxPage)
	if page.Number > maxResults/page.Size+1 {
		return page, c.Documented(http.StatusBadRequest, "too.many.requested.results").OnField("pageNumber")
	}
	return page, nil
}

// restrict adds what the client did not write: active users only, unless it
// asks for a state, and with enforcePermissions only users of the divisions in
// which the caller may see users.
func (s *searcher) restrict(matches matcher, r *searchRequest) matcher {
	wanted := matches
	if !mentions(r.Query, "state") {
		wanted = func(u *identity.User) bool { return u.State == identity.UserActive && matches(u) }
	}
	if !r.EnforcePermissions {
		return wanted
	}
	allowed := make(map[string]bool)
	for _, p := range s.c.Operation.Facts().Permissions {
		ids, all := s.c.Caller.Divisions(s.c.Tx, p)
		if all {
			return wanted
		}
		for _, id := range ids {
			allowed[id] = true
		}
	}
	return func(u *identity.User) bool { return allowed[u.DivisionID] && wanted(u) }
}

// collect returns the users that match, by name. The searches that Terraform
// polls, by address or id, need not read everybody.
func (s *searcher) collect(query []criterion, matches matcher) ([]*identity.User, error) {
	if u, unique, err := s.single(query); unique || err != nil {
		if err != nil || u == nil || !matches(u) {
			return nil, err
		}
		return []*identity.User{u}, nil
	}
	var users []*identity.User
	for u, err := range identity.Users.Ordered(s.c.Tx, "name", false) {
		if err != nil {
			return nil, err
		}
		if matches(u) {
			users = append(users, u)
		}
	}
	return users, s.err
}

type comparison = func(a, b *identity.User) int

// order is by name unless the request says otherwise.
func (r *searchRequest) order(s *searcher) (comparison, error) {
	keys := r.Sort
	if r.SortBy != "" {
		keys = append([]sortKey{{SortBy: r.SortBy, SortOrder: r.SortOrder}}, keys...)
	}
	var orders []comparison
	for _, k := range keys {
		if k.SortBy == "" {
			continue
		}
		read, ok := fieldReader(k.SortBy)
		if !ok {
			return nil, unknownField(s.c, k.SortBy)
		}
		sign := 1
		if k.SortOrder == "DESC" {
			sign = -1
		}
		orders = append(orders, func(a, b *identity.User) int {
			return sign * strings.Compare(firstOf(read(s, a)), firstOf(read(s, b)))
		})
	}
	if len(orders) == 0 && r.SortOrder == "DESC" {
		return func(a, b *identity.User) int { return byName(b, a) }, nil
	}
	orders = append(orders, byName)
	return func(a, b *identity.User) int {
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

func (r *searchRequest) answer(c *handlers.Call, users []*identity.User, page handlers.Paging) (*found, error) {
	views, err := newRenderer(c, r.Expand).views(handlers.Cut(users, page))
	if err != nil {
		return nil, err
	}
	answer := &found{
		Total:       len(users),
		PageCount:   (len(users) + page.Size - 1) / page.Size,
		PageSize:    page.Size,
		PageNumber:  page.Number,
		CurrentPage: r.q64(page.Number),
		Types:       []string{"users"},
		Results:     views,
	}
	if page.Number > 1 {
		answer.PreviousPage = r.q64(page.Number - 1)
	}
	if page.Number < answer.PageCount {
		answer.NextPage = r.q64(page.Number + 1)
	}
	return answer, nil
}
