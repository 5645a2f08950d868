package saml_test

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

func TestCertificatesAreReadAsPEMOrBase64(t *testing.T) {
	t.Parallel()
	cert := ecProvider().cert
	bare := base64.StdEncoding.EncodeToString(cert.Raw)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	for name, text := range map[string]string{
		"PEM":                 block,
		"PEM, other line end": " \r\n" + strings.ReplaceAll(block, "\n", "\r\n"),
		"PEM in one line":     strings.ReplaceAll(block, "\n", ""),
		"PEM with spaces":     strings.ReplaceAll(block, "\n", " "),
		"base64":              bare,
		"base64, folded":      "\t" + bare[:10] + "\n\n " + bare[10:] + "\n",
	} {
		if got, err := saml.ParseCertificate(text); err != nil || !got.Equal(cert) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoCertificateIsToldApart(t *testing.T) {
	t.Parallel()
	der := ecProvider().cert.Raw
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"rubbish":               {"this is *no* certificate", saml.ErrCertificateBase64},
		"rubbish in PEM":        {"-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----", saml.ErrCertificateBase64},
		"two certificates":      {block + block, saml.ErrCertificateBase64},
		"a key":                 {string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), saml.ErrCertificateBase64},
		"nothing":               {"", saml.ErrCertificateUnparseable},
		"empty PEM":             {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", saml.ErrCertificateUnparseable},
		"base64 of other data":  {encode("certificate"), saml.ErrCertificateUnparseable},
		"something behind":      {encode(string(der) + "x"), saml.ErrCertificateUnparseable},
		"a certificate cut off": {encode(string(der[:len(der)-3])), saml.ErrCertificateUnparseable},
	} {
		if _, err := saml.ParseCertificate(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}
