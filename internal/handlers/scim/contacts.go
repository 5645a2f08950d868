package scim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
)

// The types of e-mail addresses: that of the main one, which is userName over
// again, and of the one beside it.
const (
	mainMail = "other"
	workMail = "work"
)

// phoneKind is how a type of phone number is kept among the addresses of a user.
type phoneKind struct{ scim, contact, integration string }

// phoneKinds are in the order in which a user's numbers are shown.
//
// Guess: the names of the three telephone systems among the integrations of a
// contact, and that such numbers are of the type OTHER.
var phoneKinds = []phoneKind{
	{"work", "WORK", ""},
	{"work2", "WORK2", ""},
	{"work3", "WORK3", ""},
	{"work4", "WORK4", ""},
	{"home", "HOME", ""},
	{"mobile", "MOBILE", ""},
	{"other", "OTHER", ""},
	{"microsoftteams", "OTHER", "microsoft-teams"},
	{"zoomphone", "OTHER", "zoom-phone"},
	{"eightbyeight", "OTHER", "8x8"},
}

// typeOf is the type under which SCIM shows a contact, and "" for contacts that it
// does not know.
func typeOf(a *identity.Contact) string {
	switch a.MediaType {
	case identity.MediaEmail:
		if a.Type == identity.ContactWork && a.Address != "" {
			return workMail
		}
	case identity.MediaPhone:
		if address, ext := parseNumber(number(a)); address == "" && ext == "" {
			return ""
		}
		for _, kind := range phoneKinds {
			if kind.contact == a.Type && kind.integration == a.Integration {
				return kind.scim
			}
		}
	}
	return ""
}

// shown tells which of the addresses of a medium SCIM shows: the first of each
// type. The rest is for the Platform API alone, and stays as it is.
func shown(addresses []identity.Contact, media string) map[int]string {
	types := make(map[int]string)
	seen := make(map[string]bool)
	for i := range addresses {
		if addresses[i].MediaType != media {
			continue
		}
		if kind := typeOf(&addresses[i]); kind != "" && !seen[kind] {
			seen[kind] = true
			types[i] = kind
		}
	}
	return types
}

// emails renders the main address and the one for work.
//
// Guess: the main one is the primary one, whatever a client asks for.
func emails(u *identity.User, addresses []identity.Contact) []any {
	list := []any{scim.Object{"value": u.Email, "type": mainMail, "primary": true}}
	for i := range shown(addresses, identity.MediaEmail) {
		list = append(list, scim.Object{"value": addresses[i].Address, "type": workMail})
	}
	return list
}

// phones renders the phone numbers in the order in which they are kept.
//
// Guess: the first one is the primary one; nothing else tells them apart in the
// Platform API.
func phones(addresses []identity.Contact) []any {
	types := shown(addresses, identity.MediaPhone)
	var list []any
	for i := range addresses {
		kind, ok := types[i]
		if !ok {
			continue
		}
		item := scim.Object{"value": number(&addresses[i]), "type": kind}
		if len(list) == 0 {
			item["primary"] = true
		}
		list = append(list, item)
	}
	return list
}

const (
	telScheme = "tel:"
	extension = ";ext="
)

// extensionMark is what stands before an extension, in any case. The documentation of
// the SDKs has a blank in it: "tel:+nnnnnnnn; ext=xxxxx".
var extensionMark = regexp.MustCompile(`(?i); ?ext=`)

// number writes a number as the API's clients do: alone, or with its extension as a
// tel URI.
func number(a *identity.Contact) string {
	if a.Extension == "" {
		return a.Address
	}
	return telScheme + a.Address + extension + a.Extension
}

// parseNumber reads a number, with or without an extension.
//
// Guess: what is no number at all is kept as it was sent; clients are known to send
// all kinds of spellings.
func parseNumber(value string) (address, ext string) {
	value = strings.TrimSpace(value)
	for len(value) >= len(telScheme) && strings.EqualFold(value[:len(telScheme)], telScheme) {
		value = strings.TrimSpace(value[len(telScheme):])
	}
	mark := extensionMark.FindStringIndex(value)
	if mark == nil {
		return value, ""
	}
	return strings.TrimSpace(value[:mark[0]]), strings.TrimSpace(value[mark[1]:])
}

