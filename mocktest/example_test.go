package mocktest_test

import (
	"os"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The README's Go code.
func TestMyIntegration(t *testing.T) {
	srv := mocktest.Start(t, mocktest.Options{}) // a port and a state of its own, gone with the test

	// Point the code under test at srv.URL with a token that may do exactly this:
	c := srv.As(t, "oauth:client:view")
	if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != 200 {
		t.Errorf("status = %d\n%s", got.Status, got.Body)
	}

	srv.Clock.Advance(25 * time.Hour) // every token has expired
	if got := c.Get(t, "/api/v2/oauth/clients"); got.Status != 401 {
		t.Errorf("status = %d", got.Status)
	}
}

func TestMyDataAction(t *testing.T) {
	srv := mocktest.Start(t, mocktest.Options{Outbound: "none"}) // nothing leaves the test
	crm := srv.Stub(t, mocktest.Stub{URL: "https://helpdesk.example.test/*", Status: 201, Body: map[string]any{"ticket": map[string]string{"id": "T-1"}}})
	// What "mockcloud action export NAME" prints; this one is in fixtures/actions of the clone.
	export, err := os.ReadFile("../fixtures/actions/06-ticket-web-service-nested-output.json")
	if err != nil {
		t.Fatal(err)
	}
	srv.Stub(t, mocktest.Stub{URL: "https://login.example.test/token", Body: map[string]string{"token_type": "Bearer", "access_token": "fake"}})
	desk := srv.Install(t, mocktest.Integration{
		Type: "custom-rest-actions", Credential: "userDefinedOAuth",
		Fields: map[string]string{"loginUrl": "https://login.example.test/token", "clientId": "me", "clientSecret": "fake"},
	})
	action := srv.ImportAction(t, desk, export)

	got := srv.As(t, "integrations:action:execute").Post(t, "/api/v2/integrations/actions/"+action+"/execute", `{"subject":"Printer"}`)
	if got.Str(t, "ticket.id") != "T-1" || srv.StubHits(t, crm) != 1 {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}

func TestMyEventsAndPeople(t *testing.T) {
	srv := mocktest.Start(t, mocktest.Options{})
	hook := srv.InstallWebhook(t, "Orders")

	// In place of the code under test, which posts to hook.URL and needs no token:
	srv.Anonymous().Post(t, hook.URL, `{"order":7}`)
	if event := hook.Next(t); string(event.Body) != `{"order":7}` { // waits for it
		t.Errorf("event = %s", event.Body)
	}

	// In place of an identity provider, which provisions by SCIM:
	c := srv.As(t, "directory:user:add")
	id := c.Post(t, "/api/v2/scim/v2/Users", `{"userName":"grace@example.test","displayName":"Grace","active":true}`).Str(t, "id")
	if got := c.Get(t, "/api/v2/users/"+id); got.Str(t, "email") != "grace@example.test" || got.Str(t, "state") != "active" {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}
