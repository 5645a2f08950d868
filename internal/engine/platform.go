package engine

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/upload"
	"github.com/mockcloud/mockcloud/openapi"
)

// platform is what is the same for everybody: the time, its zones, files.
func platform() subject {
	return subject{
		answers: map[string]answer{
			"getDate":      serverDate,
			"getTimezones": timezones,

			"getTelephonyProvidersEdgesTimezones": timezones,

			"getNotificationsAvailabletopics": availableTopics,
			"getDownload":                     openDownload,

			"getWorkforcemanagementCalendarDataIcs":   calendar,
			"getWorkforcemanagementCalendarUrlIcs":    sharedCalendar,
			"postWorkforcemanagementCalendarUrlIcs":   shareCalendar,
			"deleteWorkforcemanagementCalendarUrlIcs": unshareCalendar,
		},
	}
}

func serverDate(_ *plan, c *handlers.Call) (any, error) {
	return fields{"currentDate": c.Now().UTC().Format(clock.Layout)}, nil
}

// timezones lists the zones. Their offsets are left out: they change with the
// seasons, and the specification does not say in which unit they are.
func timezones(p *plan, c *handlers.Call) (any, error) {
	names := strings.Fields(openapi.Timezones)
	size, number, err := p.asked(c)
	if err != nil {
		return nil, err
	}
	pg := &page{size: size, number: number, total: len(names)}
	from := min((number-1)*size, len(names))
	to := min(from+size, len(names))
	entities := make([]any, 0, to-from)
	for _, name := range names[from:to] {
		entities = append(entities, fields{"id": name, "name": name, "selfUri": p.op.Path + "/" + name})
	}
	return p.wrap(c, pg, entities), nil
}

// availableTopics lists the topics, with what their names say of them.
func availableTopics(p *plan, c *handlers.Call) (any, error) {
	var entities []any
	for id := range strings.Lines(openapi.Topics) {
		entities = append(entities, fields{"id": strings.TrimSuffix(id, "\n"), "visibility": "Public"})
	}
	return p.wrap(c, &page{total: len(entities), size: len(entities), number: 1}, entities), nil
}

// calendars is where the addresses are under which people share their schedules.
const calendars = "/workforcemanagement/calendar/url/ics"

// calendarOf is the caller's own address; nil where there is none.
func calendarOf(c *handlers.Call) (path string, d *document, err error) {
	user, err := c.User()
	if err != nil {
		return "", nil, err
	}
	path = calendars + "/" + escape(user.ID)
	d, err = peek(&singletons, c.Tx, path)
	return path, d, err
}

// shareCalendar gives the caller an address for the calendar with the schedule.
func shareCalendar(p *plan, c *handlers.Call) (any, error) {
	path, d, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	if d == nil {
		ticket, err := p.engine.Signer.Ticket(upload.Download{Org: c.Tx.Org(), Of: path, File: calendarFile})
		if err != nil {
			return nil, err
		}
		query := url.Values{"calendarId": {ticket}}
		d = &document{Path: path}
		d.Body, err = encode(fields{"calendarUrl": c.Authority.Issuer() + apiPrefix + "/workforcemanagement/calendar/data/ics?" + query.Encode(), "selfUri": apiPrefix + calendars})
		if err != nil {
			return nil, err
		}
		if err := singletons.Put(c.Tx, d); err != nil {
			return nil, err
		}
	}
	return d.Body, nil
}

func sharedCalendar(_ *plan, c *handlers.Call) (any, error) {
	_, d, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, c.Documented(http.StatusNotFound, noCalendar)
	}
	return d.Body, nil
}

func unshareCalendar(_ *plan, c *handlers.Call) (any, error) {
	path, d, err := calendarOf(c)
	if err != nil || d == nil {
		return handlers.None{}, err
	}
	return handlers.None{}, singletons.Delete(c.Tx, path)
}

const (
	calendarFile = "schedule.ics"
	noCalendar   = "wfm.external.calendar.entity.not.found"
)

// calendar is a calendar with nothing in it, for whoever has the address. It is
// asked for without a token, so that there is no organization to look into.
func calendar(p *plan, c *handlers.Call) (any, error) {
	d, ok, err := p.engine.Signer.Admits(c.Input.Query.Get("calendarId"))
	if err != nil {
		return nil, err
	}
	if !ok || d.File != calendarFile {
		return nil, c.Documented(http.StatusNotFound, noCalendar)
	}
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mockcloud//schedules//EN", "END:VCALENDAR", ""}
	return handlers.Raw{ContentType: "text/calendar; charset=utf-8", Body: []byte(strings.Join(lines, "\r\n"))}, nil
}
