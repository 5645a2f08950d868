package swagger

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// schemaKey reads a line of schemas.
func schemaKey(text string) line {
	name, _, _ := strings.Cut(text, "\t")
	return line{key: name, order: name, text: text}
}

// operationKey reads a line of operations: method, path, id and the rest.
func operationKey(text string) line {
	method, rest, _ := strings.Cut(text, "\t")
	path, rest, _ := strings.Cut(rest, "\t")
	id, _, _ := strings.Cut(rest, "\t")
	return line{key: id, order: path + "\t" + method, text: text}
}

// merged is the one list with the lines of the other in the place of its own.
func merged(base map[string]line, changed []line) []line {
	all := maps.Clone(base)
	for _, l := range changed {
		all[l.key] = l
	}
	return slices.Collect(maps.Values(all))
}

// join writes the lines in their order.
func join(lines []line) string {
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(strings.Compare(a.order, b.order), strings.Compare(a.key, b.key)) })
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// checkRoutes refuses operations that no router and no reader of the catalogue
// could tell apart, among each other and from those of the base.
func checkRoutes(ops []*operation, base map[string]line) error {
	ids := make(map[string]*operation, len(ops))
	for _, op := range ops {
		if other := ids[op.ID]; other != nil {
			return wrong(op.place+".operationId", "%q is the id of %s %s, too", op.ID, other.method, other.path)
		}
		ids[op.ID] = op
		if known, ok := base[op.ID]; ok && known.order != op.path+"\t"+op.method {
			path, method, _ := strings.Cut(known.order, "\t")
			return wrong(op.place+".operationId", "%q is the id of %s %s already", op.ID, method, path)
		}
	}
	routes := make(map[string]string, len(base)+len(ops)) // method and shape of the path → id
	for id, known := range base {
		path, method, _ := strings.Cut(known.order, "\t")
		routes[method+" "+shape(path)] = id
	}
	for _, op := range ops {
		route := op.method + " " + shape(op.path)
		if other, taken := routes[route]; taken && other != op.ID {
			return wrong(op.place, "the path answers to the operation %q already", other)
		}
		routes[route] = op.ID
	}
	return nil
}

// shape is a path without the names of its parameters, which say nothing to a
// router.
func shape(path string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			segment = "{}"
		}
		b.WriteString(segment)
		b.WriteByte('/')
	}
	return b.String()
}
