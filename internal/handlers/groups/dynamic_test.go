package groups_test

import (
	"strings"
	"testing"
	"time"
)

func skill(id string) fields {
	return fields{"routingSkill": id, "comparator": "GreaterThan", "proficiency": 3, "childConditions": []fields{}}
}

func condition(operation string, skills ...fields) fields {
	if skills == nil {
		skills = []fields{}
	}
	return fields{"operation": operation, "routingSkillConditions": skills, "languageSkillConditions": []fields{}}
}

func TestDynamicSettingsAreKept(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	settings := path(salesFloor) + "/dynamicsettings"
	want(t, admin.Get(t, settings), 404, "not.found")
	want(t, admin.Delete(t, settings), 404, "not.found")
	want(t, admin.Put(t, settings, fields{"skillConditions": []fields{}}), 400, "general.bad.request")
	want(t, admin.Put(t, settings, fields{}), 400, "constraint.validation")
	want(t, admin.Put(t, settings, fields{"skillConditions": []fields{condition("Xor")}}), 400, "invalid.value")
	want(t, admin.Put(t, path(nobody)+"/dynamicsettings", fields{"skillConditions": []fields{condition("And", skill("a"))}}), 404, "")

	deep := `{"skillConditions":[` + strings.Repeat(`{"operation":"And","languageSkillConditions":[],"routingSkillConditions":[{"routingSkill":"a","comparator":"EqualTo","proficiency":1,"childConditions":[`, 2000) +
		strings.Repeat(`]}]}`, 2000) + `]}`
	want(t, admin.Put(t, settings, deep), 400, "general.bad.request")
	want(t, admin.Get(t, settings), 404, "not.found")

	srv.Clock.Advance(time.Second)
	want(t, admin.Put(t, settings, fields{"skillConditions": []fields{condition("And", skill("a"))}}), 204, "")
	has(t, want(t, admin.Get(t, settings), 200, ""), map[string]string{
		"group.id": salesFloor, "group.selfUri": path(salesFloor), "selfUri": settings, "dateModified": "2026-01-15T12:00:01.000Z",
		"query.skillConditions.0.operation": "And", "query.skillConditions.0.routingSkillConditions.0.routingSkill": "a",
	})
	want(t, admin.Put(t, settings, fields{"skillConditions": []fields{condition("Or", skill("b"))}}), 204, "")
	has(t, want(t, admin.Get(t, settings), 200, ""), map[string]string{"query.skillConditions.0.operation": "Or", "query.skillConditions.1": ""})
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"version": "3", "memberCount": "2"})
	want(t, admin.Delete(t, settings), 204, "")
	want(t, admin.Get(t, settings), 404, "not.found")
	has(t, want(t, admin.Get(t, path(salesFloor)), 200, ""), map[string]string{"version": "4", "memberCount": "2"})
}

// level is a condition on a skill of the default fixture, by id or by name: Sue has
// Billing 5, Returns 4.5 and English 5, Alex Billing 3, English 5 and Spanish 3, Aki
// Returns 2, Technical Support 5 and English 4.
func level(skill, comparator string, proficiency int, children ...fields) fields {
	c := fields{"routingSkill": skill, "comparator": comparator, "proficiency": proficiency}
	if children != nil {
		c["childConditions"] = children
	}
	return c
}

// speaks is a condition on one language.
func speaks(operation, language, comparator string, proficiency int) fields {
	return fields{"operation": operation, "routingSkillConditions": []fields{}, "languageSkillConditions": []fields{
		{"languageSkill": language, "comparator": comparator, "proficiency": proficiency},
	}}
}

func TestThePreviewCountsWhoFits(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Post(t, "/api/v2/users", fields{"name": "Ina", "email": "ina@mockcloud.test"}), 200, "") // inactive
	tests := []struct {
		name       string
		conditions []fields
		count      string
	}{
		{"all of some skills", []fields{condition("And", skill("a"))}, "0"},
		{"any of some skills", []fields{condition("Or", skill("a"), skill("b"))}, "0"},
		{"none of some skills", []fields{condition("Not", skill("a"))}, "5"},
		{"none of some, and another", []fields{condition("Not", skill("a")), condition("And", skill("b"))}, "0"},
		{"nothing at all", []fields{condition("And")}, "5"},
		{"a language that there is not", []fields{speaks("And", "l", "EqualTo", 1)}, "0"},
		{"equal", []fields{condition("And", level("Billing", "EqualTo", 3))}, "1"},
		{"not equal", []fields{condition("And", level("Billing", "NotEqualTo", 3))}, "1"},
		{"less", []fields{condition("And", level("Billing", "LessThan", 5))}, "1"},
		{"less or equal", []fields{condition("And", level("Billing", "LessThanOrEqualTo", 5))}, "2"},
		{"greater", []fields{condition("And", level("Billing", "GreaterThan", 3))}, "1"},
		{"greater or equal", []fields{condition("And", level("Billing", "GreaterThanOrEqualTo", 3))}, "2"},
		{"by id", []fields{condition("And", level("6d6f636b-0013-4000-8000-000000000001", "EqualTo", 5))}, "1"},
		{"both", []fields{condition("And", level("billing", "GreaterThan", 0), level("returns", "GreaterThan", 0))}, "1"},
		{"either", []fields{condition("Or", level("Billing", "GreaterThan", 3), level("Technical Support", "EqualTo", 5))}, "2"},
		{"neither", []fields{condition("Not", level("Billing", "GreaterThan", 3), level("Technical Support", "EqualTo", 5))}, "3"},
		{"with what stands below", []fields{condition("And", level("Returns", "GreaterThan", 0, condition("Not", level("Billing", "GreaterThan", 0))))}, "1"},
		{"a language", []fields{speaks("And", "English", "EqualTo", 5)}, "2"},
		{"a skill and a language", []fields{condition("And", level("Billing", "GreaterThan", 0)), speaks("Or", "Spanish", "GreaterThanOrEqualTo", 3)}, "1"},
		{"a language is no skill", []fields{condition("And", level("English", "GreaterThan", 0))}, "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Post(t, "/api/v2/groups/dynamicsettings/preview", fields{"skillConditions": tt.conditions}), 200, "")
			has(t, got, map[string]string{"userCount": tt.count})
		})
	}
	want(t, admin.Post(t, "/api/v2/groups/dynamicsettings/preview", fields{"skillConditions": []fields{}}), 400, "general.bad.request")

	// Sue keeps her skills and does not count any more.
	want(t, admin.Delete(t, "/api/v2/users/6d6f636b-0005-4000-8000-000000000003"), 200, "")
	for count, conditions := range map[string][]fields{
		"4": {condition("Not", level("Billing", "EqualTo", 5))},
		"3": {condition("Not", level("Billing", "GreaterThan", 0), level("BILLING", "EqualTo", 3))},
		"1": {condition("Or", level("Billing", "GreaterThan", 0))},
		"0": {condition("And", level("Billing", "EqualTo", 5))},
	} {
		got := want(t, admin.Post(t, "/api/v2/groups/dynamicsettings/preview", fields{"skillConditions": conditions}), 200, "")
		has(t, got, map[string]string{"userCount": count})
	}
}
