package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	integrationsGallery = "/admin/integrations/gallery"
	oauthSlot           = "/configuration/credentials/pureCloudOAuthClient"
)

// installByPage installs a type from the gallery, and returns the path of its page.
func installByPage(t *testing.T, v *visitor, typeID string) string {
	t.Helper()
	a := v.post(t, integrationsGallery, url.Values{"type": {typeID}})
	path, _, _ := strings.Cut(a.Location, "?")
	if a.Status != http.StatusSeeOther || path == "" {
		t.Fatalf("install %s: status %d\n%.2000s", typeID, a.Status, a.words())
	}
	return path
}

// integrationAPI is the address of the integration in the API.
func integrationAPI(page string) string {
	return "/api/v2/integrations/" + strings.TrimPrefix(page, "/admin/integrations/")
}

var versionInput = regexp.MustCompile(`name="version" value="(\d+)"`)

// versionOn is the version that the form of a page was made from.
func versionOn(t *testing.T, a *answer) string {
	t.Helper()
	found := versionInput.FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("no version on the page:\n%.2000s", a.words())
	}
	return found[1]
}

// From an empty list to an integration that is ready for actions, and back; each page
// says what comes next.
func TestIntegrationsLeadFromTheGalleryToTheFirstAction(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	env := srv.Environment()
	ben := visit(t, srv, "builder@mockcloud.test")
	ben.get(t, "/admin/integrations").says(t, "Nothing is installed yet.", "Add integration")
	ben.get(t, integrationsGallery+"?q=CLOUD+platform+data").says(t, "Genesys Cloud Data Actions", "0 of 10 installed").lacks(t, "Zendesk", "Google Cloud")
	ben.get(t, integrationsGallery+"?q=nonsense").says(t, "No type has all of these words.")

	page := installByPage(t, ben, "purecloud-data-actions")
	ben.get(t, page+"?done=integrations.installed").says(t, "It was installed.", "Next: give it its credentials (Genesys Cloud OAuth Client).", "Inactive")
	ben.get(t, integrationsGallery).says(t, "1 of 10 installed")
	if to := ben.get(t, page+"/configuration").Location; to != page+"/configuration/credentials" {
		t.Errorf("the configuration opens at %s, though there are no properties", to)
	}
	ben.get(t, page+"/configuration/credentials").says(t, "Not configured", "Client ID and Client Secret are those of an OAuth client", "Go to OAuth")
	ben.get(t, page+oauthSlot).says(t, "Client ID", "Client Secret", "Go to OAuth")

	// Active without credentials: the reason is told, with a link to them.
	a := ben.postAndFollow(t, page+"/state", url.Values{"active": {"true"}}).says(t, "Reported state", "Error", "The credential pureCloudOAuthClient is missing.").lacks(t, "is active now")
	if !strings.Contains(a.Body, `href="`+page+oauthSlot+`"`) {
		t.Error("the page has no link to the credentials")
	}
	ben.get(t, "/admin/integrations").says(t, "Error The credential pureCloudOAuthClient is missing.", "Credentials")

	a = ben.postAndFollow(t, page+oauthSlot, url.Values{"do": {"create"}, "type": {"pureCloudOAuthClient"}, "field.clientId": {env.ClientID}, "secret.clientSecret": {env.ClientSecret}})
	a.says(t, "It was saved.", env.ClientID, "It is ready. Next: add an action").lacks(t, env.ClientSecret)
	if id := strings.TrimPrefix(page, "/admin/integrations/"); !strings.Contains(a.Body, `href="/admin/actions/new?integration=`+id+`"`) {
		t.Error("the page does not lead to a new action")
	}
	if got := srv.Admin(t).Get(t, integrationAPI(page)); got.Str(t, "reportedState.code") != "ACTIVE" {
		t.Errorf("%s", got.Body)
	}
	ben.postAndFollow(t, page+"/state", url.Values{"active": {"false"}, "to": {"/admin/integrations?name=Genesys"}}).
		says(t, "The integration is inactive now.", "Genesys Cloud Data Actions", "Data Actions", "UTC")
	ben.get(t, page).says(t, "Next: activate it.")

	ben.get(t, page+"/delete").says(t, "Delete the integration Genesys Cloud Data Actions?", "all of its actions will be gone")
	ben.postAndFollow(t, page+"/delete", nil).says(t, "It was deleted.", "Nothing is installed yet.")
	if got := ben.get(t, page); got.Status != http.StatusNotFound {
		t.Errorf("status = %d", got.Status)
	}
}

