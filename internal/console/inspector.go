package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/journal"
)

const inspectorPath = "/tools/inspector"

// inspector registers the pages of what the server was asked for. They show what the
// journal tells, which is without secrets, to whoever is signed in, as
// GET /_mockcloud/requests does.
func inspector(r *routes) {
	r.get(inspectorPath, listRequests)
	r.get(inspectorPath+"/clear", askToClearRequests)
	r.post(inspectorPath+"/clear", clearRequests)
	r.open(http.MethodGet, inspectorPath+"/stream", streamRequests)
	r.get(inspectorPath+"/:sequence", showRequest)
}

// entryPath is the page of a request.
func entryPath(sequence uint64) string {
	return inspectorPath + "/" + strconv.FormatUint(sequence, 10)
}

// inspectorRow is a request in a list.
type inspectorRow struct {
	*journal.Request
	visit *visit
}

func rowOf(v *visit, r *journal.Request) inspectorRow { return inspectorRow{r, v} }

// T is a text in the visitor's language.
func (r inspectorRow) T(key string, args ...any) string { return r.visit.T(key, args...) }

// Href leads to its page.
func (r inspectorRow) Href() string { return entryPath(r.Sequence) }

// When is the time of day; the list is of the last ones.
func (r inspectorRow) When() string { return r.At.UTC().Format("15:04:05.000") }

// Date is all of the time, for machines.
func (r inspectorRow) Date() string { return r.At.Format(clock.Layout) }

// Kind is how the template "status" shows what became of it.
func (r inspectorRow) Kind() string {
	switch r.Status / 100 {
	case 2:
		return "ok"
	case 4, 5:
		return "bad"
	}
	return "off"
}

// Word says what became of it.
func (r inspectorRow) Word() string {
	return strconv.Itoa(r.Status) + " " + r.visit.T("inspector.word."+strconv.Itoa(min(max(r.Status/100, 1), 5)))
}

// Caller names who sent it; "" where nobody knows.
func (r inspectorRow) Caller() string {
	switch {
	case r.User != nil:
		return cmp.Or(r.User.Name, r.User.Email, r.User.ID)
	case r.Client != nil:
		return cmp.Or(r.Client.Name, r.Client.ID)
	}
	return ""
}

// Through names the client that a person used; "" where a client acts for itself.
func (r inspectorRow) Through() string {
	if r.User == nil || r.Client == nil {
		return ""
	}
	return cmp.Or(r.Client.Name, r.Client.ID)
}

// Reason is why it was refused, where that is known.
func (r inspectorRow) Reason() string {
	if r.Details == nil || r.Details.Refusal == nil {
		return ""
	}
	return r.Details.Refusal.Message
}

// shownRequests is how many requests a page of the list shows.
const shownRequests = 100

// filterTime is how forms send a time, which is UTC.
const filterTime = "2006-01-02T15:04"

// requestFilter reads what the form asks for, and which of its fields are wrong.
func requestFilter(v *visit) (f journal.Filter, wrong map[string]string) {
	q := func(name string) string { return strings.TrimSpace(v.query(name)) }
	wrong = make(map[string]string)
	f = journal.Filter{
		Operation: q("operation"), Method: q("method"), Path: q("path"), Caller: q("caller"), Code: q("code"),
		CorrelationID: q("correlation"), Action: q("action"), Limit: shownRequests,
	}
	if q("own") != "true" && f.CorrelationID == "" { // who asks for one request means that one
		console := false
		f.Console = &console
	}
	if text := q("status"); text != "" {
		var ok bool
		if f.Status, ok = journal.ParseStatus(text); !ok {
			wrong["status"] = v.T("inspector.status.wrong")
		}
	}
	for name, target := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		text := q(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(filterTime, text)
		if err != nil {
			if t, err = time.Parse(filterTime+":05", text); err != nil {
				t, err = time.Parse(time.RFC3339, text)
			}
		}
		if *target = t; err != nil {
			wrong[name] = v.T("inspector.time.wrong")
		}
	}
	if text := q("before"); text != "" {
		f.Before, _ = strconv.ParseUint(text, 10, 64) // or else from the latest
	}
	return f, wrong
}

