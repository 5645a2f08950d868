package saml_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/saml"
)

const (
	issuer   = "https://idp.example.test/entity"
	audience = "https://login.example.test/entity"
	acs      = "https://login.example.test/saml"
	email    = "ann@example.test"
)

var now = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// identity is somebody who can sign.
type identity struct {
	key  crypto.Signer
	cert *x509.Certificate
}

var (
	rsaProvider  = sync.OnceValue(func() identity { return newIdentity(newRSA(2048)) })
	rsaAttacker  = sync.OnceValue(func() identity { return newIdentity(newRSA(2048)) })
	weakProvider = sync.OnceValue(func() identity { return newIdentity(newRSA(1024)) })
	ecProvider   = sync.OnceValue(func() identity { return newIdentity(newEC(elliptic.P256())) })
	ecAttacker   = sync.OnceValue(func() identity { return newIdentity(newEC(elliptic.P256())) })
)

func newRSA(bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC(curve elliptic.Curve) crypto.Signer {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func newIdentity(key crypto.Signer) identity {
	return identity{key, newCertificate(key, now.Add(-time.Hour), now.Add(24*time.Hour))}
}

func newCertificate(key crypto.Signer, from, until time.Time) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "provider"}, NotBefore: from, NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func trust(ids ...identity) saml.Trust {
	t := saml.Trust{Issuer: issuer, Audience: audience, Recipients: []string{"https://other.example.test/saml", acs}, Now: now}
	for _, id := range ids {
		t.Certificates = append(t.Certificates, id.cert)
	}
	return t
}

// response is a message as identity providers write them: names bound at the
// top, typed values, pretty-printed. The two lines in braces take signatures.
const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    ID="_response" Version="2.0" IssueInstant="2026-03-01T12:00:00Z" Destination="https://login.example.test/saml" InResponseTo="_request">
  <saml:Issuer>https://idp.example.test/entity</saml:Issuer>
  {response}
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion ID="_assertion" Version="2.0" IssueInstant="2026-03-01T12:00:00Z">
    <saml:Issuer>https://idp.example.test/entity</saml:Issuer>
    {assertion}
    <saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ann@example.test</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:05:00Z" Recipient="https://login.example.test/saml" InResponseTo="_request"/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotBefore="2026-03-01T11:59:00Z" NotOnOrAfter="2026-03-01T12:10:00Z">
      <saml:AudienceRestriction><saml:Audience>https://login.example.test/entity</saml:Audience></saml:AudienceRestriction>
    </saml:Conditions>
    <saml:AuthnStatement AuthnInstant="2026-03-01T12:00:00Z"><saml:AuthnContext>
      <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
    </saml:AuthnContext></saml:AuthnStatement>
    <saml:AttributeStatement>
      <saml:Attribute Name="email"><saml:AttributeValue xsi:type="xs:string">ann@example.test</saml:AttributeValue></saml:Attribute>
      <saml:Attribute Name="OrganizationName"><saml:AttributeValue xsi:type="xs:string">acme</saml:AttributeValue></saml:Attribute>
      <saml:Attribute Name="groups"><saml:AttributeValue>a &amp; "b"</saml:AttributeValue><saml:AttributeValue>c</saml:AttributeValue></saml:Attribute>
    </saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>`

// signature is an empty form for xmlsec1 to fill in.
const signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference>
</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate></ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`

// The parts of a message that can be signed.
const (
	theAssertion = "Assertion"
	theResponse  = "Response"
)

// message returns the response above with empty signatures for id in the given
// parts. The edits are pairs of old and new.
func message(t testing.TB, id identity, parts []string, edits ...string) string {
	t.Helper()
	form := signature
	if _, ok := id.key.(*ecdsa.PrivateKey); ok {
		form = strings.Replace(form, "#rsa-", "#ecdsa-", 1)
	}
	text := response
	for _, part := range []string{theAssertion, theResponse} {
		name := strings.ToLower(part)
		filled := ""
		if slices.Contains(parts, part) {
			filled = strings.Replace(form, "{id}", "_"+name, 1)
		}
		text = strings.Replace(text, "{"+name+"}", filled, 1)
	}
	return edit(t, text, edits...)
}

// signed returns such a message, signed by xmlsec1.
func signed(t testing.TB, id identity, parts []string, edits ...string) string {
	t.Helper()
	return seal(t, id, parts, message(t, id, parts, edits...))
}

// seal has xmlsec1 fill in the empty signatures of the parts, in their order.
func seal(t testing.TB, id identity, parts []string, text string) string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFile(t, dir, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	writeFile(t, dir, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.cert.Raw}))
	for _, part := range parts {
		text, err = xmlsec1(t, dir, text, "--sign", "--privkey-pem", "key.pem,cert.pem", "--node-xpath", signatureIn(part))
		if err != nil {
			t.Fatal(err)
		}
	}
	return text
}

func signatureIn(part string) string {
	return "//*[local-name()='" + part + "']/*[local-name()='Signature']"
}

// edit replaces pairs of old and new, and insists that the old is there.
func edit(t testing.TB, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("there is no %q to replace", pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// xmlsec1 runs the command in dir, where its keys are. It is the second opinion
// on everything here, and must be installed: apt-get install xmlsec1.
func xmlsec1(t testing.TB, dir, text string, args ...string) (string, error) {
	t.Helper()
	writeFile(t, dir, "message.xml", []byte(text))
	cmd := exec.CommandContext(t.Context(), "xmlsec1", append(args,
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response", "message.xml")...)
	cmd.Dir = dir // a path with a comma in it would be taken for two
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("xmlsec1 %s: %w\n%s", args[0], err, messages.String())
	}
	return out.String(), nil
}

func writeFile(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// verify parses and verifies the text of a message.
func verify(text string, t saml.Trust) (*saml.Assertion, error) {
	document, err := saml.Parse(encode(text))
	if err != nil {
		return nil, err
	}
	return document.Verify(t)
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
