package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

// Stub is a stub as it is sent and shown: the call that it stands in for, and
// the response.
type Stub struct {
	ID       string       `json:"id,omitempty"`     // made up if left out; that of a registered stub replaces it
	Method   string       `json:"method,omitempty"` // any if left out
	URL      string       `json:"url"`              // * stands for any text; without a ? the query does not count
	Body     *StubMatch   `json:"body,omitempty"`   // what the body of the call must hold; anything if left out
	Response StubResponse `json:"response"`
}

// StubMatch says what the body of a call must hold. Both may be given.
type StubMatch struct {
	Contains     json.RawMessage `json:"contains,omitempty"`     // an object: keys that must be there, with these values
	ContainsText string          `json:"containsText,omitempty"` // letter by letter
}

// StubResponse is what a stub answers. Without anything it is an empty 200.
type StubResponse struct {
	Status            int               `json:"status,omitempty"`
	Headers           map[string]string `json:"headers,omitempty"`
	Body              json.RawMessage   `json:"body,omitempty"` // any JSON value but null, sent as application/json
	Text              string            `json:"text,omitempty"` // in its place: sent as it is, as text/plain
	DelayMilliseconds int               `json:"delayMilliseconds,omitempty"`
}

// ShownStub is a stub and what has become of it.
type ShownStub struct {
	Stub
	Source string `json:"source"` // fixtures or registered
	Size   int    `json:"size"`   // of the response's body, which lists leave out
	Hits   int64  `json:"hits"`   // answers since the server was started or the stub registered
}

// StubList is the whole table, in the order of matching.
type StubList struct {
	Entities []ShownStub `json:"entities"`
	Total    int         `json:"total"`
}

// maxStubRequest has room for the largest response, each of its characters
// behind a backslash, and for the rest of a stub.
const maxStubRequest = 2*outbound.MaxResponse + 100_000

func (c *Control) mountStubs(g *echo.Group) {
	g.GET("/stubs", c.listStubs)
	g.POST("/stubs", c.registerStub)
	g.DELETE("/stubs", c.removeStubs)
	g.GET("/stubs/:id", c.showStub)
	g.DELETE("/stubs/:id", c.removeStub)
}

func (c *Control) listStubs(ec echo.Context) error {
	list := StubList{Entities: []ShownStub{}}
	err := c.DB.View(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		for stub, err := range outbound.AllStubs(tx) {
			if err != nil {
				return err
			}
			list.Entities = append(list.Entities, c.shown(stub))
		}
		return nil
	})
	if err != nil {
		return err
	}
	list.Total = len(list.Entities)
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
}

func (c *Control) showStub(ec echo.Context) error {
	var stub *outbound.Stub
	err := c.DB.View(ec.Request().Context(), store.Global, func(tx *store.Tx) (err error) {
		stub, err = outbound.StubByID(tx, ec.Param("id"))
		return err
	})
	if err != nil {
		return stubError(err, ec.Param("id"))
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, c.shown(stub))
}

func (c *Control) registerStub(ec echo.Context) error {
	wanted, err := readStub(ec.Request())
	if err != nil {
		return err
	}
	stub := wanted.record()
	if stub.ID == "" {
		stub.ID = c.NewID()
	}
	err = c.DB.Update(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		return outbound.RegisterStub(tx, stub)
	})
	if err != nil {
		return stubError(err, stub.ID)
	}
	c.Outbound.Hits.Forget(stub.ID)
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, c.shown(stub))
}

func (c *Control) removeStub(ec echo.Context) error {
	id := ec.Param("id")
	err := c.DB.Update(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		return outbound.RemoveStub(tx, id)
	})
	if err != nil {
		return stubError(err, id)
	}
	c.Outbound.Hits.Forget(id)
	return ec.NoContent(http.StatusNoContent)
}

