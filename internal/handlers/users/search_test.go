package users_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func exact(field string, values ...string) fields {
	return fields{"type": "EXACT", "fields": []string{field}, "values": values}
}

func query(criteria ...fields) fields { return fields{"query": criteria} }

func join(operator string, criterion fields) fields {
	criterion["operator"] = operator
	return criterion
}

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Patch(t, "/api/v2/users/"+aki, fields{
		"version": version(t, admin, aki), "department": "Field Service", "manager": sue,
		"employerInfo": fields{"employeeId": "E77"}, "profileSkills": []string{"Welding"},
		"addresses": []fields{{"mediaType": "PHONE", "type": "WORK", "address": "+13175550100"}},
	}), 200, "")
	deleted := create(t, admin, person("Dan Deleted", "dan@mockcloud.test"))
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")
	create(t, admin, fields{"name": "Ina Inactive", "email": "ina@mockcloud.test", "state": "inactive"})

	everybody := []string{"Ada Admin", "Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor"}
	agents := []string{"Aki Agent", "Alex Agent"}
	tests := []struct {
		name string
		body fields
		want []string
	}{
		{"active users without criteria", fields{}, everybody},
		{"active users by default", query(fields{"type": "MATCH_ALL"}), everybody},
		{"exact e-mail in other case", query(exact("email", "AGENT1@mockcloud.test")), []string{"Alex Agent"}},
		{"exact value", query(fields{"type": "EXACT", "fields": []string{"name"}, "value": "ada admin"}), []string{"Ada Admin"}},
		{"exact is the whole value", query(exact("name", "Ada")), []string{}},
		{"any of the values", query(exact("id", ada, ben)), []string{"Ada Admin", "Ben Builder"}},
		{"any of the fields", query(fields{"type": "CONTAINS", "fields": []string{"title", "name"}, "value": "admin"}), []string{"Ada Admin"}},
		{"a deleted user by e-mail and state", query(exact("email", "dan@mockcloud.test"), exact("state", "deleted")), []string{"Dan Deleted"}},
		{"not a deleted user without its state", query(exact("email", "dan@mockcloud.test")), []string{}},
		{"e-mail in another state", query(exact("email", "agent1@mockcloud.test"), exact("state", "deleted")), []string{}},
		{"inactive users", query(exact("state", "inactive")), []string{"Ina Inactive"}},
		{"two states", query(exact("state", "inactive", "deleted")), []string{"Dan Deleted", "Ina Inactive"}},
		{"state inside a group", query(fields{"type": "EXACT", "group": []fields{exact("state", "deleted")}}), []string{"Dan Deleted"}},
		{"unknown e-mail", query(exact("email", "none@mockcloud.test")), []string{}},
		{"unknown id", query(exact("id", nobody)), []string{}},
		{"contains", query(fields{"type": "CONTAINS", "fields": []string{"name"}, "value": "gen"}), agents},
		{"division", query(exact("divisionId", sales)), []string{"Alex Agent", "Sue Supervisor"}},
		{"manager", query(exact("manager.id", sue)), []string{"Aki Agent"}},
		{"employee id", query(exact("hr.employeeId", "E77")), []string{"Aki Agent"}},
		{"profile skill", query(exact("profileSkills", "welding")), []string{"Aki Agent"}},
		{"phone", query(exact("addresses.voice", "+13175550100")), []string{"Aki Agent"}},
		{"chat address", query(exact("chat.jabberId", ada+"@mockcloud.test")), []string{"Ada Admin"}},
		{"group", query(exact("groups.official.id", "6d6f636b-0004-4000-8000-000000000001")), []string{"Ben Builder"}},
		{"a field that mockcloud keeps nothing for", query(exact("queueMembership.joined", "x")), []string{}},
		{"a routing skill by name", query(exact("routingSkills.name", "BILLING")), []string{"Alex Agent", "Sue Supervisor"}},
		{"a routing skill by id", query(exact("routingSkills.guid", returns)), []string{"Aki Agent", "Sue Supervisor"}},
		{"a routing skill that nobody has", query(exact("routingSkills.name", "Gardening")), []string{}},
		{"a proficiency", query(exact("routingSkills.proficiency", "4.5")), []string{"Sue Supervisor"}},
		{"a language", query(exact("languages.name", "Spanish")), []string{"Alex Agent"}},
		{"a language by id", query(exact("languages.guid", english), join("NOT", exact("languages.proficiency", "4"))), []string{"Alex Agent", "Sue Supervisor"}},
		{"required field", query(fields{"type": "REQUIRED_FIELDS", "fields": []string{"department"}}), []string{"Aki Agent"}},
		{"required fields, all of them", query(fields{"type": "REQUIRED_FIELDS", "fields": []string{"department", "chat.jabberId", "teamId"}}), []string{}},
		{"not", query(join("NOT", exact("divisionId", home))), []string{"Aki Agent", "Alex Agent", "Sue Supervisor"}},
		{"and not", query(exact("divisionId", sales), join("NOT", exact("id", sue))), []string{"Alex Agent"}},
		// Guess: how words and operators work in detail.
		{"starts with the value", query(fields{"type": "STARTS_WITH", "fields": []string{"name"}, "value": "a"}), []string{"Ada Admin", "Aki Agent", "Alex Agent"}},
		{"starts with a word", query(fields{"type": "STARTS_WITH", "fields": []string{"name"}, "value": "age"}), agents},
		{"term", query(fields{"type": "TERM", "fields": []string{"name"}, "value": "agent"}), agents},
		{"term is a whole word", query(fields{"type": "TERM", "fields": []string{"name"}, "value": "agen"}), []string{}},
		{"terms", query(fields{"type": "TERMS", "fields": []string{"name"}, "values": []string{"ben", "sue"}}), []string{"Ben Builder", "Sue Supervisor"}},
		{"term of several words", query(fields{"type": "TERM", "fields": []string{"department"}, "value": "service field"}), []string{"Aki Agent"}},
		{"query string", query(fields{"type": "QUERY_STRING", "value": "agen* al"}), []string{"Alex Agent"}},
		{"query string for all", query(fields{"type": "QUERY_STRING", "fields": []string{"name"}, "value": "*"}), everybody},
		{"regular expression", query(fields{"type": "REGEX", "fields": []string{"email"}, "value": `agent\d@.*`}), agents},
		{"no fields means the usual ones", query(fields{"type": "CONTAINS", "value": "field service"}), []string{"Aki Agent"}},
		{"no value matches nothing", query(fields{"type": "EXACT", "fields": []string{"name"}}), []string{}},
		{"or", query(exact("id", ada), join("OR", exact("id", ben))), []string{"Ada Admin", "Ben Builder"}},
		{"or with an e-mail", query(exact("email", "admin@mockcloud.test"), join("OR", exact("id", ben))), []string{"Ada Admin", "Ben Builder"}},
		{"or, then and", query(exact("divisionId", sales), join("OR", exact("divisionId", support)), join("AND", exact("title", "Support Agent"))), []string{"Aki Agent"}},
		{"groups", query(exact("divisionId", sales), fields{"type": "EXACT", "group": []fields{exact("id", ada), join("OR", exact("id", alex))}}), []string{"Alex Agent"}},
		{"sorted by e-mail", fields{"sortBy": "email"}, []string{"Ada Admin", "Alex Agent", "Aki Agent", "Ben Builder", "Sue Supervisor"}},
		{"descending", fields{"sortOrder": "DESC", "sortBy": "name"}, []string{"Sue Supervisor", "Ben Builder", "Alex Agent", "Aki Agent", "Ada Admin"}},
		{"descending by name", fields{"sortOrder": "DESC"}, []string{"Sue Supervisor", "Ben Builder", "Alex Agent", "Aki Agent", "Ada Admin"}},
		{"sorted by several", fields{"sort": []fields{{"sortBy": "divisionId", "sortOrder": "DESC"}, {"sortBy": "name", "sortOrder": "ASC"}}}, []string{"Aki Agent", "Alex Agent", "Sue Supervisor", "Ada Admin", "Ben Builder"}},
		{"by score", fields{"sortOrder": "SCORE"}, everybody},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Post(t, "/api/v2/users/search", tt.body), 200, "")
			same(t, "names", namesIn(t, got, "results"), tt.want)
			has(t, got, map[string]string{"total": fmt.Sprint(len(tt.want)), "pageSize": "25", "pageNumber": "1", "types": `["users"]`, "pageCount": fmt.Sprint(min(len(tt.want), 1))})
		})
	}
}

