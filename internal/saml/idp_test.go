package saml_test

import (
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	crewjam "github.com/crewjam/saml"

	"github.com/mockcloud/mockcloud/internal/saml"
)

// counted returns a source of IDs that are the same in each run.
func counted() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("id-%d", n)
	}
}

func provider(id identity) *saml.IdP {
	return &saml.IdP{Certificate: id.cert, Key: id.key, EntityID: issuer, SSOURL: issuer + "/sso?a=1&b=2", NewID: counted()}
}

var answer = saml.Answer{
	Email: email, Organization: "acme", ServiceName: "directory", Audience: audience, Recipient: acs, InResponseTo: "_request", Now: now,
}

func respond(t testing.TB, id identity, a saml.Answer) string {
	t.Helper()
	encoded, err := provider(id).Respond(a)
	if err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// check asks xmlsec1 whether the signature in a part is good.
func check(t testing.TB, id identity, text, part string) error {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.cert.Raw}))
	_, err := xmlsec1(t, dir, text, "--verify", "--pubkey-cert-pem", "cert.pem", "--enabled-key-data", "raw-x509-cert", "--node-xpath", signatureIn(part))
	return err
}

func TestAnswersVerifyHereAndElsewhere(t *testing.T) {
	t.Parallel()
	parts := map[saml.Signed][]string{
		"":                   {theAssertion},
		saml.SignedAssertion: {theAssertion},
		saml.SignedResponse:  {theResponse},
		saml.SignedBoth:      {theAssertion, theResponse},
	}
	for name, id := range map[string]identity{"RSA": rsaProvider(), "ECDSA": ecProvider()} {
		for what, signedParts := range parts {
			t.Run(name+" "+string(what), func(t *testing.T) {
				t.Parallel()
				a := answer
				a.Signed = what
				text := respond(t, id, a)
				got, err := verify(text, trust(id))
				if err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				want := &saml.Assertion{
					ID: "_id-1", Issuer: issuer, NameID: email, InResponseTo: "_request",
					NameIDFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
					Attributes:   map[string][]string{"email": {email}, "OrganizationName": {"acme"}, "ServiceName": {"directory"}},
					Expires:      now.Add(5 * time.Minute),
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				if n := strings.Count(text, "<ds:Signature "); n != len(signedParts) {
					t.Errorf("%d signatures", n)
				}
				for _, part := range signedParts {
					if err := check(t, id, text, part); err != nil {
						t.Errorf("%v\n%s", err, text)
					}
				}
			})
		}
	}
}

func TestAnswersCanBeUnsolicitedAndShort(t *testing.T) {
	t.Parallel()
	text := respond(t, ecProvider(), saml.Answer{
		Email: `o'"<ann>&@example.test`, Audience: audience, Recipient: acs, Now: now, Validity: time.Minute,
	})
	got, err := verify(text, trust(ecProvider()))
	if err != nil {
		t.Fatal(err)
	}
	if got.NameID != `o'"<ann>&@example.test` || got.InResponseTo != "" || len(got.Attributes) != 1 || !got.Expires.Equal(now.Add(time.Minute)) {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(text, "InResponseTo") {
		t.Error("it answers a request of no name")
	}
}

func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for fault, want := range map[saml.Fault]error{
		saml.FaultExpired:   saml.ErrExpired,
		saml.FaultAudience:  saml.ErrAudience,
		saml.FaultIssuer:    saml.ErrIssuer,
		saml.FaultSignature: saml.ErrSignature,
	} {
		for _, what := range []saml.Signed{saml.SignedAssertion, saml.SignedResponse, saml.SignedBoth} {
			t.Run(string(fault)+" "+string(what), func(t *testing.T) {
				t.Parallel()
				a := answer
				a.Fault, a.Signed = fault, what
				text := respond(t, ecProvider(), a)
				if got, err := verify(text, trust(ecProvider())); !errors.Is(err, want) {
					t.Errorf("got %+v, %v, want %v", got, err, want)
				}
				part := theAssertion
				if what == saml.SignedResponse {
					part = theResponse
				}
				if err := check(t, ecProvider(), text, part); (err != nil) != (fault == saml.FaultSignature) {
					t.Errorf("xmlsec1 says %v", err)
				}
			})
		}
	}
	a := answer
	a.Fault = "other"
	if _, err := provider(ecProvider()).Respond(a); err == nil {
		t.Error("there is a fault of which nobody knows")
	}
}

func TestTheSameQuestionHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	if first, second := respond(t, rsaProvider(), answer), respond(t, rsaProvider(), answer); first != second {
		t.Error("same clock, key and IDs, but other bytes")
	}
}

func TestMetadataDescribesTheProvider(t *testing.T) {
	t.Parallel()
	p := provider(ecProvider())
	text, err := p.Metadata(now)
	if err != nil {
		t.Fatal(err)
	}
	var got crewjam.EntityDescriptor
	if err := xml.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.EntityID != issuer || !got.ValidUntil.Equal(p.Certificate.NotAfter) || len(got.IDPSSODescriptors) != 1 {
		t.Fatalf("got %+v", got)
	}
	role := got.IDPSSODescriptors[0]
	want := []crewjam.Endpoint{
		{Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", Location: p.SSOURL},
		{Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", Location: p.SSOURL},
	}
	if !reflect.DeepEqual(role.SingleSignOnServices, want) || role.KeyDescriptors[0].Use != "signing" ||
		role.ProtocolSupportEnumeration != "urn:oasis:names:tc:SAML:2.0:protocol" {
		t.Errorf("got %+v", role)
	}
	certificate, err := saml.ParseCertificate(role.KeyDescriptors[0].KeyInfo.X509Data.X509Certificates[0].Data)
	if err != nil || !certificate.Equal(p.Certificate) {
		t.Errorf("certificate: %v", err)
	}
}
