package engine_test

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestOnlyWhatIsThereHasDependencies(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	flow := created(t, admin, "/api/v2/flows", `{"name":"Doorbell","type":"INBOUNDCALL"}`)
	queue := created(t, admin, "/api/v2/routing/queues", `{"name":"Visitors"}`)
	for name, tt := range map[string]struct {
		id     string
		status int
	}{
		"a flow": {flow, 200}, "a queue, which a family keeps": {queue, 200}, "nothing": {"none", 404},
	} {
		for _, what := range []string{"requires", "requiredby", "requiredbycounts"} {
			if got := admin.Get(t, "/api/v2/dependencies/type/ANY/id/"+tt.id+"/connections/"+what); got.Status != tt.status {
				t.Errorf("%s, %s: %d %s", name, what, got.Status, got.Body)
			}
		}
	}
}

func TestVirtualAgentsArePublishedByVersion(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t, mocktest.Options{}).Admin(t)
	agent := "/api/v2/agentic/virtualagents/" + created(t, admin, "/api/v2/agentic/virtualagents", `{"name":"Porter"}`)
	job := created(t, admin, agent+"/versions/1/jobs", `{"virtualAgentVersion":{"status":"ProductionReady"}}`)
	if got := admin.Get(t, agent+"/jobs/"+job); got.Status != 200 || got.Str(t, "id") != job {
		t.Errorf("the job: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, agent+"/versions/7/jobs", `{"virtualAgentVersion":{"status":"ProductionReady"}}`); got.Status != 404 {
		t.Errorf("a version to come: %d %s", got.Status, got.Body)
	}
}
