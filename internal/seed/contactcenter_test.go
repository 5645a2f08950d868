package seed_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/seed"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
	"github.com/mockcloud/mockcloud/openapi"
)

// contactCenter is what the embedded fixture plants, and where it can be seen.
type contactCenter struct {
	catalogue *spec.Catalogue
	table     *behaviour.Table
	planted   []seed.Planting
	gets      map[string]*spec.Operation // anonymous path below /api/v2 → its GET
	listers   map[string]*behaviour.Row  // template of a collection → its listing
}

func newContactCenter(t testing.TB) *contactCenter {
	t.Helper()
	d, err := seed.Load("contact-center")
	if err != nil {
		t.Fatal(err)
	}
	cc := &contactCenter{
		table: behaviour.Open(openapi.Behaviour, openapi.Collections),
		gets:  make(map[string]*spec.Operation), listers: make(map[string]*behaviour.Row),
	}
	if cc.catalogue, err = spec.Load(); err != nil {
		t.Fatal(err)
	}
	all, err := d.Plantings(cc.catalogue, cc.table)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d organizations have plantings, want 1", len(all))
	}
	cc.planted = all[0].All
	for _, p := range cc.planted {
		if slices.ContainsFunc(p.Keys, func(key string) bool { return strings.Contains(key, " ") }) {
			t.Errorf("%s: a name was left in the keys %q", p.At, p.Keys)
		}
	}
	for _, op := range cc.catalogue.Operations() {
		if op.Method == "GET" && op.Facts().Auth == spec.Token {
			cc.gets[behaviour.Anonymous(strings.TrimPrefix(op.Path, "/api/v2"))] = op
		}
	}
	rows, err := cc.table.Rows()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if op, ok := cc.catalogue.Operation(r.ID); ok && r.Kind == behaviour.List && op.Path == "/api/v2"+r.Collection {
			cc.listers[behaviour.Anonymous(r.Collection)] = r
		}
	}
	return cc
}

// path is the concrete path of the collection or singleton.
func (cc *contactCenter) path(p *seed.Planting) string {
	path := p.Collection
	for _, key := range p.Keys {
		path = strings.Replace(path, "{}", url.PathEscape(key), 1)
	}
	return "/api/v2" + path
}

// query has a value for each parameter that the operation demands: of the entity's
// own, where it has a property of that name.
func query(t testing.TB, op *spec.Operation, entity map[string]json.RawMessage) (q string, ok bool) {
	t.Helper()
	values := url.Values{}
	for _, p := range op.Parameters() {
		if p.In == "query" && p.Name == "pageSize" && !p.Required {
			values.Set("pageSize", "50")
		}
		if p.In != "query" || !p.Required {
			continue
		}
		var own string
		if json.Unmarshal(entity[p.Name], &own) != nil || own == "" {
			return "", false
		}
		values.Set(p.Name, own)
	}
	if len(values) == 0 {
		return "", true
	}
	return "?" + values.Encode(), true
}

// fieldsOf decodes an object; nil for anything else.
func fieldsOf(body []byte) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	return fields
}

func TestContactCenterCanBeReadEntityByEntity(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin := srv.AsUser(t, srv.Environment().User)
	read := 0
	for i := range cc.planted {
		p := &cc.planted[i]
		path, anonymous := cc.path(p), p.Collection
		if p.ID != "" {
			path, anonymous = path+"/"+url.PathEscape(p.ID), anonymous+"/{}"
		}
		op := cc.gets[anonymous]
		if op == nil {
			continue // some are only ever listed
		}
		sent := fieldsOf(p.Body(srv.Clock.Now()))
		q, ok := query(t, op, sent)
		if !ok {
			continue
		}
		got := admin.Get(t, path+q) // the client checks that the answer fits its schema
		if got.Status != op.Facts().Status {
			t.Errorf("%s: GET %s: %d %s", p.At, path, got.Status, got.Body)
			continue
		}
		read++
		answered := fieldsOf(got.Body)
		for _, name := range []string{"name", "description", "type", "startTime", "subject", "title", "displayName"} {
			if want, given := sent[name]; given && answered[name] != nil && !bytes.Equal(want, answered[name]) {
				t.Errorf("%s: %s of %s is %s, want %s", p.At, name, path, answered[name], want)
			}
		}
	}
	if n := len(cc.planted); read*10 < n*9 {
		t.Errorf("%d of %d entities were read, want nine in ten", read, n)
	}
}

