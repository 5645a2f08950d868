package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Rules of access that hold for every family. docs/access.md lists them all.

// Users of the default organization.
const (
	alexInSales  = "/api/v2/users/6d6f636b-0005-4000-8000-000000000004"
	akiInSupport = "/api/v2/users/6d6f636b-0005-4000-8000-000000000005"
)

// The permissions that the operations of access ask for, written out, since the
// other tests take them from the catalogue.
func TestAccessAsksForThesePermissions(t *testing.T) {
	t.Parallel()
	const authorization, grant = "/api/v2/authorization", "authorization:grant:"
	weak := mocktest.Start(t, mocktest.Options{}).As(t)
	tests := []struct{ operation, mode, permissions string }{
		{"GET " + authorization + "/roles", "any", "authorization:role:view"},
		{"POST " + authorization + "/roles", "any", "authorization:role:add"},
		{"GET " + authorization + "/roles/x", "any", "authorization:role:view"},
		{"PUT " + authorization + "/roles/x", "any", "authorization:role:edit"},
		{"PATCH " + authorization + "/roles/x", "any", "authorization:role:edit"},
		{"DELETE " + authorization + "/roles/x", "any", "authorization:role:delete"},
		{"POST " + authorization + "/roles/x", "all", grant + "add"},
		{"POST " + authorization + "/roles/default", "any", "authorization:role:edit"},
		{"PUT " + authorization + "/roles/default", "any", "authorization:role:edit"},
		{"GET " + authorization + "/roles/x/comparedefault/y", "any", "authorization:role:view"},
		{"POST " + authorization + "/roles/x/comparedefault/y", "any", "authorization:role:view"},
		{"GET " + authorization + "/roles/x/subjectgrants", "any", "authorization:role:view"},
		{"PUT " + authorization + "/roles/x/users/add", "any", grant + "add"},
		{"PUT " + authorization + "/roles/x/users/remove", "any", grant + "delete"},
		{"GET " + authorization + "/roles/settings", "any", "directory:organization:admin, authorization:settings:view"},
		{"PUT " + authorization + "/roles/settings", "any", "directory:organization:admin, authorization:settings:edit"},
		{"GET " + authorization + "/settings", "any", "directory:organization:admin, authorization:settings:view"},
		{"PATCH " + authorization + "/settings", "any", "directory:organization:admin, authorization:settings:edit"},
		{"POST " + authorization + "/divisions", "all", "authorization:division:add, " + grant + "add"},
		{"PUT " + authorization + "/divisions/x", "any", "authorization:division:edit"},
		{"DELETE " + authorization + "/divisions/x", "any", "authorization:division:delete"},
		{"POST " + authorization + "/divisions/x/restore", "any", "authorization:division:add"},
		{"GET " + authorization + "/divisions/deleted", "any", "authorization:divisionDeleted:view"},
		{"GET " + authorization + "/divisions/x/grants", "any", grant + "view"},
		{"GET " + authorization + "/subjects/x", "any", grant + "view"},
		{"GET " + authorization + "/subjects/rolecounts", "any", grant + "view"},
		{"POST " + authorization + "/subjects/x/bulkadd", "all", grant + "add"},
		{"POST " + authorization + "/subjects/x/bulkremove", "all", grant + "delete"},
		{"POST " + authorization + "/subjects/x/bulkreplace", "all", grant + "add, " + grant + "delete"},
		{"POST " + authorization + "/subjects/x/divisions/y/roles/z", "all", grant + "add"},
		{"DELETE " + authorization + "/subjects/x/divisions/y/roles/z", "all", grant + "delete"},
		{"GET " + authorization + "/policies", "any", "authorization:policy:view"},
		{"POST " + authorization + "/policies/targets/x", "any", "authorization:policy:add"},
		{"DELETE " + authorization + "/policies/targets/x/subject/y", "any", "authorization:policy:delete"},
		{"GET /api/v2/users/x/roles", "any", grant + "view"},
		{"PUT /api/v2/users/x/roles", "any", grant + "add"},
		{"PATCH /api/v2/users/x", "any", "admin, directory:user:edit, directory:organization:admin"},
		{"DELETE /api/v2/users/x", "any", "admin, directory:user:delete, directory:organization:admin"},
		{"GET /api/v2/oauth/clients", "any", "oauth:client:view"},
		{"POST /api/v2/oauth/clients", "any", "oauth:client:add"},
		{"GET /api/v2/oauth/clients/x", "any", "oauth:client:view"},
		{"PUT /api/v2/oauth/clients/x", "any", "oauth:client:edit"},
		{"POST /api/v2/oauth/clients/x/secret", "any", "oauth:client:edit"},
		{"DELETE /api/v2/oauth/clients/x", "any", "oauth:client:delete"},
	}
	for _, tt := range tests {
		method, path, _ := strings.Cut(tt.operation, " ")
		got := weak.Do(t, method, path, nil, nil)
		code := map[string]string{"any": "missing.any.permissions", "all": "missing.permissions"}[tt.mode]
		if got.Status != http.StatusForbidden || got.Str(t, "code") != code || got.Str(t, "messageParams.permissions") != "["+tt.permissions+"]" {
			t.Errorf("%s: %d %s\nwant %s [%s]", tt.operation, got.Status, got.Body, code, tt.permissions)
		}
	}
	for _, path := range []string{
		authorization + "/roles/x/users", authorization + "/permissions", authorization + "/products", authorization + "/subjects/me",
		authorization + "/divisions", authorization + "/divisions/query", authorization + "/divisions/home", authorization + "/divisions/limit",
		authorization + "/divisions/x", authorization + "/divisionspermitted/me", authorization + "/divisionspermitted/paged/me",
		authorization + "/divisionspermitted/paged/x", "/api/v2/oauth/scopes", "/api/v2/oauth/scopes/users", "/api/v2/tokens/me",
	} {
		if got := weak.Get(t, path); got.Status == http.StatusForbidden {
			t.Errorf("GET %s asks for a permission: %s", path, got.Body)
		}
	}
}

