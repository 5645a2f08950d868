package authorization

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// registerPolicies claims the operations on access policies, which the API marks
// as a preview. What policies do to requests is package auth's.
func (f *Family) registerPolicies(r *handlers.Registry) {
	handlers.On(r, "getAuthorizationPolicies", f.listPolicies)
	handlers.On(r, "getAuthorizationPoliciesSubjectSubjectId", f.policiesOfSubject)
	handlers.On(r, "getAuthorizationPoliciesTargets", f.policyTargets)
	handlers.On(r, "getAuthorizationPoliciesTarget", f.policiesOfTarget)
	handlers.On(r, "postAuthorizationPoliciesTarget", f.createPolicy)
	handlers.On(r, "putAuthorizationPoliciesTarget", f.putPolicy)
	handlers.On(r, "getAuthorizationPoliciesTargetSubjectSubjectId", f.policyOfSubject)
	handlers.On(r, "deleteAuthorizationPoliciesTargetSubjectSubjectId", f.deletePolicy)
	handlers.On(r, "postAuthorizationPoliciesTargetValidate", f.validatePolicy, handlers.ReadOnly)
	handlers.On(r, "getAuthorizationPolicy", f.policy)
	handlers.On(r, "putAuthorizationPolicy", f.replacePolicy)
	handlers.On(r, "getAuthorizationPolicyAttributes", f.policyAttributes)
	handlers.On(r, "postAuthorizationPolicySimulate", f.simulatePolicy, handlers.ReadOnly)
}

// The limits of access policies. Only that of a page is documented; the others
// are generous guesses, so that a full page stays within what can be answered.
const (
	maxPolicies       = 1000     // of an organization
	maxPolicyText     = 5000     // characters of a description
	maxPresets        = 100      // preset attributes of a policy
	maxPresetSize     = 32 << 10 // bytes of all of them
	maxPolicyPageSize = 200
)

// policyView is the schema AuthorizationPolicy. Terraform dereferences the name
// unguarded.
type policyView struct {
	ID               string                             `json:"id"`
	Name             string                             `json:"name"`
	TargetResource   string                             `json:"targetResource"`
	Subject          identity.PolicySubject             `json:"subject"`
	Effect           string                             `json:"effect"`
	Condition        json.RawMessage                    `json:"condition,omitempty"`
	Description      string                             `json:"description,omitempty"`
	DateModified     *clock.Time                        `json:"dateModified,omitempty"`
	PresetAttributes map[string]identity.TypedAttribute `json:"presetAttributes,omitempty"`
	Active           bool                               `json:"active"`
	ApplyToClients   bool                               `json:"applyToClients"`
	SelfURI          string                             `json:"selfUri"`
}

func policyURI(id string) string { return "/api/v2/authorization/policies/" + id }

func viewPolicy(p *identity.AccessPolicy) *policyView {
	return &policyView{
		ID: p.ID, Name: p.Name, TargetResource: p.Target, Subject: p.Subject, Effect: p.Effect, Condition: p.Condition,
		Description: p.Description, DateModified: p.Modified, PresetAttributes: p.Preset, Active: p.Active,
		ApplyToClients: p.ApplyToClients, SelfURI: policyURI(p.ID),
	}
}

// policyListing is the schema AuthorizationPolicyEntityListing.
type policyListing struct {
	Entities []*policyView `json:"entities"`
	NextURI  string        `json:"nextUri,omitempty"`
	SelfURI  string        `json:"selfUri"`
}

// listAfter gives the page of policies that follows the cursor. A cursor is the
// id of the last policy of the page before, since Terraform makes its own that
// way; it survives the deletion of that policy. The ids are gone through from
// the first: there are never more than the limit.
func listAfter(c *handlers.Call, after string, ids iter.Seq[string]) (*policyListing, error) {
	p, err := handlers.PageOf(c, maxPolicyPageSize)
	if err != nil {
		return nil, err
	}
	l := &policyListing{Entities: []*policyView{}, SelfURI: selfURI(c)}
	for id := range ids {
		if id <= after {
			continue
		}
		if len(l.Entities) == p.Size {
			l.NextURI = afterURI(c, p.Size, l.Entities[p.Size-1].ID)
			break
		}
		policy, err := identity.AccessPolicies.Peek(c.Tx, id)
		if err != nil {
			return nil, err
		}
		l.Entities = append(l.Entities, viewPolicy(policy))
	}
	return l, nil
}

func afterURI(c *handlers.Call, size int, id string) string {
	return c.Path + "?" + url.Values{"after": {id}, "pageSize": {strconv.Itoa(size)}}.Encode()
}

type policyList struct {
	After string `query:"after"`
}

func (f *Family) listPolicies(_ context.Context, c *handlers.Call, in policyList) (*policyListing, error) {
	return listAfter(c, in.After, identity.AccessPolicies.Keys(c.Tx, ""))
}

type subjectPolicies struct {
	SubjectID string `param:"subjectId"`
	After     string `query:"after"`
}

// policiesOfSubject lists what names the subject itself, not what binds it as a
// member of a group or as one of all.
func (f *Family) policiesOfSubject(_ context.Context, c *handlers.Call, in subjectPolicies) (*policyListing, error) {
	return listAfter(c, in.After, identity.AccessPolicies.KeysBy(c.Tx, "subject", identity.PolicySubjectID(in.SubjectID)))
}

type targetPolicies struct {
	Target string `param:"targetName"`
	After  string `query:"after"`
}

func (f *Family) policiesOfTarget(_ context.Context, c *handlers.Call, in targetPolicies) (*policyListing, error) {
	return listAfter(c, in.After, identity.AccessPolicies.KeysBy(c.Tx, "target", in.Target))
}

type policyRef struct {
	ID string `param:"policyId"`
}

func (f *Family) policy(_ context.Context, c *handlers.Call, in policyRef) (*policyView, error) {
	p, err := identity.PeekAccessPolicy(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return viewPolicy(p), nil
}

type policyPair struct {
	Target    string `param:"targetName"`
	SubjectID string `param:"subjectId"`
}

func (f *Family) policyOfSubject(_ context.Context, c *handlers.Call, in policyPair) (*policyView, error) {
	p, err := identity.AccessPolicyOf(c.Tx, in.Target, in.SubjectID)
	if err != nil {
		return nil, err
	}
	return viewPolicy(p), nil
}

func (f *Family) deletePolicy(_ context.Context, c *handlers.Call, in policyPair) (handlers.None, error) {
	p, err := identity.AccessPolicyOf(c.Tx, in.Target, in.SubjectID)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.AccessPolicies.Delete(c.Tx, p.ID)
}
