package auth

import (
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
	Operation *spec.Operation // nil where none matched
	Claims    *Claims         // nil where no token was accepted
	Caller    *Caller         // nil where the token stands for nobody
	Divisions []string        // of the objects that the operation touches, as far as they were looked at
	Reason    string          // why the token was not accepted; "" where it was
	Outcome   *apierr.Error   // nil where the request passed
}

// Explanation is a Decision in words, ready to be encoded.
type Explanation struct {
	Decision     string       `json:"decision"` // "allowed" or the code of the refusal
	Reason       string       `json:"reason,omitempty"`
	Operation    string       `json:"operation,omitempty"`
	Organization string       `json:"organization,omitempty"`
	Token        *tokenFacts  `json:"token,omitempty"`
	Client       *named       `json:"client,omitempty"`
	User         *named       `json:"user,omitempty"`
	Scopes       *scopeFacts  `json:"scopes,omitempty"`
	Mode         string       `json:"mode,omitempty"` // ANY or ALL
	Permissions  []string     `json:"permissions,omitempty"`
	Divisions    []string     `json:"divisions,omitempty"`
	Grants       []grantFacts `json:"grants,omitempty"`
	MoreGrants   int          `json:"moreGrants,omitempty"` // left out of grants

	text func() string // the JSON, encoded when first wanted
}

type tokenFacts struct {
	ID      string `json:"id"`
	Expires string `json:"expires"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type scopeFacts struct {
	Enforced bool     `json:"enforced"`
	Accepted []string `json:"accepted"`
	Client   []string `json:"client"`
}

type grantFacts struct {
	Role     string   `json:"role"`
	Division string   `json:"division"`
	Group    string   `json:"group,omitempty"` // through which it is inherited
	Permits  []string `json:"permits"`         // which of the permissions asked for
}

// maxExplainedGrants keeps the explanation inside what a response header can
// hold.
const maxExplainedGrants = 16

// Explain puts the decision in words. tx must see the caller's organization; it
// may be nil, and then the grants are left out.
func (d *Decision) Explain(tx *store.Tx) *Explanation {
	if d.Caller == nil || d.Operation == nil || d.Outcome == nil || tx == nil {
		return d.explain(tx)
	}
	// A client that is refused once tends to be refused often.
	known := d.Caller.verdict(d.Operation)
	if known == nil || known.refusal != d.Outcome {
		return d.explain(tx)
	}
	e := known.explanation.Load()
	if e == nil {
		e = d.explain(tx)
		known.explanation.Store(e)
	}
	return e
}

func (d *Decision) explain(tx *store.Tx) *Explanation {
	e := &Explanation{Decision: "allowed", Reason: d.Reason, Divisions: d.Divisions}
	e.text = sync.OnceValue(e.encode)
	if d.Outcome != nil {
		e.Decision = d.Outcome.Code
	}
	if d.Claims != nil {
		e.Token = &tokenFacts{ID: d.Claims.ID, Expires: time.Unix(d.Claims.Expires, 0).UTC().Format(clock.Layout)}
	}
	var facts *spec.Facts
	if d.Operation != nil {
		facts = d.Operation.Facts()
		e.Operation = d.Operation.ID
		e.Mode = facts.Mode.String()
		for _, p := range facts.Permissions {
			e.Permissions = append(e.Permissions, p.String())
		}
	}
	if d.Caller == nil {
		return e
	}
	c := d.Caller
	e.Organization = short(c.Org.Name)
	e.Client = &named{ID: c.Client.ID, Name: short(c.Client.Name)}
	if c.User != nil {
		e.User = &named{ID: c.User.ID, Name: short(c.User.Name)}
	}
	if facts == nil {
		return e
	}
	if c.User != nil {
		e.Scopes = &scopeFacts{Enforced: c.Org.Settings.EnforceScopes, Accepted: facts.Scopes, Client: c.Client.Scope}
	}
	if tx == nil {
		return e
	}
	held, err := c.Held(tx)
	if err != nil {
		e.Reason = "the grants could not be read"
	}
	for _, h := range held {
		e.Grants = append(e.Grants, explainGrant(tx, h, facts.Permissions))
	}
	// Those that permit something come first, since there may be no room for all.
	slices.SortStableFunc(e.Grants, func(a, b grantFacts) int { return len(b.Permits) - len(a.Permits) })
	if len(e.Grants) > maxExplainedGrants {
		e.MoreGrants = len(e.Grants) - maxExplainedGrants
		e.Grants = e.Grants[:maxExplainedGrants]
	}
	return e
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

// short cuts a name down to what a header has room for.
func short(name string) string {
	if len(name) <= 80 {
		return name
	}
	return strings.ToValidUTF8(name[:80], "") + "…"
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
