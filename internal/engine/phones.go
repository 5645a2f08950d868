package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

const (
	phonesPath = "/telephony/providers/edges/phones"
	linesPath  = "/telephony/providers/edges/lines"
)

// phones have lines, and each line is a station at which somebody can sit.
//
// Guess: that there is one station for each line, and the types of stations other
// than of phones in the browser.
func phones() subject {
	return subject{items: map[string]*special{
		phonesPath: {fill: numberLines, stored: connectLines, removed: disconnectLines},
	}}
}

// numberLines gives the lines of a phone ids: requests name new ones by name alone.
func numberLines(_ *plan, c *handlers.Call, body, _ fields) error {
	lines, ok := plain(body["lines"]).([]any)
	if !ok {
		return nil
	}
	lines = slices.Clone(lines)
	for i, element := range lines {
		line, ok := element.(fields)
		if !ok {
			continue
		}
		id := textOf(line["id"])
		if id == "" {
			id = c.NewID()
		}
		out := fields{"state": "active", "version": number(1)}
		maps.Copy(out, line)
		out["id"], out["selfUri"] = id, apiPrefix+linesPath+"/"+escape(id)
		lines[i] = out
	}
	body["lines"] = lines
	return nil
}

// connectLines keeps the lines of a phone that are new, with a station for each.
// Those that it has no longer are gone.
func connectLines(p *plan, c *handlers.Call, d, old *document) error {
	body := d.deep()
	kept := lineIDs(d)
	if old != nil {
		if err := dropLines(c, slices.DeleteFunc(lineIDs(old), func(id string) bool { return slices.Contains(kept, id) })); err != nil {
			return err
		}
	}
	line, err := p.engine.planOf("getTelephonyProvidersEdgesLine")
	if err != nil {
		return err
	}
	station, err := p.engine.planOf("getStation")
	if err != nil {
		return err
	}
	user, _ := body["webRtcUser"].(fields)
	for _, part := range partsOf(body["lines"]) {
		id := textOf(part["id"])
		if items.Has(c.Tx, linesPath+"/"+escape(id)) {
			continue
		}
		if part["site"] == nil {
			part["site"] = body["site"]
		}
		if _, err := line.make(c, linesPath, part, id); err != nil {
			return err
		}
		seat := fields{"name": cmp.Or(textOf(body["name"]), textOf(part["name"])), "status": available, "type": "inin_remote", "lineAppearanceId": id}
		if of := textOf(user["id"]); of != "" {
			seat["type"], seat["webRtcUserId"] = "inin_webrtc_softphone", of
		}
		if _, err := station.make(c, stationsPath, seat, c.NewID()); err != nil {
			return err
		}
	}
	return nil
}

func disconnectLines(_ *plan, c *handlers.Call, d *document) error { return dropLines(c, lineIDs(d)) }

func lineIDs(phone *document) []string {
	var ids []string
	for _, part := range partsOf(phone.deep()["lines"]) {
		if id := textOf(part["id"]); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// dropLines removes lines with their stations.
func dropLines(c *handlers.Call, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	stations, err := gather(c.Tx, stationsPath, func(r *record) bool {
		return slices.Contains(ids, textOf(shallow(r.Body)["lineAppearanceId"]))
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		line, err := find(c.Tx, linesPath+"/"+escape(id))
		if err != nil {
			return err
		}
		if line != nil {
			stations = append(stations, line)
		}
	}
	for _, d := range stations {
		if err := remove(c.Tx, d); err != nil {
			return err
		}
	}
	return nil
}
