package actions_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// staticNames are the actions that come with an integration.
//
// Guess: the article on concepts says which integrations have some; that on the
// Zendesk connector has these names, and Architect's that of the e-mail. Whether
// there are more, and of which systems, is not known.
var staticNames = map[string][]string{
	"salesforce-datadip": {
		"Get Account By Account Number", "Get Account By Contact Id", "Get Account By Phone Number",
		"Get Contact By Email", "Get Contact By Phone Number", "Get Most Recent Open Case By Contact Id",
	},
	"microsoft-dynamics-data-actions": {
		"Get Account By Account Number", "Get Account By Phone Number", "Get Contact By Phone Number", "Get Most Recent Open Case By Contact Id",
	},
	"zendesk-data-actions": {
		"Get Account By Account Number", "Get Account By Contact Id", "Get Account By Phone Number", "Get Contact By Phone Number",
		"Get Most Recent Open Case By Contact Id",
	},
}

type listed struct{ ID, Name, IntegrationID, Category string }

func (b *bench) actions(query string) []listed {
	b.t.Helper()
	var body struct{ Entities []listed }
	b.want(b.admin.Get(b.t, "/api/v2/integrations/actions?pageSize=200"+query), 200).JSON(b.t, &body)
	return body.Entities
}

// Static actions are there with their integration, under its name, and gone with
// it. Platform, Lambda, function, Google and web services integrations have none.
func TestStaticActionsComeAndGoWithTheirIntegration(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	for _, typeID := range []string{"purecloud-data-actions", "aws-lambda-data-actions", "function-data-actions", "google-data-actions", "custom-rest-actions"} {
		b.install(typeID, "", nil)
	}
	if got := b.actions(""); len(got) != 0 {
		t.Fatalf("actions that nobody made: %v", got)
	}
	for typeID, want := range staticNames {
		id, other := b.install(typeID, "", nil), b.install(typeID, "", nil)
		config := "/api/v2/integrations/" + id + "/config/current"
		var body map[string]any
		b.admin.Get(t, config).JSON(t, &body)
		body["name"] = "Mine " + typeID
		b.want(b.admin.Put(t, config, body), 200)
		all := b.actions("&category=Mine%20" + typeID)
		var names []string
		for _, a := range all {
			names = append(names, a.Name)
			if !strings.HasPrefix(a.ID, "static_-_") || a.IntegrationID != id || a.Category != "Mine "+typeID {
				t.Errorf("%+v", a)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s has %q, want %q", typeID, names, want)
		}
		if got := len(b.actions("")); got != 2*len(want) {
			t.Errorf("%s: %d actions of two integrations", typeID, got)
		}
		if got := b.actions("&ids=" + all[1].ID + "," + all[0].ID); len(got) != 2 {
			t.Errorf("asked for by id: %v", got)
		}
		if got := b.want(b.admin.Get(t, "/api/v2/integrations/actions/categories"), 200).Str(t, "total"); got != "2" {
			t.Errorf("%s categories", got)
		}
		b.want(b.admin.Delete(t, "/api/v2/integrations/"+id), 200)
		b.want(b.admin.Get(t, "/api/v2/integrations/actions/"+all[0].ID), 404)
		b.want(b.admin.Post(t, "/api/v2/integrations/actions/"+all[0].ID+"/execute", "{}"), 404)
		b.want(b.admin.Delete(t, "/api/v2/integrations/"+other), 200)
		if got := b.actions(""); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	}
}

// Static actions can be read as others can, but neither changed nor deleted.
//
// Guess: the code.
func TestStaticActionsAreReadOnly(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.install("zendesk-data-actions", "", nil)
	path := "/api/v2/integrations/actions/" + b.actions("&name=contact%20by%20phone")[0].ID
	before := b.want(b.admin.Get(t, path+"?expand=contract&includeConfig=true"), 200)
	for _, refused := range []*mocktest.Response{
		b.admin.Patch(t, path, map[string]any{"version": 1, "name": "Mine"}), b.admin.Delete(t, path), b.admin.Post(t, path+"/draft", nil),
	} {
		if b.want(refused, 400).Str(t, "code") != "policy.violation" || refused.Str(t, "entityId") == "" {
			t.Errorf("%s", refused.Body)
		}
	}
	if after := b.want(b.admin.Get(t, path+"?expand=contract&includeConfig=true"), 200); string(after.Body) != string(before.Body) {
		t.Errorf("before %s\nafter  %s", before.Body, after.Body)
	}
	for _, file := range []string{"/templates/requesttemplate.vm", "/templates/successtemplate.vm", "/schemas/inputschema.json", "/schemas/successschema.json", "/schemas/successschema.json?flatten=true"} {
		if got := b.want(b.admin.Get(t, path+file), 200); len(got.Body) == 0 {
			t.Errorf("%s is empty", file)
		}
	}
	for _, draft := range []string{"/draft", "/draft/validation"} {
		b.want(b.admin.Get(t, path+draft), 404)
	}
	for _, id := range []string{"static", "static_-_", "static_-_x", "static_-_x_-_GetContactByPhoneNumber", strings.TrimPrefix(path, "/api/v2/integrations/actions/") + "x"} {
		for _, method := range []func() *mocktest.Response{
			func() *mocktest.Response { return b.admin.Get(t, "/api/v2/integrations/actions/"+id) },
			func() *mocktest.Response { return b.admin.Delete(t, "/api/v2/integrations/actions/"+id) },
			func() *mocktest.Response { return b.admin.Post(t, "/api/v2/integrations/actions/"+id+"/draft", nil) },
			func() *mocktest.Response { return b.admin.Post(t, "/api/v2/integrations/actions/"+id+"/test", "{}") },
		} {
			b.want(method(), 404)
		}
	}
}

// Every static action asks its system for what it was given, escaped, and makes
// its output of what comes back; of nothing, too.
func TestStaticActionsRunAgainstStubs(t *testing.T) {
	t.Parallel()
	for _, v := range vendors("https://fake.example.test")[1:4] {
		t.Run(v.typeID, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{})
			b.installVendor(v)
			for _, a := range b.actions("") {
				path := "/api/v2/integrations/actions/" + a.ID
				var whole struct {
					Contract struct {
						Input struct {
							InputSchema struct{ Required []string }
						}
						Output struct {
							SuccessSchema struct {
								Type       string
								Items      struct{ Properties map[string]any }
								Properties map[string]any
							}
						}
					}
				}
				b.want(b.admin.Get(t, path+"?expand=contract"), 200).JSON(t, &whole)
				input := whole.Contract.Input.InputSchema.Required
				if len(input) != 1 {
					t.Fatalf("%s: input %v", a.Name, input)
				}
				b.want(b.admin.Post(t, path+"/execute", "{}"), 400)
				value := `tel:+1 317 555 0125 O'Neil & "Sons"`
				given, _ := json.Marshal(map[string]string{input[0]: value})
				output := whole.Contract.Output.SuccessSchema
				single := output.Type == "object"
				fields := output.Items.Properties
				if single {
					fields = output.Properties
				}
				record := map[string]any{"extra": true}
				for name := range fields {
					record[name] = nil
				}
				for _, rows := range [][]any{{record}, {}} {
					b.Stub(t, mocktest.Stub{ID: "it", URL: "https://fake.example.test/*", Body: map[string]any{"records": rows, "searchRecords": rows, "value": rows, "organizations": rows, "results": rows}})
					var want any = rows
					switch {
					case single && len(rows) == 0:
						want = map[string]any{}
					case single:
						want = rows[0]
					}
					if got := b.want(b.admin.Post(t, path+"/execute", string(given)), 200); !sameJSON(t, got.Body, want) {
						t.Errorf("%s gives %s, want %v", a.Name, got.Body, want)
					}
				}
				tested := b.want(b.admin.Post(t, path+"/test", string(given)), 200)
				url := tested.Str(t, "operations.4.result")
				if strings.ContainsAny(url, ` "'{}`) {
					t.Errorf("%s calls %s, which is not escaped", a.Name, url)
				}
				want := "Neil"
				if input[0] == "PHONE_NUMBER" { // "removes non-numerical characters" (the article on phone numbers)
					want = "13175550125"
				}
				if !strings.Contains(url, want) || strings.Contains(url, "input.") {
					t.Errorf("%s calls %s, which lacks %s", a.Name, url, want)
				}
			}
		})
	}
}
