package console_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// actionsFixture is the file of an exported action.
func actionsFixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/actions/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// actionsDraft makes a draft, and returns the path of its page.
func actionsDraft(t *testing.T, srv *mocktest.Server, integration, name string) (id, page string) {
	t.Helper()
	id = srv.Admin(t).Post(t, "/api/v2/integrations/actions/drafts", map[string]any{"name": name, "integrationId": integration}).Str(t, "id")
	return id, "/admin/actions/" + id
}

// actionsRows are rows of the form of a contract, each with its values by name.
func actionsRows(form url.Values, side string, rows ...map[string]string) url.Values {
	for i, row := range rows {
		n := string(rune('a' + i))
		form.Add(side+"-row", n)
		for name, value := range row {
			form.Set(side+"."+n+"."+name, value)
		}
	}
	return form
}

func TestAnActionIsAddedGivenAContractAndPublished(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	for _, page := range []string{"/admin/actions", "/admin/actions/new", "/admin/actions/import"} {
		if got := ada.get(t, page).says(t, "Install Genesys Cloud Data Actions"); !strings.Contains(got.Body, `href="/admin/integrations/gallery"`) {
			t.Errorf("%s: no way to the gallery", page)
		}
	}
	integration := srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	ada.get(t, "/admin/actions").says(t, "There are no actions yet.")

	got := ada.post(t, "/admin/actions/new", url.Values{"name": {""}, "integration": {integration}})
	got.says(t, "An action needs a name.")
	if got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	added := ada.post(t, "/admin/actions/new", url.Values{"name": {"Presences"}, "integration": {integration}})
	page, _, found := strings.Cut(added.Location, "/contract")
	if !found {
		t.Fatalf("status %d, location %q", added.Status, added.Location)
	}
	ada.get(t, added.Location).says(t, "It was added as a draft.", "Input contract", "Output contract", "No fields yet.")
	ada.get(t, page).says(t, "The draft cannot be published yet:", "The action has no request URL template.")
	ada.get(t, page+"/publish").says(t, "This has to be put right first:").lacks(t, `name="version"`)

	broken := admin.Patch(t, "/api/v2/integrations/actions/"+strings.TrimPrefix(page, "/admin/actions/")+"/draft", map[string]any{"version": 1, "config": map[string]any{"response": map[string]any{"successTemplate": "#foreach($a in $b)"}}})
	if broken.Status != 200 {
		t.Fatalf("%s", broken.Body)
	}
	if got := ada.get(t, page); !strings.Contains(actionsUnescape(got.Body), page+"/configuration?column=1&field=successTemplate&line=1") {
		t.Errorf("no link to the place of the mistake:\n%s", got.Body)
	}

	form := actionsRows(url.Values{"seen": {"2"}, "do": {"save"}}, "in", map[string]string{"name": "QueueID", "type": "string", "required": "true", "description": "The <queue>"})
	actionsRows(form, "out", map[string]string{"name": "PresenceArray", "type": "array:string"}, map[string]string{"name": "Level", "type": "integer", "enum": "1, 2"})
	ada.postAndFollow(t, page+"/contract", form).says(t, "It was saved.")
	id := strings.TrimPrefix(page, "/admin/actions/")
	draft := "/api/v2/integrations/actions/" + id + "/draft"
	for file, want := range map[string]string{
		"inputschema.json":   `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"QueueID":{"type":"string","description":"The <queue>"}},"additionalProperties":true,"required":["QueueID"]}`,
		"successschema.json": `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"PresenceArray":{"type":"array","items":{"type":"string"}},"Level":{"type":"integer","enum":[1,2]}},"additionalProperties":true}`,
	} {
		if got := strings.TrimSpace(string(admin.Get(t, draft+"/schemas/"+file).Body)); got != want {
			t.Errorf("%s = %s", file, got)
		}
	}

	configured := admin.Patch(t, draft, map[string]any{"version": 3, "config": map[string]any{"request": map[string]any{"requestUrlTemplate": "/api/v2/users/me"}, "response": map[string]any{"successTemplate": "${rawResult}"}}})
	if configured.Status != 200 {
		t.Fatalf("%s", configured.Body)
	}
	ada.get(t, page).says(t, "The draft is valid. Test it, then publish it.")
	ada.get(t, page+"/publish").says(t, "Publish Presences?", "It becomes version 1 of the action")
	ada.postAndFollow(t, page+"/publish", url.Values{"version": {"4"}}).says(t, "It was published.", "Published, version 1.", "Run it on the Test page")
	ada.get(t, page+"/contract").says(t, "The contract cannot be changed any more", "QueueID", "array of string", "1, 2").lacks(t, "<form method=\"post\" action=\"/admin/actions")
	ada.get(t, page+"/contract?mode=json").says(t, `"description": "The <queue>"`)
}