func TestContactCenterIsListed(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin := srv.AsUser(t, srv.Environment().User)
	listed := 0
	for i := range cc.planted {
		p := &cc.planted[i]
		row := cc.listers[p.Collection]
		if row == nil || p.ID == "" {
			continue
		}
		op, _ := cc.catalogue.Operation(row.ID)
		sent := fieldsOf(p.Body(srv.Clock.Now()))
		q, ok := query(t, op, sent)
		if !ok || op.Facts().Auth != spec.Token {
			continue
		}
		path := cc.path(p)
		as, seen := admin, true
		if personal[p.Collection] {
			as, seen = owner(t, srv, p)
		}
		got := as.Get(t, path+q)
		if got.Status != 200 {
			t.Errorf("%s: GET %s: %d %s", p.At, path, got.Status, got.Body)
			continue
		}
		list := got.Body
		if row.Items != "." {
			list = fieldsOf(got.Body)[row.Items]
		}
		var entities []map[string]any
		if err := json.Unmarshal(list, &entities); err != nil {
			continue // a list of texts
		}
		of, err := cc.table.Collection(p.Collection)
		if err != nil {
			t.Fatal(err)
		}
		key := cmp.Or(of.Key, "id")
		if !slices.ContainsFunc(entities, func(e map[string]any) bool { return e[key] != nil }) && !personal[p.Collection] {
			continue // what is listed has no key
		}
		listed++
		if seen != slices.ContainsFunc(entities, func(e map[string]any) bool {
			return fmt.Sprint(e[key]) == p.ID
		}) {
			if !seen {
				t.Errorf("%s: %s is among those of GET %s, though it is nobody's any more", p.At, p.ID, path)
				continue
			}
			t.Errorf("%s: %s is not among the %d of GET %s", p.At, p.ID, len(entities), path)
		}
	}
	if n := len(cc.planted); listed*2 < n {
		t.Errorf("%d of %d entities were looked for in listings, want more than half", listed, n)
	}
}

// personal are the collections of which a listing shows the caller's own.
var personal = map[string]bool{
	"/conversations": true, "/fax/documents": true, "/userrecordings": true, "/voicemail/messages": true, "/workforcemanagement/timeoffrequests": true,
}

// owner is the user to whom a listing shows a personal entity, and whether it does:
// whoever is in the conversation, whom the entity names, or else who planted it.
func owner(t testing.TB, srv *mocktest.Server, p *seed.Planting) (as *mocktest.Client, seen bool) {
	t.Helper()
	var e struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		Queue        json.RawMessage `json:"queue"`
		EndTime      string          `json:"endTime"`
		Participants []struct {
			UserID  string `json:"userId"`
			EndTime string `json:"endTime"`
		} `json:"participants"`
	}
	if err := json.Unmarshal(p.Body(srv.Clock.Now()), &e); err != nil {
		t.Fatalf("%s: %v", p.At, err)
	}
	admin := srv.AsUser(t, srv.Environment().User)
	id, seen := e.User.ID, e.Queue == nil
	if p.Collection == "/conversations" {
		seen = false
		for _, one := range e.Participants {
			if one.UserID != "" {
				id = one.UserID
				if seen = e.EndTime == "" && one.EndTime == ""; seen {
					break
				}
			}
		}
	}
	if id == "" {
		return admin, seen
	}
	return srv.AsUser(t, admin.Get(t, "/api/v2/users/"+id).Str(t, "email")), seen
}

// Where an answer names something by its address, there is something.
func TestContactCenterRefersToWhatIsThere(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin := srv.AsUser(t, srv.Environment().User)
	asked := make(map[string]bool)
	for i := range cc.planted {
		p := &cc.planted[i]
		if cc.gets[p.Collection+"/{}"] == nil {
			continue
		}
		path := cc.path(p) + "/" + url.PathEscape(p.ID)
		var whole any
		got := admin.Get(t, path)
		if got.Status != 200 || json.Unmarshal(got.Body, &whole) != nil {
			continue
		}
		eachAddress(whole, func(address string) {
			if asked[address] {
				return
			}
			asked[address] = true
			if cc.known(address) {
				if got := admin.Get(t, address); got.Status != 200 {
					t.Errorf("%s: %s refers to %s: %d", p.At, path, address, got.Status)
				}
			}
		})
	}
	if len(asked) < len(cc.planted)/2 {
		t.Errorf("%d addresses in the answers about %d entities", len(asked), len(cc.planted))
	}
}

// known tells whether an operation answers at an address without a query.
func (cc *contactCenter) known(address string) bool {
	for _, op := range cc.gets {
		if strings.Count(op.Path, "/") != strings.Count(address, "/") {
			continue
		}
		given, wanted := strings.Split(address, "/"), strings.Split(op.Path, "/")
		if !slices.ContainsFunc(wanted, func(s string) bool {
			i := slices.Index(wanted, s)
			return !strings.HasPrefix(s, "{") && s != given[i]
		}) {
			return !slices.ContainsFunc(op.Parameters(), func(p spec.Parameter) bool { return p.In == "query" && p.Required })
		}
	}
	return false
}

