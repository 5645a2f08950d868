package scim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// rfcHostile are values that no client should send.
var rfcHostile = []string{
	`null`, `0`, `1e400`, `-0.0`, `""`, `"\u0000"`, `"\ud800"`, `[]`, `{}`, `[[]]`, `[null]`, `[{}]`, `[[{"value":[{}]}]]`,
	`{"value":null}`, `{"value":{"value":1}}`, `[{"value":1}]`, `[{"type":[]}]`, `[{"type":"work"}]`, `[{"value":""}]`,
	`{"a":1,"a":2}`, `12345678901234567890123`, `"` + strings.Repeat("x", 5000) + `"`,
	`"` + strings.Repeat("Ⱥ", 10) + `;ext=1"`, `{"value":"` + strings.Repeat("Ⱥ", 10) + `;ext=1"}`, `[{"value":"` + strings.Repeat("Ⱥ", 10) + `;ext=1"}]`,
	strings.Repeat(`[`, 500) + strings.Repeat(`]`, 500), strings.Repeat(`{"a":`, 500) + `1` + strings.Repeat(`}`, 500),
}

func TestConformanceOfHostileBodies(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("pat", nil))
	tried := 0
	try := func(method, path, body string) {
		t.Helper()
		tried++
		got := c.send(t, method, path, body)
		if got.Status >= 500 || got.Status < 200 {
			t.Errorf("%s %s %.300s: status = %d\n%s", method, path, body, got.Status, got.Body)
		}
		if got.Status == 400 || got.Status == 409 {
			rfcRefused(t, got, got.Status, "", "invalidSyntax", "invalidValue", "invalidPath", "noTarget", "mutability", "uniqueness", "invalidFilter")
		}
	}
	attributes := []string{
		"schemas", "userName", "displayName", "title", "active", "password", "emails", "phoneNumbers", "roles", "groups", "externalId", "meta", "id",
		rfcEnterprise, rfcEnterprise + ":manager", rfcEnterprise + ":manager.value", rfcEnterprise + ":division", rfcEnterprise + ":dateHire",
		rfcGenesys, rfcGenesys + ":routingSkills", rfcGenesys + ":externalIds", `emails[type eq "work"]`, `emails[type eq "work"].value`, "emails.value",
	}
	for i, value := range rfcHostile {
		for j, attribute := range attributes {
			op := []string{"add", "replace", "remove"}[(i+j)%3]
			try(http.MethodPatch, "/Users/"+made.id(), fmt.Sprintf(`{"schemas":[%q],"Operations":[{"op":%q,"path":%q,"value":%s}]}`, rfcPatch, op, attribute, value))
			try(http.MethodPatch, "/Users/"+made.id(), fmt.Sprintf(`{"schemas":[%q],"Operations":[{"op":"replace","value":{%q:%s}}]}`, rfcPatch, attribute, value))
			if !strings.ContainsAny(attribute, "[.") || strings.HasPrefix(attribute, "urn:") {
				try(http.MethodPost, "/Users", fmt.Sprintf(`{"userName":"hostile-%d-%d@example.com","displayName":"Pat",%q:%s}`, i, j, attribute, value))
				try(http.MethodPut, "/Users/"+made.id(), fmt.Sprintf(`{"userName":"pat@example.com","displayName":"Pat",%q:%s}`, attribute, value))
			}
		}
		for _, attribute := range []string{"members", "displayName", "externalId", "meta", `members[value eq "x"]`} {
			for _, op := range []string{"add", "replace", "remove"} {
				try(http.MethodPatch, "/Groups/"+rfcSalesFloor, fmt.Sprintf(`{"schemas":[%q],"Operations":[{"op":%q,"path":%q,"value":%s}]}`, rfcPatch, op, attribute, value))
			}
		}
		try(http.MethodPatch, "/Users/"+made.id(), fmt.Sprintf(`{"schemas":%s,"Operations":%s}`, value, value))
		try(http.MethodPatch, "/Users/"+made.id(), fmt.Sprintf(`{"schemas":[%q],"Operations":[%s]}`, rfcPatch, value))
		try(http.MethodPost, "/Users", value)
		try(http.MethodPut, "/Groups/"+rfcSalesFloor, value)
	}
	if tried < 1500 {
		t.Errorf("only %d bodies were tried", tried)
	}
	rfcHas(t, "the user is still there", c.read(t, made.id()), map[string]string{"id": made.id()})
}