func TestRowsOfAContractAreAddedAndRemovedWithoutAScript(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	id, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "basicAuth", Fields: map[string]string{"userName": "u", "password": "p"}}), "Rows")
	form := func(do string) url.Values {
		return actionsRows(url.Values{"seen": {"1"}, "do": {do}}, "in", map[string]string{"name": "one", "type": "string"}, map[string]string{"name": "two", "type": "boolean", "enum": "perhaps"})
	}
	rows := regexp.MustCompile(`name="in-row" value="[0-9]+"`)
	got := ada.post(t, page+"/contract", form("add:in"))
	if n := len(rows.FindAllString(got.Body, -1)); got.Status != 200 || n != 3 {
		t.Errorf("status %d with %d rows", got.Status, n)
	}
	got = ada.post(t, page+"/contract", form("remove:in:a"))
	if n := len(rows.FindAllString(got.Body, -1)); got.Status != 200 || n != 1 || !strings.Contains(got.Body, `value="two"`) || strings.Contains(got.Body, `value="one"`) {
		t.Errorf("status %d with %d rows", got.Status, n)
	}
	if got := srv.Admin(t).Get(t, "/api/v2/integrations/actions/"+id+"/draft").Str(t, "version"); got != "1" {
		t.Errorf("version %s: a button that only changes the form has saved it", got)
	}

	got = ada.post(t, page+"/contract", form("save")).says(t, "Nothing was saved yet", "Not all of these are of the type boolean.")
	if got.Status != 400 || !strings.Contains(got.Body, `value="perhaps"`) {
		t.Errorf("status %d", got.Status)
	}
	twice := actionsRows(url.Values{"seen": {"1"}}, "out", map[string]string{"name": "a", "type": "string"}, map[string]string{"name": "a", "type": "string"}, map[string]string{"name": "", "type": "string"}, map[string]string{"description": "nameless"})
	ada.post(t, page+"/contract", twice).says(t, "There is another field of this name.", "Name the field, or remove it.")
}

