package groups_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"testing"
)

func query(criteria ...fields) fields { return fields{"query": criteria} }

func exact(field string, values ...string) fields {
	return fields{"type": "EXACT", "fields": []string{field}, "values": values}
}

func TestSearchFindsGroups(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	create(t, admin, with(official("Sales Night"), fields{"description": "Late orders"}))
	asleep := create(t, admin, official("Asleep"))
	put(t, admin, asleep, fields{"state": "inactive"})
	all := []string{"Asleep", "Integration Team", "Sales Floor", "Sales Night"}
	tests := []struct {
		name string
		body fields
		want []string
	}{
		{"all groups without criteria", fields{}, all},
		{"name in another case", query(exact("name", "SALES floor")), []string{"Sales Floor"}},
		{"one of several names", query(exact("name", "Sales Floor", "Asleep")), []string{"Asleep", "Sales Floor"}},
		{"a name that none has", query(exact("name", "Sales")), []string{}},
		{"id", query(exact("id", salesFloor)), []string{"Sales Floor"}},
		{"state", query(exact("state", "inactive")), []string{"Asleep"}},
		{"name and state", query(exact("name", "Asleep"), exact("state", "active")), []string{}},
		{"name or state", query(exact("name", "Sales Floor"), with(exact("state", "inactive"), fields{"operator": "OR"})), []string{"Asleep", "Sales Floor"}},
		{"not the name", query(with(exact("name", "Asleep"), fields{"operator": "NOT"})), all[1:]},
		{"part of a description", query(fields{"type": "CONTAINS", "fields": []string{"description"}, "value": "orders"}), []string{"Sales Night"}},
		{"the usual fields", query(fields{"type": "STARTS_WITH", "value": "late"}), []string{"Sales Night"}},
		{"words", query(fields{"type": "TERM", "fields": []string{"name"}, "value": "sales"}), []string{"Sales Floor", "Sales Night"}},
		{"a group of criteria", query(fields{"type": "EXACT", "group": []fields{exact("name", "Asleep")}}), []string{"Asleep"}},
		{"descending", fields{"sortOrder": "DESC"}, []string{"Sales Night", "Sales Floor", "Integration Team", "Asleep"}},
		{"by state", fields{"sortBy": "state", "sortOrder": "DESC"}, []string{"Asleep", "Integration Team", "Sales Floor", "Sales Night"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, srv.As(t).Post(t, "/api/v2/groups/search", tt.body), 200, "")
			same(t, "names", namesIn(t, got, "results"), tt.want)
			has(t, got, map[string]string{"total": fmt.Sprint(len(tt.want)), "types": `["groups"]`, "pageSize": "25"})
		})
	}
}

func TestSearchForGroupsPages(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	create(t, admin, official("Another"))
	c := srv.As(t)
	page := want(t, c.Post(t, "/api/v2/groups/search", fields{"pageSize": 2}), 200, "")
	has(t, page, map[string]string{"total": "3", "pageCount": "2", "previousPage": ""})
	names := namesIn(t, page, "results")
	page = want(t, c.Get(t, "/api/v2/groups/search?q64="+url.QueryEscape(page.Str(t, "nextPage"))), 200, "")
	has(t, page, map[string]string{"pageNumber": "2", "nextPage": ""})
	same(t, "names", append(names, namesIn(t, page, "results")...), []string{"Another", "Integration Team", "Sales Floor"})
}

func TestSearchForGroupsRefuses(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	c := srv.As(t)
	many := make([]fields, 101)
	for i := range many {
		many[i] = exact("name", "x")
	}
	tests := []struct {
		name, code string
		body       any
	}{
		{"an unknown field", "invalid.property", query(exact("owner", "x"))},
		{"a sort by an unknown field", "invalid.property", fields{"sortBy": "owner"}},
		{"an unknown type", "invalid.value", query(fields{"type": "MAGIC", "fields": []string{"name"}})},
		{"no type", "constraint.validation", query(fields{"fields": []string{"name"}})},
		{"a bad expression", "bad.request", query(fields{"type": "REGEX", "fields": []string{"name"}, "value": "("})},
		{"too many criteria", "too.many.search.criteria", query(many...)},
		{"too many values", "search.criteria.values.exceed.limit", query(exact("name", make([]string, 1001)...))},
		{"a page far out", "too.many.requested.results", fields{"pageNumber": 100000}},
		{"page 0", "constraint.validation", fields{"pageNumber": 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, c.Post(t, "/api/v2/groups/search", tt.body), 400, tt.code)
		})
	}
	want(t, c.Get(t, "/api/v2/groups/search"), 400, "")
	want(t, c.Get(t, "/api/v2/groups/search?q64=%25"), 400, "invalid.query.param.value")
	wrong := base64.URLEncoding.EncodeToString([]byte(`{"query":[{"type":"MAGIC"}]}`))
	want(t, c.Get(t, "/api/v2/groups/search?q64="+wrong), 400, "invalid.value")
}