// Of ANY one is enough, whichever; of ALL none may be missing, and only the
// missing ones are named.
func TestPermissionsCombineAsTheOperationSays(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	clients := map[string]*mocktest.Client{}
	holding := func(permissions ...string) *mocktest.Client {
		name := strings.Join(permissions, " ")
		if clients[name] == nil {
			clients[name] = srv.As(t, permissions...)
		}
		return clients[name]
	}
	several := map[spec.Mode]int{}
	for _, op := range catalogue(t).Operations() {
		facts := op.Facts()
		if len(facts.Permissions) < 2 {
			continue
		}
		several[facts.Mode]++
		for i, p := range facts.Permissions {
			var rest []string
			for j, other := range facts.Permissions {
				if j != i {
					rest = append(rest, other.String())
				}
			}
			if facts.Mode == spec.Any {
				got := holding(p.String()).Do(t, op.Method, target(op), "{broken", jsonBody)
				if got.Status == http.StatusForbidden && strings.HasPrefix(got.Str(t, "code"), "missing.") {
					t.Errorf("%s with %s alone: %s", op.ID, p, got.Body)
				}
				continue
			}
			got := holding(rest...).Do(t, op.Method, target(op), "{broken", jsonBody)
			if got.Status != http.StatusForbidden || got.Str(t, "code") != "missing.permissions" || got.Str(t, "messageParams.permissions") != "["+p.String()+"]" {
				t.Errorf("%s without %s: %d %s", op.ID, p, got.Status, got.Body)
			}
		}
	}
	if several[spec.Any] < 311 || several[spec.All] < 62 {
		t.Errorf("operations with several permissions: %v", several)
	}
}

func TestTheGeneralAdminPassesEveryPermissionCheck(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	general := srv.AsIn(t, "Sales", "admin")
	for _, op := range catalogue(t).Operations() {
		if op.Facts().Mode == spec.None {
			continue
		}
		if got := general.Do(t, op.Method, target(op), "{broken", jsonBody); got.Status == http.StatusForbidden {
			t.Errorf("%s: %s", op.ID, got.Body)
		}
	}
	// Wherever it was granted, it counts in every division: these are the queues of
	// Sales and of Home.
	for _, queue := range []string{"6d6f636b-0010-4000-8000-000000000001", "6d6f636b-0010-4000-8000-000000000002"} {
		if got := general.Get(t, "/api/v2/routing/queues/"+queue); got.Status != http.StatusOK {
			t.Errorf("queue %s: %d %s", queue, got.Status, got.Body)
		}
	}
	if got := general.Get(t, "/api/v2/routing/queues"); got.Str(t, "total") != "2" {
		t.Errorf("queues: %s", got.Body)
	}
	// The other general permissions open nothing by themselves.
	for _, permission := range []string{"group_creation", "content_management_user"} {
		if got := srv.As(t, permission).Get(t, "/api/v2/authorization/roles"); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", permission, got.Status)
		}
	}
}

func TestSomeOperationsAskForAKindOfToken(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	client, person := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")
	users, clients := 0, 0
	refused := func(op *spec.Operation, as *mocktest.Client, code, message string) {
		t.Helper()
		got := as.Do(t, op.Method, target(op), "{broken", jsonBody)
		if got.Status != http.StatusBadRequest || got.Str(t, "code") != code || got.Str(t, "message") != message {
			t.Errorf("%s: %d %s\nwant %s", op.ID, got.Status, got.Body, code)
		}
	}
	for _, op := range catalogue(t).Operations() {
		if op.Facts().UserContext {
			users++
			refused(op, client, "not.a.user", "This request requires a user context. Client credentials cannot be used for requests to this resource.")
		}
		if op.Facts().ClientContext {
			clients++
			refused(op, person, "not.a.client", "This request requires a non-user context. User token cannot be used for requests to this resource.")
		}
	}
	if users != 34 || clients != 6 {
		t.Errorf("%d operations ask for a user and %d for a client, want 34 and 6", users, clients)
	}
}

