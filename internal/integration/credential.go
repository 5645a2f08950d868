package integration

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Credential is what an integration authenticates with. Its secrets are stored
// as they are, since data actions send them; no answer, log or trace has them.
type Credential struct {
	ID       string            `json:"id"`
	Name     string            `json:"name,omitempty"`
	Type     string            `json:"type"`
	Fields   map[string]string `json:"fields,omitempty"`
	Created  *clock.Time       `json:"created"`
	Modified *clock.Time       `json:"modified"`
}

// Credentials are the credentials, in the order in which they were made.
var Credentials = store.Collection[*Credential]{
	Name: "integrations/credentials",
	Key:  func(c *Credential) string { return c.ID },
}

// CredentialByID returns a credential for changing, or the API's 404.
func CredentialByID(tx *store.Tx, id string) (*Credential, error) {
	c, err := Credentials.Get(tx, id)
	return c, orNotFound(err, id, "credential")
}

// Limits of a credential, in bytes and fields.
const (
	maxFields     = 100
	maxFieldName  = 256
	maxFieldValue = 16 << 10
)

// Check says what is wrong with a credential: an unknown type, a required field
// that is missing, a field that its type does not have.
func (c *Credential) Check() error {
	t := CredentialTypeByName(c.Type)
	if t == nil {
		return unknownCredentialType(c.Type)
	}
	for _, name := range t.Required() {
		if c.Fields[name] == "" {
			return invalidField(name, "The credential field ["+name+"] is required for the type "+t.Name+".")
		}
	}
	if len(c.Fields) > maxFields {
		return invalidField("credentialFields", fmt.Sprintf("A credential can have %d fields at most.", maxFields))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		switch known := slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Name == name }); {
		case !t.Open && !known:
			return invalidField(name, "The credential type "+t.Name+" has no such field.")
		case name == "" || len(name) > maxFieldName:
			return invalidField("credentialFields", fmt.Sprintf("The name of a field has 1 to %d bytes.", maxFieldName))
		case len(c.Fields[name]) > maxFieldValue:
			return invalidField(name, fmt.Sprintf("The value of a field has %d bytes at most.", maxFieldValue))
		}
	}
	return nil
}

func invalidField(name, message string) *apierr.Error {
	return apierr.New(http.StatusBadRequest, "constraint.validation", message).OnField(name)
}

func unknownCredentialType(name string) *apierr.Error {
	if name == "" {
		return invalidField("type", "A credential needs a type.")
	}
	all, err := CredentialTypes()
	if err != nil {
		return apierr.BadRequest("There are no credential types.")
	}
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return apierr.Newf(http.StatusBadRequest, "invalid.value", "Value [%.100s] is not valid for field type [CredentialType]. Allowable values are: %s", name, strings.Join(names, ", ")).OnField("type")
}

// Redacted is what a field that must not be read looks like.
const Redacted = "**********"

// Visible returns the fields as answers have them: what is no secret as it is;
// of the types whose fields anybody may name, the names alone.
func (c *Credential) Visible() map[string]string {
	visible := map[string]string{}
	t := CredentialTypeByName(c.Type)
	if t == nil {
		return visible
	}
	for name, value := range c.Fields {
		switch {
		case t.Open:
			visible[name] = Redacted
		case t.Shows(name):
			visible[name] = value
		}
	}
	return visible
}

// Secrets lists the values that must not be shown, in a fixed order.
func (c *Credential) Secrets() []string {
	if c == nil {
		return nil
	}
	t := CredentialTypeByName(c.Type)
	var secrets []string
	for name, value := range c.Fields {
		if value == "" || (t != nil && t.Shows(name)) || slices.Contains(openNames, name) || (slices.Contains(addressNames, name) && isAddress(value)) {
			continue
		}
		secrets = append(secrets, value)
	}
	slices.SortFunc(secrets, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	return slices.Compact(secrets)
}

// Base is the address of the vendor's instance that relative request URLs are
// meant for, without a slash at its end, or "" where the credential names none.
func (c *Credential) Base() string {
	if c == nil {
		return ""
	}
	t := CredentialTypeByName(c.Type)
	if t == nil {
		return ""
	}
	for _, f := range t.Fields {
		if value := c.Fields[f.Name]; f.Base && isAddress(value) {
			return strings.TrimRight(value, "/")
		}
	}
	return ""
}

// Fields that are no secret whatever the type of the credential: ids and user
// names, and addresses unless they carry a user, a query or a fragment.
var (
	openNames    = []string{"clientId", "userName", "username", "user", "userEmail"}
	addressNames = []string{"loginUrl", "baseUrl"}
)

func isAddress(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// Release empties the slots that hold the credential, which then must not be
// used any more.
func Release(tx *store.Tx, credentialID string, now *clock.Time) error {
	for _, key := range slices.Collect(All.KeysBy(tx, "credential", credentialID)) {
		i, err := All.Get(tx, key)
		if err != nil {
			return err
		}
		maps.DeleteFunc(i.Credentials, func(_, id string) bool { return id == credentialID })
		i.StateChanged = now
		if err := All.Put(tx, i); err != nil {
			return err
		}
	}
	return nil
}
