package greetings_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	org        = "6d6f636b-0001-4000-8000-000000000001"
	salesFloor = "6d6f636b-0004-4000-8000-000000000002"
	ada        = "6d6f636b-0005-4000-8000-000000000001"
	aki        = "6d6f636b-0005-4000-8000-000000000005"
	nobody     = "6d6f636b-0005-4000-8000-00000000ffff"

	all = "/api/v2/greetings"
)

type fields = map[string]any

// want ends the test unless the answer is as it should be.
var want = expect.Answer

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

func names(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	var body struct{ Entities []struct{ Name string } }
	if err := json.Unmarshal(got.Body, &body); err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, e := range body.Entities {
		list = append(list, e.Name)
	}
	return list
}

// owner is one of the three kinds of owner.
type owner struct {
	kind, id, path, uri string
}

var owners = []owner{
	{"ORGANIZATION", org, all, "/api/v2/organizations/me"},
	{"GROUP", salesFloor, "/api/v2/groups/" + salesFloor + "/greetings", "/api/v2/groups/" + salesFloor},
	{"USER", aki, "/api/v2/users/" + aki + "/greetings", "/api/v2/users/" + aki},
}

func (o owner) greeting(name, kind string) fields {
	return fields{"name": name, "type": kind, "ownerType": o.kind, "owner": fields{"id": o.id}, "audioTTS": "Hello from " + name}
}

// add adds a greeting where those of the owner are, and returns its id.
func (o owner) add(t *testing.T, c *mocktest.Client, name, kind string) string {
	t.Helper()
	return want(t, c.Post(t, o.path, o.greeting(name, kind)), 200, "").Str(t, "id")
}

func TestGreetingsOfEveryOwner(t *testing.T) {
	t.Parallel()
	for _, o := range owners {
		t.Run(o.kind, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			c := srv.AsUser(t, "admin@mockcloud.test")
			has(t, want(t, c.Get(t, o.path), 200, ""), map[string]string{"entities": "[]", "total": "0"})

			body := o.greeting("Welcome", "STATION")
			body["audioFile"] = fields{"durationMilliseconds": 1200, "sizeBytes": 9600}
			made := want(t, c.Post(t, o.path, body), 200, "")
			id := made.Str(t, "id")
			whole := map[string]string{
				"id": id, "name": "Welcome", "type": "STATION", "ownerType": o.kind, "audioTTS": "Hello from Welcome",
				"owner": `{"id":"` + o.id + `","selfUri":"` + o.uri + `"}`, "audioFile": `{"durationMilliseconds":1200,"sizeBytes":9600}`,
				"createdDate": "2026-01-15T12:00:00.000Z", "createdBy": "/api/v2/users/" + ada,
				"modifiedDate": "2026-01-15T12:00:00.000Z", "modifiedBy": "/api/v2/users/" + ada, "selfUri": all + "/" + id,
			}
			has(t, made, whole)
			has(t, want(t, c.Get(t, all+"/"+id), 200, ""), whole)
			media := want(t, c.Get(t, all+"/"+id+"/media?formatId=MP3"), 200, "")
			if string(media.Body) != `{"id":"`+id+`"}` { // Guess: no recording, no address.
				t.Errorf("media = %s", media.Body)
			}

			o.add(t, c, "Absent", "VOICEMAIL")
			o.add(t, c, "Zulu", "NAME")
			first := want(t, c.Get(t, o.path+"?pageSize=2"), 200, "")
			has(t, first, map[string]string{"total": "3", "pageCount": "2"})
			list := append(names(t, first), names(t, want(t, c.Get(t, first.Str(t, "nextUri")), 200, ""))...)
			if !slices.Equal(list, []string{"Absent", "Welcome", "Zulu"}) {
				t.Errorf("greetings = %q", list)
			}

			srv.Clock.Advance(time.Second)
			changed := o.greeting("Zz Welcome", "STATION")
			changed["audioTTS"] = "Good day"
			whole["name"], whole["audioTTS"], whole["audioFile"], whole["modifiedDate"] = "Zz Welcome", "Good day", "", "2026-01-15T12:00:01.000Z"
			has(t, want(t, c.Put(t, all+"/"+id, changed), 200, ""), whole)
			if list := names(t, want(t, c.Get(t, o.path), 200, "")); !slices.Equal(list, []string{"Absent", "Zulu", "Zz Welcome"}) {
				t.Errorf("greetings = %q", list)
			}
			want(t, c.Delete(t, all+"/"+id), 204, "")
			want(t, c.Get(t, all+"/"+id), 404, "not.found")
			want(t, c.Get(t, all+"/"+id+"/media"), 404, "not.found")
			want(t, c.Put(t, all+"/"+id, changed), 404, "not.found")
			want(t, c.Delete(t, all+"/"+id), 404, "not.found")
			has(t, want(t, c.Get(t, o.path), 200, ""), map[string]string{"total": "2"})
		})
	}
}

