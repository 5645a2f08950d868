package engine

import (
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// dependencies are what things of all kinds need each other for. What the path names
// has to be somewhere; what needs it is not kept.
func dependencies() subject {
	return subject{answers: map[string]answer{
		"getDependenciesTypeEntityTypeIdEntityIdConnectionsRequires":         ofSomething,
		"getDependenciesTypeEntityTypeIdEntityIdConnectionsRequiredby":       ofSomething,
		"getDependenciesTypeEntityTypeIdEntityIdConnectionsRequiredbycounts": ofSomething,
	}}
}

func ofSomething(p *plan, c *handlers.Call) (any, error) {
	id := c.Param("entityId")
	there, err := p.engine.anywhere(c, id)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, p.notFound(c, "entityId", id)
	}
	return p.compute(c)
}

// anywhere tells whether a collection that does not belong to an item has one with
// that key.
func (e *Engine) anywhere(c *handlers.Call, id string) (bool, error) {
	for _, owner := range e.Owners {
		if _, ok, err := owner(c.Tx, id); ok || err != nil {
			return ok, err
		}
	}
	all, err := e.Table.Collections()
	if err != nil {
		return false, err
	}
	for _, of := range all {
		if strings.Contains(of.Path, anyParent) {
			continue
		}
		if d, err := lookUp(c.Tx, of.Path, id); d != nil || err != nil {
			return d != nil, err
		}
	}
	return false, nil
}
