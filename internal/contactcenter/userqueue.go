package contactcenter

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// UserQueue is a queue and the membership of one user in it.
type UserQueue struct {
	Queue  *Queue
	Member *Member
}

// QueuesOf returns the queues of which a user is a member, sorted by name, as
// shared values. Those for which keep is false are left out.
func QueuesOf(tx *store.Tx, userID string, keep func(*Queue, *Member) bool) ([]UserQueue, error) {
	mine, err := MembershipsOf(tx, userID)
	if err != nil {
		return nil, err
	}
	var list []UserQueue
	for _, m := range mine {
		q, err := Queues.Peek(tx, m.QueueID)
		if err != nil {
			return nil, err
		}
		if keep(q, m) {
			list = append(list, UserQueue{q, m})
		}
	}
	slices.SortFunc(list, func(a, b UserQueue) int { return strings.Compare(NameKey(a.Queue.Name), NameKey(b.Queue.Name)) })
	return list, nil
}

// UserQueueViews renders queues as their member sees them. division gives the
// name of a division.
func UserQueueViews(list []UserQueue, division func(id string) string) []*UserQueueView {
	views := make([]*UserQueueView, len(list))
	for i, uq := range list {
		v := uq.Queue.View(division(uq.Queue.DivisionID))
		v.AutoAnswerOnly = nil // which this schema alone has not
		views[i] = &UserQueueView{QueueView: v, Joined: uq.Member.Joined}
	}
	return views
}
