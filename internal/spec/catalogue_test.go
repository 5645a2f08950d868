package spec_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/openapi"
)

// load returns a catalogue that nothing has used yet.
func load(t testing.TB) *spec.Catalogue {
	t.Helper()
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func operation(t testing.TB, c *spec.Catalogue, id string) *spec.Operation {
	t.Helper()
	o, ok := c.Operation(id)
	if !ok {
		t.Fatalf("there is no operation %s", id)
	}
	return o
}

func TestCatalogueHoldsTheWholeAPI(t *testing.T) {
	t.Parallel()
	c := load(t)
	methods := make(map[string]int)
	paths := make(map[string]bool)
	modes := make(map[spec.Mode]int)
	auth := make(map[spec.Auth]int)
	tokens := make(map[spec.Auth]int)
	var userContext, clientContext, deprecated, preview, general, newer, unknown int
	for _, o := range c.Operations() {
		methods[o.Method]++
		paths[o.Path] = true
		f := o.Facts()
		modes[f.Mode]++
		auth[f.Auth]++
		if f.Mode == spec.None != (len(f.Permissions) == 0) {
			t.Errorf("%s: mode %s with %d permissions", o.ID, f.Mode, len(f.Permissions))
		}
		if len(f.Scopes) == 0 {
			tokens[f.Auth]++
		}
		for _, flag := range []struct {
			set   bool
			count *int
		}{
			{f.UserContext, &userContext},
			{f.ClientContext, &clientContext},
			{f.Deprecated, &deprecated},
			{f.Preview, &preview},
			{f.Newer, &newer},
			{f.UnknownPermission, &unknown},
			{slices.ContainsFunc(f.Permissions, spec.Permission.General), &general},
		} {
			if flag.set {
				*flag.count++
			}
		}
	}
	// The totals are those of the official document and of the newer list, which
	// marks ten operations of the document as deprecated.
	tests := []struct {
		name      string
		got, want int
	}{
		{"operations", len(c.Operations()), 2726 + 664},
		{"paths", len(paths), 1833 + 476},
		{"GET", methods[http.MethodGet], 1291 + 283},
		{"POST", methods[http.MethodPost], 696 + 212},
		{"DELETE", methods[http.MethodDelete], 293 + 73},
		{"PUT", methods[http.MethodPut], 244 + 36},
		{"PATCH", methods[http.MethodPatch], 200 + 60},
		{"HEAD", methods[http.MethodHead], 2},
		{"mode ANY", modes[spec.Any], 1663 + 565},
		{"mode ALL", modes[spec.All], 686},
		{"mode none", modes[spec.None], 377 + 91 + 8},
		{"open operations", auth[spec.Open], 30},
		{"operations for guests", auth[spec.Guest], 12},
		{"operations for any platform token", tokens[spec.Token], 6 + 147},
		{"operations that need a user", userContext, 34},
		{"operations that refuse users", clientContext, 6},
		{"deprecated operations", deprecated, 143 + 10},
		{"previews", preview, 128},
		{"newer operations", newer, 664},
		{"operations whose permission is not known", unknown, 91},
		{"operations with general permissions", general, 8},
		{"permissions", len(c.Permissions()), 1095 + 300},
		{"scopes", len(c.Scopes()), 124},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, tt.got, tt.want)
		}
	}
}

