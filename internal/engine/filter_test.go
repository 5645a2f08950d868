package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestQueryParametersNarrowListings(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const segment = `{"color":"#008000","context":{"patterns":[]},"journey":{"patterns":[]},`
	ids := map[string]string{}
	for name, rest := range map[string]string{"alpha": `"isActive":true,"description":"the first"`, "beta": `"isActive":false,"description":"alphabet"`} {
		ids[name] = created(t, admin, "/api/v2/journey/segments", segment+`"displayName":"`+name+`",`+rest+`}`)
	}
	for _, name := range []string{"Leads north", "Leads south", "old leads"} {
		ids[name] = created(t, admin, "/api/v2/outbound/contactlists", `{"name":"`+name+`","columnNames":["phone"],"phoneColumns":[{"columnName":"phone","type":"cell"}]}`)
	}
	tests := []struct {
		name, path, property string
		want                 []string
	}{
		{"a truth", "/api/v2/journey/segments?isActive=true", "displayName", []string{"alpha"}},
		{"a falsehood asks for nothing", "/api/v2/journey/segments?isActive=false&sortBy=displayName", "displayName", []string{"alpha", "beta"}},
		{"ids by the noun", "/api/v2/journey/segments?segmentIds=" + ids["beta"], "displayName", []string{"beta"}},
		{"ids that are not there", "/api/v2/journey/segments?segmentIds=nobody", "displayName", []string{}},
		{"a text anywhere", "/api/v2/journey/segments?queryValue=ALPHA&sortBy=displayName", "displayName", []string{"alpha", "beta"}},
		{"a text in a field", "/api/v2/journey/segments?queryValue=alpha&queryFields=displayName", "displayName", []string{"alpha"}},
		{"no parameter of the operation", "/api/v2/journey/segments?colour=red&sortBy=displayName", "displayName", []string{"alpha", "beta"}},
		{"an empty parameter", "/api/v2/journey/segments?queryValue=&sortBy=displayName", "displayName", []string{"alpha", "beta"}},
		{"the beginning of a name, by default", "/api/v2/outbound/contactlists?name=leads", "name", []string{"Leads north", "Leads south"}},
		{"a part of a name", "/api/v2/outbound/contactlists?name=leads&filterType=Contains&sortBy=name", "name", []string{"Leads north", "Leads south", "old leads"}},
		{"the end of a name", "/api/v2/outbound/contactlists?name=LEADS&filterType=EndsWith", "name", []string{"old leads"}},
		{"the whole name", "/api/v2/outbound/contactlists?name=leads+north&filterType=Equals", "name", []string{"Leads north"}},
		{"an expression", "/api/v2/outbound/contactlists?name=.*(north|old).*&filterType=RegEx&sortBy=name", "name", []string{"Leads north", "old leads"}},
		{"a later name", "/api/v2/outbound/contactlists?name=leads+north&filterType=GreaterThan&sortBy=name", "name", []string{"Leads south", "old leads"}},
		{"a list of ids", "/api/v2/outbound/contactlists?id=" + ids["old leads"] + "," + ids["Leads north"] + "&id=nobody&sortBy=name", "name", []string{"Leads north", "old leads"}},
		{"an id and a name", "/api/v2/outbound/contactlists?id=" + ids["old leads"] + "&name=leads", "name", []string{}},
		{"a division", "/api/v2/outbound/contactlists?divisionId=nowhere", "name", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := listed(t, admin.Get(t, tt.path))
			got := w.names(tt.property)
			wantNames(t, tt.path, got, tt.want...)
			if w.Total != len(tt.want) {
				t.Errorf("total = %d", w.Total)
			}
		})
	}
	if got := admin.Get(t, "/api/v2/outbound/contactlists?name=(&filterType=RegEx"); got.Status != 400 {
		t.Errorf("a bad expression: %d %s", got.Status, got.Body)
	}
	many := strings.Repeat("x,", 100) + "x"
	if got := admin.Get(t, "/api/v2/outbound/contactlists?id="+many); got.Status != 400 || got.Str(t, "code") != "too.many.bulk.retrieves" {
		t.Errorf("101 ids: %d %s", got.Status, got.Body)
	}
}

func TestNamesWithStarsAndLongNames(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/teams"
	long := strings.Repeat("é", 150)
	for _, name := range []string{"north one", "north two", "south one", long + "a", long + "b"} {
		created(t, admin, path, `{"name":"`+name+`"}`)
	}
	for query, want := range map[string][]string{
		"north*":       {"north one", "north two"},
		"*one":         {"north one", "south one"},
		"NORTH*O":      {"north two"},
		"th":           {"north one", "north two", "south one"},
		long + "a":     {long + "a"},
		"*b":           {long + "b"},
		"*":            {"north one", "north two", "south one", long + "a", long + "b"},
		"nothing like": {},
	} {
		w := listed(t, admin.Get(t, path+"?name="+strings.ReplaceAll(query, " ", "+")))
		wantNames(t, query, w.names(), want...)
	}
}

