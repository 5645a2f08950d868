package actions

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Function is what an action of a function integration calls: a program in a
// package, and how to start it. It is part of its action: drafts, publishing and
// deleting do with it what they do with the rest. It is not run; see invoke.
type Function struct {
	ID      string      `json:"id"` // also the request URL of its action
	Created *clock.Time `json:"created"`

	FunctionSettings

	Package  *Package   `json:"package,omitempty"`  // the last good one; nil before there is one
	Upload   *Package   `json:"upload,omitempty"`   // the last one that was asked for or has come; nil before
	Failures []*Package `json:"failures,omitempty"` // what was of no use, the newest first
}

// FunctionSettings say how a function is run. Without a runtime they have not
// been made yet.
type FunctionSettings struct {
	Description    string `json:"description,omitempty"`
	Handler        string `json:"handler,omitempty"` // module, dot, exported name
	Runtime        string `json:"runtime,omitempty"`
	TimeoutSeconds int    `json:"timeoutSeconds"`
}

// Runtime is a language that functions can be written in.
type Runtime struct{ Name, Description string }

// Runtimes are those that can be chosen, the newest first. nodejs24.x stands in a
// user's report (issue 2503 of Terraform's provider).
//
// Guess: the descriptions. What the service once had and has no more is not
// listed.
var Runtimes = []Runtime{
	{"nodejs24.x", "Node.js 24"},
	{"nodejs22.x", "Node.js 22"},
	{"nodejs20.x", "Node.js 20"},
}

// Limits of a function's settings. That of the handler is Lambda's.
const (
	MinFunctionSeconds = 1
	MaxFunctionSeconds = 15 // and what a function has unless it says so

	maxDescription = 255
	maxHandler     = 128
)

// newFunction is the function of a new draft, of which only its id is known.
func (m Maker) newFunction() *Function {
	return &Function{ID: m.NewID(), Created: m.Now, FunctionSettings: FunctionSettings{TimeoutSeconds: MaxFunctionSeconds}}
}

// claimURL sets what cannot be chosen: an action calls its function and nothing
// else, whatever the client sends (the same issue: plans never settled).
func (a *Action) claimURL() {
	if a.Function != nil {
		a.Config.Request.URLTemplate = a.Function.ID
	}
}

// FunctionOf returns the function of an action, not to be changed. Actions of
// other integrations have none.
func FunctionOf(a *Action) (*Function, error) {
	if a.Function == nil {
		return nil, apierr.NotFound().About(a.ID, "function")
	}
	return a.Function, nil
}

// SetFunction replaces the settings of a draft's function. The version of the
// draft stays (issue 1961 of Terraform's provider).
func (m Maker) SetFunction(tx *store.Tx, id string, s FunctionSettings) (*Action, error) {
	return m.changeFunction(tx, id, func(f *Function) error {
		if s.TimeoutSeconds == 0 {
			s.TimeoutSeconds = MaxFunctionSeconds
		}
		f.FunctionSettings = s
		return s.check()
	})
}

func (s *FunctionSettings) check() error {
	invalid := func(code, field, message string) error {
		return apierr.New(http.StatusBadRequest, code, message).OnField(field)
	}
	module, name, ok := cutLast(s.Handler, ".")
	switch {
	case len([]rune(s.Description)) > maxDescription:
		return invalid("constraint.validation", "description", fmt.Sprintf("The description can have %d characters at most.", maxDescription))
	case len(s.Handler) > maxHandler || strings.ContainsFunc(s.Handler, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return invalid("constraint.validation", "handler", fmt.Sprintf("The handler has %d characters at most, and no blanks.", maxHandler))
	case !ok || module == "" || name == "":
		return invalid("constraint.validation", "handler", "The handler is the path of a module in the package, a dot, and the name of what it exports, such as src/index.handler.")
	case s.TimeoutSeconds < MinFunctionSeconds || s.TimeoutSeconds > MaxFunctionSeconds:
		return invalid("constraint.validation", "timeoutSeconds", fmt.Sprintf("The timeout of a function has %d to %d seconds.", MinFunctionSeconds, MaxFunctionSeconds))
	case !slices.ContainsFunc(Runtimes, func(r Runtime) bool { return r.Name == s.Runtime }):
		return invalid("invalid.value", "runtime", "Value ["+shorten(s.Runtime)+"] is not valid for field type [runtime]. Allowable values are: "+runtimeNames())
	}
	return nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func runtimeNames() string {
	names := make([]string, len(Runtimes))
	for i, r := range Runtimes {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// changeFunction changes the function of a draft, and leaves the rest of it as it
// is.
func (m Maker) changeFunction(tx *store.Tx, id string, change func(*Function) error) (*Action, error) {
	draft, err := DraftByID(tx, id)
	if err != nil {
		return nil, err
	}
	before, err := m.functionOf(tx, draft)
	if err != nil {
		return nil, err
	}
	after, changed := *before, *draft
	if err := change(&after); err != nil {
		return nil, err
	}
	changed.Function, changed.Modified = &after, m.Now
	changed.claimURL()
	return &changed, Drafts.Put(tx, &changed)
}

// functionOf is FunctionOf for changing. A draft that an earlier version stored,
// or that was made of an action of that time, gets its function now.
func (m Maker) functionOf(tx *store.Tx, draft *Action) (*Function, error) {
	if draft.Function == nil {
		kind, err := kindOf(tx, draft)
		if err != nil {
			return nil, err
		}
		if kind == integration.Function {
			return m.newFunction(), nil
		}
	}
	return FunctionOf(draft)
}

// functionID is what may be the id of a function: it stands in headers of uploads,
// and in a template that must come to nothing but itself.
var functionID = regexp.MustCompile(`^[A-Za-z0-9._~:/-]{1,128}$`)

// adoptFunction completes the function of an imported action. A file of an action
// has nothing of its function but the id, which stubs know it by; since functions
// are not run, the rest is made up.
func (m Maker) adoptFunction(tx *store.Tx, draftID string, e *Export) (*Action, error) {
	return m.changeFunction(tx, draftID, func(f *Function) error {
		if id := strings.TrimSpace(e.Config.Request.RequestURLTemplate); id != "" {
			if !functionID.MatchString(id) {
				return apierr.BadRequest("The request URL of an action that calls a function is the id of the function: letters, digits and -._~:/, up to 128 of them.").OnField("config.request.requestUrlTemplate")
			}
			f.ID = id
		}
		f.Description, f.Handler, f.Runtime = "Imported with its action", "index.handler", Runtimes[0].Name
		f.Package = &Package{ID: m.NewID(), Name: "imported.zip", Status: PackageAvailable, Created: m.Now}
		f.Upload = f.Package
		return nil
	})
}

// released is the function as it is published: without what else was uploaded
// meanwhile.
func (f *Function) released() *Function {
	if f == nil {
		return nil
	}
	r := *f
	r.Upload, r.Failures = f.Package, nil
	return &r
}

// function lists what a function lacks to be published and run.
//
// Guess: the real service wants a package, too; the codes and words.
func (c *compiler) function(a *Action, kind string) {
	if kind != integration.Function {
		return
	}
	if f := a.Function; f == nil || f.Runtime == "" {
		c.add("bad.request", "function", "The function has no settings: handler and runtime are missing.")
	}
	if f := a.Function; f == nil || f.Package == nil {
		message := "The function has no package: upload a zip file."
		if f != nil && len(f.Failures) > 0 {
			message = "The function has no package: " + shorten(f.Failures[0].Name) + " was of no use, upload a zip file with the function in it."
		}
		c.add("bad.request", "function.zipId", message)
	}
}
