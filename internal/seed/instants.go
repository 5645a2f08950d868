package seed

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
)

// instantMark begins a time that depends on when the state comes into being, such
// as @now-90m or @now+7d.
const instantMark = "@now"

var instants = regexp.MustCompile(`"@now[-+0-9dhms]*"`)

// parseInstant reads how far a time is from the one at which the state comes into
// being: days, hours, minutes and seconds.
func parseInstant(written string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(written, instantMark)
	if !ok || rest == "" {
		return 0, ok
	}
	sign := time.Duration(1)
	switch rest[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	var days int64
	if number, after, found := strings.Cut(rest[1:], "d"); found {
		var err error
		if days, err = strconv.ParseInt(number, 10, 16); err != nil || days < 0 {
			return 0, false
		}
		if after == "" {
			return sign * time.Duration(days) * 24 * time.Hour, true
		}
		rest = "+" + after
	}
	more, err := time.ParseDuration(rest[1:])
	if err != nil || more < 0 {
		return 0, false
	}
	return sign * (time.Duration(days)*24*time.Hour + more), true
}

// settleInstants puts times in place of what depends on now.
func settleInstants(body []byte, now time.Time) []byte {
	return instants.ReplaceAllFunc(body, func(written []byte) []byte {
		offset, ok := parseInstant(string(written[1 : len(written)-1]))
		if !ok {
			return written
		}
		return []byte(`"` + now.Add(offset).UTC().Format(clock.Layout) + `"`)
	})
}
