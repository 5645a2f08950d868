package handlers_test

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestAStateThatCannotBeSavedIsSaidToTheClient(t *testing.T) {
	t.Parallel()
	full := &store.NotSavedError{Err: &fs.PathError{Op: "write", Path: "/home/ann/state.db", Err: syscall.ENOSPC}}
	public, unforeseen := handlers.Translate(fmt.Errorf("create: %w", full))
	if unforeseen || public.Status != 503 || public.Code != "service.unavailable" || public.Message != "The state cannot be saved: no space left on device. Nothing was changed." {
		t.Errorf("%+v, unforeseen %v", public, unforeseen)
	}
}
