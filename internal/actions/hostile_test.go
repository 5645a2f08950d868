package actions_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// What would take all memory or many seconds ends in a listed error.
func TestOversizedWorkIsRefused(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "", nil)
	rows := make([]string, 2000)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"a%d":1}`, i)
	}
	large := "[" + strings.Repeat("1,", 210_000) + "1]"
	many := map[string]string{}
	for i := range 500 {
		many[fmt.Sprintf("v%d", i)] = "$"
	}
	headers := map[string]string{}
	for i := range 100 {
		headers[fmt.Sprintf("X-%d", i)] = "${input.rawRequest}"
	}
	tests := []struct {
		name, path, answer, input, step string
		value                           any
	}{
		{"columns of flattened rows", "config.timeoutSeconds", "[" + strings.Join(rows, ",") + "]", "{}", "Flatten output", 60},
		{"values against a schema", "contract.output.successSchema", large, "{}", "Validate result against output schema", map[string]any{"type": "array", "items": map[string]any{"type": "string"}}},
		{"values against many schemas", "contract.output.successSchema", "[" + strings.Repeat("0,", 20_000) + "0]", "{}", "Validate result against output schema", map[string]any{"type": "array", "items": map[string]any{"anyOf": alternatives(1000)}}},
		{"elements against each other", "contract.output.successSchema", "[" + strings.Repeat("0,", 20_000) + "0]", "{}", "Validate result against output schema", map[string]any{"type": "array", "uniqueItems": true}},
		{"the answer many times over", "config.response.translationMap", large, "{}", "Resolve translation map", many},
		{"the input in many headers", "config.request.headers", "{}", `{"a":"` + strings.Repeat("x", 10_000) + `"}`, "Resolve request header templates", headers},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := fmt.Sprintf("https://crm.example.test/%d", i)
			b.Stub(t, mocktest.Stub{URL: url, Body: json.RawMessage(tt.answer)})
			a := action(url)
			override(a, "contract.output.successSchema", map[string]any{})
			override(a, tt.path, tt.value)
			tested := b.want(b.admin.Post(t, b.publish(integrationID, a)+"/test?flatten=true", tt.input), 200)
			if op := step(t, tested, tt.step); op["success"] != false || tested.Str(t, "error.details.0.errorCode") != "ACTION.PROCESSING" {
				t.Errorf("%.2000s", tested.Str(t, "error"))
			}
		})
	}
	for path, value := range map[string]any{
		"config.request.requestTemplate": strings.Repeat("$a", 60_000),
		"config.request.headers":         map[string]string{"X-A": "1", "x-a": "2"},
		"contract.input.inputSchema":     map[string]any{"type": "object", "properties": map[string]any{}, "patternProperties": map[string]any{"default": map[string]string{"$ref": "#"}}},
		"contract.output.successSchema":  map[string]any{"definitions": map[string]any{"default": map[string]string{"$ref": "#"}}},
	} {
		a := action("https://crm.example.test/a")
		override(a, path, value)
		got := b.admin.Post(t, "/api/v2/integrations/actions", map[string]any{"name": "n", "category": "c", "integrationId": integrationID, "config": a["config"], "contract": a["contract"]})
		if got.Status != 400 {
			t.Errorf("%s: %d\n%.300s", path, got.Status, got.Body)
		}
	}
}

// alternatives are schemas that nothing fits.
func alternatives(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = map[string]any{"enum": []string{"z"}}
	}
	return all
}

// A draft can hold a schema that is not valid; reading it is no failure of the
// server's.
func TestADraftWithASchemaTooDeepCanBeRead(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 40) + `{}` + strings.Repeat(`}}`, 40)
	draft := b.want(b.admin.Post(t, "/api/v2/integrations/actions/drafts", map[string]any{
		"name": "d", "integrationId": b.install(web, "", nil),
		"contract": map[string]any{"input": map[string]any{"inputSchema": map[string]string{"type": "object"}}, "output": map[string]any{"successSchema": json.RawMessage(deep)}},
	}), 200)
	path := "/api/v2/integrations/actions/" + draft.Str(t, "id") + "/draft"
	b.want(b.admin.Get(t, path), 200)
	b.want(b.admin.Get(t, path+"?flatten=true"), 400)
	b.want(b.admin.Get(t, path+"/schemas/successschema.json?flatten=true"), 400)
}

// An action may call this server's API; the doors that trust whoever sits at the
// machine stay shut to it.
func TestAnActionDoesNotGetThroughTheSideDoor(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	integrationID := b.install(web, "", nil)
	for _, call := range []struct{ method, path string }{
		{"POST", "/_mockcloud/token"}, {"GET", "/_mockcloud/stubs"}, {"GET", "/_mockcloud/health"}, {"GET", "/login"}, {"GET", "/oauth/authorize"}, {"POST", "/x/../_mockcloud/reset"},
	} {
		a := action(b.URL + call.path)
		override(a, "config.request.requestType", call.method)
		override(a, "config.request.headers", map[string]string{"Content-Type": "application/json", "X-Mockcloud-Depth": ""})
		got := b.admin.Post(t, b.publish(integrationID, a)+"/execute", "{}")
		if got.Status < 400 || strings.Contains(string(got.Body), "access_token") {
			t.Errorf("%s %s: %d\n%s", call.method, call.path, got.Status, got.Body)
		}
	}
	token := b.install(web, "basicAuth", map[string]string{"userName": b.Environment().ClientID, "password": b.Environment().ClientSecret})
	a := action(b.URL + "/oauth/token")
	override(a, "config.request.requestType", "POST")
	override(a, "config.request.requestTemplate", "grant_type=client_credentials")
	override(a, "config.request.headers", map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	b.want(b.admin.Post(t, b.publish(token, a)+"/execute", "{}"), 200)
}

// However the other side spells a secret, people do not get to see it.
func TestEchoedSecretsAreMaskedInEverySpelling(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	const secret = `p*ss~<w&rd>/12345`
	long := strings.Repeat("x", 3990)
	for name, answer := range map[string]string{
		"escaped slashes":      `{"bad":"secret p*ss~<w&rd>\/12345"}`,
		"unicode escapes":      `{"bad":"\u0070*ss~<w&rd>/12345"}`,
		"not JSON, escaped":    `bad secret p*ss~<w&rd>\/12345`,
		"not JSON, by unicode": `bad secret \u0070*ss~<w&rd>/12345`,
		"cut in two":           long + secret,
		"html":                 "p*ss~&lt;w&amp;rd&gt;/12345",
		"url in lower case":    "p%2ass~%3cw%26rd%3e%2f12345",
		"java's url":           "p*ss%7E%3Cw%26rd%3E%2F12345",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, answer)
			})
			login := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": service.URL, "clientSecret": secret})
			plain := b.install(web, "userDefined", map[string]string{"key": secret})
			for _, got := range []*mocktest.Response{
				b.admin.Post(t, b.publish(login, action("https://crm.example.test/a"))+"/execute", "{}"),
				b.admin.Post(t, b.publish(plain, action(service.URL))+"/test", "{}"),
			} {
				text := got.Str(t, "errors.0.message") + got.Str(t, "error.errors.0.message")
				if strings.Contains(text, "12345") || strings.Contains(text, "p*ss") || strings.Contains(text, "rd>") {
					t.Errorf("%.4500s", text)
				}
			}
		})
	}
	numeric := b.install(web, "userDefined", map[string]string{"pin": "1234567890123", "hook": "http://hooks.example.test/T0/B0/XXXX"})
	b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Body: json.RawMessage(`{"pin":1234567890123,"hook":"http://hooks.example.test/T0/B0/XXXX"}`)})
	tested := b.want(b.admin.Post(t, b.publish(numeric, action("https://crm.example.test/n"))+"/test", "{}"), 200)
	if got := tested.Str(t, "finalResult"); got != `{"hook":"**********","pin":"**********"}` {
		t.Errorf("%s", got)
	}
}

// The header that authenticates is masked when the other side sends it back, also
// where the password is short; so is all that a log-in answers.
func TestWhatAuthenticatesIsMaskedWhenItComesBack(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	service := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_, _ = io.WriteString(w, `{"data":{"access_token":"fake-nested-token"},"ticket":98765432109,"list":["fake-listed-token"],"token_type":"Bearer"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(r.Header)
	})
	short := b.install(web, "basicAuth", map[string]string{"userName": "user", "password": "hunter2"})
	tested := b.want(b.admin.Post(t, b.publish(short, action(service.URL))+"/test", "{}"), 200)
	if strings.Contains(string(tested.Body), "dXNlcjpodW50ZXIy") {
		t.Errorf("%s", tested.Body)
	}
	login := b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": service.URL + "/token"})
	a := action(service.URL)
	override(a, "config.request.headers", map[string]string{
		"X-A": "${authResponse.data.access_token}", "X-B": "${authResponse.ticket}", "X-C": "${authResponse.list[0]}", "Cookie": "session=fake-session-cookie; theme=light", "X-Type": "${authResponse.token_type}",
	})
	for _, path := range []string{b.publish(login, a), "/api/v2/integrations/actions/customAuth_-_" + login} {
		tested = b.want(b.admin.Post(t, path+"/test", "{}"), 200)
		for _, hidden := range []string{"fake-nested-token", "98765432109", "fake-listed-token", "fake-session-cookie"} {
			if strings.Contains(string(tested.Body), hidden) {
				t.Errorf("%s shows %s:\n%s", path, hidden, tested.Body)
			}
		}
		if !strings.Contains(string(tested.Body), "Bearer") {
			t.Errorf("the type of the token is no secret:\n%s", tested.Body)
		}
	}
}

// A server that stops does not keep the callers of slow actions waiting without
// an answer.
func TestStoppingAnswersRunningActions(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	stub := b.Stub(t, mocktest.Stub{URL: "https://crm.example.test/*", Delay: time.Minute})
	path := b.publish(b.install(web, "", nil), action("https://crm.example.test/a"))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL+path+"/execute", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Authorization": {"Bearer " + b.admin.Token}, "Content-Type": {"application/json"}}
	answered := make(chan string, 1)
	go func() {
		got, err := http.DefaultClient.Do(request)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = got.Body.Close() }()
		body, _ := io.ReadAll(got.Body)
		answered <- got.Status + string(body)
	}()
	for deadline := time.Now().Add(5 * time.Second); b.StubHits(t, stub) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the action did not begin")
		}
		runtime.Gosched()
	}
	b.Stop(t)
	if got := <-answered; !strings.HasPrefix(got, "400") || !strings.Contains(got, "mockcloud is stopping") {
		t.Error(got)
	}
}
