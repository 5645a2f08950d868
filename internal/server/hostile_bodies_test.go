package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// secretOfBody stands in fields that hold secrets. It must come back nowhere.
const secretOfBody = "hush-hush-0451"

// maker makes up values that fit a schema: first the shape, and where a name
// tells of what the value is the id, an id that exists.
type maker struct {
	rng  *rand.Rand
	ids  *knownIDs
	runs int // makes names unique
	tag  string
}

// body is a valid body of the operation, or one that the schema takes for valid;
// nil where it takes none. fill is how likely an optional field is there.
func (m *maker) body(op *spec.Operation, fill float64) any {
	shape := op.RequestShape()
	if shape == nil {
		return nil
	}
	segments := strings.Split(op.Path, "/")
	return m.value(shape, segments[len(segments)-1], "", fill, 0)
}

func (m *maker) value(s *spec.Shape, name, parent string, fill float64, depth int) any {
	switch {
	case s == nil:
		return m.anything(depth)
	case len(s.Enum) > 0:
		return s.Enum[m.rng.IntN(len(s.Enum))]
	}
	switch s.Type {
	case "array":
		list := []any{}
		for range s.MinItems + m.rng.IntN(3) {
			if depth < 8 {
				list = append(list, m.value(s.Items(), strings.TrimSuffix(name, "s"), name, fill, depth+1))
			}
		}
		return list
	case "boolean":
		return m.rng.IntN(2) == 0
	case "integer", "number":
		return max(int(s.Minimum), m.rng.IntN(10))
	case "object", "":
		return m.object(s, name, fill, depth)
	default:
		return m.text(s, name, parent)
	}
}

func (m *maker) object(s *spec.Shape, name string, fill float64, depth int) any {
	names := s.PropertyNames()
	if len(names) == 0 {
		return m.anything(depth)
	}
	object := map[string]any{}
	for _, field := range names {
		p := s.Property(field)
		needed := slices.Contains(s.Required, field) || (field == "id" && depth > 0)
		if !needed && (p.ReadOnly || depth > 5 || m.rng.Float64() > fill) {
			continue
		}
		if depth > 10 { // schemas that hold themselves
			continue
		}
		object[field] = m.value(p, field, name, fill, depth+1)
	}
	return object
}

func (m *maker) text(s *spec.Shape, name, parent string) any {
	m.runs++
	low := strings.ToLower(name)
	switch {
	case s.Format == "date":
		return "2026-01-01"
	case s.Format == "date-time":
		return one(m.rng, []string{"2026-01-01T00:00:00.000Z", "2026-01-20T12:00:00Z", "1999-12-31T23:59:59.999Z"})
	case s.Format == "interval":
		return one(m.rng, []string{"2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z", "2026-01-14T00:00:00Z/2026-01-16T00:00:00Z"})
	case strings.Contains(low, "password"), strings.Contains(low, "secret"):
		return secretOfBody
	case low == "id" || low == "ids":
		return m.ids.pick(m.rng, parent)
	case strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "Ids"):
		return m.ids.pick(m.rng, strings.TrimSuffix(strings.TrimSuffix(name, "s"), "Id"))
	case m.ids.knows(name):
		return m.ids.pick(m.rng, name)
	case strings.Contains(low, "email"):
		return fmt.Sprintf("%s%d@mockcloud.test", m.tag, m.runs)
	case strings.Contains(low, "uri"), strings.Contains(low, "url"):
		return "http://127.0.0.1:9/" + m.tag
	}
	return strings.Repeat("x", max(0, s.MinLength-8)) + fmt.Sprintf("%s %d", m.tag, m.runs)
}

// fillIn puts ids and a name of its own into one of goodBodies.
func (m *maker) fillIn(text string) string {
	m.runs++
	text = strings.ReplaceAll(text, "$mail", fmt.Sprintf("%s%d@mockcloud.test", m.tag, m.runs))
	text = strings.ReplaceAll(text, "$name", fmt.Sprintf("%s %d", m.tag, m.runs))
	return idInText.ReplaceAllStringFunc(text, func(kind string) string { return m.ids.pick(m.rng, kind[1:]) })
}

var idInText = regexp.MustCompile(`\$[a-z]+`)

