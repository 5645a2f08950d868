package contactcenter_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Whatever is given and taken, a user has what a plain map says, and nobody has a
// skill that is gone.
func TestUsersHaveWhatTheyWereGiven(t *testing.T) {
	t.Parallel()
	write(t, func(tx *store.Tx) error {
		chance := rand.New(rand.NewPCG(3, 4))
		model := make(map[string]map[string]float64)
		for _, user := range []string{"u1", "u2", "u3"} {
			model[user] = make(map[string]float64)
		}
		some := func() []contactcenter.Assigned {
			var list []contactcenter.Assigned
			for range chance.IntN(4) {
				list = append(list, contactcenter.Assigned{ID: fmt.Sprint("s", chance.IntN(8)), Proficiency: float64(chance.IntN(11)) / 2})
			}
			return list
		}
		for round := range 600 {
			user, id := fmt.Sprint("u", 1+chance.IntN(3)), fmt.Sprint("s", chance.IntN(8))
			list := some()
			for _, a := range append(list, contactcenter.Assigned{ID: id}) {
				if !contactcenter.Skills.All.Has(tx, a.ID) {
					if err := contactcenter.Skills.All.Insert(tx, &contactcenter.Skill{ID: a.ID, Name: "Skill " + a.ID}); err != nil {
						return err
					}
				}
			}
			after := maps.Clone(model[user])
			switch round % 4 {
			case 0:
				after = make(map[string]float64)
				if err := contactcenter.Skills.Set(tx, user, list...); err != nil {
					return err
				}
			case 1, 2:
				if err := contactcenter.Skills.Add(tx, user, list...); err != nil {
					return err
				}
			case 3:
				list = nil
				_, had := after[id]
				delete(after, id)
				if err := contactcenter.Skills.Take(tx, user, id); errors.Is(err, store.ErrNotFound) == had {
					return fmt.Errorf("take: %w, had: %t", err, had)
				}
			}
			for _, a := range list {
				after[a.ID] = a.Proficiency
			}
			model[user] = after
			if round%50 == 49 {
				if err := contactcenter.Skills.Delete(tx, id); err != nil {
					return err
				}
				for _, has := range model {
					delete(has, id)
				}
			}
			for user, want := range model {
				got, err := contactcenter.Skills.Of(tx, user)
				if err != nil {
					return err
				}
				has := make(map[string]float64)
				last := ""
				for _, a := range got {
					if a.Name <= last || a.Name != "Skill "+a.ID {
						t.Errorf("%s comes after %s", a.Name, last)
					}
					has[a.ID], last = a.Proficiency, a.Name
				}
				if !maps.Equal(has, want) {
					return fmt.Errorf("round %d: %s has %v, want %v", round, user, has, want)
				}
			}
			holders, err := contactcenter.Skills.Holders(tx, "s1", "s2", "nothing")
			if err != nil {
				return err
			}
			for user, has := range model {
				want := maps.Clone(has)
				maps.DeleteFunc(want, func(id string, _ float64) bool { return id != "s1" && id != "s2" })
				if _, there := holders[user]; there != (len(want) > 0) || !maps.Equal(holders[user], want) {
					return fmt.Errorf("round %d: %s holds %v, want %v", round, user, holders[user], want)
				}
			}
		}
		return nil
	})
}

func TestSkillsAreFoundByTheirExactName(t *testing.T) {
	t.Parallel()
	write(t, func(tx *store.Tx) error {
		if err := contactcenter.Languages.All.Insert(tx, &contactcenter.Language{ID: "l", Name: "Spanish"}); err != nil {
			return err
		}
		if err := contactcenter.Languages.All.Insert(tx, &contactcenter.Language{ID: "m", Name: "SPANISH"}); !errors.Is(err, store.ErrExists) {
			t.Errorf("a second one: %v", err)
		}
		if l, err := contactcenter.Languages.Named(tx, "Spanish"); err != nil || l.ID != "l" {
			t.Errorf("language = %+v, %v", l, err)
		}
		for _, name := range []string{"spanish", "Spanish ", "Latin", ""} {
			if _, err := contactcenter.Languages.Named(tx, name); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q: %v", name, err)
			}
		}
		for given, want := range map[string]string{"l": "l", "Spanish": "l", " SPANISH ": "l", "L": "", "Latin": "", "": ""} {
			if id, ok := contactcenter.Languages.Find(tx, given); id != want || ok != (want != "") {
				t.Errorf("%q is %q, %t", given, id, ok)
			}
		}
		if _, err := contactcenter.Skills.Named(tx, "Spanish"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a language among the skills: %v", err)
		}
		return nil
	})
}

func TestAnUnknownSkillLeavesAUserAlone(t *testing.T) {
	t.Parallel()
	write(t, func(tx *store.Tx) error {
		if err := contactcenter.Skills.All.Insert(tx, &contactcenter.Skill{ID: "s", Name: "S"}); err != nil {
			return err
		}
		if err := contactcenter.Skills.Set(tx, "u", contactcenter.Assigned{ID: "s", Proficiency: 3, State: contactcenter.SkillInactive}); err != nil {
			return err
		}
		if err := contactcenter.Skills.Set(tx, "u", contactcenter.Assigned{ID: "s", Proficiency: 1}, contactcenter.Assigned{ID: "t"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("error = %v", err)
		}
		// What says nothing of the state leaves it.
		for _, want := range []float64{3, 4} {
			got, err := contactcenter.Skills.Of(tx, "u")
			if err != nil {
				return err
			}
			if len(got) != 1 || got[0].Proficiency != want || got[0].State != contactcenter.SkillInactive {
				t.Errorf("skills = %+v", got)
			}
			if err := contactcenter.Skills.Set(tx, "u", contactcenter.Assigned{ID: "s", Proficiency: 4}); err != nil {
				return err
			}
		}
		return nil
	})
}
