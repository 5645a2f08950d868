package scim_test

import (
	"maps"
	"net/http"
	"testing"
)

const (
	rfcAlex = "6d6f636b-0005-4000-8000-000000000004" // agent1@mockcloud.test
	rfcBen  = "6d6f636b-0005-4000-8000-000000000002" // builder@mockcloud.test
)

func TestConformanceOfGroups(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	c.eachTree(t, func(t *testing.T, c rfcClient) {
		got := c.get(t, "/Groups/"+rfcSalesFloor)
		group := rfcBody(t, got, 200)
		rfcHas(t, "group", group, map[string]string{
			"id": rfcSalesFloor, "displayName": "Sales Floor", "schemas": `["` + rfcGroup + `"]`,
			"members/*value": rfcSue + "," + rfcAlex, "members/*type": "User,User",
			"meta/resourceType": "Group",
		})
		rfcLocated(t, c, group, "/groups/"+rfcSalesFloor)
		rfcRefused(t, c.get(t, "/Groups/"+rfcNobody), 404, "")

		for filter, want := range map[string]string{
			`displayName eq "Sales Floor"`: "Sales Floor", `displayname EQ "sales floor"`: "Sales Floor",
			rfcGroup + `:displayName eq "Sales Floor"`: "Sales Floor", `displayName eq "Nobody"`: "",
			`id eq "` + rfcSalesFloor + `"`: "Sales Floor", `id eq ` + rfcSalesFloor: "Sales Floor",
		} {
			rfcHas(t, filter, c.list(t, "/Groups", "filter", filter), map[string]string{
				"Resources/*displayName": want, "schemas": `["` + rfcList + `"]`, "startIndex": "1",
			})
		}
		// What Entra ID asks before it changes members.
		without := c.list(t, "/Groups", "filter", `displayName eq "Sales Floor"`, "excludedAttributes", "members")
		rfcHas(t, "without members", without, map[string]string{"Resources/*displayName": "Sales Floor", "Resources/[" + rfcSalesFloor + "]/members": ""})
		only := rfcBody(t, c.get(t, "/Groups/"+rfcSalesFloor+"?attributes=displayName"), 200)
		rfcHas(t, "with one attribute", only, map[string]string{"id": rfcSalesFloor, "displayName": "Sales Floor", "members": ""})
	})
	t.Run("a list of all is for the old tree", func(t *testing.T) {
		rfcRefused(t, c.get(t, "/Groups"), 400, "invalidFilter", "invalidValue", "")
		rfcHas(t, "all", c.old().list(t, "/Groups"), map[string]string{"totalResults": "2", "Resources/*displayName": "Integration Team,Sales Floor"})
		rfcHas(t, "one", c.old().list(t, "/Groups", "count", "1", "startIndex", "2"), map[string]string{"totalResults": "2", "itemsPerPage": "1", "startIndex": "2", "Resources/#": "1"})
		rfcHas(t, "none", c.old().list(t, "/Groups", "count", "0"), map[string]string{"totalResults": "2", "Resources/#": "0"})
	})
}

