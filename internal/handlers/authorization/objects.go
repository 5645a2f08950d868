package authorization

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Objects is a kind of object that lives in divisions.
type Objects struct {
	Type  string // in the words of the move operation, such as "QUEUE"
	Count func(tx *store.Tx, divisionID string) (int, error)

	// DivisionOf tells where an object lives, or returns store.ErrNotFound. It
	// and Move are nil for kinds that the API does not move.
	DivisionOf func(tx *store.Tx, id string) (string, error)
	// Move puts an object into another division, or returns ErrStays. Whether
	// the caller may is decided before.
	Move func(tx *store.Tx, id, divisionID string, at *clock.Time, by string) error
}

// ErrStays is why an object that is there cannot be moved all the same.
var ErrStays = errors.New("authorization: the object stays in its division")

func (f *Family) kinds() []Objects {
	users := Objects{Type: "USER", Count: usersIn, DivisionOf: divisionOfUser, Move: moveUser}
	return append([]Objects{users}, f.Objects...)
}

// withCounts adds how many objects of each kind live in the division, where the
// client asked for it.
func (f *Family) withCounts(tx *store.Tx, v *divisionView, wanted bool) (*divisionView, error) {
	if !wanted {
		return v, nil
	}
	v.ObjectCounts = make(map[string]int)
	for _, kind := range f.kinds() {
		n, err := kind.Count(tx, v.ID)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", kind.Type, err)
		}
		v.ObjectCounts[kind.Type] = n
	}
	return v, nil
}

// usersIn counts the users of a division. Deleted ones do not count: they would
// keep a division alive that nobody sees anything in.
func usersIn(tx *store.Tx, divisionID string) (int, error) {
	n := 0
	for id := range identity.Users.KeysBy(tx, "division", divisionID) {
		u, err := identity.Users.Peek(tx, id)
		if err != nil {
			return 0, err
		}
		if u.State != identity.UserDeleted {
			n++
		}
	}
	return n, nil
}

func divisionOfUser(tx *store.Tx, id string) (string, error) {
	u, err := identity.Users.Peek(tx, id)
	if err != nil {
		return "", err
	}
	return u.DivisionID, nil
}

// moveUser raises the version, as every change of a user does. Who is deleted
// has to be restored first.
func moveUser(tx *store.Tx, id, divisionID string, at *clock.Time, _ string) error {
	u, err := identity.Users.Get(tx, id)
	switch {
	case err != nil:
		return err
	case u.State == identity.UserDeleted:
		return ErrStays
	}
	u.DivisionID = divisionID
	u.Touch(at)
	return identity.Users.Put(tx, u)
}

type move struct {
	DivisionID string   `param:"divisionId"`
	Type       string   `param:"objectType"`
	IDs        []string `body:""`
}

// moveObjects is postAuthorizationDivisionObject: all of the objects move, or
// none. The operation lists no permission, since that depends on the type; it
// takes the one to edit such objects, where each of them is and where they go
// (authorization.md §6.2).
func (f *Family) moveObjects(_ context.Context, c *handlers.Call, in move) (handlers.None, error) {
	object, known := c.Catalogue.DivisionObject(strings.ToUpper(in.Type))
	if !known {
		return handlers.None{}, notAvailable(c, in.Type, "objectType")
	}
	c.Decision.Wanted = []spec.Permission{object.Move}
	// Guess: who may edit such objects nowhere learns nothing of what is there.
	if !c.Caller.Permits(c.Tx, object.Move, "") {
		return handlers.None{}, c.Documented(http.StatusForbidden, "insufficient.permissions")
	}
	looked, err := c.Authority.CheckPoliciesOn(c.Tx, c.Caller, c.Decision.Wanted, c.RemoteIP)
	c.Decision.Policies = append(c.Decision.Policies, looked...)
	if err != nil {
		return handlers.None{}, err
	}
	ids := distinct(in.IDs)
	switch {
	case len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { return strings.TrimSpace(id) == "" }):
		return handlers.None{}, c.Documented(http.StatusBadRequest, "empty.bulk.division.update")
	case len(ids) > maxMoved:
		return handlers.None{}, c.Documented(http.StatusBadRequest, "too.many.bulk.division.updates")
	case !identity.Divisions.Has(c.Tx, in.DivisionID):
		return handlers.None{}, notAvailable(c, in.DivisionID, "division")
	}
	kind := f.kind(object.Type)
	from := make([]string, len(ids))
	for i, id := range ids {
		var err error
		if from[i], err = kind.DivisionOf(c.Tx, id); errors.Is(err, store.ErrNotFound) {
			return handlers.None{}, notAvailable(c, id, strings.ToLower(object.Type))
		} else if err != nil {
			return handlers.None{}, err
		}
	}
	if err := mayMove(c, object.Move, from, in.DivisionID); err != nil {
		return handlers.None{}, err
	}
	at, by := clock.At(c.Now()), c.Caller.Ref().ID
	for i, id := range ids {
		if from[i] == in.DivisionID {
			continue
		}
		switch err := kind.Move(c.Tx, id, in.DivisionID, at, by); {
		case errors.Is(err, ErrStays):
			return handlers.None{}, c.Documented(http.StatusConflict, "bulk.move.unable.to.move").About(id, strings.ToLower(object.Type))
		case err != nil:
			return handlers.None{}, fmt.Errorf("move %s %s: %w", object.Type, id, err)
		}
	}
	return handlers.None{}, nil
}

// kind returns the kind of objects of a type that can be moved. Of one that
// nothing implements there are none.
func (f *Family) kind(objectType string) Objects {
	for _, kind := range f.kinds() {
		if kind.Type == objectType && kind.Move != nil {
			return kind
		}
	}
	return Objects{DivisionOf: func(*store.Tx, string) (string, error) { return "", store.ErrNotFound }}
}

// mayMove refuses unless the caller has the permission where the objects are and
// where they go.
//
// Guess: the destination has a code of its own, whose text names it; for the
// rest the one that was seen, with its empty list of permissions
// (authorization.md §2.2).
func mayMove(c *handlers.Call, p spec.Permission, from []string, to string) error {
	var barred []string
	divisions := distinct(from)
	for _, id := range divisions {
		if !c.Caller.Permits(c.Tx, p, id) {
			barred = append(barred, id)
		}
	}
	c.Decision.Divisions = append(append(c.Decision.Divisions, to), divisions...)
	switch {
	case !c.Caller.Permits(c.Tx, p, to):
		return c.Documented(http.StatusForbidden, "bulk.move.no.permission.division").About(to, "division")
	case len(barred) > 0:
		template := c.Documented(http.StatusForbidden, "missing.any.division.permissions", "{permissions}", "{divisions}")
		return apierr.WithParams(template.Status, template.Code, template.Message,
			map[string]string{"permissions": "[]", "divisions": "[" + strings.Join(barred, ", ") + "]"})
	}
	return nil
}

// notAvailable is the operation's 404 for whatever the request names, which may
// be as long as the body.
func notAvailable(c *handlers.Call, id, kind string) *apierr.Error {
	return c.Documented(http.StatusNotFound, "general.resource.not.found").About(fmt.Sprintf("%.100s", id), kind)
}
