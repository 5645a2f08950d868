package scim_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// RFC 7644, sections 3.3 to 3.6, without PATCH.

func TestConformanceOfCreatingAUser(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		name := "create" + strings.ReplaceAll(c.base, "/", "-")
		body := rfcPerson(name, rfcObject{
			"password": "Secret-of-nobody-1!",
			// What a client cannot set is ignored (RFC 7644, section 3.3).
			"id":     "made-up",
			"groups": []rfcObject{{"value": rfcSalesFloor}},
			"meta":   rfcObject{"resourceType": "Group", "version": `"77"`, "location": "http://example.com/"},
		})
		got := c.send(t, http.MethodPost, "/Users", body)
		user := rfcBody(t, got, 201)
		rfcHas(t, "answer", user, map[string]string{
			"userName": name + "@example.com", "displayName": "Pat Base", "title": "Clerk", "active": "true",
			"externalId": "external-" + name, "emails/[work]/value": name + ".work@example.com",
			"phoneNumbers/[work]/value": "+13175550100", "phoneNumbers/[mobile]/value": "+13175550101",
			rfcEnterprise + "/department": "Office", rfcEnterprise + "/employeeNumber": "number-" + name,
			"meta/resourceType": "User", "password": "", "groups/#": "0",
		})
		if user.id() == "" || user.id() == "made-up" {
			t.Errorf("id = %q", user.id())
		}
		for _, urn := range []string{rfcUser, rfcEnterprise} {
			if !strings.Contains(user.look("schemas"), `"`+urn+`"`) {
				t.Errorf("schemas = %s, without %s", user.look("schemas"), urn)
			}
		}
		if strings.Contains(string(got.Body), "Secret-of-nobody") {
			t.Errorf("the answer holds the password: %s", got.Body)
		}
		location := c.srv.URL + c.base + "/users/" + user.id()
		if at := got.Header.Get("Location"); !strings.EqualFold(at, location) || at != user.look("meta/location") {
			t.Errorf("Location = %q, meta.location = %q, want %q", at, user.look("meta/location"), location)
		}
		if tag := got.Header.Get("ETag"); tag == "" || tag != user.version() || !strings.HasSuffix(tag, `"`) {
			t.Errorf("ETag = %q, meta.version = %q, want the same text in quotes", tag, user.version())
		}
		if user.look("meta/lastModified") == "" {
			t.Errorf("there is no meta.lastModified: %s", got.Body)
		}
		rfcSame(t, "read", c.read(t, user.id()), user)
	})
}

