package identity

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
)

// AttributeType is the type of an attribute that access policies look at, in the
// API's words.
type AttributeType string

// The attribute types.
const (
	AttrBoolean      AttributeType = "BOOLEAN"
	AttrNumber       AttributeType = "NUMBER"
	AttrString       AttributeType = "STRING"
	AttrStringList   AttributeType = "STRING_LIST"
	AttrTime         AttributeType = "TIME"
	AttrRelativeTime AttributeType = "RELATIVE_TIME"
	AttrTimeRange    AttributeType = "TIME_RANGE"
	AttrDayRange     AttributeType = "DAY_RANGE"
	AttrIPAddress    AttributeType = "IP_ADDRESS"
	AttrIPCIDR       AttributeType = "IP_CIDR"
)

// AttributeTypes lists the types.
var AttributeTypes = []AttributeType{
	AttrBoolean, AttrNumber, AttrString, AttrStringList, AttrTime, AttrRelativeTime, AttrTimeRange, AttrDayRange, AttrIPAddress, AttrIPCIDR,
}

// TypedAttribute is an attribute's value as it travels: the schema
// TypedAttribute.
type TypedAttribute struct {
	Type  AttributeType `json:"type,omitempty"`
	Value string        `json:"value"`
}

// PolicyAttribute is an attribute that conditions can look at: the schema
// PolicyAttribute.
type PolicyAttribute struct {
	Name        string        `json:"name"`
	Type        AttributeType `json:"type,omitempty"`
	Description string        `json:"description,omitempty"`
}

// The attributes that mockcloud knows of every request.
//
// Guess: the real names are not documented; subject.role.name is the one that
// Terraform's example uses.
const (
	AttrSubjectID         = "subject.id"
	AttrSubjectType       = "subject.type"
	AttrSubjectName       = "subject.name"
	AttrSubjectEmail      = "subject.email"
	AttrSubjectState      = "subject.state"
	AttrSubjectDepartment = "subject.department"
	AttrSubjectTitle      = "subject.title"
	AttrSubjectDivision   = "subject.divisionId"
	AttrSubjectGroups     = "subject.groupIds"
	AttrSubjectRoles      = "subject.roleIds"
	AttrSubjectRoleNames  = "subject.role.name"
	AttrClientID          = "client.id"
	AttrRequestTime       = "request.time"
	AttrRequestIP         = "request.ipAddress"
)

// BaseAttributes describes them.
var BaseAttributes = []PolicyAttribute{
	{AttrSubjectID, AttrString, "The id of the user, or of the client that calls for itself."},
	{AttrSubjectType, AttrString, "USER or CLIENT."},
	{AttrSubjectName, AttrString, "The name of the user or client."},
	{AttrSubjectEmail, AttrString, "The user's e-mail address; empty for a client."},
	{AttrSubjectState, AttrString, "The state of the user or client."},
	{AttrSubjectDepartment, AttrString, "The user's department; empty for a client."},
	{AttrSubjectTitle, AttrString, "The user's title; empty for a client."},
	{AttrSubjectDivision, AttrString, "The division in which the user lives; empty for a client."},
	{AttrSubjectGroups, AttrStringList, "The ids of the groups that the user is a member of."},
	{AttrSubjectRoles, AttrStringList, "The ids of the roles that the subject holds anywhere, inherited ones included."},
	{AttrSubjectRoleNames, AttrStringList, "The names of these roles."},
	{AttrClientID, AttrString, "The id of the OAuth client that the token belongs to."},
	{AttrRequestTime, AttrTime, "When the request came, in UTC; it can be compared with times of the day and with days of the week."},
	{AttrRequestIP, AttrIPAddress, "The address from which the request came."},
}

// BaseAttribute finds one of them.
func BaseAttribute(name string) (PolicyAttribute, bool) {
	i := slices.IndexFunc(BaseAttributes, func(a PolicyAttribute) bool { return a.Name == name })
	if i < 0 {
		return PolicyAttribute{}, false
	}
	return BaseAttributes[i], true
}

// AttributeValue is what an attribute holds: one text, or any number of them
// where it is a list.
type AttributeValue struct {
	Type  AttributeType
	Texts []string
}

// StringValue is the value of an attribute of the type STRING.
func StringValue(text string) AttributeValue {
	return AttributeValue{Type: AttrString, Texts: []string{text}}
}

// ListValue is the value of an attribute of the type STRING_LIST.
func ListValue(texts []string) AttributeValue {
	return AttributeValue{Type: AttrStringList, Texts: texts}
}

// maxListed is how many texts a list may hold, so that comparing two stays
// cheap.
const maxListed = 1000

