package engine

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// flows are the flows of Architect: who edits one locks it, saves versions and
// publishes one of them. What a flow does is kept and never run.
func flows() subject {
	return subject{
		answers: map[string]answer{
			"postFlowVersions":                   saveVersion,
			"postFlowsActionsCheckin":            flowAction("CHECKIN", checkIn),
			"postFlowsActionsCheckout":           flowAction("CHECKOUT", checkOut),
			"postFlowsActionsDeactivate":         flowAction("STATE_CHANGE", deactivate),
			"postFlowsActionsPublish":            flowAction("PUBLISH", publishFlow),
			"postFlowsActionsRevert":             flowAction("REVERT", revert),
			"postFlowsActionsUnlock":             flowAction("STATE_CHANGE", unlock),
			"getFlowLatestconfiguration":         latestConfiguration,
			"getFlowVersionConfiguration":        versionConfiguration,
			"getFlowsInstancesQuerycapabilities": flowCapabilities,
		},
		received: map[string]func(*arrival) error{"postFlowsJobs": flowArrived},
	}
}

// flowAction does something to the flow that the query names.
func flowAction(name string, do func(p *plan, c *handlers.Call, flow *document, body fields) error) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		flow, err := p.item(c)
		if err != nil {
			return nil, err
		}
		body := flow.all()
		if err := do(p, c, flow, body); err != nil {
			return nil, err
		}
		if flow, err = p.save(c, flow, body); err != nil {
			return nil, err
		}
		if p.whole {
			return flow.Body, nil
		}
		out := fields{"id": c.NewID(), "complete": true, "actionName": name, "actionStatus": "SUCCESS"}
		who(c, out, "user", "client")
		return p.fit(c, out), nil
	}
}

// who notes the caller as the person or the client that it is.
func who(c *handlers.Call, out fields, user, client string) {
	if c.Caller == nil {
		return
	}
	ref := c.Caller.Ref()
	name := client
	if c.Caller.User != nil {
		name = user
	}
	out[name] = fields{"id": ref.ID, "selfUri": ref.SelfURI}
}

// lockedBy is who edits a flow; "" for nobody.
func lockedBy(flow fields) string {
	for _, name := range []string{"lockedUser", "lockedClient"} {
		if id := textOf(decodeFields(rawOf(flow[name]))["id"]); id != "" {
			return id
		}
	}
	return ""
}

func checkOut(_ *plan, c *handlers.Call, _ *document, body fields) error {
	if by := lockedBy(body); by != "" && (c.Caller == nil || by != c.Caller.Ref().ID) {
		return c.Documented(http.StatusConflict, "architect.flow.locked.by.user")
	}
	who(c, body, "lockedUser", "lockedClient")
	return nil
}

func unlock(_ *plan, _ *handlers.Call, _ *document, body fields) error {
	delete(body, "lockedUser")
	delete(body, "lockedClient")
	return nil
}

func checkIn(p *plan, c *handlers.Call, flow *document, body fields) error {
	version, err := latestVersion(c, flow, "CHECKIN")
	if err != nil {
		return err
	}
	body["checkedInVersion"] = version.Body
	return unlock(p, c, flow, body)
}

func revert(p *plan, c *handlers.Call, flow *document, body fields) error {
	for _, name := range []string{"checkedInVersion", "publishedVersion"} {
		if body[name] != nil {
			body["savedVersion"] = body[name]
			break
		}
	}
	return unlock(p, c, flow, body)
}

func deactivate(_ *plan, _ *handlers.Call, _ *document, body fields) error {
	body["active"] = false
	return nil
}

// publishFlow puts a version into service: the one that the query names, or the
// latest.
func publishFlow(p *plan, c *handlers.Call, flow *document, body fields) error {
	var version *document
	var err error
	if wanted := c.Input.Query.Get("version"); wanted != "" {
		if version, err = find(c.Tx, versionsOf(flow)+"/"+escape(wanted)); err == nil && version == nil {
			return c.Documented(http.StatusNotFound, "architect.flow.version.missing")
		}
	} else {
		version, err = latestVersion(c, flow, "PUBLISH")
	}
	if err != nil {
		return err
	}
	published, err := version.with(fields{"type": "PUBLISH", "datePublished": c.Now().UTC().Format(clock.Layout)})
	if err != nil {
		return err
	}
	if err := replace(c.Tx, version, published); err != nil {
		return err
	}
	body["publishedVersion"], body["active"] = published.Body, true
	if c.Caller != nil && c.Caller.User != nil {
		who(c, body, "publishedBy", "")
	}
	return unlock(p, c, flow, body)
}

