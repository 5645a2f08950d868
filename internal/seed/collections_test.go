package seed

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/openapi"
)

// plantings resolves the collections of fixtures against the embedded catalogue.
func plantings(t testing.TB, sources ...string) ([]Plantings, error) {
	t.Helper()
	d, err := Parse(sourcesOf(sources)...)
	if err != nil {
		return nil, err
	}
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d.Plantings(c, behaviour.Open(openapi.Behaviour, openapi.Collections))
}

// mustPlant returns what one organization's fixtures plant.
func mustPlant(t testing.TB, sources ...string) []Planting {
	t.Helper()
	all, err := plantings(t, sources...)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d organizations have plantings, want 1", len(all))
	}
	return all[0].All
}

func bodyOf(t testing.TB, p Planting) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(p.Body(testTime), &body); err != nil {
		t.Fatalf("%s: %v in %s", p.At, err, p.body)
	}
	return body
}

func TestEntitiesOfCollectionsAreFoundByPathAndName(t *testing.T) {
	t.Parallel()
	all := mustPlant(t, lines(
		"divisions: [{name: Sales}]",
		"users: [{email: ann@acme.test, name: Ann}]",
		"queues: [{name: Support}]",
		"collections:",
		"  /api/v2/stations:",
		"    - {name: Desk 1, status: AVAILABLE, webRtcCallAppearances: 10, webRtcForceTurn: true, userId: '@/api/v2/users/ANN@acme.test'}",
		"    - {id: 6d6f636b-0000-4000-8000-000000000001, name: Desk 2}",
		"  /api/v2/architect/schedules:",
		"    - {name: Opening hours, start: 2026-01-05T08:00:00, division: sales}",
		"  /api/v2/architect/schedulegroups:",
		"    - name: Usual",
		"      openSchedules: ['@/api/v2/architect/schedules/opening hours']",
		"  /api/v2/flows/datatables:",
		"    - name: Holidays",
		"      schema: {type: object, properties: {key: {type: string}, a: {type: boolean}}}",
		"  /api/v2/flows/datatables/holidays/rows:",
		"    - {key: 2026-12-25, open: false, note: Closed}",
		"  /api/v2/routing/settings: {resetAgentScoreOnPresenceChange: true}",
	))
	id := func(kind, name string) string { return DeriveID("Acme", kind, name) }
	table := id("/flows/datatables", "Holidays")
	wanted := []struct {
		collection, id string
		keys           []string
		body           map[string]any
	}{
		{"/stations", id("/stations", "Desk 1"), nil, map[string]any{
			"name": "Desk 1", "status": "AVAILABLE", "webRtcCallAppearances": 10.0, "webRtcForceTurn": true, "userId": id("user", "ann@acme.test"),
		}},
		{"/stations", "6d6f636b-0000-4000-8000-000000000001", nil, map[string]any{"id": "6d6f636b-0000-4000-8000-000000000001", "name": "Desk 2"}},
		{"/architect/schedules", id("/architect/schedules", "Opening hours"), nil, map[string]any{
			"name": "Opening hours", "start": "2026-01-05T08:00:00", "division": map[string]any{"id": id("division", "Sales")},
		}},
		{"/architect/schedulegroups", id("/architect/schedulegroups", "Usual"), nil, map[string]any{
			"name": "Usual", "openSchedules": []any{map[string]any{
				"id": id("/architect/schedules", "Opening hours"), "name": "Opening hours",
				"selfUri": "/api/v2/architect/schedules/" + id("/architect/schedules", "Opening hours"),
			}},
		}},
		{"/flows/datatables", table, nil, map[string]any{"name": "Holidays", "schema": map[string]any{
			"type": "object", "properties": map[string]any{"key": map[string]any{"type": "string"}, "a": map[string]any{"type": "boolean"}},
		}}},
		{"/flows/datatables/{}/rows", "2026-12-25", []string{table}, map[string]any{"key": "2026-12-25", "open": false, "note": "Closed"}},
		{"/routing/settings", "", nil, map[string]any{"resetAgentScoreOnPresenceChange": true}},
	}
	if len(all) != len(wanted) {
		t.Fatalf("%d plantings, want %d", len(all), len(wanted))
	}
	for i, want := range wanted {
		got := all[i]
		body := bodyOf(t, got)
		if start, ok := body["start"].(string); ok { // dates may be completed
			body["start"] = strings.TrimSuffix(strings.TrimSuffix(start, "Z"), ".000")
		}
		if got.Collection != want.collection || got.ID != want.id || !slices.Equal(got.Keys, want.keys) || !reflect.DeepEqual(body, want.body) {
			t.Errorf("planting %d\n got %s %q %q %v\nwant %s %q %q %v", i, got.Collection, got.ID, got.Keys, body, want.collection, want.id, want.keys, want.body)
		}
		if !strings.HasPrefix(got.At, "a.yaml:") {
			t.Errorf("planting %d stands at %q", i, got.At)
		}
	}
	// The order in which a JSON schema was written is its author's.
	if text := string(all[4].Body(testTime)); !strings.Contains(text, `"properties":{"key":{"type":"string"},"a":`) {
		t.Errorf("schema = %s", text)
	}
}

