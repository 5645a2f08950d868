package engine

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// failureLists are the properties in which answers to bulk operations tell what was
// refused; in results all elements stand.
var failureLists = []string{"failures", "errors", "disallowedEntities"}

// tells tells whether the answer says what became of each element.
func (b *batch) tells() bool {
	if b.answer == nil || b.answer.Type != "object" {
		return false
	}
	for _, name := range append([]string{"results"}, failureLists...) {
		if s := b.answer.Property(name); s != nil && s.Type == "array" {
			return true
		}
	}
	return false
}

// answered is the answer, in whichever of the forms that the API has it.
func (b *batch) answered() (any, error) {
	if b.answer == nil {
		return handlers.None{}, nil
	}
	var docs []*document
	for _, o := range b.outcomes {
		if o.doc != nil {
			docs = append(docs, o.doc)
		}
	}
	out := fields{}
	if b.listing != nil && b.row.Items != "results" && !slices.Contains(failureLists, b.row.Items) {
		entities, err := b.presentAll(b.call, docs)
		if err != nil {
			return nil, err
		}
		wrapped := b.wrap(b.call, &page{docs: docs, total: len(docs), size: everything, number: 1}, entities)
		whole, ok := wrapped.(fields)
		if !ok {
			return wrapped, nil
		}
		out = whole
	}
	b.count(out)
	if s := b.answer.Property("results"); s != nil && s.Type == "array" && s.Items() != nil {
		results := make([]any, len(b.outcomes))
		for i, o := range b.outcomes {
			results[i] = b.result(s.Items(), o)
		}
		out["results"] = results
	}
	for _, name := range failureLists {
		if s := b.answer.Property(name); s != nil && s.Type == "array" && s.Items() != nil {
			out[name] = b.failures(s.Items())
		}
	}
	if b.answer.Type != "object" {
		fitted, _ := b.answer.Fit(nil, spec.Filler{Now: b.call.Now()})
		return fitted, nil
	}
	if len(docs) == 1 && b.whole {
		return docs[0].Body, nil
	}
	if b.answer.Has("id") {
		out["id"] = b.call.NewID()
	}
	finish(b.answer, out, b.call.Now())
	fitted, _ := b.answer.Fit(out, spec.Filler{Now: b.call.Now(), ID: textOf(out["id"])})
	return fitted, nil
}

// count sets the numbers of what happened and of what was refused.
func (b *batch) count(out fields) {
	var indexes, ids []any
	done := 0
	for i, o := range b.outcomes {
		if o.refusal == nil {
			done++
			continue
		}
		indexes = append(indexes, number(i))
		ids = append(ids, o.id)
	}
	for _, name := range b.answer.PropertyNames() {
		s := b.answer.Property(name)
		switch {
		case name == "errorCount":
			out[name] = number(len(indexes))
		case name == "errorIndexes":
			out[name] = append([]any{}, indexes...)
		case name == "errorResultIds":
			out[name] = append([]any{}, ids...)
		case (s.Type == "integer" || s.Type == "number") && isDoneCount(name):
			out[name] = number(done)
		}
	}
}

// isDoneCount tells whether a number says how many items a call has changed:
// totalCreated, addedPhrases, completedRecords.
func isDoneCount(name string) bool {
	switch name {
	case "totalCreated", "totalUpdated", "totalDeleted", "completedRecords", "totalRecords":
		return true
	}
	return strings.HasPrefix(name, "added")
}

// result tells what became of one element.
func (b *batch) result(shape *spec.Shape, o outcomeOf) any {
	out := fields{}
	for _, name := range shape.PropertyNames() {
		s := shape.Property(name)
		switch {
		case name == "id" || (s.Type == "string" && strings.HasSuffix(name, "Id")):
			out[name] = o.id
		case name == "success":
			out[name] = o.refusal == nil
		case name == "status" && s.Type != "string":
			out[name] = number(b.statusOf(o))
		case name == "status":
			out[name] = "Success"
			if o.refusal != nil {
				out[name] = "Error"
			}
		case name == "error":
			if o.refusal != nil {
				out[name] = refusalFields(o)
			}
		case s.Type == "object" && o.doc != nil:
			out[name] = o.doc.all()
		case s.Type == "object" && s.Has("id") && o.refusal == nil:
			out[name] = fields{"id": o.id}
		}
	}
	return out
}

func (b *batch) statusOf(o outcomeOf) int {
	if o.refusal != nil {
		return o.refusal.Status
	}
	if b.op.Facts().Status > 0 {
		return b.op.Facts().Status
	}
	return 200
}

// refusalFields are a refusal under the names that the schemas of answers have.
func refusalFields(o outcomeOf) fields {
	return fields{
		"code": o.refusal.Code, "errorCode": o.refusal.Code, "message": o.refusal.Message, "status": number(o.refusal.Status), "retryable": false,
		"entity": fields{"id": o.id},
	}
}

// failures are the elements that were refused. Reasons are words of an enum.
func (b *batch) failures(shape *spec.Shape) []any {
	failed := []any{}
	for _, o := range b.outcomes {
		if o.refusal == nil {
			continue
		}
		out := refusalFields(o)
		out["id"] = o.id
		for _, name := range []string{"reason", "failure", "failureReason"} {
			if s := shape.Property(name); s != nil {
				out[name] = reason(s.Enum)
			}
		}
		if shape.Has("user") {
			out["user"] = fields{"id": o.id}
		}
		failed = append(failed, out)
	}
	return failed
}

// reason is the word of an enum that says that something is not there.
func reason(enum []any) any {
	for _, value := range enum {
		if text, ok := value.(string); ok && (strings.HasSuffix(text, "NotFound") || strings.Contains(text, "NotIn")) {
			return text
		}
	}
	return nil
}
