package contactcenter

import (
	"fmt"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Skill is something that routing can ask of an agent: a routing skill, or a
// routing language, which is the same under another path.
type Skill struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Modified *clock.Time `json:"modified,omitempty"`
}

// Language is a language in which agents can be asked to speak.
type Language = Skill

// SkillSet is the skills or the languages of an organization, and who has them.
type SkillSet struct {
	Noun string                    // one of them, in errors
	All  *store.Collection[*Skill] // by name; names are unique, whatever their case

	uri      string // where they are, with a slash at the end
	ofUsers  string // what follows a user, likewise
	holdings *store.Collection[*holding]
}

// Skills and Languages differ in nothing but their paths.
var (
	Skills = &SkillSet{
		Noun: "skill", All: &skills, holdings: &skillHoldings,
		uri: "/api/v2/routing/skills/", ofUsers: "/routingskills/",
	}
	Languages = &SkillSet{
		Noun: "language", All: &languages, holdings: &languageHoldings,
		uri: "/api/v2/routing/languages/", ofUsers: "/routinglanguages/",
	}
)

var (
	skills           = store.Collection[*Skill]{Name: "routing/skills", Key: skillKey, Indexes: skillIndexes}
	languages        = store.Collection[*Language]{Name: "routing/languages", Key: skillKey, Indexes: skillIndexes}
	skillHoldings    = store.Collection[*holding]{Name: "routing/skills/users", Key: holdingKey, Indexes: holdingIndexes}
	languageHoldings = store.Collection[*holding]{Name: "routing/languages/users", Key: holdingKey, Indexes: holdingIndexes}
)

func skillKey(s *Skill) string { return s.ID }

var skillIndexes = []store.Index[*Skill]{
	{Name: "name", Unique: true, Keys: func(s *Skill) []string { return []string{NameKey(s.Name)} }},
}

func holdingKey(h *holding) string { return h.UserID }

var holdingIndexes = []store.Index[*holding]{{Name: "skill", Keys: (*holding).ids}}

// Named returns the one with that name as a shared value, or store.ErrNotFound.
// Case counts, as the schema ScimUserRoutingSkill has it, although no two names
// differ in it alone.
func (t *SkillSet) Named(tx *store.Tx, name string) (*Skill, error) {
	for id := range t.All.KeysBy(tx, "name", NameKey(name)) {
		s, err := t.All.Peek(tx, id)
		if err != nil || s.Name == name {
			return s, err
		}
	}
	return nil, store.ErrNotFound
}

// Find returns the id of the one with that id or, whatever its case, that name.
func (t *SkillSet) Find(tx *store.Tx, idOrName string) (id string, ok bool) {
	if t.All.Has(tx, idOrName) {
		return idOrName, true
	}
	for id := range t.All.KeysBy(tx, "name", NameKey(idOrName)) {
		return id, true
	}
	return "", false
}

// Delete removes a skill or language, also from the users who have it, or
// returns store.ErrNotFound.
func (t *SkillSet) Delete(tx *store.Tx, id string) error {
	var holders []string // read to the end before any changes
	for userID := range t.holdings.KeysBy(tx, "skill", id) {
		holders = append(holders, userID)
	}
	for _, userID := range holders {
		if err := t.Take(tx, userID, id); err != nil {
			return fmt.Errorf("%s of user %s: %w", t.Noun, userID, err)
		}
	}
	return t.All.Delete(tx, id)
}

// SkillView is a skill or language on the wire: the schemas RoutingSkill and
// Language.
type SkillView struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	DateModified *clock.Time `json:"dateModified,omitempty"`
	State        string      `json:"state"`
	Version      string      `json:"version"` // a text, other than elsewhere (facts: clients.md §6)
	SelfURI      string      `json:"selfUri"`
}

// View renders one of them. None is ever changed, so that there is one version
// of it and one state.
func (t *SkillSet) View(s *Skill) *SkillView {
	return &SkillView{ID: s.ID, Name: s.Name, DateModified: s.Modified, State: SkillActive, Version: "1", SelfURI: t.uri + s.ID}
}
