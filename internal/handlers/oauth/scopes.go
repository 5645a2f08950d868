package oauth

import (
	"context"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// oauthScope is the schema OAuthScope.
type oauthScope struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	SelfURI     string `json:"selfUri"`
}

func scopeView(id string) *oauthScope {
	return &oauthScope{ID: id, Description: describeScope(id), SelfURI: "/api/v2/oauth/scopes/" + id}
}

// describeScope words what a scope allows. The real service's texts are
// unknown.
func describeScope(id string) string {
	base, readOnly := strings.CutSuffix(id, ":readonly")
	words := strings.ReplaceAll(base, "-", " ")
	if readOnly {
		return "See " + words + ", without changing anything"
	}
	return "See and change " + words
}

// scopeListing has no paging keys (facts: oauth.md §7).
type scopeListing struct {
	Total    int           `json:"total"`
	Entities []*oauthScope `json:"entities"`
	SelfURI  string        `json:"selfUri"`
}

func (f *Family) scopes(_ context.Context, c *handlers.Call, _ handlers.None) (*scopeListing, error) {
	ids := c.Catalogue.Scopes()
	l := &scopeListing{Total: len(ids), Entities: make([]*oauthScope, len(ids)), SelfURI: "/api/v2/oauth/scopes"}
	for i, id := range ids {
		l.Entities[i] = scopeView(id)
	}
	return l, nil
}

type scopeRef struct {
	ID string `param:"scopeId"`
}

func (f *Family) scope(_ context.Context, c *handlers.Call, in scopeRef) (*oauthScope, error) {
	if _, ok := slices.BinarySearch(c.Catalogue.Scopes(), in.ID); !ok {
		return nil, apierr.NotFound().About(in.ID, "scope")
	}
	return scopeView(in.ID), nil
}
