package scim_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// RFC 7644, section 3.4.2 and section 3.9; of filters, the published description
// allows one comparison for equality.

func TestConformanceOfFiltersOfUsers(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	pat := c.create(t, rfcPerson("pat", rfcObject{
		"externalId":  `a "quoted" \ id`,
		rfcEnterprise: rfcObject{"employeeNumber": "9876543210", "division": "Support", "manager": rfcObject{"value": rfcSue}},
	}))
	gone := c.create(t, rfcPerson("gone", rfcObject{"active": false}))
	for _, tt := range []struct {
		filter string
		want   string // the userNames that are found
	}{
		{`id eq "` + pat.id() + `"`, "pat@example.com"},
		{`id eq "` + rfcNobody + `"`, ""},
		{`userName eq "pat@example.com"`, "pat@example.com"},
		{`userName eq "nobody@example.com"`, ""},
		{`userName eq "PAT@Example.COM"`, "pat@example.com"}, // caseExact is false
		{`USERNAME EQ "pat@example.com"`, "pat@example.com"}, // RFC 7644, section 3.4.2.2
		{`username Eq "pat@example.com"`, "pat@example.com"},
		{rfcUser + `:userName eq "pat@example.com"`, "pat@example.com"},
		{`email eq "pat@example.com"`, "pat@example.com"},
		{`emails.value eq "pat@example.com"`, "pat@example.com"},
		{`manager eq "` + rfcSue + `"`, "pat@example.com"},
		{rfcEnterprise + `:manager.value eq "` + rfcSue + `"`, "pat@example.com"},
		{`externalId eq "a \"quoted\" \\ id"`, "pat@example.com"},
		{`externalId eq "external-gone"`, "gone@example.com"},
		{`employeeNumber eq "9876543210"`, "pat@example.com"},
		{rfcEnterprise + `:employeeNumber eq "9876543210"`, "pat@example.com"},
		{strings.ToLower(rfcEnterprise) + `:EMPLOYEENUMBER eq "9876543210"`, "pat@example.com"},
		{`active eq false`, "gone@example.com"},
		{`active eq False`, "gone@example.com"},
		{`active eq "false"`, "gone@example.com"},
		{`division eq "Support"`, "agent2@mockcloud.test,pat@example.com"},
		{rfcEnterprise + `:division eq "Support"`, "agent2@mockcloud.test,pat@example.com"},
		// Identity providers look for the users that they deactivated.
		{`userName eq "gone@example.com"`, "gone@example.com"},
		{`id eq "` + gone.id() + `"`, "gone@example.com"},
		// The description's own examples have no quotes.
		{`userName eq pat@example.com`, "pat@example.com"},
		{`id eq ` + pat.id(), "pat@example.com"},
		{`employeeNumber eq 9876543210`, "pat@example.com"},
		{`division eq Support`, "agent2@mockcloud.test,pat@example.com"},
	} {
		t.Run(tt.filter, func(t *testing.T) {
			c.eachTree(t, func(t *testing.T, c rfcClient) {
				list := c.list(t, "/Users", "filter", tt.filter)
				count := "0"
				if tt.want != "" {
					count = fmt.Sprint(len(strings.Split(tt.want, ",")))
				}
				rfcHas(t, tt.filter, list, map[string]string{
					"Resources/*userName": tt.want, "totalResults": count, "itemsPerPage": count, "startIndex": "1",
					"schemas": `["` + rfcList + `"]`,
				})
			})
		})
	}
	t.Run("active eq true, as without a filter", func(t *testing.T) {
		with, without := c.list(t, "/Users", "filter", "active eq true"), c.list(t, "/Users")
		if with.look("Resources/*id") != without.look("Resources/*id") || strings.Contains(with.look("Resources/*id"), gone.id()) {
			t.Errorf("with filter %s, without %s", with.look("Resources/*userName"), without.look("Resources/*userName"))
		}
	})
}

