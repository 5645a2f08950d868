package saml_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

// known has the same key in every process, so that what one has signed is good
// in all.
func known(f *testing.F, seed string) identity {
	f.Helper()
	scalar := sha256.Sum256([]byte(seed))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		f.Fatal(err)
	}
	return newIdentity(key)
}

// FuzzSAMLResponse: no text makes the parser panic, and one that is accepted
// says what was signed, namely that this is Ann of acme.
func FuzzSAMLResponse(f *testing.F) {
	id, other := known(f, "no secret"), known(f, "another")
	for _, what := range []saml.Signed{saml.SignedAssertion, saml.SignedResponse, saml.SignedBoth} {
		a := answer
		a.Signed = what
		f.Add(respond(f, id, a))
		a.Fault = saml.FaultSignature
		f.Add(respond(f, id, a))
	}
	f.Add(message(f, id, []string{theAssertion, theResponse}))
	f.Add(message(f, id, nil))
	f.Add(encode(message(f, id, nil)))
	f.Add(`<!DOCTYPE a [<!ENTITY b "c">]><a:b xmlns:a="urn:x">&b;<!-- --></a:b>`)

	f.Fuzz(func(t *testing.T, text string) {
		for _, encoded := range []string{text, encode(text)} {
			document, err := saml.Parse(encoded)
			if err != nil {
				mustBeAReason(t, err)
				continue
			}
			document.Issuer()
			document.Attribute("email")
			if _, err := document.Verify(trust(other)); err == nil {
				t.Fatal("accepted without the signature of anybody who is trusted")
			}
			got, err := document.Verify(trust(id))
			if err != nil {
				mustBeAReason(t, err)
				continue
			}
			if got.NameID != email || got.Issuer != issuer || got.Attribute("email") != email ||
				got.Attribute("OrganizationName") != "acme" || !got.Expires.After(now) {
				t.Fatalf("nobody has signed %+v", got)
			}
		}
	})
}

// FuzzAuthnRequest: no text makes the reader panic, and what it lets through
// can be answered.
func FuzzAuthnRequest(f *testing.F) {
	f.Add(wire, false)
	f.Add(wire, true)
	f.Add(encode(wire), false)
	f.Add(string(deflate(f, wire)), true)
	f.Add(encode(string(deflate(f, wire))), true)
	f.Add(`<a:AuthnRequest xmlns:a="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0" ID="x"/>`, false)

	f.Fuzz(func(t *testing.T, text string, redirect bool) {
		samples := []string{text, encode(text)}
		if redirect {
			samples = append(samples, encode(string(deflate(t, text))))
		}
		for _, encoded := range samples {
			got, err := saml.ReadAuthnRequest(url.Values{"SAMLRequest": {encoded}}, redirect)
			if err != nil {
				mustBeAReason(t, err)
				continue
			}
			if got.ID == "" || got.Issuer == "" || got.ACS != "" && !strings.HasPrefix(strings.ToLower(got.ACS), "http") {
				t.Fatalf("got %+v", got)
			}
		}
	})
}

func mustBeAReason(t *testing.T, err error) {
	t.Helper()
	var reason saml.Error
	if !errors.As(err, &reason) || reason == "" {
		t.Fatalf("%T %v is no reason", err, err)
	}
}
