package authorization

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// targetAttributes is the schema TargetAttributeValue.
type targetAttributes struct {
	Description      string                     `json:"description"`
	PolicyAttributes []identity.PolicyAttribute `json:"policyAttributes"`
}

// policyTargetsView is the schema TargetAttributes.
type policyTargetsView struct {
	BaseAttributes   []identity.PolicyAttribute  `json:"baseAttributes"`
	TargetAttributes map[string]targetAttributes `json:"targetAttributes"`
}

// policyTargets lists what a policy can be about: the permissions that
// operations ask for. All of them have the base attributes and no others, since
// nothing is known of the object when a request is admitted.
func (f *Family) policyTargets(_ context.Context, c *handlers.Call, _ handlers.None) (*policyTargetsView, error) {
	v := &policyTargetsView{BaseAttributes: identity.BaseAttributes, TargetAttributes: make(map[string]targetAttributes)}
	for _, p := range c.Catalogue.Permissions() {
		if !auth.PolicyExempt(p) {
			v.TargetAttributes[p.String()] = targetAttributes{Description: label(p), PolicyAttributes: []identity.PolicyAttribute{}}
		}
	}
	return v, nil
}

// validationError is the schema ValidationErrorResponse.
type validationError struct {
	Arguments map[string]string `json:"arguments"`
	ErrorType string            `json:"errorType"`
	Message   string            `json:"message"`
}

type validationErrors struct {
	Entities []validationError `json:"entities"`
}

// validatePolicy tells all that is wrong with a policy that nobody stores: what
// would be refused, and what mockcloud would store without acting upon it. An
// empty list means that the policy is good.
func (f *Family) validatePolicy(_ context.Context, c *handlers.Call, in policyWrite) (*validationErrors, error) {
	problems, err := checkPolicy(c, in.Body.policy(c, "", in.Target))
	if err != nil {
		return nil, err
	}
	v := &validationErrors{Entities: []validationError{}}
	for _, p := range problems {
		v.Entities = append(v.Entities, validationError{Arguments: map[string]string{"field": p.field}, ErrorType: p.kind, Message: p.message})
	}
	return v, nil
}

// policyAttributeSet is the schema PolicyAttributeSet.
type policyAttributeSet struct {
	ID               string                             `json:"id"`
	Name             string                             `json:"name"`
	PolicyAttributes []identity.PolicyAttribute         `json:"policyAttributes"`
	PresetAttributes map[string]identity.TypedAttribute `json:"presetAttributes"`
	SelfURI          string                             `json:"selfUri"`
}

// policyAttributes lists the attributes that a policy looks at: what a
// simulation has to give. Those that mockcloud does not know have no type.
func (f *Family) policyAttributes(_ context.Context, c *handlers.Call, in policyRef) (*policyAttributeSet, error) {
	p, err := identity.PeekAccessPolicy(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	condition, err := p.Compiled()
	if err != nil {
		return nil, err
	}
	v := &policyAttributeSet{
		ID: p.ID, Name: p.Name, PolicyAttributes: []identity.PolicyAttribute{}, PresetAttributes: p.Preset,
		SelfURI: policyURI(p.ID) + "/attributes",
	}
	if v.PresetAttributes == nil {
		v.PresetAttributes = map[string]identity.TypedAttribute{}
	}
	for _, name := range condition.Names() {
		attribute, known := identity.BaseAttribute(name)
		if !known {
			attribute = identity.PolicyAttribute{Name: name}
		}
		v.PolicyAttributes = append(v.PolicyAttributes, attribute)
	}
	return v, nil
}

type policySimulation struct {
	ID   string `param:"policyId"`
	Body struct {
		AttributeData map[string]identity.TypedAttribute `json:"attributeData"`
	} `body:""`
}

// policyResult is the schema PolicyTestResult.
type policyResult struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Results []conditionResult `json:"policyConditionResults"`
	Result  string            `json:"result"`
}

// conditionResult is the schema PolicyConditionResult. Where the comparison
// could not be made, there is no result.
type conditionResult struct {
	Name   string `json:"name"`
	Result *bool  `json:"result,omitempty"`
}

// The results of a simulation. Guess: nothing tells what the real ones are
// called.
const (
	simulatedAllow         = "ALLOW"          // the policy would let the request pass
	simulatedDeny          = "DENY"           // it would refuse it
	simulatedNotApplicable = "NOT_APPLICABLE" // it denies, but not this
	simulatedUndetermined  = "UNDETERMINED"   // it looks at what is not given, or at what mockcloud does not understand
)

// simulatePolicy evaluates a policy, active or not, with the attributes of the
// body alone.
func (f *Family) simulatePolicy(_ context.Context, c *handlers.Call, in policySimulation) (*policyResult, error) {
	p, err := identity.PeekAccessPolicy(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	given := make(map[string]identity.AttributeValue, len(in.Body.AttributeData))
	for _, name := range slices.Sorted(maps.Keys(in.Body.AttributeData)) {
		value, err := in.Body.AttributeData[name].Read()
		if err != nil {
			return nil, apierr.BadRequest(fmt.Sprintf("The attribute [%.200s] %v.", name, err)).OnField("attributeData")
		}
		given[name] = value
	}
	condition, err := p.Compiled()
	if err != nil {
		return nil, err
	}
	attributes := func(name string) (identity.AttributeValue, bool) {
		v, ok := given[name]
		return v, ok
	}
	v := &policyResult{ID: p.ID, Name: p.Name, Results: []conditionResult{}, Result: simulated(p.Effect, condition.Holds(attributes))}
	for _, result := range condition.Compare(attributes) {
		r := conditionResult{Name: result.Name}
		if result.Holds != identity.Unknown {
			holds := result.Holds == identity.Yes
			r.Result = &holds
		}
		v.Results = append(v.Results, r)
	}
	return v, nil
}

func simulated(effect string, holds identity.Truth) string {
	switch {
	case holds == identity.Unknown:
		return simulatedUndetermined
	case effect == identity.PolicyAllow && holds == identity.Yes:
		return simulatedAllow
	case effect == identity.PolicyDeny && holds == identity.No:
		return simulatedNotApplicable
	default:
		return simulatedDeny
	}
}