func versionsOf(flow *document) string { return flow.Path + "/versions" }

// latestVersion is the version that was saved last. A flow without any gets its
// first.
//
// Guess: whether the real service makes one of itself; here a new flow can be
// published at once.
func latestVersion(c *handlers.Call, flow *document, kind string) (*document, error) {
	all, err := gather(c.Tx, versionsOf(flow), nil)
	if err != nil {
		return nil, err
	}
	if len(all) > 0 {
		return all[len(all)-1], nil
	}
	return newVersion(c.Tx, flow, kind, c.Now().UnixMilli(), nil)
}

// configurationName is where a version keeps what the flow does.
const configurationName = "\x00configuration"

// newVersion adds a version to a flow. Versions are numbered 1.0, 2.0 and so on.
func newVersion(tx *store.Tx, flow *document, kind string, at int64, configuration json.RawMessage) (*document, error) {
	n := 1
	if held, err := counters.Peek(tx, versionsOf(flow)); err == nil {
		n = int(held.Last) + 1
	}
	id := strconv.Itoa(n) + ".0"
	d := &document{Path: versionsOf(flow) + "/" + id, Name: id}
	date := json.Number(strconv.FormatInt(at, 10))
	var err error
	d.Body, err = encode(fields{
		"id": id, "name": id, "commitVersion": id, "configurationVersion": id, "type": kind, "secure": false, "debug": false,
		"dateCreated": date, "dateSaved": date, "dateCheckedIn": date, "selfUri": apiPrefix + d.Path, "configurationUri": apiPrefix + d.Path + "/configuration",
	})
	if err != nil {
		return nil, err
	}
	if len(configuration) > 0 {
		if d.Rest, err = encode(fields{configurationName: configuration}); err != nil {
			return nil, err
		}
	}
	return d, add(tx, d)
}

// saveVersion is POST of a version: whatever the body says, the flow does.
func saveVersion(p *plan, c *handlers.Call) (any, error) {
	flow, err := find(c.Tx, p.innermostPath(c))
	if err != nil || flow == nil {
		return nil, err
	}
	version, err := newVersion(c.Tx, flow, "SAVE", c.Now().UnixMilli(), c.Input.Raw)
	if err != nil {
		return nil, err
	}
	saved, err := flow.with(fields{"savedVersion": version.Body})
	if err != nil {
		return nil, err
	}
	return version.Body, replace(c.Tx, flow, saved)
}

func latestConfiguration(p *plan, c *handlers.Call) (any, error) {
	all, err := gather(c.Tx, p.innermostPath(c)+"/versions", nil)
	if err != nil || len(all) == 0 {
		return fields{}, err
	}
	return configurationIn(all[len(all)-1]), nil
}

func versionConfiguration(p *plan, c *handlers.Call) (any, error) {
	version, err := find(c.Tx, p.innermostPath(c))
	if err != nil || version == nil {
		return fields{}, err
	}
	return configurationIn(version), nil
}

func configurationIn(version *document) any {
	if text := rawOf(shallow(version.Rest)[configurationName]); len(text) > 0 {
		return text
	}
	return fields{}
}

// flowCapabilities says by what executions can be asked for: by nothing, since no
// flow is run.
func flowCapabilities(p *plan, c *handlers.Call) (any, error) {
	out := fields{"flowTypes": flowTypes(p)}
	none(p.answer, out)
	return p.fit(c, out), nil
}

func flowTypes(p *plan) []any {
	q, err := p.engine.planOf("postFlows")
	if err != nil || q.entity == nil || q.entity.Property("type") == nil {
		return []any{}
	}
	return q.entity.Property("type").Enum
}

// maxFlow is how large the text of a flow may be, in bytes.
const maxFlow = 2 << 20

