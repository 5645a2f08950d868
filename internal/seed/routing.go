package seed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// routingEntries are the parts of a document that speak of the contact center.
type routingEntries struct {
	queues      []queueEntry
	wrapupCodes []wrapupCodeEntry
	presences   []presenceEntry
	skills      []skillEntry
	languages   []skillEntry
}

type queueEntry struct {
	place
	name, id, description, division text
	members, wrapupCodes            []text
}

var queueKeys = []key[queueEntry]{
	{"name", true, func(q *queueEntry, v value) error { return v.name(&q.name) }},
	{"id", false, func(q *queueEntry, v value) error { return v.id(&q.id) }},
	{"description", false, func(q *queueEntry, v value) error { return v.anyText(&q.description) }},
	{"division", false, func(q *queueEntry, v value) error { return v.name(&q.division) }},
	{"members", false, func(q *queueEntry, v value) error { return v.texts(&q.members, value.email) }},
	{"wrapupCodes", false, func(q *queueEntry, v value) error { return v.texts(&q.wrapupCodes, value.name) }},
}

type wrapupCodeEntry struct {
	place
	name, id, description, division text
}

var wrapupCodeKeys = []key[wrapupCodeEntry]{
	{"name", true, func(w *wrapupCodeEntry, v value) error { return v.name(&w.name) }},
	{"id", false, func(w *wrapupCodeEntry, v value) error { return v.id(&w.id) }},
	{"description", false, func(w *wrapupCodeEntry, v value) error { return v.anyText(&w.description) }},
	{"division", false, func(w *wrapupCodeEntry, v value) error { return v.name(&w.division) }},
}

type presenceEntry struct {
	place
	name, id, systemPresence text
	labels                   []labelEntry
}

var presenceKeys = []key[presenceEntry]{
	{"name", true, func(p *presenceEntry, v value) error { return v.name(&p.name) }},
	{"id", false, func(p *presenceEntry, v value) error { return v.id(&p.id) }},
	{"systemPresence", true, func(p *presenceEntry, v value) error { return v.oneOf(&p.systemPresence, systemPresences()) }},
	{"labels", false, func(p *presenceEntry, v value) error {
		return objects(v, &p.labels, func(p place) labelEntry { return labelEntry{place: p} }, labelKeys)
	}},
}

// labelEntry is what a presence is called in another language.
type labelEntry struct {
	place
	locale, label text
}

var labelKeys = []key[labelEntry]{
	{"locale", true, func(l *labelEntry, v value) error { return v.locale(&l.locale) }},
	{"label", true, func(l *labelEntry, v value) error { return v.name(&l.label) }},
}

func systemPresences() []string {
	var names []string
	for _, p := range contactcenter.SystemPresences() {
		names = append(names, p.System)
	}
	return names
}

func (v value) locale(into *text) error {
	if err := v.word(into); err != nil {
		return err
	}
	if !contactcenter.IsLocale(into.s) {
		return v.fail("must be a locale of the API such as en_US, de or pt_BR, is %q", shorten(into.s))
	}
	return nil
}

func (e *routingEntries) add(more *routingEntries) {
	e.queues = append(e.queues, more.queues...)
	e.wrapupCodes = append(e.wrapupCodes, more.wrapupCodes...)
	e.presences = append(e.presences, more.presences...)
	e.skills = append(e.skills, more.skills...)
	e.languages = append(e.languages, more.languages...)
}

// routing is the contact center of an organization with every name resolved.
type routing struct {
	presences   []*contactcenter.Presence
	agents      []agent
	wrapupCodes []*contactcenter.WrapupCode
	queues      []queue
	skills      skillSet
	languages   skillSet
}

type agent struct {
	userID   string
	presence *contactcenter.Presence
	status   string // "" leaves it to the presence
}

type queue struct {
	contactcenter.Queue
	members []*identity.User
	codeIDs []string
}

func (r *resolver) resolveRouting() error {
	presences := r.namesOf("/presence/definitions")
	for _, p := range contactcenter.SystemPresences() {
		presences[identity.Fold(p.System)] = named{place{path: "the presences of the system"}, p.ID, p.System}
	}
	own := make(map[string]*contactcenter.Presence)
	for i := range r.from.presences {
		p, err := r.presence(&r.from.presences[i], presences)
		if err != nil {
			return err
		}
		r.routing.presences, own[p.ID] = append(r.routing.presences, p), p
	}
	for i := range r.from.users {
		if err := r.resolveAgent(&r.from.users[i], r.users[i], presences, own); err != nil {
			return err
		}
	}
	codes := r.namesOf("/routing/wrapupcodes")
	for i := range r.from.wrapupCodes {
		if err := r.resolveWrapupCode(&r.from.wrapupCodes[i], codes); err != nil {
			return err
		}
	}
	queues := r.namesOf("/routing/queues")
	for i := range r.from.queues {
		if err := r.resolveQueue(&r.from.queues[i], queues, codes); err != nil {
			return err
		}
	}
	var err error
	if r.routing.skills, err = r.resolveSkills("skill", r.namesOf("/routing/skills"), r.from.skills, func(u *userEntry) []assignedEntry { return u.skills }); err != nil {
		return err
	}
	r.routing.languages, err = r.resolveSkills("language", r.namesOf("/routing/languages"), r.from.languages, func(u *userEntry) []assignedEntry { return u.languages })
	return err
}

func (r *resolver) presence(e *presenceEntry, known names) (*contactcenter.Presence, error) {
	p := &contactcenter.Presence{
		System: e.systemPresence.s, DivisionID: identity.AllDivisions,
		Labels: map[string]string{contactcenter.DefaultLocale: e.name.s},
	}
	for _, l := range e.labels {
		if _, twice := p.Labels[l.locale.s]; twice {
			return nil, l.locale.fail("there is a label in %q already; the name is the one in %s", l.locale.s, contactcenter.DefaultLocale)
		}
		p.Labels[l.locale.s] = l.label.s
	}
	var err error
	p.ID, err = r.identify("presence definition", known, e.name, e.id)
	return p, err
}

