package authorization_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

const base = "/api/v2/authorization"

// What the default fixture holds.
const (
	home    = "6d6f636b-0002-4000-8000-000000000001"
	sales   = "6d6f636b-0002-4000-8000-000000000002"
	support = "6d6f636b-0002-4000-8000-000000000003"

	builderRole = "6d6f636b-0003-4000-8000-000000000001" // the builder holds it everywhere
	queueReader = "6d6f636b-0003-4000-8000-000000000002" // the builder holds it in Sales

	team       = "6d6f636b-0004-4000-8000-000000000001" // the builder's; holds Developer in Home
	salesFloor = "6d6f636b-0004-4000-8000-000000000002" // rolesEnabled is false

	adminUser   = "6d6f636b-0005-4000-8000-000000000001"
	builder     = "6d6f636b-0005-4000-8000-000000000002"
	supervisor  = "6d6f636b-0005-4000-8000-000000000003"
	agent1      = "6d6f636b-0005-4000-8000-000000000004"
	agent2      = "6d6f636b-0005-4000-8000-000000000005"
	adminClient = "6d6f636b-0006-4000-8000-000000000001"
	webApp      = "6d6f636b-0006-4000-8000-000000000002" // holds nothing

	nowhere = "00000000-0000-4000-8000-000000000000"
)

func start(t *testing.T) *mocktest.Server {
	t.Helper()
	return mocktest.Start(t, mocktest.Options{})
}

// startWith adds fixtures to the default organization.
func startWith(t *testing.T, more string) *mocktest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "more.yaml")
	if err := os.WriteFile(file, []byte("organization: {name: Mockcloud}\n"+more), 0o600); err != nil {
		t.Fatal(err)
	}
	return mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", file}})
}

// startEmpty starts an organization that has a home division and no roles.
func startEmpty(t *testing.T) *mocktest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "empty.yaml")
	if err := os.WriteFile(file, []byte("organization: {name: Empty}\ndefaultRoles: none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return mocktest.Start(t, mocktest.Options{Fixtures: []string{file}})
}

// expect fails the test unless the answer has the status and, when it is an
// error, the code.
func expect(t *testing.T, got *mocktest.Response, status int, code string) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
	if code != "" && got.Str(t, "code") != code {
		t.Fatalf("code = %s, want %s\n%s", got.Str(t, "code"), code, got.Body)
	}
}

