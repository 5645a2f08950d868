package engine_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestSearchesSpeakTheQueryLanguage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	for _, l := range []struct{ name, city, notes string }{
		{"Basin North", "Bremen", "near the sea"}, {"Basin South", "Kiel", ""}, {"Hill", "Ulm", "no basin"},
	} {
		created(t, admin, "/api/v2/locations", fmt.Sprintf(`{"name":"%s","notes":"%s","address":{"city":"%s","country":"DE","state":"","street1":"s","zipcode":"1"}}`, l.name, l.notes, l.city))
	}
	tests := []struct {
		name, query string
		want        []string
	}{
		{"exactly", `{"type":"EXACT","fields":["name"],"value":"hill"}`, []string{"Hill"}},
		{"one of several", `{"type":"EXACT","fields":["name"],"values":["hill","basin south"]}`, []string{"Basin South", "Hill"}},
		{"a part", `{"type":"CONTAINS","fields":["name"],"value":"asin"}`, []string{"Basin North", "Basin South"}},
		{"the beginning of a word", `{"type":"STARTS_WITH","fields":["name"],"value":"sou"}`, []string{"Basin South"}},
		{"words", `{"type":"TERM","fields":["name"],"value":"north basin"}`, []string{"Basin North"}},
		{"inside an object", `{"type":"EXACT","fields":["address.city"],"value":"kiel"}`, []string{"Basin South"}},
		{"without fields", `{"type":"CONTAINS","value":"basin"}`, []string{"Basin North", "Basin South", "Hill"}},
		{"required", `{"type":"REQUIRED_FIELDS","fields":["notes"]}`, []string{"Basin North", "Hill"}},
		{"an expression", `{"type":"REGEX","fields":["name"],"value":"[hb].*[hl]"}`, []string{"Basin North", "Basin South", "Hill"}},
		{"everything", `{"type":"MATCH_ALL"}`, []string{"Basin North", "Basin South", "Hill"}},
		{"and not", `{"type":"CONTAINS","fields":["name"],"value":"basin"},{"type":"EXACT","operator":"NOT","fields":["address.city"],"value":"Kiel"}`, []string{"Basin North"}},
		{"or", `{"type":"EXACT","fields":["name"],"value":"hill"},{"type":"EXACT","operator":"OR","fields":["address.city"],"value":"Kiel"}`, []string{"Basin South", "Hill"}},
		{"a group", `{"type":"CONTAINS","fields":["notes"],"value":"a"},{"type":"EXACT","group":[{"type":"EXACT","fields":["address.city"],"value":"ulm"},{"type":"EXACT","operator":"OR","fields":["address.city"],"value":"bremen"}]}`, []string{"Basin North", "Hill"}},
		{"what is not there", `{"type":"EXACT","fields":["colour"],"value":"red"}`, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := `{"query":[` + tt.query + `],"sortBy":"name","pageSize":10}`
			got := admin.Post(t, "/api/v2/locations/search", body)
			w := listed(t, got)
			wantNames(t, tt.query, w.names(), tt.want...)
			if w.Total != len(tt.want) || w.PageNumber != 1 || got.Str(t, "types.0") != "locations" {
				t.Errorf("%s", got.Body)
			}
			again := admin.Get(t, "/api/v2/locations/search?q64="+base64.URLEncoding.EncodeToString([]byte(body)))
			wantNames(t, "q64", listed(t, again).names(), tt.want...)
		})
	}
	all := `{"query":[{"type":"MATCH_ALL"}],"sortBy":"name","sortOrder":"DESC","pageSize":2,"pageNumber":1}`
	first := admin.Post(t, "/api/v2/locations/search", all)
	wantNames(t, "descending", listed(t, first).names(), "Hill", "Basin South")
	next := admin.Get(t, "/api/v2/locations/search?q64="+first.Str(t, "nextPage"))
	wantNames(t, "the next page", listed(t, next).names(), "Basin North")
	if next.Str(t, "nextPage") != "" || next.Str(t, "previousPage") == "" {
		t.Errorf("links: %s", next.Body)
	}
	for name, body := range map[string]string{
		"a bad expression":               `{"query":[{"type":"REGEX","fields":["name"],"value":"("}]}`,
		"a type of no search":            `{"query":[{"type":"GUESS","fields":["name"],"value":"x"}]}`,
		"a size below one":               `{"pageSize":0}`,
		"more criteria than is sensible": `{"query":[` + strings.TrimSuffix(strings.Repeat(`{"type":"MATCH_ALL"},`, 200), ",") + `]}`,
	} {
		if got := admin.Post(t, "/api/v2/locations/search", body); got.Status != 400 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, q64 := range []string{"!", "e30x", base64.URLEncoding.EncodeToString([]byte(`{"query":7}`))} {
		if got := admin.Get(t, "/api/v2/locations/search?q64="+q64); got.Status != 400 {
			t.Errorf("q64=%s: %d %s", q64, got.Status, got.Body)
		}
	}
}

