package contactcenter

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Presence is a presence definition: what people can say that they are doing.
type Presence struct {
	ID          string            `json:"id"`
	System      string            `json:"system"` // the system presence that it stands for, such as "On Queue"
	Labels      map[string]string `json:"labels"` // by locale, such as "en_US"
	DivisionID  string            `json:"divisionId,omitempty"`
	Deactivated bool              `json:"deactivated,omitempty"`
	Created     *clock.Time       `json:"created,omitempty"`
	CreatedBy   string            `json:"createdBy,omitempty"` // id of a user or client
	Modified    *clock.Time       `json:"modified,omitempty"`
	ModifiedBy  string            `json:"modifiedBy,omitempty"`

	primary bool
}

// The system presences that rules speak of.
const (
	Offline = "Offline"
	OnQueue = "On Queue"
)

// DefaultLocale is the locale of the labels that everything has.
const DefaultLocale = "en_US"

// systemPresences are the definitions that every organization has. Their ids are
// the platform's: the same in every organization and region, never changed, and
// written into many a data action and script, which work here for that reason.
// (A Genesys blueprint says so; the ids are in its provider's tests.)
var systemPresences = []*Presence{
	systemPresence("6a3af858-942f-489d-9700-5f9bcdcdae9b", "Available"),
	systemPresence("5e5c5c66-ea97-4e7f-ac41-6424784829f2", "Away"),
	systemPresence("227b37e2-f1d0-4dd0-8f50-badd7cf6d158", "Break"),
	systemPresence("31fe3bac-dea6-44b7-bed7-47f91660a1a0", "Busy"),
	systemPresence("7ffa01cd-7866-4ad7-8faa-31e11b42f51f", "Idle"),
	systemPresence("3fd96123-badb-4f69-bc03-1b1ccc6d8014", "Meal"),
	systemPresence("bbdff279-7ae1-48ea-bade-7831d7234c64", "Meeting"),
	systemPresence("ccf3c10a-aa2c-4845-8e8d-f59fa48c58e5", Offline),
	systemPresence("e08eaf1b-ee47-4fa9-a231-1200e284798f", OnQueue),
	systemPresence("d2390a99-8546-bad9-8f0a-219548e8aeb0", "Training"),
}

func systemPresence(id, name string) *Presence {
	return &Presence{ID: id, System: name, Labels: map[string]string{DefaultLocale: name}, primary: true}
}

// Primary says whether it is one of the system's definitions, which cannot be
// changed.
func (p *Presence) Primary() bool { return p.primary }

// Label is what people call it.
func (p *Presence) Label() string {
	if label := p.Labels[DefaultLocale]; label != "" {
		return label
	}
	for _, locale := range slices.Sorted(maps.Keys(p.Labels)) {
		return p.Labels[locale]
	}
	return p.System
}

// Presences holds the organization's own definitions; the system's need no
// storing.
var Presences = store.Collection[*Presence]{
	Name: "presence/definitions",
	Key:  func(p *Presence) string { return p.ID },
}

// SystemPresences lists the system's definitions by name. They are shared and
// must not be changed.
func SystemPresences() []*Presence { return slices.Clone(systemPresences) }

// SystemPresence finds a system's definition by its name in any of the API's
// spellings: On Queue, OnQueue, ON_QUEUE.
func SystemPresence(name string) (*Presence, bool) {
	wanted := squeeze(name)
	for _, p := range systemPresences {
		if squeeze(p.System) == wanted {
			return p, true
		}
	}
	return nil, false
}

func squeeze(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "").Replace(name))
}

// PresenceByID finds a definition, the system's or the organization's own, or
// returns store.ErrNotFound. The value is shared.
func PresenceByID(tx *store.Tx, id string) (*Presence, error) {
	for _, p := range systemPresences {
		if p.ID == id {
			return p, nil
		}
	}
	return Presences.Peek(tx, id)
}

// AllPresences lists the system's definitions, then the organization's own by
// label.
func AllPresences(tx *store.Tx) ([]*Presence, error) {
	var own []*Presence
	for p, err := range Presences.All(tx) {
		if err != nil {
			return nil, err
		}
		own = append(own, p)
	}
	slices.SortFunc(own, func(a, b *Presence) int {
		return cmp.Or(strings.Compare(NameKey(a.Label()), NameKey(b.Label())), strings.Compare(a.ID, b.ID))
	})
	return append(SystemPresences(), own...), nil
}
