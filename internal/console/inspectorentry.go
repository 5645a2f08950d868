package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/journal"
)

func showRequest(v *visit) error {
	number, err := strconv.ParseUint(v.Param("sequence"), 10, 64)
	if err != nil || number == 0 {
		return forgotten(v)
	}
	r, err := v.console.Journal.Entry(v.Request().Context(), number)
	if err != nil {
		return err
	}
	if r == nil {
		return forgotten(v)
	}
	p := v.pageTitled("inspector-entry", r.Method+" "+r.Path)
	p.Back = &link{Name: v.T("menu.inspector"), Href: inspectorPath}
	data := dict("R", rowOf(v, r), "Whole", whenExactly(r.At.Time), "Here", r.Org == v.me.Organization.ID, "Decision", decisionOf(v, r), "Curl", curlOf(v.origin(), r),
		"Rights", r.Explanation != nil && (r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden)) // it was refused for want of rights
	if r.OperationID != "" {
		data["Explorer"] = "/_mockcloud/explorer?find=" + url.QueryEscape(r.OperationID)
	}
	if d := r.Details; d != nil && !d.Dropped {
		data["Sent"] = partOf(d.RequestHeaders, d.RequestBody)
		data["Answer"] = partOf(d.AnswerHeaders, d.AnswerBody)
	}
	p.Data = data
	return v.render(p)
}

// headerLine is a header with one of its values.
type headerLine struct{ Name, Value string }

// requestPart is a request or an answer: its headers, and its body where there is one.
type requestPart struct {
	Headers []headerLine
	Body    *journal.Body
	Text    string // of the body; JSON over several lines
}

func partOf(headers map[string][]string, body *journal.Body) requestPart {
	p := requestPart{Body: body}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, value := range headers[name] {
			p.Headers = append(p.Headers, headerLine{name, value})
		}
	}
	if body != nil {
		p.Text = pretty(body.Text)
	}
	return p
}

// decision is what decided about a request, in words.
type decision struct {
	Kind, Word string // as the template "status" takes them
	Lines      []decisionLine
	Reason     string // in the words of the API
	Scopes     []decisionLine
	Policies   []string // likewise
	ReadLater  bool
}

// decisionLine is a sentence, and what follows it.
type decisionLine struct {
	Text  string
	Codes []string
	Link  *link
}

// decisionOf puts the explanation in words; nil where nothing was to be decided.
func decisionOf(v *visit, r *journal.Request) *decision {
	var e auth.Explanation
	if len(r.Explanation) == 0 || json.Unmarshal(r.Explanation, &e) != nil {
		return nil
	}
	d := &decision{Kind: "ok", Word: v.T("inspector.allowed"), Policies: e.Policies, ReadLater: e.ReadLater && e.WouldPass != nil}
	line := func(key string, args ...any) *decisionLine {
		d.Lines = append(d.Lines, decisionLine{Text: v.T(key, args...)})
		return &d.Lines[len(d.Lines)-1]
	}
	switch {
	case e.Operation == "":
		d.Kind, d.Word = "bad", v.T("inspector.refused")
		line("inspector.unknown")
	case r.Status == http.StatusUnauthorized:
		d.Kind, d.Word, d.Reason = "bad", v.T("inspector.refused"), e.Reason
		line("inspector.refused.token")
	case r.Status == http.StatusForbidden:
		d.Kind, d.Word = "bad", v.T("inspector.refused")
		d.refuse(v, &e, line, r.Org == v.me.Organization.ID)
	default:
		d.allow(v, &e, line)
		if e.Decision != "allowed" {
			d.Kind, d.Word = "off", v.T("inspector.passed")
			line("inspector.refused.later").Codes = []string{e.Decision}
		}
	}
	if s := e.Scopes; s != nil {
		key := "inspector.scopes.not"
		if s.Enforced {
			key = "inspector.scopes.enforced"
		}
		d.Scopes = []decisionLine{
			{Text: v.T(key)},
			{Text: v.T("inspector.scopes.accepted"), Codes: s.Accepted},
			{Text: v.T("inspector.scopes.client"), Codes: s.Client},
		}
		if len(s.Token) > 0 {
			d.Scopes = append(d.Scopes, decisionLine{Text: v.T("inspector.scopes.token"), Codes: s.Token})
		}
	}
	return d
}

