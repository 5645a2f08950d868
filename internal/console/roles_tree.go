package console

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// every stands for all entities of a domain, or all actions of an entity.
const every = "*"

// permissionTree is all permissions that there are, by domain and entity, and which
// of them a role has.
type permissionTree struct {
	Domains       []*treeDomain
	General       []treeAction
	Kept          []string // what the tree cannot show: policies with conditions and the like
	Chosen, Total int
	Found         bool // something is not hidden
}

type treeDomain struct {
	Name          string
	Rows          []*treeRow // that of every entity comes first
	Chosen, Total int
	Open, Hidden  bool
}

type treeRow struct {
	Entity  string
	Actions []treeAction // that of every action comes first
	Chosen  bool         // some of them
	Hidden  bool
}

type treeAction struct {
	Value, Name string
	Chosen      bool
}

// permissionDomain is a domain of the API's catalogue of permissions.
type permissionDomain struct {
	Domain        string `json:"domain"`
	PermissionMap map[string][]struct {
		Action string `json:"action"`
	} `json:"permissionMap"`
}

// generalPermissions are those without a domain that roles can have.
var generalPermissions = []string{"admin", "content_management_user", "group_creation"}

// growTree puts together the catalogue and what the role has, which may be more: the
// API takes permissions that it does not know. Whatever does not match the words of
// the search is hidden, and with chosen also what the role does not have.
func growTree(catalogue []permissionDomain, whole doc, search string, chosen bool) *permissionTree {
	known := make(map[string]map[string]map[string]bool) // domain, entity, action
	add := func(domain, entity, action string) {
		if known[domain] == nil {
			known[domain] = map[string]map[string]bool{every: {every: true}}
		}
		if known[domain][entity] == nil {
			known[domain][entity] = map[string]bool{every: true}
		}
		known[domain][entity][action] = true
	}
	for _, d := range catalogue {
		for entity, actions := range d.PermissionMap {
			for _, a := range actions {
				add(d.Domain, entity, a.Action)
			}
		}
	}
	t := &permissionTree{}
	has := make(map[string]bool)
	for _, p := range policiesOf(whole) {
		if !p.plain {
			t.Kept = append(t.Kept, p.String())
			continue
		}
		for _, action := range p.actions {
			add(p.domain, p.entity, action)
			has[p.domain+":"+p.entity+":"+action] = true
		}
	}
	for domain, entities := range known {
		d := &treeDomain{Name: domain}
		for entity, actions := range entities {
			d.grow(entity, actions, has)
		}
		slices.SortFunc(d.Rows, func(a, b *treeRow) int {
			return cmp.Or(first(a.Entity == every, b.Entity == every), first(a.Chosen, b.Chosen), compareFold(a.Entity, b.Entity))
		})
		t.Chosen, t.Total = t.Chosen+d.Chosen, t.Total+d.Total
		d.filter(strings.Fields(strings.ToLower(search)), chosen)
		t.Domains = append(t.Domains, d)
	}
	// What the role has comes first.
	slices.SortFunc(t.Domains, func(a, b *treeDomain) int {
		return cmp.Or(first(a.Chosen > 0, b.Chosen > 0), compareFold(a.Name, b.Name))
	})
	t.Found = slices.ContainsFunc(t.Domains, func(d *treeDomain) bool { return !d.Hidden })
	t.growGeneral(whole)
	t.open(search != "" || chosen)
	return t
}

// grow adds the row of an entity, and counts what it holds. A wildcard holds what it
// stands for.
func (d *treeDomain) grow(entity string, actions map[string]bool, has map[string]bool) {
	row := &treeRow{Entity: entity}
	inOrder := func(a, b string) int { return cmp.Or(first(a == every, b == every), compareFold(a, b)) }
	for _, action := range slices.SortedFunc(maps.Keys(actions), inOrder) {
		value := d.Name + ":" + entity + ":" + action
		row.Chosen = row.Chosen || has[value]
		row.Actions = append(row.Actions, treeAction{Value: value, Name: action, Chosen: has[value]})
		if entity == every || action == every {
			continue
		}
		d.Total++
		for _, way := range []string{value, d.Name + ":" + entity + ":*", d.Name + ":*:" + action, d.Name + ":*:*"} {
			if has[way] {
				d.Chosen++
				break
			}
		}
	}
	d.Rows = append(d.Rows, row)
}

