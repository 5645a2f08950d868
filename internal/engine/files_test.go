package engine_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// send sends a file, or asks for one, as the storage of the real service is spoken
// to: without a token.
func send(t *testing.T, method, address string, headers map[string]string, body []byte) *stored {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	got, err := http.DefaultTransport.RoundTrip(r) // no redirects
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	content, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &stored{got.StatusCode, got.Header, string(content)}
}

// stored is an answer of the storage.
type stored struct {
	StatusCode int
	Header     http.Header
	text       string
}

// signed is the answer of an operation that hands out where to put a file.
type signed struct {
	URL, UploadURL, UploadURI, PresignedURL, UploadDestinationURI string
	Headers, UploadHeaders                                        map[string]string
}

func (s signed) address() string {
	return s.URL + s.UploadURL + s.UploadURI + s.PresignedURL + s.UploadDestinationURI
}

func (s signed) headers() map[string]string {
	if s.Headers != nil {
		return s.Headers
	}
	return s.UploadHeaders
}

// put puts a file where an answer says.
func put(t *testing.T, got *mocktest.Response, content string) *stored {
	t.Helper()
	var s signed
	got.JSON(t, &s)
	if s.address() == "" {
		t.Fatalf("nowhere to put a file: %s", got.Body)
	}
	return send(t, http.MethodPut, s.address(), s.headers(), []byte(content))
}

// saved gets a file through its lasting address, as a client does that follows
// redirects.
func saved(t *testing.T, client *mocktest.Client, address string) (string, *stored) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		t.Fatalf("address %q: %v", address, err)
	}
	first := send(t, http.MethodGet, address, map[string]string{"Authorization": "Bearer " + client.Token}, nil)
	if first.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", address, first.StatusCode, first.text)
	}
	got := send(t, http.MethodGet, first.Header.Get("Location"), nil, nil)
	return got.text, got
}

const dayColumns = `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["key"],"properties":{
	"key":{"title":"day","type":"string","displayOrder":0},"zone":{"title":"zone","type":"string","displayOrder":2,"default":"north"},"open":{"title":"open","type":"boolean","displayOrder":1}}}`

func TestRowsOfADataTableAreImportedAndExported(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	table := admin.Post(t, "/api/v2/flows/datatables", `{"name":"Days","schema":`+dayColumns+`}`)
	path := "/api/v2/flows/datatables/" + table.Str(t, "id")
	wantStatus(t, admin.Post(t, path+"/rows", `{"key":"old","zone":"west"}`), 200)

	job := admin.Post(t, path+"/import/jobs", `{"importMode":"ReplaceAll","status":"WaitingForUpload"}`)
	if job.Str(t, "status") != "WaitingForUpload" || job.Str(t, "dateCompleted") != "" {
		t.Fatalf("job = %d %s", job.Status, job.Body)
	}
	jobPath := path + "/import/jobs/" + job.Str(t, "id")
	if got := put(t, job, "\ufeffkey,open,zone\na,true,\n\"b, c\",FALSE,south\n,true,x\nd,maybe,x\n"); got.StatusCode != 200 || got.Header.Get("ETag") == "" {
		t.Fatalf("put: %d %s", got.StatusCode, got.text)
	}
	done := admin.Get(t, jobPath)
	if done.Str(t, "status") != "Succeeded" || done.Str(t, "countRecordsUpdated") != "2" || done.Str(t, "countRecordsFailed") != "2" || done.Str(t, "countRecordsDeleted") != "1" {
		t.Errorf("job = %s", done.Body)
	}
	if got := admin.Get(t, path+"/rows?showbrief=false"); got.Str(t, "total") != "2" || got.Str(t, "entities.0.zone") != "north" || got.Str(t, "entities.1.key") != "b, c" {
		t.Errorf("rows = %s", got.Body)
	}

	export := admin.Post(t, path+"/export/jobs", nil)
	if export.Str(t, "status") != "Succeeded" || export.Str(t, "countRecordsProcessed") != "2" {
		t.Errorf("export = %d %s", export.Status, export.Body)
	}
	address := admin.Get(t, path+"/export/jobs/"+export.Str(t, "id")).Str(t, "downloadURI")
	sheet, got := saved(t, admin, address)
	lines, err := csv.NewReader(strings.NewReader(sheet)).ReadAll()
	if err != nil || len(lines) != 3 || strings.Join(lines[0], "|") != "key|open|zone" || strings.Join(lines[2], "|") != "b, c|false|south" {
		t.Errorf("export = %d %q, %v", got.StatusCode, sheet, err)
	}
	if kind := got.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Errorf("type = %s", kind)
	}

	broken := []struct{ name, content string }{{"no headings", ""}, {"no key", "zone\nx\n"}, {"a column that is not there", "key,colour\na,red\n"}}
	for _, tt := range broken {
		job := admin.Post(t, path+"/import/jobs", `{"importMode":"ReplaceAll","status":"WaitingForUpload"}`)
		put(t, job, tt.content)
		if got := admin.Get(t, path+"/import/jobs/"+job.Str(t, "id")); got.Str(t, "status") != "Failed" || got.Str(t, "errorInformation.message") == "" {
			t.Errorf("%s: %s", tt.name, got.Body)
		}
	}
	if got := admin.Get(t, path+"/rows"); got.Str(t, "total") != "2" {
		t.Errorf("a bad file changed the rows: %s", got.Body)
	}

	wantStatus(t, admin.Delete(t, path+"?force=true"), 204)
	if got := send(t, http.MethodGet, address, map[string]string{"Authorization": "Bearer " + admin.Token}, nil); got.StatusCode != 404 {
		t.Errorf("the export of a table that is gone: %d", got.StatusCode)
	}
}

