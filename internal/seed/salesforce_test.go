package seed_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// salesforceFeature is a feature of Genesys Cloud for Salesforce, with the
// permissions that the help article "OAuth client permissions for Genesys Cloud for
// Salesforce" lists for it.
type salesforceFeature struct {
	role, clientID, secret string
	permissions            []string
}

var salesforceFeatures = []salesforceFeature{
	{"Salesforce Email Routing", "6d6f636b-0006-4000-8000-000000000101", "fake-secret-of-the-salesforce-email-client", []string{
		"architect:flow:search", "architect:flow:view", "conversation:email:create", "routing:queue:search", "routing:queue:view", "routing:skill:manage",
	}},
	{"Salesforce Chat Routing", "6d6f636b-0006-4000-8000-000000000102", "fake-secret-of-the-salesforce-chat-client-0", []string{
		"analytics:conversationDetail:view", "conversation:communication:disconnect", "conversation:message:receive", "messaging:integration:view", "routing:queue:search",
	}},
	{"Salesforce Campaign Management", "6d6f636b-0006-4000-8000-000000000103", "fake-secret-of-the-salesforce-campaign-client", []string{
		"outbound:callableTimeSet:view", "outbound:campaign:add", "outbound:campaign:delete", "outbound:campaign:edit", "outbound:campaign:view",
		"outbound:contact:add", "outbound:contact:delete", "outbound:contact:view", "outbound:contactList:add", "outbound:contactList:delete", "outbound:contactList:edit", "outbound:contactList:view",
		"outbound:dncList:search", "outbound:dncList:view", "outbound:responseSet:view", "outbound:ruleSet:view", "outbound:schedule:delete", "outbound:schedule:edit", "outbound:schedule:view",
		"routing:queue:search", "routing:queue:view", "scripter:publishedScript:view", "telephony:plugin:all",
	}},
	{"Salesforce Call Transcript", "6d6f636b-0006-4000-8000-000000000104", "fake-secret-of-the-salesforce-transcript-client", []string{
		"analytics:conversationDetail:view", "externalContacts:contact:view", "recording:recording:view",
	}},
}

// alone and beside the default organization.
var salesforceFixtures = [][]string{{"salesforce"}, {"default", "salesforce"}, {"salesforce", "default"}}

// clientToken signs a client in by its secret.
func clientToken(t *testing.T, srv *mocktest.Server, id, secret string) *mocktest.Client {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	got := srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	if got.Status != http.StatusOK {
		t.Fatalf("no token for %s: %d\n%s", id, got.Status, got.Body)
	}
	return srv.Bearer(got.Str(t, "access_token"))
}

// The roles have the permissions of their features and no others, and each of them
// is one that the catalogue knows.
func TestSalesforceRolesHaveJustWhatTheirFeaturesNeed(t *testing.T) {
	t.Parallel()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, p := range catalogue.Permissions() {
		known[p.String()] = true
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"salesforce"}})
	for _, f := range salesforceFeatures {
		got := srv.Admin(t).Get(t, "/api/v2/authorization/roles?name="+url.QueryEscape(f.role))
		var list struct {
			Entities []struct {
				PermissionPolicies []struct {
					Domain, EntityName string
					ActionSet          []string
				}
			}
		}
		if got.JSON(t, &list); len(list.Entities) != 1 {
			t.Fatalf("%d roles %s", len(list.Entities), f.role)
		}
		var held []string
		for _, p := range list.Entities[0].PermissionPolicies {
			for _, action := range p.ActionSet {
				held = append(held, p.Domain+":"+p.EntityName+":"+action)
			}
		}
		slices.Sort(held)
		if !slices.Equal(held, f.permissions) {
			t.Errorf("%s holds %v, want %v", f.role, held, f.permissions)
		}
		for _, p := range held {
			if !known[p] {
				t.Errorf("no operation asks for %s", p)
			}
		}
	}
}

