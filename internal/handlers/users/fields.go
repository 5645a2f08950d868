package users

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// reader reads the values that a field of a user has, none where it is empty.
type reader func(*searcher, *identity.User) []string

// fieldReader finds the field of a search. The names are those that the
// specification lists (x-genesys-search-fields of UserSearchCriteria); those of
// things that mockcloud does not keep with the user are known and empty.
func fieldReader(name string) (reader, bool) {
	switch name {
	case "id":
		return plain(func(u *identity.User) string { return u.ID }), true
	case "name":
		return plain(func(u *identity.User) string { return u.Name }), true
	case "email", "primaryContactInfo.email":
		return plain(func(u *identity.User) string { return u.Email }), true
	case "username":
		return plain(username), true
	case "title":
		return plain(func(u *identity.User) string { return u.Title }), true
	case "department":
		return plain(func(u *identity.User) string { return u.Department }), true
	case "state":
		return plain(func(u *identity.User) string { return u.State }), true
	case "divisionId":
		return plain(func(u *identity.User) string { return u.DivisionID }), true
	case "manager.id":
		return plain(func(u *identity.User) string { return u.ManagerID }), true
	case "chat.jabberId":
		return func(s *searcher, u *identity.User) []string { return some(jabberID(s.c.Caller.Org, u)) }, true
	case "hr.employeeId":
		return plain(employeeID), true
	case "profileSkills":
		return func(s *searcher, u *identity.User) []string {
			var skills []string
			s.note(decodeStored(u, profileSkills, &skills))
			return skills
		}, true
	case "addresses.email":
		return addressesOf("EMAIL"), true
	case "addresses.voice", "primaryContactInfo.voice":
		return addressesOf("PHONE"), true
	case "primaryContactInfo.sms":
		return addressesOf("SMS"), true
	case "addresses.address":
		return addressesOf(""), true
	case "groups.official.id":
		return groupsOf("official"), true
	case "groups.social.id":
		return groupsOf("social"), true
	case "routingSkills.guid", "routingSkills.name", "routingSkills.proficiency":
		return skillsOf(contactcenter.Skills, name), true
	case "languages.guid", "languages.name", "languages.proficiency":
		return skillsOf(contactcenter.Languages, name), true
	case "addresses.voicemailEnabled", "siteId", "integration", "groups.distribution.id", "teamId",
		"languages.namespace", "routingSkills.namespace", "queueMembership.added", "queueMembership.joined":
		return func(*searcher, *identity.User) []string { return nil }, true
	default:
		return nil, false
	}
}

// defaultFields are searched where a criterion names none.
func defaultFields() []string {
	return []string{"name", "email", "username", "title", "department"}
}

// note keeps the first failure of reading stored data.
func (s *searcher) note(err error) {
	if s.err == nil {
		s.err = err
	}
}

func some(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func plain(value func(*identity.User) string) reader {
	return func(_ *searcher, u *identity.User) []string { return some(value(u)) }
}

// employeeID is part of what employerInfo holds.
func employeeID(u *identity.User) string { return u.EmployerInfo().EmployeeID }

// addressesOf reads the addresses of a medium, "" for all.
func addressesOf(media string) reader {
	return func(s *searcher, u *identity.User) []string {
		all, err := contacts(u)
		s.note(err)
		var values []string
		for _, a := range all {
			if media == "" || a.MediaType == media {
				values = append(values, some(a.Display)...)
			}
		}
		return values
	}
}

func groupsOf(kind string) reader {
	return func(s *searcher, u *identity.User) []string {
		var ids []string
		for g, err := range identity.GroupsOf(s.c.Tx, u.ID) {
			if err != nil {
				s.note(err)
				return nil
			}
			if g.Type == kind {
				ids = append(ids, g.ID)
			}
		}
		return ids
	}
}

// skillsOf reads one field of all the skills or languages of a user.
func skillsOf(t *contactcenter.SkillSet, field string) reader {
	return func(s *searcher, u *identity.User) []string {
		list, err := t.Of(s.c.Tx, u.ID)
		s.note(err)
		values := make([]string, len(list))
		for i, a := range list {
			switch {
			case strings.HasSuffix(field, ".guid"):
				values[i] = a.ID
			case strings.HasSuffix(field, ".name"):
				values[i] = a.Name
			default:
				values[i] = strconv.FormatFloat(a.Proficiency, 'f', -1, 64)
			}
		}
		return values
	}
}

// byEmail returns the user with the address, or nil.
func byEmail(tx *store.Tx, email string) (*identity.User, error) {
	u, err := identity.UserByEmail(tx, email)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return u, err
}
