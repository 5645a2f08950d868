package engine

import (
	"maps"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// units are the business units of workforce management, whose settings have a version
// of their own.
func units() subject {
	return subject{items: map[string]*special{
		"/workforcemanagement/businessunits": {fill: versionSettings},
	}}
}

// versionSettings raises the version of the settings where they change, and refuses
// to change others than those that were read.
func versionSettings(p *plan, c *handlers.Call, body, old fields) error {
	settings, ok := plain(body["settings"]).(fields)
	if !ok {
		return nil
	}
	n := 0
	if old != nil {
		before, _ := plain(old["settings"]).(fields)
		n = atoi(textOf(metadataOf(before)["version"]))
	}
	sent, of := textOf(metadataOf(settings)["version"]), strconv.Itoa(n)
	if old != nil && sent != "" && sent != of {
		return p.stale(sent, of)
	}
	metadata := fields{"version": number(n + 1), "dateModified": c.Now().UTC().Format(clock.Layout)}
	if c.Caller != nil {
		ref := c.Caller.Ref()
		metadata["modifiedBy"] = fields{"id": ref.ID, "selfUri": ref.SelfURI}
	}
	settings = maps.Clone(settings)
	settings[metadataName] = metadata
	body["settings"] = settings
	return nil
}
