package engine

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// datatables are the data tables of Architect: rows have the columns that the
// table's schema names (facts: terraform.md 4).
func datatables() subject {
	return subject{
		items: map[string]*special{
			"/flows/datatables":         {fill: checkTable},
			"/flows/datatables/{}/rows": {check: checkRowKey, fill: fillRow},
		},
		answers: map[string]answer{
			"getFlowsDatatable":               tableBriefly,
			"getFlowsDatatablesDivisionview":  tableBriefly,
			"getFlowsDatatables":              tablesBriefly,
			"getFlowsDatatablesDivisionviews": tablesBriefly,
			"getFlowsDatatableRow":            rowBriefly,
			"getFlowsDatatableRows":           rowsBriefly,
		},
	}
}

// keyColumn is the column by which rows are found.
const keyColumn = "key"

// columns are the columns of a table and their defaults.
func columns(schema any) map[string]fields {
	var doc struct {
		Properties map[string]fields `json:"properties"`
	}
	text, ok := schema.(json.RawMessage)
	if !ok {
		encoded, err := encode(schema)
		if err != nil {
			return nil
		}
		text = encoded
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&doc) != nil {
		return nil
	}
	return doc.Properties
}

// checkTable refuses a table whose schema has no key.
func checkTable(p *plan, c *handlers.Call, body, old fields) error {
	held := columns(body["schema"])
	if len(held) == 0 {
		return nil
	}
	if _, ok := held[keyColumn]; !ok {
		return c.Documented(http.StatusBadRequest, "flows.datatables.schema.exception").OnField("schema")
	}
	if old != nil {
		for name := range columns(old["schema"]) {
			if _, kept := held[name]; !kept {
				return c.Documented(http.StatusBadRequest, "flows.datatables.cannot.remove.fields").OnField("schema")
			}
		}
	}
	return nil
}

// checkRowKey refuses a new row without a key.
func checkRowKey(_ *plan, c *handlers.Call, body, old fields) error {
	if old == nil && textOf(body[keyColumn]) == "" {
		return c.Documented(http.StatusBadRequest, "flows.datatables.schema.exception").OnField(keyColumn)
	}
	return nil
}

// fillRow gives a row the defaults of the columns that it leaves out, and refuses
// columns that the table does not have.
func fillRow(p *plan, c *handlers.Call, body, old fields) error {
	table, err := find(c.Tx, "/flows/datatables/"+escape(c.Param("datatableId")))
	if err != nil || table == nil {
		return err
	}
	held := columns(table.all()["schema"])
	if len(held) == 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		column, ok := held[name]
		if !ok || !columnTakes(textOf(column["type"]), body[name]) {
			return c.Documented(http.StatusBadRequest, "flows.datatables.schema.exception").OnField(name)
		}
	}
	for name, column := range held {
		if value, given := column["default"]; given && value != nil && body[name] == nil {
			body[name] = value
		}
	}
	return nil
}

// columnTakes tells whether a column of a type can hold a value.
func columnTakes(kind string, value any) bool {
	if text, raw := value.(json.RawMessage); raw {
		value = nil
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		_ = d.Decode(&value) // it was decoded before
	}
	switch v := value.(type) {
	case string:
		return kind == "string" || kind == ""
	case bool:
		return kind == "boolean" || kind == ""
	case json.Number:
		_, err := v.Int64()
		return kind == "number" || kind == "" || (kind == "integer" && err == nil)
	default:
		return kind == ""
	}
}

// tableBriefly is GET of a table: without its schema unless that is asked for.
func tableBriefly(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	return briefTable(c, d), nil
}

func briefTable(c *handlers.Call, d *document) any {
	if c.Input.Query.Get("expand") == "schema" {
		return d.Body
	}
	out := shallow(d.Body)
	delete(out, "schema")
	return out
}

func tablesBriefly(p *plan, c *handlers.Call) (any, error) {
	pg, err := p.page(c, p.at(c))
	if err != nil {
		return nil, err
	}
	entities := make([]any, len(pg.docs))
	for i, d := range pg.docs {
		entities[i] = briefTable(c, d)
	}
	return p.wrap(c, pg, entities), nil
}

// rowBriefly is GET of a row: its key alone unless the rest is asked for, which is
// the catalogue's default.
func rowBriefly(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	return briefRow(c, d), nil
}

func briefRow(c *handlers.Call, d *document) any {
	if c.Input.Query.Get("showbrief") == "false" {
		return d.Body
	}
	return fields{keyColumn: shallow(d.Body)[keyColumn]}
}

func rowsBriefly(p *plan, c *handlers.Call) (any, error) {
	pg, err := p.page(c, p.at(c))
	if err != nil {
		return nil, err
	}
	entities := make([]any, len(pg.docs))
	for i, d := range pg.docs {
		entities[i] = briefRow(c, d)
	}
	return p.wrap(c, pg, entities), nil
}
