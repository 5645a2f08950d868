package seed

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestSchemaAndDecoderKnowTheSameKeysOfStubs(t *testing.T) {
	t.Parallel()
	root := readSchema(t)
	checkKeys(t, "stubs", root.at(t, "stubs"), stubKeys)
	checkKeys(t, "stubs.body", root.at(t, "stubs.body"), bodyMatchKeys)
	checkKeys(t, "stubs.response", root.at(t, "stubs.response"), responseKeys)
	if delay := root.at(t, "stubs.response.delayMilliseconds"); delay.Maximum != int(outbound.MaxDelay.Milliseconds()) {
		t.Errorf("the longest delay in the schema is %d", delay.Maximum)
	}
	// Every method of the schema is one that the table takes, in this spelling.
	for _, method := range root.at(t, "stubs.method").Enum {
		if method == nil {
			continue
		}
		stub := outbound.Stub{ID: "x", URL: "*", Method: fmt.Sprint(method)}
		if err := stub.Check(); err != nil || stub.Method != method {
			t.Error(err)
		}
	}
}

// stubsOf returns the stubs of a state, in the order of matching, with what
// they answer.
func stubsOf(t *testing.T, db *store.DB) []*outbound.Stub {
	t.Helper()
	var found []*outbound.Stub
	view(t, db, store.Global, func(tx *store.Tx) error {
		for s, err := range outbound.AllStubs(tx) {
			if err != nil {
				return err
			}
			whole, err := outbound.StubByID(tx, s.ID)
			if err != nil {
				return err
			}
			found = append(found, whole)
		}
		return nil
	})
	return found
}

func TestStubsOfFixtures(t *testing.T) {
	t.Parallel()
	d, err := Parse(Source{Name: "a.yaml", Data: []byte(lines(
		"stubs:",
		"  - id: customer",
		"    method: get",
		"    url: https://crm.example.test/customers/*",
		"    response:",
		"      body: {z: 1, a: [true, ~, 1.50, 0x10, text, '7', 2030-01-01, \"<é>\"], 7: {}}",
		"  - url: https://crm.example.test/orders",
		"    body:",
		"      contains: {customer: {id: 7}}",
		"      containsText: urgent",
		"    response:",
		"      status: 503",
		"      headers: {Retry-After: '5', content-type: text/html}",
		"      text: <b>busy</b>",
		"      delayMilliseconds: 250",
		"  - url: https://crm.example.test/orders",
		"  - {url: arn:aws:lambda:*, body: ~, response: ~}",
		"---",
		"organization: {name: Other}",
		"stubs: [{id: last-but-one, url: /api/v2/*}]",
		"---",
		"organization: {name: Acme}",
		"stubs: [{id: last, url: '*', response: {body: [], text: ''}}]",
	))})
	if err != nil {
		t.Fatal(err)
	}
	got := stubsOf(t, seeded(t, d))
	var ids, urls []string
	for _, s := range got {
		ids, urls = append(ids, s.ID), append(urls, s.URL)
		if !s.Fixture {
			t.Errorf("%s is not of the fixtures", s.ID)
		}
	}
	if want := []string{
		"https://crm.example.test/customers/*", "https://crm.example.test/orders", "https://crm.example.test/orders",
		"arn:aws:lambda:*", "/api/v2/*", "*",
	}; !slices.Equal(urls, want) {
		t.Fatalf("order %v", urls)
	}
	if ids[0] != "customer" || !isUUID(ids[1]) || !isUUID(ids[2]) || ids[1] == ids[2] || ids[4] != "last-but-one" || ids[5] != "last" {
		t.Errorf("ids %v", ids)
	}
	if s := got[0]; s.Method != "GET" || !s.JSON || s.ResponseBody != `{"z":1,"a":[true,null,1.50,16,"text","7","2030-01-01","<é>"],"7":{}}` {
		t.Errorf("%+v", s)
	}
	want := &outbound.Stub{
		ID: ids[1], Fixture: true, URL: urls[1], Place: got[1].Place, Size: len("<b>busy</b>"),
		Body:   &outbound.BodyMatch{Contains: `{"customer":{"id":7}}`, ContainsText: "urgent"},
		Status: 503, Headers: map[string]string{"Retry-After": "5", "content-type": "text/html"},
		ResponseBody: "<b>busy</b>", DelayMilliseconds: 250,
	}
	if !reflect.DeepEqual(got[1], want) {
		t.Errorf("got\n%+v, want\n%+v", got[1], want)
	}
}

func TestSeedingReplacesTheStubs(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	for i, name := range []string{"A", "B"} {
		d, err := Parse(Source{Name: "a.yaml", Data: []byte("organization: {name: " + name + "}\nstubs: [{id: x, url: 'https://" + name + "'}]\n")})
		if err != nil {
			t.Fatal(err)
		}
		if err := apply(t.Context(), db, d); err != nil {
			t.Fatal(err)
		}
		if got := stubsOf(t, db); len(got) != 1 || got[0].URL != "https://"+name {
			t.Errorf("after %d: %v", i, got)
		}
	}
}

