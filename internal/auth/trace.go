package auth

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Trace is what is kept of a Decision, so that it can be explained later. It is
// small, however large the records are that were looked at, and refers to none of
// them.
type Trace struct {
	operation *spec.Operation
	token     string // id
	expires   int64  // seconds since 1970
	org       named
	client    named
	user      named    // without id where the token is the client's own
	builtin   bool     // the token is of mockcloud's own client
	enforced  bool     // scopes are
	scopes    []string // of the client
	narrowed  []string // of the token
	divisions []string
	passed    []Passed
	policies  []string // in words
	wanted    []spec.Permission
	reason    string
	code      string // of the refusal; "" where the request passed
	status    int    // of the refusal
}

// Trace returns what is to be kept of the decision.
func (d *Decision) Trace() Trace {
	t := Trace{
		operation: d.Operation, reason: d.Reason, wanted: d.Wanted,
		divisions: distinct(d.Divisions, maxExplained), passed: atMost(d.Passed, maxExplained),
		policies: atMost(d.Policies, maxExplained),
	}
	if d.Outcome != nil {
		t.code, t.status = d.Outcome.Code, d.Outcome.Status
		if t.reason == "" && t.status != http.StatusForbidden {
			t.reason = cut(d.Outcome.Message, maxReason)
		}
	}
	if d.Claims != nil {
		t.token, t.expires = d.Claims.ID, d.Claims.Expires
	}
	if c := d.Caller; c != nil {
		t.org = named{ID: c.Org.ID, Name: short(c.Org.Name)}
		t.client = named{ID: c.Client.ID, Name: short(c.Client.Name)}
		t.builtin, t.enforced = c.Builtin, c.Org.Settings.EnforceScopes
		t.scopes, t.narrowed = atMost(c.Client.Scope, maxExplainedScopes), atMost(c.Scopes(), maxExplainedScopes)
		if c.User != nil {
			t.user = named{ID: c.User.ID, Name: short(c.User.Name)}
		}
	}
	return t
}

// atMost is the list where it is short, and else a copy of its beginning.
func atMost[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	return slices.Clone(list[:n])
}

// distinct is the list without repetitions, and at most n of it.
func distinct(list []string, n int) []string {
	for i, v := range list[:min(len(list), n)] {
		if slices.Contains(list[:i], v) {
			return distinct(slices.Concat(list[:i], list[i+1:]), n)
		}
	}
	return atMost(list, n)
}

// Org is the id of the organization that the caller belongs to; "" where nobody
// was recognized.
func (t *Trace) Org() string { return t.org.ID }

// Explain puts the decision in words with the groups and grants that the caller
// has by now. tx must see the caller's organization, or be nil.
func (t *Trace) Explain(tx *store.Tx) *Explanation {
	e := t.explain(tx)
	e.ReadLater = tx != nil && t.client.ID != ""
	return e
}

func (t *Trace) subject() identity.Subject {
	if t.user.ID != "" {
		return identity.Subject{Type: identity.SubjectUser, ID: t.user.ID}
	}
	return identity.Subject{Type: identity.SubjectClient, ID: t.client.ID}
}

// short cuts a name down to what a header has room for.
func short(name string) string { return cut(name, maxName) }

// cut returns a short text as it is, and the beginning of a long one.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:most]), "") + "…"
}
