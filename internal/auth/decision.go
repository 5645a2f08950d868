package auth

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Decision is what was looked at to let a request pass or to refuse it. It only
// holds references until somebody asks for the explanation.
type Decision struct {
	Operation *spec.Operation   // nil where none matched
	Claims    *Claims           // nil where no token was accepted
	Caller    *Caller           // nil where the token stands for nobody
	Divisions []string          // of the objects that the operation touches, as far as they were looked at
	Passed    []Passed          // the permissions that were found, and the grants that gave them
	Wanted    []spec.Permission // what the operation asked for beside what the catalogue lists; nil most often
	Policies  []string          // access policies that bind the caller here, and what came of each
	Reason    string            // why the token was not accepted; "" where it was
	Outcome   *apierr.Error     // nil where the request passed
}

// Explanation is a Decision in words, ready to be encoded.
type Explanation struct {
	Decision     string        `json:"decision"` // "allowed" or the code of the refusal
	Reason       string        `json:"reason,omitempty"`
	Operation    string        `json:"operation,omitempty"`
	Organization string        `json:"organization,omitempty"`
	Token        *tokenFacts   `json:"token,omitempty"`
	Client       *named        `json:"client,omitempty"`
	User         *named        `json:"user,omitempty"`
	Groups       []groupFacts  `json:"groups,omitempty"` // that the user is in
	Scopes       *scopeFacts   `json:"scopes,omitempty"`
	Mode         string        `json:"mode,omitempty"` // ANY, ALL or NONE; ModeUnknown where nobody knows the permission
	Permissions  []string      `json:"permissions,omitempty"`
	Divisions    []string      `json:"divisions,omitempty"` // ids
	DecidedBy    []passedFacts `json:"decidedBy,omitempty"` // the grants that gave the permissions
	Policies     []string      `json:"policies,omitempty"`  // access policies that were looked at, and what came of each
	WouldPass    *Remedy       `json:"wouldPass,omitempty"` // what was missing
	Grants       []grantFacts  `json:"grants,omitempty"`
	MoreGrants   int           `json:"moreGrants,omitempty"` // left out of grants
	ReadLater    bool          `json:"readLater,omitempty"`  // groups and grants are those of now, not of the time of the request

	text func() string // the JSON, encoded when first wanted
}

// ModeUnknown is the mode of operations whose permission is not known.
const ModeUnknown = "UNKNOWN"

// openReason says why nobody was asked who calls.
const openReason = "the operation is open: it needs no token"

// unknownReason says what the rule is there.
const unknownReason = "it is not known which permission the operation asks for: reading takes a token alone, writing a role that gives more than employee, too"

