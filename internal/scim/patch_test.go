package scim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/scim"
)

const (
	ent = scim.Enterprise
	gen = scim.Genesys
)

// patchCase is a PATCH of person, or of another resource, and what it makes of
// one attribute.
type patchCase struct {
	name, ops string
	path      []string // of the attribute
	want      string   // its JSON afterwards
}

func TestAddLeavesWhatIsThereAndAddsToIt(t *testing.T) {
	t.Parallel()
	runPatches(t, []patchCase{
		{"a value is set", `[{"op":"add","path":"title","value":"Chief"}]`, []string{"title"}, `"Chief"`},
		{"several without a path", `[{"op":"add","value":{"title":"Chief","active":false}}]`, []string{"active"}, `false`},
		{"null without a path adds nothing", `[{"op":"add","value":{"title":null}}]`, []string{"title"}, `"Clerk"`},
		{"a list grows", `[{"op":"add","path":"roles","value":[{"value":"Boss"}]}]`, []string{"roles"}, `[{"value":"Agent"},{"value":"Boss"}]`},
		{"one object stands for a list of one", `[{"op":"add","path":"roles","value":{"value":"Boss"}}]`, []string{"roles"}, `[{"value":"Agent"},{"value":"Boss"}]`},
		{"what the list has is not there twice", `[{"op":"add","path":"roles","value":[{"value":"agent"},{"value":"Boss"},{"value":"Boss"}]}]`, []string{"roles"}, `[{"value":"agent"},{"value":"Boss"}]`},
		{"an item with the key of another changes it", `[{"op":"add","path":"` + gen + `:routingSkills","value":[{"name":"swimming","proficiency":5}]}]`, []string{gen, "routingSkills"}, `[{"name":"swimming","proficiency":5}]`},
		{"a number of a type that is there", `[{"op":"add","path":"phoneNumbers","value":[{"type":"mobile","value":"+3"}]}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"},{"type":"mobile","value":"+3"}]`},
		{"a second id of an authority", `[{"op":"add","path":"` + gen + `:externalIds","value":[{"authority":"hr","value":"8"}]}]`, []string{gen, "externalIds"}, `[{"authority":"hr","value":"7"},{"authority":"hr","value":"8"}]`},
		{"an authority in another case, which is another", `[{"op":"add","path":"` + gen + `:externalIds","value":[{"authority":"HR","value":"7"}]}]`, []string{gen, "externalIds"}, `[{"authority":"hr","value":"7"},{"authority":"HR","value":"7"}]`},
		{"items without a key that are the same", `[{"op":"add","path":"emails","value":[{"value":"x@example.com"}]},{"op":"add","path":"emails","value":[{"value":"X@example.com"}]}]`, []string{"emails"}, `[{"primary":true,"type":"other","value":"pat@example.com"},{"type":"work","value":"pat.work@example.com"},{"value":"X@example.com"}]`},
		{"sub-attributes of a list become items", `[{"op":"add","path":"roles.value","value":["Boss","Agent"]}]`, []string{"roles"}, `[{"value":"Agent"},{"value":"Boss"}]`},
		{"a new primary takes it from the old one", `[{"op":"add","path":"phoneNumbers","value":[{"type":"home","value":"+3","primary":true}]}]`, []string{"phoneNumbers"}, `[{"primary":false,"type":"work","value":"+1"},{"type":"mobile","value":"+2"},{"primary":true,"type":"home","value":"+3"}]`},
		{"the manager that it is keeps his address", `[{"op":"add","path":"` + ent + `:manager","value":"M1"}]`, []string{ent, "manager"}, `{"$ref":"http://x/users/m1","value":"M1"}`},
		{"parts of a complex attribute", `[{"op":"add","path":"` + ent + `:manager","value":{"value":"m2"}}]`, []string{ent, "manager"}, `{"value":"m2"}`},
		{"a new manager, without the address of the old one", `[{"op":"add","path":"` + ent + `:manager","value":"m1"},{"op":"add","path":"` + ent + `:manager","value":{"value":"m2","$ref":"http://y"}}]`, []string{ent, "manager"}, `{"value":"m2"}`},
		{"an extension that was not there", `[{"op":"remove","path":"` + gen + `"},{"op":"add","path":"` + gen + `:routingLanguages","value":[{"name":"Basque"}]}]`, []string{gen}, `{"routingLanguages":[{"name":"Basque"}]}`},
		{"to the items that match", `[{"op":"add","path":"phoneNumbers[type eq \"work\"]","value":{"value":"+9"}}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+9"},{"type":"mobile","value":"+2"}]`},
		{"items that nothing matches are made of the filter", `[{"op":"add","path":"phoneNumbers[type eq \"home\" and primary eq false].value","value":"+3"}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"},{"type":"mobile","value":"+2"},{"primary":false,"type":"home","value":"+3"}]`},
		{"the same for an object", `[{"op":"add","path":"` + gen + `:externalIds[authority eq \"crm\"]","value":{"value":"9"}}]`, []string{gen, "externalIds"}, `[{"authority":"hr","value":"7"},{"authority":"crm","value":"9"}]`},
	})
}

