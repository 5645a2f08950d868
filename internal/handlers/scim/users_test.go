package scim_test

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAUserOfSCIMIsAUserOfThePlatform(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	got := want(t, admin.Post(t, tree+"/users", person("pia@mockcloud.test", fields{
		"title": "Engineer", "externalId": "E-1",
		"emails":       list{fields{"type": "other", "value": "elsewhere@example.com"}, fields{"type": "work", "value": "pia.work@example.com"}},
		"phoneNumbers": list{fields{"type": "mobile", "value": "+13175550100"}, fields{"type": "work", "value": "tel:+13175550101;ext=42", "primary": true}, fields{"type": "microsoftteams", "value": "+13175550102"}},
		"roles":        list{fields{"value": "Queue Reader"}},
		enterprise:     fields{"division": "Sales", "department": "Tools", "manager": fields{"value": sue}, "employeeNumber": "007", "dateHire": "2020-01-31T22:00:00.000Z"},
		genesys: fields{
			"routingSkills": list{fields{"name": "Billing", "proficiency": 2.5}}, "routingLanguages": list{fields{"name": "English"}},
			"externalIds": list{fields{"authority": "hr", "value": "1234"}},
		},
	})), 201)
	id := got.Str(t, "id")
	location := srv.URL + of(id)
	if got.Header.Get("Location") != location || got.Header.Get("ETag") != got.Str(t, "meta.version") || !strings.HasPrefix(got.Header.Get("ETag"), `"`) {
		t.Errorf("headers: %v", got.Header)
	}
	has(t, got, map[string]string{
		"userName": "pia@mockcloud.test", "active": "true", "meta.resourceType": "User", "meta.location": location, "meta.lastModified": "2026-01-15T12:00:00.000Z",
		"emails":       `[{"primary":true,"type":"other","value":"pia@mockcloud.test"},{"type":"work","value":"pia.work@example.com"}]`,
		"phoneNumbers": `[{"primary":true,"type":"work","value":"tel:+13175550101;ext=42"},{"type":"mobile","value":"+13175550100"},{"type":"microsoftteams","value":"+13175550102"}]`,
		"roles":        `[{"value":"employee"},{"value":"Queue Reader"}]`,
		"externalId":   "E-1", "password": "", "groups": "",
	})
	text := string(got.Body)
	for _, part := range []string{
		`"division":"Sales"`, `"department":"Tools"`, `"employeeNumber":"007"`, `"dateHire":"2020-01-31"`, `"value":"` + sue + `"`,
		`"routingSkills":[{"name":"Billing","proficiency":2.5}]`, `"routingLanguages":[{"name":"English","proficiency":0}]`,
		`"externalIds":[{"authority":"x-pc:scimv2:v1","value":"E-1"},{"authority":"hr","value":"1234"}]`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	user := want(t, admin.Get(t, "/api/v2/users/"+id+"?expand=authorization,employerInfo,skills,languages"), 200)
	has(t, user, map[string]string{
		"name": "Pia Person", "email": "pia@mockcloud.test", "username": "pia@mockcloud.test", "state": "active", "title": "Engineer", "department": "Tools",
		"division.id": sales, "manager.id": sue, "employerInfo.employeeId": "007", "employerInfo.dateHire": "2020-01-31",
		"addresses.0.address": "pia.work@example.com", "addresses.0.mediaType": "EMAIL", "addresses.0.type": "WORK",
		"addresses.1.address": "+13175550101", "addresses.1.extension": "42", "addresses.1.type": "WORK", "addresses.1.mediaType": "PHONE",
		"addresses.2.type": "MOBILE", "addresses.3.integration": "microsoft-teams", "addresses.3.type": "OTHER",
		"authorization.roles.0.name": "employee", "authorization.roles.1.name": "Queue Reader",
		"skills.0.name": "Billing", "skills.0.proficiency": "2.5", "languages.0.name": "English", "version": version(got),
	})
}

func TestBothAPIsSeeOneUser(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	before := want(t, admin.Get(t, of(alex)), 200)
	tag := before.Header.Get("ETag")
	want(t, with(t, admin, "GET", of(alex), nil, "If-None-Match", tag), 304)
	want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{
		"version": 1, "title": "Chief", "department": "Floor", "employerInfo": fields{"employeeId": "9", "officialName": "Alexander"},
		"addresses": list{
			fields{"mediaType": "SMS", "type": "MOBILE", "address": "+13175550199"},
			fields{"mediaType": "PHONE", "type": "WORK", "address": "+13175550100", "countryCode": "US"},
			fields{"mediaType": "PHONE", "type": "WORK", "address": "+13175550103"},
			fields{"mediaType": "EMAIL", "type": "HOME", "address": "alex@home.example"},
		},
	}), 200)
	after := want(t, with(t, admin, "GET", of(alex), nil, "If-None-Match", tag), 200)
	has(t, after, map[string]string{"title": "Chief", "phoneNumbers": `[{"primary":true,"type":"work","value":"+13175550100"}]`, "emails.1": ""})
	if after.Header.Get("ETag") == tag {
		t.Errorf("the ETag stays %s", tag)
	}
	// What SCIM does not show is not lost by a change through it.
	want(t, admin.Patch(t, of(alex), patch("add", "phoneNumbers", list{fields{"type": "home", "value": "+13175550104"}})), 200)
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex+"?expand=employerInfo"), 200), map[string]string{
		"addresses.0.mediaType": "SMS", "addresses.1.countryCode": "US", "addresses.2.type": "HOME", "addresses.2.mediaType": "PHONE",
		"addresses.3.address": "+13175550103", "addresses.4.address": "alex@home.example",
		"employerInfo.officialName": "Alexander", "employerInfo.employeeId": "9",
	})
}

func TestPutKeepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, person("pia@mockcloud.test", fields{
		"title": "Engineer", "externalId": "E-1", "phoneNumbers": list{fields{"type": "mobile", "value": "+13175550100"}},
		enterprise: fields{"division": "Sales", "department": "Tools", "employeeNumber": "7"},
	}))
	// Guess: see replacement. Null and the empty list take away, in the extensions too.
	got := want(t, admin.Put(t, of(id), fields{
		"id": "other", "schemas": list{"x"}, "meta": fields{"version": "x"}, "groups": list{fields{"value": "x"}},
		"DISPLAYNAME": "Pia Second", "title": nil, "phoneNumbers": list{}, enterprise: fields{"department": nil, "dateHire": "2020-02-29"},
	}), 200)
	has(t, got, map[string]string{"id": id, "userName": "pia@mockcloud.test", "displayName": "Pia Second", "title": "", "phoneNumbers": "", "externalId": "E-1", "roles.0.value": "employee"})
	hasVersion(t, got, "2")
	for part, there := range map[string]bool{`"division":"Sales"`: true, `"employeeNumber":"7"`: true, `"dateHire":"2020-02-29"`: true, `"department"`: false} {
		if strings.Contains(string(got.Body), part) != there {
			t.Errorf("%s in %s, want %v", part, got.Body, there)
		}
	}
	// What no schema knows is passed over.
	odd := want(t, admin.Put(t, of(id), fields{"": 1, "foo bar": 2, "name": fields{"givenName": "Pia"}, "urn:x:y": fields{"z": 1}, enterprise: fields{"cost center[": 7}, genesys: "", "emails[": list{}}), 400)
	has(t, odd, map[string]string{"scimType": "invalidValue"}) // an extension is an object
	odd = want(t, admin.Put(t, of(id), fields{"": 1, "foo bar": 2, "name": fields{"givenName": "Pia"}, "urn:x:y": fields{"z": 1}, enterprise: fields{"cost center[": 7}, "emails[": list{}}), 200)
	if string(odd.Body) != string(got.Body) {
		t.Errorf("%s became %s", got.Body, odd.Body)
	}
	// The whole resource, sent back as it was read, changes nothing.
	again := want(t, admin.Put(t, of(id), string(got.Body)), 200)
	if string(again.Body) != string(got.Body) || again.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Errorf("%s became %s", got.Body, again.Body)
	}
}

