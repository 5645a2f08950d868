package scim

// UserType is the user. Which attributes come with every answer is said by the
// published description of the parameter attributes. Sub-attributes are those that
// the service keeps; others that RFC 7643 knows (display, formatted …) are accepted
// and dropped, as the help article "SCIM and Genesys Cloud field mappings" says of its
// example.
var UserType = &ResourceType{
	Name:        "User",
	Endpoint:    "/users",
	Description: "A person who works with the organization",
	Core:        &userSchema,
	Extensions:  []*Schema{&enterpriseSchema, &genesysSchema},
	filters: []string{
		"id", "userName", "emails.value", "externalId", "active",
		Enterprise + ":division", Enterprise + ":manager.value", Enterprise + ":employeeNumber",
	},
	keyed:   []string{Genesys + ":externalIds"},
	aliases: map[string]string{"email": "emails.value"},
}

var userSchema = Schema{
	ID:          CoreUser,
	Name:        "User",
	Description: "The account of a person",
	Attributes: complete([]Attribute{
		idAttribute,
		{Name: "userName", Required: true, Returned: returnedAlways, Uniqueness: "server", Description: "The main e-mail address, by which the person signs in."},
		{Name: "displayName", Required: true, Description: "The name that others see."},
		{Name: "title", Description: "What the person is in the company, such as Team Lead."},
		{Name: "active", Type: typeBoolean, Returned: returnedAlways, Description: "Whether the person may sign in."},
		{Name: "password", CaseExact: true, Mutability: writeOnly, Returned: returnedNever, Description: "A new password, in clear text."},
		externalIDAttribute,
		{
			// Guess: one address of each type, because the profile behind it holds
			// one (email_work, phone_home and so on in the article).
			Name: "emails", Type: typeComplex, MultiValued: true, key: []string{"type"}, short: "value",
			Description: "The e-mail addresses.",
			SubAttributes: []Attribute{
				{Name: "value", Description: "The address."},
				{Name: "type", CanonicalValues: []string{"work", "other"}, Description: "What the address is for; other is the main address, which follows userName."},
				primaryAttribute,
			},
		},
		{
			Name: "phoneNumbers", Type: typeComplex, MultiValued: true, key: []string{"type"}, short: "value",
			Description: "The telephone numbers.",
			SubAttributes: []Attribute{
				{Name: "value", Description: "The number."},
				{Name: "type", CanonicalValues: []string{
					"work", "work2", "work3", "work4", "home", "mobile", "other", "microsoftteams", "zoomphone", "eightbyeight",
				}, Description: "What the number is for, or the telephone system that it belongs to."},
				primaryAttribute,
			},
		},
		{
			Name: "groups", Type: typeComplex, MultiValued: true, Mutability: readOnly, key: []string{"value"}, short: "value",
			Description: "The groups that the person is a member of. They are changed at the group.",
			SubAttributes: []Attribute{
				{Name: "value", Mutability: readOnly, Description: "The id of the group."},
				{Name: "$ref", Type: typeReference, Mutability: readOnly, ReferenceTypes: []string{"Group"}, Description: "The address of the group."},
				{Name: "type", Mutability: readOnly, Description: "The kind of resource."},
			},
		},
		{
			// type and primary are here because Entra ID writes single roles to
			// roles[primary eq "True"].value; the forum thread "Azure AD - Roles,
			// Skills and Languages" sends people to the page that says so.
			Name: "roles", Type: typeComplex, MultiValued: true, key: []string{"value"}, short: "value", single: true,
			Description: "The roles of the person.",
			SubAttributes: []Attribute{
				{Name: "value", Description: "The name of the role."},
				{Name: "type", Description: "What the identity provider calls this kind of role. It is not kept."},
				primaryAttribute,
			},
		},
		metaAttribute,
	}),
}

var enterpriseSchema = Schema{
	ID:          Enterprise,
	Name:        "EnterpriseUser",
	Description: "The person as an employee",
	Attributes: complete([]Attribute{
		{Name: "division", Description: "The division that the person belongs to."},
		{Name: "department", Description: "The department that the person works in."},
		{
			Name: "manager", Type: typeComplex, short: "value", Description: "The person's manager.",
			SubAttributes: []Attribute{
				{Name: "value", Description: "The id of the manager's user."},
				{Name: "$ref", Type: typeReference, Mutability: readOnly, ReferenceTypes: []string{"User"}, Description: "The address of the manager's user."},
			},
		},
		// Guess: its case counts, as that of external ids. RFC 7643 has it otherwise, but
		// the codes of one employer may differ in nothing else.
		{Name: "employeeNumber", CaseExact: true, Description: "The number or code that the company gave the person."},
		{Name: "dateHire", Description: "The day of hire, as YYYY-MM-DD."},
	}),
}

var genesysSchema = Schema{
	ID:          Genesys,
	Name:        "PureCloudUser",
	Description: "The person as an agent",
	Attributes: complete([]Attribute{
		{
			Name: "routingSkills", Type: typeComplex, MultiValued: true, key: []string{"name"}, short: "name",
			Description: "The skills by which conversations are routed to the person.",
			SubAttributes: []Attribute{
				{Name: "name", Required: true, Description: "The name of the skill."},
				{Name: "proficiency", Type: typeDecimal, Description: "How good the person is at it, from 0 to 5."},
			},
		},
		{
			Name: "routingLanguages", Type: typeComplex, MultiValued: true, key: []string{"name"}, short: "name",
			Description: "The languages in which the person serves.",
			SubAttributes: []Attribute{
				{Name: "name", Required: true, Description: "The name of the language."},
				{Name: "proficiency", Type: typeDecimal, Description: "How well the person speaks it, from 0 to 5."},
			},
		},
		{
			Name: "externalIds", Type: typeComplex, MultiValued: true, key: []string{"authority", "value"},
			Description: "The ids of the person in other systems.",
			SubAttributes: []Attribute{
				{Name: "authority", Required: true, CaseExact: true, Description: "The system that gave the id."},
				{Name: "value", Required: true, CaseExact: true, Description: "The id."},
			},
		},
	}),
}

// What several schemas share.
var (
	idAttribute         = Attribute{Name: "id", CaseExact: true, Mutability: readOnly, Returned: returnedAlways, Uniqueness: "global", Description: "The id that the service gave."}
	externalIDAttribute = Attribute{Name: "externalId", CaseExact: true, Description: "The id that the identity provider gave."}
	primaryAttribute    = Attribute{Name: "primary", Type: typeBoolean, Description: "Whether this one comes first. One of a list can."}
	metaAttribute       = Attribute{
		Name: "meta", Type: typeComplex, Mutability: readOnly, Returned: returnedAlways, Description: "What the service knows about the resource.",
		SubAttributes: []Attribute{
			{Name: "resourceType", CaseExact: true, Mutability: readOnly, Description: "The kind of resource."},
			{Name: "location", Type: typeReference, CaseExact: true, Mutability: readOnly, ReferenceTypes: []string{"uri"}, Description: "The address of the resource."},
			{Name: "lastModified", Type: typeDateTime, Mutability: readOnly, Description: "When the resource was changed last."},
			{Name: "version", CaseExact: true, Mutability: readOnly, Description: "The version, as the ETag header has it."},
		},
	}
)