func TestReplacePutsTheNewInPlaceOfTheOld(t *testing.T) {
	t.Parallel()
	runPatches(t, []patchCase{
		{"a value", `[{"op":"replace","path":"title","value":"Chief"}]`, []string{"title"}, `"Chief"`},
		{"a value that was not there", `[{"op":"replace","path":"externalId","value":"e"}]`, []string{"externalId"}, `"e"`},
		{"with null, which leaves nothing", `[{"op":"replace","path":"title","value":null}]`, []string{"title"}, ``},
		{"a list", `[{"op":"replace","path":"roles","value":[{"value":"Boss"}]}]`, []string{"roles"}, `[{"value":"Boss"}]`},
		{"a list with an empty one", `[{"op":"replace","path":"roles","value":[]}]`, []string{"roles"}, ``},
		{"a complex attribute keeps what is not named", `[{"op":"replace","path":"` + ent + `","value":{"department":"Lab"}}]`, []string{ent}, `{"department":"Lab","manager":{"$ref":"http://x/users/m1","value":"m1"}}`},
		{"several without a path", `[{"op":"replace","value":{"roles":[{"value":"Boss"}],"title":null}}]`, []string{"roles"}, `[{"value":"Boss"}]`},
		{"an item that is chosen", `[{"op":"replace","path":"phoneNumbers[type eq \"mobile\"]","value":{"type":"home","value":"+3"}}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"},{"type":"home","value":"+3"}]`},
		// Guess: what the filter says stays true of the item.
		{"an item keeps the type by which it was chosen", `[{"op":"replace","path":"phoneNumbers[type eq \"work\"]","value":{"value":"+3"}}]`, []string{"phoneNumbers"}, `[{"type":"work","value":"+3"},{"type":"mobile","value":"+2"}]`},
		{"a part of an item", `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"new@example.com"}]`, []string{"emails"}, `[{"primary":true,"type":"other","value":"pat@example.com"},{"type":"work","value":"new@example.com"}]`},
		{"a part of all items", `[{"op":"replace","path":"phoneNumbers.primary","value":false}]`, []string{"phoneNumbers"}, `[{"primary":false,"type":"work","value":"+1"},{"primary":false,"type":"mobile","value":"+2"}]`},
		{"the primary moves", `[{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].primary","value":true}]`, []string{"phoneNumbers"}, `[{"primary":false,"type":"work","value":"+1"},{"primary":true,"type":"mobile","value":"+2"}]`},
		// Guess: Entra ID replaces what it has never written.
		{"an item of a type that is not there", `[{"op":"replace","path":"phoneNumbers[type eq \"home\"].value","value":"+3"}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"},{"type":"mobile","value":"+2"},{"type":"home","value":"+3"}]`},
		{"an empty number, which is none", `[{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].value","value":""}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"}]`},
		{"an extension with null, which leaves nothing", `[{"op":"replace","value":{"` + ent + `":null}}]`, []string{ent}, ``},
		{"an empty manager, who is nobody", `[{"op":"replace","path":"` + ent + `:manager.value","value":""}]`, []string{ent}, `{"department":"Office"}`},
	})
}

