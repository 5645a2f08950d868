package jsonpath

// membersPerNode is how many names are compared at the price of one node.
const membersPerNode = 8

func (e *evaluation) names(s *step, rest []step, node *Value, h *hits) outcome {
	if node.kind != Object {
		return s.miss()
	}
	if end := e.spend((len(node.list) + len(s.names)) * len(s.names) / membersPerNode); end != done {
		return end
	}
	if len(s.names) > 1 && len(rest) == 0 {
		return e.merge(s, node, h)
	}
	for _, name := range s.names {
		member, ok := node.Get(name)
		if !ok {
			lost := s.anchored && len(rest) > 0 && len(s.names) == 1
			if lost || e.strict {
				return missing
			}
			continue
		}
		if end := e.run(rest, member, h); end != done {
			return end
		}
	}
	return done
}

// miss is what a step means on a node of the wrong kind.
func (s *step) miss() outcome {
	if s.anchored {
		return missing
	}
	return done
}

// merge gathers the members of a union of names in one object.
func (e *evaluation) merge(s *step, node *Value, h *hits) outcome {
	merged := e.object(len(s.names))
	for _, name := range s.names {
		member, ok := node.Get(name)
		if ok {
			merged.Set(name, member)
		} else if e.strict {
			return missing
		}
	}
	e.hit(merged, h)
	return done
}

// object makes room for an object of n members.
func (e *evaluation) object(n int) *Value {
	if len(e.slab) <= n {
		const atOnce = 16
		e.slab = make([]Value, (n+1)*atOnce)
	}
	object := &e.slab[0]
	*object = Value{kind: Object, list: e.slab[1 : 1 : n+1]}
	e.slab = e.slab[n+1:]
	return object
}

func (e *evaluation) wild(rest []step, node *Value, h *hits) outcome {
	for i := range node.list {
		if end := e.run(rest, &node.list[i], h); end != done {
			return end
		}
	}
	return done
}

func (e *evaluation) items(s *step, rest []step, node *Value, h *hits) outcome {
	if node.kind != Array {
		return s.miss()
	}
	if s.kind == stepIndex {
		for _, i := range s.indexes {
			if end := e.item(i, rest, node, h); end != done {
				return end
			}
		}
		return done
	}
	from, to := s.slice.bounds(len(node.list))
	for i := from; i < to; i++ {
		if end := e.item(i, rest, node, h); end != done {
			return end
		}
	}
	return done
}

// item goes on from one item, counted from the end where i is negative. One
// that is not there is no result, which only a definite path minds.
func (e *evaluation) item(i int, rest []step, node *Value, h *hits) outcome {
	if i < 0 {
		i += len(node.list)
	}
	item := node.Index(i)
	if item == nil {
		return done
	}
	return e.run(rest, item, h)
}

// bounds is the range that a slice means in an array of n items. With both
// ends given neither is counted from the end of the array before they are
// compared, so [-2:1] runs over the places -2, -1 and 0, and [1:-1] over none.
func (s slice) bounds(n int) (from, to int) {
	switch {
	case s.hasFrom && s.hasTo:
		return max(s.from, -n), min(s.to, n)
	case s.hasFrom:
		if from = s.from; from < 0 {
			from += n
		}
		return max(from, 0), n
	default:
		if to = s.to; to < 0 {
			to += n
		}
		return 0, min(to, n)
	}
}

// filter goes on from the items that satisfy the condition, or from an object
// that does so itself.
func (e *evaluation) filter(s *step, rest []step, node *Value, h *hits) outcome {
	switch node.kind {
	case Object:
		return e.filterOne(s, rest, node, h)
	case Array:
		for i := range node.list {
			if end := e.filterOne(s, rest, &node.list[i], h); end != done {
				return end
			}
		}
		return done
	default:
		if s.anchored {
			return refused
		}
		return done
	}
}

func (e *evaluation) filterOne(s *step, rest []step, node *Value, h *hits) outcome {
	ok, end := e.accepts(s, node)
	if !ok || end != done {
		return end
	}
	return e.run(rest, node, h)
}

// accepts tests the condition of a filter on one node.
func (e *evaluation) accepts(s *step, node *Value) (bool, outcome) {
	if end := e.spend(1); end != done {
		return false, end
	}
	ok, end := s.filter.test(e, node)
	if end == missing || end == refused {
		return false, done
	}
	return ok, end
}

// scan tries steps on node and everything in it: on a node first, then within
// its children one by one.
func (e *evaluation) scan(steps []step, node *Value, h *hits) outcome {
	if node.kind != Object && node.kind != Array {
		return done
	}
	if end := e.spend(1); end != done {
		return end
	}
	ok, end := e.reaches(&steps[0], len(steps) == 1, node)
	if end != done {
		return end
	}
	if ok {
		if end = e.run(steps, node, h); end != done {
			return end
		}
	}
	for i := range node.list {
		if end = e.scan(steps, &node.list[i], h); end != done {
			return end
		}
	}
	return done
}

// reaches tells whether a deep scan tries step s on a container. A union of
// names that ends the path wants an object that has them all.
func (e *evaluation) reaches(s *step, last bool, node *Value) (bool, outcome) {
	switch s.kind {
	case stepNames:
		if node.kind != Object {
			return false, done
		}
		if e.strict || !s.definite(last) || len(s.names) == 1 {
			return true, done
		}
		for _, name := range s.names {
			if _, ok := node.Get(name); !ok {
				return false, done
			}
		}
		return true, done
	case stepIndex, stepSlice:
		return node.kind == Array, done
	case stepWild:
		return true, done
	case stepFilter:
		return e.accepts(s, node)
	default: // a function of each node, or another scan: Jayway knows neither
		return false, done
	}
}
