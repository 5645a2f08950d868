package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/mockcloud/mockcloud/internal/server" // so that the tests run again when what they build has changed
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "mockcloud-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "mockcloud")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// process is a running mockcloud.
type process struct {
	cmd    *exec.Cmd
	url    string
	out    *bytes.Buffer // what it printed up to the end of the banner
	errOut *bytes.Buffer
	done   chan error
}

// start runs the program until it says where it serves. It is killed with the
// test.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(t.Context(), binary, args...), out: new(bytes.Buffer), errOut: new(bytes.Buffer), done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Stderr = p.errOut
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		fmt.Fprintln(p.out, lines.Text())
		if _, u, ok := strings.Cut(lines.Text(), " serves "); ok {
			p.url = u
		}
		if p.url != "" && strings.Contains(lines.Text(), "/oauth/token") {
			break
		}
		if p.url != "" && strings.Contains(lines.Text(), "--reset") && !strings.Contains(lines.Text(), "(found") {
			break
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdout)
		p.done <- p.cmd.Wait()
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	if p.url == "" {
		t.Fatalf("it does not serve: %s%s", p.out, p.errOut)
	}
	return p
}

func (p *process) stop(t *testing.T, s os.Signal) error {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(15 * time.Second):
		t.Fatal("it does not stop")
		return nil
	}
}

