package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Webhook is an installed webhook and what has become of its events.
type Webhook struct {
	ID           string      `json:"id"` // of the integration
	Name         string      `json:"name"`
	WebhookID    string      `json:"webhookId"`
	URL          string      `json:"invocationUrl"`
	Active       bool        `json:"active"`
	Received     uint64      `json:"received"` // events that ever came, which is the number of the latest
	Kept         int         `json:"kept"`     // of these
	LastReceived *clock.Time `json:"lastReceived,omitempty"`
}

// WebhookList lists the webhooks of every organization.
type WebhookList struct {
	Entities []Webhook `json:"entities"`
	Total    int       `json:"total"`
}

// WebhookEvent is an event that a webhook has taken. Its time, webhookId and
// webhooksInvocation are as the real service tells them to triggers (help article
// "Create triggers to filter events by webhook").
type WebhookEvent struct {
	ID             string      `json:"id"`     // the invocationId that the sender was given
	Number         uint64      `json:"number"` // from 1, in the order of arrival
	IntegrationID  string      `json:"integrationId"`
	WebhookID      string      `json:"webhookId"`
	InvocationTime *clock.Time `json:"invocationTime"`
	Invocation     Invocation  `json:"webhooksInvocation"`
}

// Invocation is what was sent to a webhook.
type Invocation struct {
	Headers map[string][]string `json:"headers"`
	Query   map[string][]string `json:"query"`
	Body    json.RawMessage     `json:"body"`
}

// WebhookEventList is a page of events, the oldest first.
type WebhookEventList struct {
	Entities []WebhookEvent `json:"entities"`
	Total    int            `json:"total"`             // kept, on this page or not
	Received uint64         `json:"received"`          // that ever came
	NextURI  string         `json:"nextUri,omitempty"` // of the page after this one, where there is one by now
}

// Bounds of a page of events. Its bytes leave room for it in what the command line
// reads.
const (
	maxEventPage  = 100
	maxEventBytes = 400_000
	maxEventWait  = time.Minute
)

func (c *Control) mountWebhooks(g *echo.Group) {
	g.GET("/webhooks", c.listWebhooks)
	g.GET("/webhooks/:webhook", c.showWebhook)
	g.GET("/webhooks/:webhook/events", c.listEvents)
	g.DELETE("/webhooks/:webhook/events", c.clearEvents)
	g.GET("/webhooks/:webhook/events/:id", c.showEvent)
	g.GET("/webhooks/:webhook/events/:id/body", c.showEventBody)
}

// listWebhooks answers programs by JSON, and a person's browser by a page.
func (c *Control) listWebhooks(ec echo.Context) error {
	ec.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
	if strings.Contains(ec.Request().Header.Get(echo.HeaderAccept), echo.MIMETextHTML) {
		return c.WebhooksPage(ec)
	}
	list := WebhookList{Entities: []Webhook{}}
	err := c.DB.View(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		all, err := integration.Webhooks(tx)
		if err != nil {
			return err
		}
		for _, in := range all {
			shown, err := c.shownWebhook(in)
			if err != nil {
				return err
			}
			list.Entities = append(list.Entities, *shown)
		}
		return nil
	})
	if err != nil {
		return err
	}
	list.Total = len(list.Entities)
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
}

func (c *Control) showWebhook(ec echo.Context) error {
	var shown *Webhook
	err := c.atWebhook(ec, c.DB.View, func(in integration.InstalledWebhook) (err error) {
		shown, err = c.shownWebhook(in)
		return err
	})
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, shown)
}

// listEvents answers a page, and waits for the first event of one that would be
// empty where the query says so.
func (c *Control) listEvents(ec echo.Context) error {
	wanted, err := eventQueryOf(ec)
	if err != nil {
		return err
	}
	// The wait is for something outside, and so on real time.
	ctx, cancel := context.WithTimeout(ec.Request().Context(), wanted.wait)
	defer cancel()
	var ring <-chan struct{}
	for open := true; ; {
		list, integrationID, err := c.eventPage(ec, wanted)
		if err != nil {
			return err
		}
		if len(list.Entities) > 0 || !open || ctx.Err() != nil {
			return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
		}
		if ring == nil { // and look again, for what has come since
			ring, open = c.Bell.Next(integrationID)
			continue
		}
		select {
		case <-ring:
		case <-ctx.Done():
		}
		ring = nil
	}
}

// eventQuery is which events are wanted.
type eventQuery struct {
	after uint64
	since time.Time
	size  int
	wait  time.Duration
}

func eventQueryOf(ec echo.Context) (wanted eventQuery, err error) {
	wanted.size = 25
	if text := ec.QueryParam("after"); text != "" {
		if wanted.after, err = strconv.ParseUint(text, 10, 64); err != nil {
			return wanted, apierr.InvalidQuery("after", text, "numbers of events, and 0")
		}
	}
	if text := ec.QueryParam("since"); text != "" {
		if wanted.since, err = time.Parse(time.RFC3339, text); err != nil {
			return wanted, apierr.InvalidQuery("since", text, "times such as 2026-01-15T12:00:00.000Z")
		}
	}
	if text := ec.QueryParam("pageSize"); text != "" {
		if wanted.size, err = strconv.Atoi(text); err != nil || wanted.size < 1 {
			return wanted, apierr.InvalidQuery("pageSize", text, "positive integers")
		}
	}
	wanted.size = min(wanted.size, maxEventPage)
	if text := ec.QueryParam("wait"); text != "" {
		if wanted.wait, err = time.ParseDuration(text); err != nil || wanted.wait < 0 || wanted.wait > maxEventWait {
			return wanted, apierr.InvalidQuery("wait", text, "durations such as 500ms or 10s, up to "+fmt.Sprint(maxEventWait.Seconds())+"s")
		}
	}
	return wanted, nil
}

