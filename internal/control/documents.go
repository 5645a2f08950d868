package control

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/coverage"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// DocumentList lists the OpenAPI documents of the API.
type DocumentList struct {
	Operations int           `json:"operations"`
	All        string        `json:"all"`   // address of the document of all operations
	Login      string        `json:"login"` // and of that of the login host
	Tags       []TagDocument `json:"tags"`
}

// TagDocument is the document of one tag.
type TagDocument struct {
	Name       string `json:"name"`
	Operations int    `json:"operations"`
	Document   string `json:"document"` // address
	Explorer   string `json:"explorer"` // address of the page that shows it
}

// CoverageTable says what answers each operation.
type CoverageTable struct {
	Total      coverage.Count       `json:"total"`
	Tags       []coverage.TagCount  `json:"tags"`
	Figures    *coverage.Figures    `json:"figures,omitempty"`
	Operations []coverage.Operation `json:"operations"`
}

func (c *Control) mountDocuments(g *echo.Group) {
	read := []string{http.MethodGet, http.MethodHead}
	g.Match(read, "/openapi.json", c.listDocuments)
	g.Match(read, "/openapi/:document", c.document)
	g.Match(read, "/coverage.json", c.coverage)
}

func (c *Control) listDocuments(ec echo.Context) error {
	const base = "/_mockcloud/openapi/"
	list := DocumentList{Operations: len(c.Catalogue.Operations()), All: base + "all.json", Login: base + "login.yaml", Tags: []TagDocument{}}
	for _, tag := range c.Documents.Tags() {
		_, n, _ := c.Documents.Tag(tag)
		list.Tags = append(list.Tags, TagDocument{
			Name: tag, Operations: n, Document: base + url.PathEscape(tag) + ".json", Explorer: "/_mockcloud/explorer?" + url.Values{"tag": {tag}}.Encode(),
		})
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
}

// document writes the document as it is made: that of all operations is large.
func (c *Control) document(ec echo.Context) error {
	wanted := ec.Param("document")
	if plain, err := url.PathUnescape(wanted); err == nil && ec.Request().URL.RawPath != "" {
		wanted = plain
	}
	name, isJSON := strings.CutSuffix(wanted, ".json")
	tag := ""
	if name != "all" || !isJSON {
		found, _, ok := c.Documents.Tag(name)
		if !ok || !isJSON {
			return apierr.New(http.StatusNotFound, "document.not.found", "There is no such document. GET /_mockcloud/openapi.json lists them.")
		}
		tag = found
	}
	w := ec.Response()
	w.Header().Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	w.Header().Set(echo.HeaderXContentTypeOptions, "nosniff")
	w.WriteHeader(http.StatusOK)
	if ec.Request().Method == http.MethodHead {
		return nil
	}
	return c.Documents.Write(w, tag)
}

func (c *Control) coverage(ec echo.Context) error {
	table := c.Coverage()
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, CoverageTable{
		Total: coverage.Total(table.Operations), Tags: coverage.ByTag(table.Operations), Figures: table.Figures, Operations: table.Operations,
	})
}
