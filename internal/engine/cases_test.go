package engine_test

import (
	"slices"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestACaseGoesThroughTheStagesOfItsPlan(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	plan := created(t, admin, "/api/v2/casemanagement/caseplans", `{"name":"Refund","referencePrefix":"REF","divisionId":"","customerIntentId":""}`)
	stageplans := "/api/v2/casemanagement/caseplans/" + plan + "/stageplans"
	created(t, admin, stageplans, `{"name":"Check"}`)
	pay := created(t, admin, stageplans, `{"name":"Pay"}`)

	made := admin.Post(t, "/api/v2/casemanagement/cases", `{"caseplanId":"`+plan+`","externalContactId":"`+
		created(t, admin, "/api/v2/externalcontacts/contacts", `{"firstName":"Ada"}`)+`"}`)
	wantStatus(t, made, 200)
	if made.Str(t, "reference") != "REF-1" || made.Str(t, "caseplan.id") != plan {
		t.Errorf("case = %s", made.Body)
	}
	path := "/api/v2/casemanagement/cases/" + made.Str(t, "id")
	if got := admin.Get(t, "/api/v2/casemanagement/cases/references/REF-1"); got.Status != 200 || got.Str(t, "id") != made.Str(t, "id") {
		t.Errorf("by its reference: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/casemanagement/cases/references/REF-2"); got.Status != 404 {
		t.Errorf("by another: %d %s", got.Status, got.Body)
	}
	stages := listed(t, admin.Get(t, path+"/stages"))
	if got := stages.names(); !slices.Equal(got, []string{"Check", "Pay"}) {
		t.Errorf("stages = %v", got)
	}
	steps := listed(t, admin.Get(t, path+"/stages/"+stages.names("id")[1]+"/steps"))
	if got := steps.names(); !slices.Equal(got, []string{"Pay"}) {
		t.Errorf("steps = %v", got)
	}
	// The step of a stage of the plan is read by version, and changed below the stage.
	version := admin.Post(t, "/api/v2/casemanagement/caseplans/"+plan+"/versions", ``).Str(t, "id")
	stepplans := "/api/v2/casemanagement/caseplans/" + plan + "/versions/" + version + "/stageplans/" + pay + "/stepplans"
	step := listed(t, admin.Get(t, stepplans)).names("id")
	if len(step) != 1 {
		t.Fatalf("steps of the plan = %v", step)
	}
	wantStatus(t, admin.Patch(t, stageplans+"/"+pay+"/stepplans/"+step[0], `{"name":"Transfer"}`), 200)
	if got := admin.Get(t, stepplans+"/"+step[0]).Str(t, "name"); got != "Transfer" {
		t.Errorf("the step is called %s", got)
	}
	wantStatus(t, admin.Delete(t, path), 200)
	if got := admin.Get(t, path+"/stages/"+stages.names("id")[0]); got.Status != 404 {
		t.Errorf("a stage of a case that is gone: %d %s", got.Status, got.Body)
	}
}
