package seed

import (
	"strings"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// testCertificate is the certificate of mockcloud's own test identity provider,
// in PEM. That it is one is left to a test, since start-up should not pay for
// parsing it.
func testCertificate() string {
	certificate, _, _ := strings.Cut(fixtures.TestIDP, "-----BEGIN PRIVATE KEY-----")
	return certificate
}

// resolveProviders adds the test identity provider where a fixture wants it.
// Its addresses stay empty: they follow the server's.
func (r *resolver) resolveProviders() error {
	wanted := r.from.settings.testIdentityProvider
	if !wanted.on {
		return nil
	}
	const name = "mockcloud test IdP"
	id, err := r.identify("identity provider", make(names), text{wanted.place, name}, text{})
	if err != nil {
		return err
	}
	certificate := testCertificate()
	r.providers = append(r.providers, &identity.Provider{
		ID: id, Type: identity.ProviderCustom, BuiltIn: true,
		Name: name, ProviderName: name, DisplayOnLogin: true,
		IssuerURI: identity.TestIDPIssuer, RelyingPartyIdentifier: identity.TestIDPAudience, SSOBinding: identity.BindingRedirect,
		NameIdentifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
		Certificate:          certificate, Certificates: []string{certificate},
	})
	return nil
}
