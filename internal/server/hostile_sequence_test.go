package server_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Several clients create, read, change, list and delete at the same time and at
// random, mostly what fits. None of them may meet a failure, or lose what it has
// made; and what is there at the end must be the same after a restart.
func TestRandomSequencesKeepTheStateWhole(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	base := newHostile(t)
	path := base.state.path
	base.state = nil // others write at the same time
	made := &registry{}
	roamers := make([]*roamer, 6)
	var wait sync.WaitGroup
	for i := range roamers {
		r := newRoamer(base, seed+uint64(i), made)
		roamers[i] = r
		wait.Go(func() {
			defer r.wire.close()
			ends := time.Now().Add(soakTime)
			for n := 0; (n < 400/patience+100 || soaking() && time.Now().Before(ends)) && !t.Failed(); n++ {
				r.step()
			}
		})
	}
	wait.Wait()
	sent, passed, alive := 0, 0, map[string]bool{}
	reached := map[string]int{}
	for _, r := range roamers {
		sent, passed = sent+r.sent, passed+r.passed
		maps.Copy(alive, r.alive)
		for id, n := range r.reached {
			reached[id] += n
		}
	}
	t.Logf("seed %d: %d requests, %d accepted by %d operations, %d objects made and left", seed, sent, passed, len(reached), len(alive))
	if passed < sent/4 || len(reached) < 80 {
		t.Errorf("of %d requests %d were accepted, by %d operations: too few to mean anything", sent, passed, len(reached))
	}
	before := openStateFile(t, path).held
	inspector := newRoamer(base, seed, made)
	inspector.inspect(alive)
	base.srv.Stop(t)
	base.srv = mocktest.Start(t, mocktest.Options{Path: path, Outbound: "none", Start: base.srv.Clock.Now()})
	inspector = newRoamer(base, seed, made)
	inspector.wire.address = at(base.srv.URL)
	inspector.admin, inspector.person = base.srv.Admin(t).Token, base.srv.AsUser(t, "admin@mockcloud.test").Token
	inspector.inspect(alive)
	if after := openStateFile(t, path).held; !maps.Equal(before, after) {
		for key, document := range after {
			if was := before[key]; was != document {
				t.Errorf("after the restart %s is %.300s; it was %.300s", key, document, was)
			}
		}
		t.Errorf("%d documents before the restart, %d after it", len(before), len(after))
	}
}

// registry is what the roamers tell each other of.
type registry struct {
	mu   sync.Mutex
	made [][2]string // kind and id
}

// roamer is a client of its own on a server that others use, too. It changes and
// deletes what it has made itself, and refers to what anybody has made.
type roamer struct {
	hostile
	made  *registry
	heard int
	mine  knownIDs
	alive map[string]bool // paths of objects
}

func newRoamer(base *hostile, seed uint64, made *registry) *roamer {
	r := &roamer{hostile: *base, made: made, alive: map[string]bool{}}
	r.wire = wire{address: base.wire.address}
	r.ids = base.ids.clone()
	r.mine.add("source", "purecloud")
	r.statuses, r.failed, r.reached = map[int]int{}, map[string]bool{}, map[string]int{}
	r.sent, r.passed, r.seed = 0, 0, seed
	r.rng = rand.New(rand.NewPCG(seed, 1))
	r.make = &maker{rng: r.rng, ids: &r.ids, tag: "roam" + string(rune('a'+seed%26))}
	return r
}

// elsewhere are operations that end the roamers' own tokens or shut them out.
func elsewhere(op *spec.Operation) bool {
	return strings.HasPrefix(op.Path, "/api/v2/tokens") || strings.HasPrefix(op.Path, "/api/v2/authorization/policies") || strings.HasPrefix(op.Path, "/api/v2/organizations/") || strings.HasSuffix(op.Path, "/password")
}

func (r *roamer) step() {
	r.listen()
	op := one(r.rng, r.ops)
	if r.rng.IntN(4) == 0 { // most operations need something to work on
		for op.Method != http.MethodPost || !r.readers[op.Path+"/{"] {
			op = one(r.rng, r.ops)
		}
	}
	if r.op = op; elsewhere(op) {
		return
	}
	q := r.good("a step")
	if op.Method != http.MethodGet && strings.Contains(op.Path, "{") {
		for _, p := range op.Parameters() {
			if p.In == "path" && !r.mine.knows(p.Name) {
				return
			}
		}
		q.target = r.mine.path(r.rng, op)
	}
	if op.RequestShape() != nil {
		body := r.accepted(q, r.make.body(op, 0.3))
		if r.rng.IntN(10) == 0 {
			body, _ = r.make.broken(body)
		}
		q.body = encoded(body)
	}
	a := r.try(q, r.caller())
	for tries := 0; a != nil && a.status == http.StatusConflict && isVersion(a) && r.readers[op.Path]; tries++ {
		if tries == 5 {
			r.fail(q, a, "the version that was just read conflicts, again and again")
			break
		}
		if !r.renew(q) {
			break
		}
		a = r.try(q, r.caller())
	}
	if a == nil || a.status >= http.StatusMultipleChoices {
		return
	}
	switch {
	case op.Method == http.MethodPost && r.readers[op.Path+"/{"]:
		r.remember(q, a)
	case op.Method == http.MethodDelete, strings.Contains(string(a.body), `"intendedState":"DELETED"`):
		r.forget(q)
	}
}

