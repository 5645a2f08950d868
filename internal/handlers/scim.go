package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// SpeakSCIM gives the answer to r the media type of SCIM, or that of JSON where
// the client would rather have it.
//
// Guess: the catalogue lists both and says nothing of the choice.
func SpeakSCIM(w http.ResponseWriter, r *http.Request) {
	media := spec.MediaSCIM
	if prefersJSON(r.Header.Values(echo.HeaderAccept)) {
		media = echo.MIMEApplicationJSON
	}
	w.Header().Set(echo.HeaderContentType, media)
	w.Header().Add(echo.HeaderVary, echo.HeaderAccept)
}

// prefersJSON says whether application/json is asked for, and SCIM's own type
// less or not at all.
func prefersJSON(accept []string) bool {
	plain := quality(accept, echo.MIMEApplicationJSON)
	return plain > 0 && plain > quality(accept, spec.MediaSCIM)
}

// quality is the weight that the media type has, named as it is, in an Accept
// header: 1 where none is written, 0 where it is not named.
func quality(accept []string, media string) float64 {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		named, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(named), media) {
			continue
		}
		for p := range strings.SplitSeq(parameters, ";") {
			name, value, _ := strings.Cut(p, "=")
			if !strings.EqualFold(strings.TrimSpace(name), "q") {
				continue
			}
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return q
			}
		}
		return 1
	}
	return 0
}

// WriteSCIMError sends e in SCIM's error shape.
func WriteSCIMError(w http.ResponseWriter, r *http.Request, e *apierr.Error) error {
	SpeakSCIM(w, r)
	refusal := scim.Error{Status: e.Status, Type: scimType(e), Detail: cut(e.Message)}
	return writeJSON(w, r.Method, e.Status, refusal.Body())
}

// scimType is the error's own word, or the one that fits a refusal by those who do
// not know of SCIM, such as validation.
func scimType(e *apierr.Error) string {
	inBody := func(d apierr.Detail) bool { return d.FieldName == "body" }
	switch {
	case e.ScimType != "":
		return e.ScimType
	case e.Status == http.StatusConflict && e.Code == "general.conflict":
		return scim.Uniqueness
	case e.Status != http.StatusBadRequest:
		return ""
	case slices.ContainsFunc(e.Details, inBody):
		return scim.InvalidSyntax
	default:
		return scim.InvalidValue
	}
}
