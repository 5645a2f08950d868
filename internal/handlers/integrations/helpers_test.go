package integrations_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Paths and types that many tests use.
const (
	base        = "/api/v2/integrations"
	credentials = base + "/credentials"
	actionsPath = base + "/actions"
	drafts      = actionsPath + "/drafts"

	platform = "purecloud-data-actions"
	web      = "custom-rest-actions"

	nothing = "6d6f636b-0000-4000-8000-00000000ffff" // the id of nothing
)

type fields = map[string]any

func start(t *testing.T) (*mocktest.Server, *mocktest.Client) {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	return srv, srv.Admin(t)
}

// want fails the test unless the answer has the status.
func want(t *testing.T, got *mocktest.Response, status int) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
}

// ok fails the test unless the answer is a 200.
func ok(t *testing.T, got *mocktest.Response) *mocktest.Response {
	t.Helper()
	want(t, got, 200)
	return got
}

// refused fails the test unless the answer has the status, the code and, where
// one is given, the field at fault.
func refused(t *testing.T, got *mocktest.Response, status int, code, field string) *mocktest.Response {
	t.Helper()
	want(t, got, status)
	if at := got.Str(t, "code"); at != code {
		t.Errorf("code = %q, want %q\n%s", at, code, got.Body)
	}
	if at := got.Str(t, "details.0.fieldName"); field != "" && at != field {
		t.Errorf("field = %q, want %q\n%s", at, field, got.Body)
	}
	if got.Str(t, "message") == "" {
		t.Errorf("no message: %s", got.Body)
	}
	return got
}

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

// hides fails the test if the body shows one of the texts, plain or in base64.
func hides(t *testing.T, what string, got *mocktest.Response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
			if bytes.Contains(got.Body, []byte(form)) {
				t.Errorf("%s shows %s\n%s", what, form, got.Body)
			}
		}
	}
}

// sameJSON fails the test unless both mean the same, numbers letter by letter.
func sameJSON(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !reflect.DeepEqual(decode(t, got), decode(t, []byte(want))) {
		t.Errorf("%s = %s\nwant %s", what, got, want)
	}
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// names collects the names of the entities.
func names(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	ok(t, got)
	var body struct{ Entities []struct{ Name string } }
	got.JSON(t, &body)
	list := []string{}
	for _, e := range body.Entities {
		list = append(list, e.Name)
	}
	return list
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

// kindOf is the body that names a type of integrations.
func kindOf(typeID string) fields { return fields{"integrationType": fields{"id": typeID}} }

// newIntegration installs an integration, which is disabled and has no
// credential, and returns its id.
func newIntegration(t *testing.T, c *mocktest.Client, typeID string) string {
	t.Helper()
	return ok(t, c.Post(t, base, kindOf(typeID))).Str(t, "id")
}

// newCredential stores a credential and returns its id.
func newCredential(t *testing.T, c *mocktest.Client, typeName string, values map[string]string) string {
	t.Helper()
	return ok(t, c.Post(t, credentials, fields{"name": "A credential", "type": fields{"name": typeName}, "credentialFields": values})).Str(t, "id")
}

// configOf reads the configuration, for changing it and sending it back.
func configOf(t *testing.T, c *mocktest.Client, integrationID string) fields {
	t.Helper()
	var config fields
	ok(t, c.Get(t, base+"/"+integrationID+"/config/current")).JSON(t, &config)
	return config
}

// configure changes parts of the configuration.
func configure(t *testing.T, c *mocktest.Client, integrationID string, changes fields) *mocktest.Response {
	t.Helper()
	config := configOf(t, c, integrationID)
	for name, value := range changes {
		if value == missing {
			delete(config, name)
			continue
		}
		config[name] = value
	}
	return c.Put(t, base+"/"+integrationID+"/config/current", config)
}

// missing is the value of what is left out of a body.
const missing = "(left out)"

// inSlot is the change of a configuration that puts a credential into a slot.
func inSlot(slot, credentialID string) fields {
	return fields{"credentials": fields{slot: fields{"id": credentialID}}}
}

func setState(t *testing.T, c *mocktest.Client, integrationID, state string) *mocktest.Response {
	t.Helper()
	return c.Patch(t, base+"/"+integrationID, fields{"intendedState": state})
}

// The contract of the workshop's action.
const (
	queueInput     = `{"type":"object","required":["QueueID"],"properties":{"QueueID":{"type":"string"}},"additionalProperties":true}`
	presenceOutput = `{"type":"object","properties":{"PresenceArray":{"type":"array","items":{"type":"string"}}},"additionalProperties":true}`
)

// anAction is a valid PostActionInput, with changes; missing leaves a key out.
func anAction(integrationID string, changes fields) fields {
	body := fields{
		"name": "An action", "category": "A category", "integrationId": integrationID,
		"contract": contractOf(queueInput, presenceOutput),
		"config": fields{
			"request":  fields{"requestUrlTemplate": "/api/v2/routing/queues/${input.QueueID}", "requestType": "GET", "requestTemplate": "${input.rawRequest}", "headers": fields{}},
			"response": fields{"translationMap": fields{}, "translationMapDefaults": fields{}, "successTemplate": "${rawResult}"},
		},
	}
	return changed(body, changes)
}

// changed makes the changes in a body; missing leaves a key out.
func changed(body, changes fields) fields {
	for name, value := range changes {
		if value == missing {
			delete(body, name)
			continue
		}
		body[name] = value
	}
	return body
}

func contractOf(input, success string) fields {
	return fields{"input": fields{"inputSchema": json.RawMessage(input)}, "output": fields{"successSchema": json.RawMessage(success)}}
}

// newAction publishes an action and returns its path.
func newAction(t *testing.T, c *mocktest.Client, integrationID string, changes fields) (path string) {
	t.Helper()
	return actionsPath + "/" + ok(t, c.Post(t, actionsPath, anAction(integrationID, changes))).Str(t, "id")
}

// newDraft makes a draft that can be published, and returns the path of its
// action.
func newDraft(t *testing.T, c *mocktest.Client, integrationID string, changes fields) (path string) {
	t.Helper()
	return actionsPath + "/" + ok(t, c.Post(t, drafts, anAction(integrationID, changes))).Str(t, "id")
}

// long is a text of n characters, each of two bytes.
func long(n int) string { return strings.Repeat("é", n) }
