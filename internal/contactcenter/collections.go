package contactcenter

import "github.com/mockcloud/mockcloud/internal/store"

// Collections lists all that this package keeps, for the check of a state file.
func Collections() []store.Checker {
	return []store.Checker{
		&Presences, &Queues, &members, &Agents, &WrapupCodes, &assignments, &greetings, &greetingDefaults, &groupPolicies,
		&skills, &skillHoldings, &languages, &languageHoldings,
	}
}
