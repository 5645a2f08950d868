package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

// rights are the distinct ways in which operations ask for permissions.
func rights(ops []*spec.Operation) map[string][]*spec.Operation {
	sets := map[string][]*spec.Operation{}
	for _, op := range ops {
		facts := op.Facts()
		if facts.Mode == spec.None {
			continue
		}
		sets[fmt.Sprint(facts.Mode, namesOf(facts.Permissions))] = append(sets[fmt.Sprint(facts.Mode, namesOf(facts.Permissions))], op)
	}
	return sets
}

func namesOf(permissions []spec.Permission) []string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = p.String()
	}
	return names
}

// lacksPermission tells whether an answer says that a permission is missing.
func lacksPermission(t *testing.T, got *mocktest.Response) bool {
	t.Helper()
	return got.Status == http.StatusForbidden && strings.HasPrefix(got.Str(t, "code"), "missing.") && strings.Contains(got.Str(t, "code"), "permission")
}

// With just its permission every operation is let in: one of them where any will
// do, in turn, or all.
func TestThePermissionOfAnOperationSuffices(t *testing.T) {
	t.Parallel()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	srv := mocktest.Start(t, mocktest.Options{})
	tried, sets := 0, rights(p.catalogue.Operations())
	for n, key := range slices.Sorted(maps.Keys(sets)) {
		if raceDetector && n%8 > 0 {
			continue
		}
		ops := sets[key]
		facts := ops[0].Facts()
		names := namesOf(facts.Permissions)
		holds := [][]string{names}
		if facts.Mode == spec.Any {
			holds = nil
			for _, name := range names {
				holds = append(holds, []string{name})
			}
		}
		for i, held := range holds {
			c := srv.As(t, held...)
			for j, op := range ops {
				if j%len(holds) != i && len(ops) >= len(holds) {
					continue
				}
				tried++
				// An unreadable body: nothing is done, and permissions come first.
				if got := c.Do(t, op.Method, target(op), "{broken", jsonBody); op.Method != http.MethodHead && lacksPermission(t, got) {
					t.Errorf("%s with %v: %d %s", op.ID, held, got.Status, got.Body)
				}
			}
		}
	}
	if tried < 2349+565 && !raceDetector {
		t.Errorf("only %d operations were tried", tried)
	}
}

// Whoever lacks what an operation asks for is refused, whatever else they hold:
// each of these clients holds half of all permissions, and of every two permissions
// some client holds one and not the other. They have a server each, since a refusal
// looks through all roles for one that would help.
func TestOtherPermissionsDoNotSuffice(t *testing.T) {
	t.Parallel()
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	number := map[string]int{}
	for _, permission := range p.catalogue.Permissions() {
		if !permission.General() {
			number[permission.String()] = len(number)
		}
	}
	left := slices.DeleteFunc(slices.Clone(p.catalogue.Operations()), func(op *spec.Operation) bool { return op.Facts().Mode == spec.None })
	halves := 0
	for 1<<halves < len(number) {
		halves++
	}
	quota := len(left)/halves/4 + 1 // a choice: refusals are slow, and TestEveryOperationAsksForItsPermission has all
	if raceDetector {
		quota /= 8
	}
	tried := 0
	for bit := range halves {
		var held []string
		for name, n := range number {
			if n>>bit&1 == 1 {
				held = append(held, name)
			}
		}
		slices.Sort(held)
		c := mocktest.Start(t, mocktest.Options{}).As(t, held...)
		n := 0
		left = slices.DeleteFunc(left, func(op *spec.Operation) bool {
			if n >= quota || !lacks(op, func(permission string) bool { return number[permission]>>bit&1 == 1 }) {
				return false
			}
			n++
			if got := c.Do(t, op.Method, target(op), "{broken", jsonBody); got.Status != http.StatusForbidden || (op.Method != http.MethodHead && !lacksPermission(t, got)) {
				t.Errorf("%s: %d %s", op.ID, got.Status, got.Body)
			}
			return true
		})
		tried += n
	}
	if tried < halves*5 {
		t.Errorf("only %d operations were tried", tried)
	}
}

// lacks tells whether somebody lacks what an operation asks for.
func lacks(op *spec.Operation, holds func(permission string) bool) bool {
	has := 0
	for _, permission := range op.Facts().Permissions {
		if permission.General() || holds(permission.String()) {
			has++
		}
	}
	return has == 0 || (op.Facts().Mode == spec.All && has < len(op.Facts().Permissions))
}

// In an item of one division nobody reads or changes who holds the permission in
// another only, nor do they see it in listings.
func TestItemsStayInTheirDivision(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{contactCenter}, GrantRule: "off"})
	w := worldOf(t, srv)
	tried := map[string]int{}
	for _, l := range w.lives() {
		shape := l.get.AnswerShape()
		if shape == nil || !shape.Has("division") || !l.get.Facts().DivisionAware || l.get.Facts().UserContext {
			continue
		}
		problem := l.born()
		if l.values == nil || l.item["division"] == nil {
			t.Logf("%s: not tried: %s", l.collection, problem)
			continue
		}
		elsewhere := func(op *spec.Operation) *mocktest.Client {
			return srv.AsIn(t, "Sales", namesOf(op.Facts().Permissions)...)
		}
		for _, op := range []*spec.Operation{l.get, l.put, l.patch, l.remove} {
			if op == nil || !w.livesInDivisions(op) {
				continue
			}
			tried[op.Method]++
			got := elsewhere(op).Do(t, op.Method, l.pathOf(op), w.minimal(op), jsonBody)
			if got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
				t.Errorf("%s from another division: %s", op.ID, told(got))
			}
		}
		if l.list != nil && w.livesInDivisions(l.list) {
			tried["list"]++
			got := elsewhere(l.list).Get(t, l.pathOf(l.list))
			id := l.values[w.rows[l.get.ID].Key]
			if got.Status != http.StatusOK || strings.Contains(string(got.Body), id) {
				t.Errorf("%s shows what lies in another division: %s", l.list.ID, told(got))
			}
		}
		if problem := l.look(); problem != "" {
			t.Errorf("%s is gone: %s", l.collection, problem)
		}
	}
	t.Log(tried)
	if tried[http.MethodGet] < 12 || tried["list"] < 10 {
		t.Errorf("only %v were tried", tried)
	}
}

// livesInDivisions tells whether all permissions that an operation asks for are
// ones that are held in divisions. One that is not suffices wherever it is held.
func (w *world) livesInDivisions(op *spec.Operation) bool {
	return op.Facts().DivisionAware && !slices.ContainsFunc(op.Facts().Permissions, func(p spec.Permission) bool { return !w.catalogue.DivisionAware(p.Domain, p.Entity) })
}
