package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The effects of an access policy.
const (
	PolicyAllow = "ALLOW" // passes requests for which the condition holds, and no others
	PolicyDeny  = "DENY"  // refuses requests for which the condition holds
)

// The kinds of subject that an access policy binds.
const (
	PolicyForUser   = "USER"
	PolicyForClient = "CLIENT"
	PolicyForGroup  = "GROUP" // its members
	PolicyForTeam   = "TEAM"
	PolicyForAll    = "ALL"
)

// EverybodyID is the id of the subject of the type ALL: Terraform gets it back
// from the real service, and deletes by it.
const EverybodyID = "all"

// AccessPolicy makes the use of one permission depend on attributes of the
// caller and the request. It only takes away what roles give. It is not to be
// confused with Policy, which is a part of a role.
type AccessPolicy struct {
	ID             string                    `json:"id"`
	Name           string                    `json:"name,omitempty"`
	Description    string                    `json:"description,omitempty"`
	Target         string                    `json:"target"` // domain:entity:action
	Subject        PolicySubject             `json:"subject"`
	Effect         string                    `json:"effect"`
	Active         bool                      `json:"active,omitempty"`         // else it is stored and nothing more
	ApplyToClients bool                      `json:"applyToClients,omitempty"` // whether "all" includes clients that call for themselves
	Condition      json.RawMessage           `json:"condition,omitempty"`      // as it was sent; none always holds
	Preset         map[string]TypedAttribute `json:"preset,omitempty"`         // named values for the condition
	Modified       *clock.Time               `json:"modified,omitempty"`

	compiled atomic.Pointer[Condition]
}

// PolicySubject is whom an access policy binds.
type PolicySubject struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// AccessPolicies hold one policy for each pair of target and subject.
var AccessPolicies = store.Collection[*AccessPolicy]{
	Name: "authorization/policies",
	Key:  func(p *AccessPolicy) string { return p.ID },
	Indexes: []store.Index[*AccessPolicy]{
		{Name: "target", Keys: func(p *AccessPolicy) []string { return []string{p.Target} }},
		{Name: "subject", Keys: func(p *AccessPolicy) []string { return []string{p.Subject.ID} }},
		{Name: "target/subject", Unique: true, Keys: func(p *AccessPolicy) []string { return []string{policyKey(p.Target, p.Subject.ID)} }},
	},
}

func policyKey(target, subjectID string) string { return target + "/" + subjectID }

// PeekAccessPolicy returns a policy by its id, or the API's 404. The value is
// shared.
func PeekAccessPolicy(tx *store.Tx, id string) (*AccessPolicy, error) {
	p, err := AccessPolicies.Peek(tx, id)
	return found(p, err, func() *apierr.Error { return apierr.NotFound().About(id, "policy") })
}

// AccessPolicyOf returns the policy that binds the subject at the target, or the
// API's 404. The value is shared.
func AccessPolicyOf(tx *store.Tx, target, subjectID string) (*AccessPolicy, error) {
	p, err := findAccessPolicy(tx, target, PolicySubjectID(subjectID))
	return found(p, err, func() *apierr.Error { return apierr.NotFound().About(subjectID, "policy") })
}

// PolicySubjectID is the spelling under which policies are found: "ALL" and
// "all" are one.
func PolicySubjectID(id string) string {
	if strings.EqualFold(id, EverybodyID) {
		return EverybodyID
	}
	return id
}

func findAccessPolicy(tx *store.Tx, target, subjectID string) (*AccessPolicy, error) {
	for id := range AccessPolicies.KeysBy(tx, "target/subject", policyKey(target, subjectID)) {
		p, err := AccessPolicies.Peek(tx, id)
		// A zero byte in what a client sent makes the index find something else.
		if err != nil || (p.Target == target && p.Subject.ID == subjectID) {
			return p, err
		}
	}
	return nil, store.ErrNotFound
}

// Compiled is the policy's condition, read once for all that share the value.
func (p *AccessPolicy) Compiled() (*Condition, error) {
	if c := p.compiled.Load(); c != nil {
		return c, nil
	}
	c, err := CompileCondition(p.Condition, p.Preset)
	if err != nil {
		return nil, fmt.Errorf("access policy %s: %w", p.ID, err) // it was readable when it was stored
	}
	p.compiled.Store(c)
	return c, nil
}

// PolicyTargeted says whether any policy, active or not, is about the target.
func PolicyTargeted(tx *store.Tx, target string) bool {
	for range AccessPolicies.KeysBy(tx, "target", target) {
		return true
	}
	return false
}

// ActivePolicies returns the active policies about the target whose subject is
// one of the ids, in that order. The values are shared.
func ActivePolicies(tx *store.Tx, target string, subjectIDs []string) ([]*AccessPolicy, error) {
	var active []*AccessPolicy
	for _, id := range subjectIDs {
		p, err := findAccessPolicy(tx, target, id)
		switch {
		case err == nil && p.Active:
			active = append(active, p)
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return active, nil
}
