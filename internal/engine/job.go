package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// outcomes are the words for work that is done, in small letters and without
// underscores, the likeliest first where an enum has several.
var outcomes = []string{
	"fulfilled", "completed", "complete", "finished", "succeeded", "success", "processed", "transcoded", "uploaded", "ready", "operational", "done",
	"parsecompleted", "validationcompleted",
}

// outcome is the word of an enum for work that is done; "" where it has none.
func outcome(enum []any) string {
	for _, word := range outcomes {
		for _, value := range enum {
			if text, ok := value.(string); ok && strings.ToLower(strings.ReplaceAll(text, "_", "")) == word {
				return text
			}
		}
	}
	return ""
}

// waiting is the word of an enum for work that needs a file first; "" where it has
// none.
func waiting(enum []any) string {
	for _, value := range enum {
		switch text, _ := value.(string); strings.ToLower(text) {
		case "waitingforupload", "uploadpending", "registered":
			return text
		}
	}
	return ""
}

// unnamed is the outcome where the catalogue does not list the words.
//
// Guess: among the older jobs, whose words are listed, it is about as frequent as
// "Complete".
const unnamed = "Completed"

// saysHow tells whether a property says how work stands.
func saysHow(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, "status") || strings.HasSuffix(lower, "state")
}

// finish makes the fields those of work that is done: it began and ended now.
func finish(shape *spec.Shape, out fields, now time.Time) {
	date := now.UTC().Format(clock.Layout)
	for _, name := range shape.PropertyNames() {
		s := shape.Property(name)
		if out[name] != nil {
			continue
		}
		switch s.Type {
		case "string":
			switch {
			case saysHow(name) && len(s.Enum) > 0:
				if word := outcome(s.Enum); word != "" {
					out[name] = word
				}
			case name == "status" || name == "state":
				out[name] = unnamed
			case isMoment(name):
				out[name] = date
			}
		case "integer", "number":
			if isProgress(name) {
				out[name] = json.Number("100")
			}
		case "array":
			if name == "errors" || name == "errorDetails" {
				out[name] = []any{}
			}
		case "object":
			if _, given := out[name]; !given && isResult(name) && !s.Has("id") && len(s.PropertyNames()) > 0 {
				out[name] = emptied(s, now)
			}
		}
	}
}

// isMoment tells whether a date is that of something that happens to a job.
func isMoment(name string) bool {
	switch name {
	case "completionDate", "submissionDate", "dateCompleted", "dateCompletion", "dateFinished", "dateStarted", "dateSubmitted", "dateExecuted",
		"dateCompletionEstimated", "createdDateTime", "modifiedDateTime":
		return true
	}
	return false
}

func isProgress(name string) bool {
	switch name {
	case "percentComplete", "percentProgress", "percentageComplete", "progress", "percentage":
		return true
	}
	return false
}

func isResult(name string) bool {
	return name == "result" || name == "report" || strings.HasSuffix(name, "Result") || strings.HasSuffix(name, "Report")
}

// emptied is a value of an object's shape that holds nothing: lists without
// elements, counts of nothing, and what else is demanded.
func emptied(s *spec.Shape, now time.Time) any {
	out := fields{}
	none(s, out)
	fitted, _ := s.Fit(out, spec.Filler{Now: now})
	return fitted
}

// none sets the lists and counts of a shape to those of nothing.
func none(s *spec.Shape, out fields) {
	for _, name := range s.PropertyNames() {
		if out[name] != nil {
			continue
		}
		switch p := s.Property(name); {
		case p.Type == "array":
			out[name] = []any{}
		case (p.Type == "integer" || p.Type == "number") && isCount(name):
			out[name] = json.Number("0")
		}
	}
}

// isCount tells whether a number says how many there are of something.
func isCount(name string) bool {
	return name == "total" || name == "count" || name == "totalHits" || strings.HasSuffix(name, "Count") || strings.HasSuffix(name, "count") ||
		strings.HasPrefix(name, "count") || strings.HasSuffix(name, "Total")
}

// job starts a job, which is done at once, unless it waits for a file.
func (p *plan) job(c *handlers.Call) (any, error) {
	q := p.asJob()
	body := p.sent(c)
	for name := range body { // a client that sends a whole job has no say in these
		if saysHow(name) || isMoment(name) || isProgress(name) || isCount(name) || name == "errorInformation" || strings.HasPrefix(name, "download") {
			delete(body, name)
		}
	}
	id := c.NewID()
	path := p.at(c) + "/" + escape(id)
	if q.entity != nil {
		waits, err := q.await(c, body, path)
		if err != nil {
			return nil, err
		}
		p.nameThings(c, q.entity, body)
		if do := p.engine.known.tasks[p.op.ID]; do != nil {
			if err := limited(c); err != nil {
				return nil, err
			}
			if err := do(q, c, body); err != nil {
				return nil, err
			}
		}
		if !waits {
			finish(q.entity, body, c.Now())
		}
		if err := q.addExport(c, body, path); err != nil {
			return nil, err
		}
	}
	d, err := q.make(c, p.at(c), body, id)
	if err != nil {
		return nil, err
	}
	return q.answerJob(c, d)
}

