package authorization_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestRoleSettings(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	path := base + "/roles/settings"
	const off = `{"backfillEnabled":false,"authorizationGrantDivisionAware":false,"selfUri":"/api/v2/authorization/roles/settings"}`
	if got := admin.Get(t, path); got.Status != 200 || string(got.Body) != off {
		t.Errorf("at first: %d %s", got.Status, got.Body)
	}
	const on = `{"backfillEnabled":true,"authorizationGrantDivisionAware":true,"selfUri":"/api/v2/authorization/roles/settings"}`
	if got := admin.Put(t, path, on); got.Status != 200 || string(got.Body) != on {
		t.Errorf("changed: %d %s", got.Status, got.Body)
	}
	// Guess: what is not sent stays.
	expect(t, admin.Put(t, path, `{"backfillEnabled":null}`), 200, "")
	for _, body := range []string{`{"backfillEnabled":"yes"}`, `{"authorizationGrantDivisionAware":1}`, `[]`, ``} {
		expect(t, admin.Put(t, path, body), 400, "")
	}
	if got := admin.Get(t, path); string(got.Body) != on {
		t.Errorf("afterwards: %s", got.Body)
	}
	if got := srv.As(t, "authorization:settings:view").Put(t, path, off); got.Status != 403 {
		t.Errorf("who may only look changed it: %d", got.Status)
	}
}

// The organization's switch decides whether granting is a matter of divisions
// (authorization.md §8): every operation that changes grants obeys it.
func TestTheSwitchMakesGrantingAMatterOfDivisions(t *testing.T) {
	t.Parallel()
	writes := []struct {
		name string
		send func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response
	}{
		{"bulkadd", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{role, division}))
		}},
		{"bulkremove", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Post(t, base+"/subjects/"+agent2+"/bulkremove", bulk(pair{role, division}))
		}},
		{"bulkreplace", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Post(t, base+"/subjects/"+supervisor+"/bulkreplace", bulk(pair{role, division}))
		}},
		{"one grant", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Post(t, base+"/subjects/"+builder+"/divisions/"+division+"/roles/"+role, nil)
		}},
		{"taking one grant", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Delete(t, base+"/subjects/"+adminUser+"/divisions/"+division+"/roles/"+role)
		}},
		{"the role's grants", func(t *testing.T, c *mocktest.Client, role, division string) *mocktest.Response {
			t.Helper()
			return c.Post(t, base+"/roles/"+role, map[string]any{"subjectIds": []string{team}, "divisionIds": []string{division}})
		}},
		{"taking the role from users", func(t *testing.T, c *mocktest.Client, role, _ string) *mocktest.Response {
			t.Helper()
			return c.Put(t, base+"/roles/"+role+"/users/remove", []string{agent2})
		}},
	}
	for _, w := range writes {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			admin := srv.Admin(t)
			// The agents and the admin hold the role in one division each round.
			prepare := func(role, division string) {
				t.Helper()
				for _, s := range []string{agent2, adminUser} {
					expect(t, admin.Post(t, base+"/subjects/"+s+"/bulkreplace", bulk(pair{role, division})), 204, "")
				}
				expect(t, admin.Post(t, base+"/subjects/"+supervisor+"/bulkreplace", bulk()), 204, "")
			}
			caller := srv.AsIn(t, sales, "authorization:grant:add", "authorization:grant:delete")
			role := newRole(t, admin, "Fresh")
			turn := func(on string) {
				t.Helper()
				expect(t, admin.Put(t, base+"/roles/settings", `{"authorizationGrantDivisionAware":`+on+`}`), 200, "")
			}
			ok := func(division string) {
				t.Helper()
				prepare(role, division)
				if got := w.send(t, caller, role, division); got.Status != 204 && got.Status != 200 {
					t.Errorf("in %s: %d %s", division, got.Status, got.Body)
				}
			}
			ok(support) // the switch is off
			turn("true")
			ok(sales)
			for _, division := range []string{support, "*"} {
				prepare(role, division)
				held := [][]pair{grantsOf(t, admin, agent1), grantsOf(t, admin, agent2), grantsOf(t, admin, supervisor)}
				got := w.send(t, caller, role, division)
				expect(t, got, 403, "missing.division.permissions")
				if message := got.Str(t, "message"); message != "User doesn't have required permissions to the division." {
					t.Errorf("message: %s", message)
				}
				for i, s := range []string{agent1, agent2, supervisor} {
					if now := grantsOf(t, admin, s); len(now) != len(held[i]) {
						t.Errorf("the refusal changed what %s holds to %v", s, now)
					}
				}
			}
			turn("false")
			ok(support)
		})
	}
}

// Requests that name no division are about the home division.
func TestTheSwitchAppliesToTheHomeDivisionToo(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	role := newRole(t, admin, "Fresh")
	expect(t, admin.Put(t, base+"/roles/settings", `{"authorizationGrantDivisionAware":true}`), 200, "")
	inSales, inHome := srv.AsIn(t, sales, "authorization:grant:add"), srv.AsIn(t, home, "authorization:grant:add")
	add := func(c *mocktest.Client, user string) *mocktest.Response {
		t.Helper()
		return c.Put(t, base+"/roles/"+role+"/users/add", []string{user})
	}
	expect(t, add(inSales, agent1), 403, "missing.division.permissions")
	expect(t, add(inHome, agent1), 200, "")
	roles := func(c *mocktest.Client) *mocktest.Response {
		t.Helper()
		return c.Put(t, "/api/v2/users/"+freshUser(t, admin)+"/roles", []string{role})
	}
	expect(t, roles(inSales), 403, "missing.division.permissions")
	expect(t, roles(inHome), 200, "")
}

// freshUser creates a user who holds what every employee does, and returns its id.
func freshUser(t *testing.T, c *mocktest.Client) string {
	t.Helper()
	got := c.Post(t, "/api/v2/users/search", `{"query":[{"type":"EXACT","fields":["email"],"value":"fresh@mockcloud.test"}]}`)
	if id := got.Str(t, "results.0.id"); id != "" {
		return id
	}
	got = c.Post(t, "/api/v2/users", `{"name":"Fresh","email":"fresh@mockcloud.test","state":"active"}`)
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

func TestAnalysisSettings(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	path := base + "/settings"
	// Guess: off, and ninety days.
	if got := admin.Get(t, path); got.Status != 200 || string(got.Body) != `{"analysisDays":90,"analysisEnabled":false,"selfUri":"/api/v2/authorization/settings"}` {
		t.Errorf("at first: %d %s", got.Status, got.Body)
	}
	got := admin.Patch(t, path, `{"analysisEnabled":true,"id":"mine","dateLastCalculated":"2026-01-01T00:00:00.000Z"}`)
	expect(t, got, 200, "")
	if got.Str(t, "analysisEnabled") != "true" || got.Str(t, "analysisDays") != "90" || got.Str(t, "dateLastCalculated") != "" {
		t.Errorf("switched on: %s", got.Body)
	}
	expect(t, admin.Patch(t, path, `{"analysisDays":30}`), 200, "")
	for _, body := range []string{`{"analysisDays":0}`, `{"analysisDays":-1}`, `{"analysisDays":99999999999}`, `{"analysisDays":"x"}`, `{"analysisEnabled":"x"}`, ``} {
		expect(t, admin.Patch(t, path, body), 400, "")
	}
	if got := admin.Get(t, path); got.Str(t, "analysisEnabled") != "true" || got.Str(t, "analysisDays") != "30" {
		t.Errorf("afterwards: %s", got.Body)
	}
}
