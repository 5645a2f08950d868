package console_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	homeAdmin  = "admin@mockcloud.test"
	homeAgent  = "agent1@mockcloud.test"
	homeReader = "6d6f636b-0003-4000-8000-000000000002" // the role Queue Reader
	homeQueue  = "6d6f636b-0010-4000-8000-000000000002"
)

// homeCall sends what must succeed, and returns the answer.
func homeCall(t *testing.T, c *mocktest.Client, method, path string, body any) *mocktest.Response {
	t.Helper()
	got := c.Do(t, method, "/api/v2"+path, body, http.Header{"Content-Type": {"application/json"}})
	if got.Status >= 300 {
		t.Fatalf("%s %s: %d\n%s", method, path, got.Status, got.Body)
	}
	return got
}

// homeNext fails the test unless the page says how many steps are done, and which one
// comes next.
func homeNext(t *testing.T, ada *visitor, done, next string, says ...string) *answer {
	t.Helper()
	a := ada.get(t, "/").says(t, done+" of 7 done").says(t, says...)
	_, rest, found := strings.Cut(a.Body, `<li class="next"`)
	if found != (next != "") {
		t.Fatalf("a next step is there: %v", found)
	}
	here, _, _ := strings.Cut(rest, "</li>")
	if !strings.Contains(here, next) {
		t.Errorf("the next step is not %q: %s", next, here)
	}
	return a
}

// Every step is ticked by what is there, and by nothing else.
func TestTheChecklistFollowsTheStateToAnActionThatHasRun(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, api := visit(t, srv, homeAdmin), srv.AsUser(t, homeAdmin)
	homeNext(t, ada, "0", "/admin/oauth-clients/new", "The clients that came with the fixtures do not count.")

	client := homeCall(t, api, "POST", "/oauth/clients", map[string]any{
		"name": "my <script>", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": []map[string]string{{"roleId": homeReader, "divisionId": "*"}},
	})
	homeNext(t, ada, "2", "/admin/integrations/gallery?q=Genesys&#43;Cloud&#43;Data&#43;Actions", "my <script>", "Roles: 1").lacksSource(t, "my <script>")

	integration := homeCall(t, api, "POST", "/integrations", map[string]any{"integrationType": map[string]string{"id": "purecloud-data-actions"}}).Str(t, "id")
	place := "/admin/integrations/" + integration
	homeNext(t, ada, "3", place+"/configuration/credentials")
	homeCall(t, api, "PATCH", "/integrations/"+integration, map[string]string{"intendedState": "ENABLED"})
	homeNext(t, ada, "3", place+"/configuration/credentials", "It reports an error:")
	homeCall(t, api, "PATCH", "/integrations/"+integration, map[string]string{"intendedState": "DISABLED"})

	credential := homeCall(t, api, "POST", "/integrations/credentials", map[string]any{
		"type": map[string]string{"name": "pureCloudOAuthClient"}, "credentialFields": map[string]string{"clientId": client.Str(t, "id"), "clientSecret": client.Str(t, "secret")},
	}).Str(t, "id")
	var config map[string]any
	homeCall(t, api, "GET", "/integrations/"+integration+"/config/current", nil).JSON(t, &config)
	config["credentials"] = map[string]any{"pureCloudOAuthClient": map[string]string{"id": credential}}
	homeCall(t, api, "PUT", "/integrations/"+integration+"/config/current", config)
	homeNext(t, ada, "4", `href="`+place+`"`, "It is inactive, and its actions do not run.")
	homeCall(t, api, "PATCH", "/integrations/"+integration, map[string]string{"intendedState": "ENABLED"})
	homeNext(t, ada, "5", "/admin/actions/new?integration="+integration)

	file, err := os.ReadFile(filepath.FromSlash("../../fixtures/actions/01-queue-member-presence.json"))
	if err != nil {
		t.Fatal(err)
	}
	imported := srv.Anonymous().Post(t, "/_mockcloud/actions/import?integration="+integration, string(file))
	if imported.Status != 200 {
		t.Fatalf("import: %d\n%s", imported.Status, imported.Body)
	}
	draft := "/integrations/actions/" + imported.Str(t, "id") + "/draft"
	homeNext(t, ada, "6", "/admin/actions/"+imported.Str(t, "id")+"/test", "It has not run successfully yet.")
	homeCall(t, api, "POST", draft+"/test", map[string]string{"QueueID": "no-such-queue"}) // 200, but the run fails
	homeNext(t, ada, "6", "/test")
	homeCall(t, api, "POST", draft+"/test", map[string]string{"QueueID": homeQueue})
	homeNext(t, ada, "7", "", "All steps are done: a data action of yours has run.", "Last success: 2026-01-15 12:00:00 UTC")

	ada.post(t, "/tools/inspector/clear", nil)
	homeNext(t, ada, "6", "/test")
	homeCall(t, api, "POST", draft+"/publish", map[string]int{"version": 1})
	homeNext(t, ada, "6", "/test", "It is published, but this server remembers no successful run of it.")
	homeCall(t, api, "POST", "/integrations/actions/"+imported.Str(t, "id")+"/execute", map[string]string{"QueueID": homeQueue})
	homeNext(t, ada, "7", "")
	for lang, text := range map[string]string{"pt-BR": "7 de 7 feitos", "es": "7 de 7 hechos"} {
		ada.lang = lang
		ada.get(t, "/").says(t, text)
	}
}

