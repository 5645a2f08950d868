package routing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAQueueLivesAndIsGone(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	id := create(t, admin, fields{"name": "Billing"})
	self := queues + "/" + id
	has(t, want(t, admin.Get(t, self), 200, ""), map[string]string{
		"name": "Billing", "division.id": home, "division.name": "Home", "memberCount": "0", "joinedMemberCount": "0",
		"dateCreated": "2026-01-15T12:00:00.000Z", "selfUri": self,
	})
	srv.Clock.Advance(1e9)
	changed := want(t, admin.Put(t, self, fields{"name": "Bills", "description": "Money", "skillEvaluationMethod": "BEST"}), 200, "")
	has(t, changed, map[string]string{
		"id": id, "name": "Bills", "description": "Money", "skillEvaluationMethod": "BEST",
		"dateCreated": "2026-01-15T12:00:00.000Z", "dateModified": "2026-01-15T12:00:01.000Z",
	})
	if again := admin.Get(t, self); string(again.Body) != string(changed.Body) {
		t.Errorf("read\n%s\nchanged\n%s", again.Body, changed.Body)
	}
	want(t, admin.Delete(t, self+"?forceDelete=true"), 200, "")
	for _, got := range []*mocktest.Response{admin.Get(t, self), admin.Put(t, self, fields{"name": "x"}), admin.Delete(t, self), admin.Get(t, self+"/members")} {
		want(t, got, 404, "resource.not.found")
	}
	want(t, admin.Get(t, self+"/wrapupcodes"), 404, "resource.not.found")
}

func TestWhatIsSentOfAQueueComesBackTheSame(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	id := create(t, admin, fields{
		"name": "Ringed", "scoringMethod": "PriorityOnly", "autoAnswerOnly": false, "suppressInQueueCallRecording": false,
		"acwSettings":             fields{"wrapupPrompt": "OPTIONAL"},
		"memberGroups":            []fields{{"id": "6d6f636b-0004-4000-8000-000000000002", "type": "GROUP"}},
		"queueFlow":               fields{"id": nothing},
		"routingRules":            []fields{{"operator": "ANY", "threshold": 9, "waitSeconds": 2.5}},
		"bullseye":                fields{"rings": []fields{{"expansionCriteria": []fields{{"type": "TIMEOUT_SECONDS", "threshold": 10}}}, {}}},
		"defaultScripts":          fields{"CALL": fields{"id": nothing}},
		"conditionalGroupRouting": fields{"rules": []fields{}},
		"outboundEmailAddress":    fields{"domain": fields{"id": "example.test"}, "route": fields{"id": nothing}},
		"peerId":                  "peer-1",
		"callingPartyNumber":      nil,
	})
	has(t, admin.Get(t, queues+"/"+id), map[string]string{
		"scoringMethod": "PriorityOnly", "autoAnswerOnly": "false", "suppressInQueueCallRecording": "false",
		"acwSettings": `{"wrapupPrompt":"OPTIONAL"}`, "memberGroups": `[{"id":"6d6f636b-0004-4000-8000-000000000002","type":"GROUP"}]`,
		"queueFlow.id": nothing, "routingRules": `[{"operator":"ANY","threshold":9,"waitSeconds":2.5}]`,
		"bullseye.rings.0.expansionCriteria.0.threshold": "10", "defaultScripts.CALL.id": nothing, "peerId": "peer-1",
		"outboundEmailAddress.domain.id": "example.test", "outboundEmailAddress.route.id": nothing,
		"conditionalGroupRouting": `{"rules":[]}`, "callingPartyNumber": "", "skillEvaluationMethod": "ALL",
		"mediaSettings.email.alertingTimeoutSeconds": "300",
	})

	// Guess: the source lends its settings, and nothing else.
	copied := create(t, admin, fields{"name": "Ringed Too", "sourceQueueId": id, "autoAnswerOnly": true})
	has(t, admin.Get(t, queues+"/"+copied), map[string]string{"scoringMethod": "PriorityOnly", "autoAnswerOnly": "true", "peerId": "peer-1", "memberCount": "0"})

	// Guess: what a PUT leaves out goes back to the default.
	has(t, want(t, admin.Put(t, queues+"/"+id, fields{"name": "Plain"}), 200, ""), map[string]string{"peerId": "", "scoringMethod": "TimestampAndPriority"})
}

func TestBadQueuesAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	tests := []struct {
		name   string
		body   any
		status int
		code   string
	}{
		{"a taken name", fields{"name": "sales"}, 400, "duplicate.name"},
		{"a blank name", fields{"name": " "}, 400, "invalid.name"},
		{"a long name", fields{"name": strings.Repeat("x", 257)}, 400, "invalid.name"},
		{"no name", fields{}, 400, ""},
		{"a division that is not there", fields{"name": "x", "division": fields{"id": nothing}}, 400, "resource.not.found"},
		{"a source that is not there", fields{"name": "x", "sourceQueueId": nothing}, 400, "source.queue.not.found"},
		{"an unknown method", fields{"name": "x", "skillEvaluationMethod": "WORST"}, 400, "invalid.value"},
		{"media of the wrong type", fields{"name": "x", "mediaSettings": fields{"call": 7}}, 400, ""},
		{"no JSON", `{"name":`, 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want(t, admin.Post(t, queues, tt.body), tt.status, tt.code)
		})
	}
	want(t, admin.Put(t, queues+"/"+salesQueue, fields{"name": "SUPPORT"}), 400, "duplicate.name")
	want(t, admin.Put(t, queues+"/"+salesQueue, fields{"name": "SALES"}), 200, "")
	for _, path := range []string{"/none", "/none/members", "/none/users", "/none/wrapupcodes"} {
		want(t, admin.Get(t, queues+path), 400, "invalid.id")
	}
}

func TestQueuesAreFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	create(t, admin, fields{"name": "Sales East", "peerId": "p1"})
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"", []string{"Sales", "Sales East", "Support"}},
		{"?sortOrder=desc", []string{"Support", "Sales East", "Sales"}},
		{"?name=sales", []string{"Sales"}}, // Guess: a whole name unless there are asterisks
		{"?name=sales*", []string{"Sales", "Sales East"}},
		{"?name=*EAST", []string{"Sales East"}},
		{"?name=*s*", []string{"Sales", "Sales East", "Support"}},
		{"?name=*", []string{"Sales", "Sales East", "Support"}},
		{"?name=nobody", []string{}},
		{"?name=%20SALES%20", []string{"Sales"}},
		{"?name=%20", []string{}}, // a blank is a filter that nothing answers to
		{"?name=sales&id=" + supportQueue, []string{}},
		{"?name=sales&divisionId=" + home, []string{}},
		{"?id=" + supportQueue + "&id=" + salesQueue + "&id=" + nothing + "&sortOrder=desc&pageSize=1", []string{"Support"}},
		{"?id=" + salesQueue + "," + supportQueue, []string{"Sales", "Support"}},
		{"?divisionId=" + sales, []string{"Sales"}},
		{"?divisionId=" + nothing, []string{}},
		{"?hasPeer=true", []string{"Sales East"}},
		{"?hasPeer=false", []string{"Sales", "Sales East", "Support"}},
		{"?peerId=p1&peerId=p2", []string{"Sales East"}},
		{"?cannedResponseLibraryId=x", []string{}},
		{"?pageSize=2&pageNumber=2", []string{"Support"}},
		{"?pageNumber=9", []string{}},
		{"/divisionviews?name=sales*&sortBy=name", []string{"Sales", "Sales East"}},
		{"/divisionviews?sortBy=id&id=" + supportQueue + "&id=" + salesQueue, []string{"Sales", "Support"}},
		{"/divisionviews?sortBy=divisionId&divisionId=" + sales, []string{"Sales"}},
		{"/divisionviews/all?sortOrder=desc", []string{"Support", "Sales East", "Sales"}},
	} {
		same(t, tt.query, names(t, want(t, admin.Get(t, queues+tt.query), 200, "")), tt.want)
	}
	has(t, admin.Get(t, queues+"?pageSize=2"), map[string]string{
		"total": "3", "pageCount": "2", "nextUri": queues + "?pageNumber=2&pageSize=2", "entities.0.division.name": "Sales",
	})
	want(t, admin.Get(t, queues+"?pageNumber=0"), 400, "invalid.query.param.value")
}

