package integrations_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Types, people and groups of the tests of applications.
const (
	standaloneApp = "embedded-client-app"
	widgetApp     = "embedded-client-app-interaction-widget"
	premiumApp    = "premium-app-example"
	premiumWidget = "premium-widget-example"

	integrationTeam = "6d6f636b-0004-4000-8000-000000000001" // the builder is in it
	salesFloor      = "6d6f636b-0004-4000-8000-000000000002" // the supervisor and the first agent are

	builder = "builder@mockcloud.test"
	agent1  = "agent1@mockcloud.test"
	agent2  = "agent2@mockcloud.test"
)

// startWith starts a server with fixtures beside the usual ones.
func startWith(t *testing.T, fixtures string) *mocktest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fixtures.yaml")
	if err := os.WriteFile(file, []byte(fixtures), 0o600); err != nil {
		t.Fatal(err)
	}
	return mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", file}})
}

// newApp installs an application and switches it on.
func newApp(t *testing.T, c *mocktest.Client, typeID, name, properties string) string {
	t.Helper()
	id := newIntegration(t, c, typeID)
	ok(t, configure(t, c, id, fields{"name": name, "properties": json.RawMessage(properties)}))
	ok(t, setState(t, c, id, "ENABLED"))
	return id
}

// The filters of groups and permissions, through both operations.
//
// Guess: both list the same; one of several permissions suffices; a client
// without a user sees what everybody may and what its roles permit.
func TestWhoSeesWhichApplication(t *testing.T) {
	t.Parallel()
	srv := startWith(t, `
organization: {name: Mockcloud}
roles:
  - {name: Vendor App, permissions: ["integration:vendorApp:view"]}
  - {name: Example App, permissions: ["integration:examplePremiumApp:view"]}
clients:
  - {name: Example, id: 6d6f636b-0006-4000-8000-0000000000e1, secret: fake-secret-of-the-example-client-0000, grantType: CLIENT-CREDENTIALS, roles: [Example App in Home]}
users:
  - {email: vendor@mockcloud.test, name: Vera Vendor, password: fake-vendor-password, roles: [Vendor App in Home]}
integrationTypes:
  - id: premium-app-vendor
    name: Vendor
    userPermissions: ["integration:otherApp:view", "integration:vendorApp:view"]
    properties: {url: {type: string, default: "https://vendor.example.test/"}}
  - id: premium-app-broken
    name: Broken
    userPermissions: ["no permission"]
`)
	admin := srv.Admin(t)
	newApp(t, admin, standaloneApp, "Everybody", `{"url":"https://example.test/","groups":[]}`)
	newApp(t, admin, standaloneApp, "No address", `{}`)
	newApp(t, admin, standaloneApp, "Null groups", `{"groups":null}`)
	newApp(t, admin, standaloneApp, "Sales", `{"groups":["`+salesFloor+`"]}`)
	newApp(t, admin, widgetApp, "Team or sales", `{"groups":["`+integrationTeam+`","`+salesFloor+`"]}`)
	newApp(t, admin, widgetApp, "Group that is gone", `{"groups":["`+nothing+`"]}`)
	newApp(t, admin, premiumApp, "Premium", `{}`)
	newApp(t, admin, premiumApp, "Premium for sales", `{"groupFilter":["`+salesFloor+`"]}`)
	newApp(t, admin, premiumWidget, "Premium widget", `{}`)
	newApp(t, admin, "premium-app-vendor", "Vendor's", `{}`)
	newApp(t, admin, "premium-app-broken", "Broken permission", `{}`)
	off := newApp(t, admin, standaloneApp, "Switched off", `{}`)
	ok(t, setState(t, admin, off, "DISABLED"))
	ok(t, setState(t, admin, newIntegration(t, admin, web), "ENABLED")) // no application

	everybody := []string{"Everybody", "No address", "Null groups"}
	examples := []string{"Premium", "Premium widget"}
	example := srv.AsClient(t, "6d6f636b-0006-4000-8000-0000000000e1")
	tests := []struct {
		name string
		who  *mocktest.Client
		also []string
	}{
		{"who is in no group", srv.AsUser(t, agent2), nil},
		{"a member of the one group", srv.AsUser(t, agent1), []string{"Sales", "Team or sales"}},
		{"a member of one of two groups", srv.AsUser(t, builder), []string{"Team or sales"}},
		{"who holds one of two permissions", srv.AsUser(t, "vendor@mockcloud.test"), []string{"Vendor's"}},
		{"an administrator, who is in no group", srv.AsUser(t, "admin@mockcloud.test"), append([]string{"Vendor's"}, examples...)},
		{"a client without permissions", srv.As(t), nil},
		{"a client with the permission", example, examples},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := slices.Sorted(slices.Values(append(slices.Clone(everybody), tt.also...)))
			same(t, "clientapps", slices.Sorted(slices.Values(names(t, tt.who.Get(t, base+"/clientapps")))), want)
			same(t, "userapps", slices.Sorted(slices.Values(names(t, tt.who.Get(t, base+"/userapps")))), want)
		})
	}
}

