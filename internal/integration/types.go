package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/store"
)

// How the data actions of an integration reach what they call. An integration
// whose type has none of these has no actions.
const (
	Platform = "platform" // the organization's own API, with a token of the stored OAuth client
	Web      = "web"      // any web service
	Function = "function" // a function that is run; answered by stubs
	Stub     = "stub"     // a vendor's system; answered by stubs
)

// What the request URLs of actions of the kind Stub are. Where a type says
// nothing, they are any URL.
const (
	ARN      = "arn"      // the ARN of a function
	Instance = "instance" // a path on the instance that the credential names, or an absolute URL
)

// Type is a kind of integration that can be installed: one record of
// fixtures/integration-types.json, or one that the organization's fixtures add.
type Type struct {
	ID              string                     `json:"id"`
	Name            string                     `json:"name"`
	Category        string                     `json:"category,omitempty"`
	Description     string                     `json:"description,omitempty"`
	MaxInstances    int                        `json:"maxInstances,omitempty"` // 0 means no limit
	Actions         string                     `json:"actions,omitempty"`      // Platform, Web, Function, Stub or ""
	Address         string                     `json:"address,omitempty"`      // ARN, Instance or ""
	UserPermissions []string                   `json:"userPermissions,omitempty"`
	Provider        string                     `json:"provider,omitempty"`
	VendorClientIDs []string                   `json:"vendorOAuthClientIds,omitempty"` // shown, and nothing more
	Credentials     map[string]Slot            `json:"credentials,omitempty"`
	Properties      map[string]json.RawMessage `json:"properties,omitempty"` // JSON schemas by name; no others are taken
	Advanced        map[string]json.RawMessage `json:"advanced,omitempty"`
}

// Slot is a place for a credential.
type Slot struct {
	Required        bool     `json:"required"`
	Title           string   `json:"title,omitempty"`
	CredentialTypes []string `json:"credentialTypes"`
}

// Takes refuses a type of credential that the slot does not take.
func (s Slot) Takes(credentialType string) error {
	if slices.Contains(s.CredentialTypes, credentialType) {
		return nil
	}
	return apierr.BadRequest("The credential must be of the type " + strings.Join(s.CredentialTypes, " or ") + ", not " + credentialType + ".").OnField("type")
}

// CredentialType is a kind of credential: one record of
// fixtures/credential-types.json. Clients know it by its name.
type CredentialType struct {
	Name   string  `json:"name"`
	Fields []Field `json:"fields,omitempty"`
	Open   bool    `json:"open,omitempty"` // takes fields of any name, all of them secret
}

// Field is one field of a credential.
type Field struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Required bool   `json:"required,omitempty"`
	Shown    bool   `json:"shown,omitempty"` // not a secret: answers have it
	Base     bool   `json:"base,omitempty"`  // the address of the vendor's instance
}

// added are the types that the fixtures of an organization bring along.
var added = store.Collection[*Type]{
	Name: "integrations/types",
	Key:  func(t *Type) string { return t.ID },
}

// embedded are the records of both files, read when first asked for.
var embedded = sync.OnceValues(func() (*records, error) {
	r := &records{types: map[string]*Type{}, credentials: map[string]*CredentialType{}}
	var types []*Type
	if err := json.Unmarshal(fixtures.IntegrationTypes, &types); err != nil {
		return nil, fmt.Errorf("integration types: %w", err)
	}
	for _, t := range types {
		r.types[t.ID] = t
	}
	if err := json.Unmarshal(fixtures.CredentialTypes, &r.ordered); err != nil {
		return nil, fmt.Errorf("credential types: %w", err)
	}
	for _, t := range r.ordered {
		r.credentials[t.Name] = t
	}
	return r, nil
})

type records struct {
	types       map[string]*Type
	credentials map[string]*CredentialType
	ordered     []*CredentialType
}

// AddType stores a type of the organization's own, in place of an embedded one
// with the same id.
func AddType(tx *store.Tx, t *Type) error { return added.Put(tx, t) }