func TestConformanceOfRefusedFilters(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	for _, filter := range []string{
		`userName`, `userName eq`, `eq "pat@example.com"`, `userName eq "pat@example.com`, `userName eq "pat" "base"`,
		`userName is "pat@example.com"`, `(userName eq "pat@example.com"`, `userName eq "a" and`, `[userName eq "a"]`,
		`"userName" eq "a"`, `user Name eq "a"`, `userName eq "\x"`,
		// These are correct, and not supported.
		`userName pr`, `userName ne "pat@example.com"`, `userName sw "pat"`, `userName co "pat"`, `userName ew "com"`,
		`userName gt "pat"`, `meta.lastModified ge "2026-01-01T00:00:00Z"`, `not (userName eq "pat@example.com")`,
		`userName eq "pat@example.com" and active eq true`, `userName eq "a" or userName eq "b"`,
		`emails[type eq "work" and value eq "a"]`, `title eq "Clerk"`, `displayName eq "Pat"`, `nickName eq "Pat"`,
		`urn:example:unknown:userName eq "pat@example.com"`, `active eq "perhaps"`,
		strings.Repeat("(", 3000) + `userName eq "a"` + strings.Repeat(")", 3000),
	} {
		t.Run(filter[:min(len(filter), 60)], func(t *testing.T) {
			rfcRefused(t, c.get(t, "/Users"+rfcQuery("filter", filter)), 400, "invalidFilter")
		})
	}
	c.eachTree(t, func(t *testing.T, c rfcClient) {
		for _, filter := range []string{`members eq "` + rfcSue + `"`, `displayName sw "Sales"`, `displayName eq`, `userName eq "a"`} {
			rfcRefused(t, c.get(t, "/Groups"+rfcQuery("filter", filter)), 400, "invalidFilter")
		}
	})
}

func TestConformanceOfPaging(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	for i := range 12 {
		c.create(t, rfcPerson(fmt.Sprintf("page-%02d", i), nil))
	}
	total := 12 + 5 // with those of the fixture
	c.eachTree(t, func(t *testing.T, c rfcClient) {
		for _, tt := range []struct {
			query []string
			items int
			start string
		}{
			{nil, total, "1"},
			{[]string{"count", "5"}, 5, "1"},
			{[]string{"startIndex", "1", "count", "5"}, 5, "1"},
			{[]string{"startIndex", "0", "count", "5"}, 5, "1"},
			{[]string{"startIndex", "-7", "count", "5"}, 5, "1"},
			{[]string{"startIndex", "16", "count", "5"}, 2, "16"},
			{[]string{"startIndex", "17"}, 1, "17"},
			{[]string{"startIndex", "18"}, 0, "18"},
			{[]string{"startIndex", "2147483647"}, 0, "2147483647"},
			{[]string{"count", "0"}, 0, "1"},
			{[]string{"count", "-3"}, 0, "1"},
		} {
			list := c.list(t, "/Users", tt.query...)
			rfcHas(t, fmt.Sprint(tt.query), list, map[string]string{
				"totalResults": fmt.Sprint(total), "itemsPerPage": fmt.Sprint(tt.items), "startIndex": tt.start,
				"Resources/#": fmt.Sprint(tt.items), "schemas": `["` + rfcList + `"]`,
			})
		}
		rfcRefused(t, c.get(t, "/Users?startIndex=first"), 400, "invalidValue", "invalidSyntax", "")
		rfcRefused(t, c.get(t, "/Users?count=many"), 400, "invalidValue", "invalidSyntax", "")

		all := c.list(t, "/Users").look("Resources/*id")
		walked := []string{}
		for start := 1; start <= total; start += 4 {
			list := c.list(t, "/Users", "startIndex", fmt.Sprint(start), "count", "4")
			resources, _ := list["Resources"].([]any)
			walked = append(walked, rfcEach(resources, "id")...)
		}
		slices.Sort(walked)
		if strings.Join(walked, ",") != all {
			t.Errorf("a walk finds\n%s\nand one page has\n%s", strings.Join(walked, ","), all)
		}
	})
}

func TestConformanceOfAListsResources(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		made := c.create(t, rfcPerson("list"+rfcSlug(c.base), nil))
		list := c.list(t, "/Users", "filter", `id eq "`+made.id()+`"`)
		resources, _ := list["Resources"].([]any)
		listed, _ := rfcElement(resources, made.id()).(map[string]any)
		rfcSame(t, "in the list", rfcObject(listed), c.read(t, made.id()))
	})
}

