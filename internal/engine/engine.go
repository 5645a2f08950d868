// Package engine answers every operation that no family claims: it keeps the
// items of collections, singletons and jobs as JSON documents, lists, changes and
// removes them, and answers what is computed from them. What an operation does
// comes from the derived table of package behaviour, what an answer looks like
// from the catalogue.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/behaviour"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// Owner tells the engine of a collection that a family keeps.
type Owner func(tx *store.Tx, id string) (division string, ok bool, err error)

// Config says what an Engine works with.
type Config struct {
	Catalogue *spec.Catalogue
	Table     *behaviour.Table
	// Owners are the collections that families keep, by their anonymous template.
	Owners map[string]Owner

	Clock  clock.Clock
	NewID  func() string
	Issuer func() string  // URL of this server
	Signer *upload.Signer // of downloads
}

// Engine serves operations from the table. It is safe for concurrent use.
type Engine struct {
	Config
	known subject                  // what is known beyond the shapes
	plans sync.Map                 // operation id → *plan
	nouns func() map[string]string // of collections, see collectionOf
	// beside are the collections that stand next to each other, see newBeside
	beside func() map[string][]string
}

// New returns an engine.
func New(c Config) *Engine {
	e := &Engine{Config: c}
	e.known.gather(subjects())
	e.nouns = sync.OnceValue(e.newNouns)
	e.beside = sync.OnceValue(e.newBeside)
	return e
}

// Operation is how the engine serves an operation; nil where it does not.
func (e *Engine) Operation(op *spec.Operation) (*handlers.Operation, error) {
	p, err := e.plan(op)
	if err != nil || p.row == nil || p.row.Kind == behaviour.None {
		return nil, err
	}
	return p.served, nil
}

// plan is what the engine has found out about an operation, once.
type plan struct {
	engine *Engine
	op     *spec.Operation
	row    *behaviour.Row
	served *handlers.Operation

	collection *behaviour.Collection // nil where it works on none
	entity     *spec.Shape           // of the items; nil where that is not known
	answer     *spec.Shape           // of the answer; nil where it has no body
	request    *spec.Shape           // of the body; nil where it takes none
	element    *spec.Shape           // of what a listing lists
	whole      bool                  // the answer is an item as it is stored
	elements   bool                  // the elements are
	key        string                // the property that holds the items' key; "" where none does
	numbered   bool                  // keys are numbers
	integer    bool                  // and written as such
	personal   bool                  // it is about the user who calls
	free       []string              // properties that are kept as they were sent
	wrapped    map[string]string     // properties that come wrapped
	lineage    []ancestor
	listing    *listing
	references []reference
	unique     *uniqueness // nil where names may be given twice
	names      []naming
	marks      *marks   // never nil
	special    *special // never nil
}

// ancestor is a parent that must exist.
type ancestor struct {
	param, collection string
	part              string // see behaviour.Parent
	owner             Owner
}

func (e *Engine) plan(op *spec.Operation) (*plan, error) {
	if p, ok := e.plans.Load(op.ID); ok {
		return p.(*plan), nil
	}
	p, err := e.newPlan(op)
	if err != nil {
		return nil, fmt.Errorf("engine: %s: %w", op.ID, err)
	}
	kept, _ := e.plans.LoadOrStore(op.ID, p)
	return kept.(*plan), nil
}

// planOf is the plan of another operation.
func (e *Engine) planOf(id string) (*plan, error) {
	op, ok := e.Catalogue.Operation(id)
	if !ok {
		return nil, fmt.Errorf("engine: there is no operation %s", id)
	}
	return e.plan(op)
}

