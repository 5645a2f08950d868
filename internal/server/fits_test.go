package server_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/server"
)

// checked is a server that looks at its own answers, or one that does not. The
// clients of mocktest are no use here: they fail a test at each misfit.
type checked struct {
	t     *testing.T
	srv   *server.Server
	log   *lockedBuffer
	token string
	env   seed.Environment
}

func startChecked(t *testing.T, spec string, check bool) *checked {
	t.Helper()
	fixtures, err := seed.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	srv, err := server.Start(t.Context(), server.Config{
		Spec: spec, Fixtures: fixtures, CheckResponses: check, Clock: clock.NewManual(time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)),
		Logger: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.WithoutCancel(t.Context())) })
	c := &checked{t: t, srv: srv, log: log, env: fixtures.Environment()}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.env.ClientID}, "client_secret": {c.env.ClientSecret}}
	got := c.do(http.MethodPost, "/oauth/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	c.token = c.field(got, "access_token")
	return c
}

func (c *checked) do(method, path, body string, header http.Header) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+path, strings.NewReader(body))
	r.Header = header
	w := httptest.NewRecorder()
	c.srv.ServeHTTP(w, r)
	return w
}

// call calls as the administrator, and wants the status.
func (c *checked) call(method, path, body string, status int) *httptest.ResponseRecorder {
	c.t.Helper()
	got := c.do(method, path, body, http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + c.token}})
	if got.Code != status {
		c.t.Fatalf("%s %s: %d %s", method, path, got.Code, got.Body)
	}
	return got
}

// field is a text of an answer.
func (c *checked) field(got *httptest.ResponseRecorder, name string) string {
	c.t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &fields); err != nil {
		c.t.Fatalf("%v: %s", err, got.Body)
	}
	text, ok := fields[name].(string)
	if !ok {
		c.t.Fatalf("no %s in %s", name, got.Body)
	}
	return text
}

// misfit is what is logged of one.
type misfit struct {
	Level, Msg, Operation, Correlation, Reason string
	Status                                     int
}

func (c *checked) misfits() []misfit {
	c.t.Helper()
	var found []misfit
	for line := range strings.Lines(c.log.String()) {
		var m misfit
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			c.t.Fatalf("%v: %s", err, line)
		}
		if strings.Contains(m.Msg, "does not fit") {
			found = append(found, m)
		}
	}
	return found
}

// changed is a document that has another schema.
func changed(t *testing.T, name, schema string) string {
	t.Helper()
	return document(t, `{"swagger":"2.0","paths":{},"definitions":{"`+name+`":{"type":"object",`+schema+`}}}`)
}

const (
	skills = "/api/v2/routing/skills"
	sales  = "/api/v2/authorization/divisions/6d6f636b-0002-4000-8000-000000000002"

	// What divisions have, but for the type of their description, and skills that
	// have a level, too.
	ofDivisions = `"properties":{"id":{"type":"string"},"name":{"type":"string"},"homeDivision":{"type":"boolean"},"selfUri":{"type":"string"},"description":`
	ofSkills    = `"properties":{"id":{"type":"string"},"name":{"type":"string"},"dateModified":{"type":"string"},"state":{"type":"string"},"version":{"type":"string"},"selfUri":{"type":"string"},` +
		`"division":{"$ref":"#/definitions/Division"},"level":{"type":"integer"}}`
)

func TestAnswersThatDoNotFitAreLogged(t *testing.T) {
	t.Parallel()
	t.Run("a text is too long", func(t *testing.T) {
		t.Parallel()
		logsOneMisfit(t, changed(t, "AuthzDivision", ofDivisions+`{"type":"string","maxLength":3}}`), "getAuthorizationDivision", sales, "length is 3", "Those who sell")
	})
	t.Run("a property is missing", func(t *testing.T) {
		t.Parallel()
		logsOneMisfit(t, changed(t, "RoutingSkill", `"required":["level"],`+ofSkills), "getRoutingSkills", skills, `"level" is missing`, "Technical Support")
	})
}

// logsOneMisfit gets the path from a server that looks at its answers, and from one
// that does not. The value is one of the answer's, and of no log.
func logsOneMisfit(t *testing.T, spec, operation, path, reason, value string) {
	t.Helper()
	with, without := startChecked(t, spec, true), startChecked(t, spec, false)
	got := with.call(http.MethodGet, path, "", 200)
	found := with.misfits()
	if len(found) != 1 {
		t.Fatalf("%d misfits: %v", len(found), found)
	}
	want := misfit{Level: "WARN", Msg: found[0].Msg, Operation: operation, Correlation: handlers.CorrelationID(got), Reason: found[0].Reason, Status: 200}
	if found[0] != want || want.Correlation == "" || !strings.Contains(want.Reason, reason) {
		t.Errorf("logged %+v of %s", found[0], got.Body)
	}
	if !strings.Contains(got.Body.String(), value) || strings.Contains(with.log.String(), value) {
		t.Errorf("%s, and the log\n%s", got.Body, with.log.String())
	}
	if plain := without.call(http.MethodGet, path, "", 200); plain.Body.String() != got.Body.String() {
		t.Errorf("the answer is %s, and unchecked %s", got.Body, plain.Body)
	}
	if found := without.misfits(); found != nil {
		t.Errorf("nobody asked for %v", found)
	}
}

