package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// unknown are the operations whose permission is not known, by whether they only
// read.
func unknown(t *testing.T) (reads, writes []*spec.Operation) {
	t.Helper()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range catalogue.Operations() {
		switch {
		case !op.Facts().UnknownPermission:
		case op.Method == http.MethodGet || op.Method == http.MethodHead:
			reads = append(reads, op)
		default:
			writes = append(writes, op)
		}
	}
	if len(reads) == 0 || len(writes) == 0 {
		t.Fatalf("%d reads, %d writes", len(reads), len(writes))
	}
	return reads, writes
}

// path is the operation's with something in the place of each parameter.
func path(op *spec.Operation) string {
	segments := strings.Split(op.Path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "1"
		}
	}
	return strings.Join(segments, "/")
}

var jsonBody = http.Header{"Content-Type": {"application/json"}, "X-Mockcloud-Explain": {"true"}}

// Guess: what the real service asks for here is not published. That it is
// something that employees lack for writing, and nobody for reading, stands in
// for it.
func TestAnUnknownPermissionTakesMoreThanEmployeeToWrite(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	create := func(email string) string {
		got := admin.Post(t, "/api/v2/users", `{"name":"New","email":"`+email+`","password":"fake-New-Passw0rd!","state":"active"}`)
		if got.Status != http.StatusOK {
			t.Fatalf("user: %d %s", got.Status, got.Body)
		}
		return got.Str(t, "id")
	}
	role := func(id, name string) {
		got := admin.Get(t, "/api/v2/authorization/roles?name="+name)
		var list struct{ Entities []struct{ ID, Name string } }
		got.JSON(t, &list)
		for _, r := range list.Entities {
			if r.Name == name {
				if got := admin.Post(t, "/api/v2/authorization/roles/"+r.ID+"?subjectType=PC_USER", map[string][]string{"subjectIds": {id}, "divisionIds": {"*"}}); got.Status >= 300 {
					t.Fatalf("grant of %s: %d %s", name, got.Status, got.Body)
				}
				return
			}
		}
		t.Fatalf("there is no role %s: %s", name, got.Body)
	}
	promoted := create("promoted@mockcloud.test")
	create("employee@mockcloud.test")
	callers := []struct {
		name   string
		client *mocktest.Client
		writes bool
	}{
		{"a user who is an employee only", srv.AsUser(t, "employee@mockcloud.test"), false},
		{"a client without a grant", srv.As(t), false},
		{"a client with one permission", srv.As(t, "routing:queue:view"), true},
		{"the admin", admin, true},
	}
	role(promoted, "User")
	callers = append(callers, struct {
		name   string
		client *mocktest.Client
		writes bool
	}{"a user with another role", srv.AsUser(t, "promoted@mockcloud.test"), true})
	reads, writes := unknown(t)
	for _, tt := range callers {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, op := range reads {
				if got := tt.client.Do(t, op.Method, path(op), nil, nil); got.Status == http.StatusForbidden {
					t.Errorf("%s: %d %s", op.ID, got.Status, got.Body)
				}
			}
			for range 2 { // the second time from memory
				for _, op := range writes {
					got := tt.client.Do(t, op.Method, path(op), "{broken", jsonBody)
					if refused := got.Status == http.StatusForbidden && got.Str(t, "code") == "not.authorized"; refused == tt.writes {
						t.Errorf("%s: %d %s", op.ID, got.Status, got.Body)
					}
					if got.Header.Get("X-Mockcloud-Explanation") == "" {
						t.Errorf("%s: no explanation", op.ID)
					}
				}
			}
		})
	}
}

func TestAnUnknownPermissionIsExplained(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, writes := unknown(t)
	op := writes[0]
	explain := func(c *mocktest.Client) (e struct {
		Decision, Mode, Reason string
		DecidedBy              []struct{ Permission, Role string }
		Grants                 []struct{ Role string }
	},
	) {
		got := c.Do(t, op.Method, path(op), "{broken", jsonBody)
		if err := json.Unmarshal([]byte(got.Header.Get("X-Mockcloud-Explanation")), &e); err != nil {
			t.Fatalf("%v: %d %v", err, got.Status, got.Header)
		}
		return e
	}
	refused := explain(srv.As(t))
	if refused.Decision != "not.authorized" || refused.Mode != "UNKNOWN" || !strings.Contains(refused.Reason, "more than employee") || len(refused.DecidedBy) != 0 {
		t.Errorf("refused: %+v", refused)
	}
	admitted := explain(srv.As(t, "routing:queue:view"))
	if admitted.Decision == "not.authorized" || len(admitted.DecidedBy) != 1 || admitted.DecidedBy[0].Permission != "?" ||
		len(admitted.Grants) != 1 || admitted.DecidedBy[0].Role != admitted.Grants[0].Role {
		t.Errorf("admitted: %+v", admitted)
	}
}

// A grant that goes takes the right along, also where the token passed before.
func TestAnUnknownPermissionEndsWithTheGrant(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	_, writes := unknown(t)
	op := writes[0]
	send := func(c *mocktest.Client) int {
		return c.Do(t, op.Method, path(op), "{broken", jsonBody).Status
	}
	c := srv.As(t, "routing:queue:view")
	for range 2 {
		if got := send(c); got == http.StatusForbidden {
			t.Fatal("refused from the start")
		}
	}
	admin := srv.Admin(t)
	var roles struct{ Entities []struct{ ID, Name string } }
	admin.Get(t, "/api/v2/authorization/roles?pageSize=500").JSON(t, &roles)
	gone := 0
	for _, r := range roles.Entities {
		if strings.HasPrefix(r.Name, "ad hoc:") {
			gone++
			if got := admin.Delete(t, "/api/v2/authorization/roles/"+r.ID); got.Status >= 300 {
				t.Fatalf("role: %d %s", got.Status, got.Body)
			}
		}
	}
	if gone == 0 {
		t.Fatal("there is no such role")
	}
	if got := send(c); got != http.StatusForbidden {
		t.Errorf("answered %d without the grant", got)
	}
}
