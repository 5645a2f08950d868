package console

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
)

// providerTexts and providerSwitches are the fields of the form that stand in a
// provider as they are.
var (
	providerTexts    = []string{"name", "providerName", "issuerURI", "ssoTargetURI", "ssoBinding", "relyingPartyIdentifier", "nameIdentifierFormat", "sloURI", "sloBinding", "metadataURL"}
	providerSwitches = []string{"displayOnLogin", "signAuthnRequests"}
)

// providerChoices are fields where nothing chosen is left out: the API knows no empty choice.
var providerChoices = []string{"ssoBinding", "nameIdentifierFormat"}

// fillProvider puts what the form says into a provider. What the form does not show,
// as the logo, stays.
func fillProvider(v *visit, whole doc, k providerType) {
	for _, name := range providerTexts {
		whole[name] = v.form(name)
		if whole[name] == "" && slices.Contains(providerChoices, name) {
			delete(whole, name)
		}
	}
	switches := slices.Clone(providerSwitches)
	if k.compression {
		switches = append(switches, "endpointCompression")
	}
	if k.provision {
		switches = append(switches, "autoProvisionUsers")
	}
	for _, name := range switches {
		whole[name] = v.form(name) != ""
	}
	whole["disabled"] = v.form("enabled") == ""
	// Those that nobody has touched go back letter by letter.
	if said := certificateLines(v.form("certificates")); said != certificatesText(whole) {
		whole["certificates"] = splitCertificates(said)
		delete(whole, "certificate")
	}
}

func certificateLines(text string) string {
	return strings.TrimSpace(plainLines(text))
}

// certificatesText is what the form shows of a provider's certificates.
func certificatesText(whole doc) string {
	var texts []string
	for _, one := range certificatesOf(whole) {
		texts = append(texts, certificateLines(one))
	}
	return strings.Join(texts, "\n\n")
}

func certificatesOf(whole doc) []string {
	var all []string
	switch list := whole["certificates"].(type) {
	case []string:
		all = list
	case []any:
		for _, one := range list {
			text, _ := one.(string)
			all = append(all, text)
		}
	}
	if one, _ := whole["certificate"].(string); len(all) == 0 && one != "" {
		all = []string{one}
	}
	return all
}

// betweenCertificates is where one ends and the next begins: after the last line of
// PEM, and where a line is empty.
var betweenCertificates = regexp.MustCompile(`(-----END CERTIFICATE-----)\s*|\n[ \t]*\n\s*`)