// flowArrived makes a flow of the text that was put for a job, or gives the flow of
// that name and type another version, and publishes it. The job says what came out.
func flowArrived(a *arrival) error {
	job, err := find(a.tx, a.file.Path)
	if err != nil || job == nil {
		return err
	}
	flow, err := a.flowOf()
	if refused := (*apierr.Error)(nil); err != nil && asRefusal(err, &refused) {
		message := fields{"dateTime": a.now.UTC().Format(clock.Layout), "text": refused.Message, "type": "Error"}
		return a.set(job, fields{"status": "Failure", "messages": []any{message}})
	}
	if err != nil {
		return err
	}
	return a.set(job, fields{
		"status": "Success", "command": "Publish", "messages": []any{}, "flow": fields{"id": flow.key(), "selfUri": apiPrefix + flow.Path},
	})
}

// flowOf makes the flow that the file describes.
func (a *arrival) flowOf() (*document, error) {
	p, err := a.engine.planOf("postFlows")
	if err != nil {
		return nil, err
	}
	kind, said, err := a.readFlow(p)
	if err != nil {
		return nil, err
	}
	name := said["name"]
	all, err := gather(a.tx, p.row.Collection, func(r *record) bool {
		return r.Name == name && textOf(r.property("type")) == kind
	})
	if err != nil {
		return nil, err
	}
	var flow *document
	if len(all) > 0 {
		flow = all[0]
	} else {
		if flow, err = a.newFlow(p, kind, said); err != nil {
			return nil, err
		}
	}
	text, err := encode(string(a.file.Content))
	if err != nil {
		return nil, err
	}
	version, err := newVersion(a.tx, flow, "PUBLISH", a.now.UnixMilli(), append(append(json.RawMessage(`{"yaml":`), text...), '}'))
	if err != nil {
		return nil, err
	}
	changes := fields{"publishedVersion": version.Body, "savedVersion": version.Body, "checkedInVersion": version.Body, "active": true}
	if said["description"] != "" {
		changes["description"] = said["description"]
	}
	return flow, a.set(flow, changes)
}

func (a *arrival) newFlow(p *plan, kind string, said map[string]string) (*document, error) {
	division, err := identity.HomeDivision(a.tx)
	if err != nil {
		return nil, err
	}
	if wanted := said["division"]; wanted != "" {
		if division, err = identity.DivisionByName(a.tx, wanted); err != nil {
			return nil, apierr.BadRequest("There is no division " + wanted + ".")
		}
	}
	id := a.engine.NewID()
	flow := &document{Path: p.row.Collection + "/" + escape(id), Name: said["name"], Division: division.ID}
	body := fields{
		"id": id, "name": said["name"], "type": kind, "active": true, "deleted": false, "system": false, "selfUri": apiPrefix + flow.Path,
		"division": fields{"id": division.ID, "name": division.Name, "selfUri": apiPrefix + "/authorization/divisions/" + division.ID},
	}
	fitted, _ := p.entity.Fit(body, spec.Filler{Now: a.now, ID: id})
	if flow.Body, err = encode(fitted); err != nil {
		return nil, err
	}
	return flow, add(a.tx, flow)
}

// readFlow reads the type of a flow and what its text says of it.
func (a *arrival) readFlow(p *plan) (kind string, said map[string]string, err error) {
	if len(a.file.Content) > maxFlow {
		return "", nil, apierr.BadRequest("The flow is too large.")
	}
	var document yaml.Node
	if err := yaml.Unmarshal(a.file.Content, &document); err != nil {
		return "", nil, apierr.BadRequest("The flow cannot be read: " + strings.TrimPrefix(err.Error(), "yaml: ") + ".")
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode || len(document.Content[0].Content) != 2 || document.Content[0].Content[1].Kind != yaml.MappingNode {
		return "", nil, apierr.BadRequest("A flow is one object under the name of its type.")
	}
	kind = strings.ToUpper(document.Content[0].Content[0].Value)
	if p.entity == nil || !slices.Contains(flowTypes(p), any(kind)) {
		return "", nil, apierr.BadRequest(document.Content[0].Content[0].Value + " is no type of flow.")
	}
	said = make(map[string]string)
	pairs := document.Content[0].Content[1].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1].Kind == yaml.ScalarNode {
			said[pairs[i].Value] = pairs[i+1].Value
		}
	}
	if said["name"] == "" {
		return "", nil, apierr.BadRequest("The flow has no name.")
	}
	return kind, said, nil
}
