package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// value is a YAML value and its place. Values are decoded by hand, key by key,
// because an error must name the line and the path of what is wrong, also when
// that only turns out once every name is known.
type value struct {
	place
	node *yaml.Node
}

// text is a scalar as it was written.
type text struct {
	place
	s string
}

// key is a key that a mapping may have.
type key[T any] struct {
	name     string
	required bool
	set      func(*T, value) error
}

// documents reads the YAML documents of a source. Empty ones are left out.
func documents(s Source) ([]value, error) {
	nodes, err := read(s.Data)
	if err != nil {
		return nil, syntaxError(s, err)
	}
	var found []value
	for _, node := range nodes {
		if len(node.Content) > 0 && !isNull(node.Content[0]) {
			root := node.Content[0]
			found = append(found, value{place{file: s.Name, line: root.Line}, root})
		}
	}
	if len(found) == 0 {
		return nil, place{file: s.Name}.fail("holds no organization")
	}
	return found, nil
}

func read(data []byte) ([]*yaml.Node, error) {
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var nodes []*yaml.Node
	for {
		node := &yaml.Node{}
		err := reader.Decode(node)
		if errors.Is(err, io.EOF) {
			return nodes, nil
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
}

// syntaxError names the line at which the source stops being YAML. The library
// names the start of what surrounds it, one line too few, or nothing; but the
// shortest run of lines that fails in the same way ends with the right one.
func syntaxError(s Source, err error) error {
	text := err.Error()
	var ends []int // of the lines
	for row := range bytes.Lines(s.Data) {
		ends = append(ends, len(row))
		if n := len(ends); n > 1 {
			ends[n-1] += ends[n-2]
		}
	}
	line := sort.Search(len(ends)-1, func(i int) bool {
		_, err := read(s.Data[:ends[i]])
		return err != nil && err.Error() == text
	}) + 1
	reason := strings.TrimPrefix(text, "yaml: ")
	if _, message, ok := strings.Cut(reason, ": "); ok && strings.HasPrefix(reason, "line ") {
		reason = message
	}
	return place{file: s.Name, line: line}.fail("is not valid YAML: %s", reason)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// target is the node itself, or what it is an alias of. The depth of a fixture
// is fixed, so an alias that contains itself ends as a wrong type.
func (v value) target() *yaml.Node {
	if v.node.Kind == yaml.AliasNode {
		return v.node.Alias
	}
	return v.node
}

// kind names what the value is, for messages.
func (v value) kind() string {
	n := v.target()
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return "empty"
		case "!!str":
			return "text"
		case "!!bool":
			return "true or false"
		case "!!int", "!!float":
			return "a number"
		case "!!timestamp":
			return "a date"
		}
	}
	return "something else"
}

// object decodes a mapping. Keys without a value count as absent.
func object[T any](v value, into *T, keys []key[T]) error {
	n := v.target()
	if n.Kind != yaml.MappingNode {
		return v.fail("must be a mapping of keys and values, is %s", v.kind())
	}
	seen := make([]*yaml.Node, len(keys))
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, child := n.Content[i], n.Content[i+1]
		at := place{v.file, name.Line, join(v.path, name.Value)}
		k := slices.IndexFunc(keys, func(k key[T]) bool { return k.name == name.Value })
		if k < 0 || name.Kind != yaml.ScalarNode {
			at.path = v.path
			return at.fail("unknown key %q; known are %s", shorten(name.Value), keyNames(keys))
		}
		if seen[k] != nil {
			return at.fail("is there twice, first in line %d", seen[k].Line)
		}
		seen[k] = name
		if isNull(child) {
			if keys[k].required {
				return at.fail("is required and must not be empty")
			}
			continue
		}
		at.line = child.Line
		if err := keys[k].set(into, value{at, child}); err != nil {
			return err
		}
	}
	for i, k := range keys {
		if k.required && seen[i] == nil {
			return v.at(k.name).fail("is required")
		}
	}
	return nil
}

