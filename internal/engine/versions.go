package engine

import (
	"encoding/json"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// keepVersion keeps what an item is now among its versions, where the API reads
// those and has no operation that makes them.
func (p *plan) keepVersion(c *handlers.Call, d *document) error {
	if p.collection == nil || !p.collection.Has("versions") {
		return nil
	}
	kept, err := p.engine.Table.Collection(p.collection.Path + "/{}/versions")
	if err != nil || kept == nil {
		return err
	}
	body, collection := d.all(), d.Path+"/versions"
	n := textOf(body["version"])
	if n == "" { // the item does not say which version it is
		last, err := p.next(c.Tx, collection)
		if err != nil {
			return err
		}
		n = strconv.FormatUint(last, 10)
	}
	version := &document{Path: collection + "/" + escape(n), Division: d.Division, Name: d.Name}
	entity := p.engine.entityOf(kept)
	if entity == nil {
		return nil
	}
	body["version"] = json.Number(n)
	if s := entity.Property("version"); s != nil && s.Type == "string" {
		body["version"] = n
	}
	if entity.Has("selfUri") {
		body["selfUri"] = apiPrefix + version.Path
	}
	fitted, _ := entity.Fit(body, spec.Filler{Now: c.Now(), ID: n})
	if version.Body, err = encode(fitted); err != nil {
		return err
	}
	old, err := find(c.Tx, version.Path)
	switch {
	case err != nil:
		return err
	case old != nil: // a change that made no new version
		version.Order = old.Order
		return replace(c.Tx, old, version)
	}
	return add(c.Tx, version)
}
