package seed

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"reflect"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestTheTestIdPHasACertificateThatNobodyCanMistake(t *testing.T) {
	t.Parallel()
	block, rest := pem.Decode([]byte(testCertificate()))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) != 0 {
		t.Fatalf("no certificate alone:\n%s", testCertificate())
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	_, rest = pem.Decode([]byte(fixtures.TestIDP))
	block, rest = pem.Decode(rest)
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) != 0 {
		t.Fatal("after the certificate, there is no private key alone")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() != 2048 || !private.PublicKey.Equal(certificate.PublicKey) {
		t.Errorf("the key %T is not that of the certificate, or not of 2048 bits", key)
	}
	if certificate.Subject.CommonName != "mockcloud test IdP (published key, do not trust)" {
		t.Errorf("common name = %q", certificate.Subject.CommonName)
	}
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
	if !certificate.NotBefore.Equal(from) || !certificate.NotAfter.Equal(to) {
		t.Errorf("valid from %v to %v", certificate.NotBefore, certificate.NotAfter)
	}
	if err := certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature); err != nil || certificate.SignatureAlgorithm != x509.SHA256WithRSA {
		t.Errorf("signature: %v, %v", certificate.SignatureAlgorithm, err)
	}
}

func TestTheTestIdentityProviderIsThereWhereAFixtureWantsIt(t *testing.T) {
	t.Parallel()
	certificate := testCertificate()
	tests := []struct {
		name, fixture string
		there         bool
	}{
		{"on", lines("settings: {testIdentityProvider: true}"), true},
		{"off", lines("settings: {testIdentityProvider: false}"), false},
		{"left out", lines("settings: {}"), false},
		{"on in a later document", lines("settings: {}", "---", "organization: {name: Acme}", "settings: {testIdentityProvider: true}"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := mustParse(t, tt.fixture)
			db := seeded(t, d)
			view(t, db, d.Environment().OrgID, func(tx *store.Tx) error {
				got := collect(t, tx, &identity.Providers)
				if !tt.there {
					if len(got) != 0 {
						t.Errorf("there is %+v", got[0])
					}
					return nil
				}
				want := &identity.Provider{
					ID: DeriveID("Acme", "identity provider", "mockcloud test IdP"), Type: identity.ProviderCustom, BuiltIn: true,
					Name: "mockcloud test IdP", ProviderName: "mockcloud test IdP", DisplayOnLogin: true,
					IssuerURI: "urn:mockcloud:test-idp", RelyingPartyIdentifier: "urn:mockcloud",
					NameIdentifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", SSOBinding: identity.BindingRedirect,
					Certificate: certificate, Certificates: []string{certificate},
				}
				if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
					t.Errorf("providers = %+v\nwant %+v", got, want)
				}
				found, err := identity.ProvidersOfIssuer(tx, "urn:mockcloud:test-idp")
				if err != nil || len(found) != 1 {
					t.Errorf("by its issuer there are %d, %v", len(found), err)
				}
				return nil
			})
		})
	}
}

func TestTheDefaultFixtureHasTheTestIdentityProvider(t *testing.T) {
	t.Parallel()
	d := defaultDocument(t)
	db := seeded(t, d)
	view(t, db, d.Environment().OrgID, func(tx *store.Tx) error {
		if got := collect(t, tx, &identity.Providers); len(got) != 1 || !got[0].BuiltIn {
			t.Errorf("providers = %+v", got)
		}
		return nil
	})
}