func TestConformanceOfBodiesThatCreateAUser(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	for _, tt := range []struct {
		name   string
		change rfcObject // of a minimal user
		want   map[string]string
	}{
		{"the least", nil, map[string]string{"displayName": "Least", "title": ""}},
		{"without schemas, which the description calls read-only", rfcObject{"schemas": nil}, nil},
		{"inactive", rfcObject{"active": false}, map[string]string{"active": "false"}},
		{"names of attributes in another case", rfcObject{"TITLE": "Clerk", "phonenumbers": []rfcObject{{"Type": "home", "VALUE": "+13175550102"}}}, map[string]string{"title": "Clerk", "phoneNumbers/[home]/value": "+13175550102"}},
		{"the URN of the extension in another case", rfcObject{strings.ToLower(rfcEnterprise): rfcObject{"department": "Office"}}, map[string]string{rfcEnterprise + "/department": "Office"}},
		{"what the schema does not know", rfcObject{"nickName": "Pat", "name": rfcObject{"givenName": "Pat", "familyName": "Base"}, "urn:example:params:more": rfcObject{"a": 1}}, map[string]string{"nickName": "", "name": ""}},
		{"null, which is the same as nothing", rfcObject{"title": nilValue{}, "emails": nilValue{}, rfcEnterprise: nilValue{}}, map[string]string{"title": ""}},
		{"empty lists, which are the same as nothing", rfcObject{"phoneNumbers": []any{}, "emails": []any{}}, map[string]string{"phoneNumbers/#": "0"}},
		{"the default of Okta", rfcObject{"name": rfcObject{"givenName": "Pat", "familyName": "Base"}, "emails": []rfcObject{{"primary": true, "value": "okta.work@example.com", "type": "work"}}, "locale": "en-US", "groups": []any{}, "active": true}, map[string]string{"emails/[work]/value": "okta.work@example.com"}},
		{"the default of Entra ID", rfcObject{"externalId": "entra-1", "active": true, rfcEnterprise: rfcObject{"department": "Office", "employeeNumber": "entra-1"}, "roles": []rfcObject{{"primary": true, "type": "WindowsAzureActiveDirectoryRole", "value": "User"}}}, map[string]string{"externalId": "entra-1", "roles/[User]/value": "User"}},
		{"a division by its name", rfcObject{rfcEnterprise: rfcObject{"division": "Sales"}}, map[string]string{rfcEnterprise + "/division": "Sales"}},
		{"a manager", rfcObject{rfcEnterprise: rfcObject{"manager": rfcObject{"value": rfcSue}}}, map[string]string{rfcEnterprise + "/manager/value": rfcSue}},
		{"a date of hire with a time", rfcObject{rfcEnterprise: rfcObject{"dateHire": "2024-03-01T08:30:00Z"}}, map[string]string{rfcEnterprise + "/dateHire": "2024-03-01"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := rfcObject{"schemas": []string{rfcUser}, "userName": rfcSlug(tt.name) + "@example.com", "displayName": "Least"}
			for key, value := range tt.change {
				if _, null := value.(nilValue); null {
					body[key] = nil
				} else if value == nil {
					delete(body, key)
				} else {
					body[key] = value
				}
			}
			user := c.create(t, body)
			rfcHas(t, "answer", user, tt.want)
			rfcHas(t, "read", c.read(t, user.id()), tt.want)
		})
	}
}

// nilValue stands for a null in a body.
type nilValue struct{}

// rfcSlug makes a name that an e-mail address can begin with.
func rfcSlug(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
}

func TestConformanceOfRefusedUsers(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	c.create(t, rfcPerson("taken", nil))
	before := rfcText(c.list(t, "/Users")["totalResults"])
	for _, tt := range []struct {
		name   string
		body   any
		status int
		types  []string
	}{
		{"no userName", rfcPerson("a", rfcObject{"userName": nil}), 400, []string{"invalidValue"}},
		{"no displayName", rfcPerson("b", rfcObject{"displayName": nil}), 400, []string{"invalidValue"}},
		{"an empty userName", rfcPerson("c", rfcObject{"userName": ""}), 400, []string{"invalidValue"}},
		{"a userName that is no address", rfcPerson("d", rfcObject{"userName": "pat"}), 400, []string{"invalidValue"}},
		{"a userName that is taken", rfcPerson("e", rfcObject{"userName": "taken@example.com"}), 409, []string{"uniqueness"}},
		{"a userName that is taken in another case", rfcPerson("f", rfcObject{"userName": "TAKEN@Example.com"}), 409, []string{"uniqueness"}},
		{"an active that is no boolean", rfcPerson("g", rfcObject{"active": "perhaps"}), 400, []string{"invalidValue", "invalidSyntax"}},
		{"a title that is a list", rfcPerson("h", rfcObject{"title": []string{"Clerk"}}), 400, []string{"invalidValue", "invalidSyntax"}},
		{"telephone numbers that are a text", rfcPerson("i", rfcObject{"phoneNumbers": "+13175550100"}), 400, []string{"invalidValue", "invalidSyntax"}},
		{"an extension that is a list", rfcPerson("j", rfcObject{rfcEnterprise: []any{"Office"}}), 400, []string{"invalidValue", "invalidSyntax"}},
		{"a telephone number of an unknown type", rfcPerson("k", rfcObject{"phoneNumbers": []rfcObject{{"type": "boat", "value": "+13175550100"}}}), 400, []string{"invalidValue"}},
		{"a division that there is not", rfcPerson("l", rfcObject{rfcEnterprise: rfcObject{"division": "Nowhere"}}), 400, []string{"invalidValue"}},
		{"a manager that there is not", rfcPerson("m", rfcObject{rfcEnterprise: rfcObject{"manager": rfcObject{"value": rfcNobody}}}), 400, []string{"invalidValue"}},
		{"a role that there is not", rfcPerson("n", rfcObject{"roles": []rfcObject{{"value": "No Such Role"}}}), 400, []string{"invalidValue"}},
		{"a skill that there is not", rfcPerson("o", rfcObject{rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "No Such Skill", "proficiency": 1}}}}), 400, []string{"invalidValue"}},
		{"broken JSON", `{"userName":`, 400, []string{"invalidSyntax"}},
		{"a list", `[]`, 400, []string{"invalidSyntax", "invalidValue"}},
		{"nothing", ``, 400, []string{"invalidSyntax", "invalidValue"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rfcRefused(t, c.send(t, http.MethodPost, "/Users", tt.body), tt.status, tt.types...)
			if after := rfcText(c.list(t, "/Users")["totalResults"]); after != before {
				t.Errorf("there are %s users now, %s before", after, before)
			}
		})
	}
}

