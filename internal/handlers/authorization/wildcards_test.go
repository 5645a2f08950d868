package authorization_test

import (
	"encoding/json"
	"slices"
	"testing"
)

// The default is to keep roles as they were sent.
func TestWildcardsAreExpandedWhereTheOrganizationSaysSo(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	type policy struct {
		Domain, EntityName string
		ActionSet          []string
		Condition          json.RawMessage `json:"resourceConditionNode"`
	}
	const sent = `{"name":"wild","permissionPolicies":[
		{"domain":"authorization","entityName":"*","actionSet":["view"]},
		{"domain":"routing","entityName":"wrapupCode","actionSet":["*"],"allowConditions":true,"resourceConditionNode":{"conjunction":"AND","terms":[]}},
		{"domain":"routing","entityName":"queue","actionSet":["view"]},
		{"domain":"unheard","entityName":"*","actionSet":["*"]}]}`
	stored := func(got []byte) []policy {
		var role struct {
			Policies []policy `json:"permissionPolicies"`
		}
		if err := json.Unmarshal(got, &role); err != nil {
			t.Fatal(err)
		}
		return role.Policies
	}
	made := admin.Post(t, base+"/roles", sent)
	expect(t, made, 200, "")
	if all := stored(made.Body); len(all) != 4 || all[0].EntityName != "*" || !slices.Equal(all[1].ActionSet, []string{"*"}) {
		t.Errorf("by default: %s", made.Body)
	}
	expect(t, srv.Anonymous().Patch(t, "/_mockcloud/settings", `{"expandWildcards":true}`), 200, "")
	changed := admin.Put(t, base+"/roles/"+made.Str(t, "id"), sent)
	expect(t, changed, 200, "")
	entities := make(map[string][]string)
	for _, p := range stored(changed.Body) {
		name := p.Domain + ":" + p.EntityName
		if _, twice := entities[name]; twice {
			t.Errorf("%s comes twice: %s", name, changed.Body)
		}
		entities[name] = p.ActionSet
		if name == "routing:wrapupCode" && len(p.Condition) == 0 {
			t.Errorf("the condition is lost: %s", changed.Body)
		}
	}
	for name, actions := range map[string][]string{
		"authorization:role": {"view"}, "authorization:grant": {"view"}, "authorization:division": nil,
		"routing:wrapupCode": {"add", "delete", "edit", "search", "view"}, "routing:queue": {"view"}, "unheard:*": {"*"}, "authorization:*": nil,
	} {
		if got := entities[name]; !slices.Equal(got, actions) {
			t.Errorf("%s = %v, want %v", name, got, actions)
		}
	}
	// What it permits stays the same.
	can := srv.AsUser(t, "agent2@mockcloud.test")
	expect(t, admin.Post(t, base+"/subjects/"+agent2+"/bulkadd", bulk(pair{made.Str(t, "id"), "*"})), 204, "")
	expect(t, can.Get(t, base+"/roles"), 200, "")
}
