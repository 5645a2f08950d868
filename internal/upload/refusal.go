package upload

import (
	"encoding/xml"
	"net/http"
)

// refusal is an error in the shape of the real storage, which clients print.
type refusal struct {
	status        int
	code, message string
}

// Error implements error.
func (r *refusal) Error() string { return r.code + ": " + r.message }

func denied(message string) error { return &refusal{http.StatusForbidden, "AccessDenied", message} }

func mismatch(message string) error {
	return &refusal{http.StatusForbidden, "SignatureDoesNotMatch", message}
}

// refusalBody is a refusal on the wire.
type refusalBody struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	RequestID string   `xml:"RequestId"`
}

func (r *refusal) write(w http.ResponseWriter, requestID string) {
	body, err := xml.Marshal(refusalBody{Code: r.code, Message: r.message, RequestID: requestID})
	if err != nil {
		body = nil // texts always encode
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(r.status)
	_, _ = w.Write(append([]byte(xml.Header), body...)) // the client may be gone
}
