// Package identityproviders implements /api/v2/identityproviders: whom the
// organization lets vouch for its people. Signing them in is not here; see
// packages login and saml.
package identityproviders

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Family implements the operations.
type Family struct{}

// kind is what sets a type of provider apart from the others (facts: oauth.md
// §11).
type kind struct {
	word                string // in the path of the only provider of this type, and its id
	bare                bool   // has a name and can be disabled, and that is all
	whole               bool   // writing answers with all of the provider
	named               bool   // must have a name; its logo and format of names are checked
	endpointCompression bool   // has that field
	autoProvisionUsers  bool   // has that field
}

// singletons are the types that the product knows by name. Each has operations
// of its own, and one provider at most.
var singletons = []*kind{
	{word: "adfs"},
	{word: "cic"},
	{word: "generic", named: true, endpointCompression: true},
	{word: "gsuite"},
	{word: "identitynow", whole: true},
	{word: "okta"},
	{word: "onelogin"},
	{word: "ping"},
	{word: identity.ProviderPureCloud, bare: true},
	{word: "pureengage", autoProvisionUsers: true},
	{word: "salesforce"},
}

// custom is the type of all others.
var custom = &kind{word: identity.ProviderCustom, whole: true, named: true, endpointCompression: true}

// Register claims this family's operations.
func (f *Family) Register(r *handlers.Registry) {
	handlers.On(r, "getIdentityproviders", f.list)
	handlers.On(r, "postIdentityproviders", f.create)
	handlers.On(r, "getIdentityprovider", f.get)
	handlers.On(r, "putIdentityprovider", f.replace)
	handlers.On(r, "deleteIdentityprovider", f.remove)
	for _, k := range singletons {
		name := "Identityproviders" + strings.ToUpper(k.word[:1]) + k.word[1:]
		handlers.On(r, "get"+name, k.get)
		handlers.On(r, "put"+name, k.put)
		handlers.On(r, "delete"+name, k.remove)
	}
}

// list gives every provider in one page: the operation has no paging parameters.
func (f *Family) list(_ context.Context, c *handlers.Call, _ handlers.None) (*handlers.Listing[any], error) {
	var sorted []*identity.Provider
	for p, err := range identity.Providers.All(c.Tx) {
		if err != nil {
			return nil, err
		}
		sorted = append(sorted, p)
	}
	slices.SortFunc(sorted, identity.CompareProviders)
	all := make([]any, len(sorted))
	for i, p := range sorted {
		// The schema of the entities has none of the fields that only some have.
		all[i] = view(c, p, &kind{bare: p.Type == identity.ProviderPureCloud})
	}
	listing := handlers.BareListing(all, handlers.Paging{Size: max(len(all), 1), Number: 1}, len(all))
	listing.SelfURI, listing.FirstURI, listing.LastURI = c.Path, c.Path, c.Path
	return listing, nil
}

type providerRef struct {
	ID string `param:"providerId"`
}

func (f *Family) get(_ context.Context, c *handlers.Call, in providerRef) (any, error) {
	p, err := find(c, in.ID, custom)
	if err != nil {
		return nil, err
	}
	return view(c, p, custom), nil
}

type createInput struct {
	Body request `body:""`
}

func (f *Family) create(_ context.Context, c *handlers.Call, in createInput) (any, error) {
	return save(c, custom, c.NewID(), &in.Body, nil)
}

type replaceInput struct {
	ID   string  `param:"providerId"`
	Body request `body:""`
}

func (f *Family) replace(_ context.Context, c *handlers.Call, in replaceInput) (any, error) {
	before, err := find(c, in.ID, custom)
	if err != nil {
		return nil, err
	}
	return save(c, custom, in.ID, &in.Body, before)
}

func (f *Family) remove(_ context.Context, c *handlers.Call, in providerRef) (handlers.None, error) {
	if _, err := find(c, in.ID, custom); err != nil {
		return handlers.None{}, err
	}
	return handlers.None{}, identity.Providers.Delete(c.Tx, in.ID)
}

func (k *kind) get(_ context.Context, c *handlers.Call, _ handlers.None) (any, error) {
	p, err := find(c, k.word, k)
	if err != nil {
		return nil, err
	}
	return view(c, p, k), nil
}

// put creates the provider or replaces it.
func (k *kind) put(_ context.Context, c *handlers.Call, in createInput) (any, error) {
	before, err := identity.Providers.Peek(c.Tx, k.word)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return save(c, k, k.word, &in.Body, before)
}

func (k *kind) remove(_ context.Context, c *handlers.Call, _ handlers.None) (handlers.Empty, error) {
	if _, err := find(c, k.word, k); err != nil {
		return handlers.Empty{}, err
	}
	return handlers.Empty{}, identity.Providers.Delete(c.Tx, k.word)
}

// find returns the provider of that id and type, not to be changed, or the 404.
func find(c *handlers.Call, id string, k *kind) (*identity.Provider, error) {
	p, err := identity.Providers.Peek(c.Tx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && p.Type != k.word) {
		return nil, apierr.NotFound().About(id, "identity provider")
	}
	return p, err
}

// maxProviders is how many an organization can have (facts: oauth.md §11).
const maxProviders = 30

// save stores what the request says of the provider with that id, in place of
// before (nil for none), and answers as its type does.
func save(c *handlers.Call, k *kind, id string, r *request, before *identity.Provider) (any, error) {
	if err := r.check(c, k); err != nil {
		return nil, err
	}
	if before == nil && !k.bare {
		if err := checkRoom(c); err != nil {
			return nil, err
		}
	}
	p := r.provider(c, k, id, before)
	if err := identity.Providers.Put(c.Tx, p); err != nil {
		return nil, err
	}
	if k.whole {
		return view(c, p, k), nil
	}
	return summaryOf(p), nil
}

// checkRoom refuses one more provider than there can be. The built-in login is
// none that somebody has connected.
func checkRoom(c *handlers.Call) error {
	n, err := identity.Providers.Count(c.Tx)
	if err != nil {
		return err
	}
	if identity.Providers.Has(c.Tx, identity.ProviderPureCloud) {
		n--
	}
	if n >= maxProviders {
		return tooMany(c, "An organization can have %d identity providers at most.", maxProviders)
	}
	return nil
}

// tooMany is the 400 for more of something than there can be.
func tooMany(c *handlers.Call, format string, limit int) *apierr.Error {
	return c.Documented(http.StatusBadRequest, "constraint.validation", fmt.Sprintf(format, limit))
}
