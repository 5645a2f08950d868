package integration_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/integration"
)

// What may be read of a credential, and what must be masked wherever it occurs.
//
// Guess: which fields are secrets. Addresses are none, unless they carry one.
func TestWhatOfACredentialIsSecret(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, typeName  string
		fields, visible map[string]string
		secrets         []string
	}{
		{
			"a client", "pureCloudOAuthClient",
			map[string]string{"clientId": "client", "clientSecret": "word"},
			map[string]string{"clientId": "client"},
			[]string{"word"},
		},
		{"a user without a password", "basicAuth", map[string]string{"userName": "ada", "password": ""}, map[string]string{"userName": "ada"}, nil},
		{
			"fields of one's own, the longest first", "userDefined",
			map[string]string{"a": "ab", "b": "abc", "c": "ab", "d": "aa", "e": ""},
			map[string]string{"a": "**********", "b": "**********", "c": "**********", "d": "**********", "e": "**********"},
			[]string{"abc", "aa", "ab"},
		},
		{
			"addresses", "userDefinedOAuth",
			map[string]string{"loginUrl": "https://login.example.com/token", "b": "https://ada:word@example.com", "c": "https://example.com/?key=word", "d": "https://example.com/#word", "e": "ftp://example.com"},
			map[string]string{"loginUrl": "**********", "b": "**********", "c": "**********", "d": "**********", "e": "**********"},
			[]string{"https://example.com/?key=word", "https://ada:word@example.com", "https://example.com/#word", "ftp://example.com"},
		},
		{"a type that is gone", "noSuchType", map[string]string{"a": "word"}, map[string]string{}, []string{"word"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &integration.Credential{Type: tt.typeName, Fields: tt.fields}
			if got := c.Visible(); !maps.Equal(got, tt.visible) {
				t.Errorf("Visible = %v, want %v", got, tt.visible)
			}
			if got := c.Secrets(); !slices.Equal(got, tt.secrets) {
				t.Errorf("Secrets = %q, want %q", got, tt.secrets)
			}
		})
	}
	var none *integration.Credential
	for _, c := range []*integration.Credential{none, {Type: "noSuchType"}, {Type: "basicAuth", Fields: map[string]string{"userName": "https://a.example.com"}}, {Type: "zendeskApiToken", Fields: map[string]string{"baseUrl": "a.example.com"}}} {
		if got := c.Base(); got != "" {
			t.Errorf("%+v is for the instance %q", c, got)
		}
	}
	if got := (&integration.Credential{Type: "zendeskApiToken", Fields: map[string]string{"baseUrl": "https://a.example.com/"}}).Base(); got != "https://a.example.com" {
		t.Errorf("Base = %q", got)
	}
	if got := none.Secrets(); got != nil {
		t.Errorf("no credential has the secrets %q", got)
	}
}
