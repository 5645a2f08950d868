package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestFiltersFindUsersByIndexes(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	pia := create(t, admin, person("pia@mockcloud.test", fields{
		"externalId": "E-1", "emails": list{fields{"type": "work", "value": "shared@example.com"}},
		enterprise: fields{"division": "Sales", "manager": fields{"value": sue}, "employeeNumber": "A 7"},
		genesys:    fields{"externalIds": list{fields{"authority": `h"r`, "value": "1234"}}},
	}))
	create(t, admin, person("quinn@mockcloud.test", fields{"displayName": "Quinn", "active": false, enterprise: fields{"manager": fields{"value": sue}, "division": "Sales"}}))
	create(t, admin, person("shared@example.com", fields{"displayName": "Shared"}))
	gone := create(t, admin, person("gone@mockcloud.test", fields{"displayName": "Gone", enterprise: fields{"manager": fields{"value": sue}, "division": "Sales", "employeeNumber": "A 7"}}))
	want(t, admin.Delete(t, of(gone)), 204)
	everybody := "admin@mockcloud.test agent2@mockcloud.test agent1@mockcloud.test builder@mockcloud.test pia@mockcloud.test shared@example.com supervisor@mockcloud.test"
	tests := []struct{ filter, want string }{
		{"", everybody},
		{`active eq true`, everybody},
		{`active eq "True"`, everybody},
		{`active eq false`, "quinn@mockcloud.test"},
		{`id eq "` + pia + `"`, "pia@mockcloud.test"},
		{`id eq ` + pia, "pia@mockcloud.test"},
		{`id eq "` + gone + `"`, ""},
		{`userName eq "PIA@mockcloud.test"`, "pia@mockcloud.test"},
		{`userName eq quinn@mockcloud.test`, "quinn@mockcloud.test"},
		{`USERNAME EQ "nobody@mockcloud.test"`, ""},
		{`email eq "Shared@example.com"`, "shared@example.com pia@mockcloud.test"},
		{`emails.value eq "pia@mockcloud.test"`, "pia@mockcloud.test"},
		{`externalId eq "E-1"`, "pia@mockcloud.test"},
		{`externalId eq "e-1"`, ""},
		{`division eq "sales"`, "agent1@mockcloud.test pia@mockcloud.test quinn@mockcloud.test supervisor@mockcloud.test"},
		{enterprise + `:division eq "Sales"`, "agent1@mockcloud.test pia@mockcloud.test quinn@mockcloud.test supervisor@mockcloud.test"},
		{`division eq "Nowhere"`, ""},
		{`manager eq "` + sue + `"`, "pia@mockcloud.test quinn@mockcloud.test"},
		{`employeeNumber eq "A 7"`, "pia@mockcloud.test"},
		{`employeeNumber eq "a 7"`, ""}, // Guess: see enterpriseSchema
		{`externalIds[authority eq "H\"R" and value eq "1234"]`, ""},
		{genesys + `:externalIds[authority eq "h\"r" and value eq "1234"]`, "pia@mockcloud.test"},
		{`externalids[ VALUE eq "E-1" and authority eq "x-pc:scimv2:v1" ]`, "pia@mockcloud.test"},
		{`externalIds[authority eq "hr" and value eq "1235"]`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.filter, func(t *testing.T) {
			t.Parallel()
			got := found(t, admin.Get(t, tree+"/users?filter="+url.QueryEscape(tt.filter)))
			if strings.HasPrefix(tt.filter, "email eq") || tt.want == everybody {
				if got != tt.want {
					t.Errorf("found %q, want %q", got, tt.want)
				}
				return
			}
			// Beside those lists the order is that of the ids.
			if !slices.Equal(sorted(got), sorted(tt.want)) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if old := found(t, admin.Get(t, oldTree+"/users?filter="+url.QueryEscape(tt.filter))); old != got {
				t.Errorf("the other tree finds %q", old)
			}
		})
	}
	for _, filter := range []string{`title eq "x"`, `userName co "x"`, `userName eq "a" and active eq true`, `externalIds[authority eq "a"]`, `externalIds[authority eq "a" and authority eq "b"]`, `userName eq`, `(((`} {
		t.Run("refused "+filter, func(t *testing.T) {
			t.Parallel()
			refused(t, admin.Get(t, tree+"/users?filter="+url.QueryEscape(filter)), 400, "invalidFilter")
		})
	}
}

func sorted(names string) []string { return slices.Sorted(slices.Values(strings.Fields(names))) }