// Guess: see setOnly.
func TestASinglePrimaryRoleIsAllThatThereIs(t *testing.T) {
	t.Parallel()
	const path = `"path":"roles[primary eq \"True\"]`
	roles := []string{"roles"}
	runPatches(t, []patchCase{
		{"replaced", `[{"op":"Replace",` + path + `.value","value":"Boss"}]`, roles, `[{"value":"Boss"}]`},
		{"added", `[{"op":"Add",` + path + `.value","value":"Boss"}]`, roles, `[{"value":"Boss"}]`},
		{"replaced again and again", `[{"op":"Replace",` + path + `.value","value":"Boss"},{"op":"Replace",` + path + `.value","value":"Chief"},{"op":"Replace",` + path + `.value","value":"Agent"}]`, roles, `[{"value":"Agent"}]`},
		{"replaced as an object", `[{"op":"Replace",` + path + `","value":{"value":"Boss","display":"The Boss"}}]`, roles, `[{"value":"Boss"}]`},
		{"as one of several was just written", `[{"op":"Add","path":"roles","value":[{"value":"Boss","primary":true}]},{"op":"Replace",` + path + `.value","value":"Chief"}]`, roles, `[{"value":"Chief"}]`},
		{"replaced with nothing", `[{"op":"Replace",` + path + `.value","value":""}]`, roles, ``},
		{"replaced with null", `[{"op":"Replace",` + path + `.value","value":null}]`, roles, ``},
		{"removed", `[{"op":"Remove",` + path + `"}]`, roles, ``},
		{"whose name is removed", `[{"op":"Remove",` + path + `.value"}]`, roles, ``},
		{"whose type is not kept", `[{"op":"Replace",` + path + `.type","value":"x"},{"op":"Remove",` + path + `.type"},{"op":"Add",` + path + `.primary","value":"True"}]`, roles, `[{"value":"Agent"}]`},
		{"which others are not", `[{"op":"Remove","path":"roles[primary eq \"False\"]"}]`, roles, ``},
		{"but a number is one of several", `[{"op":"Remove","path":"phoneNumbers[primary eq true]"}]`, []string{"phoneNumbers"}, `[{"type":"mobile","value":"+2"}]`},
	})
	_, err := scim.UserType.Apply(decode(t, person), operations(t, `[{"op":"Replace",`+path+`","value":[{"value":"Boss"},{"value":"Chief"}]}]`))
	refused(t, err, scim.InvalidValue)
	_, err = scim.UserType.Apply(decode(t, person), operations(t, `[{"op":"Replace",`+path+`.primary","value":"perhaps"}]`))
	refused(t, err, scim.InvalidValue)
}

