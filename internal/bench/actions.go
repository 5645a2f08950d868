package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/jsonpath"
	"github.com/mockcloud/mockcloud/internal/velocity"
)

// Targets of data actions: what running one may add to the call that it makes,
// and what the languages of its templates and its translation map may take.
const (
	maxAction   = 500 * time.Microsecond
	maxLanguage = 30 * time.Microsecond
)

// supportQueue is a queue of the default fixture.
const supportQueue = "6d6f636b-0010-4000-8000-000000000002"

// actions measures an executed Genesys Cloud data action beside the call that it
// makes.
func (b *bench) actions(ctx context.Context, s servers) ([]measured, error) {
	token, err := b.clientToken(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	id, err := b.newAction(ctx, s.mock, bearer(token))
	if err != nil {
		return nil, err
	}
	call := newRequest(http.MethodGet, "/api/v2/routing/queues/"+supportQueue+"/members?expand=presence", "", bearer(token))
	input := `{"QueueID":"` + supportQueue + `"}`
	run := func(way string) *workload {
		return on(s.mock, newRequest(http.MethodPost, "/api/v2/integrations/actions/"+id+way, input, contentJSON, bearer(token)), http.StatusOK)
	}
	return []measured{
		{workload: on(s.mock, call, http.StatusOK), against: 0},
		{name: "execute", workload: run("/execute"), against: 0, mostMore: maxAction},
		{name: "test, with its trace", workload: run("/test"), against: 0},
	}, nil
}

// newAction installs Genesys Cloud Data Actions and publishes the workshop's
// action.
func (b *bench) newAction(ctx context.Context, server *child, authorization string) (id string, err error) {
	call := func(method, path string, body any) (made struct{ ID string }, err error) {
		text, err := json.Marshal(body)
		if err != nil {
			return made, err
		}
		err = on(server, newRequest(method, path, string(text), contentJSON, authorization), http.StatusOK).fetch(ctx, &made)
		return made, err
	}
	type object = map[string]any
	integration, err := call(http.MethodPost, "/api/v2/integrations", object{"integrationType": object{"id": "purecloud-data-actions"}})
	if err != nil {
		return "", err
	}
	credential, err := call(http.MethodPost, "/api/v2/integrations/credentials", object{
		"type": "pureCloudOAuthClient", "credentialFields": object{"clientId": b.id, "clientSecret": b.secret},
	})
	if err != nil {
		return "", err
	}
	if _, err := call(http.MethodPut, "/api/v2/integrations/"+integration.ID+"/config/current", object{
		"name": "Benchmark", "version": 1, "notes": "", "properties": object{}, "advanced": object{},
		"credentials": object{"pureCloudOAuthClient": object{"id": credential.ID}},
	}); err != nil {
		return "", err
	}
	if _, err := call(http.MethodPatch, "/api/v2/integrations/"+integration.ID, object{"intendedState": "ENABLED"}); err != nil {
		return "", err
	}
	exported, err := readExample("01-queue-member-presence")
	if err != nil {
		return "", err
	}
	action, err := call(http.MethodPost, "/_mockcloud/actions/import?publish=true&integration="+url.QueryEscape(integration.ID), exported.raw)
	return action.ID, err
}

// example is an exported action, as far as it matters here.
type example struct {
	raw    json.RawMessage
	Config struct {
		Request  struct{ RequestTemplate string }
		Response struct{ SuccessTemplate string }
	}
}

func readExample(name string) (*example, error) {
	path := filepath.Join("fixtures", "actions", name+".json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // a test runs in the folder of its package
		text, err = os.ReadFile(filepath.Join("..", "..", path))
	}
	if err != nil {
		return nil, fmt.Errorf("run from the root of the repository: %w", err)
	}
	e := &example{raw: text}
	return e, json.Unmarshal(text, e)
}

// languages measures the template language and the path language alone, in this
// process.
func (b *bench) languages(_ context.Context, _ plan, t *table) error {
	callback, err := readExample("03-create-callback-optional-fields")
	if err != nil {
		return err
	}
	request, err := velocity.Parse("requestTemplate", callback.Config.Request.RequestTemplate)
	if err != nil {
		return err
	}
	success, err := velocity.Parse("successTemplate", callback.Config.Response.SuccessTemplate)
	if err != nil {
		return err
	}
	input := velocity.Context{"input": map[string]any{
		"queueId": supportQueue, "phone": "+13175550100", "priority": json.Number("7"), "customerName": "Li", "automated": true,
	}}
	answer := velocity.Context{"conversationId": `"c-1"`, "callbackIds": `["cb-1","cb-2"]`}
	document, err := jsonpath.Parse(members(10))
	if err != nil {
		return err
	}
	paths := make([]*jsonpath.Path, len(tenPaths))
	for i, text := range tenPaths {
		if paths[i], err = jsonpath.Compile(text); err != nil {
			return err
		}
	}
	t.heading("LANGUAGES OF DATA ACTIONS, in process", "mockcloud", "", "")
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"the largest example's request template", func() error { _, err := request.Render(input); return err }},
		{"its success template", func() error { _, err := success.Render(answer); return err }},
		{fmt.Sprintf("ten paths, answer of %.1f kB", float64(len(members(10)))/1000), func() error {
			for _, p := range paths {
				match, found, err := p.Find(document)
				if err != nil {
					return fmt.Errorf("path: %w", err)
				}
				if found && match.String() == "" {
					return errors.New("path: an empty match")
				}
			}
			return nil
		}},
	} {
		var failed error
		result := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				if err := m.run(); err != nil {
					failed = err
				}
			}
		})
		if failed != nil {
			return failed
		}
		got := float64(result.NsPerOp())
		t.add(row{name: m.name, ours: duration(time.Duration(got)), target: "<= " + duration(maxLanguage), verdict: verdict(got, float64(maxLanguage.Nanoseconds()))})
	}
	return nil
}

// tenPaths are what a translation map asks of a page of queue members.
var tenPaths = []string{
	"$.total",
	"$.entities[0].id",
	"$.entities[0].name",
	"$.entities[0].user.presence.presenceDefinition.systemPresence",
	"$.entities[*].id",
	"$.entities[*].user.presence.presenceDefinition.systemPresence",
	"$.entities[?(@.ringNumber == 1)].name",
	"$.entities[-1].user.email",
	"$..systemPresence",
	"$.entities.length()",
}

// members is a page of queue members.
func members(n int) []byte {
	type object = map[string]any
	entities := make([]object, n)
	for i := range entities {
		entities[i] = object{
			"id": supportQueue, "name": fmt.Sprintf("Agent %d", i), "joined": true, "memberBy": "user", "ringNumber": 1 + i%3,
			"user": object{
				"id": supportQueue, "email": fmt.Sprintf("agent%d@mockcloud.test", i),
				"presence": object{"presenceDefinition": object{"id": supportQueue, "systemPresence": "Available"}, "modifiedDate": "2026-01-15T12:00:00.000Z"},
			},
		}
	}
	text, err := json.Marshal(object{"entities": entities, "pageSize": 25, "pageNumber": 1, "pageCount": 1, "total": n})
	if err != nil {
		return nil
	}
	return text
}
