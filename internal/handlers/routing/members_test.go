package routing_test

import (
	"fmt"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestTheWorkshopsActionReadsThePresencesOfAQueue(t *testing.T) {
	t.Parallel()
	srv, _ := start(t)
	action := srv.As(t, "routing:queue:view")
	got := want(t, action.Get(t, queues+"/"+supportQueue+"/members?expand=presence"), 200, "")
	same(t, "presences", presences(t, got), []string{"Meal", "On Queue", "Offline", "Available"})
	same(t, "names", names(t, got), []string{"Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor"})

	plain := want(t, action.Get(t, queues+"/"+supportQueue+"/members"), 200, "")
	same(t, "presences without expand", presences(t, plain), []string{})

	has(t, action.Get(t, queues+"/"+supportQueue+"/members?expand=routingStatus&expand=conversationSummary,profileSkills"), map[string]string{
		"entities.1.routingStatus.status": "IDLE", "entities.1.user.routingStatus.status": "IDLE", "entities.0.routingStatus.status": "OFF_QUEUE",
		"entities.1.user.presence": "", "entities.1.user.conversationSummary.call.contactCenter.active": "0", "entities.1.user.profileSkills": "[]",
	})
}

func TestMembersAreFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	members := queues + "/" + supportQueue + "/members"
	want(t, admin.Patch(t, members+"/"+ben, fields{"joined": false}), 202, "")
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"?sortOrder=desc", []string{"Sue Supervisor", "Ben Builder", "Alex Agent", "Aki Agent"}},
		{"?sortOrder=desc&pageSize=1&pageNumber=2", []string{"Ben Builder"}},
		{"?name=AGENT", []string{"Aki Agent", "Alex Agent"}}, // Guess: a part of the name will do
		{"?joined=true", []string{"Aki Agent", "Alex Agent", "Sue Supervisor"}},
		{"?joined=false", []string{"Ben Builder"}},
		{"?memberBy=user&pageNumber=1&pageSize=100", []string{"Aki Agent", "Alex Agent", "Ben Builder", "Sue Supervisor"}},
		{"?memberBy=group&pageNumber=1&pageSize=100", []string{}},
		{"?routingStatus=IDLE,INTERACTING", []string{"Alex Agent"}},
		{"?presence=Meal&presence=offline", []string{"Aki Agent", "Ben Builder"}},
		{"?presence=ON_QUEUE", []string{"Alex Agent"}},
		{"?presence=6a3af858-942f-489d-9700-5f9bcdcdae9b", []string{"Sue Supervisor"}},
		{"?presence=none", []string{}},
		{"?skills=x", []string{}},
		{"?languages=x", []string{}},
		{"?skills=" + billing, []string{"Alex Agent", "Sue Supervisor"}},
		{"?skills=billing&languages=spanish", []string{"Alex Agent"}},
		{"?skills=Returns," + billing, []string{"Sue Supervisor"}},
		{"?languages=English&joined=true&pageSize=2&pageNumber=2", []string{"Sue Supervisor"}},
		{"?languages=Billing", []string{}}, // which is a skill
		{"?languages=Portuguese", []string{}},
		{"?skills=Billing&skills=x", []string{}},
		{"?profileSkills=x", []string{}},
		{"?pageSize=3", []string{"Aki Agent", "Alex Agent", "Ben Builder"}},
		{"?pageSize=3&pageNumber=2", []string{"Sue Supervisor"}},
		{"?pageSize=3&pageNumber=3", []string{}},
		{"?joined=true&pageSize=2&pageNumber=2", []string{"Sue Supervisor"}},
	} {
		got := want(t, admin.Get(t, members+tt.query), 200, "")
		same(t, tt.query, names(t, got), tt.want)
		older := want(t, admin.Get(t, queues+"/"+supportQueue+"/users"+tt.query), 200, "")
		same(t, "older: "+tt.query, names(t, older), tt.want)
	}
	has(t, admin.Get(t, members+"?pageSize=3"), map[string]string{"nextUri": members + "?pageNumber=2&pageSize=3", "previousUri": "", "total": ""})
	has(t, admin.Get(t, members+"?pageSize=3&pageNumber=2"), map[string]string{"nextUri": "", "previousUri": members + "?pageNumber=1&pageSize=3"})
	has(t, admin.Get(t, queues+"/"+supportQueue+"/users?pageSize=3"), map[string]string{"total": "4", "pageCount": "2"})
	want(t, admin.Get(t, members+"?expand=shoes"), 400, "invalid.query.param.value")
}

// counts are the numbers of members in a queue: all, and those who have joined.
func counts(t *testing.T, c *mocktest.Client, queue string) string {
	t.Helper()
	got := want(t, c.Get(t, queues+"/"+queue), 200, "")
	if got.Str(t, "memberCount") != got.Str(t, "userMemberCount") {
		t.Errorf("members and users differ: %s", got.Body)
	}
	return got.Str(t, "memberCount") + " " + got.Str(t, "joinedMemberCount")
}