// Leaving a group, losing a role and switching off count at once.
func TestApplicationsFollowGroupsAndStates(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	agent := srv.AsUser(t, agent2)
	id := newApp(t, admin, standaloneApp, "Sales", `{"groups":["`+salesFloor+`"]}`)
	same(t, "before", names(t, agent.Get(t, base+"/userapps")), []string{})

	var group struct{ Version int }
	ok(t, admin.Get(t, "/api/v2/groups/"+salesFloor)).JSON(t, &group)
	var me struct{ ID string }
	ok(t, agent.Get(t, "/api/v2/users/me")).JSON(t, &me)
	want(t, admin.Post(t, "/api/v2/groups/"+salesFloor+"/members", fields{"memberIds": []string{me.ID}, "version": group.Version}), 202)
	same(t, "as a member", names(t, agent.Get(t, base+"/userapps")), []string{"Sales"})
	ok(t, setState(t, admin, id, "DISABLED"))
	same(t, "switched off", names(t, agent.Get(t, base+"/userapps")), []string{})
	ok(t, setState(t, admin, id, "ENABLED"))
	ok(t, configure(t, admin, id, fields{"properties": json.RawMessage(`{"groups":["` + integrationTeam + `"]}`)}))
	same(t, "for another group", names(t, agent.Get(t, base+"/userapps")), []string{})
	ok(t, configure(t, admin, id, fields{"properties": json.RawMessage(`{}`)}))
	same(t, "for everybody", names(t, agent.Get(t, base+"/userapps")), []string{"Sales"})
	ok(t, admin.Delete(t, base+"/"+id))
	same(t, "deleted", names(t, agent.Get(t, base+"/userapps")), []string{})
}