func TestAContractThatIsSavedAsFieldsKeepsWhatTheFieldsDoNotShow(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "Kept")
	const schema = `{"title":"T","properties":{"z":{"maxLength":5,"type":"string","enum":["a,b","c"]},"deep":{"properties":{"x":{"type":"integer"}},"type":"object"},"a":{"type":"number","default":1.50}},"type":"object","required":["z","a"]}`
	contract := json.RawMessage(`{"input":{"inputSchema":{"type":"object"}},"output":{"successSchema":` + schema + `}}`)
	if got := admin.Patch(t, "/api/v2/integrations/actions/"+id+"/draft", map[string]any{"version": 1, "contract": contract}); got.Status != 200 {
		t.Fatalf("%s", got.Body)
	}
	stored := func() string {
		return strings.TrimSpace(string(admin.Get(t, "/api/v2/integrations/actions/"+id+"/draft/schemas/successschema.json").Body))
	}
	shown := ada.get(t, page+"/contract").says(t, "object (see JSON)")
	form := actionsFormOf(t, shown)
	ada.postAndFollow(t, page+"/contract", form)
	if got := stored(); got != schema {
		t.Errorf("a form that nobody changed made\n%s of\n%s", got, schema)
	}

	form = actionsFormOf(t, ada.get(t, page+"/contract"))
	form.Set("out.0.name", "zed")
	form.Set("out.2.description", "An \"amount\"")
	form.Del("out.2.required")
	ada.postAndFollow(t, page+"/contract", form)
	const want = `{"title":"T","properties":{"zed":{"maxLength":5,"type":"string","enum":["a,b","c"]},"deep":{"properties":{"x":{"type":"integer"}},"type":"object"},"a":{"type":"number","default":1.50,"description":"An \"amount\""}},"type":"object","required":["zed"]}`
	if got := stored(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAFormWithMoreFieldsThanItShowsIsRefusedRatherThanCut(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	_, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "Many")
	var properties []string
	form := url.Values{"seen": {"1"}}
	for i := range 1001 {
		n := strconv.Itoa(i)
		properties = append(properties, `"f`+n+`":{"type":"string"}`)
		form.Add("in-row", n)
		form.Set("in."+n+".name", "f"+n)
	}
	if got := ada.post(t, page+"/contract", form); got.Status != 400 {
		t.Errorf("status = %d", got.Status)
	}
	many := `{"type":"object","properties":{` + strings.Join(properties, ",") + `}}`
	ada.postAndFollow(t, page+"/contract?mode=json", url.Values{"seen": {"1"}, "in": {many}, "out": {`{"type":"object"}`}})
	ada.get(t, page+"/contract").says(t, "This schema is more than a list of fields.", `"f1000"`)
}

// actionsFormOf reads the values of a page's only form of rows, as a browser sends them.
func actionsFormOf(t *testing.T, a *answer) url.Values {
	t.Helper()
	body := a.Body
	form := url.Values{}
	inert := regexp.MustCompile(`(?s)<template>.*?</template>`)
	body = inert.ReplaceAllString(body, "")
	attribute := func(tag, name string) string {
		m := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(tag)
		if m == nil {
			return ""
		}
		return actionsUnescape(m[1])
	}
	for _, tag := range regexp.MustCompile(`<input [^>]*>`).FindAllString(body, -1) {
		if strings.Contains(tag, `type="checkbox"`) && !strings.Contains(tag, " checked") {
			continue
		}
		form.Add(attribute(tag, " name"), attribute(tag, " value"))
	}
	for _, m := range regexp.MustCompile(`(?s)<select name="([^"]*)".*?<option value="([^"]*)" selected>`).FindAllStringSubmatch(body, -1) {
		form.Add(m[1], m[2])
	}
	if len(form["out-row"]) == 0 {
		t.Fatalf("the page has no rows:\n%s", body)
	}
	return form
}

func TestAContractAsJSONIsKeptInItsOrderAndMistakesAreNamedByLineAndColumn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	id, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "JSON")
	const in, out = `{"type":"object","title":"<b> & \u00e9 1e400","properties":{"b":{"type":"string"},"a":{"type":"string"}}}`, `{"items":{"type":"string"},"type":"array"}`
	ada.postAndFollow(t, page+"/contract?mode=json", url.Values{"seen": {"1"}, "in": {in}, "out": {out}}).says(t, "It was saved.")
	got := admin.Get(t, "/api/v2/integrations/actions/"+id+"/draft/schemas/inputschema.json")
	if text := strings.TrimSpace(string(got.Body)); text != in {
		t.Errorf("stored %s", text)
	}
	ada.get(t, page+"/contract").says(t, "This schema is more than a list of fields.")

	wrong := ada.post(t, page+"/contract?mode=json", url.Values{"seen": {"2"}, "in": {"{\n  \"é\": ,}"}, "out": {"[1]"}})
	wrong.says(t, "This is not valid JSON: see line 2, column 8.", "This must be a JSON object", `"é": ,}`)
	if wrong.Status != 400 {
		t.Errorf("status = %d", wrong.Status)
	}
	if got := admin.Get(t, "/api/v2/integrations/actions/"+id+"/draft").Str(t, "version"); got != "2" {
		t.Errorf("version %s: what was refused was saved", got)
	}
}

