package users

import (
	"context"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// registerRoutingSkills claims the operations on the routing skills of a user.
func (f *Family) registerRoutingSkills(r *handlers.Registry) {
	handlers.On(r, "getUserRoutingskills", f.routingSkills)
	handlers.On(r, "postUserRoutingskills", f.addRoutingSkill)
	handlers.On(r, "patchUserRoutingskillsBulk", f.addRoutingSkills)
	handlers.On(r, "putUserRoutingskillsBulk", f.replaceRoutingSkills)
	handlers.On(r, "putUserRoutingskill", f.changeRoutingSkill)
	handlers.On(r, "deleteUserRoutingskill", f.removeRoutingSkill)
}

type skillsInput struct {
	ID        string `param:"userId"`
	SortOrder string `query:"sortOrder"`
}

// routingSkills is getUserRoutingskills, open to all.
func (f *Family) routingSkills(_ context.Context, c *handlers.Call, in skillsInput) (*skillListing, error) {
	return listSkills(c, contactcenter.Skills, in.ID, in.SortOrder)
}

type addSkillInput struct {
	ID   string      `param:"userId"`
	Body skillChange `body:""`
}

func (f *Family) addRoutingSkill(_ context.Context, c *handlers.Call, in addSkillInput) (*contactcenter.AssignedView, error) {
	return addSkill(c, contactcenter.Skills, in.ID, &in.Body)
}

type bulkSkillsInput struct {
	ID   string        `param:"userId"`
	Body []skillChange `body:""`
}

// addRoutingSkills is patchUserRoutingskillsBulk: what is not named stays, and
// what the user has already gets another proficiency.
func (f *Family) addRoutingSkills(_ context.Context, c *handlers.Call, in bulkSkillsInput) (*skillListing, error) {
	return writeSkills(c, contactcenter.Skills, in.ID, in.Body, contactcenter.Skills.Add)
}

// replaceRoutingSkills is putUserRoutingskillsBulk: what is not named is taken.
func (f *Family) replaceRoutingSkills(_ context.Context, c *handlers.Call, in bulkSkillsInput) (*skillListing, error) {
	return writeSkills(c, contactcenter.Skills, in.ID, in.Body, contactcenter.Skills.Set)
}

type routingSkillRef struct {
	UserID string `param:"userId"`
	ID     string `param:"skillId"`
}

type changeRoutingSkillInput struct {
	UserID string      `param:"userId"`
	ID     string      `param:"skillId"`
	Body   skillChange `body:""`
}

// changeRoutingSkill is putUserRoutingskill.
func (f *Family) changeRoutingSkill(_ context.Context, c *handlers.Call, in changeRoutingSkillInput) (*contactcenter.AssignedView, error) {
	return changeSkill(c, contactcenter.Skills, in.UserID, in.ID, &in.Body)
}

func (f *Family) removeRoutingSkill(_ context.Context, c *handlers.Call, in routingSkillRef) (handlers.None, error) {
	return removeSkill(c, contactcenter.Skills, in.UserID, in.ID)
}
