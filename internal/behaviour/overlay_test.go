package behaviour_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
)

func TestCorrectionsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, overlay, want string }{
		{"no JSON", `{`, "unexpected EOF"},
		{"something after the end", `{} {}`, "after its end"},
		{"an unknown list", `{"paths": {}}`, `unknown field "paths"`},
		{"an unknown property", `{"operations": {"getDate": {"why": "x", "kinds": "list"}}}`, `unknown field "kinds"`},
		{"no reason", `{"operations": {"getDate": {"kind": "none"}}}`, "getDate: why is missing"},
		{"no correction", `{"operations": {"getDate": null}}`, "getDate: why is missing"},
		{"no reason for a collection", `{"collections": {"/stations": {"key": "name"}}}`, "/stations: why is missing"},
		{"an unknown kind", `{"operations": {"getDate": {"why": "x", "kind": "guess"}}}`, `getDate: there is no kind "guess"`},
		{"half a parent", `{"operations": {"getDate": {"why": "x", "parents": "userId"}}}`, `getDate: parent "userId"`},
		{"a parent without a collection", `{"operations": {"getDate": {"why": "x", "parents": "userId@"}}}`, `getDate: parent "userId@"`},
		{"several mistakes", `{"operations": {"getDate": {"kind": "none"}, "getTimezones": {"kind": "none"}}}`, "getTimezones: why is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, derive := range map[string]func() (*behaviour.Table, error){
				"Generate": func() (*behaviour.Table, error) { return behaviour.Generate(catalogue(t), tt.overlay) },
				"Derive":   func() (*behaviour.Table, error) { return behaviour.Derive(catalogue(t), tt.overlay) },
			} {
				if _, err := derive(); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v, want something about %q", name, err, tt.want)
				}
			}
		})
	}
}

func TestCorrectionsThatChangeNothingAreRefusedWhereTheTableIsGenerated(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, overlay, want string }{
		{"an operation that is not there", `{"operations": {"getNothing": {"why": "x", "kind": "none"}}}`, "getNothing: nothing changes"},
		{"a kind that it has", `{"operations": {"getDate": {"why": "x", "kind": "compute"}}}`, "getDate: nothing changes"},
		{"parents that it has", `{"operations": {"getArchitectPromptResources": {"why": "x", "parents": "promptId@/architect/prompts"}}}`, "getArchitectPromptResources: nothing changes"},
		{"a parameter of no path", `{"params": {"nothingId": "/nothing"}}`, "nothingId: nothing changes"},
		{"a free path that names nothing", `{"free": ["/architect/ivrs"]}`, "/architect/ivrs: nothing changes"},
		{"an owner of what is not there", `{"owned": ["/nothing"]}`, "/nothing: nothing changes"},
		{"a collection that is not there", `{"collections": {"/nothing": {"why": "x", "key": "name"}}}`, "/nothing: nothing changes"},
		{"a key that it has", `{"collections": {"/stations": {"why": "x", "key": "id"}}}`, "/stations: nothing changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := behaviour.Generate(catalogue(t), tt.overlay); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("generated: %v, want something about %q", err, tt.want)
			}
			// A catalogue that is newer than the corrections may have made some idle.
			if _, err := behaviour.Derive(catalogue(t), tt.overlay); err != nil {
				t.Errorf("derived: %v", err)
			}
		})
	}
}

func TestCorrectionsReachTheTable(t *testing.T) {
	t.Parallel()
	made, err := behaviour.Generate(catalogue(t), `{
		"params": {"edgeId": "/machines"},
		"free": ["/architect/ivrs/{}"],
		"collections": {
			"/stations": {"why": "x", "key": "name", "made": "post", "traits": ["upsert"]},
			"/conversations/calls": {"why": "x", "same": "/conversations"}
		},
		"operations": {
			"getDate": {"why": "x", "kind": "none"},
			"getTimezones": {"why": "x", "kind": "list", "collection": "/timezones"},
			"postArchitectPromptHistory": {"why": "x", "kind": "action", "collection": "/architect/prompts", "key": "promptId", "effect": "state=asked", "parents": "promptId#anywhere"}
		}}`)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"getDate":                    "none||||||",
		"getTimezones":               "list|/timezones|||entities|pages|",
		"postArchitectPromptHistory": "action|/architect/prompts|promptId|promptId#anywhere|||state=asked",
		"getConversationsCalls":      "list|/conversations|||entities|all|",
		"getConversationsCall":       "get|/conversations|conversationId||||",
		"getArchitectIvr":            "compute||||||",
	} {
		r, err := made.Row(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := describe(r); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	c, err := made.Collection("/stations")
	if err != nil || c == nil || c.Key != "name" || c.Made != "post" || !c.Has("upsert") {
		t.Errorf("/stations: %+v, %v", c, err)
	}
}
