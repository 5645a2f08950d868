package scim_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// RFC 7644, section 4, and RFC 7643, sections 5 to 7.

func TestConformanceOfTheServiceProviderConfig(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		got := c.get(t, "/ServiceProviderConfig")
		config := rfcBody(t, got, 200)
		rfcHas(t, "config", config, map[string]string{
			"schemas":           `["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]`,
			"patch/supported":   "true",
			"bulk/supported":    "false",
			"filter/supported":  "true",
			"sort/supported":    "false",
			"etag/supported":    "true",
			"meta/resourceType": "ServiceProviderConfig",
			"authenticationSchemes/[oauthbearertoken]/type": "oauthbearertoken",
		})
		for _, required := range []string{
			"changePassword/supported", "filter/maxResults", "bulk/maxOperations", "bulk/maxPayloadSize",
			"authenticationSchemes/[oauthbearertoken]/name", "authenticationSchemes/[oauthbearertoken]/description",
		} {
			if config.look(required) == "" {
				t.Errorf("there is no %s: %s", required, got.Body)
			}
		}
		rfcLocated(t, c, config, "/serviceproviderconfig")

		tag := got.Header.Get("ETag")
		if tag == "" || tag != config.version() {
			t.Fatalf("ETag = %q, meta.version = %q", tag, config.version())
		}
		again := c.get(t, "/ServiceProviderConfig", "If-None-Match", tag)
		if again.Status != 304 || len(again.Body) > 0 {
			t.Errorf("with its ETag: %d %q, want 304 without a body", again.Status, again.Body)
		}
		if other := c.get(t, "/ServiceProviderConfig", "If-None-Match", `"another"`); other.Status != 200 {
			t.Errorf("with another ETag: %d, want 200", other.Status)
		}
	})
}

// rfcLocated fails the test unless the resource says where it is, and is there.
func rfcLocated(t *testing.T, c rfcClient, resource rfcObject, path string) {
	t.Helper()
	location := resource.look("meta/location")
	here := c.srv.URL + c.base + path
	if !strings.EqualFold(location, here) {
		t.Errorf("meta.location = %q, want %q", location, here)
		return
	}
	got := c.with.Get(t, strings.TrimPrefix(location, c.srv.URL))
	rfcSame(t, "what is at "+location, rfcBody(t, got, 200), resource)
}

func TestConformanceOfTheResourceTypes(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		list := c.list(t, "/ResourceTypes")
		rfcHas(t, "list", list, map[string]string{
			"schemas": `["` + rfcList + `"]`, "totalResults": "2", "Resources/#": "2", "Resources/*name": "Group,User",
			"Resources/[User]/schema": rfcUser, "Resources/[Group]/schema": rfcGroup,
			"Resources/[User]/schemaExtensions/#": "2", "Resources/[Group]/schemaExtensions/#": "0",
			"Resources/[User]/schemaExtensions/*required": "false,false",
			"Resources/[User]/schemaExtensions/*schema":   rfcEnterprise + "," + rfcGenesys,
			"Resources/[User]/schemas":                    `["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]`,
			"Resources/[User]/meta/resourceType":          "ResourceType",
		})
		for name, endpoint := range map[string]string{"User": "/Users", "Group": "/Groups"} {
			one := rfcBody(t, c.get(t, "/ResourceTypes/"+name), 200)
			rfcHas(t, name, one, map[string]string{"id": name, "name": name})
			if !strings.EqualFold(one.look("endpoint"), endpoint) {
				t.Errorf("endpoint of %s = %q", name, one.look("endpoint"))
			}
			rfcLocated(t, c, one, "/resourcetypes/"+name)
		}
	})
}

func TestConformanceOfTheSchemas(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		list := c.list(t, "/Schemas")
		rfcHas(t, "list", list, map[string]string{"schemas": `["` + rfcList + `"]`})
		resources, _ := list["Resources"].([]any)
		if rfcText(list["totalResults"]) != rfcText(len(resources)) {
			t.Errorf("totalResults = %v of %d", list["totalResults"], len(resources))
		}
		for _, id := range []string{rfcUser, rfcGroup, rfcEnterprise, rfcGenesys} {
			one := rfcBody(t, c.get(t, "/Schemas/"+id), 200)
			rfcHas(t, id, one, map[string]string{"id": id, "meta/resourceType": "Schema"})
			if listed, _ := rfcElement(resources, id).(map[string]any); rfcText(listed) != rfcText(map[string]any(one)) {
				t.Errorf("%s differs in the list:\n%s\n%s", id, rfcText(listed), rfcText(map[string]any(one)))
			}
			attributes, _ := one["attributes"].([]any)
			if len(attributes) == 0 {
				t.Errorf("%s has no attributes", id)
			}
			rfcCharacterized(t, id, attributes)
		}
	})
}

