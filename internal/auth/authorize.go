package auth

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Authorize decides whether the caller may use the operation at all: scope,
// then permission in any division, then the kind of token (decisions.md 4). The
// division of the object that the operation touches comes later, with
// AuthorizeIn, when the object is known. It also tells what permitted it.
func (c *Caller) Authorize(tx *store.Tx, op *spec.Operation) ([]Passed, *apierr.Error) {
	if c.verdicts == nil {
		return c.judge(tx, op)
	}
	if known := c.verdict(op); known != nil {
		return known.passed, known.refusal
	}
	fresh := &verdict{}
	fresh.passed, fresh.refusal = c.judge(tx, op)
	c.verdicts.Store(op, fresh)
	return fresh.passed, fresh.refusal
}

// verdict is what Authorize found about one operation. All of it is shared and
// must not be changed.
type verdict struct {
	passed      []Passed
	refusal     *apierr.Error
	explanation atomic.Pointer[Explanation]
}

// Passed is a permission that was asked for, and the grant that gave it. The
// permission is empty where it is not known which one the operation asks for.
type Passed struct {
	Permission spec.Permission
	Division   string // that was asked about; "" where any would do
	grant
}

// grant is a grant by the ids and names of what is in it.
type grant struct {
	identity.Pair
	role  string // name
	group string // name of the group through which it came; "" where it is the caller's own
}

// PassedBefore says whether the token was let pass for the operation when that
// was last looked at. It promises nothing: much may have changed since.
func (c *Claims) PassedBefore(op *spec.Operation) bool {
	caller := c.caller.Load()
	if caller == nil {
		return false
	}
	known := caller.verdict(op)
	return known != nil && known.refusal == nil
}

// verdict returns what is known of the operation, or nil.
func (c *Caller) verdict(op *spec.Operation) *verdict {
	if c.verdicts == nil {
		return nil
	}
	known, ok := c.verdicts.Load(op)
	if !ok {
		return nil
	}
	return known.(*verdict)
}

func (c *Caller) judge(tx *store.Tx, op *spec.Operation) ([]Passed, *apierr.Error) {
	facts := op.Facts()
	if !c.inScope(facts) {
		return nil, scopeRefusal(facts.Scopes)
	}
	var passed []Passed
	switch facts.Mode {
	case spec.Any:
		if passed = c.firstOf(tx, facts.Permissions, ""); passed == nil {
			return nil, missingAny(facts.Permissions)
		}
	case spec.All:
		var missing []spec.Permission
		for _, p := range facts.Permissions {
			if g, ok := c.permittedBy(tx, p, ""); ok {
				passed = append(passed, Passed{Permission: p, grant: g})
			} else {
				missing = append(missing, p)
			}
		}
		if len(missing) > 0 {
			return nil, missingAll(missing)
		}
	case spec.None:
		if facts.UnknownPermission && writes(op.Method) {
			g, ok := c.beyondEmployee(tx)
			if !ok {
				return nil, notAuthorized()
			}
			passed = []Passed{{grant: g}}
		}
	}
	switch {
	case facts.UserContext && c.User == nil:
		return passed, NotAUser()
	case facts.ClientContext && c.User != nil:
		return passed, apierr.New(http.StatusBadRequest, "not.a.client",
			"This request requires a non-user context. User token cannot be used for requests to this resource.")
	}
	return passed, nil
}