func TestCollectionsOfSeveralFilesAddUp(t *testing.T) {
	t.Parallel()
	all := mustPlant(t,
		lines("collections:", "  /api/v2/stations: [{name: A}]", "  /api/v2/flows/datatables/T/rows: [{key: a}]"),
		lines("collections:", "  /api/v2/stations: [{name: B}, {}]", "  /api/v2/flows/datatables: [{name: T}]"),
	)
	var got []string
	for _, p := range all {
		got = append(got, p.Collection+" "+p.At)
	}
	want := []string{"/stations a.yaml:3", "/stations b.yaml:3", "/stations b.yaml:3", "/flows/datatables/{}/rows a.yaml:4", "/flows/datatables b.yaml:4"}
	if !slices.Equal(got, want) {
		t.Errorf("plantings %q\nwant %q", got, want)
	}
	if all[1].ID == all[2].ID || all[2].ID == "" {
		t.Errorf("ids %q and %q", all[1].ID, all[2].ID)
	}
}

func TestTheSameFixtureGivesTheSameIDs(t *testing.T) {
	t.Parallel()
	fixture := lines("collections:", "  /api/v2/stations: [{name: A}, {status: AVAILABLE}]", "  /api/v2/routing/settings: {}")
	if one, two := mustPlant(t, fixture), mustPlant(t, fixture); !reflect.DeepEqual(one, two) {
		t.Errorf("plantings differ:\n%v\n%v", one, two)
	}
}

func TestTimesCanDependOnWhenTheStateComesIntoBeing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		written string
		want    time.Duration
	}{
		{"@now", 0},
		{"@now-90m", -90 * time.Minute},
		{"@now+7d", 7 * 24 * time.Hour},
		{"@now-1d2h30m5s", -(26*time.Hour + 30*time.Minute + 5*time.Second)},
	}
	for _, tt := range tests {
		all := mustPlant(t, lines("collections:", "  /api/v2/conversations: [{startTime: '"+tt.written+"'}]"))
		want := testTime.Add(tt.want).Format("2006-01-02T15:04:05.000Z")
		if got := bodyOf(t, all[0])["startTime"]; got != want {
			t.Errorf("%s is %v, want %s", tt.written, got, want)
		}
	}
}

func TestFixturesIncludeEmbeddedOnesOnce(t *testing.T) {
	t.Parallel()
	const extra = "organization: {name: Mockcloud}\ninclude: [default]\ngroups: [{name: More, members: [admin@mockcloud.test]}]\n"
	standard, err := Open("default")
	if err != nil {
		t.Fatal(err)
	}
	own := Source{Name: "a.yaml", Data: []byte(extra)}
	for _, sources := range [][]Source{{own}, {standard, own}, {own, standard}, {own, {Name: "b.yaml", Data: []byte("organization: {name: Mockcloud}\ninclude: [default]\n")}}} {
		d, err := Parse(sources...)
		if err != nil {
			t.Errorf("%d sources: %v", len(sources), err)
			continue
		}
		if env := d.Environment(); env.UserEmail != "admin@mockcloud.test" || len(d.organizations) != 1 {
			t.Errorf("%d sources: environment %+v, %d organizations", len(sources), env, len(d.organizations))
		}
	}
}

