package routing

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// registerSkills claims the operations on skills, and the same ones on languages.
func (f *Family) registerSkills(r *handlers.Registry) {
	handlers.On(r, "getRoutingSkills", skillLister(contactcenter.Skills))
	handlers.On(r, "postRoutingSkills", skillMaker(contactcenter.Skills))
	handlers.On(r, "getRoutingSkill", f.skill)
	handlers.On(r, "deleteRoutingSkill", f.removeSkill)
	handlers.On(r, "getRoutingLanguages", skillLister(contactcenter.Languages))
	handlers.On(r, "postRoutingLanguages", skillMaker(contactcenter.Languages))
	handlers.On(r, "getRoutingLanguage", f.language)
	handlers.On(r, "deleteRoutingLanguage", f.removeLanguage)
	// The same languages under the path that they had before.
	handlers.On(r, "getLanguages", skillLister(contactcenter.Languages))
	handlers.On(r, "postLanguages", skillMaker(contactcenter.Languages))
	handlers.On(r, "getLanguage", f.language)
	handlers.On(r, "deleteLanguage", f.removeLanguage)
}

type skillList struct {
	SortOrder string   `query:"sortOrder"` // of languages only
	Name      string   `query:"name"`
	IDs       []string `query:"id"`
}

// skillLister makes a listing, by name.
func skillLister(t *contactcenter.SkillSet) func(context.Context, *handlers.Call, skillList) (*handlers.Listing[*contactcenter.SkillView], error) {
	return func(_ context.Context, c *handlers.Call, in skillList) (*handlers.Listing[*contactcenter.SkillView], error) {
		p, err := handlers.PageOf(c, maxPage)
		if err != nil {
			return nil, err
		}
		s := selection[*contactcenter.Skill]{
			index: "name", reverse: descending(in.SortOrder), keep: in.filter(),
			few: fewOf(c.Tx, t.All, in.IDs, in.Name),
			compare: func(a, b *contactcenter.Skill) int {
				return strings.Compare(contactcenter.NameKey(a.Name), contactcenter.NameKey(b.Name))
			},
		}
		found, total, err := list(c.Tx, t.All, s, p)
		if err != nil {
			return nil, err
		}
		views := make([]*contactcenter.SkillView, len(found))
		for i, one := range found {
			views[i] = t.View(one)
		}
		return handlers.NewListing(c, views, p, total), nil
	}
}

// filter returns nil where everything is wanted.
func (in *skillList) filter() func(*contactcenter.Skill) bool {
	if in.Name == "" && len(in.IDs) == 0 {
		return nil
	}
	return func(s *contactcenter.Skill) bool {
		return (in.Name == "" || named(s.Name, in.Name)) && (len(in.IDs) == 0 || slices.Contains(in.IDs, s.ID))
	}
}

// newSkill is what can be said of a new one: it is active, whatever state the
// body has.
type newSkill struct {
	Body struct {
		Name string `json:"name"`
	} `body:""`
}

// skillMaker makes what creates skills or languages.
//
// Guess: a name is compared without its case, as those of queues are.
func skillMaker(t *contactcenter.SkillSet) func(context.Context, *handlers.Call, newSkill) (*contactcenter.SkillView, error) {
	return func(_ context.Context, c *handlers.Call, in newSkill) (*contactcenter.SkillView, error) {
		if !contactcenter.ValidName(in.Body.Name) {
			return nil, c.Documented(http.StatusBadRequest, "constraint.validation",
				"The name must not be blank, nor longer than 256 characters.").OnField("name")
		}
		s := &contactcenter.Skill{ID: c.NewID(), Name: in.Body.Name, Modified: clock.At(c.Now())}
		err := t.All.Insert(c.Tx, s)
		if errors.Is(err, store.ErrExists) {
			return nil, nameTaken(c, t)
		}
		if err != nil {
			return nil, err
		}
		return t.View(s), nil
	}
}

// nameTaken is a 409 for skills, for which the status is listed besides 400, as
// it is for users; for languages it is the 400 that is listed alone.
func nameTaken(c *handlers.Call, t *contactcenter.SkillSet) *apierr.Error {
	e := c.Documented(http.StatusBadRequest, "general.conflict").OnField("name")
	if t == contactcenter.Skills {
		e.Status = http.StatusConflict
	}
	return e
}

type skillRef struct {
	ID string `param:"skillId"`
}

type languageRef struct {
	ID string `param:"languageId"`
}

func (f *Family) skill(_ context.Context, c *handlers.Call, in skillRef) (*contactcenter.SkillView, error) {
	return skillView(c, contactcenter.Skills, in.ID)
}

func (f *Family) language(_ context.Context, c *handlers.Call, in languageRef) (*contactcenter.SkillView, error) {
	return skillView(c, contactcenter.Languages, in.ID)
}

func skillView(c *handlers.Call, t *contactcenter.SkillSet, id string) (*contactcenter.SkillView, error) {
	s, err := t.All.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noSkill(c, t, id)
	}
	if err != nil {
		return nil, err
	}
	return t.View(s), nil
}

func (f *Family) removeSkill(_ context.Context, c *handlers.Call, in skillRef) (handlers.None, error) {
	return removeFrom(c, contactcenter.Skills, in.ID)
}

func (f *Family) removeLanguage(_ context.Context, c *handlers.Call, in languageRef) (handlers.None, error) {
	return removeFrom(c, contactcenter.Languages, in.ID)
}

// removeFrom keeps nothing of what it removes, so that it is not found
// afterwards: Terraform takes that as well as a state (facts: terraform.md §3).
func removeFrom(c *handlers.Call, t *contactcenter.SkillSet, id string) (handlers.None, error) {
	err := t.Delete(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, noSkill(c, t, id)
	}
	return handlers.None{}, err
}

// noSkill is the operation's 404. Those of skills have a code of their own.
func noSkill(c *handlers.Call, t *contactcenter.SkillSet, id string) *apierr.Error {
	code := "not.found"
	if t == contactcenter.Skills {
		code = "skillsservice.skillnotfound"
	}
	return c.Documented(http.StatusNotFound, code).About(id, t.Noun)
}
