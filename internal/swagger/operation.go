package swagger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// operation is an operation as the document has it.
type operation struct {
	method, path, place string

	ID          string                     `json:"operationId"`
	Tags        []string                   `json:"tags"`
	Parameters  []json.RawMessage          `json:"parameters"`
	Responses   map[string]json.RawMessage `json:"responses"`
	Security    *[]map[string][]string     `json:"security"`
	Permissions *permissions               `json:"x-inin-requires-permissions"`
	Consumes    []string                   `json:"consumes"`
	Produces    []string                   `json:"produces"`
	Deprecated  bool                       `json:"deprecated"`
	Preview     bool                       `json:"x-genesys-preview"`
	Newer       bool                       `json:"x-mockcloud-newer"`

	params    []param
	body      *body
	responses map[string]*response
	auth      string
	scopes    []string
}

// permissions are what a caller has to hold. The type "?" is this project's: it
// is not known what that is.
type permissions struct {
	Type        string   `json:"type"`
	Permissions []string `json:"permissions"`
}

const unknownPermission = "?"

type response struct {
	schema *schema
	codes  map[string]string // code → message
}

// facts is the last column of an operation.
type facts struct {
	Tags       []string       `json:"tags,omitempty"`
	Auth       string         `json:"auth,omitempty"`
	Params     []param        `json:"params,omitempty"`
	Body       *body          `json:"body,omitempty"`
	Answers    map[string]any `json:"answers"`
	Errors     []string       `json:"errors,omitempty"`
	Without    []string       `json:"without,omitempty"`
	Consumes   []string       `json:"consumes,omitempty"`
	Produces   []string       `json:"produces,omitempty"`
	Deprecated bool           `json:"deprecated,omitempty"`
	Preview    bool           `json:"preview,omitempty"`
	Newer      bool           `json:"newer,omitempty"`
}

func (d *document) readOperation(raw json.RawMessage, place, method, path string, shared []parameter) (*operation, error) {
	op := &operation{method: method, path: path, place: place}
	if err := decode(raw, place, op); err != nil {
		return nil, err
	}
	switch {
	case op.ID == "":
		return nil, wrong(place, "there is no operationId")
	case !names.MatchString(op.ID):
		return nil, wrong(place+".operationId", "%q is no id: spaces, quotes and # cannot be in it", op.ID)
	}
	if err := d.readParameters(op, shared); err != nil {
		return nil, err
	}
	if err := d.readResponses(op); err != nil {
		return nil, err
	}
	if err := op.checkPermissions(); err != nil {
		return nil, err
	}
	return op, d.readSecurity(op)
}

// oauthScheme is the official name for platform tokens; another scheme is
// for guests, unless the document says that it is OAuth, too.
const oauthScheme = "PureCloud OAuth"

func (d *document) readSecurity(op *operation) error {
	schemes := d.top.Security
	if op.Security != nil {
		schemes = *op.Security
	}
	if len(schemes) == 0 {
		if op.Security == nil && op.permissionColumn() != "" {
			return nil // who holds permissions has a token
		}
		op.auth = "open"
		return nil
	}
	op.auth = "guest"
	for _, scheme := range schemes {
		for _, name := range slices.Sorted(maps.Keys(scheme)) {
			if name != oauthScheme && d.top.Schemes[name].Type != "oauth2" {
				continue
			}
			op.auth = ""
			for _, scope := range scheme[name] {
				if !names.MatchString(scope) {
					return wrong(op.place+".security", "%q is no scope", scope)
				}
				op.scopes = append(op.scopes, scope)
			}
		}
	}
	return nil
}

func (op *operation) checkPermissions() error {
	if op.Permissions == nil {
		return nil
	}
	place := op.place + ".x-inin-requires-permissions"
	switch op.Permissions.Type {
	case "ANY", "ALL", unknownPermission:
	default:
		return wrong(place+".type", "%q is neither ANY nor ALL", op.Permissions.Type)
	}
	for i, p := range op.Permissions.Permissions {
		if parts := strings.Split(p, ":"); prose(p) || (len(parts) == 3 || len(parts) == 1) && !slices.Contains(parts, "") && names.MatchString(p) {
			continue
		}
		return wrong(fmt.Sprintf("%s.permissions[%d]", place, i), "%q is no permission", p)
	}
	return nil
}

