package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/journal"
)

// The type of integration whose actions call the API of the organization itself.
const (
	cloudActions     = "purecloud-data-actions"
	cloudActionsName = "Genesys Cloud Data Actions"
)

// surroundings are what the checklist looks at. What the visitor may not see is nil,
// and hidden says so.
type surroundings struct {
	clients      *listing[*oauthClient]
	integrations *listing[*integration] // of the type cloudActions
	actions      []homeAction           // that people have made; drafts come first

	hidden map[string]string // which permission the visitor lacks, by what it would show

	own         *oauthClient // the one to go on with: of the visitor's organization, and none of the fixtures'; nil where there is none
	sample      *oauthClient // the fixtures' client that programs can connect as; nil where it is not there any more, or not seen
	integration *integration
	action      *homeAction
}

// homeAction is a data action, as far as the checklist cares.
type homeAction struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	IntegrationID string `json:"integrationId"`
	Published     bool   `json:"-"`
}

// lookAround reads it, in a fixed number of requests.
func lookAround(v *visit) (*surroundings, error) {
	s := &surroundings{hidden: make(map[string]string)}
	// see reads one part unless that is refused.
	see := func(part, path string, out any, permission string) error {
		err := v.api.get(path, out)
		if statusOf(err) == http.StatusForbidden {
			s.hidden[part] = permission
			return nil
		}
		return err
	}
	clients, integrations := &listing[*oauthClient]{}, &listing[*integration]{}
	if err := see("clients", "/oauth/clients", clients, "oauth:client:view"); err != nil {
		return nil, err
	}
	if err := see("integrations", "/integrations?pageSize=100&expand=config.current", integrations, "integrations:integration:view"); err != nil {
		return nil, err
	}
	s.clients, s.integrations = clients, integrations
	for _, part := range []string{"/drafts", ""} {
		var found listing[homeAction]
		if err := see("actions", "/integrations/actions"+part+"?pageSize=500", &found, "integrations:action:view"); err != nil {
			return nil, err
		}
		for _, a := range found.Entities {
			if a.Published = part == ""; !isStaticAction(a.ID) {
				s.actions = append(s.actions, a)
			}
		}
	}
	s.choose(v.console)
	return s, nil
}

// choose picks what the checklist is about: of several the one that is furthest.
func (s *surroundings) choose(c *Console) {
	fixtures := c.fixtures()
	best := -1
	for _, client := range s.clients.Entities {
		if client.ID == fixtures.clientID && client.Active() {
			s.sample = client
		}
		if client.GrantType != identity.GrantClientCredentials || fixtures.clients[client.ID] {
			continue
		}
		far := 0
		if client.Active() {
			far = 2
		}
		if len(client.RoleDivisions) > 0 {
			far++
		}
		if far > best {
			s.own, best = client, far
		}
	}
	best = -1
	for _, i := range s.integrations.Entities {
		if i.Type.ID != cloudActions {
			continue
		}
		action := s.actionOf(i)
		far := 0
		for _, done := range []bool{credentialsSet(i), i.Enabled(), i.Reported.Code == "ACTIVE", action != nil} {
			if done {
				far++
			}
		}
		if far > best {
			s.integration, s.action, best = i, action, far
		}
	}
}

// actionOf is an action of the integration; rather a published one.
func (s *surroundings) actionOf(i *integration) (found *homeAction) {
	for n := range s.actions {
		if a := &s.actions[n]; a.IntegrationID == i.ID && (found == nil || a.Published) {
			found = a
		}
	}
	return found
}

func credentialsSet(i *integration) bool {
	for _, c := range i.Config.Current.Credentials {
		if c.ID != "" {
			return true
		}
	}
	return false
}

// homeRun is the last time that an action did what it should.
type homeRun struct {
	Action   string // its id
	Sequence uint64 // of the request
	When     string
}

const (
	shownRuns  = 20 // how many calls of actions are looked at for one that went well
	testedRuns = 3  // and how many of them that are tests, whose answers must be read
)

