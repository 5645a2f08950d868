package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// bench holds what all parts need: the programs and the credentials.
type bench struct {
	dir       string // for programs and state files; removed at the end
	mockcloud string // the built program
	self      string // this program, which is also the bare reference
	bare      string // the bare reference's configuration
	id        string // the seeded client's
	secret    string
	roleID    string // some role that the seeded client holds
	user      string // the seeded administrator's e-mail address
	password  string
}

// prepare builds mockcloud and learns from a first start of it what the bare
// reference is to answer.
func prepare(ctx context.Context, dir string) (_ *bench, err error) {
	b := &bench{}
	if b.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if b.dir, err = os.MkdirTemp(dir, "mockcloud-bench-"); err != nil {
		return nil, err
	}
	b.mockcloud, b.bare = filepath.Join(b.dir, "mockcloud"), filepath.Join(b.dir, "bare.json")
	if err = b.build(ctx); err == nil {
		err = b.learn(ctx)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

func (b *bench) build(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "building mockcloud …")
	if err := build(ctx, b.mockcloud, "github.com/mockcloud/mockcloud/cmd/mockcloud"); err != nil {
		return err
	}
	text, err := exec.CommandContext(ctx, b.mockcloud, "env", "--json").Output()
	if err != nil {
		return fmt.Errorf("mockcloud env: %w", err)
	}
	var env struct {
		ID       string `json:"GENESYSCLOUD_OAUTHCLIENT_ID"`
		Secret   string `json:"GENESYSCLOUD_OAUTHCLIENT_SECRET"`
		User     string `json:"MOCKCLOUD_USER"`
		Password string `json:"MOCKCLOUD_PASSWORD"`
	}
	if err := json.Unmarshal(text, &env); err != nil {
		return fmt.Errorf("mockcloud env: %w", err)
	}
	b.id, b.secret, b.user, b.password = env.ID, env.Secret, env.User, env.Password
	return nil
}

// build builds a program from the source tree.
func build(ctx context.Context, program, from string) error {
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, from).CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

func (b *bench) startMock(ctx context.Context, args ...string) (*child, error) {
	return startChild(ctx, b.dir, b.mockcloud, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
}

// startEphemeral starts the mockcloud that requests are sent to.
func (b *bench) startEphemeral(ctx context.Context) (*child, error) {
	return b.startMock(ctx, "--ephemeral", "--password-grant")
}

func (b *bench) startBare(ctx context.Context) (*child, error) {
	return startChild(ctx, b.dir, b.self, bareCommand, b.bare)
}

// learn writes the bare reference's configuration: the very documents that
// mockcloud answers.
func (b *bench) learn(ctx context.Context) error {
	server, err := b.startMock(ctx, "--ephemeral")
	if err != nil {
		return err
	}
	defer server.kill()
	post, err := b.postRequest(ctx, server)
	if err != nil {
		return err
	}
	read, err := b.readRequest(ctx, post)
	if err != nil {
		return err
	}
	got, err := read.once(ctx)
	if err != nil {
		return err
	}
	answer := got.body.Bytes()
	var config bareConfig
	if err := json.Unmarshal(answer, &config.Client); err != nil {
		return err
	}
	again, err := json.Marshal(config.Client)
	if err != nil {
		return err
	}
	if len(again) != len(answer) {
		return fmt.Errorf("the bare reference would answer %d bytes where mockcloud answers %d: bring oauthClient up to date", len(again), len(answer))
	}
	if err := b.learnEngine(ctx, server, post.token, &config); err != nil {
		return err
	}
	parts := strings.Split(post.token, ".")
	if len(parts) != 3 {
		return errors.New("the access token is not a JWT")
	}
	if config.Claims, err = base64.RawURLEncoding.DecodeString(parts[1]); err != nil {
		return err
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(b.bare, text, 0o600)
}

const (
	contentJSON = "Content-Type: application/json"
	contentForm = "Content-Type: application/x-www-form-urlencoded"
	clientsPath = "/api/v2/oauth/clients"
	tokenPath   = "/oauth/token"
	unknownID   = "00000000-0000-4000-8000-00000000dead"
)

func bearer(token string) string { return "Authorization: Bearer " + token }

func basic(id, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// forged changes the signature of a token.
func forged(token string) string {
	i := len(token) - 10
	letter := "A"
	if token[i] == 'A' {
		letter = "B"
	}
	return token[:i] + letter + token[i+1:]
}

// tokenRequest asks for a token with the seeded client's credentials.
func (b *bench) tokenRequest(server *child) *workload {
	return on(server, newRequest(http.MethodPost, tokenPath, "grant_type=client_credentials", contentForm, basic(b.id, b.secret)), http.StatusOK)
}

// clientToken is a token of the seeded client.
func (b *bench) clientToken(ctx context.Context, server *child) (string, error) {
	var answer tokenAnswer
	err := b.tokenRequest(server).fetch(ctx, &answer)
	return answer.AccessToken, err
}

// token has the side door make a token with exactly these permissions.
func (b *bench) token(ctx context.Context, server *child, permissions ...string) (string, error) {
	return sideDoorToken(ctx, server, map[string]any{"permissions": permissions})
}

// sideDoorToken has the side door make a token.
func sideDoorToken(ctx context.Context, server *child, wanted map[string]any) (string, error) {
	body, err := json.Marshal(wanted)
	if err != nil {
		return "", err
	}
	w := &workload{server: server, request: newRequest(http.MethodPost, "/_mockcloud/token", string(body), contentJSON), want: http.StatusOK}
	var answer tokenAnswer
	err = w.fetch(ctx, &answer)
	return answer.AccessToken, err
}

// postWork creates a client with a new name each time.
type postWork struct {
	*workload
	token  string
	header string // with that token
}

func (b *bench) postRequest(ctx context.Context, server *child) (*postWork, error) {
	token, err := b.clientToken(ctx, server)
	if err != nil {
		return nil, err
	}
	header := bearer(token)
	if b.roleID == "" {
		var roles struct{ Entities []struct{ ID string } }
		list := &workload{server: server, request: newRequest(http.MethodGet, "/api/v2/authorization/roles?pageSize=1", "", header), want: http.StatusOK}
		if err := list.fetch(ctx, &roles); err != nil {
			return nil, err
		}
		if len(roles.Entities) == 0 {
			return nil, errors.New("the fixtures hold no role")
		}
		b.roleID = roles.Entities[0].ID
	}
	body, err := json.Marshal(oauthClient{
		Name: "Benchmark " + serial, Description: "A client that the benchmark makes", AccessTokenValiditySeconds: 86400,
		AuthorizedGrantType: "CLIENT-CREDENTIALS", RoleDivisions: []roleDivision{{RoleID: b.roleID, DivisionID: "*"}},
	})
	if err != nil {
		return nil, err
	}
	return &postWork{
		workload: &workload{server: server, request: newRequest(http.MethodPost, clientsPath, string(body), contentJSON, header), want: http.StatusOK},
		token:    token,
		header:   header,
	}, nil
}

// readWork reads one client.
type readWork struct {
	*workload
	id string
}

// readRequest creates the client that is then read.
func (b *bench) readRequest(ctx context.Context, post *postWork) (*readWork, error) {
	var created oauthClient
	if err := post.fetch(ctx, &created); err != nil {
		return nil, err
	}
	return &readWork{
		workload: &workload{server: post.server, request: newRequest(http.MethodGet, clientsPath+"/"+created.ID, "", post.header), want: http.StatusOK},
		id:       created.ID,
	}, nil
}

// fetch sends the workload's request once and decodes the answer.
func (w *workload) fetch(ctx context.Context, answer any) error {
	got, err := w.once(ctx)
	if err != nil {
		return err
	}
	return json.Unmarshal(got.body.Bytes(), answer)
}
