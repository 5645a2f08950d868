package actions

import (
	"fmt"
	"strings"

	"github.com/mockcloud/mockcloud/internal/contract"
	"github.com/mockcloud/mockcloud/internal/jsonpath"
)

// arrays are the names of the arrays in the flattened output.
func (p *program) arrays() []string {
	flat, err := contract.Flatten(p.action.Success)
	if err != nil {
		return nil
	}
	return flat.ArrayProperties
}

// flatten brings a result into the form that Architect and outbound rules read:
// the keys of nested objects joined by dots, an array of objects as one array
// for each of their keys. Arrays that the contract has but the result leaves
// empty are empty there too.
func flatten(v *jsonpath.Value, arrays []string) (*jsonpath.Value, error) {
	if v.Kind() == jsonpath.Array && v.Len() > 0 && !ofObjects(v) {
		return v, nil // has no keys to name anything by
	}
	f := newFlattener(arrays)
	f.add("", v)
	if f.cells > maxCells {
		return nil, fmt.Errorf("the result has more than %d cells when its arrays are flattened", maxCells)
	}
	return f.out, nil
}

// maxCells bounds what parallel arrays take: objects that have no key in common
// make as many columns as rows.
const maxCells = 200_000

type flattener struct {
	out    *jsonpath.Value
	has    map[string]bool // the names in out
	arrays []string
	cells  int // of all columns; beyond maxCells nothing more is done
}

func newFlattener(arrays []string) *flattener {
	return &flattener{out: jsonpath.NewObject(), has: make(map[string]bool), arrays: arrays}
}

// set names a value. Of two with the same name, such as one from a nested object
// and one whose key has a dot, the first stays.
func (f *flattener) set(name string, v *jsonpath.Value) {
	if !f.has[name] {
		f.has[name] = true
		f.out.Add(name, v)
	}
}

func (f *flattener) add(name string, v *jsonpath.Value) {
	switch {
	case v.Kind() == jsonpath.Object:
		for key, member := range v.All() {
			f.add(join(name, key), member)
		}
	case v.Kind() == jsonpath.Array && v.Len() == 0:
		f.addEmpty(name)
	case v.Kind() == jsonpath.Array && ofObjects(v):
		f.addColumns(name, v)
	default:
		f.set(name, v)
	}
}

// addEmpty adds every array that is known to come of this one.
func (f *flattener) addEmpty(name string) {
	found := false
	for _, known := range f.arrays {
		if known == name || strings.HasPrefix(known, name+".") || name == "" {
			f.set(known, jsonpath.NewArray())
			found = true
		}
	}
	if !found && name != "" {
		f.set(name, jsonpath.NewArray())
	}
}

// addColumns turns the objects of an array into parallel arrays. A key that one
// of them lacks is null there, so that the arrays stay parallel.
func (f *flattener) addColumns(name string, rows *jsonpath.Value) {
	var order []string
	columns := make(map[string]*jsonpath.Value)
	for n, row := range rows.Items() {
		flat := newFlattener(nil)
		flat.add("", row)
		if f.cells += flat.cells + flat.out.Len() + 1; f.cells > maxCells || len(order)*n > maxCells {
			f.cells = maxCells + 1
			return
		}
		for key, cell := range flat.out.All() {
			column := columns[key]
			if column == nil {
				column = jsonpath.NewArray()
				columns[key] = column
				order = append(order, key)
			}
			fill(column, n)
			column.Append(cell)
		}
	}
	if len(order)*rows.Len() > maxCells {
		f.cells = maxCells + 1
		return
	}
	for _, key := range order {
		fill(columns[key], rows.Len())
		f.set(join(name, key), columns[key])
	}
}

// fill makes a column that long.
func fill(column *jsonpath.Value, length int) {
	for column.Len() < length {
		column.Append(jsonpath.NewNull())
	}
}

func ofObjects(v *jsonpath.Value) bool {
	for _, item := range v.Items() {
		if item.Kind() != jsonpath.Object {
			return false
		}
	}
	return v.Len() > 0
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}
