package authorization_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestARoleLives(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Post(t, base+"/roles", `{"name":"Night Shift","description":"Late","permissions":["group_creation"],
		"permissionPolicies":[{"domain":"routing","entityName":"queue","actionSet":["view","edit"],"allowConditions":false}],
		"id":"mine","defaultRoleId":"admin","userCount":99,"base":true,"default":true,"selfUri":"/x"}`)
	expect(t, got, 200, "")
	id := got.Str(t, "id")
	want := `{"id":"` + id + `","name":"Night Shift","description":"Late","permissions":["group_creation"],` +
		`"permissionPolicies":[{"domain":"routing","entityName":"queue","actionSet":["view","edit"],"allowConditions":false}],` +
		`"userCount":0,"roleNeedsUpdate":false,"base":false,"default":false,"selfUri":"/api/v2/authorization/roles/` + id + `"}`
	if id == "mine" || string(got.Body) != want {
		t.Errorf("created %s\nwant %s", got.Body, want)
	}
	path := base + "/roles/" + id
	if read := admin.Get(t, path); string(read.Body) != want {
		t.Errorf("read %s", read.Body)
	}

	// PUT replaces all of it.
	got = admin.Put(t, path, `{"name":"Day Shift"}`)
	expect(t, got, 200, "")
	if got.Str(t, "name") != "Day Shift" || got.Str(t, "description") != "" || got.Str(t, "permissions") != "[]" || got.Str(t, "permissionPolicies") != "[]" {
		t.Errorf("replaced: %s", got.Body)
	}

	if got := admin.Delete(t, path); got.Status != 204 || len(got.Body) != 0 {
		t.Errorf("delete answered %d %q", got.Status, got.Body)
	}
	expect(t, admin.Get(t, path), 404, "")
	expect(t, admin.Put(t, path, `{"name":"x"}`), 404, "")
	expect(t, admin.Patch(t, path, `{"roleNeedsUpdate":true}`), 404, "")
	expect(t, admin.Delete(t, path), 404, "")
}

