package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
)

// AuthnRequest asks an identity provider to say who the user is. It is sent
// unsigned.
type AuthnRequest struct {
	ID           string
	Issuer       string // our entity ID
	Destination  string // the provider's single sign-on URL
	ACS          string // where we expect the answer, by HTTP-POST
	IssueInstant time.Time
	NameIDFormat string // "" leaves it to the provider
	ForceAuthn   bool   // ask for the password even where a session exists
}

// RedirectURL returns where to send the browser: the Destination, with its own
// query kept, and the request (HTTP-Redirect binding).
func (r *AuthnRequest) RedirectURL(relayState string) (string, error) {
	text, err := r.xml()
	if err != nil {
		return "", err
	}
	var deflated bytes.Buffer
	writer, err := flate.NewWriter(&deflated, flate.DefaultCompression)
	if err != nil {
		return "", err
	}
	if _, err := writer.Write(text); err != nil {
		return "", err
	}
	if err := writer.Close(); err != nil {
		return "", err
	}
	target, err := url.Parse(r.Destination)
	if err != nil {
		return "", err
	}
	query := "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes()))
	if relayState != "" {
		query += "&RelayState=" + url.QueryEscape(relayState)
	}
	if target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	target.RawQuery, target.Fragment, target.RawFragment = query, "", ""
	return target.String(), nil
}

// PostForm returns the SAMLRequest field of a form that is posted to the
// Destination (HTTP-POST binding).
func (r *AuthnRequest) PostForm() (samlRequest string, err error) {
	text, err := r.xml()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(text), nil
}

func (r *AuthnRequest) xml() ([]byte, error) {
	if !isWebURL(r.Destination) {
		return nil, errors.New("the single sign-on URL is not an absolute http or https URL")
	}
	out := crewjam.AuthnRequest{
		ID:                          r.ID,
		Version:                     "2.0",
		IssueInstant:                r.IssueInstant,
		Destination:                 r.Destination,
		Issuer:                      &crewjam.Issuer{Value: r.Issuer},
		ProtocolBinding:             crewjam.HTTPPostBinding,
		AssertionConsumerServiceURL: r.ACS,
	}
	if r.NameIDFormat != "" {
		out.NameIDPolicy = &crewjam.NameIDPolicy{Format: &r.NameIDFormat}
	}
	if r.ForceAuthn {
		out.ForceAuthn = &r.ForceAuthn
	}
	return etree.NewDocumentWithRoot(out.Element()).WriteToBytes()
}

// ReceivedRequest is what a service provider asks of an identity provider.
// Nothing in it is proven: see that the issuer may be answered at the ACS.
type ReceivedRequest struct {
	ID         string
	Issuer     string
	ACS        string // "" where the request leaves it to the metadata
	RelayState string
}

// ReadAuthnRequest reads the query of an HTTP-Redirect or the form of an
// HTTP-POST, within the limits that hold for responses. A signature is not
// looked at. Every error is an Error.
func ReadAuthnRequest(form url.Values, redirectBinding bool) (*ReceivedRequest, error) {
	text, err := decodeBase64(form.Get("SAMLRequest"))
	if err != nil {
		return nil, err
	}
	if redirectBinding {
		if text, err = inflate(text); err != nil {
			return nil, err
		}
	}
	root, err := readXML(text)
	if err != nil {
		return nil, err
	}
	r := &ReceivedRequest{
		ID:         attribute(root, "ID"),
		Issuer:     leafText(child(root, assertionNS, "Issuer")),
		ACS:        attribute(root, "AssertionConsumerServiceURL"),
		RelayState: form.Get("RelayState"),
	}
	if !is(root, protocolNS, "AuthnRequest") || attribute(root, "Version") != "2.0" || r.ID == "" || r.Issuer == "" {
		return nil, ErrRequest
	}
	// Whoever answers makes it the target of a form.
	if r.ACS != "" && !isWebURL(r.ACS) {
		return nil, ErrRequest
	}
	return r, nil
}

// inflate stops at MaxSize: a few bytes can stand for gigabytes.
func inflate(deflated []byte) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(deflated)), MaxSize+1))
	if err != nil {
		return nil, ErrDeflate
	}
	if len(text) > MaxSize {
		return nil, ErrTooLarge
	}
	return text, nil
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
