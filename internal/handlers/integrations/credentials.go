package integrations

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
)

func (f *Family) registerCredentials(r *handlers.Registry) {
	handlers.On(r, "getIntegrationsCredentials", f.credentials)
	handlers.On(r, "postIntegrationsCredentials", f.createCredential)
	handlers.On(r, "getIntegrationsCredential", f.credential)
	handlers.On(r, "putIntegrationsCredential", f.replaceCredential)
	handlers.On(r, "deleteIntegrationsCredential", f.removeCredential)
	handlers.On(r, "getIntegrationsCredentialsTypes", f.credentialTypes)
	handlers.On(r, "getIntegrationsCredentialsListing", f.credentialsByCursor)
}

// credentialInfo is the schema CredentialInfo, and with the fields the schema
// Credential. Neither ever holds a secret.
type credentialInfo struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Type         *credentialTypeView `json:"type"`
	Fields       map[string]string   `json:"credentialFields,omitempty"`
	CreatedDate  *clock.Time         `json:"createdDate,omitempty"`
	ModifiedDate *clock.Time         `json:"modifiedDate,omitempty"`
	SelfURI      string              `json:"selfUri"`
}

// credentialTypeView is the schema CredentialType. Inside a credential it has
// the id and the name alone.
type credentialTypeView struct {
	ID           string                   `json:"id"`
	Name         string                   `json:"name"`
	Properties   map[string]propertyTitle `json:"properties,omitempty"`
	DisplayOrder []string                 `json:"displayOrder,omitempty"`
	Required     []string                 `json:"required,omitempty"`
}

type propertyTitle struct {
	Type  string `json:"type"`
	Title string `json:"title"`
}

func infoOf(c *integration.Credential) *credentialInfo {
	return &credentialInfo{
		ID: c.ID, Name: c.Name, Type: &credentialTypeView{ID: c.Type, Name: c.Type},
		CreatedDate: c.Created, ModifiedDate: c.Modified, SelfURI: basePath + "/credentials/" + c.ID,
	}
}

func (f *Family) credentials(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*credentialInfo], error) {
	page, err := handlers.PageOf(c, maxPageSize)
	if err != nil {
		return nil, err
	}
	found, err := integration.Credentials.Page(c.Tx, "", false, page.Skip(), page.Size)
	if err != nil {
		return nil, err
	}
	total, err := integration.Credentials.Count(c.Tx)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, infosOf(found), page, total), nil
}

func infosOf(found []*integration.Credential) []*credentialInfo {
	infos := make([]*credentialInfo, len(found))
	for i, credential := range found {
		infos[i] = infoOf(credential)
	}
	return infos
}

type credentialBody struct {
	Name   *string            `json:"name"`
	Type   typeName           `json:"type"`
	Fields map[string]*string `json:"credentialFields"`
}

// typeName is the type of a credential: an object with a name or an id, or, as
// the setup wizard sends it, the bare name.
type typeName string

// UnmarshalJSON reads either form.
func (n *typeName) UnmarshalJSON(text []byte) error {
	var bare string
	if json.Unmarshal(text, &bare) == nil {
		*n = typeName(bare)
		return nil
	}
	var object struct{ ID, Name string }
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	if *n = typeName(object.Name); *n == "" {
		*n = typeName(object.ID)
	}
	return nil
}

type createCredentialInput struct {
	Body credentialBody `body:""`
}

func (f *Family) createCredential(_ context.Context, c *handlers.Call, in createCredentialInput) (*credentialInfo, error) {
	now := clock.At(c.Now())
	credential := &integration.Credential{ID: c.NewID(), Created: now}
	return saveCredential(c, credential, in.Body, now)
}

// saveCredential takes over what the request says and stores the result. Fields
// that it leaves out keep their values, unless the type is another one: nobody
// can read the secrets in order to send them again.
func saveCredential(c *handlers.Call, credential *integration.Credential, body credentialBody, now *clock.Time) (*credentialInfo, error) {
	if body.Type == "" {
		return nil, required("type")
	}
	if string(body.Type) != credential.Type {
		credential.Type, credential.Fields = string(body.Type), nil
	}
	if body.Name != nil {
		credential.Name = *body.Name
	}
	if err := checkName(credential.Name); err != nil {
		return nil, err
	}
	if credential.Fields == nil {
		credential.Fields = map[string]string{}
	}
	for name, value := range body.Fields {
		switch {
		case value == nil, *value == integration.Redacted: // as it was read
		default:
			credential.Fields[name] = *value
		}
	}
	if err := credential.Check(); err != nil {
		return nil, err
	}
	credential.Modified = now
	if err := integration.Credentials.Put(c.Tx, credential); err != nil {
		return nil, err
	}
	return infoOf(credential), nil
}

type credentialRef struct {
	ID string `param:"credentialId"`
}

func (f *Family) credential(_ context.Context, c *handlers.Call, in credentialRef) (*credentialInfo, error) {
	credential, err := integration.CredentialByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	v := infoOf(credential)
	v.Fields = credential.Visible()
	v.CreatedDate, v.ModifiedDate = nil, nil // the schema of one credential has no dates
	return v, nil
}

type replaceCredentialInput struct {
	ID   string         `param:"credentialId"`
	Body credentialBody `body:""`
}

