package spec_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/openapi"
)

func TestLoginDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(openapi.Login))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/oauth/token", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server"} {
		if doc.Paths.Find(path) == nil {
			t.Errorf("%s is missing", path)
		}
	}
}

func TestDescriptionsAreOfOperationsThatExist(t *testing.T) {
	t.Parallel()
	c := load(t)
	var descriptions map[string]string
	if err := yaml.Unmarshal([]byte(openapi.Descriptions), &descriptions); err != nil {
		t.Fatal(err)
	}
	if len(descriptions) == 0 {
		t.Fatal("there are none")
	}
	for id, text := range descriptions {
		operation(t, c, id)
		if !strings.HasSuffix(text, ".") || len(text) < 20 {
			t.Errorf("%s: %q is no sentence", id, text)
		}
	}
}
