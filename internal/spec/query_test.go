package spec_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/spec"
)

// The names of the codes that the generic checks answer with.
const (
	badRequest = "bad.request"
	constraint = "constraint.validation"
	badDate    = "invalid.date"
	badQuery   = "invalid.query.param.value"
	badValue   = "invalid.value"
	badMedia   = "unsupported.media.type"
)

func TestQueryIsNormalised(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, query, want string // want is canonical, as url.Values encodes
	}{
		{"nothing", "getUsers", "", ""},
		{"no defaults are filled in", "getUsers", "pageNumber=2", "pageNumber=2"},
		{"a list by commas", "getUsers", "id=a,b", "id=a&id=b"},
		{"a list by encoded commas", "getUsers", "id=a%2Cb", "id=a&id=b"},
		{"a list by repetition", "getUsers", "id=a&id=b", "id=a&id=b"},
		{"a mixed list", "getUsers", "id=a,b&id=c", "id=a&id=b&id=c"},
		{"a list with blanks and gaps", "getUsers", "id=a,+b,,c", "id=a&id=b&id=c"},
		{"a list of enums", "getUsers", "expand=PRESENCE,groups", "expand=presence&expand=groups"},
		{"an enum in another case", "getUsers", "state=Active", "state=active"},
		{"a shortened sort order", "getUsers", "sortOrder=ASC", "sortOrder=ascending"},
		{"a sort order of one letter", "getOutboundCampaigns", "sortOrder=a", "sortOrder=ascending"},
		{"a long sort order", "getUsers", "sortOrder=Descending", "sortOrder=descending"},
		{"a sort order in another case", "getIntegrationsActions", "sortOrder=asc", "sortOrder=ASC"},
		{"a boolean", "getAuthorizationRole", "userCount=false", "userCount=false"},
		{"a boolean in another case", "getAuthorizationRole", "userCount=True", "userCount=true"},
		{"an empty optional value", "getUsers", "pageSize=&state=&id=", ""},
		{"the first of several single values", "getUsers", "pageSize=10&pageSize=x", "pageSize=10"},
		{"an unknown parameter", "getUsers", "colour=red,blue", "colour=red%2Cblue"},
		{"an unknown parameter beside a known", "getUsers", "colour=red&state=ANY", "colour=red&state=any"},
		{"a parameter of another operation", "getOauthClients", "pageSize=none", "pageSize=none"},
		{"a parameter of the overlay", "getAuthorizationSubject", "includeFullRoles=TRUE", "includeFullRoles=true"},
		{"a date", "getGamificationContests", "dateStart=2026-03-01", "dateStart=2026-03-01"},
		{"a date-time", "getQualityAgentsActivity", "startTime=2026-03-01T00:00:00Z", "startTime=2026-03-01T00%3A00%3A00Z"},
		{"a number", "getLearningAssignments", "minPercentageScore=12.5", "minPercentageScore=12.5"},
		{"the least and the greatest int32", "getUsers", "pageSize=-2147483648&pageNumber=2147483647", "pageNumber=2147483647&pageSize=-2147483648"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			before := maps.Clone(query)
			in, refusal := operation(t, c, tt.id).Validate(&spec.Request{Query: query})
			if refusal != nil {
				t.Fatal(refusal)
			}
			if got := in.Query.Encode(); got != tt.want {
				t.Errorf("query = %s, want %s", got, tt.want)
			}
			if query.Encode() != before.Encode() {
				t.Error("the caller's query was changed")
			}
		})
	}
}

func TestQueryIsRefused(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, query string
		code, field     string
		message         string // a part of it
	}{
		{"text for an integer", "getUsers", "pageSize=many", badQuery, "pageSize", "Value [many] is not valid for parameter [pageSize]. Allowable values are: integers of 32 bits"},
		{"a fraction for an integer", "getUsers", "pageSize=1.5", badQuery, "pageSize", "[1.5]"},
		{"more than an int32", "getUsers", "pageSize=2147483648", badQuery, "pageSize", "[2147483648]"},
		{"text for a boolean", "getAuthorizationRole", "userCount=yes", badQuery, "userCount", "true, false"},
		{"text for a number", "getLearningAssignments", "minPercentageScore=half", badQuery, "minPercentageScore", "numbers"},
		{"no number", "getLearningAssignments", "minPercentageScore=NaN", badQuery, "minPercentageScore", "numbers"},
		{"infinity", "getLearningAssignments", "minPercentageScore=Inf", badQuery, "minPercentageScore", "numbers"},
		{"outside an enum", "getUsers", "state=asleep", badQuery, "state", "Value [asleep] is not valid for parameter [state]. Allowable values are: active, inactive, deleted, any"},
		{"outside the enum of a list", "getUsers", "expand=presence,shoes", badQuery, "expand", "Value [shoes]"},
		{"no sort order", "getUsers", "sortOrder=sideways", badQuery, "sortOrder", "ascending, descending"},
		{"no date", "getGamificationContests", "dateStart=tomorrow", badDate, "dateStart", "ISO-8601"},
		{"a long value is cut", "getUsers", "state=" + strings.Repeat("x", 300), badQuery, "state", "[" + strings.Repeat("x", 100) + "]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			_, refusal := operation(t, c, tt.id).Validate(&spec.Request{Query: query})
			checkRefusal(t, refusal, tt.code, tt.field, tt.message)
		})
	}
}

