package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// These tests drive every operation of the catalogue through a real server.

func catalogue(t *testing.T) *spec.Catalogue {
	t.Helper()
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Operations()); n < 2726+664 {
		t.Fatalf("the catalogue has %d operations", n)
	}
	return c
}

// target is a path of the operation whose parameters are valid.
func target(op *spec.Operation) string {
	path, query := op.Path, url.Values{}
	for _, p := range op.Parameters() {
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(sample(p)))
		case p.In == "query" && p.Required:
			query.Set(p.Name, sample(p))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

func sample(p spec.Parameter) string {
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case p.Type == "integer", p.Type == "number":
		return "1"
	case p.Type == "boolean":
		return "true"
	case p.Format == "date":
		return "2026-01-01"
	case p.Format == "date-time":
		return "2026-01-01T00:00:00.000Z"
	case p.Format == "interval":
		return "2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z"
	default:
		return "0f8fad5b-d9cb-469f-a165-70867728950e"
	}
}

var jsonBody = http.Header{"Content-Type": {"application/json"}}

func TestEveryOperationAsksForAToken(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	open := 0
	for _, op := range catalogue(t).Operations() {
		got := srv.Anonymous().Do(t, op.Method, target(op), nil, nil)
		if op.Facts().Auth != spec.Token {
			open++
			if got.Status == http.StatusUnauthorized {
				t.Errorf("%s is open and asks for a token", op.ID)
			}
			continue
		}
		if got.Status != http.StatusUnauthorized || (op.Method != http.MethodHead && got.Str(t, "code") != "authentication.required") {
			t.Errorf("%s without a token: %d %s", op.ID, got.Status, got.Body)
		}
		bad := srv.Bearer("nonsense").Do(t, op.Method, target(op), nil, nil)
		if bad.Status != http.StatusUnauthorized || (op.Method != http.MethodHead && bad.Str(t, "code") != "bad.credentials") {
			t.Errorf("%s with a bad token: %d %s", op.ID, bad.Status, bad.Body)
		}
	}
	if open != 42 {
		t.Errorf("%d operations are open or for guests, want 42", open)
	}
}

func TestEveryOperationAsksForItsPermission(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	weak := srv.As(t)
	guarded := 0
	for _, op := range catalogue(t).Operations() {
		facts := op.Facts()
		if facts.Mode == spec.None {
			continue
		}
		guarded++
		names := make([]string, len(facts.Permissions))
		for i, p := range facts.Permissions {
			names[i] = p.String()
		}
		list := "[" + strings.Join(names, ", ") + "]"
		code, text := "missing.any.permissions", "Unable to perform the requested action. You must have at least one of the following permissions assigned: "
		if facts.Mode == spec.All {
			code, text = "missing.permissions", "Unable to perform the requested action. You are missing the following permission(s): "
		}
		// Permissions come before everything that could be wrong with the body.
		// Guess: the name of the parameter in messageParams (facts authorization.md §2.3).
		got := weak.Do(t, op.Method, target(op), "{broken", jsonBody)
		if got.Status != http.StatusForbidden || got.Str(t, "code") != code || got.Str(t, "message") != text+list ||
			got.Str(t, "messageParams.permissions") != list || got.Str(t, "messageWithParams") != text+"{permissions}" {
			t.Errorf("%s: %d %s\nwant %s %s", op.ID, got.Status, got.Body, code, list)
		}
	}
	if guarded < 2349+565 { // of the official document, and newer ones
		t.Errorf("only %d operations ask for a permission", guarded)
	}
}

// Whoever knows no ids is answered all the same: with what there is, or with a
// refusal that the document lists for the operation.
func TestEveryOperationAnswersTheAdmin(t *testing.T) {
	t.Parallel()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.AsUser(t, "admin@mockcloud.test") // whom operations that end in me speak of
	implemented := srv.Implemented()
	counts := map[int]int{}
	for _, op := range p.catalogue.Operations() {
		if slices.Contains(implemented, op.ID) || op.Facts().Auth == spec.Guest {
			continue // these have tests of their own
		}
		got := admin.Do(t, op.Method, target(op), minimalBody(t, op), jsonBody)
		counts[got.Status]++
		code := ""
		if len(got.Body) > 0 && got.Status >= http.StatusBadRequest {
			code = got.Str(t, "code")
		}
		status, _, listed := op.ErrorCode(code)
		switch none := p.rows[op.ID].Kind == behaviour.None; {
		case none != (got.Status == http.StatusNotImplemented), none && op.Method != http.MethodHead && code != "not.implemented":
			t.Errorf("%s, which nothing serves: %v, and %d %s", op.ID, none, got.Status, got.Body)
		case none, got.Status < http.StatusBadRequest, listed && status == got.Status:
		case got.Status == http.StatusNotFound, code == "general.conflict": // of a key that was sent before
		default:
			t.Errorf("%s %s: %d %s", op.Method, target(op), got.Status, got.Body)
		}
	}
	if counts[http.StatusOK] < 800 || counts[http.StatusNotFound] < 1000 {
		t.Errorf("answers by status: %v", counts)
	}
}

