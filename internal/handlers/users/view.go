package users

import (
	"encoding/json"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// view is a user on the wire: the schema User, as far as mockcloud knows it.
// The fields tagged omitzero are there on request only (expand), then even when
// they are empty.
type view struct {
	ID                 string             `json:"id"`
	Name               string             `json:"name"`
	Division           identity.Ref       `json:"division"`
	Chat               json.RawMessage    `json:"chat,omitempty"`
	Department         string             `json:"department,omitempty"`
	Email              string             `json:"email"`
	PrimaryContactInfo []contact          `json:"primaryContactInfo"`
	Addresses          []contact          `json:"addresses"`
	State              string             `json:"state"`
	Title              string             `json:"title,omitempty"`
	Username           string             `json:"username"`
	PreferredName      string             `json:"preferredName,omitempty"`
	Manager            *identity.Ref      `json:"manager,omitempty"`
	Images             json.RawMessage    `json:"images"`
	Version            int                `json:"version"`
	AcdAutoAnswer      bool               `json:"acdAutoAnswer"`
	Certifications     json.RawMessage    `json:"certifications,omitzero"`
	ProfileSkills      json.RawMessage    `json:"profileSkills,omitzero"`
	Biography          json.RawMessage    `json:"biography,omitzero"`
	EmployerInfo       json.RawMessage    `json:"employerInfo,omitzero"`
	Locations          []location         `json:"locations,omitzero"`
	Groups             []group            `json:"groups,omitzero"`
	Authorization      *authorizationView `json:"authorization,omitempty"`

	RoutingStatus       *contactcenter.StatusView   `json:"routingStatus,omitempty"`
	Presence            *contactcenter.PresenceView `json:"presence,omitempty"`
	ConversationSummary *contactcenter.Summary      `json:"conversationSummary,omitempty"`

	contactcenter.SkillViews

	SelfURI string `json:"selfUri"`
}

// group is the schema Group in short.
type group struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	DateModified *clock.Time `json:"dateModified,omitempty"`
	MemberCount  int         `json:"memberCount"`
	State        string      `json:"state,omitempty"`
	Version      int         `json:"version"`
	Type         string      `json:"type"`
	RulesVisible bool        `json:"rulesVisible"`
	Visibility   string      `json:"visibility"`
	RolesEnabled bool        `json:"rolesEnabled"`
	SelfURI      string      `json:"selfUri"`
}

// renderer turns users into views with the parts that the client asked for.
// Expansions that mockcloud has nothing truthful for are left out.
type renderer struct {
	c      *handlers.Call
	expand map[string]bool
	rights rights
}

func newRenderer(c *handlers.Call, expand []string) *renderer {
	r := &renderer{c: c, expand: make(map[string]bool, len(expand)), rights: rights{c: c}}
	for _, e := range expand {
		r.expand[strings.ToLower(e)] = true
	}
	return r
}

// Render renders users for the listings of other families, as it is done here.
func Render(c *handlers.Call, users []*identity.User, expand []string) ([]any, error) {
	views, err := newRenderer(c, expand).views(users)
	all := make([]any, len(views))
	for i, v := range views {
		all[i] = v
	}
	return all, err
}

// views renders a page. The users may be shared ones.
func (r *renderer) views(users []*identity.User) ([]*view, error) {
	views := make([]*view, 0, len(users))
	for _, u := range users {
		v, err := r.view(u)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

func (r *renderer) view(u *identity.User) (*view, error) {
	addresses, err := contacts(u)
	if err != nil {
		return nil, err
	}
	v := &view{
		ID: u.ID, Name: u.Name, Email: u.Email, State: u.State, Version: u.Version,
		Department: u.Department, Title: u.Title, PreferredName: u.PreferredName, AcdAutoAnswer: u.AcdAutoAnswer,
		Username:           username(u),
		Division:           divisionRef(r.c, u.DivisionID),
		Addresses:          addresses,
		PrimaryContactInfo: primary(u, addresses),
		Images:             stored(u, profileImages, "[]"),
		SelfURI:            selfURI(u.ID),
	}
	if u.ManagerID != "" {
		v.Manager = &identity.Ref{ID: u.ManagerID, SelfURI: selfURI(u.ManagerID)}
	}
	if v.Chat, err = chat(r.c.Caller.Org, u); err != nil {
		return nil, err
	}
	return v, r.expandInto(v, u)
}

func (r *renderer) expandInto(v *view, u *identity.User) error {
	var err error
	if r.expand["certifications"] {
		v.Certifications = stored(u, profileCertifications, "[]")
	}
	if r.expand["profileskills"] {
		v.ProfileSkills = stored(u, profileSkills, "[]")
	}
	if r.expand["biography"] {
		v.Biography = stored(u, profileBiography, "")
	}
	if r.expand["employerinfo"] {
		v.EmployerInfo = stored(u, profileEmployerInfo, "")
	}
	if r.expand["locations"] {
		if v.Locations, err = locations(u); err != nil {
			return err
		}
	}
	if r.expand["groups"] {
		if v.Groups, err = r.groups(u); err != nil {
			return err
		}
	}
	if r.expand["authorization"] {
		if v.Authorization, err = r.rights.of(u.ID); err != nil {
			return err
		}
	}
	if v.SkillViews, err = contactcenter.SkillViewsOf(r.c.Tx, u.ID, r.expand); err != nil {
		return err
	}
	return r.expandActivity(v, u)
}

// expandActivity adds what the user is doing.
func (r *renderer) expandActivity(v *view, u *identity.User) error {
	status, presence := r.expand["routingstatus"], r.expand["presence"]
	if r.expand["conversationsummary"] {
		v.ConversationSummary = contactcenter.NoConversations(u.ID)
	}
	if !status && !presence {
		return nil
	}
	a, err := contactcenter.AgentOf(r.c.Tx, u.ID)
	if err != nil {
		return err
	}
	if status {
		v.RoutingStatus = a.StatusView(u.Created)
	}
	if presence {
		v.Presence, err = a.PresenceView(r.c.Tx, u.Created)
	}
	return err
}

func (r *renderer) groups(u *identity.User) ([]group, error) {
	groups := []group{}
	for g, err := range identity.GroupsOf(r.c.Tx, u.ID) {
		if err != nil {
			return nil, err
		}
		groups = append(groups, group{
			ID: g.ID, Name: g.Name, Description: g.Description, DateModified: g.Modified,
			MemberCount: g.Members, State: g.State, Version: g.Version, Type: g.Type,
			RulesVisible: g.RulesVisible, Visibility: g.Visibility, RolesEnabled: g.RolesEnabled,
			SelfURI: "/api/v2/groups/" + g.ID,
		})
	}
	return groups, nil
}

func selfURI(id string) string { return "/api/v2/users/" + id }

// username is the e-mail address unless another name was set.
func username(u *identity.User) string {
	if u.Username != "" {
		return u.Username
	}
	return u.Email
}

// divisionRef always has an id: Terraform dereferences it unguarded (facts:
// terraform.md §3).
func divisionRef(c *handlers.Call, id string) identity.Ref {
	return identity.Ref{ID: id, Name: identity.DivisionName(c.Tx, id), SelfURI: "/api/v2/authorization/divisions/" + id}
}
