package server

import (
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// Every request pays for what is counted.
func TestCountingAllocatesNothing(t *testing.T) {
	s := &Server{config: Config{}.fill()}
	m := s.newMeters()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	op := catalogue.Operations()[0]
	count := func() {
		m.countOperation(op, 200, time.Millisecond)
		m.countOperation(op, 403, time.Millisecond)
		m.countPage("/oauth/token", "POST", 200, time.Millisecond)
		m.countRefusal("missing.any.permissions")
	}
	count()
	if got := testing.AllocsPerRun(100, count); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// Codes come from the catalogue and the code; should that ever change, they are
// still bounded.
func TestCodesAreBounded(t *testing.T) {
	t.Parallel()
	s := &Server{config: Config{}.fill()}
	m := s.newMeters()
	for i := range 2 * maxCodes {
		m.countRefusal("code." + strings.Repeat("x", i%90) + string(rune('a'+i%26)))
	}
	m.countRefusal("{\"\n")
	if got := len(m.codes); got > maxCodes {
		t.Errorf("%d codes", got)
	}
	for _, name := range m.set.ListMetricNames() {
		if strings.ContainsAny(name, "\n\\") {
			t.Errorf("name %q", name)
		}
	}
}
