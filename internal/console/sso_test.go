package console_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"html"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

const ssoPages = "/admin/single-sign-on"

// ssoCertificate makes a certificate that counts, as PEM.
func ssoCertificate(t *testing.T, name string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, time.March, 4, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// ssoBrowserLines are the line ends that browsers send in forms.
func ssoBrowserLines(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

var (
	ssoInput  = regexp.MustCompile(`<input id="f-\w+" name="(\w+)" type="text" value="([^"]*)"`)
	ssoBox    = regexp.MustCompile(`<input type="checkbox" id="f-\w+" name="(\w+)" value="true" checked`)
	ssoArea   = regexp.MustCompile(`(?s)<textarea id="f-\w+" name="(\w+)"[^>]*>\n(.*?)</textarea>`)
	ssoSelect = regexp.MustCompile(`(?s)<select id="f-\w+" name="(\w+)"[^>]*>(.*?)</select>`)
	ssoOption = regexp.MustCompile(`<option value="([^"]*)" selected>`)
)

// ssoForm is what a browser would send of the form of a page that nobody has touched.
func ssoForm(page *answer) url.Values {
	form := url.Values{}
	for _, found := range ssoInput.FindAllStringSubmatch(page.Body, -1) {
		form.Set(found[1], html.UnescapeString(found[2]))
	}
	for _, found := range ssoBox.FindAllStringSubmatch(page.Body, -1) {
		form.Set(found[1], "true")
	}
	for _, found := range ssoArea.FindAllStringSubmatch(page.Body, -1) {
		form.Set(found[1], ssoBrowserLines(html.UnescapeString(found[2])))
	}
	for _, found := range ssoSelect.FindAllStringSubmatch(page.Body, -1) {
		if chosen := ssoOption.FindStringSubmatch(found[2]); chosen != nil {
			form.Set(found[1], html.UnescapeString(chosen[1]))
		}
	}
	return form
}

func TestAnIdentityProviderIsAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	ada.get(t, ssoPages+"/new").says(t, "Okta", "Salesforce", "Custom provider").lacks(t, "Connected")

	okta := ssoPages + "/okta"
	form := ssoForm(ada.get(t, okta).says(t, "Add Okta", srv.URL+"/saml", "urn:mockcloud"))
	one, two := ssoCertificate(t, "one"), ssoCertificate(t, "two")
	form.Set("name", "<script>SSO")
	form.Set("issuerURI", "urn:acme")
	form.Set("ssoTargetURI", "https://idp.example/sso?a=b&c=d")
	form.Set("relyingPartyIdentifier", "urn:us")
	form.Set("certificates", ssoBrowserLines(one+"\n"+two))
	form.Set("enabled", "true")
	ada.postAndFollow(t, okta, form).says(t, "It was added.", "<script>SSO", "Okta", "urn:acme", "Enabled")
	ada.get(t, ssoPages+"/new").says(t, "Connected")

	got := admin.Get(t, "/api/v2/identityproviders/okta")
	for path, want := range map[string]string{
		"name": "<script>SSO", "ssoTargetURI": "https://idp.example/sso?a=b&c=d", "disabled": "false", "displayOnLogin": "true",
		"ssoBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "certificates.0": strings.TrimSpace(one), "certificates.1": strings.TrimSpace(two),
	} {
		if got.Str(t, path) != want {
			t.Errorf("%s = %q, want %q", path, got.Str(t, path), want)
		}
	}

	page := ada.get(t, okta).says(t, "<script>SSO", "CN=one", "CN=two", "valid until 2099-03-04", "urn:us")
	form = ssoForm(page)
	form.Del("enabled")
	form.Set("sloBinding", "HTTP Post")
	ada.postAndFollow(t, okta, form).says(t, "It was saved.", "Disabled")
	after := admin.Get(t, "/api/v2/identityproviders/okta")
	if after.Str(t, "disabled") != "true" || after.Str(t, "sloBinding") != "HTTP Post" || after.Str(t, "certificates.1") != strings.TrimSpace(two) {
		t.Errorf("after the change: %s", after.Body)
	}
	ada.get(t, okta).says(t, "It can be tested once it is enabled")

	ada.get(t, okta+"/delete").says(t, "Delete the provider <script>SSO?")
	ada.postAndFollow(t, okta+"/delete", nil).says(t, "It was deleted.").lacks(t, "urn:acme")
	ada.get(t, okta).says(t, "Add Okta")
	if got := ada.get(t, okta+"/delete"); got.Status != http.StatusNotFound {
		t.Errorf("a provider that is gone can be deleted: %d", got.Status)
	}
}

// What the form does not show goes back as it came, and certificates that nobody has
// touched letter by letter.
func TestAFormThatNobodyTouchedChangesNoProvider(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	certificate := ssoCertificate(t, "one")
	for word, more := range map[string]string{
		"generic": `,"endpointCompression":true,"nameIdentifierFormat":"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"`, "pureengage": `,"autoProvisionUsers":true`,
		"ping": `,"sloBinding":"urn:something","ssoBinding":"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`, "adfs": "",
	} {
		path := "/api/v2/identityproviders/" + word
		body := `{"name":"Acme","issuerURI":"urn:` + word + `","certificate":` + jsonText(certificate) + `,"logoImageData":"PHN2Zz4=","signAuthnRequests":true` + more + `}`
		if got := admin.Put(t, path, body); got.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", word, got.Status, got.Body)
		}
		before := admin.Get(t, path)
		page := ada.get(t, ssoPages+"/"+word).says(t, "There is one; saving keeps it.")
		ada.postAndFollow(t, ssoPages+"/"+word, ssoForm(page)).says(t, "It was saved.")
		if after := admin.Get(t, path); string(after.Body) != string(before.Body) {
			t.Errorf("%s: before %s\nafter  %s", word, before.Body, after.Body)
		}
	}
}

