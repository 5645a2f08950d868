package engine_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestJobsAreDoneAtOnce(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	const interval = `"interval":"2026-01-01T00:00:00.000Z/2026-02-01T00:00:00.000Z"`
	tests := []struct {
		path, body string
		id         string // the property of the answer that names the job
		how, done  string // the property of the job that says how it stands, and what that is
		results    string // where they are, below the job
		list       string // the property of the results that holds them
		gone       bool   // the job can be deleted
	}{
		{"/analytics/conversations/details/jobs", `{` + interval + `}`, "jobId", "state", "FULFILLED", "/results", "conversations", true},
		{"/analytics/users/aggregates/jobs", `{` + interval + `,"metrics":["tAgentRoutingStatus"]}`, "jobId", "state", "FULFILLED", "/results", "results", true},
		{"/audits/query", `{` + interval + `,"serviceName":"Architect"}`, "id", "state", "Succeeded", "/results", "entities", false},
		{"/usage/query", `{` + interval + `}`, "executionId", "", "", "/results", "results", false},
		{"/externalcontacts/contacts/exports", `{}`, "id", "status", "SUCCEEDED", "", "", false},
		{"/recording/jobs", `{"action":"EXPORT","actionDate":"2026-02-01T00:00:00.000Z","conversationQuery":{` + interval + `}}`, "id", "state", "READY", "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			started := admin.Post(t, "/api/v2"+tt.path, tt.body)
			id := started.Str(t, tt.id)
			if started.Status/100 != 2 || id == "" {
				t.Fatalf("started: %d %s", started.Status, started.Body)
			}
			job := "/api/v2" + tt.path + "/" + id
			if tt.how != "" {
				if got := admin.Get(t, job); got.Status != 200 || got.Str(t, tt.how) != tt.done {
					t.Errorf("job: %d %s", got.Status, got.Body)
				}
				wantStatus(t, admin.Get(t, "/api/v2"+tt.path+"/nowhere"), 404)
			}
			if tt.results != "" {
				if got := admin.Get(t, job+tt.results); got.Status != 200 || got.Str(t, tt.list) != "[]" {
					t.Errorf("results: %d %s", got.Status, got.Body)
				}
				wantStatus(t, admin.Get(t, "/api/v2"+tt.path+"/nowhere"+tt.results), 404)
			}
			if tt.gone {
				if got := admin.Delete(t, job); got.Status/100 != 2 {
					t.Errorf("deleted: %d %s", got.Status, got.Body)
				}
				wantStatus(t, admin.Get(t, job), 404)
			}
		})
	}
}

func TestBulkJobsOfWorkItemsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	bin := admin.Post(t, "/api/v2/taskmanagement/workbins", `{"name":"Claims"}`)
	schema := admin.Post(t, "/api/v2/taskmanagement/workitems/schemas", `{"version":1,"jsonSchema":{"$schema":"http://json-schema.org/draft-04/schema#","title":"Claim","description":"","type":"object","properties":{}}}`)
	kind := admin.Post(t, "/api/v2/taskmanagement/worktypes", `{"name":"Claim","defaultWorkbinId":"`+bin.Str(t, "id")+`","schemaId":"`+schema.Str(t, "id")+`"}`)
	if kind.Status/100 != 2 {
		t.Fatalf("work type: %d %s", kind.Status, kind.Body)
	}
	item := func(name string) string {
		return `{"name":"` + name + `","typeId":"` + kind.Str(t, "id") + `","workbinId":"` + bin.Str(t, "id") + `"}`
	}
	job := admin.Post(t, "/api/v2/taskmanagement/workitems/bulk/add/jobs", `{"entities":[`+item("a")+`,`+item("b")+`]}`)
	if job.Str(t, "state") != "Succeeded" || job.Str(t, "action") != "AddWorkitems" || job.Str(t, "successfulCount") != "2" {
		t.Fatalf("job = %d %s", job.Status, job.Body)
	}
	results := admin.Get(t, "/api/v2/taskmanagement/workitems/bulk/add/jobs/"+job.Str(t, "id")+"/results")
	first := results.Str(t, "results.0.entity.id")
	if results.Str(t, "results.1.entity.name") != "b" || results.Str(t, "errorCount") != "0" || first == "" {
		t.Errorf("results = %s", results.Body)
	}
	wantStatus(t, admin.Get(t, "/api/v2/taskmanagement/workitems/"+first), 200)

	ended := admin.Post(t, "/api/v2/taskmanagement/workitems/bulk/terminate/jobs", `{"entities":[{"id":"`+first+`"},{"id":"nowhere"}]}`)
	if ended.Str(t, "failedCount") != "1" || ended.Str(t, "totalCount") != "2" {
		t.Errorf("job = %d %s", ended.Status, ended.Body)
	}
	if got := admin.Get(t, "/api/v2/taskmanagement/workitems/"+first); got.Str(t, "dateClosed") == "" {
		t.Errorf("work item = %s", got.Body)
	}
	got := admin.Get(t, "/api/v2/taskmanagement/workitems/bulk/terminate/jobs/"+ended.Str(t, "id")+"/results")
	if got.Str(t, "errorIndexes") != "[1]" || got.Str(t, "results.1.error.code") == "" {
		t.Errorf("results = %s", got.Body)
	}
}

