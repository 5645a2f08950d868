package authorization_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestADivisionLives(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)

	got := admin.Post(t, base+"/divisions", `{"name":"Returns","description":"","id":"mine","homeDivision":true}`)
	expect(t, got, 200, "")
	id := got.Str(t, "id")
	path := base + "/divisions/" + id
	if id == "mine" || got.Str(t, "homeDivision") != "false" || got.Str(t, "selfUri") != path {
		t.Errorf("the client chose what is the server's: %s", got.Body)
	}
	read := admin.Get(t, path+"?objectCount=false")
	if string(read.Body) != string(got.Body) {
		t.Errorf("read %s, want what was created: %s", read.Body, got.Body)
	}

	expect(t, admin.Put(t, path, `{"name":"Refunds","description":"Money back"}`), 200, "")
	read = admin.Get(t, path)
	if read.Str(t, "name") != "Refunds" || read.Str(t, "description") != "Money back" {
		t.Errorf("after the change: %s", read.Body)
	}
	// Guess: a description that is left out becomes empty, as in any full replace.
	if got := admin.Put(t, path, `{"name":"Refunds"}`); got.Str(t, "description") != "" {
		t.Errorf("after a change without description: %s", got.Body)
	}

	if got := admin.Delete(t, path+"?force=false"); got.Status != 204 || len(got.Body) != 0 {
		t.Errorf("delete answered %d %q", got.Status, got.Body)
	}
	expect(t, admin.Get(t, path), 404, "")
	expect(t, admin.Put(t, path, `{"name":"Refunds"}`), 404, "")
	expect(t, admin.Delete(t, path), 404, "")
}

func TestDivisionsThatCannotBe(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct {
		name, body string
		create     string // the code of POST
		change     string // the code of PUT
		status     int
	}{
		{"no name", `{"description":"x"}`, "division.name.invalid", "division.name.invalid", 400},
		{"a null name", `{"name":null}`, "division.name.invalid", "division.name.invalid", 400},
		{"a blank name", `{"name":"  "}`, "division.name.invalid", "division.name.invalid", 400},
		{"a name that is too long", `{"name":"` + strings.Repeat("é", 501) + `"}`, "max.length.exceeded", "max.length.exceeded", 400},
		// Guess: names are unique whatever their case; the specification lists
		// resource.already.exists for POST alone, so PUT answers the generic code.
		{"a name that is taken", `{"name":"sUPPORT"}`, "resource.already.exists", "request.conflict", 409},
		{"a name that is a number", `{"name":7}`, "bad.request", "bad.request", 400},
		{"no body", ``, "", "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, admin.Post(t, base+"/divisions", tt.body), tt.status, tt.create)
			expect(t, admin.Put(t, base+"/divisions/"+sales, tt.body), tt.status, tt.change)
		})
	}
	if got := list(t, admin, base+"/divisions").names(); !slices.Equal(got, []string{"Home", "Sales", "Support"}) {
		t.Errorf("the refusals left %v", got)
	}
}

func TestADivisionKeepsItsNameWhenItIsReplacedByItself(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, name := range []string{"Sales", "SALES", strings.Repeat("é", 500)} {
		if got := admin.Put(t, base+"/divisions/"+sales, map[string]any{"name": name}); got.Status != 200 || got.Str(t, "name") != name {
			t.Errorf("%.20q: %d %s", name, got.Status, got.Body)
		}
	}
}

func TestTheHomeDivision(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Get(t, base+"/divisions/home")
	want := `{"id":"` + home + `","name":"Home","description":"Default Division","homeDivision":true,"selfUri":"/api/v2/authorization/divisions/` + home + `"}`
	if string(got.Body) != want {
		t.Errorf("home = %s, want %s", got.Body, want)
	}
	expect(t, admin.Delete(t, base+"/divisions/"+home), 400, "precondition.failure")

	// It can be renamed, and stays home (authorization.md §6.1).
	got = admin.Put(t, base+"/divisions/"+home, `{"name":"Headquarters","homeDivision":false}`)
	if got.Str(t, "name") != "Headquarters" || got.Str(t, "homeDivision") != "true" {
		t.Errorf("renamed: %s", got.Body)
	}
	if got := admin.Get(t, base+"/divisions/home").Str(t, "id"); got != home {
		t.Errorf("home is now %q", got)
	}
}

