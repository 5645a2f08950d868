package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mode says how the permissions of an operation combine.
type Mode uint8

// The modes.
const (
	None Mode = iota // no permission is needed
	Any              // one of the permissions suffices
	All              // every permission is needed
)

// String gives the mode as the catalogue writes it.
func (m Mode) String() string {
	switch m {
	case Any:
		return "ANY"
	case All:
		return "ALL"
	default:
		return "NONE"
	}
}

// Permission is a right that roles give: domain, entity and action, or one of
// the old general permissions, which have a single word.
type Permission struct {
	Domain, Entity, Action string
	text                   string
}

// ParsePermission reads "domain:entity:action" or a general permission.
func ParsePermission(text string) (Permission, error) {
	parts := strings.Split(text, ":")
	if slices.Contains(parts, "") || strings.ContainsAny(text, " \t\n") || (len(parts) != 1 && len(parts) != 3) {
		return Permission{}, fmt.Errorf("permission %q is neither domain:entity:action nor a general permission", text)
	}
	p := Permission{Domain: parts[0], text: text}
	if len(parts) == 3 {
		p.Entity, p.Action = parts[1], parts[2]
	}
	return p, nil
}

// String gives the permission as the API writes it.
func (p Permission) String() string { return p.text }

// General tells whether the permission is a general one, such as "admin".
func (p Permission) General() bool { return p.Entity == "" }

// unknownPermission is the permission column of an operation that asks for a
// permission which is not known.
const unknownPermission = "?"

// parsePermissions reads the permission column: mode, then permissions.
func parsePermissions(column string) (Mode, []Permission, error) {
	fields := strings.Fields(column)
	if len(fields) == 0 {
		return None, nil, nil
	}
	var mode Mode
	switch fields[0] {
	case "ANY":
		mode = Any
	case "ALL":
		mode = All
	default:
		return None, nil, fmt.Errorf("permission mode %q", fields[0])
	}
	if len(fields) == 1 {
		return None, nil, fmt.Errorf("permission mode %s without a permission", mode)
	}
	permissions := make([]Permission, len(fields)-1)
	for i, text := range fields[1:] {
		p, err := ParsePermission(text)
		if err != nil {
			return None, nil, err
		}
		permissions[i] = p
	}
	return mode, permissions, nil
}

// Permissions lists the distinct permissions that operations ask for, general
// ones left out, sorted by domain, entity and action. The list is shared and
// must not be changed.
func (c *Catalogue) Permissions() []Permission { return c.permissions() }

func (c *Catalogue) gatherPermissions() []Permission {
	seen := make(map[string]bool)
	for _, o := range c.operations {
		for text := range strings.FieldsSeq(o.columns().permissions) {
			if strings.Count(text, ":") == 2 {
				seen[text] = true
			}
		}
	}
	permissions := make([]Permission, 0, len(seen))
	for text := range seen {
		if p, err := ParsePermission(text); err == nil {
			permissions = append(permissions, p)
		}
	}
	slices.SortFunc(permissions, func(a, b Permission) int {
		return cmp.Or(strings.Compare(a.Domain, b.Domain), strings.Compare(a.Entity, b.Entity), strings.Compare(a.Action, b.Action))
	})
	return permissions
}

// DivisionObject is a type of object that lives in divisions and can be moved
// between them, with the domain and entity of its permissions.
type DivisionObject struct {
	Type   string // as in the path of the move operation, such as "QUEUE"
	Domain string
	Entity string
	Move   Permission // what it takes to move one, where it is and where it goes
}

func parseDivisions(text string) ([]DivisionObject, error) {
	var objects []DivisionObject
	for line := range strings.Lines(text) {
		if line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 4 {
			return nil, fmt.Errorf("spec: division object %q: want four columns", strings.TrimSpace(line))
		}
		move, err := ParsePermission(strings.Join(fields[1:], ":"))
		if err != nil {
			return nil, fmt.Errorf("spec: division object %s: %w", fields[0], err)
		}
		objects = append(objects, DivisionObject{Type: fields[0], Domain: fields[1], Entity: fields[2], Move: move})
	}
	return objects, nil
}

// DivisionObject finds a type of object that lives in divisions.
func (c *Catalogue) DivisionObject(objectType string) (DivisionObject, bool) {
	i := slices.IndexFunc(c.divisions, func(d DivisionObject) bool { return d.Type == objectType })
	if i < 0 {
		return DivisionObject{}, false
	}
	return c.divisions[i], true
}

// DivisionAware tells whether permissions on the entity hold only in the
// divisions in which they were granted.
//
// Guess: the specification does not say which permissions do; those of the
// types that can be moved between divisions are taken.
func (c *Catalogue) DivisionAware(domain, entity string) bool {
	return slices.ContainsFunc(c.divisions, func(d DivisionObject) bool {
		return d.Domain == domain && d.Entity == entity
	})
}
