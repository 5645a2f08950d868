package handlers_test

import (
	"net/http"
	"testing"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

func TestTheAddressIsThatOfTheConnection(t *testing.T) {
	t.Parallel()
	for connection, want := range map[string]string{
		"192.0.2.7:1234":           "192.0.2.7",
		"[::ffff:192.0.2.7]:1234":  "192.0.2.7",
		"[::1]:1234":               "127.0.0.1", // Guess: see RemoteIP
		"[2001:db8::1]:1234":       "2001:db8::1",
		"[fe80::1%eth0]:1234":      "fe80::1",
		"":                         "invalid IP",
		"@":                        "invalid IP",
		"[::ffff:127.0.0.1%x]:123": "127.0.0.1",
	} {
		if got := handlers.RemoteIP(&http.Request{RemoteAddr: connection, Header: http.Header{"X-Forwarded-For": {"198.51.100.1"}}}); got.String() != want {
			t.Errorf("%q: %s, want %s", connection, got, want)
		}
	}
}