func TestADivisionWithUsersStays(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/divisions/" + support
	// Guess: the deprecated force changes nothing, as users would be left in a
	// division that is not there.
	for _, query := range []string{"", "?force=false", "?force=true"} {
		got := admin.Delete(t, path+query)
		expect(t, got, 400, "precondition.failure")
		if message := got.Str(t, "message"); !strings.Contains(message, "Support") || !strings.Contains(message, "1 of type USER") {
			t.Errorf("the refusal does not say what is in the way: %s", message)
		}
	}
	// Guess: deleted users do not hold a division.
	expect(t, admin.Delete(t, "/api/v2/users/"+agent2), 200, "")
	expect(t, admin.Delete(t, path), 204, "")
}

func TestDeletingADivisionDropsItsGrants(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	id := newDivision(t, admin, "Spare")
	for _, s := range []string{agent1, team, adminClient} {
		expect(t, admin.Post(t, base+"/subjects/"+s+"/bulkadd", bulk(pair{queueReader, id}, pair{queueReader, support})), 204, "")
	}
	expect(t, admin.Delete(t, base+"/divisions/"+id), 204, "")
	for _, s := range []string{agent1, team, adminClient} {
		pairs := grantsOf(t, admin, s)
		if slices.Contains(pairs, pair{queueReader, id}) || !slices.Contains(pairs, pair{queueReader, support}) {
			t.Errorf("%s holds %v", s, pairs)
		}
	}
	if got := list(t, admin, base+"/roles/"+queueReader+"/subjectgrants"); got.Total != 5 {
		t.Errorf("subjects with the role: %v", got.names())
	}
}

func TestDivisionCount(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	if got := admin.Get(t, base+"/divisions/limit"); got.Status != 200 || string(got.Body) != "50" {
		t.Fatalf("limit: %d %s", got.Status, got.Body)
	}
	for i := range 47 { // there are three
		newDivision(t, admin, fmt.Sprintf("Division %02d", i))
	}
	// Guess: the home division counts.
	expect(t, admin.Post(t, base+"/divisions", `{"name":"One too many"}`), 400, "max.scopes.exceeded")

	if got := list(t, admin, base+"/divisions"); got.Total != 50 || len(got.Entities) != 25 || got.PageCount != 2 {
		t.Errorf("first page: %d of %d on %d pages", len(got.Entities), got.Total, got.PageCount)
	}
	if got := list(t, admin, base+"/divisions?pageSize=20&pageNumber=3"); len(got.Entities) != 10 || got.Entities[9].Name != "Support" || got.NextURI != "" {
		t.Errorf("last page: %v %q", got.names(), got.NextURI)
	}
	if got := list(t, admin, base+"/divisions?pageSize=20&pageNumber=4"); len(got.Entities) != 0 || got.Total != 50 {
		t.Errorf("page past the end: %v of %d", got.names(), got.Total)
	}
}

func TestListDivisions(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct {
		name, query string
		want        []string
	}{
		{"by name", "", []string{"Home", "Sales", "Support"}},
		{"by name, said", "?sortBy=NAME", []string{"Home", "Sales", "Support"}},
		{"by id", "?sortBy=id", []string{"Home", "Sales", "Support"}},
		{"one id", "?id=" + sales, []string{"Sales"}},
		{"ids, repeated", "?id=" + support + "&id=" + sales, []string{"Sales", "Support"}},
		{"ids, by commas", "?id=" + support + "," + sales + "," + nowhere, []string{"Sales", "Support"}},
		// Guess: the search term is a part of the name, in any case.
		{"a part of the name", "?name=s", []string{"Sales", "Support"}},
		{"a name in another case", "?name=SUPP", []string{"Support"}},
		{"name and id", "?name=s&id=" + home, []string{}},
		{"an unknown id", "?id=" + nowhere, []string{}},
		{"what Go sends", "?pageSize=100&pageNumber=1&objectCount=false", []string{"Home", "Sales", "Support"}},
		{"parameters without values", "?expand=x&nextPage=x&previousPage=x", []string{"Home", "Sales", "Support"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := list(t, admin, base+"/divisions"+tt.query)
			if !slices.Equal(got.names(), tt.want) || got.Total != len(tt.want) {
				t.Errorf("got %v of %d, want %v", got.names(), got.Total, tt.want)
			}
		})
	}
	for _, query := range []string{"?sortBy=magic", "?pageSize=0", "?pageSize=x", "?pageNumber=-1", "?objectCount=maybe"} {
		// Guess: an unknown order is refused.
		expect(t, admin.Get(t, base+"/divisions"+query), 400, "invalid.query.param.value")
	}
}