func (e *Engine) newPlan(op *spec.Operation) (*plan, error) {
	p := &plan{engine: e, op: op}
	var err error
	if p.row, err = e.Table.Row(op.ID); err != nil || p.row == nil {
		return p, err
	}
	p.answer, p.request = op.AnswerShape(), op.RequestShape()
	if p.row.Collection != "" {
		if p.collection, err = e.Table.Collection(p.row.Collection); err != nil {
			return nil, err
		}
	}
	p.personal = p.aboutCaller()
	p.special, p.marks = &special{}, &marks{}
	if p.collection != nil && e.known.items[p.collection.Path] != nil {
		p.special = e.known.items[p.collection.Path]
	}
	if p.collection != nil && p.collection.Entity != "" {
		p.entity = e.entityOf(p.collection)
		newer := op.Facts().Newer
		if of, ok := e.Catalogue.Operation(p.collection.Entity); ok {
			newer = newer || of.Facts().Newer
		}
		p.marks = e.marksOf(p.entity, newer)
	}
	if p.collection != nil {
		p.key = p.collection.Key
	}
	if p.entity != nil && p.entity.Has(p.key) {
		p.integer = p.entity.Property(p.key).Type == "integer"
		p.numbered = p.integer || p.key == "version"
	}
	p.names = p.namings()
	p.whole = same(p.answer, p.entity)
	switch p.row.Kind {
	case behaviour.Create, behaviour.Put, behaviour.Patch:
		p.unique = uniqueNames(op, p.entity)
	}
	if p.row.Items != "" {
		list := p.answer
		if p.row.Items != "." {
			list = p.answer.Property(p.row.Items)
		}
		p.element = list.Items()
		p.elements = same(p.element, p.entity)
		p.listing = newListing(p)
	}
	if p.request != nil && p.request.Type == "object" {
		for _, name := range p.request.PropertyNames() {
			if p.request.Property(name).Free() {
				p.free = append(p.free, name)
			}
		}
	}
	p.wrapped = wrappers(p.request, p.entity)
	for _, parent := range p.row.Parents {
		p.lineage = append(p.lineage, ancestor{parent.Param, parent.Collection, parent.Part, e.Owners[behaviour.Anonymous(parent.Collection)]})
	}
	if p.request != nil {
		body := p.request
		if body.Type == "array" && body.Items() != nil {
			body = body.Items()
		}
		p.references = p.referencesIn(body, nil, make(map[string]bool))
	}
	p.served = handlers.Generic(p.access(), p.invoke)
	return p, nil
}

// entityOf is the shape of a collection's items.
func (e *Engine) entityOf(c *behaviour.Collection) *spec.Shape {
	return e.Table.EntityShape(e.Catalogue, c)
}

func same(a, b *spec.Shape) bool { return a != nil && b != nil && a.Name != "" && a.Name == b.Name }

// access says in which kind of transaction the operation runs.
func (p *plan) access() handlers.Access {
	if p.row.Kind == behaviour.Compute && p.op.Method != "GET" && (uploadProperty(p.answer) != "" || p.engine.known.answers[p.op.ID] != nil) {
		return handlers.ByMethod
	}
	switch p.row.Kind {
	case behaviour.List, behaviour.View, behaviour.Search, behaviour.Get, behaviour.BulkGet, behaviour.Read, behaviour.Compute, behaviour.Download:
		return handlers.ReadOnly
	default:
		return handlers.ByMethod
	}
}

// invoke serves one call.
func (p *plan) invoke(_ context.Context, c *handlers.Call) (any, error) {
	if c.Tx != nil && c.Tx.Org() == "" {
		if err := p.settle(c); err != nil {
			return nil, err
		}
	}
	if p.personal && c.Caller != nil {
		if _, err := c.User(); err != nil {
			return nil, err
		}
	}
	if err := p.parents(c); err != nil {
		return nil, err
	}
	if answer := p.engine.known.answers[p.op.ID]; answer != nil {
		return answer(p, c)
	}
	switch p.row.Kind {
	case behaviour.Create, behaviour.Write, behaviour.Merge, behaviour.BulkAdd, behaviour.BulkUpdate, behaviour.BulkReplace:
		if err := p.checkReferences(c); err != nil {
			return nil, err
		}
	}
	switch p.row.Kind {
	case behaviour.Get:
		return p.get(c)
	case behaviour.List, behaviour.View:
		return p.list(c)
	case behaviour.Search:
		return p.search(c)
	case behaviour.Create:
		return p.create(c)
	case behaviour.Copy:
		return p.copyItem(c)
	case behaviour.Put, behaviour.Patch:
		return p.change(c)
	case behaviour.Delete:
		return p.remove(c)
	case behaviour.Read:
		return p.read(c)
	case behaviour.Write, behaviour.Merge:
		return p.write(c)
	case behaviour.Reset:
		return p.reset(c)
	case behaviour.Action:
		return p.act(c)
	case behaviour.BulkGet, behaviour.BulkAdd, behaviour.BulkUpdate, behaviour.BulkReplace, behaviour.BulkRemove:
		return p.bulk(c)
	case behaviour.Job:
		return p.job(c)
	case behaviour.Upload:
		return p.upload(c)
	case behaviour.Download:
		return p.download(c)
	default:
		return p.compute(c)
	}
}

