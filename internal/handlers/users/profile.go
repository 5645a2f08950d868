package users

import (
	"encoding/json"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// The keys of identity.User.Profile, and what it holds there.
const (
	profileAddresses      = identity.ProfileAddresses
	profileChat           = identity.ProfileChat
	profileImages         = identity.ProfileImages
	profileCertifications = identity.ProfileCertifications
	profileBiography      = identity.ProfileBiography
	profileEmployerInfo   = identity.ProfileEmployerInfo
	profileSkills         = identity.ProfileSkills
	profileLocations      = identity.ProfileLocations
)

type (
	contact      = identity.Contact
	employerInfo = identity.EmployerInfo
)

// location is the schema Location. Clients send id and read
// locationDefinition.id (facts: terraform.md §3).
type location struct {
	ID          string             `json:"id,omitempty"`
	FloorplanID string             `json:"floorplanId,omitempty"`
	Coordinates map[string]float64 `json:"coordinates,omitempty"`
	Notes       string             `json:"notes,omitempty"`
	Definition  *identity.Ref      `json:"locationDefinition,omitempty"`
}

// image is the schema Image.
type image struct {
	Resolution string `json:"resolution,omitempty"`
	ImageURI   string `json:"imageUri,omitempty"`
}

// chatPart is the schema Chat.
type chatPart struct {
	JabberID string `json:"jabberId,omitempty"`
}

// biography is the schema Biography.
type biography struct {
	Biography string      `json:"biography,omitempty"`
	Interests []string    `json:"interests,omitempty"`
	Hobbies   []string    `json:"hobbies,omitempty"`
	Spouse    string      `json:"spouse,omitempty"`
	Education []education `json:"education,omitempty"`
}

// education is the schema Education.
type education struct {
	School       string `json:"school,omitempty"`
	FieldOfStudy string `json:"fieldOfStudy,omitempty"`
	Notes        string `json:"notes,omitempty"`
	DateStart    string `json:"dateStart,omitempty"`
	DateEnd      string `json:"dateEnd,omitempty"`
}

// blank is an empty value of a part's type.
func blank(part string) any {
	switch part {
	case profileAddresses:
		return new([]contact)
	case profileChat:
		return new(chatPart)
	case profileImages:
		return new([]image)
	case profileBiography:
		return new(biography)
	case profileEmployerInfo:
		return new(employerInfo)
	case profileLocations:
		return new([]location)
	default: // certifications and skills
		return new([]string)
	}
}

// keep copies parts of the body into the user's profile, those that are there.
// The body is the validated one, so that nothing null and nothing read-only is
// kept; fields that the API does not know fall away too, since answers must not
// have them.
func keep(u *identity.User, body any, parts ...string) error {
	sent, _ := body.(map[string]any)
	for _, part := range parts {
		value, ok := sent[part]
		if !ok {
			continue
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("keep %s: %w", part, err)
		}
		typed := blank(part)
		if json.Unmarshal(raw, typed) != nil {
			return invalid(part, "The value has the wrong type.")
		}
		if err := u.SetPart(part, typed); err != nil {
			return err
		}
	}
	return nil
}

// stored is a part of the profile as it was sent, or otherwise where there is
// none.
func stored(u *identity.User, part, otherwise string) json.RawMessage {
	raw := u.Part(part)
	if raw == nil && otherwise != "" {
		return json.RawMessage(otherwise)
	}
	return raw
}

// decodeStored decodes a part of the profile into v, which stays as it is where
// there is none.
func decodeStored(u *identity.User, part string, v any) error { return u.ReadPart(part, v) }

// contacts are the stored addresses. display is read-only on the wire, hence
// made here: the address, or the extension where that is all.
func contacts(u *identity.User) ([]contact, error) {
	all := []contact{}
	if err := decodeStored(u, profileAddresses, &all); err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Display = all[i].Address; all[i].Display == "" {
			all[i].Display = all[i].Extension
		}
	}
	return all, nil
}

// primary is the e-mail address followed by the phones.
func primary(u *identity.User, addresses []contact) []contact {
	all := []contact{{Address: u.Email, Display: u.Email, MediaType: "EMAIL", Type: "PRIMARY"}}
	for _, a := range addresses {
		if a.MediaType == "PHONE" {
			all = append(all, a)
		}
	}
	return all
}

func locations(u *identity.User) ([]location, error) {
	all := []location{}
	if err := decodeStored(u, profileLocations, &all); err != nil {
		return nil, err
	}
	for i := range all {
		if id := all[i].ID; id != "" {
			all[i].Definition = &identity.Ref{ID: id, SelfURI: "/api/v2/locations/" + id}
		}
	}
	return all, nil
}

// chat is what was stored; otherwise an address made of the user's id and the
// organization's domain, since the real service always shows one.
func chat(org *identity.Org, u *identity.User) (json.RawMessage, error) {
	if raw := stored(u, profileChat, ""); raw != nil || org.Domain == "" {
		return raw, nil
	}
	return json.Marshal(chatPart{u.ID + "@" + org.Domain})
}

// jabberID is the address that chat shows, or "".
func jabberID(org *identity.Org, u *identity.User) string {
	raw, err := chat(org, u)
	if err != nil || raw == nil {
		return ""
	}
	var shown chatPart
	if json.Unmarshal(raw, &shown) != nil {
		return ""
	}
	return shown.JabberID
}
