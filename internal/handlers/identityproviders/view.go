package identityproviders

import (
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// summary is the schema IdentityProvider, and PureCloud.
type summary struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Disabled bool   `json:"disabled"`
	SelfURI  string `json:"selfUri"`
}

// provider is the schema SAMLProvider, and with the last two fields those of the
// types that have them. Texts that nobody has set are there and empty, since
// Terraform compares what it reads with what it sent (facts: terraform.md §2);
// those with an enumeration are left out.
type provider struct {
	summary
	ProviderName           string   `json:"providerName"`
	DisplayOnLogin         bool     `json:"displayOnLogin"`
	IssuerURI              string   `json:"issuerURI"`
	SSOTargetURI           string   `json:"ssoTargetURI"`
	SSOBinding             string   `json:"ssoBinding,omitempty"`
	SLOURI                 string   `json:"sloURI"`
	SLOBinding             string   `json:"sloBinding"`
	RelyingPartyIdentifier string   `json:"relyingPartyIdentifier"`
	Certificate            string   `json:"certificate,omitempty"`
	Certificates           []string `json:"certificates,omitempty"`
	MetadataURL            string   `json:"metadataURL"`
	NameIdentifierFormat   string   `json:"nameIdentifierFormat,omitempty"`
	SignAuthnRequests      bool     `json:"signAuthnRequests"`
	LogoImageData          string   `json:"logoImageData"`
	EndpointCompression    *bool    `json:"endpointCompression,omitempty"`
	AutoProvisionUsers     *bool    `json:"autoProvisionUsers,omitempty"`
}

// The paths of mockcloud's own test identity provider.
const (
	testTarget   = identity.TestIDPPath + "/sso"
	testMetadata = identity.TestIDPPath + "/metadata"
)

func summaryOf(p *identity.Provider) summary {
	return summary{ID: p.ID, Name: p.Name, Disabled: p.Disabled, SelfURI: "/api/v2/identityproviders/" + p.ID}
}

// view is what p looks like as one of that kind.
func view(c *handlers.Call, p *identity.Provider, k *kind) any {
	if k.bare {
		return summaryOf(p)
	}
	v := &provider{
		summary:      summaryOf(p),
		ProviderName: p.ProviderName, DisplayOnLogin: p.DisplayOnLogin,
		IssuerURI: p.IssuerURI, SSOTargetURI: p.SSOTargetURI, SSOBinding: p.SSOBinding, SLOURI: p.SLOURI, SLOBinding: p.SLOBinding,
		RelyingPartyIdentifier: p.RelyingPartyIdentifier, Certificate: p.Certificate, Certificates: p.Certificates,
		MetadataURL: p.MetadataURL, NameIdentifierFormat: p.NameIdentifierFormat,
		SignAuthnRequests: p.SignAuthnRequests, LogoImageData: p.LogoImageData,
	}
	if p.BuiltIn {
		v.SSOTargetURI, v.MetadataURL = c.Authority.Issuer()+testTarget, c.Authority.Issuer()+testMetadata
	}
	if k.endpointCompression {
		v.EndpointCompression = &p.EndpointCompression
	}
	if k.autoProvisionUsers {
		v.AutoProvisionUsers = &p.AutoProvisionUsers
	}
	return v
}
