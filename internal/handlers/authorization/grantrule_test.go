package authorization_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// ways are all requests that grant pairs to a client through this family.
var ways = []struct {
	name string
	give func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response
}{
	{"bulkadd", func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response {
		t.Helper()
		return c.Post(t, base+"/subjects/"+client+"/bulkadd?subjectType=PC_OAUTH_CLIENT", bulk(p))
	}},
	{"bulkadd without a type", func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response {
		t.Helper()
		return c.Post(t, base+"/subjects/"+client+"/bulkadd", bulk(p))
	}},
	{"bulkreplace", func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response {
		t.Helper()
		return c.Post(t, base+"/subjects/"+client+"/bulkreplace?subjectType=PC_OAUTH_CLIENT", bulk(p))
	}},
	{"one grant", func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response {
		t.Helper()
		return c.Post(t, base+"/subjects/"+client+"/divisions/"+p.DivisionID+"/roles/"+p.RoleID+"?subjectType=PC_OAUTH_CLIENT", nil)
	}},
	{"the role's grants", func(t *testing.T, c *mocktest.Client, client string, p pair) *mocktest.Response {
		t.Helper()
		return c.Post(t, base+"/roles/"+p.RoleID+"?subjectType=PC_OAUTH_CLIENT", map[string]any{"subjectIds": []string{client}, "divisionIds": []string{p.DivisionID}})
	}},
}

// The rule that a client can only be given roles that the caller holds
// (decisions.md 8; oauth.md §9). The builder, who may grant, holds Integration
// Builder and People Admin in *, Queue Reader in Sales, and Developer in Home
// through a group.
func TestAClientGetsOnlyWhatTheCallerHolds(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			admin := srv.Admin(t)
			developer, peopleAdmin := roleNamed(t, admin, "Developer"), roleNamed(t, admin, "People Admin")
			fresh := newRole(t, admin, "Fresh")
			expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{peopleAdmin, "*"})), 204, "")
			caller := srv.AsUser(t, "builder@mockcloud.test")

			tests := []struct {
				name    string
				pair    pair
				refusal string // what the message says; "" where it is granted
			}{
				{"held in all divisions, given in one", pair{builderRole, support}, ""},
				{"held in all divisions, given in all", pair{builderRole, "*"}, ""},
				{"held and given in one division", pair{queueReader, sales}, ""},
				{"held in one division, given in another", pair{queueReader, support}, "role [Queue Reader] in division [Support] (yours: [Sales])"},
				{"held in one division, given in all", pair{queueReader, "*"}, "role [Queue Reader] in division [all divisions]"},
				{"held through a group", pair{developer, home}, ""},
				{"held through a group, given in another division", pair{developer, sales}, "role [Developer] in division [Sales]"},
				{"held by others only", pair{roleNamed(t, admin, "Supervisor"), sales}, "Ask for the role"},
				{"held by nobody yet", pair{fresh, home}, "Nobody holds this role yet"},
			}
			for _, tt := range tests {
				got := way.give(t, caller, webApp, tt.pair)
				held := slices.Contains(grantsOf(t, admin, webApp), tt.pair)
				if tt.refusal == "" {
					if got.Status != 204 || !held {
						t.Errorf("%s: %d, held %t\n%s", tt.name, got.Status, held, got.Body)
					}
				} else if got.Status != 400 || got.Str(t, "code") != "bad.client.role" || held || !strings.Contains(got.Str(t, "message"), tt.refusal) {
					t.Errorf("%s: held %t, want a refusal that says %q\n%s", tt.name, held, tt.refusal, got.Body)
				}
				expect(t, admin.Post(t, base+"/subjects/"+webApp+"/bulkreplace", bulk()), 204, "")
			}

			// A person first: granting to users takes the permission alone.
			expect(t, caller.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{fresh, home})), 204, "")
			expect(t, way.give(t, caller, webApp, pair{fresh, home}), 204, "")
		})
	}
}

func TestWhatAClientHasAlreadyCountsToo(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			admin := srv.Admin(t)
			peopleAdmin := roleNamed(t, admin, "People Admin")
			expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkadd", bulk(pair{peopleAdmin, "*"})), 204, "")
			caller := srv.AsUser(t, "builder@mockcloud.test")

			expect(t, admin.Post(t, base+"/subjects/"+webApp+"/bulkadd", bulk(pair{queueReader, support})), 204, "")
			got := way.give(t, caller, webApp, pair{builderRole, home})
			expect(t, got, 400, "bad.client.role")
			if !strings.Contains(got.Str(t, "message"), "[Queue Reader] in division [Support]") {
				t.Errorf("the refusal does not name what the client has: %s", got.Body)
			}
			// Taking away is free of the rule, and then it can be granted.
			expect(t, caller.Post(t, base+"/subjects/"+webApp+"/bulkremove", bulk(pair{queueReader, support})), 204, "")
			expect(t, way.give(t, caller, webApp, pair{builderRole, home}), 204, "")

			// Who loses the role cannot give anything to the client any more.
			expect(t, admin.Post(t, base+"/subjects/"+builder+"/bulkremove", bulk(pair{builderRole, "*"})), 204, "")
			expect(t, way.give(t, caller, webApp, pair{queueReader, sales}), 400, "bad.client.role")
		})
	}
}

func TestTheGeneralAdminIsNotExempt(t *testing.T) {
	t.Parallel()
	srv := start(t)
	fresh := newRole(t, srv.Admin(t), "Fresh")
	caller := srv.As(t, "admin") // passes every permission check
	got := caller.Post(t, base+"/subjects/"+webApp+"/bulkadd", bulk(pair{fresh, home}))
	expect(t, got, 400, "bad.client.role")
	if !strings.Contains(got.Str(t, "message"), "The calling OAuth client does not hold role [Fresh]") {
		t.Errorf("message: %s", got.Body)
	}
	expect(t, caller.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{fresh, home})), 204, "")
	expect(t, caller.Post(t, base+"/subjects/"+team+"/bulkadd", bulk(pair{fresh, home})), 204, "")
}

func TestTheGrantRuleCanBeOff(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{GrantRule: "off"})
	fresh := newRole(t, srv.Admin(t), "Fresh")
	caller := srv.As(t, "authorization:grant:add", "authorization:grant:delete")
	for _, way := range ways {
		expect(t, way.give(t, caller, webApp, pair{fresh, home}), 204, "")
	}
}
