package saml_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/saml"
)

func request() *saml.AuthnRequest {
	return &saml.AuthnRequest{
		ID: "_request", Issuer: audience, Destination: "https://idp.example.test/sso?tenant=a%20b&x#top", ACS: acs,
		IssueInstant: now, NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", ForceAuthn: true,
	}
}

const wire = `<samlp:AuthnRequest xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"` +
	` ID="_request" Version="2.0" IssueInstant="2026-03-01T12:00:00Z" Destination="https://idp.example.test/sso?tenant=a%20b&amp;x#top"` +
	` ForceAuthn="true" AssertionConsumerServiceURL="https://login.example.test/saml"` +
	` ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">` +
	`<saml:Issuer>https://login.example.test/entity</saml:Issuer>` +
	`<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"/></samlp:AuthnRequest>`

func deflate(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestARedirectKeepsTheQueryOfItsDestination(t *testing.T) {
	t.Parallel()
	target, err := request().RedirectURL("/next?a=b&c=ü")
	if err != nil {
		t.Fatal(err)
	}
	own, ok := strings.CutPrefix(target, "https://idp.example.test/sso?tenant=a%20b&x&SAMLRequest=")
	if !ok || strings.Contains(own, "#") || !strings.HasSuffix(own, "&RelayState=%2Fnext%3Fa%3Db%26c%3D%C3%BC") {
		t.Fatal(target)
	}
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	deflated, err := base64.StdEncoding.DecodeString(u.Query().Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	if err != nil || string(text) != wire {
		t.Errorf("got %s, %v", text, err)
	}
	got, err := saml.ReadAuthnRequest(u.Query(), true)
	if want := (&saml.ReceivedRequest{ID: "_request", Issuer: audience, ACS: acs, RelayState: "/next?a=b&c=ü"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAPostedRequestIsPlainBase64(t *testing.T) {
	t.Parallel()
	encoded, err := request().PostForm()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := base64.StdEncoding.DecodeString(encoded); err != nil || string(text) != wire {
		t.Errorf("got %s, %v", text, err)
	}
	got, err := saml.ReadAuthnRequest(url.Values{"SAMLRequest": {encoded}, "RelayState": {"x"}}, false)
	if err != nil || got.ID != "_request" || got.RelayState != "x" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestARequestLeavesOutWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	r := &saml.AuthnRequest{ID: "_r", Issuer: audience, Destination: "http://127.0.0.1:8080/sso", ACS: acs, IssueInstant: now}
	target, err := r.RedirectURL("")
	if err != nil || !strings.HasPrefix(target, "http://127.0.0.1:8080/sso?SAMLRequest=") || strings.Contains(target, "RelayState") {
		t.Errorf("got %s, %v", target, err)
	}
	encoded, err := r.PostForm()
	if err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || strings.Contains(string(text), "NameIDPolicy") || strings.Contains(string(text), "ForceAuthn") {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestARequestGoesToTheWebOnly(t *testing.T) {
	t.Parallel()
	for _, destination := range []string{"", "/sso", "idp.example.test/sso", "javascript:alert(1)", "https://", "https://a b/", "data:text/html,x"} {
		r := request()
		r.Destination = destination
		if _, err := r.RedirectURL(""); err == nil {
			t.Errorf("a redirect to %q", destination)
		}
		if _, err := r.PostForm(); err == nil {
			t.Errorf("a form for %q", destination)
		}
	}
}

func TestReceivedRequestsAreReadWithCare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       error
	}{
		{"as it should be", wire, nil},
		{"no ACS", strings.Replace(wire, ` AssertionConsumerServiceURL="https://login.example.test/saml"`, "", 1), nil},
		{"a script for an ACS", strings.Replace(wire, `URL="https://login.example.test/saml"`, `URL="javascript:alert(1)"`, 1), saml.ErrRequest},
		{"a path for an ACS", strings.Replace(wire, `URL="https://login.example.test/saml"`, `URL="/saml"`, 1), saml.ErrRequest},
		{"an ACS of another prefix", strings.Replace(wire, ` AssertionC`, ` saml:AssertionC`, 1), nil},
		{"no ID", strings.Replace(wire, ` ID="_request"`, "", 1), saml.ErrRequest},
		{"no issuer", strings.Replace(wire, "https://login.example.test/entity", " ", 1), saml.ErrRequest},
		{"issuer of another namespace", strings.Replace(wire, "<saml:Issuer>", `<saml:Issuer xmlns:saml="urn:x">`, 1), saml.ErrRequest},
		{"version 1.1", strings.Replace(wire, `Version="2.0"`, `Version="1.1"`, 1), saml.ErrRequest},
		{"another namespace", strings.Replace(wire, "SAML:2.0:protocol", "SAML:1.0:protocol", 1), saml.ErrRequest},
		{"a response", strings.ReplaceAll(wire, "AuthnRequest", "Response"), saml.ErrRequest},
		{"comment", strings.Replace(wire, "/entity<", "/entity<!-- -->.mallory.test<", 1), saml.ErrXML},
		{"entity", `<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + strings.Replace(wire, "/entity<", "/entity&a;<", 1), saml.ErrXML},
		{"two roots", wire + wire, saml.ErrXML},
		{"too deep", strings.Repeat("<a>", 5000), saml.ErrTooLarge},
		{"nothing", "", saml.ErrBase64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := saml.ReadAuthnRequest(url.Values{"SAMLRequest": {encode(tt.text)}}, false)
			if !errors.Is(err, tt.want) {
				t.Errorf("posted: got %v, want %v", err, tt.want)
			}
			if tt.text == "" {
				return
			}
			_, err = saml.ReadAuthnRequest(url.Values{"SAMLRequest": {encode(string(deflate(t, tt.text)))}}, true)
			if !errors.Is(err, tt.want) {
				t.Errorf("redirected: got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestARedirectedRequestIsDeflatedAndNoBomb(t *testing.T) {
	t.Parallel()
	bomb := deflate(t, strings.Repeat(" ", 64<<20))
	if len(bomb) > saml.MaxSize/2 {
		t.Fatalf("%d bytes are no bomb", len(bomb))
	}
	whole := deflate(t, wire)
	for name, tt := range map[string]struct {
		encoded string
		want    error
	}{
		"bomb":         {encode(string(bomb)), saml.ErrTooLarge},
		"not deflated": {encode(wire), saml.ErrDeflate},
		"cut off":      {encode(string(whole[:len(whole)-5])), saml.ErrDeflate},
		"not base64":   {"*", saml.ErrBase64},
		"too long":     {strings.Repeat("A", saml.MaxSize+1), saml.ErrTooLarge},
	} {
		if _, err := saml.ReadAuthnRequest(url.Values{"SAMLRequest": {tt.encoded}}, true); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}
