package authorization_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// roleReaders starts an organization in which these people may view and add
// roles.
func roleReaders(t *testing.T) *mocktest.Server {
	t.Helper()
	srv := start(t)
	admin := srv.Admin(t)
	role := admin.Post(t, base+"/roles", `{"name":"Role Reader","permissionPolicies":[{"domain":"authorization","entityName":"role","actionSet":["view","add"]}]}`)
	expect(t, role, 200, "")
	for _, user := range []string{builder, supervisor, agent1, agent2} {
		expect(t, admin.Post(t, base+"/subjects/"+user+"/bulkadd", `{"grants":[{"roleId":"`+role.Str(t, "id")+`","divisionId":"*"}]}`), 204, "")
	}
	return srv
}

const (
	viewRoles = "authorization:role:view"
	addRoles  = "authorization:role:add"
)

// may says whether the caller may list the roles.
func may(t *testing.T, c *mocktest.Client) bool {
	t.Helper()
	got := c.Get(t, base+"/roles")
	if got.Status != http.StatusOK {
		expect(t, got, 403, "authz.policy.denied")
	}
	return got.Status == http.StatusOK
}

func TestAccessPoliciesBindTheirSubjects(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	admin := srv.Admin(t)
	callers := map[string]*mocktest.Client{
		"agent1": srv.AsUser(t, "agent1@mockcloud.test"), "agent2": srv.AsUser(t, "agent2@mockcloud.test"),
		"agent1 of the app": srv.AsUserOf(t, "agent1@mockcloud.test", webApp), "client": admin, "other client": srv.As(t, viewRoles),
	}
	tests := []struct {
		name, policy, refused string // refused callers, apart by commas
	}{
		{"a user", `{"effect":"DENY","active":true,"subject":{"type":"USER","id":"` + agent1 + `"}}`, "agent1,agent1 of the app"},
		{"the members of a group, which hands down no roles", `{"effect":"DENY","active":true,"subject":{"type":"GROUP","id":"` + salesFloor + `"}}`, "agent1,agent1 of the app"},
		{"all people", `{"effect":"DENY","active":true,"subject":{"type":"ALL"}}`, "agent1,agent1 of the app,agent2"},
		{"all people and clients", `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`, "agent1,agent1 of the app,agent2,client,other client"},
		{"a client that calls for itself", `{"effect":"DENY","active":true,"subject":{"type":"CLIENT","id":"` + adminClient + `"}}`, "client"},
		{"a client, but not those who sign in through it", `{"effect":"DENY","active":true,"subject":{"type":"CLIENT","id":"` + webApp + `"}}`, ""},
		{"a team, which nobody is known to be in", `{"effect":"DENY","active":true,"subject":{"type":"TEAM","id":"` + agent1 + `"}}`, ""},
		{"nobody while it is not active", `{"effect":"DENY","active":false,"applyToClients":true,"subject":{"type":"ALL"}}`, ""},
		{"nobody while nothing says that it is", `{"effect":"DENY","applyToClients":true,"subject":{"type":"ALL"}}`, ""},
		{"nobody where it allows without a condition", `{"effect":"ALLOW","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`, ""},
	}
	for _, tt := range tests {
		got := admin.Post(t, policiesBase+"/targets/"+viewRoles, tt.policy)
		expect(t, got, 200, "")
		for name, c := range callers {
			refused := "," + tt.refused + ","
			if passes := may(t, c); passes == strings.Contains(refused, ","+name+",") {
				t.Errorf("%s: %s may = %v", tt.name, name, passes)
			}
		}
		expect(t, admin.Delete(t, policiesBase+"/targets/"+viewRoles+"/subject/"+got.Str(t, "subject.id")), 204, "")
	}
	for name, c := range callers {
		if !may(t, c) {
			t.Errorf("%s is refused without any policy", name)
		}
	}
}

