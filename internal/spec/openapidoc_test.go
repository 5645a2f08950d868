package spec_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/openapi"
)

// document reads the document of a tag; that of all operations, which takes long,
// once for all tests.
func document(t *testing.T, d *spec.Documents, tag string) *openapi3.T {
	t.Helper()
	read := func() (*openapi3.T, error) {
		var b bytes.Buffer
		if err := d.Write(&b, tag); err != nil {
			return nil, err
		}
		return openapi3.NewLoader().LoadFromData(b.Bytes())
	}
	if tag == "" {
		whole.Do(func() { wholeDocument, errWhole = read() })
		read = func() (*openapi3.T, error) { return wholeDocument, errWhole }
	}
	doc, err := read()
	if err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	return doc
}

var (
	whole         sync.Once
	wholeDocument *openapi3.T
	errWhole      error
)

// Each document holds the operations of its tag and every schema that they need,
// the library finds nothing to complain of, and the examples of bodies can be sent.
func TestTheDocumentOfEachTagIsValid(t *testing.T) {
	t.Parallel()
	c := load(t)
	d := spec.NewDocuments(c)
	tags := d.Tags()
	if len(tags) < 80 || !slices.IsSortedFunc(tags, spec.ByName) {
		t.Fatalf("tags: %q", tags)
	}
	total := 0
	for _, tag := range tags {
		_, n, _ := d.Tag(tag)
		total += n
	}
	if total < len(c.Operations()) {
		t.Errorf("the tags have %d operations of %d", total, len(c.Operations()))
	}
	for i, tag := range append(tags, "") {
		if tag != "" && i%oneTagIn != 0 {
			continue
		}
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			doc := document(t, d, tag)
			if err := doc.Validate(t.Context()); err != nil {
				t.Error(err)
			}
			n := 0
			for path, item := range doc.Paths.Map() {
				for method, op := range item.Operations() {
					n++
					listed, ok := c.Operation(op.OperationID)
					if !ok || listed.Method != method || strings.Count(path, "{") != strings.Count(listed.Path, "{") {
						t.Fatalf("%s %s is no operation %s", method, path, op.OperationID)
					}
					if tag != "" && !slices.Equal(op.Tags, []string{tag}) {
						t.Errorf("%s has the tags %q", op.OperationID, op.Tags)
					}
					if op.Summary == "" {
						t.Errorf("%s has no summary", op.OperationID)
					}
					if tag != "" && op.RequestBody != nil {
						tryExamples(t, listed, op)
					}
				}
			}
			want := len(c.Operations())
			if tag != "" {
				_, want, _ = d.Tag(tag)
			}
			if n != want {
				t.Errorf("%d operations, want %d", n, want)
			}
		})
	}
}