func TestConformanceOfUnknownUsers(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		path := "/Users/" + rfcNobody
		rfcRefused(t, c.get(t, path), 404, "")
		rfcRefused(t, c.send(t, http.MethodPut, path, rfcPerson("nobody", nil)), 404, "")
		rfcRefused(t, c.patch(t, rfcNobody, []any{rfcOp("replace", "title", "Nobody")}), 404, "")
		rfcRefused(t, c.send(t, http.MethodDelete, path, nil), 404, "")
		rfcRefused(t, c.get(t, "/Users/not-an-id"), 404, "")
	})
}

func TestConformanceOfReplacingAUser(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		name := "replace" + rfcSlug(c.base)
		made := c.create(t, rfcPerson(name, nil))
		path := "/Users/" + made.id()

		t.Run("with what was read changes nothing", func(t *testing.T) {
			read := c.read(t, made.id())
			rfcSame(t, "answer", rfcBody(t, c.send(t, http.MethodPut, path, read), 200), read)
			rfcSame(t, "read", c.read(t, made.id()), read)
		})
		t.Run("changes what differs and ignores what is read-only", func(t *testing.T) {
			body := maps.Clone(c.read(t, made.id()))
			body["displayName"] = "Pat Replaced"
			body["phoneNumbers"] = []rfcObject{{"type": "home", "value": "+13175550103"}}
			body["id"] = rfcNobody
			body["groups"] = []rfcObject{{"value": rfcSalesFloor}}
			body["meta"] = rfcObject{"resourceType": "Group"}
			got := c.send(t, http.MethodPut, path, body)
			want := map[string]string{
				"id": made.id(), "displayName": "Pat Replaced", "phoneNumbers/*type": "home", "groups/#": "0",
				"title": "Clerk", "meta/resourceType": "User", rfcEnterprise + "/department": "Office",
			}
			user := rfcBody(t, got, 200)
			rfcHas(t, "answer", user, want)
			rfcHas(t, "read", c.read(t, made.id()), want)
			if tag := got.Header.Get("ETag"); tag != user.version() || tag == made.version() {
				t.Errorf("ETag = %q, meta.version = %q, before %q", tag, user.version(), made.version())
			}
		})
		t.Run("does not give it the userName of another", func(t *testing.T) {
			before := c.read(t, made.id())
			body := maps.Clone(before)
			body["userName"], body["title"] = "Admin@mockcloud.test", "Thief"
			rfcRefused(t, c.send(t, http.MethodPut, path, body), 409, "uniqueness")
			rfcSame(t, "read", c.read(t, made.id()), before)
		})
		t.Run("keeps what is not sent, and clears what is null or empty", func(t *testing.T) {
			// RFC 7643, section 2.5, for null and empty. RFC 7644, section 3.5.1, leaves open
			// what becomes of the rest; article "What happens if I unassign a user from the
			// Genesys Cloud application in Okta?": roles are kept, which Okta does not send.
			path := "/Users/" + c.create(t, rfcPerson(name+"-null", rfcObject{"roles": []rfcObject{{"value": "User"}}})).id()
			least := rfcObject{"schemas": []string{rfcUser}, "userName": name + "-null@example.com", "displayName": "Pat"}
			body := rfcBody(t, c.send(t, http.MethodPut, path, least), 200)
			rfcHas(t, "not sent", body, map[string]string{"roles/[User]/value": "User", "active": "true", rfcEnterprise + "/employeeNumber": "number-" + name + "-null"})
			least["title"], least["phoneNumbers"] = nil, []any{}
			body = rfcBody(t, c.send(t, http.MethodPut, path, least), 200)
			rfcHas(t, "null and empty", body, map[string]string{"title": "", "phoneNumbers/#": "0", "roles/[User]/value": "User"})
		})
		t.Run("does as Okta does", func(t *testing.T) {
			body := rfcObject{
				"schemas": []string{rfcUser}, "id": made.id(), "userName": name + "@example.com", "displayName": "Pat of Okta",
				"name": rfcObject{"givenName": "Pat", "familyName": "Okta"}, "locale": "en-US", "groups": []any{}, "active": false,
				"emails": []rfcObject{{"primary": true, "value": name + ".okta@example.com", "type": "work"}},
				"meta":   rfcObject{"resourceType": "User"},
			}
			want := map[string]string{"displayName": "Pat of Okta", "active": "false", "emails/[work]/value": name + ".okta@example.com"}
			rfcHas(t, "answer", rfcBody(t, c.send(t, http.MethodPut, path, body), 200), want)
			body["active"] = true
			want["active"] = "true"
			rfcHas(t, "answer", rfcBody(t, c.send(t, http.MethodPut, path, body), 200), want)
			rfcHas(t, "read", c.read(t, made.id()), want)
		})
	})
}

