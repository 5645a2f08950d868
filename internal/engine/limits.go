package engine

import "github.com/mockcloud/mockcloud/internal/handlers"

// limits are how many schemas and fields of their own organizations may have.
func limits() subject {
	s := subject{answers: make(map[string]answer)}
	for _, id := range []string{
		"getConversationsCustomattributesSchemasLimits", "getDataextensionsLimits", "getExternalcontactsContactsSchemasLimits",
		"getExternalcontactsOrganizationsSchemasLimits", "getJourneyExternaleventsSchemasLimits", "getTaskmanagementWorkitemsSchemasLimits",
		"getUsersCustomattributesSchemasLimits",
	} {
		s.answers[id] = schemaLimits
	}
	return s
}

// schemaLimits answers the limits.
//
// Guess: the numbers. They are large enough for examples, and nothing is refused for
// them.
func schemaLimits(p *plan, c *handlers.Call) (any, error) {
	return p.fit(c, fields{
		"minFieldNameCharacters": number(1), "maxFieldNameCharacters": number(100),
		"minFieldTitleCharacters": number(1), "maxFieldTitleCharacters": number(100),
		"minFieldDescriptionCharacters": number(0), "maxFieldDescriptionCharacters": number(500),
		"minSchemaNameCharacters": number(1), "maxSchemaNameCharacters": number(100),
		"minSchemaDescriptionCharacters": number(0), "maxSchemaDescriptionCharacters": number(500),
		"maxNumberOfFieldsPerSchema": number(100), "maxNumberOfFieldsPerOrg": number(1000), "maxNumberOfSchemasPerOrg": number(100),
		"selfUri": c.Path,
	}), nil
}
