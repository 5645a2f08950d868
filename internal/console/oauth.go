package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// oauthPath is where the pages of OAuth clients are. It must not hold /oauth/, which
// belongs to the log-in host.
const oauthPath = "/admin/oauth-clients"

// oauthClients registers the pages of OAuth clients.
func oauthClients(r *routes) {
	r.get(oauthPath, listOAuthClients)
	r.get(oauthPath+"/new", newOAuthClient)
	r.post(oauthPath+"/new", createOAuthClient)
	r.get(oauthPath+"/:id", editOAuthClient)
	r.post(oauthPath+"/:id", saveOAuthClient)
	r.get(oauthPath+"/:id/roles", editOAuthRoles)
	r.post(oauthPath+"/:id/roles", saveOAuthRoles)
	r.get(oauthPath+"/:id/try", tryOAuthClient)
	r.post(oauthPath+"/:id/try", runOAuthGrant)
	r.get(oauthPath+"/:id/usage", showOAuthUsage)
	r.get(oauthPath+"/:id/secret", askToResetOAuthSecret)
	r.post(oauthPath+"/:id/secret", resetOAuthSecret)
	r.get(oauthPath+"/:id/deactivate", askToDeactivateOAuthClient)
	r.post(oauthPath+"/:id/deactivate", deactivateOAuthClient)
	r.post(oauthPath+"/:id/restore", restoreOAuthClient)
	r.get(oauthPath+"/:id/delete", askToDeleteOAuthClient)
	r.post(oauthPath+"/:id/delete", deleteOAuthClient)
}

// oauthGrants are the grant types, in the order in which forms offer them.
var oauthGrants = []string{
	identity.GrantClientCredentials, identity.GrantCode, identity.GrantToken, identity.GrantSAML2Bearer, identity.GrantPassword,
}

// oauthClient is what the pages read of a client.
type oauthClient struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	Description   string      `json:"description"`
	GrantType     string      `json:"authorizedGrantType"`
	State         string      `json:"state"`
	Seconds       int         `json:"accessTokenValiditySeconds"`
	RedirectURIs  []string    `json:"registeredRedirectUri"`
	Scope         []string    `json:"scope"`
	RoleDivisions []oauthPair `json:"roleDivisions"`
	Created       time.Time   `json:"dateCreated"`
	Modified      time.Time   `json:"dateModified"`
	ToDelete      time.Time   `json:"dateToDelete"`
	CreatedBy     *named      `json:"createdBy"`
	ModifiedBy    *named      `json:"modifiedBy"`
	Secret        string      `json:"secret"` // only in the two answers that make one
}

// oauthPair is a role in a division.
type oauthPair struct {
	Role     string `json:"roleId"`
	Division string `json:"divisionId"`
}

// OfProgram says whether the client acts in its own name, and not in a person's.
func (c *oauthClient) OfProgram() bool { return c.GrantType == identity.GrantClientCredentials }

// Active says whether the client gets tokens.
func (c *oauthClient) Active() bool { return c.State == identity.ClientActive }

// Waiting says whether the client waits for its deletion, and can be restored.
func (c *oauthClient) Waiting() bool { return c.State == identity.ClientInactive }

// DeletedOn says when a client that waits will be deleted.
func (c *oauthClient) DeletedOn() string { return when(c.ToDelete) }

// Href is the address of the client's first page.
func (c *oauthClient) Href() string { return at(oauthPath+"/%s", c.ID) }

// status shows the client's state by shape and word.
func (c *oauthClient) status(v *visit) map[string]any {
	kind := "ok"
	switch c.State {
	case identity.ClientInactive:
		kind = "wait"
	case identity.ClientDisabled:
		kind = "bad"
	}
	return dict("Kind", kind, "Text", v.T("oauth.state."+c.State))
}

// oauthGrantName is what the product calls a grant type.
func oauthGrantName(v *visit, grantType string) string { return v.T("oauth.grant." + grantType) }

// oauthRow is a line of the list.
type oauthRow struct {
	*oauthClient
	Status map[string]any
	Grant  string
	By     string
}

