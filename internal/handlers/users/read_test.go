package users_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestGetUserFiltersByState(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	inactive := create(t, admin, fields{"name": "Ina", "email": "ina@mockcloud.test", "state": "inactive"})
	deleted := create(t, admin, person("Del", "del@mockcloud.test"))
	want(t, admin.Delete(t, "/api/v2/users/"+deleted), 200, "")
	tests := []struct {
		name, path string
		status     int
	}{
		{"active", ada, 200},
		{"active, asked for", ada + "?state=active", 200},
		{"inactive, without a filter", inactive, 200},
		{"deleted, without a filter", deleted, 404},
		{"deleted, asked for", deleted + "?state=deleted", 200},
		// Guess: the filter also hides what is not deleted.
		{"active, where deleted is asked for", ada + "?state=deleted", 404},
		{"unknown", nobody, 404},
		{"unknown, deleted", nobody + "?state=deleted", 404},
		{"any is no state here", ada + "?state=any", 400},
		{"a nonsense id", "%20%00%2F", 404},
		{"a long id", strings.Repeat("x", 5000), 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Get(t, "/api/v2/users/"+tt.path), tt.status, "")
			if tt.status == 404 && got.Str(t, "code") != "general.resource.not.found" {
				t.Errorf("code = %q", got.Str(t, "code"))
			}
		})
	}
}

func TestGetUserNeedsNoPermission(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	want(t, srv.As(t).Get(t, "/api/v2/users/"+ada), 200, "")
	want(t, srv.As(t).Get(t, "/api/v2/users"), 200, "")
	want(t, srv.Anonymous().Get(t, "/api/v2/users"), 401, "authentication.required")
}

func TestExpandAddsOnlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	bare := want(t, admin.Get(t, "/api/v2/users/"+ben), 200, "")
	for _, field := range []string{"authorization", "certifications", "profileSkills", "locations", "groups", "biography", "skills", "presence", "routingStatus"} {
		if got := bare.Str(t, field); got != "" {
			t.Errorf("%s is there unasked: %s", field, got)
		}
	}
	full := want(t, admin.Get(t, "/api/v2/users/"+ben+"?expand=certifications,profileSkills,LOCATIONS&expand=groups&expand=biography,presence,station,skills"), 200, "")
	has(t, full, map[string]string{
		"certifications": "[]", "profileSkills": "[]", "locations": "[]", "biography": "",
		"groups.0.name": "Integration Team", "groups.0.memberCount": "1",
		"presence.presenceDefinition.systemPresence": "Offline", "routingStatus": "",
		"station": "", // nothing truthful to say
	})
	want(t, admin.Get(t, "/api/v2/users/"+ben+"?expand=shoes"), 400, "invalid.query.param.value")
}

func TestMeIsThePersonBehindTheToken(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	me := want(t, srv.AsUser(t, "builder@mockcloud.test").Get(t, "/api/v2/users/me"), 200, "")
	has(t, me, map[string]string{"id": ben, "name": "Ben Builder", "date": "", "organization": "", "token": "", "selfUri": "/api/v2/users/" + ben})
	want(t, admin.Get(t, "/api/v2/users/me"), 400, "not.a.user")
}

func TestMeExpands(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	me := srv.AsUser(t, "builder@mockcloud.test")
	srv.Clock.Advance(time.Minute)
	got := want(t, me.Get(t, "/api/v2/users/me?expand=organization,token,date,lasttokenissued,authorization,fieldconfigs,trustors"), 200, "")
	has(t, got, map[string]string{
		"date.currentDate":                  "2026-01-15T12:01:00.000Z",
		"lastTokenIssued.dateIssued":        "2026-01-15T12:00:00.000Z",
		"organization.name":                 "Mockcloud",
		"organization.defaultCountryCode":   "US",
		"token.OAuthClient.organization.id": "purecloud-builtin",
		"fieldConfigs":                      "",
	})
	// Guess: inherited roles are among the roles (Developer comes from a group).
	for _, role := range []string{"Integration Builder", "Queue Reader", "Developer"} {
		if !strings.Contains(got.Str(t, "authorization.roles"), `"`+role+`"`) {
			t.Errorf("authorization.roles lack %s: %s", role, got.Str(t, "authorization.roles"))
		}
	}
}

// orgauthorization needs no permission to see roles, since users/me needs none.
func TestMeExpandsWhatTheOrganizationHas(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	me := srv.AsUser(t, "agent1@mockcloud.test")
	const both = "?expand=orgauthorization,orgproducts"
	has(t, want(t, me.Get(t, "/api/v2/users/me"), 200, ""), map[string]string{"orgAuthorization": "", "orgProducts": ""})
	got := want(t, me.Get(t, "/api/v2/users/me"+both), 200, "")
	has(t, got, map[string]string{
		"orgAuthorization": want(t, admin.Get(t, "/api/v2/authorization/roles?pageSize=100&userCount=false"), 200, "").Str(t, "entities"),
		"orgProducts":      want(t, admin.Get(t, "/api/v2/authorization/products"), 200, "").Str(t, "entities"),
	})
	for i := range 100 {
		want(t, admin.Post(t, "/api/v2/authorization/roles", fields{"name": fmt.Sprintf("Role %d", i)}), 200, "")
	}
	if names := namesIn(t, want(t, me.Get(t, "/api/v2/users/me"+both), 200, ""), "orgAuthorization"); len(names) != 100 {
		t.Errorf("%d roles, want the first 100", len(names))
	}
	// It is the organization that has them, not every user.
	want(t, me.Get(t, "/api/v2/users/"+ben+both), 400, "invalid.query.param.value")
}