func TestQueriesHaveFilters(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	for _, name := range []string{"mail", "phone", "fax"} {
		created(t, admin, "/api/v2/taskmanagement/workbins", `{"name":"`+name+`","description":"for `+name+`"}`)
		srv.Clock.Advance(time.Hour)
	}
	const path = "/api/v2/taskmanagement/workbins/query"
	for body, want := range map[string][]string{
		`{"filters":[]}`: {"mail", "phone", "fax"},
		`{"filters":[{"name":"name","operator":"EQ","type":"String","values":["FAX"]}]}`:                                                         {"fax"},
		`{"filters":[{"name":"name","operator":"NEQ","type":"String","values":["fax"]}]}`:                                                        {"mail", "phone"},
		`{"filters":[{"name":"name","operator":"IN","type":"String","values":["fax","mail"]}]}`:                                                  {"mail", "fax"},
		`{"filters":[{"name":"description","operator":"CONTAINS","type":"String","values":["ph"]}]}`:                                             {"phone"},
		`{"filters":[{"name":"name","operator":"BEGINS_WITH","type":"String","values":["f"]}]}`:                                                  {"fax"},
		`{"filters":[{"name":"dateCreated","operator":"GT","type":"String","values":["2026-01-15T12:30:00Z"]}]}`:                                 {"phone", "fax"},
		`{"filters":[{"name":"dateCreated","operator":"BETWEEN","type":"String","values":["2026-01-15T12:30:00Z","2026-01-15T13:00:00.000Z"]}]}`: {"phone"},
		`{"filters":[{"name":"dateCreated","operator":"LTE","type":"String","values":["2026-01-15T12:00:00Z"]}],"sort":{"name":"name"}}`:         {"mail"},
		`{"filters":[],"sort":{"name":"name","ascending":true}}`:                                                                                 {"fax", "mail", "phone"},
		`{"filters":[],"sort":{"name":"dateModified","ascending":false}}`:                                                                        {"fax", "phone", "mail"},
		`{"filters":[{"name":"colour","operator":"EQ","type":"String","values":["red"]}]}`:                                                       {},
	} {
		wantNames(t, body, listed(t, admin.Post(t, path, body)).names(), want...)
	}
	count := admin.Post(t, path, `{"filters":[],"select":"Count"}`)
	if count.Str(t, "count") != "3" || len(listed(t, count).Entities) != 0 {
		t.Errorf("count: %s", count.Body)
	}
	seen := []string{}
	for after, n := "", 0; n < 5; n++ {
		body := `{"filters":[],"pageSize":2,"sort":{"name":"name","ascending":true}}`
		if after != "" {
			body = `{"filters":[],"pageSize":2,"sort":{"name":"name","ascending":true},"after":"` + after + `"}`
		}
		got := admin.Post(t, path, body)
		seen = append(seen, listed(t, got).names()...)
		if after = got.Str(t, "after"); after == "" {
			break
		}
	}
	wantNames(t, "page by page", seen, "fax", "mail", "phone")
	if got := admin.Post(t, path, `{"filters":[],"after":"nowhere"}`); got.Status != 400 {
		t.Errorf("a bad cursor: %d %s", got.Status, got.Body)
	}
}