func TestADocumentSaysWhatTheCatalogueKnows(t *testing.T) {
	t.Parallel()
	d := spec.NewDocuments(load(t))
	routing := document(t, d, "Routing")
	if routing.Servers[0].URL != "/" || routing.Components.SecuritySchemes["token"].Value.Scheme != "bearer" {
		t.Errorf("servers %v", routing.Servers)
	}
	list := routing.Paths.Find("/api/v2/routing/queues").Get
	for name, want := range map[string]string{
		"x-mockcloud-permissions": `{"mode":"ANY","permissions":["routing:queue:view"]}`,
		"x-mockcloud-scopes":      `["routing","routing:readonly"]`,
	} {
		got, err := json.Marshal(list.Extensions[name])
		if err != nil || string(got) != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]any{"pageNumber": 1.0, "pageSize": 25.0, "sortOrder": "asc"} {
		if p := list.Parameters.GetByInAndName("query", name); p == nil || p.Schema.Value.Default != want {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got := list.Responses.Status(200).Value.Content.Get("application/json").Schema.Ref; got != "#/components/schemas/QueueEntityListing" {
		t.Errorf("the answer is a %s", got)
	}
	if list.Responses.Default().Ref != "#/components/responses/Error" {
		t.Errorf("errors are a %s", list.Responses.Default().Ref)
	}
	if id := routing.Components.Schemas["Queue"].Value.Properties["id"].Value; !id.ReadOnly {
		t.Error("the id of a queue can be written")
	}
	if body := routing.Paths.Find("/api/v2/routing/queues").Post.RequestBody.Value; body.Content.Get("application/json").Schema.Ref != "#/components/schemas/CreateQueueRequest" {
		t.Errorf("the body %+v", body)
	}
	// A reference that is read-only where it stands is so in the document.
	division := document(t, d, "Users").Components.Schemas["User"].Value.Properties["locations"]
	if division == nil || !division.Value.ReadOnly {
		t.Errorf("locations: %+v", division)
	}
	scim := document(t, d, "SCIM")
	if op := scim.Paths.Find("/api/v2/scim/v2/users").Post; op.RequestBody.Value.Content.Get(spec.MediaSCIM) == nil || op.Responses.Default().Ref != "#/components/responses/ScimError" {
		t.Errorf("SCIM: %+v", op)
	}
	everything := document(t, d, "")
	if op := everything.Paths.Find("/api/v2/documentation/all/search").Post; op.Security == nil || len(*op.Security) != 0 {
		t.Errorf("an operation that needs no token: %+v", op.Security)
	}
	if op := everything.Paths.Find("/api/v2/webchat/guest/conversations/{conversationId}/mediarequests").Get; op.Security == nil || (*op.Security)[0]["guest"] == nil {
		t.Errorf("an operation of guests: %+v", op.Security)
	}
	if list.Security != nil {
		t.Errorf("an operation with a token: %+v", list.Security)
	}
	marks := map[string]int{}
	for _, item := range everything.Paths.Map() {
		for _, op := range item.Operations() {
			for name := range op.Extensions {
				marks[name]++
			}
			if op.Deprecated {
				marks["deprecated"]++
			}
		}
	}
	for _, name := range []string{"x-mockcloud-preview", "x-mockcloud-errors", "x-mockcloud-newer", "deprecated"} {
		if marks[name] == 0 {
			t.Errorf("nothing is marked %s", name)
		}
	}
}

// Documents of people's own may leave tags away.
func TestOperationsWithoutATagAreInADocument(t *testing.T) {
	t.Parallel()
	c, err := spec.LoadWith(spec.Texts{
		Operations: openapi.Operations + "GET\t/api/v2/zebras\tgetZebras\t\t\t{\"answers\":{\"200\":\"Empty\"}}\n",
		Schemas:    openapi.Schemas, Errors: openapi.Errors,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := spec.NewDocuments(c)
	if _, n, ok := d.Tag("Other"); n != 1 || !ok {
		t.Fatalf("%d operations, %v", n, ok)
	}
	if op := document(t, d, "Other").Paths.Find("/api/v2/zebras").Get; op.OperationID != "getZebras" || op.Summary != "Read zebras" {
		t.Errorf("%+v", op)
	}
	zebras, _ := c.Operation("getZebras")
	if got := zebras.Facts().Tag(); got != "Other" {
		t.Errorf("it is counted under %q", got)
	}
}

// Examples are short, and those of requests can be sent as they are.
func TestExamplesAreShort(t *testing.T) {
	t.Parallel()
	d := spec.NewDocuments(load(t))
	example := func(content openapi3.Content) string {
		t.Helper()
		media := content.Get("application/json")
		if media == nil {
			return ""
		}
		b, err := json.Marshal(media.Example)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	doc := document(t, d, "Users")
	if got := example(doc.Paths.Find("/api/v2/users").Post.RequestBody.Value.Content); got != `{"email":"string","name":"string"}` {
		t.Errorf("a new user: %s", got)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, answer := range op.Responses.Map() {
				if got := example(answer.Value.Content); len(got) > 16<<10 {
					t.Errorf("%s %s %s: %d bytes", method, path, status, len(got))
				}
			}
		}
	}
	queues := document(t, d, "Routing").Paths.Find("/api/v2/routing/queues").Get
	got := example(queues.Responses.Status(200).Value.Content)
	for _, want := range []string{`"entities":[{`, `"division":{"id":"string","name":"string","selfUri":"string"}`, `"dateCreated":"2026-01-15T12:00:00.000Z"`, `"pageSize":0`} {
		if !strings.Contains(got, want) {
			t.Errorf("the queues lack %s: %s", want, got)
		}
	}
}

func TestTagsAreFoundInAnyCase(t *testing.T) {
	t.Parallel()
	d := spec.NewDocuments(load(t))
	if tag, n, ok := d.Tag("speech & text ANALYTICS"); !ok || tag != "Speech & Text Analytics" || n < 50 {
		t.Errorf("%q %d %v", tag, n, ok)
	}
	if tag, _, ok := d.Tag("Nothing"); ok {
		t.Errorf("found %q", tag)
	}
}

func TestOperationsWithoutADescriptionGetAPhrase(t *testing.T) {
	t.Parallel()
	c := load(t)
	doc := document(t, spec.NewDocuments(c), "")
	summaries := map[string]string{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			summaries[op.OperationID] = op.Summary
		}
	}
	for id, want := range map[string]string{
		"getAuthorizationDivisionsHome":     "Reads the division that objects belong to unless they say otherwise.", // by hand
		"getTeams":                          "Read teams",
		"deleteExternalcontactsContactNote": "Delete a note of a contact in externalcontacts",
		"deleteConversationsMessagingIntegrationsInstagramIntegrationId": "Delete an integration of messaging integrations in conversations",
		"getSpeechandtextanalyticsProgramsUnpublished":                   "Read programs unpublished in speechandtextanalytics",
	} {
		if summaries[id] != want {
			t.Errorf("%s: %q, want %q", id, summaries[id], want)
		}
	}
}

// Looking at everything leaves next to nothing behind.
func TestTheWholeDocumentIsNotKept(t *testing.T) {
	c := load(t)
	d := spec.NewDocuments(c)
	d.Tags()
	before := heap()
	var n counter
	if err := d.Write(&n, ""); err != nil {
		t.Fatal(err)
	}
	after := heap()
	if n < 2_000_000 {
		t.Errorf("the document has %d bytes", n)
	}
	if grown := int64(after) - int64(before); grown > 2<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
	runtime.KeepAlive(c)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