func TestContactsAreChangedAndRemovedByJobs(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	list := admin.Post(t, "/api/v2/outbound/contactlists", `{"name":"Leads","columnNames":["City","Phone"],"phoneColumns":[{"columnName":"Phone","type":"cell"}]}`)
	id := list.Str(t, "id")
	path := "/api/v2/outbound/contactlists/" + id
	contact := func(city string) map[string]any {
		return map[string]any{"contactListId": id, "data": map[string]string{"City": city, "Phone": "+15555550100"}}
	}
	wantStatus(t, admin.Post(t, path+"/contacts", []map[string]any{contact("Kiel"), contact("Ulm"), contact("Ulm")}), 200)
	criteria := func(city string) string {
		return `"criteria":{"filterType":"AND","clauses":[{"filterType":"AND","predicates":[{"column":"City","columnType":"alphabetic","operator":"EQUALS","value":"` + city + `"}]}]}`
	}
	changed := admin.Post(t, path+"/contacts/bulk/update", `{`+criteria("Ulm")+`,"contact":{"contactListId":"`+id+`","data":{"City":"Bonn"}}}`)
	if changed.Str(t, "state") != "Complete" || changed.Str(t, "completedRecords") != "2" || changed.Str(t, "type") != "BulkEdit" || changed.Str(t, "percentComplete") != "100" {
		t.Errorf("changed = %d %s", changed.Status, changed.Body)
	}
	removed := admin.Post(t, path+"/contacts/bulk/remove", `{`+criteria("Kiel")+`}`)
	if removed.Str(t, "completedRecords") != "1" {
		t.Errorf("removed = %d %s", removed.Status, removed.Body)
	}
	wantStatus(t, admin.Post(t, path+"/export", `{}`), 200)
	sheet, _ := saved(t, admin, admin.Get(t, path+"/export").Str(t, "uri"))
	if strings.Count(sheet, ",Bonn,+15555550100") != 2 || strings.Count(sheet, "\n") != 3 {
		t.Errorf("contacts = %q", sheet)
	}
	if got := admin.Get(t, path+"/contacts/bulk/jobs"); !strings.Contains(string(got.Body), removed.Str(t, "id")) {
		t.Errorf("jobs = %s", got.Body)
	}
	if got := admin.Post(t, path+"/contacts/bulk/remove", `{"contactListFilterId":"nowhere"}`); got.Status != 400 || got.Str(t, "code") != "invalid.contact.list.filter" {
		t.Errorf("an unknown filter: %d %s", got.Status, got.Body)
	}
}