// filter hides the rows without what is looked for, and the domain if none is left.
func (d *treeDomain) filter(words []string, chosen bool) {
	d.Hidden = true
	for _, row := range d.Rows {
		row.Hidden = !slices.ContainsFunc(row.Actions, func(a treeAction) bool {
			text := strings.ToLower(a.Value)
			return (a.Chosen || !chosen) && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		})
		d.Hidden = d.Hidden && row.Hidden
	}
	d.Rows[0].Hidden = d.Hidden || chosen && !d.Rows[0].Chosen // every entity is also the one that is looked for
}

// open opens what was found, or else the domains that the role has something of, if
// they are few.
func (t *permissionTree) open(found bool) {
	const few = 6
	n := 0
	for _, d := range t.Domains {
		n += min(d.Chosen, 1)
	}
	for _, d := range t.Domains {
		d.Open = found && !d.Hidden || !found && d.Chosen > 0 && n <= few
	}
}

func (t *permissionTree) growGeneral(whole doc) {
	own := textsOf(whole["permissions"])
	for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(generalPermissions, own)))) {
		t.General = append(t.General, treeAction{Value: name, Name: name, Chosen: slices.Contains(own, name)})
	}
}

// textsOf are the texts of a list that came as JSON.
func textsOf(list any) []string {
	values, _ := list.([]any)
	texts := make([]string, 0, len(values))
	for _, value := range values {
		if text, ok := value.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// rolePolicy is a policy of a role, and what it is as it came.
type rolePolicy struct {
	domain, entity string
	actions        []string
	plain          bool // nothing but actions of an entity, as the tree shows them
	whole          doc
}

func (p *rolePolicy) String() string {
	return p.domain + ":" + p.entity + ":" + strings.Join(p.actions, ", ")
}

func policiesOf(whole doc) []*rolePolicy {
	list, _ := whole["permissionPolicies"].([]any)
	policies := make([]*rolePolicy, 0, len(list))
	for _, one := range list {
		d, ok := one.(doc)
		if !ok {
			continue
		}
		p := &rolePolicy{whole: d, actions: textsOf(d["actionSet"])}
		p.domain, _ = d["domain"].(string)
		p.entity, _ = d["entityName"].(string)
		resources, _ := d["namedResources"].([]any)
		odd := func(name string) bool { return name == "" || strings.Contains(name, ":") }
		p.plain = d["resourceConditionNode"] == nil && len(resources) == 0 && len(p.actions) > 0 &&
			!odd(p.domain) && !odd(p.entity) && !slices.ContainsFunc(p.actions, odd)
		policies = append(policies, p)
	}
	return policies
}

// applyTree is what becomes of the policies of a role when these permissions are
// chosen: those that the tree does not show stay as they are, and so does each whose
// actions do not change.
func applyTree(whole doc, chosen []string) []doc {
	wanted := make(map[string]bool, len(chosen))
	for _, permission := range chosen {
		wanted[permission] = true
	}
	result := []doc{}
	places := make(map[string]int) // of the policy of an entity
	had := make(map[string]bool)
	for _, p := range policiesOf(whole) {
		key := p.domain + ":" + p.entity + ":"
		kept := p.actions
		if p.plain {
			kept = slices.DeleteFunc(slices.Clone(p.actions), func(action string) bool { return !wanted[key+action] })
			if len(kept) == 0 {
				continue
			}
			if _, ok := places[key]; !ok {
				places[key] = len(result)
			}
			for _, action := range kept {
				had[key+action] = true
			}
		}
		if len(kept) < len(p.actions) {
			p.whole["actionSet"] = kept
		}
		result = append(result, p.whole)
	}
	for _, permission := range slices.Sorted(maps.Keys(wanted)) {
		parts := strings.Split(permission, ":")
		if had[permission] || len(parts) != 3 || slices.Contains(parts, "") {
			continue
		}
		key := parts[0] + ":" + parts[1] + ":"
		place, ok := places[key]
		if !ok {
			place = len(result)
			places[key] = place
			result = append(result, doc{"domain": parts[0], "entityName": parts[1], "allowConditions": false, "actionSet": []string{}})
		}
		switch actions := result[place]["actionSet"].(type) {
		case []string:
			result[place]["actionSet"] = append(actions, parts[2])
		case []any:
			result[place]["actionSet"] = append(actions, parts[2])
		}
	}
	return result
}
