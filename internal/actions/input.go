package actions

import (
	"encoding/json"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contract"
)

// Input is what a client says of an action: PostActionInput, UpdateActionInput
// and UpdateDraftInput in one. What is nil was not said.
type Input struct {
	Name          *string        `json:"name"`
	IntegrationID string         `json:"integrationId"`
	Category      *string        `json:"category"`
	Secure        *bool          `json:"secure"`
	Version       *int           `json:"version"`
	Contract      *ContractInput `json:"contract"`
	Config        *ConfigInput   `json:"config"`
}

// ContractInput holds the two schemas of an action.
type ContractInput struct {
	Input  *InputContract  `json:"input"`
	Output *OutputContract `json:"output"`
}

// InputContract is the schema PostInputContract.
type InputContract struct {
	InputSchema json.RawMessage `json:"inputSchema"`
}

// OutputContract is the schema PostOutputContract.
type OutputContract struct {
	SuccessSchema json.RawMessage `json:"successSchema"`
}

// ConfigInput is the schema ActionConfig. The URIs of templates, which answers
// have in their place, say nothing.
type ConfigInput struct {
	TimeoutSeconds *int           `json:"timeoutSeconds"`
	Request        *RequestInput  `json:"request"`
	Response       *ResponseInput `json:"response"`
}

// RequestInput is the schema RequestConfig.
type RequestInput struct {
	RequestURLTemplate *string           `json:"requestUrlTemplate"`
	RequestTemplate    *string           `json:"requestTemplate"`
	RequestType        *string           `json:"requestType"`
	Headers            map[string]string `json:"headers"`
}

// ResponseInput is the schema ResponseConfig.
type ResponseInput struct {
	TranslationMap         map[string]string `json:"translationMap"`
	TranslationMapDefaults map[string]string `json:"translationMapDefaults"`
	SuccessTemplate        *string           `json:"successTemplate"`
}

// openSchema takes any object: it is the contract of what does not say one.
const openSchema = `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{},"additionalProperties":true}`

// fresh is an action of which nothing has been said yet.
func fresh() *Action {
	return &Action{
		Version: 1, Input: json.RawMessage(openSchema), Success: json.RawMessage(openSchema),
		Config: Config{
			Request:  Request{Template: DefaultRequestTemplate, Type: http.MethodGet, Headers: map[string]string{}},
			Response: Response{TranslationMap: map[string]string{}, TranslationMapDefaults: map[string]string{}, SuccessTemplate: DefaultSuccessTemplate},
		},
	}
}

// apply takes over what the input says. An absent template keeps the stored one,
// since clients send back its URI; an empty one resets it.
func (in *Input) apply(a *Action) {
	set(&a.Name, in.Name)
	set(&a.Category, in.Category)
	set(&a.Secure, in.Secure)
	if c := in.Contract; c != nil {
		if c.Input != nil && given(c.Input.InputSchema) {
			a.Input = c.Input.InputSchema
		}
		if c.Output != nil && given(c.Output.SuccessSchema) {
			a.Success = c.Output.SuccessSchema
		}
	}
	if c := in.Config; c != nil {
		set(&a.Config.TimeoutSeconds, c.TimeoutSeconds)
		c.Request.apply(&a.Config.Request)
		c.Response.apply(&a.Config.Response)
	}
}

// dropTimeout takes a configuration that has both of its parts, but no timeout,
// for one that is to have none.
//
// Guess: Terraform sends it so when somebody takes the timeout out, and would
// find another difference at each plan if the old one stayed.
func (in *Input) dropTimeout() {
	if c := in.Config; c != nil && c.Request != nil && c.Response != nil && c.TimeoutSeconds == nil {
		c.TimeoutSeconds = new(0)
	}
}

func (in *RequestInput) apply(r *Request) {
	if in == nil {
		return
	}
	set(&r.URLTemplate, in.RequestURLTemplate)
	setTemplate(&r.Template, in.RequestTemplate, DefaultRequestTemplate)
	if in.RequestType != nil && *in.RequestType != "" {
		r.Type = *in.RequestType
	}
	if in.Headers != nil {
		r.Headers = in.Headers
	}
}

func (in *ResponseInput) apply(r *Response) {
	if in == nil {
		return
	}
	setTemplate(&r.SuccessTemplate, in.SuccessTemplate, DefaultSuccessTemplate)
	if in.TranslationMap != nil {
		r.TranslationMap = in.TranslationMap
	}
	if in.TranslationMapDefaults != nil {
		r.TranslationMapDefaults = in.TranslationMapDefaults
	}
}

func set[T any](target *T, value *T) {
	if value != nil {
		*target = *value
	}
}

func setTemplate(target, value *string, standard string) {
	if value == nil {
		return
	}
	if *target = *value; *target == "" {
		*target = standard
	}
}

func given(schema json.RawMessage) bool { return len(schema) > 0 && string(schema) != "null" }

// changesContract says whether the input asks for another contract than the
// action has: the same one in other words is none.
func (in *Input) changesContract(a *Action) bool {
	if in.Secure != nil && *in.Secure != a.Secure {
		return true
	}
	c := in.Contract
	if c == nil {
		return false
	}
	return (c.Input != nil && given(c.Input.InputSchema) && !contract.Same(c.Input.InputSchema, a.Input)) ||
		(c.Output != nil && given(c.Output.SuccessSchema) && !contract.Same(c.Output.SuccessSchema, a.Success))
}

// checkSizes refuses a name or category that is too long.
func (a *Action) checkSizes() error {
	for _, field := range []struct{ name, value string }{{"name", a.Name}, {"category", a.Category}} {
		if n := len([]rune(field.value)); n > maxName {
			return apierr.Newf(http.StatusBadRequest, "constraint.validation", "The %s can have %d characters at most.", field.name, maxName).OnField(field.name)
		}
	}
	return nil
}