func TestWhatIsComputedIsEmptyButWellFormed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, person := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")
	me := person.Get(t, "/api/v2/users/me").Str(t, "id")
	const interval = `"interval":"2026-01-01T00:00:00.000Z/2026-02-01T00:00:00.000Z"`
	tests := []struct {
		as                 *mocktest.Client
		method, path, body string
		want               map[string]string
	}{
		{admin, "GET", "/date", "", map[string]string{"currentDate": "2026-01-15T12:00:00.000Z"}},
		{admin, "GET", "/timezones?pageSize=2&pageNumber=2", "", map[string]string{"entities.0.id": "Africa/Addis_Ababa", "total": "419", "pageNumber": "2"}},
		{admin, "GET", "/ipranges", "", map[string]string{"entities": "[]"}},
		{admin, "POST", "/analytics/queues/observations/query", `{"filter":{"type":"or","predicates":[{"dimension":"queueId","value":"x"}]},"metrics":["oWaiting"]}`, map[string]string{"results": "[]"}},
		{admin, "POST", "/analytics/conversations/details/query", `{` + interval + `}`, map[string]string{"conversations": "[]", "totalHits": "0"}},
		{person, "GET", "/voicemail/mailbox", "", map[string]string{"totalCount": "0", "unreadCount": "0"}},
		{person, "GET", "/fax/summary", "", map[string]string{"readCount": "0", "totalCount": "0"}},
		{admin, "GET", "/gamification/scorecards/users/" + me + "/attendance?startWorkday=2026-01-01&endWorkday=2026-01-02", "", map[string]string{"entities": "[]"}},
		{admin, "GET", "/gamification/scorecards/users/" + me + "/points/alltime?endWorkday=2026-01-02", "", map[string]string{"user.id": me, "dateEndWorkday": "2026-01-02"}},
		{admin, "GET", "/users/" + me + "/adjacents", "", map[string]string{"superiors": "[]", "siblings": "[]", "directReports": "[]"}},
		{admin, "GET", "/analytics/conversations/details/jobs/availability", "", map[string]string{"dataAvailabilityDate": "2026-01-15T12:00:00.000Z"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			var body any
			if tt.body != "" {
				body = tt.body
			}
			got := tt.as.Do(t, tt.method, "/api/v2"+tt.path, body, http.Header{"Content-Type": {"application/json"}})
			if got.Status != 200 {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			for name, want := range tt.want {
				if got.Str(t, name) != want {
					t.Errorf("%s = %s, want %s\n%s", name, got.Str(t, name), want, got.Body)
				}
			}
			if again := tt.as.Do(t, tt.method, "/api/v2"+tt.path, body, http.Header{"Content-Type": {"application/json"}}); string(again.Body) != string(got.Body) {
				t.Errorf("the second time %s", again.Body)
			}
		})
	}
}

