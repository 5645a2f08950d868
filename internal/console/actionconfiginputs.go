package console

import (
	"encoding/json"
	"net/http"
	"strings"
)

// actionSetup is what an action needs of its integration: whether it can run, and
// what templates know of its credential.
type actionSetup struct {
	integration
	Reason     string // why the integration reports an error
	credential credential
}

// readActionSetup reads the integration of an action. Who may not see it sees the
// action all the same.
func readActionSetup(v *visit, a *loadedAction) (*actionSetup, error) {
	s := &actionSetup{}
	err := v.api.get(at("/integrations/%s?expand=config.current", a.current().IntegrationID), &s.integration)
	if statusOf(err) == http.StatusForbidden {
		return &actionSetup{integration: integration{ID: a.current().IntegrationID}}, nil
	}
	s.Reason = v.reason(&s.integration)
	for _, slot := range sortedKeys(s.Config.Current.Credentials) { // there is one at most
		s.credential = s.Config.Current.Credentials[slot]
	}
	return s, err
}

// isFunction says whether the action runs a function: it has no URL of its own.
func (s *actionSetup) isFunction() bool { return s.Type.ID == "function-data-actions" }

// urlHint says what request URLs are.
func (s *actionSetup) urlHint(v *visit) string {
	if key := "actionconfig.url." + s.Type.ID; has(key) {
		return v.T(key)
	}
	return ""
}

// inputGroup are names that templates know, under a title.
type inputGroup struct {
	Title string
	For   string // "request" or "response": the templates that know them
	Note  string
	Names []inputName
	Link  *link
}

type inputName struct{ Ref, Hint string }

// inputs are the Available Inputs.
func (s *actionSetup) inputs(v *visit, a *loadedAction, f *configForm) []inputGroup {
	request := inputGroup{Title: v.T("actionconfig.inputs.contract"), For: "request"}
	for _, p := range propertiesOf(a.current().Contract.InputSchema) {
		request.Names = append(request.Names, inputName{"${input." + p.Name + "}", p.kind(v)})
	}
	if len(request.Names) == 0 && !isAuthAction(a.ID) {
		request.Note = v.T("actionconfig.inputs.none")
		request.Link = &link{Name: v.T("actionconfig.inputs.add"), Href: a.path("/contract")}
	}
	request.Names = append(request.Names, inputName{"${input.rawRequest}", v.T("actionconfig.inputs.raw")})
	groups := []inputGroup{request}
	groups = append(groups, s.secrets(v, a)...)
	response := inputGroup{Title: v.T("actionconfig.inputs.response"), For: "response", Note: v.T("actionconfig.inputs.response.note")}
	for _, row := range f.Translations {
		if row.Name != "" {
			response.Names = append(response.Names, inputName{Ref: "${" + row.Name + "}"})
		}
	}
	response.Names = append(response.Names, inputName{"${rawResult}", v.T("actionconfig.inputs.result")})
	return append(groups, response)
}

// secrets are what templates know of the integration's credential. The two that this
// server uses by itself are left out.
func (s *actionSetup) secrets(v *visit, a *loadedAction) []inputGroup {
	if s.credential.ID == "" || s.credential.Type.Name == "pureCloudOAuthClient" || s.credential.Type.Name == "basicAuth" {
		return nil
	}
	group := inputGroup{Title: v.T("actionconfig.inputs.credentials"), For: "request"}
	var credential struct {
		Fields map[string]json.RawMessage `json:"credentialFields"`
	}
	if err := v.api.get(at("/integrations/credentials/%s", s.credential.ID), &credential); err != nil {
		return nil
	}
	for _, name := range sortedKeys(credential.Fields) {
		group.Names = append(group.Names, inputName{Ref: "${credentials." + name + "}"})
	}
	groups := []inputGroup{group}
	if s.credential.Type.Name == "userDefinedOAuth" && !isAuthAction(a.ID) {
		groups = append(groups, inputGroup{
			Title: v.T("actionconfig.inputs.auth"), For: "request", Note: v.T("actionconfig.inputs.auth.note"),
			Names: []inputName{{Ref: "${authResponse.token_type}"}, {Ref: "${authResponse.access_token}"}},
			Link:  &link{Name: v.T("actionconfig.inputs.auth.link"), Href: at(actionsPath+"/%s/configuration", "customAuth_-_"+s.ID)},
		})
	}
	return groups
}

