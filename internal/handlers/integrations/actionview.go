package integrations

import (
	"encoding/json"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contract"
)

// actionView is the schema Action.
type actionView struct {
	ID            string        `json:"id"`
	Name          string        `json:"name"`
	IntegrationID string        `json:"integrationId"`
	Category      string        `json:"category"`
	Contract      *contractView `json:"contract"`
	Version       int           `json:"version"`
	Secure        bool          `json:"secure"`
	Config        *actionConfig `json:"config,omitempty"`
	SelfURI       string        `json:"selfUri"`
}

type contractView struct {
	Input  inputView  `json:"input"`
	Output outputView `json:"output"`
}

type inputView struct {
	InputSchemaURI       string          `json:"inputSchemaUri"`
	InputSchema          json.RawMessage `json:"inputSchema,omitempty"`
	InputSchemaFlattened json.RawMessage `json:"inputSchemaFlattened,omitempty"`
}

type outputView struct {
	SuccessSchemaURI       string          `json:"successSchemaUri"`
	SuccessSchema          json.RawMessage `json:"successSchema,omitempty"`
	SuccessSchemaFlattened *contract.Flat  `json:"successSchemaFlattened,omitempty"`
}

// actionConfig is the schema ActionConfig. Templates are not in it, only where
// they can be had (the help article on request configuration).
type actionConfig struct {
	TimeoutSeconds int            `json:"timeoutSeconds,omitempty"`
	Request        requestConfig  `json:"request"`
	Response       responseConfig `json:"response"`
}

type requestConfig struct {
	RequestURLTemplate string            `json:"requestUrlTemplate"`
	RequestTemplateURI string            `json:"requestTemplateUri"`
	RequestType        string            `json:"requestType"`
	Headers            map[string]string `json:"headers"`
}

type responseConfig struct {
	TranslationMap         map[string]string `json:"translationMap"`
	TranslationMapDefaults map[string]string `json:"translationMapDefaults"`
	SuccessTemplateURI     string            `json:"successTemplateUri"`
}

// where an action's files are to be had.
type where string

const (
	published where = ""
	draft     where = "/draft"
)

// viewOptions say what to tell beyond the summary.
type viewOptions struct{ contract, flatten, config bool }

func actionURI(id string) string { return basePath + "/actions/" + id }

// actionViewOf renders an action. Flattening asks for the flattened contract in
// place of the other.
func actionViewOf(a *actions.Action, w where, o viewOptions) (*actionView, error) {
	base := actionURI(a.ID) + string(w)
	v := &actionView{
		ID: a.ID, Name: a.Name, IntegrationID: a.IntegrationID, Category: a.Category, Version: a.Version, Secure: a.Secure,
		Contract: &contractView{
			Input:  inputView{InputSchemaURI: base + "/schemas/" + actions.InputSchemaFile},
			Output: outputView{SuccessSchemaURI: base + "/schemas/" + actions.SuccessSchemaFile},
		},
		SelfURI: actionURI(a.ID),
	}
	switch {
	case o.flatten:
		flat, err := flattened(a)
		if err != nil {
			return nil, err
		}
		v.Contract.Input.InputSchemaFlattened, v.Contract.Output.SuccessSchemaFlattened = a.Input, flat
	case o.contract:
		v.Contract.Input.InputSchema, v.Contract.Output.SuccessSchema = a.Input, a.Success
	}
	if o.config {
		v.Config = &actionConfig{
			TimeoutSeconds: a.Config.TimeoutSeconds,
			Request: requestConfig{
				RequestURLTemplate: a.Config.Request.URLTemplate, RequestType: a.Config.Request.Type, Headers: a.Config.Request.Headers,
				RequestTemplateURI: base + "/templates/" + actions.RequestTemplateFile,
			},
			Response: responseConfig{
				TranslationMap: a.Config.Response.TranslationMap, TranslationMapDefaults: a.Config.Response.TranslationMapDefaults,
				SuccessTemplateURI: base + "/templates/" + actions.SuccessTemplateFile,
			},
		}
	}
	return v, nil
}

// flattened is the flattened success schema. A draft can hold one that is not
// valid.
func flattened(a *actions.Action) (*contract.Flat, error) {
	flat, err := contract.Flatten(a.Success)
	if err != nil {
		return nil, apierr.New(http.StatusBadRequest, "invalid.schema", "The success schema cannot be flattened: "+err.Error()+".")
	}
	return flat, nil
}

// wholeView is what writing an action answers: all of it.
func wholeView(a *actions.Action, w where, err error) (*actionView, error) {
	if err != nil {
		return nil, err
	}
	return actionViewOf(a, w, viewOptions{contract: true, config: true})
}