// rfcCharacterized fails the test unless each attribute and sub-attribute has
// the characteristics that RFC 7643, section 7, asks for.
func rfcCharacterized(t *testing.T, of string, attributes []any) {
	t.Helper()
	for _, attribute := range attributes {
		object, _ := attribute.(map[string]any)
		name := of + "." + rfcText(object["name"])
		for _, required := range []string{"name", "type", "multiValued", "required", "mutability", "returned"} {
			if _, ok := object[required]; !ok {
				t.Errorf("%s has no %s", name, required)
			}
		}
		inner, _ := object["subAttributes"].([]any)
		if (object["type"] == "complex") != (len(inner) > 0) {
			t.Errorf("%s of type %v has %d sub-attributes", name, object["type"], len(inner))
		}
		rfcCharacterized(t, name, inner)
	}
}

func TestConformanceOfWhatTheSchemasSayOfAttributes(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	user := rfcBody(t, c.get(t, "/Schemas/"+rfcUser), 200)
	rfcHas(t, "user", user, map[string]string{
		"attributes/[userName]/required":                         "true",
		"attributes/[userName]/uniqueness":                       "server",
		"attributes/[userName]/caseExact":                        "false",
		"attributes/[displayName]/required":                      "true",
		"attributes/[password]/mutability":                       "writeOnly",
		"attributes/[password]/returned":                         "never",
		"attributes/[groups]/mutability":                         "readOnly",
		"attributes/[groups]/multiValued":                        "true",
		"attributes/[active]/type":                               "boolean",
		"attributes/[emails]/type":                               "complex",
		"attributes/[emails]/subAttributes/[type]/type":          "string",
		"attributes/[phoneNumbers]/subAttributes/[primary]/type": "boolean",
		"attributes/[roles]/multiValued":                         "true",
	})
	for _, kind := range []string{"work", "work2", "work3", "work4", "home", "mobile", "other", "microsoftteams", "zoomphone", "eightbyeight"} {
		if types := user.look("attributes/[phoneNumbers]/subAttributes/[type]/canonicalValues"); !strings.Contains(types, `"`+kind+`"`) {
			t.Errorf("%s is no type of telephone number: %s", kind, types)
		}
	}
	rfcHas(t, "group", rfcBody(t, c.get(t, "/Schemas/"+rfcGroup), 200), map[string]string{
		"attributes/[displayName]/mutability": "readOnly", "attributes/[members]/mutability": "readWrite",
	})
	rfcHas(t, "enterprise", rfcBody(t, c.get(t, "/Schemas/"+rfcEnterprise), 200), map[string]string{
		"attributes/*name": "dateHire,department,division,employeeNumber,manager",
		// Searches tell the case of these apart, other than the RFC has the number.
		"attributes/[employeeNumber]/caseExact": "true",
	})
	rfcHas(t, "genesys", rfcBody(t, c.get(t, "/Schemas/"+rfcGenesys), 200), map[string]string{
		"attributes/*name": "externalIds,routingLanguages,routingSkills",
		"attributes/[externalIds]/subAttributes/[authority]/caseExact": "true",
		"attributes/[externalIds]/subAttributes/[value]/caseExact":     "true",
	})
}

func TestConformanceOfResourcesWithTheirSchemas(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	user := c.create(t, rfcPerson("schema", rfcObject{"roles": []rfcObject{{"value": "User"}}}))
	group := rfcBody(t, c.get(t, "/Groups/"+rfcSalesFloor), 200)
	for urn, resource := range map[string]any{
		rfcUser: map[string]any(user), rfcEnterprise: user[rfcEnterprise], rfcGroup: map[string]any(group),
	} {
		attributes, _ := rfcBody(t, c.get(t, "/Schemas/"+urn), 200)["attributes"].([]any)
		declared := append(rfcEach(attributes, "name"), "id", "externalId", "meta", "schemas", rfcEnterprise, rfcGenesys)
		object, _ := resource.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if !slices.Contains(declared, name) {
				t.Errorf("%s is in a resource, but not in %s", name, urn)
			}
		}
	}
}

func TestConformanceOfUnknownDiscoveryDocuments(t *testing.T) {
	t.Parallel()
	rfcStart(t).eachTree(t, func(t *testing.T, c rfcClient) {
		// The published description lists these in an enum of the path, so a refusal of
		// the value (400) is as good as the RFC's 404.
		for _, path := range []string{"/ResourceTypes/Printer", "/Schemas/urn:example:unknown"} {
			got := c.get(t, path)
			if got.Status != 404 && got.Status != 400 {
				t.Errorf("%s: status = %d, want 404 or 400\n%s", path, got.Status, got.Body)
				continue
			}
			rfcRefused(t, got, got.Status, "", "invalidValue")
		}
		// RFC 7644, section 4, and the description of the parameter: 403.
		if got := c.get(t, "/Schemas"+rfcQuery("filter", `id eq "`+rfcUser+`"`)); got.Status != 403 {
			t.Errorf("filtered schemas: status = %d, want 403\n%s", got.Status, got.Body)
		}
	})
}
