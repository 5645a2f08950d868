package engine_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Who has what in the fixture: the admin a voicemail, a recording and a fax; Alex the
// appointment, the assignment, the activity and the time off; Milo none of these.
func TestPersonalListingsHoldTheCallersOwn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin, alex, milo := srv.AsUser(t, "admin@mockcloud.test"), srv.AsUser(t, "agent1@mockcloud.test"), srv.AsUser(t, "milo.mechanic@mockcloud.test")
	client := srv.Admin(t)
	for _, tt := range []struct {
		path  string
		owner *mocktest.Client
		total string // where the answer says so
		alone int    // the status for a client that is no user
	}{
		{"/api/v2/voicemail/me/messages", admin, "entities.#", 400},
		{"/api/v2/voicemail/messages", admin, "entities.#", 400},
		{"/api/v2/voicemail/me/mailbox", admin, "totalCount", 400},
		{"/api/v2/userrecordings", admin, "total", 200},
		{"/api/v2/userrecordings/summary", admin, "totalCount", 200},
		{"/api/v2/fax/documents", admin, "total", 200},
		{"/api/v2/fax/summary", admin, "totalCount", 200},
		{"/api/v2/coaching/appointments/me", alex, "total", 400},
		{"/api/v2/learning/assignments/me", alex, "total", 400},
		{"/api/v2/users/development/activities/me", alex, "total", 400},
		{"/api/v2/workforcemanagement/timeoffrequests", alex, "timeOffRequests.#", 200},
	} {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			count := func(got *mocktest.Response) string {
				t.Helper()
				wantStatus(t, got, 200)
				list, counted := strings.CutSuffix(tt.total, ".#")
				if !counted {
					return got.Str(t, tt.total)
				}
				if got.Str(t, list+".0.id") == "" {
					return "0"
				}
				if got.Str(t, list+".1.id") == "" {
					return "1"
				}
				return "more"
			}
			if n := count(tt.owner.Get(t, tt.path)); n != "1" {
				t.Errorf("the owner has %q, want 1", n)
			}
			if n := count(milo.Get(t, tt.path)); n != "0" {
				t.Errorf("somebody else has %q, want 0", n)
			}
			got := client.Get(t, tt.path)
			if got.Status != tt.alone {
				t.Fatalf("a client: %d %s", got.Status, got.Body)
			}
			if tt.alone == 200 {
				if n := count(got); n != "0" {
					t.Errorf("a client has %q, want 0", n)
				}
			} else if got.Str(t, "code") != "not.a.user" {
				t.Errorf("a client: %s", got.Body)
			}
		})
	}
}

func TestWhatLiesBelowMeIsNotSharedByUsers(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, other := srv.AsUser(t, "admin@mockcloud.test"), srv.AsUser(t, "agent1@mockcloud.test")
	const verifiers = "/api/v2/users/me/verifiers"
	created(t, admin, verifiers+"/totp", `{"name":"phone"}`)
	if got := admin.Get(t, verifiers); got.Str(t, "total") != "1" {
		t.Errorf("own verifiers = %s", got.Body)
	}
	if got := other.Get(t, verifiers); got.Status != 200 || got.Str(t, "total") != "0" {
		t.Errorf("verifiers of another user: %d %s", got.Status, got.Body)
	}
	me := admin.Get(t, "/api/v2/users/me").Str(t, "id")
	if got := admin.Get(t, "/api/v2/users/"+me+"/verifiers"); got.Str(t, "total") != "1" {
		t.Errorf("the verifiers of the user = %s", got.Body)
	}
}

// Which of the fixture's conversations go on: Milo has a call, and Alex messages.
func TestConversationListingsHoldWhatTheCallerIsIn(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	milo, alex, client := srv.AsUser(t, "milo.mechanic@mockcloud.test"), srv.AsUser(t, "agent1@mockcloud.test"), srv.Admin(t)
	const call, mail = "6d6f636b-0c02-4000-8000-000000000000", "6d6f636b-0c03-4000-8000-000000000000"
	lists := func(c *mocktest.Client, path, id string) bool {
		t.Helper()
		got := c.Get(t, "/api/v2/conversations"+path)
		wantStatus(t, got, 200)
		return strings.Contains(string(got.Body), id)
	}
	for _, tt := range []struct {
		name string
		as   *mocktest.Client
		path string
		want bool
	}{
		{"who takes part, in all", milo, "", true},
		{"by its type", milo, "?communicationType=Call", true},
		{"by another type", milo, "?communicationType=Email", false},
		{"by its media", milo, "/calls", true},
		{"by other media", milo, "/emails", false},
		{"somebody else", alex, "", false},
		{"somebody else, by its media", alex, "/calls", false},
		{"a client that is no user", client, "", false},
	} {
		if got := lists(tt.as, tt.path, call); got != tt.want {
			t.Errorf("%s: the call is listed: %t, want %t", tt.name, got, tt.want)
		}
	}
	if lists(srv.AsUser(t, "agent2@mockcloud.test"), "/emails", mail) {
		t.Error("a conversation that is over is listed")
	}
	wantStatus(t, client.Get(t, "/api/v2/conversations/calls"), 400)
	for path, status := range map[string]int{"emails/" + mail: 200, "calls/" + mail: 404, "calls/" + call: 200, "messages/" + call: 404} {
		if got := client.Get(t, "/api/v2/conversations/"+path); got.Status != status {
			t.Errorf("%s: %d %s, want %d", path, got.Status, got.Body, status)
		}
	}
	if got := client.Patch(t, "/api/v2/conversations/emails/"+call, `{"state":"disconnected"}`); got.Status != 404 || !lists(milo, "/calls", call) {
		t.Errorf("a call changed as a mail: %d %s", got.Status, got.Body)
	}
	wantStatus(t, client.Post(t, "/api/v2/conversations/"+call+"/disconnect", ""), 202)
	if lists(milo, "/calls", call) || lists(milo, "", call) {
		t.Error("a call that is over is listed")
	}
}

