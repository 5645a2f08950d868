package saml

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/beevik/etree"
	roundtrip "github.com/mattermost/xml-roundtrip-validator"
)

// MaxSize is how many bytes of encoded text a message may have. A redirect's
// request may not have more after it is inflated, either.
const MaxSize = 256 << 10

// No real message comes near these. They bound the work that a stranger can
// ask for before any signature is known to be right.
const (
	maxDepth      = 64
	maxElements   = 5000
	maxAttributes = 64 // of one element
)

const (
	protocolNS  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionNS = "urn:oasis:names:tc:SAML:2.0:assertion"
)

// whitespace is XML's. Other spaces can be part of a name, and telling two users
// apart.
const whitespace = " \t\r\n"

// decodeBase64 decodes both alphabets, padded or not, with any whitespace:
// clients fold lines, strip padding and take base64url for base64.
func decodeBase64(encoded string) ([]byte, error) {
	if len(encoded) > MaxSize {
		return nil, ErrTooLarge
	}
	clean := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		default:
			return r
		}
	}, encoded)
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(clean, "="))
	if err != nil || len(text) == 0 {
		return nil, ErrBase64
	}
	return text, nil
}

// readXML turns text into a tree, if it is XML about which no two parsers can
// disagree. It is looked over first, so that nothing is built for a hostile one.
func readXML(text []byte) (*etree.Element, error) {
	if err := scan(text); err != nil {
		return nil, err
	}
	// What encoding/xml reads it must also write, or the tree that is digested
	// is not the one that was signed (CVE-2020-29509 and its kin).
	if err := roundtrip.Validate(bytes.NewReader(text)); err != nil {
		return nil, ErrXML
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(text); err != nil || tree.Root() == nil {
		return nil, ErrXML
	}
	return tree.Root(), nil
}

// scan refuses what encoding/xml lets pass: a second root, text outside it,
// repeated attributes; and what SAML has no use for: comments (they split text,
// CVE-2017-11427), processing instructions, DOCTYPEs and their entities.
func scan(text []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(text)) // knows UTF-8 only
	ids := map[string]bool{}
	depth, elements := 0, 0
	for start := true; ; start = false {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && elements > 0 {
			return nil
		}
		if err != nil {
			return ErrXML
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && elements > 0 {
				return ErrXML
			}
			depth++
			elements++
			if depth > maxDepth || elements > maxElements || len(t.Attr) > maxAttributes {
				return ErrTooLarge
			}
			if !scanNames(t) || !scanIDs(t.Attr, ids) {
				return ErrXML
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return ErrXML
			}
		case xml.ProcInst: // of which the XML declaration is one
			if !start || t.Target != "xml" {
				return ErrXML
			}
		default:
			return ErrXML
		}
	}
}

// scanNames refuses attributes that are there twice, names with a stray colon,
// and namespace declarations that bend what is fixed.
func scanNames(e xml.StartElement) bool {
	if e.Name.Space == "xmlns" || strings.Contains(e.Name.Local, ":") {
		return false
	}
	seen := make(map[xml.Name]bool, len(e.Attr))
	for _, a := range e.Attr {
		if seen[a.Name] || strings.Contains(a.Name.Local, ":") {
			return false
		}
		seen[a.Name] = true
		if a.Name.Space != "xmlns" {
			continue
		}
		if a.Value == "" || a.Name.Local == "xml" || a.Name.Local == "xmlns" {
			return false
		}
	}
	return true
}

// scanIDs refuses an ID that is there twice, whatever the case of its name, or
// that another prefix or whitespace could make mean something else to the
// library that looks the signed element up.
func scanIDs(attributes []xml.Attr, ids map[string]bool) bool {
	for _, a := range attributes {
		if !strings.EqualFold(a.Name.Local, "ID") || a.Name.Space == "xmlns" {
			continue
		}
		if a.Name.Space != "" || a.Value == "" || ids[a.Value] || strings.ContainsAny(a.Value, whitespace) {
			return false
		}
		ids[a.Value] = true
	}
	return true
}

// is says whether the element has the name; etree's own searches compare
// prefixes, which mean nothing.
func is(e *etree.Element, space, tag string) bool {
	return e.Tag == tag && e.NamespaceURI() == space
}

// child returns the first child of the name, or nil, also of a nil parent.
func child(parent *etree.Element, space, tag string) *etree.Element {
	for _, e := range children(parent, space, tag) {
		return e
	}
	return nil
}

func children(parent *etree.Element, space, tag string) []*etree.Element {
	if parent == nil {
		return nil
	}
	var found []*etree.Element
	for _, e := range parent.ChildElements() {
		if is(e, space, tag) {
			found = append(found, e)
		}
	}
	return found
}

// attribute returns the value of the unprefixed attribute; etree's SelectAttr
// would take any prefix.
func attribute(e *etree.Element, key string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.Attr {
		if a.Space == "" && a.Key == key {
			return a.Value
		}
	}
	return ""
}

// leafText returns the text of an element that has nothing but text.
func leafText(e *etree.Element) string {
	if e == nil || len(e.ChildElements()) > 0 {
		return ""
	}
	return strings.Trim(e.Text(), whitespace)
}
