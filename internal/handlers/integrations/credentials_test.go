package integrations_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// A credential of each type, with everything that a client may send. The secrets
// say so.
var everyCredential = map[string]map[string]string{
	"pureCloudOAuthClient": {"clientId": "client-1", "clientSecret": "s3cret-of-the-client"},
	"basicAuth":            {"userName": "ada", "password": "s3cret-of-ada"},
	"userDefined":          {"key": "s3cret-key", "url": "s3cret-url"},
	"userDefinedOAuth":     {"loginUrl": "s3cret-login", "clientId": "s3cret-id", "clientSecret": "s3cret-of-oauth"},
	"amazonWebServicesARN": {"ARN": "arn:aws:iam::123456789012:role/caller"},
	"salesforce":           {"username": "sue", "password": "s3cret-of-sue", "securityToken": "s3cret-token", "loginUrl": "https://login.example.com"},
	"msDynamics":           {"username": "mia", "password": "s3cret-of-mia", "orgWebAddress": "https://org.example.com", "applicationId": "app-1"},
	"zendeskApiToken":      {"userEmail": "zoe@example.com", "baseUrl": "https://zendesk.example.com", "apiToken": "s3cret-of-zoe"},
	"audioHook":            {"apiKey": "s3cret-api-key", "clientSecret": "s3cret-of-audio"},
	"callJourney":          {"authToken": "s3cret-journey"},
	"googleServiceAccount": {"anything": "s3cret-of-google"},
}

func isSecret(value string) bool { return strings.HasPrefix(value, "s3cret") }

// "CredentialType = id, name, properties (JSON-schema-like object),
// displayOrder[], required[]"; clients identify types by name.
//
// Guess: id = name, the titles of the fields and their order.
func TestTypesOfCredentials(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	listed := ok(t, admin.Get(t, credentials+"/types"))
	var body struct {
		Entities []struct {
			ID, Name     string
			Properties   map[string]struct{ Type, Title string }
			DisplayOrder []string
			Required     []string
		}
	}
	listed.JSON(t, &body)
	required := map[string]string{
		"pureCloudOAuthClient": "clientId clientSecret", "basicAuth": "userName", "userDefined": "", "userDefinedOAuth": "", "amazonWebServicesARN": "ARN",
		"salesforce": "username password", "msDynamics": "username password", "zendeskApiToken": "userEmail baseUrl apiToken", "audioHook": "apiKey", "callJourney": "authToken",
		"googleServiceAccount": "",
	}
	found := map[string]bool{}
	for _, e := range body.Entities {
		found[e.Name] = true
		if e.ID != e.Name {
			t.Errorf("%s has the id %s", e.Name, e.ID)
		}
		if got := strings.Join(e.Required, " "); got != required[e.Name] {
			t.Errorf("%s needs %q, want %q", e.Name, got, required[e.Name])
		}
		if len(e.DisplayOrder) != len(e.Properties) {
			t.Errorf("%s: %d properties in the order %q", e.Name, len(e.Properties), e.DisplayOrder)
		}
		for _, name := range e.DisplayOrder {
			if p := e.Properties[name]; p.Type != "string" || p.Title == "" {
				t.Errorf("%s.%s = %+v", e.Name, name, p)
			}
		}
	}
	for name := range required {
		if !found[name] {
			t.Errorf("the type %s is missing", name)
		}
	}
	if len(found) != len(required) {
		t.Errorf("there are other types: %v", found)
	}
	has(t, listed, map[string]string{"nextUri": "", "pageCount": "1"})
	has(t, listed, map[string]string{"entities.0.displayOrder": `["clientId","clientSecret"]`, "entities.0.properties.clientId": `{"title":"Client ID","type":"string"}`})
}

// "type arrives in two forms: object {"name":…} and bare string …; accept both,
// plus {"id":…}"; POST answers a CredentialInfo.
func TestTheTypeOfACredentialArrivesInThreeForms(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, form := range []string{`{"name":"basicAuth"}`, `"basicAuth"`, `{"id":"basicAuth"}`, `{"id":"basicAuth","name":"basicAuth"}`, `{"name":"basicAuth","properties":{"x":1},"required":["userName"]}`} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			created := ok(t, admin.Post(t, credentials, `{"name":"Shop","type":`+form+`,"credentialFields":{"userName":"ada"}}`)) // "created with userName alone"
			id := created.Str(t, "id")
			has(t, created, map[string]string{
				"name": "Shop", "type.name": "basicAuth", "credentialFields": "", "selfUri": credentials + "/" + id,
				"createdDate": "2026-01-15T12:00:00.000Z", "modifiedDate": "2026-01-15T12:00:00.000Z",
			})
			// "GET must contain name and type.name."
			has(t, ok(t, admin.Get(t, credentials+"/"+id)), map[string]string{"id": id, "name": "Shop", "type.name": "basicAuth", "type.id": "basicAuth", "selfUri": credentials + "/" + id})
			replaced := ok(t, admin.Put(t, credentials+"/"+id, `{"name":"Shop 2","type":`+form+`}`))
			has(t, replaced, map[string]string{"id": id, "name": "Shop 2", "type.name": "basicAuth", "credentialFields": ""})
		})
	}
}

