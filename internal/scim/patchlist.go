package scim

import "slices"

// list reads a multi-valued attribute.
func (p *patch) list(g target) []any {
	list, _ := p.get(g).([]any)
	return list
}

// putList writes one. Of items that say nothing any more only the others stay.
func (p *patch) putList(g target, list []any) error {
	list = slices.DeleteFunc(list, func(v any) bool {
		item, ok := v.(Object)
		return ok && g.attr.hollow(item)
	})
	if len(list) == 0 {
		return p.put(g, nil)
	}
	return p.put(g, list)
}

// setList changes a list that was named without a filter.
func (p *patch) setList(kind string, g target, value any) error {
	if g.sub != nil {
		return p.setEvery(kind, g, value)
	}
	if kind == opRemove && value == nil {
		return p.put(g, nil)
	}
	if kind == opRemove {
		return p.removeItems(g, value)
	}
	items, err := p.incoming(g, value)
	if err != nil {
		return err
	}
	if kind == opReplace {
		return p.putList(g, items)
	}
	return p.addItems(g, items)
}

// setEvery changes one sub-attribute of a list that was named without a filter:
// add adds items that have it, the others speak of all items that there are.
func (p *patch) setEvery(kind string, g target, value any) error {
	list := p.list(g)
	whole := target{schema: g.schema, attr: g.attr}
	if kind == opAdd || kind == opReplace && len(list) == 0 {
		values, ok := value.([]any)
		if !ok {
			values = []any{value}
		}
		items := make([]any, len(values))
		for i, v := range values {
			items[i] = Object{g.sub.Name: v}
		}
		return p.setList(opAdd, whole, items)
	}
	every := make([]int, len(list))
	for i := range every {
		every[i] = i
	}
	return p.setParts(kind, g, list, every, value)
}

// incoming reads the items that a client sends.
func (p *patch) incoming(g target, value any) ([]any, error) {
	v, err := coerce(g.attr, g.String(), value)
	if err != nil {
		return nil, err
	}
	items, _ := v.([]any)
	return unique(g.attr, g.String(), items)
}

// addItems adds items to a list. One that is there already stays once, and one
// with the key of another changes that one.
func (p *patch) addItems(g target, items []any) error {
	list := p.list(g)
	cost := size(list)
	if err := p.spend(cost + size(items)); err != nil {
		return err
	}
	keys := make(map[string]int, len(list))
	for i, item := range list {
		if key, ok := g.attr.keyOf(item); ok {
			keys[key] = i
		}
	}
	fresh := make([]int, 0, len(items))
	for _, item := range items {
		at := -1
		if key, ok := g.attr.keyOf(item); !ok {
			if err := p.spend(cost + len(fresh)); err != nil {
				return err
			}
			at = slices.IndexFunc(list, func(v any) bool { return same(g.attr, v, item) })
		} else if i, there := keys[key]; there {
			at = i
		}
		if at < 0 {
			at = len(list)
			list = append(list, item)
		} else if old, ok := list[at].(Object); ok {
			merge(old, item.(Object))
		}
		fresh = append(fresh, at)
	}
	promote(list, fresh)
	return p.putList(g, list)
}

// promote keeps the primary of a list single: one that was just written takes
// it from the others (RFC 7644 §3.5.2).
func promote(list []any, fresh []int) {
	isPrimary := func(i int) bool {
		item, ok := list[i].(Object)
		return ok && item["primary"] == true
	}
	if !slices.ContainsFunc(fresh, isPrimary) {
		return
	}
	written := make(map[int]bool, len(fresh))
	for _, i := range fresh {
		written[i] = true
	}
	for i := range list {
		if isPrimary(i) && !written[i] {
			list[i].(Object)["primary"] = false
		}
	}
}

// removeItems removes the items that have all that one of the given ones has.
// RFC 7644 gives remove no value, but Entra ID takes people out of groups so.
func (p *patch) removeItems(g target, value any) error {
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	list := p.list(g)
	keyed, others := map[string][]Object{}, []Object(nil)
	for _, v := range values {
		wanted, err := coerceObject(g.attr, g.String(), v)
		if err != nil {
			return err
		}
		if wanted = merge(Object{}, wanted); len(wanted) == 0 {
			return bad(InvalidValue, "%s: a value to remove names none of the sub-attributes.", g)
		}
		if key, ok := g.attr.keyOf(wanted); ok {
			keyed[key] = append(keyed[key], wanted)
		} else {
			others = append(others, wanted)
		}
	}
	if err := p.spend(size(list)*(1+len(others)) + len(values)); err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(v any) bool {
		item, _ := v.(Object)
		has := func(wanted Object) bool { return contains(g.attr, item, wanted) }
		key, _ := g.attr.keyOf(item)
		return item != nil && (slices.ContainsFunc(keyed[key], has) || slices.ContainsFunc(others, has))
	})
	return p.putList(g, list)
}

