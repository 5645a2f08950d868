package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const authorizedPath = "/admin/authorized-applications"

// authorizedApplications registers the pages of what the organization has decided
// about OAuth clients, its own and those of others (decisions.md 39).
func authorizedApplications(r *routes) {
	r.get(authorizedPath, listAuthorizations)
	r.post(authorizedPath, switchEnforcement)
	r.get(authorizedPath+"/new", newAuthorization)
	r.post(authorizedPath+"/new", findAuthorization)
	r.get(authorizedPath+"/:id", showAuthorization)
	r.post(authorizedPath+"/:id", approve)
	r.get(authorizedPath+"/:id/revoke", askToRevoke)
	r.post(authorizedPath+"/:id/revoke", revoke)
}

// The states of an authorization, in the API's words.
const (
	stateUnauthorized = "Unauthorized"
	stateRequested    = "Requested"
	stateAuthorized   = "Authorized"
	stateRevoked      = "Revoked"
)

// authorization is what the organization has decided about a client.
type authorization struct {
	Client       authorizedClient `json:"client"`
	Scope        []string         `json:"scope"`
	Roles        []string         `json:"roles"`
	DateCreated  time.Time        `json:"dateCreated"`
	DateModified time.Time        `json:"dateModified"`
	CreatedBy    named            `json:"createdBy"`
	ModifiedBy   named            `json:"modifiedBy"`
	Pending      bool             `json:"pending"`
	State        string           `json:"state"`
}

type authorizedClient struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Grant       string   `json:"authorizedGrantType"`
	Scope       []string `json:"scope"`
}

// Kind is how the template "status" shows the state.
func (a *authorization) Kind() string {
	switch {
	case a.Pending:
		return "wait"
	case a.State == stateAuthorized:
		return "ok"
	case a.State == stateRevoked, a.State == stateUnauthorized:
		return "bad"
	}
	return "off"
}

// Key is that of the text for the state.
func (a *authorization) Key() string {
	switch {
	case a.State == stateAuthorized && a.Pending:
		return "authorized.state.more"
	case a.State == "":
		return "authorized.state.none"
	}
	return "authorized.state." + strings.ToLower(a.State)
}

func listAuthorizations(v *visit) error { return showAuthorizations(v, nil) }

func showAuthorizations(v *visit, problem *problem) error {
	var found listing[authorization]
	if err := v.api.get("/oauth/authorizations", &found); err != nil {
		return err
	}
	// Those that wait for somebody come first, then the newest.
	slices.SortStableFunc(found.Entities, func(a, b authorization) int {
		if a.Pending != b.Pending {
			if a.Pending {
				return -1
			}
			return 1
		}
		return b.DateModified.Compare(a.DateModified)
	})
	enforced, known, err := scopesEnforced(v)
	if err != nil {
		return err
	}
	p := v.page("authorized", "menu.authorized")
	p.Lead = v.T("authorized.lead")
	p.Actions = []link{{Name: v.T("authorized.add"), Href: authorizedPath + "/new"}}
	p.Data = dict("Found", found.Entities, "Enforced", enforced, "Known", known)
	return v.renderForm(p, problem)
}

// scopesEnforced says whether the organization limits its people's tokens to scopes:
// only then applications need an approval. Not everybody may know.
func scopesEnforced(v *visit) (enforced, known bool, err error) {
	var settings struct {
		Enforced bool `json:"enforceScopes"`
	}
	err = v.api.control(http.MethodGet, "/settings", nil, &settings)
	if statusOf(err) == http.StatusForbidden {
		return false, false, nil
	}
	return settings.Enforced, err == nil, err
}

func switchEnforcement(v *visit) error {
	err := v.api.control(http.MethodPatch, "/settings", doc{"enforceScopes": v.form("enforce") == "true"}, nil)
	if p := v.problem(err); p != nil {
		return showAuthorizations(v, p)
	}
	if err != nil {
		return err
	}
	return v.done(authorizedPath, "saved")
}

func newAuthorization(v *visit) error { return askForClient(v, "") }

func askForClient(v *visit, wrong string) error {
	p := v.page("authorized-new", "authorized.add")
	p.Lead = v.T("authorized.add.lead")
	p.Back = &link{Name: v.T("menu.authorized"), Href: authorizedPath}
	if wrong != "" {
		p.Status = http.StatusBadRequest
	}
	p.Data = dict("Field", field{Name: "client", Label: v.T("clientid"), Hint: v.T("authorized.client.hint"), Value: v.form("client"), Required: true, Mono: true, Error: wrong})
	return v.render(p)
}

func findAuthorization(v *visit) error {
	id := v.form("client")
	if id == "" || strings.ContainsAny(id, "/?#") {
		return askForClient(v, v.T("authorized.client.wrong"))
	}
	return v.redirect(authorizedPath + "/" + url.PathEscape(id))
}

// authorizationOf finds what was decided about the client of the page, and the client
// as far as the visitor may see it: of another organization's nothing is known before
// it is approved.
func authorizationOf(v *visit) (*authorization, error) {
	a := &authorization{}
	err := v.api.get(at("/oauth/authorizations/%s", v.Param("id")), a)
	if statusOf(err) != http.StatusNotFound {
		return a, err
	}
	a = &authorization{Client: authorizedClient{ID: v.Param("id")}}
	if !v.may("oauth:client:view") {
		return a, nil
	}
	err = v.api.get(at("/oauth/clients/%s", v.Param("id")), &a.Client)
	if statusOf(err) == http.StatusNotFound {
		err = nil
	}
	return a, err
}

