package scim_test

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	home  = "6d6f636b-0002-4000-8000-000000000001"
	sales = "6d6f636b-0002-4000-8000-000000000002"

	ada  = "6d6f636b-0005-4000-8000-000000000001" // admin@mockcloud.test, in Home
	ben  = "6d6f636b-0005-4000-8000-000000000002" // builder@mockcloud.test, in Home
	sue  = "6d6f636b-0005-4000-8000-000000000003" // supervisor@mockcloud.test, in Sales
	alex = "6d6f636b-0005-4000-8000-000000000004" // agent1@mockcloud.test, in Sales
	aki  = "6d6f636b-0005-4000-8000-000000000005" // agent2@mockcloud.test, in Support

	salesFloor = "6d6f636b-0004-4000-8000-000000000002" // of Sue and Alex

	nobody = "6d6f636b-0005-4000-8000-00000000ffff"
)

const (
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	genesys    = "urn:ietf:params:scim:schemas:extension:genesys:purecloud:2.0:User"
)

// The two trees.
const (
	tree    = "/api/v2/scim/v2"
	oldTree = "/api/v2/scim"
)

type fields = map[string]any

type list = []any

func start(t *testing.T) (*mocktest.Server, *mocktest.Client) {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	return srv, srv.Admin(t)
}

// want ends the test unless the answer has the status.
func want(t *testing.T, got *mocktest.Response, status int) *mocktest.Response {
	t.Helper()
	return expect.Answer(t, got, status, "")
}

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

// refused ends the test unless the answer is an error of SCIM.
func refused(t *testing.T, got *mocktest.Response, status int, scimType string) {
	t.Helper()
	want(t, got, status)
	has(t, got, map[string]string{"schemas": `["urn:ietf:params:scim:api:messages:2.0:Error"]`, "status": strconv.Itoa(status), "scimType": scimType})
	if got.Str(t, "detail") == "" {
		t.Errorf("no detail: %s", got.Body)
	}
}

// person is a new user as a client sends it.
func person(email string, more fields) fields {
	body := fields{"userName": email, "displayName": "Pia Person"}
	maps.Copy(body, more)
	return body
}

// create makes a user and returns its id.
func create(t *testing.T, c *mocktest.Client, body fields) string {
	t.Helper()
	return want(t, c.Post(t, tree+"/users", body), 201).Str(t, "id")
}

// patch is a PATCH of one operation.
func patch(op, path string, value any) fields {
	operation := fields{"op": op, "path": path}
	if op != "remove" {
		operation["value"] = value
	}
	return fields{"schemas": list{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": list{operation}}
}

// of is the path of a user.
func of(id string) string { return tree + "/users/" + id }

// platform is Alex as the Platform API shows him, deleted or not, as one text.
func platform(t *testing.T, c *mocktest.Client) string {
	t.Helper()
	const expand = "expand=authorization,employerInfo,groups,skills,languages"
	got := c.Get(t, "/api/v2/users/"+alex+"?"+expand)
	if got.Status == http.StatusNotFound {
		got = c.Get(t, "/api/v2/users/"+alex+"?state=deleted&"+expand)
	}
	return string(want(t, got, 200).Body)
}

// found lists the user names of an answer, in its order.
func found(t *testing.T, got *mocktest.Response) string {
	t.Helper()
	var body struct {
		Resources []struct{ UserName, DisplayName string }
	}
	want(t, got, 200).JSON(t, &body)
	var names []string
	for _, r := range body.Resources {
		if r.UserName != "" {
			names = append(names, r.UserName)
		} else {
			names = append(names, r.DisplayName)
		}
	}
	return strings.Join(names, " ")
}

// version is the version that the ETag has.
func version(got *mocktest.Response) string { return strings.Trim(got.Header.Get("ETag"), `"`) }

// hasVersion fails the test unless the answer shows that version, in quotes.
func hasVersion(t *testing.T, got *mocktest.Response, number string) {
	t.Helper()
	if tag, at := got.Header.Get("ETag"), got.Str(t, "meta.version"); tag != strconv.Quote(number) || at != tag {
		t.Errorf("ETag = %s, meta.version = %s, want version %s", tag, at, number)
	}
}

// with sends a request with one more header.
func with(t *testing.T, c *mocktest.Client, method, path string, body any, name, value string) *mocktest.Response {
	t.Helper()
	return c.Do(t, method, path, body, http.Header{"Content-Type": {"application/scim+json"}, name: {value}})
}
