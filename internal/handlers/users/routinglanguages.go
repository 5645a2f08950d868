package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// registerRoutingLanguages claims the operations on the routing languages of a
// user. There is none that replaces all of them, and a change is a PATCH.
func (f *Family) registerRoutingLanguages(r *handlers.Registry) {
	handlers.On(r, "getUserRoutinglanguages", f.routingLanguages)
	handlers.On(r, "postUserRoutinglanguages", f.addRoutingLanguage)
	handlers.On(r, "patchUserRoutinglanguagesBulk", f.addRoutingLanguages)
	handlers.On(r, "patchUserRoutinglanguage", f.changeRoutingLanguage)
	handlers.On(r, "deleteUserRoutinglanguage", f.removeRoutingLanguage)
}

// routingLanguages is getUserRoutinglanguages, open to all.
func (f *Family) routingLanguages(_ context.Context, c *handlers.Call, in skillsInput) (*skillListing, error) {
	return listSkills(c, contactcenter.Languages, in.ID, in.SortOrder)
}

func (f *Family) addRoutingLanguage(_ context.Context, c *handlers.Call, in addSkillInput) (*contactcenter.AssignedView, error) {
	return addSkill(c, contactcenter.Languages, in.ID, &in.Body)
}

// addRoutingLanguages is patchUserRoutinglanguagesBulk, as with skills.
func (f *Family) addRoutingLanguages(_ context.Context, c *handlers.Call, in bulkSkillsInput) (*skillListing, error) {
	return writeSkills(c, contactcenter.Languages, in.ID, in.Body, contactcenter.Languages.Add)
}

type routingLanguageRef struct {
	UserID string `param:"userId"`
	ID     string `param:"languageId"`
}

type changeRoutingLanguageInput struct {
	UserID string      `param:"userId"`
	ID     string      `param:"languageId"`
	Body   skillChange `body:""`
}

func (f *Family) changeRoutingLanguage(_ context.Context, c *handlers.Call, in changeRoutingLanguageInput) (*contactcenter.AssignedView, error) {
	return changeSkill(c, contactcenter.Languages, in.UserID, in.ID, &in.Body)
}

func (f *Family) removeRoutingLanguage(_ context.Context, c *handlers.Call, in routingLanguageRef) (handlers.None, error) {
	return removeSkill(c, contactcenter.Languages, in.UserID, in.ID)
}