// run runs the program to its end.
func run(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = t.TempDir()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run()
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

func fetchToken(t *testing.T, base, id, secret string) (string, int) {
	t.Helper()
	got, err := http.PostForm(base+"/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.AccessToken, got.StatusCode
}

func request(t *testing.T, method, target, token, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var answer map[string]any
	_ = json.NewDecoder(got.Body).Decode(&answer)
	return got.StatusCode, answer
}

const (
	adminID     = "6d6f636b-0006-4000-8000-000000000001"
	adminSecret = "fake-secret-of-the-mockcloud-admin-client-0"
)

func TestServeTellsANewcomerEverything(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	for _, text := range []string{p.url, "Mockcloud", adminID, adminSecret, "admin@mockcloud.test", "builder@mockcloud.test", "curl -s -u " + adminID + ":" + adminSecret} {
		if !strings.Contains(p.out.String(), text) {
			t.Errorf("the banner lacks %q:\n%s", text, p.out)
		}
	}
	for _, page := range []string{"/", "/_mockcloud/explorer", "/_mockcloud/coverage", "/_mockcloud/webhooks", "/_mockcloud/embed"} {
		if !slices.Contains(strings.Fields(p.out.String()), p.url+page) {
			t.Errorf("the banner lacks the page %s:\n%s", page, p.out)
		}
		if status, _ := request(t, http.MethodGet, p.url+page, "", ""); status != http.StatusOK {
			t.Errorf("%s: %d", page, status)
		}
	}
	if token, status := fetchToken(t, p.url, adminID, adminSecret); status != http.StatusOK || token == "" {
		t.Errorf("no token: %d", status)
	}
	if err := p.stop(t, syscall.SIGTERM); err != nil {
		t.Errorf("exit: %v\n%s", err, p.errOut)
	}
}

func TestTheCommandLineIsFilledFromTheEnvironment(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "from-env.db")
	p := start(t, []string{"MOCKCLOUD_LISTEN=127.0.0.1:0", "MOCKCLOUD_DB=" + db, "MOCKCLOUD_LOG_FORMAT=json", "MOCKCLOUD_PUBLIC_URL=https://mock.example/"})
	if p.url != "https://mock.example" {
		t.Errorf("public URL = %q", p.url)
	}
	if _, err := os.Stat(db); err != nil {
		t.Error(err)
	}
	if err := p.stop(t, os.Interrupt); err != nil {
		t.Errorf("exit: %v", err)
	}
	if _, stderr, code := run(t, []string{"MOCKCLOUD_RATE_LIMITS=perhaps"}); code != 1 || !strings.Contains(stderr, "MOCKCLOUD_RATE_LIMITS") {
		t.Errorf("code %d: %s", code, stderr)
	}
}

func TestEveryFlagOfServeHasItsVariable(t *testing.T) {
	t.Parallel()
	fixture := filepath.Join(t.TempDir(), "acme.yaml")
	if err := os.WriteFile(fixture, []byte(acme), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{
		"MOCKCLOUD_LISTEN=127.0.0.1:0", "MOCKCLOUD_EPHEMERAL=true", "MOCKCLOUD_FIXTURES=" + fixture, "MOCKCLOUD_GRANT_RULE=off", "MOCKCLOUD_OUTBOUND=none",
		"MOCKCLOUD_RATE_LIMITS=true", "MOCKCLOUD_LOG_LEVEL=debug", "MOCKCLOUD_PASSWORD_GRANT=true", "MOCKCLOUD_IMPLICIT_GRANT=true", "MOCKCLOUD_QUICK_LOGIN=true", "MOCKCLOUD_LOG_FORMAT=json", "MOCKCLOUD_RESET=true",
	})
	if !strings.Contains(p.out.String(), "Acme") || !strings.Contains(p.out.String(), "temporary") {
		t.Errorf("banner:\n%s", p.out)
	}
	request(t, http.MethodGet, p.url+"/api/v2/users/me", "nonsense", "")
	_ = p.stop(t, syscall.SIGTERM)
	var line struct{ Level, Msg, Code string }
	first, _, _ := strings.Cut(p.errOut.String(), "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil || line.Code != "bad.credentials" {
		t.Errorf("%v: log = %s", err, p.errOut)
	}
	bootstrap := start(t, []string{"MOCKCLOUD_LISTEN=127.0.0.1:0", "MOCKCLOUD_EPHEMERAL=true", "MOCKCLOUD_NO_FIXTURES=true"})
	if strings.Contains(bootstrap.out.String(), adminSecret) {
		t.Errorf("banner:\n%s", bootstrap.out)
	}
	for _, bad := range []string{"MOCKCLOUD_GRANT_RULE=lax", "MOCKCLOUD_OUTBOUND=all", "MOCKCLOUD_LOG_LEVEL=loud", "MOCKCLOUD_LOG_FORMAT=xml", "MOCKCLOUD_EPHEMERAL=perhaps", "MOCKCLOUD_PUBLIC_URL=x"} {
		_, value, _ := strings.Cut(bad, "=")
		if _, stderr, code := run(t, []string{bad, "MOCKCLOUD_LISTEN=127.0.0.1:0"}); code != 1 || !strings.Contains(stderr, value) {
			t.Errorf("%s: %d %s", bad, code, stderr)
		}
	}
}

func TestEnvTokenAndHealthcheck(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0")
	stdout, _, _ := run(t, nil, "env", "--url", p.url)
	want := "export MOCKCLOUD_URL='" + p.url + "'\nexport GENESYSCLOUD_OAUTHCLIENT_ID='" + adminID + "'\nexport GENESYSCLOUD_OAUTHCLIENT_SECRET='" + adminSecret +
		"'\nexport MOCKCLOUD_USER='admin@mockcloud.test'\nexport MOCKCLOUD_PASSWORD='fake-admin-password'\n"
	if stdout != want {
		t.Errorf("env = %s", stdout)
	}
	stdout, _, _ = run(t, []string{"MOCKCLOUD_URL=" + p.url}, "env", "--json")
	var variables map[string]string
	if err := json.Unmarshal([]byte(stdout), &variables); err != nil || variables["MOCKCLOUD_URL"] != p.url || len(variables) != 5 {
		t.Errorf("env --json = %s (%v)", stdout, err)
	}
	// MOCKCLOUD_USER is what env exports; it does not change whose token is printed.
	env := []string{"MOCKCLOUD_URL=" + p.url, "MOCKCLOUD_USER=admin@mockcloud.test"}
	stdout, stderr, _ := run(t, env, "token")
	if status, _ := request(t, http.MethodGet, p.url+"/api/v2/users/me", strings.TrimSpace(stdout), ""); status != http.StatusBadRequest {
		t.Errorf("the token is not the client's: %d %s", status, stderr)
	}
	stdout, stderr, _ = run(t, env, "token", "--user", "builder@mockcloud.test")
	if status, me := request(t, http.MethodGet, p.url+"/api/v2/users/me", strings.TrimSpace(stdout), ""); status != http.StatusOK || me["email"] != "builder@mockcloud.test" {
		t.Errorf("the token is not the user's: %d %v %s", status, me, stderr)
	}
	if _, stderr, code := run(t, env, "token", "--user", "nobody@mockcloud.test"); code != 1 || !strings.Contains(stderr, "nobody@mockcloud.test") {
		t.Errorf("token of nobody: %d %s", code, stderr)
	}
	if _, stderr, code := run(t, nil, "healthcheck", "--url", p.url+"/"); code != 0 {
		t.Errorf("healthcheck: %d %s", code, stderr)
	}
	if err := p.stop(t, syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if _, stderr, code := run(t, nil, "healthcheck", "--url", p.url); code != 1 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("healthcheck of a stopped server: %d %s", code, stderr)
	}
	for _, word := range []string{"version", "--version", "-v"} {
		if stdout, _, code := run(t, nil, word); code != 0 || !strings.HasPrefix(stdout, "mockcloud ") {
			t.Errorf("%s: %d %s", word, code, stdout)
		}
	}
}

// The README's way through the test identity provider, and the switches of the
// log-in host.
func TestAssertionAndTheSwitchesOfTheGrantTypes(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0", "--password-grant", "--implicit-grant=false", "--quick-login=false")
	grant := func(id, secret string, fields url.Values) (string, int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/oauth/token", strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("6d6f636b-0006-4000-8000-"+id, secret)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text), answer.StatusCode
	}
	bearer := func(fault string) (string, int) {
		assertion, stderr, code := run(t, []string{"MOCKCLOUD_USER=admin@mockcloud.test"}, "assertion", "--url", p.url, "--user", "agent1@mockcloud.test", "--fault", fault)
		if code != 0 {
			t.Fatalf("assertion: %s", stderr)
		}
		return grant("000000000004", "fake-secret-of-the-mockcloud-saml-client-00", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:saml2-bearer"}, "orgName": {"mockcloud"}, "assertion": {strings.TrimSpace(assertion)},
		})
	}
	if text, status := bearer(""); status != http.StatusOK {
		t.Errorf("a good assertion: %d %s", status, text)
	}
	if text, status := bearer("expired"); status != http.StatusBadRequest || !strings.Contains(text, "expired") {
		t.Errorf("an expired assertion: %d %s", status, text)
	}
	for _, args := range [][]string{{"--user", "nobody@mockcloud.test"}, {"--user", "agent1@mockcloud.test", "--fault", "odd"}, {}} {
		if _, stderr, code := run(t, nil, append([]string{"assertion", "--url", p.url}, args...)...); code != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("assertion %v: %d %s", args, code, stderr)
		}
	}
	if text, status := grant("000000000005", "fake-secret-of-the-mockcloud-password-app-0", url.Values{
		"grant_type": {"password"}, "username": {"agent1@mockcloud.test"}, "password": {"fake-agent1-password"},
	}); status != http.StatusOK {
		t.Errorf("password: %d %s", status, text)
	}
	if text := page(t, p.url+"/login"); strings.Contains(text, "agent1@mockcloud.test") {
		t.Errorf("the log-in page offers users:\n%s", text)
	}
	if text := page(t, p.url+"/.well-known/oauth-authorization-server"); strings.Contains(text, `"implicit"`) || !strings.Contains(text, `"password"`) {
		t.Errorf("metadata = %s", text)
	}
}

