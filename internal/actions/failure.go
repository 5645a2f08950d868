package actions

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/outbound"
)

// The error codes of the detail in every failure: who is to blame (the help
// article on failing actions).
const (
	authentication = "ACTION.AUTHENTICATION"
	processing     = "ACTION.PROCESSING"
	remote         = "ACTION.REMOTE_ENDPOINT"
)

// failure is an error as actions have them.
func failure(status int, code, message, detail string) *apierr.Error {
	e := apierr.New(status, code, message)
	e.MessageParams = map[string]string{}
	e.Details = []apierr.Detail{{ErrorCode: detail}}
	return e
}

// because adds what lies behind a failure. Its code is that of the failure, in
// the old spelling.
func because(e *apierr.Error, message string) *apierr.Error {
	inner := apierr.New(e.Status, strings.ToUpper(strings.NewReplacer(".", "_", " ", "_").Replace(e.Code)), message)
	inner.MessageParams = map[string]string{}
	e.Errors = append(e.Errors, inner)
	return e
}

// Failed says whether an error is what came of running an action.
func Failed(e *apierr.Error) bool {
	return len(e.Details) > 0 && strings.HasPrefix(e.Details[0].ErrorCode, "ACTION.")
}

const malformed = "The request could not be understood by the server due to malformed syntax."

// invalidSchema is a value that does not fit the contract.
func invalidSchema(reason string) *apierr.Error {
	return failure(http.StatusBadRequest, "invalid.schema", reason, processing)
}

// invalidSubstitution is a template of the request that could not be filled in.
func invalidSubstitution(template, source string, err error) *apierr.Error {
	e := failure(http.StatusBadRequest, "invalid.substitution", "There was an issue substituting a value in one of the templates", processing)
	return because(e, fmt.Sprintf("Transform failed to process request using '%s' template due to error:'%s'\n Template:'%s'.", template, err, source))
}

// transformFailed is a success template that could not be filled in.
func transformFailed(source, reason string) *apierr.Error {
	return failure(http.StatusBadRequest, "bad.request",
		fmt.Sprintf("Transform failed to process result using 'successTemplate' template due to error:'%s'\n Template:'%s'.", reason, source), processing)
}

// invalidCredentials is a log-in that failed.
func invalidCredentials(reason string) *apierr.Error {
	e := failure(http.StatusBadRequest, "invalid.credentials", "There was an issue validating the credentials.", authentication)
	return because(e, reason)
}

func nestedTooDeeply() *apierr.Error {
	return failure(http.StatusBadRequest, "bad.request", fmt.Sprintf("Data actions can call each other to a depth of %d: this call is one too deep.", maxNesting), processing)
}

func notActive(i *integration.Integration) *apierr.Error {
	return failure(http.StatusBadRequest, "bad.request", "The integration "+i.Name+" is not active. Set its intendedState to ENABLED: PATCH /api/v2/integrations/"+i.ID+".", processing)
}

// answered is the failure for an answer of the remote end that is no success.
// Its status comes through with the platform's own code, as far as there is one.
func answered(status int) *apierr.Error {
	mirror := func(code, message string) *apierr.Error { return failure(status, code, message, remote) }
	switch status {
	case http.StatusUnauthorized:
		return mirror("bad.credentials", "Invalid login credentials.")
	case http.StatusForbidden:
		return mirror("not.authorized", "You are not authorized to perform the requested action.")
	case http.StatusNotFound:
		return mirror("not.found", "The requested resource was not found.")
	case http.StatusMethodNotAllowed:
		return mirror("method not allowed", "The request method is not allowed for this resource")
	case http.StatusRequestTimeout:
		return mirror("request.timeout", timedOut)
	case http.StatusConflict:
		return mirror("request.conflict", "The request conflicts with the current state of the target resource.")
	case http.StatusTooManyRequests:
		return mirror("too.many.requests", "Rate limit exceeded.")
	}
	if status >= http.StatusInternalServerError {
		return failure(http.StatusInternalServerError, "internal.server.error", "Internal Server Error", remote)
	}
	return failure(http.StatusBadRequest, "bad.request", malformed, remote)
}

const timedOut = "The request timed out."

// unanswered is the failure for a call that brought no answer that can be read.
// Its reason is told in any mode: it is about this machine, and says what to do.
func unanswered(err error, contextID string) *apierr.Error {
	if errors.Is(err, outbound.ErrTimeout) {
		return failure(http.StatusGatewayTimeout, "request.timeout", timedOut, remote)
	}
	e := failure(http.StatusBadRequest, "bad.request", malformed, remote)
	return because(e, callFailed+err.Error()+" ["+contextID+"]")
}

// What messages about calls begin with, and what stands for the answer of the
// remote end outside of tests (quoted by the help article).
const (
	callFailed     = "REST call for action execute failed. Message: "
	backendFailed  = "Request to backend service failed."
	lookInTestMode = " To see error details, use test mode to execute the action, or execute request in Postman or other REST tools."
)

// saysTheService is what a service answered that did not let us in. It is told in
// any mode: the credentials are wrong, and their owner must learn why.
func saysTheService(body []byte, contextID string) string {
	return backendFailed + "  Response from web service: " + quoted(body) + " [" + contextID + "]"
}

// saying adds to a failure what the remote end said. Only tests show it.
func saying(e *apierr.Error, body []byte, test bool, contextID string) *apierr.Error {
	text := lookInTestMode
	if test {
		text = "  Response from web service: " + quoted(body)
	}
	return because(e, callFailed+backendFailed+text+" ["+contextID+"]")
}

// maxQuoted is how many bytes of an answer a message repeats. What is quoted has
// been masked before it is cut: a part of a secret is one too.
const maxQuoted = 4000

func quoted(body []byte) string {
	if len(body) > maxQuoted {
		return strings.ToValidUTF8(string(body[:maxQuoted]), "") + "…"
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}
