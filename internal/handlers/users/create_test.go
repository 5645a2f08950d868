package users_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestCreatedUserHasWhatWasSentAndTheRest(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, admin.Post(t, "/api/v2/users", fields{
		"name": "Nina New", "email": "nina@mockcloud.test", "divisionId": sales, "state": "active",
		"department": "Sales", "title": "Lead",
		"addresses": []fields{{"address": "+13175550100", "mediaType": "PHONE", "type": "WORK", "extension": nil}, {"address": "nina@example.com", "mediaType": "EMAIL", "type": "HOME"}},
	}), 200, "")
	id := got.Str(t, "id")
	expect := map[string]string{
		"name": "Nina New", "email": "nina@mockcloud.test", "username": "nina@mockcloud.test",
		"division.id": sales, "division.name": "Sales", "division.selfUri": "/api/v2/authorization/divisions/" + sales,
		"state": "active", "department": "Sales", "title": "Lead", "version": "1", "acdAutoAnswer": "false", "images": "[]",
		"selfUri":                        "/api/v2/users/" + id,
		"addresses.0.address":            "+13175550100",
		"addresses.0.display":            "+13175550100",
		"addresses.1.mediaType":          "EMAIL",
		"primaryContactInfo.0.address":   "nina@mockcloud.test",
		"primaryContactInfo.0.mediaType": "EMAIL",
		"primaryContactInfo.0.type":      "PRIMARY",
		"primaryContactInfo.1.address":   "+13175550100",
		"primaryContactInfo.2":           "",
		"chat.jabberId":                  id + "@mockcloud.test",
		"manager":                        "", "authorization": "", "certifications": "",
	}
	has(t, got, expect)
	has(t, want(t, admin.Get(t, "/api/v2/users/"+id), 200, ""), expect)
	if strings.Contains(string(got.Body), "null") {
		t.Errorf("the answer has a null\n%s", got.Body)
	}
}

func TestCreatedUserLivesInHomeUnlessTold(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for name, body := range map[string]fields{
		"absent": {"name": "A", "email": "a@mockcloud.test"},
		"null":   {"name": "B", "email": "b@mockcloud.test", "divisionId": nil},
		"empty":  {"name": "C", "email": "c@mockcloud.test", "divisionId": ""},
	} {
		got := want(t, admin.Post(t, "/api/v2/users", body), 200, "")
		if got.Str(t, "division.id") != home {
			t.Errorf("%s: division = %q, want Home", name, got.Str(t, "division.id"))
		}
	}
}

func TestCreatedUserIsInactiveUnlessTold(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, tt := range []struct {
		name string
		sent any
		want string
	}{
		{"absent", nil, "inactive"},
		{"active", "active", "active"},
		{"inactive", "inactive", "inactive"},
	} {
		body := fields{"name": tt.name, "email": tt.name + "@mockcloud.test", "state": tt.sent}
		has(t, want(t, admin.Post(t, "/api/v2/users", body), 200, ""), map[string]string{"state": tt.want})
	}
}

func TestCreatedUserIsAnEmployeeInHome(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, fields{"name": "Nina", "email": "nina@mockcloud.test", "divisionId": sales, "state": "active"})
	got := want(t, admin.Get(t, "/api/v2/users/"+id+"/roles"), 200, "")
	same(t, "roles", namesIn(t, got, "roles"), []string{"employee"})
}

func TestCreateIsRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	deleted := create(t, admin, person("Del", "deleted@mockcloud.test"))
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")

	tests := []struct {
		name   string
		body   fields
		status int
		code   string
	}{
		{"e-mail taken", person("X", "agent1@mockcloud.test"), 409, "general.conflict"},
		{"e-mail taken in other case", person("X", "AGENT1@mockcloud.test"), 409, "general.conflict"},
		{"e-mail of a deleted user", person("X", "deleted@mockcloud.test"), 409, "general.conflict"},
		{"no name", fields{"email": "x@mockcloud.test"}, 400, ""},
		{"null name", fields{"name": nil, "email": "x@mockcloud.test"}, 400, ""},
		{"no e-mail", fields{"name": "X"}, 400, ""},
		{"unknown state", fields{"name": "X", "email": "x@mockcloud.test", "state": "retired"}, 400, "invalid.value"},
		// Guess: the checks below have no source, only their codes are listed.
		{"blank name", person(" ", "x@mockcloud.test"), 400, "general.bad.request"},
		{"not an address", person("X", "mockcloud.test"), 400, "general.bad.request"},
		{"address with a blank", person("X", "x y@mockcloud.test"), 400, "general.bad.request"},
		{"long address", person("X", strings.Repeat("x", 300)+"@mockcloud.test"), 400, "general.bad.request"},
		{"deleted from the start", fields{"name": "X", "email": "x@mockcloud.test", "state": "deleted"}, 400, "general.bad.request"},
		{"unknown division", fields{"name": "X", "email": "x@mockcloud.test", "divisionId": nobody}, 400, "general.bad.request"},
		{"all divisions", fields{"name": "X", "email": "x@mockcloud.test", "divisionId": "*"}, 400, "general.bad.request"},
		{"long password", fields{"name": "X", "email": "x@mockcloud.test", "password": strings.Repeat("pppp-1", 43)}, 400, "invalid.password"},
		{"weak password", fields{"name": "X", "email": "x@mockcloud.test", "password": "pppp"}, 400, "invalid.password"},
	}
	before := admin.Get(t, "/api/v2/users?state=any").Str(t, "total")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Post(t, "/api/v2/users", tt.body), tt.status, tt.code)
			if strings.Contains(string(got.Body), "pppp") {
				t.Error("the answer shows the password")
			}
		})
	}
	if after := admin.Get(t, "/api/v2/users?state=any").Str(t, "total"); after != before {
		t.Errorf("refusals changed the number of users from %s to %s", before, after)
	}
}

func TestCreateAsksForThePermissionInTheDivision(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	c := srv.AsIn(t, sales, "directory:user:add")
	in := func(division, email string) fields {
		return fields{"name": "X", "email": email, "divisionId": division}
	}
	want(t, c.Post(t, "/api/v2/users", in(sales, "a@mockcloud.test")), 200, "")
	want(t, c.Post(t, "/api/v2/users", in(support, "b@mockcloud.test")), 403, "missing.any.division.permissions")
	want(t, c.Post(t, "/api/v2/users", fields{"name": "X", "email": "c@mockcloud.test"}), 403, "missing.any.division.permissions")
	want(t, srv.As(t).Post(t, "/api/v2/users", in(sales, "d@mockcloud.test")), 403, "missing.any.permissions")
	want(t, srv.As(t, "directory:user:add").Post(t, "/api/v2/users", in(support, "e@mockcloud.test")), 200, "")
}

func TestPasswordNeverReachesTheStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path})
	const password = "a-password-nobody-should-find-1"
	create(t, srv.Admin(t), fields{"name": "Nina", "email": "nina@mockcloud.test", "password": password})
	srv.Stop(t)
	state, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(state), password) {
		t.Error("the state file holds the password")
	}
	if !strings.Contains(string(state), "nina@mockcloud.test") {
		t.Error("the state file does not hold the user either")
	}
}

func TestUnknownFieldsOfANewUserAreIgnored(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := want(t, admin.Post(t, "/api/v2/users", fields{
		"id": nobody, "name": "Nina", "email": "nina@mockcloud.test", "version": 7, "preferredName": "N", "shoeSize": 42,
	}), 200, "")
	has(t, got, map[string]string{"version": "1", "preferredName": ""})
	if got.Str(t, "id") == nobody {
		t.Error("the client chose the id")
	}
}