// One click signs in whoever's password is published, or known to the person at
// the machine; nobody else unless it is said.
func TestWhomTheLogInPageOffers(t *testing.T) {
	t.Parallel()
	fixture := filepath.Join(t.TempDir(), "private.yaml")
	if err := os.WriteFile(fixture, []byte("organization: {name: Private}\nusers: [{email: ann@private.test, name: Ann, password: fake-password}]\n"+
		"clients: [{name: C, grantType: CLIENT-CREDENTIALS, secret: s, roles: [User in Home]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args   []string
		offers bool
	}{
		"embedded fixtures":                           {[]string{"--listen", "127.0.0.1:0"}, true},
		"embedded fixtures, for everybody":            {[]string{"--listen", "0.0.0.0:0"}, true},
		"embedded fixtures, switched off":             {[]string{"--listen", "127.0.0.1:0", "--quick-login=false"}, false},
		"fixtures of one's own":                       {[]string{"--listen", "127.0.0.1:0", "--fixtures", fixture}, true},
		"fixtures of one's own, for everybody":        {[]string{"--listen", "0.0.0.0:0", "--fixtures", fixture}, false},
		"fixtures of one's own, for everybody, asked": {[]string{"--listen", "0.0.0.0:0", "--fixtures", fixture, "--quick-login"}, true},
		"the bootstrap admin":                         {[]string{"--listen", "127.0.0.1:0", "--no-fixtures"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, append([]string{"--ephemeral"}, tt.args...)...)
			if got := strings.Contains(page(t, p.url+"/login"), `name="as"`); got != tt.offers {
				t.Errorf("the page offers somebody: %v", got)
			}
		})
	}
}

