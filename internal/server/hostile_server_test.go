package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// hostile is one server and one client that means it no good.
type hostile struct {
	t     testing.TB
	srv   *mocktest.Server
	log   *watchedLog
	state *stateFile
	wire  wire
	fixed knownIDs // what the fixtures hold
	ids   knownIDs // and what is there besides
	all   []*spec.Operation
	ops   []*spec.Operation // those that are implemented

	router      router
	implemented map[string]bool // held to all rules
	families    map[string]bool // written by hand
	readers     map[string]bool // paths that can be read; with /{ at the end those of members
	admin       string          // token of a client that may do everything
	person      string          // of a user who may, too
	weak        string          // of a client that may do nothing
	stranger    string          // of a user who may do everything in another organization
	bad         []badToken
	certificate string // of an identity provider

	// Of the operation at hand.
	op    *spec.Operation
	seed  uint64
	rng   *rand.Rand
	make  *maker
	dirty bool // something was changed

	sent, passed int
	reached      map[string]int // operation id to how many requests it accepted
	statuses     map[int]int
	failed       map[string]bool // what has been told
}

// Nobody is asked outside of this process, and there are two organizations. The
// fixtures are "default" unless others are named.
func newHostile(t testing.TB, fixtures ...string) *hostile {
	t.Helper()
	if len(fixtures) == 0 {
		fixtures = []string{"default"}
	}
	h := &hostile{t: t, log: &watchedLog{}, implemented: map[string]bool{}, families: map[string]bool{}, readers: map[string]bool{}, statuses: map[int]int{}, failed: map[string]bool{}, reached: map[string]int{}}
	second := filepath.Join(t.TempDir(), "second.yaml")
	err := os.WriteFile(second, []byte("organization: {name: Second Org, shortName: second}\ndefaultRoles: all\ndivisions: [{name: Home, home: true}]\n"+
		"users: [{email: stranger@second.test, name: Stranger, roles: ['* in *']}]\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	h.srv = mocktest.Start(t, mocktest.Options{
		Path: path, Fixtures: append(fixtures, second), Outbound: "none", Journal: 256 << 10, // soon full, so that it does not grow
		Logger: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelInfo})),
	})
	h.wire.address = at(h.srv.URL)
	t.Cleanup(h.wire.close)
	for _, id := range h.srv.Implemented() {
		h.implemented[id], h.families[id] = true, true
	}
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	h.all = c.Operations()
	h.router = newRouter(h.all)
	for _, op := range h.all {
		if h.implemented[op.ID] {
			h.ops = append(h.ops, op)
			if op.Method == http.MethodGet {
				h.readers[op.Path] = true
				if i := strings.LastIndex(op.Path, "/{"); i >= 0 && strings.HasSuffix(op.Path, "}") {
					h.readers[op.Path[:i+2]] = true // members of that collection
				}
			}
		}
	}
	h.bad, h.certificate = badTokens(t, h.srv), certificate(t, h.srv.Clock.Now())
	h.refresh()
	h.state = openStateFile(t, path)
	return h
}

// holdEngine holds the operations of the engine to the same rules as those that are
// written by hand, and returns them.
func (h *hostile) holdEngine() []*spec.Operation {
	h.t.Helper()
	p, err := thePlatform()
	if err != nil {
		h.t.Fatal(err)
	}
	var ops []*spec.Operation
	for _, op := range p.inOrder() {
		if row := p.rows[op.ID]; !h.families[op.ID] && row != nil && row.Kind != behaviour.None {
			h.implemented[op.ID] = true
			ops = append(ops, op)
		}
	}
	return ops
}

