package authorization

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// policyBody is what a client can say of a policy. The target is that of the
// path, and stays what it is.
type policyBody struct {
	Name             string                             `json:"name"`
	Description      string                             `json:"description"`
	Subject          identity.PolicySubject             `json:"subject"`
	Effect           string                             `json:"effect"`
	Condition        json.RawMessage                    `json:"condition"`
	PresetAttributes map[string]identity.TypedAttribute `json:"presetAttributes"`
	Active           bool                               `json:"active"`
	ApplyToClients   bool                               `json:"applyToClients"`
}

// policy is the policy that the body describes.
func (b *policyBody) policy(c *handlers.Call, id, target string) *identity.AccessPolicy {
	p := &identity.AccessPolicy{
		ID: id, Name: b.Name, Description: b.Description, Target: target, Subject: b.Subject, Effect: b.Effect,
		Active: b.Active, ApplyToClients: b.ApplyToClients, Condition: b.Condition, Preset: b.PresetAttributes, Modified: clock.At(c.Now()),
	}
	if p.Subject.Type == identity.PolicyForAll {
		p.Subject.ID = identity.EverybodyID
	}
	if string(p.Condition) == "null" {
		p.Condition = nil
	}
	return p
}

// policyProblem is something that is wrong with a policy.
type policyProblem struct {
	kind    string // see below
	field   string
	message string
}

// The kinds of problem, which validation tells as errorType. Guess: nothing
// tells what the real ones are called.
const (
	problemInvalid      = "INVALID"       // the policy cannot be stored
	problemNotEvaluated = "NOT_EVALUATED" // it can, but mockcloud does not understand a part of its condition
	problemNotEnforced  = "NOT_ENFORCED"  // it can, but never decides
)

// checkPolicy finds what is wrong with a policy.
func checkPolicy(c *handlers.Call, p *identity.AccessPolicy) ([]policyProblem, error) {
	var problems []policyProblem
	add := func(kind, field, message string) {
		problems = append(problems, policyProblem{kind, field, message})
	}
	switch target, err := spec.ParsePermission(p.Target); {
	case err != nil, target.General(), strings.ContainsAny(p.Target, "*\x00"):
		add(problemInvalid, "targetName", fmt.Sprintf("The target [%.200s] is not of the form domain:entity:action.", p.Target))
	case auth.PolicyExempt(target):
		add(problemNotEnforced, "targetName", "Policies never apply to the permissions on policies, so that each can be undone.")
	case !askedFor(c.Catalogue, target):
		add(problemNotEnforced, "targetName", fmt.Sprintf("No operation asks for the permission [%s].", p.Target))
	}
	if err := checkSubject(c, p.Subject); err != nil {
		unknown, ok := errors.AsType[errSubject](err)
		if !ok {
			return nil, err
		}
		add(problemInvalid, unknown.field, unknown.message)
	} else if p.Subject.Type == identity.PolicyForTeam {
		add(problemNotEnforced, "subject", "mockcloud does not know who is in a team.")
	}
	if utf8.RuneCountInString(p.Name) > maxNameLength {
		add(problemInvalid, "name", fmt.Sprintf("The name may have %d characters.", maxNameLength))
	}
	if utf8.RuneCountInString(p.Description) > maxPolicyText {
		add(problemInvalid, "description", fmt.Sprintf("The description may have %d characters.", maxPolicyText))
	}
	if size := presetSize(p.Preset); len(p.Preset) > maxPresets || size > maxPresetSize {
		add(problemInvalid, "presetAttributes", fmt.Sprintf("A policy may have %d preset attributes, of %d bytes together.", maxPresets, maxPresetSize))
		return problems, nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.Preset)) {
		typed := p.Preset[name]
		_, base := identity.BaseAttribute(name)
		switch _, err := typed.Read(); {
		case name == "":
			add(problemInvalid, "presetAttributes", "A preset attribute needs a name.")
		case base:
			add(problemInvalid, "presetAttributes", fmt.Sprintf("The name of the preset attribute [%s] is that of one of the system's.", name))
		case !identity.ValidAttributeType(typed.Type):
			add(problemInvalid, "presetAttributes", fmt.Sprintf("The preset attribute [%.200s] has no type, or one that does not exist.", name))
		case err != nil:
			add(problemNotEvaluated, "presetAttributes", fmt.Sprintf("The preset attribute [%.200s] %v.", name, err))
		}
	}
	condition, err := identity.CompileCondition(p.Condition, p.Preset)
	if err != nil {
		add(problemInvalid, "condition", sentence(err.Error()))
		return problems, nil
	}
	for _, problem := range condition.Problems() {
		add(problemNotEvaluated, problem.Where, problem.Reason)
	}
	return problems, nil
}

func presetSize(preset map[string]identity.TypedAttribute) (size int) {
	for name, typed := range preset {
		size += len(name) + len(typed.Type) + len(typed.Value)
	}
	return size
}

