package authorization_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What a granted role permits, tried by reading roles, which live in no division,
// and by switching off a user of Sales and one of Support.
func TestWhatAGrantPermits(t *testing.T) {
	t.Parallel()
	const (
		readsRoles = `{"domain":"authorization","entityName":"role","actionSet":["view"]}`
		editsUsers = `{"domain":"directory","entityName":"user","actionSet":["edit"]}`
		others     = "0f8fad5b-d9cb-469f-a165-70867728950e"
	)
	tests := []struct {
		name, policies string
		divisions      []string // in which the builder gets the role
		through        string   // the group that gets it in the builder's place
		roles          bool     // what the builder may do then
		sales, support bool
	}{
		{name: "nothing"},
		{name: "the permission itself", policies: readsRoles, divisions: []string{sales}, roles: true},
		{name: "another action", policies: `{"domain":"authorization","entityName":"role","actionSet":["edit"]}`, divisions: []string{"*"}},
		{name: "another entity", policies: `{"domain":"authorization","entityName":"grant","actionSet":["view"]}`, divisions: []string{"*"}},
		{name: "another domain", policies: `{"domain":"routing","entityName":"role","actionSet":["view"]}`, divisions: []string{"*"}},
		{name: "other letters", policies: `{"domain":"Authorization","entityName":"Role","actionSet":["View"]}`, divisions: []string{"*"}},
		{name: "every action", policies: `{"domain":"authorization","entityName":"role","actionSet":["*"]}`, divisions: []string{"*"}, roles: true},
		{name: "every entity", policies: `{"domain":"authorization","entityName":"*","actionSet":["view"]}`, divisions: []string{"*"}, roles: true},
		{name: "a whole domain", policies: `{"domain":"authorization","entityName":"*","actionSet":["*"]}`, divisions: []string{"*"}, roles: true},
		// Guess: a policy that names no entity and no action permits nothing, and the
		// domain is no wildcard.
		{name: "a domain alone", policies: `{"domain":"authorization"}`, divisions: []string{"*"}},
		{name: "every domain", policies: `{"domain":"*","entityName":"*","actionSet":["*"]}`, divisions: []string{"*"}},
		{name: "one division", policies: editsUsers, divisions: []string{sales}, sales: true},
		{name: "another division", policies: editsUsers, divisions: []string{support}, support: true},
		{name: "two divisions", policies: editsUsers, divisions: []string{sales, support}, sales: true, support: true},
		{name: "all divisions", policies: editsUsers, divisions: []string{"*"}, sales: true, support: true},
		{name: "several policies", policies: readsRoles + "," + editsUsers, divisions: []string{sales}, roles: true, sales: true},
		// Guess: conditions are kept and not looked at.
		{
			name: "a condition", policies: `{"domain":"authorization","entityName":"role","actionSet":["view"],"allowConditions":true,
				"resourceConditionNode":{"conjunction":"AND","terms":[{"variableName":"Conversation.mediaType","operator":"EQ","operands":[{"type":"SCALAR","value":"CALL"}]}]}}`,
			divisions: []string{"*"}, roles: true,
		},
		{name: "a group", policies: readsRoles + "," + editsUsers, divisions: []string{sales}, through: team, roles: true, sales: true},
		{name: "a group in all divisions", policies: readsRoles + "," + editsUsers, divisions: []string{"*"}, through: team, roles: true, sales: true, support: true},
		{name: "a group of others", policies: readsRoles, divisions: []string{"*"}, through: others},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// The builder is in the team, and holds nothing that these requests ask for
			// once the roles of the fixture are taken away.
			srv := startWith(t, "groups:\n- {name: Others, id: "+others+", members: [agent2@mockcloud.test]}\n")
			admin, caller := srv.Admin(t), srv.AsUser(t, "builder@mockcloud.test")
			expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkreplace", bulk()), 204, "")
			expect(t, admin.Post(t, base+"/subjects/"+team+"/bulkreplace", bulk()), 204, "")
			subject := builder
			if tt.through != "" {
				subject = tt.through
			}
			role := admin.Post(t, base+"/roles", `{"name":"Tried","permissionPolicies":[`+tt.policies+`]}`)
			expect(t, role, 200, "")
			for _, division := range tt.divisions {
				expect(t, admin.Post(t, base+"/subjects/"+subject+"/bulkadd", bulk(pair{role.Str(t, "id"), division})), 204, "")
			}

			may := func(what string, got *mocktest.Response, allowed bool) {
				t.Helper()
				if allowed && got.Status != 200 || !allowed && got.Status != 403 {
					t.Errorf("%s: %d %s", what, got.Status, got.Body)
				}
			}
			may("roles", caller.Get(t, base+"/roles"), tt.roles)
			may("a user in Sales", caller.Patch(t, "/api/v2/users/"+agent1, `{"state":"inactive"}`), tt.sales)
			may("a user in Support", caller.Patch(t, "/api/v2/users/"+agent2, `{"state":"inactive"}`), tt.support)
		})
	}
}

// Roles only add: what one of them permits, no other takes away.
func TestRolesAddUp(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin, agent := srv.Admin(t), srv.AsUser(t, "agent1@mockcloud.test")
	give := func(name, policy, division string) {
		t.Helper()
		role := admin.Post(t, base+"/roles", `{"name":"`+name+`","permissionPolicies":[`+policy+`]}`)
		expect(t, role, 200, "")
		expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{role.Str(t, "id"), division})), 204, "")
	}
	give("Divisions", `{"domain":"authorization","entityName":"division","actionSet":["add"]}`, sales)
	// One of two permissions, in one grant.
	expect(t, agent.Post(t, base+"/divisions", `{"name":"New"}`), 403, "missing.permissions")
	give("Grants", `{"domain":"authorization","entityName":"grant","actionSet":["add"]}`, support)
	expect(t, agent.Post(t, base+"/divisions", `{"name":"New"}`), 200, "")
	give("Nothing", `{"domain":"authorization","entityName":"division","actionSet":[]}`, "*")
	expect(t, agent.Post(t, base+"/divisions", `{"name":"Newer"}`), 200, "")
}

// Where a user lives says nothing of what the user may do there.
func TestTheDivisionOfAUserIsNoGrant(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin, agent := srv.Admin(t), srv.AsUser(t, "agent1@mockcloud.test") // who lives in Sales
	role := admin.Post(t, base+"/roles", `{"name":"Editor","permissionPolicies":[{"domain":"directory","entityName":"user","actionSet":["edit"]}]}`).Str(t, "id")
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkreplace", bulk(pair{role, support})), 204, "")
	expect(t, agent.Patch(t, "/api/v2/users/"+supervisor, `{"state":"inactive"}`), 403, "missing.any.division.permissions")
	expect(t, agent.Patch(t, "/api/v2/users/"+agent2, `{"state":"inactive"}`), 200, "")
}
