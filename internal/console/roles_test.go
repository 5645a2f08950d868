package console_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

var rolesChecked = regexp.MustCompile(`name="[pg]" value="([^"]*)" checked`)

// checkedPermissions are those that the form of a role would send, and the form.
func checkedPermissions(a *answer) ([]string, url.Values) {
	var list []string
	for _, m := range rolesChecked.FindAllStringSubmatch(a.Body, -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	form := url.Values{}
	for _, value := range list {
		name := "p"
		if !strings.Contains(value, ":") {
			name = "g"
		}
		form.Add(name, value)
	}
	return list, form
}

// policiesOfRole are the policies of a role, as the API answers them.
func policiesOfRole(t *testing.T, srv *mocktest.Server, id string) []map[string]any {
	t.Helper()
	var role struct {
		Policies []map[string]any `json:"permissionPolicies"`
	}
	srv.Admin(t).Get(t, "/api/v2/authorization/roles/"+id).JSON(t, &role)
	return role.Policies
}

func TestRolesAreAddedCopiedRenamedAndDeleted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	a := ada.post(t, "/admin/roles/new", url.Values{"name": {"<script>Poet"}, "description": {"Writes"}})
	id := strings.Split(a.Location, "/")[3]
	ada.get(t, a.Location).says(t, "It was added.", "<script>Poet").lacks(t, "<script>Poet<")
	ada.get(t, "/admin/roles?name=poet").says(t, "<script>Poet", "Writes", "Custom").lacks(t, "employee")
	ada.postAndFollow(t, "/admin/roles/"+id, url.Values{"name": {"Author"}, "description": {""}}).says(t, "It was saved.", "Author")

	taken := ada.post(t, "/admin/roles/"+id, url.Values{"name": {"employee"}, "description": {"kept"}})
	if taken.Status != 409 || !strings.Contains(taken.Body, `id="f-name-error"`) || !strings.Contains(taken.Body, ">\nkept</textarea>") || !strings.Contains(taken.Body, "<h1>Author</h1>") {
		t.Errorf("status = %d\n%s", taken.Status, taken.Body)
	}

	ada.get(t, "/admin/roles/new?from="+rolesQueue).says(t, "Copy role").lacks(t, "Add role ")
	a = ada.post(t, "/admin/roles/new?from="+rolesQueue, url.Values{"name": {"Copied"}})
	copied := strings.Split(a.Location, "/")[3]
	if got, want := policiesOfRole(t, srv, copied), policiesOfRole(t, srv, rolesQueue); !reflect.DeepEqual(got, want) || len(got) == 0 {
		t.Errorf("policies = %v, want %v", got, want)
	}

	ada.get(t, "/admin/roles/"+id+"/delete").says(t, "Delete the role Author?")
	ada.postAndFollow(t, "/admin/roles/"+id+"/delete", nil).says(t, "It was deleted.").lacks(t, ">Author<")
	if got := ada.get(t, "/admin/roles/"+id); got.Status != 404 {
		t.Errorf("status = %d", got.Status)
	}
	employee := srv.Admin(t).Get(t, "/api/v2/authorization/roles?name=employee").Str(t, "entities.0.id")
	if got := ada.post(t, "/admin/roles/"+employee+"/delete", nil).says(t, "cannot be deleted"); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	ada.get(t, "/admin/roles/"+employee).lacks(t, "/delete")
}

func TestRolesAreFoundByWhatTheyPermit(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	ada.get(t, "/admin/roles?permission=integrations:action:execute").says(t, "Integration Builder", "Developer").lacks(t, "Queue Reader")
	if got := ada.get(t, "/admin/roles?permission=a:b").says(t, "The API refused this:"); got.Status != 400 || !strings.Contains(got.Body, `value="a:b"`) {
		t.Errorf("status = %d", got.Status)
	}
	ada.get(t, "/admin/roles?name=nothing").says(t, "No role was found.")
}

