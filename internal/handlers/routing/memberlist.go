package routing

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type memberQuery struct {
	QueueID       string   `param:"queueId"`
	SortOrder     string   `query:"sortOrder"`
	Expand        []string `query:"expand"`
	Name          string   `query:"name"`
	ProfileSkills []string `query:"profileSkills"`
	Skills        []string `query:"skills"`
	Languages     []string `query:"languages"`
	Statuses      []string `query:"routingStatus"`
	Presences     []string `query:"presence"`
	MemberBy      string   `query:"memberBy"`
	Joined        *bool    `query:"joined"`
}

// memberListing is the schema QueueMemberEntityListing, which has no total: one
// goes on until a page is empty.
type memberListing struct {
	Entities    []*memberView `json:"entities"`
	PageSize    int           `json:"pageSize"`
	PageNumber  int           `json:"pageNumber"`
	FirstURI    string        `json:"firstUri"`
	SelfURI     string        `json:"selfUri"`
	NextURI     string        `json:"nextUri,omitempty"`
	PreviousURI string        `json:"previousUri,omitempty"`
}

func newMemberListing(c *handlers.Call, views []*memberView, p handlers.Paging, more bool) *memberListing {
	uri := func(number int) string {
		q := make(url.Values, len(c.Input.Query)+2)
		maps.Copy(q, c.Input.Query)
		q.Set("pageSize", strconv.Itoa(p.Size))
		q.Set("pageNumber", strconv.Itoa(number))
		return c.Path + "?" + q.Encode()
	}
	l := &memberListing{Entities: views, PageSize: p.Size, PageNumber: p.Number, FirstURI: uri(1), SelfURI: uri(p.Number)}
	if more {
		l.NextURI = uri(p.Number + 1)
	}
	if p.Number > 1 {
		l.PreviousURI = uri(p.Number - 1)
	}
	return l
}

// members is getRoutingQueueMembers: sorted by name.
func (f *Family) members(_ context.Context, c *handlers.Call, in memberQuery) (*memberListing, error) {
	views, p, total, err := in.page(c)
	if err != nil {
		return nil, err
	}
	return newMemberListing(c, views, p, p.Skip()+len(views) < total), nil
}

// users is getRoutingQueueUsers.
func (f *Family) users(_ context.Context, c *handlers.Call, in memberQuery) (*handlers.Listing[*memberView], error) {
	views, p, total, err := in.page(c)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, p, total), nil
}

func (in *memberQuery) page(c *handlers.Call) ([]*memberView, handlers.Paging, int, error) {
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, p, 0, err
	}
	q, err := peekQueue(c, in.QueueID)
	if err != nil {
		return nil, p, 0, err
	}
	members, total, err := in.find(c, q, p)
	if err != nil {
		return nil, p, 0, err
	}
	views, err := newRenderer(c, in.Expand).views(members)
	return views, p, total, err
}

// find reads a page of the members that are wanted. Without a filter it reads no
// other members.
func (in *memberQuery) find(c *handlers.Call, q *contactcenter.Queue, p handlers.Paging) ([]*contactcenter.Member, int, error) {
	reverse := descending(in.SortOrder)
	if !in.filtered() {
		page, err := contactcenter.MembersOf(c.Tx, q.ID, reverse, p.Skip(), p.Size)
		return page, q.Members, err
	}
	skills, possible := in.skills(c)
	// The groups of a queue have no members here, and nobody has a skill that there
	// is not.
	if strings.EqualFold(in.MemberBy, "group") || !possible {
		return nil, 0, nil
	}
	all, err := contactcenter.MembersOf(c.Tx, q.ID, reverse, 0, q.Members)
	if err != nil {
		return nil, 0, err
	}
	var wanted []*contactcenter.Member
	for _, m := range all {
		ok, err := in.wants(c, m, skills)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			wanted = append(wanted, m)
		}
	}
	return handlers.Cut(wanted, p), len(wanted), nil
}

func (in *memberQuery) filtered() bool {
	return in.Name != "" || in.Joined != nil || strings.EqualFold(in.MemberBy, "group") ||
		len(in.ProfileSkills)+len(in.Skills)+len(in.Languages)+len(in.Statuses)+len(in.Presences) > 0
}

// wants looks at the cheap filters first.
func (in *memberQuery) wants(c *handlers.Call, m *contactcenter.Member, skills []wantedSkills) (bool, error) {
	if in.Joined != nil && m.Joined != *in.Joined {
		return false, nil
	}
	if in.Name != "" && !strings.Contains(identity.Fold(m.Name), identity.Fold(in.Name)) {
		return false, nil
	}
	for _, w := range skills {
		if has, err := w.of.Has(c.Tx, m.UserID, w.ids...); err != nil || !has {
			return false, err
		}
	}
	if len(in.ProfileSkills) > 0 {
		u, err := identity.Users.Peek(c.Tx, m.UserID)
		if err != nil {
			return false, err
		}
		if !hasProfileSkills(u, in.ProfileSkills) {
			return false, nil
		}
	}
	if len(in.Statuses) == 0 && len(in.Presences) == 0 {
		return true, nil
	}
	a, err := contactcenter.AgentOf(c.Tx, m.UserID)
	if err != nil {
		return false, err
	}
	if len(in.Statuses) > 0 && !slices.ContainsFunc(in.Statuses, func(s string) bool { return strings.EqualFold(s, a.Status) }) {
		return false, nil
	}
	if len(in.Presences) == 0 {
		return true, nil
	}
	p, err := a.Presence(c.Tx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(in.Presences, func(wanted string) bool {
		system, ok := contactcenter.SystemPresence(wanted)
		return wanted == p.ID || ok && system.System == p.System
	}), nil
}

// wantedSkills are skills or languages that a member is to have, all of them.
type wantedSkills struct {
	of  *contactcenter.SkillSet
	ids []string
}

// skills finds the skills and languages of the filters, by id or by name, or
// says that there is one that nobody can have.
//
// Guess: the specification does not say what the filters hold, nor whether one of
// several is enough.
func (in *memberQuery) skills(c *handlers.Call) (wanted []wantedSkills, possible bool) {
	for _, filter := range []struct {
		of     *contactcenter.SkillSet
		values []string
	}{{contactcenter.Skills, in.Skills}, {contactcenter.Languages, in.Languages}} {
		if len(filter.values) == 0 {
			continue
		}
		w := wantedSkills{of: filter.of}
		for _, value := range filter.values {
			id, ok := filter.of.Find(c.Tx, value)
			if !ok {
				return nil, false
			}
			w.ids = append(w.ids, id)
		}
		wanted = append(wanted, w)
	}
	return wanted, true
}
