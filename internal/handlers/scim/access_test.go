package scim_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Guess: which permission a change takes; see the permissions in userwrite.go.
func TestEachChangeTakesItsOwnPermission(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	const (
		add      = "directory:user:add"
		edit     = "directory:user:edit"
		remove   = "directory:user:delete"
		password = "directory:user:setPassword"
		grant    = "authorization:grant:add"
		take     = "authorization:grant:delete"
		skill    = "routing:skill:assign"
		language = "routing:language:assign"
		phone    = "telephony:extension:assign"
	)
	put := func(body fields) func(*mocktest.Client) *mocktest.Response {
		return func(c *mocktest.Client) *mocktest.Response { return c.Put(t, of(alex), body) }
	}
	post := func(email string, more fields) func(*mocktest.Client) *mocktest.Response {
		return func(c *mocktest.Client) *mocktest.Response { return c.Post(t, tree+"/users", person(email, more)) }
	}
	tests := []struct {
		name   string
		held   []string
		do     func(*mocktest.Client) *mocktest.Response
		status int
		names  string // the permission that is missing
	}{
		{"creating", []string{add}, post("one@mockcloud.test", fields{"password": "first-Secret-1", "externalId": "1"}), 201, ""},
		{"creating by who may only grant", []string{grant, skill, language}, post("two@mockcloud.test", nil), 403, add},
		{"creating who is there, by who may only grant", []string{grant}, post("admin@mockcloud.test", nil), 403, add},
		{"creating with a role", []string{add}, post("two@mockcloud.test", fields{"roles": list{fields{"value": "User"}}}), 403, grant},
		{"creating with a role and the right to grant", []string{add, grant}, post("three@mockcloud.test", fields{"roles": list{fields{"value": "User"}}}), 201, ""},
		{"creating with a skill", []string{add}, post("two@mockcloud.test", fields{genesys: fields{"routingSkills": list{fields{"name": "Billing"}}}}), 403, skill},
		{"creating with an extension", []string{add}, post("two@mockcloud.test", fields{"phoneNumbers": list{fields{"value": "tel:+1;ext=2"}}}), 403, phone},
		{"nothing", []string{skill}, put(fields{}), 200, ""},
		{"the title", []string{edit}, put(fields{"title": "One"}), 200, ""},
		{"the title by who may only grant", []string{grant, take, password}, put(fields{"title": "Two"}), 403, edit},
		{"deactivating", []string{grant, password}, put(fields{"active": false}), 403, edit},
		{"the division", []string{grant}, put(fields{enterprise: fields{"division": "Home"}}), 403, edit},
		{"a password", []string{edit, grant}, put(fields{"password": "second-Secret-2"}), 403, password},
		{"a password and the right to set it", []string{password}, put(fields{"password": "second-Secret-2"}), 200, ""},
		{"a password and a title", []string{password}, put(fields{"password": "third-Secret-3", "title": "Three"}), 403, edit},
		{"a further role", []string{edit, take}, func(c *mocktest.Client) *mocktest.Response {
			return c.Patch(t, of(alex), patch("add", "roles", list{fields{"value": "Queue Reader"}}))
		}, 403, grant},
		{"a further role and the right to grant", []string{grant}, func(c *mocktest.Client) *mocktest.Response {
			return c.Patch(t, of(alex), patch("add", "roles", list{fields{"value": "Queue Reader"}}))
		}, 200, ""},
		{"a role less", []string{edit, grant}, put(fields{"roles": list{fields{"value": "User"}}}), 403, take},
		{"a role less and the right to take", []string{take}, put(fields{"roles": list{fields{"value": "User"}}}), 200, ""},
		{"a skill", []string{edit, language}, put(fields{genesys: fields{"routingSkills": list{fields{"name": "Returns"}}}}), 403, skill},
		{"a skill and the right to assign it", []string{skill}, put(fields{genesys: fields{"routingSkills": list{fields{"name": "Returns"}}}}), 200, ""},
		{"a language", []string{edit, skill}, put(fields{genesys: fields{"routingLanguages": list{}}}), 403, language},
		{"a language and the right to assign it", []string{language}, put(fields{genesys: fields{"routingLanguages": list{}}}), 200, ""},
		{"an extension", []string{edit}, put(fields{"phoneNumbers": list{fields{"value": "tel:+1;ext=2"}}}), 403, phone},
		{"an extension and the right to assign it", []string{edit, phone}, put(fields{"phoneNumbers": list{fields{"value": "tel:+1;ext=2"}}}), 200, ""},
		{"deleting", []string{edit, add}, func(c *mocktest.Client) *mocktest.Response { return c.Delete(t, of(alex)) }, 403, remove},
		{"deleting and the right to", []string{remove}, func(c *mocktest.Client) *mocktest.Response { return c.Delete(t, of(alex)) }, 204, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { // one after another: they change one user
			before := platform(t, admin)
			got := want(t, tt.do(srv.As(t, tt.held...)), tt.status)
			if tt.status != 403 {
				return
			}
			// A refusal has the API's own shape, since it is not SCIM that refuses.
			if list := got.Str(t, "messageParams.permissions"); got.Str(t, "code") == "" || !strings.Contains(list, tt.names) {
				t.Errorf("refused for %s, want %s", got.Body, tt.names)
			}
			if after := platform(t, admin); after != before {
				t.Errorf("%s became %s", before, after)
			}
		})
	}
	if got := found(t, admin.Get(t, tree+`/users?filter=userName+eq+"two@mockcloud.test"`)); got != "" {
		t.Error("a refused user is there")
	}
}

