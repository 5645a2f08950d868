package users_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

type userAuthorization struct {
	Roles       []struct{ ID, Name string }
	Permissions []string
	Policies    []struct {
		Domain, EntityName string
		ActionSet          []string
	} `json:"permissionPolicies"`
}

func authorizationOf(t *testing.T, got *mocktest.Response) userAuthorization {
	t.Helper()
	var a userAuthorization
	got.JSON(t, &a)
	return a
}

func TestRolesAreTheUnionOfWhatAUserHolds(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := authorizationOf(t, want(t, admin.Get(t, "/api/v2/users/"+ben+"/roles"), 200, ""))
	var names []string
	for _, r := range got.Roles {
		names = append(names, r.Name)
	}
	// Guess: roles inherited from groups are listed (Developer).
	for _, name := range []string{"Developer", "Integration Builder", "Queue Reader"} {
		if !slices.Contains(names, name) {
			t.Errorf("roles = %q lack %s", names, name)
		}
	}
	if !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		t.Errorf("roles are not sorted: %q", names)
	}
	for _, p := range []string{
		"oauth:client:add", "oauth:client:delete", // oauth:client:*
		"integrations:action:view",        // integrations:*:*
		"usage:client:view",               // as it is
		"analytics:queueObservation:view", // of another role
	} {
		if !slices.Contains(got.Permissions, p) {
			t.Errorf("permissions lack %s", p)
		}
	}
	for _, p := range got.Permissions {
		if strings.Contains(p, "*") {
			t.Errorf("permission %s is not expanded", p)
		}
	}
	if !slices.IsSorted(got.Permissions) || len(slices.Compact(slices.Clone(got.Permissions))) != len(got.Permissions) {
		t.Error("permissions are not sorted and unique")
	}
	views := 0
	for _, p := range got.Policies {
		if p.Domain == "directory" && p.EntityName == "user" && slices.Equal(p.ActionSet, []string{"view"}) {
			views++
		}
	}
	if views != 1 {
		t.Errorf("the policy that two roles share is listed %d times", views)
	}
}

func TestGeneralPermissionsAreListedAsTheyAre(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	got := authorizationOf(t, want(t, admin.Get(t, "/api/v2/users/"+ada+"/roles"), 200, ""))
	if !slices.Contains(got.Permissions, "admin") {
		t.Error("permissions lack admin")
	}
}

func TestRolesOfNobody(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	want(t, admin.Get(t, "/api/v2/users/"+nobody+"/roles"), 404, "general.resource.not.found")
	want(t, admin.Put(t, "/api/v2/users/"+nobody+"/roles", []string{}), 404, "general.resource.not.found")
	want(t, srv.As(t).Get(t, "/api/v2/users/"+ben+"/roles"), 403, "missing.any.permissions")
	want(t, srv.As(t, "authorization:grant:view").Get(t, "/api/v2/users/"+ben+"/roles"), 200, "")
	want(t, srv.As(t, "authorization:grant:view").Put(t, "/api/v2/users/"+ben+"/roles", []string{}), 403, "missing.any.permissions")
}

func TestPutRolesIsTheWholeList(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := "/api/v2/users/" + create(t, admin, person("Nina", "nina@mockcloud.test")) + "/roles"
	names := func(got *mocktest.Response) []string { return namesIn(t, got, "roles") }
	same(t, "added", names(want(t, admin.Put(t, path, []string{builderRole, readerRole, builderRole}), 200, "")), []string{"Integration Builder", "Queue Reader"})
	same(t, "one gone", names(want(t, admin.Put(t, path, []string{readerRole}), 200, "")), []string{"Queue Reader"})
	same(t, "read back", names(want(t, admin.Get(t, path), 200, "")), []string{"Queue Reader"})
	empty := want(t, admin.Put(t, path, []string{}), 200, "")
	has(t, empty, map[string]string{"roles": "[]", "permissions": "[]", "permissionPolicies": "[]"})
}