// TypeByID returns a type, not to be changed, or store.ErrNotFound.
func TypeByID(tx *store.Tx, id string) (*Type, error) {
	t, err := added.Peek(tx, id)
	if !errors.Is(err, store.ErrNotFound) {
		return t, err
	}
	all, err := embedded()
	if err != nil {
		return nil, err
	}
	if t := all.types[id]; t != nil {
		return t, nil
	}
	return nil, store.ErrNotFound
}

// EmbeddedType returns a type that every organization has, not to be changed, or
// nil.
func EmbeddedType(id string) *Type {
	all, err := embedded()
	if err != nil {
		return nil
	}
	return all.types[id]
}

// Types lists every type by name, not to be changed.
func Types(tx *store.Tx) ([]*Type, error) {
	all, err := embedded()
	if err != nil {
		return nil, err
	}
	byID := maps.Clone(all.types)
	for t, err := range added.All(tx) {
		if err != nil {
			return nil, err
		}
		byID[t.ID] = t
	}
	return slices.SortedFunc(maps.Values(byID), func(a, b *Type) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		return strings.Compare(a.ID, b.ID)
	}), nil
}

// CredentialTypes lists the types of credentials, not to be changed.
func CredentialTypes() ([]*CredentialType, error) {
	all, err := embedded()
	if err != nil {
		return nil, err
	}
	return all.ordered, nil
}

// CredentialTypeByName returns a type of credential, not to be changed, or nil.
func CredentialTypeByName(name string) *CredentialType {
	all, err := embedded()
	if err != nil {
		return nil
	}
	return all.credentials[name]
}

// Slot finds a slot by its name, whatever its case: published clients spell the
// first letter differently.
func (t *Type) Slot(name string) (spelling string, slot Slot, ok bool) {
	if slot, ok = t.Credentials[name]; ok {
		return name, slot, true
	}
	for spelling, slot := range t.Credentials {
		if strings.EqualFold(spelling, name) {
			return spelling, slot, true
		}
	}
	return "", Slot{}, false
}

// Slots words the slots and what each takes.
func (t *Type) Slots() string {
	if len(t.Credentials) == 0 {
		return "none"
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(t.Credentials)) {
		words = append(words, name+" (takes "+strings.Join(t.Credentials[name].CredentialTypes, ", ")+")")
	}
	return strings.Join(words, "; ")
}

// The two parts of a configuration that have a schema.
const (
	PropertiesSchema = "properties"
	AdvancedSchema   = "advanced"
)

// Schema is the JSON schema of one part of the configuration. Names that it does
// not list are refused.
func (t *Type) Schema(part string) json.RawMessage {
	properties := t.Properties
	if part == AdvancedSchema {
		properties = t.Advanced
	}
	if properties == nil {
		properties = map[string]json.RawMessage{}
	}
	text, err := json.Marshal(map[string]any{
		"$schema": "http://json-schema.org/draft-04/schema#", "type": "object",
		"title": t.Name, "properties": properties, "additionalProperties": false,
	})
	if err != nil { // a raw message that is not JSON; CheckSchemas has refused it
		return json.RawMessage(`{"type":"object"}`)
	}
	return text
}

// CheckSchemas says what is wrong with the schemas of a type.
func (t *Type) CheckSchemas() error {
	for part, properties := range map[string]map[string]json.RawMessage{PropertiesSchema: t.Properties, AdvancedSchema: t.Advanced} {
		for name, text := range properties {
			if !json.Valid(text) {
				return fmt.Errorf("%s.%s: not valid JSON", part, name)
			}
		}
		if _, err := contract.Compile(t.Schema(part)); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

// Required lists the names of the fields that a credential must have.
func (t *CredentialType) Required() []string {
	names := []string{}
	for _, f := range t.Fields {
		if f.Required {
			names = append(names, f.Name)
		}
	}
	return names
}

// Shows says whether a field is no secret.
func (t *CredentialType) Shows(field string) bool {
	return slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Name == field && f.Shown })
}