func TestDatesNarrowListings(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	me := admin.Get(t, "/api/v2/users?pageSize=1").Str(t, "entities.0.id")
	for day := 1; day <= 4; day++ {
		created(t, admin, "/api/v2/coaching/appointments", fmt.Sprintf(`{"name":"day %d","description":"","dateStart":"2026-03-0%dT09:00:00.000Z","lengthInMinutes":30,"attendeeIds":["%s"]}`, day, day, me))
		srv.Clock.Advance(time.Hour)
	}
	list := "/api/v2/coaching/appointments?userIds=" + me
	wantNames(t, "an interval", listed(t, admin.Get(t, list+"&interval=2026-03-02T00:00:00Z/2026-03-04T00:00:00Z")).names(), "day 2", "day 3")
	wantNames(t, "an empty one", listed(t, admin.Get(t, list+"&interval=2027-03-02T00:00:00Z/2027-03-04T00:00:00Z")).names())
	wantNames(t, "the default of overdue", listed(t, admin.Get(t, list+"&overdue=Any")).names(), "day 1", "day 2", "day 3", "day 4")
}

func TestListingsShowTheDivisionsOfTheCaller(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	division := created(t, admin, "/api/v2/authorization/divisions", `{"name":"East"}`)
	const path = "/api/v2/architect/schedules"
	for i := range 4 {
		where := ""
		if i%2 == 1 {
			where = `,"division":{"id":"` + division + `"}`
		}
		created(t, admin, path, fmt.Sprintf(`{"name":"s%d","start":"2026-01-01T08:00:00.000","end":"2026-01-01T16:00:00.000"%s}`, i, where))
	}
	east := srv.AsIn(t, division, "routing:schedule:view")
	seen := listed(t, east.Get(t, path+"?pageSize=1"))
	wantNames(t, "in the east", seen.names(), "s1")
	if seen.Total != 2 || seen.PageCount != 2 {
		t.Errorf("totals: %+v", seen)
	}
	wantNames(t, "the next page", listed(t, east.Get(t, seen.NextURI)).names(), "s3")
	wantNames(t, "the division asked for", listed(t, admin.Get(t, path+"?divisionId="+division)).names(), "s1", "s3")
	wantNames(t, "all divisions", listed(t, admin.Get(t, path+"?divisionId=*")).names(), "s0", "s1", "s2", "s3")
}

func TestExpandFillsReferencesIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	location := created(t, admin, "/api/v2/locations", `{"name":"Basin","emergencyNumber":{"number":"+13175550112","type":"default"}}`)
	site := created(t, admin, "/api/v2/telephony/providers/edges/sites", `{"name":"Site","location":{"id":"`+location+`"},"mediaModel":"Cloud"}`)
	created(t, admin, "/api/v2/telephony/providers/edges/phones", `{"name":"Phone","site":{"id":"`+site+`"},"phoneBaseSettings":{"id":"x"},"lines":[{"name":"l"}]}`)
	const phones = "/api/v2/telephony/providers/edges/phones"
	if got := admin.Get(t, phones+"?expand=site,nothing"); got.Status != 400 {
		t.Errorf("what the catalogue does not list: %d", got.Status)
	}
	const contacts = "/api/v2/externalcontacts/contacts"
	firm := created(t, admin, "/api/v2/externalcontacts/organizations", `{"name":"Firm","companyType":"bakery"}`)
	created(t, admin, contacts, `{"firstName":"Ann","lastName":"A","externalOrganization":{"id":"`+firm+`","name":"Firm"}}`)
	if got := admin.Get(t, contacts); got.Str(t, "entities.0.externalOrganization.name") != "Firm" || got.Str(t, "entities.0.externalOrganization.companyType") != "" {
		t.Errorf("not asked for: %s", got.Body)
	}
	wantStatus(t, admin.Put(t, "/api/v2/externalcontacts/organizations/"+firm, `{"name":"Firm and Sons","companyType":"bakery"}`), 200)
	if got := admin.Get(t, contacts+"?expand=externalOrganization"); got.Str(t, "entities.0.externalOrganization.companyType") != "bakery" || got.Str(t, "entities.0.externalOrganization.name") != "Firm and Sons" {
		t.Errorf("expanded: %s", got.Body)
	}
	wantNames(t, "by the site", listed(t, admin.Get(t, phones+"?site.id="+site)).names(), "Phone")
	wantNames(t, "by another site", listed(t, admin.Get(t, phones+"?site.id=nowhere")).names())
	wantNames(t, "by a line", listed(t, admin.Get(t, phones+"?lines.name=l")).names(), "Phone")
}
