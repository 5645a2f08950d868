package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// actionListed is an action of the list, published or not.
type actionListed struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Category      string `json:"category"`
	IntegrationID string `json:"integrationId"`
	Version       int    `json:"version"`
	Secure        bool   `json:"secure"`

	State       string // as loadedAction.state has it
	Integration string // its name, or its id where the visitor may not know it
	draftName   string // where the draft is called otherwise
}

// Static says whether the action came with its integration.
func (a *actionListed) Static() bool { return isStaticAction(a.ID) }

// Auth says whether the action logs in for others.
func (a *actionListed) Auth() bool { return isAuthAction(a.ID) }

// Path is where the action is.
func (a *actionListed) Path() string { return at(actionsPath+"/%s", a.ID) }

// allListed reads the published actions and the drafts, and makes one list of them in
// the order of their names. Where there are more than can be read, it reads those with
// the name, and says so.
func allListed(v *visit, name string) (list []*actionListed, cut bool, err error) {
	query := url.Values{"includeAuthActions": {"true"}}
	var published, drafts []*actionListed
	for range 2 {
		if published, err = all[*actionListed](v, "/integrations/actions?"+query.Encode()); err != nil {
			return nil, false, err
		}
		if drafts, err = all[*actionListed](v, "/integrations/actions/drafts?"+query.Encode()); err != nil {
			return nil, false, err
		}
		if cut = len(published) >= mostListed || len(drafts) >= mostListed; !cut || name == "" {
			break
		}
		query.Set("name", name)
	}
	byID := make(map[string]*actionListed, len(published))
	for _, a := range published {
		a.State = "published"
		byID[a.ID] = a
	}
	for _, d := range drafts {
		if a, ok := byID[d.ID]; ok {
			a.State, a.draftName = "both", d.Name
			continue
		}
		d.State = "draft"
		published = append(published, d)
	}
	slices.SortStableFunc(published, func(a, b *actionListed) int {
		return cmp.Or(compareFold(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return published, cut, nil
}

// actionFilter is what the list is narrowed down to; "" is anything.
type actionFilter struct{ Name, Category, Integration, Secure, State string }

func (f actionFilter) wants(a *actionListed) bool {
	name := strings.ToLower(f.Name)
	return (strings.Contains(strings.ToLower(a.Name), name) || (a.draftName != "" && strings.Contains(strings.ToLower(a.draftName), name))) &&
		(f.Category == "" || f.Category == a.Category) &&
		(f.Integration == "" || f.Integration == a.IntegrationID) &&
		(f.Secure == "" || (f.Secure == "true") == a.Secure) &&
		(f.State == "" || f.State == a.State)
}

func listActions(v *visit) error {
	f := actionFilter{Name: v.query("name"), Category: v.query("category"), Integration: v.query("integration"), Secure: v.query("secure"), State: v.query("state")}
	listed, cut, err := allListed(v, f.Name)
	if err != nil {
		return err
	}
	integrations, err := actionIntegrations(v)
	if err != nil && statusOf(err) != http.StatusForbidden { // their ids must do
		return err
	}
	names := make(map[string]string, len(integrations))
	for _, i := range integrations {
		names[i.ID] = i.Name
	}
	var categories []string
	var found []*actionListed
	for _, a := range listed {
		categories = append(categories, a.Category)
		a.Integration = cmp.Or(names[a.IntegrationID], a.IntegrationID)
		if f.wants(a) {
			found = append(found, a)
		}
	}
	l := cutPage(found, v.pageNumber(), pageSize)

	p := v.page("actions", "menu.actions")
	p.Lead = v.T("actions.lead")
	if cut {
		p.Lead = v.T("actions.cut", mostListed)
	}
	p.Actions = []link{{Name: v.T("actions.add"), Href: actionsPath + "/new"}, {Name: v.T("actions.import"), Href: actionsPath + "/import"}}
	p.Data = dict("Found", l.Entities, "Pages", pagingOf(v, l), "Any", len(listed) > 0, "Integrations", len(integrations) > 0 || err != nil,
		"Name", f.Name, "Filters", f.fields(v, categories, integrations))
	return v.render(p)
}

// fields are the filters beside the name.
func (f actionFilter) fields(v *visit, categories []string, integrations []integration) []field {
	anything := option{Label: v.T("any")}
	slices.Sort(categories)
	byCategory, byIntegration := []option{anything}, []option{anything}
	for _, c := range slices.Compact(categories) {
		byCategory = append(byCategory, option{Value: c, Label: c})
	}
	for _, i := range integrations {
		byIntegration = append(byIntegration, option{Value: i.ID, Label: i.Name})
	}
	if f.Integration != "" && !slices.ContainsFunc(byIntegration, func(o option) bool { return o.Value == f.Integration }) {
		byIntegration = append(byIntegration, option{Value: f.Integration, Label: f.Integration})
	}
	bySecure := []option{anything, {Value: "true", Label: v.T("actions.yes")}, {Value: "false", Label: v.T("actions.no")}}
	byState := []option{anything}
	for _, s := range []string{"draft", "published", "both"} {
		byState = append(byState, option{Value: s, Label: v.T("actions.state." + s)})
	}
	return []field{
		{Name: "category", Label: v.T("category"), Type: "select", Options: choose(byCategory, f.Category)},
		{Name: "integration", Label: v.T("actions.integration"), Type: "select", Options: choose(byIntegration, f.Integration)},
		{Name: "secure", Label: v.T("actions.secure"), Type: "select", Options: choose(bySecure, f.Secure)},
		{Name: "state", Label: v.T("status"), Type: "select", Options: choose(byState, f.State)},
	}
}

// actionIntegrations lists the integrations that can have actions.
func actionIntegrations(v *visit) ([]integration, error) {
	integrations, err := all[integration](v, "/integrations")
	return slices.DeleteFunc(integrations, func(i integration) bool { return !i.HasActions() }), err
}
