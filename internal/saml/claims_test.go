package saml_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/saml"
)

const (
	ns           = ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`
	confirmed    = `<saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:05:00Z" Recipient="https://login.example.test/saml" InResponseTo="_request"/>`
	limited      = `<saml:Conditions NotBefore="2026-03-01T11:59:00Z" NotOnOrAfter="2026-03-01T12:10:00Z">`
	restricted   = `<saml:AudienceRestriction><saml:Audience>https://login.example.test/entity</saml:Audience></saml:AudienceRestriction>`
	named        = `<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ann@example.test</saml:NameID>`
	bearer       = `Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"`
	destination  = ` Destination="https://login.example.test/saml"`
	success      = "urn:oasis:names:tc:SAML:2.0:status:Success"
	otherSubject = `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:05:00Z" Recipient="https://else.example.test/"/></saml:SubjectConfirmation>`
)

func TestEveryClaimIsChecked(t *testing.T) {
	t.Parallel()
	anyone := func(t *saml.Trust) { t.Recipients = nil }
	tests := []struct {
		name  string
		edits []string
		trust func(*saml.Trust)
		want  error
	}{
		{"as it should be", nil, nil, nil},

		{"another issuer is expected", nil, func(t *saml.Trust) { t.Issuer = "https://else.example.test" }, saml.ErrIssuer},
		{"no issuer is expected", nil, func(t *saml.Trust) { t.Issuer = "" }, saml.ErrIssuer},
		{"issuer in another case", []string{"idp.example", "IDP.example"}, nil, saml.ErrIssuer},
		{"no issuer", []string{"<saml:Issuer>https://idp.example.test/entity</saml:Issuer>", ""}, func(t *saml.Trust) { t.Issuer = "" }, saml.ErrIssuer},
		{"issuer with elements in it", []string{"/entity</saml:Issuer>", "/entity<saml:x/></saml:Issuer>"}, nil, saml.ErrIssuer},

		{"9 s too early", nil, at("11:58:51"), nil},
		{"11 s too early", nil, at("11:58:49"), saml.ErrNotYetValid},
		{"9 s too late", nil, at("12:05:09"), nil},
		{"10 s too late", nil, at("12:05:10"), saml.ErrExpired},
		{"conditions expired", []string{confirmed, strings.Replace(confirmed, "12:05:00Z", "12:20:00Z", 1)}, at("12:10:10"), saml.ErrExpired},
		{"confirmation not valid yet", []string{"SubjectConfirmationData ", `SubjectConfirmationData NotBefore="2026-03-01T12:00:11Z" `}, nil, saml.ErrNotYetValid},
		{"another time zone", []string{"2026-03-01T12:05:00Z", "2026-03-01T14:05:00.123+02:00"}, nil, nil},
		{"expired in another time zone", []string{"2026-03-01T12:05:00Z", "2026-03-01T13:05:00+02:00"}, nil, saml.ErrExpired},
		{"conditions alone have an end", []string{` NotOnOrAfter="2026-03-01T12:05:00Z"`, ""}, nil, nil},
		{"confirmation alone has an end", []string{` NotOnOrAfter="2026-03-01T12:10:00Z"`, ""}, nil, nil},
		{"no end", []string{` NotOnOrAfter="2026-03-01T12:10:00Z"`, "", ` NotOnOrAfter="2026-03-01T12:05:00Z"`, ""}, nil, saml.ErrNoExpiry},
		{"an end of another prefix", []string{` NotOnOrAfter="2026-03-01T12:10:00Z"`, "", ` NotOnOrAfter="2026-03-01T12:05:00Z"`, ` samlp:NotOnOrAfter="2026-03-01T12:05:00Z"`}, nil, saml.ErrNoExpiry},
		{"one confirmation has no end", []string{` NotOnOrAfter="2026-03-01T12:10:00Z"`, "", "</saml:Subject>", "<saml:SubjectConfirmation " + bearer + "/></saml:Subject>"}, nil, saml.ErrNoExpiry},
		{"no time", []string{"2026-03-01T12:10:00Z", "tomorrow"}, nil, saml.ErrStructure},
		{"the zero time", []string{"2026-03-01T12:10:00Z", "0001-01-01T00:00:00Z"}, nil, saml.ErrStructure},

		{"another audience is expected", nil, func(t *saml.Trust) { t.Audience = audience + "/x" }, saml.ErrAudience},
		{"any audience is", nil, func(t *saml.Trust) { t.Audience = "" }, nil},
		{"no audience", []string{restricted, ""}, nil, saml.ErrAudience},
		{"no audience, any is expected", []string{restricted, ""}, func(t *saml.Trust) { t.Audience = "" }, nil},
		{"no conditions", []string{limited, "", restricted, "", "</saml:Conditions>", ""}, nil, saml.ErrAudience},
		{"an empty restriction", []string{restricted, "<saml:AudienceRestriction/>"}, nil, saml.ErrAudience},
		{"one audience of two", []string{"<saml:Audience>", "<saml:Audience>https://else.example.test</saml:Audience><saml:Audience>"}, nil, nil},
		{"one restriction of two", []string{restricted, restricted + "<saml:AudienceRestriction><saml:Audience>https://else.example.test</saml:Audience></saml:AudienceRestriction>"}, nil, saml.ErrAudience},
		{"audience with elements in it", []string{"/entity</saml:Audience>", "/entity<saml:x/></saml:Audience>"}, nil, saml.ErrAudience},
		{"one use, no proxies", []string{restricted, restricted + `<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>`}, nil, nil},
		{"a condition nobody knows", []string{restricted, restricted + "<saml:Condition/>"}, nil, saml.ErrCondition},
		{"a condition of another namespace", []string{restricted, restricted + `<saml:OneTimeUse xmlns:saml="urn:x"/>`}, nil, saml.ErrCondition},

		{"another destination", []string{destination, ` Destination="https://else.example.test/"`}, nil, saml.ErrRecipient},
		{"no destination", []string{destination, ""}, nil, nil},
		{"another recipient", []string{`Recipient="https://login`, `Recipient="https://else`}, nil, saml.ErrRecipient},
		{"no recipient", []string{` Recipient="https://login.example.test/saml"`, ""}, nil, saml.ErrRecipient},
		{"no recipient, and none is ours", []string{destination, "", ` Recipient="https://login.example.test/saml"`, ""}, func(t *saml.Trust) { t.Recipients = []string{""} }, saml.ErrRecipient},
		{"anyone may receive", []string{destination, ` Destination="https://else.example.test/"`, `Recipient="https://login`, `Recipient="https://else`}, anyone, nil},
		{"no one may receive", nil, func(t *saml.Trust) { t.Recipients = []string{} }, saml.ErrRecipient},
		{"second confirmation is ours", []string{"<saml:SubjectConfirmation ", otherSubject + "<saml:SubjectConfirmation "}, nil, nil},
		{"ours has expired, another has not", []string{"<saml:SubjectConfirmation ", strings.Replace(otherSubject, "12:05", "12:09", 1) + "<saml:SubjectConfirmation "}, at("12:06:00"), saml.ErrRecipient},
		{"no confirmation", []string{"<saml:SubjectConfirmation " + bearer + ">", "", confirmed, "", "</saml:SubjectConfirmation>", ""}, nil, saml.ErrRecipient},
		{"no confirmation, anyone may receive", []string{"<saml:SubjectConfirmation " + bearer + ">", "", confirmed, "", "</saml:SubjectConfirmation>", ""}, anyone, nil},
		{"holder of key", []string{"cm:bearer", "cm:holder-of-key"}, nil, saml.ErrConfirmation},
		{"holder of key beside a bearer", []string{"</saml:Subject>", `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"/></saml:Subject>`}, nil, saml.ErrConfirmation},
		{"no method", []string{" " + bearer, ""}, nil, saml.ErrConfirmation},
		{"answers two requests", []string{`saml" InResponseTo="_request"/>`, `saml" InResponseTo="_other"/>`}, nil, saml.ErrInResponseTo},

		{"no subject", []string{named, "", "<saml:SubjectConfirmation " + bearer + ">", "", confirmed, "", "</saml:SubjectConfirmation>", "", "<saml:Subject>", "", "</saml:Subject>", ""}, anyone, saml.ErrSubject},
		{"no name", []string{named, ""}, nil, saml.ErrSubject},
		{"empty name", []string{">ann@example.test</saml:NameID>", "> \n</saml:NameID>"}, nil, saml.ErrSubject},
		{"name with elements in it", []string{">ann@example.test</saml:NameID>", ">ann@example.test<saml:x/>.mallory.test</saml:NameID>"}, nil, saml.ErrSubject},
		{"two names", []string{named, named + named}, nil, saml.ErrStructure},
		{"a base ID", []string{named, "<saml:BaseID/>"}, nil, saml.ErrStructure},

		{"no authentication statement", []string{"<saml:AuthnStatement", "<saml:Advice><x", "</saml:AuthnStatement>", "</x></saml:Advice>"}, nil, nil},
		{"failure", []string{success, "urn:oasis:names:tc:SAML:2.0:status:Responder"}, nil, saml.ErrStatus},
		{"failure below success", []string{`"` + success + `"/>`, `"urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="` + success + `"/></samlp:StatusCode>`}, nil, saml.ErrStatus},
		{"no status code", []string{`<samlp:StatusCode Value="` + success + `"/>`, ""}, nil, saml.ErrStatus},
		{"encrypted ID", []string{named, "<saml:EncryptedID/>"}, nil, saml.ErrEncrypted},
		{"encrypted attribute", []string{"<saml:AttributeStatement>", "<saml:AttributeStatement><saml:EncryptedAttribute/>"}, nil, saml.ErrEncrypted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			trusted := trust(ecProvider())
			if tt.trust != nil {
				tt.trust(&trusted)
			}
			text := signed(t, ecProvider(), []string{theAssertion}, tt.edits...)
			if got, err := verify(text, trusted); !errors.Is(err, tt.want) {
				t.Errorf("got %+v, %v, want %v\n%s", got, err, tt.want, text)
			}
		})
	}
}

