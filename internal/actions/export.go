package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Export is an action as a file: what the product's pages export and import.
type Export struct {
	Name            string         `json:"name"`
	IntegrationType string         `json:"integrationType"`
	ActionType      string         `json:"actionType"`
	Config          exportConfig   `json:"config"`
	Contract        exportContract `json:"contract"`
	Secure          bool           `json:"secure"`
}

type exportConfig struct {
	TimeoutSeconds int `json:"timeoutSeconds,omitempty"`
	Request        struct {
		RequestURLTemplate string            `json:"requestUrlTemplate"`
		RequestType        string            `json:"requestType"`
		Headers            map[string]string `json:"headers"`
		RequestTemplate    *string           `json:"requestTemplate"`
	} `json:"request"`
	Response struct {
		TranslationMap         map[string]string `json:"translationMap"`
		TranslationMapDefaults map[string]string `json:"translationMapDefaults"`
		SuccessTemplate        string            `json:"successTemplate"`
	} `json:"response"`
}

type exportContract struct {
	Input  InputContract  `json:"input"`
	Output OutputContract `json:"output"`
}

// custom is the type of actions that somebody made; there are no others here.
const custom = "custom"

// ReadExport reads a file. What the product refuses in one is refused here (as
// users have quoted it).
func ReadExport(text []byte) (*Export, error) {
	e := &Export{}
	if err := json.Unmarshal(text, e); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			if wrong.Field == "" {
				return nil, apierr.BadRequest("The file is not an exported action: it must be a JSON object.")
			}
			return nil, apierr.BadRequest("The file is not an exported action: the value of [" + wrong.Field + "] has the wrong type.").OnField(wrong.Field)
		}
		return nil, apierr.BadRequest("The file is not an exported action: it is not valid JSON.")
	}
	switch {
	case e.ActionType == "":
		return nil, apierr.BadRequest("The file is not an exported action: it is missing the actionType.").OnField("actionType")
	case e.ActionType != custom:
		return nil, apierr.BadRequest("Only actions of the type custom can be imported, not [" + shorten(e.ActionType) + "].").OnField("actionType")
	case e.Config.Request.RequestTemplate == nil:
		return nil, apierr.BadRequest("The file is missing the requesttemplate config request definition.").OnField("config.request.requestTemplate")
	}
	return e, nil
}

// input is what a client would send to make the action.
func (e *Export) input(integrationID string) *Input {
	in := &Input{Name: &e.Name, IntegrationID: integrationID, Secure: &e.Secure, Contract: &ContractInput{Input: &e.Contract.Input, Output: &e.Contract.Output}, Config: &ConfigInput{
		Request: &RequestInput{
			RequestURLTemplate: &e.Config.Request.RequestURLTemplate, RequestTemplate: e.Config.Request.RequestTemplate,
			RequestType: &e.Config.Request.RequestType, Headers: e.Config.Request.Headers,
		},
		Response: &ResponseInput{
			TranslationMap: e.Config.Response.TranslationMap, TranslationMapDefaults: e.Config.Response.TranslationMapDefaults,
			SuccessTemplate: &e.Config.Response.SuccessTemplate,
		},
	}}
	if e.Config.TimeoutSeconds != 0 {
		in.Config.TimeoutSeconds = &e.Config.TimeoutSeconds
	}
	return in
}

// Import makes a draft of an exported action under an integration of the type
// that it was exported from, and publishes it where that is wanted. The action
// must be valid.
func (m Maker) Import(tx *store.Tx, e *Export, i *integration.Integration, publish bool) (*Action, error) {
	if e.IntegrationType != i.TypeID {
		return nil, apierr.BadRequest("The action belongs to an integration of the type [" + shorten(e.IntegrationType) + "]; " + i.Name + " is of the type [" + i.TypeID + "].").OnField("integrationType")
	}
	draft, err := m.CreateDraft(tx, e.input(i.ID))
	if err != nil {
		return nil, err
	}
	if draft.Function != nil {
		if draft, err = m.adoptFunction(tx, draft.ID, e); err != nil {
			return nil, err
		}
	}
	problems, err := Validate(tx, draft)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, problems[0]
	}
	if !publish {
		return draft, nil
	}
	return m.Publish(tx, draft.ID, &draft.Version)
}

// ExportOf is the file of an action. It holds no secret: actions know them by
// name.
func ExportOf(tx *store.Tx, a *Action) (*Export, error) {
	i, err := integration.PeekByID(tx, a.IntegrationID)
	if err != nil {
		return nil, err
	}
	e := &Export{Name: a.Name, IntegrationType: i.TypeID, ActionType: custom, Secure: a.Secure}
	e.Config.TimeoutSeconds = a.Config.TimeoutSeconds
	request, response := &e.Config.Request, &e.Config.Response
	request.RequestURLTemplate, request.RequestType, request.Headers = a.Config.Request.URLTemplate, a.Config.Request.Type, a.Config.Request.Headers
	request.RequestTemplate = &a.Config.Request.Template
	response.TranslationMap, response.TranslationMapDefaults = a.Config.Response.TranslationMap, a.Config.Response.TranslationMapDefaults
	response.SuccessTemplate = a.Config.Response.SuccessTemplate
	e.Contract.Input.InputSchema, e.Contract.Output.SuccessSchema = a.Input, a.Success
	return e, nil
}

// Named finds the published action with that id or, failing that, the only one
// with that name; among the drafts where there is none.
func Named(tx *store.Tx, name string) (*Action, error) {
	for _, all := range []iter.Seq2[*Action, error]{AllPublished(tx), AllDrafts(tx)} {
		var found []*Action
		for a, err := range all {
			if err != nil {
				return nil, err
			}
			if a.ID == name {
				return a, nil
			}
			if strings.EqualFold(a.Name, name) {
				found = append(found, a)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			var ids []string
			for _, a := range found {
				ids = append(ids, a.ID)
			}
			return nil, apierr.BadRequest(fmt.Sprintf("Several actions are called %q. Name one by its id: %s.", shorten(name), strings.Join(ids[:min(len(ids), 10)], ", ")))
		}
	}
	return nil, apierr.Newf(http.StatusNotFound, "not.found", "There is no action %q.", shorten(name))
}
