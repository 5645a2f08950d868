package engine_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// created posts a body and returns the id of what it made.
func created(t *testing.T, c *mocktest.Client, path, body string) string {
	t.Helper()
	got := c.Post(t, path, body)
	if got.Status < 200 || got.Status > 202 {
		t.Fatalf("POST %s answered %d\n%s", path, got.Status, got.Body)
	}
	return got.Str(t, "id")
}

// wrapper is what listings have in common.
type wrapper struct {
	Entities  []map[string]any
	Results   []map[string]any
	PageSize  int
	Total     int
	PageCount int
	Cursors   struct{ After, Before string }

	PageNumber                                       int
	SelfURI, FirstURI, LastURI, NextURI, PreviousURI string
}

func listed(t *testing.T, got *mocktest.Response) wrapper {
	t.Helper()
	if got.Status != 200 {
		t.Fatalf("status = %d\n%s", got.Status, got.Body)
	}
	var w wrapper
	got.JSON(t, &w)
	return w
}

// names are those of the entities or results, in order.
func (w wrapper) names(property ...string) []string {
	key := "name"
	if len(property) > 0 {
		key = property[0]
	}
	out := []string{}
	for _, e := range slices.Concat(w.Entities, w.Results) {
		text, _ := e[key].(string)
		out = append(out, text)
	}
	return out
}

func wantNames(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestPagesHaveNumbersAndAddresses(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/architect/schedules"
	for i := range 7 {
		created(t, admin, path, fmt.Sprintf(`{"name":"s%d","start":"2026-01-01T08:00:00.000","end":"2026-01-01T16:00:00.000"}`, i))
	}
	first := listed(t, admin.Get(t, path+"?pageSize=3&pageNumber=1"))
	if first.Total != 7 || first.PageCount != 3 || first.PageSize != 3 || first.PageNumber != 1 || first.PreviousURI != "" {
		t.Errorf("first page = %+v", first)
	}
	wantNames(t, "first page", first.names(), "s0", "s1", "s2")
	second := listed(t, admin.Get(t, first.NextURI))
	wantNames(t, "second page", second.names(), "s3", "s4", "s5")
	back := listed(t, admin.Get(t, second.PreviousURI))
	wantNames(t, "back", back.names(), "s0", "s1", "s2")
	last := listed(t, admin.Get(t, second.LastURI))
	wantNames(t, "last page", last.names(), "s6")
	if last.NextURI != "" || last.SelfURI != second.NextURI {
		t.Errorf("last page: next %q, self %q", last.NextURI, last.SelfURI)
	}
	for _, query := range []string{"pageSize=3&pageNumber=4", "pageSize=3&pageNumber=2147483647", "pageNumber=2147483647&pageSize=500"} {
		past := listed(t, admin.Get(t, path+"?"+query))
		if past.Entities == nil || len(past.Entities) != 0 || past.Total != 7 || past.NextURI != "" {
			t.Errorf("%s: %+v", query, past)
		}
	}
	past := listed(t, admin.Get(t, path+"?pageSize=3&pageNumber=9"))
	wantNames(t, "back from nowhere", listed(t, admin.Get(t, past.PreviousURI)).names(), "s6")
	for _, query := range []string{"pageSize=0", "pageSize=-1", "pageNumber=0", "pageSize=x", "pageNumber=99999999999999999999"} {
		if got := admin.Get(t, path+"?"+query); got.Status != 400 {
			t.Errorf("%s: %d %s", query, got.Status, got.Body)
		}
	}
	if all := listed(t, admin.Get(t, path+"?pageSize=100000")); all.PageSize != 500 || len(all.Entities) != 7 {
		t.Errorf("a page of 100000: %+v", all)
	}
}

func TestCursorsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "&sortBy=name", "&sortBy=name&sortOrder=desc", "&name=t", "&name=t*&sortBy=dateCreated&sortOrder=desc"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			admin := srv.Admin(t)
			const path = "/api/v2/teams"
			ids := map[string]string{}
			for i := range 9 {
				name := fmt.Sprintf("t%d", i)
				ids[name] = created(t, admin, path, `{"name":"`+name+`"}`)
				srv.Clock.Advance(time.Second)
			}
			seen := map[string]int{}
			next := path + "?pageSize=2" + query
			for n := 0; next != ""; n++ {
				page := listed(t, admin.Get(t, next))
				for _, name := range page.names() {
					seen[name]++
				}
				// Between the pages, the item that the cursor stands behind goes, and
				// others come at both ends.
				last := page.names()[len(page.Entities)-1]
				if got := admin.Delete(t, path+"/"+ids[last]); got.Status >= 300 {
					t.Fatalf("delete: %d %s", got.Status, got.Body)
				}
				for _, name := range []string{"a", "z"} {
					name = fmt.Sprintf("%s%d", name, n)
					ids[name] = created(t, admin, path, `{"name":"`+name+`"}`)
				}
				next = page.NextURI
				if n > 30 {
					t.Fatalf("the pages do not end: %v", seen)
				}
				if n == 10 {
					break // those that come at the end are found as well
				}
			}
			for name, n := range seen {
				if n != 1 {
					t.Errorf("%s was seen %d times", name, n)
				}
			}
			for name := range ids {
				if strings.HasPrefix(name, "t") && seen[name] == 0 {
					t.Errorf("%s was not seen", name)
				}
			}
		})
	}
}

