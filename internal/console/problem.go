package console

import (
	"errors"
	"net/http"
)

// problem is what the API answered to a form, to be shown on the page of the form.
type problem struct {
	Message     string
	Code        string
	Status      int
	Correlation string            // leads to the entry in the journal
	Fields      map[string]string // what is wrong with a field of the form, by the field's name in the API
	Why         *refusal          // nil where nothing was refused for want of rights
}

// problem turns what the API refused into what a form can say beside its fields; nil
// where err is none of the API, or one that no form can answer: nobody is signed in
// any more, or nothing is there.
func (v *visit) problem(err error) *problem {
	e, ok := errors.AsType[*apiError](err)
	if !ok || e.Status == http.StatusUnauthorized || e.Status == http.StatusNotFound || e.Status >= http.StatusInternalServerError {
		return nil
	}
	return v.problemOf(e)
}

func (v *visit) problemOf(e *apiError) *problem {
	p := &problem{Message: e.Message, Code: e.Code, Status: e.Status, Correlation: e.Correlation, Fields: make(map[string]string)}
	for _, d := range e.Details {
		if d.Field != "" {
			p.Fields[d.Field] = e.Message
		}
	}
	if e.Status == http.StatusForbidden || e.Code == "bad.client.role" {
		p.Why = v.explain(e.Correlation)
	}
	return p
}

// of says what is wrong with a field, by its name in the API; "" where nothing is, or
// where there is no problem at all.
func (p *problem) of(name string) string {
	if p == nil {
		return ""
	}
	return p.Fields[name]
}
