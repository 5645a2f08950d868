package server

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/openapi"
)

// What families keep, the engine does not: the derived table must know of the same
// collections as the engine is told of.
func TestTheTableKnowsWhatFamiliesKeep(t *testing.T) {
	t.Parallel()
	var overlay struct{ Owned []string }
	if err := json.Unmarshal([]byte(openapi.BehaviourOverlay), &overlay); err != nil {
		t.Fatal(err)
	}
	told, known := slices.Sorted(maps.Keys(owners())), slices.Sorted(slices.Values(overlay.Owned))
	if !slices.Equal(told, known) {
		t.Errorf("owners.go has %v, behaviour.json %v", told, known)
	}
}
