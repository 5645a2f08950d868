package identityproviders_test

import (
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The codes of facts oauth.md §11, in the words of the specification.
//
// Guess: the name that must not be blank is the field name, not providerName,
// since Terraform's generic provider has no other. The logo is measured as it is
// sent, not decoded. An issuer of blanks is none, and so is a certificate of
// blanks, but in the list it is a bad one.
func TestBadProvidersAreRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	admin := start(t)
	made := want(t, admin.Post(t, collection, whole(t)), http.StatusOK, "")
	for _, word := range []string{"generic", "okta"} {
		want(t, admin.Put(t, collection+"/"+word, whole(t)), http.StatusOK, "")
	}
	const (
		https   = "The target URL must be a valid HTTPS URL."
		expired = "The certificate has expired."
		early   = "The certificate is not yet valid."
		base64s = "Invalid base64 in certificate."
		parsed  = "The certificate for provider cannot be parsed."
		formats = "The name identifier format is invalid."
		logo    = "The logo image size is greater than allowed value of 25kb."
		nameles = "The name for a provider cannot be blank or empty."
		generic = "The name for a generic SAML provider cannot be blank or empty."
	)
	old, young := certificate(t, now.Add(-2*time.Hour), now.Add(-time.Second)), certificate(t, now.Add(time.Second), now.Add(time.Hour))
	tests := []struct {
		name                 string
		change               fields
		code, message, field string
		named                bool // only where the type has a name to check
	}{
		{"target without TLS", fields{"ssoTargetURI": "http://idp.example/sso"}, "invalid.target.url", https, "ssoTargetURI", false},
		{"target that is no URL", fields{"ssoTargetURI": "https://a b"}, "invalid.target.url", https, "ssoTargetURI", false},
		{"target without a host", fields{"ssoTargetURI": "https://:443/sso"}, "invalid.target.url", https, "ssoTargetURI", false},
		{"target that is a path", fields{"ssoTargetURI": "/_mockcloud/idp/sso"}, "invalid.target.url", https, "ssoTargetURI", false},
		{"target that runs code", fields{"ssoTargetURI": "javascript:alert(1)"}, "invalid.target.url", https, "ssoTargetURI", false},
		{"target of blanks", fields{"ssoTargetURI": " "}, "invalid.target.url", https, "ssoTargetURI", false},
		{"no issuer", fields{"issuerURI": nil}, "missing.issuer.uri", "An issuer URI is required.", "issuerURI", false},
		{"empty issuer", fields{"issuerURI": ""}, "missing.issuer.uri", "An issuer URI is required.", "issuerURI", false},
		{"issuer of blanks", fields{"issuerURI": " \t"}, "missing.issuer.uri", "An issuer URI is required.", "issuerURI", false},
		{"certificate that is no base64", fields{"certificate": "not a certificate!"}, "certificate.invalid.base64", base64s, "certificate", false},
		{"empty certificate in the list", fields{"certificate": nil, "certificates": []string{""}}, "certificate.unparseable", parsed, "certificates[0]", false},
		{"certificate that is something else", fields{"certificate": base64.StdEncoding.EncodeToString([]byte("something else"))}, "certificate.unparseable", parsed, "certificate", false},
		{"expired certificate", fields{"certificate": old}, "certificate.expired", expired, "certificate", false},
		{"certificate of the future", fields{"certificate": young}, "certificate.not.yet.valid", early, "certificate", false},
		{"second certificate expired", fields{"certificates": []string{valid(t), old}}, "certificate.expired", expired, "certificates[1]", false},
		{"no name", fields{"name": nil}, "missing.provider.name", nameles, "name", true},
		{"empty name", fields{"name": ""}, "missing.provider.name", nameles, "name", true},
		{"name of blanks", fields{"name": "  "}, "missing.provider.name", nameles, "name", true},
		{"logo too large", fields{"logoImageData": strings.Repeat("A", 25*1024+1)}, "provider.logo.too.large", logo, "logoImageData", true},
		{"unknown format of names", fields{"nameIdentifierFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:nickname"}, "invalid.nameid.format", formats, "nameIdentifierFormat", true},
	}
	operations := []struct {
		name, method, path string
		named              bool
	}{
		{"postIdentityproviders", http.MethodPost, collection, true},
		{"putIdentityprovider", http.MethodPut, made.Str(t, "selfUri"), true},
		{"putIdentityprovidersGeneric", http.MethodPut, collection + "/generic", true},
		{"putIdentityprovidersOkta", http.MethodPut, collection + "/okta", false},
		{"putIdentityprovidersPing", http.MethodPut, collection + "/ping", false}, // which there is none of
	}
	header := http.Header{"Content-Type": {"application/json"}}
	before := admin.Get(t, collection)
	for _, tt := range tests {
		for _, op := range operations {
			if tt.named && !op.named {
				continue
			}
			t.Run(tt.name+" by "+op.name, func(t *testing.T) {
				got := want(t, admin.Do(t, op.method, op.path, with(whole(t), tt.change), header), http.StatusBadRequest, tt.code)
				message := tt.message
				if op.name == "putIdentityprovidersGeneric" && tt.code == "missing.provider.name" {
					message = generic
				}
				if got.Str(t, "message") != message || got.Str(t, "details.0.fieldName") != tt.field {
					t.Errorf("answer = %s\nwant %q on %s", got.Body, message, tt.field)
				}
			})
		}
	}
	if after := admin.Get(t, collection); string(after.Body) != string(before.Body) {
		t.Error("a refused request changed something")
	}
}

