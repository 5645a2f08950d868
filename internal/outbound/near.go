package outbound

import (
	"strings"

	"github.com/mockcloud/mockcloud/internal/store"
)

// Near says why a stub whose URL is that of the call did not match it, or
// nothing where there is no such stub. It is for people who wonder.
func Near(tx *store.Tx, method, target string, body []byte) (string, error) {
	tx = tx.In(store.Global)
	called := &calledBody{text: body}
	for place := range Stubs.Keys(tx, "") {
		s, err := Stubs.Peek(tx, place)
		if err != nil {
			return "", err
		}
		switch {
		case !matches(s.URL, target):
		case s.Method != "" && !strings.EqualFold(s.Method, method):
			return "The stub " + s.ID + " has this URL, but answers " + s.Method + " only.", nil
		case !called.has(s.Body):
			return "The stub " + s.ID + " has this URL, but the body is not what it looks for.", nil
		}
	}
	return "", nil
}
