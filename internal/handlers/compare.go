package handlers

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// Compare compares two values of unknown type, as searches and filters do: as
// numbers or dates where both are, else as texts in any case.
func Compare(a, b string) int {
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		if y, err := strconv.ParseFloat(b, 64); err == nil {
			return cmp.Compare(x, y)
		}
	}
	if x, ok := ParseDate(a); ok {
		if y, ok := ParseDate(b); ok {
			return x.Compare(y)
		}
	}
	return strings.Compare(identity.Fold(a), identity.Fold(b))
}

var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly,
}

// ParseDate reads a date, with or without a time and in any case. Without a zone,
// UTC is meant.
func ParseDate(text string) (time.Time, bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' {
		return time.Time{}, false
	}
	text = strings.ToUpper(text)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