func TestOwnersSeeTheirOwnGreetingsOnly(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t) // nothing is asked for
	for _, o := range owners {
		o.add(t, c, "Of "+o.kind, "STATION")
	}
	for _, o := range owners {
		if list := names(t, want(t, c.Get(t, o.path), 200, "")); !slices.Equal(list, []string{"Of " + o.kind}) {
			t.Errorf("greetings of %s = %q", o.kind, list)
		}
	}
	// Guess: by its body, a greeting can be given to anybody.
	for _, o := range owners[1:] {
		want(t, c.Post(t, all, o.greeting("More", "NAME")), 200, "")
		has(t, want(t, c.Get(t, o.path), 200, ""), map[string]string{"total": "2"})
	}
	has(t, want(t, c.Get(t, all), 200, ""), map[string]string{"total": "1"})
}

func TestGreetingsThatCannotBe(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.Admin(t)
	group, user := owners[1], owners[2]
	id := user.add(t, c, "Mine", "STATION")
	long := user.greeting(strings.Repeat("x", 2000), "STATION")
	without := user.greeting("x", "STATION")
	delete(without, "owner")
	tests := []struct {
		name, path, code string
		body             fields
		status           int
	}{
		{"another owner's type", group.path, "bad.request", user.greeting("x", "STATION"), 400},
		{"another owner", group.path, "bad.request", owner{kind: "GROUP", id: nobody}.greeting("x", "STATION"), 400},
		{"an unknown type", user.path, "invalid.value", user.greeting("x", "SONG"), 400},
		{"no owner", user.path, "constraint.validation", without, 400},
		{"a long name", user.path, "bad.request", long, 400},
		{"an unknown user", "/api/v2/users/" + nobody + "/greetings", "general.resource.not.found", owner{kind: "USER", id: nobody}.greeting("x", "STATION"), 404},
		{"an unknown group", "/api/v2/groups/" + nobody + "/greetings", "general.resource.not.found", owner{kind: "GROUP", id: nobody}.greeting("x", "STATION"), 404},
		{"an unknown user in the body", all, "general.resource.not.found", owner{kind: "USER", id: nobody}.greeting("x", "STATION"), 404},
		{"an unknown group in the body", all, "general.resource.not.found", owner{kind: "GROUP", id: nobody}.greeting("x", "STATION"), 404},
		{"a user without id in the body", all, "bad.request", owner{kind: "USER"}.greeting("x", "STATION"), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { want(t, c.Post(t, tt.path, tt.body), tt.status, tt.code) })
	}
	want(t, c.Put(t, all+"/"+id, group.greeting("Stolen", "STATION")), 400, "bad.request")
	has(t, want(t, c.Get(t, all+"/"+id), 200, ""), map[string]string{"name": "Mine", "ownerType": "USER"})
	for _, o := range owners {
		total := "0"
		if o == user {
			total = "1"
		}
		has(t, want(t, c.Get(t, o.path), 200, ""), map[string]string{"total": total})
	}
}