// renew puts the present version into a body, and says whether it has one.
func (r *roamer) renew(q *oddRequest) bool {
	a, err := r.wire.send(&oddRequest{method: http.MethodGet, target: q.target, header: []string{"Authorization: Bearer " + r.person}})
	var now, body map[string]any
	if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &now) != nil || json.Unmarshal(q.body, &body) != nil {
		return false
	}
	if now["version"] == nil || body == nil {
		return false
	}
	body["version"] = now["version"]
	q.body = encoded(body)
	return true
}

func isVersion(a *oddAnswer) bool {
	return strings.Contains(strings.ToLower(string(a.body)), "version")
}

// listen hears of what the others have made.
func (r *roamer) listen() {
	r.made.mu.Lock()
	defer r.made.mu.Unlock()
	for _, m := range r.made.made[r.heard:] {
		r.ids.add(m[0], m[1])
	}
	r.heard = len(r.made.made)
}

// remember notes what was made, which must be there at once.
func (r *roamer) remember(q *oddRequest, a *oddAnswer) {
	var object struct{ ID string }
	if json.Unmarshal(a.body, &object) != nil || object.ID == "" {
		return // a list of results
	}
	path, _, _ := strings.Cut(q.target, "?")
	kind := path[strings.LastIndexByte(path, '/')+1:]
	if kind == "drafts" {
		path, kind = "", "actions" // an action that is not published cannot be read
	}
	r.mine.add(kind, object.ID)
	r.made.mu.Lock()
	r.made.made = append(r.made.made, [2]string{kind, object.ID})
	r.made.mu.Unlock()
	if path == "" {
		return
	}
	r.alive[path+"/"+object.ID] = true
	r.mustRead(path+"/"+object.ID, "made just now")
}

// forget notes what was deleted, which must be gone at once.
func (r *roamer) forget(q *oddRequest) {
	path, _, _ := strings.Cut(q.target, "?")
	known := r.alive[path]
	delete(r.alive, path)
	for _, kind := range []string{"/users/", "/languages/"} { // one and the same through SCIM, and without /routing
		if _, id, ok := strings.Cut(path, kind); ok {
			maps.DeleteFunc(r.alive, func(other string, _ bool) bool { return strings.HasSuffix(other, kind+id) })
		}
	}
	if !known {
		return
	}
	got := r.read(path)
	var object struct { // what is only put away says so
		State       string
		Deactivated bool
	}
	if got != nil && got.status == http.StatusOK && (json.Unmarshal(got.body, &object) != nil || !object.Deactivated && (object.State == "active" || object.State == "")) {
		r.fail(q, got, "it is still there after it was deleted")
	}
	if strings.HasPrefix(path, "/api/v2/integrations/") { // their actions go with them
		for other := range r.alive {
			if strings.HasPrefix(other, "/api/v2/integrations/actions/") {
				delete(r.alive, other)
			}
		}
	}
}

func (r *roamer) read(path string) *oddAnswer {
	op := r.router.find(http.MethodGet, path)
	if op == nil || !r.implemented[op.ID] {
		return nil
	}
	r.op = op
	return r.try(&oddRequest{method: http.MethodGet, target: path, what: "a look"}, r.person)
}

func (r *roamer) mustRead(path, what string) {
	if a := r.read(path); a != nil && a.status != http.StatusOK {
		r.fail(&oddRequest{method: http.MethodGet, target: path, what: what}, a, "it is not there")
	}
}

// inspect reads everything that was made and everything that lists show.
func (r *roamer) inspect(alive map[string]bool) {
	for path := range alive {
		if strings.HasPrefix(path, "/api/v2/integrations/actions/") {
			continue // another roamer may have deleted the integration
		}
		r.mustRead(path, "made earlier")
	}
	for _, op := range r.ops {
		if op.Method != http.MethodGet || !r.readers[op.Path+"/{"] || strings.Contains(op.Path, "{") {
			continue
		}
		for page := op.Path + "?pageSize=100&pageNumber=1"; page != ""; {
			a := r.read(page)
			var list struct {
				Entities []struct{ ID string }
				NextURI  string
			}
			if a == nil || json.Unmarshal(a.body, &list) != nil {
				break
			}
			if a.status != http.StatusOK && a.status != http.StatusBadRequest {
				r.fail(&oddRequest{method: http.MethodGet, target: page}, a, "the list cannot be read")
			}
			for _, e := range list.Entities {
				r.mustRead(op.Path+"/"+e.ID, "listed")
			}
			if list.NextURI == page {
				break
			}
			page = list.NextURI
		}
	}
}