// An index helps with the beginnings of names. It must not change what is found;
// an OR keeps it out of the way.
func TestSearchesByNameFindTheSameWithAndWithoutAnIndex(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	long := strings.Repeat("ü", 300)
	for i, name := range []string{
		"Ada Lovelace", "ada  lovelace", " Ada", "Lovelace, Ada", "O'Hara", "Ärmel Kanal", "ΣΊΣΥΦΟΣ", "x", "42", "--", "a-b-c",
		long + " one", long + " two", strings.Repeat("w ", 40) + "end", strings.Repeat("word", 100), "\x01 odd", "Émile", "new\nline",
	} {
		create(t, admin, person(name, fmt.Sprintf("index%d@mockcloud.test", i)))
	}
	for _, kind := range []string{"EXACT", "STARTS_WITH", "TERM", "TERMS"} {
		for _, text := range []string{
			"ada", "Ada Lovelace", "lovelace", "LOVE", "lovelace, ada", "ada lovelace", "o", "hara", "ärm", "kanal", "σίσυφος", "x", "42", "4", "--", "-",
			"b", "c", long, long + " two", long[:299], "end", "w", strings.Repeat("w ", 40), "word", strings.Repeat("word", 100), strings.Repeat("word", 40),
			"odd", "\x01", "é", " ", " ada", "new", "line", "zzz",
		} {
			criterion := fields{"type": kind, "fields": []string{"name"}, "value": text}
			with := want(t, admin.Post(t, "/api/v2/users/search", fields{"pageSize": 100, "query": []fields{criterion}}), 200, "")
			without := want(t, admin.Post(t, "/api/v2/users/search", fields{"pageSize": 100, "query": []fields{criterion, join("OR", exact("id", nobody))}}), 200, "")
			if with.Str(t, "results") != without.Str(t, "results") {
				t.Errorf("%s %.40q: with the index %s, without %s", kind, text, with.Str(t, "total"), without.Str(t, "total"))
			}
		}
	}
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	first := want(t, admin.Post(t, "/api/v2/users/search", fields{"pageSize": 2, "expand": []string{"groups"}}), 200, "")
	has(t, first, map[string]string{"total": "5", "pageCount": "3", "pageSize": "2", "pageNumber": "1", "previousPage": "", "results.0.groups": "[]"})
	names := namesIn(t, first, "results")
	page := first
	for page.Str(t, "nextPage") != "" {
		page = want(t, admin.Get(t, "/api/v2/users/search?q64="+url.QueryEscape(page.Str(t, "nextPage"))), 200, "")
		names = append(names, namesIn(t, page, "results")...)
	}
	same(t, "names", names, []string{"Ada Admin", "Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor"})
	has(t, page, map[string]string{"pageNumber": "3", "pageSize": "2", "results.0.groups.0.name": "Sales Floor"})
	back := want(t, admin.Get(t, "/api/v2/users/search?q64="+url.QueryEscape(page.Str(t, "previousPage"))), 200, "")
	has(t, back, map[string]string{"pageNumber": "2"})
	past := want(t, admin.Post(t, "/api/v2/users/search", fields{"pageNumber": 9}), 200, "")
	has(t, past, map[string]string{"results": "[]", "total": "5"})
}

