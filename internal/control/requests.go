package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/journal"
)

// RequestList is a page of remembered requests, the latest first.
type RequestList struct {
	Entities []*journal.Request `json:"entities"`
	Latest   uint64             `json:"latest"`            // number of the latest of all
	NextURI  string             `json:"nextUri,omitempty"` // of the page with the ones before, where there may be some
}

// Sizes of a page of requests. Those with bodies are larger.
const (
	usualRequests = 100
	maxRequests   = 1000
)

func (c *Control) mountRequests(g *echo.Group) {
	g.GET("/requests", c.listRequests)
	g.DELETE("/requests", c.clearRequests)
	g.GET("/requests/stream", c.streamRequests)
	g.GET("/requests/:sequence", c.showRequest)
}

func (c *Control) listRequests(ec echo.Context) error {
	f, err := requestFilter(ec)
	if err != nil {
		return err
	}
	list := RequestList{Latest: c.Journal.Latest()}
	if list.Entities, err = c.Journal.List(ec.Request().Context(), f); err != nil {
		return err
	}
	if n := len(list.Entities); n == f.Limit {
		next := ec.QueryParams()
		next.Set("before", strconv.FormatUint(list.Entities[n-1].Sequence, 10))
		list.NextURI = ec.Request().URL.EscapedPath() + "?" + next.Encode()
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
}

// filterNames are the parameters that say which requests are wanted.
var filterNames = []string{
	"operation", "status", "method", "path", "caller", "code", "since", "until", "own", "correlationId", "org", "action",
	"pageSize", "before", "expand",
}

// requestFilter reads the parameters. One that is not known is refused: a report of
// what was called must not be of more than was asked for.
func requestFilter(ec echo.Context) (f journal.Filter, err error) {
	query, err := url.ParseQuery(ec.Request().URL.RawQuery)
	if err != nil {
		return f, apierr.BadRequest("The query string could not be read.")
	}
	for name, values := range query {
		if !slices.Contains(filterNames, name) {
			return f, apierr.Newf(http.StatusBadRequest, "invalid.query.param.value", "There is no parameter [%.100s]. Those are: %s", name, filterNames).OnField(name)
		}
		if len(values) > 1 {
			return f, apierr.InvalidQuery(name, values[1], "one value")
		}
	}
	f = journal.Filter{
		Operation: query.Get("operation"), Method: query.Get("method"), Path: query.Get("path"), Caller: query.Get("caller"),
		Code: query.Get("code"), CorrelationID: query.Get("correlationId"), Org: query.Get("org"), Action: query.Get("action"), Limit: usualRequests,
	}
	if text := query.Get("status"); text != "" {
		var ok bool
		if f.Status, ok = journal.ParseStatus(text); !ok {
			return f, apierr.InvalidQuery("status", text, "numbers such as 404, and classes such as 4xx")
		}
	}
	if text := query.Get("own"); text != "" {
		own := text == "true"
		if !own && text != "false" {
			return f, apierr.InvalidQuery("own", text, "true, false")
		}
		f.Own = &own
	}
	for name, target := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		if text := query.Get(name); text != "" {
			if *target, err = time.Parse(time.RFC3339, text); err != nil {
				return f, apierr.InvalidQuery(name, text, "times such as 2026-01-15T12:00:00.000Z")
			}
		}
	}
	if text := query.Get("before"); text != "" {
		if f.Before, err = strconv.ParseUint(text, 10, 64); err != nil || f.Before == 0 {
			return f, apierr.InvalidQuery("before", text, "numbers of requests")
		}
	}
	if text := query.Get("pageSize"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > maxRequests {
			return f, apierr.InvalidQuery("pageSize", text, fmt.Sprintf("1 to %d", maxRequests))
		}
	}
	if text := query.Get("expand"); text != "" {
		if text != "details" {
			return f, apierr.InvalidQuery("expand", text, "details")
		}
		f.Details = true
	}
	return f, nil
}

func (c *Control) showRequest(ec echo.Context) error {
	text := ec.Param("sequence")
	number, err := strconv.ParseUint(text, 10, 64)
	var shown *journal.Request
	if err == nil && number > 0 {
		if shown, err = c.Journal.Entry(ec.Request().Context(), number); err != nil {
			return err
		}
	}
	if shown == nil {
		return apierr.Newf(http.StatusNotFound, "not.found",
			"No request with the number %.40s is remembered. GET /_mockcloud/requests, or mockcloud requests, lists those that are.", strconv.Quote(text))
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, shown)
}

func (c *Control) clearRequests(ec echo.Context) error {
	c.Journal.Clear()
	return ec.NoContent(http.StatusNoContent)
}

// streamRequests sends each request once it was answered: from now on, or from the one
// after Last-Event-ID.
func (c *Control) streamRequests(ec echo.Context) error {
	f, err := requestFilter(ec)
	if err != nil {
		return err
	}
	after := c.Journal.Latest()
	if text := ec.Request().Header.Get("Last-Event-ID"); text != "" {
		if after, err = strconv.ParseUint(text, 10, 64); err != nil {
			return apierr.New(http.StatusBadRequest, "bad.request", "Last-Event-ID must be the number of a request.")
		}
	}
	ctx, cancel := context.WithCancel(ec.Request().Context())
	defer cancel()
	return journal.Stream(ec.Response(), c.Journal.Subscribe(ctx, f, after), requestEvent)
}

func requestEvent(e *journal.Event) (string, error) {
	if e.Request == nil {
		return fmt.Sprintf("event: dropped\ndata: {\"count\":%d}\n\n", e.Dropped), nil
	}
	text, err := json.Marshal(e.Request) // on one line
	return fmt.Sprintf("id: %d\nevent: request\ndata: %s\n\n", e.Request.Sequence, text), err
}
