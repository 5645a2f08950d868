package engine

import (
	"maps"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// special is what items of a collection have or do that no shape tells. The
// functions stand in files by subject.
type special struct {
	// check looks at what was sent for a new item (old is nil) or a change, before
	// anything is added to it.
	check func(p *plan, c *handlers.Call, body, old fields) error
	// fill completes a new item (old is nil) or a changed one before it is stored.
	fill func(p *plan, c *handlers.Call, body, old fields) error
	// stored is told of an item that has been stored; old is nil for a new one.
	stored func(p *plan, c *handlers.Call, d, old *document) error
	// view changes the fields of an item, which are the answer's own, before they are
	// fitted into the shape of another operation's answer.
	view func(p *plan, c *handlers.Call, body fields, shape *spec.Shape) fields
	// act does what an operation below the item does: to the whole, and to the part
	// that its path names (nil for none).
	act func(p *plan, c *handlers.Call, whole, part, body fields) error
	// removed is told of an item that is gone.
	removed func(p *plan, c *handlers.Call, d *document) error
}

// answer serves an operation in place of what its row says.
type answer = func(*plan, *handlers.Call) (any, error)

// subject is a part of the platform about which more is known than its shapes.
type subject struct {
	items   map[string]*special // by the anonymous template of the collection
	answers map[string]answer   // by operation id
	// received is told of files, by the id of the operation that asked for them.
	received map[string]func(*arrival) error
	tasks    map[string]task // by the id of the operation that starts the job
}

// subjects lists them all.
func subjects() []subject {
	return []subject{conversations(), datatables(), routing(), telephony(), webdeployments(), platform(), works(), exports(), flows(), attachments(), searches(), analytics(), aboutUsers(), lookups(), stations(), cases(), timeOff(), grammars(), chats(), dependencies(), games(), forms(), articles(), lists(), privacy(), limits(), tasks(), teams(), phones(), messengers(), observations(), campaigns(), units()}
}

// gather makes the subjects one.
func (s *subject) gather(all []subject) {
	s.items, s.answers, s.received = make(map[string]*special), make(map[string]answer), make(map[string]func(*arrival) error)
	s.tasks = make(map[string]task)
	for _, one := range all {
		maps.Copy(s.items, one.items)
		maps.Copy(s.answers, one.answers)
		maps.Copy(s.received, one.received)
		maps.Copy(s.tasks, one.tasks)
	}
}
