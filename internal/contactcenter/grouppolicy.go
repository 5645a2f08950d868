package contactcenter

import (
	"encoding/json"

	"github.com/mockcloud/mockcloud/internal/store"
)

// GroupPolicy is the voicemail policy of a group. Every group has one, which says
// no until somebody changes it.
type GroupPolicy struct {
	GroupID  string              `json:"groupId"`
	Settings GroupPolicySettings `json:"settings"`
}

// GroupPolicySettings is what clients can set of the schema VoicemailGroupPolicy.
// What was never set is left out, but for the switches, which are off.
type GroupPolicySettings struct {
	Enabled                     bool              `json:"enabled"`
	SendEmailNotifications      bool              `json:"sendEmailNotifications"`
	DisableEmailPii             bool              `json:"disableEmailPii"`
	IncludeEmailTranscriptions  bool              `json:"includeEmailTranscriptions"`
	LanguagePreference          string            `json:"languagePreference,omitempty"`
	RotateCallsSecs             *int              `json:"rotateCallsSecs,omitempty"`
	StopRingingAfterRotations   *int              `json:"stopRingingAfterRotations,omitempty"`
	OverflowGroupID             string            `json:"overflowGroupId,omitempty"`
	GroupAlertType              string            `json:"groupAlertType,omitempty"`
	InteractiveResponsePromptID string            `json:"interactiveResponsePromptId,omitempty"`
	InteractiveResponseRequired *bool             `json:"interactiveResponseRequired,omitempty"`
	EmailPolicy                 *GroupEmailPolicy `json:"emailPolicy,omitempty"`
}

// GroupEmailPolicy is the schema of the same name.
type GroupEmailPolicy struct {
	EmailGroup   bool `json:"emailGroup"`
	EmailMembers bool `json:"emailMembers"`
}

var groupPolicies = store.Collection[*GroupPolicy]{
	Name: "voicemail/groups/policies",
	Key:  func(p *GroupPolicy) string { return p.GroupID },
}

// GroupPolicyOf returns the policy of a group that exists, as a fresh value.
func GroupPolicyOf(tx *store.Tx, groupID string) (*GroupPolicy, error) {
	p, err := groupPolicies.Get(tx, groupID)
	if IsNotFound(err) {
		return &GroupPolicy{GroupID: groupID}, nil
	}
	return p, err
}

// Change merges what is there of a body that has been validated, and stores the
// policy.
func (p *GroupPolicy) Change(tx *store.Tx, body json.RawMessage) error {
	if err := json.Unmarshal(body, &p.Settings); err != nil {
		return err
	}
	return groupPolicies.Put(tx, p)
}

// DropGroupPolicy removes the policy of a group that is gone.
func DropGroupPolicy(tx *store.Tx, groupID string) error {
	if err := groupPolicies.Delete(tx, groupID); err != nil && !IsNotFound(err) {
		return err
	}
	return nil
}
