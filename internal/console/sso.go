package console

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/mockcloud/mockcloud/internal/identity"
)

const ssoPath = "/admin/single-sign-on"

// singleSignOn registers the pages of the identity providers. A provider that the
// product knows by name has its word for an id; "custom" stands for one that is to be
// added.
func singleSignOn(r *routes) {
	r.get(ssoPath, listProviders)
	r.get(ssoPath+"/new", chooseProviderType)
	r.get(ssoPath+"/"+identity.ProviderPureCloud, editPasswordLogin)
	r.post(ssoPath+"/"+identity.ProviderPureCloud, savePasswordLogin)
	r.get(ssoPath+"/:id", editProvider)
	r.post(ssoPath+"/:id", saveProvider)
	r.get(ssoPath+"/:id/delete", askToDeleteProvider)
	r.post(ssoPath+"/:id/delete", deleteProvider)
}

// providerType is a type of provider by its path.
type providerType struct {
	ID, Name    string
	named       bool // it must have a name
	compression bool // it has the field endpointCompression
	provision   bool // it has the field autoProvisionUsers
}

// providerTypes are those that can be added, the ones that the product knows by name
// first.
func providerTypes(v *visit) []providerType {
	return []providerType{
		{ID: "adfs", Name: "Microsoft AD FS"},
		{ID: "cic", Name: "PureConnect CIC"},
		{ID: "gsuite", Name: "Google Workspace"},
		{ID: "identitynow", Name: "SailPoint IdentityNow"},
		{ID: "okta", Name: "Okta"},
		{ID: "onelogin", Name: "OneLogin"},
		{ID: "ping", Name: "Ping Identity"},
		{ID: "pureengage", Name: "Genesys Engage", provision: true},
		{ID: "salesforce", Name: "Salesforce"},
		{ID: "generic", Name: v.T("sso.type.generic"), named: true, compression: true},
		customProvider(v),
	}
}

func customProvider(v *visit) providerType {
	return providerType{ID: identity.ProviderCustom, Name: v.T("sso.type.custom"), named: true, compression: true}
}

// typeOf is the type of the provider with that id.
func typeOf(v *visit, id string) providerType {
	types := providerTypes(v)
	if i := slices.IndexFunc(types, func(k providerType) bool { return k.ID == id }); i >= 0 {
		return types[i]
	}
	return customProvider(v)
}

// provider is one in the list.
type provider struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Disabled       bool   `json:"disabled"`
	DisplayOnLogin bool   `json:"displayOnLogin"`
	IssuerURI      string `json:"issuerURI"`
	SSOTargetURI   string `json:"ssoTargetURI"`
	Type           string `json:"-"` // its name
	Test           string `json:"-"` // where one can sign in by it; "" where nobody can
}

func listProviders(v *visit) error {
	var found listing[provider]
	if err := v.api.get("/identityproviders", &found); err != nil {
		return err
	}
	org, err := organizationWord(v)
	if err != nil {
		return err
	}
	p := v.page("sso", "menu.sso")
	p.Lead = v.T("sso.lead")
	p.Actions = []link{{Name: v.T("sso.add"), Href: ssoPath + "/new"}}
	var shown []provider
	passwords, testIDP := true, false
	for _, one := range found.Entities {
		if one.ID == identity.ProviderPureCloud {
			passwords = !one.Disabled
			continue
		}
		one.Type = typeOf(v, one.ID).Name
		if one.Name == "" {
			one.Name = one.Type
		}
		one.Test = testLink(org, one.ID, one.SSOTargetURI, one.Disabled)
		testIDP = testIDP || (one.IssuerURI == identity.TestIDPIssuer && !one.Disabled)
		shown = append(shown, one)
	}
	p.Data = dict("Found", shown, "Passwords", passwords, "TestIDP", testIDP, "TestIDPPath", identity.TestIDPPath)
	return v.render(p)
}

// organizationWord is the short name of the visitor's organization.
func organizationWord(v *visit) (string, error) {
	var org struct {
		Word string `json:"thirdPartyOrgName"`
	}
	err := v.api.get("/organizations/me", &org)
	return org.Word, err
}

// testLink leads to the log-in page of a provider, whoever is signed in.
func testLink(org, id, target string, disabled bool) string {
	if disabled || target == "" {
		return ""
	}
	return "/login?" + url.Values{"org": {org}, "provider": {id}, "prompt": {"login"}}.Encode()
}

// typeChoice is a type on the page where one is chosen.
type typeChoice struct {
	providerType
	There bool // the organization has the one provider of this type
}

