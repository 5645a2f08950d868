package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestExternalContactsAreFoundEnrichedAndMerged(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const contacts = "/api/v2/externalcontacts"
	ann := admin.Post(t, contacts+"/contacts", `{"firstName":"Ann","workEmail":"ann@example.test"}`)
	look := func(value string) *mocktest.Response {
		return admin.Post(t, contacts+"/identifierlookup", `{"type":"Email","value":"`+value+`"}`)
	}
	if got := look("ann@example.test"); got.Status != 200 || got.Str(t, "id") != ann.Str(t, "id") {
		t.Errorf("by the address: %d %s", got.Status, got.Body)
	}
	wantStatus(t, look("bob@example.test"), 404)

	enrich := func(action, value, body string) *mocktest.Response {
		return admin.Post(t, contacts+"/contacts/enrich", `{"action":"`+action+`","matchingIdentifiers":[{"type":"Email","value":"`+value+`"}],"contact":`+body+`}`)
	}
	if got := enrich("Upsert", "ann@example.test", `{"title":"Captain"}`); got.Str(t, "id") != ann.Str(t, "id") || got.Str(t, "title") != "Captain" || got.Str(t, "firstName") != "Ann" {
		t.Errorf("enriched: %d %s", got.Status, got.Body)
	}
	wantStatus(t, enrich("Update", "bob@example.test", `{"title":"Cook"}`), 404)
	wantStatus(t, enrich("Insert", "ann@example.test", `{"title":"Cook"}`), 409)
	bob := enrich("Upsert", "bob@example.test", `{"lastName":"Boat","workEmail":"bob@example.test"}`)
	if bob.Status != 200 || bob.Str(t, "id") == ann.Str(t, "id") {
		t.Fatalf("made: %d %s", bob.Status, bob.Body)
	}

	merge := `{"sourceContactId":"` + ann.Str(t, "id") + `","targetContactId":"` + bob.Str(t, "id") + `"}`
	if got := admin.Post(t, contacts+"/merge/contacts", merge); got.Str(t, "id") != bob.Str(t, "id") || got.Str(t, "firstName") != "Ann" || got.Str(t, "workEmail") != "bob@example.test" {
		t.Errorf("merged: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Get(t, contacts+"/contacts/"+ann.Str(t, "id")), 404)
	wantStatus(t, admin.Post(t, contacts+"/merge/contacts", merge), 404)
}

func TestPeopleAreFoundByWhatOthersCallThem(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	boss := admin.Post(t, "/api/v2/users", `{"name":"Bo Boss","email":"bo@mockcloud.test"}`).Str(t, "id")
	user := admin.Post(t, "/api/v2/users", `{"name":"Una","email":"una@mockcloud.test"}`)
	other := admin.Post(t, "/api/v2/users", `{"name":"Ola","email":"ola@mockcloud.test"}`)
	for _, u := range []*mocktest.Response{user, other} {
		wantStatus(t, admin.Patch(t, "/api/v2/users/"+u.Str(t, "id"), `{"version":`+u.Str(t, "version")+`,"manager":"`+boss+`"}`), 200)
	}
	got := admin.Get(t, "/api/v2/users/"+user.Str(t, "id")+"/adjacents")
	if got.Str(t, "superiors.0.id") != boss || got.Str(t, "siblings.0.id") != other.Str(t, "id") || got.Str(t, "siblings.1") != "" || got.Str(t, "directReports") != "[]" {
		t.Errorf("adjacents = %s", got.Body)
	}
	if got := admin.Get(t, "/api/v2/users/"+boss+"/adjacents"); !strings.Contains(got.Str(t, "directReports"), other.Str(t, "id")) {
		t.Errorf("adjacents = %s", got.Body)
	}
	wantStatus(t, admin.Get(t, "/api/v2/users/externalid/crm/nobody"), 404)
}

func TestNothingOfASecretComesBack(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	got := srv.Admin(t).Post(t, "/api/v2/recording/keyconfigurations/validate", `{"keyConfigurationType":"LocalKeyManager","url":"https://keys.example.test","apiId":"a","apiKey":"hush"}`)
	if got.Status != http.StatusOK || strings.Contains(string(got.Body), "hush") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestAGreetingIsASecondOfSilence(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	user := srv.AsUser(t, "admin@mockcloud.test").Get(t, "/api/v2/users/me").Str(t, "id")
	greeting := admin.Post(t, "/api/v2/users/"+user+"/greetings", `{"name":"Hello","type":"VOICEMAIL","ownerType":"USER","owner":{"id":"`+user+`"},"audioTTS":"Hello"}`)
	if greeting.Status/100 != 2 {
		t.Fatalf("greeting: %d %s", greeting.Status, greeting.Body)
	}
	path := "/api/v2/greetings/" + greeting.Str(t, "id")
	address := admin.Get(t, path+"/downloads").Str(t, "mediaFileUri")
	got := send(t, http.MethodGet, address, nil, nil)
	sound := got.text
	if got.StatusCode != 200 || got.Header.Get("Content-Type") != "audio/wav" || len(sound) != 8044 || !strings.HasPrefix(sound, "RIFF") || sound[8:12] != "WAVE" {
		t.Errorf("%d %v, %d bytes", got.StatusCode, got.Header, len(sound))
	}
	wantStatus(t, admin.Delete(t, path), 204)
	if got := send(t, http.MethodGet, address, nil, nil); got.StatusCode != 404 || !strings.Contains(got.text, "NoSuchKey") {
		t.Errorf("the sound of a greeting that is gone: %d", got.StatusCode)
	}
}