// at sets the clock of a trust.
func at(clock string) func(*saml.Trust) {
	return func(t *saml.Trust) {
		moment, err := time.Parse(time.RFC3339, "2026-03-01T"+clock+"Z")
		if err != nil {
			panic(err)
		}
		t.Now = moment
	}
}

func TestOtherShapesAreNoResponse(t *testing.T) {
	t.Parallel()
	whole := message(t, ecProvider(), nil)
	assertion := strings.Replace(assertionOf(t, whole), " ", ns+` xmlns:xsi="urn:x" `, 1)
	tests := []struct {
		name, text string
		want       error
	}{
		{"version 1.1 response", strings.Replace(whole, `Version="2.0"`, `Version="1.1"`, 1), saml.ErrStructure},
		{"version 1.1 assertion", strings.Replace(assertion, `Version="2.0"`, `Version="1.1"`, 1), saml.ErrStructure},
		{"no version", strings.Replace(assertion, ` Version="2.0"`, "", 1), saml.ErrStructure},
		{"SAML 1.1 assertion", strings.Replace(assertion, "SAML:2.0:assertion", "SAML:1.0:assertion", 1), saml.ErrStructure},
		{"SAML 1.1 protocol", strings.Replace(whole, "SAML:2.0:protocol", "SAML:1.0:protocol", 1), saml.ErrStructure},
		{"assertion without ID", strings.Replace(whole, ` ID="_assertion"`, "", 1), saml.ErrStructure},
		{"response without ID", strings.Replace(whole, ` ID="_response"`, "", 1), saml.ErrStructure},
		{"no assertion", strings.Replace(whole, assertionOf(t, whole), "", 1), saml.ErrStructure},
		{"two assertions", strings.Replace(whole, "</samlp:Response>", strings.Replace(assertion, "_assertion", "_second", 1)+"</samlp:Response>", 1), saml.ErrStructure},
		{"assertion in the extensions only", edit(t, whole, "<saml:Assertion ", "<samlp:Extensions><saml:Assertion ", "</saml:Assertion>", "</saml:Assertion></samlp:Extensions>"), saml.ErrStructure},
		{"two issuers", strings.Replace(whole, "<samlp:Status>", "<saml:Issuer/><samlp:Status>", 1), saml.ErrStructure},
		{"two conditions", edit(t, whole, "<saml:AuthnStatement ", "<saml:Conditions/><saml:AuthnStatement "), saml.ErrStructure},
		{"two subjects", edit(t, whole, "<saml:Subject>", "<saml:Subject/><saml:Subject>"), saml.ErrStructure},
		{"an unknown element", edit(t, whole, "<saml:Subject>", "<saml:Predicate/><saml:Subject>"), saml.ErrStructure},
		{"an undeclared prefix", edit(t, whole, "<saml:Subject>", "<x:Advice/><saml:Subject>"), saml.ErrStructure},
		{"an assertion of an undeclared prefix", assertionOf(t, whole), saml.ErrStructure},
		{"a logout response", edit(t, whole, "samlp:Response", "samlp:LogoutResponse"), saml.ErrStructure},
		{"a response in a response", strings.Replace(whole, "<samlp:Status>", "<samlp:Extensions><samlp:Response/></samlp:Extensions><samlp:Status>", 1), saml.ErrStructure},
		{"a response in an assertion", edit(t, assertion, ">acme<", `><Response xmlns="urn:x"/><`), saml.ErrStructure},
		{"an envelope", "<Envelope>" + assertion + "</Envelope>", saml.ErrStructure},
		{"an assertion in something like one", `<saml:Claim ID="_x" Version="2.0"` + ns + "><saml:Advice>" + assertion + "</saml:Advice></saml:Claim>", saml.ErrStructure},
		{"encrypted assertion", strings.Replace(whole, assertionOf(t, whole), "<saml:EncryptedAssertion/>", 1), saml.ErrEncrypted},
		{"encrypted assertion beside another", strings.Replace(whole, "</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>", 1), saml.ErrEncrypted},
		{"failure without assertion", edit(t, strings.Replace(whole, assertionOf(t, whole), "", 1), success, "urn:oasis:names:tc:SAML:2.0:status:Requester"), saml.ErrStatus},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := saml.Parse(encode(tt.text)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v\n%s", err, tt.want, tt.text)
			}
		})
	}
}

