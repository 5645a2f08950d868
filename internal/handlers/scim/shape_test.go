package scim_test

import (
	"flag"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	randomID = regexp.MustCompile(`019bc186-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hostPort = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
)

// Wire shapes that others parse. Ids that are drawn stand as <id>, the server as
// <host>. Written anew by go test -update, and reviewed like code.
func TestGoldenAnswersOfSCIM(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	created := admin.Post(t, tree+"/users", person("pia@mockcloud.test", fields{
		"title": "Engineer", "externalId": "E-1", "phoneNumbers": list{fields{"type": "work", "value": "+13175550101"}},
		enterprise: fields{"department": "Tools", "manager": fields{"value": sue}, "employeeNumber": "007", "dateHire": "2020-01-31"},
		genesys:    fields{"routingSkills": list{fields{"name": "Billing", "proficiency": 2.5}}},
	}))
	tests := []struct {
		name   string
		answer []byte
	}{
		{"user-created", created.Body},
		{"user", admin.Get(t, of(alex)).Body},
		{"users", admin.Get(t, tree+"/users?count=2&attributes=userName,active").Body},
		{"group", admin.Get(t, oldTree+"/groups/"+salesFloor).Body},
		{"provider-config", admin.Get(t, tree+"/serviceproviderconfig").Body},
		{"resource-types", admin.Get(t, tree+"/resourcetypes").Body},
		{"error-not-found", admin.Get(t, of(nobody)).Body},
		{"error-uniqueness", admin.Post(t, tree+"/users", person("pia@mockcloud.test", nil)).Body},
		{"error-filter", admin.Get(t, tree+"/users?filter=title+eq+x").Body},
		{"error-syntax", admin.Post(t, tree+"/users", "{").Body},
		{"error-version", with(t, admin, "PUT", of(alex), fields{}, "If-Match", `"0"`).Body},
		{"error-query", admin.Get(t, tree+"/users?count=many").Body},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expect.Golden(t, *update, tt.name, tt.answer, func(text []byte) []byte {
				return hostPort.ReplaceAll(randomID.ReplaceAll(text, []byte("<id>")), []byte("<host>"))
			})
		})
	}
}

// Guess: who words which refusal; see Facts.AnswersSCIMError.
func TestErrorsOfTheAPIKeepItsShape(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	media := func(content string) http.Header { return http.Header{"Content-Type": {content}} }
	expect.Answer(t, srv.Anonymous().Get(t, of(alex)), 401, "authentication.required")
	expect.Answer(t, srv.As(t).Delete(t, of(alex)), 403, "missing.any.permissions")
	expect.Answer(t, admin.Do(t, "POST", tree+"/users", "<user/>", media("application/xml")), 415, "unsupported.media.type")
	expect.Answer(t, admin.Do(t, "POST", tree+"/users", `"`+strings.Repeat("x", 512_000)+`"`, media("application/json")), 413, "request.entity.too.large")
	expect.Answer(t, admin.Post(t, of(alex), fields{}), 405, "")
	expect.Answer(t, admin.Get(t, tree+"/robots"), 404, "not.found")
	for body, scimType := range map[string]string{"": "invalidSyntax", "{": "invalidSyntax", "[]": "invalidSyntax", "{}": "invalidValue", `{"userName":"a@b","userName":"c@d"}`: "invalidSyntax"} {
		refused(t, admin.Post(t, tree+"/users", body), 400, scimType)
	}
	for _, body := range []string{`{"schemas":[]}`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"move","path":"title","value":"x"}]}`} {
		refused(t, admin.Patch(t, of(alex), body), 400, "invalidSyntax")
	}
	for _, got := range []string{
		srv.Anonymous().Get(t, of(alex)).Header.Get("Content-Type"), admin.Do(t, "GET", of(alex), nil, http.Header{"Accept": {"application/json"}}).Header.Get("Content-Type"),
		admin.Do(t, "GET", of(nobody), nil, http.Header{"Accept": {"application/scim+json;q=0.5, application/json"}}).Header.Get("Content-Type"),
	} {
		if got != "application/json" {
			t.Errorf("content type %q", got)
		}
	}
	for _, accept := range []string{"", "*/*", "application/scim+json", "application/scim+json, application/json", "text/html"} {
		got := admin.Do(t, "GET", of(nobody), nil, http.Header{"Accept": {accept}}).Header.Get("Content-Type")
		if got != "application/scim+json" {
			t.Errorf("Accept %q: content type %q", accept, got)
		}
	}
}

func TestCapitalLettersReachTheSameResources(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for _, base := range []string{tree, oldTree} {
		for _, path := range []string{"/users/" + alex, "/groups/" + salesFloor, "/serviceproviderconfig", "/resourcetypes", "/resourcetypes/User", "/schemas", "/schemas/" + genesys} {
			kind, rest, _ := strings.Cut(path[1:], "/")
			spelled := strings.NewReplacer("users", "Users", "groups", "GROUPS", "serviceproviderconfig", "ServiceProviderConfig", "resourcetypes", "ResourceTypes", "schemas", "Schemas").Replace(kind)
			if rest != "" {
				spelled += "/" + rest
			}
			plain, other := want(t, admin.Get(t, base+path), 200), admin.Get(t, base+"/"+spelled)
			if other.Status != 200 || string(other.Body) != string(plain.Body) {
				t.Errorf("%s/%s: %d %s", base, spelled, other.Status, other.Body)
			}
		}
	}
	// The rest of a path is an id, whose letters count.
	want(t, admin.Get(t, tree+"/Users/"+strings.ToUpper(alex)), 404)
	want(t, admin.Get(t, tree+"/Schemas/"+strings.ToUpper(genesys)), 400)
}
