package engine

import (
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// The parameters that ask for a stretch of time, and the dates of an item that they
// are about where they name none themselves.
var (
	fromParams = map[string]bool{"dateFrom": true, "startDate": true, "dateStart": true, "startTime": true, "from": true, "fromDate": true, "startDateTime": true, "createdDateFrom": true, "start": true}
	toParams   = map[string]bool{"dateTo": true, "endDate": true, "dateEnd": true, "endTime": true, "to": true, "toDate": true, "endDateTime": true, "createdDateTo": true, "end": true}
	dateFields = []string{"dateStart", "startDate", "startTime", "dateCreated", "createdDate", "creationDate", "createdTime", "eventDate", "eventTime", "timestamp", "date"}
)

// rangeFilter is for dates from, to, before and after which things are listed.
//
// Guess: a stretch of time includes its bounds, and is about when an item starts
// or else about when it was made.
func rangeFilter(p *plan, param spec.Parameter) func(*plan, *ask, []string) error {
	if param.List {
		return nil
	}
	name := param.Name
	switch {
	case name == "interval" || name == "completionInterval":
		dates := dateFields
		if name == "completionInterval" {
			dates = []string{"dateCompleted"}
		}
		return between(p, name, dates)
	case fromParams[name]:
		return bounded(p, append([]string{name}, dateFields...), 0, 1)
	case toParams[name]:
		return bounded(p, append([]string{name}, dateFields...), -1, 0)
	}
	for suffix, outcome := range map[string]int{"Before": -1, "After": 1} {
		if short, ok := strings.CutSuffix(name, suffix); ok {
			capital := "date" + strings.ToUpper(short[:min(1, len(short))]) + short[min(1, len(short)):]
			return bounded(p, []string{capital, short + "Date", short}, outcome)
		}
	}
	return nil
}

// dated finds the first of the dates that the listed items have.
func (p *plan) dated(names []string) (field, bool) {
	for _, name := range names {
		if f, ok := p.locate(name); ok && f.shape != nil && f.shape.Type == "string" {
			return f, true
		}
	}
	return field{}, false
}

func bounded(p *plan, names []string, outcomes ...int) func(*plan, *ask, []string) error {
	f, ok := p.dated(names)
	if !ok {
		return nil
	}
	return func(_ *plan, a *ask, values []string) error {
		bound := values[0]
		if len(bound) == len(time.DateOnly) && outcomes[0] < 0 && len(outcomes) == 2 {
			bound += "T23:59:59.999Z" // the whole day
		}
		a.keep = append(a.keep, f.compares(bound, outcomes...))
		return nil
	}
}

func between(p *plan, param string, names []string) func(*plan, *ask, []string) error {
	f, ok := p.dated(names)
	if !ok {
		return nil
	}
	return func(_ *plan, a *ask, values []string) error {
		from, to, ok := strings.Cut(values[0], "/")
		_, starts := handlers.ParseDate(from)
		_, ends := handlers.ParseDate(to)
		if !ok || !starts || !ends {
			return apierr.InvalidQuery(param, values[0], "intervals such as 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z")
		}
		a.keep = append(a.keep, f.compares(from, 0, 1), f.compares(to, -1))
		return nil
	}
}
