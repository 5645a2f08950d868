package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What an operation prepares happens outside of every transaction: other writers
// go on meanwhile. The operation sees what was prepared.
func TestWritersDoNotWaitForWhatIsPrepared(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	token, err := s.control.Issue(t.Context(), control.TokenRequest{User: "admin@mockcloud.test"})
	if err != nil {
		t.Fatal(err)
	}
	const id = "postUserPassword"
	refusal := errors.New("not ready")
	tests := []struct {
		name   string
		before func(ctx context.Context, c *handlers.Call) error
		status int
	}{
		{"somebody else writes", func(ctx context.Context, c *handlers.Call) error {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			return s.db.Update(ctx, c.Caller.Claims.Org, func(tx *store.Tx) error {
				return identity.Divisions.Put(tx, &identity.Division{ID: "new", Name: "New"})
			})
		}, http.StatusNoContent},
		{"it reads", func(ctx context.Context, c *handlers.Call) error {
			return c.View(ctx, func() error {
				if c.Tx.Writable() {
					return errors.New("a transaction that can write")
				}
				return nil
			})
		}, http.StatusNoContent},
		{"it refuses", func(context.Context, *handlers.Call) error { return refusal }, http.StatusInternalServerError},
		{"it refuses what it reads", func(ctx context.Context, c *handlers.Call) error { return c.View(ctx, func() error { return refusal }) }, http.StatusInternalServerError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := handlers.NewRegistry(s.catalogue)
			invoked := false
			handlers.On(r, id, func(_ context.Context, c *handlers.Call, _ handlers.None) (handlers.None, error) {
				if invoked = true; c.Prepared != tt.name || !c.Tx.Writable() {
					t.Errorf("prepared = %v", c.Prepared)
				}
				return handlers.None{}, nil
			})
			r.Before(id, func(ctx context.Context, c *handlers.Call) error {
				if c.Tx != nil || c.Input.Body == nil || c.Caller == nil {
					t.Errorf("tx = %v, body = %v, caller = %v", c.Tx, c.Input.Body, c.Caller)
				}
				c.Prepared = tt.name
				return tt.before(ctx, c)
			})
			if err := r.Err(); err != nil {
				t.Fatal(err)
			}
			op, _ := s.catalogue.Operation(id)
			request := httptest.NewRequestWithContext(t.Context(), op.Method, "/api/v2/users/x/password", strings.NewReader(`{"newPassword":"x"}`))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+token.AccessToken)
			w := httptest.NewRecorder()
			if err := s.serveOperation(s.echo.NewContext(request, w), op, r.Operation(id)); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || invoked != (tt.status == http.StatusNoContent) {
				t.Errorf("status = %d, invoked = %v\n%s", w.Code, invoked, w.Body)
			}
		})
	}
}
