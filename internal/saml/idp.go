package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// IdP is an identity provider for developers who have none. It believes
// whatever it is told to say.
type IdP struct { //nolint:revive // SAML's own spelling
	Certificate *x509.Certificate
	Key         crypto.Signer // RSA or ECDSA, the certificate's
	EntityID    string
	SSOURL      string
	NewID       func() string // any text that is new each time
}

// Fault is something that an answer gets wrong on purpose.
type Fault string

// The faults. Verify has a reason for each.
const (
	FaultNone      Fault = ""
	FaultExpired   Fault = "expired"   // was valid until an hour ago
	FaultAudience  Fault = "audience"  // is meant for somebody else
	FaultIssuer    Fault = "issuer"    // comes from somebody else
	FaultSignature Fault = "signature" // was changed after it was signed
)

// Signed says what of an answer is signed.
type Signed string

// Real identity providers differ in this. The zero value is the assertion.
const (
	SignedAssertion Signed = "assertion"
	SignedResponse  Signed = "response"
	SignedBoth      Signed = "both"
)

// Answer is what the identity provider says of a user.
type Answer struct {
	Email        string // the attribute `email`, and the NameID
	Organization string // the attribute OrganizationName; "" leaves it out
	ServiceName  string // the attribute ServiceName; "" leaves it out
	Audience     string // the service provider's entity ID
	Recipient    string // the service provider's ACS
	InResponseTo string // the request's ID; "" where the identity provider begins
	Now          time.Time
	Validity     time.Duration // 0 means five minutes
	Fault        Fault
	Signed       Signed
}

const emailFormat = string(crewjam.EmailAddressNameIDFormat)

// Metadata describes the identity provider to a service provider, for a year or
// as long as its certificate lasts.
func (p *IdP) Metadata(now time.Time) ([]byte, error) {
	until := now.AddDate(1, 0, 0)
	if until.After(p.Certificate.NotAfter) {
		until = p.Certificate.NotAfter
	}
	role := crewjam.IDPSSODescriptor{SingleSignOnServices: []crewjam.Endpoint{
		{Binding: crewjam.HTTPRedirectBinding, Location: p.SSOURL},
		{Binding: crewjam.HTTPPostBinding, Location: p.SSOURL},
	}}
	role.ProtocolSupportEnumeration = protocolNS
	role.NameIDFormats = []crewjam.NameIDFormat{crewjam.EmailAddressNameIDFormat}
	role.KeyDescriptors = []crewjam.KeyDescriptor{{
		Use: "signing",
		KeyInfo: crewjam.KeyInfo{X509Data: crewjam.X509Data{X509Certificates: []crewjam.X509Certificate{
			{Data: base64.StdEncoding.EncodeToString(p.Certificate.Raw)},
		}}},
	}}
	return xml.MarshalIndent(crewjam.EntityDescriptor{
		EntityID: p.EntityID, ValidUntil: until, IDPSSODescriptors: []crewjam.IDPSSODescriptor{role},
	}, "", "  ")
}

// Respond returns the standard base64 of a whole signed <samlp:Response>.
func (p *IdP) Respond(a Answer) (encoded string, err error) {
	if a.Validity == 0 {
		a.Validity = 5 * time.Minute
	}
	issuer := p.EntityID
	switch a.Fault {
	case FaultNone, FaultSignature:
	case FaultExpired:
		a.Now = a.Now.Add(-a.Validity - time.Hour)
	case FaultAudience:
		a.Audience += "/somebody-else"
	case FaultIssuer:
		issuer += "/somebody-else"
	default:
		return "", fmt.Errorf("there is no fault %q", a.Fault)
	}
	assertion := p.assertion(a, issuer).Element()
	envelope := crewjam.Response{
		ID:           "_" + p.NewID(),
		InResponseTo: a.InResponseTo,
		Version:      "2.0",
		IssueInstant: a.Now,
		Destination:  a.Recipient,
		Issuer:       &crewjam.Issuer{Value: issuer},
		Status:       crewjam.Status{StatusCode: crewjam.StatusCode{Value: statusSuccess}},
	}
	response := envelope.Element()
	if a.Signed != SignedResponse {
		if err := p.sign(assertion); err != nil {
			return "", err
		}
	}
	response.AddChild(assertion)
	if a.Signed == SignedResponse || a.Signed == SignedBoth {
		if err := p.sign(response); err != nil {
			return "", err
		}
	}
	if a.Fault == FaultSignature {
		child(child(assertion, assertionNS, "Subject"), assertionNS, "NameID").SetText("changed-" + a.Email)
	}
	text, err := etree.NewDocumentWithRoot(response).WriteToBytes()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(text), nil
}

func (p *IdP) assertion(a Answer, issuer string) *crewjam.Assertion {
	end := a.Now.Add(a.Validity)
	var said crewjam.AttributeStatement
	for _, pair := range [][2]string{{"email", a.Email}, {"OrganizationName", a.Organization}, {"ServiceName", a.ServiceName}} {
		if pair[1] != "" {
			said.Attributes = append(said.Attributes, crewjam.Attribute{
				Name:       pair[0],
				NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
				Values:     []crewjam.AttributeValue{{Value: pair[1]}},
			})
		}
	}
	return &crewjam.Assertion{
		ID:           "_" + p.NewID(),
		Version:      "2.0",
		IssueInstant: a.Now,
		Issuer:       crewjam.Issuer{Value: issuer},
		Subject: &crewjam.Subject{
			NameID: &crewjam.NameID{Format: emailFormat, Value: a.Email},
			SubjectConfirmations: []crewjam.SubjectConfirmation{{
				Method: methodBearer,
				SubjectConfirmationData: &crewjam.SubjectConfirmationData{
					NotOnOrAfter: end, Recipient: a.Recipient, InResponseTo: a.InResponseTo,
				},
			}},
		},
		Conditions: &crewjam.Conditions{
			NotBefore: a.Now, NotOnOrAfter: end,
			AudienceRestrictions: []crewjam.AudienceRestriction{{Audience: crewjam.Audience{Value: a.Audience}}},
		},
		AuthnStatements: []crewjam.AuthnStatement{{
			AuthnInstant: a.Now,
			AuthnContext: crewjam.AuthnContext{AuthnContextClassRef: &crewjam.AuthnContextClassRef{
				Value: "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
			}},
		}},
		AttributeStatements: []crewjam.AttributeStatement{said},
	}
}

// sign puts a signature behind the issuer, where the schema wants it.
func (p *IdP) sign(e *etree.Element) error {
	signer := p.Key
	if key, ok := signer.Public().(*ecdsa.PublicKey); ok {
		signer = xmlSigner{signer, coordinate(key)}
	}
	context, err := dsig.NewSigningContext(signer, [][]byte{p.Certificate.Raw})
	if err != nil {
		return err
	}
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := context.ConstructSignature(e, true)
	if err != nil {
		return err
	}
	e.InsertChildAt(child(e, assertionNS, "Issuer").Index()+1, signature)
	return nil
}
