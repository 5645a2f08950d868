package scim_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

func TestProjectionLeavesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	always := []string{"active", "id", "meta", "schemas", "userName"}
	all := slices.Sorted(maps.Keys(decode(t, person)))
	without := func(names ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(names, s) })
	}
	for _, tt := range []struct {
		name                 string
		attributes, excluded []string
		names                []string // that are left
		path                 []string // to look at
		want                 string
	}{
		{name: "everything without parameters", names: all},
		{name: "one", attributes: []string{"title"}, names: append([]string{"title"}, always...)},
		{name: "one in another case", attributes: []string{"TITLE"}, names: append([]string{"title"}, always...)},
		{name: "one by its URN", attributes: []string{scim.CoreUser + ":title"}, names: append([]string{"title"}, always...)},
		{name: "two with a comma", attributes: []string{"title, roles"}, names: append([]string{"title", "roles"}, always...)},
		{name: "what is there always", attributes: []string{"id"}, names: always},
		{name: "what nobody knows", attributes: []string{"nickName", "emails.display", "urn:x:y:title", "a.b.c", ":", "emails["}, names: always},
		{name: "lists without a name", attributes: []string{"", " , "}, excluded: []string{","}, names: all},
		{name: "the core", attributes: []string{scim.CoreUser}, names: without(ent, gen)},
		{name: "a part", attributes: []string{"emails.value"}, names: append([]string{"emails"}, always...), path: []string{"emails"}, want: `[{"value":"pat@example.com"},{"value":"pat.work@example.com"}]`},
		{name: "a part that no item has", attributes: []string{"roles.type"}, names: always},
		{name: "an extension", attributes: []string{ent}, names: append([]string{ent}, always...), path: []string{ent}, want: `{"department":"Office","manager":{"$ref":"http://x/users/m1","value":"m1"}}`},
		{name: "an attribute of an extension", attributes: []string{strings.ToUpper(ent) + ":Department"}, names: append([]string{ent}, always...), path: []string{ent}, want: `{"department":"Office"}`},
		{name: "a part of an extension", attributes: []string{ent + ":manager.value"}, names: append([]string{ent}, always...), path: []string{ent}, want: `{"manager":{"value":"m1"}}`},
		{name: "not one", excluded: []string{"title"}, names: without("title")},
		{name: "not what is there always", excluded: []string{"id,userName,meta,schemas"}, names: all},
		{name: "not a part", excluded: []string{"phoneNumbers.primary"}, names: all, path: []string{"phoneNumbers"}, want: `[{"type":"work","value":"+1"},{"type":"mobile","value":"+2"}]`},
		{name: "not the only part", excluded: []string{"roles.value"}, names: without("roles")},
		{name: "not an extension", excluded: []string{ent}, names: without(ent)},
		{name: "not an attribute of an extension", excluded: []string{ent + ":manager"}, names: all, path: []string{ent}, want: `{"department":"Office"}`},
		{name: "not all attributes of an extension", excluded: []string{ent + ":manager", "department"}, names: without(ent)},
		{name: "not the core", excluded: []string{scim.CoreUser}, names: append([]string{ent, gen}, always...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := decode(t, person)
			before["password"] = "secret" // never comes back, whatever is asked for
			got, err := scim.UserType.Project(before, tt.attributes, tt.excluded)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(tt.names)
			if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, tt.names) {
				t.Errorf("left = %v, want %v", have, tt.names)
			}
			if have := at(t, got, tt.path...); tt.path != nil && have != tt.want {
				t.Errorf("%v = %s, want %s", tt.path, have, tt.want)
			}
			delete(before, "password")
			if encode(t, before) != encode(t, decode(t, person)) {
				t.Errorf("the input is now %s", encode(t, before))
			}
		})
	}
	t.Run("a password that is asked for", func(t *testing.T) {
		t.Parallel()
		got, err := scim.UserType.Project(scim.Object{"id": "u1", "password": "secret"}, []string{"password"}, nil)
		if err != nil || encode(t, got) != `{"id":"u1"}` {
			t.Errorf("%v, %v", got, err)
		}
	})
	// Guess: RFC 7644 §3.9 says that they exclude each other, and no error.
	t.Run("both parameters", func(t *testing.T) {
		t.Parallel()
		_, err := scim.UserType.Project(decode(t, person), []string{"title"}, []string{"emails"})
		refused(t, err, scim.InvalidValue)
	})
}