func TestConformanceOfPatchingAGroup(t *testing.T) {
	t.Parallel()
	member := func(ids ...string) []rfcObject {
		list := []rfcObject{}
		for _, id := range ids {
			list = append(list, rfcObject{"value": id})
		}
		return list
	}
	both := rfcSue + "," + rfcAlex
	for _, tt := range []struct {
		name   string
		ops    []any
		want   string // the members afterwards
		refuse []string
	}{
		{name: "add", ops: []any{rfcOp("add", "members", member(rfcAda))}, want: rfcAda + "," + both},
		{name: "add two", ops: []any{rfcOp("add", "members", member(rfcAda, rfcBen))}, want: rfcAda + "," + rfcBen + "," + both},
		{name: "add one who is there", ops: []any{rfcOp("add", "members", member(rfcSue))}, want: both},
		{name: "add without a list", ops: []any{rfcOp("add", "members", rfcObject{"value": rfcAda})}, want: rfcAda + "," + both},
		{name: "add without a path", ops: []any{rfcOp("add", "", rfcObject{"members": member(rfcAda)})}, want: rfcAda + "," + both},
		{name: "add in two operations", ops: []any{rfcOp("add", "members", member(rfcAda)), rfcOp("add", "members", member(rfcBen))}, want: rfcAda + "," + rfcBen + "," + both},
		{name: "add with the URN", ops: []any{rfcOp("add", rfcGroup+":members", member(rfcAda))}, want: rfcAda + "," + both},
		{name: "add what others know of a member", ops: []any{rfcOp("add", "members", []rfcObject{{"value": rfcAda, "display": "Ada Admin", "type": "User", "$ref": "https://example.com/Users/" + rfcAda}})}, want: rfcAda + "," + both},
		{name: "remove by a filter", ops: []any{rfcOp("remove", `members[value eq "`+rfcSue+`"]`, nil)}, want: rfcAlex},
		{name: "remove all", ops: []any{rfcOp("remove", "members", nil)}, want: ""},
		{name: "replace", ops: []any{rfcOp("replace", "members", member(rfcAda))}, want: rfcAda},
		{name: "replace with nobody", ops: []any{rfcOp("replace", "members", []any{})}, want: ""},
		{name: "replace without a path", ops: []any{rfcOp("replace", "", rfcObject{"members": member(rfcAda)})}, want: rfcAda},
		{name: "replace one by another", ops: []any{rfcOp("remove", `members[value eq "`+rfcSue+`"]`, nil), rfcOp("add", "members", member(rfcBen))}, want: rfcBen + "," + rfcAlex},
		{name: "Entra ID: Add", ops: []any{rfcOp("Add", "members", member(rfcAda))}, want: rfcAda + "," + both},
		{name: "Entra ID: Remove with a list", ops: []any{rfcOp("Remove", "members", member(rfcSue))}, want: rfcAlex},
		{name: "Entra ID: Remove by a filter", ops: []any{rfcOp("Remove", `members[value eq "`+rfcSue+`"]`, nil)}, want: rfcAlex},
		{name: "Okta: members and the name it has", ops: []any{rfcOp("replace", "", rfcObject{"id": rfcSalesFloor, "displayName": "Sales Floor"}), rfcOp("add", "members", []rfcObject{{"value": rfcAda, "display": "admin@mockcloud.test"}})}, want: rfcAda + "," + both},
		{name: "somebody who is not there", ops: []any{rfcOp("add", "members", member(rfcAda, rfcNobody))}, refuse: []string{"invalidValue", "noTarget"}},
		{name: "a member without an id", ops: []any{rfcOp("add", "members", []rfcObject{{"display": "Ada Admin"}})}, refuse: []string{"invalidValue"}},
		{name: "another name", ops: []any{rfcOp("add", "members", member(rfcAda)), rfcOp("replace", "displayName", "Another")}, refuse: []string{"mutability"}},
		{name: "another name without a path", ops: []any{rfcOp("replace", "", rfcObject{"displayName": "Another"})}, refuse: []string{"mutability"}},
		{name: "no name", ops: []any{rfcOp("remove", "displayName", nil)}, refuse: []string{"mutability"}},
		{name: "another id", ops: []any{rfcOp("replace", "id", rfcNobody)}, refuse: []string{"mutability"}},
		{name: "an attribute that there is not", ops: []any{rfcOp("add", "owner", rfcAda)}, refuse: []string{"invalidPath"}},
		{name: "nothing in particular", ops: []any{rfcOp("remove", "", nil)}, refuse: []string{"noTarget"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := rfcStart(t)
			path := "/Groups/" + rfcSalesFloor
			before := rfcBody(t, c.get(t, path), 200)
			got := c.send(t, http.MethodPatch, path, rfcOps(tt.ops))
			if tt.refuse != nil {
				rfcRefused(t, got, 400, tt.refuse...)
				rfcSame(t, "read", rfcBody(t, c.get(t, path), 200), before)
				return
			}
			rfcHas(t, "answer", rfcBody(t, got, 200), map[string]string{"members/*value": tt.want, "displayName": "Sales Floor"})
			rfcHas(t, "read", rfcBody(t, c.get(t, path), 200), map[string]string{"members/*value": tt.want})
			rfcHas(t, "in the Platform API", c.platform(t, "/api/v2/groups/"+rfcSalesFloor+"/members"), map[string]string{"entities/*id": tt.want})
		})
	}
}

func TestConformanceOfReplacingAGroup(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		path := "/Groups/" + rfcSalesFloor
		before := rfcBody(t, c.get(t, path), 200)
		rfcSame(t, "with what was read", rfcBody(t, c.send(t, http.MethodPut, path, before), 200), before)

		body := maps.Clone(before)
		body["members"] = []rfcObject{{"value": rfcBen}, {"value": rfcAda}}
		body["externalId"] = "group-1"
		want := map[string]string{"members/*value": rfcAda + "," + rfcBen, "externalId": "group-1", "displayName": "Sales Floor"}
		rfcHas(t, "answer", rfcBody(t, c.send(t, http.MethodPut, path, body), 200), want)
		rfcHas(t, "read", rfcBody(t, c.get(t, path), 200), want)
		rfcHas(t, "a member's groups", c.read(t, rfcAda), map[string]string{"groups/[" + rfcSalesFloor + "]/value": rfcSalesFloor})

		// RFC 7644, section 3.5.1: what is read-only is ignored. A refusal is as good, for
		// an identity provider that renames a group must not believe that it has.
		body["displayName"] = "Another"
		if got := c.send(t, http.MethodPut, path, body); got.Status != 200 {
			rfcRefused(t, got, 400, "mutability")
		}
		rfcHas(t, "read", rfcBody(t, c.get(t, path), 200), want)
		body["displayName"] = "Sales Floor"

		body["members"] = []rfcObject{{"value": rfcNobody}}
		rfcRefused(t, c.send(t, http.MethodPut, path, body), 400, "invalidValue", "noTarget")
		rfcHas(t, "read", rfcBody(t, c.get(t, path), 200), want)

		delete(before, "externalId")
		rfcBody(t, c.send(t, http.MethodPut, path, before), 200)
		rfcRefused(t, c.send(t, http.MethodPut, "/Groups/"+rfcNobody, before), 404, "")
	})
}
