package routing

import (
	"context"
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type queueRef struct {
	ID string `param:"queueId"`
}

// queueBody is the schema CreateQueueRequest, and QueueRequest.
type queueBody struct {
	Name          string     `json:"name"`
	Division      *reference `json:"division"`
	SourceQueueID string     `json:"sourceQueueId"`
	contactcenter.QueueSettings
}

func (b *queueBody) division() string {
	if b.Division == nil {
		return ""
	}
	return b.Division.ID
}

func (f *Family) get(_ context.Context, c *handlers.Call, in queueRef) (*contactcenter.QueueView, error) {
	q, err := peekQueue(c, in.ID)
	if err != nil {
		return nil, err
	}
	return view(c, q), nil
}

func view(c *handlers.Call, q *contactcenter.Queue) *contactcenter.QueueView {
	return q.View(identity.DivisionName(c.Tx, q.DivisionID))
}

type newQueue struct {
	Body queueBody `body:""`
}

// create is postRoutingQueues. The source queue lends its settings, not its
// members nor its wrap-up codes.
func (f *Family) create(_ context.Context, c *handlers.Call, in newQueue) (*contactcenter.QueueView, error) {
	division, err := divisionFor(c, in.Body.division())
	if err != nil {
		return nil, err
	}
	if err := c.RequireWithin(division); err != nil {
		return nil, err
	}
	settings := in.Body.QueueSettings
	if id := in.Body.SourceQueueID; id != "" {
		source, err := contactcenter.Queues.Peek(c.Tx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || !c.Caller.Permits(c.Tx, viewQueue, source.DivisionID) {
			return nil, c.Documented(http.StatusBadRequest, "source.queue.not.found").OnField("sourceQueueId")
		}
		settings = settings.Over(source.Settings)
	}
	now := clock.At(c.Now())
	q := &contactcenter.Queue{ID: c.NewID(), DivisionID: division, Created: now, CreatedBy: by(c)}
	if err := in.Body.store(c, q, settings); err != nil {
		return nil, err
	}
	return view(c, q), nil
}

// store puts the queue with what the body says of it.
func (b *queueBody) store(c *handlers.Call, q *contactcenter.Queue, settings contactcenter.QueueSettings) error {
	if !contactcenter.ValidName(b.Name) {
		return c.Documented(http.StatusBadRequest, "invalid.name").OnField("name")
	}
	var err error
	if q.Settings, err = settings.Complete(); err != nil {
		return err
	}
	q.Name, q.Modified, q.ModifiedBy = b.Name, clock.At(c.Now()), by(c)
	err = contactcenter.Queues.Put(c.Tx, q)
	if errors.Is(err, store.ErrExists) {
		return c.Documented(http.StatusBadRequest, "duplicate.name").OnField("name")
	}
	return err
}

type queueChange struct {
	ID   string    `param:"queueId"`
	Body queueBody `body:""`
}

// replace is putRoutingQueue. Members and wrap-up codes have operations of their
// own and stay. What the body leaves out goes back to the default.
func (f *Family) replace(_ context.Context, c *handlers.Call, in queueChange) (*contactcenter.QueueView, error) {
	q, err := getQueue(c, in.ID)
	if err != nil {
		return nil, err
	}
	// Guess: another division moves the queue, given the permission in both.
	if id := in.Body.division(); id != "" && id != q.DivisionID {
		if q.DivisionID, err = divisionFor(c, id); err != nil {
			return nil, err
		}
		if err := c.RequireWithin(id); err != nil {
			return nil, err
		}
	}
	if err := in.Body.store(c, q, in.Body.QueueSettings); err != nil {
		return nil, err
	}
	return view(c, q), nil
}

// remove is deleteRoutingQueue. forceDelete makes no difference: no conversation
// is ever active in a queue here.
func (f *Family) remove(_ context.Context, c *handlers.Call, in queueRef) (handlers.None, error) {
	q, err := peekQueue(c, in.ID)
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, contactcenter.DeleteQueue(c.Tx, q.ID)
}