func TestQueriesHaveClausesGroupsAndWords(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	base := "/api/v2/knowledge/knowledgebases/" + created(t, admin, "/api/v2/knowledge/knowledgebases", `{"name":"Base","coreLanguage":"en-US"}`) + "/documents"
	for _, title := range []string{"Refunds", "Returns", "Shipping"} {
		created(t, admin, base, `{"title":"`+title+`","visible":`+fmt.Sprint(title != "Returns")+`}`)
	}
	clause := func(predicates string) string {
		return `{"filter":{"operator":"And","clauses":[{"operator":"Or","predicates":[` + predicates + `]}]},"sortBy":"DateCreated","sortOrder":"Asc"}`
	}
	for body, want := range map[string][]string{
		clause(`{"fields":["title"],"type":"Equals","values":["refunds"]}`):                                                                 {"Refunds"},
		clause(`{"fields":["title"],"type":"NotEquals","values":["refunds"]}`):                                                              {"Returns", "Shipping"},
		clause(`{"fields":["title"],"type":"Contains","values":["ship"]},{"fields":["title"],"type":"Contains","values":["ref"]}`):          {"Refunds", "Shipping"},
		clause(`{"fields":["visible"],"type":"Equals","values":["false"]}`):                                                                 {"Returns"},
		`{"filter":{"operator":"And","clauses":[]},"interval":{"field":"dateCreated","value":"2026-01-15T00:00:00Z/2026-01-16T00:00:00Z"}}`: {"Refunds", "Returns", "Shipping"},
		`{"filter":{"operator":"And","clauses":[]},"interval":{"field":"dateCreated","value":"2027-01-15T00:00:00Z/2027-01-16T00:00:00Z"}}`: {},
		`{"filter":{"operator":"And","clauses":[]},"pageSize":2,"pageNumber":2}`:                                                            {"Shipping"},
	} {
		got := admin.Post(t, base+"/query", body)
		wantNames(t, body, listed(t, got).names("title"), want...)
	}
	for _, name := range []string{"Greetings", "Farewells"} {
		created(t, admin, "/api/v2/responsemanagement/libraries", `{"name":"`+name+`"}`)
	}
	const libraries = "/api/v2/responsemanagement/libraries/query"
	for body, want := range map[string][]string{
		`{"query":[{"criteria":{"key":"name","operator":"eq","value":"greetings"}}]}`:                                                      {"Greetings"},
		`{"query":[{"criteria":{"key":"name","operator":"contains","value":"e"},"not":[{"key":"name","operator":"begins","value":"g"}]}]}`: {"Farewells"},
		`{"query":[{"or":[{"key":"name","operator":"eq","value":"greetings"},{"key":"name","operator":"eq","value":"farewells"}]}]}`:       {"Greetings", "Farewells"},
	} {
		wantNames(t, body, listed(t, admin.Post(t, libraries, body)).names(), want...)
	}
	if got := admin.Post(t, libraries, `{"query":[{"criteria":{"key":"name","operator":"resembles","value":"x"}}]}`); got.Status != 400 || got.Str(t, "code") != "bad.request" {
		t.Errorf("an unknown operator: %d %s", got.Status, got.Body)
	}
	for name, enabled := range map[string]bool{"on": true, "off": false} {
		created(t, admin, "/api/v2/alerting/rules", fmt.Sprintf(`{"name":"rule %s","type":"ConversationMetrics","enabled":%t}`, name, enabled))
	}
	for body, want := range map[string][]string{
		`{"enabledType":"Enabled"}`:                              {"rule on"},
		`{"enabledType":"Disabled"}`:                             {"rule off"},
		`{"enabledType":"All","ruleType":"All","sortBy":"Name"}`: {"rule off", "rule on"},
		`{"ruleName":"rule off","nameSearchType":"Exact"}`:       {"rule off"},
	} {
		body = strings.Replace(body, "{", `{"queryType":"Info",`, 1)
		if !strings.Contains(body, "ruleType") {
			body = strings.Replace(body, "{", `{"ruleType":"All",`, 1)
		}
		wantNames(t, body, listed(t, admin.Post(t, "/api/v2/alerting/rules/query", body)).names(), want...)
	}
	if got := admin.Post(t, "/api/v2/alerting/rules/query", `{"queryType":"Count","ruleType":"All"}`); got.Str(t, "total") != "2" || len(listed(t, got).Entities) != 0 {
		t.Errorf("only the count: %s", got.Body)
	}
}