func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct{ name, body, code, field string }{
		{"no body", ``, "constraint.validation", "type"},
		{"null", `null`, "constraint.validation", "type"},
		{"no type", `{"name":"x","credentialFields":{}}`, "constraint.validation", "type"},
		{"null as type", `{"name":"x","type":null}`, "constraint.validation", "type"},
		{"a number as type", `{"type":5}`, "bad.request", "type"},
		{"fields as a list", `{"type":"userDefined","credentialFields":[]}`, "bad.request", "credentialFields"},
		{"a number in a field", `{"type":"userDefined","credentialFields":{"a":5}}`, "bad.request", "credentialFields.a"},
		{"an object in a field", `{"type":"userDefined","credentialFields":{"a":{}}}`, "bad.request", "credentialFields.a"},
		// Guess: the codes of all that follows.
		{"an unknown type", `{"type":"magic"}`, "invalid.value", "type"},
		{"a type in other letters", `{"type":"BasicAuth"}`, "invalid.value", "type"},
		{"a type without a name", `{"type":{}}`, "constraint.validation", "type"},
		{"no client secret", `{"type":"pureCloudOAuthClient","credentialFields":{"clientId":"a"}}`, "constraint.validation", "clientSecret"},
		{"no client id", `{"type":"pureCloudOAuthClient","credentialFields":{"clientSecret":"a"}}`, "constraint.validation", "clientId"},
		{"an empty client secret", `{"type":"pureCloudOAuthClient","credentialFields":{"clientId":"a","clientSecret":""}}`, "constraint.validation", "clientSecret"},
		{"null as client secret", `{"type":"pureCloudOAuthClient","credentialFields":{"clientId":"a","clientSecret":null}}`, "constraint.validation", "clientSecret"},
		{"a password alone", `{"type":"basicAuth","credentialFields":{"password":"a"}}`, "constraint.validation", "userName"},
		{"no fields", `{"type":"basicAuth"}`, "constraint.validation", "userName"},
		{"no ARN", `{"type":"amazonWebServicesARN","credentialFields":{}}`, "constraint.validation", "ARN"},
		{"no API key", `{"type":"audioHook","credentialFields":{"clientSecret":"a"}}`, "constraint.validation", "apiKey"},
		{"no token of Zendesk", `{"type":"zendeskApiToken","credentialFields":{"userEmail":"a","baseUrl":"b"}}`, "constraint.validation", "apiToken"},
		{"an unknown field", `{"type":"basicAuth","credentialFields":{"userName":"a","pass":"b"}}`, "constraint.validation", "pass"},
		{"a field in other letters", `{"type":"basicAuth","credentialFields":{"username":"a"}}`, "constraint.validation", "userName"},
		{"a field without a name", `{"type":"userDefined","credentialFields":{"":"b"}}`, "constraint.validation", "credentialFields"},
		{"a long value", `{"type":"userDefined","credentialFields":{"a":"` + strings.Repeat("x", 16<<10+1) + `"}}`, "constraint.validation", "a"},
		{"a long name", `{"type":"userDefined","name":"` + long(257) + `"}`, "constraint.validation", "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := refused(t, admin.Post(t, credentials, tt.body), 400, tt.code, tt.field)
			if len(got.Body) > 3000 {
				t.Errorf("the refusal has %d bytes", len(got.Body))
			}
		})
	}
	many := map[string]string{}
	for n := range 101 {
		many["key"+strings.Repeat("x", n)] = "a"
	}
	refused(t, admin.Post(t, credentials, fields{"type": "userDefined", "credentialFields": many}), 400, "constraint.validation", "credentialFields")
	has(t, ok(t, admin.Get(t, credentials)), map[string]string{"total": "0"})
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		refused(t, admin.Do(t, method, credentials+"/"+nothing, `{"type":"userDefined"}`, map[string][]string{"Content-Type": {"application/json"}}), 404, "not.found", "")
	}
	ok(t, admin.Post(t, credentials, `{"type":"userDefined"}`)) // no field is required, and "a credential may have no name"
}