func TestOperationsAreInOrderOfPathAndMethod(t *testing.T) {
	t.Parallel()
	c := load(t)
	if !slices.IsSortedFunc(c.Operations(), func(a, b *spec.Operation) int {
		return strings.Compare(a.Path+"\t"+a.Method, b.Path+"\t"+b.Method)
	}) {
		t.Error("operations are not sorted")
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		id                string
		method, path      string
		mode              spec.Mode
		permissions       string
		scopes            string
		status            int
		request, response string
		divisionAware     bool
	}{
		{"postOauthClients", "POST", "/api/v2/oauth/clients", spec.Any, "oauth:client:add", "oauth", 200, "OAuthClientRequest", "OAuthClient", false},
		{"getOauthClients", "GET", "/api/v2/oauth/clients", spec.Any, "oauth:client:view", "oauth oauth:readonly", 200, "", "OAuthClientEntityListing", false},
		{"deleteOauthClient", "DELETE", "/api/v2/oauth/clients/{clientId}", spec.Any, "oauth:client:delete", "oauth", 204, "", "", false},
		{"postAuthorizationDivisions", "POST", "/api/v2/authorization/divisions", spec.All, "authorization:division:add authorization:grant:add", "authorization", 200, "AuthzDivision", "AuthzDivision", false},
		{"putAuthorizationRoleUsersAdd", "PUT", "/api/v2/authorization/roles/{roleId}/users/add", spec.Any, "authorization:grant:add", "authorization", 200, "array<string>", "array<string>", false},
		{"patchUser", "PATCH", "/api/v2/users/{userId}", spec.Any, "directory:organization:admin directory:user:edit admin", "users", 200, "UpdateUser", "User", true},
		{"deleteUser", "DELETE", "/api/v2/users/{userId}", spec.Any, "directory:organization:admin directory:user:delete admin", "users", 200, "", "Empty", true},
		{"headTokensMe", "HEAD", "/api/v2/tokens/me", spec.None, "", "user-basic-info", 200, "", "", false},
		{"deleteTokensMe", "DELETE", "/api/v2/tokens/me", spec.None, "", "user-basic-info", 200, "", "", false},
		{"deleteToken", "DELETE", "/api/v2/tokens/{userId}", spec.Any, "oauth:token:delete", "user-basic-info", 204, "", "", false},
		{"getRoutingQueue", "GET", "/api/v2/routing/queues/{queueId}", spec.All, "routing:queue:view", "routing routing:readonly", 200, "", "Queue", true},
		{"postRoutingQueues", "POST", "/api/v2/routing/queues", spec.Any, "routing:queue:add", "routing", 200, "CreateQueueRequest", "Queue", true},
		{"postRoutingQueueMembers", "POST", "/api/v2/routing/queues/{queueId}/members", spec.Any, "routing:queue:edit routing:queueMember:manage", "routing", 200, "array<WritableEntity>", "", true},
		{"getUserrecordingTranscoding", "GET", "/api/v2/userrecordings/{recordingId}/transcoding", spec.None, "", "user-recordings user-recordings:readonly", 200, "", "DownloadResponse", false},
		{"getIntegrationsCredentialsListing", "GET", "/api/v2/integrations/credentials/listing", spec.Any, "integrations:integration:view", "integrations integrations:readonly", 200, "", "CredentialInfoCursorListing", false},
		{"putFlowsDatatableRow", "PUT", "/api/v2/flows/datatables/{datatableId}/rows/{rowId}", spec.Any, "architect:datatable:edit architect:datatableRow:edit", "architect", 200, "map<object>", "map<object>", true},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			o := operation(t, c, tt.id)
			f := o.Facts()
			var permissions []string
			for _, p := range f.Permissions {
				permissions = append(permissions, p.String())
			}
			if o.Method != tt.method || o.Path != tt.path {
				t.Errorf("route = %s %s", o.Method, o.Path)
			}
			if f.Mode != tt.mode || !sameSet(permissions, strings.Fields(tt.permissions)) {
				t.Errorf("permissions = %s %v", f.Mode, permissions)
			}
			if got := strings.Join(f.Scopes, " "); got != tt.scopes {
				t.Errorf("scopes = %s", got)
			}
			if f.Status != tt.status || f.RequestSchema != tt.request || f.ResponseSchema != tt.response {
				t.Errorf("status %d, request %q, response %q", f.Status, f.RequestSchema, f.ResponseSchema)
			}
			if f.DivisionAware != tt.divisionAware {
				t.Errorf("division aware = %t", f.DivisionAware)
			}
		})
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestSuccessStatusIsTheLowestWithABody(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := map[string]int{
		"deleteAlertingAlertsAll":                200, // 200 with a body, 202
		"getContentmanagementDocumentContent":    200, // 200 with a body, 202 without
		"deleteExternalcontactsExternalsource":   200, // 200 with a body, 204
		"deleteSpeechandtextanalyticsProgram":    202, // 202 with a body, 204
		"postCoachingAppointments":               201, // 201 and 202, both with a body
		"getArchitectDependencytracking":         200, // 200 with a body, 206
		"deleteAuthorizationRole":                204, // none
		"postTelephonyProvidersEdgesPhoneReboot": 204, // none
		"headNotificationsChannel":               200, // none, and HEAD
	}
	for id, want := range tests {
		if got := operation(t, c, id).Facts().Status; got != want {
			t.Errorf("%s: status %d, want %d", id, got, want)
		}
	}
	for _, o := range c.Operations() {
		if s := o.Facts().Status; s < 200 || s > 204 || s == 203 {
			t.Errorf("%s: status %d, which official clients do not expect", o.ID, s)
		}
	}
}