// expand is a template with the call's own keys.
func expand(template string, c *handlers.Call) string {
	if strings.IndexByte(template, '{') < 0 {
		return template
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if name == "" {
			b.WriteString(anyParent)
		} else {
			b.WriteString(escape(c.Param(name)))
		}
		template = after
	}
}

// at is the concrete path of what the operation works on.
func (p *plan) at(c *handlers.Call) string {
	return ownPlace(p.row.Collection, c)
}

// itemPath is the concrete path of the item that the operation names.
func (p *plan) itemPath(c *handlers.Call) string { return p.at(c) + "/" + escape(p.keyOf(c)) }

// parents refuses a path that leads through what does not exist, or lies where the
// caller may not look.
func (p *plan) parents(c *handlers.Call) error {
	var last *document // the parent before
	var inside fields  // what was found inside it
	for _, a := range p.lineage {
		id := c.Param(a.param)
		if a.part != "" {
			if inside == nil && last != nil {
				inside = decodeFields(last.Body)
			}
			if inside = findPart(inside, a.part, id); inside == nil {
				return p.notFound(c, a.param, id)
			}
			continue
		}
		last, inside = nil, nil
		division := ""
		if a.owner != nil {
			lies, ok, err := a.owner(c.Tx, id)
			if err != nil {
				return err
			}
			if !ok {
				return p.notFound(c, a.param, id)
			}
			division = lies
		} else {
			var err error
			if last, err = lookUp(c.Tx, ownPlace(a.collection, c), id); err != nil {
				return err
			}
			if last == nil {
				return p.notFound(c, a.param, id)
			}
			division = last.Division
		}
		if err := p.permit(c, division); err != nil {
			return err
		}
	}
	return nil
}

// settle finds the organization that a call without a token is about: the one which
// its body names, or which has what its path names, or else the first.
func (p *plan) settle(c *handlers.Call) error {
	everywhere, first := c.Tx, ""
	body, _ := c.Input.Body.(fields)
	for org := range everywhere.Orgs() {
		if tx := everywhere.In(org); isAbout(tx, body) {
			c.Tx = tx
			return nil
		}
	}
	for org := range everywhere.Orgs() {
		first = cmp.Or(first, org)
		c.Tx = everywhere.In(org)
		there, err := p.leadsSomewhere(c)
		if err != nil || there {
			return err
		}
	}
	if c.Tx = everywhere.In(first); first == "" {
		return apierr.NotFound() // what belongs to nobody is kept nowhere
	}
	return nil
}

// isAbout tells whether a body says that it is about the organization: by its id, or
// by that of one of its deployments.
func isAbout(tx *store.Tx, body fields) bool {
	if textOf(body["organizationId"]) == tx.Org() {
		return true
	}
	app, _ := body["app"].(fields)
	for _, id := range []string{textOf(body["deploymentId"]), textOf(app["deploymentId"])} {
		for _, collection := range []string{"/webdeployments/deployments/", "/webchat/deployments/", "/widgets/deployments/"} {
			if id != "" && items.Has(tx, collection+escape(id)) {
				return true
			}
		}
	}
	return false
}

// leadsSomewhere tells whether there is what the call's path names.
func (p *plan) leadsSomewhere(c *handlers.Call) (bool, error) {
	err := p.parents(c)
	if err == nil && p.row.Key != "" && p.collection != nil && p.row.Kind != behaviour.Put {
		var d *document
		if d, err = p.named(c); err == nil && d == nil {
			return false, nil
		}
	}
	if missing := (*apierr.Error)(nil); errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}

// permit refuses what lies in a division in which the caller lacks the
// operation's permission.
func (p *plan) permit(c *handlers.Call, division string) error {
	if division == "" || c.Caller == nil || !p.op.Facts().DivisionAware {
		return nil
	}
	return c.RequireIn(division)
}
