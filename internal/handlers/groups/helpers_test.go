package groups_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	home = "6d6f636b-0002-4000-8000-000000000001"

	integrationTeam = "6d6f636b-0004-4000-8000-000000000001" // hands down Developer; has Ben
	salesFloor      = "6d6f636b-0004-4000-8000-000000000002" // hands down nothing; has Sue and Alex

	ada  = "6d6f636b-0005-4000-8000-000000000001" // admin@mockcloud.test
	ben  = "6d6f636b-0005-4000-8000-000000000002" // builder@mockcloud.test
	sue  = "6d6f636b-0005-4000-8000-000000000003" // supervisor@mockcloud.test
	alex = "6d6f636b-0005-4000-8000-000000000004" // agent1@mockcloud.test
	aki  = "6d6f636b-0005-4000-8000-000000000005" // agent2@mockcloud.test

	nobody = "6d6f636b-0005-4000-8000-00000000ffff"
)

type fields = map[string]any

func start(t *testing.T) (*mocktest.Server, *mocktest.Client) {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	return srv, srv.Admin(t)
}

// want ends the test unless the answer is as it should be.
var want = expect.Answer

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

// official is the body of a new group.
func official(name string) fields {
	return fields{"name": name, "type": "official", "visibility": "public", "rulesVisible": true}
}

// with returns the fields with others added or replaced.
func with(f, more fields) fields {
	both := fields{}
	maps.Copy(both, f)
	maps.Copy(both, more)
	return both
}

func path(id string) string { return "/api/v2/groups/" + id }

// create makes a group and returns its id.
func create(t *testing.T, c *mocktest.Client, body fields) string {
	t.Helper()
	return want(t, c.Post(t, "/api/v2/groups", body), 200, "").Str(t, "id")
}

func version(t *testing.T, c *mocktest.Client, id string) int {
	t.Helper()
	var g struct{ Version int }
	want(t, c.Get(t, path(id)), 200, "").JSON(t, &g)
	return g.Version
}

// put changes a group with its current version.
func put(t *testing.T, c *mocktest.Client, id string, change fields) *mocktest.Response {
	t.Helper()
	return want(t, c.Put(t, path(id), with(change, fields{"version": version(t, c, id)})), 200, "")
}

// join adds members with the current version.
func join(t *testing.T, c *mocktest.Client, id string, users ...string) {
	t.Helper()
	want(t, c.Post(t, path(id)+"/members", fields{"memberIds": users, "version": version(t, c, id)}), 202, "")
}

// textsIn collects one field of the elements of a list in the body.
func textsIn(t *testing.T, got *mocktest.Response, list, field string) []string {
	t.Helper()
	var body map[string]json.RawMessage
	got.JSON(t, &body)
	var elements []map[string]any
	if err := json.Unmarshal(body[list], &elements); err != nil {
		t.Fatalf("%s: %v\n%s", list, err, got.Body)
	}
	texts := []string{}
	for _, e := range elements {
		text, _ := e[field].(string)
		texts = append(texts, text)
	}
	return texts
}

func namesIn(t *testing.T, got *mocktest.Response, list string) []string {
	t.Helper()
	return textsIn(t, got, list, "name")
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}
