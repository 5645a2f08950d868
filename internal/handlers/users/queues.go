package users

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The permissions of those who join queues themselves, and of those who decide
// for others.
var (
	joinQueue     = spec.Permission{Domain: "routing", Entity: "queue", Action: "join"}
	manageMembers = spec.Permission{Domain: "routing", Entity: "queueMember", Action: "manage"}
)

// maxQueuesAtOnce is how many queues can be joined in one request; the
// specification does not say.
const maxQueuesAtOnce = 100

type userQueuesInput struct {
	ID        string   `param:"userId"`
	Joined    *bool    `query:"joined"`
	Divisions []string `query:"divisionId"`
}

// queues is getUserQueues: those of the divisions in which the caller may see
// queues. The specification has true as the default of joined, so that the
// queues which the user has left are shown on request only.
func (f *Family) queues(_ context.Context, c *handlers.Call, in userQueuesInput) (*handlers.Listing[*contactcenter.UserQueueView], error) {
	page, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	u, err := routed(c, in.ID)
	if err != nil {
		return nil, err
	}
	joined := in.Joined == nil || *in.Joined
	all, err := contactcenter.QueuesOf(c.Tx, u.ID, func(q *contactcenter.Queue, m *contactcenter.Member) bool {
		return m.Joined == joined && (len(in.Divisions) == 0 || slices.Contains(in.Divisions, q.DivisionID)) && seesQueues(c, q.DivisionID)
	})
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, queueViews(c, handlers.Cut(all, page)), page, len(all)), nil
}

func seesQueues(c *handlers.Call, division string) bool {
	return slices.ContainsFunc(c.Operation.Facts().Permissions, func(p spec.Permission) bool {
		return c.Caller.Permits(c.Tx, p, division)
	})
}

func queueViews(c *handlers.Call, list []contactcenter.UserQueue) []*contactcenter.UserQueueView {
	return contactcenter.UserQueueViews(list, func(id string) string { return identity.DivisionName(c.Tx, id) })
}

// queueChange is the schema UserQueue as far as it can be changed.
type queueChange struct {
	ID     string `json:"id"`
	Joined *bool  `json:"joined"`
}

type joinQueuesInput struct {
	ID   string        `param:"userId"`
	Body []queueChange `body:""`
}

// joinQueues is patchUserQueues. It answers the queues that were named.
func (f *Family) joinQueues(_ context.Context, c *handlers.Call, in joinQueuesInput) (*handlers.Listing[*contactcenter.UserQueueView], error) {
	if n := len(in.Body); n == 0 || n > maxQueuesAtOnce {
		return nil, c.Documented(http.StatusBadRequest, "general.bad.request")
	}
	changed := make([]contactcenter.UserQueue, 0, len(in.Body))
	for _, ch := range in.Body {
		uq, err := ch.apply(c, in.ID)
		if err != nil {
			return nil, err
		}
		changed = append(changed, uq)
	}
	page := handlers.Paging{Size: len(changed), Number: 1}
	return handlers.NewListing(c, queueViews(c, changed), page, len(changed)), nil
}

type joinQueueInput struct {
	UserID  string      `param:"userId"`
	QueueID string      `param:"queueId"`
	Body    queueChange `body:""`
}

// joinQueue is patchUserQueue.
func (f *Family) joinQueue(_ context.Context, c *handlers.Call, in joinQueueInput) (*contactcenter.UserQueueView, error) {
	in.Body.ID = in.QueueID
	uq, err := in.Body.apply(c, in.UserID)
	if err != nil {
		return nil, err
	}
	return queueViews(c, []contactcenter.UserQueue{uq})[0], nil
}

// apply lets the user join the queue or step back. It makes nobody a member.
func (ch *queueChange) apply(c *handlers.Call, userID string) (contactcenter.UserQueue, error) {
	var none contactcenter.UserQueue
	if ch.Joined == nil {
		return none, c.Documented(http.StatusBadRequest, "general.bad.request").OnField("joined")
	}
	q, err := contactcenter.Queues.Get(c.Tx, ch.ID)
	if errors.Is(err, store.ErrNotFound) {
		return none, noQueue(c, ch.ID)
	}
	if err != nil {
		return none, err
	}
	if err := mayJoin(c, userID, q.DivisionID); err != nil {
		return none, err
	}
	m, err := contactcenter.MemberOf(c.Tx, q.ID, userID)
	if errors.Is(err, store.ErrNotFound) {
		return none, noQueue(c, ch.ID)
	}
	if err != nil {
		return none, err
	}
	if err := q.SetJoined(c.Tx, m, *ch.Joined); err != nil {
		return none, err
	}
	return contactcenter.UserQueue{Queue: q, Member: m}, contactcenter.Queues.Put(c.Tx, q)
}

func noQueue(c *handlers.Call, id string) *apierr.Error {
	return c.Documented(http.StatusNotFound, "resource.not.found").About(id, "queue")
}

// mayJoin refuses callers who join for somebody else without managing the
// members of the queue.
//
// Guess: the specification has both permissions as alternatives and does not say
// that one of them is for oneself only.
func mayJoin(c *handlers.Call, userID, division string) error {
	c.Decision.Divisions = append(c.Decision.Divisions, division)
	if c.Caller.Permits(c.Tx, manageMembers, division) || isSelf(c, userID) && c.Caller.Permits(c.Tx, joinQueue, division) {
		return nil
	}
	return c.Documented(http.StatusForbidden, "missing.any.division.permissions",
		"[routing:queue:join, routing:queueMember:manage]", "["+division+"]")
}
