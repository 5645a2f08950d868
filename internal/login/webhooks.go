package login

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What the page of webhooks shows of each. Everything there is comes as JSON, from
// the same address and those below it.
const (
	shownEvents = 10
	shownBody   = 4000 // bytes, indented or not
	shownDepth  = 20   // of bodies that are indented, for which each level costs space in every line
)

// refreshSeconds is how often the page loads itself again, where it is told to.
const refreshSeconds = 5

// webhooksView is what the page shows beside the usual.
type webhooksView struct {
	Hooks      []webhookView
	Install    string // commands that install a webhook; "" where there is one
	Refreshing bool
	Seconds    int    // between one time and the next
	Other      string // the page that does so, or does not
}

// webhookView is a webhook and its latest events, the newest first.
type webhookView struct {
	ID, Name, URL  string
	Curl           string // a command that sends an event
	Active         bool
	Received, Kept int
	Events         []eventView
}

type eventView struct {
	Number         uint64
	ID, At, Body   string
	Shortened      bool
	Headers, Query []field
}

// WebhooksPage shows a person what webhooks have received.
func (l *Login) WebhooksPage() echo.HandlerFunc { return l.page(l.trusted(l.webhooks)) }

func (l *Login) webhooks(c echo.Context) error {
	return l.showForm(c, formPage{name: "webhooks", title: "webhooks.title", path: webhooksPath, refused: http.StatusForbidden, act: l.clearWebhook, fill: l.fillWebhooks})
}

// clearWebhook clears the events of a webhook, which takes no more than being here.
func (l *Login) clearWebhook(c echo.Context, form url.Values) (problem string, err error) {
	return "", l.DB.Update(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		in, err := integration.WebhookByID(tx, form.Get("clear"))
		if errors.Is(err, store.ErrNotFound) {
			return nil // it is gone, and its events with it
		}
		if err != nil {
			return err
		}
		return integration.ClearEvents(in.Tx, in.ID)
	})
}

// fillWebhooks adds what the state says.
func (l *Login) fillWebhooks(c echo.Context, p *page) error {
	path := p.Prefix + webhooksPath
	v := &webhooksView{Seconds: refreshSeconds, Other: path + "?refresh=on"}
	if queryOf(c.Request()).Get("refresh") == "on" {
		v.Refreshing, v.Other = true, path
		c.Response().Header().Set("Refresh", itoa(refreshSeconds))
	}
	p.Webhooks = v
	err := l.DB.View(c.Request().Context(), store.Global, func(tx *store.Tx) error {
		all, err := integration.Webhooks(tx)
		if err != nil {
			return err
		}
		for _, in := range all {
			hook, err := l.webhookView(in)
			if err != nil {
				return err
			}
			v.Hooks = append(v.Hooks, hook)
		}
		return nil
	})
	if len(v.Hooks) == 0 {
		v.Install = installCommands(l.base(c.Request()), integration.Webhook, "My webhook", "")
	}
	return err
}

func (l *Login) webhookView(in integration.InstalledWebhook) (webhookView, error) {
	v := webhookView{
		ID: in.ID, Name: in.Name, Active: in.IntendedState == integration.Enabled,
		URL: integration.InvocationURL(l.Issuer(), in.Attributes[integration.WebhookID]),
	}
	v.Curl = command(`-H 'Content-Type: application/json' -d '{"hello":"world"}'`, v.URL)
	inbox, err := integration.InboxOf(in.Tx, in.ID)
	if err != nil {
		return v, err
	}
	v.Received, v.Kept = int(inbox.Last), inbox.Kept()
	latest, err := integration.LatestEvents(in.Tx, inbox, shownEvents)
	for _, e := range latest {
		body, shortened := beginning(indented(e.Body), shownBody)
		v.Events = append(v.Events, eventView{
			Number: e.Number, ID: e.ID, At: e.Received.Format(clock.Layout), Body: body, Shortened: shortened,
			Headers: shownFields(e.Headers), Query: shownFields(e.Query),
		})
	}
	return v, err
}

// indented is a body with a line for each of its values, where that is readable.
func indented(body string) string {
	if len(body) > shownBody || depth(body) > shownDepth {
		return body
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil { // which none should be, since webhooks take JSON
		return body
	}
	return b.String()
}

// depth is how deep the values of a body are nested.
func depth(body string) int {
	deepest, open := 0, 0
	quoted, escaped := false, false
	for _, sign := range []byte(body) {
		switch {
		case escaped:
			escaped = false
		case quoted && sign == '\\':
			escaped = true
		case sign == '"':
			quoted = !quoted
		case quoted:
		case sign == '[', sign == '{':
			open++
			deepest = max(deepest, open)
		case sign == ']', sign == '}':
			open--
		}
	}
	return deepest
}

// beginning is the text up to about so many bytes, and whether there is more.
func beginning(text string, size int) (string, bool) {
	if len(text) <= size {
		return text, false
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size], true
}
