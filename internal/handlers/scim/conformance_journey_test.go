package scim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// rfcPasswordApp is a client of the default fixture that trades passwords for
// tokens.
const (
	rfcPasswordApp       = "6d6f636b-0006-4000-8000-000000000005"
	rfcPasswordAppSecret = "fake-secret-of-the-mockcloud-password-app-0"
)

// TestConformanceOfAProvisionedLife follows a person from the first day to the
// last. The identity provider knows SCIM alone; the administrator knows the
// Platform API alone; both must see one and the same person.
func TestConformanceOfAProvisionedLife(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{PasswordGrant: true})
	c := rfcClient{srv: srv, base: "/api/v2/scim/v2", with: srv.Admin(t)}
	swimming := c.named(t, "/api/v2/routing/skills", "Swimming")
	basque := c.named(t, "/api/v2/routing/languages", "Basque")

	// The first day.
	made := c.create(t, rfcObject{
		"schemas": []string{rfcUser, rfcEnterprise}, "userName": "lea@mockcloud.test", "displayName": "Lea Life",
		"active": true, "title": "Trainee", "externalId": "directory-1", "password": "Swim-across-the-bay-1",
		"emails":       []rfcObject{{"type": "work", "value": "lea@example.com", "primary": true}},
		"phoneNumbers": []rfcObject{{"type": "work", "value": "+13175550100"}, {"type": "mobile", "value": "+13175550101"}},
		rfcEnterprise: rfcObject{
			"department": "Office", "division": "Sales", "employeeNumber": "4711", "dateHire": "2026-01-15",
			"manager": rfcObject{"value": rfcSue},
		},
	})
	path := "/api/v2/users/" + made.id()
	user := c.platform(t, path+"?expand=employerInfo")
	rfcHas(t, "created", user, map[string]string{
		"name": "Lea Life", "email": "lea@mockcloud.test", "state": "active", "title": "Trainee", "department": "Office",
		"division/name": "Sales", "manager/id": rfcSue, "employerInfo/employeeId": "4711", "employerInfo/dateHire": "2026-01-15",
	})
	for _, address := range []string{"lea@example.com", "+13175550100", "+13175550101"} {
		if !strings.Contains(user.look("addresses"), address) {
			t.Errorf("%s is not among the addresses: %s", address, user.look("addresses"))
		}
	}
	rfcHas(t, "roles", c.platform(t, path+"/roles"), map[string]string{"roles/*name": "employee"})
	c.signIn(t, "Swim-across-the-bay-1", 200)

	// A new title from one side, a new department from the other.
	rfcBody(t, c.patch(t, made.id(), []any{rfcOp("Replace", "title", "Agent"), rfcOp("Replace", `phoneNumbers[type eq "mobile"].value`, "+13175550109")}), 200)
	user = c.platform(t, path)
	rfcHas(t, "patched", user, map[string]string{"title": "Agent", "department": "Office"})
	if !strings.Contains(user.look("addresses"), "+13175550109") || strings.Contains(user.look("addresses"), "+13175550101") {
		t.Errorf("addresses = %s", user.look("addresses"))
	}
	before := c.read(t, made.id())
	rfcBody(t, c.with.Patch(t, path, rfcObject{"version": user["version"], "department": "Harbor"}), 200)
	after := c.read(t, made.id())
	rfcHas(t, "changed elsewhere", after, map[string]string{rfcEnterprise + "/department": "Harbor", "title": "Agent"})
	if after.version() == before.version() {
		t.Errorf("the version is still %s after a change elsewhere", after.version())
	}

	c.lives(t, made.id(), swimming, basque)

	// The last day.
	if got := c.send(t, http.MethodDelete, "/Users/"+made.id(), nil); got.Status != 204 {
		t.Fatalf("DELETE: %d\n%s", got.Status, got.Body)
	}
	rfcHas(t, "deleted", c.platform(t, path+"?state=deleted"), map[string]string{"state": "deleted"})
	c.signIn(t, "Swim-again-2-times!", 400)
	rfcHas(t, "group", c.platform(t, "/api/v2/groups/"+rfcSalesFloor+"/members"), map[string]string{"entities/[" + made.id() + "]": ""})
}