func TestConformanceOfHostileQueries(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	for _, value := range []string{
		"", " ", "\x00", "\xff", "%", "'", `"`, "[", "]", "..", ".", ":", "urn:", rfcUser, rfcUser + ":", rfcEnterprise + ":", "a.b.c.d", "emails.", ".value",
		"emails[type eq \"work\"]", "99999999999999999999", "-99999999999999999999", "1.5", "0x10", strings.Repeat("a", 4000), "schemas", "password",
	} {
		for _, name := range []string{"filter", "attributes", "excludedAttributes", "startIndex", "count", "sortBy"} {
			for _, path := range []string{"/Users", "/Users/" + rfcAda, "/Groups", "/Groups/" + rfcSalesFloor, "/Schemas", "/ResourceTypes"} {
				got := c.get(t, path+rfcQuery(name, value, "filter", `displayName eq "Sales Floor"`))
				if got.Status >= 500 {
					t.Errorf("%s with %s=%.40q: status = %d\n%s", path, name, value, got.Status, got.Body)
				}
				if strings.Contains(string(got.Body), "fake-admin-password") {
					t.Errorf("%s with %s=%.40q tells a password", path, name, value)
				}
			}
		}
	}
}

func TestConformanceOfManyOperations(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("pat", nil))
	many := slices.Repeat([]any{rfcOp("replace", "title", "Chief")}, 5000)
	if got := c.patch(t, made.id(), many[:100]); got.Status != 200 {
		t.Errorf("a hundred operations: status = %d\n%s", got.Status, got.Body)
	}
	rfcRefused(t, c.patch(t, made.id(), many), 400, "tooMany")
	rfcHas(t, "after too many", c.read(t, made.id()), map[string]string{"title": "Chief"})
}

func TestConformanceOfRaces(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	const rivals = 8
	race := func(t *testing.T, send func(i int) int) (won int) {
		t.Helper()
		var wait sync.WaitGroup
		statuses := make([]int, rivals)
		for i := range rivals {
			wait.Go(func() { statuses[i] = send(i) })
		}
		wait.Wait()
		for _, status := range statuses {
			switch status {
			case 200, 201, 204:
				won++
			case 400, 404, 409:
			default:
				t.Errorf("status = %d", status)
			}
		}
		return won
	}
	t.Run("one of those who create a user wins", func(t *testing.T) {
		won := race(t, func(i int) int {
			body := rfcPerson("race", rfcObject{"externalId": fmt.Sprint("race-", i), "displayName": fmt.Sprint("Rival ", i), rfcEnterprise: nil})
			return c.send(t, http.MethodPost, "/Users", body).Status
		})
		if found := c.list(t, "/Users", "filter", `userName eq "race@example.com"`).look("totalResults"); won != 1 || found != "1" {
			t.Errorf("%d have won, and there are %s", won, found)
		}
	})
	t.Run("one of those who change a version wins", func(t *testing.T) {
		made := c.create(t, rfcPerson("version", nil))
		won := race(t, func(i int) int {
			return c.patch(t, made.id(), []any{rfcOp("replace", "title", fmt.Sprint("Rival ", i))}, "If-Match", made.version()).Status
		})
		if title := c.read(t, made.id()).look("title"); won != 1 || !strings.HasPrefix(title, "Rival ") {
			t.Errorf("%d have won, and the title is %q", won, title)
		}
	})
	t.Run("all who join a group are in it", func(t *testing.T) {
		ids := []string{}
		for i := range rivals {
			ids = append(ids, c.create(t, rfcPerson(fmt.Sprint("join-", i), nil)).id())
		}
		won := race(t, func(i int) int {
			join := rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": ids[i]}})})
			return c.send(t, http.MethodPatch, "/Groups/"+rfcSalesFloor, join).Status
		})
		if members := rfcBody(t, c.get(t, "/Groups/"+rfcSalesFloor), 200).look("members/#"); won != rivals || members != fmt.Sprint(rivals+2) {
			t.Errorf("%d have joined, and there are %s members", won, members)
		}
	})
	t.Run("one of those who delete a user wins", func(t *testing.T) {
		made := c.create(t, rfcPerson("delete", nil))
		if won := race(t, func(int) int { return c.send(t, http.MethodDelete, "/Users/"+made.id(), nil).Status }); won != 1 {
			t.Errorf("%d have deleted it", won)
		}
	})
}