func TestContactsAreFoundByTheirColumns(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"c","columnNames":["who","age"],"phoneColumns":[{"columnName":"who","type":"cell"}]}`)
	path := "/api/v2/outbound/contactlists/" + list + "/contacts"
	contact := func(who, age string) string {
		return `{"contactListId":"` + list + `","data":{"who":"` + who + `","age":"` + age + `"}}`
	}
	got := admin.Post(t, path, "["+contact("Ada", "9")+","+contact("Bo", "10")+","+contact("Cy", "30")+"]")
	if got.Status != 200 {
		t.Fatalf("contacts: %d %s", got.Status, got.Body)
	}
	search := func(body string) []string {
		var w struct {
			Entities []struct{ Data map[string]string }
		}
		answer := admin.Post(t, path+"/search", body)
		if answer.Status != 200 {
			t.Fatalf("%s: %d %s", body, answer.Status, answer.Body)
		}
		answer.JSON(t, &w)
		out := []string{}
		for _, e := range w.Entities {
			out = append(out, e.Data["who"])
		}
		return out
	}
	criteria := func(join, predicates string) string {
		return `{"criteria":{"filterType":"AND","clauses":[{"filterType":"` + join + `","predicates":[` + predicates + `]}]},"contactSorts":[{"fieldName":"age","direction":"DESC","numeric":true}],"pageNumber":1,"pageSize":25}`
	}
	wantNames(t, "all", search(`{"pageNumber":1,"pageSize":25}`), "Ada", "Bo", "Cy")
	wantNames(t, "greater", search(criteria("AND", `{"column":"age","columnType":"numeric","operator":"GREATER_THAN","value":"9"}`)), "Cy", "Bo")
	wantNames(t, "or", search(criteria("OR", `{"column":"who","columnType":"alphabetic","operator":"EQUALS","value":"ada"},{"column":"who","columnType":"alphabetic","operator":"BEGINS_WITH","value":"c"}`)), "Cy", "Ada")
	wantNames(t, "not", search(criteria("AND", `{"column":"who","operator":"EQUALS","value":"ada","inverted":true}`)), "Cy", "Bo")
	wantNames(t, "a range", search(criteria("AND", `{"column":"age","operator":"BETWEEN","range":{"min":"9","max":"10"}}`)), "Bo", "Ada")
	wantNames(t, "a set", search(criteria("AND", `{"column":"who","operator":"IN","range":{"inSet":["Cy","Ada"]}}`)), "Cy", "Ada")
}

func TestTheSearchForSeveralKinds(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	created(t, admin, "/api/v2/users", `{"name":"Nora North","email":"nora@example.test","state":"active","department":"Basin"}`)
	created(t, admin, "/api/v2/groups", `{"name":"North team","type":"official","visibility":"public","rulesVisible":true}`)
	created(t, admin, "/api/v2/locations", `{"name":"Basin North"}`)
	created(t, admin, "/api/v2/locations", `{"name":"Hill"}`)
	search := func(types, query string) *mocktest.Response {
		return admin.Post(t, "/api/v2/search", `{"types":[`+types+`],"query":[`+query+`],"sortBy":"name","pageSize":2}`)
	}
	got := search(`"users","groups","locations"`, `{"type":"CONTAINS","fields":["name"],"value":"north"}`)
	wantNames(t, "a part of the name", listed(t, got).names(), "Basin North", "Nora North")
	if w := listed(t, got); w.Total != 3 || w.PageCount != 2 {
		t.Errorf("pages: %s", got.Body)
	}
	next := admin.Get(t, "/api/v2/search?q64="+got.Str(t, "nextPage"))
	wantNames(t, "the next page", listed(t, next).names(), "North team")
	wantNames(t, "one kind", listed(t, search(`"users"`, `{"type":"EXACT","fields":["department"],"value":"basin"}`)).names(), "Nora North")
	wantNames(t, "a range", listed(t, search(`"users"`, `{"type":"RANGE","fields":["version"],"startValue":"100"}`)).names())
	wantNames(t, "at least", listed(t, search(`"locations"`, `{"type":"GREATER_THAN_EQUAL_TO","fields":["version"],"value":"1"}`)).names(), "Basin North", "Hill")
	wantNames(t, "no such kind", listed(t, search(`"ships"`, `{"type":"MATCH_ALL"}`)).names())
	suggested := admin.Post(t, "/api/v2/search/suggest", `{"types":["locations","groups"],"query":[{"fields":["name"],"value":"nor"}]}`)
	wantNames(t, "suggestions", listed(t, suggested).names(), "Basin North", "North team")
}

func TestResponsesAreFoundByTheirTextAndLibrary(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	library := created(t, admin, "/api/v2/responsemanagement/libraries", `{"name":"One"}`)
	other := created(t, admin, "/api/v2/responsemanagement/libraries", `{"name":"Two"}`)
	for name, where := range map[string]string{"Hello": library, "Bye": other} {
		created(t, admin, "/api/v2/responsemanagement/responses", `{"name":"`+name+`","libraries":[{"id":"`+where+`"}],"texts":[{"content":"dear customer, `+name+`"}]}`)
	}
	for body, want := range map[string][]string{
		`{"queryPhrase":"hello","pageSize":25}`:                                                  {"Hello"},
		`{"queryPhrase":"customer, b"}`:                                                          {"Bye"},
		`{"filters":[{"name":"libraryId","operator":"EQUALS","values":["` + library + `"]}]}`:    {"Hello"},
		`{"filters":[{"name":"libraryId","operator":"NOTEQUALS","values":["` + library + `"]}]}`: {"Bye"},
	} {
		got := admin.Post(t, "/api/v2/responsemanagement/responses/query", body)
		var w struct{ Results wrapper }
		if got.JSON(t, &w); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		wantNames(t, body, w.Results.names(), want...)
		if w.Results.Total != len(want) {
			t.Errorf("%s: %s", body, got.Body)
		}
	}
}

func TestKnowledgeIsSearchedByWords(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	base := "/api/v2/knowledge/knowledgebases/" + created(t, admin, "/api/v2/knowledge/knowledgebases", `{"name":"Base","coreLanguage":"en-US"}`) + "/documents"
	for _, title := range []string{"How refunds work", "How shipping works", "Where we are"} {
		created(t, admin, base, `{"title":"`+title+`"}`)
	}
	got := admin.Post(t, base+"/search", `{"query":"how do refunds work","includeDraftDocuments":true}`)
	if got.Status != 200 || got.Str(t, "total") != "2" || got.Str(t, "results.0.document.title") != "How refunds work" || got.Str(t, "results.0.confidence") != "0.75" {
		t.Errorf("found: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, base+"/search", `{"query":"how do refunds work","includeDraftDocuments":true,"confidenceThreshold":0.5}`); got.Str(t, "total") != "1" {
		t.Errorf("above a threshold: %s", got.Body)
	}
	if got := admin.Post(t, base+"/search", `{"query":"nothing of that"}`); got.Str(t, "total") != "0" || got.Str(t, "results") != "[]" {
		t.Errorf("nothing: %s", got.Body)
	}
}
