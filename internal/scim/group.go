package scim

// GroupType is the group. SCIM changes who is in it; its name, and whether it
// is there at all, is decided elsewhere.
var GroupType = &ResourceType{
	Name:        "Group",
	Endpoint:    "/groups",
	Description: "A group of people",
	Core:        &groupSchema,
	filters:     []string{"id", "displayName"},
}

var groupSchema = Schema{
	ID:          CoreGroup,
	Name:        "Group",
	Description: "People who belong together",
	Attributes: complete([]Attribute{
		idAttribute,
		{Name: "displayName", Required: true, Mutability: readOnly, Returned: returnedAlways, Description: "The name of the group."},
		externalIDAttribute,
		{
			Name: "members", Type: typeComplex, MultiValued: true, key: []string{"value"}, short: "value",
			Description: "The people in the group.",
			SubAttributes: []Attribute{
				{Name: "value", Required: true, Description: "The id of the user."},
				{Name: "$ref", Type: typeReference, Mutability: readOnly, ReferenceTypes: []string{"User"}, Description: "The address of the user."},
				{Name: "type", Mutability: readOnly, Description: "The kind of resource."},
			},
		},
		metaAttribute,
	}),
}
