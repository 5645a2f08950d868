package engine

import (
	"slices"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// copyItem adds an item like the one that the path names, with what the body says
// otherwise.
func (p *plan) copyItem(c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	body := d.deep()
	for _, name := range slices.Concat(createdNames, modifiedNames, creatorNames, modifierNames, []string{"id", "selfUri", "version", p.key}) {
		delete(body, name)
	}
	for name, value := range p.sent(c) {
		if name != "version" && (p.entity == nil || p.entity.Has(name)) {
			body[name] = value
		}
	}
	made, err := p.make(c, p.at(c), body, "")
	if err != nil {
		return nil, err
	}
	return p.present(c, made, p.answer, p.whole)
}