func TestACallIsToSomebody(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	agent := srv.AsUser(t, "admin@mockcloud.test")
	const calls, nobody = "/api/v2/conversations/calls", "11111111-1111-4111-8111-111111111111"
	user := agent.Get(t, "/api/v2/users").Str(t, "entities.1.id")
	queues := agent.Get(t, "/api/v2/routing/queues")
	queue := queues.Str(t, "entities.0.id")
	for body, code := range map[string]string{
		`{}`: "missing.create.conversation.destination.parameter",
		`{"phoneNumber":"+15555550100","callUserId":"` + user + `"}`:        "too.many.create.conversation.parameters",
		`{"callUserId":"` + nobody + `"}`:                                   "bad.request",
		`{"callQueueId":"` + nobody + `"}`:                                  "bad.request",
		`{"phoneNumber":"+15555550100","callFromQueueId":"` + nobody + `"}`: "bad.request",
	} {
		if got := agent.Post(t, calls, body); got.Status != 400 || got.Str(t, "code") != code {
			t.Errorf("%s: %d %s, want %s", body, got.Status, got.Body, code)
		}
	}
	if got := agent.Get(t, calls); got.Str(t, "entities.0.id") != "" {
		t.Errorf("after the refusals there is a call: %s", got.Body)
	}

	toUser := agent.Get(t, "/api/v2/conversations/"+created(t, agent, calls, `{"callUserId":"`+user+`"}`))
	if toUser.Str(t, "participants.0.userId") != user || toUser.Str(t, "participants.0.purpose") != "user" || toUser.Str(t, "divisions.0.division.id") == "" {
		t.Errorf("a call to a user = %s", toUser.Body)
	}
	one := calls + "/" + toUser.Str(t, "id") + "/participants/" + toUser.Str(t, "participants.1.id")
	wantStatus(t, agent.Patch(t, one, `{"held":true}`), 202)
	if got := agent.Get(t, "/api/v2/conversations/"+toUser.Str(t, "id")); got.Str(t, "endTime") != "" {
		t.Errorf("holding ended the call: %s", got.Body)
	}
	wantStatus(t, agent.Patch(t, one, `{"state":"disconnected"}`), 202)
	if got := agent.Get(t, "/api/v2/conversations/"+toUser.Str(t, "id")); got.Str(t, "endTime") == "" {
		t.Errorf("hanging up did not end the call: %s", got.Body)
	}

	toQueue := agent.Get(t, "/api/v2/conversations/"+created(t, agent, calls, `{"callQueueId":"`+queue+`"}`))
	if toQueue.Str(t, "participants.0.queueId") != queue || toQueue.Str(t, "participants.1.purpose") != "agent" {
		t.Errorf("a call to a queue = %s", toQueue.Body)
	}
	fromQueue := agent.Get(t, "/api/v2/conversations/"+created(t, agent, calls, `{"phoneNumber":"+15555550100","callFromQueueId":"`+queue+`"}`))
	if fromQueue.Str(t, "divisions.0.division.id") != queues.Str(t, "entities.0.division.id") || fromQueue.Str(t, "divisions.0.entities.0.id") != queue {
		t.Errorf("a call for a queue lies in %s", fromQueue.Body)
	}
}

func TestCampaignsStartAndStop(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Fixtures: []string{"contact-center"}})
	admin := srv.Admin(t)
	for _, kind := range []string{"campaigns", "messagingcampaigns"} {
		all := "/api/v2/outbound/" + kind
		id := admin.Get(t, all).Str(t, "entities.0.id")
		for _, step := range []struct{ action, status string }{{"start", "on"}, {"stop", "off"}} {
			if got := admin.Post(t, all+"/"+id+"/"+step.action, ""); got.Status/100 != 2 {
				t.Fatalf("%s %s: %d %s", step.action, kind, got.Status, got.Body)
			}
			if got := admin.Get(t, all+"/"+id); got.Str(t, "campaignStatus") != step.status {
				t.Errorf("%s after %s = %s", kind, step.action, got.Body)
			}
		}
		one, many := admin.Get(t, all+"/"+id+"/progress"), admin.Post(t, all+"/progress", `["`+id+`"]`)
		if one.Str(t, "campaign.id") != id || one.Str(t, "totalNumberOfContacts") != "2" || "["+strings.TrimSpace(string(one.Body))+"]" != strings.TrimSpace(string(many.Body)) {
			t.Errorf("progress of one of the %s is %s, and of many %s", kind, one.Body, many.Body)
		}
	}
}

func TestLanguagesHaveAnOlderPath(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const older, newer = "/api/v2/languages", "/api/v2/routing/languages"
	id := created(t, admin, older, `{"name":"Esperanto"}`)
	if got := admin.Get(t, newer+"/"+id); got.Str(t, "name") != "Esperanto" {
		t.Errorf("a language made at the older path: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, older+"?name=Esperanto"); got.Str(t, "entities.0.id") != id {
		t.Errorf("found by its name: %s", got.Body)
	}
	if got, want := admin.Get(t, older).Str(t, "total"), admin.Get(t, newer).Str(t, "total"); got != want || got == "0" {
		t.Errorf("the older path lists %s languages, the newer one %s", got, want)
	}
	if got := admin.Delete(t, older+"/"+id); got.Status/100 != 2 {
		t.Fatalf("delete: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Get(t, newer+"/"+id), 404)
	wantStatus(t, admin.Get(t, older+"/"+id), 404)
}
