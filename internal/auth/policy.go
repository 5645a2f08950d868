package auth

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

const textPolicyDenied = "Unable to perform the requested action. Your organization's security policies have denied access. Policy ID(s): [{policies}]"

// CheckPolicies applies the organization's access policies to a caller that
// Authorize has let pass. Those count whose target is one of the operation's
// permissions that the caller holds, wherever it holds it. It tells which
// policies were looked at and what came of each; the error is a refusal or the
// store's. Nothing is kept for the next request: what conditions look at, such
// as the time, may have changed by then.
//
// from is the address of the request; the zero value is not known.
//
// Guess: every permission of the operation that the caller holds is looked at,
// also where another one would have sufficed, since a policy is about what the
// permission is for. So policies bind holders of the general permission admin
// too: they are stricter than roles.
func (a *Authority) CheckPolicies(tx *store.Tx, c *Caller, op *spec.Operation, from netip.Addr) (looked []string, err error) {
	return a.CheckPoliciesOn(tx, c, op.Facts().Permissions, from)
}

// CheckPoliciesOn is CheckPolicies for permissions that an operation asks for
// beside those that the catalogue lists.
func (a *Authority) CheckPoliciesOn(tx *store.Tx, c *Caller, permissions []spec.Permission, from netip.Addr) (looked []string, err error) {
	if n, err := identity.AccessPolicies.Count(tx); err != nil || n == 0 {
		return nil, err
	}
	r := &policyRequest{tx: tx, caller: c, now: a.config.Clock.Now(), from: from}
	var refusing []string
	for _, p := range permissions {
		if PolicyExempt(p) || !identity.PolicyTargeted(tx, p.String()) || !c.Permits(tx, p, "") {
			continue
		}
		ids, err := r.refusedBy(p, &looked)
		if err != nil {
			return looked, err
		}
		refusing = append(refusing, ids...)
	}
	if len(refusing) == 0 {
		return looked, nil
	}
	// The name of the parameter is a guess.
	return looked, apierr.WithParams(http.StatusForbidden, "authz.policy.denied", textPolicyDenied,
		map[string]string{"policies": strings.Join(refusing, ", ")})
}

// PolicyExempt says whether policies never apply to the permission: general
// ones, which no target can name, and those on policies themselves, so that
// whoever may undo a policy can always do so, whatever the policies say.
//
// Guess: newer versions of the real API check for lockouts when a policy is
// written, and let the client skip that.
func PolicyExempt(p spec.Permission) bool {
	return p.General() || (p.Domain == "authorization" && p.Entity == "policy")
}

// policyRequest is a request as policies see it. What takes reading is read once,
// however many conditions look at it.
type policyRequest struct {
	tx       *store.Tx
	caller   *Caller
	now      time.Time
	from     netip.Addr
	subjects []string                           // see subjectIDs
	lists    map[string]identity.AttributeValue // of groups and roles, by attribute
}

// refusedBy returns the ids of the policies that refuse the use of the
// permission. A policy that denies comes before all that allow; of those that
// allow, one whose condition holds suffices, or may hold for all that mockcloud
// can tell.
//
// Guess: that ALLOW refuses where no condition holds; that policies for other
// subjects are no reason to refuse.
func (r *policyRequest) refusedBy(p spec.Permission, looked *[]string) ([]string, error) {
	subjects, err := r.subjectIDs()
	if err != nil {
		return nil, err
	}
	policies, err := identity.ActivePolicies(r.tx, p.String(), subjects)
	if err != nil {
		return nil, err
	}
	var denying, failing []string
	allowed := false
	for _, policy := range policies {
		if !r.binds(policy) {
			continue
		}
		condition, err := policy.Compiled()
		if err != nil {
			return nil, err
		}
		holds := condition.Holds(r.attribute)
		*looked = append(*looked, describe(policy, condition, holds))
		switch {
		case policy.Effect == identity.PolicyDeny && holds == identity.Yes:
			denying = append(denying, policy.ID)
		case policy.Effect == identity.PolicyAllow && holds == identity.No:
			failing = append(failing, policy.ID)
		case policy.Effect == identity.PolicyAllow:
			allowed = true
		}
	}
	if len(denying) == 0 && !allowed {
		return failing, nil
	}
	return denying, nil
}

// describe says in a line what came of a policy.
func describe(p *identity.AccessPolicy, c *identity.Condition, holds identity.Truth) string {
	line := fmt.Sprintf("%s %s %s for %s %s: ", p.ID, p.Effect, p.Target, p.Subject.Type, p.Subject.ID)
	if p.Name != "" {
		line = short(p.Name) + " " + line
	}
	switch {
	case len(p.Condition) == 0:
		return line + "it has no condition"
	case holds == identity.Yes:
		return line + "the condition holds"
	case holds == identity.No:
		return line + "the condition does not hold"
	case len(c.Problems()) > 0:
		return line + "the condition cannot be evaluated, so it does not decide: " + c.Problems()[0].Reason
	default:
		return line + "the condition looks at what is not known, so it does not decide"
	}
}

