package routing

import (
	"context"
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

type addInput struct {
	QueueID string      `param:"queueId"`
	Delete  bool        `query:"delete"`
	Body    []reference `body:""`
}

// addMembers adds users to a queue, or with delete=true takes them from it. All
// are users that exist, or nothing happens.
func (f *Family) addMembers(_ context.Context, c *handlers.Call, in addInput) (handlers.None, error) {
	q, err := getQueue(c, in.QueueID)
	if err != nil {
		return handlers.None{}, err
	}
	if n := len(in.Body); n == 0 || n > maxBulk {
		return handlers.None{}, badMembers(c)
	}
	for _, r := range in.Body {
		if in.Delete {
			err = q.Remove(c.Tx, r.ID)
			if errors.Is(err, store.ErrNotFound) {
				err = nil // it is as the client wants it
			}
		} else {
			err = admit(c, q, r.ID)
		}
		if err != nil {
			return handlers.None{}, err
		}
	}
	return handlers.None{}, contactcenter.Queues.Put(c.Tx, q)
}

// admit makes a user a member. Who belongs to another division than the queue can
// be one too.
func admit(c *handlers.Call, q *contactcenter.Queue, id string) error {
	u, err := identity.Users.Peek(c.Tx, id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && u.State == identity.UserDeleted:
		// Guess: the code lists the queue only.
		return apierr.New(http.StatusNotFound, "resource.not.found", "The user was not found.").About(id, "user")
	case err != nil:
		return err
	case q.Members >= contactcenter.MaxMembers:
		return c.Documented(http.StatusBadRequest, "queue.size.limit")
	}
	return q.Add(c.Tx, u.ID, u.Name)
}

func badMembers(c *handlers.Call) *apierr.Error {
	return c.Documented(http.StatusBadRequest, "bad.request")
}

// memberBody is the schema QueueMember as far as it can be changed.
type memberBody struct {
	ID         string `json:"id"`
	Joined     *bool  `json:"joined"`
	RingNumber *int   `json:"ringNumber"`
}

type joinInput struct {
	QueueID string       `param:"queueId"`
	Body    []memberBody `body:""`
}

// join lets members join the queue or step back, and returns them.
func (in *joinInput) join(c *handlers.Call) ([]*contactcenter.Member, error) {
	q, err := getQueue(c, in.QueueID)
	if err != nil {
		return nil, err
	}
	if n := len(in.Body); n == 0 || n > maxBulk {
		return nil, badMembers(c)
	}
	changed := make([]*contactcenter.Member, 0, len(in.Body))
	for _, b := range in.Body {
		if b.Joined == nil {
			return nil, badMembers(c).OnField("joined")
		}
		m, err := memberOf(c, q.ID, b.ID)
		if err != nil {
			return nil, err
		}
		if err := q.SetJoined(c.Tx, m, *b.Joined); err != nil {
			return nil, err
		}
		changed = append(changed, m)
	}
	return changed, contactcenter.Queues.Put(c.Tx, q)
}

func memberOf(c *handlers.Call, queueID, userID string) (*contactcenter.Member, error) {
	m, err := contactcenter.MemberOf(c.Tx, queueID, userID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, missing(c, userID, "member")
	}
	return m, err
}

func (f *Family) joinMembers(_ context.Context, c *handlers.Call, in joinInput) (*memberListing, error) {
	changed, err := in.join(c)
	if err != nil {
		return nil, err
	}
	views, err := newRenderer(c, nil).views(changed)
	if err != nil {
		return nil, err
	}
	return newMemberListing(c, views, whole(views), false), nil
}

func (f *Family) joinUsers(_ context.Context, c *handlers.Call, in joinInput) (*handlers.Listing[*memberView], error) {
	changed, err := in.join(c)
	if err != nil {
		return nil, err
	}
	views, err := newRenderer(c, nil).views(changed)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, views, whole(views), len(views)), nil
}

// whole is the page that holds all of a bulk change.
func whole(views []*memberView) handlers.Paging {
	return handlers.Paging{Size: max(len(views), 1), Number: 1}
}

type memberChange struct {
	QueueID string     `param:"queueId"`
	UserID  string     `param:"memberId"`
	Body    memberBody `body:""`
}

// maxRing is the last ring of bullseye routing.
const maxRing = 6

func (f *Family) changeMember(_ context.Context, c *handlers.Call, in memberChange) (handlers.None, error) {
	q, err := getQueue(c, in.QueueID)
	if err != nil {
		return handlers.None{}, err
	}
	if in.Body.Joined == nil && in.Body.RingNumber == nil {
		return handlers.None{}, badMembers(c)
	}
	m, err := memberOf(c, q.ID, in.UserID)
	if err != nil {
		return handlers.None{}, err
	}
	if ring := in.Body.RingNumber; ring != nil {
		if *ring < 1 || *ring > maxRing {
			return handlers.None{}, badMembers(c).OnField("ringNumber")
		}
		if err := contactcenter.SetRing(c.Tx, m, *ring); err != nil {
			return handlers.None{}, err
		}
	}
	if joined := in.Body.Joined; joined != nil {
		if err := q.SetJoined(c.Tx, m, *joined); err != nil {
			return handlers.None{}, err
		}
	}
	return handlers.None{}, contactcenter.Queues.Put(c.Tx, q)
}

type memberRef struct {
	QueueID string `param:"queueId"`
	UserID  string `param:"memberId"`
}

func (f *Family) removeMember(_ context.Context, c *handlers.Call, in memberRef) (handlers.None, error) {
	q, err := getQueue(c, in.QueueID)
	if err != nil {
		return handlers.None{}, err
	}
	err = q.Remove(c.Tx, in.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, missing(c, in.UserID, "member")
	}
	if err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, contactcenter.Queues.Put(c.Tx, q)
}
