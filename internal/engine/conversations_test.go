package engine_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// The life of a callback, as an agent's application drives it.
func TestConversationsHaveParticipants(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	queue := admin.Get(t, "/api/v2/routing/queues").Str(t, "entities.0.id")
	code := admin.Get(t, "/api/v2/routing/wrapupcodes").Str(t, "entities.0.id")
	made := admin.Post(t, "/api/v2/conversations/callbacks", `{"queueId":"`+queue+`","callbackUserName":"Ana","callbackNumbers":["+15555550100"]}`)
	wantStatus(t, made, 200)
	id := made.Str(t, "conversation.id")
	if id == "" || made.Str(t, "callbackIdentifiers.0.id") == "" {
		t.Fatalf("callback = %s", made.Body)
	}
	whole := admin.Get(t, "/api/v2/conversations/"+id)
	wantStatus(t, whole, 200)
	if whole.Str(t, "participants.0.purpose") != "customer" || whole.Str(t, "participants.0.address") != "+15555550100" ||
		whole.Str(t, "participants.1.queueId") != queue || whole.Str(t, "participants.1.callbacks.0.state") != "alerting" || whole.Str(t, "endTime") != "" {
		t.Fatalf("conversation = %s", whole.Body)
	}
	one := "/api/v2/conversations/callbacks/" + id
	acd := whole.Str(t, "participants.1.id")
	if got := admin.Get(t, one); got.Str(t, "participants.1.state") != "alerting" || got.Str(t, "participants.1.queue.id") != queue {
		t.Errorf("as a callback = %s", got.Body)
	}
	if got := admin.Patch(t, one+"/participants/nobody", `{"state":"connected"}`); got.Status != 404 {
		t.Errorf("an unknown participant: %d %s", got.Status, got.Body)
	}
	for _, body := range []string{`{"state":"connected"}`, `{"held":true}`, `{"wrapup":{"code":"` + code + `","notes":"done"}}`} {
		if got := admin.Patch(t, one+"/participants/"+acd, body); got.Status/100 != 2 {
			t.Fatalf("%s: %d %s", body, got.Status, got.Body)
		}
	}
	got := admin.Get(t, one)
	if got.Str(t, "participants.1.state") != "connected" || got.Str(t, "participants.1.held") != "true" || got.Str(t, "participants.1.wrapup.notes") != "done" || got.Str(t, "participants.1.wrapup.name") == "" {
		t.Errorf("changed = %s", got.Body)
	}
	if got := admin.Patch(t, one+"/participants/"+acd, `{"state":"disconnected"}`); got.Status/100 != 2 {
		t.Fatalf("disconnect: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, "/api/v2/conversations/"+id); got.Str(t, "endTime") == "" || got.Str(t, "participants.0.callbacks.0.state") != "disconnected" {
		t.Errorf("ended = %s", got.Body)
	}
}

func TestACallIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	agent := srv.AsUser(t, "admin@mockcloud.test")
	call := agent.Post(t, "/api/v2/conversations/calls", `{"phoneNumber":"+15555550101"}`)
	wantStatus(t, call, 200)
	path := "/api/v2/conversations/calls/" + call.Str(t, "id")
	got := agent.Get(t, path)
	if got.Str(t, "participants.1.state") != "connected" || got.Str(t, "participants.1.user.id") == "" || got.Str(t, "participants.0.address") != "+15555550101" {
		t.Errorf("call = %s", got.Body)
	}
	if got := agent.Patch(t, path, `{"state":"disconnected"}`); got.Status/100 != 2 {
		t.Fatalf("hang up: %d %s", got.Status, got.Body)
	}
	if got := agent.Get(t, path); got.Str(t, "participants.0.state") != "disconnected" {
		t.Errorf("after hanging up = %s", got.Body)
	}
}