func TestPagesOfUsers(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	for i := range 30 {
		create(t, admin, person(fmt.Sprintf("p%02d@mockcloud.test", i), fields{"displayName": fmt.Sprintf("P %02d", i), enterprise: fields{"division": "Sales"}}))
	}
	tests := []struct{ query, total, start, perPage string }{
		{"", "35", "1", "25"},
		{"count=0", "35", "1", "0"},
		{"count=-3", "35", "1", "0"},
		{"count=1000", "35", "1", "35"},
		{"startIndex=0&count=2", "35", "1", "2"},
		{"startIndex=34", "35", "34", "2"},
		{"startIndex=99", "35", "99", "0"},
		{"startIndex=2147483647&count=2147483647", "35", "2147483647", "0"},
		{"filter=division+eq+Sales&startIndex=31&count=5", "32", "31", "2"},
		{"filter=division+eq+Sales&count=0", "32", "1", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			got := want(t, admin.Get(t, tree+"/users?"+tt.query), 200)
			has(t, got, map[string]string{"schemas": `["urn:ietf:params:scim:api:messages:2.0:ListResponse"]`, "totalResults": tt.total, "startIndex": tt.start, "itemsPerPage": tt.perPage})
			if tt.perPage == "0" && got.Str(t, "Resources") != "[]" {
				t.Errorf("Resources = %s", got.Body)
			}
		})
	}
	var walked []string
	for from := 1; from <= 35; from += 10 {
		walked = append(walked, strings.Fields(found(t, admin.Get(t, fmt.Sprintf("%s/users?count=10&startIndex=%d", tree, from))))...)
	}
	if all := strings.Fields(found(t, admin.Get(t, tree+"/users?count=100"))); len(all) != 35 || strings.Join(all, " ") != strings.Join(walked, " ") {
		t.Errorf("walked %v, all are %v", walked, all)
	}
}

func TestAttributesAreChosen(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct {
		query string
		there []string
		not   []string
	}{
		{"attributes=userName", []string{`"schemas"`, `"id"`, `"userName"`}, []string{`"displayName"`, `"roles"`, genesys + `":`}},
		{"attributes=USERNAME,active&attributes=" + genesys + ":routingSkills", []string{`"userName"`, `"active"`, `"routingSkills"`}, []string{`"routingLanguages"`, `"roles"`}},
		{"attributes=" + genesys, []string{`"routingSkills"`, `"routingLanguages"`}, []string{`"roles"`, `"title"`}},
		{"excludedAttributes=roles,groups," + genesys + ":routingSkills", []string{`"userName"`, `"routingLanguages"`, `"meta"`}, []string{`"roles"`, `"groups"`, `"routingSkills"`}},
		{"attributes=shoeSize,emails.display,urn:x:y:title", []string{`"id"`, `"userName"`}, []string{`"title"`, `"emails"`, `"roles"`}},
		{"attributes=EMAILS.Value,roles.value", []string{`"emails":[{"value":`, `"roles":[{"value":`}, []string{`"primary"`, `"title"`}},
		{"attributes=" + strings.ToUpper(enterprise) + ":DIVISION,manager.value", []string{`"division":"Sales"`}, []string{`"department"`, `"emails"`}},
		{"attributes=" + genesys + ":routingSkills.name", []string{`"routingSkills":[{"name":`}, []string{`"proficiency"`, `"routingLanguages"`}},
		{"excludedAttributes=shoeSize,emails.type", []string{`"title"`, `"emails":[{"primary":true,"value":`, `"roles"`}, nil},
		{"attributes=", []string{`"displayName"`, `"roles"`}, nil},
		{"excludedAttributes=id,meta.lastModified,title", []string{`"id"`, `"version"`, `"displayName"`}, []string{`"title"`}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{of(sue) + "?", tree + "/users?filter=id+eq+" + sue + "&"} {
				got := string(want(t, admin.Get(t, path+tt.query), 200).Body)
				for _, part := range tt.there {
					if !strings.Contains(got, part) {
						t.Errorf("no %s in %s", part, got)
					}
				}
				for _, part := range tt.not {
					if strings.Contains(got, part) {
						t.Errorf("%s in %s", part, got)
					}
				}
			}
		})
	}
	refused(t, admin.Get(t, of(sue)+"?attributes=id&excludedAttributes=roles"), 400, "invalidValue")
	refused(t, admin.Get(t, tree+"/users?startIndex=one"), 400, "invalidValue")
}
