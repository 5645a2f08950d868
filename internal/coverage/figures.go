package coverage

import (
	_ "embed" // the figures
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed figures.txt
var measured string

// Measured are the figures that the suite has written last; nil where it has
// written none.
var Measured = sync.OnceValue(func() *Figures {
	f, err := ParseFigures(measured)
	if err != nil {
		// The text is part of the program, and a test reads all of it.
		panic(err)
	}
	if len(f.Tags) == 0 {
		return nil
	}
	return f
})

const figuresHead = "# Measured by go test ./internal/server -run Platform -update, and checked by it otherwise.\n" +
	"# share: what is counted, how many pass, of how many. tag: operations, answered, schema-valid, stateful.\n"

// Share is how many of all that was tried passed.
type Share struct {
	What   string `json:"what"`
	Passed int    `json:"passed"`
	Tried  int    `json:"tried"`
}

// Percent is the share in percent.
func (s Share) Percent() float64 { return 100 * float64(s.Passed) / float64(max(1, s.Tried)) }

// Text is the figures as ParseFigures reads them.
func (f *Figures) Text() string {
	var b strings.Builder
	b.WriteString(figuresHead)
	for _, s := range f.Shares {
		fmt.Fprintf(&b, "share\t%s\t%d\t%d\n", s.What, s.Passed, s.Tried)
	}
	for _, t := range f.Tags {
		fmt.Fprintf(&b, "tag\t%s\t%d\t%d\t%d\t%d\n", t.Tag, t.Operations, t.Answered, t.Valid, t.Stateful)
	}
	return b.String()
}

// ParseFigures reads figures.
func ParseFigures(text string) (*Figures, error) {
	f := &Figures{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		var numbers []int
		for _, column := range columns[min(2, len(columns)):] {
			n, err := strconv.Atoi(column)
			if err != nil {
				return nil, fmt.Errorf("coverage: figures: %q: %w", line, err)
			}
			numbers = append(numbers, n)
		}
		switch {
		case columns[0] == "share" && len(numbers) == 2:
			f.Shares = append(f.Shares, Share{columns[1], numbers[0], numbers[1]})
		case columns[0] == "tag" && len(numbers) == 4:
			f.Tags = append(f.Tags, TagFigures{columns[1], numbers[0], numbers[1], numbers[2], numbers[3]})
		default:
			return nil, fmt.Errorf("coverage: figures: %q", line)
		}
	}
	slices.SortFunc(f.Tags, func(a, b TagFigures) int { return strings.Compare(a.Tag, b.Tag) })
	return f, nil
}
