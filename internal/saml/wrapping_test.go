package saml_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

const mallory = "mallory@example.test"

// cut returns the first element that begins and ends like this.
func cut(t *testing.T, text, begin, end string) string {
	t.Helper()
	i := strings.Index(text, begin)
	if i < 0 {
		t.Fatalf("there is no %s", begin)
	}
	return text[i : i+strings.Index(text[i:], end)+len(end)]
}

func assertionOf(t *testing.T, text string) string {
	t.Helper()
	return cut(t, text, "<saml:Assertion ", "</saml:Assertion>")
}

func signatureOf(t *testing.T, text string) string {
	t.Helper()
	return cut(t, text, "<ds:Signature ", "</ds:Signature>")
}

// before inserts text before the last place where the mark stands.
func before(text, mark, inserted string) string {
	i := strings.LastIndex(text, mark)
	return text[:i] + inserted + text[i:]
}

// The shapes XSW1 to XSW8 are those of Somorovsky et al., "On Breaking SAML: Be
// Whoever You Want to Be" (2012), as tools number them since.
func TestWrappedSignaturesAreRefused(t *testing.T) {
	t.Parallel()
	id := ecProvider()
	signedResponse := strings.TrimPrefix(signed(t, id, []string{theResponse}), `<?xml version="1.0"?>`)
	signedAssertion := signed(t, id, []string{theAssertion})
	for _, text := range []string{signedResponse, signedAssertion} {
		if _, err := verify(text, trust(id)); err != nil {
			t.Fatal("the message to attack is no good: ", err)
		}
	}

	outer := signatureOf(t, signedResponse)
	plainResponse := strings.Replace(signedResponse, outer, "", 1)
	original := assertionOf(t, signedAssertion)
	inner := signatureOf(t, original)
	bare := strings.Replace(original, inner, "", 1)
	object := func(content string) string { return "<ds:Object>" + content + "</ds:Object>" }
	extensions := func(content string) string { return "<samlp:Extensions>" + content + "</samlp:Extensions>" }

	for _, forgedID := range []string{"_evil", "_same"} {
		response, assertion := "_evilResponse", "_evilAssertion"
		if forgedID == "_same" {
			response, assertion = "_response", "_assertion"
		}
		evilResponse := strings.NewReplacer(email, mallory, `"_response"`, `"`+response+`"`, `"_assertion"`, `"_inEvil"`).Replace(plainResponse)
		evil := strings.NewReplacer(email, mallory, `"_assertion"`, `"`+assertion+`"`).Replace(bare)
		inEvil := func(signature string) string {
			return strings.Replace(evil, "</saml:Issuer>", "</saml:Issuer>"+signature, 1)
		}
		swap := func(replacement string) string { return strings.Replace(signedAssertion, original, replacement, 1) }
		withStatus := func(extra string) string {
			return strings.Replace(evilResponse, "<samlp:Status>", extra+"<samlp:Status>", 1)
		}
		attacks := map[string]string{
			"XSW1 original response in the signature":           withStatus(before(outer, "</ds:Signature>", plainResponse)),
			"XSW1 original response in an object":               withStatus(before(outer, "</ds:Signature>", object(plainResponse))),
			"XSW2 original response beside the signature":       withStatus(plainResponse + outer),
			"XSW3 evil assertion before the original":           swap(evil + original),
			"XSW3 evil assertion after the original":            swap(original + evil),
			"XSW4 evil assertion around the original":           swap(before(evil, "</saml:Assertion>", original)),
			"XSW5 signature moved, original behind":             swap(inEvil(inner) + bare),
			"XSW6 original in the moved signature":              swap(inEvil(before(inner, "</ds:Signature>", bare))),
			"XSW7 evil assertion in the extensions":             swap(extensions(evil) + original),
			"XSW7 original in the extensions":                   swap(extensions(original) + evil),
			"XSW8 original in an object of the moved signature": swap(inEvil(before(inner, "</ds:Signature>", object(bare)))),
			"original in the status detail":                     strings.Replace(swap(evil), "</samlp:Status>", "<samlp:StatusDetail>"+original+"</samlp:StatusDetail></samlp:Status>", 1),
			"original in the advice":                            swap(before(evil, "<saml:AuthnStatement", "<saml:Advice>"+original+"</saml:Advice>")),
			"original in an attribute value":                    swap(strings.Replace(evil, "acme", original, 1)),
			"original in the key info":                          swap(inEvil(before(inner, "</ds:KeyInfo>", bare))),
			"original under a wrapper of our own":               swap(`<w:Wrapper xmlns:w="urn:w">` + original + "</w:Wrapper>" + evil),
			"evil assertion of another namespace":               swap(strings.Replace(evil, "<saml:Assertion ", `<saml:Assertion xmlns:saml="urn:x" `, 1) + original),
			"evil response around the signed one":               before(evilResponse, "</samlp:Response>", signedResponse),
			"signed response in the extensions":                 withStatus(extensions(signedResponse)),
		}
		for name, text := range attacks {
			t.Run(name+" "+forgedID, func(t *testing.T) {
				t.Parallel()
				if !strings.Contains(text, mallory) {
					t.Fatal("nobody attacks")
				}
				got, err := verify(text, trust(id))
				if forgedID == "_same" && errors.Is(err, saml.ErrXML) {
					return // the same ID twice is bad XML already
				}
				if !errors.Is(err, saml.ErrStructure) {
					t.Errorf("got %+v, %v, want %v", got, err, saml.ErrStructure)
				}
			})
		}
	}
}

