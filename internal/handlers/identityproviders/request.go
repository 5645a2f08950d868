package identityproviders

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/saml"
)

// request is what clients send of a provider. The schema of the operation has
// dropped what its type does not have.
type request struct {
	Name                   string   `json:"name"`
	ProviderName           string   `json:"providerName"`
	Disabled               bool     `json:"disabled"`
	DisplayOnLogin         *bool    `json:"displayOnLogin"`
	IssuerURI              string   `json:"issuerURI"`
	SSOTargetURI           string   `json:"ssoTargetURI"`
	SSOBinding             string   `json:"ssoBinding"`
	SLOURI                 string   `json:"sloURI"`
	SLOBinding             string   `json:"sloBinding"`
	RelyingPartyIdentifier string   `json:"relyingPartyIdentifier"`
	Certificate            string   `json:"certificate"`
	Certificates           []string `json:"certificates"`
	MetadataURL            string   `json:"metadataURL"`
	NameIdentifierFormat   string   `json:"nameIdentifierFormat"`
	SignAuthnRequests      bool     `json:"signAuthnRequests"`
	LogoImageData          string   `json:"logoImageData"`
	EndpointCompression    bool     `json:"endpointCompression"`
	AutoProvisionUsers     bool     `json:"autoProvisionUsers"`
}

// The limits of facts oauth.md §11.
const (
	maxCertificates = 5         // the main one and four more
	maxLogo         = 25 * 1024 // bytes
)

// check refuses what a provider of that kind cannot be, field by field.
func (r *request) check(c *handlers.Call, k *kind) error {
	if k.bare {
		return nil
	}
	if !r.targetIsFine(c) {
		return refuse(c, "invalid.target.url", "ssoTargetURI")
	}
	if blank(r.IssuerURI) {
		return refuse(c, "missing.issuer.uri", "issuerURI")
	}
	if err := r.checkCertificates(c); err != nil {
		return err
	}
	if !k.named {
		return nil
	}
	switch {
	case blank(r.Name):
		return refuse(c, "missing.provider.name", "name")
	case len(r.LogoImageData) > maxLogo:
		return refuse(c, "provider.logo.too.large", "logoImageData")
	case r.NameIdentifierFormat != "" && !slices.Contains(identity.NameFormats, r.NameIdentifierFormat):
		return refuse(c, "invalid.nameid.format", "nameIdentifierFormat")
	}
	return nil
}

// refuse is the 400 for a field, in the catalogue's words.
func refuse(c *handlers.Call, code, field string) error {
	return c.Documented(http.StatusBadRequest, code).OnField(field)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// targetIsFine says whether a browser can be sent to the target: by https, or to
// the test identity provider of this server, which may have no https.
func (r *request) targetIsFine(c *handlers.Call) bool {
	if r.SSOTargetURI == "" || r.SSOTargetURI == c.Authority.Issuer()+testTarget {
		return true // Terraform sends "" where its user gives none
	}
	u, err := url.Parse(r.SSOTargetURI)
	return err == nil && u.Scheme == "https" && u.Hostname() != ""
}

// certificates are those of both fields. Terraform sends a single one in both
// (facts: terraform.md §2).
func (r *request) certificates() []string {
	if blank(r.Certificate) || slices.Contains(r.Certificates, r.Certificate) {
		return r.Certificates
	}
	return slices.Concat([]string{r.Certificate}, r.Certificates)
}

func (r *request) checkCertificates(c *handlers.Call) error {
	all := r.certificates()
	if len(all) > maxCertificates {
		return tooMany(c, "A provider can have %d certificates at most.", maxCertificates).OnField("certificates")
	}
	for _, text := range all {
		field := "certificate"
		if i := slices.Index(r.Certificates, text); i >= 0 {
			field = fmt.Sprintf("certificates[%d]", i)
		}
		parsed, err := saml.ParseCertificate(text)
		switch {
		case errors.Is(err, saml.ErrCertificateBase64):
			return refuse(c, "certificate.invalid.base64", field)
		case err != nil:
			return refuse(c, "certificate.unparseable", field)
		case c.Now().After(parsed.NotAfter):
			return refuse(c, "certificate.expired", field)
		case c.Now().Before(parsed.NotBefore):
			return refuse(c, "certificate.not.yet.valid", field)
		}
	}
	return nil
}

// provider is what the request, which is checked, makes of before (nil for
// none).
func (r *request) provider(c *handlers.Call, k *kind, id string, before *identity.Provider) *identity.Provider {
	p := &identity.Provider{ID: id, Type: k.word, Name: r.Name, Disabled: r.Disabled}
	if k.bare {
		return p
	}
	p.ProviderName, p.DisplayOnLogin, p.LogoImageData = r.ProviderName, r.DisplayOnLogin == nil || *r.DisplayOnLogin, r.LogoImageData
	p.IssuerURI, p.RelyingPartyIdentifier, p.MetadataURL = r.IssuerURI, r.RelyingPartyIdentifier, r.MetadataURL
	p.SSOTargetURI, p.SSOBinding, p.SLOURI, p.SLOBinding = r.SSOTargetURI, r.SSOBinding, r.SLOURI, r.SLOBinding
	p.NameIdentifierFormat, p.SignAuthnRequests = r.NameIdentifierFormat, r.SignAuthnRequests
	p.EndpointCompression, p.AutoProvisionUsers = r.EndpointCompression, r.AutoProvisionUsers
	p.Certificates = r.certificates()
	if len(p.Certificates) == 1 {
		p.Certificate = p.Certificates[0] // where it is set, Terraform reads no other
	}
	if before != nil && before.BuiltIn && r.isStillTest(c, before) {
		p.BuiltIn, p.SSOTargetURI, p.MetadataURL = true, "", ""
	}
	return p
}

// isStillTest says whether the test identity provider is still that with what
// the request makes of it: the same issuer, key and addresses.
func (r *request) isStillTest(c *handlers.Call, before *identity.Provider) bool {
	server := c.Authority.Issuer()
	return r.SSOTargetURI == server+testTarget && (r.MetadataURL == "" || r.MetadataURL == server+testMetadata) &&
		r.IssuerURI == before.IssuerURI && slices.Equal(r.certificates(), before.Certificates)
}
