package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// hostileOrg fills the organization with names that are scripts, and returns the ids
// of things by the beginning of the route that shows them.
func hostileOrg(t *testing.T, srv *mocktest.Server) map[string][]string {
	t.Helper()
	admin := srv.Admin(t)
	ids := make(map[string][]string)
	made := func(route string, got *mocktest.Response) string {
		if got.Status >= 300 {
			t.Fatalf("%s: %d %s", route, got.Status, got.Body)
		}
		id := got.Str(t, "id")
		ids[route] = append(ids[route], id)
		return id
	}
	type m = map[string]any
	const n = hostileName
	made("/admin/divisions", admin.Post(t, "/api/v2/authorization/divisions", m{"name": n, "description": n}))
	role := made("/admin/roles", admin.Post(t, "/api/v2/authorization/roles", m{"name": n, "description": n, "permissionPolicies": []m{{"domain": "routing", "entityName": "queue", "actionSet": []string{"view"}}}}))
	user := made("/admin/people", admin.Post(t, "/api/v2/users", m{"name": n, "email": "hostile@mockcloud.test", "title": n, "department": n}))
	if got := admin.Post(t, "/api/v2/authorization/roles/"+role+"?subjectType=PC_USER", m{"subjectIds": []string{user}, "divisionIds": []string{"*"}}); got.Status >= 300 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	client := made("/admin/oauth-clients", admin.Post(t, "/api/v2/oauth/clients", m{
		"name": n, "description": n, "authorizedGrantType": "CODE", "scope": []string{"users"}, "registeredRedirectUri": []string{"https://app.test/'\"><script>alert(1)</script>"},
	}))
	ids["/admin/authorized-applications"] = []string{client}
	integration := srv.Install(t, mocktest.Integration{Type: "custom-rest-actions", Credential: "userDefined", Fields: map[string]string{n: n}})
	ids["/admin/integrations"] = []string{integration}
	if got := admin.Patch(t, "/api/v2/integrations/"+integration, m{"name": n, "notes": n, "intendedState": "ENABLED"}); got.Status >= 300 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	draft := made("/admin/actions", admin.Post(t, "/api/v2/integrations/actions/drafts", m{"name": n, "category": n, "integrationId": integration}))
	schema := m{"type": "object", "title": n, "required": []string{n}, "properties": m{n: m{"type": "string", "title": n, "description": n, "enum": []string{n}, "default": n}, "x": m{"type": "string", "description": n}}}
	if got := admin.Patch(t, "/api/v2/integrations/actions/"+draft+"/draft", m{
		"version": 1, "contract": m{"input": m{"inputSchema": schema}, "output": m{"successSchema": schema}},
		"config": m{
			"request":  m{"requestType": "POST", "requestUrlTemplate": "javascript:alert(1)//" + n, "requestTemplate": n, "headers": m{"X-A": n}},
			"response": m{"successTemplate": n, "translationMap": m{"a": n}, "translationMapDefaults": m{"a": n}},
		},
	}); got.Status >= 300 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	provider := admin.Post(t, "/api/v2/identityproviders", m{"name": n, "providerName": n, "issuerURI": "javascript:alert(1)", "ssoTargetURI": "javascript:alert(1)", "certificates": []string{n}})
	if provider.Status < 300 {
		ids["/admin/single-sign-on"] = append(ids["/admin/single-sign-on"], provider.Str(t, "id"))
	}
	ids["/admin/single-sign-on"] = append(ids["/admin/single-sign-on"], "okta", "custom", "purecloud")
	return ids
}

// hostileWords are for what an address or a form can hold.
func hostileWords() []string {
	return []string{
		"", hostileName, "-1", "1e99", "99999999999999999999", "\x00", "\xff\xfe\xc0", "a\r\nSet-Cookie: x=1", "..", "../../../oauth/clients", "//evil.test/", `/\evil.test`, "javascript:alert(1)", "[]", "{}", "null", "true",
		"%", "%2F%2e%2e", "\u202e\u0000é😀", strings.Repeat("é", 2000), strings.Repeat("[", 20_000), strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000),
		`{"type":"object","properties":{"` + strings.Repeat(`a":{},"`, 2000) + `b":{"type":["string",1,null]}},"required":"x"}`, strings.Repeat("${a", 3000), "=HYPERLINK(1)", "2026-13-45T99:99",
	}
}

// hostileParams are the names of parameters that any page reads.
var hostileParams = []string{
	"name", "q", "mode", "state", "division", "integration", "subject", "from", "role", "permission", "code", "chosen", "with", "type", "status", "secure", "sdk", "path", "page", "own", "operation",
	"of", "next", "line", "column", "grant", "field", "error", "done", "days", "category", "caller", "as", "after", "action", "before", "since", "until", "correlation", "ui_locales", "view", "only", "open", "p", "domain",
}

// hostilePaths are addresses of a route: with the ids of things and with what is no id.
func hostilePaths(route string, ids map[string][]string, odd bool) []string {
	known := []string{"x"}
	for prefix, of := range ids {
		if strings.HasPrefix(route, prefix+"/") {
			known = of
		}
	}
	if !strings.ContainsAny(route, ":*") {
		return []string{route}
	}
	fill := func(id string) string {
		parts := strings.Split(route, "/")
		first := true
		for i, part := range parts {
			switch {
			case !strings.HasPrefix(part, ":") && part != "*":
			case first:
				parts[i], first = id, false
			case part == ":slot":
				parts[i] = "basicAuth"
			default:
				parts[i] = "x"
			}
		}
		return strings.Join(parts, "/")
	}
	var paths []string
	for _, id := range known {
		paths = append(paths, fill(url.PathEscape(id)))
	}
	if odd {
		for _, id := range []string{"%00", "..", "%2e%2e%2f%2e%2e%2foauth%2fclients", "%2F", "%5c%5cevil.test", "%E2%80%AE%F0%9F%98%80", "%ff", "%0d%0aX:1", "-1", "*", strings.Repeat("9", 3000), url.PathEscape(hostileName), "%25zz", "a;b=c", "%3Fx%23y"} {
			paths = append(paths, fill(id))
		}
	}
	return paths
}

// hostileState is what the API tells of the organization.
func hostileState(t *testing.T, srv *mocktest.Server) string {
	t.Helper()
	admin := srv.Admin(t)
	var all strings.Builder
	for _, list := range []string{
		"authorization/divisions", "authorization/roles", "users?state=any", "oauth/clients", "oauth/authorizations", "integrations", "integrations/credentials", "integrations/actions", "integrations/actions/drafts", "identityproviders",
	} {
		got := admin.Get(t, "/api/v2/"+list)
		if got.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", list, got.Status, got.Body)
		}
		all.Write(got.Body)
		all.WriteString("\n")
	}
	return all.String()
}
