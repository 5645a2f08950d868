package authorization

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type divisionList struct {
	SortBy      string   `query:"sortBy"`
	ObjectCount bool     `query:"objectCount"`
	IDs         []string `query:"id"`
	Name        string   `query:"name"`
}

// listDivisions sorts by name unless told otherwise. The parameters expand,
// nextPage and previousPage have no values in the specification and are ignored.
func (f *Family) listDivisions(_ context.Context, c *handlers.Call, in divisionList) (*handlers.Listing[*divisionView], error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	index, err := indexFor(in.SortBy)
	if err != nil {
		return nil, err
	}
	var keep func(*identity.Division) bool
	if in.Name != "" || len(in.IDs) > 0 {
		keep = func(d *identity.Division) bool { return matches(d.ID, d.Name, in.IDs, in.Name) }
	}
	divisions, total, err := handlers.Select(c.Tx, &identity.Divisions, index, false, p, keep)
	if err != nil {
		return nil, err
	}
	views := make([]*divisionView, len(divisions))
	for i, d := range divisions {
		if views[i], err = f.withCounts(c.Tx, viewDivision(d), in.ObjectCount); err != nil {
			return nil, err
		}
	}
	return handlers.NewListing(c, views, p, total), nil
}

type divisionQuery struct {
	Before string   `query:"before"`
	After  string   `query:"after"`
	IDs    []string `query:"id"`
	Name   string   `query:"name"`
}

// divisionCursorListing is the schema AuthzDivisionCursorListing.
type divisionCursorListing struct {
	Entities    []*divisionView `json:"entities"`
	NextURI     string          `json:"nextUri,omitempty"`
	SelfURI     string          `json:"selfUri"`
	PreviousURI string          `json:"previousUri,omitempty"`
}

// queryDivisions goes through the divisions by cursors, which stand for places
// in the order of names and so survive the deletion of what they point at. The
// whole list is in hand: there are never more than the limit of divisions.
func (f *Family) queryDivisions(_ context.Context, c *handlers.Call, in divisionQuery) (*divisionCursorListing, error) {
	if in.Before != "" && in.After != "" {
		return nil, bothCursors()
	}
	p, err := handlers.PageOf(c, maxCursorSize)
	if err != nil {
		return nil, err
	}
	var all []*identity.Division
	for d, err := range identity.Divisions.All(c.Tx) {
		if err != nil {
			return nil, err
		}
		if matches(d.ID, d.Name, in.IDs, in.Name) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b *identity.Division) int { return cmp.Compare(cursorKey(a), cursorKey(b)) })

	from, to := 0, min(p.Size, len(all))
	switch {
	case in.After != "":
		key, err := readCursor("after", in.After)
		if err != nil {
			return nil, err
		}
		from = countWhile(all, func(d *identity.Division) bool { return cursorKey(d) <= key })
		to = min(from+p.Size, len(all))
	case in.Before != "":
		key, err := readCursor("before", in.Before)
		if err != nil {
			return nil, err
		}
		to = countWhile(all, func(d *identity.Division) bool { return cursorKey(d) < key })
		from = max(to-p.Size, 0)
	}

	l := &divisionCursorListing{Entities: make([]*divisionView, 0, to-from), SelfURI: selfURI(c)}
	for _, d := range all[from:to] {
		l.Entities = append(l.Entities, viewDivision(d))
	}
	if to > from && to < len(all) {
		l.NextURI = cursorURI(c, p.Size, "after", all[to-1])
	}
	if to > from && from > 0 {
		l.PreviousURI = cursorURI(c, p.Size, "before", all[from])
	}
	return l, nil
}

// countWhile counts the elements in front of the first for which f is false.
func countWhile[T any](s []T, f func(T) bool) int {
	if i := slices.IndexFunc(s, func(v T) bool { return !f(v) }); i >= 0 {
		return i
	}
	return len(s)
}

func cursorKey(d *identity.Division) string { return identity.Fold(d.Name) + "\x00" + d.ID }

func readCursor(name, text string) (string, error) {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !strings.Contains(string(key), "\x00") {
		return "", apierr.InvalidQuery(name, text, "cursors from nextUri and previousUri")
	}
	return string(key), nil
}

func selfURI(c *handlers.Call) string {
	if c.RawQuery == "" {
		return c.Path
	}
	return c.Path + "?" + c.RawQuery
}

// cursorURI repeats the request with another cursor.
func cursorURI(c *handlers.Call, size int, cursor string, at *identity.Division) string {
	q := make(url.Values, len(c.Input.Query)+2)
	for name, values := range c.Input.Query {
		if name != "after" && name != "before" {
			q[name] = values
		}
	}
	q.Set("pageSize", strconv.Itoa(size))
	q.Set(cursor, base64.RawURLEncoding.EncodeToString([]byte(cursorKey(at))))
	return c.Path + "?" + q.Encode()
}

// divisionGrants lists who holds what in the division, by subject. Grants in all
// divisions are listed under the division "*" only.
func (f *Family) divisionGrants(_ context.Context, c *handlers.Call, in divisionRef) (*handlers.Listing[*grantView], error) {
	if in.ID != identity.AllDivisions {
		if _, err := identity.DivisionByID(c.Tx, in.ID); err != nil {
			return nil, err
		}
	}
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	keys := slices.Collect(identity.Grants.KeysBy(c.Tx, "division", in.ID))
	v := newGrantViews(c.Tx, true)
	page := []*grantView{}
	for _, key := range handlers.Cut(keys, p) {
		g, err := identity.Grants.Peek(c.Tx, key)
		if err != nil {
			return nil, err
		}
		view, err := v.grant(g.SubjectID, g.Pair())
		if err != nil {
			return nil, err
		}
		if view == nil {
			continue
		}
		view.GrantMadeAt = g.MadeAt
		page = append(page, view)
	}
	return handlers.BareListing(page, p, len(keys)), nil
}