// lastRun finds the latest success of an action that people have made; nil where the
// journal knows of none. A test run that failed is a success to HTTP, but not to
// people.
func lastRun(v *visit, s *surroundings) (*homeRun, error) {
	if len(s.actions) == 0 {
		return nil, nil
	}
	ctx := v.Request().Context()
	list, err := v.console.Journal.List(ctx, journal.Filter{
		Method: http.MethodPost, Path: "/integrations/actions/", Status: http.StatusOK, Org: v.me.Organization.ID, Limit: shownRuns,
	})
	if err != nil {
		return nil, err
	}
	tests := 0
	for _, r := range list {
		id := actionOfPath(r.Path)
		if !slices.ContainsFunc(s.actions, func(a homeAction) bool { return a.ID == id }) {
			continue
		}
		switch r.OperationID {
		case "postIntegrationsActionTest", "postIntegrationsActionDraftTest":
			if tests++; tests > testedRuns {
				continue
			}
			whole, err := v.console.Journal.Entry(ctx, r.Sequence)
			if err != nil {
				return nil, err
			}
			if !wentWell(whole) {
				continue
			}
		case "postIntegrationsActionExecute":
		default:
			continue
		}
		return &homeRun{Action: id, Sequence: r.Sequence, When: whenExactly(r.At.Time)}, nil
	}
	return nil, nil
}