// minimalBody is the smallest body that the schema allows.
func minimalBody(t *testing.T, op *spec.Operation) any {
	t.Helper()
	if op.Facts().RequestSchema == "" {
		return nil
	}
	body, err := json.Marshal(smallest(op.RequestShape(), 0))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func smallest(s *spec.Shape, depth int) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == "array":
		list := make([]any, 0, s.MinItems)
		for range s.MinItems {
			list = append(list, smallest(s.Items(), depth+1))
		}
		return list
	case s.Type == "object", s.Type == "":
		object := map[string]any{}
		if depth < 12 {
			for _, name := range s.Required {
				object[name] = smallest(s.Property(name), depth+1)
			}
		}
		return object
	case s.Type == "boolean":
		return true
	case s.Type == "integer", s.Type == "number":
		return max(1, s.Minimum)
	case s.Format == "date":
		return "2026-01-01"
	case s.Format == "date-time":
		return "2026-01-01T00:00:00.000Z"
	case s.Format == "local-date-time":
		return "2026-01-01T00:00:00.000"
	case s.Format == "interval":
		return "2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z"
	default:
		return strings.Repeat("x", max(1, s.MinLength))
	}
}

// What decisions.md 3 says of bad bodies, on every operation that takes one.
// What nothing serves is checked all the same: a 501 would mean that the bad body
// went unseen.
func TestEveryOperationRefusesBadBodies(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, person := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")
	oversized := `"` + strings.Repeat("x", 512_000) + `"`
	before := snapshot(t, admin)
	counts := map[string]int{}
	for _, op := range catalogue(t).Operations() {
		if op.Facts().RequestSchema == "" || op.Facts().Auth != spec.Token {
			continue
		}
		as := admin
		if op.Facts().UserContext {
			as = person
		}
		shape := op.RequestShape()
		check := func(kind string, body any, header http.Header, status int, field string, codes ...string) {
			t.Helper()
			counts[kind]++
			got := as.Do(t, op.Method, target(op), body, header)
			if op.Facts().AnswersSCIMError(status) {
				if field == "Operations" {
					field = "" // the smallest body of a PATCH lacks its schema, which is said first
				}
				if problem := inSCIM(t, got, status, field); problem != "" {
					t.Errorf("%s, %s: %s: %d %s; sent %.300s", op.ID, kind, problem, got.Status, got.Body, body)
				}
				return
			}
			if got.Status != status || !slices.Contains(codes, got.Str(t, "code")) {
				t.Errorf("%s, %s: %d %s\nwant %d %v; sent %.300s", op.ID, kind, got.Status, got.Body, status, codes, body)
				return
			}
			if field != "" && (got.Str(t, "details.0.fieldName") != field || !strings.Contains(got.Str(t, "message"), field)) {
				t.Errorf("%s, %s: the answer does not name %s: %s", op.ID, kind, field, got.Body)
			}
		}
		check("too large", oversized, jsonBody, http.StatusRequestEntityTooLarge, "", "request.entity.too.large")
		check("media type", `<a/>`, http.Header{"Content-Type": {"application/xml"}}, http.StatusUnsupportedMediaType, "", "unsupported.media.type")
		if shape.Type != "string" && shape.Type != "" {
			check("broken", `{"a":`, jsonBody, http.StatusBadRequest, "", "bad.request")
			check("trailing", `{} {}`, jsonBody, http.StatusBadRequest, "", "bad.request")
			check("not UTF-8", []byte("{\"a\":\"\xff\"}"), jsonBody, http.StatusBadRequest, "", "bad.request")
		}
		switch shape.Type {
		case "object":
			check("a list", `[]`, jsonBody, http.StatusBadRequest, "", "bad.request")
		case "array":
			check("an object", `{}`, jsonBody, http.StatusBadRequest, "", "bad.request")
		}
		if op.BodyRequired() {
			check("none", ``, jsonBody, http.StatusBadRequest, "", "bad.request", "constraint.validation")
		}
		for _, name := range shape.PropertyNames() {
			good, ok := smallest(shape, 0).(map[string]any)
			if !ok {
				break
			}
			with := func(v any) []byte {
				body := maps.Clone(good)
				body[name] = v
				text, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			p := shape.Property(name)
			if slices.Contains(shape.Required, name) {
				check("required and null", with(nil), jsonBody, http.StatusBadRequest, name, "constraint.validation", "bad.request")
			}
			switch {
			case p.ReadOnly:
			case len(p.Enum) > 0:
				check("wrong enum", with("no such value"), jsonBody, http.StatusBadRequest, name, "invalid.value")
			case p.Format == "date" || p.Format == "date-time" || p.Format == "local-date-time" || p.Format == "interval":
				check("wrong date", with("yesterday"), jsonBody, http.StatusBadRequest, name, "invalid.date")
			case p.Type == "string" || p.Type == "boolean" || p.Type == "array":
				check("wrong type", with(7), jsonBody, http.StatusBadRequest, name, "bad.request")
			case p.Type == "integer" || p.Type == "number" || (p.Type == "object" && len(p.PropertyNames()) > 0):
				check("wrong type", with("seven"), jsonBody, http.StatusBadRequest, name, "bad.request")
			}
		}
	}
	t.Log(counts)
	for kind, least := range map[string]int{"too large": 900, "broken": 800, "wrong type": 2500, "wrong enum": 300, "required and null": 700, "none": 600} {
		if counts[kind] < least {
			t.Errorf("%s was tried %d times only", kind, counts[kind])
		}
	}
	if after := snapshot(t, admin); after != before {
		t.Error("a refused request changed something")
	}
}

// inSCIM says what is wrong with an error that is to have SCIM's shape and to name
// the field; "" where nothing is.
func inSCIM(t *testing.T, got *mocktest.Response, status int, field string) string {
	t.Helper()
	switch {
	case got.Status != status:
		return "another status"
	case got.Str(t, "status") != strconv.Itoa(status) || got.Str(t, "schemas.0") != "urn:ietf:params:scim:api:messages:2.0:Error":
		return "not SCIM's error"
	case status == http.StatusBadRequest && got.Str(t, "scimType") == "":
		return "no scimType"
	case !strings.Contains(got.Str(t, "detail"), field):
		return "the answer does not name " + field
	}
	return ""
}

// snapshot is all state that the API can show.
func snapshot(t *testing.T, c *mocktest.Client) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{
		"/api/v2/oauth/clients", "/api/v2/users?state=any&pageSize=100", "/api/v2/authorization/roles?pageSize=100",
		"/api/v2/authorization/divisions?pageSize=100", "/api/v2/organizations/me", "/api/v2/authorization/subjects/me",
	} {
		b.Write(c.Get(t, path).Body)
	}
	return b.String()
}

