package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// oauthBoxOf is the box of a role in a division, as the page has it.
func oauthBoxOf(t *testing.T, a *answer, pair string) string {
	t.Helper()
	_, rest, found := strings.Cut(a.Body, `type="checkbox" name="role" value="`+pair+`"`)
	if !found {
		t.Errorf("there is no box for %s", pair)
	}
	box, _, _ := strings.Cut(rest, ">")
	return box
}

func TestOnlyRolesThatOneHoldsCanBePicked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	made := srv.Admin(t).Post(t, "/api/v2/authorization/roles", map[string]any{"name": "<script>Brand New"})
	ben := visit(t, srv, oauthBen)
	page := ben.get(t, oauthPages+"/new")
	page.says(t, "You hold it only in Sales", "You hold it only in Home", "You do not hold this role", "<script>Brand New", "Nobody holds this role. Grant it to a person first")
	if strings.Contains(page.Body, "<script>Brand") {
		t.Error("a name is part of the page's code")
	}
	tests := []struct {
		name, pair string
		open       bool
	}{
		{"held everywhere, given everywhere", oauthBuilder + "|*", true},
		{"held everywhere, given in one division", oauthBuilder + "|" + oauthSales, true},
		{"held in a division, given there", oauthReader + "|" + oauthSales, true},
		{"held in a division, given in another", oauthReader + "|" + oauthHome, false},
		{"held in a division, given everywhere", oauthReader + "|*", false},
		{"held through a group, given there", oauthRole(t, srv, "Developer") + "|" + oauthHome, true},
		{"held through a group, given elsewhere", oauthRole(t, srv, "Developer") + "|" + oauthSales, false},
		{"not held", oauthRole(t, srv, "admin") + "|" + oauthHome, false},
		{"held by nobody", made.Str(t, "id") + "|*", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if box := oauthBoxOf(t, page, tt.pair); strings.Contains(box, "disabled") == tt.open {
				t.Errorf("the box is <input%s>", box)
			}
			// The API decides, also of forms that the page would not send.
			got := ben.post(t, oauthPages+"/new", oauthBot("bot", tt.pair))
			if tt.open {
				got.says(t, "bot was added")
				return
			}
			got.says(t, "bad.client.role", "not hold role", "authorization:grant:add")
			if got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `id="roles-error"`) || !strings.Contains(oauthBoxOf(t, got, tt.pair), "checked") {
				t.Errorf("status = %d", got.Status)
			}
		})
	}
}

func TestRolesAreChangedOnTheirTab(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, ben := visit(t, srv, oauthAda), visit(t, srv, oauthBen)
	id, _ := oauthAdd(t, ben, oauthBot("bot", oauthBuilder+"|*"))
	tab := oauthPages + "/" + id + "/roles"
	if box := oauthBoxOf(t, ben.get(t, tab), oauthBuilder+"|*"); !strings.Contains(box, "checked") {
		t.Errorf("the box is <input%s>", box)
	}
	ben.postAndFollow(t, tab, url.Values{"role": {oauthReader + "|" + oauthSales}}).says(t, "It was saved.")
	stored := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+id)
	if stored.Str(t, "roleDivisions.0.roleId") != oauthReader || stored.Str(t, "roleDivisions.0.divisionId") != oauthSales || strings.Count(string(stored.Body), "divisionId") != 1 {
		t.Errorf("stored: %s", stored.Body)
	}
	ben.post(t, tab, nil).says(t, "Client roles and divisions are missing")

	// A role that Ben does not hold: he sees it, cannot take it away, and is told.
	admin := oauthRole(t, srv, "admin") + "|*"
	ada.postAndFollow(t, tab, url.Values{"role": {oauthReader + "|" + oauthSales, admin}}).says(t, "It was saved.")
	page := ben.get(t, tab).says(t, "This client has roles that you do not hold")
	if box := oauthBoxOf(t, page, admin); !strings.Contains(box, "checked") || !strings.Contains(box, "disabled") || !strings.Contains(page.Body, `type="hidden" name="role" value="`+admin+`"`) {
		t.Errorf("the box is <input%s>", box)
	}
	ben.post(t, tab, url.Values{"role": {admin}}).says(t, "bad.client.role", "[admin]")
	ben.get(t, oauthPages+"/"+id).says(t, "This client has roles that you do not hold")
	got := ben.post(t, oauthPages+"/"+id, oauthBot("renamed"))
	got.says(t, "bad.client.role", "[admin]")
	if now := srv.Admin(t).Get(t, "/api/v2/oauth/clients/"+id).Str(t, "name"); now != "bot" {
		t.Errorf("name = %s", now)
	}
	ada.get(t, tab).lacks(t, "roles that you do not hold")
}

func TestManyRolesStandOnSeveralPagesAndNoneIsLost(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	for i := range 110 {
		made := admin.Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Role " + string(rune('a'+i/26)) + string(rune('a'+i%26))})
		if made.Status != http.StatusOK {
			t.Fatal(string(made.Body))
		}
	}
	ada := visit(t, srv, oauthAda)
	id, _ := oauthAdd(t, ada, oauthBot("bot", oauthBuilder+"|*", oauthReader+"|*"))
	tab := oauthPages + "/" + id + "/roles"
	ada.get(t, tab).says(t, "Page 1 of 2", "Integration Builder").lacks(t, "Role ef")
	second := ada.get(t, tab+"?page=2").says(t, "Page 2 of 2", "Role ef")
	if !strings.Contains(second.Body, `type="hidden" name="role" value="`+oauthBuilder+`|*"`) || !strings.Contains(second.Body, `action="`+tab+`?page=2"`) {
		t.Error("the second page forgets what the first one shows")
	}
	found := ada.get(t, tab+"?q=reader").says(t, "Queue Reader").lacks(t, "Role aa")
	if !strings.Contains(found.Body, `type="hidden" name="role" value="`+oauthBuilder+`|*"`) {
		t.Error("a search forgets what it does not find")
	}
	ada.get(t, oauthPages+"/new").says(t, "pick others on the client's Roles tab")
}

func TestWhoMayNotSeeRolesPicksFromTheirOwn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	role := admin.Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Client Keeper", "permissionPolicies": []map[string]any{
		{"domain": "oauth", "entityName": "client", "actionSet": []string{"*"}},
	}}).Str(t, "id")
	alex := visit(t, srv, "agent1@mockcloud.test")
	me := srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me").Str(t, "id")
	if got := admin.Post(t, "/api/v2/authorization/subjects/"+me+"/bulkadd", map[string]any{"grants": []map[string]string{{"roleId": role, "divisionId": "*"}}}); got.Status != http.StatusNoContent {
		t.Fatal(string(got.Body))
	}
	alex.get(t, oauthPages+"/new").says(t, "Only the roles that you hold are listed", "authorization:role:view", "Client Keeper").lacks(t, "Queue Reader")
	alex.get(t, oauthPages+"/"+oauthAdmin+"/roles").says(t, "Client Keeper", oauthReader)
	oauthAdd(t, alex, oauthBot("bot", role+"|"+oauthHome))
}