// The response is not signed here, and may be used against the sender only.
func TestAnUnsignedResponseCanOnlyRefuse(t *testing.T) {
	t.Parallel()
	text := signed(t, ecProvider(), []string{theAssertion}, ` InResponseTo="_request"/>`, "/>")
	got, err := verify(text, trust(ecProvider()))
	if err != nil || got.InResponseTo != "" {
		t.Errorf("got %+v, %v: the request was named by nobody who signed", got, err)
	}
	text = signed(t, ecProvider(), []string{theResponse}, ` InResponseTo="_request"/>`, "/>")
	if got, err = verify(text, trust(ecProvider())); err != nil || got.InResponseTo != "_request" {
		t.Errorf("got %+v, %v", got, err)
	}
	text = signed(t, ecProvider(), []string{theAssertion})
	for _, tt := range []struct {
		old, to string
		want    error
	}{
		{"<saml:Issuer>https://idp", "<saml:Issuer>https://else", saml.ErrIssuer},
		{destination, ` Destination="https://else.example.test/"`, saml.ErrRecipient},
		{`InResponseTo="_request"`, `InResponseTo="_other"`, saml.ErrInResponseTo},
		{success, "urn:oasis:names:tc:SAML:2.0:status:Requester", saml.ErrStatus},
	} {
		if _, err := verify(strings.Replace(text, tt.old, tt.to, 1), trust(ecProvider())); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.to, err, tt.want)
		}
	}
}

