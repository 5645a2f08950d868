// Package integration holds what an organization has installed: integrations,
// their types, their configuration and their credentials, with the rules that
// belong to them alone. How they look on the wire is the business of the family
// integrations; what their data actions do is package actions'.
package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The intended states, in the spelling of the specification.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
	Deleted  = "DELETED"
	Restored = "RESTORED"
)

// The codes of the reported state that mockcloud has: it is never on the way
// from one to the other.
const (
	Active   = "ACTIVE"
	Inactive = "INACTIVE"
	Failing  = "ERROR"
)

// Webhook is the type whose integrations take events from other systems, and
// WebhookID the attribute that their address is made of.
const (
	Webhook   = "webhook"
	WebhookID = "webhookId"
)

// Integration is an installed integration with its configuration.
type Integration struct {
	ID            string            `json:"id"`
	TypeID        string            `json:"typeId"`
	Name          string            `json:"name"`
	Notes         string            `json:"notes,omitempty"`
	Properties    json.RawMessage   `json:"properties"` // as they were sent
	Advanced      json.RawMessage   `json:"advanced"`
	Credentials   map[string]string `json:"credentials,omitempty"` // ids of credentials by slot
	Version       int               `json:"version"`               // of the configuration, from 1
	IntendedState string            `json:"intendedState"`         // Enabled or Disabled
	StateChanged  *clock.Time       `json:"stateChanged"`
	Attributes    map[string]string `json:"attributes,omitempty"`
}

// All are the integrations. They are few enough to be sorted for each list.
var All = store.Collection[*Integration]{
	Name: "integrations",
	Key:  func(i *Integration) string { return i.ID },
	Indexes: []store.Index[*Integration]{
		{Name: "type", Keys: func(i *Integration) []string { return []string{i.TypeID} }},
		{Name: "credential", Keys: func(i *Integration) []string {
			var ids []string
			for _, id := range i.Credentials {
				ids = append(ids, id)
			}
			return ids
		}},
		{Name: WebhookID, Unique: true, Keys: func(i *Integration) []string {
			if id := i.Attributes[WebhookID]; id != "" {
				return []string{id}
			}
			return nil
		}},
	},
}

// ByID returns an integration for changing, or the API's 404.
func ByID(tx *store.Tx, id string) (*Integration, error) {
	i, err := All.Get(tx, id)
	return i, orNotFound(err, id, "integration")
}

// PeekByID is ByID for reading only: the value is shared.
func PeekByID(tx *store.Tx, id string) (*Integration, error) {
	i, err := All.Peek(tx, id)
	return i, orNotFound(err, id, "integration")
}

func orNotFound(err error, id, what string) error {
	if errors.Is(err, store.ErrNotFound) {
		return apierr.NotFound().About(id, what)
	}
	return err
}

// Sorted lists the integrations by name, whatever its case, not to be changed.
func Sorted(tx *store.Tx) ([]*Integration, error) {
	var all []*Integration
	for key := range All.Keys(tx, "") {
		i, err := All.Peek(tx, key)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	slices.SortStableFunc(all, func(a, b *Integration) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return all, nil
}

// Named finds the integration with that id or, failing that, the only one with
// that name.
func Named(tx *store.Tx, name string) (*Integration, error) {
	if i, err := All.Peek(tx, name); !errors.Is(err, store.ErrNotFound) {
		return i, err
	}
	all, err := Sorted(tx)
	if err != nil {
		return nil, err
	}
	var found []*Integration
	for _, i := range all {
		if strings.EqualFold(i.Name, name) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return nil, apierr.Newf(http.StatusNotFound, "not.found", "There is no integration %.200q.", name)
	case 1:
		return found[0], nil
	}
	var ids []string
	for _, i := range found {
		ids = append(ids, i.ID)
	}
	return nil, apierr.BadRequest(fmt.Sprintf("Several integrations are called %.200q. Name one by its id: %s.", name, strings.Join(ids[:min(len(ids), 10)], ", ")))
}

// Install returns a new integration of the type, not yet stored: disabled, with
// an empty configuration (Terraform reads it at once and without looking for
// gaps). Without a name it takes that of its type, made unique by a number.
func Install(tx *store.Tx, t *Type, id, name string, now *clock.Time) (*Integration, error) {
	i := &Integration{
		ID: id, TypeID: t.ID, Name: name, Properties: json.RawMessage(`{}`), Advanced: json.RawMessage(`{}`),
		Version: 1, IntendedState: Disabled, StateChanged: now,
	}
	n := 0
	taken := map[string]bool{}
	for key := range All.KeysBy(tx, "type", t.ID) {
		other, err := All.Peek(tx, key)
		if err != nil {
			return nil, err
		}
		n++
		taken[other.Name] = true
	}
	if t.MaxInstances > 0 && n >= t.MaxInstances {
		return nil, ErrTooMany
	}
	if i.Name == "" {
		i.Name = t.Name
		for number := 1; taken[i.Name]; number++ {
			i.Name = t.Name + " " + strconv.Itoa(number)
		}
	}
	return i, nil
}

// ErrTooMany says that a type has as many integrations as it can have.
var ErrTooMany = errors.New("the type has as many integrations as it can have")

// Status is the reported state of an integration.
type Status struct {
	Code    string // Active, Inactive or Failing
	Missing string // the slot whose credential is missing, where that is what fails
}

// StatusOf works out the reported state: an active integration without a
// credential that it needs reports an error; whether the credential is right
// shows only when it is used.
func StatusOf(tx *store.Tx, i *Integration) (Status, error) {
	if i.IntendedState != Enabled {
		return Status{Code: Inactive}, nil
	}
	t, err := TypeByID(tx, i.TypeID)
	if err != nil {
		return Status{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(t.Credentials)) {
		if t.Credentials[name].Required && i.Credentials[name] == "" {
			return Status{Code: Failing, Missing: name}, nil
		}
	}
	return Status{Code: Active}, nil
}

// Credential returns the credential of the integration's only slot, or nil
// where there is none.
func (i *Integration) Credential(tx *store.Tx) (*Credential, error) {
	for _, id := range i.Credentials {
		c, err := Credentials.Peek(tx, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		return c, err
	}
	return nil, nil
}
