package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What is kept of the events of one webhook. The oldest make room for new ones.
const (
	MaxEvents     = 1000
	MaxEventBytes = 10_000_000 // of bodies, headers and queries
)

// Event is one call of a webhook.
type Event struct {
	ID            string              `json:"id"` // the invocation id that the sender was given
	IntegrationID string              `json:"integrationId"`
	WebhookID     string              `json:"webhookId"`
	Number        uint64              `json:"number"` // from 1; no number of a webhook comes twice
	Received      *clock.Time         `json:"received"`
	Headers       map[string][]string `json:"headers"` // by lower-case name, without secrets
	Query         map[string][]string `json:"query"`   // likewise
	Body          string              `json:"body"`    // letter by letter
}

// Size is what the event takes of MaxEventBytes.
func (e *Event) Size() int {
	size := len(e.Body)
	for _, values := range []map[string][]string{e.Headers, e.Query} {
		for name, list := range values {
			size += len(name)
			for _, value := range list {
				size += len(value)
			}
		}
	}
	return size
}

// events are kept by integration and number, so that a page of one webhook's is
// read without looking at others.
var events = store.Collection[*Event]{
	Name:    "integrations/webhook-events",
	Key:     func(e *Event) string { return eventKey(e.IntegrationID, e.Number) },
	Indexes: []store.Index[*Event]{{Name: "id", Keys: func(e *Event) []string { return []string{e.ID} }, Unique: true}},
}

func eventKey(integrationID string, number uint64) string {
	return fmt.Sprintf("%s/%016x", integrationID, number)
}

// Inbox is what is known of a webhook's events without reading them. Those kept
// have the numbers from First to Last, without gaps.
type Inbox struct {
	IntegrationID string      `json:"integrationId"`
	First         uint64      `json:"first"`
	Last          uint64      `json:"last"`  // of all that ever came; 0 means none
	Bytes         int         `json:"bytes"` // of those kept
	Received      *clock.Time `json:"received,omitempty"`

	MinuteBegan *clock.Time `json:"minuteBegan,omitempty"` // of the calls that the rate limit counts
	MinuteCalls int         `json:"minuteCalls,omitempty"`
}

// Kept is how many events there are to read.
func (b *Inbox) Kept() int { return int(b.Last + 1 - b.First) }

var inboxes = store.Collection[*Inbox]{
	Name: "integrations/webhook-inboxes",
	Key:  func(b *Inbox) string { return b.IntegrationID },
}

// InboxOf returns the inbox of a webhook, for changing. Without any event so far
// it is an empty one.
func InboxOf(tx *store.Tx, integrationID string) (*Inbox, error) {
	b, err := inboxes.Get(tx, integrationID)
	if errors.Is(err, store.ErrNotFound) {
		return &Inbox{IntegrationID: integrationID, First: 1}, nil
	}
	return b, err
}

// InvocationURL is the address that takes the events of a webhook; base is that
// of the server.
func InvocationURL(base, webhookID string) string {
	return base + "/api/v2/integrations/webhooks/" + webhookID + "/events"
}

// InstalledWebhook is a webhook, not to be changed, with a transaction that looks
// at its organization.
type InstalledWebhook struct {
	*Integration
	Tx *store.Tx
}

