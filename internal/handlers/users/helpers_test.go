package users_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	home    = "6d6f636b-0002-4000-8000-000000000001"
	sales   = "6d6f636b-0002-4000-8000-000000000002"
	support = "6d6f636b-0002-4000-8000-000000000003"

	ada  = "6d6f636b-0005-4000-8000-000000000001" // admin@mockcloud.test, in Home
	ben  = "6d6f636b-0005-4000-8000-000000000002" // builder@mockcloud.test, in Home
	sue  = "6d6f636b-0005-4000-8000-000000000003" // supervisor@mockcloud.test, in Sales
	alex = "6d6f636b-0005-4000-8000-000000000004" // agent1@mockcloud.test, in Sales
	aki  = "6d6f636b-0005-4000-8000-000000000005" // agent2@mockcloud.test, in Support

	builderRole = "6d6f636b-0003-4000-8000-000000000001"
	readerRole  = "6d6f636b-0003-4000-8000-000000000002"

	billing = "6d6f636b-0013-4000-8000-000000000001" // a skill of Sue (5) and Alex (3)
	returns = "6d6f636b-0013-4000-8000-000000000002" // of Sue (4.5) and Aki (2)
	english = "6d6f636b-0014-4000-8000-000000000001" // a language of Sue (5), Alex (5) and Aki (4)
	spanish = "6d6f636b-0014-4000-8000-000000000003" // of Alex (3)

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

// create makes a user and returns its id.
func create(t *testing.T, c *mocktest.Client, body fields) string {
	t.Helper()
	return want(t, c.Post(t, "/api/v2/users", body), 200, "").Str(t, "id")
}

// person is the body of an active user.
func person(name, email string) fields {
	return fields{"name": name, "email": email, "state": "active"}
}

// namesIn collects the names in a list of the body.
func namesIn(t *testing.T, got *mocktest.Response, list string) []string {
	t.Helper()
	var body map[string]json.RawMessage
	got.JSON(t, &body)
	var elements []map[string]any
	if err := json.Unmarshal(body[list], &elements); err != nil {
		t.Fatalf("%s: %v\n%s", list, err, got.Body)
	}
	texts := []string{}
	for _, e := range elements {
		text, _ := e["name"].(string)
		texts = append(texts, text)
	}
	return texts
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}