func TestPutRolesKeepsDivisionsAndGrantsNewRolesInHome(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	// Ben holds Queue Reader in Sales and Integration Builder everywhere.
	want(t, admin.Put(t, "/api/v2/users/"+ben+"/roles", []string{readerRole}), 200, "")
	want(t, admin.Put(t, "/api/v2/users/"+aki+"/roles", []string{readerRole}), 200, "")
	divisions := func(id string) []string {
		got := want(t, admin.Get(t, "/api/v2/authorization/subjects/"+id), 200, "")
		var body struct {
			Grants []struct {
				SubjectID string
				Division  struct{ ID string }
				Role      struct{ ID string }
			}
		}
		got.JSON(t, &body)
		var pairs []string
		for _, g := range body.Grants {
			if g.SubjectID == id {
				pairs = append(pairs, g.Role.ID+" in "+g.Division.ID)
			}
		}
		return sorted(pairs)
	}
	same(t, "kept", divisions(ben), []string{readerRole + " in " + sales})
	same(t, "new", divisions(aki), []string{readerRole + " in " + home})
	// What comes from a group is not touched.
	got := authorizationOf(t, want(t, srv.Admin(t).Get(t, "/api/v2/users/"+ben+"/roles"), 200, ""))
	if len(got.Roles) != 2 || got.Roles[0].Name != "Developer" {
		t.Errorf("roles = %+v", got.Roles)
	}
}

func TestPutRolesIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	path := "/api/v2/users/" + create(t, admin, person("Nina", "nina@mockcloud.test")) + "/roles"
	// Guess: an unknown role is a 404, as it is for grants by division.
	want(t, admin.Put(t, path, []string{readerRole, nobody}), 404, "not.found")
	want(t, admin.Put(t, path, []string{""}), 404, "")
	want(t, admin.Put(t, path, fields{"roles": []string{}}), 400, "")
	want(t, admin.Put(t, path, nil), 400, "")
	same(t, "roles", namesIn(t, want(t, admin.Get(t, path), 200, ""), "roles"), []string{"employee"})
}

func TestPutRolesHasALimit(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	var ids []string
	for i := range 1001 {
		made := want(t, admin.Post(t, "/api/v2/authorization/roles", `{"name":"many `+strconv.Itoa(i)+`"}`), 200, "")
		ids = append(ids, made.Str(t, "id"))
	}
	want(t, admin.Put(t, "/api/v2/users/"+ben+"/roles", ids), 400, "max.role.assignments.exceeded")
	want(t, admin.Put(t, "/api/v2/users/"+ben+"/roles", ids[1:]), 200, "")
}

func TestPutRolesNeedsNoRoleOfOnesOwn(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	c := srv.As(t, "authorization:grant:add")
	want(t, c.Put(t, "/api/v2/users/"+aki+"/roles", []string{builderRole}), 200, "")
}

func TestPutRolesMindsDivisionsWhereTheOrganizationSaysSo(t *testing.T) {
	t.Parallel()
	fixture := filepath.Join(t.TempDir(), "aware.yaml")
	if err := os.WriteFile(fixture, []byte("organization: {name: Mockcloud}\nsettings: {grantDivisionAware: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", fixture}})
	admin := srv.Admin(t)
	path := "/api/v2/users/" + create(t, admin, person("Nina", "nina@mockcloud.test")) + "/roles"
	employee := authorizationOf(t, admin.Get(t, path)).Roles[0].ID
	inSales := srv.AsIn(t, sales, "authorization:grant:add")
	want(t, inSales.Put(t, path, []string{employee, readerRole}), 403, "missing.division.permissions")
	want(t, inSales.Put(t, path, []string{employee}), 200, "") // nothing changes
	// Guess: taking a role away needs the right in its division too.
	want(t, inSales.Put(t, path, []string{}), 403, "missing.division.permissions")
	want(t, srv.AsIn(t, home, "authorization:grant:add").Put(t, path, []string{readerRole}), 200, "")
}

func TestConditionsOfPoliciesAreShown(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	condition := `{"conjunction":"AND","terms":[{"variableName":"Conversation.mediaType","operator":"EQ","operands":[{"type":"SCALAR","value":"CALL"}]}]}`
	role := want(t, admin.Post(t, "/api/v2/authorization/roles", `{"name":"Calibrator","permissions":["group_creation"],"permissionPolicies":[
		{"domain":"quality","entityName":"calibration","actionSet":["add"],"allowConditions":true,"resourceConditionNode":`+condition+`},
		{"domain":"ui","entityName":"unheardOf","actionSet":["*","view"]}]}`), 200, "").Str(t, "id")
	got := want(t, admin.Put(t, "/api/v2/users/"+aki+"/roles", []string{role}), 200, "")
	same(t, "permissions", authorizationOf(t, got).Permissions, []string{"group_creation", "quality:calibration:add", "ui:unheardOf:view"})
	var shown, sent any
	if json.Unmarshal([]byte(got.Str(t, "permissionPolicies.0.resourceConditionNode")), &shown) != nil || json.Unmarshal([]byte(condition), &sent) != nil {
		t.Fatalf("no condition\n%s", got.Body)
	}
	has(t, got, map[string]string{"permissionPolicies.0.allowConditions": "true", "permissionPolicies.0.resourceConditionNode.terms.0.operator": "EQ"})
}
