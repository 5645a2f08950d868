package users_test

import (
	"testing"
)

const (
	available = "6a3af858-942f-489d-9700-5f9bcdcdae9b"
	offline   = "ccf3c10a-aa2c-4845-8e8d-f59fa48c58e5"
	paperwork = "6d6f636b-0012-4000-8000-000000000001" // a presence of the fixture, Busy

	salesQueue   = "6d6f636b-0010-4000-8000-000000000001" // in Sales: Alex and Sue
	supportQueue = "6d6f636b-0010-4000-8000-000000000002" // in Home: Aki, Alex, Ben and Sue
)

func presenceOf(id string) string { return "/api/v2/users/" + id + "/presences/purecloud" }
func statusOf(id string) string   { return "/api/v2/users/" + id + "/routingstatus" }

func TestAFreshUserIsOffline(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := create(t, admin, person("Fresh", "fresh@mockcloud.test"))
	// Guess: a presence that nobody has set counts from the user's creation.
	has(t, want(t, srv.As(t).Get(t, presenceOf(id)), 200, ""), map[string]string{
		"presenceDefinition.systemPresence": "Offline", "presenceDefinition.id": offline, "source": "PURECLOUD", "message": "",
		"modifiedDate": "2026-01-15T12:00:00.000Z", "presenceDefinition.selfUri": "/api/v2/presencedefinitions/" + offline,
	})
	has(t, want(t, srv.As(t).Get(t, statusOf(id)), 200, ""), map[string]string{"userId": id, "status": "OFF_QUEUE", "startTime": "2026-01-15T12:00:00.000Z"})
	has(t, want(t, admin.Get(t, "/api/v2/users?id="+id+"&expand=presence,routingStatus,conversationSummary"), 200, ""), map[string]string{
		"entities.0.presence.presenceDefinition.systemPresence": "Offline", "entities.0.routingStatus.status": "OFF_QUEUE",
		"entities.0.conversationSummary.userId": id,
	})
}

func TestGoingOnQueueMakesIdleAndLeavingTakesOff(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	agent := srv.AsUser(t, "agent2@mockcloud.test")
	srv.Clock.Advance(60e9)
	onQueue := fields{"presenceDefinition": fields{"systemPresence": "On Queue"}}
	has(t, want(t, agent.Patch(t, presenceOf(aki), onQueue), 200, ""), map[string]string{
		"presenceDefinition.systemPresence": "On Queue", "modifiedDate": "2026-01-15T12:01:00.000Z",
	})
	has(t, agent.Get(t, statusOf(aki)), map[string]string{"status": "IDLE", "startTime": "2026-01-15T12:01:00.000Z"})
	has(t, want(t, agent.Put(t, statusOf(aki), fields{"status": "NOT_RESPONDING"}), 200, ""), map[string]string{"status": "NOT_RESPONDING"})
	has(t, want(t, agent.Put(t, statusOf(aki), fields{"status": "IDLE"}), 200, ""), map[string]string{"status": "IDLE"})
	// Guess: which statuses go with which presence.
	want(t, agent.Put(t, statusOf(aki), fields{"status": "OFF_QUEUE"}), 400, "general.bad.request")

	srv.Clock.Advance(60e9)
	has(t, want(t, agent.Patch(t, presenceOf(aki), fields{"presenceDefinition": fields{"id": paperwork}, "message": "forms"}), 200, ""), map[string]string{
		"presenceDefinition.id": paperwork, "presenceDefinition.systemPresence": "Busy", "message": "forms",
	})
	has(t, agent.Get(t, statusOf(aki)), map[string]string{"status": "OFF_QUEUE", "startTime": "2026-01-15T12:02:00.000Z"})
	want(t, agent.Put(t, statusOf(aki), fields{"status": "IDLE"}), 400, "general.bad.request")
	want(t, agent.Put(t, statusOf(aki), fields{"status": "COMMUNICATING"}), 200, "")
	has(t, want(t, agent.Patch(t, presenceOf(aki), fields{"message": ""}), 200, ""), map[string]string{"message": "", "presenceDefinition.id": paperwork})
}

func TestPresencesBySource(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	has(t, want(t, admin.Patch(t, "/api/v2/users/"+aki+"/presences/PURECLOUD", fields{"presenceDefinition": fields{"id": available}}), 200, ""), map[string]string{
		"presenceDefinition.systemPresence": "Available",
	})
	has(t, want(t, admin.Get(t, "/api/v2/users/"+aki+"/presences/PureCloud"), 200, ""), map[string]string{"presenceDefinition.id": available})
	// Guess: there are no other sources.
	want(t, admin.Get(t, "/api/v2/users/"+aki+"/presences/elsewhere"), 404, "presenceservice.source.sourcenotfound")
	want(t, admin.Patch(t, "/api/v2/users/"+aki+"/presences/elsewhere", fields{"message": "x"}), 404, "presenceservice.source.sourcenotfound")
}

