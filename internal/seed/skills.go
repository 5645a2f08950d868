package seed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/store"
)

// skillEntry is a routing skill or a language.
type skillEntry struct {
	place
	name, id text
}

var skillKeys = []key[skillEntry]{
	{"name", true, func(s *skillEntry, v value) error { return v.name(&s.name) }},
	{"id", false, func(s *skillEntry, v value) error { return v.id(&s.id) }},
}

func (v value) skills(into *[]skillEntry) error {
	return objects(v, into, func(p place) skillEntry { return skillEntry{place: p} }, skillKeys)
}

// assignedEntry is a skill or language of a user: a text such as "Spanish 3", or
// a mapping.
type assignedEntry struct {
	name        text
	proficiency float64
}

var assignedKeys = []key[assignedEntry]{
	{"name", true, func(a *assignedEntry, v value) error { return v.name(&a.name) }},
	{"proficiency", true, func(a *assignedEntry, v value) error { return v.proficiency(&a.proficiency) }},
}

func (v value) proficiency(into *float64) error {
	n := v.target()
	if kind := v.kind(); kind != "a number" || n.Decode(into) != nil {
		return v.fail("must be a number, is %s", kind)
	}
	if !contactcenter.ValidProficiency(*into) {
		return v.fail("must be between %d and %d, is %s", contactcenter.MinProficiency, contactcenter.MaxProficiency, shorten(n.Value))
	}
	return nil
}

func (v value) assigned(into *[]assignedEntry) error {
	return v.list(func(v value) error {
		var a assignedEntry
		var err error
		if v.kind() == "a mapping" {
			err = object(v, &a, assignedKeys)
		} else {
			err = v.assignedText(&a)
		}
		*into = append(*into, a)
		return err
	})
}

// assignedText takes "name proficiency" apart. The proficiency is what follows
// the last blank, so that names can end in a number too.
func (v value) assignedText(into *assignedEntry) error {
	if err := v.name(&into.name); err != nil {
		return err
	}
	at := strings.LastIndexByte(into.name.s, ' ')
	number := into.name.s[at+1:]
	p, err := strconv.ParseFloat(number, 64)
	if at < 0 || err != nil || strings.Trim(number, "0123456789.") != "" || !contactcenter.ValidProficiency(p) {
		return v.fail("must be a name and a proficiency from %d to %d, such as \"Billing 3\", is %q",
			contactcenter.MinProficiency, contactcenter.MaxProficiency, shorten(into.name.s))
	}
	into.name.s, into.proficiency = strings.TrimRight(into.name.s[:at], " "), p
	return nil
}

// skillSet is the skills or the languages of an organization with every name
// resolved.
type skillSet struct {
	all     []*contactcenter.Skill
	holders []holder
}

type holder struct {
	userID string
	has    []contactcenter.Assigned
}

// resolveSkills resolves one kind. of gives what a user has of it.
func (r *resolver) resolveSkills(kind string, known names, entries []skillEntry, of func(*userEntry) []assignedEntry) (skillSet, error) {
	var t skillSet
	for i := range entries {
		id, err := r.identify(kind, known, entries[i].name, entries[i].id)
		if err != nil {
			return t, err
		}
		t.all = append(t.all, &contactcenter.Skill{ID: id, Name: entries[i].name.s})
	}
	for i := range r.from.users {
		h := holder{userID: r.users[i].ID}
		for _, a := range of(&r.from.users[i]) {
			id, err := known.find(a.name, kind)
			if err != nil {
				return t, err
			}
			if slices.ContainsFunc(h.has, func(b contactcenter.Assigned) bool { return b.ID == id }) {
				return t, a.name.fail("%q is listed twice", a.name.s)
			}
			h.has = append(h.has, contactcenter.Assigned{ID: id, Proficiency: a.proficiency})
		}
		if len(h.has) > 0 {
			t.holders = append(t.holders, h)
		}
	}
	return t, nil
}

// apply stores copies: the document stays as it is.
func (t *skillSet) apply(tx *store.Tx, into *contactcenter.SkillSet, now *clock.Time) error {
	for _, s := range t.all {
		dated := *s
		dated.Modified = now
		if err := into.All.Insert(tx, &dated); err != nil {
			return fmt.Errorf("%s %s: %w", into.Noun, s.Name, err)
		}
	}
	for _, h := range t.holders {
		if err := into.Set(tx, h.userID, h.has...); err != nil {
			return fmt.Errorf("%ss of user %s: %w", into.Noun, h.userID, err)
		}
	}
	return nil
}