// prose tells whether a sentence stands in place of a permission, as it does in
// one operation of the official document; it is dropped.
func prose(permission string) bool { return strings.ContainsAny(permission, " \t") }

// permissionColumn renders mode and permissions.
func (op *operation) permissionColumn() string {
	if op.Permissions == nil {
		return ""
	}
	if op.Permissions.Type == unknownPermission {
		return unknownPermission
	}
	column := []string{op.Permissions.Type}
	for _, p := range op.Permissions.Permissions {
		if !prose(p) {
			column = append(column, p)
		}
	}
	if len(column) == 1 {
		return ""
	}
	return strings.Join(column, " ")
}

// codes are what an error can be called; some have blanks in them.
var codes = regexp.MustCompile(`^[^\pC#]+$`)

func (d *document) readResponses(op *operation) error {
	op.responses = make(map[string]*response, len(op.Responses))
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if strings.HasPrefix(status, "x-") {
			continue
		}
		place := op.place + ".responses." + status
		if n, err := strconv.Atoi(status); status != "default" && (err != nil || n < 100 || n > 599) {
			return wrong(place, "is no status")
		}
		var source struct {
			Ref    string            `json:"$ref"`
			Schema json.RawMessage   `json:"schema"`
			Codes  map[string]string `json:"x-inin-error-codes"`
		}
		err := decode(op.Responses[status], place, &source)
		if err == nil && source.Ref != "" {
			err = follow(source.Ref, place, "#/responses/", d.top.Responses, &source)
		}
		if err != nil {
			return err
		}
		r := &response{codes: make(map[string]string, len(source.Codes))}
		for code, message := range source.Codes {
			code = strings.TrimSpace(code) // one code of the official document ends in a tab
			if !codes.MatchString(code) || status == "default" {
				return wrong(place+".x-inin-error-codes", "%q is no code of an error", code)
			}
			r.codes[code] = message
		}
		if len(source.Schema) > 0 {
			if r.schema, err = d.readSchema(source.Schema, place+".schema", 0); err != nil {
				return err
			}
		}
		op.responses[status] = r
	}
	return nil
}

// commonErrors are the statuses that nearly every operation answers with the
// same error schema; an operation lists only what departs from that.
func commonErrors() []string {
	return []string{"400", "401", "403", "404", "408", "409", "413", "415", "429", "500", "503", "504"}
}

const errorSchema = "ErrorBody"

// checkErrorAnswers wants all of them.
func (op *operation) checkErrorAnswers() error {
	for _, status := range commonErrors() {
		if op.responses[status] == nil {
			return wrong(op.place+".responses", "the answer %s is missing", status)
		}
	}
	return nil
}

// operationLines renders the operations: method, path, id, permissions, scopes
// and the other facts, separated by tabs.
func (d *document) operationLines(errs *errorTexts) ([]line, error) {
	lines := make([]line, 0, len(d.operations))
	for _, op := range d.operations {
		text, err := compact(op.facts(errs))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.ID, err)
		}
		columns := []string{op.method, op.path, op.ID, op.permissionColumn(), strings.Join(op.scopes, " "), text}
		lines = append(lines, line{key: op.ID, order: op.path + "\t" + op.method, text: strings.Join(columns, "\t")})
	}
	return lines, nil
}

func (op *operation) facts(errs *errorTexts) *facts {
	f := &facts{
		Tags:       op.Tags,
		Auth:       op.auth,
		Params:     op.params,
		Body:       op.body,
		Answers:    make(map[string]any),
		Consumes:   op.Consumes,
		Deprecated: op.Deprecated,
		Preview:    op.Preview,
		Newer:      op.Newer,
	}
	if onlyJSON := []string{"application/json"}; !slices.Equal(op.Produces, onlyJSON) {
		f.Produces = op.Produces
	}
	for status, r := range op.responses {
		if r.schema != nil && r.schema.Ref == errorSchema && slices.Contains(commonErrors(), status) {
			continue
		}
		f.Answers[status] = r.schema.short()
	}
	f.Errors, f.Without = errs.references(op)
	return f
}

// compact encodes without escaping what HTML would need escaped.
func compact(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