func TestWhatAUserCannotBe(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	create(t, admin, person("pia@mockcloud.test", fields{"externalId": "E-1", genesys: fields{"externalIds": list{fields{"authority": "hr", "value": "1"}}}}))
	before := platform(t, admin)
	many := list{}
	for range 51 {
		many = append(many, fields{"authority": "a", "value": strings.Repeat("x", len(many)+1)})
	}
	tests := []struct {
		name     string
		body     fields
		status   int
		scimType string
	}{
		{"a taken user name", fields{"userName": "ADMIN@mockcloud.test"}, 409, "uniqueness"},
		{"a user name that is no address", fields{"userName": "alex"}, 400, "invalidValue"},
		{"no user name", fields{"userName": nil}, 400, "mutability"},
		{"a blank name", fields{"displayName": " "}, 400, "invalidValue"},
		{"a division that is not there", fields{enterprise: fields{"division": "Nowhere"}}, 400, "invalidValue"},
		{"a division by id", fields{enterprise: fields{"division": home}}, 400, "invalidValue"},
		{"a manager who is not there", fields{enterprise: fields{"manager": fields{"value": nobody}}}, 400, "invalidValue"},
		{"their own manager", fields{enterprise: fields{"manager": fields{"value": alex}}}, 400, "invalidValue"},
		{"a day that is none", fields{enterprise: fields{"dateHire": "2021-02-29"}}, 400, "invalidValue"},
		{"a role that is not there", fields{"roles": list{fields{"value": "King"}}}, 400, "invalidValue"},
		{"a skill that is not there", fields{genesys: fields{"routingSkills": list{fields{"name": "Juggling"}}}}, 400, "invalidValue"},
		{"a skill in another case", fields{genesys: fields{"routingSkills": list{fields{"name": "billing"}}}}, 400, "invalidValue"},
		{"a language that is not there", fields{genesys: fields{"routingLanguages": list{fields{"name": "Klingon"}}}}, 400, "invalidValue"},
		{"too good at it", fields{genesys: fields{"routingSkills": list{fields{"name": "Billing", "proficiency": 5.5}}}}, 400, "invalidValue"},
		{"worse than not at all", fields{genesys: fields{"routingSkills": list{fields{"name": "Billing", "proficiency": -1}}}}, 400, "invalidValue"},
		{"another main address than the user name", fields{"emails": list{fields{"type": "other", "value": "alex@example.com"}}}, 400, "mutability"},
		{"an e-mail address for work that is none", fields{"emails": list{fields{"type": "work", "value": "nomail"}}}, 400, "invalidValue"},
		{"a number that is none", fields{"phoneNumbers": list{fields{"type": "work", "value": "tel: "}}}, 400, "invalidValue"},
		{"an e-mail address of an unknown type", fields{"emails": list{fields{"type": "home", "value": "alex@example.com"}}}, 400, "invalidValue"},
		{"a taken externalId", fields{"externalId": "E-1"}, 409, "uniqueness"},
		{"a taken external id", fields{genesys: fields{"externalIds": list{fields{"authority": "hr", "value": "1"}}}}, 409, "uniqueness"},
		{"an external id in the place of externalId", fields{genesys: fields{"externalIds": list{fields{"authority": "x-pc:scimv2:v1", "value": "E-2"}}}}, 400, "mutability"},
		{"an external id without a value", fields{genesys: fields{"externalIds": list{fields{"authority": "hr", "value": ""}}}}, 400, "invalidValue"},
		{"too many external ids", fields{genesys: fields{"externalIds": many}}, 400, "invalidValue"},
		{"neither active nor not", fields{"active": "perhaps"}, 400, "invalidValue"},
		{"a weak password", fields{"password": "short"}, 400, "invalidValue"},
		{"an unknown password type", fields{"password": 7}, 400, "invalidValue"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.body["title"] = "Never"
			refused(t, admin.Put(t, of(alex), tt.body), tt.status, tt.scimType)
			if after := platform(t, admin); after != before {
				t.Errorf("%s became %s", before, after)
			}
		})
	}
	refused(t, admin.Post(t, tree+"/users", person("PIA@mockcloud.test", nil)), 409, "uniqueness")
	refused(t, admin.Post(t, tree+"/users", person("new@mockcloud.test", fields{"externalId": "E-1"})), 409, "uniqueness")
	refused(t, admin.Post(t, tree+"/users", fields{"userName": "new@mockcloud.test"}), 400, "invalidValue")
	refused(t, admin.Post(t, tree+"/users", fields{"displayName": "New"}), 400, "invalidValue")
	refused(t, admin.Get(t, of(nobody)), 404, "")
	if got := found(t, admin.Get(t, tree+`/users?filter=userName+eq+"new@mockcloud.test"`)); got != "" {
		t.Errorf("a refused user is there: %s", got)
	}
}

