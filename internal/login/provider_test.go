package login_test

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"html"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

const (
	companyIssuer = "https://idp.company.test/entity"
	companyTarget = "https://idp.company.test/sso"
	companyParty  = "urn:company:mockcloud"
)

// company is an identity provider of somebody's own. xmlsec1 signs for it.
type company struct {
	certificate string // PEM
	dir         string // where its key lies
}

func newCompany(t *testing.T, now time.Time) *company {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "company"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c := &company{certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// companyResponse speaks of a user by the name identifier alone. The parts in
// braces differ.
const companyResponse = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    ID="_r" Version="2.0" IssueInstant="{now}" {answers}>
  <saml:Issuer>` + companyIssuer + `</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion ID="_{id}" Version="2.0" IssueInstant="{now}">
    <saml:Issuer>` + companyIssuer + `</saml:Issuer>
    <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
      <ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
      <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>
      <ds:Reference URI="#_{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
        <ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
        <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference>
    </ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>
    <saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">` + agentEmail + `</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{recipient}" {answers}/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotOnOrAfter="{until}">
      <saml:AudienceRestriction><saml:Audience>` + companyParty + `</saml:Audience></saml:AudienceRestriction>
    </saml:Conditions>
  </saml:Assertion>
</samlp:Response>`

// respond is a signed response in base64. inResponseTo "" means that nobody has
// asked.
func (c *company) respond(t *testing.T, now time.Time, id, recipient, inResponseTo string) string {
	t.Helper()
	answers := ""
	if inResponseTo != "" {
		answers = `InResponseTo="` + inResponseTo + `"`
	}
	text := strings.NewReplacer("{id}", id, "{recipient}", recipient, "{answers}", answers,
		"{now}", now.Format(time.RFC3339), "{until}", now.Add(5*time.Minute).Format(time.RFC3339)).Replace(companyResponse)
	cmd := exec.CommandContext(t.Context(), "xmlsec1", "--sign", "--privkey-pem", "key.pem",
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", "/dev/stdin")
	cmd.Dir, cmd.Stdin = c.dir, strings.NewReader(text)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	signed, err := cmd.Output()
	if err != nil {
		t.Fatalf("xmlsec1 (Debian's package of that name): %v\n%s", err, &complaint)
	}
	return base64.StdEncoding.EncodeToString(signed)
}

// connect tells the organization of the provider, by the API.
func (c *company) connect(t *testing.T, srv *mocktest.Server, more map[string]any) {
	t.Helper()
	body := map[string]any{
		"name": "Okta", "disabled": false, "issuerURI": companyIssuer, "ssoTargetURI": companyTarget, "relyingPartyIdentifier": companyParty,
		"certificate": c.certificate, "certificates": []string{c.certificate},
	}
	maps.Copy(body, more)
	if got := srv.Admin(t).Put(t, "/api/v2/identityproviders/okta", body); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
}

// A provider that the API knows is trusted by the token endpoint, with any of
// its certificates, and no longer than the API says.
func TestTheBearerGrantTrustsProvidersOfTheAPI(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	now := srv.Clock.Now()
	old, current, stranger := newCompany(t, now), newCompany(t, now), newCompany(t, now)
	const app = "http://localhost:3000/acs"
	refused(t, bearerGrant(t, srv, current.respond(t, now, "a", app, "")), "invalid_grant", "no enabled identity provider of the organization has this issuer")
	current.connect(t, srv, map[string]any{"certificate": "", "certificates": []string{old.certificate, current.certificate}})
	for id, idp := range map[string]*company{"b": old, "c": current} {
		access, _ := mustIssue(t, bearerGrant(t, srv, idp.respond(t, now, id, app, "")))
		if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
			t.Errorf("the token is of %s", me.Body)
		}
	}
	refused(t, bearerGrant(t, srv, stranger.respond(t, now, "d", app, "")), "invalid_grant", "the signature is not valid")
	current.connect(t, srv, nil)
	refused(t, bearerGrant(t, srv, old.respond(t, now, "e", app, "")), "invalid_grant", "the signature is not valid")
	if got := srv.Admin(t).Delete(t, "/api/v2/identityproviders/okta"); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	refused(t, bearerGrant(t, srv, current.respond(t, now, "f", app, "")), "invalid_grant", "no enabled identity provider of the organization has this issuer")
}

var requestID = regexp.MustCompile(` ID="(_[^"]+)"`)

// The way to a company's provider and back, by both bindings.
func TestSigningInAtACompanysProvider(t *testing.T) {
	t.Parallel()
	for binding, ask := range map[string]func(t *testing.T, s *screen) (request, state string){
		"HTTP-POST":     askedByPost,
		"HTTP-Redirect": askedByRedirect,
	} {
		t.Run(binding, func(t *testing.T) {
			t.Parallel()
			srv := mocktest.Start(t, mocktest.Options{})
			idp := newCompany(t, srv.Clock.Now())
			idp.connect(t, srv, map[string]any{"ssoBinding": "urn:oasis:names:tc:SAML:2.0:bindings:" + binding})
			b := newBrowser(t, srv)
			request, state := ask(t, b.get(t, authorize("org", "mockcloud", "provider", "okta", "prompt", "login")))
			for _, text := range []string{`AssertionConsumerServiceURL="` + srv.URL + `/saml"`, `Destination="` + companyTarget + `"`, ">" + companyParty + "<", `ForceAuthn="true"`} {
				if !strings.Contains(request, text) {
					t.Errorf("the request lacks %s\n%s", text, request)
				}
			}
			id := requestID.FindStringSubmatch(request)
			if id == nil {
				t.Fatalf("the request has no ID\n%s", request)
			}
			got := b.do(t.Context(), t, http.MethodPost, "/saml", url.Values{
				"SAMLResponse": {idp.respond(t, srv.Clock.Now(), "a", srv.URL+"/saml", id[1])}, "RelayState": {state},
			})
			if got.status != http.StatusSeeOther {
				t.Fatalf("answer = %d\n%s", got.status, got.body)
			}
			access, _ := mustIssue(t, redeem(t, srv, b.finish(t, got).query(t).Get("code")))
			if me := srv.Bearer(access).Get(t, "/api/v2/users/me"); me.Str(t, "email") != agentEmail {
				t.Errorf("signed in as %s", me.Body)
			}
		})
	}
}

func askedByPost(t *testing.T, s *screen) (request, state string) {
	t.Helper()
	if action := formAction.FindStringSubmatch(s.body); s.status != http.StatusOK || action == nil || action[1] != companyTarget {
		t.Fatalf("the page leads elsewhere: %d\n%s", s.status, s.body)
	}
	fields := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(s.body, -1) {
		fields.Set(field[1], html.UnescapeString(field[2]))
	}
	text, err := base64.StdEncoding.DecodeString(fields.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), fields.Get("RelayState")
}

func askedByRedirect(t *testing.T, s *screen) (request, state string) {
	t.Helper()
	if s.status != http.StatusFound || !strings.HasPrefix(s.location, companyTarget+"?") {
		t.Fatalf("the redirect leads elsewhere: %d %s", s.status, s.location)
	}
	deflated, err := base64.StdEncoding.DecodeString(s.query(t).Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), s.query(t).Get("RelayState")
}
