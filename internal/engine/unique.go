package engine

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// uniqueness says that no two items of a collection may have the same name.
type uniqueness struct {
	code   string // of the refusal
	beside string // a property that must be the same, too; "" for none
}

var (
	aboutNames = regexp.MustCompile(`\b(name|duplicated? name|specified name)\b`)
	aboutTwice = regexp.MustCompile(`already exists|already in use|\bin use\b|\bduplicated?\b`)
	otherNames = regexp.MustCompile(`(key|field|column|file|domain|user) ?names?\b`)
)

// uniqueNames finds out whether an operation documents, in a code of its own, that
// names are not given twice; nil where it does not.
func uniqueNames(op *spec.Operation, entity *spec.Shape) *uniqueness {
	if entity == nil || !entity.Has("name") {
		return nil
	}
	codes := append(op.OwnCodes(http.StatusConflict), op.OwnCodes(http.StatusBadRequest)...)
	// Codes that speak of names go before those that stand for more.
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(strings.Count(b, "name"), strings.Count(a, "name")) })
	for _, code := range codes {
		_, message, _ := op.ErrorCode(code)
		message = strings.ToLower(message)
		said := aboutNames.MatchString(message) && aboutTwice.MatchString(message) && !otherNames.MatchString(message)
		if !said && !strings.HasSuffix(code, ".name.conflict") {
			continue
		}
		u := &uniqueness{code: code}
		for _, property := range []string{"type", "dialect"} {
			if strings.Contains(message, property) && entity.Has(property) {
				u.beside = property
			}
		}
		return u
	}
	return nil
}

// checkName refuses a name that another item of the collection has. path is the
// item's own; "" for a new one.
func (p *plan) checkName(c *handlers.Call, collection, path string, body fields) error {
	name := textOf(body["name"])
	if p.unique == nil || name == "" {
		return nil
	}
	for key := range items.KeysBy(c.Tx, "name", collection+separator+nameKey(name)) {
		if key == path {
			continue
		}
		d, err := items.Peek(c.Tx, key)
		if err != nil {
			return err
		}
		if identity.Fold(d.Name) != identity.Fold(name) {
			continue // the index holds the beginnings of long names
		}
		if p.unique.beside != "" && textOf(shallow(d.Body)[p.unique.beside]) != textOf(body[p.unique.beside]) {
			continue
		}
		return c.Documented(http.StatusConflict, p.unique.code, cut(name, maxSaid)).OnField("name")
	}
	return nil
}