// eventPage returns the page that is there by now, and the id of the integration
// that it is about.
func (c *Control) eventPage(ec echo.Context, wanted eventQuery) (list *WebhookEventList, integrationID string, err error) {
	list = &WebhookEventList{Entities: []WebhookEvent{}}
	err = c.atWebhook(ec, c.DB.View, func(in integration.InstalledWebhook) error {
		inbox, err := integration.InboxOf(in.Tx, in.ID)
		if err != nil {
			return err
		}
		page, err := integration.EventsAfter(in.Tx, inbox, wanted.after, wanted.since, wanted.size, maxEventBytes)
		if err != nil {
			return err
		}
		for _, e := range page {
			list.Entities = append(list.Entities, shownEvent(e))
		}
		list.Total, list.Received = inbox.Kept(), inbox.Last
		if n := len(page); n > 0 && page[n-1].Number < inbox.Last {
			next := url.Values{"after": {strconv.FormatUint(page[n-1].Number, 10)}, "pageSize": {strconv.Itoa(wanted.size)}}
			list.NextURI = ec.Request().URL.EscapedPath() + "?" + next.Encode()
		}
		integrationID = in.ID
		return nil
	})
	return list, integrationID, err
}

func (c *Control) clearEvents(ec echo.Context) error {
	err := c.atWebhook(ec, c.DB.Update, func(in integration.InstalledWebhook) error { return integration.ClearEvents(in.Tx, in.ID) })
	if err != nil {
		return err
	}
	return ec.NoContent(http.StatusNoContent)
}

func (c *Control) showEvent(ec echo.Context) error {
	e, err := c.event(ec)
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, shownEvent(e))
}

// showEventBody answers the body letter by letter, as those who check signatures
// need it.
func (c *Control) showEventBody(ec echo.Context) error {
	e, err := c.event(ec)
	if err != nil {
		return err
	}
	ec.Response().Header().Set(echo.HeaderXContentTypeOptions, "nosniff")
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, handlers.Raw{ContentType: echo.MIMEApplicationJSON, Body: []byte(e.Body)})
}

func (c *Control) event(ec echo.Context) (e *integration.Event, err error) {
	id := ec.Param("id")
	err = c.atWebhook(ec, c.DB.View, func(in integration.InstalledWebhook) error {
		e, err = integration.EventByID(in.Tx, in.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return apierr.Newf(http.StatusNotFound, "event.not.found", "The webhook has no event with the id %.120s. It keeps the last %d, of %d bytes in all.",
				strconv.Quote(strings.ToValidUTF8(id, "?")), integration.MaxEvents, integration.MaxEventBytes)
		}
		return err
	})
	return e, err
}

// atWebhook runs fn for the webhook that the path names, by the id of the
// integration, the id in its address, or its name.
func (c *Control) atWebhook(ec echo.Context, run transaction, fn func(integration.InstalledWebhook) error) error {
	wanted := ec.Param("webhook")
	if plain, err := url.PathUnescape(wanted); err == nil && ec.Request().URL.RawPath != "" {
		wanted = plain
	}
	return run(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		in, err := webhookCalled(tx, wanted)
		if err != nil {
			return err
		}
		return fn(in)
	})
}

// webhookCalled tries the ids first, which are indexed: tests ask by them, again
// and again.
func webhookCalled(tx *store.Tx, wanted string) (in integration.InstalledWebhook, err error) {
	for _, find := range []func(*store.Tx, string) (integration.InstalledWebhook, error){integration.WebhookByID, integration.FindWebhook} {
		if in, err = find(tx, wanted); !errors.Is(err, store.ErrNotFound) {
			return in, err
		}
	}
	found := 0
	all, err := integration.Webhooks(tx)
	if err != nil {
		return in, err
	}
	for _, other := range all {
		if strings.EqualFold(other.Name, wanted) {
			in = other
			found++
		}
	}
	switch found {
	case 0:
		return in, apierr.Newf(http.StatusNotFound, "webhook.not.found", "There is no webhook %.120s. GET /_mockcloud/webhooks, or mockcloud webhooks list, names them.", strconv.Quote(strings.ToValidUTF8(wanted, "?")))
	case 1:
		return in, nil
	}
	return in, apierr.Newf(http.StatusConflict, "webhook.ambiguous", "%d webhooks are called %.120s. Name one by its id.", found, strconv.Quote(strings.ToValidUTF8(wanted, "?")))
}

func (c *Control) shownWebhook(in integration.InstalledWebhook) (*Webhook, error) {
	inbox, err := integration.InboxOf(in.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	id := in.Attributes[integration.WebhookID]
	return &Webhook{
		ID: in.ID, Name: in.Name, WebhookID: id, URL: integration.InvocationURL(c.PublicURL(), id),
		Active: in.IntendedState == integration.Enabled, Received: inbox.Last, Kept: inbox.Kept(), LastReceived: inbox.Received,
	}, nil
}

func shownEvent(e *integration.Event) WebhookEvent {
	return WebhookEvent{
		ID: e.ID, Number: e.Number, IntegrationID: e.IntegrationID, WebhookID: e.WebhookID, InvocationTime: e.Received,
		Invocation: Invocation{Headers: e.Headers, Query: e.Query, Body: json.RawMessage(cmp.Or(e.Body, "null"))},
	}
}
