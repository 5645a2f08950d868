package engine

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// download answers an operation whose answer is no JSON: the file of what its path
// leads to.
func (p *plan) download(c *handlers.Call) (any, error) {
	of := p.innermostPath(c)
	if f, err := fileOf(c.Tx, of); err != nil || f != nil {
		if err != nil {
			return nil, err
		}
		return handlers.Raw{ContentType: contentType(f), Body: f.Content}, nil
	}
	return nil, apierr.NotFound()
}

// contentType is what a file is, by what its client said or by its name.
func contentType(f *file) string {
	if f.Type != "" {
		return f.Type
	}
	if kind := mime.TypeByExtension(path.Ext(f.Name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// The types of the files that are made here.
const (
	typeCSV  = "text/csv; charset=utf-8"
	typeJSON = "application/json"
	typeWAV  = "audio/wav"
	typeText = "text/plain; charset=utf-8"
)

// Open opens the file of a signed URL: one that a client has sent, or one that is
// made of what is stored.
func (e *Engine) Open(tx *store.Tx, d upload.Download, now time.Time) (*upload.Content, error) {
	there, err := e.there(tx, d.Of)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, upload.ErrGone
	}
	f, err := fileOf(tx, d.Of)
	if err != nil {
		return nil, err
	}
	if f != nil {
		return &upload.Content{Type: contentType(f), Body: f.Content}, nil
	}
	switch path.Ext(d.File) {
	case ".csv":
		body, err := e.sheet(tx, d.Of)
		return &upload.Content{Type: typeCSV, Body: body}, err
	case ".json":
		body, err := e.text(tx, d)
		return &upload.Content{Type: typeJSON, Body: body}, err
	case ".wav":
		return &upload.Content{Type: typeWAV, Body: silence()}, nil
	default:
		return &upload.Content{Type: typeText}, nil
	}
}

// silence is one second of it. There are no sounds here, and players need something
// that they can play.
func silence() []byte {
	const rate, header = 8000, 44
	b := make([]byte, 0, header+rate)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, header-8+rate)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // one channel
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate) // bytes a second
	b = binary.LittleEndian.AppendUint16(b, 1)    // bytes a sample
	b = binary.LittleEndian.AppendUint16(b, 8)    // bits a sample
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, rate)
	return append(b, bytes.Repeat([]byte{0x80}, rate)...)
}

// transcriptFile is the name of the file with the transcripts of a conversation.
const transcriptFile = "transcript.json"

// text is what is stored as JSON: what a job exports, or the item itself.
func (e *Engine) text(tx *store.Tx, d upload.Download) ([]byte, error) {
	if strings.HasPrefix(d.File, "export") {
		if source := e.exported(d.Of); source != "" {
			docs, err := gather(tx, source, nil)
			if err != nil {
				return nil, err
			}
			all := make([]json.RawMessage, len(docs))
			for i, doc := range docs {
				all[i] = doc.Body
			}
			return encode(all)
		}
	}
	if d.File == resultFile {
		return []byte("{}"), nil
	}
	for _, of := range []*store.Collection[*document]{&items, &singletons} {
		doc, err := peek(of, tx, d.Of)
		if err != nil {
			return nil, err
		}
		if doc != nil && d.File == transcriptFile {
			return encode(fields{"conversationId": doc.key(), "transcripts": []any{}})
		}
		if doc != nil {
			return doc.Body, nil
		}
	}
	return []byte("{}"), nil
}

// rowsOf are the collections below an item that hold what its exports are of.
var rowsOf = map[string]string{
	"/outbound/contactlists": "/contacts", "/outbound/dnclists": "/phonenumbers", "/flows/datatables": "/rows", "/knowledge/knowledgebases": "/documents", "/businessrules/decisiontables": "/rows",
}

// exported is the collection that a job or an item is the export of, by its path:
// the one before the word for it, or the rows of the item before it. It is "" where
// that is not known.
func (e *Engine) exported(of string) string {
	source := of
	for _, word := range []string{"/exports", "/export", "/download"} {
		if i := strings.Index(of, word+"/"); i >= 0 {
			source = of[:i]
			break
		}
	}
	if i := strings.LastIndexByte(source, '/'); i > 0 {
		if rows := rowsOf[source[:i]]; rows != "" {
			return source + rows
		}
	}
	if c, err := e.Table.Collection(source); err == nil && c != nil && c.Made != "singleton" {
		return source
	}
	return ""
}

// exportedCount is how many items an export holds.
func (e *Engine) exportedCount(tx *store.Tx, of string) (int, error) {
	source := e.exported(of)
	if source == "" {
		return 0, nil
	}
	return total(tx, source)
}

// sheet is an export as a table: a line of headings, and one for each item.
func (e *Engine) sheet(tx *store.Tx, of string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	source := e.exported(of)
	if source == "" {
		return nil, nil
	}
	docs, err := gather(tx, source, nil)
	if err != nil {
		return nil, err
	}
	names, cell, err := e.headings(tx, source)
	if err != nil {
		return nil, err
	}
	if err := w.Write(names); err != nil {
		return nil, err
	}
	for _, d := range docs {
		held := decodeFields(d.Body)
		line := make([]string, len(names))
		for i, name := range names {
			line[i] = textOf(cell(held, name))
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// idColumn is how exports of contact lists head the ids of their contacts.
const idColumn = "inin-outbound-id"

// headings are those of an export's table, with what stands below them.
func (e *Engine) headings(tx *store.Tx, source string) (names []string, cell func(fields, string) any, err error) {
	cell = func(held fields, name string) any { return held[name] }
	i := strings.LastIndexByte(source, '/')
	owner, err := find(tx, source[:i])
	if err != nil {
		return nil, nil, err
	}
	if owner != nil && strings.HasPrefix(source, "/outbound/contactlists/") {
		names = []string{idColumn}
		listed, _ := decodeFields(owner.Body)["columnNames"].([]any)
		for _, name := range listed {
			names = append(names, textOf(name))
		}
		return names, func(held fields, name string) any {
			if name == idColumn {
				return held["id"]
			}
			data, _ := held["data"].(fields)
			return data[name]
		}, nil
	}
	if owner != nil && strings.HasPrefix(source, "/flows/datatables/") {
		return columnOrder(owner), cell, nil
	}
	return e.scalars(source), cell, nil
}

// columnOrder are the columns of a data table as they are shown, the key first.
func columnOrder(table *document) []string {
	held := columns(table.all()["schema"])
	names := sortedKeys(held)
	slices.SortStableFunc(names, func(a, b string) int {
		if a == keyColumn || b == keyColumn {
			return boolRank(b == keyColumn) - boolRank(a == keyColumn)
		}
		return atoi(textOf(held[a]["displayOrder"])) - atoi(textOf(held[b]["displayOrder"]))
	})
	return names
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// scalars are the properties of a collection's items that fit a cell, the id and
// the name first.
func (e *Engine) scalars(source string) []string {
	c, err := e.Table.Collection(source)
	if err != nil || c == nil {
		return nil
	}
	entity := e.entityOf(c)
	if entity == nil {
		return nil
	}
	var names []string
	for _, name := range []string{"id", "name"} {
		if entity.Has(name) {
			names = append(names, name)
		}
	}
	for _, name := range entity.PropertyNames() {
		if t := entity.Property(name).Type; t != "object" && t != "array" && t != "" && name != "selfUri" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
