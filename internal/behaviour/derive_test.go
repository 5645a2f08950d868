package behaviour_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/openapi"
)

var update = flag.Bool("update", false, "write the generated files anew")

// load reads the embedded catalogue once for all tests.
var load = sync.OnceValues(spec.Load)

func catalogue(t *testing.T) *spec.Catalogue {
	t.Helper()
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// generated derives the table of the catalogue once for all tests.
var generated = sync.OnceValues(func() (*behaviour.Table, error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	return behaviour.Generate(c, openapi.BehaviourOverlay)
})

func table(t *testing.T) *behaviour.Table {
	t.Helper()
	made, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func rows(t *testing.T) []*behaviour.Row {
	t.Helper()
	all, err := table(t).Rows()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheCommittedTableIsTheDerivedOne(t *testing.T) {
	t.Parallel()
	operations, collections := table(t).Texts()
	for file, text := range map[string]string{"behaviour.txt": operations, "collections.txt": collections} {
		path := "../../openapi/" + file
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(committed) != text {
			t.Errorf(`%s is not what is derived; run "make generate"`, file)
		}
	}
}

func TestDerivingTwiceGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	again, err := behaviour.Generate(catalogue(t), openapi.BehaviourOverlay)
	if err != nil {
		t.Fatal(err)
	}
	operations, collections := table(t).Texts()
	sameOperations, sameCollections := again.Texts()
	if operations != sameOperations || collections != sameCollections {
		t.Error("the second table differs from the first")
	}
}

func TestTheTableHasEachOperationOnceAndInOrder(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, op := range catalogue(t).Operations() {
		ids = append(ids, op.ID)
	}
	slices.Sort(ids)
	var listed []string
	for _, r := range rows(t) {
		listed = append(listed, r.ID)
	}
	if !slices.Equal(ids, listed) {
		t.Errorf("%d operations, %d rows, or not in their order", len(ids), len(listed))
	}
	all, err := table(t).Collections()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(all, func(a, b *behaviour.Collection) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("the collections are not sorted")
	}
}

// pathOf is an operation's path as templates have it.
func pathOf(op *spec.Operation) string { return strings.TrimPrefix(op.Path, "/api/v2") }

// parameters are the names in the braces of a template.
func parameters(template string) []string {
	var names []string
	for rest := template; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return names
		}
		name, tail, _ := strings.Cut(after, "}")
		names, rest = append(names, name), tail
	}
}

func TestRowsNameOnlyWhatTheirPathHas(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, r := range rows(t) {
		op, _ := c.Operation(r.ID)
		inPath := append(parameters(pathOf(op)), "") // "" stands for any
		templates := []string{r.Collection}
		for _, p := range r.Parents {
			templates = append(templates, p.Collection)
			if !slices.Contains(inPath, p.Param) {
				t.Errorf("%s: parent %s is not in the path %s", r.ID, p, op.Path)
			}
		}
		for _, template := range templates {
			for _, name := range parameters(template) {
				if !slices.Contains(inPath, name) {
					t.Errorf("%s: {%s} of %s is not in the path %s", r.ID, name, template, op.Path)
				}
			}
		}
		if name, ok := strings.CutPrefix(r.Key, "?"); ok {
			if !slices.ContainsFunc(op.Parameters(), func(p spec.Parameter) bool { return p.In == "query" && p.Name == name && p.Required }) {
				t.Errorf("%s: the key %s is no parameter that its query must have", r.ID, r.Key)
			}
		} else if !slices.Contains(inPath, r.Key) {
			t.Errorf("%s: the key %s is not in the path %s", r.ID, r.Key, op.Path)
		}
	}
}

