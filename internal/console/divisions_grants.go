package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// divisionGrants registers the pages of what hangs on divisions, and of the deleted
// ones.
func divisionGrants(r *routes) {
	r.get(divisionsPath+"/deleted", listDeletedDivisions)
	r.get(divisionsPath+"/:id/grants", showDivisionGrants)
	r.get(divisionsPath+"/:id/restore", askToRestoreDivision)
	r.post(divisionsPath+"/:id/restore", restoreDivision)
}

// divisionPage begins a page of a division; tab is the last part of its address.
func divisionPage(v *visit, d *division, name, tab string) *page {
	p := v.pageTitled(name, cmp.Or(d.stored, d.Name))
	p.Back = &link{Name: v.T("menu.divisions"), Href: divisionsPath}
	base := divisionsPath + "/" + d.ID
	p.Tabs = []link{
		{Name: v.T("details"), Href: base, Current: tab == ""},
		{Name: v.T("divisions.grants"), Href: base + "/grants", Current: tab == "grants"},
	}
	if !d.Home {
		p.Actions = []link{{Name: v.T("delete"), Href: base + "/delete", Danger: true, Dialog: true}}
	}
	return p
}

// divisionGrant is who holds a role in the division.
type divisionGrant struct {
	SubjectID string `json:"subjectId"`
	Role      named  `json:"role"`

	Name, Kind, Href string // of the subject
}

// showDivisionGrants shows the grants in a division. Those in all divisions count
// here, too, and are shown with the people and roles that have them.
func showDivisionGrants(v *visit) error {
	d := &division{}
	if err := v.api.get(at("/authorization/divisions/%s", v.Param("id")), d); err != nil {
		return err
	}
	var found listing[*divisionGrant]
	err := v.api.get(at("/authorization/divisions/%s/grants", d.ID)+"?"+v.pageQuery().Encode(), &found)
	refused, err := v.refusedPart(err)
	if err == nil {
		err = nameSubjects(v, found.Entities)
	}
	if err != nil {
		return err
	}
	p := divisionPage(v, d, "division-grants", "grants")
	p.Lead = v.T("divisions.grants.lead")
	p.Data = dict("Found", found.Entities, "Refused", refused, "Pages", pagingOf(v, &found))
	return v.render(p)
}

// nameSubjects finds out who holds the grants, which name no more than an id: people,
// groups, and else OAuth clients, which not everybody may see.
func nameSubjects(v *visit, grants []*divisionGrant) error {
	if len(grants) == 0 {
		return nil
	}
	ids := url.Values{"pageSize": {strconv.Itoa(pageSize)}}
	for _, g := range grants {
		if !slices.Contains(ids["id"], g.SubjectID) {
			ids.Add("id", g.SubjectID)
		}
	}
	names := make(map[string]named)
	for _, kind := range []struct{ name, path string }{
		{"PC_USER", "/users?state=any&" + ids.Encode()}, {"PC_GROUP", "/groups?" + ids.Encode()}, {"PC_OAUTH_CLIENT", "/oauth/clients"},
	} {
		if len(names) == len(ids["id"]) {
			break
		}
		var found listing[named]
		if err := v.api.get(kind.path, &found); err != nil && statusOf(err) != http.StatusForbidden {
			return err
		}
		for _, one := range found.Entities {
			if slices.Contains(ids["id"], one.ID) {
				names[one.ID] = named{ID: kind.name, Name: one.Name}
			}
		}
	}
	for _, g := range grants {
		one, ok := names[g.SubjectID]
		if !ok { // nothing else is left
			one = named{ID: "PC_OAUTH_CLIENT", Name: g.SubjectID}
		}
		g.Name = one.Name
		g.Kind, g.Href = subjectKind(v, one.ID, g.SubjectID)
	}
	slices.SortStableFunc(grants, func(a, b *divisionGrant) int {
		return compareFold(a.Name, b.Name)
	})
	return nil
}

func listDeletedDivisions(v *visit) error {
	var found listing[division]
	if err := v.api.get("/authorization/divisions/deleted?"+v.pageQuery().Encode(), &found); err != nil {
		return err
	}
	p := v.page("divisions-deleted", "divisions.deleted")
	p.Back = &link{Name: v.T("menu.divisions"), Href: divisionsPath}
	p.Data = dict("Found", found.Entities, "Pages", pagingOf(v, &found))
	return v.render(p)
}

// deletedDivision finds one that can be restored; the API has them in a list only.
func deletedDivision(v *visit) (*division, error) {
	found, err := all[division](v, "/authorization/divisions/deleted")
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if d.ID == v.Param("id") {
			return &d, nil
		}
	}
	return nil, &apiError{Status: http.StatusNotFound}
}

func askToRestoreDivision(v *visit) error {
	d, err := deletedDivision(v)
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Title: v.T("divisions.restore.ask", d.Name), Text: v.T("divisions.restore.text", d.Name), Button: v.T("restore"),
		Cancel: divisionsPath + "/deleted",
	})
}

func restoreDivision(v *visit) error {
	d, err := deletedDivision(v)
	if err != nil {
		return err
	}
	err = v.api.post(at("/authorization/divisions/%s/restore", d.ID), doc{"id": d.ID, "name": d.Name, "description": d.Description}, nil)
	if err != nil {
		return err
	}
	return v.done(divisionsPath+"/"+d.ID, "division.restored")
}
