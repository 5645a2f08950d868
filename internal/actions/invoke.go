package actions

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/outbound"
)

// maxPayload is how many bytes can be sent to a function (the article of
// 2025-01-14 on functions).
const maxPayload = 750_000

// invoke calls a function, which is a stub: functions are not run here. The
// function's own timeout ends the call where it is shorter than the action's.
func (r *runner) invoke(ctx context.Context, stub *outbound.Stub) (*outbound.Response, error) {
	f := r.subject.action.Function
	if len(r.call.body) > maxPayload { // Guess: how it is refused
		return nil, failure(http.StatusBadRequest, "bad.request",
			fmt.Sprintf("The payload of a function can have %d bytes at most; it has %d.", maxPayload, len(r.call.body)), processing)
	}
	if stub == nil {
		return nil, failure(http.StatusBadRequest, "bad.request", strings.TrimSpace(
			"mockcloud does not run functions: register a stub for "+shorten(r.mask.Text(r.call.method+" "+r.call.url))+", the request URL of this action"+
				" (POST /_mockcloud/stubs). "+r.nearStub(ctx, r.call.url)), remote)
	}
	r.call.stub = stub.ID
	own := time.Duration(f.TimeoutSeconds) * time.Second
	left := time.Until(r.deadline)
	answer, err := r.engine.Outbound.Answer(ctx, stub, min(own, left))
	switch {
	case errors.Is(err, outbound.ErrTimeout) && own < left:
		return nil, r.functionFailed(fmt.Appendf(nil, "Task timed out after %d.00 seconds", f.TimeoutSeconds))
	case err != nil:
		return nil, err
	}
	if answer.Status < 200 || answer.Status > 299 {
		r.call.status = answer.Status
		return nil, r.functionFailed(answer.Body)
	}
	return answer, nil
}

// functionFailed is a function that threw. What it returns is no failure, even
// with a statusCode in it (community, "Passing HTTP return codes from Genesys
// Cloud Function", which the words are from); so that a stub fails with its
// status, and its body is the error that was thrown.
//
// Guess: that it is told outside of tests, too, and that a function which takes
// too long fails like this.
func (r *runner) functionFailed(thrown []byte) *apierr.Error {
	e := failure(http.StatusInternalServerError, "internal.server.error", "Internal Server Error", remote)
	return because(e, callFailed+"Invoked function failed. Response from function: Function execution failed with error Type: Unhandled; Message: "+
		withoutSigns.Replace(quoted(r.mask.Body(thrown)))+" ["+r.run.ContextID+"]")
}

// withoutSigns takes out of JSON what the service does not show of it.
var withoutSigns = strings.NewReplacer(`\"`, "", `"`, "", "{", "", "}", "")