func TestTheFirstMistakeCounts(t *testing.T) {
	t.Parallel()
	admin := start(t)
	body := fields{
		"ssoTargetURI": "http://x", "issuerURI": "", "certificate": "?", "name": "",
		"logoImageData": strings.Repeat("A", 25*1024+1), "nameIdentifierFormat": "x",
	}
	for _, step := range []struct {
		code, field string
		right       any
	}{
		{"invalid.target.url", "ssoTargetURI", "https://x"},
		{"missing.issuer.uri", "issuerURI", "urn:x"},
		{"certificate.invalid.base64", "certificate", valid(t)},
		{"missing.provider.name", "name", "n"},
		{"provider.logo.too.large", "logoImageData", strings.Repeat("A", 25*1024)},
		{"invalid.nameid.format", "nameIdentifierFormat", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
	} {
		want(t, admin.Post(t, collection, body), http.StatusBadRequest, step.code)
		body[step.field] = step.right
	}
	want(t, admin.Post(t, collection, body), http.StatusOK, "")
}

// What only generic and custom providers have a code for, others leave to their
// schema, or accept.
func TestOtherTypesAskForLess(t *testing.T) {
	t.Parallel()
	admin := start(t)
	for _, word := range words {
		if word == "generic" {
			continue
		}
		want(t, admin.Put(t, collection+"/"+word, with(whole(t), fields{"name": nil, "logoImageData": strings.Repeat("A", 30*1024)})), http.StatusOK, "")
		if word != "purecloud" {
			want(t, admin.Put(t, collection+"/"+word, with(whole(t), fields{"nameIdentifierFormat": "x"})), http.StatusBadRequest, "invalid.value")
			want(t, admin.Put(t, collection+"/"+word, with(whole(t), fields{"ssoBinding": "x"})), http.StatusBadRequest, "invalid.value")
		}
	}
	want(t, admin.Put(t, collection+"/purecloud", fields{}), http.StatusOK, "") // there is nothing that it must have
	for _, target := range []string{"HTTPS://idp.example", "https://idp.example:8443/a?b=c"} {
		want(t, admin.Put(t, collection+"/okta", with(whole(t), fields{"ssoTargetURI": target})), http.StatusOK, "")
	}
}

// The addresses of the test identity provider are the server's, wherever that
// is, as long as the provider is that one.
func TestTheTestIdPFollowsTheServer(t *testing.T) {
	t.Parallel()
	other := valid(t)
	tests := []struct {
		name    string
		change  fields
		follows bool
	}{
		{"sent back as it was", fields{}, true},
		{"another name", fields{"name": "Ours", "providerName": "Ours", "disabled": true, "displayOnLogin": false, "relyingPartyIdentifier": "urn:x"}, true},
		{"without its metadata", fields{"metadataURL": nil}, true},
		{"the certificate in one field", fields{"certificates": nil}, true},
		{"another issuer", fields{"issuerURI": "urn:x"}, false},
		{"another certificate", fields{"certificate": other, "certificates": nil}, false},
		{"one more certificate", fields{"certificate": other}, false},
		{"no certificate", fields{"certificate": nil, "certificates": nil}, false},
		{"another target", fields{"ssoTargetURI": "https://idp.example/sso"}, false},
		{"other metadata", fields{"metadataURL": "https://idp.example/metadata"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := t.TempDir() + "/state.db"
			srv := mocktest.Start(t, mocktest.Options{Path: file})
			admin := srv.Admin(t)
			path := testProvider(t, admin)
			var body fields
			was := admin.Get(t, path)
			was.JSON(t, &body)
			if was.Str(t, "ssoTargetURI") != srv.URL+"/_mockcloud/idp/sso" || was.Str(t, "metadataURL") != srv.URL+"/_mockcloud/idp/metadata" {
				t.Fatalf("at first: %s", was.Body)
			}
			body = with(body, tt.change)
			put := want(t, admin.Put(t, path, body), http.StatusOK, "")
			if put.Str(t, "ssoTargetURI") != body["ssoTargetURI"] || (tt.follows && put.Str(t, "metadataURL") != was.Str(t, "metadataURL")) {
				t.Errorf("PUT answered %s", put.Body)
			}
			srv.Stop(t)
			var taken net.ListenConfig // so that the second server gets another port
			hold, err := taken.Listen(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = hold.Close() }()

			again := mocktest.Start(t, mocktest.Options{Path: file})
			got := again.Admin(t).Get(t, path)
			if follows := got.Str(t, "ssoTargetURI") == again.URL+"/_mockcloud/idp/sso"; follows != tt.follows {
				t.Errorf("follows the server: %t, want %t\n%s", follows, tt.follows, got.Body)
			}
			if !tt.follows && got.Str(t, "ssoTargetURI") != body["ssoTargetURI"] {
				t.Errorf("ssoTargetURI = %q, want %q", got.Str(t, "ssoTargetURI"), body["ssoTargetURI"])
			}
		})
	}
}

// Without TLS, but no danger to anybody.
func TestAnyProviderMayHaveTheTestIdPAsItsTarget(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	body := fields{"name": "n", "issuerURI": "urn:mockcloud:test-idp", "ssoTargetURI": srv.URL + "/_mockcloud/idp/sso"}
	for _, word := range words {
		want(t, admin.Put(t, collection+"/"+word, body), http.StatusOK, "")
	}
	want(t, admin.Post(t, collection, body), http.StatusOK, "")
	for _, near := range []string{"/_mockcloud/idp/sso/", "/_mockcloud/idp", "/_mockcloud/idp/sso?x=y", ""} {
		body["ssoTargetURI"] = srv.URL + near
		want(t, admin.Put(t, collection+"/okta", body), http.StatusBadRequest, "invalid.target.url")
	}
}
