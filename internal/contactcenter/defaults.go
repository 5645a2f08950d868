package contactcenter

import (
	"encoding/json"
	"fmt"
)

// preset are the settings of a queue that nobody has set otherwise.
//
// The alerting times and service levels are those that the product's page for a
// new queue shows, the rest is what the Terraform provider takes for the
// service's defaults.
var preset = QueueSettings{
	ScoringMethod:                json.RawMessage(`"TimestampAndPriority"`),
	LastAgentRoutingMode:         json.RawMessage(`"AnyAgent"`),
	ACWSettings:                  json.RawMessage(`{"wrapupPrompt":"MANDATORY_TIMEOUT","timeoutMs":300000}`),
	SkillEvaluationMethod:        json.RawMessage(`"ALL"`),
	AutoAnswerOnly:               json.RawMessage(`true`),
	EnableTranscription:          json.RawMessage(`false`),
	EnableAudioMonitoring:        json.RawMessage(`false`),
	EnableManualAssignment:       json.RawMessage(`false`),
	SuppressInQueueCallRecording: json.RawMessage(`true`),
}

// presetMedia are the settings of each medium of a queue.
var presetMedia = map[string]map[string]string{
	"call":     {"enableAutoAnswer": "false", "alertingTimeoutSeconds": "8", "serviceLevel": `{"percentage":0.8,"durationMs":20000}`},
	"callback": {"enableAutoAnswer": "false", "alertingTimeoutSeconds": "30", "serviceLevel": `{"percentage":0.8,"durationMs":20000}`, "enableAutoDialAndEnd": "false", "autoDialDelaySeconds": "300", "autoEndDelaySeconds": "300", "mode": `"AgentFirst"`},
	"chat":     {"enableAutoAnswer": "false", "alertingTimeoutSeconds": "30", "serviceLevel": `{"percentage":0.8,"durationMs":20000}`},
	"email":    {"enableAutoAnswer": "false", "alertingTimeoutSeconds": "300", "serviceLevel": `{"percentage":0.8,"durationMs":86400000}`},
	"message":  {"enableAutoAnswer": "false", "alertingTimeoutSeconds": "30", "serviceLevel": `{"percentage":0.8,"durationMs":20000}`},
}

// Complete returns s with the defaults for what was not said. What was said
// stays as it is, to the letter.
func (s QueueSettings) Complete() (QueueSettings, error) {
	done := s
	for _, f := range done.fields() {
		if string(*f) == "null" {
			*f = nil
		}
	}
	defaults := preset
	theirs := defaults.fields()
	for i, f := range done.fields() {
		if *f == nil {
			*f = *theirs[i]
		}
	}
	media, err := completeMedia(done.MediaSettings)
	if err != nil {
		return s, err
	}
	done.MediaSettings = media
	return done, nil
}

// Over returns s where it says something, and else what base says: how a queue
// is made on the model of another.
func (s QueueSettings) Over(base QueueSettings) QueueSettings {
	theirs := base.fields()
	for i, f := range s.fields() {
		if *f == nil || string(*f) == "null" {
			*f = *theirs[i]
		}
	}
	return s
}

func completeMedia(sent json.RawMessage) (json.RawMessage, error) {
	all := make(map[string]map[string]json.RawMessage)
	if sent != nil {
		if err := json.Unmarshal(sent, &all); err != nil {
			return nil, fmt.Errorf("media settings: %w", err)
		}
	}
	for name, defaults := range presetMedia {
		medium := all[name]
		if medium == nil {
			medium = make(map[string]json.RawMessage)
			all[name] = medium
		}
		for key, value := range defaults {
			if old := medium[key]; old == nil || string(old) == "null" {
				medium[key] = json.RawMessage(value)
			}
		}
	}
	return json.Marshal(all)
}

// fields are the settings in their order.
func (s *QueueSettings) fields() []*json.RawMessage {
	return []*json.RawMessage{
		&s.Description, &s.MediaSettings, &s.RoutingRules, &s.ConditionalGroupRouting, &s.Bullseye,
		&s.ScoringMethod, &s.LastAgentRoutingMode, &s.ACWSettings, &s.SkillEvaluationMethod, &s.MemberGroups,
		&s.QueueFlow, &s.EmailInQueueFlow, &s.MessageInQueueFlow, &s.WhisperPrompt, &s.OnHoldPrompt,
		&s.AutoAnswerOnly, &s.CannedResponseLibraries, &s.EnableTranscription, &s.EnableAudioMonitoring,
		&s.EnableManualAssignment, &s.AgentOwnedRouting, &s.DirectRouting, &s.CallingPartyName,
		&s.CallingPartyNumber, &s.DefaultScripts, &s.OutboundMessagingAddresses, &s.OutboundEmailAddress,
		&s.PeerID, &s.SuppressInQueueCallRecording,
	}
}
