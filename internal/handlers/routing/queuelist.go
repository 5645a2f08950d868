package routing

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
)

type queueList struct {
	SortBy    string   `query:"sortBy"`
	SortOrder string   `query:"sortOrder"`
	Name      string   `query:"name"`
	IDs       []string `query:"id"`
	Divisions []string `query:"divisionId"`
	PeerIDs   []string `query:"peerId"`
	LibraryID string   `query:"cannedResponseLibraryId"`
	HasPeer   bool     `query:"hasPeer"`
}

// list is the listing of queues, and those of the division views, which ask for
// another permission. It shows the queues of the divisions in which the caller
// has it. hasPeer=false shows all queues: Go clients send it without being asked.
func (f *Family) list(_ context.Context, c *handlers.Call, in queueList) (*handlers.Listing[*contactcenter.QueueView], error) {
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	keep, err := in.filter(c)
	if err != nil {
		return nil, err
	}
	s := selection[*contactcenter.Queue]{
		reverse: descending(in.SortOrder), keep: keep, few: fewOf(c.Tx, &contactcenter.Queues, in.IDs, in.Name),
	}
	switch strings.ToLower(in.SortBy) {
	case "id":
		s.compare = func(a, b *contactcenter.Queue) int { return strings.Compare(a.ID, b.ID) }
	case "divisionid":
		s.index = "division"
		s.compare = func(a, b *contactcenter.Queue) int {
			return cmp.Or(strings.Compare(a.DivisionID, b.DivisionID), strings.Compare(a.ID, b.ID))
		}
	default:
		s.index = "name"
		s.compare = func(a, b *contactcenter.Queue) int {
			return strings.Compare(contactcenter.NameKey(a.Name), contactcenter.NameKey(b.Name))
		}
	}
	queues, total, err := list(c.Tx, &contactcenter.Queues, s, p)
	if err != nil {
		return nil, err
	}
	views := make([]*contactcenter.QueueView, len(queues))
	for i, q := range queues {
		views[i] = view(c, q)
	}
	return handlers.NewListing(c, views, p, total), nil
}

// filter returns nil where the caller sees everything.
func (in *queueList) filter(c *handlers.Call) (func(*contactcenter.Queue) bool, error) {
	seen, err := sightOf(c, in.Divisions)
	if err != nil {
		return nil, err
	}
	if seen.everywhere && in.Name == "" && len(in.IDs) == 0 && len(in.PeerIDs) == 0 && in.LibraryID == "" && !in.HasPeer {
		return nil, nil
	}
	return func(q *contactcenter.Queue) bool {
		peer := contactcenter.Text(q.Settings.PeerID)
		return seen.in(q.DivisionID) &&
			(in.Name == "" || named(q.Name, in.Name)) &&
			(len(in.IDs) == 0 || slices.Contains(in.IDs, q.ID)) &&
			(len(in.PeerIDs) == 0 || slices.Contains(in.PeerIDs, peer)) &&
			(!in.HasPeer || peer != "") &&
			(in.LibraryID == "" || slices.Contains(libraries(q), in.LibraryID))
	}, nil
}

// libraries are the ids of the libraries of canned responses of a queue.
func libraries(q *contactcenter.Queue) []string {
	var chosen struct {
		IDs []string `json:"libraryIds"`
	}
	if len(q.Settings.CannedResponseLibraries) == 0 || json.Unmarshal(q.Settings.CannedResponseLibraries, &chosen) != nil {
		return nil
	}
	return chosen.IDs
}

type mineInput struct {
	Joined    *bool  `query:"joined"`
	SortOrder string `query:"sortOrder"`
}

// mine is getRoutingQueuesMe: the queues of which the caller is a member, in
// whatever division they are.
func (f *Family) mine(_ context.Context, c *handlers.Call, in mineInput) (*handlers.Listing[*contactcenter.UserQueueView], error) {
	u, err := c.User()
	if err != nil {
		return nil, err
	}
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	all, err := contactcenter.QueuesOf(c.Tx, u.ID, func(q *contactcenter.Queue, m *contactcenter.Member) bool {
		return in.Joined == nil || m.Joined == *in.Joined
	})
	if err != nil {
		return nil, err
	}
	if descending(in.SortOrder) {
		slices.Reverse(all)
	}
	return handlers.NewListing(c, contactcenter.UserQueueViews(handlers.Cut(all, p), func(id string) string {
		return identity.DivisionName(c.Tx, id)
	}), p, len(all)), nil
}
