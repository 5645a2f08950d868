package oauth_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// row is a line of a usage result.
type row struct {
	ClientID, ClientName, OrganizationID, UserID, TemplateURI, HTTPMethod string
	Status200, Status300, Status400, Status500, Status429, Requests       int
	Date                                                                  string
}

const (
	january = "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z"
	orgID   = "6d6f636b-0001-4000-8000-000000000001"
)

// bot makes a client-credentials client that holds the role, with a token.
func (o *org) bot(t *testing.T, role string) (id string, c *mocktest.Client) {
	t.Helper()
	made := o.admin.Post(t, "/api/v2/oauth/clients", botWith(pair{o.role(t, role), everywhere}))
	wantOK(t, made)
	return made.Str(t, "id"), o.AsClient(t, made.Str(t, "id"))
}

// usage asks how often a client called what, and returns the rows.
func (o *org) usage(t *testing.T, client string, query any) []row {
	t.Helper()
	asked := o.admin.Post(t, "/api/v2/oauth/clients/"+client+"/usage/query", query)
	if asked.Status != http.StatusOK || asked.Str(t, "resultsUri") != "/api/v2/oauth/clients/"+client+"/usage/query/results/"+asked.Str(t, "executionId") {
		t.Fatalf("query: %d %s", asked.Status, asked.Body)
	}
	return o.rows(t, asked.Str(t, "resultsUri"))
}

func (o *org) rows(t *testing.T, uri string) []row {
	t.Helper()
	got := o.admin.Get(t, uri)
	var result struct {
		Results     []row
		QueryStatus string
	}
	got.JSON(t, &result)
	if got.Status != http.StatusOK || result.QueryStatus != "Complete" {
		t.Fatalf("result: %d %s", got.Status, got.Body)
	}
	return result.Results
}

