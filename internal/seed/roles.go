package seed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/identity"
)

const defaultRolesFile = "embedded:default-roles.txt"

// DefaultRoles returns the definitions of the default roles, without ids. Every
// call reads them anew, so that the caller may change what it gets.
func DefaultRoles() ([]*identity.Role, error) {
	return parseDefaultRoles(fixtures.DefaultRoles)
}

// parseDefaultRoles reads the format that default-roles.txt describes.
func parseDefaultRoles(data string) ([]*identity.Role, error) {
	var roles []*identity.Role
	at := place{file: defaultRolesFile}
	for line := range strings.Lines(data) {
		at.line++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != '\t':
			name, rest, _ := strings.Cut(line, " | ")
			handle, description, ok := strings.Cut(rest, " | ")
			if !ok || name == "" || handle == "" {
				return nil, at.fail("must be name | defaultRoleId | description")
			}
			roles = append(roles, &identity.Role{Name: name, DefaultRoleID: handle, Description: description})
		case len(roles) == 0:
			return nil, at.fail("stands before the first role")
		default:
			if err := permit(roles[len(roles)-1], line[1:]); err != nil {
				return nil, at.fail("%s", err)
			}
		}
	}
	return roles, nil
}

// permit adds to the role what the text permits: domain:entity:action, several
// actions divided by commas, entity and action possibly "*"; or a general
// permission, one word. What is permitted on one entity becomes one policy.
func permit(r *identity.Role, permission string) error {
	if isWord(permission) {
		r.Permissions = append(r.Permissions, permission)
		return nil
	}
	domain, rest, _ := strings.Cut(permission, ":")
	entity, list, ok := strings.Cut(rest, ":")
	if !ok || !isWord(domain) || entity != "*" && !isWord(entity) {
		return malformed(permission)
	}
	i := slices.IndexFunc(r.Policies, func(p identity.Policy) bool { return p.Domain == domain && p.EntityName == entity })
	if i < 0 {
		i = len(r.Policies)
		r.Policies = append(r.Policies, identity.Policy{Domain: domain, EntityName: entity})
	}
	policy := &r.Policies[i]
	for action := range strings.SplitSeq(list, ",") {
		if action != "*" && !isWord(action) {
			return malformed(permission)
		}
		if slices.Contains(policy.ActionSet, action) {
			return fmt.Errorf("permits %s on %s:%s twice", action, domain, entity)
		}
		policy.ActionSet = append(policy.ActionSet, action)
	}
	return nil
}

func malformed(permission string) error {
	return fmt.Errorf("%q is no permission; write domain:entity:action such as routing:queue:view, routing:queue:add,edit or routing:*:*, or a general permission such as admin",
		shorten(permission))
}

// isWord says whether s can be a part of a permission. Which ones exist is not
// checked: the real service accepts unknown ones (facts: authorization.md
// §3.4).
func isWord(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '_' && c != '-') {
			return false
		}
	}
	return s != ""
}
