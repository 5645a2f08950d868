package server

import (
	"bytes"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// copied keeps a copy of the body that is sent.
type copied struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copied) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find what is below.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// checkAnswer looks at an answer once it is sent, and logs where it does not fit
// what the catalogue says of it. The reason names the place and what the schema
// asks for, never a value. What is answered elsewhere, or to a stub that only
// wanted its request checked, is no answer of the operation.
func (s *Server) checkAnswer(op *spec.Operation, w *echo.Response) (finish func()) {
	tee := &copied{ResponseWriter: w.Writer}
	w.Writer = tee
	return func() {
		w.Writer = tee.ResponseWriter
		if !w.Committed || w.Header().Get(actions.HeaderPassed) != "" {
			return
		}
		if err := op.CheckResponse(w.Status, tee.body.Bytes()); err != nil {
			s.config.logger.Warn("the answer does not fit the specification", "operation", op.ID, "status", w.Status, "correlation", handlers.CorrelationID(w), "reason", err.Error())
		}
	}
}
