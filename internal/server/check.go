package server

import (
	"context"
	"slices"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/engine"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/login"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// collections lists all that a state file can hold.
func collections() []store.Checker {
	return slices.Concat(
		identity.Collections(),
		auth.Collections(),
		outbound.Collections(),
		contactcenter.Collections(),
		integration.Collections(),
		usage.Collections(),
		actions.Collections(),
		login.Collections(),
		upload.Collections(),
		engine.Collections(),
	)
}

// Check looks through a state file that no server has open, down to each document.
func Check(ctx context.Context, path string) (*store.Report, error) {
	return store.Check(ctx, path, store.Checks{Collections: collections(), Loose: identity.LooseGrants})
}
