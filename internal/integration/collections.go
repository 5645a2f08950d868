package integration

import "github.com/mockcloud/mockcloud/internal/store"

// Collections lists all that this package keeps, for the check of a state file.
func Collections() []store.Checker {
	return []store.Checker{&All, &Credentials, &added, &events, &inboxes}
}