// allow says by what right a request passed.
func (d *decision) allow(v *visit, e *auth.Explanation, line func(string, ...any) *decisionLine) {
	switch {
	case len(e.DecidedBy) > 0:
		for _, by := range e.DecidedBy {
			key, args := "inspector.allowed.by", []any{by.Role, divisionWord(v, by.Division)}
			if by.Group != "" {
				key, args = "inspector.allowed.group", append(args, by.Group)
			}
			line(key, args...).Codes = []string{by.Permission}
		}
	case e.Client == nil:
		line("inspector.allowed.open")
	case e.Mode == auth.ModeUnknown:
		line("inspector.allowed.unknown")
	default:
		line("inspector.allowed.token")
	}
}

// refuse says what was missing. Roles are led to where they are the visitor's
// organization's.
func (d *decision) refuse(v *visit, e *auth.Explanation, line func(string, ...any) *decisionLine, here bool) {
	if len(e.Permissions) > 0 {
		key := "inspector.needs"
		switch {
		case len(e.Permissions) == 1:
		case e.Mode == "ANY":
			key = "inspector.needs.any"
		default:
			key = "inspector.needs.all"
		}
		line(key).Codes = e.Permissions
	}
	would := e.WouldPass
	if would == nil {
		d.Reason = e.Reason
		if e.Decision == "authz.policy.denied" {
			line("inspector.policy")
		} else if len(e.DecidedBy) > 0 || len(e.Permissions) == 0 {
			line("inspector.refused.later").Codes = []string{e.Decision}
		}
		return
	}
	if len(would.Scopes) > 0 {
		key := "inspector.scopes.missing"
		if would.TokenOnly {
			key = "inspector.scopes.missing.token"
		}
		line(key).Codes = would.Scopes
	}
	if len(would.Permissions) == 0 {
		return
	}
	missing := line("inspector.missing")
	switch {
	case len(would.Divisions) > 0:
		missing.Text = v.T("inspector.missing.in", strings.Join(would.Divisions, ", "))
	case would.OfObject:
		missing.Text = v.T("inspector.missing.object")
	}
	missing.Codes = would.Permissions
	if would.Role == nil {
		line("inspector.role.none")
		return
	}
	role := line("inspector.role")
	role.Link = &link{Name: would.Role.Name}
	if here {
		role.Link.Href = at(rolesPath+"/%s", would.Role.ID)
	}
}

// divisionWord names a division.
func divisionWord(v *visit, name string) string {
	if name == identity.AllDivisions || name == identity.DivisionName(nil, identity.AllDivisions) {
		return v.T("inspector.division.all")
	}
	return name
}

// unsent are headers that a command sends by itself, or must not.
var unsent = []string{
	echo.HeaderAuthorization, echo.HeaderContentLength, echo.HeaderCookie, "Accept-Encoding", "Connection", "Host", "Origin", "Referer", "User-Agent", "Te",
}

// curlOf is a command that sends the request again. Its token is to be filled in, and
// so is what the journal masks.
func curlOf(origin string, r *journal.Request) string {
	target := origin + r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	var b strings.Builder
	b.WriteString("curl -sS")
	if r.Method != http.MethodGet {
		method := r.Method
		if strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			method = shellWord(method)
		}
		b.WriteString(" -X " + method)
	}
	if strings.ContainsAny(target, "[]{}") { // which curl would take for many addresses
		b.WriteString(" -g")
	}
	b.WriteString(" \\\n  " + shellWord(target))
	d := r.Details
	if r.User != nil || (r.Client != nil && strings.HasPrefix(r.Path, "/api/v2/")) {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
	} else if d != nil && len(d.RequestHeaders[echo.HeaderAuthorization]) > 0 {
		b.WriteString(" \\\n  -H " + shellWord(echo.HeaderAuthorization+": "+d.RequestHeaders[echo.HeaderAuthorization][0]))
	}
	if d == nil {
		return b.String()
	}
	for _, name := range slices.Sorted(maps.Keys(d.RequestHeaders)) {
		if !strings.HasPrefix(name, "Sec-") && !slices.ContainsFunc(unsent, func(u string) bool { return strings.EqualFold(u, name) }) {
			for _, value := range d.RequestHeaders[name] {
				b.WriteString(" \\\n  -H " + shellWord(name+": "+value))
			}
		}
	}
	if body := d.RequestBody; body != nil && !body.Cut && !body.Binary && !body.Unread {
		b.WriteString(" \\\n  --data-raw " + shellWord(body.Text))
	}
	return b.String()
}