func TestADeletedUserIsGoneUntilTheAddressComesBack(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, person("pia@mockcloud.test", fields{"title": "Engineer", "externalId": "E-1", "roles": list{fields{"value": "Queue Reader"}}}))
	if got := want(t, admin.Delete(t, of(id)), 204); len(got.Body) > 0 || got.Header.Get("Content-Type") != "" {
		t.Errorf("%v %s", got.Header, got.Body)
	}
	for name, got := range map[string]*mocktest.Response{
		"get": admin.Get(t, of(id)), "put": admin.Put(t, of(id), fields{"active": true}), "patch": admin.Patch(t, of(id), patch("replace", "active", true)), "delete": admin.Delete(t, of(id)),
	} {
		t.Run(name, func(t *testing.T) { refused(t, got, 404, "") })
	}
	for _, filter := range []string{`userName+eq+"pia@mockcloud.test"`, `id+eq+"` + id + `"`, `externalId+eq+"E-1"`, `email+eq+"pia@mockcloud.test"`} {
		if got := found(t, admin.Get(t, tree+"/users?filter="+filter)); got != "" {
			t.Errorf("%s finds %s", filter, got)
		}
	}
	has(t, want(t, admin.Get(t, "/api/v2/users/"+id+"?state=deleted"), 200), map[string]string{"state": "deleted", "email": "pia@mockcloud.test"})

	// The name is free for others, until it is asked for again.
	other := create(t, admin, person("other@mockcloud.test", fields{"externalId": "E-1"}))
	refused(t, admin.Post(t, tree+"/users", person("pia@mockcloud.test", fields{"externalId": "E-1"})), 409, "uniqueness")
	refused(t, admin.Post(t, tree+"/users", person("pia@mockcloud.test", nil)), 409, "uniqueness")
	want(t, admin.Delete(t, of(other)), 204)

	// The same user, without any role (see createUser). Guess: the rest is as it was.
	got := want(t, admin.Post(t, tree+"/users", person("Pia@mockcloud.test", fields{"displayName": "Pia Again"})), 201)
	has(t, got, map[string]string{"id": id, "active": "true", "displayName": "Pia Again", "title": "Engineer", "externalId": "E-1", "roles": ""})
	hasVersion(t, got, "3")
	if role := want(t, admin.Get(t, "/api/v2/users/"+id+"/roles"), 200).Str(t, "roles"); role != "[]" {
		t.Errorf("roles = %s", role)
	}
}

