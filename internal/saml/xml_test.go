package saml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

func TestHostileXMLIsRefused(t *testing.T) {
	t.Parallel()
	text := strings.TrimSpace(strings.TrimPrefix(signed(t, ecProvider(), []string{theAssertion}), `<?xml version="1.0"?>`))
	if _, err := verify(text, trust(ecProvider())); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+text+"\n", trust(ecProvider())); err != nil {
		t.Fatal("an XML declaration is no harm: ", err)
	}
	replace := func(old, to string) string { return edit(t, text, old, to) }
	const billion = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	tests := []struct{ name, text string }{
		{"comment that cuts a name", replace(email, "ann@example.test<!---->.mallory.test")},
		{"comment at the end", text + "<!-- -->"},
		{"comment before the root", "<!-- -->" + text},
		{"processing instruction in a name", replace(email, "ann@example.test<?x y?>.mallory.test")},
		{"style sheet", `<?xml-stylesheet href="https://mallory.example.test/x.xsl"?>` + text},
		{"XML declaration inside", replace("<saml:Subject>", `<?xml version="1.0"?><saml:Subject>`)},
		{"two XML declarations", `<?xml version="1.0"?><?xml version="1.0"?>` + text},
		{"XML declaration after a space", ` <?xml version="1.0"?>` + text},
		{"DOCTYPE", "<!DOCTYPE r>" + text},
		{"entity", `<!DOCTYPE r [<!ENTITY who "mallory@example.test">]>` + replace(email, "&who;")},
		{"entity of which nobody heard", replace(email, "&who;")},
		{"HTML entity", replace(email, "ann&nbsp;")},
		{"external entity", `<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]>` + replace(email, "&who;")},
		{"parameter entity", `<!DOCTYPE r [<!ENTITY % who SYSTEM "https://mallory.example.test/x.dtd">%who;]>` + text},
		{"external DTD", `<!DOCTYPE r SYSTEM "https://mallory.example.test/x.dtd">` + text},
		{"billion laughs", billion + replace(email, "&c;")},
		{"DTD that declares an ID", `<!DOCTYPE r [<!ATTLIST saml:Advice x ID #IMPLIED>]>` + text},
		{"DTD with a default value", `<!DOCTYPE r [<!ATTLIST saml:NameID Format CDATA "x">]>` + text},
		{"directive inside", replace("<saml:Subject>", "<!x><saml:Subject>")},
		{"Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?>` + text},
		{"UTF-7", `<?xml version="1.0" encoding="UTF-7"?>` + text},
		{"UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00"},
		{"XML 1.1", `<?xml version="1.1"?>` + text},
		{"byte order mark", "\ufeff" + text},
		{"not UTF-8", replace("acme", "\xc0\xbc")},
		{"control character", replace("acme", "&#1;")},
		{"two roots", text + text},
		{"an empty second root", text + "<x/>"},
		{"text before the root", "x" + text},
		{"text after the root", text + "x"},
		{"cut off", text[:len(text)-1]},
		{"end tags crossed", replace("</saml:AuthnContext></saml:AuthnStatement>", "</saml:AuthnStatement></saml:AuthnContext>")},
		{"end tag of another prefix", strings.Replace(text, "</saml:Audience>", "</samlp:Audience>", 1)},
		{"attribute twice", replace("<saml:Assertion ", `<saml:Assertion ID="_evil" `)},
		{"attribute twice by two prefixes", replace("<saml:AttributeStatement>", `<saml:AttributeStatement xmlns:a="urn:x" xmlns:b="urn:x" a:c="1" b:c="2">`)},
		{"namespace twice", replace("<saml:Subject>", `<saml:Subject xmlns:a="urn:x" xmlns:a="urn:y">`)},
		{"xml bound anew", replace("<saml:Subject>", `<saml:Subject xmlns:xml="urn:x">`)},
		{"xmlns bound", replace("<saml:Subject>", `<saml:Subject xmlns:xmlns="urn:x">`)},
		{"prefix unbound", replace("<saml:Subject>", `<saml:Subject xmlns:a="">`)},
		{"element of the prefix xmlns", replace("<saml:Subject>", `<xmlns:a/><saml:Subject>`)},
		{"name with two colons", replace("<saml:Subject>", `<saml:Subject a:b:c="1">`)},
		{"name that begins with a colon", replace("<saml:Subject>", `<saml:Subject :a="1">`)},
		{"name that ends in a colon", replace("<saml:Subject>", `<x:/><saml:Subject>`)},
		{"element that is a colon", replace("<saml:Subject>", `<:/><saml:Subject>`)},
		{"attribute without quotes", replace("<saml:Subject>", `<saml:Subject a=b>`)},
		{"less-than in an attribute", replace("<saml:Subject>", `<saml:Subject a="<b>">`) + "<"},
		{"end of CDATA in text", replace("acme", "ac]]>me")},
		{"ID twice", replace("<saml:Subject>", `<saml:Subject ID="_assertion">`)},
		{"ID twice in another case", replace("<saml:Subject>", `<saml:Subject Id="_assertion">`)},
		{"ID of a prefix", replace("<saml:Subject>", `<saml:Subject xml:id="_x">`)},
		{"ID of a prefix before the real one", replace("<saml:Assertion ", `<saml:Assertion samlp:ID="_evil" `)},
		{"empty ID", replace(`ID="_response"`, `ID=""`)},
		{"ID with a space", replace(`ID="_response"`, `ID="_response "`)},
		{"nothing but space", " \n"},
		{"no XML", "SAMLResponse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := verify(tt.text, trust(ecProvider())); !errors.Is(err, saml.ErrXML) {
				t.Errorf("got %+v, %v, want %v", got, err, saml.ErrXML)
			}
		})
	}
}