func TestAnAssertionIsToBeRememberedAsLongAsItCanBeUsed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edits []string
		want  string
	}{
		"the confirmation ends first": {nil, "12:05:00"},
		"the conditions end first":    {[]string{"12:10:00Z", "12:03:00Z"}, "12:03:00"},
		"no end of the conditions":    {[]string{` NotOnOrAfter="2026-03-01T12:10:00Z"`, ""}, "12:05:00"},
		"no end of the confirmation":  {[]string{` NotOnOrAfter="2026-03-01T12:05:00Z"`, ""}, "12:10:00"},
		"another confirmation":        {[]string{"</saml:Subject>", strings.Replace(otherSubject, "12:05", "12:08", 1) + "</saml:Subject>"}, "12:08:00"},
		"the longest comes first":     {[]string{"<saml:SubjectConfirmation ", strings.Replace(otherSubject, "12:05", "12:08", 1) + "<saml:SubjectConfirmation "}, "12:08:00"},
		"a long one":                  {[]string{"</saml:Subject>", strings.Replace(otherSubject, "12:05", "12:30", 1) + "</saml:Subject>"}, "12:10:00"},
		"one that begins later": {[]string{"</saml:Subject>", strings.NewReplacer("NotOnOrAfter", `NotBefore="2026-03-01T12:06:00Z" NotOnOrAfter`, "12:05", "12:08").
			Replace(otherSubject) + "</saml:Subject>"}, "12:08:00"},
	} {
		got, err := verify(signed(t, ecProvider(), []string{theAssertion}, tt.edits...), trust(ecProvider()))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if at := got.Expires.Format(time.TimeOnly); at != tt.want {
			t.Errorf("%s: expires at %s, want %s", name, at, tt.want)
		}
	}
}

// RFC 6749, 5.2, says which characters an error_description may have.
func TestReasonsFitIntoAnErrorDescription(t *testing.T) {
	t.Parallel()
	fit := regexp.MustCompile(`^[a-z][a-zA-Z0-9 ,.-]{10,80}$`)
	for _, reason := range []saml.Error{
		saml.ErrTooLarge, saml.ErrBase64, saml.ErrDeflate, saml.ErrXML, saml.ErrRequest, saml.ErrEncrypted, saml.ErrStatus,
		saml.ErrStructure, saml.ErrUnsigned, saml.ErrCertificate, saml.ErrWeakAlgorithm, saml.ErrSignature, saml.ErrIssuer,
		saml.ErrNotYetValid, saml.ErrExpired, saml.ErrNoExpiry, saml.ErrCondition, saml.ErrAudience, saml.ErrRecipient,
		saml.ErrInResponseTo, saml.ErrConfirmation, saml.ErrSubject, saml.ErrCertificateBase64, saml.ErrCertificateUnparseable,
	} {
		if !fit.MatchString(reason.Error()) {
			t.Errorf("%q", reason.Error())
		}
	}
}
