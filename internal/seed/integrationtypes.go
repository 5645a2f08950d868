package seed

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// integrationTypeEntry is a type of integrations that the organization has
// beside the embedded ones, or in the place of one of them. It has the keys of
// fixtures/integration-types.json.
type integrationTypeEntry struct {
	place
	record integration.Type
}

// integrationTypes decodes the list.
func (v value) integrationTypes(into *[]integrationTypeEntry) error {
	return v.list(func(v value) error {
		var as text
		if err := v.json(&as); err != nil {
			return err
		}
		entry := integrationTypeEntry{place: v.place}
		decoder := json.NewDecoder(strings.NewReader(as.s))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&entry.record); err != nil {
			if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				return v.at(wrong.Field).fail("has the wrong type")
			}
			return v.fail("%s", strings.TrimPrefix(err.Error(), "json: "))
		}
		if err := checkIntegrationType(v, &entry.record); err != nil {
			return err
		}
		*into = append(*into, entry)
		return nil
	})
}

// actionKinds are the ways in which data actions run; "" is for none.
var actionKinds = []string{"", integration.Platform, integration.Web, integration.Function, integration.Stub}

func checkIntegrationType(v value, t *integration.Type) error {
	unusual := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }
	switch {
	case t.ID == "" || len(t.ID) > maxName || strings.ContainsFunc(t.ID, unusual):
		return v.at("id").fail("must be lower-case letters, digits and hyphens, is %q", shorten(t.ID))
	case strings.TrimSpace(t.Name) == "" || len(t.Name) > maxName:
		return v.at("name").fail("must be text of at most %d bytes", maxName)
	case t.MaxInstances < 0:
		return v.at("maxInstances").fail("must not be negative")
	case !slices.Contains(actionKinds, t.Actions):
		return v.at("actions").fail("must be one of %s, is %q", strings.Join(actionKinds[1:], ", "), shorten(t.Actions))
	}
	if len(t.Credentials) > 1 {
		return v.at("credentials").fail("must name one slot at most")
	}
	for _, slot := range slices.Sorted(maps.Keys(t.Credentials)) {
		if len(t.Credentials[slot].CredentialTypes) == 0 {
			return v.at("credentials." + slot).fail("must name at least one of the credentialTypes")
		}
		for _, name := range t.Credentials[slot].CredentialTypes {
			if integration.CredentialTypeByName(name) == nil {
				return v.at("credentials."+slot).fail("there is no credential type %q", shorten(name))
			}
		}
	}
	if err := t.CheckSchemas(); err != nil {
		return v.fail("has a schema that does not work: %v", err)
	}
	return nil
}

// resolveIntegrationTypes refuses two types with one id.
func (r *resolver) resolveIntegrationTypes() error {
	first := make(map[string]place)
	for i := range r.from.integrationTypes {
		entry := &r.from.integrationTypes[i]
		if before, twice := first[entry.record.ID]; twice {
			return entry.fail("the id %q is taken, see line %d", entry.record.ID, before.line)
		}
		first[entry.record.ID] = entry.place
		r.integrationTypes = append(r.integrationTypes, &entry.record)
	}
	return nil
}

func applyIntegrationTypes(tx *store.Tx, types []*integration.Type) error {
	for _, t := range types {
		if err := integration.AddType(tx, t); err != nil {
			return fmt.Errorf("integration type %s: %w", t.ID, err)
		}
	}
	return nil
}
