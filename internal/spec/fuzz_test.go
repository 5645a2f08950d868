package spec_test

import (
	"bytes"
	"net/url"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// A stranger's request is accepted or refused with a 4xx, and never panics.
func FuzzValidate(f *testing.F) {
	ids := []string{
		"postOauthClients", "patchUser", "postIntegrationsActionsDrafts", "putFlowsDatatableRow", "putAuthorizationRoleUsersAdd",
		"postAnalyticsConversationsDetailsQuery", "postProcessautomationTriggerTest", "getUsers", "getAuthorizationRole", "getAnalyticsBotflowReportingturns",
	}
	for i, body := range []string{clientBody, `{"version":1,"addresses":[{"mediaType":"PHONE"}]}`, `{"name":"d","integrationId":null}`, `[{"a":[[]]}]`, `null`, ``, `{"a":1e400}`, "\"\\ud800\""} {
		f.Add(uint8(i), "pageSize=1&expand=presence,groups&sortOrder=ASC&interval=a/b&userCount=", "application/json", []byte(body))
	}
	c := load(f)
	f.Fuzz(func(t *testing.T, which uint8, rawQuery, contentType string, body []byte) {
		query, _ := url.ParseQuery(rawQuery)
		original := bytes.Clone(body)
		o := operation(t, c, ids[int(which)%len(ids)])
		in, refusal := o.Validate(&spec.Request{
			PathParam:   func(string) string { return rawQuery },
			Query:       query,
			Body:        body,
			ContentType: contentType,
		})
		switch {
		case (in == nil) == (refusal == nil):
			t.Fatalf("input %v, refusal %v", in, refusal)
		case refusal != nil && !slices.Contains([]int{400, 415}, refusal.Status):
			t.Errorf("refusal %d %s", refusal.Status, refusal.Code)
		case refusal != nil && len(refusal.Message) > 4096:
			t.Errorf("a message of %d bytes", len(refusal.Message))
		}
		if !bytes.Equal(body, original) {
			t.Error("the body was changed")
		}
	})
}