func TestSearchReadsBase64InAnyForm(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	body, err := json.Marshal(query(fields{"type": "CONTAINS", "fields": []string{"name"}, "value": "ÿ>?agent~~?>"}, join("OR", exact("id", alex))))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"standard":           url.QueryEscape(base64.StdEncoding.EncodeToString(body)),
		"plus left as it is": base64.StdEncoding.EncodeToString(body),
		"url":                base64.URLEncoding.EncodeToString(body),
		"raw":                base64.RawURLEncoding.EncodeToString(body),
	} {
		got := want(t, admin.Get(t, "/api/v2/users/search?expand=groups&q64="+text), 200, "")
		same(t, name, namesIn(t, got, "results"), []string{"Alex Agent"})
	}
}

func TestSearchIsRefused(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	many := make([]fields, 101)
	for i := range many {
		many[i] = exact("id", ada)
	}
	values := make([]string, 1001)
	tests := []struct {
		name, code string
		body       any
	}{
		{"a criterion without a type", "", query(fields{"fields": []string{"name"}, "value": "x"})},
		{"an unknown type", "invalid.value", query(fields{"type": "FUZZY"})},
		{"an unknown operator", "invalid.value", query(fields{"type": "MATCH_ALL", "operator": "XOR"})},
		{"broken JSON", "bad.request", `{"query":[`},
		{"no body", "", nil},
		// Guess: an unknown field is refused; the limits.
		{"an unknown field", "invalid.property", query(exact("shoeSize", "42"))},
		{"an unknown field to sort by", "invalid.property", fields{"sortBy": "shoeSize"}},
		{"a broken expression", "bad.request", query(fields{"type": "REGEX", "fields": []string{"name"}, "value": "("})},
		{"an expression that breaks out", "bad.request", query(fields{"type": "REGEX", "fields": []string{"name"}, "value": ")|("})},
		{"too many criteria", "too.many.search.criteria", query(many...)},
		{"too many in groups", "too.many.search.criteria", query(fields{"type": "EXACT", "group": many})},
		{"too many values", "search.criteria.values.exceed.limit", query(exact("id", values...))},
		{"page 0", "constraint.validation", fields{"pageNumber": 0}},
		{"page size -1", "constraint.validation", fields{"pageSize": -1}},
		{"too deep", "too.many.requested.results", fields{"pageNumber": 100000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, admin.Post(t, "/api/v2/users/search", tt.body), 400, tt.code)
			text, ok := tt.body.(string)
			if !ok && tt.body != nil {
				encoded, err := json.Marshal(tt.body)
				if err != nil {
					t.Fatal(err)
				}
				text = string(encoded)
			}
			want(t, admin.Get(t, "/api/v2/users/search?q64="+base64.URLEncoding.EncodeToString([]byte(text))), 400, "")
		})
	}
	want(t, admin.Get(t, "/api/v2/users/search"), 400, "")
	want(t, admin.Get(t, "/api/v2/users/search?q64=%25%25"), 400, "invalid.query.param.value")
	want(t, admin.Get(t, "/api/v2/users/search?q64="+base64.URLEncoding.EncodeToString([]byte("[]"))), 400, "")
	deep := `{"query":[` + strings.Repeat(`{"type":"EXACT","group":[`, 2000) + strings.Repeat(`]}`, 2000) + `]}`
	want(t, admin.Post(t, "/api/v2/users/search", deep), 400, "")

	want(t, srv.As(t).Post(t, "/api/v2/users/search", fields{}), 403, "missing.any.permissions")
	want(t, srv.As(t).Get(t, "/api/v2/users/search?q64=e30"), 403, "missing.any.permissions")
}