// splitCertificates takes a text with any number of certificates apart.
func splitCertificates(text string) []string {
	parts := []string{}
	for part := range strings.SplitSeq(betweenCertificates.ReplaceAllString(text, "$1\x00"), "\x00") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// certificateView says whose a certificate is and how long it counts.
type certificateView struct {
	Subject, Until string
}

func certificateViews(whole doc) []certificateView {
	var views []certificateView
	for _, text := range certificatesOf(whole) {
		if c, err := saml.ParseCertificate(text); err == nil {
			views = append(views, certificateView{c.Subject.String(), c.NotAfter.UTC().Format("2006-01-02")})
		}
	}
	return views
}

// showProvider shows the form; problem is what the API said of the last try.
func showProvider(v *visit, whole doc, there bool, problem *problem) error {
	id := v.Param("id")
	k := typeOf(v, id)
	p := v.page("sso-provider", "sso.add.type", k.Name)
	p.Back = &link{Name: v.T("menu.sso"), Href: ssoPath}
	test := ""
	if there {
		p.Title = k.Name
		p.Actions = []link{{Name: v.T("delete"), Href: v.Request().URL.Path + "/delete", Danger: true, Dialog: true}}
		org, err := organizationWord(v)
		if err != nil {
			return err
		}
		test = testLink(org, id, providerText(whole, "ssoTargetURI"), whole["disabled"] == true)
		if name := providerText(whole, "name"); name != "" && problem == nil {
			p.Title = name
		}
	}
	audience := providerText(whole, "relyingPartyIdentifier")
	if audience == "" {
		audience = identity.TestIDPAudience
	}
	more := moreOfProvider(v, whole, k, problem)
	missing := needs(v, "sso:provider:edit", "sso:provider:add")
	if id == identity.ProviderCustom {
		missing = needs(v, "sso:provider:add")
	}
	p.Data = dict(
		"Fields", locked(fieldsOfProvider(v, whole, k, problem), missing), "More", locked(more, missing), "Needs", missing,
		"Open", slices.ContainsFunc(more, func(f field) bool { return f.Error != "" }),
		"Type", k.Name, "Logo", providerText(whole, "logoImageData") != "", "Certificates", certificateViews(whole),
		"ACS", v.origin()+"/saml", "Audience", audience, "There", there, "Test", test,
	)
	return v.renderForm(p, problem)
}

// providerText is a text of an entity; "" where it has none.
func providerText(whole doc, name string) string {
	s, _ := whole[name].(string)
	return s
}

func fieldsOfProvider(v *visit, whole doc, k providerType, problem *problem) []field {
	text := func(name string) field {
		return field{Name: name, Label: v.T("sso.field." + name), Value: providerText(whole, name), Error: problem.of(name)}
	}
	name, onPage, issuer, target := text("name"), text("providerName"), text("issuerURI"), text("ssoTargetURI")
	name.Label, name.Required, issuer.Required = v.T("name"), k.named, true
	onPage.Hint, target.Hint = v.T("sso.providerName.hint"), v.T("sso.ssoTargetURI.hint")
	issuer.Mono, target.Mono = true, true
	binding := text("ssoBinding")
	binding.Type = "select"
	binding.Options = choose([]option{{Value: identity.BindingRedirect, Label: "HTTP Redirect"}, {Value: identity.BindingPost, Label: "HTTP POST"}}, binding.Value)
	if binding.Value == "" {
		binding.Options = slices.Insert(binding.Options, 0, option{Label: v.T("unset"), Selected: true})
	}
	audience := text("relyingPartyIdentifier")
	audience.Mono, audience.Hint = true, v.T("sso.relyingPartyIdentifier.hint", identity.TestIDPAudience)
	certificates := field{
		Name: "certificates", Type: "textarea", Rows: 8, Mono: true, Label: v.T("sso.certificates"), Hint: v.T("sso.certificates.hint"),
		Value: certificatesText(whole), Error: certificateError(problem),
	}
	return []field{
		name, issuer, target, binding, audience, certificates, onPage,
		{Name: "displayOnLogin", Type: "checkbox", Label: v.T("sso.displayOnLogin"), Checked: whole["displayOnLogin"] == true},
		{Name: "enabled", Type: "checkbox", Label: v.T("sso.enabled"), Checked: whole["disabled"] != true},
	}
}

// certificateError is what is wrong with any of the certificates.
func certificateError(p *problem) string {
	if p == nil {
		return ""
	}
	for name, message := range p.Fields {
		if strings.HasPrefix(name, "certificate") {
			return message
		}
	}
	return ""
}

// logoutBindings are those that the product offers.
var logoutBindings = []string{"HTTP Redirect", "HTTP Post"}

// moreOfProvider are the fields that few need.
func moreOfProvider(v *visit, whole doc, k providerType, problem *problem) []field {
	from := func(name string, values []string) field {
		f := field{Name: name, Type: "select", Label: v.T("sso.field." + name), Value: providerText(whole, name), Error: problem.of(name), Options: []option{{Label: v.T("unset")}}}
		if f.Value != "" && !slices.Contains(values, f.Value) {
			values = append([]string{f.Value}, values...)
		}
		for _, value := range values {
			f.Options = append(f.Options, option{Value: value, Label: value})
		}
		choose(f.Options, f.Value)
		return f
	}
	text := func(name string) field {
		return field{Name: name, Label: v.T("sso.field." + name), Value: providerText(whole, name), Error: problem.of(name), Mono: true}
	}
	toggle := func(name string) field {
		return field{Name: name, Type: "checkbox", Label: v.T("sso.field." + name), Checked: whole[name] == true}
	}
	more := []field{from("nameIdentifierFormat", identity.NameFormats), text("metadataURL"), text("sloURI"), from("sloBinding", logoutBindings), toggle("signAuthnRequests")}
	if k.compression {
		more = append(more, toggle("endpointCompression"))
	}
	if k.provision {
		more = append(more, toggle("autoProvisionUsers"))
	}
	return more
}