func page(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAKilledServerComesBackWithAllItAcknowledged(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "state.db")
	args := []string{"serve", "--listen", "127.0.0.1:0", "--db", db}
	p := start(t, nil, args...)
	token, _ := fetchToken(t, p.url, adminID, adminSecret)
	status, made := request(t, http.MethodPost, p.url+"/api/v2/oauth/clients", token, `{"name":"web","authorizedGrantType":"CODE","scope":["users"]}`)
	if status != http.StatusOK {
		t.Fatalf("create: %d %v", status, made)
	}
	_ = p.stop(t, syscall.SIGKILL)

	p = start(t, nil, args...)
	if !strings.Contains(p.out.String(), "found") {
		t.Errorf("the banner does not say that a state was found:\n%s", p.out)
	}
	// The token of before works: keys live in the state file.
	if status, got := request(t, http.MethodGet, p.url+"/api/v2/oauth/clients/"+made["id"].(string), token, ""); status != http.StatusOK || got["name"] != "web" {
		t.Errorf("after the kill: %d %v", status, got)
	}
	_ = p.stop(t, syscall.SIGTERM)

	p = start(t, nil, append(args, "--reset")...)
	if status, _ := request(t, http.MethodGet, p.url+"/api/v2/oauth/clients/"+made["id"].(string), token, ""); status != http.StatusNotFound {
		t.Errorf("after --reset: %d", status)
	}
}

func TestNoFixturesPrintsABootstrapAdmin(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--ephemeral", "--listen", "127.0.0.1:0", "--no-fixtures")
	_, credentials, ok := strings.Cut(p.out.String(), "curl -s -u ")
	id, rest, _ := strings.Cut(credentials, ":")
	secret, _, _ := strings.Cut(rest, " ")
	if !ok || secret == adminSecret {
		t.Fatalf("banner:\n%s", p.out)
	}
	token, status := fetchToken(t, p.url, id, secret)
	if status != http.StatusOK {
		t.Fatalf("no token: %d\n%s", status, p.out)
	}
	if status, users := request(t, http.MethodGet, p.url+"/api/v2/users", token, ""); status != http.StatusOK || users["total"] != 1.0 {
		t.Errorf("users: %d %v", status, users)
	}
}