func TestARefusedChangeIsExplained(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	got := with(t, srv.As(t, "directory:user:edit"), "PUT", of(alex), fields{"roles": list{}}, "X-Mockcloud-Explain", "true")
	want(t, got, 403)
	if said := got.Header.Get("X-Mockcloud-Explanation"); !strings.Contains(said, `"wouldPass":{"permissions":["authorization:grant:delete"]`) {
		t.Errorf("explanation: %s", said)
	}
}

func TestTheDivisionOfTheUserCounts(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	here := srv.AsIn(t, "Sales", "directory:user:edit", "directory:user:add", "directory:user:delete", "directory:user:setPassword")
	elsewhere := srv.AsIn(t, "Support", "directory:user:edit", "directory:user:add", "directory:user:delete", "directory:user:setPassword")
	want(t, elsewhere.Get(t, of(alex)), 200) // reading asks for nothing
	before := platform(t, admin)
	for name, got := range map[string]*mocktest.Response{
		"PUT": elsewhere.Put(t, of(alex), fields{"title": "x"}), "PATCH": elsewhere.Patch(t, of(alex), patch("replace", "title", "x")), "DELETE": elsewhere.Delete(t, of(alex)),
		"password":             elsewhere.Put(t, of(alex), fields{"password": "second-Secret-2"}),
		"POST":                 elsewhere.Post(t, tree+"/users", person("new@mockcloud.test", fields{enterprise: fields{"division": "Sales"}})),
		"POST of who is there": elsewhere.Post(t, tree+"/users", person("agent1@mockcloud.test", fields{enterprise: fields{"division": "Sales"}})),
		"POST in Home":         elsewhere.Post(t, tree+"/users", person("new@mockcloud.test", nil)),
		"a move away":          here.Put(t, of(alex), fields{enterprise: fields{"division": "Support"}}),
		"a move hither":        elsewhere.Put(t, of(alex), fields{enterprise: fields{"division": "Support"}}),
	} {
		t.Run(name, func(t *testing.T) { want(t, got, 403) })
	}
	if after := platform(t, admin); after != before {
		t.Errorf("%s became %s", before, after)
	}
	want(t, here.Put(t, of(alex), fields{"title": "x", "password": "second-Secret-2"}), 200)
	want(t, here.Post(t, tree+"/users", person("new@mockcloud.test", fields{enterprise: fields{"division": "Sales"}})), 201)
	both := srv.As(t, "directory:user:edit")
	hasVersion(t, want(t, both.Put(t, of(alex), fields{enterprise: fields{"division": "Support"}}), 200), "3")
	want(t, here.Delete(t, of(alex)), 403)
	want(t, elsewhere.Delete(t, of(alex)), 204)
}

