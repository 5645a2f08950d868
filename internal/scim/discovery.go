package scim

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
)

// resourceTypes are those that can be read and changed.
func resourceTypes() []*ResourceType { return []*ResourceType{UserType, GroupType} }

// SchemaDocument is a schema as clients read it.
type SchemaDocument struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Attributes  []Attribute `json:"attributes"`
	Meta        Meta        `json:"meta"`
}

// Meta is what discovery documents say about themselves.
type Meta struct {
	ResourceType string `json:"resourceType"`
	Location     string `json:"location"`
	Version      string `json:"version,omitempty"` // quoted, as in an ETag
}

// SchemaDocuments are all schemas. The base is the address of the tree, such as
// http://localhost:8080/api/v2/scim/v2.
func SchemaDocuments(base string) []SchemaDocument {
	schemas := []*Schema{
		&userSchema, &groupSchema, &enterpriseSchema, &genesysSchema,
		&configSchema, &resourceTypeSchema, &schemaSchema,
	}
	documents := make([]SchemaDocument, len(schemas))
	for i, s := range schemas {
		documents[i] = SchemaDocument{
			ID: s.ID, Name: s.Name, Description: s.Description, Attributes: s.Attributes,
			Meta: Meta{ResourceType: "Schema", Location: base + "/schemas/" + s.ID},
		}
	}
	return documents
}

// ResourceTypeDocument is a resource type as clients read it.
type ResourceTypeDocument struct {
	Schemas     []string          `json:"schemas"`
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Endpoint    string            `json:"endpoint"`
	Schema      string            `json:"schema"`
	Extensions  []SchemaExtension `json:"schemaExtensions"`
	Meta        Meta              `json:"meta"`
}

// SchemaExtension names a schema that a resource may have beside its own.
type SchemaExtension struct {
	Schema   string `json:"schema"`
	Required bool   `json:"required"`
}

// ResourceTypeDocuments are the users and the groups.
//
// Guess: the catalogue accepts the names of the discovery documents here too,
// but nothing says what the service answers; the facts name these two.
func ResourceTypeDocuments(base string) []ResourceTypeDocument {
	documents := []ResourceTypeDocument{}
	for _, t := range resourceTypes() {
		d := ResourceTypeDocument{
			Schemas: []string{ResourceTypeID}, ID: t.Name, Name: t.Name, Description: t.Description,
			Endpoint: t.Endpoint, Schema: t.Core.ID, Extensions: []SchemaExtension{},
			Meta: Meta{ResourceType: "ResourceType", Location: base + "/resourcetypes/" + t.Name},
		}
		for _, extension := range t.Extensions {
			d.Extensions = append(d.Extensions, SchemaExtension{Schema: extension.ID})
		}
		documents = append(documents, d)
	}
	return documents
}

// Feature says whether something is supported.
type Feature struct {
	Supported bool `json:"supported"`
}

// FilterFeature is the support of filters.
type FilterFeature struct {
	Supported  bool `json:"supported"`
	MaxResults int  `json:"maxResults"`
}

// BulkFeature is the support of several requests in one.
type BulkFeature struct {
	Supported      bool `json:"supported"`
	MaxOperations  int  `json:"maxOperations"`
	MaxPayloadSize int  `json:"maxPayloadSize"`
}

// AuthenticationScheme is a way to authenticate.
type AuthenticationScheme struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	SpecURI     string `json:"specUri"`
	Primary     bool   `json:"primary"`
}

// ProviderConfigDocument says what the service supports.
type ProviderConfigDocument struct {
	Schemas               []string               `json:"schemas"`
	Patch                 Feature                `json:"patch"`
	Bulk                  BulkFeature            `json:"bulk"`
	Filter                FilterFeature          `json:"filter"`
	ChangePassword        Feature                `json:"changePassword"`
	Sort                  Feature                `json:"sort"`
	ETag                  Feature                `json:"etag"`
	AuthenticationSchemes []AuthenticationScheme `json:"authenticationSchemes"`
	Meta                  Meta                   `json:"meta"`
}

// ServiceProviderConfig says what the service supports. Its version changes when
// that does.
func ServiceProviderConfig(base string) ProviderConfigDocument {
	d := ProviderConfigDocument{
		Schemas:        []string{ProviderConfig},
		Patch:          Feature{Supported: true},
		Filter:         FilterFeature{Supported: true, MaxResults: MaxResults},
		ChangePassword: Feature{Supported: true},
		ETag:           Feature{Supported: true},
		AuthenticationSchemes: []AuthenticationScheme{{
			Type: "oauthbearertoken", Name: "OAuth bearer token",
			Description: "An access token of a client credentials grant, sent as Authorization: Bearer.",
			SpecURI:     "https://www.rfc-editor.org/info/rfc6750", Primary: true,
		}},
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // a struct of texts and numbers
	}
	sum := fnv.New32a()
	sum.Write(text)
	d.Meta = Meta{
		ResourceType: "ServiceProviderConfig", Location: base + "/serviceproviderconfig",
		Version: fmt.Sprintf(`"%08x"`, sum.Sum32()),
	}
	return d
}
