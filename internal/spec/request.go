package spec

import (
	"net/http"
	"net/url"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// Request is what of a request is validated.
type Request struct {
	PathParam   func(name string) string // the unescaped value; nil when there is none
	Query       url.Values
	Header      http.Header
	Body        []byte // as received, within the size limit
	ContentType string // the header as received; "" when absent
}

// Input is what a valid request says.
type Input struct {
	// Query has the query parameters: lists split into their elements, values of
	// enums in the catalogue's spelling, empty optional ones left out. Parameters
	// that the catalogue does not know are kept as they came.
	Query url.Values

	// Body is the decoded body with numbers as json.Number, without what clients
	// may not set and without nulls; nil when there is none.
	Body any

	// Raw is the body as sent, without the nulls and the fields that the schema
	// does not know; nil when there is none.
	Raw []byte
}

// Validate checks a request under the request profile: what official clients
// send is accepted, although the specification is stricter in places.
//
//   - Lists in the query may be repeated, separated by commas, or both.
//   - Values of enums in the query match in any case.
//   - Defaults are not filled in.
//   - Unknown parameters, headers and fields are tolerated.
//   - Fields that clients may only read are dropped, and null is absence.
//   - Dates may lack fraction and zone.
//   - No body and the text null are the same.
func (o *Operation) Validate(r *Request) (*Input, *apierr.Error) {
	d := o.detail()
	if err := o.checkPath(d, r); err != nil {
		return nil, err
	}
	query, err := o.checkQuery(d, r.Query)
	if err != nil {
		return nil, err
	}
	in := &Input{Query: query}
	if d.body == nil {
		// Clients send a content type with GET and DELETE, and some a body:
		// neither means anything here.
		return in, nil
	}
	if err := o.checkBody(d, r, in); err != nil {
		return nil, err
	}
	return in, nil
}