func TestEveryOperationRefusesBadQueries(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, person := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")
	tried := 0
	for _, op := range catalogue(t).Operations() {
		if op.Facts().Auth != spec.Token {
			continue
		}
		as := admin
		if op.Facts().UserContext {
			as = person
		}
		for _, p := range op.Parameters() {
			var bad, code string
			switch {
			case p.In != "query":
				continue
			case p.Format == "date" || p.Format == "date-time" || p.Format == "local-date-time" || p.Format == "interval":
				bad, code = "yesterday", "invalid.date"
			case len(p.Enum) > 0 || p.Type == "integer" || p.Type == "number" || p.Type == "boolean":
				bad, code = "no-such-value", "invalid.query.param.value"
			default:
				continue
			}
			tried++
			path, query, _ := strings.Cut(target(op), "?")
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			values.Set(p.Name, bad)
			got := as.Do(t, op.Method, path+"?"+values.Encode(), minimalBody(t, op), jsonBody)
			if op.Facts().AnswersSCIMError(http.StatusBadRequest) {
				if problem := inSCIM(t, got, http.StatusBadRequest, p.Name); problem != "" {
					t.Errorf("%s ?%s=%s: %s: %d %s", op.ID, p.Name, bad, problem, got.Status, got.Body)
				}
				continue
			}
			if got.Status != http.StatusBadRequest || got.Str(t, "code") != code || got.Str(t, "details.0.fieldName") != p.Name {
				t.Errorf("%s ?%s=%s: %d %s", op.ID, p.Name, bad, got.Status, got.Body)
			}
		}
	}
	if tried < 1500 {
		t.Errorf("only %d parameters were tried", tried)
	}
}
