package jsonpath

import "fmt"

// outcome says how a step, a path or a condition ended.
type outcome uint8

const (
	done    outcome = iota
	missing         // Jayway's PathNotFoundException
	refused         // its InvalidPathException: a condition that meets it is false
	broken          // its JsonPathException: even a condition passes it on
	tooMuch         // a limit
)

// Find evaluates the path. Not found means that the caller's default applies;
// the only error is a *LimitError. The result may share memory with doc.
func (p *Path) Find(doc *Value) (result *Value, found bool, err error) {
	if doc == nil {
		doc = NewNull()
	}
	e := evaluation{root: doc}
	result, end := e.find(p, doc)
	if end == done {
		end = e.spend(0) // a comparison may have gone beyond the limit
	}
	if end == done && p.grows && !e.fits(result) {
		end = tooMuch
	}
	switch end {
	case done:
		return result, true, nil
	case tooMuch:
		return nil, false, &LimitError{Path: p.text, Message: e.limit}
	default:
		return nil, false, nil
	}
}

// evaluation is one run of a path over one document.
type evaluation struct {
	root   *Value
	work   int
	limit  string             // which limit was met
	strict bool               // inside an existence check every name must be there
	known  map[*Path]foundAll // of paths from the root in filters, as Jayway caches them
	hits   []*Value           // of the paths being evaluated, the innermost one's last
	slab   []Value            // for objects made of unions
}

type foundAll struct {
	result *Value
	end    outcome
}

// hits is where one path's finds go. A definite path keeps its first hit as it
// stands in the document; the others' are gathered in the evaluation.
type hits struct {
	single bool
	first  *Value
}

func (e *evaluation) hit(v *Value, h *hits) {
	if !h.single {
		if e.hits == nil {
			const many = 32
			e.hits = make([]*Value, 0, many)
		}
		e.hits = append(e.hits, v)
	} else if h.first == nil {
		h.first = v
	}
}

// find evaluates p with node as its start.
func (e *evaluation) find(p *Path, node *Value) (*Value, outcome) {
	h := hits{single: p.definite}
	mark := len(e.hits)
	end := e.run(p.steps, node, &h)
	list := e.hits[mark:]
	e.hits = e.hits[:mark]
	switch {
	case end != done:
		return nil, end
	case !p.definite:
		return listOf(list), done
	case h.first == nil:
		return nil, missing
	default:
		return h.first, done
	}
}

// reach tells whether find would find anything.
func (e *evaluation) reach(p *Path, node *Value) outcome {
	h := hits{single: true}
	end := e.run(p.steps, node, &h)
	if end == done && p.definite && h.first == nil {
		return missing
	}
	return end
}

func listOf(values []*Value) *Value {
	array := &Value{kind: Array}
	if len(values) > 0 {
		array.list = make([]Value, len(values))
		for i, v := range values {
			array.list[i] = *v
		}
	}
	return array
}

// spend counts n nodes as looked at.
func (e *evaluation) spend(n int) outcome {
	if e.work += n; e.work > maxWork {
		e.limit = fmt.Sprintf("stopped after looking at %d nodes of the document", maxWork)
		return tooMuch
	}
	return done
}

// read counts the reading of a text as looking at nodes. It may be called
// where no outcome can be returned: the next spend then reports the limit.
func (e *evaluation) read(text string) {
	const bytesPerNode = 64
	e.work += len(text) / bytesPerNode
}

// fits tells whether the result's text stays within the limit. The same part
// of a document can stand in a result many times over.
func (e *evaluation) fits(result *Value) bool {
	left := maxText
	if result.measure(&left); left >= 0 {
		return true
	}
	e.limit = fmt.Sprintf("the result is longer than %d bytes", maxText)
	return false
}

// measure takes the length of the value's text from left, and stops below 0.
func (v *Value) measure(left *int) {
	const around = 3 // quotation marks, a comma or colon
	*left -= len(v.text) + len(v.key) + around
	for i := range v.list {
		if *left < 0 {
			return
		}
		v.list[i].measure(left)
	}
}

// run takes the first of steps from node, and those after it from there.
func (e *evaluation) run(steps []step, node *Value, h *hits) outcome {
	if end := e.spend(1); end != done {
		return end
	}
	if len(steps) == 0 {
		e.hit(node, h)
		return done
	}
	s, rest := &steps[0], steps[1:]
	switch s.kind {
	case stepNames:
		return e.names(s, rest, node, h)
	case stepWild:
		return e.wild(rest, node, h)
	case stepIndex, stepSlice:
		return e.items(s, rest, node, h)
	case stepFilter:
		return e.filter(s, rest, node, h)
	case stepScan:
		if len(rest) == 0 {
			return broken
		}
		return e.scan(rest, node, h)
	default:
		result, end := s.call.run(e, node)
		if end != done {
			return end
		}
		return e.run(rest, result, h)
	}
}
