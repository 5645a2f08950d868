package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// inTwoDivisions is a server with a division North beside Home.
func inTwoDivisions(t *testing.T) (srv *mocktest.Server, admin *mocktest.Client, north string) {
	t.Helper()
	srv = mocktest.Start(t, mocktest.Options{})
	admin = srv.Admin(t)
	return srv, admin, admin.Post(t, "/api/v2/authorization/divisions", `{"name":"North"}`).Str(t, "id")
}

func TestASearchFindsOnlyWhatTheCallerMayRead(t *testing.T) {
	t.Parallel()
	srv, admin, north := inTwoDivisions(t)
	for _, body := range []string{`{"name":"Hidden plan"}`, `{"name":"Northern plan","division":{"id":"` + north + `"}}`} {
		created(t, admin, "/api/v2/teams", body)
	}
	const search = `{"types":["teams"],"query":[{"type":"CONTAINS","fields":["name"],"value":"plan"}]}`
	for _, tt := range []struct {
		name   string
		client *mocktest.Client
		want   string
	}{
		{"the administrator", admin, "2"},
		{"who may read them in one division", srv.AsIn(t, "North", "directory:user:view", "groups:team:view"), "1"},
		{"who may not read them", srv.As(t, "directory:user:view"), "0"},
	} {
		if got := tt.client.Post(t, "/api/v2/search", search); got.Status != http.StatusOK || got.Str(t, "total") != tt.want {
			t.Errorf("%s finds %s: %d %s", tt.name, got.Str(t, "total"), got.Status, got.Body)
		}
	}
}

func TestTheProgressOfCampaignsOfOtherDivisionsIsNotShown(t *testing.T) {
	t.Parallel()
	srv, admin, north := inTwoDivisions(t)
	list := created(t, admin, "/api/v2/outbound/contactlists", `{"name":"List","columnNames":["phone"],"phoneColumns":[{"columnName":"phone","type":"cell"}]}`)
	campaign := func(name, division string) string {
		return created(t, admin, "/api/v2/outbound/campaigns", `{"name":"`+name+`","contactList":{"id":"`+list+`"},"phoneColumns":[{"columnName":"phone","type":"cell"}],
			"dialingMode":"agentless","callerName":"x","callerAddress":"+15555550100"`+division+`}`)
	}
	home, northern := campaign("Home", ""), campaign("North", `,"division":{"id":"`+north+`"}`)
	got := srv.AsIn(t, "North", "outbound:campaign:view").Post(t, "/api/v2/outbound/campaigns/progress", `["`+home+`","`+northern+`"]`)
	if got.Status != http.StatusOK || got.Str(t, "0.campaign.id") != northern || strings.Contains(string(got.Body), home) {
		t.Errorf("progress = %d %s", got.Status, got.Body)
	}
}

// Guess: with the deployment of nobody, or of several, the first organization takes a
// call without a token.
func TestACallWithoutATokenActsInTheOrganizationThatItNames(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", secondOrg(t)}})
	first, second := srv.Admin(t), srv.AsUser(t, "stranger@second.test")
	chat := func(organization, deployment string) *mocktest.Response {
		return srv.Anonymous().Post(t, "/api/v2/webchat/guest/conversations",
			`{"organizationId":"`+organization+`","deploymentId":"`+deployment+`","routingTarget":{"targetType":"QUEUE","targetAddress":"Support"},"memberInfo":{"displayName":"Guest"}}`)
	}
	for _, tt := range []struct {
		name      string
		in, other *mocktest.Client
	}{{"the first", first, second}, {"the second", second, first}} {
		organization := tt.in.Get(t, "/api/v2/organizations/me").Str(t, "id")
		got := chat(organization, "none")
		wantStatus(t, got, http.StatusOK)
		path := "/api/v2/conversations/" + got.Str(t, "id")
		if got := tt.in.Get(t, path); got.Status != http.StatusOK {
			t.Errorf("%s: there is no conversation: %d %s", tt.name, got.Status, got.Body)
		}
		if got := tt.other.Get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("%s: the other organization has it, too: %d", tt.name, got.Status)
		}
	}
}

// secondOrg is a fixture of another organization.
func secondOrg(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "second.yaml")
	const text = "organization: {name: Second Org, shortName: second}\ndefaultRoles: all\ndivisions: [{name: Home, home: true}]\n" +
		"users: [{email: stranger@second.test, name: Stranger, roles: ['* in *']}]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