func TestDeactivatingEndsTokensAndKeepsRoles(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	person := srv.AsUser(t, "agent1@mockcloud.test")
	want(t, person.Get(t, "/api/v2/users/me"), 200)
	want(t, admin.Patch(t, of(alex), patch("replace", "active", "False")), 200)
	want(t, person.Get(t, "/api/v2/users/me"), 401)
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex), 200), map[string]string{"state": "inactive", "version": "2"})
	got := want(t, admin.Patch(t, of(alex), fields{"schemas": list{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": list{fields{"op": "Replace", "value": fields{"active": true}}}}), 200)
	has(t, got, map[string]string{"active": "true", "roles.2.value": "User"})
	want(t, person.Get(t, "/api/v2/users/me"), 401)
}

// Guess: see writer.apply.
func TestNoValueForActiveLeavesTheStateAlone(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, state := range []bool{true, false} {
		before := want(t, admin.Put(t, of(alex), fields{"active": state}), 200)
		for name, got := range map[string]*mocktest.Response{
			"PUT":     admin.Put(t, of(alex), fields{"active": nil}),
			"replace": admin.Patch(t, of(alex), patch("replace", "active", nil)),
			"remove":  admin.Patch(t, of(alex), patch("remove", "active", nil)),
		} {
			if want(t, got, 200); string(got.Body) != string(before.Body) {
				t.Errorf("%s: %s became %s", name, before.Body, got.Body)
			}
		}
	}
}

func TestIfMatchGuardsEveryChange(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	before := platform(t, admin)
	title := fields{"title": "Chief"}
	for _, tag := range []string{`"2"`, `W/"0"`, `2`, `"x", "y"`} {
		refused(t, with(t, admin, "PUT", of(alex), title, "If-Match", tag), 400, "invalidVers")
		refused(t, with(t, admin, "PATCH", of(alex), patch("replace", "title", "Chief"), "If-Match", tag), 400, "invalidVers")
		refused(t, with(t, admin, "DELETE", of(alex), nil, "If-Match", tag), 400, "invalidVers")
		refused(t, with(t, admin, "PATCH", tree+"/groups/"+salesFloor, patch("remove", "members", nil), "If-Match", tag), 400, "invalidVers")
	}
	if after := platform(t, admin); after != before {
		t.Errorf("%s became %s", before, after)
	}
	got := want(t, with(t, admin, "PUT", of(alex), title, "If-Match", `W/"1"`), 200)
	hasVersion(t, got, "2")
	want(t, with(t, admin, "PATCH", of(alex), patch("replace", "title", "Boss"), "If-Match", `"1", "2"`), 200)
	want(t, with(t, admin, "DELETE", of(alex), nil, "If-Match", "*"), 204)
}

func TestOddSpellingsOfThePlatformAreSentBackAsTheyAre(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"version": 1, "addresses": list{
		fields{"mediaType": "PHONE", "type": "WORK", "address": "tel:+1 317", "extension": " 7"},
		fields{"mediaType": "PHONE", "type": "HOME", "address": "1;ext=2"},
		fields{"mediaType": "PHONE", "type": "MOBILE", "address": " "},
		fields{"mediaType": "EMAIL", "type": "WORK", "address": "nomail"},
	}}), 200)
	before := platform(t, admin)
	got := want(t, admin.Get(t, of(alex)), 200)
	want(t, admin.Put(t, of(alex), string(got.Body)), 200)
	if after := platform(t, admin); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

// basic is the header by which a client authenticates.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestPasswordsAreWrittenAndNeverRead(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	admin := srv.Admin(t)
	signIn := func(password string) int {
		t.Helper()
		body := "grant_type=password&username=pia@mockcloud.test&password=" + password
		return srv.Anonymous().Do(t, "POST", "/oauth/token", body, http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {basic("6d6f636b-0006-4000-8000-000000000005", "fake-secret-of-the-mockcloud-password-app-0")},
		}).Status
	}
	bodies := ""
	got := want(t, admin.Post(t, tree+"/users", person("pia@mockcloud.test", fields{"password": "first-Secret-1"})), 201)
	bodies += string(got.Body)
	id := got.Str(t, "id")
	if s := signIn("first-Secret-1"); s != 200 {
		t.Errorf("signing in: %d", s)
	}
	for _, change := range []struct {
		method, password string
		body             fields
	}{
		{"PUT", "second-Secret-2", fields{"PassWord": "second-Secret-2"}},
		{"PATCH", "third-Secret-3", patch("replace", "password", "third-Secret-3")},
		{"PATCH", "fourth-Secret-4", fields{"schemas": list{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "operations": list{fields{"op": "Add", "value": fields{"urn:ietf:params:scim:schemas:core:2.0:User:password": "fourth-Secret-4"}}}}},
	} {
		got := want(t, with(t, admin, change.method, of(id), change.body, "X-Any", "x"), 200)
		bodies += string(got.Body)
		if s := signIn(change.password); s != 200 {
			t.Errorf("signing in with %s: %d", change.password, s)
		}
	}
	if s := signIn("first-Secret-1"); s == 200 {
		t.Error("the first password still works")
	}
	if strings.Contains(bodies, "ecret") || strings.Contains(bodies, "password") {
		t.Errorf("a password is shown: %s", bodies)
	}
	refused(t, admin.Patch(t, of(id), patch("replace", "password", "weak")), 400, "invalidValue")

	// Guess: who was deleted and comes back has the old password, or the new one.
	for _, back := range []struct{ password, works string }{{"", "fourth-Secret-4"}, {"fifth-Secret-5", "fifth-Secret-5"}} {
		want(t, admin.Delete(t, of(id)), 204)
		if s := signIn(back.works); s == 200 {
			t.Error("a deleted user signs in")
		}
		body := person("pia@mockcloud.test", nil)
		if back.password != "" {
			body["password"] = back.password
		}
		if again := create(t, admin, body); again != id {
			t.Errorf("id = %s, want %s", again, id)
		}
		if s := signIn(back.works); s != 200 {
			t.Errorf("signing in with %s: %d", back.works, s)
		}
	}
}

func TestOfChangesOnOneVersionOneWins(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	const clients = 8
	changed, created := make(chan int, clients), make(chan int, clients)
	for i := range clients {
		go func() {
			changed <- with(t, admin, "PATCH", of(alex), patch("replace", "title", "Chief "+strconv.Itoa(i)), "If-Match", `"1"`).Status
		}()
		go func() { created <- admin.Post(t, tree+"/users", person("one@mockcloud.test", nil)).Status }()
	}
	statuses := map[int]int{}
	for range clients {
		statuses[<-changed]++
		statuses[<-created]++
	}
	if statuses[200] != 1 || statuses[400] != clients-1 || statuses[201] != 1 || statuses[409] != clients-1 {
		t.Errorf("statuses: %v", statuses)
	}
}