func TestConversationsHaveDetails(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	queue := admin.Post(t, "/api/v2/routing/queues", `{"name":"Bookings"}`)
	made := admin.Post(t, "/api/v2/conversations/callbacks", `{"queueId":"`+queue.Str(t, "id")+`","callbackNumbers":["+15555550100"],"callbackUserName":"Ann"}`)
	id := made.Str(t, "conversation.id")
	if made.Status/100 != 2 || id == "" {
		t.Fatalf("callback: %d %s", made.Status, made.Body)
	}
	one := admin.Get(t, "/api/v2/analytics/conversations/"+id+"/details")
	if one.Status != 200 || one.Str(t, "conversationId") != id || !strings.Contains(string(one.Body), `"mediaType":"callback"`) {
		t.Errorf("details: %d %s", one.Status, one.Body)
	}
	query := func(interval, filter string) *mocktest.Response {
		return admin.Post(t, "/api/v2/analytics/conversations/details/query", `{"interval":"`+interval+`"`+filter+`}`)
	}
	const january, may = "2026-01-01T00:00:00.000Z/2026-02-01T00:00:00.000Z", "2025-05-01T00:00:00.000Z/2025-06-01T00:00:00.000Z"
	filter := func(dimension, value string) string {
		return `,"segmentFilters":[{"type":"and","predicates":[{"type":"dimension","dimension":"` + dimension + `","operator":"matches","value":"` + value + `"}]}]`
	}
	tests := []struct{ name, interval, filter, want string }{
		{"in the interval", january, "", "1"},
		{"outside of it", may, "", "0"},
		{"by its queue", january, filter("queueId", queue.Str(t, "id")), "1"},
		{"by another queue", january, filter("queueId", "00000000-0000-4000-8000-000000000000"), "0"},
		{"by its medium", january, filter("mediaType", "callback"), "1"},
		{"past the end", january, `,"paging":{"pageSize":25,"pageNumber":9}`, "1"},
	}
	for _, tt := range tests {
		if got := query(tt.interval, tt.filter); got.Str(t, "totalHits") != tt.want {
			t.Errorf("%s: %d %s", tt.name, got.Status, got.Body)
		}
	}
	job := admin.Post(t, "/api/v2/analytics/conversations/details/jobs", `{"interval":"`+january+`"}`)
	results := "/api/v2/analytics/conversations/details/jobs/" + job.Str(t, "jobId") + "/results"
	if got := admin.Get(t, results); got.Str(t, "conversations.0.conversationId") != id || got.Str(t, "cursor") != "" {
		t.Errorf("results = %s", got.Body)
	}
	if got := admin.Get(t, results+"?cursor=x"); got.Status != 400 {
		t.Errorf("a bad cursor: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Get(t, "/api/v2/analytics/conversations/nowhere/details"), 404)
}

func TestSchedulesAreSharedAsCalendars(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	person := srv.AsUser(t, "admin@mockcloud.test")
	const path = "/api/v2/workforcemanagement/calendar/url/ics"
	wantStatus(t, person.Get(t, path), 404)
	made := person.Post(t, path, nil)
	address := made.Str(t, "calendarUrl")
	if again := person.Post(t, path, nil).Str(t, "calendarUrl"); again != address || address == "" {
		t.Errorf("address = %q, then %q", address, again)
	}
	got := srv.Anonymous().Get(t, address)
	if got.Status != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/calendar") || !strings.Contains(string(got.Body), "BEGIN:VCALENDAR\r\n") {
		t.Errorf("calendar: %d %s", got.Status, got.Body)
	}
	forged, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := forged.Query()
	q.Set("calendarId", q.Get("calendarId")[:20]+"x")
	wantStatus(t, srv.Anonymous().Get(t, forged.Path+"?"+q.Encode()), 404)
	wantStatus(t, person.Delete(t, path), 204)
	wantStatus(t, person.Get(t, path), 404)
}

func TestStrangersGetAndPutNothing(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	prompt := admin.Post(t, "/api/v2/architect/prompts", `{"name":"Welcome"}`)
	resources := "/api/v2/architect/prompts/" + prompt.Str(t, "id") + "/resources"
	wantStatus(t, admin.Post(t, resources, `{"language":"en-us"}`), 200)
	asked := admin.Post(t, resources+"/en-us/uploads", nil)
	var s signed
	asked.JSON(t, &s)
	changed := func(address, name, value string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	huge := bytesOf(10<<20 + 1)
	puts := []struct {
		name, method, address string
		headers               map[string]string
		body                  []byte
		status                int
	}{
		{"without the header", http.MethodPut, s.URL, nil, []byte("x"), 403},
		{"another signature", http.MethodPut, changed(s.URL, "X-Amz-Signature", "x"), s.Headers, []byte("x"), 403},
		{"too large", http.MethodPut, s.URL, s.Headers, huge, 400},
		{"with POST", http.MethodPost, s.URL, s.Headers, []byte("x"), 405},
	}
	for _, tt := range puts {
		if got := send(t, tt.method, tt.address, tt.headers, tt.body); got.StatusCode != tt.status {
			t.Errorf("%s: %d %s", tt.name, got.StatusCode, got.text)
		}
	}
	if got := admin.Get(t, resources+"/en-us"); got.Str(t, "uploadStatus") != "created" {
		t.Errorf("resource = %s", got.Body)
	}
	for _, content := range []string{"first", "<script>alert(1)</script>"} { // storage lets a file be put again
		headers := map[string]string{"Content-Type": "text/html"}
		maps.Copy(headers, s.Headers)
		if got := send(t, http.MethodPut, s.URL, headers, []byte(content)); got.StatusCode != 200 {
			t.Errorf("put: %d %s", got.StatusCode, got.text)
		}
	}
	address := admin.Get(t, resources+"/en-us").Str(t, "mediaUri")
	content, got := saved(t, admin, address)
	if content != "<script>alert(1)</script>" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a page of a stranger: %q %v", content, got.Header)
	}
	if got := send(t, http.MethodGet, address, nil, nil); got.StatusCode != 401 {
		t.Errorf("a lasting address without a token: %d", got.StatusCode)
	}

	first := send(t, http.MethodGet, address, map[string]string{"Authorization": "Bearer " + admin.Token}, nil)
	file := first.Header.Get("Location")
	u, err := url.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	gets := []struct {
		name, method, address string
		status                int
	}{
		{"as it is", http.MethodGet, file, 200},
		{"only the headers", http.MethodHead, file, 200},
		{"the file of something else", http.MethodGet, changed(file, "of", "/users/x"), 403},
		{"for longer", http.MethodGet, changed(file, "X-Amz-Expires", "99999999"), 403},
		{"no signature", http.MethodGet, changed(file, "X-Amz-Signature", ""), 403},
		{"another name", http.MethodGet, strings.Replace(file, u.Path, u.Path+"x", 1), 403},
		{"another organization", http.MethodGet, strings.Replace(file, "/downloads/", "/downloads/x", 1), 403},
		{"with PUT", http.MethodPut, file, 405},
		{"nothing at all", http.MethodGet, srv.URL + "/downloads/", 403},
	}
	for _, tt := range gets {
		if got := send(t, tt.method, tt.address, nil, nil); got.StatusCode != tt.status {
			t.Errorf("%s: %d %s", tt.name, got.StatusCode, got.text)
		}
	}
	part := send(t, http.MethodGet, file, map[string]string{"Range": "bytes=0-6"}, nil)
	if got := part.text; part.StatusCode != 206 || got != "<script" {
		t.Errorf("a part: %d %q", part.StatusCode, got)
	}
	srv.Clock.Advance(time.Hour)
	if got := send(t, http.MethodGet, file, nil, nil); got.StatusCode != 403 || !strings.Contains(got.text, "expired") {
		t.Errorf("too late: %d", got.StatusCode)
	}
	if got := send(t, http.MethodPut, s.URL, s.Headers, []byte("x")); got.StatusCode != 403 {
		t.Errorf("put too late: %d", got.StatusCode)
	}
}

func bytesOf(n int) []byte { return make([]byte, n) }

func TestQueriesOfJobsFindWhatIsStored(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	bin := admin.Post(t, "/api/v2/taskmanagement/workbins", `{"name":"Claims"}`)
	schema := admin.Post(t, "/api/v2/taskmanagement/workitems/schemas", `{"version":1,"jsonSchema":{"$schema":"http://json-schema.org/draft-04/schema#","title":"Claim","description":"","type":"object","properties":{}}}`)
	kind := admin.Post(t, "/api/v2/taskmanagement/worktypes", `{"name":"Claim","defaultWorkbinId":"`+bin.Str(t, "id")+`","schemaId":"`+schema.Str(t, "id")+`"}`)
	for _, name := range []string{"roof", "cellar"} {
		got := admin.Post(t, "/api/v2/taskmanagement/workitems", `{"name":"`+name+`","typeId":"`+kind.Str(t, "id")+`","workbinId":"`+bin.Str(t, "id")+`"}`)
		if got.Status/100 != 2 {
			t.Fatalf("work item: %d %s", got.Status, got.Body)
		}
	}
	query := func(filter string) *mocktest.Response {
		job := admin.Post(t, "/api/v2/taskmanagement/workitems/query/jobs", `{"filters":[`+filter+`]}`)
		if job.Str(t, "state") == "" {
			t.Fatalf("job: %d %s", job.Status, job.Body)
		}
		return admin.Get(t, "/api/v2/taskmanagement/workitems/query/jobs/"+job.Str(t, "id")+"/results")
	}
	if got := query(`{"name":"workbinId","type":"String","operator":"EQ","values":["` + bin.Str(t, "id") + `"]}`); got.Str(t, "entities.1.name") != "cellar" {
		t.Errorf("by the bin: %d %s", got.Status, got.Body)
	}
	if got := query(`{"name":"name","type":"String","operator":"EQ","values":["roof"]}`); got.Str(t, "entities.0.name") != "roof" || got.Str(t, "entities.1") != "" {
		t.Errorf("by the name: %d %s", got.Status, got.Body)
	}
	if got := query(`{"name":"workbinId","type":"String","operator":"EQ","values":["nowhere"]}`); got.Str(t, "entities") != "[]" {
		t.Errorf("by another bin: %d %s", got.Status, got.Body)
	}
	cases := admin.Post(t, "/api/v2/casemanagement/cases/query/jobs", `{"filters":[]}`)
	if got := admin.Get(t, "/api/v2/casemanagement/cases/query/jobs/"+cases.Str(t, "id")+"/results"); got.Status != 200 || got.Str(t, "entities") != "[]" {
		t.Errorf("cases: %d %s", got.Status, got.Body)
	}
}