// maxContact is how many bytes a number can have.
const maxContact = 254

// setMail makes the e-mail addresses of the resource those of the user. The main
// one only repeats userName (help article "SCIM and Genesys Cloud field mappings"):
// either the old or the new one, and whatever it likes where the user is new.
func (w *writer) setMail(addresses []identity.Contact, wanted []scim.Object, before string) ([]identity.Contact, error) {
	var list []identity.Contact
	for _, item := range wanted {
		value := text(item, "value")
		kind := text(item, "type")
		isMain := strings.EqualFold(value, before) || strings.EqualFold(value, w.user.Email)
		switch {
		case kind == mainMail && (w.creating || isMain), kind == "" && isMain:
		case kind == mainMail:
			return nil, scim.Errorf(http.StatusBadRequest, scim.Mutability, "emails: the address of the type other is userName, and changes with it.")
		case !directory.ValidEmail(value) && !slices.ContainsFunc(addresses, func(a identity.Contact) bool { return a.Address == value }):
			return nil, invalid("emails: the address for work is not one.")
		default:
			list = append(list, identity.Contact{Address: value, MediaType: identity.MediaEmail, Type: identity.ContactWork})
		}
	}
	if len(list) > 1 {
		return nil, invalid("emails: there can be one address for work.")
	}
	return replaceShown(addresses, identity.MediaEmail, list), nil
}

// setPhones makes the phone numbers of the resource those of the user, the primary
// one first. A number without a type is for work.
func setPhones(addresses []identity.Contact, wanted []scim.Object) ([]identity.Contact, error) {
	var list []identity.Contact
	seen := make(map[string]bool)
	for _, item := range wanted {
		value, name := text(item, "value"), text(item, "type")
		if name == "" {
			name = phoneKinds[0].scim
		}
		i := slices.IndexFunc(phoneKinds, func(k phoneKind) bool { return k.scim == name })
		address, ext := parseNumber(value)
		switch {
		case i < 0 || seen[name]:
			return nil, invalid("phoneNumbers: there can be one number of each type.")
		case address == "" && ext == "", len(value) > maxContact, strings.ContainsAny(value, "\r\n\x00"):
			return nil, invalid("phoneNumbers: the number of the type %s is not one.", name)
		}
		seen[name] = true
		contact := identity.Contact{Address: address, Extension: ext, MediaType: identity.MediaPhone, Type: phoneKinds[i].contact, Integration: phoneKinds[i].integration}
		if item["primary"] == true {
			list = append([]identity.Contact{contact}, list...)
		} else {
			list = append(list, contact)
		}
	}
	return replaceShown(addresses, identity.MediaPhone, list), nil
}

// replaceShown puts list in the place of the addresses of the medium that SCIM
// shows. What an address has beside, such as a country code, stays with it.
func replaceShown(addresses []identity.Contact, media string, list []identity.Contact) []identity.Contact {
	types := shown(addresses, media)
	kept := make([]identity.Contact, 0, len(addresses)+len(list))
	at := -1
	for i := range addresses {
		kind, gone := types[i]
		if !gone {
			kept = append(kept, addresses[i])
			continue
		}
		if at < 0 {
			at = len(kept)
		}
		for j := range list {
			if typeOf(&list[j]) == kind && readsAs(&addresses[i], &list[j]) {
				list[j] = addresses[i]
			}
		}
	}
	if at < 0 {
		at = len(kept)
	}
	return slices.Insert(kept, at, list...)
}

// readsAs says whether a client that sends back what it was shown of an address means
// the other one. The Platform API takes all kinds of spellings.
func readsAs(shown, sent *identity.Contact) bool {
	if shown.MediaType == identity.MediaEmail {
		return shown.Address == sent.Address
	}
	address, ext := parseNumber(number(shown))
	return address == sent.Address && ext == sent.Extension
}

// extensionsOf are the extensions among the phone numbers, in order.
func extensionsOf(addresses []identity.Contact) []string {
	var all []string
	for i := range addresses {
		if addresses[i].MediaType == identity.MediaPhone && addresses[i].Extension != "" {
			all = append(all, addresses[i].Extension)
		}
	}
	slices.Sort(all)
	return all
}