// certificate makes one that is valid now, without line breaks.
func certificate(t testing.TB, now time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(crand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// refresh starts over from the fixtures and furnishes the organization.
func (h *hostile) refresh() {
	h.t.Helper()
	h.srv.Reset(h.t)
	admin := h.srv.Admin(h.t)
	h.admin, h.person = admin.Token, h.srv.AsUser(h.t, "admin@mockcloud.test").Token
	h.weak, h.stranger = h.srv.As(h.t).Token, h.srv.AsUser(h.t, "stranger@second.test").Token
	h.log.watch(h.admin, h.person, h.weak, h.stranger, secretOfBody)
	if len(h.fixed.all) == 0 {
		h.fixed.learn(h.ops, func(target string) *oddAnswer {
			a, err := h.wire.send(&oddRequest{method: http.MethodGet, target: target, header: []string{"Authorization: Bearer " + h.person}})
			if err != nil {
				h.t.Fatal(err)
			}
			return a
		})
	}
	action, err := os.ReadFile("../../fixtures/actions/01-queue-member-presence.json")
	if err != nil {
		h.t.Fatal(err)
	}
	integration := h.srv.Install(h.t, mocktest.Integration{Type: "purecloud-data-actions", Name: "Platform"})
	h.ids = h.fixed.clone()
	h.ids.add("integration", integration)
	h.ids.add("action", h.srv.ImportAction(h.t, "Platform", action))
	h.ids.add("source", "purecloud")
	h.ids.add("fileName", "input.json")
	h.ids.add("fileName", "success.json")
	h.ids.add("fileName", "requesttemplate.vm")
	h.ids.add("configType", "properties")
	h.ids.add("targetName", "routing:queue:view")
	h.ids.add("targetName", "directory:user:view")
	for _, made := range [][3]string{
		{"role", "/api/v2/authorization/roles", `{"name":"Odd","permissionPolicies":[{"domain":"routing","entityName":"queue","actionSet":["view"],"allowConditions":false}]}`},
		{"division", "/api/v2/authorization/divisions", `{"name":"Odd"}`},
		{"client", "/api/v2/oauth/clients", `{"name":"Odd","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["https://app.example.test"]}`},
		{"user", "/api/v2/users", `{"name":"Odd","email":"odd@mockcloud.test"}`},
		{"definition", "/api/v2/presence/definitions", `{"languageLabels":{"en_US":"Odd"},"systemPresence":"Busy"}`},
		{"credential", "/api/v2/integrations/credentials", `{"type":"basicAuth","credentialFields":{"userName":"odd","password":"` + secretOfBody + `"}}`},
		{"group", "/api/v2/groups", `{"name":"Odd","type":"official","visibility":"public","rulesVisible":true}`},
		{"policy", "/api/v2/authorization/policies/targets/routing:queue:view", `{"name":"Odd","effect":"ALLOW","subject":{"type":"USER","id":"6d6f636b-0005-4000-8000-000000000005"}}`},
		{"greeting", "/api/v2/greetings", `{"name":"Odd","type":"STATION","ownerType":"ORGANIZATION","owner":{"id":"6d6f636b-0001-4000-8000-000000000001"},"audioTTS":"odd"}`},
	} {
		if op := h.router.find(http.MethodPost, made[1]); op == nil || !h.implemented[op.ID] {
			continue
		}
		got := admin.Post(h.t, made[1], made[2])
		if got.Status >= http.StatusBadRequest {
			h.t.Fatalf("%s: %d %s", made[1], got.Status, got.Body)
		}
		h.ids.add(made[0], got.Str(h.t, "id"))
	}
	draft := admin.Post(h.t, "/api/v2/integrations/actions/drafts", strings.NewReplacer("$integration", integration, "$name", "Odd").Replace(goodBodies["postIntegrationsActionsDrafts"]))
	if draft.Status != http.StatusOK {
		h.t.Fatalf("draft: %d %s", draft.Status, draft.Body)
	}
	h.ids.add("action", draft.Str(h.t, "id"))
	for _, provider := range []string{"okta", "purecloud", "generic"} {
		body := `{"name":"Odd","certificate":"` + h.certificate + `","issuerURI":"urn:odd","ssoTargetURI":"https://sso.example.test","relyingPartyIdentifier":"odd"}`
		if got := admin.Put(h.t, "/api/v2/identityproviders/"+provider, body); got.Status != http.StatusOK {
			h.t.Fatalf("%s: %d %s", provider, got.Status, got.Body)
		}
	}
	if h.state != nil {
		h.state.changes(h.t)
	}
	h.dirty = false
}

// begin turns to an operation. Everything that is done to it follows from the
// seed and its name.
func (h *hostile) begin(op *spec.Operation, seed uint64) {
	h.op, h.seed = op, seed
	mixed := seed
	for i := range len(op.ID) {
		mixed = mixed*31 + uint64(op.ID[i])
	}
	h.rng = rand.New(rand.NewPCG(seed, mixed))
	h.make = &maker{rng: h.rng, ids: &h.ids, tag: "odd"}
	if h.dirty {
		h.refresh()
	}
}

// caller is the token that gets furthest.
func (h *hostile) caller() string {
	switch facts := h.op.Facts(); {
	case facts.UserContext:
		return h.person
	case facts.ClientContext:
		return h.admin
	}
	return one(h.rng, []string{h.admin, h.person})
}
