package authorization_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/handlers/authorization"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestFurtherKindsOfObjectsHoldADivision(t *testing.T) {
	t.Parallel()
	catalogue, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	queues := 2
	family := authorization.Family{Objects: []authorization.Objects{
		{Type: "QUEUE", Count: func(*store.Tx, string) (int, error) { return queues, nil }},
	}}
	registry := handlers.NewRegistry(catalogue)
	family.Register(registry)
	if err := registry.Err(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })

	remove := func() error {
		return db.Update(t.Context(), "org", func(tx *store.Tx) error {
			if err := identity.Divisions.Put(tx, &identity.Division{ID: "d", Name: "D"}); err != nil {
				return err
			}
			op, _ := catalogue.Operation("deleteAuthorizationDivision")
			c := handlers.NewCall(&handlers.Env{Catalogue: catalogue}, op, func(string) string { return "d" })
			c.Tx, c.Input = tx, &spec.Input{}
			_, err := registry.Operation(op.ID).Invoke(t.Context(), c)
			return err
		})
	}
	var refusal *apierr.Error
	if err := remove(); !errors.As(err, &refusal) || refusal.Code != "precondition.failure" {
		t.Errorf("with queues inside: %v", err)
	}
	queues = 0
	if err := remove(); err != nil {
		t.Errorf("without queues: %v", err)
	}
}
