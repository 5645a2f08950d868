package engine

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// observations are what is so right now. Nothing is observed here.
func observations() subject {
	return subject{answers: map[string]answer{
		"postAnalyticsQueuesObservationsQuery": observe("queueId", "/routing/queues"),
		"postAnalyticsUsersObservationsQuery":  observe("userId", "/users"),
		"postAnalyticsFlowsObservationsQuery":  observe("flowId", "/flows"),
	}}
}

// observe answers a group for each thing that the filter names and that exists, with
// no data in it.
//
// Guess: programs that read these answers expect a group for each, whose data may be
// absent.
func observe(dimension, collection string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		query := p.plainBody(c)
		filter, _ := query["filter"].(fields)
		results := []any{}
		for _, id := range namedBy(nil, filter, dimension, 0) {
			path := collection + "/" + escape(id)
			if len(path) > maxPath {
				continue
			}
			if _, _, ok := nameOf(c.Tx, collection, path, id); ok {
				results = append(results, fields{"group": fields{dimension: id}})
			}
		}
		return p.fit(c, fields{"results": results}), nil
	}
}

// namedBy collects the values that a filter and its clauses ask for in a dimension,
// each once.
func namedBy(to []string, filter fields, dimension string, depth int) []string {
	if depth > maxDepth {
		return to
	}
	for _, predicate := range partsOf(filter["predicates"]) {
		if value := textOf(predicate["value"]); textOf(predicate["dimension"]) == dimension && value != "" && !slices.Contains(to, value) {
			to = append(to, value)
		}
	}
	for _, clause := range partsOf(filter["clauses"]) {
		to = namedBy(to, clause, dimension, depth+1)
	}
	return to
}
