package usage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Query asks how often a client called what.
type Query struct {
	From, To    time.Time   // whole days count that the interval touches
	Granularity Granularity // "" makes one period of the whole interval
	GroupBy     []Dimension // what rows tell apart, besides their period
	Metrics     []Metric    // what is counted; none means all
}

// Granularity is how long the periods are.
type Granularity string

// The granularities.
const (
	Day   Granularity = "Day"
	Week  Granularity = "Week" // begins on Monday; a guess
	Month Granularity = "Month"
)

// Dimension is something that rows can tell apart.
type Dimension string

// The dimensions.
const (
	ByClient       Dimension = "OAuthClientId"
	ByOrganization Dimension = "OrganizationId"
	ByURI          Dimension = "TemplateUri"
	ByMethod       Dimension = "HttpMethod"
)

// Metric is a number of a row.
type Metric string

// The metrics.
const (
	Status200 Metric = "Status200"
	Status300 Metric = "Status300"
	Status400 Metric = "Status400"
	Status500 Metric = "Status500"
	Status429 Metric = "Status429"
	Requests  Metric = "Requests"
)

// Row is a line of a result: the schema ApiUsageRow. Dimensions that were not
// asked for are "" (facts: oauth.md §9), metrics that were not are 0.
type Row struct {
	ClientID       string      `json:"clientId"`
	ClientName     string      `json:"clientName"`
	OrganizationID string      `json:"organizationId"`
	UserID         string      `json:"userId"`
	TemplateURI    string      `json:"templateUri"`
	HTTPMethod     string      `json:"httpMethod"`
	Status200      int64       `json:"status200"`
	Status300      int64       `json:"status300"`
	Status400      int64       `json:"status400"`
	Status500      int64       `json:"status500"`
	Status429      int64       `json:"status429"`
	Requests       int64       `json:"requests"`
	Date           *clock.Time `json:"date"` // the first day of the period
}

// Client is whom a query is about.
type Client struct {
	ID   string
	Name string
	Home string // organization
}

// ClientIn is the client of the organization that tx looks at, or the API's 404.
func ClientIn(tx *store.Tx, id string, now time.Time) (Client, error) {
	c, err := identity.PeekClient(tx, id, now)
	if err != nil {
		return Client{}, err
	}
	return Client{ID: c.ID, Name: c.Name, Home: tx.Org()}, nil
}

// Client is ClientIn, outside of any transaction.
func (r *Recorder) Client(ctx context.Context, org, id string) (about Client, err error) {
	err = r.config.DB.View(ctx, org, func(tx *store.Tx) error {
		about, err = ClientIn(tx, id, r.config.Clock.Now())
		return err
	})
	return about, err
}

// The bounds of what is kept of results. A result has as many rows at most as
// the real service gives to a search.
const (
	maxRows    = 20_000
	maxResults = 256
	maxKept    = 5 * maxRows // of all results together
	keptFor    = time.Hour
)

// Ask runs the query at once and returns the id under which the result is kept
// for a while. It must not be called inside of a transaction.
func (r *Recorder) Ask(ctx context.Context, about Client, q *Query) (id string, err error) {
	rows, err := r.rows(ctx, about, q)
	if err != nil {
		return "", err
	}
	id = r.config.NewID()
	r.results.add(id, &result{client: about.ID, home: about.Home, rows: rows, expires: r.config.Clock.Now().Add(keptFor)})
	return id, nil
}

// Result returns the rows that a query about the client has found, or false
// where there is no such query, or none any more.
func (r *Recorder) Result(id string, about Client) ([]Row, bool) {
	return r.results.get(id, about, r.config.Clock.Now())
}

func (r *Recorder) rows(ctx context.Context, about Client, q *Query) ([]Row, error) {
	first, end := dayOf(q.From), dayOf(q.To.Add(secondsPerDay*time.Second-1))
	type group struct {
		date             int64
		org, uri, method string
	}
	groups := make(map[group]counts)
	r.state.Lock()
	err := r.each(ctx, about.Home, about.ID, first, end, func(k counted, n counts) {
		g := group{date: q.period(k.day, first)}
		for _, d := range q.GroupBy {
			switch d {
			case ByOrganization:
				g.org = k.Org
			case ByURI:
				g.uri = k.URI
			case ByMethod:
				g.method = k.Method
			case ByClient: // there is but one
			}
		}
		groups[g] = groups[g].plus(n)
	})
	r.state.Unlock()
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(groups))
	for g, n := range groups {
		row := Row{OrganizationID: g.org, TemplateURI: g.uri, HTTPMethod: g.method, Date: clock.At(time.Unix(g.date*secondsPerDay, 0))}
		if slices.Contains(q.GroupBy, ByClient) {
			row.ClientID, row.ClientName = about.ID, about.Name
		}
		q.measure(&row, n)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(a.Date.Compare(b.Date.Time), strings.Compare(a.TemplateURI, b.TemplateURI),
			strings.Compare(a.HTTPMethod, b.HTTPMethod), strings.Compare(a.OrganizationID, b.OrganizationID))
	})
	return slices.Clip(rows[:min(len(rows), maxRows)]), nil
}

// period is the first day of the period that the day lies in; first is that of
// the interval.
func (q *Query) period(day, first int64) int64 {
	switch q.Granularity {
	case Day:
		return day
	case Week:
		return day - (day+3)%7 // day 0 was a Thursday
	case Month:
		t := time.Unix(day*secondsPerDay, 0).UTC()
		return day - int64(t.Day()-1)
	default:
		return first
	}
}

// measure fills in the metrics that the query asks for.
func (q *Query) measure(row *Row, n counts) {
	for _, m := range []struct {
		metric Metric
		field  *int64
		value  int64
	}{
		{Status200, &row.Status200, n[class200]},
		{Status300, &row.Status300, n[class300]},
		{Status400, &row.Status400, n[class400]},
		{Status500, &row.Status500, n[class500]},
		{Status429, &row.Status429, n[class429]},
		{Requests, &row.Requests, n[class200] + n[class300] + n[class400] + n[class429] + n[class500]},
	} {
		if len(q.Metrics) == 0 || slices.Contains(q.Metrics, m.metric) {
			*m.field = m.value
		}
	}
}

// result is what a query has found.
type result struct {
	client, home string
	rows         []Row
	expires      time.Time
}

// results keeps the results of queries in memory, the youngest of them.
type results struct {
	mu    sync.Mutex
	byID  map[string]*result
	order []string // ids, the oldest first
	rows  int      // of all results
}

func (s *results) add(id string, fresh *result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 && (len(s.order) >= maxResults || s.rows+len(fresh.rows) > maxKept) {
		s.rows -= len(s.byID[s.order[0]].rows)
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
	if s.byID == nil {
		s.byID = make(map[string]*result)
	}
	s.byID[id] = fresh
	s.order = append(s.order, id)
	s.rows += len(fresh.rows)
}

func (s *results) get(id string, about Client, now time.Time) ([]Row, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.byID[id]
	if found == nil || found.client != about.ID || found.home != about.Home || !now.Before(found.expires) {
		return nil, false
	}
	return found.rows, true
}

func (s *results) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID, s.order, s.rows = nil, nil, 0
}
