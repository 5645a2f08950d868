package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The people, divisions and groups of the fixtures.
const (
	peopleBen   = "6d6f636b-0005-4000-8000-000000000002"
	peopleSue   = "6d6f636b-0005-4000-8000-000000000003"
	peopleAlex  = "6d6f636b-0005-4000-8000-000000000004"
	peopleHome  = "6d6f636b-0002-4000-8000-000000000001"
	peopleSales = "6d6f636b-0002-4000-8000-000000000002"
	rolesQueue  = "6d6f636b-0003-4000-8000-000000000002" // Queue Reader
)

// addPerson adds somebody by the form, and returns the id.
func addPerson(t *testing.T, v *visitor, form url.Values) string {
	t.Helper()
	a := v.post(t, "/admin/people/new", form)
	if a.Status != 303 {
		t.Fatalf("status %d\n%.3000s", a.Status, a.words())
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(a.Location, "/admin/people/"), "/")
	return id
}

func TestPeopleAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id := addPerson(t, ada, url.Values{"name": {"<script>Dee"}, "email": {"dee@mockcloud.test"}, "division": {peopleSales}, "title": {"Chief"}})
	ada.get(t, "/admin/people/"+id+"/roles?done=added").says(t, "It was added.", "<script>Dee", "employee").lacks(t, "<script>Dee</")
	ada.get(t, "/admin/people").says(t, "<script>Dee", "dee@mockcloud.test", "Chief", "Sales")

	page := "/admin/people/" + id
	version := api.Get(t, "/api/v2/users/"+id).Str(t, "version")
	form := url.Values{"name": {"Dee Dee"}, "email": {"dee2@mockcloud.test"}, "division": {peopleHome}, "title": {""}, "department": {"Sea"}, "version": {version}}
	ada.postAndFollow(t, page, form).says(t, "It was saved.", "Dee Dee")
	got := api.Get(t, "/api/v2/users/"+id)
	for path, want := range map[string]string{"name": "Dee Dee", "email": "dee2@mockcloud.test", "department": "Sea", "division.name": "Home", "state": "active"} {
		if s := got.Str(t, path); s != want {
			t.Errorf("%s = %q, want %q", path, s, want)
		}
	}

	// The version of the form is old now.
	form.Set("name", "Somebody else's")
	stale := ada.post(t, page, form).says(t, "The API refused this:")
	if stale.Status != 409 || !strings.Contains(stale.Body, "<h1>Dee Dee</h1>") || api.Get(t, "/api/v2/users/"+id).Str(t, "name") != "Dee Dee" {
		t.Errorf("status = %d\n%.3000s", stale.Status, stale.words())
	}
}

func TestARefusedPersonKeepsTheFormButNoPassword(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	for _, tt := range []struct {
		name, email, password, wrong string
		status                       int
	}{
		{"Kept Name", "builder@mockcloud.test", "long-Enough-1!", "f-email-error", 409},
		{"Kept Name", "kept@mockcloud.test", "x", "f-password-error", 400},
		{" ", "kept@mockcloud.test", "", "f-name-error", 400},
	} {
		got := ada.post(t, "/admin/people/new", url.Values{"name": {tt.name}, "email": {tt.email}, "password": {tt.password}, "division": {peopleSales}, "title": {"Kept Title"}})
		if got.Status != tt.status || !strings.Contains(got.Body, `id="`+tt.wrong+`"`) || !strings.Contains(got.Body, `value="Kept Title"`) ||
			!strings.Contains(got.Body, `<option value="`+peopleSales+`" selected>`) || strings.Contains(got.Body, "long-Enough") {
			t.Errorf("%+v: status %d\n%s", tt, got.Status, got.Body)
		}
	}
}

