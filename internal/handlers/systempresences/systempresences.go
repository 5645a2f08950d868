// Package systempresences implements /api/v2/systempresences: the presences that
// every definition stands for one of.
package systempresences

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// Family is the systempresences family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operation.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getSystempresences", f.list)
}

// view is the schema SystemPresence.
type view struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	SelfURI string `json:"selfUri"`
}

func (f *Family) list(context.Context, *handlers.Call, handlers.None) ([]view, error) {
	views := []view{}
	for _, p := range contactcenter.SystemPresences() {
		views = append(views, view{ID: p.ID, Name: p.System, SelfURI: "/api/v2/systempresences/" + p.ID})
	}
	return views, nil
}