// "Responses never carry secrets": searched for in every answer that has to do
// with the credential, refusals included.
//
// Guess: which fields are shown and what stands in the place of a value.
func TestNoAnswerShowsASecret(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	slots := map[string]string{
		"pureCloudOAuthClient": platform + " pureCloudOAuthClient", "basicAuth": web + " basicAuth", "userDefined": web + " basicAuth", "userDefinedOAuth": web + " basicAuth",
		"amazonWebServicesARN": "aws-lambda-data-actions AmazonWebServicesARN", "salesforce": "salesforce-datadip salesforceUser", "msDynamics": "microsoft-dynamics-data-actions msDynamics",
		"zendeskApiToken": "zendesk-data-actions zendeskApiToken", "audioHook": "audiohook audioHook", "googleServiceAccount": "google-data-actions googleServiceAccount",
	}
	for typeName, values := range everyCredential {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			var secrets []string
			for _, value := range values {
				if isSecret(value) {
					secrets = append(secrets, value)
				}
			}
			answers := map[string]*mocktest.Response{}
			created := ok(t, admin.Post(t, credentials, fields{"name": "One", "type": typeName, "credentialFields": values}))
			id := created.Str(t, "id")
			path := credentials + "/" + id
			answers["POST"] = created
			answers["PUT"] = ok(t, admin.Put(t, path, fields{"type": typeName, "credentialFields": values}))
			read := ok(t, admin.Get(t, path))
			answers["GET"] = read
			answers["the list"] = ok(t, admin.Get(t, credentials+"?pageSize=100"))
			answers["the list by cursor"] = ok(t, admin.Get(t, credentials+"/listing?pageSize=200"))
			if slot, has := slots[typeName]; has {
				typeID, slot, _ := strings.Cut(slot, " ")
				integrationID := newIntegration(t, admin, typeID)
				answers["the configuration that was put"] = ok(t, configure(t, admin, integrationID, inSlot(slot, id)))
				answers["the configuration"] = ok(t, admin.Get(t, base+"/"+integrationID+"/config/current"))
				answers["the integration"] = ok(t, admin.Get(t, base+"/"+integrationID+"?expand=config.current"))
				answers["the new state"] = ok(t, admin.Patch(t, base+"/"+integrationID+"?expand=config.current", fields{"intendedState": "ENABLED"}))
				answers["the integrations"] = ok(t, admin.Get(t, base+"?expand=config.current&pageSize=100"))
			}
			answers["an unknown type"] = admin.Put(t, path, fields{"type": "magic", "credentialFields": values})
			withMore := map[string]any{"": "x", "n": 5}
			for name, value := range values {
				withMore[name] = value
			}
			answers["a wrong field"] = admin.Post(t, credentials, fields{"type": typeName, "credentialFields": withMore})
			for what, got := range answers {
				hides(t, what, got, secrets...)
			}

			var shown struct{ CredentialFields map[string]string }
			read.JSON(t, &shown)
			open := strings.HasPrefix(typeName, "userDefined") || typeName == "googleServiceAccount"
			for name, value := range values {
				expected, wanted := value, true
				if isSecret(value) {
					expected, wanted = "**********", open // the names of fields of one's own are told
				}
				if got, there := shown.CredentialFields[name]; there != wanted || (there && got != expected) {
					t.Errorf("GET shows %s = %q (%t), want %q (%t)", name, got, there, expected, wanted)
				}
			}
		})
	}
}

