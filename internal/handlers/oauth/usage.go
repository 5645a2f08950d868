package oauth

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/usage"
)

// registerUsage claims what asks how often a client called what. Queries run at
// once, outside of any transaction, since the recorder has its own.
func (f *Family) registerUsage(r *handlers.Registry) {
	handlers.On(r, "postOauthClientUsageQuery", f.askUsage, handlers.OwnTx)
	handlers.On(r, "getOauthClientUsageSummary", f.summarizeUsage, handlers.OwnTx)
	handlers.On(r, "getOauthClientUsageQueryResult", f.usageResult)
}

// usageExecution is the schema UsageExecutionResult.
type usageExecution struct {
	ID  string `json:"executionId"`
	URI string `json:"resultsUri"`
}

type usageQuery struct {
	ID   string `param:"clientId"`
	Body struct {
		Interval    string            `json:"interval"`
		Granularity usage.Granularity `json:"granularity"`
		GroupBy     []usage.Dimension `json:"groupBy"`
		Metrics     []usage.Metric    `json:"metrics"`
	} `body:""`
}

func (f *Family) askUsage(ctx context.Context, c *handlers.Call, in usageQuery) (*usageExecution, error) {
	q := &usage.Query{Granularity: in.Body.Granularity, GroupBy: in.Body.GroupBy, Metrics: in.Body.Metrics}
	var err error
	if q.From, q.To, err = interval(in.Body.Interval); err != nil {
		return nil, err
	}
	return f.runUsage(ctx, c, in.ID, q)
}

// interval reads start/end, which has been validated as such.
func interval(text string) (from, to time.Time, err error) {
	start, end, _ := strings.Cut(text, "/")
	if from, err = clock.Parse(start); err == nil {
		to, err = clock.Parse(end)
	}
	if err != nil || !from.Before(to) {
		// Guess: the code.
		return from, to, apierr.New(http.StatusBadRequest, "constraint.validation", "The interval must end after it starts.").OnField("interval")
	}
	return from, to, nil
}

type usageSummary struct {
	ID   string `param:"clientId"`
	Days string `query:"days"`
}

// The days of a summary. The most is a guess: as many as are kept.
const (
	defaultDays = 7
	maxDays     = 400
)

// summarizeUsage is a query about the last days, today included.
//
// Guess: its rows tell days and operations apart.
func (f *Family) summarizeUsage(ctx context.Context, c *handlers.Call, in usageSummary) (*usageExecution, error) {
	days := defaultDays
	if in.Days != "" {
		var err error
		if days, err = strconv.Atoi(in.Days); err != nil || days < 1 || days > maxDays {
			return nil, apierr.InvalidQuery("days", in.Days, "whole numbers from 1 to "+strconv.Itoa(maxDays))
		}
	}
	now := c.Now()
	return f.runUsage(ctx, c, in.ID, &usage.Query{
		From: now.AddDate(0, 0, 1-days), To: now, Granularity: usage.Day,
		GroupBy: []usage.Dimension{usage.ByClient, usage.ByURI, usage.ByMethod},
	})
}

func (f *Family) runUsage(ctx context.Context, c *handlers.Call, clientID string, q *usage.Query) (*usageExecution, error) {
	about, err := f.Usage.Client(ctx, c.Caller.Org.ID, clientID)
	if err != nil {
		return nil, err
	}
	id, err := f.Usage.Ask(ctx, about, q)
	if err != nil {
		return nil, err
	}
	return &usageExecution{ID: id, URI: "/api/v2/oauth/clients/" + about.ID + "/usage/query/results/" + id}, nil
}

type usageResultRef struct {
	ID          string `param:"clientId"`
	ExecutionID string `param:"executionId"`
}

// usageResults is the schema ApiUsageQueryResult. The operation has no parameter
// to go on by, so all rows come at once and there are no cursors.
type usageResults struct {
	Results []usage.Row `json:"results"`
	Status  string      `json:"queryStatus"`
}

func (f *Family) usageResult(_ context.Context, c *handlers.Call, in usageResultRef) (*usageResults, error) {
	about, err := usage.ClientIn(c.Tx, in.ID, c.Now())
	if err != nil {
		return nil, err
	}
	rows, ok := f.Usage.Result(in.ExecutionID, about)
	if !ok {
		return nil, apierr.NotFound().About(in.ExecutionID, "execution")
	}
	return &usageResults{Results: rows, Status: "Complete"}, nil
}
