package engine

import (
	"strconv"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// What one call can ask for. Each element of a change keeps all other changes
// waiting, and each criterion is looked at for every item of a collection.
//
// Guess: the numbers. The specification names a few for single operations, which are
// of this order.
const (
	maxElements = 1000 // things that a call adds, changes, removes or reads
	maxCriteria = 200  // objects in the lists of a search
	maxValues   = 1000 // values in the lists of a search
	maxPattern  = 1000 // bytes of a regular expression
	maxSaid     = 100  // bytes of what an error repeats
)

func tooMany(field string, most int) *apierr.Error {
	e := apierr.BadRequest("There are too many elements: up to " + strconv.Itoa(most) + " are taken at once.")
	if field == "" {
		return e
	}
	return e.OnField(field)
}

// limited refuses a body that names too many things, in itself or in one of its
// lists.
func limited(c *handlers.Call) error {
	switch body := c.Input.Body.(type) {
	case []any:
		if len(body) > maxElements {
			return tooMany("", maxElements)
		}
	case fields:
		for _, name := range sortedKeys(body) {
			if list, _ := body[name].([]any); len(list) > maxElements {
				return tooMany(name, maxElements)
			}
		}
	}
	return nil
}

// weighed refuses criteria that are too many.
func weighed(field string, criteria any) error {
	objects, values := weigh(criteria)
	switch {
	case objects > maxCriteria:
		return tooMany(field, maxCriteria)
	case values > maxValues:
		return tooMany(field, maxValues)
	}
	return nil
}

// weigh counts what stands in the lists of a value, at any depth.
func weigh(value any) (objects, values int) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			o, n := weigh(element)
			if _, object := element.(fields); object {
				o++
			} else {
				n++
			}
			objects, values = objects+o, values+n
		}
	case fields:
		for _, inner := range v {
			o, n := weigh(inner)
			objects, values = objects+o, values+n
		}
	}
	return objects, values
}