// resolveAgent finds what a user is doing. Those of whom the fixture says nothing
// are offline.
func (r *resolver) resolveAgent(e *userEntry, u *identity.User, presences names, own map[string]*contactcenter.Presence) error {
	if e.presence.s == "" && e.routingStatus.s == "" {
		return nil
	}
	at := e.presence
	if at.s == "" {
		at = text{e.routingStatus.place, contactcenter.Offline}
	}
	if u.State == identity.UserDeleted {
		return at.fail("%q is deleted and can only be offline", u.Email)
	}
	id, err := presences.find(at, "presence")
	if err != nil {
		return err
	}
	p := own[id]
	if p == nil {
		p, _ = contactcenter.SystemPresence(at.s)
	}
	a := contactcenter.Agent{UserID: u.ID}
	if status := e.routingStatus.s; status != "" && !a.SetStatus(p, status, nil) {
		return e.routingStatus.fail("%s does not go with the presence %q: on queue, all but %s do, else %s and %s",
			status, at.s, contactcenter.OffQueue, contactcenter.OffQueue, contactcenter.Communicating)
	}
	r.routing.agents = append(r.routing.agents, agent{u.ID, p, e.routingStatus.s})
	return nil
}

// resolveWrapupCode puts codes in every division unless one is named, as the
// service does.
func (r *resolver) resolveWrapupCode(e *wrapupCodeEntry, known names) error {
	w := &contactcenter.WrapupCode{Name: e.name.s, Description: e.description.s, DivisionID: contactcenter.AllDivisions}
	var err error
	if w.ID, err = r.identify("wrap-up code", known, e.name, e.id); err != nil {
		return err
	}
	if e.division.s != "" && e.division.s != every {
		if w.DivisionID, err = r.divisionIDs.find(e.division, "division"); err != nil {
			return err
		}
	}
	r.routing.wrapupCodes = append(r.routing.wrapupCodes, w)
	return nil
}

func (r *resolver) resolveQueue(e *queueEntry, known, codes names) error {
	q := queue{Queue: contactcenter.Queue{Name: e.name.s, DivisionID: r.home}}
	var err error
	if q.ID, err = r.identify("queue", known, e.name, e.id); err != nil {
		return err
	}
	if e.division.s != "" {
		if q.DivisionID, err = r.divisionIDs.find(e.division, "division"); err != nil {
			return err
		}
	}
	settings := contactcenter.QueueSettings{}
	if e.description.s != "" {
		settings.Description = contactcenter.JSONText(e.description.s)
	}
	if q.Settings, err = settings.Complete(); err != nil {
		return err
	}
	for _, member := range e.members {
		id, err := r.userIDs.find(member, "user")
		if err != nil {
			return err
		}
		u := r.users[slices.IndexFunc(r.users, func(u *identity.User) bool { return u.ID == id })]
		if u.State == identity.UserDeleted {
			return member.fail("%q is deleted and cannot be a member of a queue", member.s)
		}
		if slices.Contains(q.members, u) {
			return member.fail("%q is listed twice", strings.ToLower(member.s))
		}
		q.members = append(q.members, u)
	}
	for _, code := range e.wrapupCodes {
		id, err := codes.find(code, "wrap-up code")
		if err != nil {
			return err
		}
		if slices.Contains(q.codeIDs, id) {
			return code.fail("%q is listed twice", code.s)
		}
		q.codeIDs = append(q.codeIDs, id)
	}
	r.routing.queues = append(r.routing.queues, q)
	return nil
}

// apply stores copies: the document stays as it is.
func (c *routing) apply(tx *store.Tx, now *clock.Time) error {
	for _, p := range c.presences {
		dated := *p
		dated.Created, dated.Modified = now, now
		if err := contactcenter.Presences.Insert(tx, &dated); err != nil {
			return fmt.Errorf("presence definition %s: %w", p.Label(), err)
		}
	}
	for _, a := range c.agents {
		doing := &contactcenter.Agent{UserID: a.userID, Status: contactcenter.OffQueue, StatusSince: now}
		doing.SetPresence(a.presence, now)
		if a.status != "" {
			doing.SetStatus(a.presence, a.status, now)
		}
		if err := contactcenter.Agents.Insert(tx, doing); err != nil {
			return fmt.Errorf("presence of user %s: %w", a.userID, err)
		}
	}
	for _, w := range c.wrapupCodes {
		dated := *w
		dated.Created, dated.Modified = now, now
		if err := contactcenter.WrapupCodes.Insert(tx, &dated); err != nil {
			return fmt.Errorf("wrap-up code %s: %w", w.Name, err)
		}
	}
	for i := range c.queues {
		if err := c.queues[i].apply(tx, now); err != nil {
			return fmt.Errorf("queue %s: %w", c.queues[i].Name, err)
		}
	}
	if err := c.skills.apply(tx, contactcenter.Skills, now); err != nil {
		return err
	}
	return c.languages.apply(tx, contactcenter.Languages, now)
}

func (q *queue) apply(tx *store.Tx, now *clock.Time) error {
	dated := q.Queue
	dated.Created, dated.Modified = now, now
	for _, u := range q.members {
		if err := dated.Add(tx, u.ID, u.Name); err != nil {
			return err
		}
	}
	for _, id := range q.codeIDs {
		if err := contactcenter.Offer(tx, q.ID, id); err != nil {
			return err
		}
	}
	return contactcenter.Queues.Insert(tx, &dated)
}
