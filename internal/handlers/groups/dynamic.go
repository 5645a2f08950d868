package groups

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The dynamic settings of a group are a query by skills. They are kept and given
// back, and the preview counts who fits; the members of a group are not made from
// them.

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

// skillCondition is a condition on one skill or language: the schemas
// DynamicGroupRoutingSkillCondition and DynamicGroupLanguageSkillCondition.
type skillCondition struct {
	Skill       string      `json:"routingSkill"`
	Language    string      `json:"languageSkill"`
	Comparator  string      `json:"comparator"`
	Proficiency float64     `json:"proficiency"`
	Children    []condition `json:"childConditions"`
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

// named are the ids of the skills and languages that a query names, each once.
type named struct{ skills, languages []string }

// resolve puts ids in the place of the names in conditions, and "" in that of what
// there is not.
func (n *named) resolve(tx *store.Tx, conditions []condition) {
	for i := range conditions {
		for j := range conditions[i].Skills {
			s := &conditions[i].Skills[j]
			s.Skill = idOf(tx, contactcenter.Skills, s.Skill, &n.skills)
			n.resolve(tx, s.Children)
		}
		for j := range conditions[i].Languages {
			s := &conditions[i].Languages[j]
			s.Language = idOf(tx, contactcenter.Languages, s.Language, &n.languages)
			n.resolve(tx, s.Children)
		}
	}
}

// idOf also adds the id to those that were found.
//
// Guess: a skill may be given by its id as well as by its name.
func idOf(tx *store.Tx, among *contactcenter.SkillSet, skill string, found *[]string) string {
	id, ok := among.Find(tx, skill)
	if ok && !slices.Contains(*found, id) {
		*found = append(*found, id)
	}
	return id
}

// holder is how good somebody is at the skills and languages of a query, by id.
type holder struct{ skills, languages map[string]float64 }

// fitAll says whether all conditions hold for somebody.
func (has *holder) fitAll(conditions []condition) bool {
	return !slices.ContainsFunc(conditions, func(c condition) bool { return !has.fit(&c) })
}

// fit joins what the condition says of each skill. One that says nothing holds.
//
// Guess: Not asks that none of it be so.
func (has *holder) fit(c *condition) bool {
	met, all := 0, len(c.Skills)+len(c.Languages)
	for i := range c.Skills {
		if has.meet(&c.Skills[i], has.skills, c.Skills[i].Skill) {
			met++
		}
	}
	for i := range c.Languages {
		if has.meet(&c.Languages[i], has.languages, c.Languages[i].Language) {
			met++
		}
	}
	switch c.Operation {
	case "Not":
		return met == 0
	case "Or":
		return met > 0 || all == 0
	default:
		return met == all
	}
}

// meet says whether the skill is there, as good as the condition has it, and what
// stands below the condition holds as well.
//
// Guess: a comparison with a skill that is not there does not hold, whichever it is.
func (has *holder) meet(c *skillCondition, proficiencies map[string]float64, id string) bool {
	proficiency, there := proficiencies[id]
	return there && c.compare(proficiency) && has.fitAll(c.Children)
}

func (c *skillCondition) compare(proficiency float64) bool {
	switch c.Comparator {
	case "EqualTo":
		return proficiency == c.Proficiency
	case "NotEqualTo":
		return proficiency != c.Proficiency
	case "LessThan":
		return proficiency < c.Proficiency
	case "GreaterThan":
		return proficiency > c.Proficiency
	case "GreaterThanOrEqualTo":
		return proficiency >= c.Proficiency
	default: // LessThanOrEqualTo
		return proficiency <= c.Proficiency
	}
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
	if err != nil {
		return nil, err
	}
	n, err := fitting(c.Tx, q.Conditions)
	return &previewed{UserCount: n}, err
}

// fitting counts the active users for whom the conditions hold. Those who have
// nothing of what is named are all the same, and are not looked at.
func fitting(tx *store.Tx, conditions []condition) (int, error) {
	var wanted named
	wanted.resolve(tx, conditions)
	skills, err := contactcenter.Skills.Holders(tx, wanted.skills...)
	if err != nil {
		return 0, err
	}
	languages, err := contactcenter.Languages.Holders(tx, wanted.languages...)
	if err != nil {
		return 0, err
	}
	_, n, err := identity.UsersIn(tx, identity.UserActive, false, 0, 0)
	if err != nil {
		return 0, err
	}
	others := new(holder).fitAll(conditions)
	if !others {
		n = 0
	}
	holders := make(map[string]*holder, len(skills)+len(languages))
	for id, proficiencies := range skills {
		holders[id] = &holder{skills: proficiencies}
	}
	for id, proficiencies := range languages {
		if holders[id] == nil {
			holders[id] = new(holder)
		}
		holders[id].languages = proficiencies
	}
	for id, has := range holders {
		u, err := identity.Users.Peek(tx, id)
		if err != nil {
			return 0, err
		}
		if u.State != identity.UserActive {
			continue
		}
		switch fits := has.fitAll(conditions); {
		case fits && !others:
			n++
		case others && !fits:
			n--
		}
	}
	return n, nil
}
