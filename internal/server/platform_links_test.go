package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// leadNowhere are addresses that things have although the API has no operation to
// read them there. What is new here is a bug, or belongs on the list.
var leadNowhere = []string{
	"/api/v2/authorization/permissions/{}",
	"/api/v2/employeeengagement/celebrations/{}",
	"/api/v2/gamification/profiles/{}/members/{}",
	"/api/v2/integrations/speech/lex/bots/{}",
	"/api/v2/integrations/speech/lexv2/bots/{}",
	"/api/v2/organizations/{}",
	"/api/v2/orgauthorization/trustees/{}/clonedusers/{}",
	"/api/v2/quality/forms/evaluations/{}/versions/{}",
	"/api/v2/quality/forms/surveys/{}/versions/{}",
	"/api/v2/routing/queues/{}/members/{}",
	"/api/v2/systempresences/{}",
	"/api/v2/telephony/providers/edges/timezones/{...}",
	"/api/v2/telephony/providers/edges/trunkbasesettings/availablemetabases/{}",
	"/api/v2/timezones/{...}",
	"/api/v2/users/{}/presences",
	"/api/v2/users/{}/routinglanguages/{}",
	"/api/v2/users/{}/routingskills/{}",
	"/api/v2/users/{}/verifiers/{}",
	"/api/v2/webdeployments/configurations/{}",
	"/api/v2/workforcemanagement/integrations/hris/{}",
}

// crawler reads what GET reaches from the listings.
type crawler struct {
	t       *testing.T
	gets    []*spec.Operation
	clients []*mocktest.Client // who may read it: the first whom the server lets
	seen    map[string]*mocktest.Response
}

func TestAddressesInAnswersLeadSomewhere(t *testing.T) {
	t.Parallel()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{contactCenter}})
	c := &crawler{t: t, clients: []*mocktest.Client{srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")}, seen: make(map[string]*mocktest.Response)}
	for _, op := range p.catalogue.Operations() {
		if op.Method == http.MethodGet {
			c.gets = append(c.gets, op)
		}
	}
	c.walk()
	followed, nowhere := 0, make(map[string]bool)
	for _, path := range slices.Sorted(maps.Keys(c.seen)) {
		got := c.seen[path]
		if got.Status != http.StatusOK {
			continue
		}
		for _, address := range addresses(nil, got.Body) {
			if problem := c.follow(address, nowhere); problem != "" {
				t.Errorf("%s leads to %s: %s", path, address, problem)
			}
			followed++
		}
	}
	if followed < 1000 {
		t.Errorf("only %d addresses were found", followed)
	}
	for _, template := range leadNowhere {
		if !nowhere[template] {
			t.Errorf("%s is listed in vain: nothing has it, or it can be read", template)
		}
	}
}

// walk reads what has no key in its path, and then what lies below the first things
// that were found, three levels deep.
func (c *crawler) walk() {
	for _, op := range c.gets {
		if !strings.Contains(op.Path, "{") && !demanding(op) {
			c.get(op.Path)
		}
	}
	for range 3 {
		for _, path := range slices.Sorted(maps.Keys(c.seen)) {
			base, _, _ := strings.Cut(path, "?")
			for _, id := range firstIDs(c.seen[path]) {
				item := strings.Split(base+"/"+url.PathEscape(id), "/")
				for _, op := range c.gets {
					if below, ok := under(op, item); ok && !demanding(op) {
						c.get(below)
					}
				}
			}
		}
	}
}

func (c *crawler) get(path string) *mocktest.Response {
	if got := c.seen[path]; got != nil {
		return got
	}
	var got *mocktest.Response
	for _, client := range c.clients {
		if got = client.Get(c.t, path); got.Status != http.StatusBadRequest || got.Str(c.t, "code") != "not.a.user" {
			break
		}
	}
	c.seen[path] = got
	return got
}

// follow says what is wrong with an address; nothing where it can be read, where it
// cannot be read without more than it holds, or where it is known to lead nowhere.
func (c *crawler) follow(address string, nowhere map[string]bool) string {
	path, query, _ := strings.Cut(address, "?")
	segments := strings.Split(path, "/")
	for _, op := range c.gets {
		if read, ok := under(op, segments); !ok || read != path {
			continue
		}
		if query == "" && demanding(op) {
			return ""
		}
		if strings.HasSuffix(path, "/divisions/*") {
			return "" // all divisions are none
		}
		if got := c.get(address); got.Status != http.StatusOK {
			return fmt.Sprintf("%d %s", got.Status, got.Body)
		}
		return ""
	}
	for _, template := range leadNowhere {
		if matched(strings.Split(template, "/"), segments) {
			nowhere[template] = true
			return ""
		}
	}
	return "there is no operation to read that"
}

// matched tells whether a path is one of those that a template stands for. A last
// {...} is one segment or more.
func matched(template, segments []string) bool {
	if last := len(template) - 1; template[last] == "{...}" && len(segments) > last {
		template, segments = template[:last], segments[:last]
	}
	return slices.EqualFunc(template, segments, func(a, b string) bool { return a == "{}" || a == b })
}

// demanding operations cannot be called without a query.
func demanding(op *spec.Operation) bool {
	return slices.ContainsFunc(op.Parameters(), func(p spec.Parameter) bool { return p.In == "query" && p.Required })
}

// under is the path at which an operation reads an item, or something below it that
// needs no further key.
func under(op *spec.Operation, item []string) (string, bool) {
	segments := strings.Split(op.Path, "/")
	if len(segments) < len(item) || strings.Contains(strings.Join(segments[len(item):], "/"), "{") {
		return "", false
	}
	for i, segment := range item {
		if segments[i] != segment && (!strings.HasPrefix(segments[i], "{") || segment == "") {
			return "", false
		}
	}
	return strings.Join(append(slices.Clone(item), segments[len(item):]...), "/"), true
}

// firstIDs are the keys of the first two elements of a listing.
func firstIDs(got *mocktest.Response) []string {
	var listing struct{ Entities, Results []struct{ ID string } }
	if got.Status != http.StatusOK || json.Unmarshal(got.Body, &listing) != nil {
		return nil
	}
	var ids []string
	for _, entity := range append(listing.Entities, listing.Results...) {
		if entity.ID != "" && len(ids) < 2 {
			ids = append(ids, entity.ID)
		}
	}
	return ids
}

// addresses are the addresses within the API that an answer holds, each once.
func addresses(to []string, body []byte) []string {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return to // not every answer is JSON
	}
	var look func(any)
	look = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, element := range v {
				look(element)
			}
		case map[string]any:
			for name, inner := range v {
				text, ok := inner.(string)
				if ok && strings.HasSuffix(strings.ToLower(name), "uri") && strings.HasPrefix(text, "/api/v2/") && !slices.Contains(to, text) {
					to = append(to, text)
				}
				look(inner)
			}
		}
	}
	look(value)
	slices.Sort(to)
	return to
}
