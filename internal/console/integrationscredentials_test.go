package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// A secret is never filled back; one that is left out stays as it is.
func TestCredentialsOfAnIntegrationAreChangedWithoutTheirSecret(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	const word = "s3cret-word"
	first := "/admin/integrations/" + srv.Install(t, mocktest.Integration{Type: "zendesk-data-actions", Credential: "zendeskApiToken", Fields: map[string]string{
		"userEmail": "zoe@example.test", "baseUrl": "https://zen.example.test", "apiToken": word,
	}})
	slot := "/configuration/credentials/zendeskApiToken"
	held := admin.Get(t, integrationAPI(first)+"/config/current").Str(t, "credentials.zendeskApiToken.id")

	form := ada.get(t, first+slot).says(t, "Base URL", "API Token", "Leave it empty to keep what is stored.").lacks(t, word)
	if !strings.Contains(form.Body, `value="zoe@example.test"`) || !regexp.MustCompile(`name="secret.apiToken" type="password" value="" autocomplete="off"`).MatchString(form.Body) {
		t.Errorf("the form:\n%s", form.Body)
	}
	change := url.Values{"do": {"change"}, "held": {held}, "field.userEmail": {"zed@example.test"}, "field.baseUrl": {"https://zen.example.test"}, "secret.apiToken": {""}}
	ada.postAndFollow(t, first+slot, change).says(t, "zed@example.test")
	if got := admin.Get(t, "/api/v2/integrations/credentials/"+held); got.Str(t, "credentialFields.userEmail") != "zed@example.test" {
		t.Errorf("%s", got.Body)
	}
	change.Set("field.userEmail", "")
	change.Set("secret.apiToken", "an0ther-word")
	a := ada.post(t, first+slot, change).says(t, "The API refused this:", "is required").lacks(t, "an0ther-word")
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, `id="f-field.userEmail-error"`) {
		t.Errorf("status = %d, or the error is not beside its field", a.Status)
	}

	// Another integration can use the same; and a slot can be emptied.
	second := installByPage(t, ada, "zendesk-data-actions")
	ada.get(t, second+slot).says(t, "Or use credentials that are there", held)
	ada.postAndFollow(t, second+slot, url.Values{"do": {"use"}, "credential": {held}}).says(t, "zed@example.test")
	ada.postAndFollow(t, second+slot, url.Values{"do": {"use"}, "credential": {""}}).says(t, "Not configured")
	if got := ada.post(t, second+slot, url.Values{"do": {"use"}, "credential": {"nothing"}}); got.Status != http.StatusBadRequest {
		t.Errorf("status = %d for a credential that there is not", got.Status)
	}

	// Forms of the time when something else was in the slot change nothing.
	change.Set("field.userEmail", "stale@example.test")
	for _, path := range []string{first, second} {
		change.Set("held", held)
		if path == first {
			change.Set("held", "other")
		}
		if got := ada.post(t, path+slot, change).says(t, "Nothing was saved"); got.Status != http.StatusConflict {
			t.Errorf("status = %d", got.Status)
		}
	}
	if got := admin.Get(t, "/api/v2/integrations/credentials/"+held); got.Str(t, "credentialFields.userEmail") != "zed@example.test" {
		t.Errorf("%s", got.Body)
	}
	total := admin.Get(t, "/api/v2/integrations/credentials").Str(t, "total")
	if total != "1" {
		t.Errorf("%s credentials, want 1", total)
	}
	if got := ada.get(t, second+"/configuration/credentials/other"); got.Status != http.StatusNotFound {
		t.Errorf("status = %d for a slot that there is not", got.Status)
	}
}

func TestAnIntegrationWhoseSlotTakesSeveralTypesLetsOneChoose(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	page := installByPage(t, ada, "custom-rest-actions")
	slot := page + "/configuration/credentials/basicAuth"
	ada.get(t, slot).says(t, "Basic authentication", "User defined", "Continue")
	ada.get(t, slot+"?type=basicAuth").says(t, "User Name", "Password")
	ada.get(t, slot+"?type=userDefined").says(t, "Each field has a name and a value.")

	create := func(keys, values []string) *answer {
		return ada.post(t, slot, url.Values{"do": {"create"}, "type": {"userDefined"}, "key": keys, "secret": values})
	}
	for _, tt := range []struct {
		name         string
		keys, values []string
		want         string
	}{
		{"nothing", []string{"", ""}, []string{"", ""}, "Give one field at least."},
		{"no value", []string{"<script>"}, []string{""}, "The field <script> has no value."},
		{"no name", []string{" "}, []string{"s3cret-word"}, "A value stands in a row without a name."},
		{"twice", []string{"a", "a"}, []string{"s3cret-word", "s3cret-word"}, "There are two fields a."},
		{"values lost", []string{"a", "b"}, nil, "The field b has no value."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := create(tt.keys, tt.values).says(t, tt.want).lacks(t, "s3cret-word"); a.Status != http.StatusBadRequest {
				t.Errorf("status = %d", a.Status)
			}
		})
	}
	if total := admin.Get(t, "/api/v2/integrations/credentials").Str(t, "total"); total != "0" {
		t.Errorf("what was refused left %s credentials", total)
	}

	if a := create([]string{"host", "", "token"}, []string{"https://example.test", "", "s3cret-word"}); a.Status != http.StatusSeeOther {
		t.Fatalf("status = %d\n%.2000s", a.Status, a.words())
	}
	ada.get(t, page+"/configuration/credentials").says(t, "User defined", "host", "token", "**********").lacks(t, "s3cret-word", "example.test")
	a := ada.get(t, slot).says(t, "Values left empty stay as they are").lacks(t, "s3cret-word")
	if !strings.Contains(a.Body, `name="key" value="host"`) {
		t.Error("the form does not name the fields")
	}
	held := admin.Get(t, integrationAPI(page)+"/config/current").Str(t, "credentials.basicAuth.id")
	ada.postAndFollow(t, slot, url.Values{"do": {"change"}, "held": {held}, "key": {"host", "token", "more"}, "secret": {"", "", "value"}}).says(t, "host", "token", "more")
	ada.get(t, slot+"?type=new").says(t, "Credential type")
}

// The API adds the credential but refuses the slot: it is not left behind.
func TestACredentialThatNoSlotHoldsIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	page := installByPage(t, visit(t, srv, "admin@mockcloud.test"), "purecloud-data-actions")
	alex := integrationsVisitor(t, srv, "integrations:integration:view", "integrations:integration:add", "integrations:integration:delete")
	got := alex.post(t, page+oauthSlot, url.Values{"do": {"create"}, "type": {"pureCloudOAuthClient"}, "field.clientId": {"a"}, "secret.clientSecret": {"b"}})
	if got.Status != http.StatusForbidden {
		t.Errorf("status = %d", got.Status)
	}
	got.says(t, "integrations:integration:edit")
	if total := srv.Admin(t).Get(t, "/api/v2/integrations/credentials").Str(t, "total"); total != "0" {
		t.Errorf("%s credentials are left", total)
	}
}
