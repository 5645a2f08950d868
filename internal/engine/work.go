package engine

import (
	"errors"
	"maps"
	"math"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// task is what a job does when it is started. It may change the job's own fields;
// what it leaves beside those can be read by the operations that answer results.
type task = func(p *plan, c *handlers.Call, job fields) error

// works are the jobs that change or find what is stored, and what answers their
// results.
func works() subject {
	return subject{
		tasks: map[string]task{
			"postOutboundContactlistContactsBulkRemove":    removeContacts,
			"postOutboundContactlistContactsBulkUpdate":    editContacts,
			"postRecordingBatchrequests":                   batchDownload,
			"postTaskmanagementWorkitemsBulkAddJobs":       addWorkitems,
			"postTaskmanagementWorkitemsBulkTerminateJobs": terminateWorkitems,
			"postTaskmanagementWorkitemsQueryJobs":         queryBy("postTaskmanagementWorkitemsQuery", "/taskmanagement/workitems"),
			"postCasemanagementCasesQueryJobs":             queryBy("getCasemanagementCasesQueryJobResults", "/casemanagement/cases"),
			"postKnowledgeKnowledgebaseParseJobs":          parsedAtOnce,
			"postKnowledgeKnowledgebaseImportJobs":         validatedFirst,
			"postRecordingJobs":                            readyFirst,
		},
		answers: map[string]answer{
			"getTaskmanagementWorkitemsBulkAddJobResults":       bulkResults,
			"getTaskmanagementWorkitemsBulkTerminateJobResults": bulkResults,
			"getTaskmanagementWorkitemsQueryJobResults":         foundOf("postTaskmanagementWorkitemsQuery", "/taskmanagement/workitems"),
			"getCasemanagementCasesQueryJobResults":             foundOf("getCasemanagementCasesQueryJobResults", "/casemanagement/cases"),
		},
		items: map[string]*special{
			"/recording/jobs":                               {fill: runRecordingJob},
			"/knowledge/knowledgebases/{}/import/jobs":      {fill: confirmImport},
			"/knowledge/knowledgebases/{}/synchronize/jobs": {fill: confirmImport},
		},
	}
}

// found are all items of a collection that a query finds as the body of a search,
// among those that the caller may see. by is the operation with that search.
func (p *plan) found(c *handlers.Call, by, collection string, body fields) ([]*document, error) {
	q, err := p.engine.planOf(by)
	if err != nil {
		return nil, err
	}
	a := new(ask)
	if err := q.queried(c, body, a); err != nil {
		return nil, err
	}
	a.size, a.number, a.after, a.before = math.MaxInt32, 1, "", ""
	pg, err := q.find(c, collection, a)
	if err != nil {
		return nil, err
	}
	return pg.docs, nil
}

// contactsOf are the contacts that a bulk job is about: those that it names, that
// its criteria find, or that the filter finds which it names.
func contactsOf(p *plan, c *handlers.Call) ([]*document, error) {
	contacts := expand("/outbound/contactlists/{contactListId}/contacts", c)
	sent := p.plainBody(c)
	if ids, ok := sent["contactIds"].([]any); ok && len(ids) > 0 {
		var docs []*document
		for _, id := range ids {
			d, err := find(c.Tx, contacts+"/"+escape(textOf(id)))
			if err != nil {
				return nil, err
			}
			if d != nil {
				docs = append(docs, d)
			}
		}
		return docs, nil
	}
	criteria, _ := sent["criteria"].(fields)
	if id := textOf(sent["contactListFilterId"]); id != "" {
		filter, err := find(c.Tx, "/outbound/contactlistfilters/"+escape(id))
		if err != nil {
			return nil, err
		}
		if filter == nil {
			return nil, c.Documented(400, "invalid.contact.list.filter").OnField("contactListFilterId")
		}
		criteria = decodeFields(filter.Body)
	}
	if len(criteria) == 0 {
		return gather(c.Tx, contacts, nil)
	}
	q, err := p.engine.planOf("postOutboundContactlistContactsSearch")
	if err != nil {
		return nil, err
	}
	fits, err := q.tree(criteria)
	if err != nil {
		return nil, err
	}
	return gather(c.Tx, contacts, fits)
}

// counted notes how much a job has done.
func counted(p *plan, job fields, done int) {
	for _, name := range []string{"totalRecords", "completedRecords", "totalCount", "successfulCount"} {
		if p.entity.Has(name) {
			job[name] = number(done)
		}
	}
}

// removeContacts removes contacts of a list.
func removeContacts(p *plan, c *handlers.Call, job fields) error {
	docs, err := contactsOf(p, c)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := remove(c.Tx, d); err != nil {
			return err
		}
	}
	job["type"] = "BulkDelete"
	counted(p, job, len(docs))
	return nil
}

