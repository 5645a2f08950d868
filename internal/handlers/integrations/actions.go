package integrations

import (
	"context"
	"encoding/json"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

func (f *Family) registerActions(r *handlers.Registry) {
	handlers.On(r, "getIntegrationsActions", f.actions)
	handlers.On(r, "getIntegrationsActionsDrafts", f.drafts)
	handlers.On(r, "getIntegrationsActionsCategories", f.categories)
	handlers.On(r, "postIntegrationsActions", f.createAction)
	handlers.On(r, "postIntegrationsActionsDrafts", f.createDraft)
	handlers.On(r, "getIntegrationsAction", f.action)
	handlers.On(r, "patchIntegrationsAction", f.updateAction)
	handlers.On(r, "deleteIntegrationsAction", f.removeAction)
	handlers.On(r, "getIntegrationsActionSchema", f.schema)
	handlers.On(r, "getIntegrationsActionTemplate", f.template)
	handlers.On(r, "postIntegrationsActionDraft", f.redraft)
	handlers.On(r, "getIntegrationsActionDraft", f.draft)
	handlers.On(r, "patchIntegrationsActionDraft", f.updateDraft)
	handlers.On(r, "deleteIntegrationsActionDraft", f.removeDraft)
	handlers.On(r, "getIntegrationsActionDraftSchema", f.draftSchema)
	handlers.On(r, "getIntegrationsActionDraftTemplate", f.draftTemplate)
	handlers.On(r, "getIntegrationsActionDraftValidation", f.validation)
	handlers.On(r, "postIntegrationsActionDraftPublish", f.publish)
	handlers.On(r, "postIntegrationsActionDraftTest", f.testDraft, handlers.OwnTx)
	handlers.On(r, "postIntegrationsActionTest", f.test, handlers.OwnTx)
	handlers.On(r, "postIntegrationsActionExecute", f.execute, handlers.OwnTx)
}

func maker(c *handlers.Call) actions.Maker {
	return actions.Maker{NewID: c.NewID, Now: clock.At(c.Now())}
}

type actionBody struct {
	Body actions.Input `body:""`
}

func (f *Family) createAction(_ context.Context, c *handlers.Call, in actionBody) (*actionView, error) {
	a, err := maker(c).Create(c.Tx, &in.Body)
	return wholeView(a, published, err)
}

func (f *Family) createDraft(_ context.Context, c *handlers.Call, in actionBody) (*actionView, error) {
	a, err := maker(c).CreateDraft(c.Tx, &in.Body)
	return wholeView(a, draft, err)
}

type actionRef struct {
	ID            string `param:"actionId"`
	Expand        string `query:"expand"`
	Flatten       bool   `query:"flatten"`
	IncludeConfig bool   `query:"includeConfig"`
}

func (f *Family) action(_ context.Context, c *handlers.Call, in actionRef) (*actionView, error) {
	a, err := actions.PublishedByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return actionViewOf(a, published, in.options())
}

func (f *Family) draft(_ context.Context, c *handlers.Call, in actionRef) (*actionView, error) {
	a, err := actions.DraftByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return actionViewOf(a, draft, in.options())
}

func (in actionRef) options() viewOptions {
	return viewOptions{contract: in.Expand == "contract", flatten: in.Flatten, config: in.IncludeConfig}
}

type updateInput struct {
	ID   string        `param:"actionId"`
	Body actions.Input `body:""`
}

func (f *Family) updateAction(_ context.Context, c *handlers.Call, in updateInput) (*actionView, error) {
	a, err := maker(c).Update(c.Tx, in.ID, &in.Body)
	return wholeView(a, published, err)
}

func (f *Family) updateDraft(_ context.Context, c *handlers.Call, in updateInput) (*actionView, error) {
	a, err := maker(c).UpdateDraft(c.Tx, in.ID, &in.Body)
	return wholeView(a, draft, err)
}

type actionID struct {
	ID string `param:"actionId"`
}

func (f *Family) removeAction(_ context.Context, c *handlers.Call, in actionID) (handlers.None, error) {
	return handlers.None{}, actions.Remove(c.Tx, in.ID)
}

func (f *Family) removeDraft(_ context.Context, c *handlers.Call, in actionID) (handlers.None, error) {
	if _, err := actions.DraftByID(c.Tx, in.ID); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, actions.Drafts.Delete(c.Tx, in.ID)
}

func (f *Family) redraft(_ context.Context, c *handlers.Call, in actionID) (*actionView, error) {
	a, err := maker(c).Redraft(c.Tx, in.ID)
	return wholeView(a, draft, err)
}

type fileRef struct {
	ID      string `param:"actionId"`
	Name    string `param:"fileName"`
	Flatten bool   `query:"flatten"`
}

func (f *Family) schema(_ context.Context, c *handlers.Call, in fileRef) (json.RawMessage, error) {
	a, err := actions.PublishedByID(c.Tx, in.ID)
	return schemaOf(a, err, in)
}

func (f *Family) draftSchema(_ context.Context, c *handlers.Call, in fileRef) (json.RawMessage, error) {
	a, err := actions.DraftByID(c.Tx, in.ID)
	return schemaOf(a, err, in)
}

func schemaOf(a *actions.Action, err error, in fileRef) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	switch in.Name {
	case actions.InputSchemaFile:
		return a.Input, nil // is flat
	case actions.SuccessSchemaFile:
		if !in.Flatten {
			return a.Success, nil
		}
		flat, err := flattened(a)
		if err != nil {
			return nil, err
		}
		return flat.Schema, nil
	default:
		return nil, apierr.NotFound().About(in.Name, "schema")
	}
}

