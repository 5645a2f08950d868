package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// engineStorm throws at the operations of the engine what no client of good will
// sends, at things that are there: the fixture holds something of everything.
type engineStorm struct {
	*hostile
	world *world
	ops   []*spec.Operation
}

// What hostile_storm_test.go does to operations that are written by hand, with calls
// that get as far as the engine.
func TestHostileInputIsRefusedByTheEngine(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	planted := plantedBy(t, contactCenter)
	h := newHostile(t, contactCenter)
	h.state = nil // reading it after every change would take most of the time
	h.srv.Reset(t)
	s := &engineStorm{hostile: h, world: worldOf(t, h.srv)}
	s.world.garden, s.world.stale = planted, true
	s.world.misfit = func(*spec.Operation, string, error) {} // what it calls is judged when it is stormed
	s.ops = h.holdEngine()
	stride := 1
	if raceDetector {
		stride = 4 // of which a seed takes one
	}
	only := os.Getenv("OPERATION")
	ends := time.Now().Add(soakTime)
	for ; ; seed++ {
		for i, op := range s.ops {
			if i%100 == 0 {
				s.restart()
			}
			if only == op.ID || (only == "" && i%stride == int(seed%4)%stride) {
				s.storm(op, seed)
			}
		}
		t.Logf("seed %d: %d requests, %d of them accepted, %v", seed, h.sent, h.passed, h.statuses)
		if !soaking() || time.Now().After(ends) || t.Failed() {
			break
		}
	}
	if only == "" && (len(s.ops) < 2500 || h.passed < h.sent/5 || len(h.reached) < len(s.ops)/2/stride) {
		t.Errorf("of %d requests %d were accepted, by %d of %d operations: too few to mean anything", h.sent, h.passed, len(h.reached), len(s.ops))
	}
}

// restart brings back what may have been changed or removed.
func (s *engineStorm) restart() {
	s.srv.Reset(s.t)
	s.world.prepare()
	s.admin, s.person = s.world.admin, s.world.person
	s.weak, s.stranger = s.srv.As(s.t).Token, s.srv.AsUser(s.t, "stranger@second.test").Token
	s.log.watch(s.admin, s.person, s.weak, s.stranger, secretOfBody)
}

func (s *engineStorm) storm(op *spec.Operation, seed uint64) {
	s.dirty = false
	s.begin(op, seed)
	most := 2
	values := s.world.values(op, nil)
	good := expandPath(op.Path, values) + s.world.query(op)
	s.ask(good, s.body(), "a good request")
	var names []string
	for _, p := range op.Parameters() {
		if p.In == "path" {
			names = append(names, p.Name)
		}
	}
	for range most {
		if len(names) > 0 {
			s.oddID(values, one(s.rng, names))
		}
		s.oddQuery(good)
		if op.RequestShape() == nil {
			continue
		}
		for range 3 {
			body, where := s.make.broken(s.body())
			s.ask(good, encoded(body), "a body with an odd "+where)
		}
		odd := one(s.rng, oddBodies)
		s.ask(good, odd, "body "+string(odd[:min(len(odd), 40)]))
	}
	if op.RequestShape() != nil && s.rng.IntN(4) == 0 {
		s.ask(good, s.huge(), "a body that is as large as can be")
	}
}

// body is one that the operation may take.
func (s *engineStorm) body() any {
	if s.op.RequestShape() == nil {
		return nil
	}
	if s.rng.IntN(3) == 0 {
		return s.make.body(s.op, 0.5)
	}
	return s.world.random(s.op, s.rng)
}

// huge is a body with a list that is as long as the limit allows, of whatever the
// operation takes in one.
func (s *engineStorm) huge() []byte {
	body := s.body()
	list, ok := body.([]any)
	name := ""
	if object, isObject := body.(map[string]any); isObject {
		for field, value := range object {
			if found, isList := value.([]any); isList && len(found) > 0 && (name == "" || field < name) {
				list, name, ok = found, field, true
			}
		}
	}
	if !ok || len(list) == 0 {
		return encoded(body)
	}
	text := manyLike(list[0])
	if name == "" {
		return []byte(text)
	}
	object := body.(map[string]any)
	object[name] = json.RawMessage(text)
	return encoded(object)
}

// manyLike is a list of things like this one, each with keys and a name of its own.
func manyLike(first any) string {
	var b strings.Builder
	for n := 0; b.Len() < 470_000; n++ {
		b.WriteByte("[,"[min(n, 1)])
		element := first
		switch sample := first.(type) {
		case string:
			element = fmt.Sprintf("%d", n)
		case map[string]any:
			other := maps.Clone(sample)
			for name, value := range other {
				if _, text := value.(string); text && (name == "name" || name == "key" || name == "id" || strings.HasSuffix(name, "Id")) {
					other[name] = fmt.Sprintf("%d", n)
				}
			}
			element = other
		}
		b.Write(encoded(element))
	}
	return b.String() + "]"
}

func (s *engineStorm) oddID(values map[string]string, name string) {
	odd := one(s.rng, oddIDs)
	path := s.op.Path
	for other, value := range values {
		if other == name {
			value = odd
		} else {
			value = url.PathEscape(value)
		}
		path = strings.ReplaceAll(path, "{"+other+"}", value)
	}
	q := s.request(path+s.world.query(s.op), s.body(), "id "+odd[:min(len(odd), 40)])
	q.atDoor = strings.ContainsAny(odd, " \x00") || strings.Contains(odd, "%z") || odd == "%"
	s.try(q, s.token())
}

func (s *engineStorm) oddQuery(good string) {
	path, query, _ := strings.Cut(good, "?")
	values, _ := url.ParseQuery(query)
	var params []spec.Parameter
	for _, p := range s.op.Parameters() {
		if p.In == "query" {
			params = append(params, p)
		}
	}
	if len(params) == 0 || s.rng.IntN(3) == 0 {
		s.ask(path+"?"+one(s.rng, oddQueries), s.body(), "query")
		return
	}
	for range 1 + s.rng.IntN(3) {
		values.Set(one(s.rng, params).Name, one(s.rng, oddTexts))
	}
	s.ask(path+"?"+values.Encode(), s.body(), "query")
}

func (s *engineStorm) request(target string, body any, what string) *oddRequest {
	q := &oddRequest{method: s.op.Method, target: target, what: what}
	if s.op.RequestShape() != nil {
		text, raw := body.([]byte)
		if !raw {
			text = encoded(body)
		}
		q.header, q.body = []string{"Content-Type: " + contentType(s.op)}, text
	}
	return q
}

func (s *engineStorm) ask(target string, body any, what string) {
	q := s.request(target, body, what)
	for tries := 1; ; tries++ { // the machine may have been busy with something else
		a := s.try(q, s.token())
		if a == nil || a.took <= slow {
			return
		}
		if tries == 3 {
			s.fail(q, a, "it takes %v, three times out of three", a.took)
			return
		}
	}
}

func (s *engineStorm) token() string {
	if s.op.Facts().Auth == spec.Open {
		return ""
	}
	if s.op.Method != http.MethodGet {
		return s.world.as(s.op)
	}
	return s.caller()
}