func TestWhoMayChangeAPresence(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	away := fields{"presenceDefinition": fields{"systemPresence": "Away"}}
	onQueue := fields{"presenceDefinition": fields{"systemPresence": "ON_QUEUE"}}
	agent, plain := srv.AsUser(t, "agent1@mockcloud.test"), srv.AsUser(t, "builder@mockcloud.test")

	want(t, agent.Patch(t, presenceOf(alex), away), 200, "")
	want(t, plain.Patch(t, presenceOf(ben), away), 200, "")
	want(t, srv.As(t).Patch(t, presenceOf(sue), away), 403, "presence.not.authorized.update.other.user.presence")
	want(t, srv.As(t).Put(t, statusOf(sue), fields{"status": "COMMUNICATING"}), 403, "missing.permissions")

	// Guess: the permission that others are changed with, and the one that being
	// on queue needs.
	editor := srv.As(t, "presence:userPresence:edit")
	want(t, editor.Patch(t, presenceOf(sue), away), 200, "")
	want(t, editor.Patch(t, presenceOf(sue), onQueue), 403, "presence.not.authorized.update.on.queue")
	want(t, editor.Put(t, statusOf(sue), fields{"status": "COMMUNICATING"}), 200, "")
	want(t, plain.Patch(t, presenceOf(ben), onQueue), 403, "presence.not.authorized.update.on.queue")
	want(t, admin.Patch(t, presenceOf(ben), onQueue), 200, "")

	want(t, admin.Patch(t, presenceOf(nobody), away), 404, "presenceservice.usernotfound")
	want(t, admin.Get(t, presenceOf(nobody)), 404, "presenceservice.usernotfound")
	want(t, admin.Get(t, statusOf(nobody)), 404, "")
	want(t, admin.Put(t, statusOf(nobody), fields{"status": "IDLE"}), 404, "resource.not.found")
	for name, body := range map[string]fields{
		"an unknown definition": {"presenceDefinition": fields{"id": nobody}},
		"an unknown presence":   {"presenceDefinition": fields{"systemPresence": "Napping"}},
		"a wrong type":          {"presenceDefinition": 7},
	} {
		if got := admin.Patch(t, presenceOf(ben), body); got.Status != 400 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	want(t, admin.Put(t, statusOf(ben), fields{}), 400, "")
	want(t, admin.Put(t, statusOf(ben), fields{"status": "ASLEEP"}), 400, "invalid.value")
	want(t, admin.Delete(t, "/api/v2/presence/definitions/"+paperwork), 204, "")
	want(t, admin.Patch(t, presenceOf(ben), fields{"presenceDefinition": fields{"id": paperwork}}), 400, "general.bad.request")
}

func TestADeletedUserIsOfflineAndInNoQueue(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	want(t, admin.Delete(t, "/api/v2/users/"+alex), 200, "")
	want(t, admin.Get(t, presenceOf(alex)), 404, "presenceservice.usernotfound")
	want(t, admin.Get(t, "/api/v2/users/"+alex+"/queues"), 404, "")
	want(t, admin.Patch(t, "/api/v2/users/"+alex, fields{"state": "active"}), 200, "")
	has(t, want(t, admin.Get(t, presenceOf(alex)), 200, ""), map[string]string{"presenceDefinition.systemPresence": "Offline"})
	has(t, want(t, admin.Get(t, "/api/v2/users/"+alex+"/queues"), 200, ""), map[string]string{"total": "0", "entities": "[]"})
}

func TestTheQueuesOfAUser(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	mine := "/api/v2/users/" + alex + "/queues"
	same(t, "queues", namesIn(t, want(t, admin.Get(t, mine), 200, ""), "entities"), []string{"Sales", "Support"})
	same(t, "of a division", namesIn(t, admin.Get(t, mine+"?divisionId="+sales), "entities"), []string{"Sales"})
	same(t, "seen from Sales", namesIn(t, srv.AsIn(t, "Sales", "routing:queue:view").Get(t, mine), "entities"), []string{"Sales"})

	agent := srv.AsUser(t, "agent1@mockcloud.test")
	has(t, want(t, agent.Patch(t, mine+"/"+salesQueue, fields{"joined": false}), 200, ""), map[string]string{"id": salesQueue, "joined": "false", "joinedMemberCount": "1"})
	same(t, "joined", namesIn(t, admin.Get(t, mine), "entities"), []string{"Support"})
	same(t, "left", namesIn(t, admin.Get(t, mine+"?joined=false"), "entities"), []string{"Sales"})

	both := []fields{{"id": salesQueue, "joined": true}, {"id": supportQueue, "joined": false}}
	has(t, want(t, admin.Patch(t, mine, both), 200, ""), map[string]string{"entities.0.joined": "true", "entities.1.joined": "false", "total": "2"})
	same(t, "joined", namesIn(t, admin.Get(t, mine), "entities"), []string{"Sales"})
}

func TestWhoMayJoinAQueue(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	leave := fields{"joined": false}
	path := func(user, queue string) string { return "/api/v2/users/" + user + "/queues/" + queue }
	agent := srv.AsUser(t, "agent1@mockcloud.test")

	// Alex holds routing:queue:join in Sales only.
	want(t, agent.Patch(t, path(alex, supportQueue), leave), 403, "missing.any.division.permissions")
	// Guess: joining for others takes the permission to manage members.
	want(t, agent.Patch(t, path(sue, salesQueue), leave), 403, "missing.any.division.permissions")
	manager := srv.AsIn(t, "Sales", "routing:queueMember:manage")
	want(t, manager.Patch(t, path(sue, salesQueue), leave), 200, "")
	want(t, manager.Patch(t, path(sue, supportQueue), leave), 403, "missing.any.division.permissions")
	want(t, manager.Patch(t, "/api/v2/users/"+sue+"/queues", []fields{{"id": supportQueue, "joined": true}}), 403, "missing.any.division.permissions")

	want(t, admin.Patch(t, path(aki, salesQueue), leave), 404, "resource.not.found") // no member
	want(t, admin.Patch(t, path(aki, nobody), leave), 404, "resource.not.found")
	want(t, admin.Patch(t, path(aki, supportQueue), fields{}), 400, "general.bad.request")
	want(t, admin.Patch(t, "/api/v2/users/"+aki+"/queues", []fields{}), 400, "general.bad.request")
	want(t, srv.As(t).Get(t, "/api/v2/users/"+aki+"/queues"), 403, "missing.any.permissions")
}
