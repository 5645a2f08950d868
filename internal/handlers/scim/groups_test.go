package scim_test

import (
	"net/url"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func members(t *testing.T, c *mocktest.Client, id string) string {
	t.Helper()
	var body struct{ Entities []struct{ Name string } }
	want(t, c.Get(t, "/api/v2/groups/"+id+"/members"), 200).JSON(t, &body)
	names := ""
	for _, e := range body.Entities {
		names += e.Name + ";"
	}
	return names
}

func TestMembersOfGroupsComeAndGo(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	path := tree + "/groups/" + salesFloor
	got := want(t, admin.Get(t, path), 200)
	has(t, got, map[string]string{
		"displayName": "Sales Floor", "meta.version": `"1"`, "meta.location": srv.URL + path, "meta.resourceType": "Group",
		"members.0.value": alex, "members.0.type": "User", "members.0.$ref": srv.URL + of(alex), "members.1.value": sue, "members.2": "",
	})
	steps := []struct {
		name    string
		answer  func() *mocktest.Response
		members string
		version string
	}{
		{"somebody comes", func() *mocktest.Response {
			return admin.Patch(t, path, patch("add", "members", list{fields{"value": aki}}))
		}, "Aki Agent;Alex Agent;Sue Supervisor;", `"2"`},
		{"who is there already comes", func() *mocktest.Response {
			return admin.Patch(t, path, patch("add", "members", list{fields{"value": aki}}))
		}, "Aki Agent;Alex Agent;Sue Supervisor;", `"2"`},
		{"somebody goes", func() *mocktest.Response {
			return admin.Patch(t, path, patch("remove", `members[value eq "`+sue+`"]`, nil))
		}, "Aki Agent;Alex Agent;", `"3"`},
		{"the whole list", func() *mocktest.Response {
			return admin.Put(t, path, fields{"displayName": "Sales Floor", "members": list{fields{"value": ben}, fields{"value": aki, "display": "Aki"}}, "externalId": "G-1"})
		}, "Aki Agent;Ben Builder;", `"4"`},
		{"the name as it is, beside nothing else", func() *mocktest.Response {
			return admin.Put(t, path, fields{"displayName": "Sales Floor"})
		}, "Aki Agent;Ben Builder;", `"4"`},
		{"nobody stays", func() *mocktest.Response { return admin.Put(t, path, fields{"members": list{}}) }, "", `"5"`},
	}
	for _, s := range steps {
		got := want(t, s.answer(), 200)
		if m := members(t, admin, salesFloor); m != s.members || got.Header.Get("ETag") != s.version || got.Str(t, "meta.version") != s.version {
			t.Errorf("%s: %s %s, want %s %s", s.name, m, got.Header.Get("ETag"), s.members, s.version)
		}
	}
	has(t, want(t, admin.Get(t, path+"?excludedAttributes=members"), 200), map[string]string{"externalId": "G-1", "members": ""})
	// The catalogue has the name in every answer.
	has(t, want(t, admin.Get(t, path+"?attributes=externalId"), 200), map[string]string{"externalId": "G-1", "displayName": "Sales Floor", "members": ""})
	for _, base := range []string{tree, oldTree} {
		members := `[{"value":"` + sue + `"}]`
		one := base + "/groups/" + salesFloor
		want(t, admin.Patch(t, one, patch("replace", "members", list{fields{"value": sue}})), 200)
		has(t, want(t, admin.Get(t, one+"?attributes=Members.VALUE,shoeSize"), 200), map[string]string{"members": members, "externalId": ""})
		listed := base + "/groups?filter=" + url.QueryEscape(`displayName eq "Sales Floor"`)
		has(t, want(t, admin.Get(t, listed+"&excludedAttributes=members.$ref,members.type"), 200), map[string]string{"Resources.0.members": members})
		want(t, admin.Patch(t, one, patch("remove", "members", nil)), 200)
	}
	has(t, want(t, admin.Get(t, "/api/v2/groups/"+salesFloor), 200), map[string]string{"version": "9", "memberCount": "0"})
	want(t, with(t, admin, "GET", path, nil, "If-None-Match", `"9"`), 304)

	// A change through the Platform API moves the ETag here.
	want(t, admin.Post(t, "/api/v2/groups/"+salesFloor+"/members", fields{"memberIds": list{ada}, "version": 9}), 202)
	has(t, want(t, with(t, admin, "GET", path, nil, "If-None-Match", `"9"`), 200), map[string]string{"meta.version": `"10"`, "members.0.value": ada})
}

func TestGroupsRefuse(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := tree + "/groups/" + salesFloor
	gone := create(t, admin, person("gone@mockcloud.test", nil))
	want(t, admin.Delete(t, of(gone)), 204)
	before := string(want(t, admin.Get(t, path), 200).Body)
	refused(t, admin.Put(t, path, fields{"displayName": "Other", "members": list{}}), 400, "mutability")
	refused(t, admin.Patch(t, path, patch("replace", "displayName", "Other")), 400, "mutability")
	refused(t, admin.Put(t, path, fields{"displayName": "SALES FLOOR"}), 400, "mutability")
	refused(t, admin.Patch(t, path, patch("add", "members", list{fields{"value": aki}, fields{"value": nobody}})), 400, "invalidValue")
	refused(t, admin.Patch(t, path, patch("add", "members", list{fields{"value": gone}})), 400, "invalidValue")
	refused(t, admin.Get(t, tree+"/groups/"+nobody), 404, "")
	refused(t, admin.Put(t, tree+"/groups/"+nobody, fields{}), 404, "")
	refused(t, admin.Get(t, tree+"/groups"), 400, "invalidValue")
	refused(t, admin.Get(t, tree+"/groups?filter="+url.QueryEscape(`members eq "x"`)), 400, "invalidFilter")
	if after := string(want(t, admin.Get(t, path), 200).Body); after != before {
		t.Errorf("%s became %s", before, after)
	}
	for method, got := range map[string]*mocktest.Response{"POST": admin.Post(t, tree+"/groups", fields{}), "DELETE": admin.Delete(t, path)} {
		if got.Status != 405 || got.Str(t, "code") == "" {
			t.Errorf("%s: %d %s", method, got.Status, got.Body)
		}
	}
}

func TestGroupsAreFound(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct{ path, want string }{
		{oldTree + "/groups", "Integration Team Sales Floor"},
		{oldTree + "/groups?startIndex=2", "Sales Floor"},
		{oldTree + "/groups?startIndex=3", ""},
		{oldTree + "/groups?count=1", "Integration Team"},
		{tree + "/groups?filter=" + url.QueryEscape(`displayName eq "sales FLOOR"`), "Sales Floor"},
		{tree + "/groups?filter=" + url.QueryEscape(`displayName eq "sales FLOOR"`) + "&startIndex=2", ""},
		{tree + "/groups?filter=" + url.QueryEscape(`id eq "`+salesFloor+`"`), "Sales Floor"},
		{tree + "/groups?filter=" + url.QueryEscape(`id eq "`+nobody+`"`), ""},
	}
	for _, tt := range tests {
		if got := found(t, admin.Get(t, tt.path)); got != tt.want {
			t.Errorf("%s finds %q, want %q", tt.path, got, tt.want)
		}
	}
}
