package contactcenter

import (
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The routing statuses.
const (
	OffQueue      = "OFF_QUEUE"
	Idle          = "IDLE"
	Interacting   = "INTERACTING"
	NotResponding = "NOT_RESPONDING"
	Communicating = "COMMUNICATING"
)

// Statuses lists the routing statuses.
func Statuses() []string {
	return []string{OffQueue, Idle, Interacting, NotResponding, Communicating}
}

// Agent is what a user is doing: presence and routing status. A user of whom
// nothing is stored is offline.
type Agent struct {
	UserID        string      `json:"userId"`
	PresenceID    string      `json:"presenceId"`
	Message       string      `json:"message,omitempty"`
	PresenceSince *clock.Time `json:"presenceSince,omitempty"`
	Status        string      `json:"status"`
	StatusSince   *clock.Time `json:"statusSince,omitempty"`
}

// Agents holds those whose presence was ever set.
var Agents = store.Collection[*Agent]{
	Name: "agents",
	Key:  func(a *Agent) string { return a.UserID },
}

// AgentOf returns what a user is doing. The value is the caller's own.
func AgentOf(tx *store.Tx, userID string) (*Agent, error) {
	a, err := Agents.Peek(tx, userID)
	if IsNotFound(err) {
		offline, _ := SystemPresence(Offline)
		return &Agent{UserID: userID, PresenceID: offline.ID, Status: OffQueue}, nil
	}
	if err != nil {
		return nil, err
	}
	own := *a
	return &own, nil
}

// Presence is the definition of the agent's presence. One that is gone counts as
// offline.
func (a *Agent) Presence(tx *store.Tx) (*Presence, error) {
	p, err := PresenceByID(tx, a.PresenceID)
	if IsNotFound(err) {
		p, _ = SystemPresence(Offline)
		return p, nil
	}
	return p, err
}

// SetPresence changes the presence. Going on queue makes the agent idle, leaving
// the queue takes them off it. The agent is to be stored afterwards.
func (a *Agent) SetPresence(p *Presence, now *clock.Time) {
	a.PresenceID, a.PresenceSince = p.ID, now
	if fits(p.System, a.Status) {
		return
	}
	a.Status, a.StatusSince = OffQueue, now
	if p.System == OnQueue {
		a.Status = Idle
	}
}

// SetStatus changes the routing status, or says that the presence does not allow
// it. The agent is to be stored afterwards.
func (a *Agent) SetStatus(p *Presence, status string, now *clock.Time) bool {
	if !fits(p.System, status) {
		return false
	}
	if a.Status != status {
		a.Status, a.StatusSince = status, now
	}
	return true
}

// fits says whether an agent of that system presence can have the status. Off
// the queue there are still conversations of one's own.
func fits(system, status string) bool {
	if system == OnQueue {
		return status != OffQueue
	}
	return status == OffQueue || status == Communicating
}

// PresenceView is the schema UserPresence.
type PresenceView struct {
	Source             string                 `json:"source"`
	Primary            bool                   `json:"primary"`
	PresenceDefinition PresenceDefinitionView `json:"presenceDefinition"`
	Message            string                 `json:"message"`
	ModifiedDate       *clock.Time            `json:"modifiedDate,omitempty"`
	SelfURI            string                 `json:"selfUri"`
}

// PresenceDefinitionView is the schema PresenceDefinition.
type PresenceDefinitionView struct {
	ID             string `json:"id"`
	SystemPresence string `json:"systemPresence"`
	SelfURI        string `json:"selfUri"`
}

// Source is the presence source of the platform itself, the only one here.
const Source = "PURECLOUD"

// PresenceView renders the agent's presence. A presence that was never set
// counts from since, when the user came into being.
func (a *Agent) PresenceView(tx *store.Tx, since *clock.Time) (*PresenceView, error) {
	p, err := a.Presence(tx)
	if err != nil {
		return nil, err
	}
	if a.PresenceSince != nil {
		since = a.PresenceSince
	}
	return &PresenceView{
		Source: Source, Primary: true, Message: a.Message, ModifiedDate: since,
		PresenceDefinition: PresenceDefinitionView{
			ID: p.ID, SystemPresence: p.System, SelfURI: "/api/v2/presencedefinitions/" + p.ID,
		},
		SelfURI: "/api/v2/users/" + a.UserID + "/presences",
	}, nil
}

// StatusView is the schema RoutingStatus.
type StatusView struct {
	UserID    string      `json:"userId"`
	Status    string      `json:"status"`
	StartTime *clock.Time `json:"startTime,omitempty"`
}

// StatusView renders the agent's routing status; since as in PresenceView.
func (a *Agent) StatusView(since *clock.Time) *StatusView {
	if a.StatusSince != nil {
		since = a.StatusSince
	}
	return &StatusView{UserID: a.UserID, Status: a.Status, StartTime: since}
}