// integrationsVisitor is Alex with those permissions besides what agents have.
func integrationsVisitor(t *testing.T, srv *mocktest.Server, permissions ...string) *visitor {
	t.Helper()
	admin := srv.Admin(t)
	var policies []map[string]any
	for _, p := range permissions {
		part := strings.Split(p, ":")
		policies = append(policies, map[string]any{"domain": part[0], "entityName": part[1], "actionSet": []string{part[2]}, "allowConditions": false})
	}
	role := admin.Post(t, "/api/v2/authorization/roles", map[string]any{"name": "Integrations only", "permissionPolicies": policies})
	alex := srv.AsUser(t, "agent1@mockcloud.test").Get(t, "/api/v2/users/me").Str(t, "id")
	if got := admin.Put(t, "/api/v2/authorization/roles/"+role.Str(t, "id")+"/users/add", []string{alex}); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	return visit(t, srv, "agent1@mockcloud.test")
}

func TestWhoMayNotSeeOrChangeIntegrationsIsToldSo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	page := installByPage(t, visit(t, srv, "admin@mockcloud.test"), "purecloud-data-actions")
	sue := visit(t, srv, "supervisor@mockcloud.test")
	for _, path := range []string{"/admin/integrations", integrationsGallery, page, page + "/configuration/credentials"} {
		if got := sue.get(t, path); got.Status != http.StatusForbidden {
			t.Errorf("%s: status = %d", path, got.Status)
		} else {
			got.says(t, "You may not do this", "integrations:integration:view")
		}
	}
	alex := integrationsVisitor(t, srv, "integrations:integration:view")
	alex.get(t, integrationsGallery).says(t, "You can look at this", "integrations:integration:add").lacks(t, ">Install<")
	for _, path := range []string{page, page + oauthSlot} {
		alex.get(t, path).says(t, "integrations:integration:edit").lacks(t, ">Save<", `role="switch"`, ">Delete<", "Next:")
	}
	for path, form := range map[string]url.Values{
		integrationsGallery: {"type": {"webhook"}}, page: {"name": {"Mine"}, "version": {"1"}}, page + "/state": {"active": {"true"}}, page + "/delete": nil,
		page + "/configuration/properties": {"version": {"1"}}, page + oauthSlot: {"do": {"use"}},
	} {
		if got := alex.post(t, path, form); got.Status != http.StatusForbidden {
			t.Errorf("%s: status = %d", path, got.Status)
		}
	}
	if got := srv.Admin(t).Get(t, integrationAPI(page)+"?expand=config.current"); got.Str(t, "config.current.version") != "1" || got.Str(t, "intendedState") != "DISABLED" {
		t.Errorf("what was refused counts: %s", got.Body)
	}
}

// Two people have the same form open: the second is told, and keeps what was typed.
func TestIntegrationsTellWhereSomebodyElseHasSaved(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := installByPage(t, ada, "embedded-client-app")
	properties := page + "/configuration/properties"
	stale := versionOn(t, ada.get(t, page))
	ada.postAndFollow(t, page, url.Values{"version": {stale}, "name": {"<script>App"}, "notes": {"one\r\ntwo"}}).says(t, "It was saved.", "<script>App", "Client Application").lacks(t, "<script>App<")
	if notes := srv.Admin(t).Get(t, integrationAPI(page)).Str(t, "notes"); notes != "one\ntwo" {
		t.Errorf("notes = %q", notes)
	}
	for _, tt := range []struct {
		path  string
		form  url.Values
		typed string
	}{
		{page, url.Values{"name": {"Typed"}}, `value="Typed"`},
		{properties, url.Values{"p.url": {"https://typed.example.test/"}}, `value="https://typed.example.test/"`},
	} {
		tt.form.Set("version", stale)
		got := ada.post(t, tt.path, tt.form).says(t, "Somebody else saved this meanwhile.", "See what is stored now")
		if got.Status != http.StatusConflict || !strings.Contains(got.Body, tt.typed) {
			t.Errorf("%s: status = %d, or the form lost what was typed", tt.path, got.Status)
		}
		tt.form.Set("version", versionOn(t, got))
		ada.postAndFollow(t, tt.path, tt.form).says(t, "It was saved.")
	}
	for _, version := range []string{"", "x"} {
		if got := ada.post(t, page, url.Values{"name": {"Typed"}, "version": {version}}); got.Status != http.StatusConflict {
			t.Errorf("version %q: status = %d", version, got.Status)
		}
	}
	got := ada.post(t, page, url.Values{"name": {""}, "version": {versionOn(t, ada.get(t, page))}})
	if got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `id="f-name-error"`) {
		t.Errorf("status = %d, or the error is not beside its field", got.Status)
	}
}

