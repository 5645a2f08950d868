package identity

import (
	"cmp"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Provider is an identity provider that people of the organization can sign in
// with. Those that the product knows by name exist once, under the word of
// their path ("okta"); any others have an id of their own. What stands in it is
// what clients sent: Terraform reads back even empty texts (facts:
// terraform.md §1).
type Provider struct {
	ID                     string   `json:"id"`
	Type                   string   `json:"type"` // the word of the path, or ProviderCustom
	Name                   string   `json:"name"`
	ProviderName           string   `json:"providerName"`
	Disabled               bool     `json:"disabled"`
	DisplayOnLogin         bool     `json:"displayOnLogin"`
	IssuerURI              string   `json:"issuerURI"`
	SSOTargetURI           string   `json:"ssoTargetURI"`
	SSOBinding             string   `json:"ssoBinding"`
	SLOURI                 string   `json:"sloURI"`
	SLOBinding             string   `json:"sloBinding"`
	RelyingPartyIdentifier string   `json:"relyingPartyIdentifier"` // the audience of assertions; "" means any
	MetadataURL            string   `json:"metadataURL"`
	NameIdentifierFormat   string   `json:"nameIdentifierFormat"`
	SignAuthnRequests      bool     `json:"signAuthnRequests"`
	EndpointCompression    bool     `json:"endpointCompression"`
	AutoProvisionUsers     bool     `json:"autoProvisionUsers"`
	LogoImageData          string   `json:"logoImageData"`
	Certificate            string   `json:"certificate,omitempty"`
	Certificates           []string `json:"certificates,omitempty"`

	// BuiltIn marks mockcloud's own test identity provider, whose addresses
	// follow the server's.
	BuiltIn bool `json:"builtIn,omitempty"`
}

// The types of providers that are not a product's name.
const (
	ProviderCustom    = "custom"
	ProviderPureCloud = "purecloud" // the built-in login; disabled means single sign-on only
)

// What the built-in test identity provider calls itself and mockcloud, and where
// it lives.
const (
	TestIDPPath     = "/_mockcloud/idp"
	TestIDPIssuer   = "urn:mockcloud:test-idp"
	TestIDPAudience = "urn:mockcloud"
)

// The ways in which a request for a sign-in reaches a provider.
const (
	BindingPost     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	BindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
)

// Providers are few: an organization can have thirty.
var Providers = store.Collection[*Provider]{
	Name: "identityproviders",
	Key:  func(p *Provider) string { return p.ID },
	Indexes: []store.Index[*Provider]{
		{Name: "issuer", Keys: func(p *Provider) []string {
			if p.IssuerURI == "" {
				return nil
			}
			return []string{nameKey(p.IssuerURI)}
		}},
	},
}

// CompareProviders orders providers by name, whatever its case, then by id.
func CompareProviders(a, b *Provider) int {
	return cmp.Or(strings.Compare(nameKey(a.Name), nameKey(b.Name)), strings.Compare(a.ID, b.ID))
}

// ProvidersOfIssuer lists the enabled providers that have the issuer.
func ProvidersOfIssuer(tx *store.Tx, issuer string) ([]*Provider, error) {
	var all []*Provider
	for p, err := range Providers.By(tx, "issuer", nameKey(issuer)) {
		if err != nil {
			return nil, err
		}
		if !p.Disabled && p.IssuerURI == issuer {
			all = append(all, p)
		}
	}
	return all, nil
}

// PasswordLogin says whether people can sign in with their password: they can,
// unless the provider purecloud is disabled.
func PasswordLogin(tx *store.Tx) bool {
	p, err := Providers.Peek(tx, ProviderPureCloud)
	return err != nil || !p.Disabled
}

// NameFormats are how a provider can name people (facts: oauth.md §11).
var NameFormats = []string{
	"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
}
