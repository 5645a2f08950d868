package console

import "strings"

// tile is a type of integration in the gallery.
type tile struct {
	integrationType
	Installed int
}

// Full says whether there are as many as there can be.
func (t tile) Full() bool { return t.MaxInstances > 0 && t.Installed >= t.MaxInstances }

func showGallery(v *visit) error { return gallery(v, nil) }

// gallery shows what can be installed; problem is what the API said of the last try.
func gallery(v *visit, problem *problem) error {
	types, err := all[integrationType](v, "/integrations/types")
	if err != nil {
		return err
	}
	installed, err := all[integration](v, "/integrations")
	if err != nil {
		return err
	}
	count := make(map[string]int)
	for _, i := range installed {
		count[i.Type.ID]++
	}
	search := v.query("q")
	var tiles []tile
	for _, t := range types {
		if holdsWords(t.Name+"\n"+t.Category+"\n"+t.Description, search) {
			tiles = append(tiles, tile{t, count[t.ID]})
		}
	}
	p := v.page("integration-gallery", "integrations.gallery")
	p.Lead = v.T("integrations.gallery.lead")
	p.Back = &link{Name: v.T("menu.integrations"), Href: integrationsPath}
	p.Data = dict("Tiles", tiles, "Search", search, "MayAdd", v.may("integrations:integration:add"))
	return v.renderForm(p, problem)
}

// holdsWords says whether a text has every word of the search, whatever their case.
func holdsWords(text, search string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func installIntegration(v *visit) error {
	i := &integration{}
	err := v.api.post("/integrations", doc{"integrationType": doc{"id": v.form("type")}}, i)
	if p := v.problem(err); p != nil && p.Why == nil {
		return gallery(v, p)
	}
	if err != nil {
		return err
	}
	return v.done(i.Path(), "integrations.installed")
}