// Webhooks lists the webhooks of every organization by name, whatever its case.
func Webhooks(tx *store.Tx) ([]InstalledWebhook, error) {
	var all []InstalledWebhook
	for org := range tx.Orgs() {
		in := tx.In(org)
		for key := range All.KeysBy(in, "type", Webhook) {
			i, err := All.Peek(in, key)
			if err != nil {
				return nil, err
			}
			all = append(all, InstalledWebhook{i, in})
		}
	}
	slices.SortStableFunc(all, func(a, b InstalledWebhook) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return all, nil
}

// WebhookByID finds the webhook with that id of its integration in any
// organization. It returns store.ErrNotFound where there is none.
func WebhookByID(tx *store.Tx, integrationID string) (InstalledWebhook, error) {
	for org := range tx.Orgs() {
		in := tx.In(org)
		i, err := All.Peek(in, integrationID)
		if errors.Is(err, store.ErrNotFound) || (err == nil && i.TypeID != Webhook) {
			continue
		}
		return InstalledWebhook{i, in}, err
	}
	return InstalledWebhook{}, store.ErrNotFound
}

// FindWebhook finds the webhook with that id in any organization: who calls it
// has no token that would tell. It returns store.ErrNotFound where there is none.
func FindWebhook(tx *store.Tx, webhookID string) (InstalledWebhook, error) {
	for org := range tx.Orgs() {
		in := tx.In(org)
		for key := range All.KeysBy(in, WebhookID, webhookID) {
			i, err := All.Peek(in, key)
			return InstalledWebhook{i, in}, err
		}
	}
	return InstalledWebhook{}, store.ErrNotFound
}

// Receive keeps an event of a webhook, gives it its number, and lets go of the
// oldest ones where there is no room. With limit it refuses what comes faster
// than the webhook's configuration allows.
func Receive(i InstalledWebhook, e *Event, limit bool) error {
	tx := i.Tx
	inbox, err := InboxOf(tx, i.ID)
	if err != nil {
		return err
	}
	if limit {
		if err := inbox.count(i.ratePerMinute(), e.Received); err != nil {
			return err
		}
	}
	inbox.Last++
	inbox.Received = e.Received
	inbox.Bytes += e.Size()
	e.IntegrationID, e.WebhookID, e.Number = i.ID, i.Attributes[WebhookID], inbox.Last
	if err := events.Insert(tx, e); err != nil {
		return err
	}
	for inbox.Kept() > MaxEvents || inbox.Bytes > MaxEventBytes {
		if err := inbox.dropOldest(tx); err != nil {
			return err
		}
	}
	return inboxes.Put(tx, inbox)
}

func (b *Inbox) dropOldest(tx *store.Tx) error {
	key := eventKey(b.IntegrationID, b.First)
	oldest, err := events.Peek(tx, key)
	if err != nil {
		return err
	}
	b.First++
	b.Bytes -= oldest.Size()
	return events.Delete(tx, key)
}

// ratePerMinute is how many calls a minute the configuration allows; 0 means any
// number. The property's name is that of configurations that people publish for
// Terraform.
func (i *Integration) ratePerMinute() int {
	var properties struct{ InvocationRatePerMinute int }
	if json.Unmarshal(i.Properties, &properties) != nil { // which the type's schema rules out
		return 0
	}
	return properties.InvocationRatePerMinute
}

// count adds a call to the minute that is under way, or begins one.
//
// Guess: the minute begins with a call, as that of a token's rate limit does, and
// what is refused does not count.
func (b *Inbox) count(allowed int, now *clock.Time) error {
	if allowed <= 0 {
		return nil
	}
	if b.MinuteBegan == nil || now.Sub(b.MinuteBegan.Time) >= time.Minute || now.Before(b.MinuteBegan.Time) {
		b.MinuteBegan, b.MinuteCalls = now, 0
	}
	if b.MinuteCalls >= allowed {
		wait := int((b.MinuteBegan.Add(time.Minute).Sub(now.Time) + time.Second - 1) / time.Second)
		e := apierr.Newf(http.StatusTooManyRequests, "too.many.requests.retry.after", "Rate limit exceeded the maximum. Retry the request in [%d] seconds", wait)
		e.RetryAfter = wait
		return e
	}
	b.MinuteCalls++
	return nil
}

// EventsAfter returns up to limit events of a webhook with higher numbers than
// after, the oldest first, and only as many as take bytes at most, but one in any
// case. Those that came before since are left out; a zero since leaves none out.
func EventsAfter(tx *store.Tx, inbox *Inbox, after uint64, since time.Time, limit, bytes int) ([]*Event, error) {
	if after > inbox.Last {
		after = 0 // it is from before a reset
	}
	number := max(after+1, inbox.First)
	if !since.IsZero() {
		var err error
		if number, err = inbox.firstSince(tx, number, since); err != nil {
			return nil, err
		}
	}
	var page []*Event
	for ; number <= inbox.Last && len(page) < limit; number++ {
		e, err := events.Peek(tx, eventKey(inbox.IntegrationID, number))
		if err != nil {
			return nil, err
		}
		if bytes -= e.Size(); bytes < 0 && len(page) > 0 {
			break
		}
		page = append(page, e)
	}
	return page, nil
}

// LatestEvents returns up to limit events of a webhook, the newest first.
func LatestEvents(tx *store.Tx, inbox *Inbox, limit int) ([]*Event, error) {
	var latest []*Event
	for number := inbox.Last; number >= inbox.First && len(latest) < limit; number-- {
		e, err := events.Peek(tx, eventKey(inbox.IntegrationID, number))
		if err != nil {
			return nil, err
		}
		latest = append(latest, e)
	}
	return latest, nil
}

// firstSince is the number of the first event from number on that did not come
// before since. Events come in the order of time, and so half of them are ruled
// out with each look.
func (b *Inbox) firstSince(tx *store.Tx, number uint64, since time.Time) (uint64, error) {
	end := b.Last + 1
	for number < end {
		middle := number + (end-number)/2
		e, err := events.Peek(tx, eventKey(b.IntegrationID, middle))
		if err != nil {
			return 0, err
		}
		if e.Received.Before(since) {
			number = middle + 1
		} else {
			end = middle
		}
	}
	return number, nil
}

// EventByID returns an event of a webhook, not to be changed, or
// store.ErrNotFound.
func EventByID(tx *store.Tx, integrationID, id string) (*Event, error) {
	for key := range events.KeysBy(tx, "id", id) {
		e, err := events.Peek(tx, key)
		if err == nil && e.IntegrationID != integrationID {
			break
		}
		return e, err
	}
	return nil, store.ErrNotFound
}

// ClearEvents removes the events of a webhook. Their numbers do not come again.
func ClearEvents(tx *store.Tx, integrationID string) error {
	inbox, err := InboxOf(tx, integrationID)
	if err != nil || inbox.Kept() == 0 {
		return err
	}
	for inbox.Kept() > 0 {
		if err := inbox.dropOldest(tx); err != nil {
			return err
		}
	}
	return inboxes.Put(tx, inbox)
}

// RemoveInbox removes all that is kept of the events of an integration that goes
// away; most integrations have none.
func RemoveInbox(tx *store.Tx, integrationID string) error {
	if !inboxes.Has(tx, integrationID) {
		return nil
	}
	if err := ClearEvents(tx, integrationID); err != nil {
		return err
	}
	return inboxes.Delete(tx, integrationID)
}