// eachAddress calls fn with each selfUri in a value.
func eachAddress(value any, fn func(string)) {
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			eachAddress(e, fn)
		}
	case map[string]any:
		for name, e := range v {
			if address, ok := e.(string); ok && name == "selfUri" {
				fn(address)
			}
			eachAddress(e, fn)
		}
	}
}

// ownAddress is a signed address of a server, which holds its port.
var ownAddress = regexp.MustCompile(`http://127\.0\.0\.1:[^"]*`)

func TestContactCenterIsTheSameAtEachStart(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	var answers [2][][]byte
	for i := range answers {
		srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
		admin := srv.AsUser(t, srv.Environment().User)
		if i == 1 {
			srv.Reset(t)
		}
		for j := range cc.planted {
			p := &cc.planted[j]
			if op := cc.gets[p.Collection+"/{}"]; op != nil && p.ID != "" {
				got := admin.Get(t, cc.path(p)+"/"+url.PathEscape(p.ID))
				if got.Status == 200 {
					answers[i] = append(answers[i], ownAddress.ReplaceAll(got.Body, nil))
				}
			}
		}
	}
	if len(answers[0]) == 0 || len(answers[0]) != len(answers[1]) {
		t.Fatalf("%d and %d answers", len(answers[0]), len(answers[1]))
	}
	for i := range answers[0] {
		if !bytes.Equal(answers[0][i], answers[1][i]) {
			t.Errorf("one start\n%s\nanother\n%s", answers[0][i], answers[1][i])
		}
	}
}

func TestContactCenterHoldsWhatTheDefaultOrganizationDoes(t *testing.T) {
	t.Parallel()
	for _, fixtures := range [][]string{{"contact-center"}, {"default", "contact-center"}, {"contact-center", "default", "salesforce"}} {
		srv := mocktest.Start(t, mocktest.Options{Fixtures: fixtures})
		if env := srv.Environment(); env.User != "admin@mockcloud.test" || env.ClientID != "6d6f636b-0006-4000-8000-000000000001" {
			t.Errorf("%v: environment %+v", fixtures, env)
		}
		got := srv.Admin(t).Get(t, "/api/v2/routing/queues?pageSize=100&name=Rentals")
		if got.Status != 200 || got.Str(t, "entities.0.name") != "Rentals" {
			t.Errorf("%v: %d %s", fixtures, got.Status, got.Body)
		}
	}
}

// What no operation creates, and others ask for by its id, comes from here
// (decisions.md 16).
func TestContactCenterHoldsWhatNothingCreates(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	planted := make(map[string]bool)
	for _, p := range cc.planted {
		planted[p.Collection] = true
	}
	rows, err := cc.table.Rows()
	if err != nil {
		t.Fatal(err)
	}
	needed := make(map[string]string) // template → an operation that needs an id of it
	for _, r := range rows {
		if r.Kind == behaviour.None {
			continue
		}
		if r.Key != "" && !strings.Contains(r.Collection, "{}") { // else it looks in several
			needed[behaviour.Anonymous(r.Collection)] = r.ID
		}
		for _, p := range r.Parents {
			needed[behaviour.Anonymous(p.Collection)] = r.ID
		}
	}
	for _, template := range slices.Sorted(maps.Keys(needed)) {
		of, err := cc.table.Collection(template)
		if err != nil {
			t.Fatal(err)
		}
		if _, owned := seed.FamilyOf(template); of == nil || of.Made != "" || owned || planted[template] {
			continue
		}
		t.Errorf("%s needs the id of something in %s, and there is nothing", needed[template], template)
	}
}

// What families keep has a place of its own in fixtures.
func TestCollectionsOfFamiliesAreRefused(t *testing.T) {
	t.Parallel()
	cc := newContactCenter(t)
	implemented := mocktest.Start(t, mocktest.Options{}).Implemented()
	rows, err := cc.table.Rows()
	if err != nil {
		t.Fatal(err)
	}
	served := make(map[string]bool) // collections, by their templates
	for _, r := range rows {
		switch r.Kind {
		case behaviour.Get, behaviour.List, behaviour.Create, behaviour.Read, behaviour.Write:
			if slices.Contains(implemented, r.ID) {
				served[behaviour.Anonymous(r.Collection)] = true
			}
		}
	}
	if len(served) < 30 {
		t.Fatalf("families serve %d collections", len(served))
	}
	for _, template := range slices.Sorted(maps.Keys(served)) {
		if of, err := cc.table.Collection(template); err != nil || of == nil {
			continue
		}
		if key, owned := seed.FamilyOf(template); !owned {
			t.Errorf("%s is a family's, and nobody says so (%q)", template, key)
		}
	}
	collections, err := cc.table.Collections()
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range collections {
		get := cc.gets[of.Path]
		if _, owned := seed.FamilyOf(of.Path); owned && !served[of.Path] && get != nil && !slices.Contains(implemented, get.ID) {
			t.Errorf("%s is no family's, but fixtures cannot say what it holds", of.Path)
		}
	}
}