func TestThePartsOfTheFirstPageThatSomebodyMayNotSeeSaySo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	visit(t, srv, homeAgent).get(t, "/").says(t, "Alex Agent may not see OAuth clients, integrations or actions.", "paste-the-client-id-here", "paste-the-secret-here").
		lacks(t, "fake-secret", "Next step")
	visit(t, srv, "builder@mockcloud.test").get(t, "/").says(t, "0 of 7 done", "Next step")

	admin := srv.Admin(t)
	role := homeCall(t, admin, "POST", "/authorization/roles", map[string]any{
		"name": "Looks at integrations", "permissionPolicies": []map[string]any{{"domain": "integrations", "entityName": "integration", "actionSet": []string{"view"}}},
	}).Str(t, "id")
	alex := homeCall(t, srv.AsUser(t, homeAgent), "GET", "/users/me", nil).Str(t, "id")
	homeCall(t, admin, "POST", "/authorization/subjects/"+alex+"/divisions/*/roles/"+role+"?subjectType=PC_USER", nil)
	visit(t, srv, homeAgent).get(t, "/").says(t, "Not visible", "You may not see this. It takes oauth:client:view", "It takes integrations:action:view",
		"You may not do this. It takes integrations:integration:add")
}

// The secret that is shown is that of the fixtures, and only as long as it may still
// be right.
func TestTheLinesThatConnectAreFilledInWithWhatIsPublished(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	env := srv.Environment()
	ada := visit(t, srv, homeAdmin)
	ada.get(t, "/").says(t, "export MOCKCLOUD_URL='"+srv.URL+"'", "export GENESYSCLOUD_OAUTHCLIENT_SECRET='"+env.ClientSecret+"'", env.ClientID+":"+env.ClientSecret)
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	for sdk, text := range map[string]string{
		"javascript": `client.setGateway({ protocol: "http", host: "127.0.0.1", port: ` + port + ` });`,
		"python":     `PureCloudPlatformClientV2.configuration.host = "` + srv.URL + `"`,
		"go":         `config.BasePath = "` + srv.URL + `"`,
		"java":       `.withGateway("127.0.0.1", "http", ` + port + `, "", "")`,
		"net":        `setBasePath("` + srv.URL + `")`,
		"cligc":      `gateway_port = "` + port + `"`,
		"terraform":  `port = "` + port + `"`,
	} {
		page := ada.get(t, "/?sdk="+sdk).says(t, text)
		if !strings.Contains(page.Body, `href="/?sdk=`+sdk+`#connect" aria-current="page"`) {
			t.Errorf("%s is not the chosen tab", sdk)
		}
	}
	srv.Clock.Advance(time.Minute)
	homeCall(t, srv.Admin(t), "POST", "/oauth/clients/"+env.ClientID+"/secret", nil)
	ada.get(t, "/").says(t, env.ClientID+":paste-the-secret-here").lacks(t, env.ClientSecret)
}

func TestTheSecretsOfSomebodysOwnFixturesAreNotShown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "own.yaml")
	text := "organization: {name: Own}\ndivisions:\n  - {name: Home, home: true}\nusers:\n  - {name: Uma, email: uma@own.test, password: fake-password-of-uma, roles: [\"* in *\"]}\n" +
		"clients:\n  - {name: Bot, grantType: CLIENT-CREDENTIALS, secret: really-secret-secret-of-this-bot, roles: [\"* in *\"]}\ndefaultRoles: all\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{path}})
	visit(t, srv, "uma@own.test").get(t, "/").says(t, srv.Environment().ClientID+":paste-the-secret-here").lacks(t, "really-secret")
}

func TestTheLastRefusalsStandOnTheFirstPageWithTheirReasons(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, homeAdmin)
	ada.get(t, "/").says(t, "Nothing has been refused so far.")
	srv.AsUser(t, homeAgent).Get(t, "/api/v2/oauth/clients")
	srv.Anonymous().Get(t, "/api/v2/users/me")
	page := ada.get(t, "/").says(t, "403 refused GET /api/v2/oauth/clients", "[oauth:client:view]", "401 refused GET /api/v2/users/me")
	if !strings.Contains(page.Body, `href="/tools/inspector/`) {
		t.Error("no refusal leads to its entry")
	}
	// What the console looks at by itself is nobody's try; what a form does is.
	visit(t, srv, homeAgent).get(t, "/admin/divisions/new")
	visit(t, srv, homeAgent).get(t, "/admin/oauth-clients")
	visit(t, srv, homeAgent).post(t, "/admin/divisions/new", url.Values{"name": {"North"}})
	page = ada.get(t, "/").says(t, "POST /api/v2/authorization/divisions")
	if n := strings.Count(page.words(), "GET /api/v2/oauth/clients"); n != 1 {
		t.Errorf("the list of clients was refused %d times", n)
	}
}
