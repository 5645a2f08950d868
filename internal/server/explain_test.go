package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

var explainHeader = http.Header{"X-Mockcloud-Explain": {"true"}}

// explanation is what a test looks at of one.
type explanation struct {
	Decision    string
	Permissions []string
	Groups      []struct {
		Name         string
		RolesEnabled bool
	}
	DecidedBy []struct{ Permission, In, Role, Division, Group string }
	Scopes    *struct{ Client, Token []string }
	WouldPass *struct {
		Scopes, Permissions, Divisions []string
		TokenOnly, OfObject            bool
		Role                           *struct {
			ID, Name    string
			Permissions int
		}
	}
	Grants []struct {
		Role, Division, Group string
		Permits               []string
	}
	ReadLater bool
}

func explained(t *testing.T, text string) explanation {
	t.Helper()
	var e explanation
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return e
}

// askLater fetches the explanations of the requests with that correlation id.
func askLater(t *testing.T, srv *mocktest.Server, correlation string) []json.RawMessage {
	t.Helper()
	got := srv.Anonymous().Get(t, "/_mockcloud/explain/"+correlation)
	if got.Status != http.StatusOK {
		t.Fatalf("explain = %d %s", got.Status, got.Body)
	}
	var answer struct {
		Requests []struct {
			CorrelationID string
			Explanation   json.RawMessage
		}
	}
	got.JSON(t, &answer)
	var all []json.RawMessage
	for _, r := range answer.Requests {
		if r.CorrelationID != correlation {
			t.Errorf("asked for %s, got %s", correlation, r.CorrelationID)
		}
		all = append(all, r.Explanation)
	}
	return all
}

func roleWith(t *testing.T, admin *mocktest.Client, name string, policies string) string {
	t.Helper()
	got := admin.Post(t, "/api/v2/authorization/roles", `{"name":"`+name+`","permissionPolicies":[`+policies+`]}`)
	if got.Status != http.StatusOK {
		t.Fatalf("role %s: %d %s", name, got.Status, got.Body)
	}
	return got.Str(t, "id")
}

func TestAnExplanationNamesTheSmallestRoleThatWouldHavePassed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	tiny := roleWith(t, admin, "Trigger Reader", `{"domain":"processautomation","entityName":"trigger","actionSet":["view"]}`)
	roleWith(t, admin, "Trigger Writer", `{"domain":"processautomation","entityName":"trigger","actionSet":["view","edit","delete"]}`)
	roleWith(t, admin, "Automation", `{"domain":"processautomation","entityName":"*","actionSet":["*"]}`)
	both := roleWith(t, admin, "Division Maker", `{"domain":"authorization","entityName":"division","actionSet":["add"]},{"domain":"authorization","entityName":"grant","actionSet":["add","view"]}`)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	half := roleWith(t, admin, "Half a Maker", `{"domain":"authorization","entityName":"grant","actionSet":["add"]}`)
	tests := []struct {
		name, method, path, body string
		as                       *mocktest.Client
		missing                  []string
		role                     string
		size                     int
	}{
		{
			"any of two", http.MethodGet, "/api/v2/processautomation/triggers/none", "", agent,
			[]string{"processautomation:trigger:edit", "processautomation:trigger:view"},
			tiny, 1,
		},
		{
			"all of two, none held", http.MethodPost, "/api/v2/authorization/divisions", `{"name":"x"}`, srv.As(t),
			[]string{"authorization:division:add", "authorization:grant:add"},
			both, 3,
		},
		{
			"all of two, one held", http.MethodPost, "/api/v2/authorization/divisions", `{"name":"x"}`, srv.As(t, "authorization:division:add"),
			[]string{"authorization:grant:add"},
			half, 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Do(t, tt.method, tt.path, tt.body, explainHeader)
			if got.Status != http.StatusForbidden {
				t.Fatalf("answer = %d %s", got.Status, got.Body)
			}
			would := explained(t, got.Header.Get("X-Mockcloud-Explanation")).WouldPass
			if would == nil || !slices.Equal(would.Permissions, tt.missing) || would.Role == nil || would.Role.ID != tt.role || would.Role.Permissions != tt.size {
				t.Errorf("would pass = %s", got.Header.Get("X-Mockcloud-Explanation"))
			}
		})
	}
	// The role that is named does let the request pass.
	path := "/api/v2/authorization/subjects/" + agent.Get(t, "/api/v2/users/me").Str(t, "id") + "/bulkadd"
	if got := admin.Post(t, path, `{"grants":[{"roleId":"`+tiny+`","divisionId":"*"}]}`); got.Status != http.StatusNoContent {
		t.Fatalf("grant = %d %s", got.Status, got.Body)
	}
	if got := agent.Get(t, tests[0].path); got.Status == http.StatusForbidden {
		t.Errorf("with the role: %d %s", got.Status, got.Body)
	}
}

