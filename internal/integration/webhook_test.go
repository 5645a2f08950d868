package integration_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// What goes away with a webhook is all of it, and nothing of others.
func TestAnInboxIsRemovedWhole(t *testing.T) {
	t.Parallel()
	inState(t, func(tx *store.Tx) error {
		var hooks []integration.InstalledWebhook
		for n := range 2 {
			i := &integration.Integration{ID: fmt.Sprint("i", n), TypeID: integration.Webhook, Attributes: map[string]string{integration.WebhookID: fmt.Sprint("w", n)}}
			if err := integration.All.Insert(tx, i); err != nil {
				return err
			}
			hook, err := integration.FindWebhook(tx, i.Attributes[integration.WebhookID])
			if err != nil {
				return err
			}
			hooks = append(hooks, hook)
		}
		for n := range 6 {
			e := &integration.Event{ID: fmt.Sprint("e", n), Received: now, Body: `{}`, Query: map[string][]string{"a": {"bc"}}}
			if err := integration.Receive(hooks[n%2], e, false); err != nil {
				return err
			}
			if e.Size() != 5 {
				t.Errorf("size %d", e.Size())
			}
		}
		if err := integration.RemoveInbox(tx, "i0"); err != nil {
			return err
		}
		for _, id := range []string{"i0", "i1", "nothing"} {
			inbox, err := integration.InboxOf(tx, id)
			if err != nil {
				return err
			}
			page, err := integration.EventsAfter(tx, inbox, 0, time.Time{}, 10, 1000)
			if err != nil {
				return err
			}
			if want := map[string]int{"i1": 3}[id]; inbox.Kept() != want || len(page) != want || inbox.Bytes != 5*want {
				t.Errorf("%s keeps %d events of %d bytes, and gives %d", id, inbox.Kept(), inbox.Bytes, len(page))
			}
		}
		if _, err := integration.EventByID(tx, "i0", "e0"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an event of the removed one: %v", err)
		}
		return integration.RemoveInbox(tx, "i0") // twice is fine
	})
}

// A webhook's id leads to it from any organization, and none has two.
func TestWebhooksAreFoundByTheirIDs(t *testing.T) {
	t.Parallel()
	inState(t, func(tx *store.Tx) error {
		there := tx.In("elsewhere")
		i := &integration.Integration{ID: "i", TypeID: integration.Webhook, Name: "There", Attributes: map[string]string{integration.WebhookID: "w"}}
		if err := integration.All.Insert(there, i); err != nil {
			return err
		}
		hook, err := integration.FindWebhook(tx.In(store.Global), "w")
		if err != nil || hook.Name != "There" || hook.Tx.Org() != "elsewhere" {
			t.Errorf("found %+v, %v", hook, err)
		}
		if hook, err = integration.WebhookByID(tx.In(store.Global), "i"); err != nil || hook.Name != "There" || hook.Tx.Org() != "elsewhere" {
			t.Errorf("by the id of its integration: %+v, %v", hook, err)
		}
		if err := integration.All.Insert(there, &integration.Integration{ID: "other", TypeID: "custom-rest-actions"}); err != nil {
			return err
		}
		for _, id := range []string{"", "w", "other"} {
			if _, err := integration.WebhookByID(tx, id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q is the id of a webhook's integration: %v", id, err)
			}
		}
		if _, err := integration.FindWebhook(tx, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("without an id: %v", err)
		}
		again := *i
		again.ID = "j"
		if err := integration.All.Insert(there, &again); !errors.Is(err, store.ErrExists) {
			t.Errorf("a second one with that id: %v", err)
		}
		return nil
	})
}

func TestABellWakesAllOfItsWebhookAndEndsWithItsServer(t *testing.T) {
	t.Parallel()
	var bell integration.Bell
	rung := func(ring <-chan struct{}) bool {
		select {
		case <-ring:
			return true
		default:
			return false
		}
	}
	bell.Ring("a") // nobody waits
	first, open := bell.Next("a")
	second, _ := bell.Next("a")
	other, _ := bell.Next("b")
	bell.Ring("a")
	if !rung(first) || !rung(second) || rung(other) {
		t.Errorf("an event of a wakes those of a: %t, %t, and of b: %t", rung(first), rung(second), rung(other))
	}
	third, _ := bell.Next("a")
	bell.RingAll()
	if !rung(third) || !rung(other) {
		t.Errorf("all are woken: %t, %t", rung(third), rung(other))
	}
	third, stillOpen := bell.Next("a")
	other, _ = bell.Next("b")
	bell.Close()
	if !rung(third) || !rung(other) {
		t.Errorf("the end wakes all: %t, %t", rung(third), rung(other))
	}
	if late, after := bell.Next("a"); !open || !stillOpen || after || !rung(late) {
		t.Errorf("open: %t, %t, %t", open, stillOpen, after)
	}
}
