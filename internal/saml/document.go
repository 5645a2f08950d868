package saml

import (
	"encoding/xml"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"

// Document is a message of the right shape of which nothing is proven.
type Document struct {
	response  *etree.Element // nil for a bare assertion
	assertion *etree.Element
}

// Parse decodes a SAMLResponse form field or an `assertion` parameter: standard
// base64 of a whole <samlp:Response>. A bare <saml:Assertion>, base64url,
// missing padding and whitespace are accepted too. Nothing in the result is to
// be trusted before Verify. Every error is an Error.
func Parse(encoded string) (*Document, error) {
	text, err := decodeBase64(encoded)
	if err != nil {
		return nil, err
	}
	root, err := readXML(text)
	if err != nil {
		return nil, err
	}
	return examine(root)
}

// Issuer returns the issuer that the assertion claims, to choose whose trust
// applies.
func (d *Document) Issuer() string {
	return leafText(child(d.assertion, assertionNS, "Issuer"))
}

// Attribute returns the first value of an attribute that the assertion claims,
// or "", to choose whose trust applies.
func (d *Document) Attribute(name string) string {
	return first(attributes(d.assertion)[name])
}

// examine looks for the one response and the one assertion, at the places where
// they belong. Signature wrapping lives on messages that have more than one of
// either, so they are counted wherever they are and in whatever namespace.
func examine(root *etree.Element) (*Document, error) {
	count := map[string]int{}
	census(root, count)
	for name := range count {
		if strings.HasPrefix(name, "Encrypted") {
			return nil, ErrEncrypted
		}
	}
	d := &Document{assertion: root}
	if is(root, protocolNS, "Response") {
		if !isMessage(root, responseChildren) {
			return nil, ErrStructure
		}
		// A failure has no assertion, so it must be told apart here. Whoever
		// forges one achieves a refusal.
		status := child(child(root, protocolNS, "Status"), protocolNS, "StatusCode")
		if attribute(status, "Value") != statusSuccess {
			return nil, ErrStatus
		}
		d.response, d.assertion = root, child(root, assertionNS, "Assertion")
	}
	if d.assertion == nil || !is(d.assertion, assertionNS, "Assertion") || !isMessage(d.assertion, assertionChildren) {
		return nil, ErrStructure
	}
	if subject := child(d.assertion, assertionNS, "Subject"); subject != nil && !hasOnly(subject, subjectChildren) {
		return nil, ErrStructure
	}
	responses, signatures := 0, len(children(d.assertion, dsig.Namespace, dsig.SignatureTag))
	if d.response != nil {
		responses = 1
		signatures += len(children(d.response, dsig.Namespace, dsig.SignatureTag))
	}
	if count["Response"] != responses || count["Assertion"] != 1 || count[dsig.SignatureTag] != signatures {
		return nil, ErrStructure
	}
	return d, nil
}

func census(e *etree.Element, count map[string]int) {
	count[e.Tag]++
	for _, c := range e.ChildElements() {
		census(c, count)
	}
}

// The children that the schema knows, and how many there may be; 0 is any number.
var (
	responseChildren = map[xml.Name]int{
		{Space: assertionNS, Local: "Issuer"}:             1,
		{Space: dsig.Namespace, Local: dsig.SignatureTag}: 1,
		{Space: protocolNS, Local: "Extensions"}:          1,
		{Space: protocolNS, Local: "Status"}:              1,
		{Space: assertionNS, Local: "Assertion"}:          1,
	}
	assertionChildren = map[xml.Name]int{
		{Space: assertionNS, Local: "Issuer"}:                 1,
		{Space: dsig.Namespace, Local: dsig.SignatureTag}:     1,
		{Space: assertionNS, Local: "Subject"}:                1,
		{Space: assertionNS, Local: "Conditions"}:             1,
		{Space: assertionNS, Local: "Advice"}:                 1,
		{Space: assertionNS, Local: "Statement"}:              0,
		{Space: assertionNS, Local: "AuthnStatement"}:         0,
		{Space: assertionNS, Local: "AuthzDecisionStatement"}: 0,
		{Space: assertionNS, Local: "AttributeStatement"}:     0,
	}
	subjectChildren = map[xml.Name]int{
		{Space: assertionNS, Local: "NameID"}:              1,
		{Space: assertionNS, Local: "SubjectConfirmation"}: 0,
	}
)

func hasOnly(e *etree.Element, allowed map[xml.Name]int) bool {
	count := map[xml.Name]int{}
	for _, c := range e.ChildElements() {
		name := xml.Name{Space: c.NamespaceURI(), Local: c.Tag}
		limit, known := allowed[name]
		count[name]++
		if !known || limit > 0 && count[name] > limit {
			return false
		}
	}
	return true
}

func isMessage(e *etree.Element, allowed map[xml.Name]int) bool {
	return attribute(e, "Version") == "2.0" && attribute(e, "ID") != "" && hasOnly(e, allowed)
}

// attributes collects the values by name. A value that is itself XML is nothing
// that mockcloud knows a use for, and is left out.
func attributes(assertion *etree.Element) map[string][]string {
	values := map[string][]string{}
	for _, statement := range children(assertion, assertionNS, "AttributeStatement") {
		for _, a := range children(statement, assertionNS, "Attribute") {
			name := attribute(a, "Name")
			for _, v := range children(a, assertionNS, "AttributeValue") {
				if len(v.ChildElements()) == 0 {
					values[name] = append(values[name], leafText(v))
				}
			}
		}
	}
	return values
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
