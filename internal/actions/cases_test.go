package actions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/mocktest"
)

// dataCase is one of the cases that the example actions come with: what goes in,
// what the remote end answers, what must come out.
type dataCase struct {
	Case          string
	Action        string
	Override      map[string]any
	Input         json.RawMessage
	Credentials   map[string]string
	AuthResponse  map[string]string
	ExpectRequest *struct {
		Method   string
		URL      string
		Headers  map[string]string
		Body     *string
		BodyJSON any
	}
	Upstream *struct {
		Status      int
		Body        any
		Raw         string
		ContentType string
		DelayMs     int
	}
	TokenResponse   any
	ExpectResult    any
	ExpectRendered  string
	ExpectFlattened any
	ExpectError     *struct {
		Status                      int
		Code, Detail, Step, Message string
	}

	Path, Default, ExpectVariable string // of the cases about the map alone
	Doc                           json.RawMessage
}

func TestExampleActionsBehaveAsTheirCasesSay(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []dataCase }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Cases) < 24 {
		t.Fatalf("%d cases are missing", 24-len(all.Cases))
	}
	for _, tt := range all.Cases {
		t.Run(tt.Case, func(t *testing.T) {
			t.Parallel()
			if tt.Path != "" {
				tt.checkVariable(t)
				return
			}
			tt.check(t)
		})
	}
}

// checkVariable is a case about one entry of the translation map.
func (tt *dataCase) checkVariable(t *testing.T) {
	path, err := jsonpath.Compile(tt.Path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonpath.Parse(tt.Doc)
	if err != nil {
		t.Fatal(err)
	}
	got := tt.Default
	if match, found, err := path.Find(doc); err != nil {
		t.Fatal(err)
	} else if found {
		got = match.String()
	}
	if got != tt.ExpectVariable {
		t.Errorf("the variable is %s, want %s", got, tt.ExpectVariable)
	}
}

// upstream is a web service of the test's own: it answers what the case says,
// and keeps what it was sent.
type upstream struct {
	*httptest.Server
	mu   sync.Mutex
	sent []sentRequest
}

type sentRequest struct {
	method, url, body string
	header            http.Header
}

func (u *upstream) last(t *testing.T) sentRequest {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.sent) == 0 {
		t.Fatal("nothing was sent")
	}
	return u.sent[len(u.sent)-1]
}

func serve(t *testing.T, answer http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		u.mu.Lock()
		u.sent = append(u.sent, sentRequest{r.Method, r.URL.String(), string(body), r.Header.Clone()})
		u.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

func (tt *dataCase) check(t *testing.T) {
	b := start(t, mocktest.Options{})
	exported := example(t, tt.Action)
	for path, value := range tt.Override {
		override(exported, path, value)
	}
	integrationID, remote := tt.prepare(t, b, exported)
	path := b.publish(integrationID, exported)

	executed := b.admin.Post(t, path+"/execute", tt.Input)
	tested := b.want(b.admin.Post(t, path+"/test", tt.Input), 200)
	tt.checkTrace(t, tested, remote)
	if tt.ExpectRequest != nil {
		tt.checkRequest(t, tested, remote)
	}
	if tt.ExpectRendered != "" && !sameJSON(t, []byte(tested.Str(t, "operations.9.result")), []byte(tt.ExpectRendered)) {
		t.Errorf("rendered %s\nwant %s", tested.Str(t, "operations.9.result"), tt.ExpectRendered)
	}
	if tt.ExpectError != nil {
		tt.checkError(t, executed, tested)
		return
	}
	b.want(executed, 200)
	if !sameJSON(t, executed.Body, tt.ExpectResult) {
		t.Errorf("executed: %s\nwant %v", executed.Body, tt.ExpectResult)
	}
	if tested.Str(t, "success") != "true" || !sameJSON(t, []byte(tested.Str(t, "finalResult")), tt.ExpectResult) {
		t.Errorf("tested: %s\nwant %v", tested.Body, tt.ExpectResult)
	}
	if tt.ExpectFlattened != nil {
		flat := b.want(b.admin.Post(t, path+"/execute?flatten=true", tt.Input), 200)
		if !sameJSON(t, flat.Body, tt.ExpectFlattened) {
			t.Errorf("flattened: %s\nwant %v", flat.Body, tt.ExpectFlattened)
		}
	}
}

// prepare installs the integration of the case. The platform's answers are
// stubs; those of web services come from a local one, in whose name the action
// is changed.
func (tt *dataCase) prepare(t *testing.T, b *bench, exported map[string]any) (integrationID string, remote *upstream) {
	if exported["integrationType"] == platform {
		if tt.Upstream != nil {
			b.Stub(t, mocktest.Stub{
				URL: "/api/v2/*", Status: tt.Upstream.Status, Body: tt.Upstream.Body,
				Delay: time.Duration(tt.Upstream.DelayMs) * time.Millisecond,
			})
		}
		env := b.Environment()
		secret := env.ClientSecret
		if tt.TokenResponse != nil {
			secret = "fake-wrong-secret"
		}
		return b.install(platform, "pureCloudOAuthClient", map[string]string{"clientId": env.ClientID, "clientSecret": secret}), nil
	}
	remote = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_ = json.NewEncoder(w).Encode(tt.AuthResponse)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if tt.Upstream.ContentType != "" {
			w.Header().Set("Content-Type", tt.Upstream.ContentType)
		}
		w.WriteHeader(tt.Upstream.Status)
		if tt.Upstream.Raw != "" {
			_, _ = io.WriteString(w, tt.Upstream.Raw)
			return
		}
		_ = json.NewEncoder(w).Encode(tt.Upstream.Body)
	})
	if tt.AuthResponse != nil {
		override(exported, "config.request.requestUrlTemplate", remote.URL+"/v1/tickets")
		return b.install(web, "userDefinedOAuth", map[string]string{"loginUrl": remote.URL + "/token", "clientId": "c", "clientSecret": "fake-secret"}), remote
	}
	fields := map[string]string{}
	for name, value := range tt.Credentials {
		fields[name] = strings.ReplaceAll(value, "https://crm.example.test", remote.URL)
	}
	return b.install(web, "userDefined", fields), remote
}

