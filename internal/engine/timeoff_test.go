package engine_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestTimeOffIsAskedForSeveralUsersAtOnce(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	unit := created(t, admin, "/api/v2/workforcemanagement/managementunits", `{"name":"Nights","businessUnitId":"`+businessUnit(t, admin)+`"}`)
	ada := created(t, admin, "/api/v2/users", `{"name":"Ada","email":"ada@mock.test"}`)
	bob := created(t, admin, "/api/v2/users", `{"name":"Bob","email":"bob@mock.test"}`)
	base := "/api/v2/workforcemanagement/managementunits/" + unit
	body := func(users string) string {
		return `{"activityCodeId":"3","dailyDurationMinutes":480,"status":"APPROVED","fullDayManagementUnitDates":["2026-03-02"],"users":[` + users + `]}`
	}
	made := admin.Post(t, base+"/timeoffrequests", body(`{"id":"`+ada+`"},{"id":"`+bob+`"}`))
	wantStatus(t, made, 200)
	if made.Str(t, "timeOffRequests.0.user.id") != ada || made.Str(t, "timeOffRequests.1.user.id") != bob || made.Str(t, "timeOffRequests.0.isFullDayRequest") != "true" {
		t.Errorf("made = %s", made.Body)
	}
	of := base + "/users/" + bob + "/timeoffrequests"
	id := made.Str(t, "timeOffRequests.1.id")
	if got := admin.Get(t, of); got.Status != 200 || got.Str(t, "timeOffRequests.0.id") != id || got.Str(t, "timeOffRequests.1.id") != "" {
		t.Errorf("of one user = %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, of+"/"+id); got.Status != 200 || got.Str(t, "status") != "APPROVED" || got.Str(t, "submittedDate") == "" {
		t.Errorf("one = %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, base+"/timeoffrequests/query", `{}`); got.Status != 200 || len(listed(t, got).Entities) != 2 {
		t.Errorf("all = %d %s", got.Status, got.Body)
	}
	// One unknown user, and nobody gets anything.
	if got := admin.Post(t, base+"/timeoffrequests", body(`{"id":"`+ada+`"},{"id":"nobody"}`)); got.Status != 400 && got.Status != 404 {
		t.Errorf("an unknown user: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, base+"/users/"+ada+"/timeoffrequests"); got.Str(t, "timeOffRequests.1.id") != "" {
		t.Errorf("a request too many: %s", got.Body)
	}

	agent := srv.AsUser(t, "admin@mockcloud.test")
	mine := agent.Post(t, "/api/v2/workforcemanagement/timeoffrequests", `{"activityCodeId":"3","dailyDurationMinutes":60,"partialDayStartDateTimes":["2026-03-02T09:00:00.000Z"]}`)
	wantStatus(t, mine, 200)
	if mine.Str(t, "status") != "PENDING" || mine.Str(t, "isFullDayRequest") != "false" || mine.Str(t, "user.id") == "" {
		t.Errorf("my own = %s", mine.Body)
	}
	if got := agent.Get(t, "/api/v2/workforcemanagement/timeoffrequests"); got.Str(t, "timeOffRequests.0.id") != mine.Str(t, "id") {
		t.Errorf("my requests = %s", got.Body)
	}
}
