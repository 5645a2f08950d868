package contactcenter

import (
	"maps"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Who owns a greeting.
const (
	GreetingOfUser         = "USER"
	GreetingOfGroup        = "GROUP"
	GreetingOfOrganization = "ORGANIZATION"
)

// Greeting is what callers hear. The sound itself is nowhere: a greeting is the
// text that is to be spoken, or what its owner says of a recording.
type Greeting struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitempty"`
	Type       string         `json:"type"` // STATION, VOICEMAIL or NAME
	Owner      GreetingOwner  `json:"owner"`
	AudioTTS   string         `json:"audioTTS,omitempty"`
	AudioFile  *GreetingAudio `json:"audioFile,omitempty"`
	Created    *clock.Time    `json:"created,omitempty"`
	CreatedBy  string         `json:"createdBy,omitempty"` // path of a user or client
	Modified   *clock.Time    `json:"modified,omitempty"`
	ModifiedBy string         `json:"modifiedBy,omitempty"`
}

// GreetingAudio is the schema GreetingAudioFile.
type GreetingAudio struct {
	DurationMilliseconds int64  `json:"durationMilliseconds,omitempty"`
	SizeBytes            int64  `json:"sizeBytes,omitempty"`
	SelfURI              string `json:"selfUri,omitempty"`
}

// GreetingOwner is whose greeting it is.
type GreetingOwner struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func (o GreetingOwner) key() string { return o.Type + "/" + o.ID }

func (o GreetingOwner) ref() Ref {
	switch o.Type {
	case GreetingOfUser:
		return Ref{ID: o.ID, SelfURI: "/api/v2/users/" + o.ID}
	case GreetingOfGroup:
		return Ref{ID: o.ID, SelfURI: "/api/v2/groups/" + o.ID}
	default:
		return Ref{ID: o.ID, SelfURI: "/api/v2/organizations/me"}
	}
}

// greetings stand together by owner, sorted by name, so that a page of them is
// found from the keys alone.
var greetings = store.Collection[*Greeting]{
	Name: "greetings",
	Key:  func(g *Greeting) string { return g.Owner.key() + "/" + NameKey(g.Name) + "/" + g.ID },
	Indexes: []store.Index[*Greeting]{
		{Name: "id", Unique: true, Keys: func(g *Greeting) []string { return []string{g.ID} }},
	},
}

// GreetingByID returns a greeting as a fresh value, or the API's 404.
func GreetingByID(tx *store.Tx, id string) (*Greeting, error) {
	g, err := greetings.OneBy(tx, "id", id)
	if IsNotFound(err) {
		return nil, apierr.NotFound().About(id, "greeting")
	}
	return g, err
}

// GreetingsOf returns up to limit greetings of an owner, from number skip on,
// sorted by name, and how many there are. They are shared values.
func GreetingsOf(tx *store.Tx, o GreetingOwner, skip, limit int) (page []*Greeting, total int, err error) {
	for key := range greetings.Keys(tx, o.key()+"/") {
		if total >= skip && len(page) < limit {
			g, err := greetings.Peek(tx, key)
			if err != nil {
				return nil, 0, err
			}
			page = append(page, g)
		}
		total++
	}
	return page, total, nil
}

// GreetingBody is the schema Greeting, as far as clients can set it.
type GreetingBody struct {
	Name      string         `json:"name"`
	Type      string         `json:"type"`
	OwnerType string         `json:"ownerType"`
	Owner     Ref            `json:"owner"`
	AudioTTS  string         `json:"audioTTS"`
	AudioFile *GreetingAudio `json:"audioFile"`
}

// By says when something is done to a greeting, and the path of who does it.
type By struct {
	At  *clock.Time
	URI string
}

// owned refuses a body that speaks of another owner than o.
//
// Guess: the owner can be left without an id, but not contradict.
func (b *GreetingBody) owned(o GreetingOwner) error {
	if b.OwnerType != o.Type {
		return apierr.BadRequest("The ownerType of this greeting is " + o.Type + ".").OnField("ownerType")
	}
	if b.Owner.ID != "" && b.Owner.ID != o.ID {
		return apierr.BadRequest("The owner of this greeting is [" + o.ID + "].").OnField("owner")
	}
	if len(NameKey(b.Name)) > maxGreetingKey {
		return apierr.BadRequest("The name is too long.").OnField("name")
	}
	return nil
}

