package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// oauthForm is what somebody types of a client, as it was typed.
type oauthForm struct {
	Name, Description, Seconds, Grant, Redirects string
	Scopes                                       []string
	Pairs                                        []oauthPair
}

func oauthFormOf(c *oauthClient) *oauthForm {
	return &oauthForm{
		Name: c.Name, Description: c.Description, Seconds: strconv.Itoa(c.Seconds), Grant: c.GrantType,
		Redirects: strings.Join(c.RedirectURIs, "\n"), Scopes: c.Scope, Pairs: c.RoleDivisions,
	}
}

// readOAuthForm reads what was sent.
func readOAuthForm(v *visit) *oauthForm {
	return &oauthForm{
		Name: v.form("name"), Description: v.form("description"), Seconds: v.form("seconds"), Grant: v.form("grant"),
		Redirects: v.form("redirects"), Scopes: v.forms("scope"), Pairs: oauthPairsOf(v.forms("role")),
	}
}

// fill writes what was typed into what is sent to the API, which judges it.
func (f *oauthForm) fill(whole doc) {
	whole["name"], whole["description"], whole["authorizedGrantType"] = f.Name, f.Description, f.Grant
	delete(whole, "accessTokenValiditySeconds")
	if n, err := strconv.Atoi(f.Seconds); err == nil {
		whole["accessTokenValiditySeconds"] = n
	} else if f.Seconds != "" {
		whole["accessTokenValiditySeconds"] = f.Seconds
	}
	uris := []string{}
	for line := range strings.Lines(f.Redirects) {
		if line = strings.TrimSpace(line); line != "" {
			uris = append(uris, line)
		}
	}
	whole["registeredRedirectUri"], whole["scope"] = uris, append([]string{}, f.Scopes...)
}

// fields are those of the form but the scopes and the roles.
func (f *oauthForm) fields(v *visit, p *problem) map[string]field {
	grants := make([]option, 0, len(oauthGrants))
	for _, g := range oauthGrants {
		grants = append(grants, option{Value: g, Label: oauthGrantName(v, g), Hint: v.T("oauth.grant." + g + ".hint")})
	}
	return map[string]field{
		"Name":        {Name: "name", Label: v.T("oauth.name"), Value: f.Name, Required: true, Error: p.of("name")},
		"Description": {Name: "description", Label: v.T("description"), Value: f.Description, Error: p.of("description")},
		"Seconds": {
			Name: "seconds", Label: v.T("oauth.seconds"), Hint: v.T("oauth.seconds.hint", identity.MinValiditySeconds, identity.MaxValiditySeconds),
			Value: f.Seconds, Type: "number", Error: p.of("accessTokenValiditySeconds"),
		},
		"Grant": {Name: "grant", Label: v.T("oauth.grants"), Type: "radio", Options: choose(grants, f.Grant), Error: p.of("authorizedGrantType")},
		"Redirects": {
			Name: "redirects", Label: v.T("oauth.redirects"), Hint: v.T("oauth.redirects.hint"), Value: f.Redirects,
			Type: "textarea", Mono: true, Rows: min(strings.Count(f.Redirects, "\n")+3, 8), Error: p.of("registeredRedirectUri"),
		},
	}
}

// oauthScope is one that can be chosen.
type oauthScope struct {
	ID      string
	Checked bool
}

// scopes are all that there are, the chosen ones first.
func (f *oauthForm) scopes(v *visit) ([]oauthScope, error) {
	var known struct{ Entities []named }
	if err := v.api.get("/oauth/scopes", &known); err != nil {
		return nil, err
	}
	var chosen, others []oauthScope
	for _, s := range known.Entities {
		if slices.Contains(f.Scopes, s.ID) {
			chosen = append(chosen, oauthScope{s.ID, true})
		} else {
			others = append(others, oauthScope{s.ID, false})
		}
	}
	return append(chosen, others...), nil
}

func newOAuthClient(v *visit) error {
	return showNewOAuthClient(v, &oauthForm{Seconds: strconv.Itoa(identity.DefaultValiditySeconds), Grant: identity.GrantClientCredentials}, nil)
}

func showNewOAuthClient(v *visit, f *oauthForm, problem *problem) error {
	p := v.page("oauth-new", "oauth.add")
	p.Back = &link{Name: v.T("menu.oauth"), Href: oauthPath}
	picker, err := newOAuthPicker(v, f.Pairs, "", 1)
	if err != nil {
		return err
	}
	return renderOAuthForm(p, f, problem, dict("Picker", picker, "Needs", needs(v, "oauth:client:add")))
}

func renderOAuthForm(p *page, f *oauthForm, problem *problem, data map[string]any) error {
	scopes, err := f.scopes(p.visit)
	if err != nil {
		return err
	}
	p.Scripts = []string{"oauth.js"}
	data["Fields"], data["Scopes"] = f.fields(p.visit, problem), scopes
	data["ScopeError"], data["RoleError"] = problem.of("scope"), problem.of("roleDivisions")
	p.Data = data
	return p.renderForm(p, problem)
}

func createOAuthClient(v *visit) error {
	f, body, made := readOAuthForm(v), doc{}, &oauthClient{}
	f.fill(body)
	// What the grant type has no use for is not shown, and not sent.
	if f.Grant == identity.GrantClientCredentials {
		delete(body, "scope")
		body["roleDivisions"] = f.Pairs
	}
	if f.Grant != identity.GrantCode && f.Grant != identity.GrantToken {
		delete(body, "registeredRedirectUri")
	}
	err := v.api.post("/oauth/clients", body, made)
	if p := v.problem(err); p != nil && p.Status != http.StatusForbidden {
		return showNewOAuthClient(v, f, p)
	}
	if err != nil {
		return err
	}
	return showOAuthSecret(v, made, "oauth.secret.made")
}

func editOAuthClient(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	return showOAuthClient(v, c, oauthFormOf(c), nil)
}

// showOAuthClient shows the details; problem is what the API said of the last try.
func showOAuthClient(v *visit, c *oauthClient, f *oauthForm, problem *problem) error {
	p := oauthPage(v, c, "oauth-client")
	p.Lead = c.Description
	lost, err := oauthLost(v, c)
	if err != nil {
		return err
	}
	return renderOAuthForm(p, f, problem, dict(
		"Client", c, "Status", c.status(v), "Needs", needs(v, "oauth:client:edit"), "Lost", lost))
}

func saveOAuthClient(v *visit) error {
	f := readOAuthForm(v)
	err := changeOAuthClient(v, f.fill)
	if p := v.problem(err); p != nil && p.Status != http.StatusForbidden {
		c, readErr := readOAuthClient(v)
		if readErr != nil {
			return readErr
		}
		return showOAuthClient(v, c, f, p)
	}
	if err != nil {
		return err
	}
	return v.done(at(oauthPath+"/%s", v.Param("id")), "saved")
}