// What the tree does not show, it does not touch.
func TestTheTreeChangesNoMoreThanWasChosen(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	conditional := `{"domain":"quality","entityName":"calibration","actionSet":["add"],"allowConditions":true,"resourceConditionNode":
		{"conjunction":"AND","terms":[{"variableName":"Conversation.mediaType","operator":"EQ","operands":[{"type":"SCALAR","value":"12345678901234567890"}]}]}}`
	named := `{"domain":"routing","entityName":"queue","actionSet":["delete"],"namedResources":["one"],"allowConditions":false}`
	id := api.Post(t, "/api/v2/authorization/roles", json.RawMessage(`{"name":"Mixed","permissions":["group_creation","odd_one"],"permissionPolicies":[`+conditional+`,`+named+`,
		{"domain":"routing","entityName":"queue","policyName":"mine","actionSet":["view","edit"],"allowConditions":true},
		{"domain":"moon","entityName":"<script>","actionSet":["land"],"allowConditions":false},
		{"domain":"integrations","entityName":"*","actionSet":["*"],"allowConditions":false},
		{"domain":"architect","entityName":"*","actionSet":["view"],"allowConditions":false}]}`)).Str(t, "id")
	before := policiesOfRole(t, srv, id)
	page := "/admin/roles/" + id + "/permissions"
	shown := ada.get(t, page).says(t, "With conditions", "quality:calibration:add", "routing:queue:delete")
	if strings.Contains(shown.Body, "<script>") {
		t.Error("the name of an entity is not escaped")
	}
	checked, form := checkedPermissions(shown)
	if want := []string{"architect:*:view", "group_creation", "integrations:*:*", "moon:&lt;script&gt;:land", "odd_one", "routing:queue:edit", "routing:queue:view"}; !slices.Equal(checked, want) {
		t.Fatalf("checked = %q", checked)
	}

	// A search hides, but the form is still whole.
	narrow := ada.get(t, page+"?q=Queue+view&chosen=true")
	if got, _ := checkedPermissions(narrow); !slices.Equal(got, checked) {
		t.Errorf("checked in a search = %q", got)
	}
	if !strings.Contains(narrow.Body, `aria-label="queue"><span>`) || !strings.Contains(narrow.Body, `aria-label="wrapupCode" hidden>`) {
		t.Errorf("the search shows what it should not, or hides what it should show")
	}

	form["p"] = slices.DeleteFunc(form["p"], func(p string) bool { return strings.HasPrefix(p, "moon:") })
	form.Add("p", "moon:<script>:land")
	ada.postAndFollow(t, page, form).says(t, "It was saved.")
	if got := policiesOfRole(t, srv, id); !reflect.DeepEqual(got, before) {
		t.Errorf("saving without a change: %v, want %v", got, before)
	}

	// Now one goes, and three come.
	form["p"] = slices.DeleteFunc(form["p"], func(p string) bool { return p == "routing:queue:view" || p == "architect:*:view" })
	form["p"] = append(form["p"], "routing:queue:join", "oauth:client:view", "oauth:client:*", "nonsense", "a::b")
	form["g"] = []string{"admin"}
	ada.postAndFollow(t, page, form)
	want := slices.Clone(before[:5])
	want[2]["actionSet"] = []any{"edit", "join"}
	want = append(want, map[string]any{"domain": "oauth", "entityName": "client", "actionSet": []any{"*", "view"}, "allowConditions": false})
	if got := policiesOfRole(t, srv, id); !reflect.DeepEqual(got, want) {
		t.Errorf("policies = %v\nwant %v", got, want)
	}
	if got := api.Get(t, "/api/v2/authorization/roles/"+id); got.Str(t, "permissions.0") != "admin" || strings.Contains(string(got.Body), "odd_one") {
		t.Errorf("general permissions: %s", got.Body)
	}
}

func TestTheTreeOfALargeRoleStaysSmall(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	var catalogue struct {
		Entities []struct {
			Domain string                      `json:"domain"`
			Map    map[string][]map[string]any `json:"permissionMap"`
		} `json:"entities"`
	}
	api.Get(t, "/api/v2/authorization/permissions?pageSize=100").JSON(t, &catalogue)
	form := url.Values{}
	for _, d := range catalogue.Entities {
		for entity, actions := range d.Map {
			for _, a := range actions {
				form.Add("p", d.Domain+":"+entity+":"+a["action"].(string))
			}
		}
	}
	if len(form["p"]) < 1000 {
		t.Fatalf("the catalogue has %d permissions", len(form["p"]))
	}
	page := "/admin/roles/" + rolesQueue + "/permissions"
	got := ada.postAndFollow(t, page, form)
	if checked, _ := checkedPermissions(got); len(checked) != len(form["p"]) {
		t.Errorf("%d of %d are checked", len(checked), len(form["p"]))
	}
	if len(got.Body) > 300<<10 {
		t.Errorf("the page has %d bytes", len(got.Body))
	}
}

