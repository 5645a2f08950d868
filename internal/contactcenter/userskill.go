package contactcenter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// The proficiencies that a user can have.
const (
	MinProficiency = 0
	MaxProficiency = 5
)

// The states that a skill of a user can have. An inactive one stays with the user
// and is not asked for by routing.
const (
	SkillActive   = "active"
	SkillInactive = "inactive"
)

// ValidProficiency says whether a user can be so good at something. Fractions
// are allowed.
func ValidProficiency(p float64) bool { return p >= MinProficiency && p <= MaxProficiency }

// Assigned is a skill or language of one user.
type Assigned struct {
	ID, Name    string
	Proficiency float64
	State       string // "" means for Set: as it was, and active where it is new
}

// holding is all that one user has of a kind. Names are not kept with it: a page
// of users looks up what they have, and nothing else.
type holding struct {
	UserID string `json:"userId"`
	Has    []held `json:"has"` // in the order of the ids
}

type held struct {
	ID          string  `json:"id"`
	Proficiency float64 `json:"proficiency"`
	Inactive    bool    `json:"inactive,omitempty"`
}

func (h *holding) ids() []string {
	ids := make([]string, len(h.Has))
	for i, one := range h.Has {
		ids[i] = one.ID
	}
	return ids
}

// find tells where the id stands, or would.
func (h *holding) find(id string) (int, bool) {
	return slices.BinarySearchFunc(h.Has, id, func(one held, id string) int { return strings.Compare(one.ID, id) })
}

// peek returns the shared holding of a user. One who has nothing has an empty
// one.
func (t *SkillSet) peek(tx *store.Tx, userID string) (*holding, error) {
	h, err := t.holdings.Peek(tx, userID)
	if IsNotFound(err) {
		return &holding{UserID: userID}, nil
	}
	return h, err
}

// put keeps no document of users who have nothing.
func (t *SkillSet) put(tx *store.Tx, h *holding) error {
	if len(h.Has) > 0 {
		return t.holdings.Put(tx, h)
	}
	if err := t.holdings.Delete(tx, h.UserID); err != nil && !IsNotFound(err) {
		return err
	}
	return nil
}

// Of returns what a user has, sorted by name.
func (t *SkillSet) Of(tx *store.Tx, userID string) ([]Assigned, error) {
	h, err := t.peek(tx, userID)
	if err != nil {
		return nil, err
	}
	list := make([]Assigned, len(h.Has))
	for i, one := range h.Has {
		s, err := t.All.Peek(tx, one.ID)
		if err != nil {
			return nil, fmt.Errorf("%s %s of user %s: %w", t.Noun, one.ID, userID, err)
		}
		list[i] = Assigned{ID: s.ID, Name: s.Name, Proficiency: one.Proficiency, State: SkillActive}
		if one.Inactive {
			list[i].State = SkillInactive
		}
	}
	slices.SortFunc(list, func(a, b Assigned) int { return strings.Compare(NameKey(a.Name), NameKey(b.Name)) })
	return list, nil
}

// Has says whether a user has all of them, active or not.
func (t *SkillSet) Has(tx *store.Tx, userID string, ids ...string) (bool, error) {
	h, err := t.peek(tx, userID)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(ids, func(id string) bool {
		_, there := h.find(id)
		return !there
	}), nil
}

// Holders are the users who have some of them, active or not, with how good they are
// at which. It reads what those users have, and nobody else.
func (t *SkillSet) Holders(tx *store.Tx, ids ...string) (map[string]map[string]float64, error) {
	holders := make(map[string]map[string]float64)
	for _, id := range ids {
		for userID := range t.holdings.KeysBy(tx, "skill", id) {
			h, err := t.peek(tx, userID)
			if err != nil {
				return nil, err
			}
			if at, there := h.find(id); there {
				if holders[userID] == nil {
					holders[userID] = make(map[string]float64)
				}
				holders[userID][id] = h.Has[at].Proficiency
			}
		}
	}
	return holders, nil
}