// A type without credentials is active as soon as it is switched on.
//
// Guess: the effective configuration is the current one with the defaults of the
// type; the address keeps its placeholders; credentials are never told here.
func TestTheConfigurationOfAnApplication(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	agent := srv.AsUser(t, agent1)
	sandbox := "allow-forms,allow-modals,allow-popups,allow-presentation,allow-same-origin,allow-scripts,allow-downloads"
	advanced := `{"lifecycle":{"ephemeral":true,"hooks":{"stop":true}},"icon":{"vector":"https://example.test/i.svg"}}`
	written := `{"url":"https://example.test/?a=1&langTag={{gcLangTag}}","displayType":null,"sandbox":" ","permissions":"camera"}`
	id := newApp(t, admin, standaloneApp, "Mine", written)
	ok(t, configure(t, admin, id, fields{"notes": "A note.", "advanced": json.RawMessage(advanced)}))

	apps := ok(t, agent.Get(t, base+"/clientapps"))
	has(t, apps, map[string]string{
		"entities.0.id": id, "entities.0.name": "Mine", "entities.0.notes": "A note.", "entities.0.intendedState": "ENABLED",
		"entities.0.reportedState.code": "ACTIVE", "entities.0.reportedState.detail": "{}", "entities.0.attributes": "{}",
		"entities.0.selfUri": base + "/" + id, "entities.0.integrationType.id": standaloneApp, "entities.0.integrationType.category": "Client Apps",
		"total": "1", "pageCount": "1", "nextUri": "",
	})
	users := ok(t, agent.Get(t, base+"/userapps"))
	has(t, users, map[string]string{
		"entities.0.id": id, "entities.0.name": "Mine", "entities.0.selfUri": base + "/" + id, "entities.0.integrationType.id": standaloneApp,
		"entities.0.notes": "", "entities.0.intendedState": "", "entities.0.reportedState": "", // its schema has none of these
	})
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, got := range map[string]*mocktest.Response{"getIntegrationsClientapps": apps, "getIntegrationsUserapps": users} {
		if op, known := catalogue.Operation(id); !known || op.CheckResponse(200, got.Body) != nil {
			t.Errorf("%s does not fit its schema: %v", id, op.CheckResponse(200, got.Body))
		}
		has(t, got, map[string]string{
			"entities.0.config.current.version": "3", "entities.0.config.current.name": "Mine", "entities.0.config.current.notes": "A note.",
			"entities.0.config.current.credentials": "{}", "entities.0.config.effective.name": "Mine", "entities.0.config.effective.notes": "A note.",
			"entities.0.config.effective.credentials": "{}",
		})
		sameJSON(t, "current", []byte(got.Str(t, "entities.0.config.current.properties")), written)
		sameJSON(t, "effective", []byte(got.Str(t, "entities.0.config.effective.properties")),
			`{"url":"https://example.test/?a=1&langTag={{gcLangTag}}","displayType":"standalone","sandbox":"`+sandbox+`","permissions":"camera"}`)
		sameJSON(t, "advanced", []byte(got.Str(t, "entities.0.config.effective.advanced")), advanced)
	}
}

// A vendor's type brings defaults that its applications need not repeat, and its
// credential stays out of what users see.
func TestAVendorsApplication(t *testing.T) {
	t.Parallel()
	srv := startWith(t, `
organization: {name: Mockcloud}
integrationTypes:
  - id: premium-app-vendor
    name: Vendor
    category: Premium
    provider: clientapps
    vendorOAuthClientIds: [6d6f636b-0006-4000-8000-000000000003]
    properties: {url: {type: string, default: "https://vendor.example.test/"}, level: {type: integer, default: 3}}
    credentials: {basicAuth: {required: true, credentialTypes: [basicAuth]}}
`)
	admin, agent := srv.Admin(t), srv.AsUser(t, agent1)
	has(t, ok(t, admin.Get(t, base+"/types/premium-app-vendor")), map[string]string{
		"provider": "clientapps", "vendorOAuthClientIds": `["6d6f636b-0006-4000-8000-000000000003"]`,
	})
	id := newApp(t, admin, "premium-app-vendor", "Vendor's", `{"level":4}`)
	same(t, "without its credential", names(t, agent.Get(t, base+"/clientapps")), []string{}) // it reports an error
	credential := newCredential(t, admin, "basicAuth", map[string]string{"userName": "vera", "password": "fake-word"})
	ok(t, configure(t, admin, id, inSlot("basicAuth", credential)))
	for _, path := range []string{"/clientapps", "/userapps", "/clientapps?expand=config.current", "/userapps?expand=config.current"} {
		got := ok(t, agent.Get(t, base+path))
		sameJSON(t, path, []byte(got.Str(t, "entities.0.config.effective.properties")),
			`{"url":"https://vendor.example.test/","level":4,"sandbox":"allow-forms,allow-modals,allow-popups,allow-presentation,allow-same-origin,allow-scripts,allow-downloads"}`)
		hides(t, path, got, credential, "vera", "fake-word")
	}
}