func TestErrorsOfStubs(t *testing.T) {
	t.Parallel()
	stub := func(more ...string) string {
		return lines(append([]string{"stubs:", "  - url: https://a"}, more...)...)
	}
	tests := []struct{ name, fixture, want string }{
		{"no URL", lines("stubs:", "  - id: x"), "a.yaml:3: stubs[0].url: is required"},
		{"an unknown key", stub("    reply: {}"), `a.yaml:4: stubs[0]: unknown key "reply"; known are id, method, url, body, response`},
		{"an unknown key of the response", stub("    response: {code: 200}"), `a.yaml:4: stubs[0].response: unknown key "code"`},
		{"a bad id", stub("    id: a/b"), "a.yaml:3: stubs[0].id: must be 1 to 100 letters"},
		{"an id twice", stub("    id: x", "  - {id: x, url: b}"), `a.yaml:5: stubs[1].id: there is a stub "x" already in a.yaml:3`},
		{"an id twice, in two organizations", stub("    id: x", "---", "organization: {name: B}", "stubs: [{id: x, url: b}]"), `a.yaml:7: stubs[0].id: there is a stub "x" already in a.yaml:3`},
		{"a bad method", stub("    method: FETCH"), "a.yaml:3: stubs[0].method: must be one of GET"},
		{"a fragment", lines("stubs: [{url: 'https://a#b'}]"), "a.yaml:2: stubs[0].url: must not hold a fragment"},
		{"a low status", stub("    response: {status: 99}"), "a.yaml:4: stubs[0].response.status: must be between 100 and 599, is 99"},
		{"a long delay", stub("    response: {delayMilliseconds: 120001}"), "a.yaml:4: stubs[0].response.delayMilliseconds: must be between 0 and 120000"},
		{"headers that are a list", stub("    response: {headers: [a]}"), "a.yaml:4: stubs[0].response.headers: must be a mapping of names and values, is a list"},
		{"a header that is a number", stub("    response: {headers: {Retry-After: 5}}"), "a.yaml:4: stubs[0].response.headers.Retry-After: must be text, is a number; put it in quotes"},
		{"a header twice", stub("    response: {headers: {A: b, A: c}}"), "a.yaml:4: stubs[0].response.headers.A: is there twice"},
		{"a header with a blank", stub("    response: {headers: {A B: c}}"), "a.yaml:3: stubs[0].response.headers: must have names"},
		{"body and text", stub("    response: {body: 1, text: a}"), "a.yaml:4: stubs[0].response.text: does not go with body"},
		{"a match that is no object", stub("    body: {contains: [1]}"), "a.yaml:3: stubs[0].body.contains: must be a JSON object"},
		{"an empty match", stub("    body: {}"), "a.yaml:3: stubs[0].body: must say what to look for"},
		{"a body with a key twice", stub("    response: {body: {a: 1, a: 2}}"), "a.yaml:4: stubs[0].response.body.a: is there twice"},
		{"a body with a list as a key", stub("    response: {body: {[a]: 1}}"), "a.yaml:4: stubs[0].response.body: has a key that cannot be written as JSON"},
		{"a body with a merge key", stub("    response: {body: {<<: {a: 1}}}"), "a.yaml:4: stubs[0].response.body: has a key"},
		{"a body that is not a number", stub("    response: {body: .nan}"), "a.yaml:4: stubs[0].response.body: is a number that JSON does not have"},
		{"a body of a strange kind", stub("    response: {body: !a b}"), "a.yaml:4: stubs[0].response.body: cannot be written as JSON"},
		{"a body that contains itself", stub("    response: {body: &a [*a]}"), "a.yaml:4: stubs[0].response.body[0][0]"},
		{"a deep body", stub("    response: {body: " + strings.Repeat("[", 150) + strings.Repeat("]", 150) + "}"), "a.yaml:4: stubs[0].response.body[0]"},
		{
			"a body that grows", stub("    response:", "      body:", "        - &a [x,x,x,x,x,x,x,x,x,x]", "        - &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]", "        - &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
				"        - &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]", "        - &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]", "        - &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]", "        - [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]"),
			"a.yaml:6: stubs[0].response.body",
		},
		{"a large body", stub("    response: {text: " + strings.Repeat("x", 2_000_001) + "}"), "a.yaml:3: stubs[0].response.text: must not be larger than 2 MB"},
		{"a large one many times", stub("    response: {text: &t "+strings.Repeat("x", 2_000_000)+"}", strings.Repeat("  - {url: a, response: {text: *t}}\n", 500)), "a.yaml:37: stubs[33]: is one too many: there is room for 1000 stubs"},
		{"too many, in two documents", lines("stubs:", strings.Repeat("  - {url: a}\n", 600)+"---", "organization: {name: B}", "stubs:", strings.Repeat("  - {url: a}\n", 600)), "a.yaml:1006: stubs[400]: is one too many: there is room for 1000 stubs"},
		{"too many", lines("stubs:", strings.Repeat("  - {url: a}\n", 1001)), "a.yaml:1003: stubs[1000]: is one too many: there is room for 1000 stubs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(Source{Name: "a.yaml", Data: []byte(tt.fixture)})
			var at *Error
			if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error\n%.300v, want\n%s", err, tt.want)
			}
		})
	}
}