func jsonText(s string) string {
	return `"` + strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(s) + `"`
}

func TestTheTestIdentityProviderStaysThatAfterItsFormWasSaved(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	list := ada.get(t, ssoPages).says(t, "mockcloud test IdP", "Custom provider", "Open its page")
	id := admin.Get(t, "/api/v2/identityproviders").Str(t, "entities.0.id")
	before := admin.Get(t, "/api/v2/identityproviders/"+id)
	ada.postAndFollow(t, ssoPages+"/"+id, ssoForm(ada.get(t, ssoPages+"/"+id)))
	if after := admin.Get(t, "/api/v2/identityproviders/"+id); string(after.Body) != string(before.Body) {
		t.Errorf("before %s\nafter  %s", before.Body, after.Body)
	}
	test := regexp.MustCompile(`href="(/login\?[^"]*)"`).FindStringSubmatch(list.Body)
	if test == nil {
		t.Fatalf("no link to test it:\n%s", list.Body)
	}
	got := (&visitor{srv: srv}).get(t, html.UnescapeString(test[1]))
	if got.Status != http.StatusFound || !strings.HasPrefix(got.Location, srv.URL+"/_mockcloud/idp/sso?") {
		t.Errorf("the test leads to %d %s", got.Status, got.Location)
	}
	form := ssoForm(ada.get(t, ssoPages+"/"+id))
	form.Del("enabled")
	ada.postAndFollow(t, ssoPages+"/"+id, form).lacks(t, "/login?", "Open its page")
}

func TestWhatIsWrongWithAnIdentityProviderStandsBesideItsField(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	fine := url.Values{"name": {"Kept"}, "issuerURI": {"urn:kept"}, "ssoTargetURI": {"https://idp.example/"}, "certificates": {ssoCertificate(t, "one")}}
	for _, tt := range []struct{ page, field, value, wrong string }{
		{"okta", "issuerURI", "", "issuerURI"},
		{"okta", "ssoTargetURI", "http://idp.example/", "ssoTargetURI"},
		{"okta", "certificates", "???", "certificates"},
		{"okta", "certificates", fine.Get("certificates") + "\n\nAAAA", "certificates"},
		{"generic", "name", "", "name"},
		{"custom", "name", "", "name"},
	} {
		form := url.Values{}
		for name := range fine {
			form.Set(name, fine.Get(name))
		}
		form.Set(tt.field, tt.value)
		got := ada.post(t, ssoPages+"/"+tt.page, form)
		got.says(t, "The API refused this:")
		if got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `id="f-`+tt.wrong+`-error"`) || strings.Count(got.Body, `class="wrong-text"`) != 1 {
			t.Errorf("%s of %s: status %d\n%s", tt.field, tt.page, got.Status, got.words())
		}
		if tt.field != "issuerURI" && !strings.Contains(got.Body, `value="urn:kept"`) {
			t.Errorf("%s of %s: the form lost what was typed", tt.field, tt.page)
		}
	}
	if total := srv.Admin(t).Get(t, "/api/v2/identityproviders").Str(t, "total"); total != "1" {
		t.Errorf("there are %s providers", total)
	}
}

func TestACustomProviderHasAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada := visit(t, srv, "admin@mockcloud.test")
	for _, name := range []string{"First", "Second"} {
		ada.postAndFollow(t, ssoPages+"/custom", url.Values{"name": {name}, "issuerURI": {"urn:" + name}, "enabled": {"true"}}).says(t, "It was added.", name)
	}
	for _, nobody := range []string{"none", "6d6f636b-0001-4000-8000-00000000ffff", "OKTA"} {
		if got := ada.get(t, ssoPages+"/"+nobody); got.Status != http.StatusNotFound {
			t.Errorf("GET %s: status %d", nobody, got.Status)
		}
		if got := ada.post(t, ssoPages+"/"+nobody, url.Values{"issuerURI": {"urn:x"}}); got.Status != http.StatusNotFound {
			t.Errorf("POST %s: status %d", nobody, got.Status)
		}
	}
}

func TestTheLogInByPasswordIsSwitchedOffAndOn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	ada, admin := visit(t, srv, "admin@mockcloud.test"), srv.Admin(t)
	page := ssoPages + "/purecloud"
	ada.get(t, ssoPages).says(t, "Allowed")
	if form := ssoForm(ada.get(t, page)); form.Get("allowed") != "true" {
		t.Errorf("the form says %v", form)
	}
	ada.postAndFollow(t, page, url.Values{}).says(t, "Off: single sign-on only")
	if got := admin.Get(t, "/api/v2/identityproviders/purecloud").Str(t, "disabled"); got != "true" {
		t.Errorf("disabled = %s", got)
	}
	ada.postAndFollow(t, page, url.Values{"allowed": {"true"}}).says(t, "Allowed")
}

func TestWhoMayNotSeeIdentityProvidersIsToldSo(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	sue := visit(t, srv, "supervisor@mockcloud.test")
	for _, page := range []string{"", "/new", "/okta", "/custom", "/purecloud", "/okta/delete"} {
		if got := sue.get(t, ssoPages+page); got.Status != http.StatusForbidden {
			t.Errorf("GET %s: status %d", page, got.Status)
		} else {
			got.says(t, "You may not do this", "sso:provider:view")
		}
	}
	for _, page := range []string{"/okta", "/custom", "/purecloud", "/okta/delete"} {
		if got := sue.post(t, ssoPages+page, url.Values{"name": {"x"}, "issuerURI": {"urn:x"}}); got.Status != http.StatusForbidden {
			t.Errorf("POST %s: status %d", page, got.Status)
		}
	}
	if total := srv.Admin(t).Get(t, "/api/v2/identityproviders").Str(t, "total"); total != "1" {
		t.Errorf("there are %s providers", total)
	}
}

func TestSingleSignOnSpeaksThreeLanguages(t *testing.T) {
	t.Parallel()
	ada := visit(t, mocktest.Start(t, mocktest.Options{}), "admin@mockcloud.test")
	for lang, word := range map[string]string{"en": "Log-in by password", "pt-BR": "Login por senha", "es": "Inicio de sesión con contraseña"} {
		ada.lang = lang
		ada.get(t, ssoPages).says(t, word)
	}
}

func TestWhoMayOnlyLookAtIdentityProvidersGetsNoFormToSend(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	role := admin.Post(t, "/api/v2/authorization/roles", `{"name":"SSO reader","permissionPolicies":[{"domain":"sso","entityName":"provider","actionSet":["view"]}]}`)
	if role.Status != http.StatusOK {
		t.Fatalf("%d %s", role.Status, role.Body)
	}
	granted := admin.Post(t, "/api/v2/authorization/subjects/6d6f636b-0005-4000-8000-000000000003/divisions/*/roles/"+role.Str(t, "id"), `{}`)
	if granted.Status >= http.StatusBadRequest {
		t.Fatalf("%d %s", granted.Status, granted.Body)
	}
	reader := visit(t, srv, "supervisor@mockcloud.test")
	reader.get(t, ssoPages).says(t, "mockcloud test IdP")
	for page, permission := range map[string]string{"/okta": "sso:provider:edit", "/custom": "sso:provider:add", "/purecloud": "sso:provider:edit"} {
		got := reader.get(t, ssoPages+page).says(t, "to change it you need the permission "+permission)
		if strings.Contains(got.Body, `<button class="button primary">`) {
			t.Errorf("%s has a button that saves", page)
		}
		if got := reader.post(t, ssoPages+page, url.Values{"name": {"x"}, "issuerURI": {"urn:x"}}); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", page, got.Status)
		}
	}
}
