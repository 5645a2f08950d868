package engine

import (
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// notFound is the 404 for what a path parameter names, in the operation's own words
// where it has any for that.
func (p *plan) notFound(c *handlers.Call, param, id string) *apierr.Error {
	if code := p.missingCode(param); code != "" {
		e := c.Documented(http.StatusNotFound, code, cut(id, maxSaid))
		if !strings.Contains(e.Message, "%") {
			return e.About(id, "")
		}
	}
	return apierr.NotFound().About(id, "")
}

// missingCode finds the code for what a parameter names: the one that speaks of it,
// or the only one where the path has no other parameter.
func (p *plan) missingCode(param string) string {
	noun := strings.ToLower(strings.TrimSuffix(param, "Id"))
	var general []string
	loosely := ""
	for _, code := range p.op.OwnCodes(http.StatusNotFound) {
		about, ok := strings.CutSuffix(strings.ToLower(code), ".not.found")
		if !ok {
			continue
		}
		word := about[strings.LastIndexByte(about, '.')+1:]
		switch {
		case noun == "":
			general = append(general, code)
		case strings.HasSuffix(noun, word), strings.HasSuffix(word, noun):
			return code
		case loosely == "" && strings.Contains(strings.NewReplacer(".", "", "_", "").Replace(about), noun):
			loosely = code
		default:
			general = append(general, code)
		}
	}
	if loosely != "" {
		return loosely
	}
	if len(general) == 1 && (strings.Count(p.op.Path, "{") == 1 || strings.Contains(general[0], "resource") || strings.Contains(general[0], "entity")) {
		return general[0]
	}
	return ""
}

// stale is the 409 for a change that was made on another version than the stored
// one. Terraform reads again and repeats it (facts: terraform.md 1).
func (p *plan) stale(sent, stored string) *apierr.Error {
	return apierr.Newf(http.StatusConflict, "general.conflict", "The version %s does not match the current version %s.", cut(sent, maxSaid), cut(stored, maxSaid)).OnField("version")
}

// taken is the 409 for a second item with a key.
func (p *plan) taken(c *handlers.Call, field, value string) *apierr.Error {
	value = cut(value, maxSaid)
	if codes := p.op.OwnCodes(http.StatusConflict); len(codes) == 1 {
		return c.Documented(http.StatusConflict, codes[0], value).OnField(field)
	}
	return apierr.Newf(http.StatusConflict, "general.conflict", "There is already one with the %s %s.", field, value).OnField(field)
}
