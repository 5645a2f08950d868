package server

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/engine"
	"github.com/mockcloud/mockcloud/internal/handlers/authorization"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// owners are the collections that families keep, for operations of the engine that
// lie below one of their items or refer to it.
func owners() map[string]engine.Owner {
	return map[string]engine.Owner{
		"/users":                   owner(&identity.Users, func(u *identity.User) (string, bool) { return u.DivisionID, u.State != identity.UserDeleted }),
		"/groups":                  owner(&identity.Groups, nil),
		"/authorization/divisions": owner(&identity.Divisions, nil),
		"/authorization/roles":     owner(&identity.Roles, nil),
		"/oauth/clients":           owner(&identity.Clients, nil),
		"/routing/queues":          owner(&contactcenter.Queues, func(q *contactcenter.Queue) (string, bool) { return q.DivisionID, true }),
		"/routing/wrapupcodes":     owner(&contactcenter.WrapupCodes, nil),
		"/routing/skills":          owner(contactcenter.Skills.All, nil),
		"/routing/languages":       owner(contactcenter.Languages.All, nil),
		"/presence/definitions":    found(contactcenter.PresenceByID),
		"/greetings":               found(contactcenter.GreetingByID),
		"/integrations":            owner(&integration.All, nil),
		"/integrations/types":      found(integration.TypeByID),
		"/integrations/actions":    either(found(actions.PublishedByID), found(actions.DraftByID)),
	}
}

// engineObjects are the kinds of objects in divisions that the engine keeps.
func (s *Server) engineObjects() []authorization.Objects {
	var objects []authorization.Objects
	for _, name := range slices.Sorted(maps.Keys(engine.DivisionTypes)) {
		collection := engine.DivisionTypes[name]
		objects = append(objects, authorization.Objects{
			Type:       name,
			Count:      func(tx *store.Tx, division string) (int, error) { return engine.CountIn(tx, collection, division) },
			DivisionOf: func(tx *store.Tx, id string) (string, error) { return engine.DivisionOf(tx, collection, id) },
			Move: func(tx *store.Tx, id, division string, at *clock.Time, by string) error {
				return s.engine.Move(tx, collection, id, division, at, by)
			},
		})
	}
	return objects
}

// followUp does what a family's change means for what the engine keeps, in the same
// transaction.
func (x *exchange) followUp() error {
	switch op := x.call.Operation; {
	case x.call.Tx == nil || !x.call.Tx.Writable():
		return nil
	case op.ID == "putAuthorizationDivision":
		return engine.DivisionRenamed(x.call.Tx, x.call.Param("divisionId"))
	case op.Method == http.MethodDelete && x.server.registry.Operation(op.ID) != nil:
		return x.server.engine.Deleted(x.call)
	default:
		return nil
	}
}

// owner looks an item up in a collection. look gives its division and says whether
// it counts as there; nil means that it does, in no division.
func owner[T any](of *store.Collection[T], look func(T) (string, bool)) engine.Owner {
	return func(tx *store.Tx, id string) (string, bool, error) {
		item, err := of.Peek(tx, id)
		if errors.Is(err, store.ErrNotFound) {
			return "", false, nil
		}
		if err != nil || look == nil {
			return "", err == nil, err
		}
		division, ok := look(item)
		return division, ok, nil
	}
}

// found asks a function that returns store.ErrNotFound, or the API's 404, for what
// is not there.
func found[T any](find func(*store.Tx, string) (T, error)) engine.Owner {
	return func(tx *store.Tx, id string) (string, bool, error) {
		_, err := find(tx, id)
		if refused, ok := errors.AsType[*apierr.Error](err); errors.Is(err, store.ErrNotFound) || (ok && refused.Status == http.StatusNotFound) {
			return "", false, nil
		}
		return "", err == nil, err
	}
}

// either asks two owners, one after the other.
func either(first, second engine.Owner) engine.Owner {
	return func(tx *store.Tx, id string) (string, bool, error) {
		division, ok, err := first(tx, id)
		if ok || err != nil {
			return division, ok, err
		}
		return second(tx, id)
	}
}
