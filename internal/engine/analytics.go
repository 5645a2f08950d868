package engine

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// analytics are the details of the conversations that there are. Of everything else
// that is measured there is nothing: the answers are empty.
func analytics() subject {
	return subject{
		answers: map[string]answer{
			"getAnalyticsConversationDetails":        conversationDetails,
			"getAnalyticsConversationsDetails":       someDetails,
			"postAnalyticsConversationsDetailsQuery": queryDetails,

			"getAnalyticsConversationsDetailsJobResults": detailsFound,
		},
		tasks: map[string]task{"postAnalyticsConversationsDetailsJobs": queryLater},
	}
}

const conversationsPath = "/conversations"

// mediaTypes are what analytics call the kinds of communication, by the lists of a
// participant.
var mediaTypes = map[string]string{
	"calls": "voice", "callbacks": "callback", "chats": "chat", "emails": "email", "messages": "message", "cobrowsesessions": "cobrowse",
	"screenshares": "screenshare", "videos": "video", "internalMessages": "internalmessage",
}

// details is a conversation as analytics have it.
func details(d *document) fields {
	held := d.deep()
	out := fields{"conversationId": d.key(), "conversationStart": held["startTime"], "conversationEnd": held["endTime"], "divisionIds": divisionsIn(d, held)}
	for name, otherwise := range map[string]any{"conversationStart": nil, "conversationEnd": nil} {
		if out[name] == otherwise {
			delete(out, name)
		}
	}
	participants := []any{}
	for _, part := range partsOf(held["participants"]) {
		about := fields{"participantId": part["id"], "participantName": part["name"], "purpose": part["purpose"], "userId": part["userId"]}
		sessions := []any{}
		for _, list := range sortedKeys(mediaTypes) {
			for _, communication := range partsOf(part[list]) {
				session := sessionOf(part, communication, mediaTypes[list])
				if out["originatingDirection"] == nil && session["direction"] != nil {
					out["originatingDirection"] = session["direction"]
				}
				sessions = append(sessions, session)
			}
		}
		about["sessions"] = sessions
		for name, value := range about {
			if value == nil {
				delete(about, name)
			}
		}
		participants = append(participants, about)
	}
	out["participants"] = participants
	return out
}

// divisionsIn are the divisions of a conversation.
func divisionsIn(d *document, held fields) []any {
	ids := []any{}
	for _, membership := range partsOf(held["divisions"]) {
		if division, ok := membership["division"].(fields); ok && textOf(division["id"]) != "" {
			ids = append(ids, textOf(division["id"]))
		}
	}
	if len(ids) == 0 && d.Division != "" {
		ids = append(ids, d.Division)
	}
	return ids
}

// sessionOf is a communication as analytics have it: one session with one segment
// for as long as it lasted.
func sessionOf(part, communication fields, media string) fields {
	segment := fields{"segmentType": "interact", "segmentStart": communication["connectedTime"], "segmentEnd": communication["disconnectedTime"], "queueId": part["queueId"]}
	if segment["segmentStart"] == nil {
		segment["segmentStart"] = part["startTime"]
	}
	if wrapup, ok := part["wrapup"].(fields); ok {
		segment["wrapUpCode"], segment["wrapUpNote"] = wrapup["code"], wrapup["notes"]
	}
	if reason := textOf(communication["disconnectType"]); reason != "" && !strings.Contains(reason, ".") {
		segment["disconnectType"] = reason
	}
	for name, value := range segment {
		if value == nil || value == "" {
			delete(segment, name)
		}
	}
	session := fields{"sessionId": communication["id"], "mediaType": media, "segments": []any{segment}}
	for _, name := range []string{"direction", "provider", "peerId", "scriptId"} {
		if text := textOf(communication[name]); text != "" {
			session[name] = text
		}
	}
	for name, from := range map[string]string{"ani": "ani", "dnis": "dnis", "remote": "address"} {
		if text := textOf(part[from]); text != "" {
			session[name] = text
		}
	}
	return session
}

func conversationDetails(p *plan, c *handlers.Call) (any, error) {
	d, err := find(c.Tx, p.innermostPath(c))
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, p.notFound(c, "conversationId", c.Param("conversationId"))
	}
	return p.fit(c, details(d)), nil
}

// someDetails are the details of the conversations that the query names. Those that
// are not there are left out.
func someDetails(p *plan, c *handlers.Call) (any, error) {
	found := []any{}
	for _, id := range c.Input.Query["id"] {
		d, err := find(c.Tx, conversationsPath+"/"+escape(id))
		if err != nil {
			return nil, err
		}
		if d != nil {
			found = append(found, details(d))
		}
	}
	return p.fit(c, fields{"conversations": found}), nil
}

// The pages of details.
//
// Guess: the default of jobs; the specification has none.
const (
	detailsSize    = 25
	maxDetailsSize = 100
	jobDetailsSize = 1000
)

