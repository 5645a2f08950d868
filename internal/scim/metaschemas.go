package scim

// The schemas of the discovery documents (RFC 7643 §7), all of it read-only.

var configSchema = Schema{
	ID:          ProviderConfig,
	Name:        "ServiceProviderConfig",
	Description: "What the service supports",
	Attributes: fixed([]Attribute{
		{Name: "patch", Type: typeComplex, Description: "Changing parts of a resource.", SubAttributes: supported()},
		{
			Name: "bulk", Type: typeComplex, Description: "Several requests in one.",
			SubAttributes: append(supported(),
				Attribute{Name: "maxOperations", Type: typeInteger, Description: "How many requests fit into one."},
				Attribute{Name: "maxPayloadSize", Type: typeInteger, Description: "How many bytes the request may have."},
			),
		},
		{
			Name: "filter", Type: typeComplex, Description: "Searching by an attribute.",
			SubAttributes: append(supported(),
				Attribute{Name: "maxResults", Type: typeInteger, Description: "How many resources one answer holds."},
			),
		},
		{Name: "changePassword", Type: typeComplex, Description: "Setting a password.", SubAttributes: supported()},
		{Name: "sort", Type: typeComplex, Description: "Choosing the order of a list.", SubAttributes: supported()},
		{Name: "etag", Type: typeComplex, Description: "Versions of resources.", SubAttributes: supported()},
		{
			Name: "authenticationSchemes", Type: typeComplex, MultiValued: true, Description: "The ways to authenticate.",
			SubAttributes: []Attribute{
				{Name: "type", CanonicalValues: []string{"oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"}, Description: "The kind of scheme."},
				{Name: "name", Description: "What people call it."},
				{Name: "description", Description: "How it is used."},
				{Name: "specUri", Type: typeReference, ReferenceTypes: []string{"external"}, Description: "Where it is specified."},
				{Name: "primary", Type: typeBoolean, Description: "Whether it comes first."},
			},
		},
	}),
}

var resourceTypeSchema = Schema{
	ID:          ResourceTypeID,
	Name:        "ResourceType",
	Description: "A kind of resource",
	Attributes: fixed([]Attribute{
		{Name: "id", CaseExact: true, Description: "The name again, as an id."},
		{Name: "name", CaseExact: true, Description: "What the kind is called."},
		{Name: "description", Description: "What it is."},
		{Name: "endpoint", Type: typeReference, CaseExact: true, ReferenceTypes: []string{"uri"}, Description: "The path of its resources."},
		{Name: "schema", Type: typeReference, CaseExact: true, ReferenceTypes: []string{"uri"}, Description: "Its schema."},
		{
			Name: "schemaExtensions", Type: typeComplex, MultiValued: true, Description: "Schemas that it may have beside that.",
			SubAttributes: []Attribute{
				{Name: "schema", Type: typeReference, CaseExact: true, ReferenceTypes: []string{"uri"}, Description: "The schema."},
				{Name: "required", Type: typeBoolean, Description: "Whether every resource has it."},
			},
		},
	}),
}

var schemaSchema = Schema{
	ID:          SchemaID,
	Name:        "Schema",
	Description: "A set of attributes",
	Attributes: fixed([]Attribute{
		{Name: "id", CaseExact: true, Description: "The URN of the schema."},
		{Name: "name", CaseExact: true, Description: "What the schema is called."},
		{Name: "description", Description: "What it describes."},
		{
			Name: "attributes", Type: typeComplex, MultiValued: true, Description: "Its attributes.",
			SubAttributes: append(attributeParts(),
				Attribute{Name: "subAttributes", Type: typeComplex, MultiValued: true, Description: "The parts of a complex attribute.", SubAttributes: attributeParts()},
			),
		},
	}),
}

func supported() []Attribute {
	return []Attribute{{Name: "supported", Type: typeBoolean, Description: "Whether the service can do it."}}
}

// attributeParts describe an attribute.
func attributeParts() []Attribute {
	return []Attribute{
		{Name: "name", CaseExact: true, Description: "Its name."},
		{Name: "type", CanonicalValues: []string{typeString, typeBoolean, typeDecimal, typeInteger, typeDateTime, typeReference, typeComplex}, Description: "What its values are."},
		{Name: "multiValued", Type: typeBoolean, Description: "Whether it is a list."},
		{Name: "description", Description: "What it is about."},
		{Name: "required", Type: typeBoolean, Description: "Whether it must have a value."},
		{Name: "canonicalValues", MultiValued: true, Description: "The values that are accepted, where not all are."},
		{Name: "caseExact", Type: typeBoolean, Description: "Whether upper and lower case differ."},
		{Name: "mutability", CanonicalValues: []string{readWrite, readOnly, "immutable", writeOnly}, Description: "Whether clients may write it."},
		{Name: "returned", CanonicalValues: []string{returnedAlways, returnedNever, returnedDefault, "request"}, Description: "When it is returned."},
		{Name: "uniqueness", CanonicalValues: []string{"none", "server", "global"}, Description: "Among what its values are unique."},
		{Name: "referenceTypes", MultiValued: true, Description: "What a reference may lead to."},
	}
}

// fixed completes attributes that nobody can write.
func fixed(attributes []Attribute) []Attribute {
	for i := range attributes {
		attributes[i].Mutability = readOnly
		fixed(attributes[i].SubAttributes)
	}
	return complete(attributes)
}