func TestConformanceOfRefusedReplacements(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("pat", nil))
	for name, body := range map[string]any{
		"a wrong type":    rfcPerson("pat", rfcObject{"title": "New", "active": []bool{true}}),
		"an unknown role": rfcPerson("pat", rfcObject{"title": "New", "roles": []rfcObject{{"value": "No Such Role"}}}),
		"broken JSON":     `{"title": "New"`,
	} {
		t.Run(name, func(t *testing.T) {
			rfcRefused(t, c.send(t, http.MethodPut, "/Users/"+made.id(), body), 400, "invalidValue", "invalidSyntax")
			rfcSame(t, "read", c.read(t, made.id()), made)
		})
	}
}

func TestConformanceOfDeletingAUser(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		name := "delete" + rfcSlug(c.base)
		id := c.create(t, rfcPerson(name, nil)).id()
		got := c.send(t, http.MethodDelete, "/Users/"+id, nil)
		if got.Status != 204 || len(got.Body) > 0 {
			t.Fatalf("DELETE: %d %q, want 204 without a body", got.Status, got.Body)
		}
		rfcRefused(t, c.get(t, "/Users/"+id), 404, "")
		rfcRefused(t, c.send(t, http.MethodDelete, "/Users/"+id, nil), 404, "")
		rfcRefused(t, c.patch(t, id, []any{rfcOp("replace", "title", "Ghost")}), 404, "")
		for _, filter := range []string{`userName eq "` + name + `@example.com"`, `id eq "` + id + `"`, `externalId eq "external-` + name + `"`} {
			rfcHas(t, filter, c.list(t, "/Users", "filter", filter), map[string]string{"totalResults": "0", "Resources/#": "0"})
		}
		if list := c.list(t, "/Users", "count", "100"); list.look("Resources/["+id+"]") != "" {
			t.Errorf("a deleted user is listed: %s", list.look("Resources/["+id+"]"))
		}
		rfcHas(t, "in the Platform API", c.platform(t, "/api/v2/users/"+id+"?state=deleted"), map[string]string{"state": "deleted"})

		// RFC 7644, section 3.6: what is deleted takes part in no conflict. Article "What
		// happens when I delete a user in Genesys Cloud and later reenable the user in
		// Okta?": the user becomes active.
		again := c.create(t, rfcPerson(name, rfcObject{"displayName": "Pat Again"}))
		want := map[string]string{"userName": name + "@example.com", "displayName": "Pat Again", "active": "true"}
		rfcHas(t, "created again", again, want)
		rfcHas(t, "read", c.read(t, again.id()), want)
		rfcHas(t, "in the Platform API", c.platform(t, "/api/v2/users/"+again.id()), map[string]string{"state": "active"})
	})
}