// Forms are made from the schemas; what they do not change stays as it was sent.
func TestIntegrationsAreConfiguredByTheSchemasOfTheirType(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	for _, tt := range []struct {
		name, typeID, part, stored string
		form                       url.Values
		want                       string // of the part; "" where the form is refused
		says                       string
	}{
		{"texts, choices and lists", "embedded-client-app", "properties", "", url.Values{"p.url": {" https://a.test/?a=1&b=<2> "}, "p.displayType": {`"widget"`}, "p.groups": {"g1\r\n\r\n g2 "}, "p.sandbox": {""}}, `{"displayType":"widget","groups":["g1","g2"],"url":"https://a.test/?a=1&b=<2>"}`, "g1"},
		{"what is emptied goes", "embedded-client-app", "properties", `{"url":"https://a.test/","featureCategory":"x","groups":["g"]}`, url.Values{"p.url": {"https://a.test/"}}, `{"url":"https://a.test/"}`, ""},
		{"null and empty texts stay", "embedded-client-app", "properties", `{"url":"https://a.test/","permissions":null,"featureCategory":"","groups":null}`, url.Values{"p.url": {"https://b.test/"}}, `{"featureCategory":"","groups":null,"permissions":null,"url":"https://b.test/"}`, ""},
		{"what the pattern refuses", "embedded-client-app", "properties", "", url.Values{"p.url": {"nowhere"}, "p.featureCategory": {"kept"}}, "", `does not match input string "nowhere"`},
		{"a choice that there is not", "embedded-client-app", "properties", "", url.Values{"p.displayType": {`"poster"`}}, "", "not found in enum"},
		{"a choice that is no JSON", "embedded-client-app", "properties", "", url.Values{"p.displayType": {"poster"}}, "", "This is not valid JSON: see line 1, column 1."},
		{"a number", "webhook", "properties", "", url.Values{"p.invocationRatePerMinute": {"12"}}, `{"invocationRatePerMinute":12}`, "Invocations per minute"},
		{"no number", "webhook", "properties", "", url.Values{"p.invocationRatePerMinute": {"many"}}, "", "This is not a number."},
		{"a number that is too small", "webhook", "properties", "", url.Values{"p.invocationRatePerMinute": {"0"}}, "", "lower than the required minimum"},
		{"a number or a text: a number", "imap-server", "properties", "", url.Values{"p.imapHost": {"mail.example.test"}, "p.imapPort": {"993"}}, `{"imapHost":"mail.example.test","imapPort":993}`, ""},
		{"a number or a text: the text that it was", "imap-server", "properties", `{"imapPort":"993"}`, url.Values{"p.imapHost": {"h"}, "p.imapPort": {"993"}}, `{"imapHost":"h","imapPort":"993"}`, ""},
		{"JSON", "embedded-client-app", "advanced", "", url.Values{"p.lifecycle": {`{"ephemeral": true, "hooks": {"stop": false}}`}}, `{"lifecycle":{"ephemeral":true,"hooks":{"stop":false}}}`, "&#34;ephemeral&#34;: true"},
		{"broken JSON", "embedded-client-app", "advanced", "", url.Values{"p.icon": {"{\"a\":\r\n x}"}}, "", "This is not valid JSON: see line 2, column 2."},
		{"JSON of another shape", "embedded-client-app", "advanced", "", url.Values{"p.lifecycle": {`{"hooks":{"stop":"yes"}}`}}, "", "instance type (string) does not match"},
		{"nothing to set", "purecloud-data-actions", "properties", "", url.Values{}, `{}`, "This type has no properties to set."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := installByPage(t, ada, tt.typeID)
			path := page + "/configuration/" + tt.part
			stored := `{}`
			if tt.stored != "" {
				stored = tt.stored
				body := `{"name":"A","version":1,"properties":` + stored + `,"advanced":{},"notes":"","credentials":{}}`
				if got := admin.Put(t, integrationAPI(page)+"/config/current", body); got.Status != http.StatusOK {
					t.Fatalf("%s", got.Body)
				}
			}
			tt.form.Set("version", versionOn(t, ada.get(t, page)))
			got := ada.post(t, path, tt.form)
			want := tt.want
			if want == "" {
				want = stored
				if got.says(t, tt.says); got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `-error"`) {
					t.Errorf("status = %d, or the error is not beside its field:\n%.2000s", got.Status, got.Body)
				}
			} else if got.Status != http.StatusSeeOther {
				t.Fatalf("status = %d\n%.3000s", got.Status, got.words())
			} else if shown := ada.get(t, path); !strings.Contains(shown.Body, tt.says) {
				t.Errorf("the page does not hold %q", tt.says)
			}
			if now := admin.Get(t, integrationAPI(page)+"/config/current").Str(t, tt.part); strings.ReplaceAll(now, `\u0026`, "&") != want && unescaped(now) != want {
				t.Errorf("%s = %s\nwant %s", tt.part, now, want)
			}
		})
	}
}