func TestPagesAndOrderOfApplications(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	ids := map[string]string{}
	for _, app := range []struct{ typeID, name, properties string }{
		{standaloneApp, "delta", `{"displayType":"widget"}`},
		{standaloneApp, "Alpha", `{}`},
		{widgetApp, "Charlie", `{}`},
		{premiumApp, "bravo", `{"displayType":"standalone"}`},
		{premiumWidget, "Echo", `{}`},
	} {
		ids[app.name] = newApp(t, admin, app.typeID, app.name, app.properties)
	}
	all := []string{"Alpha", "bravo", "Charlie", "delta", "Echo"}
	byID := slices.Clone(all)
	slices.SortFunc(byID, func(a, b string) int { return strings.Compare(ids[a], ids[b]) })
	tests := []struct {
		query string
		want  []string
	}{
		{"?sortBy=name", all},
		{"?sortBy=ID", byID},
		{"?pageSize=2", all[:2]},
		{"?pageSize=2&pageNumber=3", all[4:]},
		{"?pageNumber=2", []string{}},
		{"?pageSize=1000", all}, // the setup wizard asks for that many
		// Guess: what appHost means.
		{"?appHost=standalone", []string{"Alpha", "bravo"}},
		{"?appHost=WIDGET", []string{"delta"}},
		{"?appHost=interaction-widget", []string{"Charlie", "Echo"}},
		{"?appHost=" + premiumApp, []string{"bravo"}},
		{"?appHost=nowhere", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			same(t, "userapps", names(t, admin.Get(t, base+"/userapps"+tt.query)), tt.want)
			if !strings.Contains(tt.query, "appHost") {
				same(t, "clientapps", names(t, admin.Get(t, base+"/clientapps"+tt.query)), tt.want)
			}
		})
	}
	has(t, ok(t, admin.Get(t, base+"/userapps?pageSize=2&pageNumber=2&appHost=")), map[string]string{"total": "5", "pageCount": "3"})
	same(t, "an unknown parameter", names(t, admin.Get(t, base+"/clientapps?appHost=widget")), all)
	for _, query := range []string{"?sortBy=magic", "?pageSize=0", "?pageNumber=x"} {
		refused(t, admin.Get(t, base+"/clientapps"+query), 400, "invalid.query.param.value", "")
		refused(t, admin.Get(t, base+"/userapps"+query), 400, "invalid.query.param.value", "")
	}
}

