package organizations

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// limit is the schema Limit.
type limit struct {
	Key       string `json:"key"`
	Namespace string `json:"namespace"`
	Value     int64  `json:"value"`
}

type limitListing struct {
	Entities []limit `json:"entities"`
}

const platformAPI = "platform.api"

// maxDivisions is what GET /api/v2/authorization/divisions/limit answers.
const maxDivisions = 50

// limitsOf returns the limits that can be seen, by namespace. They are the ones
// that hold here; other namespaces have none.
//
// Those of the API itself are known, number and name (facts: oauth.md §8). Guess:
// what the others are called.
func limitsOf(s *identity.Settings) map[string][]limit {
	return map[string][]limit{
		"auth.api": {{"oauth.clients.max", "auth.api", int64(s.ClientLimit())}},
		"authorization": {
			{"divisions.max", "authorization", maxDivisions},
			{"subject.role.assignments.max", "authorization", identity.MaxAssignments},
		},
		platformAPI: {
			{"client.credentials.token.rate.per.minute", platformAPI, 300},
			{"org.app.user.rate.per.minute", platformAPI, 3000},
			{"request.bytes.max", platformAPI, 512000},
			{"token.rate.per.minute", platformAPI, 300},
			{"ui.token.rate.per.minute", platformAPI, 300},
		},
	}
}

// maxPageSize is the largest page of namespaces.
const maxPageSize = 100

// namespaces is getOrganizationsLimitsNamespaces. Guess: the entities are names,
// since the specification gives the listing no shape.
func (f *Family) namespaces(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[string], error) {
	p, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	all := slices.Sorted(maps.Keys(limitsOf(&c.Caller.Org.Settings)))
	return handlers.NewListing(c, handlers.Cut(all, p), p, len(all)), nil
}

type namespaceRef struct {
	Name string `param:"namespaceName"`
}

// limits is getOrganizationsLimitsNamespace.
func (f *Family) limits(_ context.Context, c *handlers.Call, in namespaceRef) (*limitListing, error) {
	return viewLimits(c, &c.Caller.Org.Settings, in)
}

// defaultLimits is getOrganizationsLimitsNamespaceDefaults.
func (f *Family) defaultLimits(_ context.Context, c *handlers.Call, in namespaceRef) (*limitListing, error) {
	return viewLimits(c, &identity.Settings{}, in)
}

func viewLimits(c *handlers.Call, s *identity.Settings, in namespaceRef) (*limitListing, error) {
	limits := limitsOf(s)[in.Name]
	if limits == nil {
		return nil, c.Documented(http.StatusBadRequest, "invalid.value").OnField("namespaceName")
	}
	return &limitListing{limits}, nil
}
