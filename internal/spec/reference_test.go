package spec_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/spec"
)

func TestAnObjectInsideABodyIsNamedByItsIDAlone(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, body string
		field          string // that is at fault; "" where the body is accepted
	}{
		{"an organization by its id", "postExternalcontactsContacts", `{"firstName":"Ada","externalOrganization":{"id":"1"}}`, ""},
		{"an organization by its id, and its name", "postExternalcontactsContacts", `{"externalOrganization":{"id":"1","name":"Mock"}}`, ""},
		{"an organization without an id", "postExternalcontactsContacts", `{"externalOrganization":{"industry":"Toys"}}`, "externalOrganization.name"},
		{"an organization with an empty id", "postExternalcontactsContacts", `{"externalOrganization":{"id":""}}`, "externalOrganization.name"},
		{"something else is wrong with it", "postExternalcontactsContacts", `{"externalOrganization":{"id":"1","employeeCount":"many"}}`, "externalOrganization.employeeCount"},
		{"something else is wrong beside it", "postExternalcontactsContacts", `{"externalOrganization":{"id":"1"},"firstName":7}`, "firstName"},
		{"the body itself", "putExternalcontactsOrganization", `{"id":"1","industry":"Toys"}`, "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, refusal := operation(t, c, tt.id).Validate(&spec.Request{Body: []byte(tt.body), PathParam: func(string) string { return "1" }})
			switch {
			case refusal == nil && tt.field != "":
				t.Errorf("accepted, though %s is wrong", tt.field)
			case refusal != nil && (tt.field == "" || len(refusal.Details) != 1 || refusal.Details[0].FieldName != tt.field):
				t.Errorf("refused for %+v: %v", refusal.Details, refusal)
			}
		})
	}
}

func TestLocalDatesAndTimesAreChecked(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, body string
		accepted       bool
	}{
		{"without a zone", "postArchitectSchedules", `{"name":"s","start":"2026-08-04T08:00:00.000","end":"2026-08-04T17:00:00.000000"}`, true},
		{"a word", "postArchitectSchedules", `{"name":"s","start":"noon","end":"2026-08-04T17:00:00.000"}`, false},
		{"a time", "patchTaskmanagementWorktypeStatus", `{"statusTransitionTime":"10:10:10"}`, true},
		{"a time without seconds", "patchTaskmanagementWorktypeStatus", `{"statusTransitionTime":"10:10"}`, true},
		{"a word for a time", "patchTaskmanagementWorktypeStatus", `{"statusTransitionTime":"ten"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, refusal := operation(t, c, tt.id).Validate(&spec.Request{Body: []byte(tt.body), PathParam: func(string) string { return "1" }})
			if (refusal == nil) != tt.accepted {
				t.Fatalf("refusal = %v", refusal)
			}
			if refusal != nil && refusal.Code != "invalid.date" {
				t.Errorf("code = %s", refusal.Code)
			}
		})
	}
}