func TestConformanceOfRightsInOneDivision(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	const aki = "6d6f636b-0005-4000-8000-000000000005" // in Support; Sue is in Sales
	before := c.read(t, aki)
	limited := c
	limited.with = c.srv.AsIn(t, "Sales", "directory:user:edit", "directory:user:delete", "directory:user:add")
	change := []any{rfcOp("replace", "title", "Chief")}
	rfcHas(t, "in Sales", rfcBody(t, limited.patch(t, rfcSue, change), 200), map[string]string{"title": "Chief"})
	for name, status := range map[string]int{
		"PATCH":    limited.patch(t, aki, change).Status,
		"PUT":      limited.send(t, http.MethodPut, "/Users/"+aki, before).Status,
		"DELETE":   limited.send(t, http.MethodDelete, "/Users/"+aki, nil).Status,
		"POST":     limited.send(t, http.MethodPost, "/Users", rfcPerson("far", rfcObject{rfcEnterprise: rfcObject{"division": "Support"}})).Status,
		"roles":    limited.patch(t, rfcSue, []any{rfcOp("add", "roles", []rfcObject{{"value": "Integration Builder"}})}).Status,
		"password": limited.patch(t, rfcSue, []any{rfcOp("replace", "password", "Secret-of-nobody-4!")}).Status,
	} {
		if status != 403 {
			t.Errorf("%s without the right to: status = %d, want 403", name, status)
		}
	}
	rfcSame(t, "read", c.read(t, aki), before)
	near := rfcPerson("near", rfcObject{rfcEnterprise: rfcObject{"division": "Sales"}})
	if got := limited.send(t, http.MethodPost, "/Users", near); got.Status != 201 {
		t.Errorf("POST in Sales: status = %d\n%s", got.Status, got.Body)
	}
}

func TestConformanceOfGroupsOfThePlatformAPI(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := rfcBody(t, c.with.Post(t, "/api/v2/groups", rfcObject{"name": "Swimmers", "type": "official", "visibility": "public", "rulesVisible": true}), 200)
	path := "/Groups/" + made.id()
	rfcHas(t, "found", c.list(t, "/Groups", "filter", `displayName eq "swimmers"`), map[string]string{"Resources/*id": made.id()})
	user := c.create(t, rfcPerson("pat", nil))
	join := rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": user.id()}})})
	rfcBody(t, c.send(t, http.MethodPatch, path, join), 200)
	rfcHas(t, "counted", c.platform(t, "/api/v2/groups/"+made.id()), map[string]string{"memberCount": "1"})

	if got := c.send(t, http.MethodDelete, "/Users/"+user.id(), nil); got.Status != 204 {
		t.Fatalf("DELETE: %d\n%s", got.Status, got.Body)
	}
	rfcHas(t, "without the deleted one", rfcBody(t, c.get(t, path), 200), map[string]string{"members/#": "0"})
	rfcRefused(t, c.send(t, http.MethodPatch, path, join), 400, "invalidValue", "noTarget")

	if got := c.with.Delete(t, "/api/v2/groups/"+made.id()); got.Status != 204 {
		t.Fatalf("DELETE: %d\n%s", got.Status, got.Body)
	}
	rfcRefused(t, c.get(t, path), 404, "")
	rfcRefused(t, c.send(t, http.MethodPatch, path, join), 404, "")
	rfcHas(t, "gone", c.list(t, "/Groups", "filter", `displayName eq "Swimmers"`), map[string]string{"totalResults": "0"})
}

func TestConformanceOfARenamedUser(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("before", rfcObject{"externalId": "Zoë — 東京"}))
	rfcBody(t, c.patch(t, made.id(), []any{rfcOp("replace", "userName", "after@example.com"), rfcOp("replace", "externalId", "Zoë — 大阪")}), 200)
	for filter, count := range map[string]string{
		`userName eq "before@example.com"`: "0", `userName eq "after@example.com"`: "1", `email eq "after@example.com"`: "1",
		`externalId eq "Zoë — 東京"`: "0", `externalId eq "Zoë — 大阪"`: "1",
	} {
		rfcHas(t, filter, c.list(t, "/Users", "filter", filter), map[string]string{"totalResults": count})
	}
	rfcHas(t, "in the Platform API", c.platform(t, "/api/v2/users/"+made.id()), map[string]string{"email": "after@example.com", "username": "after@example.com"})
	c.create(t, rfcPerson("before", rfcObject{"displayName": "Another"})) // whose address is free again
}
