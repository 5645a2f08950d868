package engine

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
)

// rowsArrived puts the lines of a file into a data table as rows, in place of those
// that are there or beside them.
func rowsArrived(a *arrival) error {
	job, err := find(a.tx, a.file.Path)
	if err != nil || job == nil {
		return err
	}
	table, err := find(a.tx, a.file.Path[:strings.Index(a.file.Path, "/import/")])
	if err != nil || table == nil {
		return err
	}
	date := a.now.UTC().Format(clock.Layout)
	rows, failed, err := readRows(table, a.file.Content)
	if refused := (*apierr.Error)(nil); err != nil && asRefusal(err, &refused) {
		return a.set(job, fields{
			"status": "Failed", "dateCompleted": date,
			"errorInformation": fields{"message": refused.Message, "code": refused.Code, "status": number(http.StatusBadRequest)},
		})
	}
	if err != nil {
		return err
	}
	removed := 0
	if textOf(decodeFields(job.Body)["importMode"]) == "ReplaceAll" {
		old, err := gather(a.tx, table.Path+"/rows", nil)
		if err != nil {
			return err
		}
		for _, row := range old {
			if rows[row.key()] == nil {
				removed++
			}
			if err := remove(a.tx, row); err != nil {
				return err
			}
		}
	}
	for _, key := range sortedKeys(rows) {
		if err := putRow(a, table.Path+"/rows/"+escape(key), rows[key]); err != nil {
			return err
		}
	}
	return a.set(job, fields{
		"status": "Succeeded", "dateCompleted": date,
		"countRecordsUpdated": number(len(rows)), "countRecordsFailed": number(failed), "countRecordsDeleted": number(removed),
	})
}

func putRow(a *arrival, path string, row fields) error {
	text, err := encode(row)
	if err != nil {
		return err
	}
	old, err := find(a.tx, path)
	if err != nil {
		return err
	}
	if old == nil {
		return add(a.tx, &document{Path: path, Body: text})
	}
	changed := *old
	changed.Body = text
	return replace(a.tx, old, &changed)
}

// readRows reads rows, by their keys, and counts the lines that are none. Columns
// that a line leaves out or empty have their defaults.
func readRows(table *document, text []byte) (rows map[string]fields, failed int, err error) {
	held := columns(table.all()["schema"])
	r := csv.NewReader(bytes.NewReader(withoutMark(text)))
	r.FieldsPerRecord = -1
	headings, err := r.Read()
	if err != nil {
		return nil, 0, apierr.BadRequest("The file has no headings.")
	}
	for i, name := range headings {
		headings[i] = strings.TrimSpace(name)
		if _, ok := held[headings[i]]; !ok {
			return nil, 0, apierr.BadRequest("The table has no column " + cut(headings[i], 100) + ".")
		}
	}
	if !slices.Contains(headings, keyColumn) {
		return nil, 0, apierr.BadRequest("The file has no column " + keyColumn + ".")
	}
	rows = make(map[string]fields)
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, failed, nil
		}
		if err != nil {
			failed++
			if !errors.Is(err, csv.ErrFieldCount) && len(line) == 0 {
				return rows, failed, nil // what follows cannot be told apart
			}
			continue
		}
		if len(rows) == maxRows {
			return nil, 0, apierr.BadRequest("A data table has " + strconv.Itoa(maxRows) + " rows at most.")
		}
		row, ok := rowOf(held, headings, line)
		if !ok {
			failed++
			continue
		}
		rows[textOf(row[keyColumn])] = row
	}
}

func rowOf(held map[string]fields, headings, line []string) (fields, bool) {
	row := fields{}
	for name, column := range held {
		if value := column["default"]; value != nil {
			row[name] = value
		}
	}
	for i, text := range line {
		if i >= len(headings) {
			return nil, false
		}
		if text == "" {
			continue
		}
		name := headings[i]
		var value any = text
		switch kind := textOf(held[name]["type"]); kind {
		case "boolean":
			value = strings.EqualFold(text, "true")
			if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
				return nil, false
			}
		case "integer", "number":
			value = json.Number(text)
			if !json.Valid([]byte(text)) || !columnTakes(kind, value) {
				return nil, false
			}
		}
		row[name] = value
	}
	key := textOf(row[keyColumn])
	return row, key != "" && len(key) <= maxKey
}

// maxRows is how many rows a file can have.
//
// Guess: the real limit is the organization's own.
const maxRows = 20_000

// maxKey keeps paths of rows below what the state file takes.
const maxKey = 256