func TestSearchKeepsToDivisionsOnRequest(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	c := srv.AsIn(t, sales, "directory:user:view")
	loose := want(t, c.Post(t, "/api/v2/users/search", fields{}), 200, "")
	has(t, loose, map[string]string{"total": "5"})
	strict := want(t, c.Post(t, "/api/v2/users/search", fields{"enforcePermissions": true}), 200, "")
	same(t, "names", namesIn(t, strict, "results"), []string{"Alex Agent", "Sue Supervisor"})
	everywhere := want(t, srv.As(t, "directory:user:view").Post(t, "/api/v2/users/search", fields{"enforcePermissions": true}), 200, "")
	has(t, everywhere, map[string]string{"total": "5"})
}

func TestSearchFollowsEveryChange(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, person("Nina", "nina@mockcloud.test"))
	find := func(email, state string) string {
		t.Helper()
		return want(t, admin.Post(t, "/api/v2/users/search", query(exact("email", email), exact("state", state))), 200, "").Str(t, "results.0.id")
	}
	if find("nina@mockcloud.test", "active") != id {
		t.Error("a new user is not found")
	}
	want(t, admin.Patch(t, "/api/v2/users/"+id, fields{"version": 1, "email": "nora@mockcloud.test"}), 200, "")
	if find("nina@mockcloud.test", "active") != "" || find("nora@mockcloud.test", "active") != id {
		t.Error("the search knows an old address")
	}
	want(t, admin.Delete(t, "/api/v2/users/"+id), 200, "")
	if find("nora@mockcloud.test", "active") != "" || find("nora@mockcloud.test", "deleted") != id {
		t.Error("the deleted user is not found as such")
	}
}