// Guess: whoever brings a deleted user back may create users where it lived, and
// where it shall live.
func TestADeletedUserIsNotFetchedFromAnotherDivision(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	want(t, admin.Delete(t, of(alex)), 204)
	before := platform(t, admin)
	back := func(division string) fields {
		return person("agent1@mockcloud.test", fields{"password": "second-Secret-2", enterprise: fields{"division": division}})
	}
	elsewhere := srv.AsIn(t, "Support", "directory:user:add")
	for name, body := range map[string]fields{"hither": back("Support"), "there": back("Sales"), "where it was": person("agent1@mockcloud.test", nil)} {
		t.Run(name, func(t *testing.T) { want(t, elsewhere.Post(t, tree+"/users", body), 403) })
	}
	here := srv.AsIn(t, "Sales", "directory:user:add")
	want(t, here.Post(t, tree+"/users", back("Support")), 403)
	want(t, here.Post(t, tree+"/users", person("agent1@mockcloud.test", fields{enterprise: fields{"division": nil}})), 403) // which is Home
	if after := platform(t, admin); after != before {
		t.Errorf("%s became %s", before, after)
	}
	want(t, here.Post(t, tree+"/users", back("Sales")), 201)
}

func TestGrantsFollowTheSwitchForDivisions(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	inSales := srv.AsIn(t, "Sales", "authorization:grant:add", "authorization:grant:delete")
	role := func(name string) fields { return patch("add", "roles", list{fields{"value": name}}) }
	want(t, inSales.Patch(t, of(alex), role("Queue Reader")), 200) // the switch is off
	settings := want(t, admin.Get(t, "/api/v2/authorization/roles/settings"), 200)
	var body fields
	settings.JSON(t, &body)
	body["authorizationGrantDivisionAware"] = true
	want(t, admin.Put(t, "/api/v2/authorization/roles/settings", body), 200)
	expect.Answer(t, inSales.Patch(t, of(alex), role("Developer")), 403, "missing.division.permissions") // it would be in Home
	want(t, inSales.Patch(t, of(alex), patch("remove", `roles[value eq "User"]`, nil)), 200)             // it is in Sales
	expect.Answer(t, inSales.Patch(t, of(alex), patch("remove", "roles", nil)), 403, "missing.division.permissions")
	want(t, srv.AsIn(t, "Home", "authorization:grant:add").Patch(t, of(alex), role("Developer")), 200)
}

func TestTheRoleForSCIMSuffices(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := want(t, admin.Get(t, "/api/v2/authorization/roles?defaultRoleId=scimIntegration"), 200).Str(t, "entities.0.id")
	client := want(t, admin.Post(t, "/api/v2/oauth/clients", fields{
		"name": "IdP", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": list{fields{"roleId": id, "divisionId": "*"}},
	}), 200).Str(t, "id")
	scim := srv.AsClient(t, client)
	user := create(t, scim, person("pia@mockcloud.test", fields{
		"password": "first-Secret-1", "roles": list{fields{"value": "User"}}, "phoneNumbers": list{fields{"value": "tel:+1;ext=2"}},
		genesys: fields{"routingSkills": list{fields{"name": "Billing"}}, "routingLanguages": list{fields{"name": "English"}}},
	}))
	want(t, scim.Put(t, of(user), fields{"title": "x", "roles": list{}, "password": "second-Secret-2", "phoneNumbers": list{}, genesys: fields{"routingSkills": nil, "routingLanguages": nil}}), 200)
	want(t, scim.Patch(t, tree+"/groups/"+salesFloor, patch("add", "members", list{fields{"value": user}})), 200)
	want(t, scim.Delete(t, of(user)), 204)
	expect.Answer(t, scim.Post(t, "/api/v2/authorization/divisions", fields{"name": "x"}), 403, "missing.permissions")
	expect.Answer(t, srv.As(t).Patch(t, tree+"/groups/"+salesFloor, patch("remove", "members", nil)), 403, "missing.any.permissions")
}