// askedFor says whether any operation asks for the permission.
func askedFor(catalogue *spec.Catalogue, p spec.Permission) bool {
	return slices.ContainsFunc(catalogue.Permissions(), func(known spec.Permission) bool { return known.String() == p.String() })
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// errSubject says what is wrong with the subject of a policy.
type errSubject struct{ field, message string }

func (e errSubject) Error() string { return e.message }

// checkSubject refuses subjects that do not exist. Teams are taken as they are.
func checkSubject(c *handlers.Call, s identity.PolicySubject) error {
	var err error
	switch s.Type {
	case identity.PolicyForAll:
		return nil
	case identity.PolicyForUser:
		_, err = identity.ActiveUserByID(c.Tx, s.ID)
	case identity.PolicyForClient:
		_, err = identity.PeekClient(c.Tx, s.ID, c.Now())
	case identity.PolicyForGroup:
		_, err = identity.PeekGroup(c.Tx, s.ID)
	case identity.PolicyForTeam:
		// The id of everybody would hide the policy from who looks for it.
		if s.ID == "" || len(s.ID) > 100 || strings.ContainsRune(s.ID, 0) || identity.PolicySubjectID(s.ID) == identity.EverybodyID {
			err = store.ErrNotFound
		}
	default:
		return errSubject{"subject.type", "The policy needs a subject of the type USER, CLIENT, GROUP, TEAM or ALL."}
	}
	if _, missing := errors.AsType[*apierr.Error](err); missing || errors.Is(err, store.ErrNotFound) {
		return errSubject{"subject.id", fmt.Sprintf("There is no subject of the type %s with the id [%.100s].", s.Type, s.ID)}
	}
	return err
}

// mayStore refuses a policy that validation finds invalid. What mockcloud merely
// does not evaluate or enforce is stored.
//
// Guess: the code, the specification lists none of its own.
func mayStore(c *handlers.Call, p *identity.AccessPolicy) error {
	problems, err := checkPolicy(c, p)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if problem.kind == problemInvalid {
			return apierr.BadRequest(problem.message).OnField(problem.field)
		}
	}
	return nil
}

type policyWrite struct {
	Target string     `param:"targetName"`
	Body   policyBody `body:""`
}

// createPolicy adds the policy for a target and subject that have none.
func (f *Family) createPolicy(_ context.Context, c *handlers.Call, in policyWrite) (*policyView, error) {
	return insertPolicy(c, in.Body.policy(c, c.NewID(), in.Target))
}

func insertPolicy(c *handlers.Call, p *identity.AccessPolicy) (*policyView, error) {
	if err := mayStore(c, p); err != nil {
		return nil, err
	}
	n, err := identity.AccessPolicies.Count(c.Tx)
	if err != nil {
		return nil, err
	}
	if n >= maxPolicies {
		return nil, apierr.BadRequest(fmt.Sprintf("An organization cannot have more than %d access policies.", maxPolicies))
	}
	if err := identity.AccessPolicies.Insert(c.Tx, p); err != nil {
		return nil, policyTaken(c, err)
	}
	return viewPolicy(p), nil
}

// policyTaken turns the store's refusal of a second policy for one target and
// subject into the API's.
func policyTaken(c *handlers.Call, err error) error {
	if errors.Is(err, store.ErrExists) {
		// Only creating lists the code; the words are the same.
		return c.Documented(http.StatusConflict, "policy.already.exists", "Policy already exists for specified target and subject")
	}
	return err
}

// putPolicy replaces the policy that the target has for the subject of the
// body.
//
// Guess: without one it creates it, since both edit and add permit it.
func (f *Family) putPolicy(_ context.Context, c *handlers.Call, in policyWrite) (*policyView, error) {
	p := in.Body.policy(c, "", in.Target)
	old, err := identity.AccessPolicyOf(c.Tx, p.Target, p.Subject.ID)
	if _, missing := errors.AsType[*apierr.Error](err); missing {
		p.ID = c.NewID()
		return insertPolicy(c, p)
	}
	if err != nil {
		return nil, err
	}
	p.ID = old.ID
	return updatePolicy(c, p)
}

func updatePolicy(c *handlers.Call, p *identity.AccessPolicy) (*policyView, error) {
	if err := mayStore(c, p); err != nil {
		return nil, err
	}
	if err := identity.AccessPolicies.Put(c.Tx, p); err != nil {
		return nil, policyTaken(c, err)
	}
	return viewPolicy(p), nil
}

type policyChange struct {
	ID   string     `param:"policyId"`
	Body policyBody `body:""`
}

// replacePolicy replaces all but the target. The subject may change to one that
// has no policy at the target.
func (f *Family) replacePolicy(_ context.Context, c *handlers.Call, in policyChange) (*policyView, error) {
	old, err := identity.PeekAccessPolicy(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	return updatePolicy(c, in.Body.policy(c, old.ID, old.Target))
}
