package spec_test

import (
	"strings"
	"testing"
)

func TestCheckResponse(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id string
		status   int
		body     string
		fault    string // a part of the error; "" means that the answer fits
	}{
		{"fits", "postOauthClients", 200, `{"id":"1","name":"bot","authorizedGrantType":"CODE","dateCreated":"2026-03-01T10:00:00.000Z"}`, ""},
		{"an unknown field", "getOauthClient", 200, `{"id":"1","name":"bot","authorizedGrantType":"CODE","colour":"red"}`, "body.colour is not in the schema"},
		{"an unknown field deeper down", "getOauthClients", 200, `{"entities":[{"name":"bot","createdBy":{"colour":1}}]}`, "body.entities[0].createdBy.colour"},
		{"a field of the overlay", "getOauthClients", 200, `{"entities":[{"name":"bot","authorizedGrantType":"CODE"}]}`, ""},
		{"a required field is missing", "getOauthClient", 200, `{"name":"bot"}`, "authorizedGrantType"},
		{"a required field that only answers have", "postOutboundSequences", 200, `{"campaigns":[],"status":"on"}`, "body.currentCampaign is required"},
		{"the same, there", "postOutboundSequences", 200, `{"campaigns":[],"status":"on","currentCampaign":1}`, ""},
		{"a required field that the overlay relaxes", "getAuthorizationDivision", 200, `{"id":"1","name":"Home"}`, ""},
		{"read-only fields are checked, too", "getOauthClient", 200, `{"id":1,"name":"bot","authorizedGrantType":"CODE"}`, "must be a string"},
		{"so are those behind a reference", "getTokensMe", 200, `{"organization":{"id":7}}`, "id"},
		{"null is not sent", "getOauthClient", 200, `{"id":"1","name":"bot","authorizedGrantType":"CODE","description":null}`, "nullable"},
		{"outside an enum", "getOauthClient", 200, `{"name":"bot","authorizedGrantType":"CLIENT_CREDENTIALS"}`, "not one of"},
		{"a date without fraction", "getOauthClient", 200, `{"name":"bot","authorizedGrantType":"CODE","dateCreated":"2026-03-01T10:00:00Z"}`, "date-time"},
		{"a date with an offset", "getOauthClient", 200, `{"name":"bot","authorizedGrantType":"CODE","dateCreated":"2026-03-01T10:00:00.000+00:00"}`, "date-time"},
		{"a map", "getFlowsDatatableRow", 200, `{"KEY":"a","n":1,"none":null}`, ""},
		{"any JSON", "postIntegrationsActionExecute", 200, `[1,{"a":"b"}]`, ""},
		{"no body", "deleteOauthClient", 204, ``, ""},
		{"a body where there is none", "deleteOauthClient", 204, `{}`, "has no body"},
		{"an empty answer may be nothing", "deleteUser", 200, ``, ""},
		{"an empty answer may be an object", "deleteUser", 200, `{}`, ""},
		{"a body is missing", "getOauthClient", 200, ``, "without a body"},
		{"no JSON", "getOauthClient", 200, `{`, "unexpected EOF"},
		{"HEAD has no body", "headTokensMe", 200, `{}`, "has no body"},
		{"plain text", "getIntegrationsActionTemplate", 200, `{"not":"json`, ""},
		{"another documented status", "deleteAlertingAlertsAll", 202, ``, ""},
		{"a redirect that the overlay adds", "getDownload", 303, ``, ""},
		{"and without a body", "getDownload", 303, `{}`, "has no body"},
		{"a redirect of another", "getOauthClient", 303, ``, "not documented"},
		{"an undocumented status", "getOauthClient", 201, `{}`, "not documented"},
		{"an error", "getOauthClient", 404, `{"message":"m","code":"client.not.found","status":404,"contextId":"x","details":[],"errors":[]}`, ""},
		{"an error of our own", "getOauthClient", 501, `{"message":"m","code":"not.implemented","status":501,"contextId":"x","details":[],"errors":[]}`, ""},
		{"an error to which the specification gives no body", "patchUser", 409, `{"message":"m","code":"c","status":409}`, ""},
		{"an error of another shape", "getOauthClient", 401, `{"error":"invalid_client"}`, "body.error is not in the schema"},
		{"an error without a body", "getOauthClient", 401, ``, "without a body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := operation(t, c, tt.id).CheckResponse(tt.status, []byte(tt.body))
			switch {
			case tt.fault == "" && err != nil:
				t.Error(err)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault) || !strings.Contains(err.Error(), tt.id)):
				t.Errorf("error = %v, want %q", err, tt.fault)
			}
		})
	}
}

// What is said of an answer that does not fit goes to a log, and what the answer
// holds may be a secret.
func TestWhatDoesNotFitIsNotQuoted(t *testing.T) {
	t.Parallel()
	c := load(t)
	const secret = "open-sesame"
	for _, body := range []string{
		`{"authorizedGrantType":"` + secret + `","name":"x"}`, `{"name":["` + secret + `"]}`, `{"name":"x","authorizedGrantType":"CODE","dateCreated":"` + secret + `"}`,
		`{"name":"x","authorizedGrantType":"CODE","accessTokenValiditySeconds":"` + secret + `"}`, `{"name":{"x":"` + secret + `"}}`, `"` + secret + `"`, `["` + secret + `"]`,
		`{"description":"` + secret + `"}`, `{"name":"x","colour":"` + secret + `"}`, secret, `{"name":"x"} ` + secret,
	} {
		err := operation(t, c, "getOauthClient").CheckResponse(200, []byte(body))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
