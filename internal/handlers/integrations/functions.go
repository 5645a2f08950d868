package integrations

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/upload"
)

func (f *Family) registerFunctions(r *handlers.Registry) {
	handlers.On(r, "getIntegrationsActionsFunctionsRuntimes", f.runtimes)
	handlers.On(r, "getIntegrationsActionFunction", f.function)
	handlers.On(r, "getIntegrationsActionDraftFunction", f.draftFunction)
	handlers.On(r, "putIntegrationsActionDraftFunction", f.setFunction)
	handlers.On(r, "postIntegrationsActionDraftFunctionUpload", f.uploadFunction)
}

// functionConfig is the schema FunctionConfig.
type functionConfig struct {
	ID                     string        `json:"id"` // of the action
	Function               functionView  `json:"function"`
	Zip                    *packageView  `json:"zip,omitempty"`
	UploadExceptionHistory []packageView `json:"uploadExceptionHistory"`
	SelfURI                string        `json:"selfUri"`
}

// functionView is the schema Function. Terraform reads description, handler,
// runtime, timeoutSeconds and zipId without asking whether they are there, and
// takes an empty zipId for one that is still to come.
type functionView struct {
	ID             string      `json:"id"`
	Name           string      `json:"name"`
	Description    string      `json:"description"`
	DateCreated    *clock.Time `json:"dateCreated"`
	ZipID          string      `json:"zipId"`
	Handler        string      `json:"handler"`
	Runtime        string      `json:"runtime"`
	TimeoutSeconds int         `json:"timeoutSeconds"`
}

// packageView is the schema FunctionZipConfig.
type packageView struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Status       string      `json:"status"`
	DateCreated  *clock.Time `json:"dateCreated"`
	ErrorMessage string      `json:"errorMessage,omitempty"`
	RequestID    string      `json:"requestId"`
}

func functionConfigOf(a *actions.Action, w where) (*functionConfig, error) {
	fn, err := actions.FunctionOf(a)
	if err != nil {
		return nil, err
	}
	v := &functionConfig{
		ID: a.ID,
		Function: functionView{
			ID: fn.ID, Name: a.ID, Description: fn.Description, DateCreated: fn.Created, // Guess: how the document's name follows from the action's id
			Handler: fn.Handler, Runtime: fn.Runtime, TimeoutSeconds: fn.TimeoutSeconds,
		},
		UploadExceptionHistory: make([]packageView, len(fn.Failures)),
		SelfURI:                actionURI(a.ID) + string(w) + "/function",
	}
	if fn.Package != nil {
		v.Function.ZipID = fn.Package.ID
	}
	if fn.Upload != nil {
		v.Zip = new(packageViewOf(fn.Upload))
	}
	for i, p := range fn.Failures {
		v.UploadExceptionHistory[i] = packageViewOf(p)
	}
	return v, nil
}

func packageViewOf(p *actions.Package) packageView {
	return packageView{ID: p.ID, Name: p.Name, Status: p.Status, DateCreated: p.Created, ErrorMessage: p.Message, RequestID: p.RequestID}
}

// runtimeView is the schema FunctionRuntime.
type runtimeView struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Status      string `json:"status"`
}

func (f *Family) runtimes(context.Context, *handlers.Call, handlers.None) ([]runtimeView, error) {
	views := make([]runtimeView, len(actions.Runtimes))
	for i, r := range actions.Runtimes {
		views[i] = runtimeView{Name: r.Name, Description: r.Description, Status: "Available"}
	}
	return views, nil
}

func (f *Family) function(_ context.Context, c *handlers.Call, in actionID) (*functionConfig, error) {
	a, err := actions.PublishedByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return functionConfigOf(a, published)
}

func (f *Family) draftFunction(_ context.Context, c *handlers.Call, in actionID) (*functionConfig, error) {
	a, err := actions.DraftByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return functionConfigOf(a, draft)
}

type functionInput struct {
	ID   string `param:"actionId"`
	Body struct {
		Description    string          `json:"description"`
		Handler        string          `json:"handler"`
		Runtime        string          `json:"runtime"`
		TimeoutSeconds json.RawMessage `json:"timeoutSeconds"`
	} `body:""`
}

func (f *Family) setFunction(_ context.Context, c *handlers.Call, in functionInput) (*functionConfig, error) {
	s := actions.FunctionSettings{Description: in.Body.Description, Handler: in.Body.Handler, Runtime: in.Body.Runtime}
	if text := string(in.Body.TimeoutSeconds); text != "" && text != "null" {
		// The product's own sample tool for functions sends what stands in its form: a text.
		seconds, err := strconv.Atoi(strings.Trim(text, `"`))
		if err != nil {
			return nil, apierr.BadRequest("timeoutSeconds must be a whole number.").OnField("timeoutSeconds")
		}
		s.TimeoutSeconds = seconds // Terraform's provider sends 0 for what is left out
	}
	a, err := maker(c).SetFunction(c.Tx, in.ID, s)
	if err != nil {
		return nil, err
	}
	return functionConfigOf(a, draft)
}

type uploadInput struct {
	ID   string `param:"actionId"`
	Body struct {
		FileName string `json:"fileName"`
		Seconds  int    `json:"signedUrlTimeoutSeconds"`
	} `body:""`
}

// uploadView is the schema FunctionUploadResponse.
type uploadView struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Seconds int               `json:"signedUrlTimeoutSeconds"`
}

// Limits of an upload. How long its URL is good unless the client says so is the
// document's word.
const (
	uploadSeconds = 900
	maxFileName   = 255
)

// uploadFunction hands out where the package of a draft's function is to be put.
//
// Guess: the value of x-amz-tagging; the others follow from their names.
func (f *Family) uploadFunction(_ context.Context, c *handlers.Call, in uploadInput) (*uploadView, error) {
	name := strings.TrimSpace(in.Body.FileName)
	if name == "" || len(name) > maxFileName || strings.ContainsFunc(name, unicode.IsControl) { // which the pattern lets pass
		return nil, apierr.Newf(http.StatusBadRequest, "constraint.validation", "A file name has 1 to %d characters, and no tabs or line breaks.", maxFileName).OnField("fileName")
	}
	a, err := maker(c).ExpectPackage(c.Tx, in.ID, name, c.CorrelationID)
	if err != nil {
		return nil, err
	}
	v := &uploadView{Seconds: in.Body.Seconds, Headers: map[string]string{
		"x-amz-meta-correlationid":  c.CorrelationID,
		"x-amz-meta-filename":       name,
		"x-amz-meta-functionid":     a.Function.ID,
		"x-amz-meta-organizationid": c.Caller.Org.ID,
		"x-amz-tagging":             "functionId=" + a.Function.ID,
	}}
	if v.Seconds == 0 {
		v.Seconds = uploadSeconds
	}
	v.URL, err = upload.Mint(c.Tx, c.Authority.Issuer(), &upload.Upload{
		ID: c.NewID(), Purpose: actions.FunctionPackage, Owner: a.ID, FileName: name, Request: c.CorrelationID, Headers: v.Headers, Seconds: v.Seconds,
	}, c.Now(), c.Random)
	return v, err
}