func TestSwitchingBetweenTheFormsOfAContractKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	_, page := actionsDraft(t, srv, srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"}), "Switch")
	typed := actionsRows(url.Values{"seen": {"1"}, "do": {"switch"}}, "in", map[string]string{"name": "typed", "type": "integer"})
	ada.post(t, page+"/contract?mode=json", typed).says(t, `"typed": { "type": "integer" }`)
	text := url.Values{"seen": {"1"}, "do": {"switch"}, "in": {`{"type":"object","title":"mine","properties":{"other":{"type":"string"}}}`}, "out": {`{"type":"object"}`}}
	simple := ada.post(t, page+"/contract", text)
	if !strings.Contains(simple.Body, `value="other"`) {
		t.Fatalf("%s", simple.words())
	}
	form := actionsRows(url.Values{"seen": {"1"}, "in.base": text["in"]}, "in", map[string]string{"name": "other", "original": "other", "type": "string"})
	ada.postAndFollow(t, page+"/contract", form)
	ada.get(t, page+"/contract?mode=json").says(t, `"title": "mine"`)
	text.Set("in", "{")
	ada.post(t, page+"/contract", text).says(t, "This is not valid JSON: see line 1")
}

func TestAnActionIsImportedFromAFileOrFromPastedTextAndExportedAgain(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	platform := srv.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	other := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Name: "Help desk", Credential: "basicAuth", Fields: map[string]string{"userName": "u", "password": "p"}})
	export := actionsFixture(t, "01-queue-member-presence.json")
	draft := ada.postAndFollow(t, "/admin/actions/import", url.Values{"integration": {platform}, "text": {export}})
	draft.says(t, "It was imported.", "Agent presences for a queue", "Draft, version 1.")

	done := actionsUpload(t, ada, platform, "\ufeff"+actionsFixture(t, "02-find-user-by-email.json"), "true")
	if done.Status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", done.Status, done.words())
	}
	page, _, _ := strings.Cut(done.Location, "?")
	ada.get(t, page).says(t, "Find user by e-mail", "Published, version 1.")
	file := ada.get(t, page+"/export")
	if got := file.Header.Get("Content-Disposition"); got != `attachment; filename="Find user by e-mail.json"` {
		t.Errorf("Content-Disposition = %s", got)
	}
	again := ada.postAndFollow(t, "/admin/actions/import", url.Values{"integration": {platform}, "text": {file.Body}})
	again.says(t, "Find user by e-mail", "Draft, version 1.")

	for name, c := range map[string]struct{ integration, text, says string }{
		"no JSON":              {platform, "Hello", "it is not valid JSON."},
		"no type":              {platform, "{}", "it is missing the actionType."},
		"another type":         {other, export, "Help desk is of the type [custom-rest-actions]."},
		"nothing":              {platform, "", "Choose a file, or paste what is in it."},
		"no such integration":  {"none", export, "The API refused this:"},
		"no integration named": {"", export, "Choose the integration that it is to belong to."},
	} {
		got := ada.post(t, "/admin/actions/import", url.Values{"integration": {c.integration}, "text": {c.text}}).says(t, c.says)
		if got.Status < 400 || got.Status > 404 || !strings.Contains(actionsUnescape(got.Body), strings.TrimSpace(c.text)+"</textarea>") {
			t.Errorf("%s: status %d\n%s", name, got.Status, got.words())
		}
	}
	ada.get(t, "/admin/actions").says(t, "Agent presences for a queue", "Find user by e-mail")
}

// actionsUpload sends the form of the import with a file.
func actionsUpload(t *testing.T, v *visitor, integration, content, publish string) *answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"integration": integration, "publish": publish, "text": ""} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "action.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.srv.URL+"/admin/actions/import", &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", v.srv.URL)
	r.AddCookie(&http.Cookie{Name: "mockcloud_console_" + r.URL.Port(), Value: v.token})
	return exchange(t, r)
}