func TestConformanceOfAttributes(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	skill := c.named(t, "/api/v2/routing/skills", "Swimming")
	if skill == "" {
		t.Fatal("the skill has no id")
	}
	made := c.create(t, rfcPerson("pat", rfcObject{
		"roles":    []rfcObject{{"value": "User"}},
		rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "Swimming", "proficiency": 3}}},
	}))
	everything := rfcText(slices.Sorted(maps.Keys(c.read(t, made.id()))))
	always := []string{"active", "id", "meta", "schemas", "userName"} // the description adds active, userName and meta to the RFC's
	for _, tt := range []struct {
		name  string
		query []string
		with  map[string]string // beside what always comes; "" for what must not come
	}{
		{"one", []string{"attributes", "displayName"}, map[string]string{"displayName": "Pat Base", "title": "", "emails": "", rfcEnterprise: ""}},
		{"two with a comma", []string{"attributes", "displayName,title"}, map[string]string{"displayName": "Pat Base", "title": "Clerk", "emails": ""}},
		{"two parameters", []string{"attributes", "displayName", "attributes", "title"}, map[string]string{"displayName": "Pat Base", "title": "Clerk", "emails": ""}},
		{"in another case", []string{"attributes", "DISPLAYNAME"}, map[string]string{"displayName": "Pat Base", "title": ""}},
		{"with the URN of the core", []string{"attributes", rfcUser + ":title"}, map[string]string{"title": "Clerk", "displayName": ""}},
		{"a list", []string{"attributes", "phoneNumbers"}, map[string]string{"phoneNumbers/*type": "mobile,work", "emails": ""}},
		{"what is always there", []string{"attributes", "id"}, map[string]string{"displayName": "", rfcEnterprise: "", rfcGenesys: ""}},
		{"an extension", []string{"attributes", rfcEnterprise}, map[string]string{rfcEnterprise + "/department": "Office", rfcEnterprise + "/employeeNumber": "number-pat", "title": ""}},
		{"an attribute of an extension", []string{"attributes", rfcEnterprise + ":employeeNumber"}, map[string]string{rfcEnterprise + "/employeeNumber": "number-pat", rfcEnterprise + "/department": ""}},
		{"skills", []string{"attributes", rfcGenesys + ":routingSkills"}, map[string]string{rfcGenesys + "/routingSkills/[Swimming]/proficiency": "3", "roles": ""}},
		{"not one", []string{"excludedAttributes", "title"}, map[string]string{"title": "", "displayName": "Pat Base", rfcEnterprise + "/department": "Office"}},
		{"not two", []string{"excludedAttributes", "emails,roles"}, map[string]string{"emails": "", "roles": "", "title": "Clerk"}},
		{"not an extension", []string{"excludedAttributes", rfcEnterprise}, map[string]string{rfcEnterprise: "", "title": "Clerk"}},
		{"not an attribute of an extension", []string{"excludedAttributes", rfcEnterprise + ":department"}, map[string]string{rfcEnterprise + "/department": "", rfcEnterprise + "/employeeNumber": "number-pat"}},
		{"not what is always there", []string{"excludedAttributes", "id"}, map[string]string{"displayName": "Pat Base"}},
		{"a sub-attribute", []string{"attributes", "emails.value"}, map[string]string{"emails/*value": "pat.work@example.com,pat@example.com", "emails/*type": ",", "title": ""}},
		{"a sub-attribute with its URN, in another case", []string{"attributes", strings.ToUpper(rfcUser) + ":EMAILS.Value"}, map[string]string{"emails/*value": "pat.work@example.com,pat@example.com", "emails/*type": ","}},
		{"a sub-attribute of an extension", []string{"attributes", rfcGenesys + ":routingSkills.name"}, map[string]string{rfcGenesys + "/routingSkills/*name": "Swimming", rfcGenesys + "/routingSkills/*proficiency": ""}},
		{"what no schema has", []string{"attributes", "nickName,title.part,urn:example:unknown:title"}, map[string]string{"title": "", "displayName": ""}},
		{"not a sub-attribute", []string{"excludedAttributes", "emails.type"}, map[string]string{"emails/*value": "pat.work@example.com,pat@example.com", "emails/*type": ",", "title": "Clerk"}},
		{"not what no schema has", []string{"excludedAttributes", "nickName"}, map[string]string{"title": "Clerk", "displayName": "Pat Base"}},
		{"what an identity provider leaves out", []string{"excludedAttributes", "externalId,roles," + rfcEnterprise + ":division"}, map[string]string{"externalId": "", "roles": "", rfcEnterprise + "/division": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.eachTree(t, func(t *testing.T, c rfcClient) {
				list := c.list(t, "/Users", append([]string{"filter", `id eq "` + made.id() + `"`}, tt.query...)...)
				resources, _ := list["Resources"].([]any)
				listed, _ := rfcElement(resources, made.id()).(map[string]any)
				one := rfcBody(t, c.get(t, "/Users/"+made.id()+rfcQuery(tt.query...)), 200)
				for what, user := range map[string]rfcObject{"one": one, "in a list": listed} {
					rfcHas(t, what, user, tt.with)
					for _, name := range always {
						if user.look(name) == "" {
							t.Errorf("%s: %s is missing: %s", what, name, rfcText(map[string]any(user)))
						}
					}
				}
			})
		})
	}
	if now := rfcText(slices.Sorted(maps.Keys(c.read(t, made.id())))); now != everything {
		t.Errorf("reading changed the user: %s, before %s", now, everything)
	}
}
