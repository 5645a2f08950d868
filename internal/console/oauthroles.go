package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// oauthPairsOf reads the values of the boxes that were ticked.
func oauthPairsOf(values []string) []oauthPair {
	pairs := make([]oauthPair, 0, len(values))
	for _, value := range values {
		role, division, _ := strings.Cut(value, "|")
		if p := (oauthPair{role, division}); !slices.Contains(pairs, p) {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// Value is that of the pair's box.
func (p oauthPair) Value() string { return p.Role + "|" + p.Division }

// oauthHeld is what the visitor holds, themselves or through a group: the divisions of
// each role, and the names of both.
type oauthHeld struct {
	divisions map[string][]string // by the role's id
	roles     map[string]named
	names     map[string]string // of divisions
}

func readOAuthHeld(v *visit) (*oauthHeld, error) {
	var me struct {
		Grants []struct {
			Role     named `json:"role"`
			Division named `json:"division"`
		} `json:"grants"`
	}
	if err := v.api.get("/authorization/subjects/me", &me); err != nil {
		return nil, err
	}
	held := &oauthHeld{divisions: make(map[string][]string), roles: make(map[string]named), names: make(map[string]string)}
	for _, g := range me.Grants {
		held.divisions[g.Role.ID] = append(held.divisions[g.Role.ID], g.Division.ID)
		held.roles[g.Role.ID], held.names[g.Division.ID] = g.Role, g.Division.Name
	}
	return held, nil
}

// has says whether the visitor may give the pair. A role that is held in all divisions
// counts in each of them.
func (h *oauthHeld) has(p oauthPair) bool {
	divisions := h.divisions[p.Role]
	return slices.Contains(divisions, p.Division) || slices.Contains(divisions, identity.AllDivisions)
}

// lacks says whether one of the pairs is not held.
func (h *oauthHeld) lacks(pairs []oauthPair) bool {
	return slices.ContainsFunc(pairs, func(p oauthPair) bool { return !h.has(p) })
}

// oauthLost says whether the client has roles that the visitor does not hold, so that
// the API will refuse what they change.
func oauthLost(v *visit, c *oauthClient) (bool, error) {
	if len(c.RoleDivisions) == 0 {
		return false, nil
	}
	held, err := readOAuthHeld(v)
	return err == nil && held.lacks(c.RoleDivisions), err
}

// oauthPicker offers roles in divisions: those that the visitor holds can be picked,
// the others say why not.
type oauthPicker struct {
	Roles []oauthRole
	Kept  []oauthPair // what the client has and this page does not show
	Total int         // of all roles
	Names bool        // whether the visitor may see all roles
	Lost  bool        // whether the client has roles that the visitor does not hold
	Pages paging
	held  *oauthHeld
}

// oauthRole is a role of the picker.
type oauthRole struct {
	ID, Name, Description string
	Why                   string // it cannot be picked; "" where it can be
	Nobody                bool   // holds it
	Boxes                 []oauthBox
	given, held           bool
}

// oauthBox is a role in a division.
type oauthBox struct {
	oauthPair
	Label           string
	Checked, Closed bool
}

// oauthBoxes is about how many boxes a page of the picker shows.
const oauthBoxes = 600

// newOAuthPicker reads what can be picked. search is part of the roles' names, and
// number that of the page.
func newOAuthPicker(v *visit, given []oauthPair, search string, number int) (*oauthPicker, error) {
	held, err := readOAuthHeld(v)
	if err != nil {
		return nil, err
	}
	divisions, err := all[named](v, "/authorization/divisions")
	if err != nil {
		return nil, err
	}
	divisions = append([]named{{ID: identity.AllDivisions, Name: v.T("grants.everywhere")}}, divisions...)
	for _, d := range divisions {
		held.names[d.ID] = d.Name
	}
	p := &oauthPicker{held: held}
	roles, err := p.readRoles(v, held, given, search)
	if err != nil {
		return nil, err
	}
	for i := range roles {
		roles[i].given = slices.ContainsFunc(given, func(g oauthPair) bool { return g.Role == roles[i].ID })
		roles[i].held = len(held.divisions[roles[i].ID]) > 0
	}
	slices.SortStableFunc(roles, func(a, b oauthRole) int {
		return cmp.Or(first(a.given, b.given), first(a.held, b.held), compareFold(a.Name, b.Name))
	})
	size := min(max(oauthBoxes/len(divisions), 10), 100)
	p.Total = len(roles)
	found := cutPage(roles, number, size)
	p.Pages, p.Roles = pagingOf(v, found), found.Entities
	for i := range p.Roles {
		p.Roles[i].open(v, held, divisions, given)
	}
	for _, g := range given {
		if !slices.ContainsFunc(p.Roles, func(r oauthRole) bool { return r.ID == g.Role }) {
			p.Kept = append(p.Kept, g)
		}
	}
	return p, nil
}

// readRoles reads the roles of the organization; for somebody who may not see them,
// those that they hold, and those that the client has.
func (p *oauthPicker) readRoles(v *visit, held *oauthHeld, given []oauthPair, search string) ([]oauthRole, error) {
	type role struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		UserCount   int    `json:"userCount"`
	}
	query := url.Values{"userCount": {"true"}}
	if search != "" {
		query.Set("name", search)
	}
	found, err := all[role](v, "/authorization/roles?"+query.Encode())
	if err != nil && statusOf(err) != http.StatusForbidden {
		return nil, err
	}
	p.Names = err == nil
	roles := make([]oauthRole, 0, len(found))
	for _, r := range found {
		roles = append(roles, oauthRole{ID: r.ID, Name: r.Name, Description: r.Description, Nobody: r.UserCount == 0})
	}
	if p.Names {
		return roles, nil
	}
	for _, r := range held.roles {
		roles = append(roles, oauthRole{ID: r.ID, Name: r.Name})
	}
	for _, g := range given {
		if !slices.ContainsFunc(roles, func(r oauthRole) bool { return r.ID == g.Role }) {
			roles = append(roles, oauthRole{ID: g.Role, Name: g.Role})
		}
	}
	return roles, nil
}

// open makes the boxes of a role, and says why some of them are closed.
func (r *oauthRole) open(v *visit, held *oauthHeld, divisions []named, given []oauthPair) {
	switch in := held.divisions[r.ID]; {
	case len(in) == 0 && r.Nobody:
		r.Why = v.T("oauth.role.nobody")
	case len(in) == 0:
		r.Why = v.T("oauth.role.none")
	case !slices.Contains(in, identity.AllDivisions):
		names := make([]string, len(in))
		for i, id := range in {
			names[i] = cmp.Or(held.names[id], id)
		}
		r.Why = v.T("oauth.role.only", strings.Join(names, ", "))
	}
	add := func(id, label string) {
		pair := oauthPair{r.ID, id}
		r.Boxes = append(r.Boxes, oauthBox{oauthPair: pair, Label: label, Checked: slices.Contains(given, pair), Closed: !held.has(pair)})
	}
	for _, d := range divisions {
		add(d.ID, d.Name)
	}
	for _, g := range given { // a division that is no longer there
		if g.Role == r.ID && !slices.ContainsFunc(divisions, func(d named) bool { return d.ID == g.Division }) {
			add(g.Division, g.Division)
		}
	}
}

func editOAuthRoles(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	return showOAuthRoles(v, c, c.RoleDivisions, nil)
}

// showOAuthRoles shows the roles; given are those that are ticked, and problem is what
// the API said of the last try.
func showOAuthRoles(v *visit, c *oauthClient, given []oauthPair, problem *problem) error {
	picker, err := newOAuthPicker(v, given, v.query("q"), v.pageNumber())
	if err != nil {
		return err
	}
	picker.Lost = picker.held.lacks(c.RoleDivisions)
	p := oauthPage(v, c, "oauth-client-roles")
	p.Scripts = []string{"oauth.js"}
	p.Data = dict("Client", c, "Picker", picker, "Search", v.query("q"), "RoleError", problem.of("roleDivisions"),
		"Needs", needs(v, "oauth:client:edit"), "Action", v.Request().URL.RequestURI())
	return v.renderForm(p, problem)
}

func saveOAuthRoles(v *visit) error {
	pairs := oauthPairsOf(v.forms("role"))
	err := changeOAuthClient(v, func(whole doc) { whole["roleDivisions"] = pairs })
	if p := v.problem(err); p != nil && p.Status != http.StatusForbidden {
		c, readErr := readOAuthClient(v)
		if readErr != nil {
			return readErr
		}
		return showOAuthRoles(v, c, pairs, p)
	}
	if err != nil {
		return err
	}
	return v.done(at(oauthPath+"/%s/roles", v.Param("id")), "saved")
}
