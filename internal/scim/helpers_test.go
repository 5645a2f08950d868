package scim_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

// person is a user as the service would show it.
const person = `{
	"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
	"id": "u1", "userName": "pat@example.com", "displayName": "Pat", "title": "Clerk", "active": true,
	"emails": [{"value": "pat@example.com", "type": "other", "primary": true}, {"value": "pat.work@example.com", "type": "work"}],
	"phoneNumbers": [{"value": "+1", "type": "work", "primary": true}, {"value": "+2", "type": "mobile"}],
	"groups": [{"value": "g1", "$ref": "http://x/groups/g1", "type": "Group"}],
	"roles": [{"value": "Agent"}],
	"meta": {"resourceType": "User", "version": "\"3\"", "location": "http://x/users/u1"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Office", "manager": {"value": "m1", "$ref": "http://x/users/m1"}},
	"urn:ietf:params:scim:schemas:extension:genesys:purecloud:2.0:User": {
		"routingSkills": [{"name": "Swimming", "proficiency": 3}],
		"externalIds": [{"authority": "hr", "value": "7"}]
	}
}`

// crowd is a group as the service would show it.
const crowd = `{
	"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
	"id": "g1", "displayName": "Sales",
	"members": [{"value": "u1", "type": "User", "$ref": "http://x/users/u1"}, {"value": "u2"}, {"value": "u3"}],
	"meta": {"resourceType": "Group", "version": "\"1\""}
}`

// decode reads JSON as the server does, with numbers as they were written.
func decode(t testing.TB, text string) scim.Object {
	t.Helper()
	var v scim.Object
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// at follows names into a resource and returns the JSON of what is there, "" for
// nothing. A URN is a name.
func at(t testing.TB, resource scim.Object, names ...string) string {
	t.Helper()
	var v any = resource
	for _, name := range names {
		object, _ := v.(scim.Object)
		if v = object[name]; v == nil {
			return ""
		}
	}
	return encode(t, v)
}

// operations reads a list of operations.
func operations(t testing.TB, text string) []scim.Operation {
	t.Helper()
	ops, err := scim.ParsePatch(decode(t, `{"schemas":["`+scim.PatchOp+`"],"Operations":`+text+`}`))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return ops
}

// refused fails the test unless the error is a refusal of that type.
func refused(t testing.TB, err error, scimType string) {
	t.Helper()
	refusal, ok := errors.AsType[*scim.Error](err)
	if !ok {
		t.Fatalf("error = %v, want %s", err, scimType)
	}
	if refusal.Type != scimType || refusal.Status != 400 || refusal.Detail == "" {
		t.Errorf("error = %+v, want 400 %s with words", refusal, scimType)
	}
}
