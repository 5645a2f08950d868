package voicemail_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/internal/expect"
	"github.com/mockcloud/mockcloud/mocktest"
)

// Ids of the default fixture.
const (
	integrationTeam = "6d6f636b-0004-4000-8000-000000000001"
	salesFloor      = "6d6f636b-0004-4000-8000-000000000002"
	nobody          = "6d6f636b-0004-4000-8000-00000000ffff"
)

type fields = map[string]any

func path(group string) string { return "/api/v2/voicemail/groups/" + group + "/policy" }

// want ends the test unless the answer is as it should be.
var want = expect.Answer

// has fails the test unless the body has these texts at these paths.
var has = expect.Texts

func TestEveryGroupHasAPolicyThatIsOff(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t, "directory:group:edit")
	for id, name := range map[string]string{integrationTeam: "Integration Team", salesFloor: "Sales Floor"} {
		has(t, want(t, c.Get(t, path(id)), 200, ""), map[string]string{
			"name": name, "group.id": id, "group.name": name, "enabled": "false", "sendEmailNotifications": "false",
			"disableEmailPii": "false", "includeEmailTranscriptions": "false", "overflowGroupId": "", "rotateCallsSecs": "",
		})
	}
}

func TestAPolicyIsChangedInParts(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t, "directory:group:add") // either permission will do
	want(t, c.Patch(t, path(salesFloor), fields{
		"enabled": true, "sendEmailNotifications": true, "languagePreference": "en-US", "rotateCallsSecs": 0, "stopRingingAfterRotations": 2,
		"overflowGroupId": integrationTeam, "groupAlertType": "ROUND_ROBIN", "interactiveResponseRequired": false,
		"emailPolicy": fields{"emailGroup": true}, "name": "mine", "group": fields{"name": "mine"}, // the last two are the group's
	}), 200, "")
	changed := want(t, c.Patch(t, path(salesFloor), fields{"sendEmailNotifications": false, "emailPolicy": fields{"emailMembers": true}, "overflowGroupId": ""}), 200, "")
	whole := map[string]string{
		"name": "Sales Floor", "group.name": "Sales Floor", "enabled": "true", "sendEmailNotifications": "false", "languagePreference": "en-US",
		"rotateCallsSecs": "0", "stopRingingAfterRotations": "2", "overflowGroupId": "", "groupAlertType": "ROUND_ROBIN",
		"interactiveResponseRequired": "false", "emailPolicy": `{"emailGroup":true,"emailMembers":true}`,
	}
	has(t, changed, whole)
	has(t, want(t, c.Get(t, path(salesFloor)), 200, ""), whole)
	has(t, want(t, c.Get(t, path(integrationTeam)), 200, ""), map[string]string{"enabled": "false"})
}

func TestPoliciesThatCannotBe(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t, "directory:group:edit")
	before := want(t, c.Get(t, path(salesFloor)), 200, "")
	for _, tt := range []struct {
		name, code string
		body       fields
	}{
		{"negative seconds", "bad.request", fields{"enabled": true, "rotateCallsSecs": -1}},
		{"negative rotations", "bad.request", fields{"enabled": true, "stopRingingAfterRotations": -1}},
		{"an unknown group to overflow to", "bad.request", fields{"overflowGroupId": nobody}},
		{"an overflow to itself", "bad.request", fields{"overflowGroupId": salesFloor}},
		{"an unknown alert", "invalid.value", fields{"groupAlertType": "ALL"}},
		{"a switch that is a text", "bad.request", fields{"enabled": "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) { want(t, c.Patch(t, path(salesFloor), tt.body), 400, tt.code) })
	}
	if after := want(t, c.Get(t, path(salesFloor)), 200, ""); string(after.Body) != string(before.Body) {
		t.Errorf("a refusal has changed the policy\n%s", after.Body)
	}
	want(t, c.Get(t, path(nobody)), 404, "voicemailservice.groupnotfound")
	want(t, c.Patch(t, path(nobody), fields{"enabled": true}), 404, "voicemailservice.groupnotfound")
	want(t, srv.As(t, "directory:group:view").Get(t, path(salesFloor)), 403, "missing.any.permissions")
	want(t, srv.As(t, "directory:group:delete").Patch(t, path(salesFloor), fields{}), 403, "missing.any.permissions")
}

func TestThePolicyGoesWithItsGroup(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	want(t, admin.Patch(t, path(salesFloor), fields{"enabled": true}), 200, "")
	want(t, admin.Delete(t, "/api/v2/groups/"+salesFloor), 204, "")
	want(t, admin.Get(t, path(salesFloor)), 404, "voicemailservice.groupnotfound")
}
