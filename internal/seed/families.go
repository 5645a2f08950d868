package seed

import "strings"

// divisionsPath is the collection of the divisions.
const divisionsPath = "/authorization/divisions"

// families are the collections and singletons that API families keep, by their
// templates, with the key of a fixture that says what they hold; "" where none does.
// A test compares them with what the families serve.
var families = map[string]string{
	divisionsPath:                                   "divisions",
	"/authorization/roles":                          "roles",
	"/authorization/roles/default":                  "defaultRoles",
	"/authorization/roles/settings":                 "settings",
	"/authorization/roles/{}/users/add":             "users",
	"/authorization/roles/{}/users/remove":          "users",
	"/authorization/settings":                       "settings",
	"/authorization/subjects":                       "users",
	"/authorization/subjects/{}/divisions/{}/roles": "users",
	"/greetings":                                    "",
	"/greetings/defaults":                           "",
	"/groups":                                       "groups",
	"/groups/search":                                "groups",
	"/groups/{}/dynamicsettings":                    "",
	"/groups/{}/greetings":                          "",
	"/groups/{}/greetings/defaults":                 "",
	"/groups/{}/members":                            "groups",
	"/integrations":                                 "integrations",
	"/integrations/actions":                         "integrations",
	"/integrations/actions/drafts":                  "",
	"/integrations/actions/{}/draft":                "",
	"/integrations/actions/{}/draft/function":       "",
	"/integrations/actions/{}/draft/schemas":        "",
	"/integrations/actions/{}/draft/templates":      "",
	"/integrations/actions/{}/schemas":              "integrations",
	"/integrations/actions/{}/templates":            "integrations",
	"/integrations/credentials":                     "integrations",
	"/integrations/types":                           "integrationTypes",
	"/integrations/types/{}/configschemas":          "integrationTypes",
	"/integrations/{}/config/current":               "integrations",
	"/oauth/clients":                                "clients",
	"/organizations/authentication/settings":        "",
	"/organizations/features":                       "",
	"/organizations/ipaddressauthentication":        "",
	"/organizations/me":                             "organization",
	"/presence/definitions":                         "presenceDefinitions",
	"/presencedefinitions":                          "presenceDefinitions",
	"/routing/languages":                            "languages",
	"/routing/queues":                               "queues",
	"/routing/queues/{}/members":                    "queues",
	"/routing/queues/{}/users":                      "queues",
	"/routing/queues/{}/wrapupcodes":                "queues",
	"/routing/skills":                               "skills",
	"/routing/wrapupcodes":                          "wrapupCodes",
	"/routing/wrapupcodes/divisionviews":            "wrapupCodes",
	"/scim/groups":                                  "groups",
	"/scim/users":                                   "users",
	"/scim/v2/groups":                               "groups",
	"/scim/v2/users":                                "users",
	"/users":                                        "users",
	"/users/search":                                 "users",
	"/users/{}/greetings":                           "",
	"/users/{}/greetings/defaults":                  "",
	"/users/{}/presences":                           "users",
	"/users/{}/presences/purecloud":                 "users",
	"/users/{}/queues":                              "queues",
	"/users/{}/roles":                               "users",
	"/users/{}/routinglanguages":                    "users",
	"/users/{}/routingskills":                       "users",
	"/users/{}/routingstatus":                       "users",
	"/users/{}/state":                               "users",
	"/voicemail/groups/{}/policy":                   "",
}

// wholly are the parts of the API in which families keep everything.
var wholly = []string{"/authorization/", "/identityproviders", "/oauth/", "/scim/", "/tokens"}

// familyOf tells whether a family keeps the collection of a template, and the key of
// a fixture that says what it holds, "" for none.
func familyOf(template string) (key string, owned bool) {
	if key, owned = families[template]; owned {
		return key, true
	}
	for _, prefix := range wholly {
		if strings.HasPrefix(template, prefix) {
			return "", true
		}
	}
	return "", false
}