// queryDetails finds conversations by when they were and by dimensions.
func queryDetails(p *plan, c *handlers.Call) (any, error) {
	query := p.plainBody(c)
	size, page := detailsSize, 1
	if paging, ok := query["paging"].(fields); ok {
		size, page = atoi(textOf(paging["pageSize"])), atoi(textOf(paging["pageNumber"]))
		if size < 1 || size > maxDetailsSize || page < 1 {
			return nil, apierr.New(http.StatusBadRequest, "bad.request", "Pages have 1 to "+strconv.Itoa(maxDetailsSize)+" conversations, and numbers from 1 on.").OnField("paging")
		}
	}
	all, err := findDetails(c, query)
	if err != nil {
		return nil, err
	}
	from := len(all)
	if page <= len(all)/size+1 {
		from = min((page-1)*size, len(all))
	}
	out := fields{"conversations": all[from:min(from+size, len(all))], "totalHits": number(len(all))}
	return p.fit(c, out), nil
}

// detailsFound are the results of a job, page by page.
func detailsFound(p *plan, c *handlers.Call) (any, error) {
	job, err := find(c.Tx, p.innermostPath(c))
	if err != nil || job == nil {
		return nil, err
	}
	query, _ := decodeFields(job.Rest)[queryName].(fields)
	all, err := findDetails(c, query)
	if err != nil {
		return nil, err
	}
	size, from := jobDetailsSize, 0
	if n := atoi(c.Input.Query.Get("pageSize")); n > 0 {
		size = min(n, jobDetailsSize)
	}
	if cursor := c.Input.Query.Get("cursor"); cursor != "" {
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 {
			return nil, apierr.InvalidQuery("cursor", cursor, "the cursors of the answers")
		}
		from = min(from, len(all))
	}
	to := min(from+size, len(all))
	out := fields{"conversations": all[from:to], "dataAvailabilityDate": c.Now().UTC().Format(clock.Layout)}
	if to < len(all) {
		out["cursor"] = strconv.Itoa(to)
	}
	return p.fit(c, out), nil
}

// findDetails finds conversations, in the order that is asked for.
func findDetails(c *handlers.Call, query fields) ([]any, error) {
	docs, err := gather(c.Tx, conversationsPath, nil)
	if err != nil {
		return nil, err
	}
	from, to := interval(textOf(query["interval"]))
	var found []fields
	for _, d := range docs {
		one := details(d)
		if !during(one, from, to) || !meetsAll(one, query["conversationFilters"]) || !meetsAll(one, query["segmentFilters"]) {
			continue
		}
		found = append(found, one)
	}
	by := "conversationStart"
	if textOf(query["orderBy"]) == "conversationEnd" {
		by = "conversationEnd"
	}
	slices.SortStableFunc(found, func(a, b fields) int {
		if textOf(query["order"]) == "desc" {
			a, b = b, a
		}
		return strings.Compare(textOf(a[by]), textOf(b[by]))
	})
	all := make([]any, len(found))
	for i, one := range found {
		all[i] = one
	}
	return all, nil
}

// interval are the two ends of an interval; zero where they cannot be read.
func interval(text string) (from, to time.Time) {
	start, end, _ := strings.Cut(text, "/")
	from, _ = clock.Parse(start)
	to, _ = clock.Parse(end)
	return from, to
}

// during tells whether a conversation was at some time of an interval.
func during(conversation fields, from, to time.Time) bool {
	start, err := clock.Parse(textOf(conversation["conversationStart"]))
	if err != nil {
		return false
	}
	end, err := clock.Parse(textOf(conversation["conversationEnd"]))
	ongoing := err != nil
	return (to.IsZero() || start.Before(to)) && (ongoing || !end.Before(from))
}

// meetsAll tells whether something meets each of a list of filters.
func meetsAll(in any, filters any) bool {
	for _, filter := range partsOf(filters) {
		if !meets(in, filter, 0) {
			return false
		}
	}
	return true
}

// meets tells whether something meets a filter: predicates and clauses, of which all
// must hold, or one.
func meets(in any, filter fields, depth int) bool {
	if depth > maxDepth {
		return false
	}
	var held []bool
	for _, clause := range partsOf(filter["clauses"]) {
		held = append(held, meets(in, clause, depth+1))
	}
	for _, predicate := range partsOf(filter["predicates"]) {
		held = append(held, meetsOne(in, predicate))
	}
	if len(held) == 0 {
		return true
	}
	if strings.EqualFold(textOf(filter["type"]), "or") {
		return slices.Contains(held, true)
	}
	return !slices.Contains(held, false)
}

// meetsOne tells whether something has a dimension with a value. Metrics are not
// measured here, so that predicates about them hold for nothing.
func meetsOne(in any, predicate fields) bool {
	dimension := textOf(predicate["dimension"])
	if dimension == "" {
		return false
	}
	values := dimensionIn(nil, in, dimension, 0)
	switch textOf(predicate["operator"]) {
	case "exists":
		return len(values) > 0
	case "notExists":
		return len(values) == 0
	default:
		return slices.Contains(values, textOf(predicate["value"]))
	}
}

// dimensionIn collects the values of a property wherever it stands. Lists of ids are
// named by the single one.
func dimensionIn(to []string, in any, dimension string, depth int) []string {
	if depth > maxDepth {
		return to
	}
	switch v := in.(type) {
	case []any:
		for _, element := range v {
			to = dimensionIn(to, element, dimension, depth+1)
		}
	case fields:
		for name, value := range v {
			if name == dimension && textOf(value) != "" {
				to = append(to, textOf(value))
				continue
			}
			if list, ok := value.([]any); ok && name == dimension+"s" {
				for _, one := range list {
					to = append(to, textOf(one))
				}
				continue
			}
			to = dimensionIn(to, value, dimension, depth+1)
		}
	}
	return to
}
