package scim

import (
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
)

// scimAuthority is the authority under which externalId is listed among the
// external ids, where it cannot be changed (the SDK's documentation of
// ScimUserExtensions).
//
// Guess: nothing follows the documented prefix, so that every client sees the same
// externalId.
const scimAuthority = "x-pc:scimv2:v1"

// maxExternalIDs is how many external ids a user can have beside externalId, and
// maxExternalID how long one can be.
//
// Guess: both; the documents name no limits.
const (
	maxExternalIDs = 50
	maxExternalID  = 1000
)

// externalIDs renders the ids of all authorities.
func externalIDs(u *identity.User) []any {
	list := make([]any, len(u.ExternalIDs))
	for i, id := range u.ExternalIDs {
		list[i] = scim.Object{"authority": id.Authority, "value": id.Value}
	}
	return list
}

// applyExternalIDs makes externalId and the list those of the user. In the list
// externalId only stands to be read: as it was or as it becomes.
func (w *writer) applyExternalIDs(externalID string, wanted []scim.Object) error {
	var ids []identity.ExternalID
	others := 0
	if externalID != "" {
		ids = append(ids, identity.ExternalID{Authority: scimAuthority, Value: externalID})
	}
	for _, item := range wanted {
		id := identity.ExternalID{Authority: text(item, "authority"), Value: text(item, "value")}
		if !strings.HasPrefix(strings.ToLower(id.Authority), scimAuthority) {
			ids = append(ids, id)
			others++
			continue
		}
		if id.Value != externalID && id.Value != w.was.ExternalID(scimAuthority) {
			return scim.Errorf(http.StatusBadRequest, scim.Mutability, "externalIds: what %s says is externalId, and changes with it.", scimAuthority)
		}
	}
	if others > maxExternalIDs {
		return invalid("externalIds: there can be %d at most.", maxExternalIDs)
	}
	for _, id := range ids {
		if id.Authority == "" || id.Value == "" || len(id.Authority) > maxExternalID || len(id.Value) > maxExternalID || strings.Contains(id.Authority+id.Value, "\x00") {
			return invalid("externalId and externalIds take texts of up to %d bytes.", maxExternalID)
		}
	}
	w.user.ExternalIDs = ids
	return nil
}