func TestObjectsOfADivisionAreCountedOnRequest(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for id, want := range map[string]map[string]int{
		home: {"QUEUE": 1, "USER": 2, "WRAPUPCODE": 1}, sales: {"QUEUE": 1, "USER": 2, "WRAPUPCODE": 1}, support: {"USER": 1},
	} {
		if got := admin.Get(t, base+"/divisions/"+id+"?objectCount=true").Str(t, "objectCounts"); got != objectCounts(t, want) {
			t.Errorf("%s: objectCounts = %s, want %s", id, got, objectCounts(t, want))
		}
		for _, query := range []string{"", "?objectCount=false"} {
			if got := admin.Get(t, base+"/divisions/"+id+query).Str(t, "objectCounts"); got != "" {
				t.Errorf("%s%s: objectCounts = %s, want none", id, query, got)
			}
		}
	}
	expect(t, admin.Delete(t, "/api/v2/users/"+agent2), 200, "")
	expect(t, admin.Post(t, "/api/v2/architect/schedules", map[string]any{
		"name": "Mornings", "division": map[string]any{"id": support}, "start": "2026-01-05T08:00:00.000", "end": "2026-01-05T12:00:00.000",
	}), 200, "")
	want := objectCounts(t, map[string]int{"ROUTINGSCHEDULES": 1})
	if got := admin.Get(t, base+"/divisions?objectCount=true").Str(t, "entities.2.objectCounts"); got != want {
		t.Errorf("without its user, and with a schedule: %s, want %s", got, want)
	}
}