func defaults(ids map[string]string) fields {
	greetings := fields{}
	for kind, id := range ids {
		greetings[kind] = fields{"id": id}
	}
	return fields{"greetings": greetings}
}

func TestDefaultGreetings(t *testing.T) {
	t.Parallel()
	for _, o := range owners {
		t.Run(o.kind, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			c := srv.As(t)
			path := o.path + "/defaults"
			has(t, want(t, c.Get(t, path), 200, ""), map[string]string{"id": o.id, "ownerType": o.kind, "greetings": "{}", "selfUri": path, "owner.id": o.id})
			station, voicemail := o.add(t, c, "Station", "STATION"), o.add(t, c, "Voicemail", "VOICEMAIL")
			set := want(t, c.Put(t, path, defaults(map[string]string{"STATION": station, "VOICEMAIL": voicemail})), 200, "")
			has(t, set, map[string]string{"greetings.STATION.id": station, "greetings.VOICEMAIL.name": "Voicemail", "greetings.NAME": "", "modifiedDate": "2026-01-15T12:00:00.000Z"})
			want(t, c.Put(t, path, string(set.Body)), 200, "") // as it was read

			shared := owners[0].add(t, c, "Everybody's", "NAME")
			want(t, c.Put(t, path, defaults(map[string]string{"NAME": shared, "STATION": station})), 200, "")
			has(t, want(t, c.Get(t, path), 200, ""), map[string]string{"greetings.NAME.ownerType": "ORGANIZATION", "greetings.STATION.id": station, "greetings.VOICEMAIL": ""})

			for name, body := range map[string]fields{
				"unknown greeting":        defaults(map[string]string{"STATION": nobody}),
				"greeting without id":     defaults(map[string]string{"STATION": ""}),
				"greeting of other type":  defaults(map[string]string{"STATION": voicemail}),
				"unknown type":            defaults(map[string]string{"SONG": station}),
				"somebody else's":         defaults(map[string]string{"STATION": elsewhere(t, c, o)}),
				"a good one and a bad":    defaults(map[string]string{"STATION": station, "VOICEMAIL": nobody}),
				"a list, and not by type": {"greetings": []string{station}},
			} {
				if got := c.Put(t, path, body); got.Status != 400 {
					t.Errorf("%s: status = %d\n%s", name, got.Status, got.Body)
				}
			}
			has(t, want(t, c.Get(t, path), 200, ""), map[string]string{"greetings.NAME.id": shared, "greetings.STATION.id": station, "greetings.VOICEMAIL": ""})

			// A greeting that is gone, or of another type, is nobody's default.
			want(t, c.Delete(t, all+"/"+shared), 204, "")
			want(t, c.Put(t, all+"/"+station, o.greeting("Station", "NAME")), 200, "")
			has(t, want(t, c.Get(t, path), 200, ""), map[string]string{"greetings": "{}"})
		})
	}
}

// elsewhere makes a greeting of a person that o is not.
func elsewhere(t *testing.T, c *mocktest.Client, o owner) string {
	t.Helper()
	other := owner{"USER", ada, "/api/v2/users/" + ada + "/greetings", ""}
	return other.add(t, c, "Of Ada beside "+o.kind, "STATION")
}

func TestTheGreetingsOfADeletedGroupAreGone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	group := owners[1]
	id := group.add(t, admin, "Last", "STATION")
	want(t, admin.Put(t, group.path+"/defaults", defaults(map[string]string{"STATION": id})), 200, "")
	want(t, admin.Delete(t, "/api/v2/groups/"+salesFloor), 204, "")
	want(t, admin.Get(t, all+"/"+id), 404, "not.found")
	want(t, admin.Get(t, group.path+"/defaults"), 404, "general.resource.not.found")
}
