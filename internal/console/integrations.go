package console

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	integrationsPath = "/admin/integrations"
	galleryPath      = integrationsPath + "/gallery"
)

// integrations registers the pages of integrations.
func integrations(r *routes) {
	r.get(integrationsPath, listIntegrations)
	r.get(galleryPath, showGallery)
	r.post(galleryPath, installIntegration)
	one := integrationsPath + "/:id"
	r.get(one, integrationDetails)
	r.post(one, saveIntegrationDetails)
	r.post(one+"/state", switchIntegration)
	r.get(one+"/delete", askToDeleteIntegration)
	r.post(one+"/delete", deleteIntegration)
	r.get(one+"/configuration", openConfiguration)
	for _, part := range []string{"properties", "advanced"} {
		r.get(one+"/configuration/"+part, func(v *visit) error { return editConfiguration(v, part) })
		r.post(one+"/configuration/"+part, func(v *visit) error { return saveConfiguration(v, part) })
	}
	r.get(one+"/configuration/credentials", listSlots)
	r.get(one+"/configuration/credentials/:slot", editSlot)
	r.post(one+"/configuration/credentials/:slot", saveSlot)
}

// What the pages know of the API's integrations.
type (
	integration struct {
		ID            string          `json:"id"`
		Name          string          `json:"name"`
		Notes         string          `json:"notes"`
		Type          integrationType `json:"integrationType"`
		IntendedState string          `json:"intendedState"`
		Config        struct {
			Current integrationConfig `json:"current"`
		} `json:"config"`
		Reported struct {
			Code   string `json:"code"`
			Detail struct {
				Message string            `json:"message"`
				Params  map[string]string `json:"messageParams"`
			} `json:"detail"`
			LastUpdated time.Time `json:"lastUpdated"`
		} `json:"reportedState"`
		Attributes map[string]string `json:"attributes"`
	}

	integrationConfig struct {
		Version     int                        `json:"version"`
		Properties  map[string]json.RawMessage `json:"properties"`
		Advanced    map[string]json.RawMessage `json:"advanced"`
		Credentials map[string]credential      `json:"credentials"`
	}

	integrationType struct {
		ID             string                    `json:"id"`
		Name           string                    `json:"name"`
		Category       string                    `json:"category"`
		Description    string                    `json:"description"`
		Provider       string                    `json:"provider"`
		MaxInstances   int                       `json:"maxInstances"`
		NonInstallable bool                      `json:"nonInstallable"`
		Slots          map[string]credentialSlot `json:"credentials"`
	}
)

// Enabled says whether the integration is meant to be active.
func (i *integration) Enabled() bool { return i.IntendedState == "ENABLED" }

// Failing says whether it reports an error.
func (i *integration) Failing() bool { return i.Reported.Code == "ERROR" }

// Path is where its pages are.
func (i *integration) Path() string { return integrationsPath + "/" + url.PathEscape(i.ID) }

// HasActions says whether data actions can belong to it.
func (i *integration) HasActions() bool { return i.Type.Category == "Data Actions" }

// ActionsPath is the list of its data actions.
func (i *integration) ActionsPath() string {
	return actionsPath + "?integration=" + url.QueryEscape(i.ID)
}

// Kind is the shape of the reported state.
func (i *integration) Kind() string {
	switch i.Reported.Code {
	case "ACTIVE":
		return "ok"
	case "ERROR":
		return "bad"
	case "INACTIVE":
		return "off"
	}
	return "wait"
}

// reason says why an integration reports an error, in the visitor's language where
// the API tells what it is about.
func (v *visit) reason(i *integration) string {
	if slot := i.Reported.Detail.Params["credential"]; slot != "" {
		return v.T("integrations.missing", slot)
	}
	return i.Reported.Detail.Message
}

func listIntegrations(v *visit) error {
	name := strings.TrimSpace(v.query("name"))
	found, err := findIntegrations(v, name)
	if err != nil {
		return err
	}
	type row struct {
		*integration
		Reason string
	}
	rows := make([]row, len(found.Entities))
	for n := range found.Entities {
		i := &found.Entities[n]
		rows[n] = row{i, v.reason(i)}
	}
	query := url.Values{}
	if name != "" {
		query.Set("name", name)
	}
	if n := v.pageNumber(); n > 1 {
		query.Set("page", strconv.Itoa(n))
	}
	p := v.page("integrations", "menu.integrations")
	p.Lead = v.T("integrations.lead")
	p.Actions = []link{{Name: v.T("integrations.add"), Href: galleryPath}}
	p.Data = dict("Found", rows, "Name", name, "Pages", pagingOf(v, found), "To", integrationsPath+"?"+query.Encode(),
		"None", found.Total == 0 && name == "", "MayEdit", v.may("integrations:integration:edit"))
	return v.render(p)
}

// findIntegrations is the visited page of the list. The API does not search by name:
// where one is asked for, this does.
func findIntegrations(v *visit, name string) (*listing[integration], error) {
	if name == "" {
		found := &listing[integration]{}
		return found, v.api.get("/integrations?"+v.pageQuery().Encode(), found)
	}
	every, err := all[integration](v, "/integrations")
	if err != nil {
		return nil, err
	}
	var fitting []integration
	for _, i := range every {
		if strings.Contains(strings.ToLower(i.Name), strings.ToLower(name)) {
			fitting = append(fitting, i)
		}
	}
	return cutPage(fitting, v.pageNumber(), pageSize), nil
}

// switchIntegration makes an integration active or inactive, and goes back to where
// the switch is. Where it then reports an error, that is shown there.
func switchIntegration(v *visit) error {
	intended, what := "DISABLED", "integrations.off"
	if v.form("active") == "true" {
		intended, what = "ENABLED", "integrations.on"
	}
	i := &integration{}
	if err := v.api.patch(at("/integrations/%s", v.Param("id")), doc{"intendedState": intended}, i); err != nil {
		return err
	}
	to := inside(v.form("to"))
	if to == "/" {
		to = i.Path()
	}
	if strings.HasPrefix(to, integrationsPath+"?") { // the list: to the row
		to += "#i-" + url.PathEscape(i.ID)
	}
	if i.Failing() {
		return v.redirect(to)
	}
	return v.done(to, what)
}

func askToDeleteIntegration(v *visit) error {
	i := &integration{}
	if err := v.api.get(at("/integrations/%s", v.Param("id")), i); err != nil {
		return err
	}
	text := "integrations.delete.text"
	if i.HasActions() {
		text = "integrations.delete.actions"
	}
	return v.confirm(confirmation{Title: v.T("integrations.delete", i.Name), Text: v.T(text, i.Name), Cancel: i.Path()})
}

func deleteIntegration(v *visit) error {
	if err := v.api.delete(at("/integrations/%s", v.Param("id"))); err != nil {
		return err
	}
	return v.done(integrationsPath, "deleted")
}
