package groups

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The dynamic settings of a group are a query by skills. They are kept and given
// back, and the preview counts who fits; the members of a group are not made from
// them. Nobody has a routing or language skill here, since nothing implements
// those yet, so that a condition holds only where it asks that skills be absent.

// query is the schema DynamicGroupQuery, as far as it is looked at.
type query struct {
	Conditions []condition `json:"skillConditions"`
}

// condition is the schema DynamicGroupSkillCondition.
type condition struct {
	Operation string           `json:"operation"` // And, Or or Not
	Languages []skillCondition `json:"languageSkillConditions"`
	Skills    []skillCondition `json:"routingSkillConditions"`
}

// skillCondition is what matters of the conditions on one skill. What stands
// below a skill that nobody has makes no difference.
type skillCondition struct {
	Children []condition `json:"childConditions"`
}

// maxConditions is how many conditions a query can have, those inside of others
// included.
//
// Guess: the specification has no limit.
const maxConditions = 100

func count(conditions []condition) int {
	n := len(conditions)
	for _, c := range conditions {
		for _, s := range c.Languages {
			n += count(s.Children)
		}
		for _, s := range c.Skills {
			n += count(s.Children)
		}
	}
	return n
}

// fits says whether somebody without any skill fits. All conditions have to hold.
//
// Guess: Not asks that none of the skills be there; a comparison with a skill
// that is not there does not hold, whichever it is.
func (q *query) fits() bool {
	for _, condition := range q.Conditions {
		if condition.Operation != "Not" && len(condition.Languages)+len(condition.Skills) > 0 {
			return false
		}
	}
	return true
}

type definition struct {
	DateModified *clock.Time     `json:"dateModified"`
	Group        identity.Ref    `json:"group"`
	Query        json.RawMessage `json:"query"`
	SelfURI      string          `json:"selfUri"`
}

func dynamicURI(groupID string) string { return identity.GroupURI(groupID) + "/dynamicsettings" }

// dynamic is getGroupDynamicsettings.
//
// Guess: a group without settings answers 404.
func (f *Family) dynamic(_ context.Context, c *handlers.Call, in groupRef) (*definition, error) {
	g, err := peek(c, in.ID)
	if err != nil {
		return nil, err
	}
	if g.Dynamic == nil {
		return nil, apierr.NotFound().About(g.ID, "dynamicGroup")
	}
	return &definition{
		DateModified: g.Dynamic.Modified, Query: g.Dynamic.Query, SelfURI: dynamicURI(g.ID),
		Group: identity.Ref{ID: g.ID, SelfURI: identity.GroupURI(g.ID)},
	}, nil
}

type dynamicInput struct {
	ID   string          `param:"groupId"`
	Body json.RawMessage `body:""`
}

// setDynamic is putGroupDynamicsettings.
func (f *Family) setDynamic(_ context.Context, c *handlers.Call, in dynamicInput) (handlers.None, error) {
	if _, err := parseQuery(c, in.Body); err != nil {
		return handlers.None{}, err
	}
	g, err := find(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	g.Dynamic = &identity.DynamicGroup{Query: in.Body, Modified: clock.At(c.Now())}
	return handlers.None{}, save(c, g)
}

// parseQuery refuses a query without conditions, which would mean everybody, and
// one with too many.
func parseQuery(c *handlers.Call, text json.RawMessage) (*query, error) {
	var q query
	if json.Unmarshal(text, &q) != nil || len(q.Conditions) == 0 || count(q.Conditions) > maxConditions {
		refusal := c.Documented(http.StatusBadRequest, "general.bad.request").OnField("skillConditions")
		if refusal.Message == "" {
			refusal.Message = "Provided request is not valid"
		}
		return nil, refusal
	}
	return &q, nil
}

// removeDynamic is deleteGroupDynamicsettings. The members stay.
func (f *Family) removeDynamic(_ context.Context, c *handlers.Call, in groupRef) (handlers.None, error) {
	g, err := find(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	if g.Dynamic == nil {
		return handlers.None{}, apierr.NotFound().About(g.ID, "dynamicGroup")
	}
	g.Dynamic = nil
	return handlers.None{}, save(c, g)
}

type previewInput struct {
	Body json.RawMessage `body:""`
}

// previewed is the schema DynamicGroupQueryPreview.
type previewed struct {
	UserCount int `json:"userCount"`
}

// preview is postGroupsDynamicsettingsPreview.
func (f *Family) preview(_ context.Context, c *handlers.Call, in previewInput) (*previewed, error) {
	q, err := parseQuery(c, in.Body)
	if err != nil || !q.fits() {
		return &previewed{}, err
	}
	n, err := activeUsers(c.Tx)
	return &previewed{UserCount: n}, err
}

// activeUsers counts them without looking at any.
func activeUsers(tx *store.Tx) (int, error) {
	n, err := identity.Users.Count(tx)
	for _, state := range []string{identity.UserInactive, identity.UserDeleted} {
		for range identity.Users.KeysBy(tx, "state", state) {
			n--
		}
	}
	return n, err
}