// Guess: that an absent query parameter is a violated constraint.
func TestRequiredQueryParameters(t *testing.T) {
	t.Parallel()
	c := load(t)
	o := operation(t, c, "getArchitectDependencytracking")
	for _, query := range []url.Values{nil, {"name": {""}}} {
		_, refusal := o.Validate(&spec.Request{Query: query})
		checkRefusal(t, refusal, constraint, "name", "Query parameter 'name' is required.")
	}
	if _, refusal := o.Validate(&spec.Request{Query: url.Values{"name": {"x"}}}); refusal != nil {
		t.Error(refusal)
	}
	// An operation that does not list the specific code answers with the general
	// one.
	_, refusal := operation(t, c, "deleteFlows").Validate(&spec.Request{})
	checkRefusal(t, refusal, badRequest, "id", "Query parameter 'id' is required.")
	// The family has a code of its own for this one.
	if _, refusal := operation(t, c, "getAuthorizationDivisionspermittedPagedMe").Validate(&spec.Request{}); refusal != nil {
		t.Error(refusal)
	}
}

func TestDatesInTheQuery(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		id, parameter string
		good, bad     []string
	}{
		{
			"getAnalyticsBotflowReportingturns", "interval",
			[]string{"2026-03-01T00:00:00.000Z/2026-03-02T00:00:00.000Z", "2026-03-01T00:00:00/2026-03-02T00:00:00+01:00"},
			[]string{"2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z/", "/", "P1D", "2026-03-01/2026-03-02"},
		},
		{
			"getQualityAgentsActivity", "startTime",
			[]string{"2026-03-01T12:30:00.123456Z", "2026-03-01T12:30:00", "2026-03-01T12:30:00.5+02:00"},
			[]string{"2026-03-01T25:00:00Z", "1772368200000", "now"},
		},
		{
			"getGamificationContestsMe", "dateStart",
			[]string{"2026-03-01", "2028-02-29"},
			[]string{"2026-02-29", "2026-3-1", "2026-03-01T00:00:00Z", "01/03/2026"},
		},
	}
	for _, tt := range tests {
		o := operation(t, c, tt.id)
		for _, value := range tt.good {
			if _, refusal := o.Validate(&spec.Request{Query: url.Values{tt.parameter: {value}}}); refusal != nil {
				t.Errorf("%s %s: %v", tt.id, value, refusal)
			}
		}
		for _, value := range tt.bad {
			_, refusal := o.Validate(&spec.Request{Query: url.Values{tt.parameter: {value}}})
			if refusal == nil || refusal.Code != badDate {
				t.Errorf("%s %s: %v", tt.id, value, refusal)
			}
		}
	}
}

func TestPathParameters(t *testing.T) {
	t.Parallel()
	c := load(t)
	tests := []struct {
		name, id, value string
		code, message   string // no code means accepted
	}{
		{"an id is any text", "getOauthClient", "not a uuid", "", ""},
		{"a date", "getWorkforcemanagementBusinessunitWeekSchedule", "2026-03-02", "", ""},
		{"no date", "getWorkforcemanagementBusinessunitWeekSchedule", "monday", badRequest, "Path parameter 'weekId' is not valid."},
		{"an integer", "getTaskmanagementWorkbinVersion", "1", "", ""},
		{"text for an integer", "getTaskmanagementWorkbinVersion", "one", badRequest, "integers of 32 bits"},
		{"below the minimum", "getTaskmanagementWorkbinVersion", "0", badRequest, "numbers from 1"},
		{"a value of an enum", "getDataextensionsCoretype", "text", "", ""},
		{"outside an enum", "getDataextensionsCoretype", "poem", badValue, "Value [poem] is not valid for field type [coretypeName]. Allowable values are: text, longtext"},
		{"an enum in another case", "getDataextensionsCoretype", "TEXT", badValue, "[TEXT]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, refusal := operation(t, c, tt.id).Validate(&spec.Request{PathParam: func(string) string { return tt.value }})
			if tt.code == "" {
				if refusal != nil {
					t.Error(refusal)
				}
				return
			}
			if refusal == nil || len(refusal.Details) != 1 {
				t.Fatalf("refusal = %+v", refusal)
			}
			checkRefusal(t, refusal, tt.code, refusal.Details[0].FieldName, tt.message)
		})
	}
}

func checkRefusal(t *testing.T, got *apierr.Error, code, field, message string) {
	t.Helper()
	if code == "" {
		if got != nil {
			t.Errorf("refused: %v", got)
		}
		return
	}
	if got == nil {
		t.Fatal("accepted")
	}
	if got.Status != http.StatusBadRequest || got.Code != code || !strings.Contains(got.Message, message) {
		t.Errorf("refusal = %d %s %q\nwant 400 %s %q", got.Status, got.Code, got.Message, code, message)
	}
	if field == "" {
		return
	}
	if len(got.Details) != 1 || got.Details[0].FieldName != field || got.Details[0].ErrorCode != code {
		t.Errorf("details = %+v, want field %s", got.Details, field)
	}
}
