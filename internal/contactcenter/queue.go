package contactcenter

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Queue is where interactions wait for the agents who are its members.
type Queue struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	DivisionID string        `json:"divisionId"`
	Created    *clock.Time   `json:"created,omitempty"`
	CreatedBy  string        `json:"createdBy,omitempty"` // id of a user or client
	Modified   *clock.Time   `json:"modified,omitempty"`
	ModifiedBy string        `json:"modifiedBy,omitempty"`
	Settings   QueueSettings `json:"settings"`

	// How many members there are, and how many of them have joined. They are
	// kept here so that a listing of queues need not count; Add, Remove and
	// SetJoined see to it.
	Members int `json:"members,omitempty"`
	Joined  int `json:"joined,omitempty"`
}

// QueueSettings is what is given back as it was sent: the Terraform
// provider compares. Everything has been validated against the schema Queue.
type QueueSettings struct {
	Description                  json.RawMessage `json:"description,omitempty"`
	MediaSettings                json.RawMessage `json:"mediaSettings,omitempty"`
	RoutingRules                 json.RawMessage `json:"routingRules,omitempty"`
	ConditionalGroupRouting      json.RawMessage `json:"conditionalGroupRouting,omitempty"`
	Bullseye                     json.RawMessage `json:"bullseye,omitempty"`
	ScoringMethod                json.RawMessage `json:"scoringMethod,omitempty"`
	LastAgentRoutingMode         json.RawMessage `json:"lastAgentRoutingMode,omitempty"`
	ACWSettings                  json.RawMessage `json:"acwSettings,omitempty"`
	SkillEvaluationMethod        json.RawMessage `json:"skillEvaluationMethod,omitempty"`
	MemberGroups                 json.RawMessage `json:"memberGroups,omitempty"`
	QueueFlow                    json.RawMessage `json:"queueFlow,omitempty"`
	EmailInQueueFlow             json.RawMessage `json:"emailInQueueFlow,omitempty"`
	MessageInQueueFlow           json.RawMessage `json:"messageInQueueFlow,omitempty"`
	WhisperPrompt                json.RawMessage `json:"whisperPrompt,omitempty"`
	OnHoldPrompt                 json.RawMessage `json:"onHoldPrompt,omitempty"`
	AutoAnswerOnly               json.RawMessage `json:"autoAnswerOnly,omitempty"`
	CannedResponseLibraries      json.RawMessage `json:"cannedResponseLibraries,omitempty"`
	EnableTranscription          json.RawMessage `json:"enableTranscription,omitempty"`
	EnableAudioMonitoring        json.RawMessage `json:"enableAudioMonitoring,omitempty"`
	EnableManualAssignment       json.RawMessage `json:"enableManualAssignment,omitempty"`
	AgentOwnedRouting            json.RawMessage `json:"agentOwnedRouting,omitempty"`
	DirectRouting                json.RawMessage `json:"directRouting,omitempty"`
	CallingPartyName             json.RawMessage `json:"callingPartyName,omitempty"`
	CallingPartyNumber           json.RawMessage `json:"callingPartyNumber,omitempty"`
	DefaultScripts               json.RawMessage `json:"defaultScripts,omitempty"`
	OutboundMessagingAddresses   json.RawMessage `json:"outboundMessagingAddresses,omitempty"`
	OutboundEmailAddress         json.RawMessage `json:"outboundEmailAddress,omitempty"`
	PeerID                       json.RawMessage `json:"peerId,omitempty"`
	SuppressInQueueCallRecording json.RawMessage `json:"suppressInQueueCallRecording,omitempty"`
}

// Queues are sorted by name. Names are unique, whatever their case.
var Queues = store.Collection[*Queue]{
	Name: "routing/queues",
	Key:  func(q *Queue) string { return q.ID },
	Indexes: []store.Index[*Queue]{
		{Name: "name", Unique: true, Keys: func(q *Queue) []string { return []string{NameKey(q.Name)} }},
		{Name: "division", Keys: func(q *Queue) []string { return []string{q.DivisionID} }},
	},
}

// QueuesIn counts the queues of a division.
func QueuesIn(tx *store.Tx, divisionID string) (int, error) {
	n := 0
	for range Queues.KeysBy(tx, "division", divisionID) {
		n++
	}
	return n, nil
}

// DivisionOfQueue returns the division that a queue lives in, or
// store.ErrNotFound.
func DivisionOfQueue(tx *store.Tx, id string) (string, error) {
	q, err := Queues.Peek(tx, id)
	if err != nil {
		return "", err
	}
	return q.DivisionID, nil
}

// MoveQueue puts a queue into another division, which the caller has checked.
func MoveQueue(tx *store.Tx, id, divisionID string, at *clock.Time, by string) error {
	q, err := Queues.Get(tx, id)
	if err != nil {
		return err
	}
	q.DivisionID, q.Modified, q.ModifiedBy = divisionID, at, by
	return Queues.Put(tx, q)
}

// DeleteQueue removes a queue, its members and its list of wrap-up codes. The
// wrap-up codes themselves stay.
func DeleteQueue(tx *store.Tx, id string) error {
	for key := range members.Keys(tx, id+"/") {
		if err := members.Delete(tx, key); err != nil {
			return fmt.Errorf("member of queue %s: %w", id, err)
		}
	}
	for key := range assignments.Keys(tx, id+"/") {
		if err := assignments.Delete(tx, key); err != nil {
			return fmt.Errorf("wrap-up code of queue %s: %w", id, err)
		}
	}
	return Queues.Delete(tx, id)
}

// QueueView is a queue on the wire: the schema Queue.
type QueueView struct {
	ID                string      `json:"id"`
	Name              string      `json:"name"`
	Division          Ref         `json:"division"`
	DateCreated       *clock.Time `json:"dateCreated,omitempty"`
	DateModified      *clock.Time `json:"dateModified,omitempty"`
	ModifiedBy        string      `json:"modifiedBy,omitempty"`
	CreatedBy         string      `json:"createdBy,omitempty"`
	MemberCount       int         `json:"memberCount"`
	UserMemberCount   int         `json:"userMemberCount"`
	JoinedMemberCount int         `json:"joinedMemberCount"`
	QueueSettings
	SelfURI string `json:"selfUri"`
}

// View renders the queue, whose division has that name.
func (q *Queue) View(division string) *QueueView {
	return &QueueView{
		ID: q.ID, Name: q.Name,
		Division:    Ref{ID: q.DivisionID, Name: division, SelfURI: "/api/v2/authorization/divisions/" + q.DivisionID},
		DateCreated: q.Created, DateModified: q.Modified, CreatedBy: q.CreatedBy, ModifiedBy: q.ModifiedBy,
		// Groups are kept as they are named and bring no members of their own.
		MemberCount: q.Members, UserMemberCount: q.Members, JoinedMemberCount: q.Joined,
		QueueSettings: q.Settings, SelfURI: QueueURI(q.ID),
	}
}

// UserQueueView is the schema UserQueue: a queue as one of its members sees it.
type UserQueueView struct {
	*QueueView
	Joined bool `json:"joined"`
}

// QueueURI is the path of a queue.
func QueueURI(id string) string { return "/api/v2/routing/queues/" + id }

// Text is the text that a setting holds, or "".
func Text(setting json.RawMessage) string {
	var s string
	if len(setting) == 0 || json.Unmarshal(setting, &s) != nil {
		return ""
	}
	return s
}

// IsNotFound says whether err means that there is no such object.
func IsNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// JSONText is a setting that holds a text.
func JSONText(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // texts always encode
	return raw
}