// subjectIDs are the subjects of the policies that may bind the caller:
// everybody, the caller itself and its groups, whether these hand down roles or
// not.
func (r *policyRequest) subjectIDs() ([]string, error) {
	if r.subjects != nil {
		return r.subjects, nil
	}
	groups, err := r.list(identity.AttrSubjectGroups)
	if err != nil {
		return nil, err
	}
	r.subjects = append([]string{identity.EverybodyID, r.caller.Subject().ID}, groups.Texts...)
	return r.subjects, nil
}

// list is the attribute of that name, which holds groups or roles.
func (r *policyRequest) list(name string) (identity.AttributeValue, error) {
	if known, ok := r.lists[name]; ok {
		return known, nil
	}
	read := r.groups
	if name != identity.AttrSubjectGroups {
		read = func() ([]string, error) { return r.roles(name == identity.AttrSubjectRoleNames) }
	}
	texts, err := read()
	if err != nil {
		return identity.AttributeValue{}, err
	}
	if r.lists == nil {
		r.lists = make(map[string]identity.AttributeValue)
	}
	r.lists[name] = identity.ListValue(texts)
	return r.lists[name], nil
}

func (r *policyRequest) groups() ([]string, error) {
	var ids []string
	if r.caller.User == nil {
		return nil, nil
	}
	for group, err := range identity.GroupsOf(r.tx, r.caller.User.ID) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, group.ID)
	}
	return ids, nil
}

// binds says whether the policy, which names the caller's subject, is meant for
// this kind of caller. There are no teams whose members could be told.
func (r *policyRequest) binds(p *identity.AccessPolicy) bool {
	switch p.Subject.Type {
	case identity.PolicyForAll:
		return r.caller.User != nil || p.ApplyToClients
	case identity.PolicyForUser, identity.PolicyForGroup:
		return r.caller.User != nil
	case identity.PolicyForClient:
		return r.caller.User == nil
	default:
		return false
	}
}

// attribute is what is known of the request under that name.
func (r *policyRequest) attribute(name string) (identity.AttributeValue, bool) {
	user, client := r.caller.User, r.caller.Client
	if user == nil {
		// A client has none of what only people have.
		user = &identity.User{ID: client.ID, Name: client.Name, State: client.State}
	}
	switch name {
	case identity.AttrSubjectID:
		return identity.StringValue(user.ID), true
	case identity.AttrSubjectType:
		if r.caller.User == nil {
			return identity.StringValue(identity.PolicyForClient), true
		}
		return identity.StringValue(identity.PolicyForUser), true
	case identity.AttrSubjectName:
		return identity.StringValue(user.Name), true
	case identity.AttrSubjectEmail:
		return identity.StringValue(user.Email), true
	case identity.AttrSubjectState:
		return identity.StringValue(user.State), true
	case identity.AttrSubjectDepartment:
		return identity.StringValue(user.Department), true
	case identity.AttrSubjectTitle:
		return identity.StringValue(user.Title), true
	case identity.AttrSubjectDivision:
		return identity.StringValue(user.DivisionID), true
	case identity.AttrSubjectGroups, identity.AttrSubjectRoles, identity.AttrSubjectRoleNames:
		list, err := r.list(name)
		return list, err == nil
	case identity.AttrClientID:
		return identity.StringValue(client.ID), true
	case identity.AttrRequestTime:
		return identity.AttributeValue{Type: identity.AttrTime, Texts: []string{r.now.UTC().Format(clock.Layout)}}, true
	case identity.AttrRequestIP:
		return identity.AttributeValue{Type: identity.AttrIPAddress, Texts: []string{r.from.String()}}, r.from.IsValid()
	default:
		return identity.AttributeValue{}, false
	}
}

// roles lists the ids or names of the roles that the caller holds anywhere.
func (r *policyRequest) roles(names bool) ([]string, error) {
	var roles []string
	seen := make(map[string]bool)
	for h, err := range identity.Holdings(r.tx, r.caller.Subject()) {
		if err != nil {
			return nil, err
		}
		if seen[h.RoleID] {
			continue
		}
		seen[h.RoleID] = true
		role := h.RoleID
		if names {
			role = identity.RoleName(r.tx, h.RoleID)
		}
		roles = append(roles, role)
	}
	return roles, nil
}