// writes tells whether requests of the method change something, as far as the
// method says. Queries that are sent with POST count among them.
func writes(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// beyondEmployee returns a grant of the caller that permits something and is not
// of the role that everybody holds. It is what a write takes whose permission is
// not known.
//
// Guess: the real service asks for some permission, which employees most likely
// lack; which one is not published.
func (c *Caller) beyondEmployee(tx *store.Tx) (grant, bool) {
	for h, err := range identity.Holdings(tx, c.Subject()) {
		if err != nil {
			return grant{}, false
		}
		role, err := identity.Roles.Peek(tx, h.RoleID)
		if err != nil || role.DefaultRoleID == identity.EmployeeRole || len(role.Permissions)+len(role.Policies) == 0 {
			continue
		}
		g := grant{Pair: h.Pair, role: role.Name}
		if h.Via != nil {
			g.group = h.Via.Name
		}
		return g, true
	}
	return grant{}, false
}

// firstOf returns the first of the permissions that the caller has in the
// division, as a list of one; nil where there is none.
func (c *Caller) firstOf(tx *store.Tx, alternatives []spec.Permission, division string) []Passed {
	for _, p := range alternatives {
		if g, ok := c.permittedBy(tx, p, division); ok {
			return []Passed{{Permission: p, Division: division, grant: g}}
		}
	}
	return nil
}

// AuthorizeIn decides whether the caller may use the operation on objects of
// these divisions. Permissions of things that do not live in divisions count
// wherever they are granted (authorization.md §5). It also tells what permitted
// it.
func (c *Caller) AuthorizeIn(tx *store.Tx, cat *spec.Catalogue, op *spec.Operation, divisions ...string) ([]Passed, *apierr.Error) {
	return c.authorizeIn(tx, op, func(p spec.Permission) bool { return cat.DivisionAware(p.Domain, p.Entity) }, divisions)
}

// AuthorizeWithin is AuthorizeIn for things that live in divisions as parts of
// others, so that the catalogue does not list them: every permission is asked for
// in the division.
func (c *Caller) AuthorizeWithin(tx *store.Tx, op *spec.Operation, divisions ...string) ([]Passed, *apierr.Error) {
	return c.authorizeIn(tx, op, func(spec.Permission) bool { return true }, divisions)
}

func (c *Caller) authorizeIn(tx *store.Tx, op *spec.Operation, aware func(spec.Permission) bool, divisions []string) ([]Passed, *apierr.Error) {
	facts := op.Facts()
	var passed []Passed
	in := func(p spec.Permission, division string) bool {
		asked := division
		if !aware(p) {
			asked = ""
		}
		g, ok := c.permittedBy(tx, p, asked)
		if ok {
			passed = append(passed, Passed{Permission: p, Division: division, grant: g})
		}
		return ok
	}
	for _, division := range divisions {
		switch facts.Mode {
		case spec.Any:
			if !slices.ContainsFunc(facts.Permissions, func(p spec.Permission) bool { return in(p, division) }) {
				return passed, missingAnyIn(facts.Permissions, divisions)
			}
		case spec.All:
			for _, p := range facts.Permissions {
				if !in(p, division) {
					return passed, missingIn(p, division)
				}
			}
		case spec.None:
		}
	}
	return passed, nil
}

// inScope applies the scopes of the client. They never apply to
// client-credentials tokens nor to mockcloud's own client, and only where the
// organization enforces them (decisions.md 9).
func (c *Caller) inScope(facts *spec.Facts) bool {
	if !c.Org.Settings.EnforceScopes || c.User == nil || c.Builtin || len(facts.Scopes) == 0 {
		return true
	}
	scopes := c.Scopes()
	return slices.ContainsFunc(facts.Scopes, func(s string) bool { return slices.Contains(scopes, s) })
}

// RequireScope refuses a token whose scopes hold none of these, where scopes
// count. It is for what is no operation of the catalogue.
func (c *Caller) RequireScope(scopes ...string) *apierr.Error {
	if c.inScope(&spec.Facts{Scopes: scopes}) {
		return nil
	}
	return scopeRefusal(scopes)
}

// Scopes are those of the token: the client's, unless the request for the token
// asked for fewer, or the organization that enforces scopes has approved fewer.
func (c *Caller) Scopes() []string {
	scopes := c.Client.Scope
	if c.Claims.Scope != "" {
		scopes = slices.DeleteFunc(strings.Fields(c.Claims.Scope), func(s string) bool { return !c.Client.Has(s) })
	}
	if c.approval == nil || !c.Org.Settings.EnforceScopes || c.approval.Covers(c.Client) {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !c.approval.Has(s) })
}

