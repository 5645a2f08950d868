package engine

import (
	"net/http"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// forms are those of quality management, which are edited until a copy of what they
// are is published.
func forms() subject {
	return subject{answers: map[string]answer{
		"postQualityPublishedforms":            publishForm("/quality/forms/evaluations"),
		"postQualityPublishedformsEvaluations": publishForm("/quality/forms/evaluations"),
		"postQualityPublishedformsSurveys":     publishForm("/quality/forms/surveys"),
	}}
}

// publishForm keeps a form as it is now as a published one.
//
// Guess: the published form has an id of its own and shares the contextId with the
// form, which stays unpublished.
func publishForm(from string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		id := textOf(p.sent(c)["id"])
		form, err := find(c.Tx, from+"/"+escape(id))
		if err != nil {
			return nil, err
		}
		if form == nil {
			return nil, apierr.Newf(http.StatusBadRequest, "bad.request", "There is no form %.100s.", id).OnField("id")
		}
		body := form.deep()
		if body["contextId"] == nil {
			body["contextId"] = id
		}
		delete(body, "id")
		body["published"] = true
		d, err := p.make(c, p.at(c), body, c.NewID())
		if err != nil {
			return nil, err
		}
		return p.present(c, d, p.answer, p.whole)
	}
}