func TestRubbishIsNotBase64(t *testing.T) {
	t.Parallel()
	for _, encoded := range []string{"", " ", "=", "*", "PHg*Lz4", "PHgvP", "PHg=Lz4=", "<samlp:Response/>", "\x00", "PHgvPg\u00a0"} {
		if _, err := saml.Parse(encoded); !errors.Is(err, saml.ErrBase64) {
			t.Errorf("%q: got %v", encoded, err)
		}
	}
}

func TestMessagesHaveBounds(t *testing.T) {
	t.Parallel()
	const open, end = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">`, "</samlp:Response>"
	repeat := strings.Repeat
	var names strings.Builder
	for i := range 65 {
		fmt.Fprintf(&names, ` xmlns:n%d="urn:x"`, i)
	}
	tests := []struct {
		name, text string
		want       error
	}{
		{"as deep as may be", open + repeat("<a>", 63) + repeat("</a>", 63) + end, saml.ErrStructure},
		{"too deep", open + repeat("<a>", 64) + repeat("</a>", 64) + end, saml.ErrTooLarge},
		{"too deep, never closed", repeat("<a>", 60_000), saml.ErrTooLarge},
		{"as many elements as may be", open + repeat("<a/>", 4999) + end, saml.ErrStructure},
		{"too many elements", open + repeat("<a/>", 5000) + end, saml.ErrTooLarge},
		{"too many elements, with rubbish behind", open + repeat("<a/>", 40_000) + "<", saml.ErrTooLarge},
		{"too many attributes", "<a" + names.String() + "/>", saml.ErrTooLarge},
		{"too much text", open + repeat(" ", saml.MaxSize) + end, saml.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := saml.Parse(encode(tt.text)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := saml.Parse(repeat(" ", saml.MaxSize+1)); !errors.Is(err, saml.ErrTooLarge) {
		t.Errorf("too long a text: got %v", err)
	}
}

func TestALargeMessageWithinTheBoundsVerifies(t *testing.T) {
	t.Parallel()
	groups := strings.Repeat("<saml:AttributeValue>g</saml:AttributeValue>", 4000)
	text := signed(t, ecProvider(), []string{theAssertion, theResponse}, "<saml:AttributeValue>c</saml:AttributeValue>", groups)
	got, err := verify(text, trust(ecProvider()))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Attributes["groups"]) != 4001 {
		t.Errorf("%d groups", len(got.Attributes["groups"]))
	}
}
