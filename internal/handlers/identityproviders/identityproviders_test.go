package identityproviders_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Providers that the product knows by name are made and replaced by PUT (facts
// oauth.md §11).
func TestASingletonsLife(t *testing.T) {
	t.Parallel()
	admin := start(t)
	for _, word := range words {
		t.Run(word, func(t *testing.T) {
			path := collection + "/" + word
			want(t, admin.Get(t, path), http.StatusNotFound, "not.found")
			want(t, admin.Delete(t, path), http.StatusNotFound, "not.found")

			sent := whole(t)
			sent["endpointCompression"], sent["autoProvisionUsers"] = true, true // two kinds have one of them each
			full := with(sent, fields{
				"id": word, "selfUri": path, "certificates": []string{sent["certificate"].(string)},
				"endpointCompression": nil, "autoProvisionUsers": nil,
			})
			summary := fields{"id": word, "name": "Acme SSO", "disabled": true, "selfUri": path}
			switch word {
			case "generic":
				full["endpointCompression"] = true
			case "pureengage":
				full["autoProvisionUsers"] = true
			case "purecloud":
				full = summary
			}
			put := want(t, admin.Put(t, path, sent), http.StatusOK, "")
			if word == "identitynow" {
				has(t, put, full)
			} else {
				has(t, put, summary)
			}
			has(t, admin.Get(t, path), full)

			// A PUT replaces all: what it leaves out is gone.
			least := fields{"name": "Other", "issuerURI": "urn:other"}
			want(t, admin.Put(t, path, least), http.StatusOK, "")
			got := admin.Get(t, path)
			if got.Str(t, "name") != "Other" || got.Str(t, "disabled") != "false" || got.Str(t, "certificate") != "" || got.Str(t, "sloURI") != "" {
				t.Errorf("after the second PUT: %s", got.Body)
			}

			deleted := want(t, admin.Delete(t, path), http.StatusOK, "")
			if string(deleted.Body) != "{}" {
				t.Errorf("DELETE answered %s", deleted.Body)
			}
			want(t, admin.Get(t, path), http.StatusNotFound, "not.found")
		})
	}
}

func TestACustomProvidersLife(t *testing.T) {
	t.Parallel()
	admin := start(t)
	sent := with(whole(t), fields{"endpointCompression": true, "id": "ignored", "selfUri": "/ignored"})
	made := want(t, admin.Post(t, collection, sent), http.StatusOK, "")
	id, path := made.Str(t, "id"), made.Str(t, "selfUri")
	if len(id) != 36 || path != collection+"/"+id {
		t.Errorf("id = %q, selfUri = %q", id, path)
	}
	full := with(sent, fields{"id": id, "selfUri": path, "certificates": []string{sent["certificate"].(string)}})
	has(t, made, full)
	has(t, admin.Get(t, path), full)

	changed := with(full, fields{"name": "Other", "disabled": false, "displayOnLogin": true, "endpointCompression": false})
	has(t, want(t, admin.Put(t, path, changed), http.StatusOK, ""), changed)
	has(t, admin.Get(t, path), changed)

	if got := want(t, admin.Delete(t, path), http.StatusNoContent, ""); len(got.Body) != 0 {
		t.Errorf("DELETE answered %s", got.Body)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		want(t, admin.Do(t, method, path, sent, http.Header{"Content-Type": {"application/json"}}), http.StatusNotFound, "not.found")
	}
}

// The path of a singleton in other letters is no way around its operations.
func TestASingletonIsNoCustomProvider(t *testing.T) {
	t.Parallel()
	admin := start(t)
	want(t, admin.Put(t, collection+"/okta", whole(t)), http.StatusOK, "")
	for _, id := range []string{"OKTA", "%6F%6B%74%61", "custom", "none"} {
		if got := admin.Get(t, collection+"/"+id); got.Status == http.StatusOK && got.Str(t, "endpointCompression") != "" {
			t.Errorf("GET %s: %s", id, got.Body)
		}
	}
	for _, id := range []string{"OKTA", "custom", "none"} {
		want(t, admin.Get(t, collection+"/"+id), http.StatusNotFound, "not.found")
		want(t, admin.Put(t, collection+"/"+id, whole(t)), http.StatusNotFound, "not.found")
		want(t, admin.Delete(t, collection+"/"+id), http.StatusNotFound, "not.found")
	}
}

// One certificate stands in both fields, whichever it came in; where there are
// more, Terraform must not find the first one alone (facts terraform.md §2).
func TestCertificatesComeInEitherField(t *testing.T) {
	t.Parallel()
	admin := start(t)
	one, two := valid(t), valid(t)
	naked, folded := bare(t, one), strings.ReplaceAll(one, "\n", "\r\n")
	tests := []struct {
		name         string
		certificate  any
		certificates []string
		want         []string
	}{
		{"in both, as Terraform sends it", one, []string{one}, []string{one}},
		{"in the one field", one, nil, []string{one}},
		{"in the other field", nil, []string{one}, []string{one}},
		{"base64 without PEM", nil, []string{naked}, []string{naked}},
		{"with other line ends", folded, nil, []string{folded}},
		{"two", nil, []string{one, two}, []string{one, two}},
		{"two, the first in both", one, []string{one, two}, []string{one, two}},
		{"two, one in each", one, []string{two}, []string{one, two}},
		{"none", nil, nil, nil},
		{"an empty one", "", nil, nil},
		{"an empty list", nil, []string{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := fields{"issuerURI": "urn:x"}
			if tt.certificate != nil {
				body["certificate"] = tt.certificate
			}
			if tt.certificates != nil {
				body["certificates"] = tt.certificates
			}
			want(t, admin.Put(t, collection+"/okta", body), http.StatusOK, "")
			var got struct {
				Certificate  *string
				Certificates []string
			}
			admin.Get(t, collection+"/okta").JSON(t, &got)
			if !slices.Equal(got.Certificates, tt.want) {
				t.Errorf("certificates = %q, want %q", got.Certificates, tt.want)
			}
			if (got.Certificate != nil) != (len(tt.want) == 1) || (got.Certificate != nil && *got.Certificate != tt.want[0]) {
				t.Errorf("certificate = %v", got.Certificate)
			}
		})
	}
}

// What Terraform sends for texts that its user leaves out, and reads back.
//
// Guess: a provider needs no target and no certificate: Terraform has users who
// give no target, and a disabled provider is set up step by step. One without a
// certificate vouches for nobody. An empty format of names counts as none.
func TestEmptyTextsAreKept(t *testing.T) {
	t.Parallel()
	admin := start(t)
	sent := fields{
		"name": "n", "disabled": false, "issuerURI": "urn:x", "ssoTargetURI": "", "sloURI": "", "sloBinding": "",
		"relyingPartyIdentifier": "", "logoImageData": "", "endpointCompression": false, "signAuthnRequests": false,
	}
	want(t, admin.Put(t, collection+"/generic", with(sent, fields{"nameIdentifierFormat": ""})), http.StatusOK, "")
	// Guess: a provider is shown on the login page unless it is told not to be:
	// Terraform never says, and its users can see theirs.
	has(t, admin.Get(t, collection+"/generic"), with(sent, fields{
		"id": "generic", "selfUri": collection + "/generic", "providerName": "", "metadataURL": "", "displayOnLogin": true,
	}))
}

func TestTheListingIsOnePage(t *testing.T) {
	t.Parallel()
	admin := start(t)
	empty := admin.Get(t, collection)
	has(t, empty, fields{
		"entities": []string{}, "pageSize": nil, "pageNumber": nil, "total": nil, "pageCount": nil,
		"selfUri": collection, "firstUri": collection, "lastUri": collection,
	})
	if empty.Str(t, "total") != "0" || empty.Str(t, "pageCount") != "0" {
		t.Errorf("empty: %s", empty.Body)
	}
	for i, word := range words {
		want(t, admin.Put(t, collection+"/"+word, with(whole(t), fields{"name": fmt.Sprintf("P%02d", len(words)-i)})), http.StatusOK, "")
	}
	for _, name := range []string{"p00", "P00", "z"} {
		want(t, admin.Post(t, collection, with(whole(t), fields{"name": name})), http.StatusOK, "")
	}
	got := admin.Get(t, collection)
	if got.Str(t, "total") != "14" || got.Str(t, "pageSize") != "14" || got.Str(t, "pageNumber") != "1" || got.Str(t, "pageCount") != "1" {
		t.Errorf("wrapper: total %s, pageSize %s, pageNumber %s, pageCount %s", got.Str(t, "total"), got.Str(t, "pageSize"), got.Str(t, "pageNumber"), got.Str(t, "pageCount"))
	}
	var listing struct {
		Entities []struct{ ID, Name, IssuerURI, SelfURI string }
	}
	got.JSON(t, &listing)
	var names []string
	for _, p := range listing.Entities {
		names = append(names, strings.ToLower(p.Name))
		if p.SelfURI != collection+"/"+p.ID || (p.IssuerURI == "") != (p.ID == "purecloud") {
			t.Errorf("entity %+v", p)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("names = %q, which is not sorted", names)
	}
}

// Guess: the code of both limits; facts oauth.md §11 has the numbers alone. The
// built-in login is no provider that somebody has connected.
func TestLimits(t *testing.T) {
	t.Parallel()
	admin := start(t)
	var certificates []string
	for range 6 {
		certificates = append(certificates, valid(t))
	}
	okta := collection + "/okta"
	want(t, admin.Put(t, okta, fields{"issuerURI": "urn:x", "certificates": certificates[:5]}), http.StatusOK, "")
	for _, body := range []fields{
		{"issuerURI": "urn:x", "certificates": certificates},
		{"issuerURI": "urn:x", "certificate": certificates[5], "certificates": certificates[:5]},
	} {
		got := want(t, admin.Put(t, okta, body), http.StatusBadRequest, "constraint.validation")
		if got.Str(t, "details.0.fieldName") != "certificates" || !strings.Contains(got.Str(t, "message"), "5") {
			t.Errorf("answer = %s", got.Body)
		}
	}

	for i := range 29 {
		want(t, admin.Post(t, collection, fields{"name": fmt.Sprint(i), "issuerURI": "urn:x"}), http.StatusOK, "")
	}
	refused := want(t, admin.Post(t, collection, fields{"name": "one more", "issuerURI": "urn:x"}), http.StatusBadRequest, "constraint.validation")
	if !strings.Contains(refused.Str(t, "message"), "30") {
		t.Errorf("message = %s", refused.Str(t, "message"))
	}
	want(t, admin.Put(t, collection+"/ping", fields{"issuerURI": "urn:x"}), http.StatusBadRequest, "constraint.validation")
	want(t, admin.Put(t, okta, fields{"issuerURI": "urn:y"}), http.StatusOK, "")
	want(t, admin.Put(t, collection+"/purecloud", fields{"disabled": false}), http.StatusOK, "")
	want(t, admin.Post(t, collection, fields{"name": "one more", "issuerURI": "urn:x"}), http.StatusBadRequest, "constraint.validation")
	want(t, admin.Delete(t, okta), http.StatusOK, "")
	want(t, admin.Post(t, collection, fields{"name": "one more", "issuerURI": "urn:x"}), http.StatusOK, "")
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	tests := []struct {
		method, path, permissions string
		enough                    []string // each alone
		status                    int
	}{
		{http.MethodGet, collection, "[sso:provider:view]", []string{"sso:provider:view"}, 200},
		{http.MethodPost, collection, "[sso:provider:add]", []string{"sso:provider:add"}, 200},
		{http.MethodGet, collection + "/none", "[sso:provider:view]", []string{"sso:provider:view"}, 404},
		{http.MethodPut, collection + "/none", "[sso:provider:edit]", []string{"sso:provider:edit"}, 404},
		{http.MethodDelete, collection + "/none", "[sso:provider:delete]", []string{"sso:provider:delete"}, 404},
		{http.MethodPut, collection + "/okta", "[sso:provider:add, sso:provider:edit]", []string{"sso:provider:add", "sso:provider:edit"}, 200},
		{http.MethodGet, collection + "/okta", "[sso:provider:view]", []string{"sso:provider:view"}, 200},
		{http.MethodDelete, collection + "/okta", "[sso:provider:delete]", []string{"sso:provider:delete"}, 200},
	}
	header := http.Header{"Content-Type": {"application/json"}}
	body := fields{"name": "n", "issuerURI": "urn:x"}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			for _, permission := range []string{"sso:provider:view", "sso:provider:add", "sso:provider:edit", "sso:provider:delete"} {
				got := srv.As(t, permission).Do(t, tt.method, tt.path, body, header)
				if slices.Contains(tt.enough, permission) {
					want(t, got, tt.status, "")
					continue
				}
				want(t, got, http.StatusForbidden, "missing.any.permissions")
				if !strings.HasSuffix(got.Str(t, "message"), ": "+tt.permissions) {
					t.Errorf("with %s: %s", permission, got.Str(t, "message"))
				}
			}
		})
	}
}

// A certificate that runs out does not take its provider along.
func TestAnExpiredCertificateStays(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	body := fields{"issuerURI": "urn:x", "certificate": certificate(t, now, now.Add(time.Hour))}
	want(t, srv.Admin(t).Put(t, collection+"/okta", body), http.StatusOK, "")
	srv.Clock.Advance(time.Hour)
	want(t, srv.Admin(t).Put(t, collection+"/okta", body), http.StatusOK, "")
	srv.Clock.Advance(time.Second)
	want(t, srv.Admin(t).Put(t, collection+"/okta", body), http.StatusBadRequest, "certificate.expired")
	if got := srv.Admin(t).Get(t, collection+"/okta"); got.Str(t, "certificate") != body["certificate"] {
		t.Errorf("answer = %s", got.Body)
	}
}
