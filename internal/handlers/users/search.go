package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type searchInput struct {
	Request handlers.SearchRequest `body:""`
}

// search is postUsersSearch.
func (f *Family) search(_ context.Context, c *handlers.Call, in searchInput) (*handlers.Found[*view], error) {
	return run(c, &in.Request)
}

type searchAgainInput struct {
	Q64    string   `query:"q64"`
	Expand []string `query:"expand"`
}

// searchAgain is getUsersSearch: the same request as base64 in the query.
func (f *Family) searchAgain(_ context.Context, c *handlers.Call, in searchAgainInput) (*handlers.Found[*view], error) {
	request, err := handlers.SearchAgain(c, "postUsersSearch", in.Q64)
	if err != nil {
		return nil, err
	}
	request.Expand = append(request.Expand, in.Expand...)
	return run(c, request)
}

// searcher is one search on its way.
type searcher struct {
	c   *handlers.Call
	err error // the first failure of reading a field
}

// run answers a search.
func run(c *handlers.Call, r *handlers.SearchRequest) (*handlers.Found[*view], error) {
	s := &searcher{c: c}
	search, err := handlers.NewSearch(c, r, &handlers.Searchable[*identity.User]{
		Type: "users", Noun: "user", Defaults: defaultFields(), Compare: byName,
		Field: func(name string) (func(*identity.User) []string, bool) {
			read, ok := fieldReader(name)
			return func(u *identity.User) []string { return read(s, u) }, ok
		},
	})
	if err != nil {
		return nil, err
	}
	users, err := s.collect(r, s.restrict(search.Matches, r))
	if err != nil {
		return nil, err
	}
	return handlers.Answer(search, users, newRenderer(c, r.Expand).views)
}

// restrict adds what the client did not write: active users only, unless it
// asks for a state, and with enforcePermissions only users of the divisions in
// which the caller may see users.
func (s *searcher) restrict(matches matcher, r *handlers.SearchRequest) matcher {
	wanted := matches
	if !r.Mentions("state") {
		wanted = func(u *identity.User) bool { return u.State == identity.UserActive && matches(u) }
	}
	if !r.EnforcePermissions {
		return wanted
	}
	allowed := make(map[string]bool)
	for _, p := range s.c.Operation.Facts().Permissions {
		ids, all, err := s.c.Caller.Divisions(s.c.Tx, p)
		if all {
			return wanted
		}
		if err != nil {
			s.err = err
		}
		for _, id := range ids {
			allowed[id] = true
		}
	}
	return func(u *identity.User) bool { return allowed[u.DivisionID] && wanted(u) }
}

// matcher says whether a user is wanted. It may look at a shared user.
type matcher = func(*identity.User) bool

// collect returns the users that match, by name. The searches that Terraform
// polls, by address or id, need not read everybody, nor those by the beginning of
// a name.
func (s *searcher) collect(r *handlers.SearchRequest, matches matcher) ([]*identity.User, error) {
	if u, unique, err := s.single(r); unique || err != nil {
		if err != nil || u == nil || !matches(u) {
			return nil, err
		}
		return []*identity.User{u}, s.err
	}
	if text, ok := r.Begins("name"); ok {
		return s.beginning(text, matches)
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

// beginning looks at those users only whose name, or a word of it, begins with
// the text.
func (s *searcher) beginning(text string, matches matcher) ([]*identity.User, error) {
	var users []*identity.User
	seen := make(map[string]bool)
	for id := range identity.UsersBeginning(s.c.Tx, text) {
		if seen[id] {
			continue
		}
		seen[id] = true
		u, err := identity.Users.Peek(s.c.Tx, id)
		if err != nil {
			return nil, err
		}
		if matches(u) {
			users = append(users, u)
		}
	}
	return users, s.err
}

// single finds the one user that a search can find because it asks for an exact
// address or id.
func (s *searcher) single(r *handlers.SearchRequest) (user *identity.User, unique bool, err error) {
	field, value, ok := r.Demands("id", "email")
	switch {
	case !ok:
		return nil, false, nil
	case field == "id":
		user, err = peek(s.c.Tx, value)
		return user, user != nil, err
	default:
		user, err = byEmail(s.c.Tx, value)
		return user, true, err
	}
}
