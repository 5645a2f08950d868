package actions

import (
	"encoding/json"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// The steps of a run, in the words of the product (the workshop's picture of
// the test tool). The names of stepAction, stepOutput and stepFlatten are not in
// it.
const (
	stepSimple    = "Validate request body contains simple json (key-value pairs)"
	stepDraft     = "Validate draft definition"
	stepAction    = "Validate action definition"
	stepInput     = "Validate request body against simple input schema"
	stepAuth      = "Perform authentication"
	stepURL       = "Resolve request URL template"
	stepHeaders   = "Resolve request header templates"
	stepBody      = "Resolve request body template"
	stepExecute   = "Execute"
	stepVariables = "Resolve translation map"
	stepTransform = "Apply output transformation"
	stepOutput    = "Validate result against output schema"
	stepFlatten   = "Flatten output"
)

// Operation is one step of a test run: the schema TestExecutionOperationResult.
type Operation struct {
	Step    int          `json:"step"`
	Name    string       `json:"name"`
	Success bool         `json:"success"`
	Result  any          `json:"result,omitempty"`
	Error   *apierr.Body `json:"error,omitempty"`
}

// Answer is the schema TestExecutionResult.
type Answer struct {
	Operations  []Operation     `json:"operations"`
	FinalResult json.RawMessage `json:"finalResult,omitempty"`
	Error       *apierr.Body    `json:"error,omitempty"`
	Success     bool            `json:"success"`
}

// Answer is the outcome of a test, as clients get it.
func (o *Outcome) Answer(contextID string) *Answer {
	a := &Answer{Operations: o.Operations, FinalResult: o.Result, Success: o.Error == nil}
	if o.Error != nil {
		a.Error = o.Error.Body(contextID)
	}
	return a
}

// text is JSON in an operation's result that has to be masked as such.
type text []byte

// done notes that a step went well. Outside of tests it costs nothing.
func (r *runner) done(name string, result any) {
	r.step++
	if r.run.Test {
		r.operations = append(r.operations, Operation{Step: r.step, Name: name, Success: true, Result: r.masked(result)})
	}
}

// failed ends the run at a step.
func (r *runner) failed(name string, e *apierr.Error) *Outcome {
	r.step++
	r.mask.Clean(e)
	if r.run.Test {
		r.operations = append(r.operations, Operation{Step: r.step, Name: name, Error: e.Body(r.run.ContextID)})
	}
	return &Outcome{Operations: r.operations, Error: e}
}

// masked is a result without secrets.
func (r *runner) masked(result any) any {
	switch v := result.(type) {
	case string:
		return r.mask.Text(v)
	case text:
		return json.RawMessage(r.mask.JSON(v))
	case map[string]string:
		out := make(map[string]string, len(v))
		for name, value := range v {
			out[name] = r.mask.Text(value)
		}
		return out
	default:
		return result
	}
}