func TestQueuesShowAndObeyWhereTheirDivisionAllows(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	seller := srv.AsIn(t, "Sales", "routing:queue:view", "routing:queue:search", "routing:queue:edit", "routing:queue:add", "routing:queue:delete")
	same(t, "queues", names(t, seller.Get(t, queues)), []string{"Sales"})
	same(t, "search", names(t, seller.Get(t, queues+"/divisionviews")), []string{"Sales"})
	same(t, "asked for", names(t, seller.Get(t, queues+"?divisionId="+home)), []string{})
	has(t, seller.Get(t, queues), map[string]string{"total": "1"})

	support := queues + "/" + supportQueue
	want(t, seller.Get(t, queues+"/"+salesQueue), 200, "")
	want(t, seller.Get(t, support), 403, "missing.division.permission")
	want(t, seller.Put(t, support, fields{"name": "x"}), 403, "missing.any.division.permissions")
	want(t, seller.Delete(t, support), 403, "missing.division.permission")
	want(t, seller.Get(t, support+"/members"), 403, "missing.any.division.permissions")
	want(t, seller.Get(t, support+"/wrapupcodes"), 403, "missing.division.permission")
	want(t, seller.Post(t, support+"/members", ids(ben)), 403, "missing.any.division.permissions")
	want(t, seller.Post(t, queues, fields{"name": "New"}), 403, "missing.any.division.permissions")
	want(t, seller.Post(t, queues, fields{"name": "New", "division": fields{"id": sales}}), 200, "")
	want(t, seller.Put(t, queues+"/"+salesQueue, fields{"name": "Sales", "division": fields{"id": home}}), 403, "missing.any.division.permissions")
	has(t, want(t, admin.Put(t, queues+"/"+salesQueue, fields{"name": "Sales", "division": fields{"id": home}}), 200, ""), map[string]string{"division.id": home})

	manager := srv.AsIn(t, "Sales", "routing:queueMember:manage")
	want(t, manager.Post(t, support+"/members", ids(ben)), 403, "missing.any.division.permissions")

	nobody := srv.As(t)
	want(t, nobody.Get(t, queues), 403, "missing.any.permissions")
	want(t, nobody.Get(t, queues+"/divisionviews"), 403, "missing.permissions")
	want(t, srv.Anonymous().Get(t, queues), 401, "authentication.required")
}

func TestOnesOwnQueues(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	agent := srv.AsUser(t, "agent1@mockcloud.test")
	same(t, "queues", names(t, want(t, agent.Get(t, queues+"/me"), 200, "")), []string{"Sales", "Support"})
	want(t, admin.Patch(t, queues+"/"+salesQueue+"/members/"+alex, fields{"joined": false}), 202, "")
	same(t, "joined", names(t, agent.Get(t, queues+"/me?joined=true")), []string{"Support"})
	same(t, "left", names(t, agent.Get(t, queues+"/me?joined=false")), []string{"Sales"})
	same(t, "descending", names(t, agent.Get(t, queues+"/me?sortOrder=desc")), []string{"Support", "Sales"})
	has(t, agent.Get(t, queues+"/me"), map[string]string{"entities.0.joined": "false", "entities.1.joined": "true", "total": "2"})
	want(t, admin.Get(t, queues+"/me"), 400, "not.a.user")
}

func TestADivisionWithQueuesCannotBeDeleted(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	division := want(t, admin.Post(t, "/api/v2/authorization/divisions", fields{"name": "North"}), 200, "").Str(t, "id")
	for i, body := range []fields{{"name": "N", "division": fields{"id": division}}} {
		id := create(t, admin, body)
		want(t, admin.Delete(t, "/api/v2/authorization/divisions/"+division), 400, "")
		want(t, admin.Delete(t, queues+"/"+id), 200, "")
		code := want(t, admin.Post(t, codes, fields{"name": fmt.Sprint("C", i), "division": fields{"id": division}}), 200, "").Str(t, "id")
		want(t, admin.Delete(t, "/api/v2/authorization/divisions/"+division), 400, "")
		want(t, admin.Delete(t, codes+"/"+code), 200, "")
	}
	want(t, admin.Delete(t, "/api/v2/authorization/divisions/"+division), 204, "")
}

// What a caller may not see, it does not get by making something of it.
func TestAnotherDivisionsThingsCannotBeCopied(t *testing.T) {
	t.Parallel()
	srv, admin := start(t)
	const sales, support = "6d6f636b-0002-4000-8000-000000000002", "6d6f636b-0002-4000-8000-000000000003"
	hidden := create(t, admin, fields{"name": "Hidden", "description": "nobody's business", "divisionId": nil, "division": fields{"id": support}})
	code := admin.Post(t, "/api/v2/routing/wrapupcodes", fields{"name": "Hidden Code", "division": fields{"id": support}}).Str(t, "id")
	own := create(t, admin, fields{"name": "Own", "division": fields{"id": sales}})
	seller := srv.AsIn(t, "Sales", "routing:queue:add", "routing:queue:view", "routing:queue:edit", "routing:wrapupCode:view")
	if got := seller.Get(t, queues+"/"+hidden); got.Status != 403 {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	if got := seller.Post(t, queues, fields{"name": "Copied", "sourceQueueId": hidden, "division": fields{"id": sales}}); got.Status != 400 || got.Str(t, "code") != "source.queue.not.found" {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	if got := seller.Post(t, queues+"/"+own+"/wrapupcodes", []fields{{"id": code}}); got.Status != 404 {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}
