package organizations_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Any token may read its organization; Terraform dereferences
// defaultCountryCode unguarded (facts terraform.md §1).
func TestAnyTokenReadsItsOrganization(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for name, as := range map[string]*mocktest.Client{"client": srv.As(t), "user": srv.AsUser(t, "agent2@mockcloud.test")} {
		got := as.Get(t, "/api/v2/organizations/me")
		if got.Status != http.StatusOK || got.Str(t, "name") != "Mockcloud" || got.Str(t, "thirdPartyOrgName") != "mockcloud" ||
			got.Str(t, "defaultCountryCode") != "US" || got.Str(t, "state") != "active" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

func TestAnOrganizationIsChanged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const path = "/api/v2/organizations/me"
	admin := srv.Admin(t)
	before := admin.Get(t, path)
	tests := []struct {
		name, body string
		status     int
		code       string
	}{
		{"no version", `{"name":"x"}`, 400, "constraint.validation"},
		{"no body", ``, 400, ""},
		{"another version", `{"version":7,"name":"x"}`, 409, "general.conflict"},
		{"blank name", `{"version":1,"name":" "}`, 400, "constraint.validation"},
		{"another state", `{"version":1,"state":"deleted"}`, 400, "constraint.validation"},
		{"no such state", `{"version":1,"state":"sleepy"}`, 400, "invalid.value"},
		{"no country", `{"version":1,"defaultCountryCode":""}`, 400, "constraint.validation"},
		{"no country code", `{"version":1,"defaultCountryCode":"usa"}`, 400, "constraint.validation"},
		{"a name that is a number", `{"version":1,"name":7}`, 400, "bad.request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { want(t, admin.Put(t, path, tt.body), tt.status, tt.code) })
	}
	want(t, srv.As(t, "directory:user:edit").Put(t, path, `{"version":1}`), 403, "missing.any.permissions")
	if after := admin.Get(t, path); string(after.Body) != string(before.Body) {
		t.Errorf("a refused request changed something: %s", after.Body)
	}
	// What cannot be changed is dropped, what is not sent stays.
	got := want(t, admin.Put(t, path, `{"version":1,"name":"New","state":"active","thirdPartyOrgName":"stolen","id":"x","defaultCountryCode":"BR","voicemailEnabled":false}`), 200, "")
	for key, value := range map[string]string{
		"name": "New", "version": "2", "thirdPartyOrgName": "mockcloud", "defaultCountryCode": "BR", "voicemailEnabled": "false",
		"id": before.Str(t, "id"), "defaultLanguage": before.Str(t, "defaultLanguage"), "state": "active",
	} {
		if got.Str(t, key) != value {
			t.Errorf("%s = %q, want %q", key, got.Str(t, key), value)
		}
	}
	if read := admin.Get(t, path); string(read.Body) != string(got.Body) {
		t.Errorf("read back: %s", read.Body)
	}
	want(t, admin.Put(t, path, `{"version":1,"name":"Newer"}`), 409, "general.conflict")
}

func TestFeaturesAreSwitched(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/organizations/features/"
	want(t, admin.Patch(t, path+"hipaa", `{}`), 400, "constraint.validation")
	want(t, admin.Patch(t, path+"teleportation", `{"enabled":true}`), 400, "")
	want(t, srv.As(t, "directory:user:edit").Patch(t, path+"hipaa", `{"enabled":true}`), 403, "missing.any.permissions")
	got := want(t, admin.Patch(t, path+"hipaa", `{"enabled":true}`), 200, "")
	if got.Str(t, "hipaa") != "true" || got.Str(t, "pci") != "false" {
		t.Errorf("answer = %s", got.Body)
	}
	if org := admin.Get(t, "/api/v2/organizations/me"); org.Str(t, "features.hipaa") != "true" {
		t.Errorf("organization = %s", org.Body)
	}
	got = want(t, admin.Patch(t, path+"hipaa", `{"enabled":false}`), 200, "")
	if got.Str(t, "hipaa") != "false" {
		t.Errorf("answer = %s", got.Body)
	}
}

// Under HIPAA the idle time-out is shorter and counts for tokens of clients; they
// begin to be idle when the switch is thrown (facts oauth.md §§9, 10).
func TestHIPAABoundsTheIdleTimeout(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	const timeout = "/api/v2/tokens/timeout"
	bot, admin := srv.As(t), srv.Admin(t)
	want(t, admin.Put(t, timeout, fields{"idleTokenTimeoutSeconds": 28800, "enableIdleTokenTimeout": true}), 200, "")
	srv.Clock.Advance(2 * time.Hour)
	want(t, bot.Get(t, me), 200, "")
	want(t, admin.Patch(t, "/api/v2/organizations/features/hipaa", `{"enabled":true}`), 200, "")
	if got := admin.Get(t, timeout); got.Str(t, "idleTokenTimeoutSeconds") != "900" {
		t.Errorf("time-out = %s", got.Body)
	}
	want(t, admin.Put(t, timeout, fields{"idleTokenTimeoutSeconds": 901}), 400, "token.timeout.exceeded.hipaa")
	srv.Clock.Advance(899 * time.Second)
	want(t, bot.Get(t, me), 200, "")
	srv.Clock.Advance(900 * time.Second)
	want(t, bot.Get(t, me), 401, "bad.credentials")
	want(t, srv.Admin(t).Patch(t, "/api/v2/organizations/features/hipaa", `{"enabled":false}`), 200, "")
	if got := srv.Admin(t).Get(t, timeout); got.Str(t, "idleTokenTimeoutSeconds") != "28800" {
		t.Errorf("time-out = %s", got.Body)
	}
}

// Guess: the namespaces are names, and only those have viewable limits that
// something here is bound by.
func TestTheLimitsOfTheAPI(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t)
	const path = "/api/v2/organizations/limits/namespaces"
	if got := want(t, c.Get(t, path), 200, ""); got.Str(t, "entities") != `["auth.api","authorization","platform.api"]` || got.Str(t, "total") != "3" {
		t.Errorf("namespaces = %s", got.Body)
	}
	want(t, c.Get(t, path+"?pageSize=0"), 400, "")
	for _, end := range []string{"", "/defaults"} {
		got := want(t, c.Get(t, path+"/platform.api"+end), 200, "")
		if got.Str(t, "entities.3") != `{"key":"token.rate.per.minute","namespace":"platform.api","value":300}` {
			t.Errorf("limits = %s", got.Body)
		}
		want(t, c.Get(t, path+"/nonsense"+end), 400, "invalid.value")
	}
}

func TestTheLimitsOfAccessAreThoseThatHold(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const path = "/api/v2/organizations/limits/namespaces/"
	divisions := want(t, admin.Get(t, "/api/v2/authorization/divisions/limit"), 200, "")
	if got := want(t, admin.Get(t, path+"authorization"), 200, ""); got.Str(t, "entities.0.key") != "divisions.max" || got.Str(t, "entities.0.value") != string(divisions.Body) {
		t.Errorf("limits = %s, of divisions %s", got.Body, divisions.Body)
	}
	clients := func(end string) string {
		t.Helper()
		return want(t, admin.Get(t, path+"auth.api"+end), 200, "").Str(t, "entities.0.value")
	}
	usual := clients("")
	want(t, admin.Patch(t, "/_mockcloud/settings", `{"maxClients":7}`), 200, "")
	if now, standard := clients(""), clients("/defaults"); now != "7" || standard != usual {
		t.Errorf("clients: %s, by default %s; it was %s", now, standard, usual)
	}
}