func showAuthorization(v *visit) error {
	a, err := authorizationOf(v)
	if err != nil {
		return err
	}
	chosen := a.Scope
	if a.State == "" {
		chosen = a.Client.Scope
	}
	return showDecision(v, a, chosen, nil)
}

// scopeChoice is a scope of the client that can be approved.
type scopeChoice struct {
	ID, Description string
	Chosen          bool
}

func showDecision(v *visit, a *authorization, chosen []string, problem *problem) error {
	title := a.Client.Name
	if title == "" {
		title = v.T("authorized.unknown")
	}
	p := v.pageTitled("authorized-one", title)
	p.Lead = a.Client.Description
	p.Back = &link{Name: v.T("menu.authorized"), Href: authorizedPath}
	here := authorizedPath + "/" + url.PathEscape(v.Param("id"))
	switch a.State {
	case stateAuthorized:
		p.Actions = []link{{Name: v.T("authorized.revoke"), Href: here + "/revoke", Danger: true, Dialog: true}}
	case stateRequested:
		p.Actions = []link{{Name: v.T("authorized.deny"), Href: here + "/revoke", Danger: true, Dialog: true}}
	}
	scopes, err := scopesToChoose(v, a, chosen)
	if err != nil {
		return err
	}
	roles, err := roleNames(v, a.Roles)
	if err != nil {
		return err
	}
	button := "authorized.approve"
	if a.State == stateAuthorized {
		button = "save"
	}
	p.Data = dict("A", a, "Scopes", scopes, "Roles", roles, "Known", a.Client.Name != "", "Button", button)
	return v.renderForm(p, problem)
}

// scopesToChoose are the client's, and what was approved besides, in the words of the
// API.
func scopesToChoose(v *visit, a *authorization, chosen []string) ([]scopeChoice, error) {
	all := slices.Clone(a.Client.Scope)
	for _, id := range a.Scope {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	var known listing[struct {
		ID          string `json:"id"`
		Description string `json:"description"`
	}]
	if err := v.api.get("/oauth/scopes", &known); err != nil {
		return nil, err
	}
	descriptions := make(map[string]string, len(known.Entities))
	for _, one := range known.Entities {
		descriptions[one.ID] = one.Description
	}
	choices := make([]scopeChoice, 0, len(all))
	for _, id := range all {
		choices = append(choices, scopeChoice{id, descriptions[id], slices.Contains(chosen, id)})
	}
	return choices, nil
}

// roleNames names the roles that the client holds here; by their ids where the visitor
// may not see roles.
func roleNames(v *visit, ids []string) ([]named, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found listing[named]
	if !v.may("authorization:role:view") {
		for _, id := range ids {
			found.Entities = append(found.Entities, named{ID: id, Name: id})
		}
		return found.Entities, nil
	}
	err := v.api.get("/authorization/roles?"+url.Values{"id": ids, "pageSize": {"500"}}.Encode(), &found)
	return found.Entities, err
}

func approve(v *visit) error {
	decision := doc{"client": v.Param("id"), "state": stateAuthorized}
	if v.form("choose") != "" { // else the scopes are unknown, and all of them are meant
		decision["scope"] = append([]string{}, v.forms("scope")...)
	}
	err := v.api.control(http.MethodPost, "/authorizations", decision, nil)
	if p := v.problem(err); p != nil {
		a, err := authorizationOf(v)
		if err != nil {
			return err
		}
		return showDecision(v, a, v.forms("scope"), p)
	}
	if statusOf(err) == http.StatusNotFound {
		return askForClientAgain(v)
	}
	if err != nil {
		return err
	}
	return v.done(authorizedPath, "approved")
}

// askForClientAgain shows the form that asks for the id, which was that of no client.
func askForClientAgain(v *visit) error {
	v.Request().PostForm.Set("client", v.Param("id"))
	return askForClient(v, v.T("authorized.client.none"))
}

func askToRevoke(v *visit) error {
	a := &authorization{}
	if err := v.api.get(at("/oauth/authorizations/%s", v.Param("id")), a); err != nil {
		return err
	}
	c := confirmation{
		Title: v.T("authorized.revoke.title", a.Client.Name), Text: v.T("authorized.revoke.text", a.Client.Name), Button: v.T("authorized.revoke"),
		Cancel: authorizedPath + "/" + url.PathEscape(v.Param("id")),
	}
	if a.State == stateRequested {
		c.Title, c.Text, c.Button = v.T("authorized.deny.title", a.Client.Name), v.T("authorized.deny.text", a.Client.Name), v.T("authorized.deny")
	}
	return v.confirm(c)
}

func revoke(v *visit) error {
	a := &authorization{}
	if err := v.api.get(at("/oauth/authorizations/%s", v.Param("id")), a); err != nil {
		return err
	}
	state, done := stateRevoked, "revoked"
	if a.State == stateRequested {
		state, done = stateUnauthorized, "denied"
	}
	if err := v.api.control(http.MethodPost, "/authorizations", doc{"client": v.Param("id"), "state": state}, nil); err != nil {
		return err
	}
	return v.done(authorizedPath, done)
}
