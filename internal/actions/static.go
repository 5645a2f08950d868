package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Actions that come with their integration are not stored: they follow from its
// type, and their ids name it.
//
// Guess: the ids beyond what they begin with, and all of the actions but their
// names and inputs. The names are those of the help articles "Call Data action"
// and "How the Zendesk data dip connector works with Zendesk"; inputs such as
// PHONE_NUMBER those of "Phone number searches with the data action integration"
// and of published copies.
const (
	staticIDs = staticPrefix + "_-_" // then the id of the integration
	staticKey = "_-_"                // then the name, without blanks
)

// staticRecord is one record of fixtures/static-actions.json.
type staticRecord struct {
	Type   string            `json:"type"` // of its integrations
	Key    string            `json:"key"`
	Name   string            `json:"name"`
	Input  string            `json:"input"` // the only input, a text that must be there
	URL    string            `json:"url"`
	Found  string            `json:"found"`  // where the answer has the records
	First  bool              `json:"first"`  // only the first of them is the output; an empty object where there is none
	Output map[string]string `json:"output"` // JSON types of a record by name
}

// statics are the actions by the type of their integrations, read when first
// asked for. Their id is the type and the key.
var statics = sync.OnceValues(func() (map[string][]*Action, error) {
	var records []staticRecord
	if err := json.Unmarshal(fixtures.StaticActions, &records); err != nil {
		return nil, fmt.Errorf("static actions: %w", err)
	}
	byType := make(map[string][]*Action)
	for _, r := range records {
		byType[r.Type] = append(byType[r.Type], r.action())
	}
	return byType, nil
})

func (r *staticRecord) action() *Action {
	a := fresh()
	a.ID, a.Name = r.Type+"/"+r.Key, r.Name
	a.Config.Request.URLTemplate = r.URL
	a.Config.Request.Headers["User-Agent"] = userAgent
	a.Config.Response.TranslationMap["found"] = r.Found
	a.Config.Response.TranslationMapDefaults["found"] = "[]"
	a.Config.Response.SuccessTemplate = "${found}"
	fields := make(map[string]any, len(r.Output))
	for name, kind := range r.Output {
		fields[name] = map[string]any{"type": []string{kind, "null"}} // these systems say null for what is not set
	}
	const draft4 = "http://json-schema.org/draft-04/schema#"
	record := map[string]any{"type": "object", "properties": fields, "additionalProperties": true}
	output := map[string]any{"$schema": draft4, "type": "array", "items": record}
	if r.First {
		a.Config.Response.SuccessTemplate = `${successTemplateUtils.firstFromArray("${found}", "{}")}`
		output = record
		output["$schema"] = draft4
	}
	a.Success = mustJSON(output)
	a.Input = mustJSON(map[string]any{
		"$schema": draft4, "type": "object", "required": []string{r.Input}, "additionalProperties": true,
		"properties": map[string]any{r.Input: map[string]string{"type": "string"}},
	})
	return a
}

// of returns the action as it belongs to an integration.
func (a *Action) of(i *integration.Integration) *Action {
	mine := *a
	_, key, _ := strings.Cut(a.ID, "/")
	mine.ID, mine.IntegrationID, mine.Category = staticIDs+i.ID+staticKey+key, i.ID, i.Name
	mine.definition = a
	return &mine
}

// source is what a program is made of: the same value for as long as it is the
// same action.
func (a *Action) source() *Action {
	if a.definition != nil {
		return a.definition
	}
	return a
}

// staticByID returns an action that came with its integration, or the API's 404.
func staticByID(tx *store.Tx, id string) (*Action, error) {
	notFound := apierr.NotFound().About(id, "action")
	integrationID, _, _ := strings.Cut(strings.TrimPrefix(id, staticIDs), staticKey)
	i, err := integration.All.Peek(tx, integrationID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound
	}
	if err != nil {
		return nil, err
	}
	for a, err := range staticsOf(tx, i) {
		if err != nil {
			return nil, err
		}
		if a.ID == id {
			return a, nil
		}
	}
	return nil, notFound
}

// staticsOf iterates over the actions that came with an integration.
func staticsOf(tx *store.Tx, i *integration.Integration) iter.Seq2[*Action, error] {
	return func(yield func(*Action, error) bool) {
		byType, err := statics()
		if err != nil {
			yield(nil, err)
			return
		}
		if len(byType[i.TypeID]) == 0 {
			return
		}
		// An organization can have a type of its own under that id.
		if kind, err := kindOfIntegration(tx, i); err != nil || kind != integration.Stub {
			if err != nil {
				yield(nil, err)
			}
			return
		}
		for _, a := range byType[i.TypeID] {
			if !yield(a.of(i), nil) {
				return
			}
		}
	}
}

// AllPublished iterates over the actions that can be executed, with those that
// came with their integrations, not to be changed.
func AllPublished(tx *store.Tx) iter.Seq2[*Action, error] {
	return func(yield func(*Action, error) bool) {
		for a, err := range all(tx, &Published) {
			if !yield(a, err) || err != nil {
				return
			}
		}
		byType, err := statics()
		if err != nil {
			yield(nil, err)
			return
		}
		for _, typeID := range slices.Sorted(maps.Keys(byType)) {
			for key := range integration.All.KeysBy(tx, "type", typeID) {
				i, err := integration.All.Peek(tx, key)
				if err != nil {
					yield(nil, err)
					return
				}
				for a, err := range staticsOf(tx, i) {
					if !yield(a, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

// AllDrafts iterates over the drafts, not to be changed.
func AllDrafts(tx *store.Tx) iter.Seq2[*Action, error] { return all(tx, &Drafts) }

func all(tx *store.Tx, in *store.Collection[*Action]) iter.Seq2[*Action, error] {
	return func(yield func(*Action, error) bool) {
		for key := range in.Keys(tx, "") {
			a, err := in.Peek(tx, key)
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// unchangeable refuses to change or delete an action that came with its
// integration.
//
// Guess: the code is the one that the API lists for making a draft of one.
func unchangeable(id string) error {
	return apierr.New(http.StatusBadRequest, "policy.violation",
		"The action came with its integration: it cannot be changed or deleted, and it goes with the integration.").About(id, "action")
}