// Set makes the list all that a user has. Ids count, not names; of two with the
// same id the last does. An id that there is not is store.ErrNotFound, wrapped.
func (t *SkillSet) Set(tx *store.Tx, userID string, list ...Assigned) error {
	return t.write(tx, userID, list, false)
}

// Add is Set for some of what a user has: all else stays.
func (t *SkillSet) Add(tx *store.Tx, userID string, list ...Assigned) error {
	return t.write(tx, userID, list, true)
}

func (t *SkillSet) write(tx *store.Tx, userID string, list []Assigned, keep bool) error {
	before, err := t.peek(tx, userID)
	if err != nil {
		return err
	}
	after := &holding{UserID: userID}
	if keep {
		after.Has = slices.Clone(before.Has)
	}
	for _, a := range list {
		if !t.All.Has(tx, a.ID) {
			return fmt.Errorf("%s %.100q: %w", t.Noun, a.ID, store.ErrNotFound)
		}
		one := held{ID: a.ID, Proficiency: a.Proficiency, Inactive: a.State == SkillInactive}
		if at, there := before.find(a.ID); there && a.State == "" {
			one.Inactive = before.Has[at].Inactive
		}
		at, there := after.find(a.ID)
		if !there {
			after.Has = slices.Insert(after.Has, at, held{})
		}
		after.Has[at] = one
	}
	return t.put(tx, after)
}

// Take takes one of them from a user, or returns store.ErrNotFound where the user
// does not have it.
func (t *SkillSet) Take(tx *store.Tx, userID, id string) error {
	before, err := t.peek(tx, userID)
	if err != nil {
		return err
	}
	at, there := before.find(id)
	if !there {
		return store.ErrNotFound
	}
	return t.put(tx, &holding{UserID: userID, Has: slices.Delete(slices.Clone(before.Has), at, at+1)})
}

// AssignedView is a skill or language of a user on the wire: the schemas
// UserRoutingSkill and UserRoutingLanguage.
type AssignedView struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Proficiency float64 `json:"proficiency"`
	State       string  `json:"state"`
	SkillURI    string  `json:"skillUri,omitempty"`
	LanguageURI string  `json:"languageUri,omitempty"`
	SelfURI     string  `json:"selfUri"`
}

// AssignedView renders one of what a user has.
func (t *SkillSet) AssignedView(userID string, a *Assigned) *AssignedView {
	v := &AssignedView{
		ID: a.ID, Name: a.Name, Proficiency: a.Proficiency, State: cmp.Or(a.State, SkillActive),
		SelfURI: "/api/v2/users/" + userID + t.ofUsers + a.ID,
	}
	if t == Languages {
		v.LanguageURI = t.uri + a.ID
	} else {
		v.SkillURI = t.uri + a.ID
	}
	return v
}

// AssignedViews renders all that a user has, by name. None is an empty list.
func (t *SkillSet) AssignedViews(tx *store.Tx, userID string) ([]*AssignedView, error) {
	list, err := t.Of(tx, userID)
	if err != nil {
		return nil, err
	}
	views := make([]*AssignedView, len(list))
	for i := range list {
		views[i] = t.AssignedView(userID, &list[i])
	}
	return views, nil
}

// SkillViews are the parts of a user on the wire that the expansions skills and
// languages add. The fields are there on request only, then even when they are empty.
type SkillViews struct {
	Skills    []*AssignedView `json:"skills,omitzero"`
	Languages []*AssignedView `json:"languages,omitzero"`
}

// SkillViewsOf renders what was asked for; expand has the names in lower case.
func SkillViewsOf(tx *store.Tx, userID string, expand map[string]bool) (v SkillViews, err error) {
	if expand["skills"] {
		if v.Skills, err = Skills.AssignedViews(tx, userID); err != nil {
			return v, err
		}
	}
	if expand["languages"] {
		v.Languages, err = Languages.AssignedViews(tx, userID)
	}
	return v, err
}
