package routing_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	home  = "6d6f636b-0002-4000-8000-000000000001"
	sales = "6d6f636b-0002-4000-8000-000000000002"

	ada  = "6d6f636b-0005-4000-8000-000000000001" // admin@mockcloud.test
	ben  = "6d6f636b-0005-4000-8000-000000000002" // builder@mockcloud.test, offline
	sue  = "6d6f636b-0005-4000-8000-000000000003" // supervisor@mockcloud.test, available
	alex = "6d6f636b-0005-4000-8000-000000000004" // agent1@mockcloud.test, on queue
	aki  = "6d6f636b-0005-4000-8000-000000000005" // agent2@mockcloud.test, at a meal

	salesQueue   = "6d6f636b-0010-4000-8000-000000000001" // in Sales: Alex and Sue
	supportQueue = "6d6f636b-0010-4000-8000-000000000002" // in Home: Aki, Alex, Ben and Sue

	resolved = "6d6f636b-0011-4000-8000-000000000001" // a wrap-up code of every division
	later    = "6d6f636b-0011-4000-8000-000000000002" // of Home
	sold     = "6d6f636b-0011-4000-8000-000000000003" // of Sales

	billing = "6d6f636b-0013-4000-8000-000000000001" // a skill of Alex and Sue
	spanish = "6d6f636b-0014-4000-8000-000000000003" // a language of Alex

	nothing = "6d6f636b-0000-4000-8000-00000000ffff"

	queues = "/api/v2/routing/queues"
	codes  = "/api/v2/routing/wrapupcodes"
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

// names collects the names of the entities.
func names(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	var body struct {
		Entities []struct{ Name string }
	}
	got.JSON(t, &body)
	list := []string{}
	for _, e := range body.Entities {
		list = append(list, e.Name)
	}
	return list
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

// create makes a queue and returns its id.
func create(t *testing.T, c *mocktest.Client, body fields) string {
	t.Helper()
	return want(t, c.Post(t, queues, body), 200, "").Str(t, "id")
}

// ids is the body that names objects.
func ids(list ...string) []fields {
	body := []fields{}
	for _, id := range list {
		body = append(body, fields{"id": id})
	}
	return body
}

// presences is what the workshop's path
// $.entities[*].user.presence.presenceDefinition.systemPresence finds.
func presences(t *testing.T, got *mocktest.Response) []string {
	t.Helper()
	var body struct {
		Entities []struct {
			User struct {
				Presence *struct {
					PresenceDefinition struct{ SystemPresence string }
				}
			}
		}
	}
	if err := json.Unmarshal(got.Body, &body); err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, e := range body.Entities {
		if p := e.User.Presence; p != nil {
			found = append(found, p.PresenceDefinition.SystemPresence)
		}
	}
	return found
}
