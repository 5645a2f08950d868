package routing

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// memberView is the schema QueueMember.
type memberView struct {
	ID            string                    `json:"id"`
	Name          string                    `json:"name"`
	User          userView                  `json:"user"`
	RingNumber    int                       `json:"ringNumber"`
	Joined        bool                      `json:"joined"`
	MemberBy      string                    `json:"memberBy"`
	RoutingStatus *contactcenter.StatusView `json:"routingStatus,omitempty"`
	SelfURI       string                    `json:"selfUri"`
}

// userView is the schema User inside a member: who it is, and what was asked for.
type userView struct {
	ID                  string                      `json:"id"`
	Name                string                      `json:"name"`
	Division            identity.Ref                `json:"division"`
	Department          string                      `json:"department,omitempty"`
	Email               string                      `json:"email"`
	State               string                      `json:"state"`
	Title               string                      `json:"title,omitempty"`
	Username            string                      `json:"username"`
	Version             int                         `json:"version"`
	RoutingStatus       *contactcenter.StatusView   `json:"routingStatus,omitempty"`
	Presence            *contactcenter.PresenceView `json:"presence,omitempty"`
	ConversationSummary *contactcenter.Summary      `json:"conversationSummary,omitempty"`
	ProfileSkills       []string                    `json:"profileSkills,omitzero"`
	AcdAutoAnswer       bool                        `json:"acdAutoAnswer"`

	contactcenter.SkillViews

	SelfURI string `json:"selfUri"`
}

// renderer turns members into views with the parts that the client asked for.
// Expansions that mockcloud has nothing truthful for are left out.
type renderer struct {
	c      *handlers.Call
	expand map[string]bool
}

func newRenderer(c *handlers.Call, expand []string) *renderer {
	r := &renderer{c: c, expand: make(map[string]bool, len(expand))}
	for _, e := range expand {
		r.expand[strings.ToLower(e)] = true
	}
	return r
}

func (r *renderer) views(members []*contactcenter.Member) ([]*memberView, error) {
	views := make([]*memberView, len(members))
	for i, m := range members {
		var err error
		if views[i], err = r.view(m); err != nil {
			return nil, err
		}
	}
	return views, nil
}

func (r *renderer) view(m *contactcenter.Member) (*memberView, error) {
	tx := r.c.Tx
	u, err := identity.Users.Peek(tx, m.UserID)
	if err != nil {
		return nil, err
	}
	v := &memberView{
		ID: u.ID, Name: u.Name, RingNumber: m.RingNumber, Joined: m.Joined, MemberBy: "user",
		User: userView{
			ID: u.ID, Name: u.Name, Email: u.Email, Username: u.Username, State: u.State, Version: u.Version,
			Department: u.Department, Title: u.Title, AcdAutoAnswer: u.AcdAutoAnswer,
			Division: identity.Ref{
				ID: u.DivisionID, Name: identity.DivisionName(tx, u.DivisionID),
				SelfURI: "/api/v2/authorization/divisions/" + u.DivisionID,
			},
			SelfURI: "/api/v2/users/" + u.ID,
		},
		SelfURI: contactcenter.QueueURI(m.QueueID) + "/members/" + u.ID,
	}
	if v.User.Username == "" {
		v.User.Username = u.Email
	}
	return v, r.expandInto(v, u)
}

func (r *renderer) expandInto(v *memberView, u *identity.User) error {
	status, presence := r.expand["routingstatus"], r.expand["presence"]
	if status || presence {
		a, err := contactcenter.AgentOf(r.c.Tx, u.ID)
		if err != nil {
			return err
		}
		if status {
			v.RoutingStatus = a.StatusView(u.Created)
			v.User.RoutingStatus = v.RoutingStatus
		}
		if presence {
			if v.User.Presence, err = a.PresenceView(r.c.Tx, u.Created); err != nil {
				return err
			}
		}
	}
	if r.expand["conversationsummary"] {
		v.User.ConversationSummary = contactcenter.NoConversations(u.ID)
	}
	if r.expand["profileskills"] {
		v.User.ProfileSkills = profileSkills(u)
	}
	var err error
	v.User.SkillViews, err = contactcenter.SkillViewsOf(r.c.Tx, u.ID, r.expand)
	return err
}

// profileSkills are the skills that stand in a user's profile; none is an empty
// list.
func profileSkills(u *identity.User) []string {
	skills := []string{}
	if raw := u.Profile["profileSkills"]; len(raw) > 0 && json.Unmarshal(raw, &skills) != nil {
		return []string{}
	}
	return skills
}

// hasProfileSkills says whether the user has all of them.
func hasProfileSkills(u *identity.User, wanted []string) bool {
	has := profileSkills(u)
	for _, w := range wanted {
		if !slices.ContainsFunc(has, func(s string) bool { return strings.EqualFold(s, w) }) {
			return false
		}
	}
	return true
}
