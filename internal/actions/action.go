// Package actions owns data actions: what they are, their life cycle of drafts
// and versions, and the pipeline that runs them for real: templates, a token or
// a credential, the call, the translation map and the output. The languages of
// the templates and paths live in packages velocity and jsonpath, the network in
// outbound; how actions look on the wire is the business of the family
// integrations.
package actions

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Action is a data action as it is published, or a draft of one: both have the
// same id and count their versions separately.
type Action struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	IntegrationID string          `json:"integrationId"`
	Category      string          `json:"category"`
	Secure        bool            `json:"secure,omitempty"`
	Version       int             `json:"version"`
	Input         json.RawMessage `json:"input"`   // the input schema, as it was sent
	Success       json.RawMessage `json:"success"` // the success schema, as it was sent
	Config        Config          `json:"config"`
	Function      *Function       `json:"function,omitempty"` // nil in all but function integrations
	Created       *clock.Time     `json:"created,omitempty"`
	Modified      *clock.Time     `json:"modified,omitempty"`

	definition *Action // of an action that came with its integration; nil for all that are stored
}

// Config says what an action calls and what it makes of the answer.
type Config struct {
	TimeoutSeconds int      `json:"timeoutSeconds,omitempty"` // 1 to 60; 0 means not set, which acts as 60
	Request        Request  `json:"request"`
	Response       Response `json:"response"`
}

// Request is the call: all of it but the type are templates.
type Request struct {
	URLTemplate string            `json:"urlTemplate"`
	Template    string            `json:"template"` // of the body
	Type        string            `json:"type"`     // the HTTP method
	Headers     map[string]string `json:"headers"`
}

// Response is what becomes of the answer: JSONPaths by the name that the success
// template knows their matches by, and what stands in where there is no match.
type Response struct {
	TranslationMap         map[string]string `json:"translationMap"`
	TranslationMapDefaults map[string]string `json:"translationMapDefaults"`
	SuccessTemplate        string            `json:"successTemplate"`
}

// What a template is unless it is set, or set to nothing (the help article on
// request configuration; Terraform sends "" for what is not set).
const (
	DefaultRequestTemplate = "${input.rawRequest}"
	DefaultSuccessTemplate = "${rawResult}"
)

// Limits of an action.
const (
	minTimeoutSeconds = 1
	maxTimeoutSeconds = 60
	maxName           = 256 // characters of a name or a category
)

// The names of an action's files.
const (
	RequestTemplateFile = "requesttemplate.vm"
	SuccessTemplateFile = "successtemplate.vm"
	InputSchemaFile     = "inputschema.json"
	SuccessSchemaFile   = "successschema.json"
)

// Published are the actions that can be executed.
var Published = store.Collection[*Action]{
	Name: "integrations/actions",
	Key:  func(a *Action) string { return a.ID },
	Indexes: []store.Index[*Action]{
		{Name: "integration", Keys: func(a *Action) []string { return []string{a.IntegrationID} }},
	},
}

// Drafts are the drafts, under the id of the action that they become.
var Drafts = store.Collection[*Action]{
	Name:    "integrations/actions/drafts",
	Key:     Published.Key,
	Indexes: Published.Indexes,
}

// What ids begin with: of actions that somebody made; of those that log in for
// others, before the id of their integration; of those that come with their
// integration.
const (
	customPrefix = "custom_-_"
	authPrefix   = "customAuth_-_"
	staticPrefix = "static"
)

// authID is the id of the action that logs in for an integration.
func authID(integrationID string) string { return authPrefix + integrationID }

// IsAuth says whether the action logs in for others.
func (a *Action) IsAuth() bool { return isAuth(a.ID) }

func isAuth(id string) bool { return strings.HasPrefix(id, authPrefix) }

// IsStatic says whether an id belongs to an action that came with its
// integration.
func IsStatic(id string) bool { return strings.HasPrefix(id, staticPrefix) }

// PublishedByID returns a published action, not to be changed, or the API's 404.
func PublishedByID(tx *store.Tx, id string) (*Action, error) {
	if IsStatic(id) {
		return staticByID(tx, id)
	}
	return byID(tx, &Published, id)
}

// DraftByID returns a draft, not to be changed, or the API's 404.
func DraftByID(tx *store.Tx, id string) (*Action, error) { return byID(tx, &Drafts, id) }

func byID(tx *store.Tx, in *store.Collection[*Action], id string) (*Action, error) {
	a, err := in.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, apierr.NotFound().About(id, "action")
	}
	return a, err
}

// RemoveOf deletes the actions of an integration, and their drafts.
func RemoveOf(tx *store.Tx, integrationID string) error {
	for _, in := range []*store.Collection[*Action]{&Published, &Drafts} {
		for _, id := range slices.Collect(in.KeysBy(tx, "integration", integrationID)) {
			if err := in.Delete(tx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Remove deletes a published action with its draft. One that is a draft only has
// not become an action yet.
func Remove(tx *store.Tx, id string) error {
	if isAuth(id) && Published.Has(tx, id) {
		return apierr.BadRequest("The action logs in for others: it goes with the credential of its integration.").About(id, "action")
	}
	if IsStatic(id) {
		if _, err := staticByID(tx, id); err != nil {
			return err
		}
		return unchangeable(id)
	}
	return remove(tx, id)
}

func remove(tx *store.Tx, id string) error {
	err := Published.Delete(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return apierr.NotFound().About(id, "action")
	}
	if err != nil {
		return err
	}
	if err := Drafts.Delete(tx, id); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// Release takes a credential away from the integrations that use it.
func Release(tx *store.Tx, credentialID string, now *clock.Time) error {
	users := slices.Collect(integration.All.KeysBy(tx, "credential", credentialID))
	if err := integration.Release(tx, credentialID, now); err != nil {
		return err
	}
	for _, id := range users {
		i, err := integration.PeekByID(tx, id)
		if err != nil {
			return err
		}
		if err := KeepAuth(tx, i, now); err != nil {
			return err
		}
	}
	return nil
}
