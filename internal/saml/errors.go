// Package saml reads, checks and writes the SAML 2.0 messages of single
// sign-on: it verifies the responses of identity providers, words the requests
// sent to them, and plays a small identity provider for developers who have
// none. Which certificates are trusted, which user an assertion means and
// whether it was seen before are its callers' business.
package saml

// Error says in a few words why a message was refused. The text never holds
// anything from the message, so it may be shown to whoever sent it.
type Error string

// Error implements error.
func (e Error) Error() string { return string(e) }

// The reasons, in the order in which they are looked for. Compare with
// errors.Is.
const (
	ErrTooLarge      Error = "the message is too large"
	ErrBase64        Error = "the message is not valid base64"
	ErrDeflate       Error = "the message is not deflated"
	ErrXML           Error = "the message is not acceptable XML"
	ErrRequest       Error = "the message is not a SAML 2.0 authentication request"
	ErrEncrypted     Error = "encrypted assertions are not supported"
	ErrStatus        Error = "the identity provider reports a failure"
	ErrStructure     Error = "the message is not a SAML 2.0 response with one assertion"
	ErrUnsigned      Error = "neither the response nor the assertion is signed"
	ErrCertificate   Error = "the identity provider has no certificate that is valid now"
	ErrWeakAlgorithm Error = "the signature uses an algorithm or a key that is not accepted"
	ErrSignature     Error = "the signature is not valid"
	ErrIssuer        Error = "the assertion is from another issuer"
	ErrNotYetValid   Error = "the assertion is not valid yet"
	ErrExpired       Error = "the assertion has expired"
	ErrNoExpiry      Error = "the assertion does not say when it expires"
	ErrCondition     Error = "the assertion sets a condition that is not understood"
	ErrAudience      Error = "the assertion is for another audience"
	ErrRecipient     Error = "the message is addressed to another recipient"
	ErrInResponseTo  Error = "the response answers two requests"
	ErrConfirmation  Error = "the subject confirmation is not of the bearer method"
	ErrSubject       Error = "the assertion names no subject"
)
