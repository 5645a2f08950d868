package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// loadIntegration reads the integration that the address names, and its type.
func loadIntegration(v *visit) (*integration, error) {
	i := &integration{}
	if err := v.api.get(at("/integrations/%s", v.Param("id"))+"?expand=config.current", i); err != nil {
		return nil, err
	}
	return i, v.api.get(at("/integrations/types/%s", i.Type.ID), &i.Type)
}

// integrationPanel stands above every tab of an integration: its switch, what it
// reports, and what is to be done next.
type integrationPanel struct {
	*integration
	Reason  string
	To      string // where the switch leads back to
	MayEdit bool
	Steps   []integrationStep // none once they are all done
	Next    nextStep
}

type integrationStep struct {
	Number     int
	Name       string
	Done, Next bool
}

// nextStep says what to do next, and leads there.
type nextStep struct {
	Text, Button string
	Href         string // "" where the button is the switch, or where there is no button
	Switch       bool
}

// panelOf works out how far the integration has come on the way from being installed
// to being used.
func panelOf(v *visit, i *integration) integrationPanel {
	panel := integrationPanel{integration: i, Reason: v.reason(i), To: v.Request().URL.Path, MayEdit: v.may("integrations:integration:edit")}
	empty := emptySlot(i)
	needs := false // a credential
	for _, slot := range i.Type.Slots {
		needs = needs || slot.Required
	}
	isApp, isActions := i.Type.Provider == "clientapps", i.HasActions()
	noURL := isApp && shownText(kindText, i.Config.Current.Properties["url"]) == ""

	steps := []integrationStep{{Name: v.T("integrations.step.install"), Done: true}}
	if needs {
		steps = append(steps, integrationStep{Name: v.T("integrations.credentials"), Done: empty == ""})
	}
	if isApp {
		steps = append(steps, integrationStep{Name: v.T("integrations.property.url"), Done: !noURL})
	}
	steps = append(steps, integrationStep{Name: v.T("integrations.step.activate"), Done: i.Enabled()})
	switch {
	case isActions:
		steps = append(steps, integrationStep{Name: v.T("integrations.step.action")})
	case isApp:
		steps = append(steps, integrationStep{Name: v.T("integrations.step.open")})
	}

	next := &panel.Next
	switch {
	case empty != "":
		next.Text, next.Button = v.T("integrations.next.credentials", i.Type.Slots[empty].Title), v.T("integrations.next.credentials.button")
		if tab := i.Path() + "/configuration/credentials"; panel.To != tab { // which has the button
			next.Href = tab + "/" + url.PathEscape(empty)
		}
	case noURL:
		next.Text, next.Button = v.T("integrations.next.url"), v.T("integrations.next.url.button")
		if tab := i.Path() + "/configuration/properties"; panel.To != tab { // which has the field
			next.Href = tab
		}
	case !i.Enabled():
		next.Text, next.Button, next.Switch = v.T("integrations.next.activate"), v.T("integrations.step.activate"), true
	case isActions:
		next.Text, next.Button, next.Href = v.T("integrations.next.action"), v.T("integrations.next.action.button"), i.ActionsPath()
		if v.may("integrations:action:add") {
			next.Button, next.Href = v.T("integrations.step.action"), actionsPath+"/new?integration="+url.QueryEscape(i.ID)
		}
	case isApp:
		next.Text, next.Button, next.Href = v.T("integrations.next.open"), v.T("integrations.step.open"), "/_mockcloud/embed"
	case i.Attributes["invocationUrl"] != "":
		next.Text, next.Button, next.Href = v.T("integrations.next.webhook"), v.T("menu.webhooks"), "/_mockcloud/webhooks"
	}
	if !panel.MayEdit && (empty != "" || noURL || !i.Enabled()) { // others do that
		*next = nextStep{}
	}
	for n := range steps {
		steps[n].Number = n + 1
		if !steps[n].Done && panel.Steps == nil {
			steps[n].Next, panel.Steps = true, steps
		}
	}
	return panel
}

// emptySlot is the first slot that needs a credential and has none; "" for none.
func emptySlot(i *integration) string {
	for _, name := range sortedKeys(i.Type.Slots) {
		if i.Type.Slots[name].Required && i.Config.Current.Credentials[name].ID == "" {
			return name
		}
	}
	return ""
}

// integrationPage begins a tab of an integration.
func integrationPage(v *visit, i *integration, template string, problem *problem, data map[string]any) *page {
	p := v.pageTitled(template, i.Name)
	p.Back = &link{Name: v.T("menu.integrations"), Href: integrationsPath}
	if i.Name != i.Type.Name {
		p.Lead = i.Type.Name
	}
	configuration := i.Path() + "/configuration"
	inside := strings.HasPrefix(p.Path, configuration+"/")
	p.Tabs = []link{
		{Name: v.T("details"), Href: i.Path(), Current: !inside},
		{Name: v.T("integrations.configuration"), Href: configuration, Current: inside},
	}
	if v.may("integrations:integration:delete") {
		p.Actions = []link{{Name: v.T("delete"), Href: i.Path() + "/delete", Danger: true, Dialog: true}}
	}
	p.say(problem)
	data["I"], data["Panel"] = i, panelOf(v, i)
	if fields, ok := data["Fields"].([]field); ok {
		locked(fields, needs(v, "integrations:integration:edit"))
	}
	data["Conflict"] = problem != nil && problem.Status == http.StatusConflict
	if inside {
		var parts []link
		for _, part := range []string{"properties", "advanced", "credentials"} {
			href := configuration + "/" + part
			parts = append(parts, link{Name: v.T("integrations." + part), Href: href, Current: p.Path == href})
		}
		data["Parts"] = parts
	}
	p.Data = data
	return p
}

func integrationDetails(v *visit) error {
	i, err := loadIntegration(v)
	if err != nil {
		return err
	}
	return showIntegrationDetails(v, i, i.Name, i.Notes, nil)
}

func showIntegrationDetails(v *visit, i *integration, name, notes string, problem *problem) error {
	return v.render(integrationPage(v, i, "integration", problem, map[string]any{"Fields": []field{
		{Name: "name", Label: v.T("name"), Value: name, Required: true, Error: problem.of("name")},
		{Name: "notes", Label: v.T("integrations.notes"), Value: notes, Type: "textarea", Rows: 3, Error: problem.of("notes")},
	}}))
}

func saveIntegrationDetails(v *visit) error {
	name, notes := v.form("name"), plainLines(v.form("notes"))
	err := changeConfig(v, func(config doc) { config["name"], config["notes"] = name, notes })
	if p := v.problem(err); p != nil && p.Why == nil {
		i, err := loadIntegration(v)
		if err != nil {
			return err
		}
		return showIntegrationDetails(v, i, name, notes, p)
	}
	if err != nil {
		return err
	}
	return v.done(integrationsPath+"/"+url.PathEscape(v.Param("id")), "saved")
}

// changeConfig changes a part of the configuration, and sends back the rest as it
// came. The version is that which the form was made from: so the API tells where
// somebody else has saved since.
func changeConfig(v *visit, change func(config doc)) error {
	path := at("/integrations/%s/config/current", v.Param("id"))
	config := doc{}
	if err := v.api.get(path, &config); err != nil {
		return err
	}
	version, err := strconv.Atoi(v.form("version"))
	if err != nil {
		version = 0 // none that there is
	}
	config["version"] = version
	change(config)
	return v.api.put(path, config)
}