func TestTheRefusalNamesThePolicies(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	admin := srv.Admin(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	all := addPolicy(t, admin, viewRoles, everybody)
	got := agent.Get(t, base+"/roles")
	expect(t, got, 403, "authz.policy.denied")
	const text = "Unable to perform the requested action. Your organization's security policies have denied access. Policy ID(s): "
	if got.Str(t, "message") != text+"["+all+"]" || got.Str(t, "messageWithParams") != text+"[{policies}]" || got.Str(t, "messageParams.policies") != all {
		t.Errorf("refusal = %s", got.Body)
	}
	own := addPolicy(t, admin, viewRoles, `{"effect":"DENY","active":true,"subject":{"type":"USER","id":"`+agent1+`"}}`)
	addPolicy(t, admin, viewRoles, `{"effect":"DENY","active":true,"subject":{"type":"USER","id":"`+agent2+`"}}`)
	addPolicy(t, admin, viewRoles, `{"effect":"ALLOW","active":true,"subject":{"type":"GROUP","id":"`+salesFloor+`"},"condition":{"attribute":"subject.title","operator":"EQ","value":"x"}}`)
	if got := agent.Get(t, base+"/roles"); !strings.HasSuffix(got.Str(t, "message"), "["+all+", "+own+"]") {
		t.Errorf("refusal = %s", got.Body)
	}
	got = agent.Do(t, "GET", base+"/roles", nil, http.Header{"X-Mockcloud-Explain": {"true"}})
	if why := got.Header.Get("X-Mockcloud-Explanation"); !strings.Contains(why, all+` DENY `) || !strings.Contains(why, "it has no condition") || strings.Contains(why, "wouldPass") {
		t.Errorf("explanation = %s", why)
	}
	// A missing permission is said first, and a role that is not there later.
	expect(t, srv.AsUser(t, "agent1@mockcloud.test").Delete(t, base+"/roles/"+builderRole), 403, "missing.any.permissions")
	expect(t, agent.Get(t, base+"/roles/"+nowhere), 403, "authz.policy.denied")
}

// Policies only take away: what no grant permits stays closed, for whomever and
// whatever they allow.
func TestAnAccessPolicyOpensNothing(t *testing.T) {
	t.Parallel()
	srv := start(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	addPolicy(t, srv.Admin(t), viewRoles, `{"effect":"ALLOW","active":true,"subject":{"type":"USER","id":"`+agent1+`"}}`)
	expect(t, agent.Get(t, base+"/roles"), 403, "missing.any.permissions")
}

func TestConditionsOfAccessPoliciesDecide(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	admin := srv.Admin(t)
	agent, client := srv.AsUser(t, "agent1@mockcloud.test"), srv.AsClient(t, adminClient)
	equals := func(attribute, value string) string {
		return `{"attribute":"` + attribute + `","operator":"EQ","value":"` + value + `"}`
	}
	tests := []struct {
		name, condition      string
		agent, client, known bool // whether it holds
	}{
		{"id", equals("subject.id", agent1), true, false, true},
		{"type", equals("subject.type", "CLIENT"), false, true, true},
		{"name", equals("subject.name", "Alex Agent"), true, false, true},
		{"e-mail address", `{"attribute":"subject.email","operator":"ENDS_WITH","value":"@mockcloud.test"}`, true, false, true},
		{"state", equals("subject.state", "active"), true, true, true},
		{"no department", equals("subject.department", ""), true, true, true},
		{"title", equals("subject.title", "Sales Agent"), true, false, true},
		{"division", equals("subject.divisionId", sales), true, false, true},
		{"groups", `{"attribute":"subject.groupIds","operator":"CONTAINS_ANY","value":["` + salesFloor + `","x"]}`, true, false, true},
		{"roles by id", `{"attribute":"subject.roleIds","operator":"CONTAINS","value":"` + builderRole + `"}`, false, true, true},
		{"roles by name", equals("subject.role.name", "Role Reader"), true, false, true},
		{"client", equals("client.id", adminClient), false, true, true},
		{"address", `{"attribute":"request.ipAddress","operator":"IN","value":"127.0.0.0/8"}`, true, true, true},
		{"another address", `{"attribute":"request.ipAddress","operator":"IN","value":"192.0.2.0/24"}`, false, false, true},
		{"day", `{"attribute":"request.time","operator":"IN","value":"THURSDAY"}`, true, true, true},
		{"what is known of no request", equals("role.name", "x"), false, false, false},
		{"another language", `{"script":"return true"}`, false, false, false},
	}
	for _, tt := range tests {
		for _, effect := range []string{"DENY", "ALLOW"} {
			addPolicy(t, admin, viewRoles, `{"effect":"`+effect+`","active":true,"applyToClients":true,"subject":{"type":"ALL"},"condition":`+tt.condition+`}`)
			for who, c := range map[string]struct {
				*mocktest.Client
				holds bool
			}{"the agent": {agent, tt.agent}, "the client": {client, tt.client}} {
				want := !tt.known || c.holds == (effect == "ALLOW")
				if got := may(t, c.Client); got != want {
					t.Errorf("%s where %s: %s may = %v, want %v", effect, tt.name, who, got, want)
				}
			}
			expect(t, admin.Delete(t, policiesBase+"/targets/"+viewRoles+"/subject/all"), 204, "")
		}
	}
}

func TestHowAccessPoliciesCombine(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	admin := srv.Admin(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	const holds, fails, unknown = `{"attribute":"subject.state","operator":"EQ","value":"active"}`, `{"attribute":"subject.state","operator":"EQ","value":"x"}`, `{"attribute":"x","operator":"EQ","value":"x"}`
	tests := []struct {
		name                           string
		effectAll, all, effectOwn, own string
		want                           bool
	}{
		{"a denial comes before all that allow", "ALLOW", holds, "DENY", holds, false},
		{"a denial that does not hold leaves it to the others", "ALLOW", holds, "DENY", fails, true},
		{"and to those that fail", "ALLOW", fails, "DENY", fails, false},
		{"of those that allow one suffices", "ALLOW", fails, "ALLOW", holds, true},
		{"all of them failing refuse", "ALLOW", fails, "ALLOW", fails, false},
		{"one that is not known may hold", "ALLOW", fails, "ALLOW", unknown, true},
		{"a denial that is not known does not refuse", "ALLOW", holds, "DENY", unknown, true},
	}
	for _, tt := range tests {
		addPolicy(t, admin, viewRoles, `{"effect":"`+tt.effectAll+`","active":true,"subject":{"type":"ALL"},"condition":`+tt.all+`}`)
		addPolicy(t, admin, viewRoles, `{"effect":"`+tt.effectOwn+`","active":true,"subject":{"type":"USER","id":"`+agent1+`"},"condition":`+tt.own+`}`)
		if got := may(t, agent); got != tt.want {
			t.Errorf("%s: may = %v", tt.name, got)
		}
		for _, subject := range []string{"all", agent1} {
			expect(t, admin.Delete(t, policiesBase+"/targets/"+viewRoles+"/subject/"+subject), 204, "")
		}
	}
}

// The token and the state stay the same while the clock goes on: nothing may be
// remembered.
func TestAnAccessPolicyHoldsAsLongAsItsTime(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	addPolicy(t, srv.Admin(t), viewRoles, `{"effect":"ALLOW","active":true,"subject":{"type":"ALL"},"presetAttributes":{"hours":{"type":"TIME_RANGE","value":"09:00-17:00"},"days":{"type":"DAY_RANGE","value":"MONDAY-FRIDAY"}},
		"condition":{"all":[{"attribute":"request.time","operator":"IN","value":{"attribute":"hours"}},{"attribute":"request.time","operator":"IN","value":{"attribute":"days"}}]}}`)
	for i, step := range []struct {
		advance time.Duration
		may     bool
	}{
		{0, true}, // Thursday, noon
		{5*time.Hour - time.Millisecond, true},
		{time.Millisecond, false},
		{16*time.Hour - time.Millisecond, false},
		{time.Millisecond, true}, // Friday, nine o'clock
	} {
		srv.Clock.Advance(step.advance)
		if got := may(t, agent); got != step.may {
			t.Errorf("step %d: may = %v", i, got)
		}
	}
	srv.Clock.Advance(24 * time.Hour) // the weekend, for which the token is too old
	if may(t, srv.AsUser(t, "agent1@mockcloud.test")) {
		t.Error("may on a Saturday")
	}
}

func TestAccessPoliciesGuardWritesToo(t *testing.T) {
	t.Parallel()
	srv := roleReaders(t)
	admin := srv.Admin(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	addPolicy(t, admin, addRoles, everybody)
	expect(t, agent.Post(t, base+"/roles", `{"name":"Mine"}`), 403, "authz.policy.denied")
	expect(t, agent.Post(t, base+"/roles", `{}`), 403, "authz.policy.denied") // before the body is looked at
	if got := admin.Get(t, base+"/roles?name=Mine"); got.Str(t, "total") != "0" {
		t.Errorf("the refused role is there: %s", got.Body)
	}
	if !may(t, agent) {
		t.Error("a policy about adding refuses reading")
	}
	expect(t, admin.Put(t, policiesBase+"/targets/"+addRoles, `{"effect":"DENY","subject":{"type":"ALL"}}`), 200, "")
	expect(t, agent.Post(t, base+"/roles", `{"name":"Mine"}`), 200, "")
}

// Guess: policies are stricter than roles, so the general permission admin is no
// way around them.
func TestAccessPoliciesBindGeneralAdmins(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	role := admin.Post(t, base+"/roles", `{"name":"General","permissions":["admin"]}`)
	expect(t, role, 200, "")
	expect(t, admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", `{"grants":[{"roleId":"`+role.Str(t, "id")+`","divisionId":"*"}]}`), 204, "")
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	if !may(t, agent) {
		t.Error("the general admin may not list roles")
	}
	addPolicy(t, admin, viewRoles, everybody)
	if may(t, agent) {
		t.Error("the policy does not bind the general admin")
	}
	// deleteUser also passes by admin itself, which no policy can be about.
	addPolicy(t, admin, "directory:user:delete", everybody)
	expect(t, agent.Delete(t, "/api/v2/users/"+agent2), 403, "authz.policy.denied")
}

// Guess: see CheckPolicies. Of alternatives, those count that the caller holds.
func TestAccessPoliciesAboutOneOfSeveralPermissions(t *testing.T) {
	t.Parallel()
	srv := start(t)
	addPolicy(t, srv.Admin(t), "directory:user:delete", `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`)
	expect(t, srv.As(t, "directory:user:delete").Delete(t, "/api/v2/users/"+agent2), 403, "authz.policy.denied")
	expect(t, srv.As(t, "directory:user:delete", "directory:organization:admin").Delete(t, "/api/v2/users/"+agent2), 403, "authz.policy.denied")
	expect(t, srv.As(t, "directory:organization:admin").Delete(t, "/api/v2/users/"+agent2), 200, "")
}

// Whoever may undo a policy can always do so.
func TestNoAccessPolicyLocksEverybodyOut(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	for _, action := range []string{"view", "add", "edit", "delete"} {
		addPolicy(t, admin, "authorization:policy:"+action, `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`)
	}
	user := srv.AsUser(t, "admin@mockcloud.test")
	expect(t, user.Get(t, policiesBase), 200, "")
	expect(t, user.Put(t, policiesBase+"/targets/authorization:policy:edit", everybody), 200, "")
	expect(t, user.Delete(t, policiesBase+"/targets/authorization:policy:delete/subject/all"), 204, "")
	expect(t, admin.Delete(t, policiesBase+"/targets/authorization:policy:view/subject/all"), 204, "")
}

// What a data action calls comes from no address, so that a condition about
// addresses does not decide; others do.
func TestAccessPoliciesBindDataActions(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	export, err := os.ReadFile("../../../fixtures/actions/02-find-user-by-email.json")
	if err != nil {
		t.Fatal(err)
	}
	action := srv.ImportAction(t, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), export)
	run := func() *mocktest.Response {
		return admin.Post(t, "/api/v2/integrations/actions/"+action+"/execute", `{"email":"agent1@mockcloud.test"}`)
	}
	deny := func(condition string) {
		t.Helper()
		expect(t, admin.Put(t, policiesBase+"/targets/directory:user:view", `{"effect":"DENY","active":true,"subject":{"type":"CLIENT","id":"`+adminClient+`"},"condition":`+condition+`}`), 200, "")
	}
	const search = `{"query":[{"type":"EXACT","fields":["email"],"value":"x"}]}`
	deny(`{"attribute":"request.ipAddress","operator":"IN","value":"127.0.0.1"}`)
	expect(t, admin.Post(t, "/api/v2/users/search", search), 403, "authz.policy.denied")
	expect(t, run(), 200, "")
	deny(`{"attribute":"client.id","operator":"EQ","value":"` + adminClient + `"}`)
	expect(t, run(), 403, "not.authorized") // in the words of actions
}

// Moving objects lists no permission, since that depends on their type, and is no
// way around the policies about it.
func TestAccessPoliciesBindMoves(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	mover := srv.As(t, "directory:user:edit", "routing:queue:edit")
	id := addPolicy(t, admin, "directory:user:edit", `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`)
	got := mover.Do(t, "POST", objectsURI(support, "USER"), []string{agent1}, http.Header{"Content-Type": {"application/json"}, "X-Mockcloud-Explain": {"true"}})
	expect(t, got, 403, "authz.policy.denied")
	if why := got.Header.Get("X-Mockcloud-Explanation"); !strings.Contains(why, id+" DENY directory:user:edit") || strings.Contains(why, "wouldPass") {
		t.Errorf("explanation = %s", why)
	}
	if at := divisionOf(t, admin, "/api/v2/users/"+agent1); at != sales {
		t.Errorf("the user is in %s", at)
	}
	expect(t, mover.Post(t, objectsURI(support, "QUEUE"), []string{newQueue(t, admin, "Q", sales)}), 204, "")
	// The missing permission is said first.
	expect(t, srv.As(t).Post(t, objectsURI(support, "USER"), []string{agent1}), 403, "insufficient.permissions")
}

// The control plane acts with the rights of a token where it is given one.
func TestAccessPoliciesBindTokensAtTheControlPlane(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	export, err := os.ReadFile("../../../fixtures/actions/02-find-user-by-email.json")
	if err != nil {
		t.Fatal(err)
	}
	integration := srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	send := func() *mocktest.Response {
		return admin.Post(t, "/_mockcloud/actions/import?publish=true&integration="+integration, export)
	}
	expect(t, send(), 200, "")
	addPolicy(t, admin, "integrations:action:add", `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`)
	expect(t, send(), 403, "authz.policy.denied")
}

// The switch for where grants can be changed has an operation of its own, and
// what binds that binds the control plane's way to it.
func TestAccessPoliciesBindTheSwitchAtTheControlPlane(t *testing.T) {
	t.Parallel()
	srv := start(t)
	addPolicy(t, srv.Admin(t), "authorization:settings:edit", `{"effect":"DENY","active":true,"applyToClients":true,"subject":{"type":"ALL"}}`)
	caretaker := srv.As(t, "directory:organization:admin", "authorization:settings:edit")
	expect(t, caretaker.Put(t, base+"/roles/settings", `{"authorizationGrantDivisionAware":true}`), 403, "authz.policy.denied")
	expect(t, caretaker.Patch(t, "/_mockcloud/settings", `{"grantDivisionAware":true}`), 403, "authz.policy.denied")
	expect(t, caretaker.Patch(t, "/_mockcloud/settings", `{"maxClients":7}`), 200, "")
}
