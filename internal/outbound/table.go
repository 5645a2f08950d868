package outbound

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Stubs is the stub table without the bodies of the responses. It belongs to no
// organization: the systems that the stubs stand in for are the world's. Its
// keys are places, so that the order of the keys is the order of matching.
var Stubs = store.Collection[*Stub]{
	Name:    "outbound/stubs",
	Key:     func(s *Stub) string { return s.Place },
	Indexes: []store.Index[*Stub]{{Name: byID, Keys: func(s *Stub) []string { return []string{s.ID} }, Unique: true}},
}

const byID = "id"

// responseBody is what a stub answers with, under the stub's place.
type responseBody struct {
	Place string `json:"place"`
	Text  string `json:"text"`
}

var responseBodies = store.Collection[*responseBody]{
	Name: "outbound/stub-bodies",
	Key:  func(b *responseBody) string { return b.Place },
}

// What the places of the stubs begin with that were registered while mockcloud
// runs, and of those of the fixtures.
const (
	registeredPlaces = "0/"
	fixturePlaces    = "1/"
)

// placeOf gives the number-th stub its place. Of registered ones the latest
// comes first.
func placeOf(number uint64, fixture bool) string {
	if fixture {
		return fmt.Sprintf("%s%016x", fixturePlaces, number)
	}
	return fmt.Sprintf("%s%016x", registeredPlaces, math.MaxUint64-number)
}

// Errors that callers tell apart with errors.Is.
var (
	// ErrFull refuses a stub for which the table has no room.
	ErrFull = fmt.Errorf("there is room for %d stubs and %d bytes of response bodies", MaxStubs, MaxStubBytes)
	// ErrOfFixtures refuses to replace a stub of the fixtures.
	ErrOfFixtures = errors.New("the fixtures have a stub with that id")
)

// Match returns the first stub for a call, or store.ErrNotFound. Stubs that were
// registered while mockcloud runs come before those of fixtures, the latest
// first; those of fixtures in the order of the files. The transaction may look
// at any organization. The answer is shared: nobody may change it.
func Match(tx *store.Tx, method, target string, body []byte) (*Stub, error) {
	tx = tx.In(store.Global)
	called := &calledBody{text: body}
	for place := range Stubs.Keys(tx, "") {
		s, err := Stubs.Peek(tx, place)
		if err != nil {
			return nil, err
		}
		if (s.Method == "" || strings.EqualFold(s.Method, method)) && matches(s.URL, target) && called.has(s.Body) {
			return withBody(tx, s)
		}
	}
	return nil, store.ErrNotFound
}

// withBody is a copy of a stub that has its response's body.
func withBody(tx *store.Tx, s *Stub) (*Stub, error) {
	whole := *s
	body, err := responseBodies.Peek(tx, s.Place)
	switch {
	case errors.Is(err, store.ErrNotFound): // it is empty
		return &whole, nil
	case err != nil:
		return nil, err
	}
	whole.ResponseBody = body.Text
	return &whole, nil
}

// StubByID returns a stub, or store.ErrNotFound. The answer is shared: nobody
// may change it.
func StubByID(tx *store.Tx, id string) (*Stub, error) {
	tx = tx.In(store.Global)
	for place := range Stubs.KeysBy(tx, byID, id) {
		s, err := Stubs.Peek(tx, place)
		if err != nil {
			return nil, err
		}
		return withBody(tx, s)
	}
	return nil, store.ErrNotFound
}

// AllStubs iterates over the table in the order of matching. The bodies of the
// responses are missing. What comes is shared: nobody may change it.
func AllStubs(tx *store.Tx) iter.Seq2[*Stub, error] {
	tx = tx.In(store.Global)
	return func(yield func(*Stub, error) bool) {
		for place := range Stubs.Keys(tx, "") {
			s, err := Stubs.Peek(tx, place)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// RegisterStub adds a stub before all others, in the place of a registered one
// with the same id. It returns a *Flaw, ErrFull or ErrOfFixtures where it does
// not.
func RegisterStub(tx *store.Tx, s *Stub) error {
	if err := s.Check(); err != nil {
		return err
	}
	tx = tx.In(store.Global)
	for place := range Stubs.KeysBy(tx, byID, s.ID) {
		before, err := Stubs.Peek(tx, place)
		if err != nil {
			return err
		}
		if before.Fixture {
			return ErrOfFixtures
		}
		if err := remove(tx, place); err != nil {
			return err
		}
	}
	count, size, number := 1, len(s.ResponseBody), uint64(1)
	for other, err := range AllStubs(tx) {
		if err != nil {
			return err
		}
		if count == 1 && !other.Fixture { // the latest
			if _, err := fmt.Sscanf(other.Place, registeredPlaces+"%x", &number); err != nil {
				return fmt.Errorf("stub %s: place %q: %w", other.ID, other.Place, err)
			}
			number = math.MaxUint64 - number + 1
		}
		count++
		size += other.Size
	}
	if count > MaxStubs || size > MaxStubBytes {
		return ErrFull
	}
	s.Fixture = false
	return put(tx, s, number)
}

// SeedStubs replaces the whole table by the stubs of fixtures. They have been
// checked.
func SeedStubs(tx *store.Tx, stubs []*Stub) error {
	tx = tx.In(store.Global)
	if err := removeAll(tx, ""); err != nil {
		return err
	}
	for i, s := range stubs {
		stored := *s
		stored.Fixture = true
		if err := put(tx, &stored, uint64(i)); err != nil {
			return fmt.Errorf("stub %s: %w", s.ID, err)
		}
	}
	return nil
}

func put(tx *store.Tx, s *Stub, number uint64) error {
	s.Place, s.Size = placeOf(number, s.Fixture), len(s.ResponseBody)
	if err := Stubs.Insert(tx, s); err != nil || s.Size == 0 {
		return err
	}
	return responseBodies.Put(tx, &responseBody{s.Place, s.ResponseBody})
}

// RemoveStub removes a stub, or returns store.ErrNotFound. One of the fixtures
// comes back with the next reset.
func RemoveStub(tx *store.Tx, id string) error {
	tx = tx.In(store.Global)
	for place := range Stubs.KeysBy(tx, byID, id) {
		return remove(tx, place)
	}
	return store.ErrNotFound
}

// RemoveRegisteredStubs removes the stubs that were registered while mockcloud
// runs; those of the fixtures stay.
func RemoveRegisteredStubs(tx *store.Tx) error {
	return removeAll(tx.In(store.Global), registeredPlaces)
}

func removeAll(tx *store.Tx, places string) error {
	for place := range Stubs.Keys(tx, places) {
		if err := remove(tx, place); err != nil {
			return err
		}
	}
	return nil
}

func remove(tx *store.Tx, place string) error {
	if err := Stubs.Delete(tx, place); err != nil {
		return err
	}
	if err := responseBodies.Delete(tx, place); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}
