package integration_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/integration"
)

// The two files of types fit together: ids and names are told once, slots take
// types of credentials that there are, schemas are schemas.
func TestTheFilesOfTypesFitTogether(t *testing.T) {
	t.Parallel()
	known, err := integration.CredentialTypes()
	if err != nil {
		t.Fatal(err)
	}
	var types []*integration.Type
	decoder := json.NewDecoder(strings.NewReader(string(fixtures.IntegrationTypes)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&types); err != nil {
		t.Fatal(err)
	}
	used, ids, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	kinds := []string{"", integration.Platform, integration.Web, integration.Function, integration.Stub}
	for _, typ := range types {
		if ids[typ.ID] || names[typ.Name] || typ.ID == "" || typ.Name == "" || typ.Category == "" || typ.Description == "" {
			t.Errorf("%s (%s) is told twice or not in full", typ.ID, typ.Name)
		}
		ids[typ.ID], names[typ.Name] = true, true
		if !slices.Contains(kinds, typ.Actions) {
			t.Errorf("%s has actions of the kind %q", typ.ID, typ.Actions)
		}
		if (typ.Actions != "") != (typ.Category == "Data Actions") {
			t.Errorf("%s has actions of the kind %q and the category %s", typ.ID, typ.Actions, typ.Category)
		}
		if err := typ.CheckSchemas(); err != nil {
			t.Errorf("%s: %v", typ.ID, err)
		}
		if !slices.Contains([]string{"", integration.ARN, integration.Instance}, typ.Address) || (typ.Address != "" && typ.Actions != integration.Stub) {
			t.Errorf("%s calls %q with actions of the kind %q", typ.ID, typ.Address, typ.Actions)
		}
		// The action that logs in looks at the only credential there is.
		if len(typ.Credentials) > 1 {
			t.Errorf("%s has several slots", typ.ID)
		}
		for name, slot := range typ.Credentials {
			if slot.Title == "" || len(slot.CredentialTypes) == 0 {
				t.Errorf("%s: the slot %s is not told in full", typ.ID, name)
			}
			for _, credentialType := range slot.CredentialTypes {
				used[credentialType] = true
				c := integration.CredentialTypeByName(credentialType)
				if c == nil {
					t.Errorf("%s: the slot %s takes %s, which there is not", typ.ID, name, credentialType)
					continue
				}
				bases := 0
				for _, field := range c.Fields {
					if field.Base {
						bases++
					}
				}
				if want := map[bool]int{true: 1}[typ.Address == integration.Instance]; bases != want {
					t.Errorf("%s: %s has %d addresses of an instance, want %d", typ.ID, credentialType, bases, want)
				}
			}
		}
	}
	for _, c := range known {
		if c.Open == (len(c.Fields) > 0) {
			t.Errorf("%s has %d fields and open = %t", c.Name, len(c.Fields), c.Open)
		}
		if !used[c.Name] && c.Name != "callJourney" { // known of Terraform's tests alone
			t.Errorf("no slot takes %s", c.Name)
		}
	}
}

// What looks like a secret is one: no field of such a name is ever shown.
func TestNoSecretFieldIsShown(t *testing.T) {
	t.Parallel()
	known, err := integration.CredentialTypes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range known {
		for _, field := range c.Fields {
			name := strings.ToLower(field.Name)
			secret := slices.ContainsFunc([]string{"secret", "password", "token", "key"}, func(word string) bool { return strings.Contains(name, word) })
			if secret == c.Shows(field.Name) {
				t.Errorf("%s.%s is shown: %t", c.Name, field.Name, c.Shows(field.Name))
			}
		}
		if c.Shows("anything") {
			t.Errorf("%s shows fields that it does not have", c.Name)
		}
	}
}

// Published clients spell the first letter of a slot differently.
func TestSlotsAreFoundWhateverTheirCase(t *testing.T) {
	t.Parallel()
	typ := &integration.Type{Credentials: map[string]integration.Slot{"AmazonWebServicesARN": {Required: true}, "a": {Title: "small"}, "A": {Title: "large"}}}
	for name, want := range map[string]string{
		"AmazonWebServicesARN": "AmazonWebServicesARN", "amazonWebServicesARN": "AmazonWebServicesARN", "AMAZONWEBSERVICESARN": "AmazonWebServicesARN",
		"a": "a", "A": "A", "b": "", "": "",
	} {
		spelling, _, ok := typ.Slot(name)
		if spelling != want || ok != (want != "") {
			t.Errorf("Slot(%q) = %q, %t", name, spelling, ok)
		}
	}
}

func TestTypesWithBadSchemasAreFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{`, `{"type":"text"}`, `5`, `{"$ref":"http://example.com/"}`} {
		typ := &integration.Type{Name: "T", Advanced: map[string]json.RawMessage{"a": json.RawMessage(text)}}
		if err := typ.CheckSchemas(); err == nil || !strings.Contains(err.Error(), "advanced") {
			t.Errorf("%s: %v", text, err)
		}
		if schema := typ.Schema(integration.AdvancedSchema); !json.Valid(schema) {
			t.Errorf("%s: the schema is %s", text, schema)
		}
	}
}