const (
	textMissingAll   = "Unable to perform the requested action. You are missing the following permission(s): {permissions}"
	textMissingAny   = "Unable to perform the requested action. You must have at least one of the following permissions assigned: {permissions}"
	textMissingIn    = "Unable to perform the requested action. You are missing the following permission '{permissions}' in the provided division(s)."
	textMissingAnyIn = textMissingAny + " in at least one of the following division(s): {divisions}"
	textScope        = "App not authorized to use scope {scopes}"
)

// NotAUser is the refusal of operations that need a person behind the token.
func NotAUser() *apierr.Error {
	return apierr.New(http.StatusBadRequest, "not.a.user",
		"This request requires a user context. Client credentials cannot be used for requests to this resource.")
}

// notAuthorized is the refusal of a write whose permission is not known. All
// operations document the code.
//
// Guess: the real service names the permission, as everywhere.
func notAuthorized() *apierr.Error {
	return apierr.New(http.StatusForbidden, "not.authorized", "You are not authorized to perform the requested action.")
}

func missingAll(missing []spec.Permission) *apierr.Error {
	return apierr.WithParams(http.StatusForbidden, "missing.permissions", textMissingAll, map[string]string{"permissions": bracketed(missing)})
}

func missingAny(alternatives []spec.Permission) *apierr.Error {
	return apierr.WithParams(http.StatusForbidden, "missing.any.permissions", textMissingAny, map[string]string{"permissions": bracketed(alternatives)})
}

// missingIn glues the division to the permission, as the real service is quoted
// (authorization.md §2.2).
func missingIn(p spec.Permission, division string) *apierr.Error {
	return apierr.WithParams(http.StatusForbidden, "missing.division.permission", textMissingIn,
		map[string]string{"permissions": "[" + p.String() + ":" + division + "]"})
}

func missingAnyIn(alternatives []spec.Permission, divisions []string) *apierr.Error {
	return apierr.WithParams(http.StatusForbidden, "missing.any.division.permissions", textMissingAnyIn,
		map[string]string{"permissions": bracketed(alternatives), "divisions": "[" + strings.Join(divisions, ", ") + "]"})
}

// scopeRefusal lists the acceptable scopes, read-only ones first
// (decisions.md 7).
func scopeRefusal(scopes []string) *apierr.Error {
	sorted := slices.Clone(scopes)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return apierr.WithParams(http.StatusForbidden, "app.not.authorized.for.scope", textScope,
		map[string]string{"scopes": "[" + strings.Join(sorted, ", ") + "]"})
}

func rank(scope string) int {
	if strings.HasSuffix(scope, ":readonly") {
		return 0
	}
	return 1
}

func bracketed(permissions []spec.Permission) string {
	texts := make([]string, len(permissions))
	for i, p := range permissions {
		texts[i] = p.String()
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// grantRefusal is the 403 of grant operations for a division in which the
// caller may not grant.
func grantRefusal() *apierr.Error {
	return apierr.New(http.StatusForbidden, "missing.division.permissions", "User doesn't have required permissions to the division.")
}

// MayGrantIn applies the organization's switch authorizationGrantDivisionAware:
// where it is on, grants can only be changed in divisions in which the caller
// holds the permissions for that (authorization.md §8).
func (c *Caller) MayGrantIn(tx *store.Tx, permissions []spec.Permission, pairs []identity.Pair) *apierr.Error {
	if !c.Org.Settings.GrantDivisionAware {
		return nil
	}
	for _, pair := range pairs {
		if slices.ContainsFunc(permissions, func(p spec.Permission) bool { return !c.Permits(tx, p, pair.DivisionID) }) {
			return grantRefusal()
		}
	}
	return nil
}