func TestRemoveLeavesTheRest(t *testing.T) {
	t.Parallel()
	runPatches(t, []patchCase{
		{"a value", `[{"op":"remove","path":"title"}]`, []string{"title"}, ``},
		{"a value that is given and means nothing", `[{"op":"Remove","path":"title","value":"Chief"}]`, []string{"title"}, ``},
		{"a list", `[{"op":"remove","path":"phoneNumbers"}]`, []string{"phoneNumbers"}, ``},
		{"items that match", `[{"op":"remove","path":"phoneNumbers[type eq \"work\"]"}]`, []string{"phoneNumbers"}, `[{"type":"mobile","value":"+2"}]`},
		{"the last item, and with it the list", `[{"op":"remove","path":"roles[value eq \"agent\"]"}]`, []string{"roles"}, ``},
		{"a part of an item", `[{"op":"remove","path":"phoneNumbers[type eq \"work\"].primary"}]`, []string{"phoneNumbers"}, `[{"type":"work","value":"+1"},{"type":"mobile","value":"+2"}]`},
		{"a number from its item, and with it the item", `[{"op":"remove","path":"phoneNumbers[type eq \"work\"].value"}]`, []string{"phoneNumbers"}, `[{"type":"mobile","value":"+2"}]`},
		{"a part of all items", `[{"op":"remove","path":"phoneNumbers.primary"}]`, []string{"phoneNumbers"}, `[{"type":"work","value":"+1"},{"type":"mobile","value":"+2"}]`},
		{"a part of a complex attribute, and with it that", `[{"op":"remove","path":"` + ent + `:manager.value"}]`, []string{ent}, `{"department":"Office"}`},
		{"an extension", `[{"op":"remove","path":"` + ent + `"}]`, []string{ent}, ``},
		{"the last attribute of an extension, and with it that", `[{"op":"remove","path":"` + ent + `:manager"},{"op":"remove","path":"` + ent + `:department"}]`, []string{ent}, ``},
		// Guess: a repeated removal does not fail.
		{"what is not there", `[{"op":"remove","path":"externalId"},{"op":"remove","path":"phoneNumbers[type eq \"home\"]"},{"op":"remove","path":"` + gen + `:routingLanguages"}]`, []string{"title"}, `"Clerk"`},
	})
}

func TestIdentityProvidersAreUnderstood(t *testing.T) {
	t.Parallel()
	runPatches(t, []patchCase{
		{"a boolean as text", `[{"op":"Replace","path":"active","value":"False"}]`, []string{"active"}, `false`},
		{"a boolean as text without a path", `[{"op":"Replace","value":{"active":"FALSE"}}]`, []string{"active"}, `false`},
		{"a number as text", `[{"op":"Replace","path":"` + gen + `:routingSkills[name eq \"Swimming\"].proficiency","value":"4.5"}]`, []string{gen, "routingSkills"}, `[{"name":"Swimming","proficiency":4.5}]`},
		{"a URN as a key", `[{"op":"Add","value":{"` + ent + `:department":"Lab"}}]`, []string{ent, "department"}, `"Lab"`},
		{"a URN as a key of an object", `[{"op":"Add","value":{"` + ent + `":{"department":"Lab"}}}]`, []string{ent}, `{"department":"Lab","manager":{"$ref":"http://x/users/m1","value":"m1"}}`},
		{"a dotted key", `[{"op":"Add","value":{"` + ent + `:manager.value":"m2"}}]`, []string{ent, "manager"}, `{"value":"m2"}`},
		{"a key with a filter", `[{"op":"Add","value":{"emails[type eq \"work\"].value":"new@example.com"}}]`, []string{"emails"}, `[{"primary":true,"type":"other","value":"pat@example.com"},{"type":"work","value":"new@example.com"}]`},
		{"the core schema as a key", `[{"op":"Add","value":{"` + scim.CoreUser + `":{"title":"Chief"}}}]`, []string{"title"}, `"Chief"`},
		{"keys that nobody knows", `[{"op":"Add","value":{"name.givenName":"Pat","locale":"en","title":"Chief","urn:x:y":{"a":1}}}]`, []string{"title"}, `"Chief"`},
		{"a manager as text", `[{"op":"Add","path":"` + ent + `:manager","value":"m2"}]`, []string{ent, "manager"}, `{"value":"m2"}`},
		{"a manager in a list", `[{"op":"Add","path":"` + ent + `:manager","value":[{"$ref":"","value":"m2"}]}]`, []string{ent, "manager"}, `{"value":"m2"}`},
		{"an external id of an authority that had none", `[{"op":"Replace","path":"` + gen + `:externalIds[authority eq \"crm\"].value","value":"9"}]`, []string{gen, "externalIds"}, `[{"authority":"hr","value":"7"},{"authority":"crm","value":"9"}]`},
		{"an external id taken away by its value", `[{"op":"Remove","path":"` + gen + `:externalIds[authority eq \"hr\"].value"}]`, []string{gen, "externalIds"}, ``},
		{"an external id made empty", `[{"op":"Replace","path":"` + gen + `:externalIds[authority eq \"hr\"].value","value":""}]`, []string{gen, "externalIds"}, ``},
		{"an external id made empty that was not there", `[{"op":"Replace","path":"` + gen + `:externalIds[authority eq \"crm\"].value","value":""}]`, []string{gen, "externalIds"}, `[{"authority":"hr","value":"7"}]`},
		{"an extension's attribute without its URN", `[{"op":"Add","path":"department","value":"Lab"}]`, []string{ent, "department"}, `"Lab"`},
		{"names and URNs in another case", `[{"op":"ADD","path":"` + strings.ToUpper(ent) + `:DEPARTMENT","value":"Lab"}]`, []string{ent, "department"}, `"Lab"`},
		{"sub-attributes and canonical values in another case", `[{"op":"add","path":"PHONENUMBERS","value":[{"Type":"MOBILE","VALUE":"+3"}]}]`, []string{"phoneNumbers"}, `[{"primary":true,"type":"work","value":"+1"},{"type":"mobile","value":"+3"}]`},
		{"sub-attributes that nobody knows", `[{"op":"add","path":"roles","value":[{"value":"Boss","display":"The Boss","id":"1"}]}]`, []string{"roles"}, `[{"value":"Agent"},{"value":"Boss"}]`},
		{"what is read-only, as it is", `[{"op":"replace","value":{"id":"u1","schemas":["` + scim.CoreUser + `"],"groups":[{"value":"g1","$ref":"http://x/groups/g1","type":"Group"}],"title":"Chief"}}]`, []string{"title"}, `"Chief"`},
	})
}

