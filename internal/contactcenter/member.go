package contactcenter

import (
	"fmt"
	"slices"

	"github.com/mockcloud/mockcloud/internal/store"
)

// MaxMembers is how many members a queue may have.
//
// Guess: the specification has a code for too many and no number.
const MaxMembers = 5000

// Member is a user who takes interactions of a queue.
type Member struct {
	QueueID    string `json:"queueId"`
	UserID     string `json:"userId"`
	Name       string `json:"name"` // the user's, so that members can be sorted without reading users
	RingNumber int    `json:"ringNumber"`
	Joined     bool   `json:"joined"`
}

// members stand together by queue, sorted by name, so that a page of them is
// found from the keys alone.
var members = store.Collection[*Member]{
	Name: "routing/queues/members",
	Key:  func(m *Member) string { return m.QueueID + "/" + NameKey(m.Name) + "/" + m.UserID },
	Indexes: []store.Index[*Member]{
		{Name: "queue/user", Unique: true, Keys: func(m *Member) []string { return []string{m.QueueID + "/" + m.UserID} }},
		{Name: "user", Keys: func(m *Member) []string { return []string{m.UserID} }},
	},
}

// MemberOf returns a member of a queue as a fresh value, or store.ErrNotFound.
func MemberOf(tx *store.Tx, queueID, userID string) (*Member, error) {
	return members.OneBy(tx, "queue/user", queueID+"/"+userID)
}

// MembersOf returns up to limit members of the queue, from number skip on,
// sorted by name. Those before the page are not read. They are shared values.
func MembersOf(tx *store.Tx, queueID string, reverse bool, skip, limit int) ([]*Member, error) {
	var keys []string
	if reverse {
		keys = slices.Collect(members.Keys(tx, queueID+"/"))
		slices.Reverse(keys)
		keys = keys[min(skip, len(keys)):min(skip+limit, len(keys))]
	} else {
		n := 0
		for key := range members.Keys(tx, queueID+"/") {
			if n++; n > skip+limit {
				break
			}
			if n > skip {
				keys = append(keys, key)
			}
		}
	}
	return read(tx, keys)
}

// MembershipsOf returns the user's memberships, as shared values.
func MembershipsOf(tx *store.Tx, userID string) ([]*Member, error) {
	return read(tx, slices.Collect(members.KeysBy(tx, "user", userID)))
}

func read(tx *store.Tx, keys []string) ([]*Member, error) {
	list := make([]*Member, len(keys))
	for i, key := range keys {
		var err error
		if list[i], err = members.Peek(tx, key); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Add makes a user a member who has joined. A user who is one already stays as
// they are. The queue is to be stored afterwards.
func (q *Queue) Add(tx *store.Tx, userID, name string) error {
	_, err := MemberOf(tx, q.ID, userID)
	if err == nil {
		return nil
	}
	if !IsNotFound(err) {
		return err
	}
	q.Members++
	q.Joined++
	return members.Insert(tx, &Member{QueueID: q.ID, UserID: userID, Name: name, RingNumber: 1, Joined: true})
}

// Remove ends a membership, or returns store.ErrNotFound. The queue is to be
// stored afterwards.
func (q *Queue) Remove(tx *store.Tx, userID string) error {
	m, err := MemberOf(tx, q.ID, userID)
	if err != nil {
		return err
	}
	q.Members--
	if m.Joined {
		q.Joined--
	}
	return members.Delete(tx, members.Key(m))
}

// SetJoined lets a member join the queue or step back. The queue is to be stored
// afterwards.
func (q *Queue) SetJoined(tx *store.Tx, m *Member, joined bool) error {
	switch {
	case m.Joined == joined:
		return nil
	case joined:
		q.Joined++
	default:
		q.Joined--
	}
	m.Joined = joined
	return members.Put(tx, m)
}

// SetRing moves a member to another ring of bullseye routing.
func SetRing(tx *store.Tx, m *Member, ring int) error {
	m.RingNumber = ring
	return members.Put(tx, m)
}

// Leave ends all memberships of a user, who is deleted.
func Leave(tx *store.Tx, userID string) error {
	mine, err := MembershipsOf(tx, userID)
	if err != nil {
		return err
	}
	for _, m := range mine {
		q, err := Queues.Get(tx, m.QueueID)
		if err != nil {
			return fmt.Errorf("queue %s: %w", m.QueueID, err)
		}
		if err := q.Remove(tx, userID); err != nil {
			return err
		}
		if err := Queues.Put(tx, q); err != nil {
			return err
		}
	}
	return nil
}

// Rename keeps the order of members true when a user gets another name.
func Rename(tx *store.Tx, userID, name string) error {
	mine, err := MembershipsOf(tx, userID)
	if err != nil {
		return err
	}
	for _, m := range mine {
		renamed := *m
		renamed.Name = name
		if err := members.Delete(tx, members.Key(m)); err != nil {
			return err
		}
		if err := members.Insert(tx, &renamed); err != nil {
			return err
		}
	}
	return nil
}
