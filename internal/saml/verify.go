package saml

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Skew is how far the clock of an identity provider may be off (facts:
// oauth.md, section 5).
const Skew = 10 * time.Second

const methodBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

// Trust is what is known of an identity provider, and what a message must say
// to be meant for us.
type Trust struct {
	Certificates []*x509.Certificate // any that is valid now may have signed
	Issuer       string              // must be the issuer
	Audience     string              // must be among the audiences; "" means any

	// Recipients holds the URLs that the message may be addressed to. A bearer
	// confirmation must then name one of them. Nil means any: with the bearer
	// grant it is the application's own, which we do not know.
	Recipients []string

	Now time.Time
}

// Assertion is what an identity provider has said, proven.
type Assertion struct {
	ID           string
	Issuer       string
	NameID       string
	NameIDFormat string
	InResponseTo string              // "" where the identity provider began
	Attributes   map[string][]string // by name, which is case-sensitive
	Expires      time.Time           // after this, plus Skew, it can be forgotten
}

// Attribute returns the first value of an attribute, or "".
func (a *Assertion) Attribute(name string) string { return first(a.Attributes[name]) }

// Verify checks the signatures, then what they cover. Every error is an Error.
func (d *Document) Verify(t Trust) (*Assertion, error) {
	signed, err := d.signed(t)
	if err != nil {
		return nil, err
	}
	response, assertion := signed.response, signed.assertion
	a := &Assertion{ID: attribute(assertion, "ID"), Issuer: signed.Issuer(), Attributes: attributes(assertion)}
	if a.Issuer == "" || a.Issuer != t.Issuer {
		return nil, ErrIssuer
	}
	if sender := child(response, assertionNS, "Issuer"); sender != nil && leafText(sender) != t.Issuer {
		return nil, ErrIssuer
	}
	conditions := child(assertion, assertionNS, "Conditions")
	subject := child(assertion, assertionNS, "Subject")
	confirmations, err := readConfirmations(subject)
	if err != nil {
		return nil, err
	}
	var timely []confirmation
	if timely, a.Expires, err = checkTimes(conditions, confirmations, t.Now); err != nil {
		return nil, err
	}
	if err := checkAudience(conditions, t.Audience); err != nil {
		return nil, err
	}
	confirmed, err := t.addressed(response, timely)
	if err != nil {
		return nil, err
	}
	a.InResponseTo = confirmed.inResponseTo
	answered := attribute(response, "InResponseTo")
	if answered != "" && a.InResponseTo != "" && answered != a.InResponseTo {
		return nil, ErrInResponseTo
	}
	if a.InResponseTo == "" && isSigned(d.response) {
		a.InResponseTo = answered
	}
	name := child(subject, assertionNS, "NameID")
	a.NameID, a.NameIDFormat = leafText(name), attribute(name, "Format")
	if a.NameID == "" {
		return nil, ErrSubject
	}
	return a, nil
}

// signed returns the document as far as it is signed. The assertion is always
// one that was read from signed bytes. The response is not, where the assertion
// alone is signed: it may then serve to refuse a message, and for nothing else.
func (d *Document) signed(t Trust) (*Document, error) {
	if !isSigned(d.response) && !isSigned(d.assertion) {
		return nil, ErrUnsigned
	}
	keys, err := t.keys()
	if err != nil {
		return nil, err
	}
	out := &Document{response: d.response}
	if isSigned(d.response) {
		if out, err = verifySignature(d.response, keys, t.Now); err != nil {
			return nil, err
		}
	}
	if isSigned(d.assertion) {
		inner, err := verifySignature(d.assertion, keys, t.Now)
		if err != nil {
			return nil, err
		}
		out.assertion = inner.assertion
	}
	return out, nil
}

func isSigned(e *etree.Element) bool { return child(e, dsig.Namespace, dsig.SignatureTag) != nil }

// window is a span of time; zero means open.
type window struct{ notBefore, notOnOrAfter time.Time }

func readWindow(e *etree.Element) (window, error) {
	notBefore, err := readTime(e, "NotBefore")
	if err != nil {
		return window{}, err
	}
	notOnOrAfter, err := readTime(e, "NotOnOrAfter")
	return window{notBefore, notOnOrAfter}, err
}

func readTime(e *etree.Element, key string) (time.Time, error) {
	text := attribute(e, key)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.IsZero() {
		return time.Time{}, ErrStructure
	}
	return at, nil
}

func (w window) check(now time.Time) error {
	if now.Add(Skew).Before(w.notBefore) {
		return ErrNotYetValid
	}
	if !w.notOnOrAfter.IsZero() && !now.Add(-Skew).Before(w.notOnOrAfter) {
		return ErrExpired
	}
	return nil
}

// confirmation is one way in which whoever presents the assertion may be taken
// for its subject; one that holds is enough (saml-core 2.4.1.1).
type confirmation struct {
	window
	recipient, inResponseTo string
}

func readConfirmations(subject *etree.Element) ([]confirmation, error) {
	var all []confirmation
	for _, e := range children(subject, assertionNS, "SubjectConfirmation") {
		if attribute(e, "Method") != methodBearer {
			return nil, ErrConfirmation
		}
		data := child(e, assertionNS, "SubjectConfirmationData")
		limits, err := readWindow(data)
		if err != nil {
			return nil, err
		}
		all = append(all, confirmation{limits, attribute(data, "Recipient"), attribute(data, "InResponseTo")})
	}
	return all, nil
}

// checkTimes returns the confirmations that hold now, and when the last of all
// will have ceased to. RFC 7522, 3, demands an end.
func checkTimes(conditions *etree.Element, all []confirmation, now time.Time) ([]confirmation, time.Time, error) {
	limits, err := readWindow(conditions)
	if err != nil {
		return nil, time.Time{}, err
	}
	if err := limits.check(now); err != nil {
		return nil, time.Time{}, err
	}
	if len(all) == 0 {
		all = []confirmation{{window: limits}}
	}
	var (
		timely  []confirmation
		expires time.Time
		reason  error
	)
	for _, c := range all {
		end := c.notOnOrAfter
		if end.IsZero() || !limits.notOnOrAfter.IsZero() && limits.notOnOrAfter.Before(end) {
			end = limits.notOnOrAfter
		}
		if end.IsZero() {
			return nil, time.Time{}, ErrNoExpiry
		}
		if end.After(expires) {
			expires = end
		}
		if err := c.check(now); err != nil {
			reason = err
			continue
		}
		timely = append(timely, c)
	}
	if len(timely) == 0 {
		return nil, time.Time{}, reason
	}
	return timely, expires, nil
}

// checkAudience also refuses conditions that it does not know, as saml-core
// 2.5.1 asks. One use only is for whoever remembers the IDs to see to.
func checkAudience(conditions *etree.Element, audience string) error {
	var rules []*etree.Element
	if conditions != nil {
		rules = conditions.ChildElements()
	}
	named := false
	for _, c := range rules {
		switch {
		case is(c, assertionNS, "OneTimeUse"), is(c, assertionNS, "ProxyRestriction"):
		case is(c, assertionNS, "AudienceRestriction"):
			// Of each restriction, one audience must be met.
			isAudience := func(e *etree.Element) bool { return leafText(e) == audience }
			if audience != "" && !slices.ContainsFunc(children(c, assertionNS, "Audience"), isAudience) {
				return ErrAudience
			}
			named = true
		default:
			return ErrCondition
		}
	}
	if audience != "" && !named {
		return ErrAudience
	}
	return nil
}

// addressed returns the first confirmation that is addressed to us. There is
// always a timely one: checkTimes makes up an empty one where there was none.
func (t Trust) addressed(response *etree.Element, timely []confirmation) (confirmation, error) {
	if t.Recipients == nil {
		return timely[0], nil
	}
	if to := attribute(response, "Destination"); to != "" && !slices.Contains(t.Recipients, to) {
		return confirmation{}, ErrRecipient
	}
	for _, c := range timely {
		if c.recipient != "" && slices.Contains(t.Recipients, c.recipient) {
			return c, nil
		}
	}
	return confirmation{}, ErrRecipient
}