func TestMembersComeJoinAndGo(t *testing.T) {
	t.Parallel()
	for path, added := range map[string]int{"members": 200, "users": 204} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, admin := start(t)
			queue := create(t, admin, fields{"name": "Fresh"})
			members := queues + "/" + queue + "/" + path
			want(t, admin.Post(t, members, ids(alex, aki, alex)), added, "")
			want(t, admin.Post(t, members+"?delete=false", ids(aki, sue)), added, "")
			same(t, "counts", []string{counts(t, admin, queue)}, []string{"3 3"})

			got := want(t, admin.Patch(t, members, []fields{{"id": alex, "joined": false}, {"id": aki, "joined": true}}), 200, "")
			has(t, got, map[string]string{"entities.0.id": alex, "entities.0.joined": "false", "entities.1.joined": "true"})
			same(t, "counts", []string{counts(t, admin, queue)}, []string{"3 2"})

			want(t, admin.Patch(t, members+"/"+sue, fields{"id": sue, "ringNumber": 4}), 202, "")
			has(t, admin.Get(t, members), map[string]string{
				"entities.0.id": aki, "entities.0.ringNumber": "1", "entities.0.memberBy": "user",
				"entities.2.id": sue, "entities.2.ringNumber": "4", "entities.2.user.email": "supervisor@mockcloud.test",
			})

			want(t, admin.Delete(t, members+"/"+alex), map[string]int{"members": 204, "users": 200}[path], "")
			want(t, admin.Delete(t, members+"/"+alex), 404, "resource.not.found")
			want(t, admin.Post(t, members+"?delete=true", ids(sue, ben)), added, "") // Ben never was one
			same(t, "counts", []string{counts(t, admin, queue)}, []string{"1 1"})
		})
	}
}

func TestBadChangesOfMembersAreRefused(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	members := queues + "/" + supportQueue + "/members"
	var many []fields
	for i := range 101 {
		many = append(many, fields{"id": fmt.Sprintf("6d6f636b-0005-4000-8000-0000000%05d", i), "joined": true})
	}
	tests := []struct {
		name, method, path string
		body               any
		status             int
		code               string
	}{
		{"adding nobody", "POST", members, []fields{}, 400, "bad.request"},
		{"adding too many", "POST", members, many, 400, "bad.request"},
		{"adding who does not exist", "POST", members, ids(ada, nothing), 404, "resource.not.found"},
		{"joining without saying so", "PATCH", members, ids(alex), 400, "bad.request"},
		{"joining too many", "PATCH", members, many, 400, "bad.request"},
		{"joining who is no member", "PATCH", members, []fields{{"id": ada, "joined": true}}, 404, "resource.not.found"},
		{"changing nothing", "PATCH", members + "/" + alex, fields{}, 400, "bad.request"},
		{"a ring that is not there", "PATCH", members + "/" + alex, fields{"ringNumber": 7}, 400, "bad.request"},
		{"changing who is no member", "PATCH", members + "/" + ada, fields{"joined": true}, 404, "resource.not.found"},
		{"a queue that is not there", "POST", queues + "/" + nothing + "/members", ids(alex), 404, "resource.not.found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, admin.Do(t, tt.method, tt.path, tt.body, map[string][]string{"Content-Type": {"application/json"}}), tt.status, tt.code)
		})
	}
	same(t, "counts after refusals", []string{counts(t, admin, supportQueue)}, []string{"4 4"})
}

func TestAMemberIsRenamedAndDeletedWithTheUser(t *testing.T) {
	t.Parallel()
	_, admin := start(t)
	members := queues + "/" + supportQueue + "/members"
	want(t, admin.Patch(t, "/api/v2/users/"+aki, fields{"name": "Zoe Agent", "version": 1}), 200, "")
	same(t, "names", names(t, admin.Get(t, members)), []string{"Alex Agent", "Ben Builder", "Sue Supervisor", "Zoe Agent"})
	want(t, admin.Delete(t, "/api/v2/users/"+alex), 200, "")
	same(t, "names", names(t, admin.Get(t, members)), []string{"Ben Builder", "Sue Supervisor", "Zoe Agent"})
	same(t, "counts", []string{counts(t, admin, supportQueue), counts(t, admin, salesQueue)}, []string{"3 3", "1 1"})
	want(t, admin.Post(t, members, ids(alex)), 404, "resource.not.found")

	want(t, admin.Delete(t, queues+"/"+salesQueue), 200, "")
	has(t, want(t, admin.Get(t, "/api/v2/users/"+sue+"/queues"), 200, ""), map[string]string{"total": "1", "entities.0.name": "Support"})
}
