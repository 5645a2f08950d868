package scim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// RFC 7644, section 3.14, and the description of the headers: a version that is
// out of date is answered with 400 and invalidVers, not with 412.

func TestConformanceOfIfNoneMatch(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		for _, path := range []string{"/Users/" + rfcAda, "/Groups/" + rfcSalesFloor} {
			first := c.get(t, path)
			tag := first.Header.Get("ETag")
			if at := rfcBody(t, first, 200).version(); tag == "" || at != tag {
				t.Fatalf("%s: ETag = %q, meta.version = %q", path, tag, at)
			}
			for match, status := range map[string]int{
				tag: 304, `"another", ` + tag: 304, "*": 304, `"another"`: 200, "": 200,
				"W/" + strings.TrimPrefix(tag, "W/"): 304, // compared weakly (RFC 9110, section 13.1.2)
				strings.Trim(tag, `W/"`):             304, // the example of the description has no quotes
			} {
				got := c.get(t, path, "If-None-Match", match)
				if got.Status != status {
					t.Errorf("%s with If-None-Match %q: status = %d, want %d", path, match, got.Status, status)
				}
				if got.Status == 304 && (len(got.Body) > 0 || got.Header.Get("ETag") != tag) {
					t.Errorf("%s: 304 with ETag %q and %q, want %q and no body", path, got.Header.Get("ETag"), got.Body, tag)
				}
			}
		}
	})
}

func TestConformanceOfIfMatch(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		name := "match" + rfcSlug(c.base)
		made := c.create(t, rfcPerson(name, nil))
		path, old := "/Users/"+made.id(), made.version()
		changed := rfcBody(t, c.patch(t, made.id(), []any{rfcOp("replace", "title", "First")}, "If-Match", old), 200)
		if changed.version() == old {
			t.Fatalf("the version is still %s", old)
		}
		for what, send := range map[string]func(match string) *mocktest.Response{
			"PUT": func(match string) *mocktest.Response {
				return c.send(t, http.MethodPut, path, rfcPerson(name, rfcObject{"title": "Late"}), "If-Match", match)
			},
			"PATCH": func(match string) *mocktest.Response {
				return c.patch(t, made.id(), []any{rfcOp("replace", "title", "Late")}, "If-Match", match)
			},
			"DELETE": func(match string) *mocktest.Response {
				return c.send(t, http.MethodDelete, path, nil, "If-Match", match)
			},
		} {
			for _, match := range []string{old, `"another"`, `"a", "b"`} {
				t.Log(what, match)
				rfcRefused(t, send(match), 400, "invalidVers")
			}
		}
		now := c.read(t, made.id())
		rfcSame(t, "read", now, changed)
		if now.version() != changed.version() {
			t.Errorf("version = %s, want %s", now.version(), changed.version())
		}

		put := c.send(t, http.MethodPut, path, now, "If-Match", `"another", `+now.version())
		second := rfcBody(t, put, 200)
		third := rfcBody(t, c.patch(t, made.id(), []any{rfcOp("replace", "title", "Third")}, "If-Match", "*"), 200)
		rfcHas(t, "any version", third, map[string]string{"title": "Third"})
		fourth := rfcBody(t, c.patch(t, made.id(), []any{rfcOp("replace", "title", "Fourth")}, "If-Match", strings.Trim(third.version(), `W/"`)), 200)
		rfcHas(t, "a version without quotes", fourth, map[string]string{"title": "Fourth"})
		if got := c.send(t, http.MethodDelete, path, nil, "If-Match", fourth.version()); got.Status != 204 {
			t.Errorf("DELETE with the right version: %d\n%s", got.Status, got.Body)
		}
		if second.version() == "" {
			t.Error("PUT answers without a version")
		}
	})
}

func TestConformanceOfIfMatchOfAGroup(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		path := "/Groups/" + rfcSalesFloor
		before := rfcBody(t, c.get(t, path), 200)
		join := rfcOps([]any{rfcOp("add", "members", []rfcObject{{"value": rfcAda}})})
		rfcRefused(t, c.send(t, http.MethodPatch, path, join, "If-Match", `"another"`), 400, "invalidVers")
		rfcRefused(t, c.send(t, http.MethodPut, path, before, "If-Match", `"another"`), 400, "invalidVers")
		rfcSame(t, "read", rfcBody(t, c.get(t, path), 200), before)

		got := c.send(t, http.MethodPatch, path, join, "If-Match", before.version())
		after := rfcBody(t, got, 200)
		if after.version() == before.version() || got.Header.Get("ETag") != after.version() {
			t.Errorf("version %s, ETag %s, before %s", after.version(), got.Header.Get("ETag"), before.version())
		}
		leave := rfcOps([]any{rfcOp("remove", `members[value eq "`+rfcAda+`"]`, nil)})
		rfcBody(t, c.send(t, http.MethodPatch, path, leave, "If-Match", after.version()), 200)
	})
}

func TestConformanceOfVersionsAcrossBothAPIs(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	made := c.create(t, rfcPerson("pat", nil))
	user := c.platform(t, "/api/v2/users/"+made.id())
	rfcBody(t, c.with.Patch(t, "/api/v2/users/"+made.id(), rfcObject{"version": user["version"], "title": "Elsewhere"}), 200)
	if got := c.get(t, "/Users/"+made.id(), "If-None-Match", made.version()); got.Status != 200 {
		t.Errorf("after a change in the Platform API: status = %d, want 200", got.Status)
	}
	rfcRefused(t, c.patch(t, made.id(), []any{rfcOp("replace", "title", "Late")}, "If-Match", made.version()), 400, "invalidVers")
	rfcHas(t, "read", c.read(t, made.id()), map[string]string{"title": "Elsewhere"})
}