// removeStubs removes the registered ones. Those of the fixtures stay, as they
// are part of what a test starts from.
func (c *Control) removeStubs(ec echo.Context) error {
	var removed []string
	err := c.DB.Update(ec.Request().Context(), store.Global, func(tx *store.Tx) error {
		removed = nil
		for s, err := range outbound.AllStubs(tx) {
			if err != nil {
				return err
			}
			if !s.Fixture {
				removed = append(removed, s.ID)
			}
		}
		return outbound.RemoveRegisteredStubs(tx)
	})
	if err != nil {
		return err
	}
	for _, id := range removed {
		c.Outbound.Hits.Forget(id)
	}
	return ec.NoContent(http.StatusNoContent)
}

// readStub reads a stub. Nothing of it is in an error: it may hold test data
// that is nobody else's business.
func readStub(r *http.Request) (*Stub, error) {
	limited := &io.LimitedReader{R: r.Body, N: maxStubRequest + 1}
	stub := &Stub{}
	err := decodeJSON(limited, stub)
	if limited.N <= 0 {
		return nil, apierr.Newf(http.StatusRequestEntityTooLarge, "request.entity.too.large", "A stub must not be larger than %d bytes.", maxStubRequest)
	}
	if err != nil {
		return nil, err
	}
	if stub.Response.hasBody() && stub.Response.Text != "" {
		return nil, apierr.BadRequest("The field [response.text] does not go with [response.body]: a response has one of them.").OnField("response.text")
	}
	return stub, nil
}

// hasBody says whether there is a JSON body. A null is none, as in fixtures.
func (r *StubResponse) hasBody() bool { return len(r.Body) > 0 && string(r.Body) != "null" }

func (s *Stub) record() *outbound.Stub {
	record := &outbound.Stub{
		ID: s.ID, Method: s.Method, URL: s.URL,
		Status: s.Response.Status, Headers: s.Response.Headers,
		ResponseBody: s.Response.Text, DelayMilliseconds: s.Response.DelayMilliseconds,
	}
	if s.Response.hasBody() {
		record.JSON, record.ResponseBody = true, string(s.Response.Body)
	}
	if s.Body != nil {
		record.Body = &outbound.BodyMatch{Contains: string(s.Body.Contains), ContainsText: s.Body.ContainsText}
		if record.Body.Contains == "null" {
			record.Body.Contains = ""
		}
	}
	return record
}

func (c *Control) shown(s *outbound.Stub) ShownStub {
	shown := ShownStub{
		Stub: Stub{
			ID: s.ID, Method: s.Method, URL: s.URL,
			Response: StubResponse{Status: s.Status, Headers: s.Headers, DelayMilliseconds: s.DelayMilliseconds},
		},
		Source: "registered", Size: s.Size, Hits: c.Outbound.Hits.Of(s.ID),
	}
	if s.Fixture {
		shown.Source = "fixtures"
	}
	if shown.Response.Status == 0 {
		shown.Response.Status = http.StatusOK
	}
	if s.Body != nil {
		shown.Body = &StubMatch{Contains: json.RawMessage(s.Body.Contains), ContainsText: s.Body.ContainsText}
	}
	if s.JSON && s.ResponseBody != "" {
		shown.Response.Body = json.RawMessage(s.ResponseBody)
	} else {
		shown.Response.Text = s.ResponseBody
	}
	return shown
}

// stubError turns what the table says into the API's error shape.
func stubError(err error, id string) error {
	if flaw, ok := errors.AsType[*outbound.Flaw](err); ok {
		return apierr.BadRequest("The field [" + flaw.Field + "] " + flaw.Reason + ".").OnField(flaw.Field)
	}
	quoted := strconv.Quote(strings.ToValidUTF8(id, "?"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return apierr.Newf(http.StatusNotFound, "stub.not.found", "There is no stub with the id %.120s.", quoted)
	case errors.Is(err, outbound.ErrOfFixtures):
		return apierr.Newf(http.StatusConflict, "stub.of.fixtures", "The fixtures have a stub with the id %s. Give this one another id: it comes before those of the fixtures all the same.", quoted)
	case errors.Is(err, outbound.ErrFull):
		return apierr.New(http.StatusBadRequest, "too.many.stubs", "The stub table is full: "+outbound.ErrFull.Error()+".")
	}
	return err
}