// objectCounts is the text of these counts.
//
// Guess: the keys are the types of the move operation and wrap-up codes, zeros
// included. Nothing here is a campaign by e-mail alone.
func objectCounts(t *testing.T, counts map[string]int) string {
	t.Helper()
	all := map[string]int{}
	for _, name := range []string{
		"BUSINESSUNIT", "CALLROUTE", "CAMPAIGN", "CONTACTLIST", "DATATABLES", "DNCLIST", "EMERGENCYGROUPS", "EXTENSIONPOOL", "FLOW", "FLOWMILESTONE",
		"FLOWOUTCOME", "MANAGEMENTUNIT", "MESSAGINGCAMPAIGN", "QUEUE", "ROUTINGSCHEDULEGROUPS", "ROUTINGSCHEDULES", "SCRIPT", "SKILLGROUP", "TEAM",
		"USER", "WORKBIN", "WORKTYPE", "WRAPUPCODE",
	} {
		all[name] = 0
	}
	maps.Copy(all, counts)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestQueryDivisionsGoesForthAndBack(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, name := range []string{"alpha", "Beta", "Zeta"} {
		newDivision(t, admin, name)
	}
	all := []string{"alpha", "Beta", "Home", "Sales", "Support", "Zeta"}

	var forth []string
	var last listing
	for uri := base + "/divisions/query?pageSize=4"; uri != ""; {
		last = list(t, admin, uri)
		forth = append(forth, last.names()...)
		uri = last.NextURI
	}
	if !slices.Equal(forth, all) {
		t.Errorf("forth: %v, want %v", forth, all)
	}
	back := list(t, admin, last.PrevURI)
	if !slices.Equal(back.names(), all[:4]) || back.PrevURI != "" || back.NextURI == "" {
		t.Errorf("back: %v, previous %q, next %q", back.names(), back.PrevURI, back.NextURI)
	}
	// The page size may change, and a page in the middle leads both ways.
	middle := list(t, admin, strings.Replace(last.PrevURI, "pageSize=4", "pageSize=2", 1))
	if !slices.Equal(middle.names(), []string{"Home", "Sales"}) || middle.PrevURI == "" || middle.NextURI == "" {
		t.Errorf("middle: %v, previous %q, next %q", middle.names(), middle.PrevURI, middle.NextURI)
	}
	// A cursor outlives the division that it was made from.
	next := list(t, admin, base+"/divisions/query?pageSize=1").NextURI
	expect(t, admin.Delete(t, base+"/divisions/"+list(t, admin, base+"/divisions/query?name=alpha").ids()[0]), 204, "")
	if got := list(t, admin, next); !slices.Equal(got.names(), []string{"Beta"}) {
		t.Errorf("after its division was deleted, the cursor leads to %v", got.names())
	}
}

func TestQueryDivisionsFiltersAndRefuses(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	if got := list(t, admin, base+"/divisions/query?name=S&id="+support+","+home); !slices.Equal(got.names(), []string{"Support"}) {
		t.Errorf("filtered: %v", got.names())
	}
	first := list(t, admin, base+"/divisions/query?name=s&pageSize=1")
	if next := list(t, admin, first.NextURI); !slices.Equal(next.names(), []string{"Support"}) || next.NextURI != "" {
		t.Errorf("the cursor forgot the filter: %v, next %q", next.names(), next.NextURI)
	}
	expect(t, admin.Get(t, base+"/divisions/query?after=a&before=b"), 400, "both.after.and.before.provided")
	for _, cursor := range []string{"!", "AA", url.QueryEscape("a=b"), strings.Repeat("A", 5000)} {
		got := admin.Get(t, base+"/divisions/query?after="+cursor)
		if got.Status != 400 && len(list(t, admin, base+"/divisions/query?after="+cursor).Entities) > 3 {
			t.Errorf("cursor %.20s: %d", cursor, got.Status)
		}
	}
	expect(t, admin.Get(t, base+"/divisions/query?before=!"), 400, "invalid.query.param.value")
	expect(t, admin.Get(t, base+"/divisions/query?pageSize=many"), 400, "invalid.query.param.value")
}

func TestGrantsOfADivision(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	// The supervisor and an agent as User, the supervisor as Supervisor, and the
	// builder as Queue Reader.
	got := admin.Get(t, base+"/divisions/"+sales+"/grants")
	expect(t, got, 200, "")
	if got.Str(t, "total") != "4" || got.Str(t, "pageCount") != "1" || got.Str(t, "firstUri") != "" {
		t.Errorf("grants: %s", got.Body)
	}
	if got.Str(t, "entities.0.subjectId") != builder || got.Str(t, "entities.0.role.id") != queueReader ||
		got.Str(t, "entities.0.division.name") != "Sales" || got.Str(t, "entities.0.grantMadeAt") != "2026-01-15T12:00:00.000Z" {
		t.Errorf("first grant: %s", got.Body)
	}
	if got := admin.Get(t, base+"/divisions/"+sales+"/grants?pageSize=3&pageNumber=2"); got.Str(t, "total") != "4" || got.Str(t, "entities.0.subjectId") != agent1 || got.Str(t, "entities.1") != "" {
		t.Errorf("second page: %s", got.Body)
	}
	// Guess: grants in all divisions belong to "*" alone, which is listed too.
	if got := admin.Get(t, base+"/divisions/*/grants?pageSize=500"); got.Str(t, "entities.0.division.id") != "*" || got.Str(t, "pageSize") != "500" {
		t.Errorf("in all divisions: %s", got.Body)
	}
	// The documented limit is 500.
	if got := admin.Get(t, base+"/divisions/"+sales+"/grants?pageSize=501"); got.Str(t, "pageSize") != "500" {
		t.Errorf("page size: %s", got.Str(t, "pageSize"))
	}
	expect(t, admin.Get(t, base+"/divisions/"+nowhere+"/grants"), 404, "")
}
