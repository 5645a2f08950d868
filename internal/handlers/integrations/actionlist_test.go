package integrations_test

import (
	"strings"
	"testing"
)

// "Query category, name (partial), ids (≤50, comma), secure true|false,
// includeAuthActions, sortBy, sortOrder".
//
// Guess: filters do not mind the case, and lists are sorted by name.
func TestFiltersAndOrdersOfActions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	paths := map[string]string{}
	for _, a := range []struct {
		name, category string
		secure         bool
	}{{"Get queue", "Routing", false}, {"get agent", "Users", true}, {"Find Queue", "Routing", true}, {"Add note", "a category", false}} {
		changes := fields{"name": a.name, "category": a.category, "secure": a.secure}
		paths[a.name] = newAction(t, admin, integrationID, changes)
		newDraft(t, admin, integrationID, fields{"name": a.name + " (draft)", "category": a.category, "secure": a.secure})
	}
	id := func(name string) string { return strings.TrimPrefix(paths[name], actionsPath+"/") }
	tests := []struct{ query, want string }{
		{"", "Add note|Find Queue|get agent|Get queue"},
		{"sortOrder=desc", "Get queue|get agent|Find Queue|Add note"},
		{"sortOrder=DESC&sortBy=name", "Get queue|get agent|Find Queue|Add note"},
		{"sortOrder=ASC&sortBy=name", "Add note|Find Queue|get agent|Get queue"},
		{"sortBy=category", "Add note|Find Queue|Get queue|get agent"},
		{"sortBy=category&sortOrder=desc", "get agent|Get queue|Find Queue|Add note"},
		{"sortBy=somethingElse", "Add note|Find Queue|get agent|Get queue"},
		{"name=queue", "Find Queue|Get queue"},
		{"name=GET", "get agent|Get queue"},
		{"name=xyz", ""},
		{"category=Routing", "Find Queue|Get queue"},
		{"category=routing", "Find Queue|Get queue"},
		{"category=Rout", ""},
		{"category=Routing&name=find", "Find Queue"},
		{"secure=true", "Find Queue|get agent"},
		{"secure=false", "Add note|Get queue"},
		{"secure=true&category=Users", "get agent"},
		{"ids=" + id("Get queue") + "," + id("Add note"), "Add note|Get queue"},
		{"ids=" + id("Get queue") + ",custom_-_" + nothing, "Get queue"},
		{"ids=custom_-_" + nothing, ""},
		{"nextPage=x&previousPage=y", "Add note|Find Queue|get agent|Get queue"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			expected := strings.FieldsFunc(tt.want, func(r rune) bool { return r == '|' })
			same(t, "actions", names(t, admin.Get(t, actionsPath+"?"+tt.query)), expected)
			if strings.HasPrefix(tt.query, "ids=") {
				return // these are not the drafts' ids
			}
			for n, name := range expected {
				expected[n] = name + " (draft)"
			}
			same(t, "drafts", names(t, admin.Get(t, drafts+"?"+tt.query)), expected)
		})
	}
	for query, field := range map[string]string{"sortOrder=up": "sortOrder", "secure=maybe": "secure", "includeAuthActions=1": "includeAuthActions", "pageSize=0": "pageSize", "ids=" + strings.Repeat("x,", 50) + "x": "ids"} {
		for _, path := range []string{actionsPath, drafts} {
			refused(t, admin.Get(t, path+"?"+query), 400, "invalid.query.param.value", field)
		}
	}
	ok(t, admin.Get(t, actionsPath+"?ids="+strings.Repeat("x,", 49)+"x"))

	// The configuration comes only where it is asked for, as of a single action.
	for _, path := range []string{actionsPath, drafts} {
		has(t, ok(t, admin.Get(t, path+"?name=Add&includeConfig=true")), map[string]string{"entities.0.config.request.requestType": "GET", "entities.0.contract.input.inputSchema": ""})
		has(t, ok(t, admin.Get(t, path+"?name=Add&includeConfig=false")), map[string]string{"entities.0.config": ""})
	}

	// "Drafts list carries the action id"; what is listed has no configuration.
	first := ok(t, admin.Get(t, drafts+"?name=Add"))
	draftID := first.Str(t, "entities.0.id")
	has(t, first, map[string]string{
		"entities.0.version": "1", "entities.0.config": "", "entities.0.integrationId": integrationID, "entities.0.selfUri": actionsPath + "/" + draftID,
		"entities.0.contract.input.inputSchemaUri": actionsPath + "/" + draftID + "/draft/schemas/inputschema.json", "entities.0.contract.input.inputSchema": "",
	})
}

// "Empty array past the end, and omit nextUri on the last page".
func TestPagesOfActions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	integrationID := newIntegration(t, admin, platform)
	for _, name := range []string{"b1", "b2", "b3", "a"} {
		newAction(t, admin, integrationID, fields{"name": name})
		newDraft(t, admin, integrationID, fields{"name": name})
	}
	for _, path := range []string{actionsPath, drafts} {
		first := ok(t, admin.Get(t, path+"?name=b&pageSize=2&sortOrder=DESC"))
		same(t, "page 1", names(t, first), []string{"b3", "b2"})
		has(t, first, map[string]string{"total": "3", "pageCount": "2", "previousUri": "", "firstUri": path + "?name=b&pageNumber=1&pageSize=2&sortOrder=DESC"})
		last := ok(t, admin.Get(t, first.Str(t, "nextUri")))
		same(t, "page 2", names(t, last), []string{"b1"})
		has(t, last, map[string]string{"nextUri": "", "total": "3"})
		has(t, ok(t, admin.Get(t, path+"?pageSize=2&pageNumber=3")), map[string]string{"entities": "[]", "nextUri": "", "total": "4", "pageCount": "2"})
	}
}

// "Entities [{"name":…}], no nextUri".
func TestCategoriesOfActions(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	list := actionsPath + "/categories"
	has(t, ok(t, admin.Get(t, list)), map[string]string{"entities": "[]", "total": "0"})
	integrationID := newIntegration(t, admin, platform)
	for _, a := range []struct {
		category string
		secure   bool
	}{{"Users", false}, {"Routing", false}, {"Routing", true}, {"Billing", true}} {
		newAction(t, admin, integrationID, fields{"category": a.category, "secure": a.secure})
	}
	newDraft(t, admin, integrationID, fields{"category": "Of a draft"})
	got := ok(t, admin.Get(t, list))
	sameJSON(t, "categories", []byte(got.Str(t, "entities")), `[{"name":"Billing"},{"name":"Routing"},{"name":"Users"}]`)
	has(t, got, map[string]string{"total": "3", "nextUri": "", "selfUri": ""})
	for query, expected := range map[string][]string{
		"sortOrder=desc": {"Users", "Routing", "Billing"}, "secure=true": {"Billing", "Routing"}, "secure=false": {"Routing", "Users"},
		"pageSize=2": {"Billing", "Routing"}, "pageSize=2&pageNumber=2": {"Users"}, "pageSize=2&pageNumber=3": {},
	} {
		same(t, query, names(t, admin.Get(t, list+"?"+query)), expected)
	}
}
