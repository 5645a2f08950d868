package seed

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/openapi"
)

// FuzzParse: any text is a document that can be applied, or an *Error.
func FuzzParse(f *testing.F) {
	standard, err := fixtures.Organizations.ReadFile("default.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(standard))
	f.Add(lines("defaultRoles: [employee]", "users: [{email: a@x.test, name: A, roles: [employee in Home]}]"))
	f.Add(lines("divisions: &d [{name: A, home: true}]", "---", "organization: {name: B}", "divisions: *d"))
	f.Add("organization: &o {name: A}\nclients:\n- {name: C, grantType: TOKEN, scopes: [x], redirectUris: ['a:b']}\n")
	f.Add(lines("stubs:", "- {id: a, method: GET, url: 'https://x/*', body: {contains: {a: 1}, containsText: b}, response: {status: 404, headers: {A: b}, body: &b [1, 0x1, *b, {c: ~}], delayMilliseconds: 5}}", "- {url: x, response: {text: y}}"))
	f.Add("users: &a [*a]\n? {a: b}\n: !!binary x\n")
	f.Add("%YAML 1.1\n--- !!map\norganization: {name: !!str 7}\nsettings: {enforceScopes: !!bool x}\n...\n")

	f.Add(lines("include: [default]", "collections: {/api/v2/stations: [{name: A}]}"))
	f.Add(lines("queues: [{name: Q}]", "collections:", "  /api/v2/conversations:", "  - {id: c, startTime: '@now-1d2h', participants: &p [{queueId: '@/api/v2/routing/queues/Q', attributes: {a: b}}, {calls: *p}]}",
		"  /api/v2/conversations/c/recordings: [{id: '@/api/v2/conversations/c', annotations: ~}]", "  /api/v2/flows/datatables: [{name: T, schema: {properties: {key: {type: string}}}, division: Home}]",
		"  /api/v2/flows/datatables/T/rows: [{key: 2026-12-25, n: 1.5e3}]", "  /api/v2/routing/settings: {resetAgentScoreOnPresenceChange: yes}"))

	catalogue, err := spec.Load()
	if err != nil {
		f.Fatal(err)
	}
	table := behaviour.Open(openapi.Behaviour, openapi.Collections)
	// Every document goes into the same state and out again.
	db := openStore(f)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(Source{Name: "fuzz.yaml", Data: []byte(text)})
		if err != nil {
			var at *Error
			if !errors.As(err, &at) || (at.File != "fuzz.yaml" && !strings.HasPrefix(at.File, "embedded:")) || at.Reason == "" {
				t.Fatalf("%#v is no *Error that names the file", err)
			}
			return
		}
		d.Credentials()
		planted, err := d.Plantings(catalogue, table)
		if at := (*Error)(nil); err != nil && (!errors.As(err, &at) || at.File != "fuzz.yaml" || at.Reason == "") {
			t.Fatalf("%#v is no *Error that names the file", err)
		}
		for _, of := range planted {
			for i := range of.All {
				if body := of.All[i].Body(testTime); !json.Valid(body) {
					t.Fatalf("%s is no JSON", body)
				}
			}
		}
		rollback := errors.New("rolled back")
		err = db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
			if err := d.Apply(tx, testTime); err != nil {
				return err
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatalf("a valid fixture cannot be applied: %v", err)
		}
	})
}

func FuzzPermissions(f *testing.F) {
	f.Add("# x\na | b | c\n\toauth:client:add,edit\n\tadmin\n")
	f.Fuzz(func(t *testing.T, data string) {
		roles, err := parseDefaultRoles(data)
		for _, r := range roles {
			for _, p := range r.Policies {
				if p.Domain == "" || p.EntityName == "" || len(p.ActionSet) == 0 {
					t.Errorf("%q gives the policy %+v, %v", data, p, err)
				}
			}
		}
	})
}