// One clear line, exit code 1, within a second, and nothing overwritten.
func TestWhatCannotBeServedIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // held for the length of the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	locked := filepath.Join(dir, "locked.db")
	start(t, nil, "--listen", "127.0.0.1:0", "--db", locked)
	whole := filepath.Join(dir, "whole.db")
	_ = start(t, nil, "--listen", "127.0.0.1:0", "--db", whole).stop(t, syscall.SIGTERM)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		file string // must not change
		says []string
	}{
		{"port in use", []string{"--ephemeral", "--listen", taken.Addr().String()}, "", []string{taken.Addr().String(), "in use", "--listen"}},
		{"no address", []string{"--ephemeral", "--listen", "nonsense"}, "", []string{"nonsense", "--listen"}},
		{"state held by another process", []string{"--db", locked}, "", []string{"locked.db"}},
		{"not a state file", []string{"--db", write("letter.db", strings.Repeat("Dear Sir or Madam, ", 1000))}, filepath.Join(dir, "letter.db"), []string{"letter.db"}},
		{"a short text", []string{"--db", write("short.db", "hello")}, filepath.Join(dir, "short.db"), []string{"short.db"}},
		{"truncated state file", []string{"--db", write("cut.db", string(content[:100_000]))}, filepath.Join(dir, "cut.db"), []string{"cut.db"}},
		{"truncated within the first pages", []string{"--db", write("cut2.db", string(content[:5000]))}, filepath.Join(dir, "cut2.db"), []string{"cut2.db"}},
		{"directory instead of a file", []string{"--db", dir}, "", []string{dir}},
		{"no such directory", []string{"--db", filepath.Join(dir, "no", "state.db")}, "", []string{"state.db"}},
		{"invalid fixture", []string{"--ephemeral", "--fixtures", write("bad.yaml", "organization:\n  name: X\n  nickname: Y\n")}, "", []string{"bad.yaml:3", "nickname"}},
		{"fixture that is not YAML", []string{"--ephemeral", "--fixtures", write("worse.yaml", "a: [b")}, "", []string{"worse.yaml"}},
		{"no such fixture", []string{"--ephemeral", "--fixtures", "nowhere"}, "", []string{"nowhere", "default"}},
		{"no such document", []string{"--ephemeral", "--spec", "nowhere.json"}, "", []string{"nowhere.json"}},
		{"document that is not JSON", []string{"--ephemeral", "--spec", write("worse.json", "{\"swagger\": \"2.0\",\n}")}, "", []string{"worse.json: line 2, column 1: "}},
		{"invalid document", []string{"--ephemeral", "--spec", write("bad.json", `{"swagger":"2.0","paths":{"/api/v2/x":{"get":{"operationId":"getX","parameters":[{"name":"a","in":"cookie"}]}}}}`)}, "", []string{"bad.json: paths./api/v2/x.get.parameters[0].in: ", "cookie"}},
		{"log level", []string{"--log-level", "loud"}, "", []string{"loud", "debug"}},
		{"log format", []string{"--log-format", "xml"}, "", []string{"xml", "json"}},
		{"grant rule", []string{"--grant-rule", "lax"}, "", []string{"lax", "strict"}},
		{"outbound policy", []string{"--outbound", "all"}, "", []string{"all", "none, loopback or any"}},
		{"flags that exclude each other", []string{"--ephemeral", "--db", "x.db"}, "", []string{"--ephemeral", "--db"}},
		{"fixtures and none", []string{"--ephemeral", "--no-fixtures", "--fixtures", "default"}, "", []string{"--no-fixtures", "--fixtures"}},
		{"public URL without a scheme", []string{"--ephemeral", "--public-url", "x.test"}, "", []string{"x.test", "https://"}},
		{"a token of two", []string{"token", "--user", "a@x.test", "--client", "b"}, "", []string{"user", "client"}},
		{"URL without a scheme", []string{"healthcheck", "--url", "localhost:8080"}, "", []string{"localhost:8080", "http://"}},
		{"misspelled command", []string{"servee"}, "", []string{"servee", "serve"}},
		{"unknown flag", []string{"--frobnicate"}, "", []string{"frobnicate"}},
		{"unknown command", []string{"frobnicate"}, "", []string{"frobnicate"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before []byte
			if tt.file != "" {
				before, err = os.ReadFile(tt.file)
				if err != nil {
					t.Fatal(err)
				}
			}
			args := tt.args
			if !strings.Contains(strings.Join(args, " "), "--listen") && strings.HasPrefix(args[0], "-") {
				args = append([]string{"--listen", "127.0.0.1:0"}, args...)
			}
			_, stderr, code := run(t, nil, args...)
			if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "mockcloud: ") {
				t.Errorf("code %d: %s", code, stderr)
			}
			for _, text := range tt.says {
				if !strings.Contains(stderr, text) {
					t.Errorf("it does not say %q: %s", text, stderr)
				}
			}
			if tt.file != "" {
				after, err := os.ReadFile(tt.file)
				if err != nil || !bytes.Equal(before, after) {
					t.Errorf("the file was changed (%v)", err)
				}
			}
			t.Log(strings.TrimSpace(stderr))
		})
	}
}