func TestResourcesAreSpelledCanonically(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"names", `{"USERNAME":"pat","displayname":"Pat"}`, `{"displayName":"Pat","userName":"pat"}`},
		{"names of parts, and canonical values", `{"phonenumbers":[{"Type":"WORK","VALUE":"+1"}]}`, `{"phoneNumbers":[{"type":"work","value":"+1"}]}`},
		{"names of extensions", `{"` + strings.ToLower(ent) + `":{"DEPARTMENT":"Lab"}}`, `{"` + ent + `":{"department":"Lab"}}`},
		{"URNs of attributes", `{"` + ent + `:department":"Lab","` + scim.CoreUser + `:title":"Chief"}`, `{"title":"Chief","` + ent + `":{"department":"Lab"}}`},
		{"what nobody knows is left out", `{"nickName":"P","name":{"givenName":"Pat"},"urn:x:y":{"a":1},"title.x":1,"title":"Chief","roles":[{"value":"Boss","display":"B"}]}`, `{"roles":[{"value":"Boss"}],"title":"Chief"}`},
		{"null and empty lists are nothing", `{"title":null,"emails":[],"roles":[null],"` + ent + `":null,"` + gen + `":{}}`, `{}`},
		{"one object for a list", `{"roles":{"value":"Boss"}}`, `{"roles":[{"value":"Boss"}]}`},
		{"text for booleans and numbers", `{"active":"True","` + gen + `":{"routingSkills":[{"name":"x","proficiency":"4"}]}}`, `{"active":true,"` + gen + `":{"routingSkills":[{"name":"x","proficiency":4}]}}`},
		{"a manager as text", `{"` + ent + `":{"manager":"m1"}}`, `{"` + ent + `":{"manager":{"value":"m1"}}}`},
		{"an item that is there twice", `{"roles":[{"value":"Boss"},{"value":"boss"}]}`, `{"roles":[{"value":"Boss"}]}`},
		{"items that say nothing", `{"phoneNumbers":[{"type":"work"},{"type":"home","value":""}]}`, `{}`},
		{"what is read-only stays", `{"id":"u9","groups":[{"value":"g1","$ref":"x"}]}`, `{"groups":[{"$ref":"x","value":"g1"}],"id":"u9"}`},
		{"what does not fit stays", `{"title":[1],"active":"perhaps","` + ent + `":[]}`, `{"active":"perhaps","title":[1],"` + ent + `":[]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := decode(t, tt.body)
			got := scim.UserType.Canonical(before)
			if have := encode(t, got); have != tt.want {
				t.Errorf("canonical = %s, want %s", have, tt.want)
			}
			if have := encode(t, scim.UserType.Canonical(got)); have != tt.want {
				t.Errorf("canonical twice = %s, want %s", have, tt.want)
			}
			if encode(t, before) != encode(t, decode(t, tt.body)) {
				t.Errorf("the input is now %s", encode(t, before))
			}
		})
	}
}

func TestAResourceSentInPlaceOfAnotherChangesWhatItNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		path       []string
		want       string
	}{
		{"a value", `{"TITLE":"Chief"}`, []string{"title"}, `"Chief"`},
		{"null", `{"title":null}`, []string{"title"}, ``},
		{"an empty list", `{"roles":[]}`, []string{"roles"}, ``},
		{"nothing", `{}`, []string{"title"}, `"Clerk"`},
		{"an extension keeps what is not named", `{"` + ent + `":{"Department":null}}`, []string{ent}, `{"manager":{"$ref":"http://x/users/m1","value":"m1"}}`},
		{"an attribute of an extension", `{"` + ent + `:department":"Lab"}`, []string{ent, "department"}, `"Lab"`},
		{"odd names", `{"":1,"a b":2,"emails[":3,"emails.value":["x"],"` + scim.CoreUser + `":{"title":"x"},"title[type eq":4,"` + ent + `":{"[":5,"a.b":6,"":7,"department":"Lab"}}`, []string{ent, "department"}, `"Lab"`},
		{"what is read-only, as it was", `{"id":"u1","groups":[{"value":"g1","$ref":"http://x/groups/g1","type":"Group"}],"title":"Chief"}`, []string{"title"}, `"Chief"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, sent := decode(t, person), decode(t, tt.body)
			got, err := scim.UserType.Replace(before, sent)
			if err != nil {
				t.Fatal(err)
			}
			if have := at(t, got, tt.path...); have != tt.want {
				t.Errorf("%v = %s, want %s", tt.path, have, tt.want)
			}
			if encode(t, before) != encode(t, decode(t, person)) || encode(t, sent) != encode(t, decode(t, tt.body)) {
				t.Errorf("the input is now %s and %s", encode(t, before), encode(t, sent))
			}
		})
	}
	for body, scimType := range map[string]string{
		`{"id":"U1"}`: scim.Mutability, `{"displayName":null}`: scim.Mutability, `{"title":7}`: scim.InvalidValue, `{"` + ent + `":7}`: scim.InvalidValue,
	} {
		_, err := scim.UserType.Replace(decode(t, person), decode(t, body))
		if refused(t, err, scimType); strings.Contains(err.Error(), "Operation") {
			t.Errorf("%s: %v", body, err)
		}
	}
	// Another spelling of a name that cannot be changed is another name.
	_, err := scim.GroupType.Replace(decode(t, crowd), decode(t, `{"displayName":"SALES"}`))
	refused(t, err, scim.Mutability)
}

func TestResourcesAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, wrong string }{
		{"a resource as the service shows it", person, ``},
		{"nothing", `{}`, ``},
		{"what is read-only is not looked at", `{"id":7,"meta":"x","groups":"x","schemas":7}`, ``},
		{"what nobody knows is not looked at", `{"nickName":7}`, ``},
		{"text that is a list", `{"title":["Chief"]}`, `title must be text`},
		{"a boolean that is none", `{"active":"perhaps"}`, `active must be true or false`},
		{"a boolean that is a list", `{"active":[true]}`, `active must be true or false`},
		{"a list that is text", `{"phoneNumbers":"+1"}`, `phoneNumbers must be an object`},
		{"an item that is text", `{"roles":["Boss"]}`, `roles must be an object`},
		{"an unknown type of number", `{"phoneNumbers":[{"type":"boat","value":"+1"}]}`, `phoneNumbers.type must be one of work, work2`},
		{"an unknown type of address", `{"emails":[{"type":"home","value":"x"}]}`, `emails.type must be one of work, other`},
		{"an extension that is a list", `{"` + ent + `":["Office"]}`, ent + ` must be an object`},
		{"an attribute of an extension", `{"` + ent + `":{"department":7}}`, ent + `:department must be text`},
		{"a proficiency that is none", `{"` + gen + `":{"routingSkills":[{"name":"x","proficiency":"high"}]}}`, gen + `:routingSkills.proficiency must be a number`},
		{"a skill without a name", `{"` + gen + `":{"routingSkills":[{"proficiency":1}]}}`, gen + `:routingSkills.name is required`},
		{"an external id with an empty authority", `{"` + gen + `":{"externalIds":[{"authority":"","value":"7"}]}}`, gen + `:externalIds.authority is required`},
		{"two skills of a name", `{"` + gen + `":{"routingSkills":[{"name":"x","proficiency":1},{"name":"X","proficiency":2}]}}`, gen + `:routingSkills has two different values with the name x`},
		{"two primaries", `{"emails":[{"type":"work","value":"x","primary":true},{"type":"other","value":"y","primary":true}]}`, `emails has more than one primary value`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := scim.UserType.Check(scim.UserType.Canonical(decode(t, tt.body)))
			if tt.wrong == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, scim.InvalidValue)
			if !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("error = %v, want %s", err, tt.wrong)
			}
		})
	}
}

func TestRequiredAttributesAreAskedFor(t *testing.T) {
	t.Parallel()
	for body, wrong := range map[string]string{
		`{"userName":"pat","displayName":"Pat"}`: ``,
		`{"userName":"pat"}`:                     `displayName is required`,
		`{"displayName":"Pat"}`:                  `userName is required`,
		`{"userName":"","displayName":"Pat"}`:    `userName is required`,
	} {
		err := scim.UserType.Required(decode(t, body))
		if wrong == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		refused(t, err, scim.InvalidValue)
		if !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: error = %v, want %s", body, err, wrong)
		}
	}
	// A group's name is not the client's to give.
	if err := scim.GroupType.Required(scim.Object{}); err != nil {
		t.Error(err)
	}
}
