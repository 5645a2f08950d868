package spec

import (
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// MediaSCIM is the media type by which the catalogue tells the operations that
// speak SCIM (RFC 7644) from all others.
const MediaSCIM = "application/scim+json"

// AnswersSCIMError says whether the operation's errors of that status have the
// shape of SCIM.
//
// Guess: the catalogue gives that shape to 409 alone. What the API itself refuses
// before SCIM is asked (tokens, permissions, rates, sizes, media types), and what
// fails, is taken to look as everywhere else.
func (f *Facts) AnswersSCIMError(status int) bool {
	if !f.SCIM {
		return false
	}
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict:
		return true
	default:
		return false
	}
}

// checkSCIMBody only asks for a JSON object. The schemas of the catalogue are too
// narrow for the rest: names of SCIM's attributes are read in any case, null
// removes, and identity providers write "Add" or "False"; the family judges by
// SCIM's own schemas.
func checkSCIMBody(r *Request, in *Input) *apierr.Error {
	if !isJSON(r.ContentType) {
		return unsupportedMediaType()
	}
	value, err := decode(r.Body)
	if err != nil {
		return malformed(err)
	}
	if _, ok := value.(map[string]any); !ok {
		return apierr.BadRequest("Field 'body' must be of type object.").OnField("body")
	}
	in.Body, in.Raw = value, r.Body
	return nil
}
