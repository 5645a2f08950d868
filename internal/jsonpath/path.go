package jsonpath

// Path is a compiled JSONPath. It is safe for concurrent use.
type Path struct {
	text     string
	steps    []step
	fromItem bool // starts at @, which only differs from $ inside a filter
	definite bool
	grows    bool // may put one node into the result more than once
}

// stepKind says what a step does.
type stepKind uint8

const (
	stepNames  stepKind = iota // .name, ['name'] or ['one','two']
	stepWild                   // .* or [*]
	stepIndex                  // [0] or [0,-1]
	stepSlice                  // [1:3], [:2] or [-2:]
	stepFilter                 // [?(…)]
	stepScan                   // .., which looks for the step after it
	stepCall                   // .length()
)

// step is one part of a path. An anchored step has only definite steps before
// it: there a miss means "not found", and behind the first indefinite step it
// means nothing.
type step struct {
	kind     stepKind
	anchored bool
	names    []string
	indexes  []int
	slice    slice
	filter   expr
	call     *call
}

// slice is a range whose ends may be open or count from the end.
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

// definite says whether the step leads to one node at most. The names of a
// union that ends a path are gathered into one object.
func (s *step) definite(last bool) bool {
	switch s.kind {
	case stepNames:
		return last || len(s.names) == 1
	case stepIndex:
		return len(s.indexes) == 1
	case stepCall:
		return true
	default:
		return false
	}
}

// Definite says whether the path can match at most one node. The result of
// any other path is an array.
func (p *Path) Definite() bool { return p.definite }

// String is the path as it was given.
func (p *Path) String() string { return p.text }

// finish settles what follows from the steps as a whole.
func (p *Path) finish() {
	p.turnCall()
	p.definite = true
	for i := range p.steps {
		s := &p.steps[i]
		s.anchored = p.definite
		p.definite = p.definite && s.definite(i == len(p.steps)-1)
		switch {
		case s.kind == stepScan, s.kind == stepCall,
			len(s.names) > 1, len(s.indexes) > 1, s.kind == stepSlice && s.slice.from < 0:
			p.grows = true
		}
	}
}

// turnCall makes $..a.sum() mean $.sum($..a): a function behind a deep scan
// at the start is given all that was found, not each of it. Jayway does so
// since 2.4.
func (p *Path) turnCall() {
	n := len(p.steps)
	if n < 2 || p.steps[0].kind != stepScan || p.steps[n-1].kind != stepCall {
		return
	}
	first := 0
	for p.steps[first].kind != stepCall {
		first++
	}
	scan := &Path{text: p.text, steps: p.steps[:first:first]}
	scan.finish()
	turned := *p.steps[first].call
	turned.args = []argument{{path: scan}}
	p.steps = append([]step{{kind: stepCall, call: &turned}}, p.steps[first+1:]...)
}

// endsInCall tells whether a function gives the path's result.
func (p *Path) endsInCall() bool {
	return len(p.steps) > 0 && p.steps[len(p.steps)-1].kind == stepCall
}
