package scim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The conformance tests know RFC 7643, RFC 7644, the published description of
// the operations and the requests that identity providers send. They know
// nothing of how mockcloud answers them, and share no helper with the tests
// that do.

// URNs of schemas and messages.
const (
	rfcUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	rfcGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	rfcEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	rfcGenesys    = "urn:ietf:params:scim:schemas:extension:genesys:purecloud:2.0:User"
	rfcPatch      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	rfcList       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	rfcError      = "urn:ietf:params:scim:api:messages:2.0:Error"
)

const rfcMedia = "application/scim+json"

// Ids of the default fixture.
const (
	rfcAda        = "6d6f636b-0005-4000-8000-000000000001" // admin@mockcloud.test
	rfcSue        = "6d6f636b-0005-4000-8000-000000000003" // supervisor@mockcloud.test
	rfcSalesFloor = "6d6f636b-0004-4000-8000-000000000002" // a group of Sue and Alex that hands down nothing
	rfcNobody     = "6d6f636b-0005-4000-8000-00000000ffff"
)

// rfcObject is a JSON object.
type rfcObject map[string]any

// rfcClient is a SCIM client: it knows a base address and a token.
type rfcClient struct {
	srv  *mocktest.Server
	base string
	with *mocktest.Client
}

// rfcStart starts a server and returns a client of the v2 tree.
func rfcStart(t *testing.T) rfcClient {
	t.Helper()
	srv := mocktest.Start(t, mocktest.Options{})
	return rfcClient{srv: srv, base: "/api/v2/scim/v2", with: srv.Admin(t)}
}

// old is the same client in the other tree.
func (c rfcClient) old() rfcClient {
	c.base = "/api/v2/scim"
	return c
}

// eachTree runs a test in both trees of one server.
func (c rfcClient) eachTree(t *testing.T, test func(t *testing.T, c rfcClient)) {
	t.Helper()
	for _, in := range []rfcClient{c, c.old()} {
		t.Run(in.base, func(t *testing.T) { test(t, in) })
	}
}