// editContacts changes contacts of a list: of the columns that are sent, the others
// stay.
func editContacts(p *plan, c *handlers.Call, job fields) error {
	docs, err := contactsOf(p, c)
	if err != nil {
		return err
	}
	q, err := p.engine.planOf("putOutboundContactlistContact")
	if err != nil {
		return err
	}
	sent, _ := p.plainBody(c)["contact"].(fields)
	change := maps.Clone(sent)
	delete(change, "id")
	delete(change, "contactListId")
	if len(change) == 0 && sent == nil {
		docs = nil
	}
	for _, d := range docs {
		body := d.deep()
		for name, value := range change {
			body[name] = merge(body[name], value)
		}
		if _, err := q.save(c, d, body); err != nil {
			return err
		}
	}
	job["type"] = "BulkEdit"
	counted(p, job, len(docs))
	return nil
}

// entitiesOf are the entities in the body of a bulk job.
func entitiesOf(p *plan, c *handlers.Call) []fields {
	list, _ := p.plainBody(c)["entities"].([]any)
	out := make([]fields, 0, len(list))
	for _, element := range list {
		if entity, ok := element.(fields); ok {
			out = append(out, entity)
		}
	}
	return out
}

// resultsName is where a job keeps its results; no answer has a property of that
// name.
const resultsName = "\x00results"

// bulkEach does something to each entity of a bulk job and keeps what came out.
func bulkEach(p *plan, c *handlers.Call, job fields, action string, do func(fields) (*document, error)) error {
	entities := entitiesOf(p, c)
	results := make([]any, 0, len(entities))
	failed := 0
	for _, entity := range entities {
		d, err := do(entity)
		if refused, ok := errors.AsType[*apierr.Error](err); ok {
			failed++
			results = append(results, fields{"error": fields{"code": refused.Code, "message": refused.Message}})
			continue
		}
		if err != nil {
			return err
		}
		results = append(results, fields{"entity": d.all()})
	}
	job[resultsName] = results
	job["action"] = action
	job["totalCount"], job["failedCount"], job["successfulCount"] = number(len(entities)), number(failed), number(len(entities)-failed)
	return nil
}

// addWorkitems makes work items.
func addWorkitems(p *plan, c *handlers.Call, job fields) error {
	q, err := p.engine.planOf("postTaskmanagementWorkitems")
	if err != nil {
		return err
	}
	return bulkEach(p, c, job, "AddWorkitems", func(entity fields) (*document, error) {
		return q.make(c, q.row.Collection, maps.Clone(entity), "")
	})
}

// terminateWorkitems closes work items.
func terminateWorkitems(p *plan, c *handlers.Call, job fields) error {
	q, err := p.engine.planOf("postTaskmanagementWorkitemTerminate")
	if err != nil {
		return err
	}
	return bulkEach(p, c, job, "TerminateWorkitems", func(entity fields) (*document, error) {
		id := textOf(entity["id"])
		d, err := find(c.Tx, "/taskmanagement/workitems/"+escape(id))
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, apierr.NotFound().About(id, "")
		}
		stored := d.all()
		stored["statusCategory"] = "Closed"
		stored["dateClosed"] = c.Now().UTC().Format(clock.Layout)
		q.stampChange(c, stored)
		q.raise(stored, stored)
		return q.save(c, d, stored)
	})
}

// bulkResults answers what came out for each entity of a bulk job.
func bulkResults(p *plan, c *handlers.Call) (any, error) {
	d, err := find(c.Tx, p.innermostPath(c))
	if err != nil || d == nil {
		return nil, err
	}
	results, _ := decodeFields(d.Rest)[resultsName].([]any)
	indexes := []any{}
	for i, one := range results {
		if result, ok := one.(fields); ok && result["error"] != nil {
			indexes = append(indexes, number(i))
		}
	}
	return p.fit(c, fields{"results": results, "errorIndexes": indexes, "errorCount": number(len(indexes))}), nil
}

