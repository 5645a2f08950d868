package control_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

var asJSON = http.Header{"Content-Type": {"application/json"}}

// installed is a server with Genesys Cloud Data Actions.
func installed(t *testing.T) *mocktest.Server {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	got := srv.Admin(t).Post(t, "/api/v2/integrations", map[string]any{"integrationType": map[string]string{"id": "purecloud-data-actions"}})
	if got.Status != 200 {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	return srv
}

func exported(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/actions/01-queue-member-presence.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const importPath = "/_mockcloud/actions/import?integration=genesys%20cloud%20data%20actions"

func TestAnImportedActionIsADraftUnlessItIsPublished(t *testing.T) {
	t.Parallel()
	srv := installed(t)
	for _, tt := range []struct {
		query, place string
		published    string
	}{{"", "/draft", "false"}, {"&publish=true", "", "true"}} {
		got := srv.Anonymous().Post(t, importPath+tt.query, exported(t))
		if got.Status != 200 || got.Str(t, "published") != tt.published || got.Str(t, "name") != "Agent presences for a queue" || got.Str(t, "version") != "1" {
			t.Fatalf("%d\n%s", got.Status, got.Body)
		}
		if action := srv.Admin(t).Get(t, "/api/v2/integrations/actions/"+got.Str(t, "id")+tt.place); action.Status != 200 || action.Str(t, "category") != "Genesys Cloud Data Actions" {
			t.Errorf("%d\n%s", action.Status, action.Body)
		}
	}
}

// The first two refusals are the product's, as users have quoted them.
func TestWhatCannotBeImportedIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	srv := installed(t)
	whole := exported(t)
	tests := []struct {
		name, query, body string
		status            int
		says              string
	}{
		{"no actionType", "", strings.Replace(whole, `"actionType": "custom",`, "", 1), 400, "missing the actionType"},
		{"no request template", "", strings.Replace(whole, `"requestTemplate":`, `"other":`, 1), 400, "missing the requesttemplate config request definition"},
		{"a static action", "", strings.Replace(whole, `"custom"`, `"static"`, 1), 400, "Only actions of the type custom"},
		{"another type of integration", "", strings.Replace(whole, "purecloud-data-actions", "custom-rest-actions", 1), 400, "is of the type [purecloud-data-actions]"},
		{"a template that cannot be parsed", "", strings.Replace(whole, "$Presence}", "${esc.url(input.x)}}", 1), 400, "could not be parsed"},
		{"no JSON", "", "{", 400, "not valid JSON"},
		{"not an object", "", "[]", 400, "not an exported action"},
		{"a wrong type", "", strings.Replace(whole, `"name": "Agent`, `"name": ["Agent`, 1), 400, "JSON"},
		{"no name", "", strings.Replace(whole, `"Agent presences for a queue"`, `""`, 1), 400, "needs a name"},
		{"an unknown integration", "?integration=none", whole, 404, `There is no integration "none"`},
		{"no integration", "?publish=true", whole, 400, "Name the integration"},
		{"too large", "", strings.Repeat(" ", 1<<20) + whole, 413, "size limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := importPath
			if tt.query != "" {
				path = "/_mockcloud/actions/import" + tt.query
			}
			got := srv.Anonymous().Post(t, path, tt.body)
			if got.Status != tt.status || !strings.Contains(got.Str(t, "message"), tt.says) {
				t.Errorf("%d, want %d with %q\n%s", got.Status, tt.status, tt.says, got.Body)
			}
		})
	}
	admin := srv.Admin(t)
	for _, path := range []string{"/api/v2/integrations/actions", "/api/v2/integrations/actions/drafts"} {
		if got := admin.Get(t, path); got.Str(t, "total") != "0" {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
}

// A request with a token may do what the token's owner may do through the API.
func TestImportAndExportWithATokenAskForTheAPIsPermissions(t *testing.T) {
	t.Parallel()
	srv := installed(t)
	do := func(c *mocktest.Client, method, path string, body any) *mocktest.Response {
		return c.Do(t, method, path, body, asJSON)
	}
	adder, editor, viewer := srv.As(t, "integrations:action:add"), srv.As(t, "integrations:action:add", "integrations:action:edit"), srv.As(t, "integrations:action:view")
	id := do(adder, "POST", importPath, exported(t)).Str(t, "id")
	if id == "" {
		t.Fatal("the import failed")
	}
	const export = "/_mockcloud/actions/export?action=Agent%20presences%20for%20a%20queue"
	for _, tt := range []struct {
		name   string
		got    *mocktest.Response
		status int
	}{
		{"import without the permission", do(viewer, "POST", importPath, exported(t)), 403},
		{"publish without the permission", do(adder, "POST", importPath+"&publish=true", exported(t)), 403},
		{"publish", do(editor, "POST", importPath+"&publish=true", exported(t)), 200},
		{"export without the permission", do(adder, "GET", export, nil), 403},
		{"export", do(viewer, "GET", export, nil), 200},
		{"export by id", do(viewer, "GET", "/_mockcloud/actions/export?action="+id, nil), 200},
		{"export of nothing", do(viewer, "GET", "/_mockcloud/actions/export?action=none", nil), 404},
		{"export without a name", do(viewer, "GET", "/_mockcloud/actions/export", nil), 400},
		{"a token that is none", do(srv.Bearer("none"), "GET", export, nil), 401},
		{"a token in another scheme", srv.Anonymous().Do(t, "GET", export, nil, http.Header{"Authorization": {"Basic " + viewer.Token}}), 401},
	} {
		if tt.got.Status != tt.status {
			t.Errorf("%s: %d, want %d\n%s", tt.name, tt.got.Status, tt.status, tt.got.Body)
		}
	}
}

// The organization's list of addresses holds for the side door, too.
func TestExportAsksForTheAddressWhereThereIsAToken(t *testing.T) {
	t.Parallel()
	srv := installed(t)
	admin := srv.Admin(t)
	if got := admin.Patch(t, "/api/v2/organizations/authentication/settings", map[string]any{"ipAddressAllowlist": []string{"192.0.2.1"}}); got.Status != 200 && got.Status != 401 {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/_mockcloud/actions/export?action=none"); got.Status != 401 || got.Str(t, "code") != "ip.not.authorized" {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}