func TestWhatClientsSendOfRolesIsAccepted(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct{ name, policies string }{
		{"null policies, as Terraform sends them", `null`},
		{"no policies", `[]`},
		{"an unknown domain, entity and action", `[{"domain":"moon","entityName":"rock","actionSet":["throw"]}]`},
		{"wildcards", `[{"domain":"routing","entityName":"*","actionSet":["*"]}]`},
		{"a domain alone", `[{"domain":"routing"}]`},
		{"names and resources", `[{"domain":"routing","entityName":"queue","policyName":"p","policyDescription":"d","actionSet":["view"],"namedResources":["a","b"]}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := admin.Post(t, base+"/roles", `{"name":"`+tt.name+`","description":"","permissionPolicies":`+tt.policies+`}`)
			expect(t, got, 200, "")
			var back struct {
				PermissionPolicies []map[string]any `json:"permissionPolicies"`
			}
			got.JSON(t, &back)
			var want []map[string]any
			if err := json.Unmarshal([]byte(tt.policies), &want); err != nil {
				t.Fatal(err)
			}
			for _, p := range want {
				p["allowConditions"] = false
			}
			if len(back.PermissionPolicies) != len(want) || len(want) > 0 && !reflect.DeepEqual(back.PermissionPolicies, want) {
				t.Errorf("policies came back as %v, want %v", back.PermissionPolicies, want)
			}
		})
	}
}

func TestConditionsComeBackAsTheyWereSent(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct{ name, sent, want string }{
		{
			"a scalar",
			`{"conjunction":"AND","terms":[{"variableName":"Conversation.mediaType","operator":"EQ","operands":[{"type":"SCALAR","value":"CALL"}]}]}`,
			"",
		},
		{
			"queues, with ids and without",
			`{"variableName":"Conversation.queues","operator":"IN","operands":[{"type":"QUEUE","queue":{"id":"q-1"}},{"type":"QUEUE"},{"type":"VARIABLE"}]}`,
			"",
		},
		{
			"users and teams by id alone",
			`{"variableName":"v","operator":"IN","operands":[{"type":"USER","user":{"id":"u-1"}},{"type":"TEAM","team":{"id":"t-1"}}]}`,
			"",
		},
		{
			"nested terms",
			`{"conjunction":"OR","terms":[{"conjunction":"AND","terms":[{"variableName":"a<b","operator":"GE","operands":[{"type":"SCALAR","value":"1.50"}]}]}]}`,
			"",
		},
		{
			"nulls are absent",
			`{"conjunction":"AND","variableName":null,"terms":[{"variableName":"v","operator":"EQ","operands":[{"type":"SCALAR","value":"null","queue":null}],"terms":null}]}`,
			`{"conjunction":"AND","terms":[{"variableName":"v","operator":"EQ","operands":[{"type":"SCALAR","value":"null"}]}]}`,
		},
		{"no condition at all", `null`, `-`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := admin.Post(t, base+"/roles", `{"name":"`+tt.name+`","permissionPolicies":[{"domain":"quality","entityName":"calibration","actionSet":["add"],"allowConditions":true,"resourceConditionNode":`+tt.sent+`}]}`)
			expect(t, got, 200, "")
			want := tt.want
			if want == "" {
				want = tt.sent
			}
			for _, answer := range []*mocktest.Response{got, admin.Get(t, base+"/roles/"+got.Str(t, "id"))} {
				back := answer.Str(t, "permissionPolicies.0.resourceConditionNode")
				if want == "-" && back == "" {
					continue
				}
				if !sameJSON(t, back, want) {
					t.Errorf("came back as %s, want %s", back, want)
				}
			}
		})
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatalf("%q: %v", a, err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	return reflect.DeepEqual(x, y)
}

func TestRolesThatCannotBe(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	custom := newRole(t, admin, "Custom")
	tests := []struct {
		name, body string
		status     int
		code       string
	}{
		{"a blank name", `{"name":" "}`, 400, "general.bad.request"},
		{"no name", `{"description":"x"}`, 400, "constraint.validation"},
		{"a null name", `{"name":null}`, 400, "constraint.validation"},
		// Guess: duplicate names are 409 request.conflict, in any case.
		{"a name that is taken", `{"name":"EMPLOYEE"}`, 409, "request.conflict"},
		// Guess: a policy without a domain says nothing.
		{"a policy without a domain", `{"name":"x","permissionPolicies":[{"entityName":"queue","actionSet":["view"]}]}`, 400, "general.bad.request"},
		{"an action twice", `{"name":"x","permissionPolicies":[{"domain":"a","entityName":"b","actionSet":["c","c"]}]}`, 400, "constraint.validation"},
		{"an unknown operator", `{"name":"x","permissionPolicies":[{"domain":"a","resourceConditionNode":{"operator":"NE"}}]}`, 400, "invalid.value"},
		{"policies of the wrong type", `{"name":"x","permissionPolicies":"all"}`, 400, "bad.request"},
		{"broken JSON", `{"name":`, 400, "bad.request"},
		{"no body", ``, 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expect(t, admin.Post(t, base+"/roles", tt.body), tt.status, tt.code)
			expect(t, admin.Put(t, base+"/roles/"+custom, tt.body), tt.status, tt.code)
			if got := admin.Get(t, base+"/roles/"+custom).Str(t, "name"); got != "Custom" {
				t.Errorf("the refused change left the name %q", got)
			}
		})
	}
}

func TestPatchSetsTheMarkAndNothingElse(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/roles/" + queueReader
	got := admin.Patch(t, path, `{"name":"Other","description":"Other","permissionPolicies":[],"roleNeedsUpdate":true}`)
	expect(t, got, 200, "")
	if got.Str(t, "roleNeedsUpdate") != "true" || got.Str(t, "name") != "Queue Reader" || got.Str(t, "permissionPolicies") == "[]" {
		t.Errorf("patched: %s", got.Body)
	}
	// Guess: a full replace that does not speak of the mark leaves it.
	if got := admin.Put(t, path, `{"name":"Queue Reader"}`); got.Str(t, "roleNeedsUpdate") != "true" {
		t.Errorf("after PUT: %s", got.Body)
	}
	if got := admin.Patch(t, path, `{"roleNeedsUpdate":false}`); got.Str(t, "roleNeedsUpdate") != "false" {
		t.Errorf("patched back: %s", got.Body)
	}
	// Guess: there is nothing else to patch, so the mark is needed.
	expect(t, admin.Patch(t, path, `{"name":"Other"}`), 400, "bad.request")
}

func TestDeletingARoleDropsItsGrants(t *testing.T) {
	t.Parallel()
	// Guess: a granted role can be deleted.
	admin := start(t).Admin(t)
	for _, s := range []string{agent1, team, adminClient} {
		expect(t, admin.Post(t, base+"/subjects/"+s+"/bulkadd", bulk(pair{queueReader, sales})), 204, "")
	}
	expect(t, admin.Delete(t, base+"/roles/"+queueReader), 204, "")
	for _, s := range []string{agent1, team, adminClient, builder, adminUser} {
		if pairs := grantsOf(t, admin, s); slices.ContainsFunc(pairs, func(p pair) bool { return p.RoleID == queueReader }) {
			t.Errorf("%s still holds the role: %v", s, pairs)
		}
	}
	expect(t, admin.Get(t, base+"/roles/"+queueReader+"/users"), 404, "")
}

func TestDeletingARoleEndsWhatItPermitted(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	got := admin.Post(t, base+"/roles", `{"name":"Reader","permissionPolicies":[{"domain":"authorization","entityName":"role","actionSet":["view"]}]}`)
	role := got.Str(t, "id")
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	expect(t, agent.Get(t, base+"/roles"), 403, "missing.any.permissions")
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{role, sales})), 204, "")
	expect(t, agent.Get(t, base+"/roles"), 200, "")
	expect(t, admin.Delete(t, base+"/roles/"+role), 204, "")
	expect(t, agent.Get(t, base+"/roles"), 403, "missing.any.permissions")
}

func TestDefaultRolesCannotBeDeletedOrRenamed(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	employee := list(t, admin, base+"/roles?defaultRoleId=employee").ids()[0]
	path := base + "/roles/" + employee
	// Guess: both are 400.
	expect(t, admin.Delete(t, path), 400, "bad.request")
	got := admin.Put(t, path, `{"name":"Employee"}`)
	expect(t, got, 400, "general.bad.request")
	if !strings.Contains(got.Str(t, "message"), "[employee]") {
		t.Errorf("message: %s", got.Body)
	}

	got = admin.Put(t, path, `{"name":"employee","description":"Changed","permissionPolicies":[{"domain":"routing","entityName":"queue","actionSet":["view"]}]}`)
	expect(t, got, 200, "")
	if got.Str(t, "defaultRoleId") != "employee" || got.Str(t, "default") != "true" || got.Str(t, "base") != "true" || got.Str(t, "description") != "Changed" {
		t.Errorf("changed: %s", got.Body)
	}
}
