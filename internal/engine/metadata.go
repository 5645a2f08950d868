package engine

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// Workforce management keeps the version of an entity, and who changed it when, in
// an object of its own: {"metadata": {"version": 1, "modifiedBy": {…}}}.

const metadataName = "metadata"

// metadataOf is the metadata in a body, decoded; nil where there is none.
func metadataOf(body fields) fields {
	switch v := body[metadataName].(type) {
	case fields:
		return v
	case json.RawMessage:
		return decodeFields(v)
	}
	return nil
}

// checkMetadata refuses a change that names another version than the stored one.
func (p *plan) checkMetadata(body, old fields) error {
	if p.marks.inner == nil {
		return nil
	}
	sent, stored := textOf(metadataOf(body)["version"]), textOf(metadataOf(old)["version"])
	if sent == "" || stored == "" || sent == stored {
		return nil
	}
	return p.stale(sent, stored)
}

// stampMetadata sets the metadata of a new item (old is nil) or of a changed one.
func (p *plan) stampMetadata(c *handlers.Call, body, old fields) {
	if p.marks.inner == nil {
		return
	}
	q := *p
	q.marks = p.marks.inner
	out := fields{}
	if old == nil {
		q.stampNew(c, out, "")
		body[metadataName] = out
		return
	}
	maps.Copy(out, metadataOf(old))
	q.stampChange(c, out)
	if n, err := strconv.ParseInt(textOf(out["version"]), 10, 64); err == nil {
		out["version"] = q.versionOf(n + 1)
	} else {
		out["version"] = q.versionOf(1)
	}
	body[metadataName] = out
}
