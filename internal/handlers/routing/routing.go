// Package routing implements the part of /api/v2/routing that agents work with:
// queues, their members and their wrap-up codes, skills and languages. The same
// queues as one user sees them, and the skills and languages that users have, are
// in package users; predictors and the rest of that path are left to whoever owns
// those things.
package routing

import (
	"errors"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family is the routing family. The zero value is ready to use.
type Family struct{}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getRoutingQueues", f.list)
	handlers.On(r, "postRoutingQueues", f.create)
	handlers.On(r, "getRoutingQueuesDivisionviews", f.list)
	handlers.On(r, "getRoutingQueuesDivisionviewsAll", f.list)
	handlers.On(r, "getRoutingQueuesMe", f.mine)
	handlers.On(r, "getRoutingQueue", f.get)
	handlers.On(r, "putRoutingQueue", f.replace)
	handlers.On(r, "deleteRoutingQueue", f.remove)

	// The older twin …/users does the same in another wrapper.
	handlers.On(r, "getRoutingQueueMembers", f.members)
	handlers.On(r, "postRoutingQueueMembers", f.addMembers)
	handlers.On(r, "patchRoutingQueueMembers", f.joinMembers)
	handlers.On(r, "patchRoutingQueueMember", f.changeMember)
	handlers.On(r, "deleteRoutingQueueMember", f.removeMember)
	handlers.On(r, "getRoutingQueueUsers", f.users)
	handlers.On(r, "postRoutingQueueUsers", f.addMembers)
	handlers.On(r, "patchRoutingQueueUsers", f.joinUsers)
	handlers.On(r, "patchRoutingQueueUser", f.changeMember)
	handlers.On(r, "deleteRoutingQueueUser", f.removeMember)

	handlers.On(r, "getRoutingQueueWrapupcodes", f.offered)
	handlers.On(r, "postRoutingQueueWrapupcodes", f.offer)
	handlers.On(r, "deleteRoutingQueueWrapupcode", f.withdraw)

	handlers.On(r, "getRoutingWrapupcodes", f.wrapupCodes)
	handlers.On(r, "postRoutingWrapupcodes", f.createWrapupCode)
	handlers.On(r, "getRoutingWrapupcodesDivisionviews", f.wrapupCodes)
	handlers.On(r, "getRoutingWrapupcodesDivisionview", f.wrapupCode)
	handlers.On(r, "getRoutingWrapupcode", f.wrapupCode)
	handlers.On(r, "putRoutingWrapupcode", f.replaceWrapupCode)
	handlers.On(r, "deleteRoutingWrapupcode", f.removeWrapupCode)

	f.registerSkills(r)
}

// The limits of listings and of bulk changes. The specification says that there
// are limits and not which.
const (
	maxPage = 500
	maxBulk = 100
)

// peekQueue returns the shared queue, after it has asked whether the caller may
// use the operation in its division.
func peekQueue(c *handlers.Call, id string) (*contactcenter.Queue, error) {
	if err := checkID(c, id); err != nil {
		return nil, err
	}
	q, err := contactcenter.Queues.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, missing(c, id, "queue")
	}
	if err != nil {
		return nil, err
	}
	return q, c.RequireWithin(q.DivisionID)
}

// getQueue is peekQueue for changing what it returns.
func getQueue(c *handlers.Call, id string) (*contactcenter.Queue, error) {
	q, err := peekQueue(c, id)
	if err != nil {
		return nil, err
	}
	own := *q
	return &own, nil
}

// missing is the operation's 404: the wording differs between them. Some list the
// code under 400 as well, for what the body refers to.
func missing(c *handlers.Call, id, kind string) *apierr.Error {
	e := c.Documented(http.StatusNotFound, "resource.not.found")
	if e.Status != http.StatusNotFound {
		e = apierr.New(http.StatusNotFound, "resource.not.found", "The resource could not be found.")
	}
	return e.About(id, kind)
}

// checkID refuses what cannot be an id.
func checkID(c *handlers.Call, id string) error {
	if isUUID(id) {
		return nil
	}
	return c.Documented(http.StatusBadRequest, "invalid.id").OnField("id")
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range []byte(strings.ToLower(s)) {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return false
			}
		default:
			if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
				return false
			}
		}
	}
	return true
}

// What a caller must hold where an object is, to use it in the making of another.
var (
	viewQueue      = spec.Permission{Domain: "routing", Entity: "queue", Action: "view"}
	viewWrapupCode = spec.Permission{Domain: "routing", Entity: "wrapupCode", Action: "view"}
)

// sight is where the caller may see things: everywhere, or in some divisions.
type sight struct {
	everywhere bool
	divisions  map[string]bool
}

// sightOf narrows what the operation's permissions let the caller see to the
// divisions that were asked for, if any were.
func sightOf(c *handlers.Call, asked []string) (sight, error) {
	s := sight{divisions: make(map[string]bool)}
	for _, p := range c.Operation.Facts().Permissions {
		ids, all, err := c.Caller.Divisions(c.Tx, p)
		if err != nil {
			return sight{}, err
		}
		s.everywhere = s.everywhere || all
		for _, id := range ids {
			s.divisions[id] = true
		}
	}
	if len(asked) == 0 {
		return s, nil
	}
	narrowed := sight{divisions: make(map[string]bool)}
	for _, id := range asked {
		narrowed.divisions[id] = s.everywhere || s.divisions[id]
	}
	return narrowed, nil
}

func (s sight) in(division string) bool { return s.everywhere || s.divisions[division] }

// divisionFor returns the id of the division in which something new is put.
func divisionFor(c *handlers.Call, id string) (string, error) {
	if id == "" {
		home, err := identity.HomeDivision(c.Tx)
		if err != nil {
			return "", err
		}
		return home.ID, nil
	}
	if !identity.Divisions.Has(c.Tx, id) {
		return "", c.Documented(http.StatusBadRequest, "resource.not.found").OnField("division")
	}
	return id, nil
}

// reference is how requests name another object.
type reference struct {
	ID string `json:"id"`
}

// by is the id of whoever changes something, in the form in which these objects
// keep it.
func by(c *handlers.Call) string { return c.Caller.Ref().ID }
