package seed

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// schema is the part of JSON Schema that fixtures/schema.json uses and this
// test looks at.
type schema struct {
	Ref                  string             `json:"$ref"`
	AdditionalProperties *bool              `json:"additionalProperties"`
	Required             []string           `json:"required"`
	Properties           map[string]*schema `json:"properties"`
	Items                *schema            `json:"items"`
	AnyOf                []*schema          `json:"anyOf"`
	Enum                 []any              `json:"enum"`
	Minimum              int                `json:"minimum"`
	Maximum              int                `json:"maximum"`
	Pattern              string             `json:"pattern"`
	Definitions          map[string]*schema `json:"definitions"`
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal([]byte(fixtures.Schema), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// at follows a path such as users.roles, through lists and definitions.
func (s *schema) at(t *testing.T, path string) *schema {
	t.Helper()
	at := s
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		at = at.Properties[name]
		if at == nil {
			t.Fatalf("the schema has no %s", path)
		}
		if at.Ref != "" {
			at = s.Definitions[strings.TrimPrefix(at.Ref, "#/definitions/")]
		}
		if at.Items != nil {
			at = at.Items
		}
	}
	return at
}

// keysOf returns the names of keys, all and required ones, sorted.
func keysOf[T any](keys []key[T]) (all, required []string) {
	for _, k := range keys {
		all = append(all, k.name)
		if k.required {
			required = append(required, k.name)
		}
	}
	slices.Sort(all)
	slices.Sort(required)
	return all, required
}

func checkKeys[T any](t *testing.T, path string, s *schema, keys []key[T]) {
	t.Helper()
	all, required := keysOf(keys)
	var properties []string
	for name := range s.Properties {
		properties = append(properties, name)
	}
	slices.Sort(properties)
	slices.Sort(s.Required)
	if !slices.Equal(all, properties) {
		t.Errorf("%q: keys\n  of the decoder %q\n  of the schema  %q", path, all, properties)
	}
	if !slices.Equal(required, s.Required) {
		t.Errorf("%q: required keys\n  of the decoder %q\n  of the schema  %q", path, required, s.Required)
	}
	if s.AdditionalProperties == nil || *s.AdditionalProperties {
		t.Errorf("%q: the schema lets unknown keys pass", path)
	}
}

func TestSchemaAndDecoderKnowTheSameKeys(t *testing.T) {
	t.Parallel()
	root := readSchema(t)
	checkKeys(t, "", root, documentKeys)
	checkKeys(t, "organization", root.at(t, "organization"), organizationKeys)
	checkKeys(t, "settings", root.at(t, "settings"), settingsKeys)
	checkKeys(t, "environment", root.at(t, "environment"), environmentKeys)
	checkKeys(t, "divisions", root.at(t, "divisions"), divisionKeys)
	checkKeys(t, "roles", root.at(t, "roles"), roleKeys)
	checkKeys(t, "groups", root.at(t, "groups"), groupKeys)
	checkKeys(t, "users", root.at(t, "users"), userKeys)
	checkKeys(t, "clients", root.at(t, "clients"), clientKeys)
	for _, owner := range []string{"users", "groups", "clients"} {
		checkKeys(t, owner+".roles", root.at(t, owner+".roles").AnyOf[1], pairKeys)
	}
}

func TestSchemaAndDecoderKnowTheSameWords(t *testing.T) {
	t.Parallel()
	root := readSchema(t)
	tests := []struct {
		path  string
		words []string
	}{
		{"organization.productPlatform", platforms},
		{"users.state", userStates},
		{"clients.state", clientStates},
		{"clients.grantType", grantTypes},
	}
	for _, tt := range tests {
		checkWords(t, tt.path, root.at(t, tt.path).Enum, tt.words)
	}
	checkWords(t, "defaultRoles", root.Properties["defaultRoles"].AnyOf[0].Enum, defaultRolesWords)
	validity := root.at(t, "clients.accessTokenValiditySeconds")
	if validity.Minimum != identity.MinValiditySeconds || validity.Maximum != identity.MaxValiditySeconds {
		t.Errorf("validity in the schema is %d to %d", validity.Minimum, validity.Maximum)
	}
}

func checkWords(t *testing.T, path string, enum []any, words []string) {
	t.Helper()
	var got []string
	for _, word := range enum {
		if s, ok := word.(string); ok {
			got = append(got, s)
		}
	}
	if !slices.Equal(got, words) {
		t.Errorf("%s: words\n  of the decoder %q\n  of the schema  %q", path, words, got)
	}
}