func chooseProviderType(v *visit) error {
	var found listing[provider]
	if err := v.api.get("/identityproviders", &found); err != nil {
		return err
	}
	var choices []typeChoice
	for _, k := range providerTypes(v) {
		there := slices.ContainsFunc(found.Entities, func(p provider) bool { return p.ID == k.ID })
		choices = append(choices, typeChoice{k, there})
	}
	p := v.page("sso-types", "sso.add")
	p.Lead = v.T("sso.types.lead")
	p.Back = &link{Name: v.T("menu.sso"), Href: ssoPath}
	p.Data = dict("Choices", choices)
	return v.render(p)
}

// storedProvider is a provider as the API has it; nil where one of a type that can be
// added is not there yet.
func storedProvider(v *visit, id string) (doc, error) {
	whole := doc{}
	err := v.api.get(at("/identityproviders/%s", id), &whole)
	if statusOf(err) == http.StatusNotFound && slices.ContainsFunc(providerTypes(v), func(k providerType) bool { return k.ID == id }) {
		return nil, nil
	}
	return whole, err
}

func editProvider(v *visit) error {
	stored, err := storedProvider(v, v.Param("id"))
	if err != nil {
		return err
	}
	shown := stored
	if stored == nil {
		shown = doc{"displayOnLogin": true, "ssoBinding": identity.BindingRedirect}
	}
	return showProvider(v, shown, stored != nil, nil)
}

func saveProvider(v *visit) error {
	id := v.Param("id")
	stored, err := storedProvider(v, id)
	if err != nil {
		return err
	}
	whole := stored
	if whole == nil {
		whole = doc{}
	}
	fillProvider(v, whole, typeOf(v, id))
	if id == identity.ProviderCustom {
		err = v.api.post("/identityproviders", whole, nil)
	} else {
		err = v.api.put(at("/identityproviders/%s", id), whole)
	}
	if p := v.problem(err); p != nil {
		return showProvider(v, whole, stored != nil, p)
	}
	if err != nil {
		return err
	}
	if stored == nil {
		return v.done(ssoPath, "added")
	}
	return v.done(ssoPath, "saved")
}

func askToDeleteProvider(v *visit) error {
	id := v.Param("id")
	var found provider
	if err := v.api.get(at("/identityproviders/%s", id), &found); err != nil {
		return err
	}
	if found.Name == "" {
		found.Name = typeOf(v, id).Name
	}
	return v.confirm(confirmation{
		Title: v.T("sso.delete", found.Name), Text: v.T("sso.delete.text", found.Name), Cancel: ssoPath + "/" + url.PathEscape(id),
	})
}

func deleteProvider(v *visit) error {
	if err := v.api.delete(at("/identityproviders/%s", v.Param("id"))); err != nil {
		return err
	}
	return v.done(ssoPath, "deleted")
}

// editPasswordLogin shows the provider that stands for the log-in by password. Where
// there is none, people can log in so.
func editPasswordLogin(v *visit) error {
	stored, err := passwordLogin(v)
	if err != nil {
		return err
	}
	return showPasswordLogin(v, stored["disabled"] != true, nil)
}

func passwordLogin(v *visit) (doc, error) {
	stored := doc{}
	err := v.api.get(at("/identityproviders/%s", identity.ProviderPureCloud), &stored)
	if statusOf(err) == http.StatusNotFound {
		err = nil
	}
	return stored, err
}

func showPasswordLogin(v *visit, allowed bool, problem *problem) error {
	p := v.page("sso-passwords", "sso.passwords")
	p.Back = &link{Name: v.T("menu.sso"), Href: ssoPath}
	missing := needs(v, "sso:provider:edit", "sso:provider:add")
	p.Data = dict("Needs", missing, "Fields", locked([]field{
		{Name: "allowed", Type: "checkbox", Label: v.T("sso.passwords.allow"), Hint: v.T("sso.passwords.hint"), Checked: allowed, Error: problem.of("disabled")},
	}, missing))
	return v.renderForm(p, problem)
}

func savePasswordLogin(v *visit) error {
	allowed := v.form("allowed") != ""
	stored, err := passwordLogin(v)
	if err != nil {
		return err
	}
	stored["disabled"] = !allowed
	err = v.api.put(at("/identityproviders/%s", identity.ProviderPureCloud), stored)
	if p := v.problem(err); p != nil {
		return showPasswordLogin(v, allowed, p)
	}
	if err != nil {
		return err
	}
	return v.done(ssoPath, "saved")
}