// Here there is but one assertion: the reference is what must not be believed.
func TestASignatureCountsForItsParentOnly(t *testing.T) {
	t.Parallel()
	id := ecProvider()
	assertion, whole := []string{theAssertion}, []string{theResponse}
	inner, outer := signed(t, id, assertion), signed(t, id, whole)
	both := signed(t, id, []string{theAssertion, theResponse})
	changed := seal(t, id, []string{theResponse}, strings.Replace(
		seal(t, id, []string{theAssertion}, message(t, id, []string{theAssertion, theResponse})), ">acme<", ">evil<", 1))
	byAttacker := signed(t, ecAttacker(), whole)
	const reference = `<ds:Reference URI="#_assertion">`
	secondReference := func(uri string) []string {
		form := message(t, id, assertion)
		first := form[strings.Index(form, "<ds:Reference "):strings.Index(form, "\n</ds:SignedInfo>")]
		return []string{first, first + strings.Replace(first, "#_assertion", uri, 1)}
	}
	moved := func(text, sig string) string {
		return strings.Replace(strings.Replace(text, sig, "", 1), "<samlp:Status>", sig+"<samlp:Status>", 1)
	}
	tests := []struct {
		name, text string
		want       error
	}{
		{"assertion's signature moved to the response", moved(inner, signatureOf(t, inner)), saml.ErrSignature},
		{"response's signature moved to the assertion", strings.Replace(strings.Replace(outer, signatureOf(t, outer), "", 1), "<saml:Subject>", signatureOf(t, outer)+"<saml:Subject>", 1), saml.ErrSignature},
		{"moved to the extensions", strings.Replace(moved(inner, signatureOf(t, inner)), signatureOf(t, inner), "<samlp:Extensions>"+signatureOf(t, inner)+"</samlp:Extensions>", 1), saml.ErrStructure},
		{"moved to the subject", strings.Replace(strings.Replace(inner, signatureOf(t, inner), "", 1), "</saml:Subject>", signatureOf(t, inner)+"</saml:Subject>", 1), saml.ErrStructure},
		{"twice in the assertion", strings.Replace(inner, signatureOf(t, inner), signatureOf(t, inner)+signatureOf(t, inner), 1), saml.ErrStructure},
		{"assertion's signature over the response", signed(t, id, assertion, reference, `<ds:Reference URI="#_response">`), saml.ErrSignature},
		{"response's signature over the assertion", signed(t, id, whole, `URI="#_response"`, `URI="#_assertion"`), saml.ErrSignature},
		{"over the whole document", signed(t, id, whole, `URI="#_response"`, `URI=""`), saml.ErrSignature},
		{"over an XPointer", signed(t, id, whole, `URI="#_response"`, `URI="#xpointer(id('_response'))"`), saml.ErrSignature},
		{"two references", signed(t, id, assertion, secondReference("#_response")...), saml.ErrSignature},
		{"the same reference twice", signed(t, id, assertion, secondReference("#_assertion")...), saml.ErrSignature},
		{"a second, prefixed URI", signed(t, id, assertion, reference, `<ds:Reference URI="#_assertion" samlp:URI="#_response">`), saml.ErrSignature},
		{"the same URI, prefixed", signed(t, id, assertion, reference, `<ds:Reference samlp:URI="#_assertion" URI="#_assertion">`), saml.ErrSignature},
		{"no reference", strings.Replace(inner, cut(t, inner, "<ds:Reference ", "</ds:Reference>"), "", 1), saml.ErrSignature},
		{"second SignedInfo", strings.Replace(inner, "<ds:SignedInfo>", cut(t, inner, "<ds:SignedInfo>", "</ds:SignedInfo>")+"<ds:SignedInfo>", 1), saml.ErrSignature},
		{"SignedInfo of another namespace", strings.Replace(inner, "<ds:SignedInfo>", `<ds:SignedInfo xmlns:ds="urn:x">`, 1), saml.ErrSignature},
		{"signature of another namespace", strings.Replace(inner, `xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, `xmlns:ds="urn:x"`, 1), saml.ErrStructure},
		{"element in the digest", strings.Replace(inner, "<ds:DigestValue>", "<ds:DigestValue><x/>", 1), saml.ErrSignature},
		{"element in a transform", strings.Replace(inner, `exc-c14n#"/></ds:Transforms>`, `exc-c14n#"><ds:XPath/></ds:Transform></ds:Transforms>`, 1), saml.ErrSignature},
		{"empty signature value", strings.Replace(inner, cut(t, inner, "<ds:SignatureValue>", "</ds:SignatureValue>"), "<ds:SignatureValue/>", 1), saml.ErrSignature},
		{"signature value that is not base64", strings.Replace(inner, "<ds:SignatureValue>", "<ds:SignatureValue>*", 1), saml.ErrSignature},
		{"object beside the rest", before(inner, "</ds:Signature>", "<ds:Object/>"), saml.ErrSignature},
		{"both signed, the response changed", strings.Replace(both, "2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z", 1), saml.ErrSignature},
		{"both signed, the assertion changed in between", changed, saml.ErrSignature},
		{"both signed, the assertion's removed", strings.Replace(both, signatureOf(t, assertionOf(t, both)), "", 1), saml.ErrSignature},
		{"good assertion, the response signed by another", strings.Replace(byAttacker, assertionOf(t, byAttacker), assertionOf(t, inner), 1), saml.ErrSignature},
		{"none", strings.Replace(inner, signatureOf(t, inner), "", 1), saml.ErrUnsigned},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := verify(tt.text, trust(id)); !errors.Is(err, tt.want) {
				t.Errorf("got %+v, %v, want %v", got, err, tt.want)
			}
		})
	}
}
