package actions

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Maker is who makes and changes actions: it gives ids and dates.
type Maker struct {
	NewID func() string
	Now   *clock.Time
}

// Create publishes a new action. It must be valid as a whole; the actions of
// functions begin as drafts.
func (m Maker) Create(tx *store.Tx, in *Input) (*Action, error) {
	a, t, err := m.begin(tx, in)
	if err != nil {
		return nil, err
	}
	if t.Actions == integration.Function {
		return nil, apierr.BadRequest("Integration of type '" + t.ID + "' does not support creating published actions.") // pull request 2450 of Terraform's provider
	}
	if _, problems := compile(a, t.Actions); len(problems) > 0 {
		return nil, problems[0]
	}
	return a, Published.Insert(tx, a)
}

// CreateDraft makes a draft of a new action. It may be as unfinished as drafts
// are; publishing wants it valid.
func (m Maker) CreateDraft(tx *store.Tx, in *Input) (*Action, error) {
	a, _, err := m.begin(tx, in)
	if err != nil {
		return nil, err
	}
	return a, Drafts.Insert(tx, a)
}

// begin makes an action of the input, not yet stored.
func (m Maker) begin(tx *store.Tx, in *Input) (*Action, *integration.Type, error) {
	i, err := integration.All.Peek(tx, in.IntegrationID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, apierr.BadRequest("There is no integration with the id [" + shorten(in.IntegrationID) + "].").OnField("integrationId")
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := integration.TypeByID(tx, i.TypeID)
	if err != nil {
		return nil, nil, err
	}
	if t.Actions == "" {
		return nil, nil, apierr.BadRequest("Integrations of the type " + t.ID + " have no data actions.").OnField("integrationId")
	}
	a := fresh()
	a.ID, a.IntegrationID, a.Category = customPrefix+m.NewID(), i.ID, i.Name
	a.Created, a.Modified = m.Now, m.Now
	if t.Actions == integration.Function {
		a.Function, a.Config.Request.Type = m.newFunction(), http.MethodPost
	}
	in.apply(a)
	a.claimURL()
	if strings.TrimSpace(a.Category) == "" {
		a.Category = i.Name
	}
	return a, t, a.checkNames()
}

// checkNames refuses an action that lists could not show.
func (a *Action) checkNames() error {
	if strings.TrimSpace(a.Name) == "" {
		return apierr.New(http.StatusBadRequest, "constraint.validation", "An action needs a name.").OnField("name")
	}
	return a.checkSizes()
}

// Redraft makes a draft of a published action, for changing it.
func (m Maker) Redraft(tx *store.Tx, id string) (*Action, error) {
	a, err := PublishedByID(tx, id)
	if err != nil {
		return nil, err
	}
	if IsStatic(id) {
		return nil, unchangeable(id)
	}
	draft := *a
	draft.Version, draft.Created, draft.Modified = 1, m.Now, m.Now
	if err := Drafts.Insert(tx, &draft); errors.Is(err, store.ErrExists) {
		return nil, apierr.Conflict("The action has a draft already.").About(id, "action")
	} else if err != nil {
		return nil, err
	}
	return &draft, nil
}

// UpdateDraft changes a draft. The contract of what was published once stays.
func (m Maker) UpdateDraft(tx *store.Tx, id string, in *Input) (*Action, error) {
	draft, err := DraftByID(tx, id)
	if err != nil {
		return nil, err
	}
	published, err := Published.Peek(tx, id)
	switch {
	case err == nil && in.changesContract(published):
		return nil, immutable(id)
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return m.update(tx, &Drafts, draft, in)
}

// Update changes a published action: its name, category and configuration, but
// never its contract. What comes of it must be valid.
func (m Maker) Update(tx *store.Tx, id string, in *Input) (*Action, error) {
	a, err := PublishedByID(tx, id)
	if err != nil {
		return nil, err
	}
	if IsStatic(id) {
		return nil, unchangeable(id)
	}
	if in.changesContract(a) {
		return nil, immutable(id)
	}
	in.dropTimeout()
	return m.update(tx, &Published, a, in)
}

func (m Maker) update(tx *store.Tx, where *store.Collection[*Action], a *Action, in *Input) (*Action, error) {
	if err := checkVersion(a, in.Version); err != nil {
		return nil, err
	}
	changed := *a
	in.apply(&changed)
	changed.claimURL()
	if a.IsAuth() {
		changed.Category = a.Category
	}
	if strings.TrimSpace(changed.Category) == "" {
		changed.Category = a.Category
	}
	if err := changed.checkNames(); err != nil {
		return nil, err
	}
	if where == &Published {
		kind, err := kindOf(tx, a)
		if err != nil {
			return nil, err
		}
		if _, problems := compile(&changed, kind); len(problems) > 0 {
			return nil, problems[0]
		}
	}
	changed.Version++
	changed.Modified = m.Now
	return &changed, where.Put(tx, &changed)
}

// kindOf is how the action reaches what it calls: integration.Platform and so
// on.
func kindOf(tx *store.Tx, a *Action) (string, error) {
	i, err := integration.PeekByID(tx, a.IntegrationID)
	if err != nil {
		return "", err
	}
	return kindOfIntegration(tx, i)
}

func kindOfIntegration(tx *store.Tx, i *integration.Integration) (string, error) {
	t, err := integration.TypeByID(tx, i.TypeID)
	if err != nil {
		return "", err
	}
	return t.Actions, nil
}

// checkVersion refuses a change of something else than the client has seen.
// Terraform retries on the status, and on the words.
func checkVersion(a *Action, version *int) error {
	switch {
	case version == nil:
		return apierr.New(http.StatusBadRequest, "constraint.validation", "version must not be null").OnField("version")
	case *version != a.Version:
		e := apierr.Conflict("The version does not match the current version.")
		e.Details = []apierr.Detail{{ErrorCode: e.Code, FieldName: "version"}}
		return e.About(a.ID, "action")
	}
	return nil
}

func immutable(id string) error {
	return apierr.BadRequest("The contract of an action and whether it is secure cannot be changed once it has been published.").About(id, "action")
}

// Publish makes a draft the action. version is the draft's; that of the
// published action counts on by itself.
func (m Maker) Publish(tx *store.Tx, id string, version *int) (*Action, error) {
	draft, err := DraftByID(tx, id)
	if err != nil {
		return nil, err
	}
	if version == nil { // in the product's words, as users have quoted them
		return nil, apierr.New(http.StatusBadRequest, "constraint.validation", "must not be null").OnField("version")
	}
	if *version != draft.Version { // other words than elsewhere: those of an issue at the Terraform provider, 1961
		return nil, apierr.Newf(http.StatusBadRequest, "bad.request", "Supplied version %d does not match latest draft version %d", *version, draft.Version).
			OnField("version").About(draft.ID, "action")
	}
	kind, err := kindOf(tx, draft)
	if err != nil {
		return nil, err
	}
	if _, problems := compile(draft, kind); len(problems) > 0 {
		return nil, problems[0]
	}
	a := *draft
	a.Version, a.Modified, a.Function = 1, m.Now, draft.Function.released()
	before, err := Published.Peek(tx, id)
	switch {
	case err == nil:
		a.Version, a.Created = before.Version+1, before.Created
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	if err := Published.Put(tx, &a); err != nil {
		return nil, err
	}
	return &a, Drafts.Delete(tx, id)
}

// Validate lists what keeps a draft from being published.
func Validate(tx *store.Tx, draft *Action) ([]*apierr.Error, error) {
	kind, err := kindOf(tx, draft)
	if err != nil {
		return nil, err
	}
	_, problems := compile(draft, kind)
	return problems, nil
}

// names of the map in order, so that the same mistake is reported each time.
func names(m map[string]string) []string {
	return slices.Sorted(maps.Keys(m))
}

func shorten(s string) string { return shortenTo(s, 100) }

func shortenTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
