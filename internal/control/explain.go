package control

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/journal"
)

// Remembered is how many requests can be explained after they were answered.
const Remembered = journal.Explained

// Explained is a request to the API and what decided about it.
type Explained struct {
	At            *clock.Time     `json:"at"`
	CorrelationID string          `json:"correlationId"`
	Method        string          `json:"method"`
	Path          string          `json:"path"` // of the operation, with {names}; what was sent where there is none
	Status        int             `json:"status"`
	Explanation   json.RawMessage `json:"explanation"` // what the header X-Mockcloud-Explanation holds
}

// explain answers what decided about the requests with a correlation id.
func (c *Control) explain(ec echo.Context) error {
	id := ec.Param("correlationId")
	decisions, err := c.Journal.Decisions(ec.Request().Context(), id)
	if err != nil {
		return err
	}
	var found []Explained
	for _, d := range decisions {
		found = append(found, Explained{
			At: clock.At(d.At), CorrelationID: d.CorrelationID, Method: d.Method, Path: d.Path, Status: d.Status,
			Explanation: json.RawMessage(d.Why.JSON()),
		})
	}
	if len(found) == 0 {
		return apierr.Newf(http.StatusNotFound, "not.found",
			"No request with the correlation id %.100s is remembered. The last %d requests to /api/v2 are, unless DELETE /_mockcloud/requests came since, and none to other paths. The id stands in the header %s of the answer and in contextId of an error.",
			id, Remembered, handlers.HeaderCorrelationID)
	}
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, map[string]any{"requests": found})
}
