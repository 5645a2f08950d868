package control_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/control"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/mocktest"
)

const documents = "/_mockcloud/openapi"

func TestEveryTagHasADocument(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	var list control.DocumentList
	got := srv.Anonymous().Get(t, documents+".json")
	got.JSON(t, &list)
	if got.Status != http.StatusOK || len(list.Tags) < 80 || list.Operations < 2726 {
		t.Fatalf("%d, %d tags, %d operations", got.Status, len(list.Tags), list.Operations)
	}
	type document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Tags        []string
		}
		Components struct{ Schemas map[string]any }
	}
	read := func(t *testing.T, path string) (d document, operations int) {
		t.Helper()
		got := srv.Anonymous().Get(t, path)
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %d %v\n%.300s", path, got.Status, got.Header, got.Body)
		}
		if err := json.Unmarshal(got.Body, &d); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, methods := range d.Paths {
			operations += len(methods)
		}
		return d, operations
	}
	for _, tag := range list.Tags {
		if d, n := read(t, tag.Document); n != tag.Operations || d.OpenAPI != "3.0.3" || len(d.Components.Schemas) == 0 {
			t.Errorf("%s: %d operations, %d are announced", tag.Name, n, tag.Operations)
		}
	}
	if _, n := read(t, list.All); n != list.Operations {
		t.Errorf("the document of all has %d operations, want %d", n, list.Operations)
	}
	if got := srv.Anonymous().Get(t, list.Login); got.Status != http.StatusOK || !strings.HasPrefix(string(got.Body), "openapi:") {
		t.Errorf("the document of the login host: %d", got.Status)
	}
	if d, _ := read(t, documents+"/rOuTiNg.json"); d.Paths["/api/v2/routing/queues"]["get"].OperationID != "getRoutingQueues" {
		t.Error("a tag in other letters is not found")
	}
}

func TestDocumentsThatAreNotThere(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, name := range []string{"Nothing.json", "Routing", "Routing.yaml", ".json", "all", "ALL.json", "%00.json", "Routing%2F..%2Fx.json", strings.Repeat("x", 3000) + ".json"} {
		got := srv.Anonymous().Get(t, documents+"/"+name)
		if got.Status != http.StatusNotFound || (got.Str(t, "code") != "document.not.found" && got.Str(t, "code") != "not.found") {
			t.Errorf("%.50s: %d\n%.300s", name, got.Status, got.Body)
		}
	}
}

func TestDocumentsAndCoverageAreOfThisServerAlone(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	for _, path := range []string{documents + ".json", documents + "/Routing.json", documents + "/all.json", "/_mockcloud/coverage.json"} {
		head := srv.Anonymous().Do(t, http.MethodHead, path, nil, nil)
		if head.Status != http.StatusOK || len(head.Body) != 0 || head.Header.Get("Content-Type") != "application/json" {
			t.Errorf("HEAD %s: %d %v", path, head.Status, head.Header)
		}
		if got := srv.Anonymous().Do(t, http.MethodGet, path, nil, http.Header{"Origin": {"https://evil.test"}}); got.Status != http.StatusForbidden || got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s for another site's page: %d", path, got.Status)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.test"
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s under another name: %d", path, got.StatusCode)
		}
		if got := srv.Anonymous().Post(t, path, `{}`); got.Status != http.StatusMethodNotAllowed && got.Status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, got.Status)
		}
	}
}

func TestTheTableOfCoverageHasEveryOperation(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	var table control.CoverageTable
	srv.Anonymous().Get(t, "/_mockcloud/coverage.json").JSON(t, &table)
	if len(table.Operations) < 2726 || table.Total != coverage.Total(table.Operations) || !slices.Equal(table.Tags, coverage.ByTag(table.Operations)) {
		t.Fatalf("%d operations, %+v", len(table.Operations), table.Total)
	}
	byID := map[string]coverage.Operation{}
	for _, o := range table.Operations {
		byID[o.ID] = o
		if o.Tag == "" || o.Path == "" || o.Method == "" || !slices.Contains([]string{coverage.Family, coverage.Engine, coverage.None}, o.By) {
			t.Errorf("%+v", o)
		}
		if (o.By == coverage.Engine) != (o.Kind != "") {
			t.Errorf("%s is answered by %s, kind %q", o.ID, o.By, o.Kind)
		}
	}
	for _, id := range srv.Implemented() {
		if byID[id].By != coverage.Family {
			t.Errorf("%s is answered by %s", id, byID[id].By)
		}
	}
	if table.Total.Family != len(srv.Implemented()) {
		t.Errorf("%d operations are written by hand, %d counted", len(srv.Implemented()), table.Total.Family)
	}
	want := coverage.Operation{ID: "getRoutingQueues", Method: "GET", Path: "/api/v2/routing/queues", Tag: "Routing", By: coverage.Family, Permission: "routing:queue:view"}
	if got := byID["getRoutingQueues"]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for id, permission := range map[string]string{
		"postAuthorizationDivisions":  "authorization:division:add and authorization:grant:add",
		"getAuthorizationSettings":    "directory:organization:admin or authorization:settings:view",
		"postDocumentationAllSearch":  "",
		"getUserrecordingTranscoding": "",
	} {
		if byID[id].Permission != permission {
			t.Errorf("%s wants %q, want %q", id, byID[id].Permission, permission)
		}
	}
}
