package seed

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// integrationEntry is an installed integration with its credential and its
// actions.
type integrationEntry struct {
	place
	name, id, typeID, notes text
	webhookID               text
	enabled                 flag
	properties, advanced    text // JSON
	credential              credentialEntry
	actions                 []text // JSON, each as it is exported
}

var integrationKeys = []key[integrationEntry]{
	{"name", true, func(i *integrationEntry, v value) error { return v.name(&i.name) }},
	{"id", false, func(i *integrationEntry, v value) error { return v.id(&i.id) }},
	{"type", true, func(i *integrationEntry, v value) error { return v.word(&i.typeID) }},
	{"webhookId", false, func(i *integrationEntry, v value) error { return v.id(&i.webhookID) }},
	{"notes", false, func(i *integrationEntry, v value) error { return v.anyText(&i.notes) }},
	{"enabled", false, func(i *integrationEntry, v value) error { return v.flag(&i.enabled) }},
	{"properties", false, func(i *integrationEntry, v value) error { return v.json(&i.properties) }},
	{"advanced", false, func(i *integrationEntry, v value) error { return v.json(&i.advanced) }},
	{"credential", false, func(i *integrationEntry, v value) error {
		i.credential.place = v.place
		return object(v, &i.credential, credentialKeys)
	}},
	{"actions", false, func(i *integrationEntry, v value) error {
		return v.list(func(v value) error {
			var action text
			err := v.json(&action)
			i.actions = append(i.actions, action)
			return err
		})
	}},
}

// credentialEntry is what an integration authenticates with: fields, or an OAuth
// client of the same fixture.
type credentialEntry struct {
	place
	kind, client text
	fields       map[string]string
}

var credentialKeys = []key[credentialEntry]{
	{"type", false, func(c *credentialEntry, v value) error { return v.word(&c.kind) }},
	{"client", false, func(c *credentialEntry, v value) error { return v.name(&c.client) }},
	{"fields", false, func(c *credentialEntry, v value) error { return v.headers(&c.fields) }},
}

// installed is an integration with every name resolved.
type installed struct {
	from       *integrationEntry
	record     integration.Integration
	credential *integration.Credential // nil for none
	exports    []*actions.Export
}

func (r *resolver) resolveIntegrations() error {
	known, webhooks := r.namesOf("/integrations"), make(names)
	for i := range r.from.integrations {
		e := &r.from.integrations[i]
		in := installed{from: e, record: integration.Integration{
			TypeID: e.typeID.s, Name: e.name.s, Notes: e.notes.s, Version: 1, IntendedState: integration.Enabled,
		}}
		var err error
		if in.record.ID, err = r.identify("integration", known, e.name, e.id); err != nil {
			return err
		}
		if e.enabled.set && !e.enabled.on {
			in.record.IntendedState = integration.Disabled
		}
		t := r.integrationType(e.typeID.s)
		if t == nil {
			return e.typeID.fail("there is no type of integrations %q", shorten(e.typeID.s))
		}
		if err := r.resolveWebhook(&in, webhooks); err != nil {
			return err
		}
		if in.record.Properties, err = configuration(t, integration.PropertiesSchema, e.properties); err != nil {
			return err
		}
		if in.record.Advanced, err = configuration(t, integration.AdvancedSchema, e.advanced); err != nil {
			return err
		}
		if err := r.resolveCredential(&in, t); err != nil {
			return err
		}
		if len(e.actions) > 0 && t.Actions == "" {
			return e.actions[0].fail("integrations of the type %s have no data actions", t.ID)
		}
		for _, action := range e.actions {
			export, err := actions.ReadExport([]byte(action.s))
			if err != nil {
				return action.refused(err)
			}
			in.exports = append(in.exports, export)
		}
		r.integrations = append(r.integrations, in)
	}
	return nil
}

// resolveWebhook gives a webhook the id that its address is made of, so that it is
// known before the server runs.
func (r *resolver) resolveWebhook(in *installed, known names) error {
	e := in.from
	if e.typeID.s != integration.Webhook {
		if e.webhookID.s != "" {
			return e.webhookID.fail("is for integrations of the type %s", integration.Webhook)
		}
		return nil
	}
	id, err := r.identify("webhook", known, e.name, e.webhookID)
	in.record.Attributes = map[string]string{integration.WebhookID: id}
	return err
}