func (f *Family) replaceCredential(_ context.Context, c *handlers.Call, in replaceCredentialInput) (*credentialInfo, error) {
	credential, err := integration.CredentialByID(c.Tx, in.ID)
	if err != nil {
		return nil, err
	}
	before := credential.Type
	if in.Body.Type != "" && string(in.Body.Type) != before {
		if err := checkSlots(c, in.ID, string(in.Body.Type)); err != nil {
			return nil, err
		}
	}
	now := clock.At(c.Now())
	v, err := saveCredential(c, credential, in.Body, now)
	if err != nil || credential.Type == before {
		return v, err
	}
	for key := range integration.All.KeysBy(c.Tx, "credential", in.ID) {
		i, err := integration.PeekByID(c.Tx, key)
		if err != nil {
			return nil, err
		}
		if err := actions.KeepAuth(c.Tx, i, now); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// checkSlots refuses a type that does not fit into the slots which hold the
// credential.
func checkSlots(c *handlers.Call, id, credentialType string) error {
	if integration.CredentialTypeByName(credentialType) == nil {
		return nil // saving says so
	}
	for key := range integration.All.KeysBy(c.Tx, "credential", id) {
		i, err := integration.PeekByID(c.Tx, key)
		if err != nil {
			return err
		}
		t, err := integration.TypeByID(c.Tx, i.TypeID)
		if err != nil {
			return err
		}
		for name, held := range i.Credentials {
			if held != id {
				continue
			}
			if err := t.Credentials[name].Takes(credentialType); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeCredential deletes a credential, and empties the slots that hold it.
func (f *Family) removeCredential(_ context.Context, c *handlers.Call, in credentialRef) (handlers.None, error) {
	if _, err := integration.CredentialByID(c.Tx, in.ID); err != nil {
		return handlers.None{}, err
	}
	if err := actions.Release(c.Tx, in.ID, clock.At(c.Now())); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, integration.Credentials.Delete(c.Tx, in.ID)
}

func (f *Family) credentialTypes(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[*credentialTypeView], error) {
	all, err := integration.CredentialTypes()
	if err != nil {
		return nil, err
	}
	views := make([]*credentialTypeView, len(all))
	for i, t := range all {
		v := &credentialTypeView{ID: t.Name, Name: t.Name, Properties: map[string]propertyTitle{}, Required: t.Required()}
		for _, field := range t.Fields {
			v.Properties[field.Name] = propertyTitle{"string", field.Title}
			v.DisplayOrder = append(v.DisplayOrder, field.Name)
		}
		views[i] = v
	}
	listing := handlers.BareListing(views, handlers.Paging{Size: max(len(views), 1), Number: 1}, len(views))
	listing.SelfURI, listing.FirstURI, listing.LastURI = c.Path, c.Path, c.Path
	return listing, nil
}

type cursorInput struct {
	Before   string `query:"before"`
	After    string `query:"after"`
	PageSize string `query:"pageSize"`
}

// cursorListing is the schema CredentialInfoCursorListing.
type cursorListing struct {
	Entities    []*credentialInfo `json:"entities"`
	NextURI     string            `json:"nextUri,omitempty"`
	PreviousURI string            `json:"previousUri,omitempty"`
	SelfURI     string            `json:"selfUri"`
}

// maxCursorPage is the largest page by cursor; without a wish a page has the
// usual 25.
const maxCursorPage = 200

// credentialsByCursor lists credentials by id; a cursor is the id just before or
// behind the page. Terraform passes on the last id that it has seen and ends with an empty
// page, so a cursor need not be the id of a credential that is still there.
func (f *Family) credentialsByCursor(_ context.Context, c *handlers.Call, in cursorInput) (*cursorListing, error) {
	size := 25
	if in.PageSize != "" {
		n, err := strconv.Atoi(in.PageSize)
		if err != nil || n < 1 || n > maxCursorPage {
			return nil, apierr.InvalidQuery("pageSize", in.PageSize, "1 to 200")
		}
		size = n
	}
	if in.Before != "" && in.After != "" {
		return nil, apierr.New(http.StatusBadRequest, "bad.request", "Pages are asked for by before or by after, not by both.").OnField("before")
	}
	keys, earlier, later := keysAround(c, in, size)
	listing := &cursorListing{Entities: []*credentialInfo{}, SelfURI: c.Path}
	if c.RawQuery != "" {
		listing.SelfURI += "?" + c.Input.Query.Encode()
	}
	for _, key := range keys {
		credential, err := integration.Credentials.Peek(c.Tx, key)
		if err != nil {
			return nil, err
		}
		listing.Entities = append(listing.Entities, infoOf(credential))
	}
	uri := func(cursor, key string) string {
		return c.Path + "?" + url.Values{cursor: {key}, "pageSize": {strconv.Itoa(size)}}.Encode()
	}
	if later {
		listing.NextURI = uri("after", keys[len(keys)-1])
	}
	if earlier {
		listing.PreviousURI = uri("before", keys[0])
	}
	return listing, nil
}

// keysAround returns the keys of a page, and whether there are others on either
// side of it.
func keysAround(c *handlers.Call, in cursorInput, size int) (keys []string, earlier, later bool) {
	for key := range integration.Credentials.Keys(c.Tx, "") {
		switch {
		case in.After != "" && key <= in.After:
			earlier = true
		case in.Before != "" && key >= in.Before:
			return keys, earlier, len(keys) > 0
		case len(keys) < size:
			keys = append(keys, key)
		case in.Before != "": // the page ends where the cursor stands
			keys, earlier = append(keys[1:], key), true
		default:
			return keys, earlier && len(keys) > 0, true
		}
	}
	return keys, earlier && len(keys) > 0, false
}
