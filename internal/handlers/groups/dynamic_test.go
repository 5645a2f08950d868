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

// Nobody has a skill: only a query that asks for absent ones fits, and then
// everybody who is active.
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
		{"a language", []fields{{"operation": "And", "routingSkillConditions": []fields{}, "languageSkillConditions": []fields{{"languageSkill": "l", "comparator": "EqualTo", "proficiency": 1}}}}, "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := want(t, admin.Post(t, "/api/v2/groups/dynamicsettings/preview", fields{"skillConditions": tt.conditions}), 200, "")
			has(t, got, map[string]string{"userCount": tt.count})
		})
	}
	want(t, admin.Post(t, "/api/v2/groups/dynamicsettings/preview", fields{"skillConditions": []fields{}}), 400, "general.bad.request")
}