// maxGreetingKey is how many bytes a name may have.
//
// Guess: the specification has no limit.
const maxGreetingKey = 1000

// NewGreeting creates a greeting of o under that id.
func NewGreeting(tx *store.Tx, o GreetingOwner, id string, body *GreetingBody, by By) (*Greeting, error) {
	if err := body.owned(o); err != nil {
		return nil, err
	}
	g := &Greeting{ID: id, Owner: o, Created: by.At, CreatedBy: by.URI}
	g.fill(body, by)
	return g, greetings.Insert(tx, g)
}

func (g *Greeting) fill(body *GreetingBody, by By) {
	g.Name, g.Type, g.AudioTTS, g.AudioFile = body.Name, body.Type, body.AudioTTS, body.AudioFile
	g.Modified, g.ModifiedBy = by.At, by.URI
}

// Replace changes the greeting to what body says. One that gets another type is
// no longer the default of the old one.
func (g *Greeting) Replace(tx *store.Tx, body *GreetingBody, by By) error {
	if err := body.owned(g.Owner); err != nil {
		return err
	}
	if body.Type != g.Type {
		if err := undefault(tx, g.ID); err != nil {
			return err
		}
	}
	if err := greetings.Delete(tx, greetings.Key(g)); err != nil {
		return err
	}
	g.fill(body, by)
	return greetings.Insert(tx, g)
}

// Delete removes the greeting, also from the defaults that name it.
func (g *Greeting) Delete(tx *store.Tx) error {
	if err := undefault(tx, g.ID); err != nil {
		return err
	}
	return greetings.Delete(tx, greetings.Key(g))
}

// DropGreetings removes the greetings and the defaults of an owner that is gone.
func DropGreetings(tx *store.Tx, o GreetingOwner) error {
	for _, key := range slices.Collect(greetings.Keys(tx, o.key()+"/")) {
		g, err := greetings.Peek(tx, key)
		if err != nil {
			return err
		}
		if err := g.Delete(tx); err != nil {
			return err
		}
	}
	if err := greetingDefaults.Delete(tx, o.key()); err != nil && !IsNotFound(err) {
		return err
	}
	return nil
}

// GreetingURI is the path of a greeting.
func GreetingURI(id string) string { return "/api/v2/greetings/" + id }

// Ref is the schema DomainEntity, which some listings have.
func (g *Greeting) Ref() *Ref { return &Ref{ID: g.ID, Name: g.Name, SelfURI: GreetingURI(g.ID)} }

// GreetingView is the schema Greeting.
type GreetingView struct {
	ID           string         `json:"id"`
	Name         string         `json:"name,omitempty"`
	Type         string         `json:"type"`
	OwnerType    string         `json:"ownerType"`
	Owner        Ref            `json:"owner"`
	AudioFile    *GreetingAudio `json:"audioFile,omitempty"`
	AudioTTS     string         `json:"audioTTS,omitempty"`
	CreatedDate  *clock.Time    `json:"createdDate,omitempty"`
	CreatedBy    string         `json:"createdBy,omitempty"`
	ModifiedDate *clock.Time    `json:"modifiedDate,omitempty"`
	ModifiedBy   string         `json:"modifiedBy,omitempty"`
	SelfURI      string         `json:"selfUri"`
}

// View renders the greeting.
func (g *Greeting) View() *GreetingView {
	return &GreetingView{
		ID: g.ID, Name: g.Name, Type: g.Type, OwnerType: g.Owner.Type, Owner: g.Owner.ref(),
		AudioFile: g.AudioFile, AudioTTS: g.AudioTTS, CreatedDate: g.Created, CreatedBy: g.CreatedBy,
		ModifiedDate: g.Modified, ModifiedBy: g.ModifiedBy, SelfURI: GreetingURI(g.ID),
	}
}

// defaultGreetings says which greeting of each type an owner's callers hear.
type defaultGreetings struct {
	Owner      GreetingOwner     `json:"owner"`
	IDs        map[string]string `json:"ids"` // of greetings, by type
	Created    *clock.Time       `json:"created,omitempty"`
	CreatedBy  string            `json:"createdBy,omitempty"`
	Modified   *clock.Time       `json:"modified,omitempty"`
	ModifiedBy string            `json:"modifiedBy,omitempty"`
}