func TestAnExplanationOfARefusalInADivisionNamesTheDivision(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	roleWith(t, admin, "Queue Editor", `{"domain":"routing","entityName":"queue","actionSet":["view","edit"]}`)
	var divisions struct{ Entities []struct{ ID, Name string } }
	admin.Get(t, "/api/v2/authorization/divisions?name=Support").JSON(t, &divisions)
	queue := admin.Post(t, "/api/v2/routing/queues", `{"name":"Far","division":{"id":"`+divisions.Entities[0].ID+`"}}`).Str(t, "id")
	here := srv.AsIn(t, "Sales", "routing:queue:view", "routing:queue:edit", "authorization:division:add", "authorization:role:view")
	got := here.Do(t, http.MethodGet, "/api/v2/routing/queues/"+queue, nil, explainHeader)
	if got.Status != http.StatusForbidden {
		t.Fatalf("answer = %d %s", got.Status, got.Body)
	}
	e := explained(t, got.Header.Get("X-Mockcloud-Explanation"))
	if w := e.WouldPass; w == nil || !slices.Equal(w.Divisions, []string{"Support"}) || !slices.Equal(w.Permissions, []string{"routing:queue:view"}) || w.Role == nil {
		t.Errorf("would pass = %+v", w)
	}
	// What was found is told as well: the permission as such, in another division.
	if len(e.DecidedBy) != 1 || e.DecidedBy[0].Division != "Sales" || e.DecidedBy[0].Permission != "routing:queue:view" {
		t.Errorf("decided by = %+v", e.DecidedBy)
	}
}

func TestAnExplanationTellsThroughWhichGroupAPermissionCame(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.AsUser(t, "admin@mockcloud.test")
	role := roleWith(t, admin, "Trigger Reader", `{"domain":"processautomation","entityName":"trigger","actionSet":["view"]}`)
	path := "/api/v2/authorization/subjects/6d6f636b-0004-4000-8000-000000000001/bulkadd?subjectType=PC_GROUP"
	if got := admin.Post(t, path, `{"grants":[{"roleId":"`+role+`","divisionId":"6d6f636b-0002-4000-8000-000000000002"}]}`); got.Status != http.StatusNoContent {
		t.Fatalf("grant = %d %s", got.Status, got.Body)
	}
	builder := srv.AsUser(t, "builder@mockcloud.test")
	got := builder.Do(t, http.MethodGet, "/api/v2/processautomation/triggers/none", nil, explainHeader)
	e := explained(t, got.Header.Get("X-Mockcloud-Explanation"))
	if len(e.Groups) != 1 || e.Groups[0].Name != "Integration Team" || !e.Groups[0].RolesEnabled {
		t.Errorf("groups = %+v", e.Groups)
	}
	if got.Status == http.StatusForbidden || len(e.DecidedBy) != 1 || e.DecidedBy[0].Group != "Integration Team" || e.DecidedBy[0].Role != "Trigger Reader" || e.DecidedBy[0].Division != "Sales" {
		t.Errorf("answer = %d, decided by = %+v", got.Status, e.DecidedBy)
	}
	if e.WouldPass != nil {
		t.Errorf("would pass = %+v", e.WouldPass)
	}
}

