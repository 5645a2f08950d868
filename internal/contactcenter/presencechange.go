package contactcenter

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// maxPresences is how many definitions of its own an organization may have.
//
// Guess: the specification has a code for too many and no number.
const maxPresences = 200

// locales are those that labels can be in. "en" is not in the specification's
// list of locales, but in answers of the real service.
var locales = []string{
	"en", "he", "fr", "en_US", "da", "de", "it", "cs", "es", "fi", "ar", "ja", "ko", "nl", "no", "pl",
	"pt_BR", "pt_PT", "ru", "sv", "th", "tr", "uk", "zh_CN", "zh_TW",
}

// IsLocale says whether labels can be in the locale.
func IsLocale(code string) bool { return slices.Contains(locales, code) }

// PresenceChange is what a client says of a presence definition, in the older
// API and in the newer one.
type PresenceChange struct {
	Labels      map[string]string
	System      string
	DivisionID  string // "" leaves it as it is
	Deactivated *bool
}

// refuse is an error of the presence service.
func refuse(code, message, field string) *apierr.Error {
	return apierr.New(http.StatusConflict, "presenceservice.organizationpresence."+code, message).OnField(field)
}

// PresenceNotFound is the 404 of presence definitions.
func PresenceNotFound(id string) *apierr.Error {
	return apierr.New(http.StatusNotFound, "presenceservice.organizationpresence.organizationpresencenotfound",
		"The presence definition does not exist").About(id, "presenceDefinition")
}

// InvalidPresenceDivision is the 409 for a division that does not exist.
func InvalidPresenceDivision() *apierr.Error {
	return refuse("invaliddivisionid", "Invalid divisionId provided", "divisionId")
}

// ApplyTo changes p.
func (ch *PresenceChange) ApplyTo(p *Presence) error {
	if len(ch.Labels) == 0 {
		return refuse("musthaveatleastonelocalelabeldefined", "At least one locale label must be defined", "languageLabels")
	}
	for _, locale := range slices.Sorted(maps.Keys(ch.Labels)) {
		if !IsLocale(locale) || strings.TrimSpace(ch.Labels[locale]) == "" {
			return refuse("localevaluesinvalid", "Invalid locale value", "languageLabels")
		}
	}
	system, ok := SystemPresence(ch.System)
	if !ok {
		return refuse("systempresencecannotbenull", "A valid system presence must be provided", "systemPresence")
	}
	p.Labels, p.System = ch.Labels, system.System
	if ch.DivisionID != "" {
		p.DivisionID = ch.DivisionID
	}
	if ch.Deactivated != nil {
		p.Deactivated = *ch.Deactivated
	}
	return nil
}

// MayAddPresence refuses another definition where there are too many.
func MayAddPresence(tx *store.Tx) error {
	n, err := Presences.Count(tx)
	if err != nil {
		return err
	}
	if n >= maxPresences {
		return refuse("toomanyorganizationpresences", "Too many presence definitions. Please delete a definition and try again", "id")
	}
	return nil
}

// OwnPresence returns a definition of the organization for changing it.
//
// Guess: the system's are there for reading only; what the service answers to
// somebody who tries is not documented.
func OwnPresence(tx *store.Tx, id string) (*Presence, error) {
	p, err := PresenceByID(tx, id)
	if IsNotFound(err) {
		return nil, PresenceNotFound(id)
	}
	if err != nil {
		return nil, err
	}
	if p.Primary() {
		return nil, apierr.Conflict("A presence definition of the system cannot be changed.").About(id, "presenceDefinition")
	}
	own := *p
	return &own, nil
}

// LabelsIn are the labels of p in a locale: all of them where it is "" or ALL,
// and the default where there is none.
func (p *Presence) LabelsIn(locale string) map[string]string {
	if locale == "" || strings.EqualFold(locale, "ALL") {
		return p.Labels
	}
	if label, ok := p.Labels[locale]; ok {
		return map[string]string{locale: label}
	}
	return map[string]string{DefaultLocale: p.Label()}
}

// passes says whether p passes a filter that can be TRUE, for deactivated
// ones, ALL, or FALSE, as which everything else counts.
func (p *Presence) passes(deactivated string) bool {
	switch strings.ToUpper(deactivated) {
	case "ALL":
		return true
	case "TRUE":
		return p.Deactivated
	default:
		return !p.Deactivated
	}
}

// PresencesWhere lists the definitions that pass the filter: TRUE, FALSE or ALL.
func PresencesWhere(tx *store.Tx, deactivated string) ([]*Presence, error) {
	all, err := AllPresences(tx)
	return slices.DeleteFunc(all, func(p *Presence) bool { return !p.passes(deactivated) }), err
}