func runPatches(t *testing.T, tests []patchCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := decode(t, person)
			got, err := scim.UserType.Apply(before, operations(t, tt.ops))
			if err != nil {
				t.Fatal(err)
			}
			if have := at(t, got, tt.path...); have != tt.want {
				t.Errorf("%v = %s, want %s", tt.path, have, tt.want)
			}
			if encode(t, before) != encode(t, decode(t, person)) {
				t.Errorf("the input is now %s", encode(t, before))
			}
			// All but what was asked for is as it was.
			for name := range before {
				if name != tt.path[0] && !strings.Contains(strings.ToLower(tt.ops), strings.ToLower(name)) && at(t, got, name) != at(t, before, name) {
					t.Errorf("%s has changed to %s", name, at(t, got, name))
				}
			}
		})
	}
}

func TestMembersOfAGroup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, ops, want string }{
		{"join", `[{"op":"add","path":"members","value":[{"value":"u4"},{"value":"u1","display":"Pat"}]}]`, `u1 u2 u3 u4`},
		{"leave by a filter", `[{"op":"remove","path":"members[value eq \"u2\"]"}]`, `u1 u3`},
		{"leave by a long filter", `[{"op":"remove","path":"members[value eq \"u1\" or (value eq \"u2\" or not (value ne \"u3\"))]"}]`, ``},
		{"leave by a list, as Entra ID says it", `[{"op":"Remove","path":"members","value":[{"value":"u1"},{"value":"u3"},{"value":"u9"}]}]`, `u2`},
		{"leave by an object", `[{"op":"Remove","path":"members","value":{"value":"u1","$ref":null}}]`, `u2 u3`},
		{"nobody leaves by an empty list", `[{"op":"Remove","path":"members","value":[]}]`, `u1 u2 u3`},
		{"all leave", `[{"op":"remove","path":"members"}]`, ``},
		{"others", `[{"op":"replace","path":"members","value":[{"value":"u9"}]}]`, `u9`},
		{"with the name that it has", `[{"op":"replace","value":{"id":"g1","displayName":"Sales","members":[{"value":"u9"}]}}]`, `u9`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := scim.GroupType.Apply(decode(t, crowd), operations(t, tt.ops))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			members, _ := got["members"].([]any)
			for _, member := range members {
				ids = append(ids, member.(scim.Object)["value"].(string))
			}
			if have := strings.Join(ids, " "); have != tt.want {
				t.Errorf("members = %s, want %s", have, tt.want)
			}
		})
	}
}

func TestRefusedOperationsNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, ops, scimType string }{
		{"an unknown op", `[{"op":"move","path":"title","value":"x"}]`, scim.InvalidSyntax},
		{"add without a value", `[{"op":"add","path":"title"}]`, scim.InvalidValue},
		{"add of null", `[{"op":"add","path":"title","value":null}]`, scim.InvalidValue},
		{"replace without a value", `[{"op":"replace","path":"title"}]`, scim.InvalidValue},
		{"remove without a path", `[{"op":"remove"}]`, scim.NoTarget},
		{"remove of the whole", `[{"op":"remove","path":"` + scim.CoreUser + `"}]`, scim.NoTarget},
		{"no path and no object", `[{"op":"add","value":"x"}]`, scim.InvalidValue},
		{"an extension and no object", `[{"op":"add","path":"` + ent + `","value":"x"}]`, scim.InvalidValue},
		{"a path that is none", `[{"op":"add","path":"title x","value":"x"}]`, scim.InvalidPath},
		{"a path of punctuation", `[{"op":"add","path":"(title)","value":"x"}]`, scim.InvalidPath},
		{"a path that ends in a dot", `[{"op":"add","path":"emails[type eq \"work\"].","value":"x"}]`, scim.InvalidPath},
		{"an unknown attribute", `[{"op":"add","path":"nickName","value":"x"}]`, scim.InvalidPath},
		{"an unknown attribute of an extension", `[{"op":"add","path":"` + ent + `:title","value":"x"}]`, scim.InvalidPath},
		{"an unknown schema", `[{"op":"add","path":"urn:x:title","value":"x"}]`, scim.InvalidPath},
		{"an unknown sub-attribute", `[{"op":"add","path":"emails[type eq \"work\"].color","value":"x"}]`, scim.InvalidPath},
		{"a sub-attribute of a simple one", `[{"op":"add","path":"title.short","value":"x"}]`, scim.InvalidPath},
		{"brackets behind what is no list", `[{"op":"add","path":"` + ent + `:manager[value eq \"m1\"]","value":{}}]`, scim.InvalidPath},
		{"brackets behind a schema", `[{"op":"add","path":"` + ent + `[value eq \"m1\"]","value":{}}]`, scim.InvalidPath},
		{"a broken filter", `[{"op":"remove","path":"emails[type eq]"}]`, scim.InvalidFilter},
		{"an open filter", `[{"op":"remove","path":"emails[type eq \"work\""}]`, scim.InvalidFilter},
		{"brackets in brackets", `[{"op":"remove","path":"emails[type[value eq \"x\"]]"}]`, scim.InvalidFilter},
		{"a filter of an unknown sub-attribute", `[{"op":"remove","path":"emails[color eq \"red\"]"}]`, scim.InvalidFilter},
		{"a filter of a wrong type", `[{"op":"remove","path":"emails[primary eq \"perhaps\"]"}]`, scim.InvalidFilter},
		{"an order among booleans", `[{"op":"remove","path":"emails[primary gt false]"}]`, scim.InvalidFilter},
		{"a part of a number", `[{"op":"remove","path":"` + gen + `:routingSkills[proficiency co 3]"}]`, scim.InvalidFilter},
		{"replace where nothing matches", `[{"op":"replace","path":"phoneNumbers[value eq \"+9\"].type","value":"home"}]`, scim.NoTarget},
		{"replace where nothing matches two", `[{"op":"replace","path":"phoneNumbers[type eq \"home\" and primary eq true].value","value":"+3"}]`, scim.NoTarget},
		{"add where nothing matches a choice", `[{"op":"add","path":"phoneNumbers[type eq \"home\" or type eq \"other\"].value","value":"+3"}]`, scim.NoTarget},
		{"add where two values are asked of one", `[{"op":"add","path":"phoneNumbers[type eq \"home\" and type eq \"other\"].value","value":"+3"}]`, scim.NoTarget},
		{"add where nothing matches ne", `[{"op":"add","path":"roles[value ne \"Agent\"].type","value":"x"}]`, scim.NoTarget},
		{"an item of a type that there is not", `[{"op":"add","path":"phoneNumbers[type eq \"boat\"].value","value":"+3"}]`, scim.InvalidValue},
		{"the id", `[{"op":"replace","path":"id","value":"u2"}]`, scim.Mutability},
		{"the version", `[{"op":"replace","path":"meta.version","value":"\"4\""}]`, scim.Mutability},
		{"the schemas", `[{"op":"add","path":"schemas","value":["` + ent + `"]}]`, scim.Mutability},
		{"the groups", `[{"op":"remove","path":"groups[value eq \"g1\"]"}]`, scim.Mutability},
		{"the groups without a path", `[{"op":"add","value":{"groups":[{"value":"g2"}]}}]`, scim.Mutability},
		{"removing what is required", `[{"op":"remove","path":"userName"}]`, scim.Mutability},
		{"emptying what is required", `[{"op":"replace","path":"displayName","value":null}]`, scim.Mutability},
		{"a required part of an item", `[{"op":"remove","path":"` + gen + `:routingSkills[name eq \"Swimming\"].name"}]`, scim.Mutability},
		{"the authority of an external id", `[{"op":"remove","path":"` + gen + `:externalIds[authority eq \"hr\"].authority"}]`, scim.Mutability},
		{"an external id that is chosen by itself, made empty", `[{"op":"remove","path":"` + gen + `:externalIds[value eq \"7\"].value"}]`, scim.Mutability},
		{"an item without its required part", `[{"op":"add","path":"` + gen + `:externalIds","value":[{"authority":"crm"}]}]`, scim.InvalidValue},
		{"text for a boolean", `[{"op":"add","path":"active","value":"perhaps"}]`, scim.InvalidValue},
		{"a number for text", `[{"op":"add","path":"title","value":7}]`, scim.InvalidValue},
		{"an object for text", `[{"op":"add","path":"title","value":{"a":1}}]`, scim.InvalidValue},
		{"text for a number", `[{"op":"add","path":"` + gen + `:routingSkills","value":[{"name":"x","proficiency":"0x10"}]}]`, scim.InvalidValue},
		{"a number beyond numbers", `[{"op":"add","path":"` + gen + `:routingSkills","value":[{"name":"x","proficiency":1e999}]}]`, scim.InvalidValue},
		{"two managers", `[{"op":"add","path":"` + ent + `:manager","value":[{"value":"m2"},{"value":"m3"}]}]`, scim.InvalidValue},
		{"text for a list", `[{"op":"replace","path":"phoneNumbers","value":"+3"}]`, scim.InvalidValue},
		{"two numbers of a type", `[{"op":"replace","path":"phoneNumbers","value":[{"type":"home","value":"+3"},{"type":"home","value":"+4"}]}]`, scim.InvalidValue},
		{"a type that another item has", `[{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].type","value":"work"}]`, scim.InvalidValue},
		{"two primaries", `[{"op":"replace","path":"phoneNumbers","value":[{"type":"home","value":"+3","primary":true},{"type":"work","value":"+4","primary":true}]}]`, scim.InvalidValue},
		{"two primaries by a filter", `[{"op":"replace","path":"phoneNumbers[value pr].primary","value":true}]`, scim.InvalidValue},
		{"removing a value that says nothing", `[{"op":"remove","path":"roles","value":[{"display":"Agent"}]}]`, scim.InvalidValue},
		{"the last of several", `[{"op":"add","path":"title","value":"x"},{"op":"replace","path":"id","value":"u2"}]`, scim.Mutability},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := decode(t, person)
			got, err := scim.UserType.Apply(before, operations(t, tt.ops))
			refused(t, err, tt.scimType)
			if got != nil || encode(t, before) != encode(t, decode(t, person)) {
				t.Errorf("something has changed: %s, %s", encode(t, got), encode(t, before))
			}
		})
	}
	t.Run("the name of a group", func(t *testing.T) {
		t.Parallel()
		_, err := scim.GroupType.Apply(decode(t, crowd), operations(t, `[{"op":"replace","value":{"displayName":"Other"}}]`))
		refused(t, err, scim.Mutability)
	})
	t.Run("the ids of all members of a kind", func(t *testing.T) {
		t.Parallel()
		_, err := scim.GroupType.Apply(decode(t, crowd), operations(t, `[{"op":"remove","path":"members[type eq \"User\"].value"}]`))
		refused(t, err, scim.Mutability)
	})
	t.Run("what a member is", func(t *testing.T) {
		t.Parallel()
		_, err := scim.GroupType.Apply(decode(t, crowd), operations(t, `[{"op":"replace","path":"members[value eq \"u1\"].type","value":"Group"}]`))
		refused(t, err, scim.Mutability)
	})
}

