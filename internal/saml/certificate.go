package saml

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
)

// The two ways in which a certificate can be unreadable; the public API has a
// code for each.
const (
	ErrCertificateBase64      Error = "the certificate is not valid base64"
	ErrCertificateUnparseable Error = "the certificate cannot be parsed"
)

// ParseCertificate reads one certificate: PEM, or the bare base64 of DER.
// Whitespace does not matter, since the line ends of PEM rarely survive forms
// and JSON. The errors are ErrCertificateBase64 and ErrCertificateUnparseable.
func ParseCertificate(text string) (*x509.Certificate, error) {
	text = strings.TrimSpace(text)
	if body, ok := strings.CutPrefix(text, "-----BEGIN CERTIFICATE-----"); ok {
		text, _ = strings.CutSuffix(body, "-----END CERTIFICATE-----")
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, ErrCertificateBase64
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, ErrCertificateUnparseable
	}
	return certificate, nil
}