// actionOfPath is the id of the action that a request was about.
func actionOfPath(path string) string {
	_, rest, _ := strings.Cut(path, "/integrations/actions/")
	id, _, _ := strings.Cut(rest, "/")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

// wentWell says whether the answer to a test tells of success.
func wentWell(r *journal.Request) bool {
	var answer struct {
		Success bool `json:"success"`
	}
	return r != nil && r.Details != nil && r.Details.AnswerBody != nil && json.Unmarshal([]byte(r.Details.AnswerBody.Text), &answer) == nil && answer.Success
}

// homeStep is one of the checklist.
type homeStep struct {
	Number int
	Name   string
	State  string // done, next, later or hidden
	Text   string // what was found, or what is missing
	Code   string // behind the text
	Thing  *link  // what was found
	To     *link  // where the step is done, if it is the next
	takes  string // the permission that doing it takes
}

// homeSteps are the checklist.
type homeSteps struct {
	All    []homeStep
	Done   int
	Hidden bool // nothing of it may be seen
	Over   bool // all of it is done
}

// Short says whether there is room beside what else the page shows.
func (l *homeSteps) Short() bool { return l.Hidden || l.Over }

// checklist says how far the organization has come on the way to a data action that
// runs.
func checklist(v *visit, s *surroundings, ran *homeRun) *homeSteps {
	l := &homeSteps{Hidden: len(s.hidden) == 3}
	l.addClient(v, s)
	l.addIntegration(v, s)
	l.addAction(v, s, ran)
	for n := range l.All {
		one := &l.All[n]
		one.Number = n + 1
		switch {
		case one.State == "done":
			l.Done++
		case one.State == "" && !slices.ContainsFunc(l.All[:n], func(o homeStep) bool { return o.State == "next" }):
			one.State = "next"
		case one.State == "":
			one.State = "later"
		}
		if one.State != "next" {
			one.To = nil
		} else if one.takes != "" && !v.may(one.takes) {
			one.To, one.Text, one.Code = nil, v.T("home.lacks"), one.takes
		}
	}
	l.Over = l.Done == len(l.All)
	return l
}

func (l *homeSteps) add(v *visit, key string, done bool, s homeStep) {
	s.Name = v.T("home.step." + key)
	if done {
		s.State = "done"
	}
	l.All = append(l.All, s)
}

// hide adds steps that the visitor may not see.
func (l *homeSteps) hide(v *visit, permission string, keys ...string) {
	for _, key := range keys {
		l.All = append(l.All, homeStep{Name: v.T("home.step." + key), State: "hidden", Text: v.T("home.hidden"), Code: permission})
	}
}

// by says where a step is done, and what it takes.
func (s homeStep) by(v *visit, permission, button, href string) homeStep {
	s.To, s.takes = &link{Name: v.T(button), Href: href}, permission
	return s
}

func (l *homeSteps) addClient(v *visit, s *surroundings) {
	if permission := s.hidden["clients"]; permission != "" {
		l.hide(v, permission, "client", "role")
		return
	}
	c := s.own
	if c == nil {
		l.add(v, "client", false, homeStep{Text: v.T("home.client.none")}.by(v, "oauth:client:add", "home.client.do", oauthPath+"/new"))
		l.add(v, "role", false, homeStep{Text: v.T("home.role.later")})
		return
	}
	thing := &link{Name: c.Name, Href: c.Href()}
	if c.Active() {
		l.add(v, "client", true, homeStep{Thing: thing})
	} else {
		l.add(v, "client", false, homeStep{Thing: thing, Text: v.T("home.client.inactive"), To: &link{Name: v.T("home.open"), Href: c.Href()}})
	}
	if n := len(c.RoleDivisions); n > 0 {
		l.add(v, "role", true, homeStep{Thing: &link{Name: v.T("home.role.count", n), Href: c.Href() + "/roles"}})
		return
	}
	l.add(v, "role", false, homeStep{Text: v.T("home.role.none")}.by(v, "oauth:client:edit", "home.role.do", c.Href()+"/roles"))
}

func (l *homeSteps) addIntegration(v *visit, s *surroundings) {
	if permission := s.hidden["integrations"]; permission != "" {
		l.hide(v, permission, "integration", "credentials", "active")
		return
	}
	i := s.integration
	if i == nil {
		l.add(v, "integration", false, homeStep{Text: v.T("home.integration.none")}.by(v, "integrations:integration:add", "home.integration.do", galleryPath+"?q="+url.QueryEscape(cloudActionsName)))
		l.add(v, "credentials", false, homeStep{Text: v.T("home.credentials.none")})
		l.add(v, "active", false, homeStep{Text: v.T("home.active.later")})
		return
	}
	l.add(v, "integration", true, homeStep{Thing: &link{Name: i.Name, Href: i.Path()}})
	set := credentialsSet(i)
	if set {
		l.add(v, "credentials", true, homeStep{Thing: &link{Name: v.T("home.credentials.set"), Href: i.Path() + "/configuration/credentials"}})
	} else {
		l.add(v, "credentials", false, homeStep{Text: v.T("home.credentials.none")}.by(v, "integrations:integration:edit", "home.credentials.do", i.Path()+"/configuration/credentials"))
	}
	switch {
	case i.Reported.Code == "ACTIVE":
		l.add(v, "active", true, homeStep{Thing: &link{Name: v.T("home.active.yes"), Href: i.Path()}})
	case i.Failing():
		l.add(v, "active", false, homeStep{Text: v.T("home.active.failing", v.reason(i)), To: &link{Name: v.T("home.open"), Href: i.Path()}})
	default:
		l.add(v, "active", false, homeStep{Text: v.T("home.active.none")}.by(v, "integrations:integration:edit", "home.active.do", i.Path()))
	}
}

func (l *homeSteps) addAction(v *visit, s *surroundings, ran *homeRun) {
	if permission := s.hidden["actions"]; permission != "" {
		l.hide(v, permission, "action", "run")
		return
	}
	// What has run counts, whichever of several integrations it is of.
	if ran != nil {
		n := slices.IndexFunc(s.actions, func(a homeAction) bool { return a.ID == ran.Action })
		a := &s.actions[n]
		l.add(v, "action", true, homeStep{Thing: a.link()})
		l.add(v, "run", true, homeStep{Thing: &link{Name: v.T("home.run.at", ran.When), Href: entryPath(ran.Sequence)}})
		return
	}
	a := s.action
	if a == nil {
		href := actionsPath + "/new"
		if s.integration != nil {
			href += "?integration=" + url.QueryEscape(s.integration.ID)
		}
		l.add(v, "action", false, homeStep{Text: v.T("home.action.none")}.by(v, "integrations:action:add", "home.action.do", href))
		l.add(v, "run", false, homeStep{Text: v.T("home.run.later")})
		return
	}
	l.add(v, "action", true, homeStep{Thing: a.link()})
	text := "home.run.none"
	if a.Published {
		text = "home.run.published"
	}
	l.add(v, "run", false, homeStep{Text: v.T(text)}.by(v, "integrations:action:execute", "home.run.do", at(actionsPath+"/%s/test", a.ID)))
}

func (a *homeAction) link() *link { return &link{Name: a.Name, Href: at(actionsPath+"/%s", a.ID)} }
