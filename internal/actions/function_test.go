package actions

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Actions of a function integration that an earlier version stored have no
// function; setting one up through a draft makes them work.
func TestADraftFromBeforeThereWereFunctionsGetsOne(t *testing.T) {
	t.Parallel()
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	m := Maker{NewID: func() string { return "a-function" }, Now: clock.At(time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC))}
	settings := FunctionSettings{Handler: "index.handler", Runtime: Runtimes[0].Name}
	err = db.Update(t.Context(), "org", func(tx *store.Tx) error {
		for id, typeID := range map[string]string{"functions": "function-data-actions", "web": "custom-rest-actions"} {
			if err := integration.All.Insert(tx, &integration.Integration{ID: id, TypeID: typeID}); err != nil {
				return err
			}
			a := fresh()
			a.ID, a.IntegrationID, a.Version, a.Config.Request.URLTemplate = "of-"+id, id, 1, "https://before.example.test"
			if err := Drafts.Insert(tx, a); err != nil {
				return err
			}
		}
		if _, err := m.SetFunction(tx, "of-web", settings); err == nil {
			t.Error("an action of another integration has got a function")
		}
		a, err := m.SetFunction(tx, "of-functions", settings)
		if err != nil {
			return err
		}
		if a.Function.ID != "a-function" || a.Config.Request.URLTemplate != "a-function" || a.Function.Handler != "index.handler" {
			t.Errorf("%+v calls %s", a.Function, a.Config.Request.URLTemplate)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