func TestCursorsLeadBothWays(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/teams"
	ids := make([]string, 6)
	for i := range ids {
		ids[i] = created(t, admin, path, fmt.Sprintf(`{"name":"t%d"}`, i))
	}
	first := listed(t, admin.Get(t, path+"?pageSize=2"))
	second := listed(t, admin.Get(t, first.NextURI))
	third := listed(t, admin.Get(t, second.NextURI))
	wantNames(t, "third", third.names(), "t4", "t5")
	if third.NextURI != "" || first.PreviousURI != "" {
		t.Errorf("next of the last page %q, previous of the first %q", third.NextURI, first.PreviousURI)
	}
	back := listed(t, admin.Get(t, third.PreviousURI))
	wantNames(t, "back", back.names(), "t2", "t3")
	start := listed(t, admin.Get(t, back.PreviousURI))
	wantNames(t, "back again", start.names(), "t0", "t1")
	if start.PreviousURI != "" || start.NextURI == "" {
		t.Errorf("at the beginning: previous %q, next %q", start.PreviousURI, start.NextURI)
	}
	wantNames(t, "after an id", listed(t, admin.Get(t, path+"?pageSize=2&after="+ids[2])).names(), "t3", "t4")
	wantNames(t, "after the last id", listed(t, admin.Get(t, path+"?pageSize=2&after="+ids[5])).names())
	for _, cursor := range []string{"x", "zzzzzzzzzzzz", "000000000001.!!", "../..", strings.Repeat("a", 5000), "000000000001.dA"} {
		got := admin.Get(t, path+"?after="+url.QueryEscape(cursor))
		if got.Status != 400 || got.Str(t, "code") != "invalid.query.param.value" {
			t.Errorf("after=%.20s: %d %s", cursor, got.Status, got.Body)
		}
	}
}

func TestListingsAreSortedByTheTypeOfTheProperty(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const schedules = "/api/v2/architect/schedules"
	for _, name := range []string{"beta", "Alpha", "delta", "charlie"} {
		created(t, admin, schedules, `{"name":"`+name+`","start":"2026-01-01T08:00:00.000","end":"2026-01-01T16:00:00.000"}`)
		srv.Clock.Advance(time.Minute)
	}
	wantNames(t, "by name", listed(t, admin.Get(t, schedules+"?sortBy=name")).names(), "Alpha", "beta", "charlie", "delta")
	wantNames(t, "by name, a page", listed(t, admin.Get(t, schedules+"?sortBy=name&pageSize=3&pageNumber=2")).names(), "delta")
	wantNames(t, "descending", listed(t, admin.Get(t, schedules+"?sortBy=name&sortOrder=desc")).names(), "delta", "charlie", "beta", "Alpha")
	wantNames(t, "by name, which is the catalogue's default", listed(t, admin.Get(t, schedules+"?sortOrder=descending")).names(), "delta", "charlie", "beta", "Alpha")
	wantNames(t, "by date", listed(t, admin.Get(t, schedules+"?sortBy=dateCreated")).names(), "beta", "Alpha", "delta", "charlie")
	wantNames(t, "newest first", listed(t, admin.Get(t, schedules+"?sortBy=datecreated&sortOrder=desc")).names(), "charlie", "delta", "Alpha", "beta")
	wantNames(t, "by what is not there", listed(t, admin.Get(t, schedules+"?sortBy=colour")).names(), "beta", "Alpha", "delta", "charlie")
	const limits = "/api/v2/outbound/attemptlimits"
	for name, n := range map[string]string{"nine": "9", "ten": "10", "hundred": "100"} {
		created(t, admin, limits, `{"name":"`+name+`","maxAttemptsPerContact":`+n+`}`)
	}
	created(t, admin, limits, `{"name":"none"}`)
	wantNames(t, "by number", listed(t, admin.Get(t, limits+"?sortBy=maxAttemptsPerContact")).names(), "nine", "ten", "hundred", "none")
	wantNames(t, "by number, descending", listed(t, admin.Get(t, limits+"?sortBy=maxAttemptsPerContact&sortOrder=descending")).names(), "hundred", "ten", "nine", "none")
}
