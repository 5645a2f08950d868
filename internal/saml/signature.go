package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	exclusiveNS = "http://www.w3.org/2001/10/xml-exc-c14n#" // the algorithm's name, too
	minRSABits  = 2048
	minECBits   = 256
)

// Everything else is refused: SHA-1 and MD5, HMAC (whose secret would be the
// public key), XPath and XSLT transforms, which choose what is digested.
var (
	signatureAlgorithms = map[string]bool{
		dsig.RSASHA256SignatureMethod:   true,
		dsig.RSASHA384SignatureMethod:   true,
		dsig.RSASHA512SignatureMethod:   true,
		dsig.ECDSASHA256SignatureMethod: true,
		dsig.ECDSASHA384SignatureMethod: true,
		dsig.ECDSASHA512SignatureMethod: true,
	}
	digestAlgorithms = map[string]bool{
		"http://www.w3.org/2001/04/xmlenc#sha256":       true,
		"http://www.w3.org/2001/04/xmldsig-more#sha384": true,
		"http://www.w3.org/2001/04/xmlenc#sha512":       true,
	}
)

// keys returns the certificates that may have signed now.
func (t Trust) keys() ([]*x509.Certificate, error) {
	var usable []*x509.Certificate
	reason := ErrCertificate
	for _, c := range t.Certificates {
		if t.Now.Before(c.NotBefore) || t.Now.After(c.NotAfter) {
			continue
		}
		if !strong(c.PublicKey) {
			reason = ErrWeakAlgorithm
			continue
		}
		usable = append(usable, c)
	}
	if len(usable) == 0 {
		return nil, reason
	}
	return usable, nil
}

func strong(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize >= minECBits
	default:
		return false
	}
}

// verifySignature returns what was signed, read anew from the very bytes that
// were digested, if one of the certificates signed the element.
func verifySignature(e *etree.Element, certificates []*x509.Certificate, now time.Time) (*Document, error) {
	e = detach(e)
	signature := child(e, dsig.Namespace, dsig.SignatureTag)
	// KeyInfo is the signer's word about his own key, and not signed. Without it
	// the library takes the one certificate that it is given.
	if info := child(signature, dsig.Namespace, dsig.KeyInfoTag); info != nil {
		signature.RemoveChild(info)
	}
	if err := checkSignature(signature, attribute(e, "ID")); err != nil {
		return nil, err
	}
	// The library searches the whole tree, and rewrites the signatures it passes
	// by. Where the element's own stands has no meaning: it is not digested.
	e.RemoveChild(signature)
	e.InsertChildAt(0, signature)

	value := child(signature, dsig.Namespace, dsig.SignatureValueTag)
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Text()), ""))
	if err != nil {
		return nil, ErrSignature
	}
	for _, c := range certificates {
		value.SetText(base64.StdEncoding.EncodeToString(fromXML(raw, c.PublicKey)))
		validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
		validation.Clock = dsig.NewFakeClockAt(now)
		if signed, err := validation.Validate(e); err == nil {
			return examine(signed)
		}
	}
	return nil, ErrSignature
}

// detach copies an element out of its document, with the namespaces that it
// inherits there.
func detach(e *etree.Element) *etree.Element {
	out := e.Copy()
	declared := map[string]bool{}
	for from := e; from != nil; from = from.Parent() {
		for _, a := range from.Attr {
			if a.Space != "xmlns" && a.FullKey() != "xmlns" || declared[a.FullKey()] {
				continue
			}
			declared[a.FullKey()] = true
			if from != e {
				out.CreateAttr(a.FullKey(), a.Value)
			}
		}
	}
	return out
}

// checkSignature demands the one shape that SAML allows (saml-core 5.4): a
// single reference, to the parent, over nothing but canonical XML. The library
// is more generous.
func checkSignature(signature *etree.Element, id string) error {
	parts := sequence(signature, dsig.SignedInfoTag, dsig.SignatureValueTag)
	if parts == nil || !plain(signature) {
		return ErrSignature
	}
	info := sequence(parts[0], dsig.CanonicalizationMethodTag, dsig.SignatureMethodTag, dsig.ReferenceTag)
	if info == nil {
		return ErrSignature
	}
	reference := sequence(info[2], dsig.TransformsTag, dsig.DigestMethodTag, dsig.DigestValueTag)
	if reference == nil || attribute(info[2], dsig.URIAttr) != "#"+id {
		return ErrSignature
	}
	transforms := sequence(reference[0], dsig.TransformTag, dsig.TransformTag)
	if transforms == nil ||
		attribute(transforms[0], dsig.AlgorithmAttr) != string(dsig.EnvelopedSignatureAltorithmId) ||
		attribute(transforms[1], dsig.AlgorithmAttr) != exclusiveNS ||
		attribute(info[0], dsig.AlgorithmAttr) != exclusiveNS ||
		!signatureAlgorithms[attribute(info[1], dsig.AlgorithmAttr)] ||
		!digestAlgorithms[attribute(reference[1], dsig.AlgorithmAttr)] {
		return ErrWeakAlgorithm
	}
	for _, leaf := range []*etree.Element{parts[1], info[1], transforms[0], reference[1], reference[2]} {
		if len(leaf.ChildElements()) > 0 {
			return ErrSignature
		}
	}
	for _, c14n := range []*etree.Element{info[0], transforms[1]} {
		inside := c14n.ChildElements()
		if len(inside) > 1 || len(inside) != len(children(c14n, exclusiveNS, dsig.InclusiveNamespacesTag)) {
			return ErrSignature
		}
	}
	return nil
}

// sequence returns the children of an element that has exactly these, or nil.
func sequence(e *etree.Element, tags ...string) []*etree.Element {
	inside := e.ChildElements()
	if len(inside) != len(tags) {
		return nil
	}
	for i, c := range inside {
		if !is(c, dsig.Namespace, tags[i]) {
			return nil
		}
	}
	return inside
}

// plain says whether no attribute has a prefix. The library reads some of them
// by local name, so that x:URI would stand for URI.
func plain(e *etree.Element) bool {
	for _, a := range e.Attr {
		if a.Space != "" && a.Space != "xmlns" {
			return false
		}
	}
	for _, c := range e.ChildElements() {
		if !plain(c) {
			return false
		}
	}
	return true
}

// An ECDSA signature is two numbers. XML signatures hold them side by side
// (XMLDSig 1.1, 6.4.3), Go and goxmldsig in ASN.1.

// fromXML returns an ECDSA signature as Go wants it. One that is not of the
// right length is left alone: signers written in Go send ASN.1.
func fromXML(signature []byte, key crypto.PublicKey) []byte {
	k, ok := key.(*ecdsa.PublicKey)
	if !ok || len(signature) != 2*coordinate(k) {
		return signature
	}
	half := len(signature) / 2
	out, err := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]),
	})
	if err != nil {
		return signature
	}
	return out
}

// xmlSigner signs with an ECDSA key as XML signatures want it.
type xmlSigner struct {
	crypto.Signer
	size int
}

// Sign implements crypto.Signer.
func (s xmlSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := s.Signer.Sign(random, digest, opts)
	if err != nil {
		return nil, err
	}
	var n struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &n); err != nil {
		return nil, err
	}
	out := make([]byte, 2*s.size)
	n.R.FillBytes(out[:s.size])
	n.S.FillBytes(out[s.size:])
	return out, nil
}

func coordinate(key *ecdsa.PublicKey) int { return (key.Curve.Params().BitSize + 7) / 8 }