// The end of the order: permission, then validation, then existence, then the
// object's division, then conflicts (decisions.md 4).
func TestChecksOfAnObjectComeInTheirOrder(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	editor, creator := srv.AsIn(t, "Sales", "directory:user:edit"), srv.AsIn(t, "Sales", "directory:user:add")
	const (
		users   = "/api/v2/users"
		sales   = "6d6f636b-0002-4000-8000-000000000002"
		support = "6d6f636b-0002-4000-8000-000000000003"
	)
	taken := `{"name":"X","email":"admin@mockcloud.test","divisionId":"`
	tests := []struct {
		name, method, path, body string
		as                       *mocktest.Client
		status                   int
		code                     string
	}{
		{"permission before a query", "GET", "/api/v2/authorization/roles?pageSize=x", "", editor, 403, "missing.any.permissions"},
		{"a query before existence", "GET", "/api/v2/authorization/divisions/none?objectCount=x", "", editor, 400, "invalid.query.param.value"},
		{"validation before existence", "PATCH", users + "/none", `{"title":7}`, editor, 400, "bad.request"},
		{"validation before the division", "PATCH", akiInSupport, `{"title":7}`, editor, 400, "bad.request"},
		{"existence", "PATCH", users + "/none", `{"title":"Boss","version":9}`, editor, 404, "general.resource.not.found"},
		{"the division before a conflict", "PATCH", akiInSupport, `{"title":"Boss","version":9}`, editor, 403, "missing.any.division.permissions"},
		{"a conflict", "PATCH", alexInSales, `{"title":"Boss","version":9}`, editor, 409, "general.conflict"},
		{"the division of a new object before a conflict", "POST", users, taken + support + `"}`, creator, 403, "missing.any.division.permissions"},
		{"a conflict of a new object", "POST", users, taken + sales + `"}`, creator, 409, "general.conflict"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.as.Do(t, tt.method, tt.path, tt.body, jsonBody)
			if got.Status != tt.status || got.Str(t, "code") != tt.code {
				t.Errorf("answer = %d %s", got.Status, got.Body)
			}
		})
	}
}

// A request is admitted before its body is read, and once more where the work is
// done: a right that ends between does not count (decisions.md 11).
func TestRightsMustLastUntilTheWorkIsDone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const body = `{"name":"Late"}`
	// send sends the head of the request, waits until the server wants the body,
	// lets something happen, and sends the rest.
	send := func(t *testing.T, c *mocktest.Client, between func()) string {
		t.Helper()
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "POST /api/v2/authorization/roles HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", c.Token, len(body))
		if err != nil {
			t.Fatal(err)
		}
		answer := bufio.NewReader(conn)
		if line, err := answer.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("%v: %q", err, line)
		}
		between()
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(answer)
		if err != nil {
			t.Fatal(err)
		}
		return string(rest)
	}
	caller := srv.As(t, "authorization:role:add")
	right := caller.Get(t, "/api/v2/authorization/subjects/me").Str(t, "grants.0.role.id")
	tests := []struct {
		name    string
		between func()
		status  string
	}{
		{"nothing happens", func() {}, "HTTP/1.1 200 OK"},
		{"the role goes", func() {
			if got := admin.Delete(t, "/api/v2/authorization/roles/"+right); got.Status != http.StatusNoContent {
				t.Errorf("taking the role away: %d %s", got.Status, got.Body)
			}
		}, "HTTP/1.1 403 Forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := send(t, caller, tt.between); !strings.Contains(got, tt.status+"\r\n") {
				t.Errorf("answer = %s", got)
			}
			made := admin.Get(t, "/api/v2/authorization/roles?name=Late").Str(t, "entities.0.id")
			if (made != "") != (tt.status == "HTTP/1.1 200 OK") {
				t.Errorf("the role is %q", made)
			}
			if made != "" {
				admin.Delete(t, "/api/v2/authorization/roles/"+made)
			}
		})
	}
}

// The stable handle of a default role is defaultRoleId; its id is another one in
// every organization.
func TestDefaultRolesHaveOtherIDsInEveryOrganization(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "acme.yaml")
	acme := "organization: {name: Acme}\nclients: [{name: Bot, id: 0f8fad5b-d9cb-469f-a165-70867728950e, grantType: CLIENT-CREDENTIALS, secret: s, roles: ['* in *']}]\n"
	if err := os.WriteFile(path, []byte(acme), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", path}})
	ours, theirs := srv.Admin(t), srv.AsClient(t, "0f8fad5b-d9cb-469f-a165-70867728950e")
	for _, handle := range []string{"employee", "admin", "supervisor", "trustedUser"} {
		query := "/api/v2/authorization/roles?defaultRoleId=" + handle
		a, b := ours.Get(t, query).Str(t, "entities.0.id"), theirs.Get(t, query).Str(t, "entities.0.id")
		if a == "" || b == "" || a == b {
			t.Errorf("%s: %q and %q", handle, a, b)
		}
	}
}