func TestEveryOperationTakesAMinimalRequest(t *testing.T) {
	t.Parallel()
	c := load(t)
	bodies := []string{"", "null", "{}", "[]", `"text"`, "12", `{"id":null}`, `[{}]`, `{`}
	for _, o := range c.Operations() {
		f := o.Facts()
		for _, name := range []string{f.RequestSchema, f.ResponseSchema} {
			if name == "" || strings.ContainsAny(name, "<:|") || name == strings.ToLower(name) {
				continue
			}
			if _, err := c.Schema(name); err != nil {
				t.Errorf("%s: %v", o.ID, err)
			}
		}
		for _, body := range bodies {
			in, refusal := o.Validate(&spec.Request{
				PathParam: func(string) string { return "1" },
				Body:      []byte(body),
			})
			switch {
			case refusal == nil && in == nil:
				t.Errorf("%s: neither input nor refusal for %s", o.ID, body)
			case refusal != nil && (refusal.Status != http.StatusBadRequest || refusal.Code == "" || refusal.Message == "" || len(refusal.Details) != 1):
				t.Errorf("%s: refusal of %s: %+v", o.ID, body, refusal)
			}
		}
		for _, status := range []int{f.Status, 400, 409, 501} {
			_ = o.CheckResponse(status, []byte(`{}`)) // links the schema of the answer
		}
	}
}

// Corrections are part of the program, whatever document it was given.
func TestAnotherCatalogueIsCorrectedToo(t *testing.T) {
	t.Parallel()
	const line = "GET\t/api/v2/zebras\tgetZebras\t?\t\t{\"answers\":{\"200\":\"Zebra\"},\"newer\":true}\n"
	c, err := spec.LoadWith(spec.Texts{
		Operations: openapi.Operations + line, Schemas: openapi.Schemas + "Zebra\t{\"type\":\"object\"}\n", Errors: openapi.Errors,
	})
	if err != nil {
		t.Fatal(err)
	}
	f := operation(t, c, "getZebras").Facts()
	if !f.UnknownPermission || !f.Newer || f.Mode != spec.None || len(f.Permissions) != 0 || f.ResponseSchema != "Zebra" {
		t.Errorf("%+v", f)
	}
	if _, err := c.Schema("Zebra"); err != nil {
		t.Error(err)
	}
	if got := operation(t, c, "postScimUsers").Facts().Status; got != http.StatusCreated {
		t.Errorf("a corrected status is %d", got)
	}
	if _, found := load(t).Operation("getZebras"); found {
		t.Error("the embedded catalogue has it, too")
	}
	if _, err := spec.LoadWith(spec.Texts{Operations: line}); err == nil {
		t.Error("a catalogue without what is corrected was loaded")
	}
}

func TestFirstUseMayBeConcurrent(t *testing.T) {
	t.Parallel()
	c := load(t)
	ids := []string{"postVoicemailSearch", "putVoicemailMessage", "patchVoicemailMessage", "patchConversationsCall", "postUsers", "patchUser", "postOauthClients", "getUsers"}
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range ids {
				o, _ := c.Operation(ids[(i+worker)%len(ids)])
				o.Facts()
				o.ErrorCode("bad.request")
				_, _ = o.Validate(&spec.Request{Body: []byte(`{"name":"x","owner":{"id":"1","division":{"id":"2"}}}`)})
				_ = o.CheckResponse(200, []byte(`{"id":"1"}`))
			}
		})
	}
	wg.Wait()
}

func TestSchemaIsLinkedOnce(t *testing.T) {
	t.Parallel()
	c := load(t)
	first, err := c.Schema("User")
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Schema("User")
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Error("the schema was built twice")
	}
	if _, err := c.Schema("Nobody"); err == nil {
		t.Error("an unknown schema was found")
	}
	other, err := load(t).Schema("User")
	if err != nil {
		t.Fatal(err)
	}
	if other == first {
		t.Error("a schema is shared by two loads")
	}
}