// listing is what tests look at of any listing.
type listing struct {
	Entities []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"entities"`
	PageSize   int    `json:"pageSize"`
	PageNumber int    `json:"pageNumber"`
	Total      int    `json:"total"`
	PageCount  int    `json:"pageCount"`
	NextURI    string `json:"nextUri"`
	PrevURI    string `json:"previousUri"`
}

func list(t *testing.T, c *mocktest.Client, path string) listing {
	t.Helper()
	got := c.Get(t, path)
	expect(t, got, 200, "")
	var l listing
	got.JSON(t, &l)
	return l
}

func (l listing) ids() []string {
	ids := []string{}
	for _, e := range l.Entities {
		ids = append(ids, e.ID)
	}
	return ids
}

func (l listing) names() []string {
	names := []string{}
	for _, e := range l.Entities {
		names = append(names, e.Name)
	}
	return names
}

// roleNamed returns the id of a role.
func roleNamed(t *testing.T, c *mocktest.Client, name string) string {
	t.Helper()
	for _, e := range list(t, c, base+"/roles?pageSize=100&userCount=false").Entities {
		if e.Name == name {
			return e.ID
		}
	}
	t.Fatalf("there is no role %q", name)
	return ""
}

// newRole creates a role that permits nothing, and returns its id.
func newRole(t *testing.T, c *mocktest.Client, name string) string {
	t.Helper()
	got := c.Post(t, base+"/roles", map[string]any{"name": name})
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

// roleWith creates a role that permits one action, and returns its id.
func roleWith(t *testing.T, c *mocktest.Client, name, domain, entity, action string) string {
	t.Helper()
	got := c.Post(t, base+"/roles", map[string]any{"name": name, "permissionPolicies": []any{
		map[string]any{"domain": domain, "entityName": entity, "actionSet": []string{action}},
	}})
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

func newDivision(t *testing.T, c *mocktest.Client, name string) string {
	t.Helper()
	got := c.Post(t, base+"/divisions", map[string]any{"name": name, "description": ""})
	expect(t, got, 200, "")
	return got.Str(t, "id")
}

// pair is a role in a division, in the words of grant requests.
type pair struct {
	RoleID     string `json:"roleId"`
	DivisionID string `json:"divisionId"`
}

func bulk(pairs ...pair) map[string]any {
	return map[string]any{"grants": append([]pair{}, pairs...)}
}

// subject is what tests look at of an AuthzSubject.
type subject struct {
	ID     string  `json:"id"`
	Grants []grant `json:"grants"`
}

type grant struct {
	SubjectID string `json:"subjectId"`
	Division  struct {
		ID string `json:"id"`
	} `json:"division"`
	Role struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Policies []any  `json:"policies"`
	} `json:"role"`
}

// own returns the pairs that the subject holds itself, sorted.
func (s subject) own() []pair {
	pairs := []pair{}
	for _, g := range s.Grants {
		if g.SubjectID == s.ID {
			pairs = append(pairs, pair{g.Role.ID, g.Division.ID})
		}
	}
	return sorted(pairs...)
}

func sorted(pairs ...pair) []pair {
	slices.SortFunc(pairs, func(a, b pair) int {
		return slices.Compare([]string{a.RoleID, a.DivisionID}, []string{b.RoleID, b.DivisionID})
	})
	return pairs
}

func grantsOf(t *testing.T, c *mocktest.Client, id string) []pair {
	t.Helper()
	return subjectOf(t, c, id, "?includeDuplicates=true").own()
}

func subjectOf(t *testing.T, c *mocktest.Client, id, query string) subject {
	t.Helper()
	got := c.Get(t, base+"/subjects/"+id+query)
	expect(t, got, 200, "")
	var s subject
	got.JSON(t, &s)
	return s
}

// permissionsOf says what the operation asks of a caller, so that tests can hold just
// that.
func permissionsOf(t *testing.T, id string) []string {
	t.Helper()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	op, ok := catalogue.Operation(id)
	if !ok {
		t.Fatalf("no operation %s", id)
	}
	var permissions []string
	for _, p := range op.Facts().Permissions {
		permissions = append(permissions, p.String())
	}
	return permissions
}

func TestEveryOperationAsksForItsOwnPermissions(t *testing.T) {
	t.Parallel()
	srv := start(t)
	custom := newRole(t, srv.Admin(t), "Custom")
	spare := newDivision(t, srv.Admin(t), "Spare")
	grant := bulk(pair{queueReader, home})
	tests := []struct {
		id, method, path string
		body             any
		want             int
	}{
		{"getAuthorizationDivisions", "GET", "/divisions", nil, 200},
		{"getAuthorizationDivisionsQuery", "GET", "/divisions/query", nil, 200},
		{"getAuthorizationDivisionsHome", "GET", "/divisions/home", nil, 200},
		{"getAuthorizationDivisionsLimit", "GET", "/divisions/limit", nil, 200},
		{"postAuthorizationDivisions", "POST", "/divisions", map[string]any{"name": "New"}, 200},
		{"getAuthorizationDivision", "GET", "/divisions/" + sales, nil, 200},
		{"putAuthorizationDivision", "PUT", "/divisions/" + sales, map[string]any{"name": "Sales"}, 200},
		{"getAuthorizationDivisionGrants", "GET", "/divisions/" + sales + "/grants", nil, 200},
		{"deleteAuthorizationDivision", "DELETE", "/divisions/" + spare, nil, 204},
		{"getAuthorizationDivisionsDeleted", "GET", "/divisions/deleted", nil, 200},
		{"postAuthorizationDivisionRestore", "POST", "/divisions/" + spare + "/restore", map[string]any{}, 200},
		{"getAuthorizationDivisionspermittedMe", "GET", "/divisionspermitted/me?permission=a:b:c", nil, 200},
		{"getAuthorizationDivisionspermittedPagedMe", "GET", "/divisionspermitted/paged/me?permission=a:b:c", nil, 200},
		{"getAuthorizationDivisionspermittedPagedSubjectId", "GET", "/divisionspermitted/paged/" + agent1 + "?permission=a:b:c", nil, 200},
		{"getAuthorizationRoles", "GET", "/roles", nil, 200},
		{"postAuthorizationRoles", "POST", "/roles", map[string]any{"name": "New"}, 200},
		{"getAuthorizationRole", "GET", "/roles/" + custom, nil, 200},
		{"putAuthorizationRole", "PUT", "/roles/" + custom, map[string]any{"name": "Custom"}, 200},
		{"patchAuthorizationRole", "PATCH", "/roles/" + custom, map[string]any{"roleNeedsUpdate": true}, 200},
		{"postAuthorizationRolesDefault", "POST", "/roles/default", nil, 200},
		{"putAuthorizationRolesDefault", "PUT", "/roles/default", []any{}, 200},
		{"getAuthorizationRoleComparedefaultRightRoleId", "GET", "/roles/" + custom + "/comparedefault/employee", nil, 200},
		{"postAuthorizationRoleComparedefaultRightRoleId", "POST", "/roles/" + custom + "/comparedefault/employee", map[string]any{}, 200},
		{"getAuthorizationRolesSettings", "GET", "/roles/settings", nil, 200},
		{"putAuthorizationRolesSettings", "PUT", "/roles/settings", map[string]any{}, 200},
		{"getAuthorizationSettings", "GET", "/settings", nil, 200},
		{"patchAuthorizationSettings", "PATCH", "/settings", map[string]any{}, 200},
		{"postAuthorizationRole", "POST", "/roles/" + custom, map[string]any{"subjectIds": []string{agent1}, "divisionIds": []string{"*"}}, 204},
		{"getAuthorizationRoleUsers", "GET", "/roles/" + custom + "/users", nil, 200},
		{"getAuthorizationRoleSubjectgrants", "GET", "/roles/" + custom + "/subjectgrants", nil, 200},
		{"putAuthorizationRoleUsersAdd", "PUT", "/roles/" + custom + "/users/add", []string{agent2}, 200},
		{"putAuthorizationRoleUsersRemove", "PUT", "/roles/" + custom + "/users/remove", []string{agent2}, 200},
		{"deleteAuthorizationRole", "DELETE", "/roles/" + custom, nil, 204},
		{"getAuthorizationPermissions", "GET", "/permissions", nil, 200},
		{"getAuthorizationProducts", "GET", "/products", nil, 200},
		{"getAuthorizationSubjectsMe", "GET", "/subjects/me", nil, 200},
		{"getAuthorizationSubject", "GET", "/subjects/" + agent1, nil, 200},
		{"getAuthorizationSubjectsRolecounts", "GET", "/subjects/rolecounts?id=" + agent1, nil, 200},
		{"postAuthorizationSubjectBulkadd", "POST", "/subjects/" + agent1 + "/bulkadd", grant, 204},
		{"postAuthorizationSubjectBulkremove", "POST", "/subjects/" + agent1 + "/bulkremove", grant, 204},
		{"postAuthorizationSubjectBulkreplace", "POST", "/subjects/" + agent1 + "/bulkreplace", grant, 204},
		{"postAuthorizationSubjectDivisionRole", "POST", "/subjects/" + agent1 + "/divisions/" + sales + "/roles/" + queueReader, nil, 204},
		{"deleteAuthorizationSubjectDivisionRole", "DELETE", "/subjects/" + agent1 + "/divisions/" + sales + "/roles/" + queueReader, nil, 204},
	}
	nobody := srv.As(t)
	for _, tt := range tests { // in this order, as some build on others
		permissions := permissionsOf(t, tt.id)
		if len(permissions) > 0 {
			if got := nobody.Do(t, tt.method, base+tt.path, tt.body, nil); got.Status != 403 {
				t.Errorf("%s without its permissions: status = %d, want 403\n%s", tt.id, got.Status, got.Body)
			}
		}
		if got := srv.As(t, permissions...).Do(t, tt.method, base+tt.path, tt.body, nil); got.Status != tt.want {
			t.Errorf("%s with %v: status = %d, want %d\n%s", tt.id, permissions, got.Status, tt.want, got.Body)
		}
		if got := srv.Anonymous().Do(t, tt.method, base+tt.path, tt.body, nil); got.Status != 401 {
			t.Errorf("%s without a token: status = %d, want 401", tt.id, got.Status)
		}
	}
}

func TestRefusalsBeginWithTheTextsOfTheSpecification(t *testing.T) {
	t.Parallel()
	admin := start(t).Admin(t)
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	long := fmt.Sprintf("%0501d", 0)
	many := base + "/subjects/rolecounts?id=x"
	manyRoles := base + "/roles?id=x"
	for i := range 100 {
		many += fmt.Sprintf("&id=%d", i)
		manyRoles += fmt.Sprintf(",%d", i)
	}
	tests := []struct {
		op   string
		code string
		got  *mocktest.Response
	}{
		{"getAuthorizationDivisionsQuery", "both.after.and.before.provided", admin.Get(t, base+"/divisions/query?after=a&before=b")},
		{"postAuthorizationDivisions", "division.name.invalid", admin.Post(t, base+"/divisions", `{"name":" "}`)},
		{"postAuthorizationDivisions", "max.length.exceeded", admin.Post(t, base+"/divisions", map[string]any{"name": long})},
		{"postAuthorizationDivisions", "resource.already.exists", admin.Post(t, base+"/divisions", `{"name":"SALES"}`)},
		{"putAuthorizationDivision", "max.length.exceeded", admin.Put(t, base+"/divisions/"+sales, map[string]any{"name": long})},
		{"deleteAuthorizationDivision", "precondition.failure", admin.Delete(t, base+"/divisions/"+sales)},
		{"postAuthorizationDivisionRestore", "resource.already.exists", admin.Post(t, base+"/divisions/"+sales+"/restore", `{}`)},
		{"postAuthorizationDivisionObject", "empty.bulk.division.update", admin.Post(t, base+"/divisions/"+sales+"/objects/USER", `[]`)},
		{"postAuthorizationDivisionObject", "general.resource.not.found", admin.Post(t, base+"/divisions/"+nowhere+"/objects/USER", []string{agent1})},
		{"getAuthorizationDivisionspermittedMe", "missing.permission.param", admin.Get(t, base+"/divisionspermitted/me")},
		{"getAuthorizationDivisionspermittedPagedMe", "missing.permission.param", admin.Get(t, base+"/divisionspermitted/paged/me?permission=")},
		{"getAuthorizationDivisionspermittedPagedSubjectId", "missing.permission.param", admin.Get(t, base+"/divisionspermitted/paged/"+agent1)},
		{"getAuthorizationRoles", "max.role.ids", admin.Get(t, manyRoles)},
		{"postAuthorizationRoles", "general.bad.request", admin.Post(t, base+"/roles", `{"name":""}`)},
		{"postAuthorizationRole", "invalid.subject.type", admin.Post(t, base+"/roles/"+queueReader+"?subjectType=PC_DOG", map[string]any{"subjectIds": []string{agent1}, "divisionIds": []string{home}})},
		{"getAuthorizationSubjectsRolecounts", "max.subject.ids", admin.Get(t, many)},
		{"postAuthorizationSubjectBulkadd", "bad.role.divisions", admin.Post(t, base+"/subjects/"+agent1+"/bulkadd", bulk(pair{"", home}))},
	}
	for _, tt := range tests {
		t.Run(tt.op+" "+tt.code, func(t *testing.T) {
			t.Parallel()
			op, _ := catalogue.Operation(tt.op)
			status, text, ok := op.ErrorCode(tt.code)
			if !ok {
				t.Fatalf("the specification does not list %s", tt.code)
			}
			expect(t, tt.got, status, tt.code)
			if message := tt.got.Str(t, "message"); len(message) < len(text) || message[:len(text)] != text {
				t.Errorf("message = %q, want one that begins with %q", message, text)
			}
		})
	}
}