var greetingDefaults = store.Collection[*defaultGreetings]{
	Name: "greetings/defaults",
	Key:  func(d *defaultGreetings) string { return d.Owner.key() },
	Indexes: []store.Index[*defaultGreetings]{
		{Name: "greeting", Keys: func(d *defaultGreetings) []string { return slices.Collect(maps.Values(d.IDs)) }},
	},
}

// undefault makes the greeting nobody's default.
func undefault(tx *store.Tx, id string) error {
	for _, key := range slices.Collect(greetingDefaults.KeysBy(tx, "greeting", id)) {
		d, err := greetingDefaults.Get(tx, key)
		if err != nil {
			return err
		}
		maps.DeleteFunc(d.IDs, func(_, greeting string) bool { return greeting == id })
		if err := greetingDefaults.Put(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// DefaultsBody is the schema DefaultGreetingList, as far as clients can set it: a
// greeting is named by its id.
type DefaultsBody struct {
	Greetings map[string]Ref `json:"greetings"`
}

// SetDefaultGreetings makes the greetings that are named the only defaults of o.
//
// Guess: they are of the type under which they stand, and belong to the owner or
// to the organization.
func SetDefaultGreetings(tx *store.Tx, o GreetingOwner, body *DefaultsBody, by By) error {
	d, err := greetingDefaults.Get(tx, o.key())
	if IsNotFound(err) {
		d, err = &defaultGreetings{Owner: o, Created: by.At, CreatedBy: by.URI}, nil
	}
	if err != nil {
		return err
	}
	d.IDs = make(map[string]string, len(body.Greetings))
	for _, kind := range slices.Sorted(maps.Keys(body.Greetings)) {
		id := body.Greetings[kind].ID
		g, err := greetings.OneBy(tx, "id", id)
		switch {
		case err != nil && !IsNotFound(err):
			return err
		case err != nil:
			return apierr.BadRequest("There is no greeting with that id.").OnField("greetings").About(id, "greeting")
		case g.Type != kind:
			return apierr.BadRequest("The greeting is of the type "+g.Type+", and not what it is to be the default of.").OnField("greetings").About(id, "greeting")
		case g.Owner != o && g.Owner.Type != GreetingOfOrganization:
			return apierr.BadRequest("The greeting belongs to somebody else.").OnField("greetings").About(id, "greeting")
		}
		d.IDs[kind] = id
	}
	d.Modified, d.ModifiedBy = by.At, by.URI
	return greetingDefaults.Put(tx, d)
}

// DefaultGreetingsView is the schema DefaultGreetingList.
type DefaultGreetingsView struct {
	ID           string                   `json:"id"`
	Owner        Ref                      `json:"owner"`
	OwnerType    string                   `json:"ownerType"`
	Greetings    map[string]*GreetingView `json:"greetings"`
	CreatedDate  *clock.Time              `json:"createdDate,omitempty"`
	CreatedBy    string                   `json:"createdBy,omitempty"`
	ModifiedDate *clock.Time              `json:"modifiedDate,omitempty"`
	ModifiedBy   string                   `json:"modifiedBy,omitempty"`
	SelfURI      string                   `json:"selfUri"`
}

// DefaultGreetingsOf renders the defaults of o, which are none until some are
// set.
func DefaultGreetingsOf(tx *store.Tx, o GreetingOwner) (*DefaultGreetingsView, error) {
	d, err := greetingDefaults.Peek(tx, o.key())
	if IsNotFound(err) {
		d, err = &defaultGreetings{Owner: o}, nil
	}
	if err != nil {
		return nil, err
	}
	v := &DefaultGreetingsView{
		ID: o.ID, Owner: o.ref(), OwnerType: o.Type, Greetings: make(map[string]*GreetingView, len(d.IDs)),
		CreatedDate: d.Created, CreatedBy: d.CreatedBy, ModifiedDate: d.Modified, ModifiedBy: d.ModifiedBy,
		SelfURI: "/api/v2/greetings/defaults",
	}
	if o.Type != GreetingOfOrganization {
		v.SelfURI = v.Owner.SelfURI + "/greetings/defaults"
	}
	for kind, id := range d.IDs {
		g, err := GreetingByID(tx, id)
		if err != nil {
			return nil, err
		}
		v.Greetings[kind] = g.View()
	}
	return v, nil
}
