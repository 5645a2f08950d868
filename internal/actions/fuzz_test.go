package actions

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Whatever the templates, the path, the input and the answer: a run ends in a
// result that is JSON, or in a listed error, and its trace can be sent.
func FuzzRun(f *testing.F) {
	db, err := store.Open(filepath.Join(f.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		f.Fatal(err)
	}
	client := outbound.NewClient(outbound.None, outbound.Options{})
	f.Cleanup(func() { client.Close(); _ = db.Close() })
	engine := &Engine{DB: db, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Outbound: client}

	f.Add(`{"a":"x","n":1.50,"z":null}`, `{"k":"${input.a}"}`, "$.items[*].id", `{"ids":$v}`, `{"items":[{"id":1},{"id":"fake-secret"}]}`)
	f.Add(`{}`, "${input.rawRequest}", "$..x", `${rawResult}`, `[[],{"":{"a.b":[{}]}}]`)
	f.Add(`{"a":1e999999999}`, "$math.add($input.a, 1)", ".length()", `$successTemplateUtils.firstFromArray("$v", "0")`, "")
	f.Add(`{"a":"fake-secret"}`, `$input.b.c`, "$[?(@ > 1)]", `{"a": $v`, "no JSON")
	f.Fuzz(func(t *testing.T, input, template, path, success, answer string) {
		a := fresh()
		a.Config.Request.Type, a.Config.Request.URLTemplate = "POST", "https://crm.example.test/$!{input.a}"
		a.Config.Request.Template, a.Config.Response.SuccessTemplate = template, success
		a.Config.Request.Headers = map[string]string{"X-Key": "${credentials.key}", "X-Input": template}
		a.Config.Response.TranslationMap = map[string]string{"v": path}
		a.Success = json.RawMessage(`{}`)
		err := db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
			return outbound.RegisterStub(tx, &outbound.Stub{ID: "all", URL: "*", ResponseBody: answer})
		})
		if err != nil {
			return // no stub can answer that
		}
		credential := &integration.Credential{Type: "userDefined", Fields: map[string]string{"key": "fake-secret"}}
		program, problems := compile(a, integration.Web)
		s := &subject{program: program, problems: problems, action: a, integration: &integration.Integration{}, kind: integration.Web, credential: credential}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		outcome := engine.run(ctx, Run{Org: "o", Test: true, Flatten: true, Input: []byte(input), ContextID: "c"}, s)
		if ctx.Err() != nil {
			t.Fatal("it took ten seconds")
		}
		trace, err := json.Marshal(outcome.Answer("c"))
		if err != nil {
			t.Fatalf("the trace cannot be sent: %v", err)
		}
		if e := outcome.Error; e != nil {
			listed := []string{"bad.request", "invalid.schema", "invalid.substitution", "invalid.credentials"}
			if e.Status != 400 || !slices.Contains(listed, e.Code) || !Failed(e) || outcome.Result != nil {
				t.Errorf("error %d %s %v", e.Status, e.Code, e.Details)
			}
		} else if !json.Valid(outcome.Result) {
			t.Errorf("the result is %s", outcome.Result)
		}
		// What the fuzzer writes into a template by itself is no secret.
		if !strings.Contains(input+template+path+success+answer, "fake-secret") && strings.Contains(string(trace), "fake-secret") {
			t.Errorf("the trace has the secret: %s", trace)
		}
	})
}