// send sends what a SCIM client sends. Headers are names and values in turn.
func (c rfcClient) send(t *testing.T, method, path string, body any, headers ...string) *mocktest.Response {
	t.Helper()
	header := http.Header{"Accept": {rfcMedia}}
	if body != nil {
		header.Set("Content-Type", rfcMedia)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return c.with.Do(t, method, c.base+path, body, header)
}

func (c rfcClient) get(t *testing.T, path string, headers ...string) *mocktest.Response {
	t.Helper()
	return c.send(t, http.MethodGet, path, nil, headers...)
}

// list sends a query and returns the list that answers it.
func (c rfcClient) list(t *testing.T, path string, query ...string) rfcObject {
	t.Helper()
	return rfcBody(t, c.get(t, path+rfcQuery(query...)), 200)
}

// patch sends operations as a PATCH of a user.
func (c rfcClient) patch(t *testing.T, id string, operations any, headers ...string) *mocktest.Response {
	t.Helper()
	return c.send(t, http.MethodPatch, "/Users/"+id, rfcOps(operations), headers...)
}

// create makes a user and returns it.
func (c rfcClient) create(t *testing.T, body any) rfcObject {
	t.Helper()
	return rfcBody(t, c.send(t, http.MethodPost, "/Users", body), 201)
}

// read returns a user.
func (c rfcClient) read(t *testing.T, id string) rfcObject {
	t.Helper()
	return rfcBody(t, c.get(t, "/Users/"+id), 200)
}

// platform returns what the Platform API says.
func (c rfcClient) platform(t *testing.T, path string) rfcObject {
	t.Helper()
	return rfcBody(t, c.with.Get(t, path), 200)
}

// named makes something through the Platform API and returns its id.
func (c rfcClient) named(t *testing.T, path, name string) string {
	t.Helper()
	got := c.with.Post(t, path, rfcObject{"name": name})
	return rfcBody(t, got, 200).id()
}

// rfcQuery encodes names and values.
func rfcQuery(pairs ...string) string {
	if len(pairs) == 0 {
		return ""
	}
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

func rfcOps(operations any) rfcObject {
	return rfcObject{"schemas": []string{rfcPatch}, "Operations": operations}
}

// rfcOp is one operation; a nil value is not sent.
func rfcOp(op, path string, value any) rfcObject {
	o := rfcObject{"op": op}
	if path != "" {
		o["path"] = path
	}
	if value != nil {
		o["value"] = value
	}
	return o
}

// rfcPerson is a user of that name with some of everything, changed by more;
// what more says is nil is left out.
func rfcPerson(name string, more rfcObject) rfcObject {
	body := rfcObject{
		"schemas":      []string{rfcUser, rfcEnterprise},
		"userName":     name + "@example.com",
		"displayName":  "Pat Base",
		"title":        "Clerk",
		"active":       true,
		"externalId":   "external-" + name,
		"emails":       []rfcObject{{"type": "work", "value": name + ".work@example.com"}},
		"phoneNumbers": []rfcObject{{"type": "work", "value": "+13175550100"}, {"type": "mobile", "value": "+13175550101"}},
		rfcEnterprise:  rfcObject{"department": "Office", "employeeNumber": "number-" + name},
	}
	maps.Copy(body, more)
	maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
	return body
}

// rfcBody ends the test unless the answer has the status, and returns its object.
func rfcBody(t *testing.T, got *mocktest.Response, status int) rfcObject {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
	var body rfcObject
	got.JSON(t, &body)
	return body
}

// rfcRefused ends the test unless the answer is a SCIM error with the status and
// one of the types; "" stands for none.
func rfcRefused(t *testing.T, got *mocktest.Response, status int, types ...string) {
	t.Helper()
	body := rfcBody(t, got, status)
	if !strings.HasPrefix(got.Header.Get("Content-Type"), rfcMedia) {
		t.Errorf("Content-Type of an error = %q", got.Header.Get("Content-Type"))
	}
	if body.look("schemas") != `["`+rfcError+`"]` {
		t.Errorf("schemas of an error = %s\n%s", body.look("schemas"), got.Body)
	}
	if body["status"] != fmt.Sprint(status) {
		t.Errorf("status in an error = %#v, want the text %q", body["status"], fmt.Sprint(status))
	}
	if detail, _ := body["detail"].(string); detail == "" {
		t.Errorf("an error without detail: %s", got.Body)
	}
	if kind, _ := body["scimType"].(string); !slices.Contains(types, kind) {
		t.Errorf("scimType = %q, want one of %q\n%s", kind, types, got.Body)
	}
}

func (o rfcObject) id() string { return o.look("id") }

func (o rfcObject) version() string { return o.look("meta/version") }

// look is the text at a path whose steps are separated by slashes, "" where
// there is nothing. [x] is the element of a list whose type, value, name,
// authority or id is x; *x collects that member of all elements, in order of the
// alphabet; # counts them.
func (o rfcObject) look(path string) string {
	var at any = map[string]any(o)
	for step := range strings.SplitSeq(path, "/") {
		list, _ := at.([]any)
		switch {
		case step == "#":
			return fmt.Sprint(len(list))
		case strings.HasPrefix(step, "*"):
			return strings.Join(rfcEach(list, step[1:]), ",")
		case strings.HasPrefix(step, "["):
			at = rfcElement(list, strings.Trim(step, "[]"))
		default:
			object, _ := at.(map[string]any)
			at = object[step]
		}
	}
	return rfcText(at)
}

// rfcElement is the element that goes by that text, or nil.
func rfcElement(list []any, text string) any {
	i := slices.IndexFunc(list, func(element any) bool {
		object, _ := element.(map[string]any)
		return slices.ContainsFunc([]string{"type", "value", "name", "authority", "id"}, func(key string) bool {
			return object[key] == text
		})
	})
	if i < 0 {
		return nil
	}
	return list[i]
}

func rfcEach(list []any, key string) []string {
	texts := []string{}
	for _, element := range list {
		object, _ := element.(map[string]any)
		texts = append(texts, rfcText(object[key]))
	}
	slices.Sort(texts)
	return texts
}

// rfcText is the value itself if it is a text, its JSON otherwise, "" if it is
// not there.
func rfcText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
}

// rfcHas fails the test unless these texts are at these paths.
func rfcHas(t *testing.T, what string, o rfcObject, want map[string]string) {
	t.Helper()
	for path, text := range want {
		if got := o.look(path); got != text {
			t.Errorf("%s: %s = %q, want %q\n%s", what, path, got, text, rfcText(map[string]any(o)))
		}
	}
}

// rfcSame fails the test unless both are equal but for their dates and versions.
func rfcSame(t *testing.T, what string, got, want rfcObject) {
	t.Helper()
	plain := func(o rfcObject) string {
		o = maps.Clone(o)
		if meta, ok := o["meta"].(map[string]any); ok {
			meta = maps.Clone(meta)
			delete(meta, "version")
			delete(meta, "lastModified")
			o["meta"] = meta
		}
		return rfcText(map[string]any(o))
	}
	if plain(got) != plain(want) {
		t.Errorf("%s:\n got %s\nwant %s", what, plain(got), plain(want))
	}
}
