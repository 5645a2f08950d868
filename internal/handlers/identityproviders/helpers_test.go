package identityproviders_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

const collection = "/api/v2/identityproviders"

// now is what the clock of a test's server says at first.
var now = time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)

// words are the paths of the providers that the product knows by name.
var words = []string{
	"adfs", "cic", "generic", "gsuite", "identitynow", "okta", "onelogin", "ping", "purecloud", "pureengage", "salesforce",
}

type fields = map[string]any

// with is body with some fields changed; nil takes one away.
func with(body, changes fields) fields {
	changed := maps.Clone(body)
	for name, value := range changes {
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
	}
	return changed
}

// certificate makes a certificate that is valid in that time, as PEM.
func certificate(t *testing.T, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// valid makes a certificate that is valid for an hour more.
func valid(t *testing.T) string {
	t.Helper()
	return certificate(t, now.Add(-time.Hour), now.Add(time.Hour))
}

// bare is a certificate as base64 alone.
func bare(t *testing.T, text string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %s", text)
	}
	return base64.StdEncoding.EncodeToString(block.Bytes)
}

// whole is a request that leaves nothing out that all but purecloud have.
func whole(t *testing.T) fields {
	t.Helper()
	return fields{
		"name": "Acme SSO", "providerName": "Acme", "disabled": true, "displayOnLogin": false,
		"issuerURI": "https://idp.example/issuer", "ssoTargetURI": "https://idp.example/sso",
		"ssoBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "sloURI": "https://idp.example/slo", "sloBinding": "HTTP Post",
		"relyingPartyIdentifier": "urn:acme", "metadataURL": "https://idp.example/metadata", "certificate": valid(t),
		"nameIdentifierFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "signAuthnRequests": true, "logoImageData": "PHN2Zz4=",
	}
}

// start returns the admin of an organization without any identity provider.
func start(t *testing.T) *mocktest.Client {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	want(t, admin.Delete(t, testProvider(t, admin)), 204, "")
	return admin
}

// testProvider is the path of the only provider that there is at first.
func testProvider(t *testing.T, admin *mocktest.Client) string {
	t.Helper()
	listing := admin.Get(t, collection)
	if listing.Str(t, "total") != "1" {
		t.Fatalf("the default organization has other identity providers than its test IdP: %s", listing.Body)
	}
	return listing.Str(t, "entities.0.selfUri")
}

// want ends the test unless the answer is as it should be.
var want = expect.Answer

// has fails the test unless the body has these fields with these values, and no
// others.
func has(t *testing.T, got *mocktest.Response, body fields) {
	t.Helper()
	var found fields
	got.JSON(t, &found)
	if keys, wanted := sortedKeys(found), sortedKeys(body); keys != wanted {
		t.Errorf("fields = %s\nwant     %s", keys, wanted)
	}
	for name, value := range body {
		if text, ok := value.(string); ok && found[name] != text {
			t.Errorf("%s = %q, want %q", name, found[name], text)
		}
		if on, ok := value.(bool); ok && found[name] != on {
			t.Errorf("%s = %v, want %t", name, found[name], on)
		}
		if texts, ok := value.([]string); ok {
			list, _ := found[name].([]any)
			if !slices.EqualFunc(list, texts, func(a any, b string) bool { return a == b }) {
				t.Errorf("%s = %q, want %q", name, list, texts)
			}
		}
	}
}

func sortedKeys(body fields) string {
	return strings.Join(slices.Sorted(maps.Keys(body)), " ")
}