// Each client passes the operations of its feature, and is refused those of the
// others. The one for all features passes all.
func TestSalesforceClientsCanDoWhatTheirFeaturesNeed(t *testing.T) {
	t.Parallel()
	const email, chat, campaign, transcript = 0, 1, 2, 3
	operations := []struct {
		method, path, body string
		allowed            []int
	}{
		{"GET", "/flows", "", []int{email}},
		{"GET", "/flows/divisionviews", "", []int{email}},
		{"POST", "/conversations/emails", `{"queueId":"q","provider":"p"}`, []int{email}},
		{"POST", "/routing/skills", `{"name":"s"}`, []int{email}},
		{"GET", "/routing/queues", "", []int{email, campaign}},
		{"GET", "/routing/queues/divisionviews", "", []int{email, chat, campaign}},
		{"POST", "/analytics/conversations/details/query", `{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}`, []int{chat, transcript}},
		{"POST", "/conversations/c/disconnect", "", []int{chat}},
		{"POST", "/conversations/messages/i/inbound/open/message", `{}`, []int{chat}},
		{"GET", "/conversations/messaging/integrations", "", []int{chat}},
		{"GET", "/outbound/callabletimesets", "", []int{campaign}},
		{"GET", "/outbound/campaigns", "", []int{campaign}},
		{"DELETE", "/outbound/campaigns/c", "", []int{campaign}},
		{"POST", "/outbound/contactlists/l/contacts", `[]`, []int{campaign}},
		{"GET", "/outbound/contactlists", "", []int{campaign}},
		{"GET", "/outbound/dnclists", "", []int{campaign}},
		{"GET", "/outbound/callanalysisresponsesets", "", []int{campaign}},
		{"GET", "/outbound/rulesets", "", []int{campaign}},
		{"GET", "/outbound/schedules/campaigns", "", []int{campaign}},
		{"GET", "/scripts/published", "", []int{campaign}},
		{"GET", "/telephony/providers/edges", "", []int{campaign}},
		{"GET", "/conversations/c/recordings", "", []int{transcript}},
		{"GET", "/externalcontacts/contacts", "", []int{transcript}},
		{"GET", "/oauth/clients", "", nil},
		{"GET", "/integrations", "", nil},
		{"DELETE", "/routing/queues/q", "", nil},
	}
	for _, fixtures := range salesforceFixtures {
		t.Run(strings.Join(fixtures, ","), func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{Fixtures: fixtures})
			all := clientToken(t, srv, "6d6f636b-0006-4000-8000-000000000105", "fake-secret-of-the-client-for-all-of-salesforce")
			var clients []*mocktest.Client
			for _, f := range salesforceFeatures {
				clients = append(clients, clientToken(t, srv, f.clientID, f.secret))
			}
			for _, op := range operations {
				for n, client := range append(slices.Clone(clients), all) {
					allowed := slices.Contains(op.allowed, n) || (n == len(clients) && op.allowed != nil)
					got := client.Do(t, op.method, "/api/v2"+op.path, op.body, http.Header{"Content-Type": {"application/json"}})
					if refused := got.Status == http.StatusForbidden; refused == allowed || got.Status == http.StatusUnauthorized {
						t.Errorf("%s %s as client %d: %d\n%s", op.method, op.path, n, got.Status, got.Body)
					}
				}
			}
			if got := clients[email].Get(t, "/api/v2/routing/queues?name=Salesforce*"); got.Status != http.StatusOK || got.Str(t, "entities.0.name") != "Salesforce Cases" {
				t.Errorf("queues: %d %s", got.Status, got.Body)
			}
		})
	}
}

// Alone, the fixture is an organization with everything that it takes to begin;
// beside the default one it leaves that as it is.
func TestTheSalesforceFixtureIsReadyToUse(t *testing.T) {
	t.Parallel()
	for _, fixtures := range salesforceFixtures {
		t.Run(strings.Join(fixtures, ","), func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{Fixtures: fixtures})
			want := "admin@mockcloud.test"
			if len(fixtures) == 1 {
				want = "salesforce-admin@mockcloud.test"
			}
			if e := srv.Environment(); e.User != want || e.Password == "" || e.ClientID == "" {
				t.Errorf("the environment is %+v", e)
			}
			admin := srv.Admin(t)
			if got := admin.Get(t, "/api/v2/organizations/me"); got.Str(t, "id") != "6d6f636b-0001-4000-8000-000000000001" || got.Str(t, "name") != "Mockcloud" {
				t.Errorf("the organization is %s", got.Body)
			}
			actions := admin.Get(t, "/api/v2/integrations/actions?category=Salesforce")
			id := ""
			for n := range 20 {
				if actions.Str(t, fmt.Sprintf("entities.%d.name", n)) == "Find contact by phone number" {
					id = actions.Str(t, fmt.Sprintf("entities.%d.id", n))
				}
			}
			got := admin.Post(t, "/api/v2/integrations/actions/"+id+"/execute", `{"PHONE_NUMBER":"+1 317 555 0100"}`)
			if got.Status != http.StatusOK || string(got.Body) != `{"id":"003000000000001AAA","name":"Cara Contact"}` {
				t.Errorf("the action: %d %s", got.Status, got.Body)
			}
			sent := srv.Anonymous().Post(t, "/api/v2/integrations/webhooks/6d6f636b-0008-4000-8000-000000000101/events", `{"caseId":"5"}`)
			if event := srv.Webhook(t, "Salesforce Events").Next(t); event.ID != sent.Str(t, "invocationId") {
				t.Errorf("the webhook: %d %s", sent.Status, sent.Body)
			}
		})
	}
}

// A webhook of a fixture has an address that is known before the server runs.
func TestFixturesGiveWebhooksTheirAddress(t *testing.T) {
	t.Parallel()
	path := fixture(t, "organization: {name: Mockcloud}\nintegrations: [{name: Given, type: webhook, webhookId: 6d6f636b-0000-4000-8000-00000000aaaa}, {name: Derived, type: webhook}, {name: Off, type: webhook, enabled: false}]\n")
	var derived []string
	for range 2 {
		srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", path}})
		if got := srv.Webhook(t, "Given").URL; got != srv.URL+"/api/v2/integrations/webhooks/6d6f636b-0000-4000-8000-00000000aaaa/events" {
			t.Errorf("the address is %s", got)
		}
		derived = append(derived, srv.Webhook(t, "Derived").WebhookID)
		off := srv.Webhook(t, "Off")
		if got := srv.Anonymous().Post(t, strings.TrimPrefix(off.URL, srv.URL), `{}`); got.Status != http.StatusBadRequest || off.WebhookID == derived[0] {
			t.Errorf("one that is not enabled: %d %s", got.Status, got.Body)
		}
		srv.Reset(t)
		if got := srv.Webhook(t, "Derived").WebhookID; got != derived[0] {
			t.Errorf("after a reset it is %s, before %s", got, derived[0])
		}
	}
	if derived[0] == "" || derived[0] != derived[1] {
		t.Errorf("derived: %q", derived)
	}
}
