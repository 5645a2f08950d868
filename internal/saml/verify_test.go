package saml_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/saml"
)

// sha replaces the algorithms of the empty signatures.
func sha(bits, digest string) []string {
	return []string{"rsa-sha256", "rsa-sha" + bits, "http://www.w3.org/2001/04/xmlenc#sha256", digest}
}

func TestMessagesSignedByAnotherImplementationVerify(t *testing.T) {
	t.Parallel()
	assertion, whole := []string{theAssertion}, []string{theResponse}
	const prefixes = `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`
	withPrefixes := strings.Replace(prefixes, "/>",
		`><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs xsi"/></ds:Transform>`, 1)
	p384, p521 := newIdentity(newEC(elliptic.P384())), newIdentity(newEC(elliptic.P521()))
	tests := []struct {
		name  string
		id    identity
		parts []string
		edits []string
	}{
		{"signed assertion, RSA-SHA256", rsaProvider(), assertion, nil},
		{"signed response, RSA-SHA256", rsaProvider(), whole, nil},
		{"both signed, RSA-SHA256", rsaProvider(), []string{theAssertion, theResponse}, nil},
		{"RSA-SHA384", rsaProvider(), assertion, sha("384", "http://www.w3.org/2001/04/xmldsig-more#sha384")},
		{"RSA-SHA512", rsaProvider(), whole, sha("512", "http://www.w3.org/2001/04/xmlenc#sha512")},
		{"signed assertion, ECDSA-SHA256", ecProvider(), assertion, nil},
		{"signed response, ECDSA-SHA256", ecProvider(), whole, nil},
		{"both signed, ECDSA-SHA256", ecProvider(), []string{theAssertion, theResponse}, nil},
		{"ECDSA-SHA384, P-384", p384, assertion, []string{"ecdsa-sha256", "ecdsa-sha384"}},
		{"ECDSA-SHA512, P-521", p521, assertion, []string{"ecdsa-sha256", "ecdsa-sha512"}},
		{"inclusive prefixes", ecProvider(), assertion, []string{prefixes, withPrefixes}},
		{"inclusive prefixes, both", ecProvider(), []string{theAssertion, theResponse}, []string{prefixes, withPrefixes}},
		{"no KeyInfo", ecProvider(), assertion, []string{
			"<ds:KeyInfo><ds:X509Data><ds:X509Certificate></ds:X509Certificate></ds:X509Data></ds:KeyInfo>", "",
		}},
		{"key given as numbers", rsaProvider(), assertion, []string{
			"<ds:X509Data><ds:X509Certificate></ds:X509Certificate></ds:X509Data>", "<ds:KeyValue/>",
		}},
		{"other prefixes", ecProvider(), assertion, []string{"saml:", "a:", "xmlns:saml=", "xmlns:a=", "ds:", "", "xmlns:ds=", "xmlns="}},
		{"CDATA", ecProvider(), whole, []string{">acme<", "><![CDATA[ac]]>me<"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := signed(t, tt.id, tt.parts, tt.edits...)
			got, err := verify(text, trust(tt.id))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			want := &saml.Assertion{
				ID: "_assertion", Issuer: issuer, NameID: email, InResponseTo: "_request",
				NameIDFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
				Attributes: map[string][]string{
					"email": {email}, "OrganizationName": {"acme"}, "groups": {`a & "b"`, "c"},
				},
				Expires: now.Add(5 * time.Minute),
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if got.Attribute("OrganizationName") != "acme" || got.Attribute("organizationname") != "" {
				t.Error("attributes are not looked up by their exact name")
			}
		})
	}
}

func TestABareAssertionVerifies(t *testing.T) {
	t.Parallel()
	text := message(t, ecProvider(), []string{theAssertion}, "<saml:Assertion ",
		`<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" `)
	start, end := strings.Index(text, "<saml:Assertion "), strings.Index(text, "</saml:Assertion>")
	text = seal(t, ecProvider(), []string{theAssertion}, text[start:end]+"</saml:Assertion>")
	trusted := trust(ecProvider())
	if _, err := verify(text, trusted); err != nil {
		t.Fatal(err)
	}
	trusted.Issuer = "https://else.example.test"
	if _, err := verify(text, trusted); !errors.Is(err, saml.ErrIssuer) {
		t.Errorf("of another issuer: got %v", err)
	}
}

func TestASignatureMayStandAnywhereInItsParent(t *testing.T) {
	t.Parallel()
	form := strings.Replace(signature, "#rsa-", "#ecdsa-", 1)
	text := message(t, ecProvider(), nil,
		"<saml:AttributeValue>c</saml:AttributeValue>", strings.Repeat("<saml:AttributeValue>c</saml:AttributeValue>", 1500),
		"</saml:Assertion>", strings.Replace(form, "{id}", "_assertion", 1)+"</saml:Assertion>",
		"</samlp:Response>", strings.Replace(form, "{id}", "_response", 1)+"</samlp:Response>")
	if _, err := verify(seal(t, ecProvider(), []string{theAssertion, theResponse}, text), trust(ecProvider())); err != nil {
		t.Fatal(err)
	}
}

func TestAttributeValuesThatAreXMLAreLeftOut(t *testing.T) {
	t.Parallel()
	got, err := verify(signed(t, ecProvider(), []string{theAssertion}, ">acme<", "><saml:NameID>acme</saml:NameID><"), trust(ecProvider()))
	if err != nil {
		t.Fatal(err)
	}
	if values, ok := got.Attributes["OrganizationName"]; ok {
		t.Errorf("got %q", values)
	}
}

func TestEveryFoldOfBase64IsRead(t *testing.T) {
	t.Parallel()
	text := []byte(signed(t, ecProvider(), []string{theAssertion}))
	for len(text)%3 != 1 { // so that there is padding to leave out
		text = append(text, '\n')
	}
	standard := base64.StdEncoding.EncodeToString(text)
	for name, encoded := range map[string]string{
		"standard":             standard,
		"unpadded":             base64.RawStdEncoding.EncodeToString(text),
		"base64url":            base64.URLEncoding.EncodeToString(text),
		"base64url, unpadded":  base64.RawURLEncoding.EncodeToString(text),
		"folded and indented":  " " + standard[:76] + "\r\n\t" + standard[76:] + "\n",
		"folded, inside a pad": strings.Replace(standard, "==", "=\n=", 1),
	} {
		document, err := saml.Parse(encoded)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := document.Verify(trust(ecProvider())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClaimsCanBeReadToChooseATrust(t *testing.T) {
	t.Parallel()
	document, err := saml.Parse(encode(message(t, ecProvider(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if document.Issuer() != issuer || document.Attribute("OrganizationName") != "acme" || document.Attribute("x") != "" {
		t.Errorf("issuer %q, organization %q", document.Issuer(), document.Attribute("OrganizationName"))
	}
}

func TestAnyCertificateThatIsValidNowMayHaveSigned(t *testing.T) {
	t.Parallel()
	id, other := ecProvider(), ecAttacker()
	text := signed(t, id, []string{theAssertion})
	expired := newCertificate(id.key, now.Add(-time.Hour), now.Add(-time.Second))
	future := newCertificate(id.key, now.Add(time.Second), now.Add(time.Hour))
	renewed := newCertificate(id.key, now, now.Add(time.Hour))
	weak := weakProvider().cert
	tests := []struct {
		name  string
		certs []*x509.Certificate
		want  error
	}{
		{"the second of three", []*x509.Certificate{other.cert, id.cert, rsaAttacker().cert}, nil},
		{"beside an expired one", []*x509.Certificate{expired, id.cert}, nil},
		{"another certificate of the same key", []*x509.Certificate{renewed}, nil},
		{"only others", []*x509.Certificate{other.cert, rsaAttacker().cert}, saml.ErrSignature},
		{"only an expired one", []*x509.Certificate{expired}, saml.ErrCertificate},
		{"only a future one", []*x509.Certificate{future}, saml.ErrCertificate},
		{"the expired one and another", []*x509.Certificate{expired, other.cert}, saml.ErrSignature},
		{"only a weak one", []*x509.Certificate{weak}, saml.ErrWeakAlgorithm},
		{"none", nil, saml.ErrCertificate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			trusted := trust()
			trusted.Certificates = tt.certs
			if _, err := verify(text, trusted); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
