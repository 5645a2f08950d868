package routing_test

import "testing"

// Guess: the names of the parameters, and that the division stands glued to the
// permission of mode ALL; the texts are known.
func TestRefusalsNameTheDivision(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	seller := srv.AsIn(t, "Sales", "routing:queue:view", "routing:queue:edit", "routing:queue:add")
	all := want(t, seller.Get(t, queues+"/"+supportQueue), 403, "missing.division.permission")
	has(t, all, map[string]string{
		"message":                   "Unable to perform the requested action. You are missing the following permission '[routing:queue:view:" + home + "]' in the provided division(s).",
		"messageWithParams":         "Unable to perform the requested action. You are missing the following permission '{permissions}' in the provided division(s).",
		"messageParams.permissions": "[routing:queue:view:" + home + "]",
	})
	anyOf := want(t, seller.Post(t, queues, fields{"name": "New", "division": fields{"id": home}}), 403, "missing.any.division.permissions")
	const text = "Unable to perform the requested action. You must have at least one of the following permissions assigned: "
	has(t, anyOf, map[string]string{
		"message":                 text + "[routing:queue:add] in at least one of the following division(s): [" + home + "]",
		"messageWithParams":       text + "{permissions} in at least one of the following division(s): {divisions}",
		"messageParams.divisions": "[" + home + "]",
	})
}
