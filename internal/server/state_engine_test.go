package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/mockcloud/mockcloud/internal/server"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/mocktest"
)

// A state with what the engine keeps is checked, copied and opened like any other.
func TestTheEngineKeepsASoundState(t *testing.T) {
	t.Parallel()
	path, copied := filepath.Join(t.TempDir(), "state.db"), filepath.Join(t.TempDir(), "copy.db")
	srv := mocktest.Start(t, mocktest.Options{Path: path, Fixtures: []string{contactCenter}})
	admin := srv.Admin(t)
	made := admin.Post(t, "/api/v2/architect/schedules", `{"name":"Kept","start":"2026-01-05T08:00:00.000","end":"2026-01-05T17:00:00.000"}`)
	backup := srv.Anonymous().Get(t, "/_mockcloud/backup")
	if made.Status != 200 || backup.Status != 200 {
		t.Fatalf("%d %s, backup: %d", made.Status, made.Body, backup.Status)
	}
	if err := os.WriteFile(copied, backup.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	srv.Stop(t)
	for _, state := range []string{path, copied} {
		report, err := server.Check(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		if report.Findings.Total+report.Notes.Total > 0 {
			t.Errorf("%s: %q, %q", filepath.Base(state), report.Findings.First, report.Notes.First)
		}
		again := mocktest.Start(t, mocktest.Options{Path: state})
		if got := again.Admin(t).Get(t, made.Str(t, "selfUri")); got.Str(t, "name") != "Kept" {
			t.Errorf("%s: %d %s", filepath.Base(state), got.Status, got.Body)
		}
		again.Stop(t)
	}
	t.Run("which the check looks into", func(t *testing.T) {
		type broken struct {
			Path int `json:"path"` // should be a text
		}
		items := store.Collection[*broken]{Name: "engine/items", Key: func(*broken) string { return "/architect/schedules/broken" }}
		db, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
			for org := range tx.Orgs() {
				return items.Put(tx.In(org), &broken{Path: 7})
			}
			return nil
		})
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if report, err := server.Check(t.Context(), path); err == nil && report.Findings.Total == 0 {
			t.Error("it finds nothing wrong with a document that is none")
		}
	})
}