// queryName is where a job keeps what it was asked.
const queryName = "\x00query"

// queryLater keeps the question of a job until somebody asks for its results.
func queryLater(p *plan, c *handlers.Call, job fields) error {
	job[queryName] = p.plainBody(c)
	return nil
}

// queryBy is queryLater for questions that may be refused: they are at once, as the
// operation refuses them that finds what they ask for.
func queryBy(by, collection string) task {
	return func(p *plan, c *handlers.Call, job fields) error {
		if _, err := p.found(c, by, collection, p.plainBody(c)); err != nil {
			return err
		}
		return queryLater(p, c, job)
	}
}

// foundOf answers what a query job finds: as much as when it is asked for the
// results, which is no less than the real service would have found before.
func foundOf(by, collection string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		job, err := find(c.Tx, p.innermostPath(c))
		if err != nil || job == nil {
			return nil, err
		}
		query, _ := decodeFields(job.Rest)[queryName].(fields)
		docs, err := p.found(c, by, collection, query)
		if err != nil {
			return nil, err
		}
		return p.answerPage(c, &page{docs: docs, total: len(docs), size: max(len(docs), 1), number: 1})
	}
}

// batchDownload finds the recordings that are to be downloaded.
func batchDownload(p *plan, c *handlers.Call, job fields) error {
	list, _ := p.plainBody(c)["batchDownloadRequestList"].([]any)
	results, failed := []any{}, 0
	for _, element := range list {
		wanted, _ := element.(fields)
		conversation, recording := textOf(wanted["conversationId"]), textOf(wanted["recordingId"])
		recordings := "/conversations/" + escape(conversation) + "/recordings"
		docs, err := gather(c.Tx, recordings, nil)
		if err != nil {
			return err
		}
		n := len(results)
		for _, d := range docs {
			if recording != "" && d.key() != recording {
				continue
			}
			address, err := p.engine.newDownload(c.Tx, c.Authority.Issuer(), c.NewID(), d.Path, recordingFile)
			if err != nil {
				return err
			}
			results = append(results, fields{"conversationId": conversation, "recordingId": d.key(), "resultUrl": address, "contentType": typeWAV})
		}
		if len(results) == n {
			failed++
			results = append(results, fields{"conversationId": conversation, "recordingId": recording, "errorMsg": "There is no such recording."})
		}
	}
	job["results"], job["errorCount"] = results, number(failed)
	job["resultCount"], job["expectedResultCount"] = number(len(results)), number(len(results))
	return nil
}

// parsedAtOnce has a job wait for the import of what it has parsed.
func parsedAtOnce(_ *plan, _ *handlers.Call, job fields) error {
	job["status"] = "ParseCompleted"
	return nil
}

// validatedFirst has an import wait until the client confirms it, unless it said at
// once that it would not look.
func validatedFirst(p *plan, c *handlers.Call, job fields) error {
	if skip, _ := p.plainBody(c)["skipConfirmationStep"].(bool); !skip {
		job["status"] = "ValidationCompleted"
	}
	return nil
}

// confirmImport finishes an import that the client starts after it was validated.
func confirmImport(_ *plan, _ *handlers.Call, body, old fields) error {
	if old != nil && textOf(body["status"]) == "Started" {
		body["status"] = "Completed"
	}
	return nil
}

// readyFirst has a job of recordings wait until the client lets it run.
func readyFirst(_ *plan, _ *handlers.Call, job fields) error {
	job["state"] = "READY"
	for _, name := range []string{"totalConversations", "totalRecordings", "totalSkippedRecordings", "totalFailedRecordings", "totalProcessedRecordings", "percentProgress"} {
		job[name] = number(0)
	}
	return nil
}

// runRecordingJob finishes a job of recordings that the client lets run.
func runRecordingJob(_ *plan, _ *handlers.Call, body, old fields) error {
	if old != nil && textOf(body["state"]) == "PROCESSING" {
		body["state"], body["percentProgress"] = "FULFILLED", number(100)
	}
	return nil
}
