package console

import (
	"encoding/json"
	"net/http"
	"strings"
)

const actionsPath = "/admin/actions"

// actionDoc is an action, or a draft of one, with its templates.
type actionDoc struct {
	ID            string
	Name          string
	Category      string
	IntegrationID string
	Version       int
	Secure        bool
	Contract      actionContract
	Config        actionConfig
}

// actionContract holds the two schemas as the API gives them: their members stay in
// order.
type actionContract struct {
	InputSchema, SuccessSchema json.RawMessage
}

// actionConfig is an action's configuration. The JSON is what the API takes.
type actionConfig struct {
	TimeoutSeconds int            `json:"timeoutSeconds,omitempty"`
	Request        actionRequest  `json:"request"`
	Response       actionResponse `json:"response"`
}

type actionRequest struct {
	RequestURLTemplate string            `json:"requestUrlTemplate"`
	RequestType        string            `json:"requestType"`
	Headers            map[string]string `json:"headers"`
	RequestTemplate    string            `json:"requestTemplate"`
}

type actionResponse struct {
	TranslationMap         map[string]string `json:"translationMap"`
	TranslationMapDefaults map[string]string `json:"translationMapDefaults"`
	SuccessTemplate        string            `json:"successTemplate"`
}

// loadedAction is what there is under the id of an action.
type loadedAction struct {
	ID               string
	Draft, Published *actionDoc // nil where there is none; one of them there always is
}

// loadAction reads the action that the address names.
func loadAction(v *visit) (*loadedAction, error) {
	a := &loadedAction{ID: v.Param("id")}
	var err error
	if a.Published, err = readAction(v, at("/integrations/actions/%s", a.ID)); err != nil && statusOf(err) != http.StatusNotFound {
		return nil, err
	}
	missing := err
	if a.Draft, err = readAction(v, at("/integrations/actions/%s/draft", a.ID)); err != nil && statusOf(err) != http.StatusNotFound {
		return nil, err
	}
	if a.current() == nil {
		return nil, missing
	}
	return a, nil
}

// readAction reads one of the two; base is its path in the API.
func readAction(v *visit, base string) (*actionDoc, error) {
	var found struct {
		ID            string       `json:"id"`
		Name          string       `json:"name"`
		Category      string       `json:"category"`
		IntegrationID string       `json:"integrationId"`
		Version       int          `json:"version"`
		Secure        bool         `json:"secure"`
		Config        actionConfig `json:"config"`
		Contract      struct {
			Input struct {
				InputSchema json.RawMessage `json:"inputSchema"`
			} `json:"input"`
			Output struct {
				SuccessSchema json.RawMessage `json:"successSchema"`
			} `json:"output"`
		} `json:"contract"`
	}
	if err := v.api.get(base+"?expand=contract&includeConfig=true", &found); err != nil {
		return nil, err
	}
	d := &actionDoc{
		ID: found.ID, Name: found.Name, Category: found.Category, IntegrationID: found.IntegrationID, Version: found.Version, Secure: found.Secure,
		Contract: actionContract{InputSchema: found.Contract.Input.InputSchema, SuccessSchema: found.Contract.Output.SuccessSchema}, Config: found.Config,
	}
	// The API answers where the templates are, not the templates.
	if err := v.api.get(base+"/templates/requesttemplate.vm", &d.Config.Request.RequestTemplate); err != nil {
		return nil, err
	}
	if err := v.api.get(base+"/templates/successtemplate.vm", &d.Config.Response.SuccessTemplate); err != nil {
		return nil, err
	}
	return d, nil
}

// current is the draft or, where there is none, the published action.
func (a *loadedAction) current() *actionDoc {
	if a.Draft != nil {
		return a.Draft
	}
	return a.Published
}

// editable is the draft; where there is none, one is made of the published action.
// Forms ask for it when they save.
func (a *loadedAction) editable(v *visit) (*actionDoc, error) {
	if a.Draft != nil {
		return a.Draft, nil
	}
	base := at("/integrations/actions/%s/draft", a.ID)
	if err := v.api.post(base, nil, nil); err != nil {
		return nil, err
	}
	var err error
	a.Draft, err = readAction(v, base)
	return a.Draft, err
}

// needsEdit is the permission that the visitor lacks to change the action; "" where they
// hold it, or where nobody can.
func (a *loadedAction) needsEdit(v *visit) string {
	if a.static() {
		return ""
	}
	return needs(v, "integrations:action:edit")
}

// static says whether the action came with its integration: nobody can change it.
func (a *loadedAction) static() bool { return isStaticAction(a.ID) }

func isStaticAction(id string) bool { return strings.HasPrefix(id, "static") }

// isAuthAction says whether the action logs in for the others of its integration.
func isAuthAction(id string) bool { return strings.HasPrefix(id, "customAuth") }

// path is where the action is, or a part of it: "/contract".
func (a *loadedAction) path(part string) string { return at(actionsPath+"/%s", a.ID) + part }

// actionPage begins a page of an action. tab is the part of its address that follows
// the id: "" for the summary, "contract", "configuration", "test" or "versions".
func actionPage(v *visit, a *loadedAction, tab, template string) *page {
	p := v.pageTitled(template, a.current().Name)
	p.Back = &link{Name: v.T("menu.actions"), Href: actionsPath}
	p.Lead = v.T("actions.state."+a.state()+".long", a.current().Version)
	for _, t := range []string{"", "contract", "configuration", "test", "versions"} {
		key, part := "actions.tab.summary", ""
		if t != "" {
			key, part = "actions.tab."+t, "/"+t
		}
		p.Tabs = append(p.Tabs, link{Name: v.T(key), Href: a.path(part), Current: t == tab})
	}
	if a.Draft != nil {
		p.Actions = append(p.Actions, link{Name: v.T("actions.publish"), Href: a.path("/publish"), Dialog: true})
	}
	if a.static() {
		return p
	}
	p.Actions = append(p.Actions, link{Name: v.T("actions.export"), Href: a.path("/export"), Plain: true})
	if a.Published == nil || !isAuthAction(a.ID) {
		p.Actions = append(p.Actions, link{Name: v.T("delete"), Href: a.path("/delete"), Danger: true, Dialog: true})
	}
	return p
}

// state is "draft", "published" or, with a draft of changes, "both".
func (a *loadedAction) state() string {
	switch {
	case a.Published == nil:
		return "draft"
	case a.Draft == nil:
		return "published"
	default:
		return "both"
	}
}