func TestMembersOfARole(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := "/admin/roles/" + rolesQueue + "/members"
	ada.get(t, page).says(t, "Ben Builder", "Person", "Mockcloud Admin", "OAuth client", "All divisions").lacks(t, "Alex Agent", "Sue Supervisor")

	if got := ada.post(t, page+"/add", url.Values{"division": {"*"}}).says(t, "Choose at least one person."); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	ada.get(t, page+"/add?name=agent").says(t, "Alex Agent", "Aki Agent").lacks(t, "Sue Supervisor")
	ada.postAndFollow(t, page+"/add", url.Values{"person": {peopleAlex, peopleSue}, "division": {peopleSales}}).
		says(t, "The role was granted.", "Alex Agent", "Sue Supervisor", "Sales")

	remove := page + "/remove?" + url.Values{"subject": {peopleAlex}, "division": {peopleSales}}.Encode()
	ada.get(t, remove).says(t, "Take Queue Reader from Alex Agent?", "Sales")
	ada.postAndFollow(t, remove, nil).says(t, "The role was taken away.", "Sue Supervisor").lacks(t, "Alex Agent")
}

func TestADefaultRoleIsComparedAndRestored(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id := srv.Admin(t).Get(t, "/api/v2/authorization/roles?name=Developer").Str(t, "entities.0.id")
	page := "/admin/roles/" + id
	ada.get(t, page+"/compare").says(t, "There is no difference from Developer as it was at first.")
	_, form := checkedPermissions(ada.get(t, page+"/permissions"))
	gone := form["p"][0]
	form["p"] = append(form["p"][1:], "moon:base:land")
	form.Add("g", "group_creation")
	ada.postAndFollow(t, page+"/permissions", form)
	ada.get(t, page+"/compare").says(t, "Only this role has 2", "moon:base:land", "group_creation", "Only the default role has 1", gone)

	ada.get(t, page+"/restore").says(t, "Restore Developer to default?")
	ada.postAndFollow(t, page+"/restore", nil).says(t, "There is no difference")
	ada.postAndFollow(t, page+"/permissions", form)
	ada.get(t, "/admin/roles/restore").says(t, "Restore all default roles?")
	ada.postAndFollow(t, "/admin/roles/restore", nil).says(t, "The default roles are as they were at first.")
	ada.get(t, page+"/compare").says(t, "There is no difference")

	own := "/admin/roles/" + rolesQueue + "/compare"
	ada.get(t, own).says(t, "Choose a role").lacks(t, "Only this role has")
	ada.get(t, own+"?with="+id).says(t, "Only this role has", "Only the default role has")
}

func TestRolesAreLookedAtAndNotChangedWithoutTheRight(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ben, alex := visit(t, srv, "builder@mockcloud.test"), visit(t, srv, "agent1@mockcloud.test")
	before := policiesOfRole(t, srv, rolesQueue)
	page := "/admin/roles/" + rolesQueue
	ben.get(t, page).says(t, "authorization:role:edit").lacks(t, ">Save<")
	if got := ben.get(t, page+"/permissions").says(t, "authorization:role:edit").lacks(t, ">Save<"); !strings.Contains(got.Body, "<fieldset disabled>") {
		t.Error("the tree can be changed")
	}
	ben.get(t, page+"/members").says(t, "Ada Admin", "authorization:grant:add").lacks(t, "Remove")
	for path, form := range map[string]url.Values{
		page: {"name": {"Mine"}}, page + "/permissions": {"p": {"oauth:client:add"}}, page + "/delete": nil, page + "/restore": nil,
		page + "/members/add": {"person": {peopleBen}, "division": {"*"}}, "/admin/roles/new": {"name": {"Mine"}}, "/admin/roles/restore": nil,
	} {
		if got := ben.post(t, path, form).says(t, "authorization:"); got.Status != 403 {
			t.Errorf("%s: status %d", path, got.Status)
		}
	}
	if got := policiesOfRole(t, srv, rolesQueue); !reflect.DeepEqual(got, before) {
		t.Errorf("policies = %v", got)
	}
	for _, path := range []string{"/admin/roles", page, page + "/permissions", page + "/members", page + "/compare"} {
		if got := alex.get(t, path).says(t, "Refused", "authorization:role:view"); got.Status != 403 {
			t.Errorf("%s: status %d", path, got.Status)
		}
	}
}

func TestPeopleRolesAndDivisionsSpeakTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, tt := range []struct{ lang, people, role, division string }{
		{"en", "Granted directly", "Only what the role has", "Other objects"},
		{"pt-BR", "Concedida diretamente", "Só o que a função tem", "Outros objetos"},
		{"es", "Concedido directamente", "Solo lo que tiene el rol", "Otros objetos"},
	} {
		ada := visit(t, srv, "admin@mockcloud.test")
		ada.lang = tt.lang
		ada.get(t, "/admin/people/"+peopleBen+"/roles").says(t, tt.people)
		ada.get(t, "/admin/roles/"+rolesQueue+"/permissions").says(t, tt.role)
		ada.get(t, "/admin/divisions").says(t, tt.division)
	}
}