var update = flag.Bool("update", false, "write the golden files anew")

// checkTrace compares the whole trace of the test run with its golden file.
func (tt *dataCase) checkTrace(t *testing.T, tested *mocktest.Response, remote *upstream) {
	t.Helper()
	text := strings.ReplaceAll(string(tested.Body), tested.Header.Get("ININ-Correlation-Id"), "CONTEXT-ID")
	if remote != nil {
		text = strings.ReplaceAll(text, remote.URL, "http://REMOTE")
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	words := strings.FieldsFunc(strings.ToLower(tt.Action+" "+tt.Case), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	path := filepath.Join("testdata", "traces", strings.Join(words[:min(len(words), 10)], "-")+".json")
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if pretty.String() != string(golden) {
		t.Errorf("the trace is not that of %s (go test -update writes it anew):\n%s", path, pretty.String())
	}
}

func (tt *dataCase) checkRequest(t *testing.T, tested *mocktest.Response, remote *upstream) {
	t.Helper()
	want := tt.ExpectRequest
	var method, url, body string
	var header http.Header
	if remote != nil {
		sent := remote.last(t)
		method, url, body, header = sent.method, remote.URL+sent.url, sent.body, sent.header
		want.URL = strings.NewReplacer("https://helpdesk.example.test", remote.URL, "https://crm.example.test", remote.URL).Replace(want.URL)
	} else {
		url, body = tested.Str(t, "operations.4.result"), tested.Str(t, "operations.6.result")
	}
	if want.Method != "" && remote != nil && method != want.Method {
		t.Errorf("method %s, want %s", method, want.Method)
	}
	if want.URL != "" && url != want.URL {
		t.Errorf("url %s\nwant %s", url, want.URL)
	}
	if want.Body != nil && body != *want.Body {
		t.Errorf("body %s\nwant %s", body, *want.Body)
	}
	if want.BodyJSON != nil && !sameJSON(t, []byte(body), want.BodyJSON) {
		t.Errorf("body %s\nwant %v", body, want.BodyJSON)
	}
	for name, value := range want.Headers {
		if got := header.Get(name); got != value {
			t.Errorf("header %s: %q, want %q", name, got, value)
		}
	}
}

func (tt *dataCase) checkError(t *testing.T, executed, tested *mocktest.Response) {
	t.Helper()
	want := tt.ExpectError
	if executed.Status != want.Status || executed.Str(t, "code") != want.Code {
		t.Errorf("executed: %d %s\nwant %d %s", executed.Status, executed.Body, want.Status, want.Code)
	}
	if want.Detail != "" && executed.Str(t, "details.0.errorCode") != want.Detail {
		t.Errorf("detail %s, want %s", executed.Str(t, "details"), want.Detail)
	}
	if want.Message != "" && executed.Str(t, "message") != want.Message {
		t.Errorf("message %s\nwant %s", executed.Str(t, "message"), want.Message)
	}
	if tested.Str(t, "success") != "false" || tested.Str(t, "error.code") != want.Code {
		t.Errorf("tested: %s", tested.Body)
	}
	var answer struct {
		Operations []struct {
			Name    string
			Success bool
			Error   *struct{ Code string }
		}
	}
	tested.JSON(t, &answer)
	for i, op := range answer.Operations {
		last := i == len(answer.Operations)-1
		if op.Success == last || (op.Error != nil) != last {
			t.Errorf("operation %d of %d: %+v", i+1, len(answer.Operations), op)
		}
		if last && want.Step != "" && op.Name != want.Step {
			t.Errorf("failed at %q, want %q", op.Name, want.Step)
		}
	}
}
