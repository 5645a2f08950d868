package scim_test

import (
	"strings"
	"testing"
)

// rfcPatchCase is a PATCH of rfcPerson and what becomes of it.
type rfcPatchCase struct {
	name   string
	start  rfcObject         // what differs before
	ops    []any             // the operations
	want   map[string]string // afterwards, in the answer and when read again
	refuse []string          // the scimTypes of a refusal, which changes nothing
	status int               // of the refusal; 0 means 400
}

// RFC 7644, section 3.5.2.1.
var rfcAddCases = []rfcPatchCase{
	{name: "a simple attribute that has a value", ops: []any{rfcOp("add", "title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "a simple attribute that has none", start: rfcObject{"title": nil}, ops: []any{rfcOp("add", "title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "several without a path", ops: []any{rfcOp("add", "", rfcObject{"title": "Chief", "displayName": "Pat Added"})}, want: map[string]string{"title": "Chief", "displayName": "Pat Added", rfcEnterprise + "/department": "Office"}},
	{name: "to a list", ops: []any{rfcOp("add", "phoneNumbers", []rfcObject{{"type": "home", "value": "+13175550102"}})}, want: map[string]string{"phoneNumbers/*type": "home,mobile,work", "phoneNumbers/[home]/value": "+13175550102"}},
	{name: "to a list, without a list around it", ops: []any{rfcOp("add", "phoneNumbers", rfcObject{"type": "home", "value": "+13175550102"})}, want: map[string]string{"phoneNumbers/*type": "home,mobile,work"}},
	{name: "to a list, without a path", ops: []any{rfcOp("add", "", rfcObject{"phoneNumbers": []rfcObject{{"type": "home", "value": "+13175550102"}}})}, want: map[string]string{"phoneNumbers/*type": "home,mobile,work"}},
	{name: "to a list that is empty", start: rfcObject{"phoneNumbers": nil}, ops: []any{rfcOp("add", "phoneNumbers", []rfcObject{{"type": "home", "value": "+13175550102"}})}, want: map[string]string{"phoneNumbers/*type": "home"}},
	{name: "what the list has already", ops: []any{rfcOp("add", "phoneNumbers", []rfcObject{{"type": "work", "value": "+13175550100"}})}, want: map[string]string{"phoneNumbers/#": "2", "phoneNumbers/[work]/value": "+13175550100"}},
	{name: "a sub-attribute of a chosen element", ops: []any{rfcOp("add", `phoneNumbers[type eq "work"].value`, "+13175550109")}, want: map[string]string{"phoneNumbers/*value": "+13175550101,+13175550109"}},
	{name: "an attribute by its URN", ops: []any{rfcOp("add", rfcUser+":title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "an attribute of an extension", ops: []any{rfcOp("add", rfcEnterprise+":department", "Lab")}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "an extension that was not there", start: rfcObject{rfcEnterprise: nil}, ops: []any{rfcOp("add", rfcEnterprise+":department", "Lab")}, want: map[string]string{rfcEnterprise + "/department": "Lab"}},
	{name: "to an extension, without a path", ops: []any{rfcOp("add", "", rfcObject{rfcEnterprise: rfcObject{"department": "Lab"}})}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "a complex attribute", ops: []any{rfcOp("add", rfcEnterprise+":manager", rfcObject{"value": rfcSue})}, want: map[string]string{rfcEnterprise + "/manager/value": rfcSue}},
	{name: "a sub-attribute of a complex attribute", ops: []any{rfcOp("add", rfcEnterprise+":manager.value", rfcSue)}, want: map[string]string{rfcEnterprise + "/manager/value": rfcSue}},
	{name: "a path in another case", ops: []any{rfcOp("add", "DISPLAYNAME", "Pat Loud")}, want: map[string]string{"displayName": "Pat Loud"}},
	{name: "a URN in another case", ops: []any{rfcOp("add", strings.ToLower(rfcEnterprise)+":DEPARTMENT", "Lab")}, want: map[string]string{rfcEnterprise + "/department": "Lab"}},
	{name: "names in another case, without a path", ops: []any{rfcOp("add", "", rfcObject{"TITLE": "Chief"})}, want: map[string]string{"title": "Chief"}},
	{name: "a role by its name", ops: []any{rfcOp("add", "roles", []rfcObject{{"value": "User"}})}, want: map[string]string{"roles/[User]/value": "User", "roles/[employee]/value": "employee"}},
	{name: "an id that another system has", ops: []any{rfcOp("add", rfcGenesys+":externalIds", []rfcObject{{"authority": "hr", "value": "hr-{name}"}})}, want: map[string]string{rfcGenesys + "/externalIds/[hr]/value": "hr-{name}"}},
	{name: "a skill", ops: []any{rfcOp("add", rfcGenesys+":routingSkills", []rfcObject{{"name": "Swimming", "proficiency": 4.5}})}, want: map[string]string{rfcGenesys + "/routingSkills/[Swimming]/proficiency": "4.5"}},
	{name: "a language", ops: []any{rfcOp("add", rfcGenesys+":routingLanguages", []rfcObject{{"name": "Basque", "proficiency": 2}})}, want: map[string]string{rfcGenesys + "/routingLanguages/[Basque]/proficiency": "2"}},
	{name: "a password", ops: []any{rfcOp("add", "password", "Secret-of-nobody-2!")}, want: map[string]string{"password": "", "title": "Clerk"}},
	{name: "a value that is null", ops: []any{rfcObject{"op": "add", "path": "title", "value": nil}}, refuse: []string{"invalidValue", "invalidSyntax"}},
	{name: "nothing at all", ops: []any{rfcOp("add", "title", nil)}, refuse: []string{"invalidValue", "invalidSyntax"}},
}

// RFC 7644, section 3.5.2.3.
var rfcReplaceCases = []rfcPatchCase{
	{name: "a simple attribute", ops: []any{rfcOp("replace", "title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "a simple attribute that has no value", start: rfcObject{"title": nil}, ops: []any{rfcOp("replace", "title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "several without a path", ops: []any{rfcOp("replace", "", rfcObject{"title": "Chief", "displayName": "Pat New", "active": false})}, want: map[string]string{"title": "Chief", "displayName": "Pat New", "active": "false", "phoneNumbers/#": "2"}},
	{name: "a list", ops: []any{rfcOp("replace", "phoneNumbers", []rfcObject{{"type": "home", "value": "+13175550102"}})}, want: map[string]string{"phoneNumbers/*type": "home"}},
	{name: "a list without a path", ops: []any{rfcOp("replace", "", rfcObject{"phoneNumbers": []rfcObject{{"type": "home", "value": "+13175550102"}}})}, want: map[string]string{"phoneNumbers/*type": "home", "title": "Clerk"}},
	{name: "a list with an empty one", ops: []any{rfcOp("replace", "phoneNumbers", []any{})}, want: map[string]string{"phoneNumbers/#": "0", "emails/[work]/value": "{name}.work@example.com"}},
	{name: "an element that is chosen", ops: []any{rfcOp("replace", `phoneNumbers[type eq "mobile"]`, rfcObject{"type": "home", "value": "+13175550102"})}, want: map[string]string{"phoneNumbers/*type": "home,work", "phoneNumbers/[home]/value": "+13175550102"}},
	{name: "a sub-attribute of an element that is chosen", ops: []any{rfcOp("replace", `emails[type eq "work"].value`, "{name}.new@example.com")}, want: map[string]string{"emails/[work]/value": "{name}.new@example.com"}},
	{name: "an element chosen by its value", ops: []any{rfcOp("replace", `phoneNumbers[value eq "+13175550101"].type`, "other")}, want: map[string]string{"phoneNumbers/*type": "other,work"}},
	{name: "an element chosen by two conditions", ops: []any{rfcOp("replace", `phoneNumbers[type eq "mobile" and value sw "+1317"].value`, "+13175550108")}, want: map[string]string{"phoneNumbers/[mobile]/value": "+13175550108", "phoneNumbers/[work]/value": "+13175550100"}},
	{name: "an element that is not there", ops: []any{rfcOp("replace", `phoneNumbers[value eq "+19995550100"].type`, "home")}, refuse: []string{"noTarget"}},
	{name: "a part of an extension, without a path", ops: []any{rfcOp("replace", "", rfcObject{rfcEnterprise: rfcObject{"department": "Lab"}})}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "a part of an extension", ops: []any{rfcOp("replace", rfcEnterprise, rfcObject{"department": "Lab"})}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "the userName", ops: []any{rfcOp("replace", "userName", "{name}.renamed@example.com")}, want: map[string]string{"userName": "{name}.renamed@example.com"}},
	{name: "the userName with that of another", ops: []any{rfcOp("replace", "title", "Thief"), rfcOp("replace", "userName", "ADMIN@mockcloud.test")}, refuse: []string{"uniqueness"}, status: 409},
	{name: "the roles", start: rfcObject{"roles": []rfcObject{{"value": "Communicate - User"}}}, ops: []any{rfcOp("replace", "roles", []rfcObject{{"value": "User"}})}, want: map[string]string{"roles/*value": "User"}},
	{name: "the roles with one that there is not", ops: []any{rfcOp("replace", "title", "Chief"), rfcOp("replace", "roles", []rfcObject{{"value": "No Such Role"}})}, refuse: []string{"invalidValue"}},
	{name: "the division by its name", ops: []any{rfcOp("replace", rfcEnterprise+":division", "Support")}, want: map[string]string{rfcEnterprise + "/division": "Support"}},
	{name: "the division with one that there is not", ops: []any{rfcOp("replace", rfcEnterprise+":division", "Nowhere")}, refuse: []string{"invalidValue"}},
	{name: "the manager with nobody", ops: []any{rfcOp("replace", rfcEnterprise+":manager.value", rfcNobody)}, refuse: []string{"invalidValue"}},
	{name: "the date of hire", ops: []any{rfcOp("replace", rfcEnterprise+":dateHire", "2025-11-30T23:59:59.000Z")}, want: map[string]string{rfcEnterprise + "/dateHire": "2025-11-30"}},
	{name: "the date of hire with no date", ops: []any{rfcOp("replace", rfcEnterprise+":dateHire", "yesterday")}, refuse: []string{"invalidValue"}},
	{name: "the proficiency of a skill", start: rfcObject{rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "Swimming", "proficiency": 1}}}}, ops: []any{rfcOp("replace", rfcGenesys+`:routingSkills[name eq "Swimming"].proficiency`, 3)}, want: map[string]string{rfcGenesys + "/routingSkills/[Swimming]/proficiency": "3"}},
	{name: "the proficiency with one that is too high", start: rfcObject{rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "Swimming", "proficiency": 1}}}}, ops: []any{rfcOp("replace", rfcGenesys+`:routingSkills[name eq "Swimming"].proficiency`, 6)}, refuse: []string{"invalidValue"}},
}

// RFC 7644, section 3.5.2.2.
var rfcRemoveCases = []rfcPatchCase{
	{name: "a simple attribute", ops: []any{rfcOp("remove", "title", nil)}, want: map[string]string{"title": "", "displayName": "Pat Base"}},
	{name: "a list", ops: []any{rfcOp("remove", "phoneNumbers", nil)}, want: map[string]string{"phoneNumbers/#": "0"}},
	{name: "an element", ops: []any{rfcOp("remove", `phoneNumbers[type eq "mobile"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "work"}},
	{name: "an element by its value", ops: []any{rfcOp("remove", `phoneNumbers[value eq "+13175550100"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "mobile"}},
	{name: "an element by two conditions", ops: []any{rfcOp("remove", `phoneNumbers[type eq "mobile" and value eq "+13175550101"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "work"}},
	{name: "an element by either of two conditions", ops: []any{rfcOp("remove", `phoneNumbers[type eq "mobile" or type eq "home"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "work"}},
	{name: "all elements but one", ops: []any{rfcOp("remove", `phoneNumbers[type ne "work"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "work"}},
	{name: "all elements, one by one", ops: []any{rfcOp("remove", `phoneNumbers[type eq "mobile"]`, nil), rfcOp("remove", `phoneNumbers[type eq "work"]`, nil)}, want: map[string]string{"phoneNumbers/#": "0"}},
	{name: "an attribute of an extension", ops: []any{rfcOp("remove", rfcEnterprise+":department", nil)}, want: map[string]string{rfcEnterprise + "/department": "", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "a complex attribute", start: rfcObject{rfcEnterprise: rfcObject{"manager": rfcObject{"value": rfcSue}}}, ops: []any{rfcOp("remove", rfcEnterprise+":manager", nil)}, want: map[string]string{rfcEnterprise + "/manager": ""}},
	{name: "the externalId", ops: []any{rfcOp("remove", "externalId", nil)}, want: map[string]string{"externalId": ""}},
	{name: "a role", start: rfcObject{"roles": []rfcObject{{"value": "User"}, {"value": "Communicate - User"}}}, ops: []any{rfcOp("remove", `roles[value eq "User"]`, nil)}, want: map[string]string{"roles/[User]/value": "", "roles/[Communicate - User]/value": "Communicate - User"}},
	{name: "a skill", start: rfcObject{rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "Swimming", "proficiency": 1}, {"name": "Diving", "proficiency": 2}}}}, ops: []any{rfcOp("remove", rfcGenesys+`:routingSkills[name eq "Swimming"]`, nil)}, want: map[string]string{rfcGenesys + "/routingSkills/*name": "Diving"}},
	{name: "an id that another system has", start: rfcExternalIDs, ops: []any{rfcOp("remove", rfcGenesys+`:externalIds[authority eq "hr"]`, nil)}, want: map[string]string{rfcGenesys + "/externalIds/[hr]": "", rfcGenesys + "/externalIds/[crm]/value": "crm-{name}"}},
	{name: "nothing in particular", ops: []any{rfcOp("remove", "", nil)}, refuse: []string{"noTarget"}},
	{name: "what is required", ops: []any{rfcOp("remove", "userName", nil)}, refuse: []string{"mutability", "invalidValue"}},
	{name: "the other thing that is required", ops: []any{rfcOp("remove", "displayName", nil)}, refuse: []string{"mutability", "invalidValue"}},
}

// Ids that two other systems gave.
var rfcExternalIDs = rfcObject{rfcGenesys: rfcObject{"externalIds": []rfcObject{{"authority": "hr", "value": "hr-{name}"}, {"authority": "crm", "value": "crm-{name}"}}}}

// What Microsoft Entra ID and Okta send.
var rfcProviderCases = []rfcPatchCase{
	{name: "Entra ID: Add", ops: []any{rfcOp("Add", "title", "Chief")}, want: map[string]string{"title": "Chief"}},
	{name: "Entra ID: Replace", ops: []any{rfcOp("Replace", "displayName", "Pat Entra")}, want: map[string]string{"displayName": "Pat Entra"}},
	{name: "Entra ID: Remove", ops: []any{rfcOp("Remove", "title", nil)}, want: map[string]string{"title": ""}},
	{name: "Entra ID: Remove with an empty value", ops: []any{rfcObject{"op": "Remove", "path": "title", "value": ""}}, want: map[string]string{"title": ""}},
	{name: "Entra ID: a disabled user", ops: []any{rfcOp("Replace", "active", "False")}, want: map[string]string{"active": "false"}},
	{name: "Entra ID: an enabled user", start: rfcObject{"active": false}, ops: []any{rfcOp("Replace", "active", "True")}, want: map[string]string{"active": "true"}},
	{name: "Entra ID: a disabled user without a path", ops: []any{rfcOp("Replace", "", rfcObject{"active": "False"})}, want: map[string]string{"active": "false"}},
	{name: "Entra ID: an address that was there", ops: []any{rfcOp("Replace", `emails[type eq "work"].value`, "{name}.entra@example.com")}, want: map[string]string{"emails/[work]/value": "{name}.entra@example.com"}},
	{name: "Entra ID: an address that was not there", start: rfcObject{"emails": nil}, ops: []any{rfcOp("Add", `emails[type eq "work"].value`, "{name}.entra@example.com")}, want: map[string]string{"emails/[work]/value": "{name}.entra@example.com"}},
	{name: "Entra ID: a number that was not there", ops: []any{rfcOp("Add", `phoneNumbers[type eq "home"].value`, "+13175550107")}, want: map[string]string{"phoneNumbers/*type": "home,mobile,work", "phoneNumbers/[home]/value": "+13175550107"}},
	{name: "Entra ID: URNs as keys", ops: []any{rfcOp("Add", "", rfcObject{rfcEnterprise + ":department": "Lab", rfcEnterprise + ":employeeNumber": "entra-{name}", "title": "Chief"})}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "entra-{name}", "title": "Chief"}},
	{name: "Entra ID: URNs as keys of a Replace", ops: []any{rfcOp("Replace", "", rfcObject{rfcEnterprise + ":department": "Lab"})}, want: map[string]string{rfcEnterprise + "/department": "Lab", rfcEnterprise + "/employeeNumber": "number-{name}"}},
	{name: "Entra ID: a manager as a text", ops: []any{rfcOp("Add", rfcEnterprise+":manager", rfcSue)}, want: map[string]string{rfcEnterprise + "/manager/value": rfcSue}},
	{name: "Entra ID: many at once", ops: []any{
		rfcOp("Replace", "displayName", "Pat Entra"), rfcOp("Replace", `phoneNumbers[type eq "mobile"].value`, "+13175550106"),
		rfcOp("Replace", rfcEnterprise+":department", "Lab"), rfcOp("Add", "externalId", "entra-{name}"),
	}, want: map[string]string{"displayName": "Pat Entra", "phoneNumbers/[mobile]/value": "+13175550106", rfcEnterprise + "/department": "Lab", "externalId": "entra-{name}"}},
	{name: "Entra ID: an external id of an authority that was not there", ops: []any{rfcOp("Add", rfcGenesys+`:externalIds[authority eq "hr"].value`, "hr-{name}")}, want: map[string]string{rfcGenesys + "/externalIds/[hr]/value": "hr-{name}"}},
	{name: "Entra ID: a replaced external id of an authority that was not there", ops: []any{rfcOp("Replace", rfcGenesys+`:externalIds[authority eq "zoomphone"].value`, "zoom-{name}")}, want: map[string]string{rfcGenesys + "/externalIds/[zoomphone]/value": "zoom-{name}"}},
	{name: "Entra ID: an external id taken away", start: rfcExternalIDs, ops: []any{rfcOp("Remove", rfcGenesys+`:externalIds[authority eq "hr"].value`, nil)}, want: map[string]string{rfcGenesys + "/externalIds/[hr]": "", rfcGenesys + "/externalIds/[crm]/value": "crm-{name}"}},
	{name: "Entra ID: an external id made empty", start: rfcExternalIDs, ops: []any{rfcOp("Replace", rfcGenesys+`:externalIds[authority eq "hr"].value`, "")}, want: map[string]string{rfcGenesys + "/externalIds/[hr]": "", rfcGenesys + "/externalIds/[crm]/value": "crm-{name}"}},
	{name: "Entra ID: a proficiency as a text", start: rfcObject{rfcGenesys: rfcObject{"routingSkills": []rfcObject{{"name": "Swimming", "proficiency": 1}}}}, ops: []any{rfcOp("Replace", rfcGenesys+`:routingSkills[name eq "Swimming"].proficiency`, "4")}, want: map[string]string{rfcGenesys + "/routingSkills/[Swimming]/proficiency": "4"}},
	{name: "Entra ID: a role of an application", ops: []any{rfcOp("Add", `roles[primary eq "True"].value`, "User")}, want: map[string]string{"roles/[User]/value": "User"}},
	{name: "Okta: a deactivated user", ops: []any{rfcOp("replace", "", rfcObject{"active": false})}, want: map[string]string{"active": "false", "title": "Clerk"}},
	{name: "Okta: a reactivated user", start: rfcObject{"active": false}, ops: []any{rfcOp("replace", "", rfcObject{"active": true})}, want: map[string]string{"active": "true"}},
	{name: "Okta: a password", ops: []any{rfcOp("replace", "", rfcObject{"password": "Secret-of-nobody-3!"})}, want: map[string]string{"password": "", "active": "true"}},
}

// RFC 7644, sections 3.5.2 and 3.12.
var rfcRefusedCases = []rfcPatchCase{
	{name: "an unknown operation", ops: []any{rfcOp("move", "title", "Chief")}, refuse: []string{"invalidSyntax", "invalidValue"}},
	{name: "no operation", ops: []any{rfcObject{"path": "title", "value": "Chief"}}, refuse: []string{"invalidSyntax", "invalidValue"}},
	{name: "a path that is no path", ops: []any{rfcOp("replace", "title[", "Chief")}, refuse: []string{"invalidPath", "invalidFilter"}},
	{name: "a path with a broken filter", ops: []any{rfcOp("replace", `emails[type eq].value`, "a@example.com")}, refuse: []string{"invalidPath", "invalidFilter"}},
	{name: "a path with an open filter", ops: []any{rfcOp("replace", `emails[type eq "work".value`, "a@example.com")}, refuse: []string{"invalidPath", "invalidFilter"}},
	{name: "a path of spaces", ops: []any{rfcOp("replace", "  ", "Chief")}, refuse: []string{"invalidPath", "noTarget", "invalidValue"}},
	{name: "an attribute that there is not", ops: []any{rfcOp("replace", "nickName", "Pat")}, refuse: []string{"invalidPath"}},
	{name: "a sub-attribute that there is not", ops: []any{rfcOp("replace", `emails[type eq "work"].color`, "red")}, refuse: []string{"invalidPath"}},
	{name: "a sub-attribute of a text", ops: []any{rfcOp("replace", "title.short", "Ch.")}, refuse: []string{"invalidPath"}},
	{name: "a filter on a text", ops: []any{rfcOp("replace", `title[type eq "work"]`, "Chief")}, refuse: []string{"invalidPath", "invalidFilter"}},
	{name: "a schema that there is not", ops: []any{rfcOp("replace", "urn:example:unknown:title", "Chief")}, refuse: []string{"invalidPath"}},
	{name: "the id", ops: []any{rfcOp("replace", "id", rfcNobody)}, refuse: []string{"mutability"}},
	{name: "the version", ops: []any{rfcOp("replace", "meta.version", `"77"`)}, refuse: []string{"mutability"}},
	{name: "the groups", ops: []any{rfcOp("add", "groups", []rfcObject{{"value": rfcSalesFloor}})}, refuse: []string{"mutability"}},
	{name: "a text that is a number", ops: []any{rfcOp("replace", "displayName", rfcObject{"formatted": "Pat"})}, refuse: []string{"invalidValue"}},
	{name: "a boolean that is none", ops: []any{rfcOp("replace", "active", "perhaps")}, refuse: []string{"invalidValue"}},
	{name: "a list that is a text", ops: []any{rfcOp("replace", "phoneNumbers", "+13175550100")}, refuse: []string{"invalidValue"}},
	{name: "no path and no object", ops: []any{rfcOp("replace", "", "Chief")}, refuse: []string{"invalidValue", "invalidSyntax", "noTarget", "invalidPath"}},
	{name: "an unknown type of number", ops: []any{rfcOp("add", "phoneNumbers", []rfcObject{{"type": "boat", "value": "+13175550100"}})}, refuse: []string{"invalidValue"}},
	{name: "the last of several", ops: []any{rfcOp("replace", "title", "Chief"), rfcOp("remove", `phoneNumbers[type eq "mobile"]`, nil), rfcOp("replace", "id", "x")}, refuse: []string{"mutability"}},
	{name: "an operation that is no object", ops: []any{"replace"}, refuse: []string{"invalidSyntax", "invalidValue"}},
	{name: "a path that is too long to be one", ops: []any{rfcOp("replace", strings.Repeat("a.", 4000)+"b", "x")}, refuse: []string{"invalidPath"}},
	{name: "a filter that is too deep to be one", ops: []any{rfcOp("remove", "emails["+strings.Repeat("(", 3000)+`type eq "work"`+strings.Repeat(")", 3000)+"]", nil)}, refuse: []string{"invalidPath", "invalidFilter"}},
}

// Operations are carried out in order (RFC 7644, section 3.5.2).
var rfcOrderCases = []rfcPatchCase{
	{name: "the last one wins", ops: []any{rfcOp("replace", "title", "First"), rfcOp("replace", "title", "Last")}, want: map[string]string{"title": "Last"}},
	{name: "added and removed again", ops: []any{rfcOp("add", "phoneNumbers", []rfcObject{{"type": "home", "value": "+13175550102"}}), rfcOp("remove", `phoneNumbers[type eq "home"]`, nil)}, want: map[string]string{"phoneNumbers/*type": "mobile,work"}},
	{name: "removed and added again", ops: []any{rfcOp("remove", "phoneNumbers", nil), rfcOp("add", "phoneNumbers", []rfcObject{{"type": "home", "value": "+13175550102"}})}, want: map[string]string{"phoneNumbers/*type": "home"}},
	{name: "changed and found by the change", ops: []any{rfcOp("replace", `phoneNumbers[type eq "mobile"].type`, "home"), rfcOp("replace", `phoneNumbers[type eq "home"].value`, "+13175550105")}, want: map[string]string{"phoneNumbers/[home]/value": "+13175550105", "phoneNumbers/#": "2"}},
}

func TestConformanceOfPatch(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	c.named(t, "/api/v2/routing/skills", "Swimming")
	c.named(t, "/api/v2/routing/skills", "Diving")
	c.named(t, "/api/v2/routing/languages", "Basque")
	for kind, cases := range map[string][]rfcPatchCase{
		"add": rfcAddCases, "replace": rfcReplaceCases, "remove": rfcRemoveCases, "providers": rfcProviderCases,
		"refused": rfcRefusedCases, "order": rfcOrderCases,
	} {
		for _, tt := range cases {
			t.Run(kind+"/"+tt.name, func(t *testing.T) { tt.run(t, c, rfcSlug(kind+" "+tt.name)) })
		}
	}
}

// run patches a user of that name, for which {name} stands in the case.
func (tt rfcPatchCase) run(t *testing.T, c rfcClient, name string) {
	t.Helper()
	user := c.create(t, rfcNamed(t, rfcPerson(name, tt.start), name))
	got := c.send(t, "PATCH", "/Users/"+user.id(), rfcNamed(t, rfcOps(tt.ops), name))
	if tt.refuse != nil {
		status := tt.status
		if status == 0 {
			status = 400
		}
		rfcRefused(t, got, status, tt.refuse...)
		after := c.read(t, user.id())
		rfcSame(t, "read", after, user)
		if after.version() != user.version() {
			t.Errorf("a refused change moves the version from %s to %s", user.version(), after.version())
		}
		return
	}
	want := map[string]string{"id": user.id()}
	for path, text := range tt.want {
		want[path] = strings.ReplaceAll(text, "{name}", name)
	}
	answer := rfcBody(t, got, 200)
	rfcHas(t, "answer", answer, want)
	if tag := got.Header.Get("ETag"); tag != answer.version() {
		t.Errorf("ETag = %q, meta.version = %q", tag, answer.version())
	}
	rfcSame(t, "read", c.read(t, user.id()), answer)
}

// rfcNamed writes the name for {name}, wherever it stands.
func rfcNamed(t *testing.T, body rfcObject, name string) string {
	t.Helper()
	return strings.ReplaceAll(rfcText(map[string]any(body)), "{name}", name)
}

func TestConformanceOfPatchBodies(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	user := c.create(t, rfcPerson("pat", nil))
	change := []any{rfcOp("replace", "title", "Chief")}
	for name, body := range map[string]any{
		"no schemas":              rfcObject{"Operations": change},
		"another schema":          rfcObject{"schemas": []string{rfcUser}, "Operations": change},
		"no operations":           rfcObject{"schemas": []string{rfcPatch}},
		"an empty list":           rfcOps([]any{}),
		"operations as an object": rfcOps(rfcOp("replace", "title", "Chief")),
		"broken JSON":             `{"schemas":`,
		"a list":                  `[{"op":"replace","path":"title","value":"Chief"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			rfcRefused(t, c.send(t, "PATCH", "/Users/"+user.id(), body), 400, "invalidSyntax", "invalidValue")
			rfcSame(t, "read", c.read(t, user.id()), user)
		})
	}
	t.Run("names of members in another case", func(t *testing.T) {
		// RFC 7643, section 2.1, says it of attributes; Entra ID has sent "operations".
		body := rfcObject{"schemas": []string{rfcPatch}, "operations": []any{rfcObject{"OP": "replace", "Path": "title", "Value": "Chief"}}}
		rfcHas(t, "answer", rfcBody(t, c.send(t, "PATCH", "/Users/"+user.id(), body), 200), map[string]string{"title": "Chief"})
	})
}

func TestConformanceOfRemovingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	user := c.create(t, rfcPerson("pat", rfcObject{"title": nil}))
	for _, path := range []string{"title", `phoneNumbers[type eq "home"]`, rfcEnterprise + ":manager", rfcGenesys + ":routingSkills"} {
		// RFC 7644 allows both an answer as if it had been there, and noTarget.
		if got := c.patch(t, user.id(), []any{rfcOp("remove", path, nil)}); got.Status != 200 {
			rfcRefused(t, got, 400, "noTarget")
		}
		rfcSame(t, path, c.read(t, user.id()), user)
	}
}

func TestConformanceOfWhatIsReadOnly(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	sue := c.read(t, rfcSue) // who is in a group
	for name, operation := range map[string]rfcObject{
		"remove the groups":           rfcOp("remove", "groups", nil),
		"remove a group":              rfcOp("remove", `groups[value eq "`+rfcSalesFloor+`"]`, nil),
		"replace the groups":          rfcOp("replace", "groups", []any{}),
		"remove the id":               rfcOp("remove", "id", nil),
		"replace a part of meta":      rfcOp("replace", "meta.resourceType", "Group"),
		"replace without a path":      rfcOp("replace", "", rfcObject{"id": rfcNobody}),
		"remove meta":                 rfcOp("remove", "meta", nil),
		"replace the name of a group": rfcOp("replace", `groups[value eq "`+rfcSalesFloor+`"].value`, rfcNobody),
	} {
		t.Run(name, func(t *testing.T) {
			rfcRefused(t, c.patch(t, rfcSue, []any{rfcOp("replace", "title", "Chief"), operation}), 400, "mutability")
			rfcSame(t, "read", c.read(t, rfcSue), sue)
		})
	}
}

func TestConformanceOfTheMainAddress(t *testing.T) {
	t.Parallel()
	c := rfcStart(t)
	user := c.create(t, rfcPerson("pat", nil))
	// The mapping of fields calls the address of type other read-only, and the same
	// as the userName.
	for _, ops := range [][]any{
		{rfcOp("replace", `emails[type eq "other"].value`, "thief@example.com")},
		{rfcOp("add", "emails", []rfcObject{{"type": "other", "value": "thief@example.com"}})},
	} {
		if got := c.patch(t, user.id(), ops); got.Status != 200 {
			rfcRefused(t, got, 400, "mutability")
		}
		after := c.read(t, user.id())
		if strings.Contains(rfcText(map[string]any(after)), "thief") {
			t.Errorf("the main address has changed: %s", rfcText(map[string]any(after)))
		}
		rfcHas(t, "read", after, map[string]string{"userName": "pat@example.com", "emails/[work]/value": "pat.work@example.com"})
	}
}