func TestUsageIsWhatWasCalled(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{RateLimits: true})
	id, bot := o.bot(t, "Queue Reader")
	for range 3 {
		wantOK(t, bot.Get(t, "/api/v2/tokens/me"))
	}
	agent := "/api/v2/users/6d6f636b-0005-4000-8000-000000000004"
	if got := bot.Get(t, agent); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	bot.Get(t, "/api/v2/users/6d6f636b-0005-4000-8000-0000000000ff") // 404
	if got := bot.Post(t, "/api/v2/oauth/clients", `{}`); got.Status != http.StatusForbidden {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got := bot.Post(t, "/api/v2/users/search", `{"query":`); got.Status != http.StatusBadRequest {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if got := bot.Get(t, "/api/v2/alerting/rules/x"); got.Status != http.StatusForbidden {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	o.Anonymous().Get(t, "/api/v2/tokens/me")     // nobody's
	o.Bearer("x.y.z").Get(t, "/api/v2/tokens/me") // a stranger's
	bot.Get(t, "/api/v2/nothing/of/the/kind")     // no operation
	got := o.usage(t, id, map[string]any{"interval": january, "groupBy": []string{"OAuthClientId", "OrganizationId", "TemplateUri", "HttpMethod"}, "granularity": "Day"})
	const date = "2026-01-15T00:00:00.000Z"
	line := func(uri, method string, ok, bad int) row {
		return row{
			ClientID: id, ClientName: "bot", OrganizationID: orgID, TemplateURI: uri, HTTPMethod: method,
			Status200: ok, Status400: bad, Requests: ok + bad, Date: date,
		}
	}
	want := []row{
		line("/api/v2/alerting/rules/{ruleId}", "GET", 0, 1),
		line("/api/v2/oauth/clients", "POST", 0, 1),
		line("/api/v2/tokens/me", "GET", 3, 0),
		line("/api/v2/users/search", "POST", 0, 1),
		line("/api/v2/users/{userId}", "GET", 1, 1),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for range 300 { // the rate limit of a token
		bot.Get(t, "/api/v2/tokens/me")
	}
	// Guess: a 429 is no status400. Dimensions that are not asked for are "", and so
	// there is one row (facts oauth.md §9).
	all := o.usage(t, id, map[string]any{"interval": january})
	if len(all) != 1 || all[0].Status429 == 0 || all[0].Status400 != 4 || all[0].Status200+4+all[0].Status429 != all[0].Requests {
		t.Errorf("rows %+v", all)
	}
	if r := all[0]; r.ClientID+r.ClientName+r.OrganizationID+r.UserID+r.TemplateURI+r.HTTPMethod != "" || r.Date != "2026-01-01T00:00:00.000Z" {
		t.Errorf("row %+v", r)
	}
}

func TestMetricsNarrowAUsageQuery(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	id, bot := o.bot(t, "employee")
	bot.Get(t, "/api/v2/tokens/me")
	bot.Delete(t, "/api/v2/users/x")
	got := o.usage(t, id, map[string]any{"interval": january, "groupBy": []string{"HttpMethod"}, "metrics": []string{"Status400"}})
	// Guess: what is not asked for is 0.
	if len(got) != 2 || got[0].HTTPMethod != "DELETE" || got[0].Status400 != 1 || got[1].Status200 != 0 || got[0].Requests+got[1].Requests != 0 {
		t.Errorf("rows %+v", got)
	}
}

func TestAUsageResultStaysAsItWas(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	id, bot := o.bot(t, "employee")
	bot.Get(t, "/api/v2/tokens/me")
	asked := o.admin.Post(t, "/api/v2/oauth/clients/"+id+"/usage/query", map[string]any{"interval": january})
	bot.Get(t, "/api/v2/tokens/me")
	if rows := o.rows(t, asked.Str(t, "resultsUri")); len(rows) != 1 || rows[0].Requests != 1 {
		t.Errorf("rows %+v", rows)
	}
	// Guess: an hour. The token lives longer.
	o.Clock.Advance(59*time.Minute + 59*time.Second)
	o.rows(t, asked.Str(t, "resultsUri"))
	o.Clock.Advance(time.Second)
	if got := o.admin.Get(t, asked.Str(t, "resultsUri")); got.Status != http.StatusNotFound || got.Str(t, "code") != "not.found" {
		t.Errorf("answer = %d %s", got.Status, got.Body)
	}
}

func TestAUsageResultBelongsToItsClient(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{Fixtures: []string{"default", secondOrg(t)}})
	id, _ := o.bot(t, "employee")
	other, _ := o.bot(t, "employee")
	asked := o.admin.Post(t, "/api/v2/oauth/clients/"+id+"/usage/query", map[string]any{"interval": january})
	execution := asked.Str(t, "executionId")
	foreign := o.AsClient(t, foreignBot)
	tests := []struct {
		name, path string
		as         *mocktest.Client
		code       string
	}{
		{"another client", "/api/v2/oauth/clients/" + other + "/usage/query/results/" + execution, o.admin, "not.found"},
		{"another query", "/api/v2/oauth/clients/" + id + "/usage/query/results/x", o.admin, "not.found"},
		{"no such client", "/api/v2/oauth/clients/x/usage/query/results/" + execution, o.admin, "client.not.found"},
		{"another organization", "/api/v2/oauth/clients/" + id + "/usage/query/results/" + execution, foreign, "client.not.found"},
		{"a summary in another organization", "/api/v2/oauth/clients/" + id + "/usage/summary", foreign, "client.not.found"},
		{"mockcloud's own client", "/api/v2/oauth/clients/6d6f636b-636c-4f75-a400-000000000001/usage/summary", o.admin, "client.not.found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.as.Get(t, tt.path); got.Status != http.StatusNotFound || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
	for _, permission := range []string{"oauth:client:view", "usage:client:view"} {
		wantOK(t, o.As(t, permission).Get(t, asked.Str(t, "resultsUri")))
	}
	if got := o.As(t, "oauth:client:edit").Get(t, asked.Str(t, "resultsUri")); got.Status != http.StatusForbidden {
		t.Errorf("without the permission: %d %s", got.Status, got.Body)
	}
}

func TestASummaryIsAboutTheLastDays(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	id, _ := o.bot(t, "employee")
	for range 10 { // the last call is today's
		o.Clock.Advance(24 * time.Hour)
		wantOK(t, o.AsClient(t, id).Get(t, "/api/v2/tokens/me"))
	}
	o.admin = o.Admin(t)
	for days, want := range map[string]int{"": 7, "?days=7": 7, "?days=1": 1, "?days=9": 9, "?days=400": 10} {
		asked := o.admin.Get(t, "/api/v2/oauth/clients/"+id+"/usage/summary"+days)
		rows := o.rows(t, asked.Str(t, "resultsUri"))
		// Guess: by day and operation.
		if len(rows) != want || rows[len(rows)-1].Date != "2026-01-25T00:00:00.000Z" || rows[0].TemplateURI != "/api/v2/tokens/me" || rows[0].ClientName != "bot" {
			t.Errorf("%q: %+v", days, rows)
		}
	}
	for _, days := range []string{"0", "-1", "401", "7.5", "x", "99999999999999999999"} {
		got := o.admin.Get(t, "/api/v2/oauth/clients/"+id+"/usage/summary?days="+days)
		if got.Status != http.StatusBadRequest || got.Str(t, "code") != "invalid.query.param.value" {
			t.Errorf("%s: %d %s", days, got.Status, got.Body)
		}
	}
}

func TestBadUsageQueriesAreRefused(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{})
	id, _ := o.bot(t, "employee")
	tests := []struct{ name, body, code string }{
		{"no interval", `{}`, "constraint.validation"},
		{"no body", ``, "constraint.validation"},
		{"half an interval", `{"interval":"2026-01-01T00:00:00Z"}`, "invalid.date"},
		{"no dates", `{"interval":"a/b"}`, "invalid.date"},
		{"backwards", `{"interval":"2026-02-01T00:00:00Z/2026-01-01T00:00:00Z"}`, "constraint.validation"},
		{"of no length", `{"interval":"2026-02-01T00:00:00Z/2026-02-01T00:00:00Z"}`, "constraint.validation"},
		{"unknown granularity", `{"interval":"` + january + `","granularity":"Hour"}`, "invalid.value"},
		{"unknown dimension", `{"interval":"` + january + `","groupBy":["UserId"]}`, "invalid.value"},
		{"unknown metric", `{"interval":"` + january + `","metrics":["Status418"]}`, "invalid.value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.admin.Post(t, "/api/v2/oauth/clients/"+id+"/usage/query", tt.body)
			if got.Status != http.StatusBadRequest || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s, want %s", got.Status, got.Body, tt.code)
			}
		})
	}
}

func TestUsageOutlivesTheServerButNoReset(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	o := startOrg(t, mocktest.Options{Path: path})
	seeded := o.Environment().ClientID
	query := map[string]any{"interval": january, "groupBy": []string{"TemplateUri"}}
	wantOK(t, o.admin.Get(t, "/api/v2/organizations/me"))
	o.Stop(t)
	again := startOrg(t, mocktest.Options{Path: path})
	wantOK(t, again.admin.Get(t, "/api/v2/organizations/me"))
	if rows := again.usage(t, seeded, query); len(rows) != 1 || rows[0].Requests != 2 {
		t.Errorf("after a restart: %+v", rows)
	}
	again.Reset(t)
	rows := again.usage(t, seeded, query)
	if slices.ContainsFunc(rows, func(r row) bool { return r.TemplateURI == "/api/v2/organizations/me" }) {
		t.Errorf("after a reset: %+v", rows)
	}
	again.Stop(t)
	last := startOrg(t, mocktest.Options{Path: path})
	rows = last.usage(t, seeded, query)
	if slices.ContainsFunc(rows, func(r row) bool { return r.TemplateURI == "/api/v2/organizations/me" }) {
		t.Errorf("after a reset and a restart: %+v", rows)
	}
}

// What a data action calls is called by the client of its credential.
func TestCallsOfDataActionsCount(t *testing.T) {
	t.Parallel()
	o := startOrg(t, mocktest.Options{Outbound: "none"})
	integration := o.Install(t, mocktest.Integration{Type: "purecloud-data-actions"})
	export := map[string]any{
		"name": "Me", "integrationType": "purecloud-data-actions", "actionType": "custom",
		"contract": map[string]any{
			"input":  map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{}}},
			"output": map[string]any{"successSchema": map[string]any{"type": "object", "properties": map[string]any{"id": map[string]any{"type": "string"}}}},
		},
		"config": map[string]any{
			"request":  map[string]any{"requestUrlTemplate": "/api/v2/organizations/me", "requestType": "GET", "headers": map[string]any{}, "requestTemplate": "${input.rawRequest}"},
			"response": map[string]any{"translationMap": map[string]any{}, "translationMapDefaults": map[string]any{}, "successTemplate": "${rawResult}"},
		},
	}
	action := o.ImportAction(t, integration, export)
	before := o.usage(t, o.Environment().ClientID, map[string]any{"interval": january, "groupBy": []string{"TemplateUri"}})
	if got := o.admin.Post(t, "/api/v2/integrations/actions/"+action+"/execute", `{}`); got.Status != http.StatusOK {
		t.Fatalf("execute: %d %s", got.Status, got.Body)
	}
	after := o.usage(t, o.Environment().ClientID, map[string]any{"interval": january, "groupBy": []string{"TemplateUri"}})
	of := func(rows []row) (n int) {
		for _, r := range rows {
			if r.TemplateURI == "/api/v2/organizations/me" {
				n += r.Status200
			}
		}
		return n
	}
	if of(after) != of(before)+1 {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
}

// foreignBot is the client of the second organization.
const foreignBot = "6d6f636b-0006-4000-8000-0000000000f1"

// secondOrg is a fixture with another organization, which has a client that may
// see clients.
func secondOrg(t *testing.T) string {
	t.Helper()
	return writeFixture(t, strings.Join([]string{
		"organization: {name: Other, shortName: other}",
		"roles:",
		"  - {name: Client Reader, permissions: ['oauth:client:*', 'directory:organization:admin']}",
		"clients:",
		"  - {id: " + foreignBot + ", name: Other Bot, grantType: CLIENT-CREDENTIALS, secret: fake-secret-of-the-other-organizations-bot-0, roles: [Client Reader in Home]}",
	}, "\n")+"\n")
}

func writeFixture(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fixture.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