// Each answer that does not fit is told of once, and no other.
func TestAnswersThatFitAreNotLogged(t *testing.T) {
	t.Parallel()
	c := startChecked(t, changed(t, "RoutingSkill", `"required":["level"],`+ofSkills), true)
	for _, request := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/v2/users", "", 200},
		{"GET", "/api/v2/flows", "", 200},
		{"HEAD", "/api/v2/tokens/me", "", 200},
		{"GET", "/api/v2/authorization/divisions/none", "", 404},
		{"POST", "/api/v2/authorization/divisions", `{"name":7}`, 400},
		{"GET", "/api/v2/users?pageSize=x", "", 400},
		{"GET", "/api/v2/nowhere", "", 404},
		{"GET", "/api/v2/users/a%2Fb", "", 404},
		{"PATCH", "/api/v2/users", "", 405},
		{"GET", "/api/v2/notifications/channels/none/subscriptions", "", 501},
		{"DELETE", "/api/v2/scim/v2/users/none", "", 404},
	} {
		c.call(request.method, request.path, request.body, request.status)
	}
	if got := c.do(http.MethodGet, sales, "", http.Header{}); got.Code != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got.Code)
	}

	// Nothing at all, a redirect, and a text that is no JSON.
	division := c.field(c.call("POST", "/api/v2/authorization/divisions", `{"name":"Returns"}`, 200), "id")
	if got := c.call("DELETE", "/api/v2/authorization/divisions/"+division, "", 204); got.Body.Len() != 0 {
		t.Errorf("a body: %s", got.Body)
	}
	list := "/api/v2/outbound/contactlists/" + c.field(c.call("POST", "/api/v2/outbound/contactlists", `{"name":"Leads","columnNames":["Phone"],"phoneColumns":[{"columnName":"Phone","type":"cell"}]}`, 200), "id")
	c.call("POST", list+"/export", `{}`, 200)
	file, _ := strings.CutPrefix(c.field(c.call("GET", list+"/export", "", 200), "uri"), c.srv.URL())
	if got := c.call("GET", file, "", 303); got.Header().Get("Location") == "" {
		t.Errorf("headers: %v", got.Header())
	}
	action := c.platformAction("/api/v2/routing/queues")
	if got := c.call("GET", action+"/templates/successtemplate.vm", "", 200); got.Body.String() != "${rawResult}" {
		t.Errorf("template: %s", got.Body)
	}

	// A call that is only checked, since a stub answers, has no answer of its own.
	c.do(http.MethodPost, "/_mockcloud/stubs", `{"url":"/api/v2/routing/queues","response":{"body":{"answered":"by the stub"}}}`, http.Header{"Content-Type": {"application/json"}})
	if got := c.call("POST", action+"/execute", `{}`, 200); !strings.Contains(got.Body.String(), "by the stub") {
		t.Errorf("executed: %s", got.Body)
	}
	if found := c.misfits(); found != nil {
		t.Errorf("logged: %+v", found)
	}

	for range 3 {
		c.call("GET", skills, "", 200)
	}
	if found := c.misfits(); len(found) != 3 {
		t.Errorf("of three logged: %+v", found)
	}
}

// platformAction makes a data action that gets the path, and returns its own.
func (c *checked) platformAction(path string) string {
	c.t.Helper()
	integration := c.field(c.call("POST", "/api/v2/integrations", `{"integrationType":{"id":"purecloud-data-actions"}}`, 200), "id")
	credential := c.field(c.call("POST", "/api/v2/integrations/credentials",
		`{"type":"pureCloudOAuthClient","credentialFields":{"clientId":"`+c.env.ClientID+`","clientSecret":"`+c.env.ClientSecret+`"}}`, 200), "id")
	config := "/api/v2/integrations/" + integration + "/config/current"
	c.call("PUT", config, `{"name":"Actions","version":1,"properties":{},"advanced":{},"notes":"","credentials":{"pureCloudOAuthClient":{"id":"`+credential+`"}}}`, 200)
	c.call("PATCH", "/api/v2/integrations/"+integration, `{"intendedState":"ENABLED"}`, 200)
	const object = `{"type":"object","properties":{},"additionalProperties":true}`
	return "/api/v2/integrations/actions/" + c.field(c.call("POST", "/api/v2/integrations/actions", `{"name":"Get","category":"Tests","integrationId":"`+integration+`",
		"config":{"request":{"requestUrlTemplate":"`+path+`","requestType":"GET","headers":{},"requestTemplate":"${input.rawRequest}"},"response":{"translationMap":{},"translationMapDefaults":{},"successTemplate":"${rawResult}"}},
		"contract":{"input":{"inputSchema":`+object+`},"output":{"successSchema":`+object+`}}}`, 200), "id")
}