func keyNames[T any](keys []key[T]) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// list calls each with every element.
func (v value) list(each func(value) error) error {
	n := v.target()
	if n.Kind != yaml.SequenceNode {
		return v.fail("must be a list, is %s", v.kind())
	}
	for i, child := range n.Content {
		at := place{v.file, child.Line, fmt.Sprintf("%s[%d]", v.path, i)}
		if err := each(value{at, child}); err != nil {
			return err
		}
	}
	return nil
}

// objects decodes a list of mappings.
func objects[T any](v value, into *[]T, start func(place) T, keys []key[T]) error {
	return v.list(func(v value) error {
		entry := start(v.place)
		if err := object(v, &entry, keys); err != nil {
			return err
		}
		*into = append(*into, entry)
		return nil
	})
}

// anyText decodes text that may be empty.
func (v value) anyText(into *text) error {
	n := v.target()
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && !isNull(n) {
			hint = "; put it in quotes"
		}
		return v.fail("must be text, is %s%s", v.kind(), hint)
	}
	if strings.ContainsFunc(n.Value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return v.fail("must not contain control characters")
	}
	*into = text{v.place, n.Value}
	return nil
}

// text decodes text that says something.
func (v value) text(into *text) error {
	if err := v.anyText(into); err != nil {
		return err
	}
	if strings.TrimSpace(into.s) == "" {
		return v.fail("must not be empty")
	}
	return nil
}

// maxName keeps names within what the store's indexes tell apart.
const maxName = 256

// name decodes text that other things refer to, or that is looked up.
func (v value) name(into *text) error {
	if err := v.text(into); err != nil {
		return err
	}
	switch s := into.s; {
	case s != strings.TrimSpace(s) || strings.ContainsAny(s, "\n\t"):
		return v.fail("must not have blanks at its ends, tabs or line breaks")
	case len(identity.Fold(s)) > maxName:
		return v.fail("must not be longer than %d bytes", maxName)
	}
	return nil
}

// word decodes text without blanks, such as a secret.
func (v value) word(into *text) error {
	if err := v.text(into); err != nil {
		return err
	}
	if strings.ContainsFunc(into.s, unicode.IsSpace) {
		return v.fail("must not contain blanks")
	}
	return nil
}

// oneOf decodes one of a few words.
func (v value) oneOf(into *text, allowed []string) error {
	if err := v.text(into); err != nil {
		return err
	}
	if !slices.Contains(allowed, into.s) {
		return v.fail("must be one of %s, is %q", strings.Join(allowed, ", "), shorten(into.s))
	}
	return nil
}

// id decodes a UUID, in lower case as the API writes them.
func (v value) id(into *text) error {
	if err := v.text(into); err != nil {
		return err
	}
	if !isUUID(into.s) {
		return v.fail("must be a UUID in lower case, such as 6d6f636b-0000-4000-8000-000000000001, is %q", shorten(into.s))
	}
	return nil
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// texts decodes a list in which nothing stands twice.
func (v value) texts(into *[]text, one func(value, *text) error) error {
	first := make(map[string]place)
	return v.list(func(v value) error {
		var t text
		if err := one(v, &t); err != nil {
			return err
		}
		if before, twice := first[t.s]; twice {
			return v.fail("%q is listed twice, first in line %d", shorten(t.s), before.line)
		}
		first[t.s] = t.place
		*into = append(*into, t)
		return nil
	})
}

// flag is a switch that a fixture may leave alone.
type flag struct {
	place
	set, on bool
}

func (v value) flag(into *flag) error {
	n := v.target()
	into.place, into.set = v.place, true
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&into.on) != nil {
		return v.fail("must be true or false, is %s", v.kind())
	}
	return nil
}

// number decodes a whole number between low and high.
func (v value) number(into *int, low, high int) error {
	n := v.target()
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(into) != nil {
		return v.fail("must be a whole number, is %s", v.kind())
	}
	if *into < low || *into > high {
		return v.fail("must be between %d and %d, is %d", low, high, *into)
	}
	return nil
}

// shorten keeps messages on one line.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return s
}
