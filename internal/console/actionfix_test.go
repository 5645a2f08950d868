package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// fixClient makes a client of programs that holds a role in all divisions.
func fixClient(t *testing.T, srv *mocktest.Server, role string) (id, secret string) {
	t.Helper()
	made := homeCall(t, srv.Admin(t), http.MethodPost, "/oauth/clients", map[string]any{
		"name": "Fix", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": []map[string]string{{"roleId": role, "divisionId": "*"}},
	})
	return made.Str(t, "id"), made.Str(t, "secret")
}

// What the integration's client may not do is mended in its roles, not in the action:
// the request that the action sent says which of them it lacks.
func TestARunThatTheClientsRolesRefuseLeadsToTheRequest(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	employee := homeCall(t, srv.Admin(t), http.MethodGet, "/authorization/roles?defaultRoleId=employee", nil).Str(t, "entities.0.id")
	id, secret := fixClient(t, srv, employee)
	integration := srv.Install(t, mocktest.Integration{Type: platformActions, Credential: "pureCloudOAuthClient", Fields: map[string]string{"clientId": id, "clientSecret": secret}})
	page := "/admin/actions/" + srv.ImportAction(t, integration, configExport(t, "01-queue-member-presence"))
	got := ada.post(t, page+"/test", url.Values{"in.QueueID": {testQueue}, "do": {"run"}})
	got.says(t, "client may not do this", "Look at the request in the Inspector").lacks(t, "Fix it in the configuration")
	to := regexp.MustCompile(`/tools/inspector\?correlation=[0-9a-f-]{36}`).FindString(got.Body)
	if to == "" {
		t.Fatal("nothing leads to the request")
	}
	entry := ada.get(t, to)
	if entry.Status == http.StatusSeeOther {
		entry = ada.get(t, entry.Location)
	}
	entry.says(t, "getRoutingQueueMembers", "missing.any.permissions", "The smallest role that passes is")
}

func TestARunWithAWrongSecretSaysThatTheClientIsNotAccepted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	id, _ := fixClient(t, srv, homeReader)
	integration := srv.Install(t, mocktest.Integration{Type: platformActions, Credential: "pureCloudOAuthClient", Fields: map[string]string{"clientId": id, "clientSecret": "wrong"}})
	_, page := configDraft(t, srv, integration, configExport(t, "01-queue-member-presence"))
	got := visit(t, srv, "admin@mockcloud.test").post(t, page+"/test", url.Values{"in.QueueID": {testQueue}, "do": {"run"}})
	got.says(t, "Failed at operation 4", "The integration got no token: its Client ID or its Client Secret is wrong", "Look at the credentials of the integration")
}

func TestAnInputThatIsMissingIsMarked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, page := configDraft(t, srv, srv.Install(t, mocktest.Integration{Type: platformActions}), configExport(t, "01-queue-member-presence"))
	ada := visit(t, srv, "admin@mockcloud.test")
	got := ada.post(t, page+"/test", url.Values{"do": {"run"}})
	got.says(t, "Failed at operation 3", "QueueID is required", "The input does not fit the input contract")
	if !strings.Contains(got.Body, `aria-describedby="in-QueueID-error`) || !strings.Contains(got.Body, `aria-invalid="true"`) {
		t.Error("the field is not marked")
	}
	ada.post(t, page+"/test", url.Values{"in.QueueID": {testQueue}, "do": {"run"}}).lacks(t, "QueueID is required")
}

// Who has no action in mind finds one to follow, with a queue that they can see.
func TestTheFirstPageHasAnExampleUntilAnActionHasRun(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	visit(t, srv, "builder@mockcloud.test").get(t, "/").says(t, "An example to follow", "Queue Reader", "/api/v2/routing/queues/${input.QueueID}/members?expand=presence",
		`{"PresenceArray" : $Presence}`, "A queue to test with Sales: 6d6f636b-0010-4000-8000-000000000001")
	visit(t, srv, homeAgent).get(t, "/").lacks(t, "An example to follow")
}