func (f *Family) template(_ context.Context, c *handlers.Call, in fileRef) (handlers.Raw, error) {
	a, err := actions.PublishedByID(c.Tx, in.ID)
	return templateOf(a, err, in.Name)
}

func (f *Family) draftTemplate(_ context.Context, c *handlers.Call, in fileRef) (handlers.Raw, error) {
	a, err := actions.DraftByID(c.Tx, in.ID)
	return templateOf(a, err, in.Name)
}

// templateOf answers the text itself, not JSON: Terraform takes the body as it
// is.
func templateOf(a *actions.Action, err error, name string) (handlers.Raw, error) {
	if err != nil {
		return handlers.Raw{}, err
	}
	var source string
	switch name {
	case actions.RequestTemplateFile:
		source = a.Config.Request.Template
	case actions.SuccessTemplateFile:
		source = a.Config.Response.SuccessTemplate
	default:
		return handlers.Raw{}, apierr.NotFound().About(name, "template")
	}
	return handlers.Raw{ContentType: "text/plain; charset=utf-8", Body: []byte(source)}, nil
}

// validationView is the schema DraftValidationResult.
type validationView struct {
	Valid  bool           `json:"valid"`
	Errors []*apierr.Body `json:"errors"`
}

func (f *Family) validation(_ context.Context, c *handlers.Call, in actionID) (*validationView, error) {
	a, err := actions.DraftByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	problems, err := actions.Validate(c.Tx, a)
	if err != nil {
		return nil, err
	}
	v := &validationView{Valid: len(problems) == 0, Errors: []*apierr.Body{}}
	for _, p := range problems {
		v.Errors = append(v.Errors, p.Body(c.CorrelationID))
	}
	return v, nil
}

type publishInput struct {
	ID   string `param:"actionId"`
	Body struct {
		Version *int `json:"version"`
	} `body:""`
}

func (f *Family) publish(_ context.Context, c *handlers.Call, in publishInput) (*actionView, error) {
	a, err := maker(c).Publish(c.Tx, in.ID, in.Body.Version)
	return wholeView(a, published, err)
}

type runInput struct {
	ID      string `param:"actionId"`
	Flatten bool   `query:"flatten"`
}

func (f *Family) run(ctx context.Context, c *handlers.Call, in runInput, isDraft, isTest bool) (*actions.Outcome, error) {
	return f.Engine.Run(ctx, actions.Run{
		Org: c.Caller.Org.ID, ID: in.ID, Draft: isDraft, Test: isTest, Flatten: in.Flatten, Input: c.Input.Raw, ContextID: c.CorrelationID,
	})
}

func (f *Family) testDraft(ctx context.Context, c *handlers.Call, in runInput) (*actions.Answer, error) {
	return answerOf(c)(f.run(ctx, c, in, true, true))
}

func (f *Family) test(ctx context.Context, c *handlers.Call, in runInput) (*actions.Answer, error) {
	return answerOf(c)(f.run(ctx, c, in, false, true))
}

// answerOf renders a test. One that failed is a success of the test tool, which
// shows its steps.
func answerOf(c *handlers.Call) func(*actions.Outcome, error) (*actions.Answer, error) {
	return func(outcome *actions.Outcome, err error) (*actions.Answer, error) {
		if err != nil {
			return nil, err
		}
		return outcome.Answer(c.CorrelationID), nil
	}
}

func (f *Family) execute(ctx context.Context, c *handlers.Call, in runInput) (json.RawMessage, error) {
	outcome, err := f.run(ctx, c, in, false, false)
	switch {
	case err != nil:
		return nil, err
	case outcome.Error != nil:
		return nil, outcome.Error
	default:
		return outcome.Result, nil
	}
}