func TestErrorCodesAreTheOperationsOwn(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		id, code string
		status   int
		message  string
	}{
		{"postOauthClients", "bad.client.role", 400, "Client role is invalid."},
		{"postOauthClients", "bad.client.state", 400, "New clients can only have an active state"},
		{"putOauthClient", "bad.client.state", 400, "Client is disabled."},
		{"getOauthClient", "client.not.found", 404, "Client was not found."},
		{"getOauthClient", "bad.credentials", 401, "Invalid login credentials."},
		{"getUsersMe", "not.a.user", 400, "This request requires a user context. Client credentials cannot be used for requests to this resource."},
		{"getOauthClient", "missing.any.permissions", 403, "Unable to perform the requested action. You must have at least one of the following permissions assigned: %s"},
		{"postAuthorizationDivisions", "resource.already.exists", 409, "A resource with that name already exists."},
		{"headTokensMe", "constraint.validation", 0, ""}, // common, but not of this one
		{"getOauthClient", "bad.client.role", 0, ""},
		{"getOauthClient", "", 0, ""},
	}
	for _, tt := range tests {
		status, message, ok := operation(t, c, tt.id).ErrorCode(tt.code)
		if status != tt.status || message != tt.message || ok != (tt.status != 0) {
			t.Errorf("%s %s: %d %q %t", tt.id, tt.code, status, message, ok)
		}
	}
}

func TestDivisions(t *testing.T) {
	t.Parallel()
	c := load(t)
	known, permissions := make(map[string]bool), make(map[string]bool)
	for _, p := range c.Permissions() {
		permissions[p.String()] = true
		known[p.Domain+":"+p.Entity] = true
	}
	// The types are the values that the move operation takes.
	o := operation(t, c, "postAuthorizationDivisionObject")
	_, refusal := o.Validate(&spec.Request{
		PathParam:   func(string) string { return "?" },
		Body:        []byte(`["1"]`),
		ContentType: "application/json",
	})
	if refusal == nil {
		t.Fatal("an unknown object type was accepted")
	}
	_, list, _ := strings.Cut(refusal.Message, "are: ")
	types := strings.Split(list, ", ")
	if len(types) != 23 {
		t.Errorf("%d object types, want 23", len(types))
	}
	for _, name := range types {
		d, ok := c.DivisionObject(name)
		if !ok || d.Type != name || !known[d.Domain+":"+d.Entity] || !c.DivisionAware(d.Domain, d.Entity) {
			t.Errorf("%s: %+v %t", name, d, ok)
		}
		// Guess: scripts too are moved by those who may edit them, although no
		// operation asks for that permission.
		if move := d.Domain + ":" + d.Entity + ":edit"; d.Move.String() != move || !permissions[move] && name != "SCRIPT" {
			t.Errorf("%s is moved by %s", name, d.Move)
		}
	}
	if _, ok := c.DivisionObject("PENCIL"); ok {
		t.Error("an unknown type was found")
	}
	if c.DivisionAware("oauth", "client") {
		t.Error("clients do not live in divisions")
	}
}

func TestParsePermission(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a:b", "a:b:c:d", "a::c", "a b:c:d", ":", "Some words of prose"} {
		if p, err := spec.ParsePermission(text); err == nil {
			t.Errorf("%q: %+v", text, p)
		}
	}
	p, err := spec.ParsePermission("routing:queue:view")
	if err != nil || p.General() || p.Domain != "routing" || p.Entity != "queue" || p.Action != "view" || p.String() != "routing:queue:view" {
		t.Errorf("%+v %v", p, err)
	}
	p, err = spec.ParsePermission("admin")
	if err != nil || !p.General() || p.Domain != "admin" || p.String() != "admin" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestPermissionsAreSortedAndDistinct(t *testing.T) {
	t.Parallel()
	permissions := load(t).Permissions()
	for i, p := range permissions {
		if p.General() {
			t.Errorf("%s is a general permission", p)
		}
		if i > 0 && permissions[i-1].String() == p.String() {
			t.Errorf("%s is there twice", p)
		}
		if i > 0 && permissions[i-1].Domain > p.Domain {
			t.Errorf("%s is out of order", p)
		}
	}
}

// Start-up may not parse what no request has touched. Not parallel, since
// allocations are counted for the whole process.
func TestLoadIsCheap(t *testing.T) {
	const budget = 2000 // it has 3,390 operations to find
	if got := testing.AllocsPerRun(3, func() { load(t) }); got > budget {
		t.Errorf("Load allocates %.0f times, more than %d", got, budget)
	}
}
