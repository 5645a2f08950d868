package mocktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestRequestsTellWhatWasCalled(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t, "routing:queue:add")
	srv.ForgetRequests(t)

	// In place of the code under test:
	c.Post(t, "/api/v2/routing/queues", `{"name":"Support 2"}`)
	srv.Clock.Advance(time.Minute)
	c.Get(t, "/api/v2/routing/queues?name=Support")
	srv.Reset(t) // which forgets no request

	var report []string
	for _, r := range srv.Requests(t, mocktest.RequestFilter{Path: "/api/v2/"}) {
		report = append(report, fmt.Sprint(r.Method, " ", r.Path, "?", r.Query, " ", r.Status, " ", r.Code, " ", r.Operation, " ", r.At.Format("15:04")))
	}
	want := `POST /api/v2/routing/queues? 200  postRoutingQueues 12:00
GET /api/v2/routing/queues?name=Support 403 missing.any.permissions getRoutingQueues 12:01`
	if got := strings.Join(report, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	made := srv.Requests(t, mocktest.RequestFilter{Operation: "postRoutingQueues"})
	if len(made) != 1 || made[0].Body != `{"name":"Support 2"}` || !strings.Contains(made[0].Answer, `"Support 2"`) || !strings.HasPrefix(made[0].Client, "ad hoc") {
		t.Errorf("%+v", made)
	}
	if got := made[0].Header.Get("Authorization"); got != "Bearer **********" || made[0].AnswerHeader.Get("Content-Type") != "application/json" {
		t.Errorf("%v %v", made[0].Header, made[0].AnswerHeader)
	}
	after := srv.Requests(t, mocktest.RequestFilter{After: made[0].Number})
	if len(after) != 2 || after[0].Code != "missing.any.permissions" || after[1].Path != "/_mockcloud/reset" {
		t.Errorf("%+v", after)
	}
	if got := srv.Requests(t, mocktest.RequestFilter{Status: "5xx"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestRequestsReadsAllPages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	c := srv.As(t)
	srv.ForgetRequests(t)
	for range 230 {
		c.Get(t, "/api/v2/tokens/me")
	}
	all := srv.Requests(t, mocktest.RequestFilter{Path: "/api/v2/"})
	for i := 1; i < len(all); i++ {
		if all[i].Number != all[i-1].Number+1 {
			t.Fatalf("%d comes after %d", all[i].Number, all[i-1].Number)
		}
	}
	if len(all) != 230 {
		t.Errorf("%d requests", len(all))
	}
}