// Read takes the text of a value apart.
//
// Guess: nothing tells how values are written. Times are written as everywhere
// in the API, lists with commas or as JSON, ranges as 09:00-17:00 and
// MONDAY-FRIDAY.
func (a TypedAttribute) Read() (AttributeValue, error) {
	v := AttributeValue{Type: a.Type, Texts: []string{a.Value}}
	ok := true
	switch a.Type {
	case AttrString, AttrRelativeTime:
	case AttrStringList:
		v.Texts = listed(a.Value)
		ok = len(v.Texts) <= maxListed
	case AttrTimeRange:
		_, _, ok = readTimeRange(a.Value)
	case AttrDayRange:
		_, ok = readDays(a.Value)
	case AttrIPCIDR:
		_, ok = readPrefix(a.Value)
	case AttrBoolean, AttrNumber, AttrTime, AttrIPAddress:
		ok = equalTexts(a.Type, a.Value, a.Value) != Unknown
	default:
		return v, errors.New("is of a type that does not exist")
	}
	if !ok {
		return v, errors.New("cannot be read as " + string(a.Type))
	}
	return v, nil
}

func listed(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	var items []string
	if text[0] == '[' && json.Unmarshal([]byte(text), &items) == nil {
		return items
	}
	items = strings.SplitN(text, ",", maxListed+2)
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// equalTexts compares two single values of a type.
func equalTexts(t AttributeType, a, b string) Truth {
	switch t {
	case AttrString, AttrStringList:
		return truth(a == b)
	case AttrBoolean:
		x, okX := readBoolean(a)
		y, okY := readBoolean(b)
		return known(okX && okY, x == y)
	case AttrNumber, AttrTime:
		order, ok := compareTexts(t, a, b)
		return known(ok, order == 0)
	case AttrIPAddress:
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		return known(errX == nil && errY == nil, x.Unmap() == y.Unmap())
	default:
		return Unknown
	}
}

// compareTexts orders two single values of a type that has an order.
func compareTexts(t AttributeType, a, b string) (order int, ok bool) {
	switch t {
	case AttrNumber:
		x, okX := readNumber(a)
		y, okY := readNumber(b)
		switch {
		case x < y:
			return -1, okX && okY
		case x > y:
			return 1, okX && okY
		}
		return 0, okX && okY
	case AttrTime:
		x, errX := clock.Parse(a)
		y, errY := clock.Parse(b)
		return x.Compare(y), errX == nil && errY == nil
	default:
		return 0, false
	}
}

// withinText says whether the single value a lies within b: it is b, or b is a
// range that contains it.
func withinText(t AttributeType, a, b string) Truth {
	switch t {
	case AttrIPAddress:
		ip, err := netip.ParseAddr(a)
		r, ok := readPrefix(b)
		return known(err == nil && ok, r.Contains(ip.Unmap()))
	case AttrTime:
		at, err := clock.Parse(a)
		if err != nil {
			return Unknown
		}
		at = at.UTC()
		if from, to, ok := readTimeRange(b); ok {
			now := at.Sub(at.Truncate(24 * time.Hour))
			if from <= to {
				return truth(from <= now && now < to)
			}
			return truth(from <= now || now < to) // over midnight
		}
		if days, ok := readDays(b); ok {
			return truth(days[at.Weekday()])
		}
	}
	return equalTexts(t, a, b)
}

func readBoolean(text string) (value, ok bool) {
	return strings.EqualFold(text, "true"), strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}

func readNumber(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// readPrefix reads a range of addresses, or a single one.
func readPrefix(text string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(text); err == nil {
		ip = ip.Unmap().WithZone("")
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	r, err := netip.ParsePrefix(text)
	return r.Masked(), err == nil
}

// readTimeRange reads two times of the day in UTC, the second of which is no
// longer within.
func readTimeRange(text string) (from, to time.Duration, ok bool) {
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return 0, 0, false
	}
	from, okFrom := timeOfDay(first)
	to, okTo := timeOfDay(last)
	return from, to, okFrom && okTo
}

func timeOfDay(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * time.Hour, true
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second, true
		}
	}
	return 0, false
}

// readDays reads days of the week, and ranges of them that may go over the
// weekend: SATURDAY, MON-FRI, FRI-SUN.
func readDays(text string) (days [7]bool, ok bool) {
	parts := strings.SplitN(text, ",", 8)
	if len(parts) > 7 {
		return days, false
	}
	for _, part := range parts {
		first, last, isRange := strings.Cut(part, "-")
		from, okFrom := weekday(first)
		to, okTo := from, okFrom
		if isRange {
			to, okTo = weekday(last)
		}
		if !okFrom || !okTo {
			return days, false
		}
		for d := from; ; d = (d + 1) % 7 {
			days[d] = true
			if d == to {
				break
			}
		}
	}
	return days, true
}

func weekday(text string) (int, bool) {
	text = strings.TrimSpace(text)
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return int(d), true
		}
	}
	return 0, false
}

// sample is some value of a type, to find out whether values of that type can
// be compared at all.
func sample(t AttributeType) AttributeValue {
	text := map[AttributeType]string{
		AttrBoolean: "true", AttrNumber: "1", AttrTime: "2026-01-01T00:00:00.000Z", AttrTimeRange: "09:00-17:00", AttrDayRange: "MONDAY-FRIDAY",
		AttrIPAddress: "192.0.2.1", AttrIPCIDR: "192.0.2.0/24", AttrString: "x", AttrStringList: "x", AttrRelativeTime: "x",
	}[t]
	return AttributeValue{Type: t, Texts: []string{text}}
}

// ValidAttributeType says whether there is such a type.
func ValidAttributeType(t AttributeType) bool { return slices.Contains(AttributeTypes, t) }
