package authorization_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

const policiesBase = base + "/policies"

// everybody is a policy that denies to all.
const everybody = `{"name":"p","effect":"DENY","subject":{"type":"ALL"},"active":true}`

func addPolicy(t *testing.T, c *mocktest.Client, target, body string) (id string) {
	t.Helper()
	got := c.Post(t, policiesBase+"/targets/"+target, body)
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

func TestAnAccessPolicyLives(t *testing.T) {
	t.Parallel()
	srv := start(t)
	admin := srv.Admin(t)
	const target = policiesBase + "/targets/routing:queue:view"
	got := admin.Post(t, target, `{"id":"mine","name":"Office only","description":"d","effect":"ALLOW","subject":{"type":"USER","id":"`+agent1+`"},
		"targetResource":"routing:queue:edit","condition":{"any":[{"attribute":"request.ipAddress","operator":"IN","value":{"attribute":"office"}}]},
		"presetAttributes":{"office":{"type":"IP_CIDR","value":"192.0.2.0/24"}},"active":true,"applyToClients":true,"dateModified":"2020-01-01T00:00:00.000Z","selfUri":"/x"}`)
	expect(t, got, 200, "")
	id := got.Str(t, "id")
	want := `{"id":"` + id + `","name":"Office only","targetResource":"routing:queue:view","subject":{"type":"USER","id":"` + agent1 + `"},"effect":"ALLOW",` +
		`"condition":{"any":[{"attribute":"request.ipAddress","operator":"IN","value":{"attribute":"office"}}]},"description":"d","dateModified":"2026-01-15T12:00:00.000Z",` +
		`"presetAttributes":{"office":{"type":"IP_CIDR","value":"192.0.2.0/24"}},"active":true,"applyToClients":true,"selfUri":"` + policiesBase + "/" + id + `"}`
	if id == "mine" || string(got.Body) != want {
		t.Errorf("created %s\nwant    %s", got.Body, want)
	}
	for _, path := range []string{policiesBase + "/" + id, target + "/subject/" + agent1} {
		if read := admin.Get(t, path); string(read.Body) != want {
			t.Errorf("%s: %s", path, read.Body)
		}
	}
	expect(t, admin.Post(t, target, `{"effect":"DENY","subject":{"type":"USER","id":"`+agent1+`"}}`), 409, "policy.already.exists")

	// PUT replaces all of it, and the target stays.
	srv.Clock.Advance(time.Hour)
	got = admin.Put(t, policiesBase+"/"+id, `{"effect":"DENY","subject":{"type":"GROUP","id":"`+team+`"},"targetResource":"routing:queue:edit","condition":null}`)
	expect(t, got, 200, "")
	want = `{"id":"` + id + `","name":"","targetResource":"routing:queue:view","subject":{"type":"GROUP","id":"` + team + `"},"effect":"DENY",` +
		`"dateModified":"2026-01-15T13:00:00.000Z","active":false,"applyToClients":false,"selfUri":"` + policiesBase + "/" + id + `"}`
	if string(got.Body) != want {
		t.Errorf("replaced %s\nwant     %s", got.Body, want)
	}
	expect(t, admin.Get(t, target+"/subject/"+agent1), 404, "not.found")

	// By the target, PUT finds the policy through the subject of the body.
	got = admin.Put(t, target, `{"name":"Team","effect":"ALLOW","subject":{"type":"GROUP","id":"`+team+`"}}`)
	expect(t, got, 200, "")
	if got.Str(t, "id") != id || got.Str(t, "name") != "Team" {
		t.Errorf("replaced by target: %s", got.Body)
	}
	// Guess: and creates it where there is none.
	got = admin.Put(t, target, `{"effect":"ALLOW","subject":{"type":"CLIENT","id":"`+webApp+`"}}`)
	expect(t, got, 200, "")
	other := got.Str(t, "id")
	if other == id {
		t.Error("a policy for another subject took the place of the first")
	}
	expect(t, admin.Put(t, policiesBase+"/"+other, `{"effect":"ALLOW","subject":{"type":"GROUP","id":"`+team+`"}}`), 409, "policy.already.exists")
	if got := admin.Get(t, policiesBase+"/"+other); got.Str(t, "subject.id") != webApp {
		t.Errorf("a refused change has changed something: %s", got.Body)
	}

	if got := admin.Delete(t, target+"/subject/"+team); got.Status != 204 || len(got.Body) != 0 {
		t.Errorf("delete answered %d %q", got.Status, got.Body)
	}
	for _, got := range []*mocktest.Response{
		admin.Delete(t, target+"/subject/"+team), admin.Get(t, target+"/subject/"+team), admin.Get(t, policiesBase+"/"+id),
		admin.Put(t, policiesBase+"/"+id, everybody), admin.Get(t, policiesBase+"/"+id+"/attributes"), admin.Post(t, policiesBase+"/"+id+"/simulate", `{"attributeData":{}}`),
	} {
		expect(t, got, 404, "not.found")
	}
}

// Terraform deletes by what it read, and by the type where it read nothing.
func TestThePolicyForAllIsFoundByEitherSpelling(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for _, spelling := range []string{"all", "ALL"} {
		id := addPolicy(t, admin, "routing:queue:view?skipLockoutCheck=false", everybody)
		got := admin.Get(t, policiesBase+"/targets/routing:queue:view/subject/"+spelling)
		expect(t, got, 200, "")
		if got.Str(t, "id") != id || got.Str(t, "subject.id") != "all" {
			t.Errorf("read %s", got.Body)
		}
		expect(t, admin.Delete(t, policiesBase+"/targets/routing:queue:view/subject/"+spelling), 204, "")
	}
}

func TestAccessPoliciesAreListedByCursor(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	if got := admin.Get(t, policiesBase); string(got.Body) != `{"entities":[],"selfUri":"`+policiesBase+`"}` {
		t.Errorf("without policies: %s", got.Body)
	}
	subjects := []string{`{"type":"USER","id":"` + agent1 + `"}`, `{"type":"GROUP","id":"` + team + `"}`, `{"type":"CLIENT","id":"` + webApp + `"}`, `{"type":"TEAM","id":"t1"}`, `{"type":"ALL","id":"x"}`}
	var ids []string
	for _, target := range []string{"routing:queue:view", "routing:queue:edit"} {
		for _, subject := range subjects {
			ids = append(ids, addPolicy(t, admin, target, `{"effect":"ALLOW","subject":`+subject+`}`))
		}
	}
	slices.Sort(ids)
	type page struct {
		Entities []struct{ ID, TargetResource string }
		NextURI  string
	}
	walk := func(path string) (found []string, pages int) {
		for path != "" {
			got := admin.Get(t, path)
			expect(t, got, 200, "")
			var p page
			got.JSON(t, &p)
			for _, e := range p.Entities {
				found = append(found, e.ID)
			}
			pages++
			path = p.NextURI
		}
		return found, pages
	}
	if found, pages := walk(policiesBase + "?pageSize=3"); !slices.Equal(found, ids) || pages != 4 {
		t.Errorf("walked over %d pages %v, want %v", pages, found, ids)
	}
	// What Terraform does: the cursor is the id of the last policy.
	var p page
	admin.Get(t, policiesBase+"?pageSize=2&after="+ids[7]).JSON(t, &p)
	if len(p.Entities) != 2 || p.Entities[0].ID != ids[8] || p.NextURI != "" {
		t.Errorf("after the eighth: %+v", p)
	}
	if found, _ := walk(policiesBase + "/targets/routing:queue:edit?pageSize=2"); len(found) != len(subjects) {
		t.Errorf("of a target: %v", found)
	}
	if found, _ := walk(policiesBase + "/subject/" + team + "?pageSize=1"); len(found) != 2 {
		t.Errorf("of a subject: %v", found)
	}
	if found, _ := walk(policiesBase + "/subject/all"); len(found) != 2 {
		t.Errorf("of all: %v", found)
	}
	for _, nothing := range []string{"/targets/routing:queue:join", "/targets/x", "/targets/routing:queue:edit%00x", "/subject/" + nowhere, "?after=zzz"} {
		if found, _ := walk(policiesBase + nothing); len(found) != 0 {
			t.Errorf("%s: %v", nothing, found)
		}
	}
	expect(t, admin.Get(t, policiesBase+"?pageSize=0"), 400, "invalid.query.param.value")
	expect(t, admin.Get(t, policiesBase+"/targets/routing:queue:edit%2Fall%00/subject/"+ids[0]), 404, "")
}

func TestABadAccessPolicyIsRefused(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	policy := func(more string) string { return `{"effect":"DENY","subject":{"type":"ALL"}` + more + `}` }
	tests := []struct {
		name, target, body, code, says string
	}{
		{"a target without an action", "routing:queue", policy(""), "bad.request", "domain:entity:action"},
		{"a general permission", "admin", policy(""), "bad.request", "domain:entity:action"},
		{"a wildcard", "routing:*:view", policy(""), "bad.request", "domain:entity:action"},
		{"no effect", "", `{"subject":{"type":"ALL"}}`, "constraint.validation", "effect"},
		{"an effect that does not exist", "", `{"effect":"MAYBE","subject":{"type":"ALL"}}`, "invalid.value", "effect"},
		{"no subject", "", `{"effect":"DENY"}`, "constraint.validation", "subject"},
		{"a subject without a type", "", `{"effect":"DENY","subject":{"id":"` + agent1 + `"}}`, "bad.request", "subject of the type"},
		{"a subject of another type", "", `{"effect":"DENY","subject":{"type":"ROLE","id":"x"}}`, "invalid.value", "type"},
		{"a user that is not there", "", `{"effect":"DENY","subject":{"type":"USER","id":"` + nowhere + `"}}`, "bad.request", "no subject of the type USER"},
		{"a user that is a group", "", `{"effect":"DENY","subject":{"type":"USER","id":"` + team + `"}}`, "bad.request", "no subject of the type USER"},
		{"a group that is not there", "", `{"effect":"DENY","subject":{"type":"GROUP","id":"` + nowhere + `"}}`, "bad.request", "no subject of the type GROUP"},
		{"a client that is not there", "", `{"effect":"DENY","subject":{"type":"CLIENT"}}`, "bad.request", "no subject of the type CLIENT"},
		{"a team without an id", "", `{"effect":"DENY","subject":{"type":"TEAM"}}`, "bad.request", "no subject of the type TEAM"},
		{"a team with the id of everybody", "", `{"effect":"DENY","subject":{"type":"TEAM","id":"ALL"}}`, "bad.request", "no subject of the type TEAM"},
		{"a long name", "", policy(`,"name":"` + strings.Repeat("x", 501) + `"`), "bad.request", "500 characters"},
		{"a long description", "", policy(`,"description":"` + strings.Repeat("x", 5001) + `"`), "bad.request", "5000 characters"},
		{"large preset attributes", "", policy(`,"presetAttributes":{"a":{"type":"STRING","value":"` + strings.Repeat("x", 33<<10) + `"}}`), "bad.request", "32768 bytes"},
		{"a condition that is a list", "", policy(`,"condition":[]`), "bad.request", "condition"},
		{"a condition that is too deep", "", policy(`,"condition":` + strings.Repeat(`{"not":`, 40) + `{}` + strings.Repeat(`}`, 40)), "bad.request", "deeper than 32 levels"},
		{"a condition that is too large", "", policy(`,"condition":{"x":"` + strings.Repeat("x", 40000) + `"}`), "bad.request", "larger than"},
		{"a preset attribute without a type", "", policy(`,"presetAttributes":{"a":{"value":"x"}}`), "bad.request", "[a] has no type"},
		{"a preset attribute of no such type", "", policy(`,"presetAttributes":{"a":{"type":"COLOUR","value":"x"}}`), "bad.request", "[a] has no type"},
		{"a preset attribute with the name of another", "", policy(`,"presetAttributes":{"subject.id":{"type":"STRING","value":"x"}}`), "bad.request", "one of the system's"},
		{"a preset attribute without a name", "", policy(`,"presetAttributes":{"":{"type":"STRING","value":"x"}}`), "bad.request", "needs a name"},
		{"too many preset attributes", "", policy(`,"presetAttributes":{` + strings.TrimSuffix(repeat(101, `"a%d":{"type":"STRING","value":"x"},`), ",") + `}`), "bad.request", "100 preset attributes"},
		{"a flag that is none", "", policy(`,"active":"yes"`), "bad.request", "active"},
	}
	id := addPolicy(t, admin, "routing:queue:join", everybody)
	t.Run("each", func(t *testing.T) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				target := tt.target
				if target == "" {
					target = "routing:queue:view"
				}
				answers := []*mocktest.Response{admin.Post(t, policiesBase+"/targets/"+target, tt.body), admin.Put(t, policiesBase+"/targets/"+target, tt.body)}
				if tt.target == "" {
					answers = append(answers, admin.Put(t, policiesBase+"/"+id, tt.body))
				}
				for _, got := range answers {
					expect(t, got, 400, tt.code)
					if !strings.Contains(got.Str(t, "message"), tt.says) {
						t.Errorf("message = %s, want something about %s", got.Str(t, "message"), tt.says)
					}
				}
			})
		}
	})
	if got := admin.Get(t, policiesBase); got.Str(t, "entities.0.id") != id || got.Str(t, "entities.0.name") != "p" || got.Str(t, "entities.1") != "" {
		t.Errorf("what was refused has changed something: %s", got.Body)
	}
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestValidationTellsWhatIsWrongAndStoresNothing(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	tests := []struct{ name, target, body, kind, field, says string }{
		{"a good policy", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"condition":{"attribute":"subject.title","operator":"EQ","value":"x"}}`, "", "", ""},
		{"a bad target", "routing", `{"effect":"DENY","subject":{"type":"ALL"}}`, "INVALID", "targetName", "domain:entity:action"},
		{"nobody there", "routing:queue:view", `{"effect":"DENY","subject":{"type":"USER","id":"x"}}`, "INVALID", "subject.id", "no subject"},
		{"too deep", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"condition":` + strings.Repeat(`{"not":`, 40) + `{}` + strings.Repeat(`}`, 40) + `}`, "INVALID", "condition", "The condition is deeper"},
		{"an attribute of the object", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"condition":{"all":[{"attribute":"queue.name","operator":"EQ","value":"x"}]}}`, "NOT_EVALUATED", "condition.all.0", "[queue.name]"},
		{"another language", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"condition":{"script":"true"}}`, "NOT_EVALUATED", "condition", "[script]"},
		{"types that do not go together", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"condition":{"attribute":"request.time","operator":"CONTAINS","value":"x"}}`, "NOT_EVALUATED", "condition", "TIME cannot be compared by CONTAINS"},
		{"a value that cannot be read", "routing:queue:view", `{"effect":"DENY","subject":{"type":"ALL"},"presetAttributes":{"h":{"type":"TIME_RANGE","value":"nine to five"}}}`, "NOT_EVALUATED", "presetAttributes", "[h] cannot be read as TIME_RANGE"},
		{"a team", "routing:queue:view", `{"effect":"DENY","subject":{"type":"TEAM","id":"x"}}`, "NOT_ENFORCED", "subject", "team"},
		{"a permission that nothing asks for", "moon:rock:throw", `{"effect":"DENY","subject":{"type":"ALL"}}`, "NOT_ENFORCED", "targetName", "[moon:rock:throw]"},
		{"the permissions on policies", "authorization:policy:delete", `{"effect":"DENY","subject":{"type":"ALL"}}`, "NOT_ENFORCED", "targetName", "undone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := admin.Post(t, policiesBase+"/targets/"+tt.target+"/validate", tt.body)
			expect(t, got, 200, "")
			if got.Str(t, "entities.0.errorType") != tt.kind || got.Str(t, "entities.0.arguments.field") != tt.field ||
				!strings.Contains(got.Str(t, "entities.0.message"), tt.says) || got.Str(t, "entities.1") != "" {
				t.Errorf("answer = %s", got.Body)
			}
			// What is not INVALID is stored all the same.
			want := 200
			if tt.kind == "INVALID" {
				want = 400
			}
			one := start(t).Admin(t)
			expect(t, one.Post(t, policiesBase+"/targets/"+tt.target, tt.body), want, "")
		})
	}
	expect(t, admin.Post(t, policiesBase+"/targets/routing:queue:view/validate", `{"subject":{"type":"ALL"}}`), 400, "constraint.validation")
	if got := admin.Get(t, policiesBase); got.Str(t, "entities.0") != "" {
		t.Errorf("validation has stored something: %s", got.Body)
	}
}

func TestTargetsAndTheirAttributes(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	got := admin.Get(t, policiesBase+"/targets")
	expect(t, got, 200, "")
	var all struct {
		BaseAttributes   []struct{ Name, Type string }
		TargetAttributes map[string]struct{ Description string }
	}
	got.JSON(t, &all)
	if len(all.BaseAttributes) == 0 || len(all.TargetAttributes) < 1000 || all.TargetAttributes["routing:queue:view"].Description != "View queue" {
		t.Errorf("targets: %.300s", got.Body)
	}
	if _, exempt := all.TargetAttributes["authorization:policy:delete"]; exempt {
		t.Error("a permission on policies is a target")
	}
	// Each base attribute can be compared with a value of its own type.
	samples := map[string]string{"STRING": "x", "STRING_LIST": "x", "TIME": "2026-01-15T12:00:00.000Z", "IP_ADDRESS": "127.0.0.1"}
	for _, a := range all.BaseAttributes {
		body := fmt.Sprintf(`{"effect":"DENY","subject":{"type":"ALL"},"condition":{"attribute":%q,"operator":"EQ","value":{"type":%q,"value":%q}}}`, a.Name, a.Type, samples[a.Type])
		if got := admin.Post(t, policiesBase+"/targets/routing:queue:view/validate", body); string(got.Body) != `{"entities":[]}` {
			t.Errorf("%s: %s", a.Name, got.Body)
		}
	}

	id := addPolicy(t, admin, "routing:queue:view", `{"name":"n","effect":"DENY","subject":{"type":"ALL"},"presetAttributes":{"floor":{"type":"STRING","value":"3"}},
		"condition":{"any":[{"attribute":"subject.title","operator":"EQ","value":{"attribute":"floor"}},{"attribute":"subject.title","operator":"EQ","value":{"attribute":"queue.name"}}]}}`)
	got = admin.Get(t, policiesBase+"/"+id+"/attributes")
	expect(t, got, 200, "")
	if got.Str(t, "id") != id || got.Str(t, "name") != "n" || got.Str(t, "presetAttributes.floor.value") != "3" || got.Str(t, "policyAttributes.0.type") != "STRING" ||
		got.Str(t, "policyAttributes.0.name") != "subject.title" || got.Str(t, "policyAttributes.1") != `{"name":"queue.name"}` || got.Str(t, "policyAttributes.2") != "" {
		t.Errorf("attributes: %s", got.Body)
	}
}

// The words of the result are guesses.
func TestSimulation(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	const condition = `"condition":{"all":[{"attribute":"subject.title","operator":"EQ","value":"Lead"},{"attribute":"queue.size","operator":"LT","value":{"attribute":"limit"}}]},"presetAttributes":{"limit":{"type":"NUMBER","value":"10"}}`
	deny := addPolicy(t, admin, "routing:queue:view", `{"name":"d","effect":"DENY","subject":{"type":"ALL"},`+condition+`}`)
	allow := addPolicy(t, admin, "routing:queue:edit", `{"effect":"ALLOW","subject":{"type":"ALL"},`+condition+`}`)
	bare := addPolicy(t, admin, "routing:queue:add", `{"effect":"DENY","subject":{"type":"ALL"}}`)
	const lead, few, many = `"subject.title":{"type":"STRING","value":"Lead"}`, `"queue.size":{"type":"NUMBER","value":"9"}`, `"queue.size":{"type":"NUMBER","value":"10"}`
	tests := []struct{ name, id, data, result, parts string }{
		{"what is denied", deny, lead + "," + few, "DENY", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit","result":true}]`},
		{"what is not", deny, lead + "," + many, "NOT_APPLICABLE", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit","result":false}]`},
		{"what is allowed", allow, lead + "," + few, "ALLOW", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit","result":true}]`},
		{"what is not allowed", allow, lead + "," + many, "DENY", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit","result":false}]`},
		{"an attribute that is not given", allow, lead, "UNDETERMINED", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit"}]`},
		{"one that is not given and does not matter", allow, many, "DENY", `[{"name":"subject.title EQ"},{"name":"queue.size LT limit","result":false}]`},
		{"preset values are not overridden", deny, lead + "," + many + `,"limit":{"type":"NUMBER","value":"99"}`, "NOT_APPLICABLE", `[{"name":"subject.title EQ","result":true},{"name":"queue.size LT limit","result":false}]`},
		{"no condition", bare, "", "DENY", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := admin.Post(t, policiesBase+"/"+tt.id+"/simulate", `{"attributeData":{`+tt.data+`}}`)
			expect(t, got, 200, "")
			var answer struct {
				ID     string
				Parts  json.RawMessage `json:"policyConditionResults"`
				Result string
			}
			got.JSON(t, &answer)
			if answer.ID != tt.id || answer.Result != tt.result || string(answer.Parts) != tt.parts {
				t.Errorf("answer = %s", got.Body)
			}
		})
	}
	for _, data := range []string{`"a":{"type":"NUMBER","value":"ten"}`, `"a":{"value":"x"}`, `"a":{"type":"TIME","value":"noon"}`, `"a":{"type":"STRING_LIST","value":"` + strings.Repeat("x,", 1001) + `"}`} {
		expect(t, admin.Post(t, policiesBase+"/"+deny+"/simulate", `{"attributeData":{`+data+`}}`), 400, "bad.request")
	}
	expect(t, admin.Post(t, policiesBase+"/"+deny+"/simulate", `{}`), 400, "constraint.validation")
}

func TestAccessPoliciesNeedTheirPermissions(t *testing.T) {
	t.Parallel()
	srv := start(t)
	id := addPolicy(t, srv.Admin(t), "routing:queue:view", everybody)
	const target = "/targets/routing:queue:edit"
	tests := []struct{ method, path, body, permission string }{
		{"GET", "", "", "view"},
		{"GET", "/subject/all", "", "view"},
		{"GET", "/targets", "", "view"},
		{"GET", target, "", "view"},
		{"GET", "/targets/routing:queue:view/subject/all", "", "view"},
		{"GET", "/" + id, "", "view"},
		{"GET", "/" + id + "/attributes", "", "view"},
		{"POST", "/" + id + "/simulate", `{"attributeData":{}}`, "view"},
		{"POST", target + "/validate", everybody, "add"},
		{"POST", target, everybody, "add"},
		{"PUT", target, everybody, "edit"},
		{"PUT", "/" + id, everybody, "add"},
		{"DELETE", "/targets/routing:queue:view/subject/all", "", "delete"},
	}
	all := []string{"view", "add", "edit", "delete"}
	for _, tt := range tests {
		var others []string
		for _, action := range all {
			if action != tt.permission && (tt.method != "PUT" || !strings.HasPrefix(tt.path, "/targets/") || action != "add") {
				others = append(others, "authorization:policy:"+action)
			}
		}
		send := func(c *mocktest.Client) *mocktest.Response {
			if tt.body == "" {
				return c.Do(t, tt.method, policiesBase+tt.path, nil, nil)
			}
			if tt.method == "PUT" {
				return c.Put(t, policiesBase+tt.path, tt.body)
			}
			return c.Post(t, policiesBase+tt.path, tt.body)
		}
		expect(t, send(srv.As(t, others...)), 403, "missing.any.permissions")
		if got := send(srv.As(t, "authorization:policy:"+tt.permission)); got.Status >= 300 {
			t.Errorf("%s %s with %s: %d %s", tt.method, tt.path, tt.permission, got.Status, got.Body)
		}
	}
	expect(t, srv.Anonymous().Get(t, policiesBase), 401, "authentication.required")
}

func TestThereIsALimitOfAccessPolicies(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	for i := range 1000 {
		addPolicy(t, admin, "routing:queue:"+url.PathEscape(fmt.Sprintf("x%d", i)), everybody)
	}
	expect(t, admin.Post(t, policiesBase+"/targets/routing:queue:view", everybody), 400, "bad.request")
	expect(t, admin.Put(t, policiesBase+"/targets/routing:queue:view", everybody), 400, "bad.request")
	expect(t, admin.Put(t, policiesBase+"/targets/routing:queue:x1", everybody), 200, "")
	// More than 200 never stand on a page.
	var page listing
	admin.Get(t, policiesBase+"?pageSize=1000").JSON(t, &page)
	if len(page.Entities) != 200 {
		t.Errorf("a page of %d", len(page.Entities))
	}
}