func TestAnExplanationTellsWhereAScopeIsMissingAndWhatElseIs(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"CODE","scope":["users","groups"],"registeredRedirectUri":["http://localhost:3000/"]}`)
	client := made.Str(t, "id")
	if got := srv.Anonymous().Patch(t, "/_mockcloud/settings", `{"enforceScopes":true}`); got.Status != http.StatusOK {
		t.Fatalf("settings = %d %s", got.Status, got.Body)
	}
	if got := srv.Anonymous().Post(t, "/_mockcloud/authorizations", `{"client":"`+client+`","state":"Authorized","scope":["users"]}`); got.Status != http.StatusNoContent {
		t.Fatalf("authorization = %d %s", got.Status, got.Body)
	}
	agent := srv.AsUserOf(t, "agent1@mockcloud.test", client)
	ask := func(method, path string) explanation {
		t.Helper()
		got := agent.Do(t, method, path, nil, explainHeader)
		e := explained(t, got.Header.Get("X-Mockcloud-Explanation"))
		if e.Decision != "app.not.authorized.for.scope" || e.WouldPass == nil || e.Scopes == nil || !slices.Equal(e.Scopes.Token, []string{"users"}) {
			t.Fatalf("%s: %s", path, got.Header.Get("X-Mockcloud-Explanation"))
		}
		return e
	}
	// The client has it, the approval does not.
	if w := ask(http.MethodGet, "/api/v2/groups").WouldPass; !w.TokenOnly || !slices.Contains(w.Scopes, "groups") || len(w.Permissions) > 0 || w.Role != nil {
		t.Errorf("would pass = %+v", w)
	}
	// The client has it not, and the permission would be missing, too.
	if w := ask(http.MethodPost, "/api/v2/authorization/roles").WouldPass; w.TokenOnly || !slices.Equal(w.Scopes, []string{"authorization"}) ||
		!slices.Equal(w.Permissions, []string{"authorization:role:add"}) || w.Role == nil {
		t.Errorf("would pass = %+v", w)
	}
	// What mockcloud's own client may do is no matter of scopes.
	got := srv.AsUser(t, "agent1@mockcloud.test").Do(t, http.MethodGet, "/api/v2/groups", nil, explainHeader)
	if e := explained(t, got.Header.Get("X-Mockcloud-Explanation")); e.Scopes != nil {
		t.Errorf("scopes = %+v", e.Scopes)
	}
}

// Before the object is looked at nobody knows its division; only there does the
// role help.
func TestAnExplanationSaysThatARoleCountsInTheDivisionOfTheObject(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for path, ofObject := range map[string]bool{"/api/v2/routing/queues/none": true, "/api/v2/oauth/clients/none": false} {
		got := srv.As(t).Do(t, http.MethodDelete, path, nil, explainHeader)
		if w := explained(t, got.Header.Get("X-Mockcloud-Explanation")).WouldPass; w == nil || w.OfObject != ofObject {
			t.Errorf("%s: would pass = %+v", path, w)
		}
	}
}

func TestWhatTheHeaderSaysCanBeAskedForLater(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{GrantRule: "off"})
	admin := srv.Admin(t)
	nobody := srv.As(t)
	role := roleWith(t, admin, "Client Reader", `{"domain":"oauth","entityName":"client","actionSet":["view"]}`)
	tests := []struct {
		name string
		as   *mocktest.Client
		path string
	}{
		{"allowed", admin, "/api/v2/oauth/clients"},
		{"refused", nobody, "/api/v2/oauth/clients"},
		{"no token", srv.Anonymous(), "/api/v2/oauth/clients"},
		{"bad token", srv.Bearer("x"), "/api/v2/oauth/clients"},
		{"unknown path", admin, "/api/v2/nowhere"},
		{"no such client", admin, "/api/v2/oauth/clients/none"},
		{"validation", admin, "/api/v2/users?pageSize=x"},
	}
	for _, tt := range tests {
		got := tt.as.Do(t, http.MethodGet, tt.path, nil, explainHeader)
		later := askLater(t, srv, got.Header.Get("ININ-Correlation-Id"))
		if len(later) != 1 || string(later[0]) != got.Header.Get("X-Mockcloud-Explanation") {
			t.Errorf("%s: the header says %s, later it is %s", tt.name, got.Header.Get("X-Mockcloud-Explanation"), later)
		}
	}

	// A refusal is explained as it was, whether or not anybody asked at the time.
	refused := nobody.Get(t, "/api/v2/oauth/clients")
	path := "/api/v2/authorization/subjects/" + nobody.Get(t, "/api/v2/tokens/me").Str(t, "OAuthClient.id") + "/bulkadd?subjectType=PC_OAUTH_CLIENT"
	if got := admin.Post(t, path, `{"grants":[{"roleId":"`+role+`","divisionId":"*"}]}`); got.Status != http.StatusNoContent {
		t.Fatalf("grant = %d %s", got.Status, got.Body)
	}
	allowed := nobody.Get(t, "/api/v2/oauth/clients")
	if allowed.Status != http.StatusOK {
		t.Fatalf("with the role: %d %s", allowed.Status, allowed.Body)
	}
	then := explained(t, string(askLater(t, srv, refused.Header.Get("ININ-Correlation-Id"))[0]))
	if then.Decision != "missing.any.permissions" || then.ReadLater || then.WouldPass == nil || then.WouldPass.Role == nil || then.WouldPass.Role.ID != role {
		t.Errorf("the refusal: %+v", then)
	}
	for _, g := range then.Grants {
		if g.Role == "Client Reader" {
			t.Errorf("the refusal knows of a grant made later: %+v", then.Grants)
		}
	}

	// What was allowed is explained by the grant that decided, whatever came since.
	if got := admin.Delete(t, "/api/v2/authorization/roles/"+role); got.Status/100 != 2 {
		t.Fatalf("delete = %d %s", got.Status, got.Body)
	}
	now := explained(t, string(askLater(t, srv, allowed.Header.Get("ININ-Correlation-Id"))[0]))
	if now.Decision != "allowed" || !now.ReadLater || len(now.DecidedBy) != 1 || now.DecidedBy[0].Role != "Client Reader" {
		t.Errorf("the allowed request: %+v", now)
	}
}

func TestOnlyTheLastRequestsCanBeExplained(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	as := srv.As(t)
	mine := http.Header{"ININ-Correlation-Id": {"the-first"}}
	as.Do(t, http.MethodGet, "/api/v2/tokens/me", nil, mine)
	as.Do(t, http.MethodGet, "/api/v2/oauth/clients", nil, mine)
	if all := askLater(t, srv, "the-first"); len(all) != 2 || explained(t, string(all[0])).Decision != "allowed" || explained(t, string(all[1])).Decision != "missing.any.permissions" {
		t.Errorf("with one id twice: %s", all)
	}
	for i := range 1000 {
		as.Do(t, http.MethodGet, "/api/v2/tokens/me", nil, http.Header{"ININ-Correlation-Id": {fmt.Sprint("later-", i)}})
	}
	got := srv.Anonymous().Get(t, "/_mockcloud/explain/the-first")
	if got.Status != http.StatusNotFound || !strings.Contains(string(got.Body), "The last 1000 requests") {
		t.Errorf("the first: %d %s", got.Status, got.Body)
	}
	if all := askLater(t, srv, "later-0"); len(all) != 1 {
		t.Errorf("the thousandth: %s", all)
	}
}