// unescaped undoes what JSON may write of the characters of HTML.
func unescaped(text string) string {
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(text)
}

// Each type leads on to where it is used.
func TestIntegrationsLeadToWhereTheyAreUsed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	app := installByPage(t, ada, "embedded-client-app")
	ada.get(t, app).says(t, "Next: say where the page is.")
	ada.get(t, app+"/configuration/credentials").says(t, "Integrations of this type need no credentials.")
	ada.postAndFollow(t, app+"/configuration/properties", url.Values{"version": {"1"}, "p.url": {"https://a.test/"}}).says(t, "Next: activate it.")
	a := ada.postAndFollow(t, app+"/state", url.Values{"active": {"true"}}).says(t, "The integration is active now.", "Open in the client")
	if !strings.Contains(a.Body, `href="/_mockcloud/embed"`) {
		t.Error("no link to the client")
	}
	hook := installByPage(t, ada, "webhook")
	ada.postAndFollow(t, hook+"/state", url.Values{"active": {"true"}, "to": {"https://elsewhere.test/"}}).
		says(t, "Invocation URL", srv.Admin(t).Get(t, integrationAPI(hook)).Str(t, "attributes.invocationUrl"), "Webhooks")
	ada.get(t, "/admin/integrations?name=webH").says(t, "Webhook").lacks(t, app)
	ada.get(t, "/admin/integrations?name=nothing").says(t, "Nothing was found.")

	for range 10 {
		installByPage(t, ada, "purecloud-data-actions")
	}
	got := ada.post(t, integrationsGallery, url.Values{"type": {"purecloud-data-actions"}}).says(t, "The API refused this:", "10 of 10 installed", "No more can be installed.")
	if got.Status != http.StatusBadRequest {
		t.Errorf("status = %d", got.Status)
	}
	if got := ada.post(t, integrationsGallery, url.Values{"type": {"<script>"}}); got.Status != http.StatusBadRequest {
		t.Errorf("status = %d", got.Status)
	}
}

func TestIntegrationsSpeakThreeLanguages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	page := installByPage(t, ada, "purecloud-data-actions")
	ada.post(t, page+"/state", url.Values{"active": {"true"}})
	for lang, words := range map[string][]string{
		"en":    {"The credential pureCloudOAuthClient is missing.", "Configuration", "Add an action"},
		"pt-BR": {"Falta a credencial pureCloudOAuthClient.", "Configuração", "Adicionar uma ação"},
		"es":    {"Falta la credencial pureCloudOAuthClient.", "Configuración", "Añadir una acción"},
	} {
		ada.lang = lang
		ada.get(t, page).says(t, words...)
		for _, path := range []string{"/admin/integrations", integrationsGallery, page, page + "/configuration/properties", page + "/configuration/advanced", page + "/configuration/credentials", page + oauthSlot} {
			if got := ada.get(t, path); strings.Contains(got.words(), "integrations.") {
				t.Errorf("%s in %s shows the key of a text", path, lang)
			}
		}
	}
}