// Guess: "keep old secret when the field is absent", or when what was read is
// sent back: nobody can read a secret in order to send it again.
func TestReplacingACredentialKeepsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	for typeName, values := range everyCredential {
		t.Run(typeName, func(t *testing.T) {
			id := newCredential(t, admin, typeName, values)
			path := credentials + "/" + id
			before := ok(t, admin.Get(t, path))
			srv.Clock.Advance(time.Second)
			var whole fields
			before.JSON(t, &whole)
			for _, body := range []fields{{"type": typeName}, {"type": typeName, "credentialFields": nil}, {"type": typeName, "credentialFields": fields{}}, whole} {
				replaced := ok(t, admin.Put(t, path, body)) // what is required is still there
				if replaced.Str(t, "createdDate") >= replaced.Str(t, "modifiedDate") {
					t.Errorf("dates: %s", replaced.Body)
				}
				sameJSON(t, "after "+string(encode(t, body)), ok(t, admin.Get(t, path)).Body, string(before.Body))
			}
		})
	}
	id := newCredential(t, admin, "pureCloudOAuthClient", everyCredential["pureCloudOAuthClient"])
	ok(t, admin.Put(t, credentials+"/"+id, `{"name":"New","type":"pureCloudOAuthClient","credentialFields":{"clientId":"client-2"}}`))
	has(t, ok(t, admin.Get(t, credentials+"/"+id)), map[string]string{"name": "New", "credentialFields": `{"clientId":"client-2"}`})
	refused(t, admin.Put(t, credentials+"/"+id, `{"type":"pureCloudOAuthClient","credentialFields":{"clientSecret":""}}`), 400, "constraint.validation", "clientSecret")
	for _, untyped := range []any{nil, `null`, `{"name":"Newer","credentialFields":{}}`} {
		refused(t, admin.Put(t, credentials+"/"+id, untyped), 400, "constraint.validation", "type")
	}
	has(t, ok(t, admin.Get(t, credentials+"/"+id)), map[string]string{"name": "New"})
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Guess: a credential can change its type, and then begins anew; not to one that
// its slots do not take.
func TestACredentialChangesItsType(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newCredential(t, admin, "pureCloudOAuthClient", everyCredential["pureCloudOAuthClient"])
	path := credentials + "/" + id
	refused(t, admin.Put(t, path, `{"type":"basicAuth"}`), 400, "constraint.validation", "userName")
	refused(t, admin.Put(t, path, `{"type":"magic"}`), 400, "invalid.value", "type")
	has(t, ok(t, admin.Put(t, path, `{"type":"basicAuth","credentialFields":{"userName":"ada"}}`)), map[string]string{"type.name": "basicAuth"})
	has(t, ok(t, admin.Get(t, path)), map[string]string{"credentialFields": `{"userName":"ada"}`, "name": "A credential"})

	integrationID := newIntegration(t, admin, web)
	ok(t, configure(t, admin, integrationID, inSlot("basicAuth", id)))
	refused(t, admin.Put(t, path, `{"type":"pureCloudOAuthClient","credentialFields":{"clientId":"a","clientSecret":"b"}}`), 400, "bad.request", "type")
	refused(t, admin.Put(t, path, `{"type":"magic"}`), 400, "invalid.value", "type")
	has(t, ok(t, admin.Get(t, path)), map[string]string{"type.name": "basicAuth", "credentialFields": `{"userName":"ada"}`})
	has(t, ok(t, admin.Put(t, path, `{"type":"userDefined","credentialFields":{"token":"x"}}`)), map[string]string{"type.name": "userDefined"})
	has(t, ok(t, admin.Get(t, path)), map[string]string{"credentialFields": `{"token":"**********"}`})
}

// Guess: "204 + slot emptied + reportedState ERROR".
func TestDeletingACredentialThatIsInUse(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := newCredential(t, admin, "pureCloudOAuthClient", everyCredential["pureCloudOAuthClient"])
	other := newCredential(t, admin, "pureCloudOAuthClient", everyCredential["pureCloudOAuthClient"])
	var users []string
	for range 2 {
		user := newIntegration(t, admin, platform)
		ok(t, configure(t, admin, user, inSlot("pureCloudOAuthClient", id)))
		has(t, ok(t, setState(t, admin, user, "ENABLED")), map[string]string{"reportedState.code": "ACTIVE"})
		users = append(users, user)
	}
	kept := newIntegration(t, admin, platform)
	ok(t, configure(t, admin, kept, inSlot("pureCloudOAuthClient", other)))
	want(t, admin.Delete(t, credentials+"/"+id), 204)
	refused(t, admin.Get(t, credentials+"/"+id), 404, "not.found", "")
	refused(t, admin.Delete(t, credentials+"/"+id), 404, "not.found", "")
	for _, user := range users {
		has(t, ok(t, admin.Get(t, base+"/"+user+"?expand=config.current")), map[string]string{
			"intendedState": "ENABLED", "reportedState.code": "ERROR", "config.current.credentials": "{}", "reportedState.detail.messageParams.credential": "pureCloudOAuthClient",
		})
		ok(t, configure(t, admin, user, inSlot("pureCloudOAuthClient", other)))
		has(t, ok(t, admin.Get(t, base+"/"+user)), map[string]string{"reportedState.code": "ACTIVE"})
	}
	has(t, ok(t, admin.Get(t, base+"/"+kept+"?expand=config.current")), map[string]string{"config.current.credentials.pureCloudOAuthClient.id": other})
}

// That the secret was kept shows when it is used.
func TestAKeptSecretStillWorks(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	integrationID := workshop(t, srv)
	credential := credentials + "/" + ok(t, admin.Get(t, base+"/"+integrationID+"?expand=config.current")).Str(t, "config.current.credentials.pureCloudOAuthClient.id")
	path := newAction(t, admin, integrationID, nil)
	for _, values := range []string{`{}`, `{"clientSecret":null}`, `{"clientSecret":"**********"}`} {
		ok(t, admin.Put(t, credential, `{"type":"pureCloudOAuthClient","credentialFields":`+values+`}`))
		ok(t, admin.Post(t, path+"/execute", fields{"QueueID": supportQueue}))
	}
	ok(t, admin.Put(t, credential, `{"type":"pureCloudOAuthClient","credentialFields":{"clientSecret":"another"}}`))
	refused(t, admin.Post(t, path+"/execute", fields{"QueueID": supportQueue}), 400, "invalid.credentials", "")
}