func listRequests(v *visit) error {
	f, wrong := requestFilter(v)
	var rows []inspectorRow
	latest := v.console.Journal.Latest() // before the list, so that the stream misses nothing
	if len(wrong) == 0 {
		list, err := v.console.Journal.List(v.Request().Context(), f)
		if err != nil {
			return err
		}
		if f.CorrelationID != "" && f.Before == 0 && len(list) < 2 {
			if len(list) == 0 {
				return forgotten(v)
			}
			return v.redirect(entryPath(list[0].Sequence))
		}
		for _, r := range list {
			latest = max(latest, r.Sequence)
			rows = append(rows, rowOf(v, r))
		}
	}
	p := v.page("inspector", "menu.inspector")
	p.Lead = v.T("inspector.lead")
	p.Actions = []link{{Name: v.T("inspector.clear"), Href: inspectorPath + "/clear", Danger: true, Dialog: true}}
	p.Scripts = []string{"inspector.js"}
	if len(wrong) > 0 {
		p.Status = http.StatusBadRequest
	}
	older := ""
	if len(rows) == shownRequests {
		older = inspectorPath + "?" + v.filters("before", strconv.FormatUint(rows[len(rows)-1].Sequence, 10))
	}
	p.Data = dict("Rows", rows, "Fields", filterFields(v, wrong), "More", moreFilterFields(v, wrong), "Own", v.query("own") == "true",
		"Filtered", v.filters("own", "", "before", "") != "", "Unfold", v.filters("own", "", "before", "", "path", "", "status", "", "caller", "") != "",
		"Here", inspectorPath+"?"+v.filters("before", ""), "Older", older, "Newest", f.Before == 0 && len(wrong) == 0,
		"Stream", inspectorPath+"/stream?"+v.filters("after", strconv.FormatUint(latest, 10), "before", ""), "Keeps", v.console.Journal.KeepsDetails())
	return v.render(p)
}

// filters is the query of the page with some parameters changed, and those left out
// that say nothing.
func (v *visit) filters(changes ...string) string {
	query := url.Values{}
	for name, values := range v.QueryParams() {
		if name != "done" && name != "ui_locales" && values[0] != "" {
			query.Set(name, values[0])
		}
	}
	for i := 0; i < len(changes); i += 2 {
		if query.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			query.Del(changes[i])
		}
	}
	return query.Encode()
}

func filterFields(v *visit, wrong map[string]string) []field {
	classes := []option{{Label: v.T("any")}}
	for _, class := range []string{"2xx", "3xx", "4xx", "5xx"} {
		classes = append(classes, option{Value: class, Label: class + " " + v.T("inspector.word."+class[:1])})
	}
	status := v.query("status")
	if _, ok := journal.ParseStatus(status); ok && !strings.HasSuffix(strings.ToLower(status), "xx") {
		classes = append(classes, option{Value: status, Label: status})
	}
	return []field{
		{Name: "path", Label: v.T("inspector.path"), Value: v.query("path"), Mono: true},
		{Name: "status", Label: v.T("status"), Type: "select", Options: choose(classes, strings.ToLower(status)), Error: wrong["status"]},
		{Name: "caller", Label: v.T("inspector.caller"), Value: v.query("caller")},
	}
}

func moreFilterFields(v *visit, wrong map[string]string) []field {
	timeOf := func(name string) string { // what is none, browsers do not take
		if wrong[name] != "" {
			return ""
		}
		return v.query(name)
	}
	return []field{
		{Name: "operation", Label: v.T("operation"), Value: v.query("operation"), Mono: true},
		{Name: "code", Label: v.T("inspector.code"), Value: v.query("code"), Mono: true},
		{Name: "action", Label: v.T("inspector.action"), Value: v.query("action")},
		{Name: "since", Label: v.T("inspector.since"), Type: "datetime-local", Value: timeOf("since"), Error: wrong["since"]},
		{Name: "until", Label: v.T("inspector.until"), Type: "datetime-local", Value: timeOf("until"), Error: wrong["until"]},
	}
}

// forgotten says that a request is not remembered any more, or never was.
func forgotten(v *visit) error {
	p := v.page("inspector-forgotten", "inspector.forgotten")
	p.Status = http.StatusNotFound
	p.Lead = v.T("inspector.forgotten.text", journal.Explained)
	p.Back = &link{Name: v.T("menu.inspector"), Href: inspectorPath}
	return v.render(p)
}

func askToClearRequests(v *visit) error {
	return v.confirm(confirmation{
		Title: v.T("inspector.clear.title"), Text: v.T("inspector.clear.text"), Button: v.T("inspector.clear"), Cancel: inspectorPath,
	})
}

func clearRequests(v *visit) error {
	v.console.Journal.Clear()
	return v.done(inspectorPath, "inspector.cleared")
}