// await hands out where the file of a job is to be put, and tells whether there has
// to be one. The job itself says that it waits.
func (p *plan) await(c *handlers.Call, body fields, path string) (bool, error) {
	shape := p.entity
	if uploadProperty(shape) == "" {
		shape = p.answer
	}
	waits, err := p.addUpload(c, shape, body, path, textOf(body["fileName"]))
	if err != nil || !waits {
		return false, err
	}
	for _, name := range []string{"status", "state"} {
		switch s := p.entity.Property(name); {
		case s == nil:
		case len(s.Enum) == 0:
			body[name] = waitsUnnamed
		case waiting(s.Enum) != "":
			body[name] = waiting(s.Enum)
		}
	}
	return true, nil
}

// waitsUnnamed is the word for a job that waits for its file where the catalogue
// does not list the words.
//
// Guess: the word of the jobs of data tables.
const waitsUnnamed = "WaitingForUpload"

// asJob is the plan with what a job is: where no operation reads it, it is what its
// start answers.
func (p *plan) asJob() *plan {
	if p.entity != nil || p.answer == nil {
		return p
	}
	q := *p
	q.entity, q.whole = p.answer, true
	collection := *p.collection
	if collection.Key == "" && p.answer.Has("id") {
		collection.Key = "id"
	}
	q.collection = &collection
	return &q
}

// idNames are the properties by which the answer to a start names the job.
var idNames = []string{"id", "jobId", "operationId", "executionId", "transactionId", "downloadId", "uploadId"}

// answerJob answers a job to the one who has started it.
func (p *plan) answerJob(c *handlers.Call, d *document) (any, error) {
	answered, err := p.present(c, d, p.answer, false)
	out, ok := answered.(fields)
	if err != nil || !ok {
		return answered, err
	}
	id := d.key()
	for _, name := range idNames {
		if s := p.answer.Property(name); s != nil && s.Type == "string" {
			out[name] = id
		}
	}
	if s := p.answer.Property("job"); s != nil && s.Type == "object" && s.Has("id") {
		job, _ := out["job"].(fields)
		if job = maps.Clone(job); job == nil {
			job = fields{}
		}
		job["id"] = id
		if s.Has("selfUri") {
			job["selfUri"] = apiPrefix + d.Path
		}
		out["job"] = job
	}
	if p.answer.Has("selfUri") {
		out["selfUri"] = apiPrefix + d.Path
	}
	if p.answer.Has("resultsUri") {
		out["resultsUri"] = apiPrefix + d.Path
	}
	return out, nil
}

// key is the item's key, as its path has it.
func (d *document) key() string { return unescape(d.Path[strings.LastIndexByte(d.Path, '/')+1:]) }

// addExport gives a job that exports something the address of what it has exported.
func (p *plan) addExport(c *handlers.Call, body fields, path string) error {
	if !slices.ContainsFunc(strings.Split(p.op.Path, "/"), isExportWord) {
		return nil
	}
	for _, name := range []string{"downloadUrl", "downloadURL", "downloadURI", "downloadUri", "fileUrl"} {
		s := p.entity.Property(name)
		if s == nil || s.Type != "string" || body[name] != nil {
			continue
		}
		extension := ".csv"
		if kind := strings.ToLower(textOf(body["fileType"])); kind == "json" || kind == "" && strings.HasPrefix(p.row.Collection, "/knowledge/") {
			extension = ".json"
		}
		address, err := p.engine.newDownload(c.Tx, c.Authority.Issuer(), c.NewID(), path, "export"+extension)
		if err != nil {
			return err
		}
		body[name] = address
	}
	n, err := p.engine.exportedCount(c.Tx, path)
	if err != nil {
		return err
	}
	for _, name := range []string{"countRecordsProcessed", "countDocumentProcessed", "resultRowCount", "rowsExported", "totalRows"} {
		if p.entity.Has(name) && body[name] == nil {
			body[name] = number(n)
		}
	}
	return nil
}

func isExportWord(word string) bool {
	return word == "export" || word == "exports" || word == "download"
}

// started tells whether an operation that is no job of its own answers as one does.
func (p *plan) started() bool {
	if p.op.Method == "GET" || p.answer == nil || p.answer.Type != "object" {
		return strings.Contains(p.op.Path, "/jobs/") || strings.HasSuffix(p.op.Path, "/results")
	}
	return p.answer.Has("operationId") || p.answer.Has("job") || p.answer.Has("executionId") || p.answer.Has("status") || p.answer.Has("state")
}