// setMatching changes the items of a list that a filter chooses.
func (p *patch) setMatching(kind string, at spot, value any) error {
	if at.attr.single && at.filter.asksForPrimary() {
		return p.setOnly(kind, at, value)
	}
	list := p.list(at.target)
	if err := p.spend(size(list) * at.filter.weight()); err != nil {
		return err
	}
	var matched []int
	for i, v := range list {
		if item, ok := v.(Object); ok && at.filter.matches(item) {
			matched = append(matched, i)
		}
	}
	cleared := at.cleared(kind, value)
	switch {
	case len(matched) == 0 && (kind == opRemove || cleared):
		// Guess: what is not there is removed. A client that repeats itself
		// should not fail, and RFC 7644 names noTarget for replace alone.
		return nil
	case len(matched) == 0:
		return p.create(kind, at, value)
	case at.sub != nil && !cleared:
		return p.setParts(kind, at.target, list, matched, value)
	case kind == opRemove || cleared:
		for _, i := range matched {
			list[i] = Object(nil)
		}
		list = slices.DeleteFunc(list, func(v any) bool { item, ok := v.(Object); return ok && item == nil })
		return p.putList(at.target, list)
	}
	return p.setItems(kind, at, list, matched, value)
}

// cleared says whether an operation empties what the items chosen by a slot cannot be
// without. Entra ID maps externalIds[authority eq "microsoftteams"].value and the like
// (Microsoft's article "Configure Genesys Cloud for Azure for automatic user
// provisioning").
//
// Guess: it empties them as it does telephone numbers, and the item goes with its value.
// RFC 7644 §3.5.2.2 has a mutability error, with which the whole request would fail.
func (at spot) cleared(kind string, value any) bool {
	if at.sub == nil || !at.sub.Required || kind != opRemove && value != nil && value != "" {
		return false
	}
	slot := at.filter.slot()
	return slot != nil && slot != at.sub && slices.Contains(at.attr.key, slot.Name)
}

// setOnly changes a list that is written as if it had one item. Where Entra ID is
// configured for one role (SingleAppRoleAssignment) it writes roles[primary eq
// "True"].value, whichever role that was before.
//
// Guess: add and replace leave that one role alone, and remove leaves none. What else
// is written of a primary role, such as its type, is not kept and changes nothing.
func (p *patch) setOnly(kind string, at spot, value any) error {
	whole := target{schema: at.schema, attr: at.attr}
	switch {
	case at.sub != nil && at.sub.Name != at.attr.short:
		_, err := coerce(at.sub, at.String(), value)
		return err
	case kind == opRemove:
		return p.put(whole, nil)
	case at.sub != nil:
		value = Object{at.attr.short: value}
	}
	items, err := p.incoming(whole, value)
	if err != nil {
		return err
	}
	if len(items) > 1 {
		return bad(InvalidValue, "%s is one value.", at)
	}
	return p.putList(whole, items)
}

// setItems adds to the chosen items, or replaces them.
func (p *patch) setItems(kind string, at spot, list []any, matched []int, value any) error {
	name := at.String()
	if value == nil {
		return bad(InvalidValue, "%s: the value must be an object.", name)
	}
	for _, i := range matched {
		changes, err := coerceObject(at.attr, name, value) // for each: items share nothing
		if err != nil {
			return err
		}
		item := list[i].(Object)
		if kind == opReplace {
			item = Object{}
			// Guess: what the filter says of an item stays true of it unless the
			// new value says otherwise, so that a work number keeps its type.
			if values, ok := at.filter.equalities(); ok {
				for sub, v := range values {
					item[sub.Name] = v
				}
			}
		}
		whole, err := coerceItem(at.attr, name, merge(item, changes))
		if err != nil {
			return err
		}
		if whole == nil {
			whole = Object{}
		}
		list[i] = whole
	}
	return p.putChanged(at.target, list, matched)
}

// setParts changes one sub-attribute of the chosen items.
func (p *patch) setParts(kind string, g target, list []any, chosen []int, value any) error {
	var part any
	if kind != opRemove {
		v, err := coerce(g.sub, g.String(), value)
		if err != nil {
			return err
		}
		part = v
	}
	if g.sub.Required && (part == nil || part == "") {
		return bad(Mutability, "%s is required and cannot be removed.", g)
	}
	for _, i := range chosen {
		if item, ok := list[i].(Object); ok {
			merge(item, Object{g.sub.Name: part})
		}
	}
	return p.putChanged(g, list, chosen)
}

// putChanged writes a list some of whose items were changed where they stand.
func (p *patch) putChanged(g target, list []any, changed []int) error {
	if err := p.spend(size(list)); err != nil {
		return err
	}
	promote(list, changed)
	list, err := unique(g.attr, target{schema: g.schema, attr: g.attr}.String(), list)
	if err != nil {
		return err
	}
	return p.putList(g, list)
}

// create adds the item that a filter describes but that is not there.
//
// Guess: RFC 7644 §3.5.2.3 has replace fail with noTarget here. Entra ID replaces
// emails[type eq "work"].value also when there was none, and one failing
// operation would fail the whole request, so replace creates the item too where
// the filter names a slot.
func (p *patch) create(kind string, at spot, value any) error {
	values, ok := at.filter.equalities()
	if !ok || kind == opReplace && at.filter.slot() == nil {
		return bad(NoTarget, "%s matches nothing.", at)
	}
	item := Object{}
	for sub, v := range values {
		item[sub.Name] = v
	}
	if at.sub != nil {
		item[at.sub.Name] = value
	} else {
		changes, err := coerceObject(at.attr, at.String(), value)
		if err != nil {
			return err
		}
		merge(item, changes)
	}
	return p.setList(opAdd, target{schema: at.schema, attr: at.attr}, []any{item})
}
