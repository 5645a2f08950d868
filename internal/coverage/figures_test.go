package coverage_test

import (
	"reflect"
	"testing"

	"github.com/mockcloud/mockcloud/internal/coverage"
)

func TestFiguresAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	f := &coverage.Figures{
		Shares: []coverage.Share{{What: "answered", Passed: 7, Tried: 8}},
		Tags:   []coverage.TagFigures{{Tag: "Routing", Operations: 8, Answered: 7, Valid: 7, Stateful: 3}, {Tag: "Teams", Operations: 1}},
	}
	got, err := coverage.ParseFigures(f.Text())
	if err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("%+v, %v", got, err)
	}
	if p := f.Shares[0].Percent(); p != 87.5 {
		t.Errorf("%v %%", p)
	}
	for _, bad := range []string{"share\tanswered\t7\n", "tag\tTeams\t1\t2\t3\tmany\n", "nothing\n", "\n", "tags\tTeams\t1\t1\t1\t1\n"} {
		if _, err := coverage.ParseFigures(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// What the program carries can be read.
func TestTheFiguresOfTheSuiteCanBeRead(t *testing.T) {
	t.Parallel()
	f := coverage.Measured()
	if f == nil {
		t.Fatal("there are none: go test ./internal/server -run Platform -update")
	}
	for _, s := range f.Shares {
		if s.Passed > s.Tried || s.Tried == 0 {
			t.Errorf("%+v", s)
		}
	}
	for _, tag := range f.Tags {
		if tag.Valid > tag.Answered || tag.Answered > tag.Operations || tag.Stateful > tag.Operations {
			t.Errorf("%+v", tag)
		}
	}
}
