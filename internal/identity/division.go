package identity

import (
	"fmt"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Division is a part of the organization that objects belong to and that grants
// are limited to.
type Division struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Home        bool   `json:"home,omitempty"` // exactly one division is the home division
}

// DeletedDivisions are kept so that they can come back. They are a collection of
// their own, which only their listing and their restoring look at: for all
// others a deleted division is not there. Several may have had the same name.
var DeletedDivisions = store.Collection[*Division]{
	Name: "divisions/deleted",
	Key:  func(d *Division) string { return d.ID },
	Indexes: []store.Index[*Division]{
		{Name: "name", Keys: func(d *Division) []string { return []string{nameKey(d.Name)} }},
	},
}

// Divisions are sorted by name. Names are unique, whatever their case.
var Divisions = store.Collection[*Division]{
	Name: "divisions",
	Key:  func(d *Division) string { return d.ID },
	Indexes: []store.Index[*Division]{
		{Name: "name", Unique: true, Keys: func(d *Division) []string { return []string{nameKey(d.Name)} }},
		{Name: "home", Unique: true, Keys: func(d *Division) []string {
			if d.Home {
				return []string{"home"}
			}
			return nil
		}},
	},
}

// HomeDivision returns the organization's home division.
func HomeDivision(tx *store.Tx) (*Division, error) {
	home, err := Divisions.OneBy(tx, "home", "home")
	if err != nil {
		return nil, fmt.Errorf("home division: %w", err)
	}
	return home, nil
}

// PeekHomeDivision is HomeDivision for those who do not change it.
func PeekHomeDivision(tx *store.Tx) (*Division, error) {
	for id := range Divisions.KeysBy(tx, "home", "home") {
		return Divisions.Peek(tx, id)
	}
	return nil, fmt.Errorf("home division: %w", store.ErrNotFound)
}

// DivisionByID returns a division, or the API's 404.
func DivisionByID(tx *store.Tx, id string) (*Division, error) {
	d, err := Divisions.Peek(tx, id)
	return found(d, err, func() *apierr.Error {
		return apierr.NotFound().About(id, "division")
	})
}

// DeletedDivisionByID returns a division that was deleted, or the API's 404.
func DeletedDivisionByID(tx *store.Tx, id string) (*Division, error) {
	d, err := DeletedDivisions.Peek(tx, id)
	return found(d, err, func() *apierr.Error {
		return apierr.NotFound().About(id, "division")
	})
}

// DeleteDivision moves a division to the deleted ones.
func DeleteDivision(tx *store.Tx, d *Division) error {
	if err := Divisions.Delete(tx, d.ID); err != nil {
		return err
	}
	return DeletedDivisions.Put(tx, d)
}

// RestoreDivision makes a deleted division what it says and brings it back, or
// returns store.ErrExists where the name is taken by now.
func RestoreDivision(tx *store.Tx, d *Division) error {
	if err := Divisions.Insert(tx, d); err != nil {
		return err
	}
	return DeletedDivisions.Delete(tx, d.ID)
}

// DivisionByName returns the division of that name, whatever its case, or
// store.ErrNotFound.
func DivisionByName(tx *store.Tx, name string) (*Division, error) {
	return Divisions.OneBy(tx, "name", nameKey(name))
}

// DivisionName is a division's name for people; the id where there is no such
// division.
func DivisionName(tx *store.Tx, id string) string {
	if id == AllDivisions {
		return "all divisions"
	}
	if d, err := Divisions.Peek(tx, id); err == nil {
		return d.Name
	}
	return id
}