func TestErrorsInCollectionsNameFileLineAndPath(t *testing.T) {
	t.Parallel()
	const at = "a.yaml:3: collections./api/v2/"
	in := func(path string, more ...string) string {
		return lines(append([]string{"collections:", "  /api/v2/" + path}, more...)...)
	}
	tests := []struct{ name, fixture, want string }{
		// Paths.
		{"a list", lines("collections: []"), "a.yaml:2: collections: must be a mapping of paths to what stands there, is a list"},
		{"a path without prefix", lines("collections:", "  /stations: []"), `a.yaml:3: collections: "/stations" must be the path of a collection, such as /api/v2/stations`},
		{"a path that ends in a slash", in("stations/: []"), `a.yaml:3: collections: "/api/v2/stations/" must be the path of a collection`},
		{"a key that is a list", lines("collections:", "  ? [a]", "  : b"), `a.yaml:3: collections: "" must be the path`},
		{"a path twice", in("stations: []", "  /api/v2/stations: []"), "a.yaml:4: collections./api/v2/stations: is there twice, first in line 3"},
		{"an unknown path", in("station: []"), at + "station: there is no collection at /api/v2/station"},
		{"an empty segment", in("flows//versions: []"), at + "flows//versions: there is no collection at /api/v2/flows//versions"},
		{"the path of an item", in("stations/Desk: {name: Desk}"), at + "stations/Desk: what stands at /api/v2/stations/Desk is kept in /api/v2/stations: write it there"},
		{"a family with a key of its own", in("routing/queues: [{name: Q}]"), at + "routing/queues: what /api/v2/routing/queues holds stands below the key queues"},
		{"a family without", in("greetings: [{name: G}]"), at + "greetings: a fixture cannot say what /api/v2/greetings holds"},
		{"a part of a family", lines("queues: [{name: Q}]", "collections:", "  /api/v2/routing/queues/Q/members: []"), "a.yaml:4: collections./api/v2/routing/queues/Q/members: what /api/v2/routing/queues/{}/members holds stands below the key queues"},
		{"a missing parent", in("flows/datatables/T/rows: [{key: a}]"), at + `flows/datatables/T/rows: there is no "T" in /api/v2/flows/datatables, nor anything else`},
		{"another parent", in("flows/datatables: [{name: S}]", "  /api/v2/flows/datatables/T/rows: []"), `a.yaml:4: collections./api/v2/flows/datatables/T/rows: there is no "T" in /api/v2/flows/datatables; there are S`},
		{"a missing parent of a family", lines("users: [{email: a@x.test, name: A}]", "collections:", "  /api/v2/users/b@x.test/outofoffice: {active: true}"), `a.yaml:4: collections./api/v2/users/b@x.test/outofoffice: there is no "b@x.test" in /api/v2/users; there are a@x.test`},

		// Items.
		{"a collection that is a mapping", in("stations: {name: A}"), at + "stations: must be a list, is a mapping"},
		{"an item that is text", in("stations: [A]"), at + "stations[0]: must be a mapping of properties, is text"},
		{"a singleton that is a list", in("routing/settings: []"), at + "routing/settings: is one object: must be a mapping of its properties, is a list"},
		{"a singleton twice", lines("collections: {/api/v2/routing/settings: {}}", "---", "organization: {name: Acme}", "collections: {/api/v2/routing/settings: {}}"), "a.yaml:5: collections./api/v2/routing/settings: is one object, and there already in a.yaml:2"},
		{"a name twice", in("stations:", "    - {name: A}", "    - {name: a}"), `a.yaml:5: collections./api/v2/stations[1]: there is one named "a" already in a.yaml:4; give them ids`},
		{"an id twice", in("stations:", "    - {id: x}", "    - {id: x}"), `a.yaml:5: collections./api/v2/stations[1].id: the id "x" is taken already in a.yaml:4`},
		{"a key twice", in("flows/datatables: [{name: T}]", "  /api/v2/flows/datatables/T/rows: [{key: a}, {key: a}]"), `a.yaml:4: collections./api/v2/flows/datatables/T/rows[1].key: the key "a" is taken already in a.yaml:4`},
		{"an empty id", in("stations: [{id: ''}]"), at + "stations[0].id: must not be empty"},
		{"an id that is a list", in("stations: [{id: []}]"), at + "stations[0].id: must be text, is a list"},

		// Properties.
		{"an unknown property", in("stations: [{nam: A}]"), at + `stations[0]: unknown property "nam"; known are description, id, `},
		{"an unknown property of a part", in("conversations: [{participants: [{nam: A}]}]"), at + `conversations[0].participants[0]: unknown property "nam"; known are address, `},
		{"a property twice", in("stations: [{description: A, description: B}]"), at + "stations[0].description: is there twice, first in line 3"},
		{"text that is a number", in("stations: [{description: 7}]"), at + "stations[0].description: must be text, is a number; put it in quotes"},
		{"a number that is text", in("stations: [{webRtcCallAppearances: many}]"), at + "stations[0].webRtcCallAppearances: must be a number, is text"},
		{"a fraction where none may be", in("stations: [{webRtcCallAppearances: 1.5}]"), at + `stations[0].webRtcCallAppearances: must be a integer of the form int32, is "1.5"`},
		{"a switch that is text", in("stations: [{webRtcForceTurn: maybe}]"), at + "stations[0].webRtcForceTurn: must be true or false, is text"},
		{"a list that is text", in("conversations: [{participants: A}]"), at + "conversations[0].participants: must be a list, is text"},
		{"a part that is text", in("conversations: [{participants: [A]}]"), at + "conversations[0].participants[0]: must be a mapping of keys and values, is text"},
		{"a word that is none of them", in("stations: [{status: BROKEN}]"), at + `stations[0].status: must be one of AVAILABLE, ASSOCIATED, is "BROKEN"`},
		{"a date that is none", in("conversations: [{startTime: soon}]"), at + `conversations[0].startTime: must be a date and time such as 2026-01-15T08:00:00Z or @now-90m, is "soon"`},
		{"a time that is none", in("conversations: [{startTime: '@now*2'}]"), at + `conversations[0].startTime: must be a time such as @now-90m or @now+7d, is "@now*2"`},
		{"a value that contains itself", in("routing/settings: {contactcenter: &a [*a]}"), at + `routing/settings: unknown property "contactcenter"`},
		{"free values that contain themselves", in("flows/datatables: [{name: T, schema: {properties: {a: &a [*a]}}}]"), at + "flows/datatables[0].schema"},

		{"aliases that double again and again", in("flows/datatables:", "    - name: T", "      schema:", "        properties:", "          a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "          b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]", "          c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]", "          d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]", "          e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]", "          f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]", "          g: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]"), "a.yaml:7: collections./api/v2/flows/datatables[0].schema.properties.f["},

		// References.
		{"a reference to nothing", in("stations: [{userId: '@/api/v2/users/b@x.test'}]"), at + `stations[0].userId: there is no "b@x.test" in /api/v2/users; there are none`},
		{"a reference into nothing", in("stations: [{userId: '@/api/v2/people/b'}]"), at + "stations[0].userId: there is no collection at /api/v2/people"},
		{"a reference without an entity", in("stations: [{userId: '@/users'}]"), at + `stations[0].userId: "@/users" must be the path of an entity, such as @/api/v2/routing/queues/Support`},
		{"a reference to one of two", in("stations: [{id: a, name: A}, {id: b, name: A}, {userId: '@/api/v2/stations/A'}]"), at + `stations[2].userId: "A" is the name of several in /api/v2/stations; use an id`},
		{"a reference for a number", in("stations: [{id: a, webRtcCallAppearances: '@/api/v2/stations/a'}]"), at + "stations[0].webRtcCallAppearances: must be a integer, is a reference"},
		{"an unknown division", in("architect/schedules: [{name: A, division: Mars}]"), at + `architect/schedules[0].division: there is no "Mars" in /api/v2/authorization/divisions; there are Home`},
		{"a division with more", in("architect/schedules: [{name: A, division: {name: Home, home: true}}]"), at + `architect/schedules[0].division.home: unknown property "home"; known are id, name`},

		// Included fixtures.
		{"an unknown fixture", lines("include: [acme]"), `a.yaml:2: include[0]: there is no embedded fixture "acme"; there are `},
		{"a fixture twice", lines("include: [default, default]"), `a.yaml:2: include[1]: "default" is listed twice, first in line 2`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all, err := plantings(t, tt.fixture)
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error = %v, plantings %v, want an *Error: %s", err, all, tt.want)
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error\n     %s\nwant %s", err, tt.want)
			}
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("error has more than one line: %s", err)
			}
		})
	}
}
