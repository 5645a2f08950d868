package spec

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
)

// checkPath checks the parameters in the path that are more than plain text.
func (o *Operation) checkPath(d *detail, r *Request) *apierr.Error {
	if r.PathParam == nil {
		return nil
	}
	for i := range d.params {
		p := &d.params[i]
		if p.In != "path" || (p.Type == "string" && p.Format == "" && len(p.Enum) == 0) {
			continue
		}
		value := r.PathParam(p.Name)
		if len(p.Enum) > 0 {
			// In the path the case counts: the value goes to the family as it came.
			if spelled, ok := p.match(value); !ok || spelled != value {
				return wrongEnum(p.Name, value, p.Enum)
			}
			continue
		}
		if _, err := p.parse(value); err != nil {
			return o.wrongPath(p, err)
		}
	}
	return nil
}

// checkQuery checks the query and returns it in its plainest form.
func (o *Operation) checkQuery(d *detail, query url.Values) (url.Values, *apierr.Error) {
	normal, copied := query, false
	for i := range d.params {
		p := &d.params[i]
		if p.In != "query" {
			continue
		}
		sent, ok := query[p.Name]
		values, err := o.queryValues(p, sent)
		if err != nil {
			return nil, err
		}
		if p.Required && len(values) == 0 {
			return nil, o.missing(p.Name, "Query parameter '"+p.Name+"' is required.")
		}
		if !ok || slices.Equal(values, sent) {
			continue
		}
		if !copied { // the query is the caller's
			normal, copied = maps.Clone(query), true
		}
		if len(values) == 0 {
			delete(normal, p.Name)
		} else {
			normal[p.Name] = values
		}
	}
	return normal, nil
}

// queryValues checks the values of one parameter. An empty text is no value.
func (o *Operation) queryValues(p *param, sent []string) ([]string, *apierr.Error) {
	if len(sent) == 0 {
		return nil, nil
	}
	element := p
	if p.Type == "array" {
		sent = splitList(sent)
		element = p.element()
	} else {
		sent = sent[:1] // of a single value the first counts
	}
	values := make([]string, 0, len(sent))
	for _, value := range sent {
		if value == "" {
			continue
		}
		plain, err := element.check(value)
		switch {
		case err == nil:
			values = append(values, plain)
		case errors.Is(err, errDate):
			return nil, wrongDate(p.Name)
		default:
			return nil, apierr.InvalidQuery(p.Name, value, element.allowed(err))
		}
	}
	return values, nil
}

// splitList splits at commas; the parts of a list may come repeated, separated
// by commas, or both.
func splitList(sent []string) []string {
	var parts []string
	for _, value := range sent {
		for part := range strings.SplitSeq(value, ",") {
			parts = append(parts, strings.TrimSpace(part))
		}
	}
	return parts
}

// element is the parameter that one element of a list is.
func (p *param) element() *param {
	e := &param{Name: p.Name, Type: "string"}
	if p.Items != nil {
		e.Format = p.Items.Format
		if len(p.Items.Type) == 1 {
			e.Type = p.Items.Type[0]
		}
		for _, value := range p.Items.Enum {
			if text, ok := value.(string); ok {
				e.Enum = append(e.Enum, text)
			}
		}
	}
	return e
}

var (
	errDate = errors.New("not a date")
	errEnum = errors.New("not one of the values")
)

// typeError says what a value should have been.
type typeError string

func (e typeError) Error() string { return string(e) }

// check returns the value in the catalogue's spelling.
func (p *param) check(value string) (string, error) {
	// The specification gives some booleans an enum and others a default outside
	// of it ("False"); true and false are meant.
	if len(p.Enum) > 0 && p.Type == "string" {
		spelled, ok := p.match(value)
		if !ok {
			return "", errEnum
		}
		return spelled, nil
	}
	return p.parse(value)
}

// match finds a value of the enum in any case.
//
// Where ascending and descending are offered, a shorter form will do, since the
// specification's own defaults are "ASC" and "a". The documented default is
// accepted even if it is outside the enum.
//
// Guess: nobody has said what the real service makes of these.
func (p *param) match(value string) (string, bool) {
	for _, allowed := range p.Enum {
		if strings.EqualFold(allowed, value) {
			return allowed, true
		}
	}
	for _, allowed := range p.Enum {
		if allowed != "ascending" && allowed != "descending" {
			continue
		}
		if value != "" && strings.HasPrefix(allowed, strings.ToLower(value)) {
			return allowed, true
		}
	}
	var fallback string
	if len(p.Default) > 0 && json.Unmarshal(p.Default, &fallback) == nil && strings.EqualFold(fallback, value) {
		return fallback, true
	}
	return "", false
}

// parse checks a value against type and format.
func (p *param) parse(value string) (string, error) {
	switch p.Type {
	case "boolean":
		for _, allowed := range []string{"true", "false"} {
			if strings.EqualFold(value, allowed) {
				return allowed, nil
			}
		}
		return "", typeError("true, false")
	case "integer":
		bits := 64
		if p.Format == "int32" {
			bits = 32
		}
		n, err := strconv.ParseInt(value, 10, bits)
		if err != nil {
			return "", typeError("integers of " + strconv.Itoa(bits) + " bits")
		}
		return value, p.least(float64(n))
	case "number":
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || n != n || n-n != 0 { // NaN and infinities are no JSON numbers
			return "", typeError("numbers")
		}
		return value, p.least(n)
	}
	if !validDate(p.Format, value) {
		return "", errDate
	}
	return value, nil
}

func (p *param) least(n float64) error {
	if p.Minimum != nil && n < *p.Minimum {
		return typeError("numbers from " + strconv.FormatFloat(*p.Minimum, 'g', -1, 64))
	}
	return nil
}

// allowed words what would have been accepted.
func (p *param) allowed(err error) string {
	if wanted, ok := errors.AsType[typeError](err); ok {
		return string(wanted)
	}
	return strings.Join(p.Enum, ", ")
}

// validDate tells whether the text is a date of the format. Texts of formats
// that are not dates always are.
func validDate(format, text string) bool {
	switch format {
	case "date-time", "local-date-time": // clients send a zone with neither, or with both
		_, err := clock.Parse(text)
		return err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "local-time":
		_, err := time.Parse(time.TimeOnly, text)
		if err != nil {
			_, err = time.Parse("15:04", text)
		}
		return err == nil
	case "interval":
		start, end, ok := strings.Cut(text, "/")
		return ok && validDate("date-time", start) && validDate("date-time", end)
	default:
		return true
	}
}