const (
	goodConfig   = `"contract":{"input":{"inputSchema":{"type":"object","properties":{"QueueID":{"type":"string"}}}},"output":{"successSchema":{"type":"object"}}},"config":{"request":{"requestUrlTemplate":"/api/v2/routing/queues/${input.QueueID}","requestType":"GET","headers":{"X-A":"b"},"requestTemplate":"${input.rawRequest}"},"response":{"translationMap":{"name":"$.name"},"translationMapDefaults":{"name":"\"none\""},"successTemplate":"{\"name\": ${name}}"}}`
	goodPresence = `{"languageLabels":{"en_US":"$name"},"systemPresence":"Busy"}`
	goodPolicy   = `{"name":"$name","effect":"ALLOW","subject":{"type":"USER","id":"$user"}}`
	goodInput    = `{"QueueID":"$queue"}`
	goodClient   = `{"name":"$name","authorizedGrantType":"CODE","scope":["users"],"registeredRedirectUri":["https://app.example.test/cb"]}`
	goodGreeting = `{"name":"$name","type":"STATION","ownerType":"ORGANIZATION","owner":{"id":"6d6f636b-0001-4000-8000-000000000001"},"audioTTS":"odd"}`
	goodPatch    = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"displayName","value":"$name"}]}`
	goodSecret   = `{"name":"$name","type":"basicAuth","credentialFields":{"userName":"odd","password":"` + secretOfBody + `"}}`
)

// goodBodies are accepted by their operations; a $word stands for an id of that
// kind. Most other operations make do with what they answer themselves.
var goodBodies = map[string]string{
	"postIntegrationsActions":         `{"name":"$name","category":"Odd","integrationId":"$integration",` + goodConfig + `}`,
	"postIntegrationsActionsDrafts":   `{"name":"$name","category":"Odd","integrationId":"$integration",` + goodConfig + `}`,
	"patchIntegrationsActionDraft":    `{"name":"$name","version":1,` + goodConfig + `}`,
	"postIntegrationsActionExecute":   goodInput,
	"postIntegrationsActionTest":      goodInput,
	"postIntegrationsActionDraftTest": goodInput,
	"postIntegrationsCredentials":     goodSecret,
	"putIntegrationsCredential":       goodSecret,
	"postIntegrations":                `{"name":"$name","integrationType":{"id":"custom-rest-actions"},"intendedState":"DISABLED"}`,
	"postOauthClients":                goodClient,
	"putOauthClient":                  goodClient,
	"postPresencedefinitions":         `{"languageLabels":{"en_US":"$name"},"systemPresence":"Busy"}`,
	"putPresencedefinition":           `{"languageLabels":{"en_US":"$name"},"systemPresence":"Busy"}`,
	"postPresenceDefinitions":         goodPresence,
	"putPresenceDefinition":           goodPresence,
	"postUsers":                       `{"name":"$name","email":"$mail","divisionId":"$division","password":"` + secretOfBody + `"}`,
	"postAuthorizationPoliciesTarget": goodPolicy,
	"putAuthorizationPoliciesTarget":  goodPolicy,
	"putAuthorizationPolicy":          goodPolicy,
	"postGroups":                      `{"name":"$name","type":"official","visibility":"public","rulesVisible":true}`,
	"postGroupGreetings":              `{"name":"$name","type":"STATION","ownerType":"GROUP","owner":{"id":"$group"},"audioTTS":"odd"}`,
	"postUserGreetings":               `{"name":"$name","type":"STATION","ownerType":"USER","owner":{"id":"$user"},"audioTTS":"odd"}`,
	"postGreetings":                   goodGreeting,
	"putGreeting":                     goodGreeting,
	"patchScimUser":                   goodPatch,
	"patchScimV2User":                 goodPatch,
	"patchScimGroup":                  strings.Replace(goodPatch, "displayName", "externalId", 1),
	"patchScimV2Group":                strings.Replace(goodPatch, "displayName", "externalId", 1),
	"postFlowsDatatables":             `{"name":"$name","schema":{"type":"object","additionalProperties":false,"required":["key"],"properties":{"key":{"title":"Key","type":"string"}}}}`,
	"postFlowsDatatableRows":          `{"key":"$name"}`,
	"postRoutingQueues":               `{"name":"$name","division":{"id":"$division"},"acwSettings":{"wrapupPrompt":"MANDATORY_TIMEOUT","timeoutMs":10000}}`,
}

// anything is a value where the schema does not care.
func (m *maker) anything(depth int) any {
	switch m.rng.IntN(5) {
	case 0:
		return m.rng.IntN(100)
	case 1:
		return m.tag
	case 2:
		if depth < 4 {
			return []any{m.anything(depth + 1)}
		}
	}
	return map[string]any{"key": m.tag}
}

// broken is the value with one odd thing in it, and says where.
func (m *maker) broken(value any) (any, string) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > 0 && m.rng.IntN(8) > 0 {
			copied := maps.Clone(value)
			name := one(m.rng, slices.Sorted(maps.Keys(value)))
			var where string
			switch m.rng.IntN(12) {
			case 0:
				delete(copied, name)
				return copied, "no " + name
			case 1:
				copied[one(m.rng, []string{strings.ToUpper(name), name + " ", "", "__proto__", "no.such.field"})] = copied[name]
				return copied, "an unknown field beside " + name
			default:
				copied[name], where = m.broken(value[name])
			}
			return copied, name + "." + where
		}
	case []any:
		if len(value) > 0 && m.rng.IntN(4) > 0 {
			copied := slices.Clone(value)
			i := m.rng.IntN(len(copied))
			var where string
			switch m.rng.IntN(5) {
			case 0:
				return append(copied, copied[i]), "twice"
			default:
				copied[i], where = m.broken(copied[i])
			}
			return copied, fmt.Sprint(i, ".", where)
		}
	}
	odd := one(m.rng, oddValues)
	return odd, fmt.Sprintf("%.40s", odd)
}

func encoded(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // only what can be encoded is made here
	}
	return text
}