func TestPeopleAreSearchedByStateAndPage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	for i := range 51 {
		api.Post(t, "/api/v2/users", map[string]any{"name": fmt.Sprintf("Zoe %02d", i), "email": fmt.Sprintf("zoe%02d@mockcloud.test", i), "state": "inactive"})
	}
	ada.get(t, "/admin/people").says(t, "Ben Builder").lacks(t, "Zoe")
	ada.get(t, "/admin/people?state=inactive").says(t, "Zoe 00", "Zoe 49", "Page 1 of 2, 51 in all").lacks(t, "Zoe 50", "Ben Builder")
	ada.get(t, "/admin/people?state=inactive&page=2").says(t, "Zoe 50").lacks(t, "Zoe 49")
	ada.get(t, "/admin/people?state=any&name=zoe&page=2").says(t, "Zoe 50").lacks(t, "Zoe 49")
	ada.get(t, "/admin/people?state=any&name=BUILDER%40").says(t, "Ben Builder").lacks(t, "Zoe", "Sue Supervisor")
	ada.get(t, "/admin/people?name=nobody").says(t, "Nobody was found.")
}

func TestPeopleAreDeactivatedDeletedAndRestored(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api, sue := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t), srv.AsUser(t, "supervisor@mockcloud.test")
	page := "/admin/people/" + peopleSue
	state := func(want string) {
		t.Helper()
		if got := api.Get(t, "/api/v2/users?state=any&id="+peopleSue).Str(t, "entities.0.state"); got != want {
			t.Errorf("state = %s, want %s", got, want)
		}
	}
	ada.get(t, page+"/deactivate").says(t, "Deactivate Sue Supervisor?")
	state("active")
	ada.postAndFollow(t, page+"/deactivate", nil).says(t, "The person is inactive now.", "Activate")
	state("inactive")
	if got := sue.Get(t, "/api/v2/users/me"); got.Status != 401 {
		t.Errorf("status = %d", got.Status)
	}
	ada.postAndFollow(t, page+"/activate", nil).says(t, "The person is active again.")
	state("active")
	ada.get(t, page+"/delete").says(t, "Delete Sue Supervisor?")
	ada.postAndFollow(t, page+"/delete", nil).says(t, "The person was deleted.").lacks(t, "Sue Supervisor")
	state("deleted")
	ada.get(t, "/admin/people?state=deleted").says(t, "Sue Supervisor", "Deleted")
	ada.get(t, page).says(t, "Sue Supervisor was deleted.", "Restore").lacks(t, "Save")
	ada.postAndFollow(t, page+"/restore", nil).says(t, "The person is back, and active.")
	state("active")
	if got := ada.get(t, "/admin/people/nobody"); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestSignOutEverywhereEndsThePersonsTokens(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, ben := visit(t, srv, "admin@mockcloud.test"), srv.AsUser(t, "builder@mockcloud.test")
	page := "/admin/people/" + peopleBen
	ada.get(t, page+"/sign-out").says(t, "Sign Ben Builder out everywhere?")
	if got := ben.Get(t, "/api/v2/users/me"); got.Status != 200 {
		t.Fatalf("status = %d", got.Status)
	}
	ada.postAndFollow(t, page+"/sign-out", nil).says(t, "All tokens of the person have ended.")
	if got := ben.Get(t, "/api/v2/users/me"); got.Status != 401 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestAPasswordIsSet(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := "/admin/people/" + peopleBen + "/password"
	ada.get(t, page).says(t, "Set password", "Ben Builder")
	if got := ada.post(t, page, url.Values{"password": {"x"}}); got.Status != 400 || !strings.Contains(got.Body, `id="f-password-error"`) {
		t.Errorf("status = %d\n%s", got.Status, got.Body)
	}
	ada.postAndFollow(t, page, url.Values{"password": {" Quite-long-2 "}}).says(t, "The password was set.")
	// What was typed is the password, blanks included: the same one is refused as used.
	ada.post(t, page, url.Values{"password": {" Quite-long-2 "}}).says(t, "The API refused this:")
	ada.postAndFollow(t, page, url.Values{"password": {"Quite-long-2"}}).says(t, "The password was set.")
}

func TestRolesOfAPersonAreGrantedAndTakenAway(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, alex := visit(t, srv, "admin@mockcloud.test"), srv.AsUser(t, "agent1@mockcloud.test")
	ben := ada.get(t, "/admin/people/"+peopleBen+"/roles").says(t, "Integration Builder", "All divisions", "Group Integration Team", "Granted directly")
	developer := srv.Admin(t).Get(t, "/api/v2/authorization/roles?name=Developer").Str(t, "entities.0.id")
	if strings.Contains(ben.Body, "remove?division="+peopleHome+"&amp;role="+developer) {
		t.Error("what is inherited from a group can be removed from the person")
	}

	page := "/admin/people/" + peopleAlex + "/roles"
	if got := alex.Get(t, "/api/v2/oauth/clients"); got.Status != 403 {
		t.Fatalf("status = %d", got.Status)
	}
	builder := "6d6f636b-0003-4000-8000-000000000001"
	ada.postAndFollow(t, page, url.Values{"role": {builder}, "division": {"*"}}).says(t, "The role was granted.", "Integration Builder", "All divisions")
	if got := alex.Get(t, "/api/v2/oauth/clients"); got.Status != 200 {
		t.Errorf("status = %d", got.Status)
	}
	remove := page + "/remove?" + url.Values{"role": {builder}, "division": {"*"}}.Encode()
	ada.get(t, remove).says(t, "Take Integration Builder from Alex Agent?", "All divisions")
	ada.postAndFollow(t, remove, nil).says(t, "The role was taken away.").lacks(t, "<th scope=\"row\"><a href=\"/admin/roles/"+builder)
	if got := alex.Get(t, "/api/v2/oauth/clients"); got.Status != 403 {
		t.Errorf("status = %d", got.Status)
	}
	if got := ada.post(t, page, url.Values{"role": {"nothing"}, "division": {"*"}}); got.Status != 404 {
		t.Errorf("a role that is not there: status %d", got.Status)
	}
}

func TestWhoMayNotGrantIsToldWhatItTakes(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ben, alex := visit(t, srv, "builder@mockcloud.test"), visit(t, srv, "agent1@mockcloud.test")
	page := "/admin/people/" + peopleAlex

	// Ben sees the grants, and can neither give nor take.
	ben.get(t, page+"/roles").says(t, "employee", "authorization:grant:add").lacks(t, "/roles/remove")
	got := ben.post(t, page+"/roles", url.Values{"role": {rolesQueue}, "division": {"*"}}).says(t, "authorization:grant:add", "The smallest role that has it:")
	if got.Status != 403 {
		t.Errorf("status = %d", got.Status)
	}
	// Alex does not even see them, but the page stands.
	if got := alex.get(t, page+"/roles").says(t, "Refused", "authorization:grant:view", "authorization:grant:add"); got.Status != 200 {
		t.Errorf("status = %d", got.Status)
	}
	alex.get(t, page).says(t, "directory:user:edit").lacks(t, "Save")
	alex.get(t, "/admin/people/new").says(t, "directory:user:add").lacks(t, "<form method=\"post\" class=\"card\"")
	alex.get(t, page+"/password").says(t, "directory:user:setPassword")
	for _, what := range []string{"", "/deactivate", "/delete", "/sign-out"} {
		got := alex.post(t, "/admin/people/"+peopleBen+what, url.Values{"name": {"Mine"}, "email": {"mine@mockcloud.test"}, "version": {"1"}})
		if got.Status != 403 {
			t.Errorf("%s: status %d", what, got.Status)
		}
	}
	if got := srv.Admin(t).Get(t, "/api/v2/users/"+peopleBen); got.Str(t, "state") != "active" || got.Str(t, "name") != "Ben Builder" {
		t.Errorf("changed: %s", got.Body)
	}
}

func TestPermissionsOfAPersonAreSearchedAndLeadToRoles(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := "/admin/people/" + peopleBen + "/permissions"
	ada.get(t, page).says(t, "oauth:client:add", "routing:queue:view")
	got := ada.get(t, page+"?q=queue%3AVIEW").says(t, "routing:queue:view").lacks(t, "oauth:client:add")
	if !strings.Contains(got.Body, `href="/admin/roles?permission=routing%3aqueue%3aview"`) {
		t.Errorf("no link to the roles:\n%s", got.Body)
	}
	ada.get(t, page+"?q=nothing").says(t, "There is no such permission here.")
}