// integrationType is a type of the fixture's own or an embedded one, or nil.
func (r *resolver) integrationType(id string) *integration.Type {
	for _, t := range r.integrationTypes {
		if t.ID == id {
			return t
		}
	}
	return integration.EmbeddedType(id)
}

// configuration checks a part of a configuration; none is an empty one.
func configuration(t *integration.Type, part string, written text) (json.RawMessage, error) {
	if written.s == "" {
		return json.RawMessage(`{}`), nil
	}
	schema, err := contract.Compile(t.Schema(part))
	if err != nil {
		return nil, err
	}
	value, err := contract.Decode([]byte(written.s))
	if err == nil {
		err = schema.Check(value)
	}
	if err != nil {
		return nil, written.fail("%v", err)
	}
	return json.RawMessage(written.s), nil
}

// resolveCredential puts the credential into the slot of the type, which has one
// at most.
func (r *resolver) resolveCredential(in *installed, t *integration.Type) error {
	e := &in.from.credential
	if e.file == "" && e.path == "" {
		return nil
	}
	c := &integration.Credential{Name: in.from.name.s, Type: e.kind.s, Fields: e.fields}
	c.ID = DeriveID(r.from.organization.name.s, "credential", in.from.name.s)
	if e.client.s != "" {
		if e.kind.s != "" || len(e.fields) > 0 {
			return e.client.fail("stands for type and fields: give either")
		}
		n := slices.IndexFunc(r.from.clients, func(c clientEntry) bool {
			return identity.Fold(c.name.s) == identity.Fold(e.client.s)
		})
		if n < 0 {
			return e.client.fail("there is no client %q", shorten(e.client.s))
		}
		if r.from.clients[n].secret.s == "" {
			return e.client.fail("the client %q has no secret in the fixture", shorten(e.client.s))
		}
		c.Type = "pureCloudOAuthClient"
		c.Fields = map[string]string{"clientId": r.clients[n].ID, "clientSecret": r.from.clients[n].secret.s}
	}
	if err := c.Check(); err != nil {
		return e.refused(err)
	}
	for name, slot := range t.Credentials {
		if err := slot.Takes(c.Type); err != nil {
			return e.refused(err)
		}
		in.credential, in.record.Credentials = c, map[string]string{name: c.ID}
		return nil
	}
	return e.fail("integrations of the type %s have no credential", t.ID)
}

// refused says in the words of the API what is wrong at a place.
func (p place) refused(err error) error {
	if public, ok := errors.AsType[*apierr.Error](err); ok {
		return p.fail("%s", public.Message)
	}
	return p.fail("%v", err)
}

func (o *organization) applyIntegrations(tx *store.Tx, now *clock.Time) error {
	for i := range o.integrations {
		if err := o.integrations[i].apply(tx, now, o.org.Name); err != nil {
			return fmt.Errorf("integration %s: %w", o.integrations[i].record.Name, err)
		}
	}
	return nil
}

func (in *installed) apply(tx *store.Tx, now *clock.Time, org string) error {
	record := in.record
	record.StateChanged = now
	if in.credential != nil {
		credential := *in.credential
		credential.Created, credential.Modified = now, now
		if err := integration.Credentials.Insert(tx, &credential); err != nil {
			return err
		}
	}
	if err := integration.All.Insert(tx, &record); err != nil {
		return err
	}
	if err := actions.KeepAuth(tx, &record, now); err != nil {
		return err
	}
	for n, export := range in.exports {
		maker := actions.Maker{Now: now, NewID: func() string { return DeriveID(org, "data action of "+record.Name, export.Name) }}
		_, err := maker.Import(tx, export, &record, true)
		if errors.Is(err, store.ErrExists) {
			return in.from.actions[n].fail("the integration has an action %q already", shorten(export.Name))
		}
		if _, ok := errors.AsType[*apierr.Error](err); ok {
			return in.from.actions[n].refused(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
