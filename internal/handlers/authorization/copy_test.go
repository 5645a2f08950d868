package authorization_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The API has no operation that copies a role: people read one and create
// another of what they read (authorization.md §3.4).
func TestARoleThatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	conditions := admin.Post(t, base+"/roles", `{"name":"Conditions","description":"d","permissions":["group_creation"],"permissionPolicies":[
		{"domain":"quality","entityName":"calibration","actionSet":["add"],"allowConditions":true,"resourceConditionNode":{"conjunction":"AND","terms":[
			{"variableName":"Conversation.mediaType","operator":"EQ","operands":[{"type":"SCALAR","value":"CALL"}]},
			{"variableName":"Conversation.queues","operator":"IN","operands":[{"type":"QUEUE","queue":{"id":"`+nowhere+`"}},{"type":"USER","user":{"id":"`+agent1+`"}},{"type":"VARIABLE"}]}]}},
		{"domain":"routing","entityName":"*","actionSet":["*"],"policyName":"n","policyDescription":"d","namedResources":["a"]}]}`)
	expect(t, conditions, 200, "")
	roles := map[string]string{"with conditions and wildcards": conditions.Str(t, "id"), "custom": builderRole}
	for _, handle := range []string{"admin", "employee", "masterAdmin", "supervisor"} {
		roles["default: "+handle] = list(t, admin, base+"/roles?defaultRoleId="+handle).ids()[0]
	}
	for name, id := range roles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := admin.Get(t, base+"/roles/"+id+"?expand=unusedPermissions&userCount=true")
			expect(t, read, 200, "")

			// As it is, under another name.
			var body map[string]any
			read.JSON(t, &body)
			body["name"] = "Copy of " + name
			copied := admin.Post(t, base+"/roles", body)
			expect(t, copied, 200, "")
			sameContent(t, read, copied)
			if copied.Str(t, "id") == id || copied.Str(t, "default") != "false" || copied.Str(t, "userCount") != "0" || copied.Str(t, "defaultRoleId") != "" {
				t.Errorf("the copy is more than a copy: %s", copied.Body)
			}
			sameContent(t, read, admin.Get(t, base+"/roles/"+copied.Str(t, "id")))

			// And to itself, to the letter.
			put := admin.Put(t, base+"/roles/"+id, string(read.Body))
			expect(t, put, 200, "")
			again := admin.Get(t, base+"/roles/"+id+"?expand=unusedPermissions&userCount=true")
			if string(again.Body) != string(read.Body) {
				t.Errorf("after sending it back:\n%s\nwant\n%s", again.Body, read.Body)
			}
		})
	}
}

// sameContent fails the test unless two roles permit the same.
func sameContent(t *testing.T, a, b *mocktest.Response) {
	t.Helper()
	for _, field := range []string{"description", "permissions", "permissionPolicies"} {
		var x, y map[string]json.RawMessage
		a.JSON(t, &x)
		b.JSON(t, &y)
		var v, w any
		if json.Unmarshal(x[field], &v) != nil || json.Unmarshal(y[field], &w) != nil || v == nil || !reflect.DeepEqual(v, w) {
			t.Errorf("%s = %s, want %s", field, y[field], x[field])
		}
	}
}
