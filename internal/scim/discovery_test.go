package scim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

const base = "http://localhost:1/api/v2/scim/v2"

func TestSchemasDescribeEveryAttribute(t *testing.T) {
	t.Parallel()
	documents := scim.SchemaDocuments(base)
	var ids []string
	for _, d := range documents {
		ids = append(ids, d.ID)
		if want := base + "/schemas/" + d.ID; d.Meta.Location != want || d.Meta.ResourceType != "Schema" || d.Name == "" || d.Description == "" {
			t.Errorf("%s: %+v", d.ID, d)
		}
		characterized(t, d.ID, d.Attributes)
	}
	want := []string{scim.CoreUser, scim.CoreGroup, scim.Enterprise, scim.Genesys, scim.ProviderConfig, scim.ResourceTypeID, scim.SchemaID}
	if strings.Join(ids, " ") != strings.Join(want, " ") {
		t.Errorf("schemas = %v, want %v", ids, want)
	}
}

// characterized fails the test unless each attribute has what RFC 7643 §7 asks for.
func characterized(t *testing.T, of string, attributes []scim.Attribute) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range attributes {
		name := of + "." + a.Name
		if seen[strings.ToLower(a.Name)] {
			t.Errorf("%s is there twice", name)
		}
		seen[strings.ToLower(a.Name)] = true
		if a.Type == "" || a.Description == "" || a.Mutability == "" || a.Returned == "" || a.Uniqueness == "" {
			t.Errorf("%s lacks something: %+v", name, a)
		}
		if (a.Type == "complex") != (len(a.SubAttributes) > 0) {
			t.Errorf("%s of type %s has %d parts", name, a.Type, len(a.SubAttributes))
		}
		if (a.Type == "reference") != (len(a.ReferenceTypes) > 0) {
			t.Errorf("%s of type %s refers to %v", name, a.Type, a.ReferenceTypes)
		}
		characterized(t, name, a.SubAttributes)
	}
}

func TestAnAttributeOnTheWire(t *testing.T) {
	t.Parallel()
	for _, a := range scim.SchemaDocuments(base)[0].Attributes {
		if a.Name != "password" {
			continue
		}
		want := `{"name":"password","type":"string","multiValued":false,"description":"A new password, in clear text.","required":false,"caseExact":true,"mutability":"writeOnly","returned":"never","uniqueness":"none"}`
		if got := encode(t, a); got != want {
			t.Errorf("password = %s, want %s", got, want)
		}
		return
	}
	t.Error("there is no password")
}

func TestResourceTypesNameTheirSchemas(t *testing.T) {
	t.Parallel()
	got := encode(t, scim.ResourceTypeDocuments(base))
	for _, part := range []string{
		`"id":"User","name":"User"`, `"endpoint":"/users","schema":"` + scim.CoreUser + `"`,
		`"schemaExtensions":[{"schema":"` + scim.Enterprise + `","required":false},{"schema":"` + scim.Genesys + `","required":false}]`,
		`"location":"` + base + `/resourcetypes/User"`,
		`"endpoint":"/groups","schema":"` + scim.CoreGroup + `","schemaExtensions":[]`,
		`"schemas":["` + scim.ResourceTypeID + `"]`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is missing in %s", part, got)
		}
	}
}

func TestTheConfigurationSaysWhatIsSupported(t *testing.T) {
	t.Parallel()
	got := scim.ServiceProviderConfig(base)
	var config map[string]json.RawMessage
	if err := json.Unmarshal([]byte(encode(t, got)), &config); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"schemas": `["` + scim.ProviderConfig + `"]`, "patch": `{"supported":true}`, "sort": `{"supported":false}`,
		"bulk": `{"supported":false,"maxOperations":0,"maxPayloadSize":0}`, "filter": `{"supported":true,"maxResults":100}`,
		"changePassword": `{"supported":true}`, "etag": `{"supported":true}`,
	} {
		if string(config[name]) != want {
			t.Errorf("%s = %s, want %s", name, config[name], want)
		}
	}
	if len(got.AuthenticationSchemes) != 1 || got.AuthenticationSchemes[0].Type != "oauthbearertoken" {
		t.Errorf("authenticationSchemes = %+v", got.AuthenticationSchemes)
	}
	// The other tree says the same at another place: the version is of what is said.
	other := scim.ServiceProviderConfig("http://localhost:1/api/v2/scim")
	if got.Meta.Version != other.Meta.Version || !strings.HasPrefix(got.Meta.Version, `"`) || got.Meta.Location == other.Meta.Location {
		t.Errorf("meta = %+v and %+v", got.Meta, other.Meta)
	}
}
