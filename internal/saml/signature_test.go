package saml_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

func TestWhatWasChangedAfterSigningIsRefused(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]identity{"RSA": rsaProvider(), "ECDSA": ecProvider()} {
		for _, part := range []string{theAssertion, theResponse} {
			text := signed(t, id, []string{part})
			for change, pair := range map[string][2]string{
				"name":      {">" + email + "</saml:NameID>", ">" + mallory + "</saml:NameID>"},
				"attribute": {">" + email + "</saml:AttributeValue>", ">" + mallory + "</saml:AttributeValue>"},
				"expiry":    {"2026-03-01T12:10:00Z", "2036-03-01T12:10:00Z"},
				"audience":  {audience + "<", "https://other.example.test<"},
				"space":     {">acme<", "> acme<"},
				"digest":    {"<ds:DigestValue>", "<ds:DigestValue>AAAA"},
				"signature": {"<ds:SignatureValue>\n", "<ds:SignatureValue>AAAA"},
				"no data":   {cut(t, text, "<saml:AttributeStatement>", "</saml:AttributeStatement>"), ""},
			} {
				changed := strings.Replace(text, pair[0], pair[1], 1)
				if changed == text {
					changed = strings.Replace(text, strings.TrimSpace(pair[0]), pair[1], 1)
				}
				if changed == text {
					t.Fatalf("%s: nothing changed in %s", change, text)
				}
				if got, err := verify(changed, trust(id)); !errors.Is(err, saml.ErrSignature) {
					t.Errorf("%s, %s, %s: got %+v, %v", name, part, change, got, err)
				}
			}
		}
	}
}

func TestOnlyCertificatesOfTheTrustCount(t *testing.T) {
	t.Parallel()
	id, attacker := ecProvider(), ecAttacker()
	certificate := func(id identity) string { return base64.StdEncoding.EncodeToString(id.cert.Raw) }
	const empty = "<ds:X509Certificate></ds:X509Certificate>"
	embed := func(id identity) []string {
		return []string{empty, "<ds:X509Certificate>" + certificate(id) + "</ds:X509Certificate>"}
	}
	tests := []struct {
		name   string
		signer identity
		edits  []string
		want   error
	}{
		{"attacker's key and certificate", attacker, embed(attacker), saml.ErrSignature},
		{"attacker's key, our certificate", attacker, embed(id), saml.ErrSignature},
		{"attacker's RSA key", rsaAttacker(), nil, saml.ErrSignature},
		{"our key, the attacker's certificate", id, embed(attacker), nil},
		{"our key, rubbish for a certificate", id, []string{empty, "<ds:X509Certificate>rubbish</ds:X509Certificate>"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := message(t, tt.signer, []string{theAssertion}, tt.edits...)
			info := cut(t, text, "<ds:KeyInfo>", "</ds:KeyInfo>")
			// xmlsec1 would fill in the signer's own.
			text = seal(t, tt.signer, []string{theAssertion}, strings.Replace(text, info, "", 1))
			text = strings.Replace(text, "</ds:Signature>", info+"</ds:Signature>", 1)
			if got, err := verify(text, trust(id)); !errors.Is(err, tt.want) {
				t.Errorf("got %+v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestWeakAlgorithmsAreRefused(t *testing.T) {
	t.Parallel()
	const (
		c14n      = `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`
		envelope  = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>`
		sha256    = "http://www.w3.org/2001/04/xmlenc#sha256"
		rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
		exc       = "http://www.w3.org/2001/10/xml-exc-c14n#"
	)
	p224 := newIdentity(newEC(elliptic.P224()))
	tests := []struct {
		name  string
		id    identity
		edits []string
	}{
		{"RSA-SHA1", rsaProvider(), []string{rsaSHA256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}},
		{"ECDSA-SHA1", ecProvider(), []string{"ecdsa-sha256", "ecdsa-sha1"}},
		{"ECDSA-SHA224", ecProvider(), []string{"ecdsa-sha256", "ecdsa-sha224"}},
		{"SHA-1 digest", rsaProvider(), []string{sha256, "http://www.w3.org/2000/09/xmldsig#sha1"}},
		{"RSA of 1024 bits", weakProvider(), nil},
		{"ECDSA of 224 bits", p224, nil},
		{"canonical XML with comments", ecProvider(), []string{c14n, strings.Replace(c14n, "#", "#WithComments", 1)}},
		{"inclusive canonical XML", ecProvider(), []string{c14n, strings.Replace(c14n, exc, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1)}},
		{"signed info with comments", ecProvider(), []string{`Method Algorithm="` + exc, `Method Algorithm="` + exc + "WithComments"}},
		{"signed info in inclusive form", ecProvider(), []string{`Method Algorithm="` + exc, `Method Algorithm="http://www.w3.org/2006/12/xml-c14n11`}},
		{"no canonical XML", ecProvider(), []string{c14n, ""}},
		{"a transform more", ecProvider(), []string{c14n, c14n + c14n}},
		{"XPath that hides the subject", ecProvider(), []string{envelope, envelope + `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::saml:Subject)</ds:XPath></ds:Transform>`}},
		{"XPath for the envelope", ecProvider(), []string{envelope, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := signed(t, tt.id, []string{theAssertion}, tt.edits...)
			if got, err := verify(text, trust(tt.id)); !errors.Is(err, saml.ErrWeakAlgorithm) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	t.Run("algorithms with which xmlsec1 does not sign", func(t *testing.T) {
		t.Parallel()
		text := signed(t, rsaProvider(), []string{theAssertion})
		for _, pair := range [][2]string{
			{rsaSHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"},
			{rsaSHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"},
			{rsaSHA256, "http://www.w3.org/2000/09/xmldsig#dsa-sha1"},
			{rsaSHA256, ""},
			{sha256, "http://www.w3.org/2001/04/xmldsig-more#md5"},
			{envelope, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>`},
			{envelope + "\n" + c14n, c14n + envelope},
		} {
			if got, err := verify(edit(t, text, pair[0], pair[1]), trust(rsaProvider())); !errors.Is(err, saml.ErrWeakAlgorithm) {
				t.Errorf("%s: got %+v, %v", pair[1], got, err)
			}
		}
	})
	t.Run("HMAC with the certificate for a secret", func(t *testing.T) {
		t.Parallel()
		id, dir := rsaProvider(), t.TempDir()
		writeFile(t, dir, "secret", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.cert.Raw}))
		for _, method := range []string{
			`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>`,
			`<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><ds:HMACOutputLength>80</ds:HMACOutputLength></ds:SignatureMethod>`,
		} {
			text := message(t, id, []string{theAssertion},
				`<ds:SignatureMethod Algorithm="`+rsaSHA256+`"/>`, method, "<ds:X509Certificate></ds:X509Certificate>", "")
			text, err := xmlsec1(t, dir, text, "--sign", "--hmackey", "secret")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := verify(text, trust(id)); !errors.Is(err, saml.ErrWeakAlgorithm) {
				t.Errorf("got %+v, %v", got, err)
			}
		}
	})
}
