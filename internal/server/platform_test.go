package server_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/mocktest"
)

const figuresFile = "../coverage/figures.txt"

// contactCenter is the fixture that holds something of everything.
const contactCenter = "contact-center"

// measured is what the parts of the suite have counted.
type measured struct {
	answered, valid, alone, lives, unknown, bodies, paging tally
	stateful                                               map[string]bool // operations that took part in a life
}

// The whole catalogue, driven by itself: see platform_*_test.go. The thresholds
// are those that this project has set itself.
func TestThePlatformAnswers(t *testing.T) {
	t.Parallel()
	planted := plantedBy(t, contactCenter)
	var m measured
	t.Run("parts", func(t *testing.T) {
		for name, part := range map[string]func(*testing.T){
			"every operation answers a valid call": func(t *testing.T) { m.answered, m.valid = answers(t, planted, contactCenter) },
			"most need nothing but the API":        func(t *testing.T) { m.alone, _ = answers(t, nil, "default") },
			"items live as they should":            func(t *testing.T) { m.lives, m.stateful = lives(t, planted) },
			"what is unknown is not found":         func(t *testing.T) { m.unknown = unknownIDs(t, planted) },
			"bodies that break the schema":         func(t *testing.T) { m.bodies = badBodies(t, planted) },
			"listings obey their paging":           func(t *testing.T) { m.paging = pagings(t, planted) },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				part(t)
			})
		}
	})
	for _, part := range []struct {
		what  string
		count *tally
		least float64 // percent
	}{
		{"operations that answer", &m.answered, 98},
		{"answers that fit", &m.valid, 100},
		{"lives", &m.lives, 95},
		{"unknown ids", &m.unknown, 100},
		{"bad bodies", &m.bodies, 100},
		{"listings", &m.paging, 100},
	} {
		for _, problem := range part.count.problems {
			t.Logf("%s: %s", part.what, problem)
		}
		if part.count.share() < part.least || part.count.tried == 0 {
			t.Errorf("%s: %d of %d pass, %.2f %%; want %v %%", part.what, part.count.passed, part.count.tried, part.count.share(), part.least)
		}
	}
	for _, problem := range m.alone.problems {
		t.Logf("not by the API alone: %s", problem)
	}
	m.compare(t)
}

// compare writes the figures, or looks whether those that are committed are true.
func (m *measured) compare(t *testing.T) {
	t.Helper()
	f := m.figures(t)
	if *update {
		if err := os.WriteFile(figuresFile, []byte(f.Text()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(figuresFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != f.Text() {
		t.Errorf("%s is out of date: run go test ./internal/server -run Platform -update, and then -run Coverage -update", figuresFile)
	}
}

func (m *measured) figures(t *testing.T) *coverage.Figures {
	t.Helper()
	share := func(what string, c *tally) coverage.Share {
		return coverage.Share{What: what, Passed: c.passed, Tried: c.tried}
	}
	f := &coverage.Figures{Shares: []coverage.Share{
		share("operations that answer a valid call of an administrator with 2xx, with the fixture contact-center", &m.answered),
		share("of these answers, those that fit their schema", &m.valid),
		share("operations that answer so with nothing but the default organization and the API", &m.alone),
		share("collections whose items can be created, read and deleted, and pass the life-cycle test", &m.lives),
		share("unknown ids that are not found, or refused as the document says", &m.unknown),
		share("operations that refuse every body that breaks the schema, with nothing changed", &m.bodies),
		share("paged listings that obey their paging parameters", &m.paging),
	}}
	p, err := thePlatform()
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]*coverage.TagFigures{}
	for _, op := range p.catalogue.Operations() {
		tag := firstTag(op)
		if tags[tag] == nil {
			tags[tag] = &coverage.TagFigures{Tag: tag}
		}
		count := func(to *int, passes bool) {
			if passes {
				*to++
			}
		}
		count(&tags[tag].Operations, true)
		count(&tags[tag].Answered, m.answered.good[op.ID])
		count(&tags[tag].Valid, m.valid.good[op.ID])
		count(&tags[tag].Stateful, m.stateful[op.ID])
	}
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		f.Tags = append(f.Tags, *tags[tag])
	}
	return f
}

func firstTag(op *spec.Operation) string {
	if tags := op.Facts().Tags; len(tags) > 0 {
		return tags[0]
	}
	return ""
}

// ofContactCenter is a world of the fixture that holds something of everything.
func ofContactCenter(t *testing.T, planted garden, path string) *world {
	t.Helper()
	w := newWorld(t, mocktest.Options{Fixtures: []string{contactCenter}, GrantRule: "off", Path: path})
	w.garden = planted
	return w
}

// lives leads one item of every collection through its life.
func lives(t *testing.T, planted garden) (count tally, stateful map[string]bool) {
	w := ofContactCenter(t, planted, "")
	stateful = map[string]bool{}
	for _, l := range w.lives() {
		problem := l.live()
		count.add(l.collection, problem)
		if problem == "" {
			maps.Copy(stateful, l.part)
		}
	}
	return count, stateful
}

func unknownIDs(t *testing.T, planted garden) (count tally) {
	w := ofContactCenter(t, planted, "")
	w.stale = true // what is refused does no harm
	for _, op := range w.catalogue.Operations() {
		if row := w.rows[op.ID]; row != nil && row.Kind == behaviour.None {
			continue
		}
		w.unknownIDs(op, func(param, problem string) { count.add(op.ID+" "+param, problem) })
	}
	return count
}

// badBodies looks into the state file after each operation: it knows of every
// change.
func badBodies(t *testing.T, planted garden) (count tally) {
	path := filepath.Join(t.TempDir(), "state.db")
	w := ofContactCenter(t, planted, path)
	w.stale = true // what is refused does no harm
	state := openStateFile(t, path)
	most := 25
	if raceDetector {
		most = 4
	}
	for _, op := range w.catalogue.Operations() {
		if op.RequestShape() == nil {
			continue
		}
		target := w.path(op) + w.query(op)
		w.full(op, 0) // makes what it names
		w.as(op)
		state.changes(t)
		var problems []string
		w.badBodies(op, target, most, func(what, problem string) {
			if problem != "" {
				problems = append(problems, what+": "+problem)
			}
		})
		if changed := state.changes(t); len(changed) > 0 {
			problems = append(problems, fmt.Sprintf("changed: %.300q", changed))
		}
		count.add(op.ID, strings.Join(problems, "; "))
	}
	return count
}

func pagings(t *testing.T, planted garden) (count tally) {
	w := ofContactCenter(t, planted, "")
	for _, op := range w.paged() {
		count.add(op.ID, w.obeysPaging(op))
	}
	return count
}
