package engine

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/openapi"
)

// The rule reads codes and messages; here is what it shall make of some of them, and
// that it never mistakes a code about something else for one about names.
func TestNamesAreUniqueWhereTheDocumentSaysSo(t *testing.T) {
	t.Parallel()
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := New(Config{Catalogue: c, Table: behaviour.Open(openapi.Behaviour, openapi.Collections)})
	want := map[string]uniqueness{
		"postArchitectPrompts":                          {"architect.prompt.already.exists", ""},
		"postFlows":                                     {"architect.flow.already.exists", "type"},
		"postFlowsDatatables":                           {"flows.datatables.not.unique", ""},
		"postFlowsDatatableRows":                        {},
		"postArchitectSchedules":                        {},
		"postOutboundCampaigns":                         {"duplicate.name", ""},
		"postOutboundContactlists":                      {"duplicate.name", ""},
		"putOutboundContactlist":                        {"duplicate.name", ""},
		"postOutboundContactlistContacts":               {},
		"postQualityConversationEvaluations":            {},
		"postQualityFormsEvaluations":                   {"evaluation.name.conflict", ""},
		"postRecordingMediaretentionpolicies":           {"recording.policy.name.duplicate.name", ""},
		"postRoutingEmailDomainRoutes":                  {},
		"postSocialmediaTopicDataingestionrulesTwitter": {"duplicate.name", ""},
		"postSpeechandtextanalyticsTopics":              {"conflict", "dialect"},
		"postTaskmanagementWorkbins":                    {"pre.check.name.in.use", ""},
		"postTaskmanagementWorkitems":                   {},
		"postTelephonyProvidersEdgesSites":              {},
		"postTelephonyProvidersEdgesTrunkbasesettings":  {"duplicate.value", ""},
		"postTeams": {"group.name.in.use", ""},
	}
	found := 0
	for _, op := range c.Operations() {
		p, err := e.plan(op)
		if err != nil {
			t.Fatal(err)
		}
		if p.unique != nil {
			found++
		}
		expected, listed := want[op.ID]
		if !listed {
			continue
		}
		var got uniqueness
		if p.unique != nil {
			got = *p.unique
		}
		if got != expected {
			t.Errorf("%s: %+v, want %+v", op.ID, got, expected)
		}
		delete(want, op.ID)
	}
	for id := range want {
		t.Errorf("there is no operation %s", id)
	}
	if found < 60 {
		t.Errorf("%d operations refuse a name that is taken, which is too few", found)
	}
}

// A noun leads to the one collection that it can mean.
func TestNounsLeadToOneCollection(t *testing.T) {
	t.Parallel()
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := New(Config{Catalogue: c, Table: behaviour.Open(openapi.Behaviour, openapi.Collections)})
	for noun, want := range map[string]string{
		"customerIntent": "/intents/customerintents", "defaultWorkbin": "/taskmanagement/workbins", "businessUnit": "/workforcemanagement/businessunits",
		"conversation": "", "schema": "", "schedule": "", "prompt": "", "external": "", "": "",
	} {
		if got := e.collectionOf(noun); got != want {
			t.Errorf("%q leads to %q, want %q", noun, got, want)
		}
	}
}