func listOAuthClients(v *visit) error {
	var whole listing[*oauthClient] // the API lists all of them at once
	if err := v.api.get("/oauth/clients", &whole); err != nil {
		return err
	}
	name, grant, state := strings.ToLower(v.query("name")), v.query("grant"), v.query("state")
	kept := slices.DeleteFunc(whole.Entities, func(c *oauthClient) bool {
		return (name != "" && !strings.Contains(strings.ToLower(c.Name), name) && c.ID != name) ||
			(grant != "" && c.GrantType != grant) || (state != "" && c.State != state)
	})
	found := cutPage(kept, v.pageNumber(), pageSize)
	rows := make([]oauthRow, 0, len(found.Entities))
	for _, c := range found.Entities {
		row := oauthRow{oauthClient: c, Status: c.status(v), Grant: oauthGrantName(v, c.GrantType)}
		if c.CreatedBy != nil {
			row.By = cmp.Or(c.CreatedBy.Name, c.CreatedBy.ID)
		}
		rows = append(rows, row)
	}
	p := v.page("oauth", "menu.oauth")
	p.Lead = v.T("oauth.lead")
	p.Actions = []link{{Name: v.T("oauth.add"), Href: oauthPath + "/new"}}
	p.Data = dict("Rows", rows, "Pages", pagingOf(v, found), "Name", v.query("name"),
		"Filtered", name != "" || grant != "" || state != "",
		"Filters", []field{
			{Name: "grant", Label: v.T("granttype"), Type: "select", Options: choose(oauthGrantFilter(v), grant)},
			{Name: "state", Label: v.T("state"), Type: "select", Options: choose(oauthStateFilter(v), state)},
		})
	return v.render(p)
}

func oauthGrantFilter(v *visit) []option {
	options := []option{{Label: v.T("oauth.any")}}
	for _, g := range oauthGrants {
		options = append(options, option{Value: g, Label: oauthGrantName(v, g)})
	}
	return options
}

func oauthStateFilter(v *visit) []option {
	options := []option{{Label: v.T("oauth.any")}}
	for _, s := range []string{identity.ClientActive, identity.ClientInactive, identity.ClientDisabled} {
		options = append(options, option{Value: s, Label: v.T("oauth.state." + s)})
	}
	return options
}

// readOAuthClient reads the client that the address names.
func readOAuthClient(v *visit) (*oauthClient, error) {
	c := &oauthClient{}
	return c, v.api.get(at("/oauth/clients/%s", v.Param("id")), c)
}

// changeOAuthClient changes a part of a client, and sends the rest as it came.
func changeOAuthClient(v *visit, change func(whole doc)) error {
	path := at("/oauth/clients/%s", v.Param("id"))
	whole := doc{}
	if err := v.api.get(path, &whole); err != nil {
		return err
	}
	delete(whole, "roleIds") // an older form of roleDivisions
	change(whole)
	return v.api.put(path, whole)
}

// oauthPage begins a page of a client: its name, its tabs, and what can be done to it.
func oauthPage(v *visit, c *oauthClient, name string) *page {
	p := v.pageTitled(name, c.Name)
	p.Back = &link{Name: v.T("menu.oauth"), Href: oauthPath}
	for _, tab := range []struct{ key, part string }{{"details", ""}, {"menu.roles", "/roles"}, {"oauth.tab.try", "/try"}, {"oauth.tab.usage", "/usage"}} {
		current := name == "oauth-client"+strings.ReplaceAll(tab.part, "/", "-")
		p.Tabs = append(p.Tabs, link{Name: v.T(tab.key), Href: c.Href() + tab.part, Current: current})
	}
	if v.may("oauth:client:edit") && c.Active() {
		p.Actions = append(p.Actions, link{Name: v.T("oauth.deactivate"), Href: c.Href() + "/deactivate", Danger: true, Dialog: true})
	}
	if v.may("oauth:client:delete") && (!c.Waiting() || !oauthOld(v, c)) {
		p.Actions = append(p.Actions, link{Name: v.T("delete"), Href: c.Href() + "/delete", Danger: true, Dialog: true})
	}
	return p
}