// inputProperty is a property of an input contract.
type inputProperty struct {
	Name, Type, Title, Description string
	Enum                           []json.RawMessage
	Default                        json.RawMessage
	Required                       bool
}

// propertiesOf lists the properties of a contract in their order. What is no schema
// has none.
func propertiesOf(schema json.RawMessage) []inputProperty {
	_, properties, required, ok := openContract(schema)
	if !ok {
		return nil
	}
	needed := setOf(required)
	list := make([]inputProperty, 0, len(properties))
	for _, m := range properties {
		p := inputProperty{Name: m.name, Required: needed[m.name]}
		if known, err := parseObject(m.value); err == nil {
			p.Type, p.Title, p.Description, p.Default = known.text("type"), known.text("title"), known.text("description"), known.get("default")
			if err := json.Unmarshal(known.get("enum"), &p.Enum); err != nil {
				p.Enum = nil
			}
		}
		list = append(list, p)
	}
	return list
}

// kind says in words what a property takes.
func (p *inputProperty) kind(v *visit) string {
	words := []string{}
	if p.Type != "" {
		words = append(words, p.Type)
	}
	if p.Required {
		words = append(words, v.T("actionconfig.required"))
	}
	return strings.Join(words, ", ")
}

// construct is a line of the syntax help: what one writes, and the key of what it
// gives.
type construct struct{ Code, Key string }

// velocityHelp are the constructs of templates that exist here (decisions.md 34).
func velocityHelp() []construct {
	return []construct{
		{"${input.QueueID}", "velocity.reference"},
		{"$!{input.note}", "velocity.quiet"},
		{`"note": "$esc.jsonEncode("$!{input.note}")"`, "velocity.json"},
		{`?name=$esc.url("${input.name}")`, "velocity.url"},
		{`/people/$esc.uriEncode("${input.name}")`, "velocity.uri"},
		{`$urlTool.optionalQueryParam("name", $input.name)`, "velocity.optional"},
		{`#if("$!{input.note}" != "") … #elseif(…) … #else … #end`, "velocity.if"},
		{"#set($size = 25) $size", "velocity.set"},
		{`${input.name.trim().replace(" ", "-")}`, "velocity.methods"},
		{"$math.add($input.page, 1)", "velocity.math"},
		{`$encoding.base64("${credentials.user}:${credentials.key}")`, "velocity.base64"},
		{`$successTemplateUtils.firstFromArray("${Presence}", "null")`, "velocity.first"},
		{"$esc.quote $esc.dollar $esc.hash", "velocity.characters"},
		{"## …  #* … *#  #[[ … ]]#", "velocity.comments"},
		{"$nobody", "velocity.undefined"},
		{"#foreach #macro #include #parse #evaluate #define #stop #break", "velocity.refused"},
	}
}

// jsonPathHelp are the constructs of paths that exist here (decisions.md 35).
func jsonPathHelp() []construct {
	return []construct{
		{"$", "jsonpath.root"},
		{"$.page.total", "jsonpath.member"},
		{"$['on hold']", "jsonpath.quoted"},
		{"$.entities[0].id  $.entities[-1].id", "jsonpath.index"},
		{"$.entities[*].name", "jsonpath.all"},
		{"$..id", "jsonpath.deep"},
		{"$.entities[0:5]", "jsonpath.slice"},
		{"$.entities[?(@.state == 'active' && @.size > 2)].id", "jsonpath.filter"},
		{"$.entities[?(@.name =~ /ann.*/i)]", "jsonpath.regex"},
		{"$.entities.length()", "jsonpath.functions"},
	}
}
