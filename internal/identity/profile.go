package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The keys of User.Profile: parts of the schema UpdateUser that are kept and given
// back without asking what they mean, but for the few that have types below.
const (
	ProfileAddresses      = "addresses"
	ProfileChat           = "chat"
	ProfileImages         = "images"
	ProfileCertifications = "certifications"
	ProfileBiography      = "biography"
	ProfileEmployerInfo   = "employerInfo"
	ProfileSkills         = "profileSkills"
	ProfileLocations      = "locations"
)

// The kinds of Contact that rules look at.
const (
	MediaPhone = "PHONE"
	MediaEmail = "EMAIL"

	ContactWork = "WORK"
)

// Contact is the schema Contact: one of the addresses of a user.
type Contact struct {
	Address     string `json:"address,omitempty"`
	Display     string `json:"display,omitempty"`
	MediaType   string `json:"mediaType,omitempty"`
	Type        string `json:"type,omitempty"`
	Extension   string `json:"extension,omitempty"`
	CountryCode string `json:"countryCode,omitempty"`
	Integration string `json:"integration,omitempty"`
}

// EmployerInfo is the schema EmployerInfo.
type EmployerInfo struct {
	OfficialName string `json:"officialName,omitempty"`
	EmployeeID   string `json:"employeeId,omitempty"`
	EmployeeType string `json:"employeeType,omitempty"`
	DateHire     string `json:"dateHire,omitempty"`
}

// Part is a part of the profile as it was sent, or nil where there is none.
func (u *User) Part(name string) json.RawMessage {
	if raw := u.Profile[name]; len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
		return raw
	}
	return nil
}

// ReadPart decodes a part of the profile into v, which stays as it is where there
// is none.
func (u *User) ReadPart(name string, v any) error {
	raw := u.Part(name)
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%s of user %s: %w", name, u.ID, err)
	}
	return nil
}

// SetPart makes v the part of the profile.
func (u *User) SetPart(name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	if u.Profile == nil {
		u.Profile = make(map[string]json.RawMessage)
	}
	u.Profile[name] = raw
	return nil
}

// EmployerInfo is that part of the profile; nothing where it cannot be read.
func (u *User) EmployerInfo() EmployerInfo {
	var info EmployerInfo
	if u.ReadPart(ProfileEmployerInfo, &info) != nil {
		return EmployerInfo{}
	}
	return info
}

// Addresses are those of the profile; the main e-mail address is not among them.
func (u *User) Addresses() ([]Contact, error) {
	var all []Contact
	return all, u.ReadPart(ProfileAddresses, &all)
}

// workMailKeys are the e-mail addresses that a user has for work beside the main
// one.
func workMailKeys(u *User) []string {
	all, err := u.Addresses()
	if err != nil {
		return nil
	}
	var keys []string
	for _, a := range all {
		if a.MediaType == MediaEmail && a.Type == ContactWork && a.Address != "" {
			keys = append(keys, nameKey(a.Address))
		}
	}
	return keys
}
