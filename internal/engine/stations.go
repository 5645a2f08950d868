package engine

import (
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

// stations are the phones at which users sit: one each at a time, and one by
// default.
func stations() subject {
	return subject{answers: map[string]answer{
		"getUserStation": userStation,
		"putUserStationAssociatedstationStationId": sitDown,
		"putUserStationDefaultstationStationId":    setDefaultStation,
		"deleteUserStationAssociatedstation":       standUp,
		"deleteUserStationDefaultstation":          clearDefaultStation,
		"deleteStationAssociateduser":              freeStation,

		"getUsersStationsMe":                           userStation,
		"putUsersStationsMeAssociatedstationStationId": sitDown,
		"deleteUsersStationsMeAssociatedstation":       standUp,
	}}
}

const (
	stationsPath = "/stations"
	associated   = "ASSOCIATED"
	available    = "AVAILABLE"
)

// seat is which stations a user has.
type seat struct {
	path string
	held fields // associated, since, default and last
}

// sitter is the user whom the call is about: the one in its path, or the caller.
func sitter(c *handlers.Call) (string, error) {
	if id := c.Param("userId"); id != "" {
		return id, nil
	}
	user, err := c.User()
	if err != nil {
		return "", err
	}
	return user.ID, nil
}

func seatOf(tx *store.Tx, user string) (*seat, error) {
	s := &seat{path: "/users/" + escape(user) + "/station", held: fields{}}
	d, err := peek(&singletons, tx, s.path)
	if d != nil {
		s.held = decodeFields(d.Body)
	}
	return s, err
}

func (s *seat) save(tx *store.Tx) error {
	text, err := encode(s.held)
	if err != nil {
		return err
	}
	return singletons.Put(tx, &document{Path: s.path, Body: text})
}

// userStation says at which stations a user sits, sat last and sits by default.
func userStation(p *plan, c *handlers.Call) (any, error) {
	user, err := sitter(c)
	if err != nil {
		return nil, err
	}
	s, err := seatOf(c.Tx, user)
	if err != nil {
		return nil, err
	}
	out := fields{}
	for property, names := range map[string][]string{
		"associatedStation": {"associated"}, "defaultStation": {"default"}, "lastAssociatedStation": {"last"}, "effectiveStation": {"associated", "default"},
	} {
		for _, name := range names {
			id := textOf(s.held[name])
			if id == "" || out[property] != nil {
				continue
			}
			d, err := find(c.Tx, stationsPath+"/"+escape(id))
			if err != nil {
				return nil, err
			}
			if d == nil {
				continue
			}
			view := d.all()
			if name == "associated" {
				view["associatedDate"], view["associatedUser"] = s.held["since"], userReference(user)
			}
			out[property] = view
		}
	}
	return p.fit(c, out), nil
}

// occupy notes at a station who sits there; "" for nobody.
func occupy(tx *store.Tx, station *document, user string) error {
	body := shallow(station.Body)
	body["status"] = available
	delete(body, "userId")
	if user != "" {
		body["status"], body["userId"] = associated, user
	}
	changed := *station
	var err error
	if changed.Body, err = encode(body); err != nil {
		return err
	}
	return replace(tx, station, &changed)
}

// leave ends a user's stay at a station.
func leave(tx *store.Tx, s *seat) error {
	id := textOf(s.held["associated"])
	if id == "" {
		return nil
	}
	s.held["last"] = id
	delete(s.held, "associated")
	delete(s.held, "since")
	d, err := find(tx, stationsPath+"/"+escape(id))
	if err != nil || d == nil {
		return err
	}
	return occupy(tx, d, "")
}

// sitDown associates a user with a station. Who sat at another one leaves it, and
// whoever else sat at this one, too.
func sitDown(p *plan, c *handlers.Call) (any, error) {
	user, err := sitter(c)
	if err != nil {
		return nil, err
	}
	id := c.Param("stationId")
	d, err := find(c.Tx, stationsPath+"/"+escape(id))
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, p.notFound(c, "stationId", id)
	}
	if by := textOf(shallow(d.Body)["userId"]); by != "" && by != user {
		if err := release(c.Tx, d, by); err != nil {
			return nil, err
		}
		if d, err = find(c.Tx, d.Path); err != nil {
			return nil, err
		}
	}
	s, err := seatOf(c.Tx, user)
	if err != nil {
		return nil, err
	}
	if textOf(s.held["associated"]) != id {
		if err := leave(c.Tx, s); err != nil {
			return nil, err
		}
	}
	s.held["associated"], s.held["since"] = id, c.Now().UTC().Format(clock.Layout)
	if err := occupy(c.Tx, d, user); err != nil {
		return nil, err
	}
	return handlers.None{}, s.save(c.Tx)
}

func standUp(_ *plan, c *handlers.Call) (any, error) {
	user, err := sitter(c)
	if err != nil {
		return nil, err
	}
	s, err := seatOf(c.Tx, user)
	if err != nil {
		return nil, err
	}
	if err := leave(c.Tx, s); err != nil {
		return nil, err
	}
	return handlers.None{}, s.save(c.Tx)
}

// freeStation ends the stay of whoever sits at a station.
func freeStation(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	user := textOf(shallow(d.Body)["userId"])
	if user == "" {
		return handlers.None{}, nil
	}
	return handlers.None{}, release(c.Tx, d, user)
}

// release ends a user's stay at a station.
func release(tx *store.Tx, station *document, user string) error {
	s, err := seatOf(tx, user)
	if err != nil {
		return err
	}
	if textOf(s.held["associated"]) != station.key() { // a fixture sat somebody down here
		return occupy(tx, station, "")
	}
	if err := leave(tx, s); err != nil {
		return err
	}
	return s.save(tx)
}

func setDefaultStation(_ *plan, c *handlers.Call) (any, error) {
	s, err := seatOf(c.Tx, c.Param("userId"))
	if err != nil {
		return nil, err
	}
	s.held["default"] = c.Param("stationId")
	return handlers.None{}, s.save(c.Tx)
}

func clearDefaultStation(_ *plan, c *handlers.Call) (any, error) {
	s, err := seatOf(c.Tx, c.Param("userId"))
	if err != nil {
		return nil, err
	}
	delete(s.held, "default")
	return handlers.None{}, s.save(c.Tx)
}
