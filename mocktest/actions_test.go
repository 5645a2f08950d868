package mocktest_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAClientApplicationIsInstalledWithItsURL(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	id := srv.Install(t, mocktest.Integration{Type: "embedded-client-app", Name: "My app", Properties: map[string]any{"url": "http://localhost:3000/", "displayType": "widget"}})
	got := srv.Admin(t).Get(t, "/api/v2/integrations/clientapps")
	for path, want := range map[string]string{
		"total": "1", "entities.0.id": id, "entities.0.name": "My app",
		"entities.0.config.effective.properties.url": "http://localhost:3000/", "entities.0.config.effective.properties.displayType": "widget",
	} {
		if value := got.Str(t, path); value != want {
			t.Errorf("%s = %q, want %q\n%s", path, value, want, got.Body)
		}
	}
}

func TestAnIntegrationHasPropertiesBesideItsCredential(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	id := srv.Install(t, mocktest.Integration{
		Type: "custom-smtp-server", Properties: map[string]any{"smtpHost": "smtp.example.test"},
		Credential: "basicAuth", Fields: map[string]string{"userName": "me", "password": "fake"},
	})
	got := srv.Admin(t).Get(t, "/api/v2/integrations/"+id+"/config/current")
	if got.Str(t, "properties.smtpHost") != "smtp.example.test" || got.Str(t, "credentials.basicAuth.id") == "" {
		t.Errorf("%s", got.Body)
	}
}

func TestInstallFailsWhereTheIntegrationWouldNotWork(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for name, tt := range map[string]struct {
		installed mocktest.Integration
		why       string
	}{
		"no credential":    {mocktest.Integration{Type: "aws-lambda-data-actions"}, "install aws-lambda-data-actions: it reports ERROR: The credential AmazonWebServicesARN is missing."},
		"a wrong property": {mocktest.Integration{Type: "embedded-client-app", Properties: map[string]any{"url": "ftp://localhost"}}, "install embedded-client-app: 400"},
		"no such type":     {mocktest.Integration{Type: "no-such-type"}, "install no-such-type: 4"},
	} {
		if got := failureOf(t, func(tb testing.TB) { srv.Install(tb, tt.installed) }); !strings.Contains(got, tt.why) {
			t.Errorf("%s: %q", name, got)
		}
	}
	arn := mocktest.Integration{Type: "aws-lambda-data-actions", Credential: "amazonWebServicesARN", Fields: map[string]string{"ARN": "arn:aws:iam::123456789012:role/fake"}}
	if got := failureOf(t, func(tb testing.TB) { srv.Install(tb, arn) }); got != "" {
		t.Errorf("with its credential: %s", got)
	}
}

// The README says so.
func TestTheActionOfAFunctionNeedsNoZipFile(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Outbound: "none"})
	srv.Stub(t, mocktest.Stub{URL: "greet", Body: map[string]string{"greeting": "Hello"}})
	id := srv.ImportAction(t, srv.Install(t, mocktest.Integration{Type: "function-data-actions"}), `{
		"name": "Greet", "integrationType": "function-data-actions", "actionType": "custom", "secure": false,
		"config": {"request": {"requestType": "POST", "requestUrlTemplate": "greet", "requestTemplate": "${input.rawRequest}"}, "response": {"successTemplate": "${rawResult}"}},
		"contract": {"input": {"inputSchema": {"type": "object", "properties": {}}}, "output": {"successSchema": {"type": "object", "properties": {"greeting": {"type": "string"}}}}}}`)
	if got := srv.Admin(t).Post(t, "/api/v2/integrations/actions/"+id+"/execute", `{}`); string(got.Body) != `{"greeting":"Hello"}` {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