type tokenFacts struct {
	ID      string `json:"id"`
	Expires string `json:"expires"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type groupFacts struct {
	named
	RolesEnabled bool `json:"rolesEnabled"` // only then are its roles inherited
}

type scopeFacts struct {
	Enforced bool     `json:"enforced"`
	Accepted []string `json:"accepted"`
	Client   []string `json:"client"`
	Token    []string `json:"token,omitempty"` // where the token has fewer: those that were asked for, or approved
}

type grantFacts struct {
	Role     string   `json:"role"`
	Division string   `json:"division"`
	Group    string   `json:"group,omitempty"` // through which it is inherited
	Permits  []string `json:"permits"`         // which of the permissions asked for
}

type passedFacts struct {
	Permission string `json:"permission"`
	Asked      string `json:"in,omitempty"` // the division that was asked about; none where any would do
	Role       string `json:"role"`
	Division   string `json:"division"`
	Group      string `json:"group,omitempty"`
}

// How many things of a kind an explanation names, to stay inside what a
// response header can hold.
const (
	maxExplainedGrants = 16
	maxExplained       = 16
	maxExplainedScopes = 130 // there are 124
	maxName            = 80  // bytes
	maxReason          = 200 // bytes
)

// Explain puts the decision in words. tx must see the caller's organization; it
// may be nil, and then groups and grants are left out.
func (d *Decision) Explain(tx *store.Tx) *Explanation {
	var known *verdict
	if d.Caller != nil && d.Operation != nil && d.Outcome != nil && tx != nil {
		known = d.Caller.verdict(d.Operation)
	}
	if known != nil && known.refusal != d.Outcome {
		known = nil
	}
	// A client that is refused once tends to be refused often.
	if known != nil {
		if e := known.explanation.Load(); e != nil {
			return e
		}
	}
	trace := d.Trace()
	e := trace.explain(tx)
	if known != nil {
		known.explanation.Store(e)
	}
	return e
}

// explain reads groups and grants from tx, unless that is nil.
func (t *Trace) explain(tx *store.Tx) *Explanation {
	e := &Explanation{Decision: "allowed", Reason: t.reason, Divisions: t.divisions, Policies: t.policies}
	e.text = sync.OnceValue(e.encode)
	if t.code != "" {
		e.Decision = t.code
	}
	if t.token != "" {
		e.Token = &tokenFacts{ID: t.token, Expires: time.Unix(t.expires, 0).UTC().Format(clock.Layout)}
	}
	var facts *spec.Facts
	wanted := t.wanted
	if t.operation != nil {
		facts = t.operation.Facts()
		e.Operation = t.operation.ID
		e.Mode = facts.Mode.String()
		if facts.UnknownPermission {
			e.Mode = ModeUnknown
		}
		if facts.Auth == spec.Open && e.Reason == "" {
			e.Reason = openReason
		}
		wanted = slices.Concat(facts.Permissions, t.wanted)
		for _, p := range wanted {
			e.Permissions = append(e.Permissions, p.String())
		}
	}
	if t.client.ID == "" {
		return e
	}
	e.Organization = t.org.Name
	e.Client = &t.client
	if t.user.ID != "" {
		e.User = &t.user
	}
	if e.Mode == ModeUnknown && e.Reason == "" {
		e.Reason = unknownReason
	}
	for i := range t.passed {
		// What was found in any division is said only where no division was asked about.
		p := &t.passed[i]
		if p.Division != "" || !slices.ContainsFunc(t.passed, func(o Passed) bool { return o.Permission == p.Permission && o.Division != "" }) {
			e.DecidedBy = append(e.DecidedBy, p.explain(tx))
		}
	}
	if facts == nil {
		return e
	}
	if e.User != nil && !t.builtin {
		e.Scopes = &scopeFacts{Enforced: t.enforced, Accepted: facts.Scopes, Client: t.scopes}
		if !slices.Equal(t.scopes, t.narrowed) {
			e.Scopes.Token = append([]string{}, t.narrowed...)
		}
	}
	if tx == nil {
		return e
	}
	held, err := identity.HeldBy(tx, t.subject())
	if err == nil {
		e.Groups, err = explainGroups(tx, t.user.ID)
	}
	if err == nil {
		e.WouldPass, err = t.remedy(tx, held)
	}
	if err != nil {
		e.Reason = "the grants could not be read"
	}
	if len(wanted) == 0 && e.Mode != ModeUnknown {
		return e
	}
	for _, h := range held {
		e.Grants = append(e.Grants, explainGrant(tx, h, wanted))
	}
	// Those that permit something come first, since there may be no room for all.
	slices.SortStableFunc(e.Grants, func(a, b grantFacts) int { return len(b.Permits) - len(a.Permits) })
	if len(e.Grants) > maxExplainedGrants {
		e.MoreGrants = len(e.Grants) - maxExplainedGrants
		e.Grants = e.Grants[:maxExplainedGrants]
	}
	return e
}

// explain names the grant. tx may be nil.
func (p *Passed) explain(tx *store.Tx) passedFacts {
	f := passedFacts{Permission: cmp.Or(p.Permission.String(), "?"), Role: short(p.role), Division: p.DivisionID, Group: short(p.group), Asked: p.Division}
	if tx != nil {
		f.Division = short(identity.DivisionName(tx, p.DivisionID))
		if p.Division != "" {
			f.Asked = short(identity.DivisionName(tx, p.Division))
		}
	}
	return f
}

func explainGroups(tx *store.Tx, user string) ([]groupFacts, error) {
	var groups []groupFacts
	if user == "" {
		return nil, nil
	}
	for g, err := range identity.GroupsOf(tx, user) {
		if err != nil || len(groups) == maxExplained {
			return groups, err
		}
		groups = append(groups, groupFacts{named: named{ID: g.ID, Name: short(g.Name)}, RolesEnabled: g.RolesEnabled})
	}
	return groups, nil
}

func explainGrant(tx *store.Tx, h identity.Held, wanted []spec.Permission) grantFacts {
	g := grantFacts{Role: short(identity.RoleName(tx, h.RoleID)), Division: short(identity.DivisionName(tx, h.DivisionID)), Permits: []string{}}
	if h.Via != nil {
		g.Group = short(h.Via.Name)
	}
	role, err := identity.Roles.Peek(tx, h.RoleID)
	if err != nil {
		return g
	}
	for _, p := range wanted {
		if role.Allows(p.Domain, p.Entity, p.Action) {
			g.Permits = append(g.Permits, p.String())
		}
	}
	return g
}

// EndingIn is the same explanation of a request that was refused later, for
// another reason than access, such as a body that is not valid.
func (e *Explanation) EndingIn(code string) *Explanation {
	if e.Decision == code {
		return e
	}
	other := *e
	other.Decision = code
	other.text = sync.OnceValue(other.encode)
	return &other
}

// LogValue implements slog.LogValuer.
func (e *Explanation) LogValue() slog.Value { return slog.StringValue(e.text()) }

// JSON is the explanation as JSON text in ASCII, fit for a header.
func (e *Explanation) JSON() string { return e.text() }

func (e *Explanation) encode() string {
	text, err := json.Marshal(e)
	if err != nil {
		return e.Decision // cannot happen: there is nothing in it that JSON lacks
	}
	return asciiJSON(text)
}

// asciiJSON escapes what a header cannot carry.
func asciiJSON(text []byte) string {
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r < 0x7f:
			b.WriteByte(byte(r))
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