func TestContactListsAreExportedAsTables(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	list := admin.Post(t, "/api/v2/outbound/contactlists", `{"name":"Leads","columnNames":["First","Phone"],"phoneColumns":[{"columnName":"Phone","type":"cell"}]}`)
	path := "/api/v2/outbound/contactlists/" + list.Str(t, "id")
	if got := admin.Get(t, path+"/export"); got.Status != 404 || got.Str(t, "code") != "no.available.list.export.uri" {
		t.Errorf("before an export: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Post(t, path+"/export", `{}`), 200)
	empty, _ := saved(t, admin, admin.Get(t, path+"/export").Str(t, "uri"))
	if empty != "inin-outbound-id,First,Phone\n" {
		t.Errorf("an export of nobody = %q", empty)
	}
	added := admin.Post(t, path+"/contacts", []map[string]any{{"contactListId": list.Str(t, "id"), "data": map[string]string{"First": `Ann "A"`, "Phone": "+15555550101"}}})
	wantStatus(t, added, 200)
	sheet, _ := saved(t, admin, admin.Get(t, path+"/export").Str(t, "uri"))
	if lines, err := csv.NewReader(strings.NewReader(sheet)).ReadAll(); err != nil || len(lines) != 2 || lines[1][1] != `Ann "A"` || lines[1][0] != added.Str(t, "0.id") {
		t.Errorf("export = %q, %v", sheet, err)
	}
	if got := admin.Get(t, strings.TrimPrefix(admin.Get(t, path+"/export").Str(t, "uri"), srv.URL)+"?issueRedirect=false"); got.Status != 200 || !strings.Contains(got.Str(t, "url"), "/downloads/") {
		t.Errorf("without a redirect: %d %s", got.Status, got.Body)
	}
}

func TestSoundsOfPromptsAreUploadedAndPlayed(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	prompt := admin.Post(t, "/api/v2/architect/prompts", `{"name":"Welcome"}`)
	resources := "/api/v2/architect/prompts/" + prompt.Str(t, "id") + "/resources"
	made := admin.Post(t, resources, `{"language":"en-us","ttsString":"Welcome"}`)
	if made.Str(t, "uploadStatus") != "created" || made.Str(t, "mediaUri") != "" {
		t.Errorf("new resource = %d %s", made.Status, made.Body)
	}
	asked := admin.Post(t, resources+"/en-us/uploads", nil)
	if got := put(t, asked, "RIFF sound"); got.StatusCode != 200 {
		t.Fatalf("put: %d %s", got.StatusCode, got.text)
	}
	resource := admin.Get(t, resources+"/en-us")
	if resource.Str(t, "uploadStatus") != "transcoded" {
		t.Errorf("resource = %s", resource.Body)
	}
	sound, got := saved(t, admin, resource.Str(t, "mediaUri"))
	if sound != "RIFF sound" {
		t.Errorf("sound = %d %q", got.StatusCode, sound)
	}
	wantStatus(t, admin.Delete(t, resources+"/en-us/audio"), 204)
	if after := admin.Get(t, resources+"/en-us"); after.Str(t, "uploadStatus") != "created" || after.Str(t, "ttsString") != "Welcome" || after.Str(t, "mediaUri") != "" {
		t.Errorf("without its sound = %s", after.Body)
	}
	wantStatus(t, admin.Delete(t, resources+"/en-us"), 204)
	if got := put(t, asked, "RIFF again"); got.StatusCode != 404 || !strings.Contains(got.text, "<Code>NoSuchKey</Code>") {
		t.Errorf("a file for what is gone: %d", got.StatusCode)
	}
}

func TestFlowsComeAboutAsFiles(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin := srv.Admin(t)
	run := func(content string) *mocktest.Response {
		job := admin.Post(t, "/api/v2/flows/jobs", nil)
		id := job.Str(t, "id")
		if got := admin.Get(t, "/api/v2/flows/jobs/"+id); got.Str(t, "status") != "Registered" {
			t.Errorf("before the file: %d %s", got.Status, got.Body)
		}
		if got := put(t, job, content); got.StatusCode != 200 {
			t.Errorf("put: %d %s", got.StatusCode, got.text)
		}
		return admin.Get(t, "/api/v2/flows/jobs/"+id+"?expand=messages")
	}
	const flow = "inboundCall:\n  name: Main line\n  description: of the harbor\n  defaultLanguage: en-us\n  startUpRef: ./menus/menu[mainMenu]\n"
	done := run(flow)
	id := done.Str(t, "flow.id")
	if done.Str(t, "status") != "Success" || id == "" {
		t.Fatalf("job = %s", done.Body)
	}
	got := admin.Get(t, "/api/v2/flows/"+id)
	if got.Str(t, "name") != "Main line" || got.Str(t, "type") != "INBOUNDCALL" || got.Str(t, "publishedVersion.id") != "1.0" || got.Str(t, "division.name") != "Home" {
		t.Errorf("flow = %s", got.Body)
	}
	if again := run(flow); again.Str(t, "flow.id") != id {
		t.Errorf("the second time another flow: %s", again.Body)
	}
	if versions := admin.Get(t, "/api/v2/flows/"+id+"/versions"); versions.Str(t, "total") != "2" || versions.Str(t, "entities.1.id") != "2.0" {
		t.Errorf("versions = %s", versions.Body)
	}
	if text := admin.Get(t, "/api/v2/flows/"+id+"/versions/2.0/configuration").Str(t, "yaml"); text != flow {
		t.Errorf("configuration = %q", text)
	}
	for name, content := range map[string]string{
		"no YAML": "\t{", "a list": "- a", "no type": "telegraph:\n  name: x\n", "no name": "inboundCall:\n  description: x\n", "nothing": "", "no such division": "workflow:\n  name: x\n  division: Nowhere\n",
	} {
		if got := run(content); got.Str(t, "status") != "Failure" || got.Str(t, "messages.0.text") == "" {
			t.Errorf("%s: %s", name, got.Body)
		}
	}
	if got := admin.Get(t, "/api/v2/flows"); got.Str(t, "total") != "1" {
		t.Errorf("flows = %s", got.Body)
	}
}

func TestFlowsAreEditedUnderALock(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	admin, person := srv.Admin(t), srv.AsUser(t, "admin@mockcloud.test")
	flow := admin.Post(t, "/api/v2/flows", `{"name":"Bookings","type":"WORKFLOW"}`)
	id := flow.Str(t, "id")
	act := func(c *mocktest.Client, action string) *mocktest.Response {
		return c.Post(t, "/api/v2/flows/actions/"+action+"?flow="+id, nil)
	}
	if got := act(person, "checkout"); got.Status != 200 || got.Str(t, "lockedUser.id") == "" {
		t.Fatalf("check-out: %d %s", got.Status, got.Body)
	}
	if got := act(admin, "checkout"); got.Status != 409 || got.Str(t, "code") != "architect.flow.locked.by.user" {
		t.Errorf("a second check-out: %d %s", got.Status, got.Body)
	}
	saved := person.Post(t, "/api/v2/flows/"+id+"/versions", `{"manifest":{},"config":{"start":"a"}}`)
	if saved.Status != 200 || saved.Str(t, "id") != "1.0" {
		t.Fatalf("version: %d %s", saved.Status, saved.Body)
	}
	if got := admin.Get(t, "/api/v2/flows/"+id+"/latestconfiguration"); got.Str(t, "config.start") != "a" {
		t.Errorf("configuration = %s", got.Body)
	}
	if got := act(person, "checkin"); got.Str(t, "actionStatus") != "SUCCESS" || got.Str(t, "actionName") != "CHECKIN" {
		t.Errorf("check-in: %d %s", got.Status, got.Body)
	}
	wantStatus(t, act(admin, "publish"), 200)
	got := admin.Get(t, "/api/v2/flows/"+id)
	if got.Str(t, "active") != "true" || got.Str(t, "publishedVersion.id") != "1.0" || got.Str(t, "lockedUser") != "" {
		t.Errorf("flow = %s", got.Body)
	}
	if got := act(admin, "deactivate"); got.Str(t, "active") != "false" {
		t.Errorf("deactivated: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, "/api/v2/flows/actions/publish?flow="+id+"&version=9.0", nil); got.Status != 404 {
		t.Errorf("a version that is not there: %d %s", got.Status, got.Body)
	}
	if got := admin.Post(t, "/api/v2/flows/actions/publish?flow=nowhere", nil); got.Status != 404 {
		t.Errorf("a flow that is not there: %d %s", got.Status, got.Body)
	}
}