func TestItemsAreNamedByAKey(t *testing.T) {
	t.Parallel()
	for _, r := range rows(t) {
		switch r.Kind {
		case behaviour.Put, behaviour.Patch, behaviour.Delete, behaviour.Action, behaviour.Copy:
			if r.Key == "" || r.Collection == "" {
				t.Errorf("%s: %s of %q by %q", r.ID, r.Kind, r.Collection, r.Key)
			}
		case behaviour.Get:
			if (r.Key == "" && r.Effect != "latest") || r.Collection == "" {
				t.Errorf("%s: get of %q by %q", r.ID, r.Collection, r.Key)
			}
		case behaviour.Compute, behaviour.Download, behaviour.None, behaviour.Upload:
		default:
			if r.Collection == "" {
				t.Errorf("%s: %s of nothing", r.ID, r.Kind)
			}
		}
	}
}

func TestEveryCollectionThatRowsNameIsDescribed(t *testing.T) {
	t.Parallel()
	for _, r := range rows(t) {
		var templates []string
		switch r.Kind {
		case behaviour.Compute, behaviour.Download, behaviour.None:
		default:
			templates = append(templates, r.Collection)
		}
		for _, p := range r.Parents {
			if p.Part == "" {
				templates = append(templates, p.Collection)
			}
		}
		for _, template := range templates {
			if template == "" {
				continue
			}
			if c, err := table(t).Collection(template); err != nil || c == nil {
				t.Errorf("%s: collection %s: %v, %v", r.ID, template, c, err)
			}
		}
	}
}

func TestListsStandWhereTheRowSays(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, r := range rows(t) {
		op, _ := c.Operation(r.ID)
		switch r.Kind {
		case behaviour.List, behaviour.View, behaviour.Search:
			if r.Items == "" || r.Style == "" {
				t.Errorf("%s: %s without a list", r.ID, r.Kind)
			}
		}
		if r.Items == "" {
			continue
		}
		list := op.AnswerShape()
		if r.Items != "." {
			list = list.Property(r.Items)
		}
		if list == nil || list.Type != "array" {
			t.Errorf("%s: %q of the answer is no list", r.ID, r.Items)
		}
	}
}

func TestWholeItemsHaveTheirKey(t *testing.T) {
	t.Parallel()
	all, err := table(t).Collections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Entity == "" {
			continue
		}
		if _, ok := catalogue(t).Operation(c.Entity); !ok {
			t.Errorf("%s: there is no operation %s", c.Path, c.Entity)
			continue
		}
		shape := table(t).EntityShape(catalogue(t), c)
		if c.Made == "singleton" || c.Key == "" || c.Made == "versions" || shape == nil || len(shape.PropertyNames()) == 0 {
			continue
		}
		if !shape.Has(c.Key) {
			t.Errorf("%s: what %s answers has no %s", c.Path, c.Entity, c.Key)
		}
	}
}

func TestReadingRowsChangeNothing(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, r := range rows(t) {
		op, _ := c.Operation(r.ID)
		if op.Method != "GET" && op.Method != "HEAD" {
			continue
		}
		switch r.Kind {
		case behaviour.List, behaviour.View, behaviour.Search, behaviour.Get, behaviour.Read, behaviour.Compute, behaviour.Download, behaviour.None:
		default:
			t.Errorf("%s: %s %s is %s", r.ID, op.Method, op.Path, r.Kind)
		}
	}
}

func TestDeletingRowsTakeSomethingAway(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, r := range rows(t) {
		op, _ := c.Operation(r.ID)
		if op.Method != "DELETE" {
			continue
		}
		switch r.Kind {
		case behaviour.Delete, behaviour.Reset, behaviour.BulkRemove, behaviour.Action, behaviour.Compute, behaviour.None:
		case behaviour.Job:
			if r.Effect != "remove" {
				t.Errorf("%s: a job that removes nothing", r.ID)
			}
		default:
			t.Errorf("%s: %s is %s", r.ID, op.Path, r.Kind)
		}
	}
}

func TestAtMostTwoInAHundredAreNotServed(t *testing.T) {
	t.Parallel()
	none, all := 0, 0
	for _, r := range rows(t) {
		if all++; r.Kind == behaviour.None {
			none++
		}
	}
	if none*100 > all*2 {
		t.Errorf("%d of %d", none, all)
	}
}