// lives is what comes between the first and the last day.
func (c rfcClient) lives(t *testing.T, id, swimming, basque string) {
	t.Helper()
	path := "/api/v2/users/" + id

	// Away and back, with a new password.
	rfcBody(t, c.patch(t, id, []any{rfcOp("Replace", "active", "False")}), 200)
	rfcHas(t, "deactivated", c.platform(t, path), map[string]string{"state": "inactive"})
	c.signIn(t, "Swim-across-the-bay-1", 400)
	rfcHas(t, "those who are away", c.list(t, "/Users", "filter", "active eq false"), map[string]string{"Resources/[" + id + "]/userName": "lea@mockcloud.test"})
	rfcHas(t, "all", c.list(t, "/Users"), map[string]string{"Resources/[" + id + "]": ""})
	rfcBody(t, c.patch(t, id, []any{rfcOp("replace", "", rfcObject{"active": true, "password": "Swim-again-2-times!"})}), 200)
	rfcHas(t, "reactivated", c.platform(t, path), map[string]string{"state": "active"})
	rfcHas(t, "roles", c.platform(t, path+"/roles"), map[string]string{"roles/*name": "employee"})
	c.signIn(t, "Swim-across-the-bay-1", 400)
	c.signIn(t, "Swim-again-2-times!", 200)

	// Into a group from one side, out of it from the other.
	group := "/Groups/" + rfcSalesFloor
	rfcBody(t, c.send(t, http.MethodPatch, group, rfcOps([]any{rfcOp("Add", "members", []rfcObject{{"value": id}})})), 200)
	rfcHas(t, "group", c.platform(t, "/api/v2/groups/"+rfcSalesFloor+"/members"), map[string]string{"entities/[" + id + "]/name": "Lea Life"})
	rfcHas(t, "member", c.read(t, id), map[string]string{"groups/*value": rfcSalesFloor})
	if got := c.with.Delete(t, "/api/v2/groups/"+rfcSalesFloor+"/members?ids="+id); got.Status != 202 && got.Status != 204 && got.Status != 200 {
		t.Fatalf("out of the group: %d\n%s", got.Status, got.Body)
	}
	rfcHas(t, "group", rfcBody(t, c.get(t, group), 200), map[string]string{"members/[" + id + "]": ""})
	rfcHas(t, "no member", c.read(t, id), map[string]string{"groups/#": "0"})
	rfcBody(t, c.send(t, http.MethodPatch, group, rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": id}})})), 200)

	// A role from one side, others from the other.
	rfcBody(t, c.patch(t, id, []any{rfcOp("Add", "roles", []rfcObject{{"value": "User"}})}), 200)
	roles := c.platform(t, path+"/roles")
	rfcHas(t, "roles", roles, map[string]string{"roles/*name": "User,employee"})
	rfcHas(t, "grants", c.platform(t, "/api/v2/authorization/subjects/"+id), map[string]string{"grants/#": "2"})
	rfcBody(t, c.with.Put(t, path+"/roles", []string{roles.look("roles/[User]/id")}), 200)
	rfcHas(t, "roles", c.read(t, id), map[string]string{"roles/*value": "User"})
	rfcBody(t, c.patch(t, id, []any{rfcOp("Remove", `roles[value eq "User"]`, nil), rfcOp("Add", "roles", []rfcObject{{"value": "employee"}})}), 200)
	rfcHas(t, "roles", c.platform(t, path+"/roles"), map[string]string{"roles/*name": "employee"})

	// The same with skills and languages.
	rfcBody(t, c.patch(t, id, []any{
		rfcOp("Add", rfcGenesys+":routingSkills", []rfcObject{{"name": "Swimming", "proficiency": 2}}),
		rfcOp("Add", rfcGenesys+":routingLanguages", []rfcObject{{"name": "Basque", "proficiency": 5}}),
	}), 200)
	rfcHas(t, "skills", c.platform(t, path+"/routingskills"), map[string]string{"entities/[" + swimming + "]/proficiency": "2"})
	rfcHas(t, "languages", c.platform(t, path+"/routinglanguages"), map[string]string{"entities/[" + basque + "]/proficiency": "5"})
	rfcBody(t, c.with.Put(t, path+"/routingskills/"+swimming, rfcObject{"id": swimming, "proficiency": 4}), 200)
	rfcHas(t, "skills", c.read(t, id), map[string]string{
		rfcGenesys + "/routingSkills/[Swimming]/proficiency":  "4",
		rfcGenesys + "/routingLanguages/[Basque]/proficiency": "5",
	})
	rfcBody(t, c.patch(t, id, []any{rfcOp("Remove", rfcGenesys+`:routingSkills[name eq "Swimming"]`, nil)}), 200)
	rfcHas(t, "skills", c.platform(t, path+"/routingskills"), map[string]string{"entities/#": "0"})
}

// signIn trades the password of that person for a token and ends the test
// unless the answer has the status.
func (c rfcClient) signIn(t *testing.T, password string, status int) {
	t.Helper()
	const email = "lea@mockcloud.test"
	form := url.Values{"grant_type": {"password"}, "username": {email}, "password": {password}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.srv.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(rfcPasswordApp, rfcPasswordAppSecret)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {r.Header.Get("Authorization")}}
	if got := c.srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), header); got.Status != status {
		t.Fatalf("sign-in of %s: status = %d, want %d\n%s", email, got.Status, status, got.Body)
	}
}

// TestConformanceOfTheRoleForSCIM provisions with what the default role allows,
// and no more.
func TestConformanceOfTheRoleForSCIM(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	roles := c.platform(t, "/api/v2/authorization/roles?name=SCIM+Integration")
	role := roles.look("entities/[SCIM Integration]/id")
	if role == "" {
		t.Fatalf("there is no such role: %s", roles.look("entities/*name"))
	}
	client := rfcBody(t, c.with.Post(t, "/api/v2/oauth/clients", rfcObject{
		"name": "Identity provider", "authorizedGrantType": "CLIENT-CREDENTIALS",
		"roleDivisions": []rfcObject{{"roleId": role, "divisionId": "*"}},
	}), 200)
	c.with = c.srv.AsClient(t, client.id())
	c.eachTree(t, func(t *testing.T, c rfcClient) {
		name := "role" + rfcSlug(c.base)
		made := c.create(t, rfcPerson(name, nil))
		rfcBody(t, c.patch(t, made.id(), []any{rfcOp("replace", "title", "Chief")}), 200)
		rfcBody(t, c.send(t, http.MethodPut, "/Users/"+made.id(), rfcPerson(name, rfcObject{"active": false})), 200)
		join := rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": made.id()}})})
		rfcBody(t, c.send(t, http.MethodPatch, "/Groups/"+rfcSalesFloor, join), 200)
		if got := c.send(t, http.MethodDelete, "/Users/"+made.id(), nil); got.Status != 204 {
			t.Errorf("DELETE: %d\n%s", got.Status, got.Body)
		}
	})
	if got := c.with.Get(t, "/api/v2/integrations"); got.Status != 403 {
		t.Errorf("the role shows integrations: %d", got.Status)
	}
}