const acme = `organization: {name: Acme}
users: [{email: ann@acme.test, name: Ann, password: fake-password}]
clients: [{name: Bot, grantType: CLIENT-CREDENTIALS, secret: fake-secret, roles: ["* in *"]}]
`

// The banner only prints what works.
func TestAFoundStateIsNotDescribedByOtherFixtures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, fixture := filepath.Join(dir, "state.db"), filepath.Join(dir, "acme.yaml")
	if err := os.WriteFile(fixture, []byte(acme), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--listen", "127.0.0.1:0", "--db", db}
	p := start(t, nil, append(args, "--fixtures", fixture)...)
	if !strings.Contains(p.out.String(), "Acme") || !strings.Contains(p.out.String(), "fake-secret") {
		t.Errorf("banner:\n%s", p.out)
	}
	// Without an environment in the fixture, its client is the one to take.
	stdout, stderr, _ := run(t, nil, "token", "--url", p.url)
	if status, org := request(t, http.MethodGet, p.url+"/api/v2/organizations/me", strings.TrimSpace(stdout), ""); status != http.StatusOK || org["name"] != "Acme" {
		t.Errorf("token: %d %v %s", status, org, stderr)
	}
	hangup := syscall.SIGHUP
	if signal.Ignored(hangup) { // under nohup, which the server inherits
		hangup = syscall.SIGTERM
	}
	_ = p.stop(t, hangup)

	p = start(t, nil, args...)
	if out := p.out.String(); !strings.Contains(out, "Acme") || strings.Contains(out, adminSecret) || strings.Contains(out, "curl") {
		t.Errorf("banner of a state from other fixtures:\n%s", out)
	}
	_ = p.stop(t, syscall.SIGTERM)

	p = start(t, nil, append(args, "--fixtures", fixture)...)
	if out := p.out.String(); !strings.Contains(out, "found") || !strings.Contains(out, "fake-secret") {
		t.Errorf("banner of the same state:\n%s", out)
	}
}

// Whatever page of a state file is damaged: either it is said in one line, or
// what is left is served without a crash.
func TestADamagedStateFileNeverCrashes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	_ = start(t, nil, "--listen", "127.0.0.1:0", "--db", whole).stop(t, syscall.SIGTERM)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	refused := 0
	for n := 2; n*page < len(content) && n < 40; n++ {
		broken := bytes.Clone(content)
		for i := n * page; i < (n+1)*page; i++ {
			broken[i] ^= 0xa5
		}
		path := filepath.Join(dir, fmt.Sprintf("page%d.db", n))
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), binary, "--listen", "127.0.0.1:0", "--db", path)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if bufio.NewScanner(stdout).Scan() { // it serves
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
		if strings.Contains(stderr.String(), "goroutine") {
			t.Errorf("page %d: it crashes:\n%.2000s", n, stderr.String())
		}
		if code := cmd.ProcessState.ExitCode(); code == 1 {
			refused++
			if !strings.Contains(stderr.String(), "damaged") || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("page %d: %s", n, stderr.String())
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was found in any page")
	}
}