// What the setup wizard, Terraform and the product's own page send must pass; the
// names of the filters differ from type to type (integrations.md 4).
//
// Guess: how closely the texts are looked at.
func TestTheConfigurationsOfApplications(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	wizardIcons := `{"vector":"","24x24":"","36x36":"","48x48":"","72x72":""}`
	tests := []struct {
		typeID, part, value string
		fits                bool
	}{
		{standaloneApp, "properties", `{"displayType":"standalone","featureCategory":"","url":"https://example.test/","sandbox":"allow-scripts,allow-same-origin","permissions":"camera,clipboard-write,display-capture,fullscreen,geolocation,microphone","groups":["g"]}`, true},
		{standaloneApp, "properties", `{"sandbox":"","permissions":null,"groups":null,"displayType":"widget","url":""}`, true},
		{standaloneApp, "properties", `{"sandbox":"allow-scripts, allow-forms","permissions":"camera, microphone"}`, true},
		{standaloneApp, "properties", `{"sandbox":"scripts"}`, false},
		{standaloneApp, "properties", `{"sandbox":"allow-scripts allow-forms"}`, false},
		{standaloneApp, "properties", `{"sandbox":["allow-scripts"]}`, false},
		{standaloneApp, "properties", `{"permissions":"camera;microphone"}`, false},
		{standaloneApp, "properties", `{"url":"javascript:alert(1)"}`, false},
		{standaloneApp, "properties", `{"url":"example.test"}`, false},
		{standaloneApp, "properties", `{"groups":"g"}`, false},
		{standaloneApp, "properties", `{"groupFilter":["g"]}`, false},
		{standaloneApp, "properties", `{"queueIdFilterList":["q"]}`, false},
		{standaloneApp, "properties", `{"displayType":"Standalone"}`, false},
		{widgetApp, "properties", `{"url":"https://localhost/?conversationid={{pcConversationId}}&language={{pcLangTag}}","sandbox":"allow-scripts","permissions":null,"queueIdFilterList":["q"],"communicationTypeFilter":"chat, webmessaging","groups":["g"]}`, true},
		{widgetApp, "properties", `{"queueIdFilterList":[],"communicationTypeFilter":""}`, true},
		{widgetApp, "properties", `{"communicationTypeFilter":"chat, call, email"}`, true},
		{widgetApp, "properties", `{"communicationTypeFilter":"chat,message"}`, false},
		{widgetApp, "properties", `{"communicationTypeFilter":"chat,"}`, false},
		{widgetApp, "properties", `{"communicationTypeFilter":["chat"]}`, false},
		{widgetApp, "properties", `{"displayType":"widget"}`, false},
		{premiumApp, "properties", `{"url":"https://example.test/","displayType":"widget","featureCategory":"","groupFilter":["g"],"sandbox":"allow-forms","permissions":"camera"}`, true},
		{premiumApp, "properties", `{"groups":["g"]}`, false},
		{premiumWidget, "properties", `{"url":"https://example.test/","queueIdFilterList":[],"communicationTypeFilter":"","groups":["g"],"sandbox":"allow-forms","permissions":"camera"}`, true},
		{premiumWidget, "properties", `{"groupFilter":["g"]}`, false},
		{standaloneApp, "advanced", `{"i10n":{"es":{"name":"Ejemplo"}},"lifecycle":{"ephemeral":false,"hooks":{"bootstrap":false,"focus":false,"blur":false,"stop":false}},"icon":` + wizardIcons + `,"monochromicIcon":` + wizardIcons + `}`, true},
		{widgetApp, "advanced", `{"i18n":{"name-es":"Ejemplo"},"lifecycle":{},"icon":{"256x256":"https://example.test/i.png"}}`, true},
		{premiumApp, "advanced", `{"lifecycle":{}}`, true},
		{premiumWidget, "advanced", `{}`, true},
		{standaloneApp, "advanced", `{"lifecycle":{"hooks":{"stop":"yes"}}}`, false},
		{standaloneApp, "advanced", `{"icon":"https://example.test/i.png"}`, false},
		{standaloneApp, "advanced", `{"colour":"red"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.typeID+" "+tt.value[:min(len(tt.value), 50)], func(t *testing.T) {
			t.Parallel()
			id := newIntegration(t, admin, tt.typeID)
			got := configure(t, admin, id, fields{tt.part: json.RawMessage(tt.value)})
			if tt.fits {
				sameJSON(t, "answer", []byte(ok(t, got).Str(t, tt.part)), tt.value)
				return
			}
			refused(t, got, 400, "bad.request", tt.part)
			if message := got.Str(t, "message"); !strings.Contains(message, "Input validation error") {
				t.Errorf("message = %q", message)
			}
			if version := configOf(t, admin, id)["version"]; version != 1.0 {
				t.Errorf("what was refused counts: version = %v", version)
			}
		})
	}
	has(t, ok(t, admin.Get(t, base+"/types/"+standaloneApp)), map[string]string{"provider": "clientapps"})
}

// Applications of the unified communications kind cannot be installed here, also
// not while others are.
func TestThereAreNoUnifiedCommunications(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	newIntegration(t, admin, premiumApp)
	path := base + "/clientapps/unifiedcommunications"
	has(t, ok(t, admin.Get(t, path)), map[string]string{"entities": "[]", "total": "0"})
	want(t, srv.As(t).Get(t, path), 403)
}

// Nobody needs a permission for their own applications, but a token.
func TestApplicationsNeedAToken(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	for _, path := range []string{"/clientapps", "/userapps"} {
		refused(t, srv.Anonymous().Get(t, base+path), 401, "authentication.required", "")
		same(t, path, names(t, srv.As(t).Get(t, base+path)), []string{})
	}
}