func TestARefusalNamesTheOperation(t *testing.T) {
	t.Parallel()
	_, err := scim.UserType.Apply(decode(t, person), operations(t, `[{"op":"add","path":"title","value":"x"},{"op":"add","path":"active","value":"perhaps"}]`))
	if err == nil || !strings.Contains(err.Error(), "Operation 2: active must be true or false.") {
		t.Errorf("error = %v", err)
	}
}

func TestBodiesOfAPatch(t *testing.T) {
	t.Parallel()
	ops, err := scim.ParsePatch(decode(t, `{"SCHEMAS":["`+strings.ToLower(scim.PatchOp)+`"],"operations":[{"OP":"Add","Path":"title","Value":null},{"op":"remove","path":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []scim.Operation{{Op: "Add", Path: "title", HasValue: true}, {Op: "remove"}}
	if fmt.Sprint(ops) != fmt.Sprint(want) {
		t.Errorf("operations = %v, want %v", ops, want)
	}
	for name, tt := range map[string]struct{ body, scimType string }{
		"no schemas":               {`{"Operations":[{"op":"remove","path":"title"}]}`, scim.InvalidSyntax},
		"another schema":           {`{"schemas":["` + scim.CoreUser + `"],"Operations":[{"op":"remove","path":"title"}]}`, scim.InvalidSyntax},
		"no operations":            {`{"schemas":["` + scim.PatchOp + `"]}`, scim.InvalidSyntax},
		"an empty list":            {`{"schemas":["` + scim.PatchOp + `"],"Operations":[]}`, scim.InvalidSyntax},
		"an operation as text":     {`{"schemas":["` + scim.PatchOp + `"],"Operations":["remove"]}`, scim.InvalidSyntax},
		"an operation without op":  {`{"schemas":["` + scim.PatchOp + `"],"Operations":[{"path":"title"}]}`, scim.InvalidSyntax},
		"a path that is a number":  {`{"schemas":["` + scim.PatchOp + `"],"Operations":[{"op":"remove","path":7}]}`, scim.InvalidPath},
		"operations as an object":  {`{"schemas":["` + scim.PatchOp + `"],"Operations":{"op":"remove","path":"title"}}`, scim.InvalidSyntax},
		"schemas that are no list": {`{"schemas":"` + scim.PatchOp + `","Operations":[{"op":"remove","path":"title"}]}`, scim.InvalidSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scim.ParsePatch(decode(t, tt.body))
			refused(t, err, tt.scimType)
		})
	}
}
