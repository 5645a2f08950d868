package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oauthDays are the periods that the page offers; the first one is usual.
var oauthDays = []int{7, 1, 30, 90}

// oauthUsageRows is how many operations the page lists: those that are called most.
const oauthUsageRows = 200

// oauthUsageRow is how often a client has called an operation.
type oauthUsageRow struct {
	Method  string `json:"httpMethod"`
	URI     string `json:"templateUri"`
	Good    int64  `json:"status200"`
	Other   int64  `json:"status300"`
	Refused int64  `json:"status400"`
	Limited int64  `json:"status429"`
	Failed  int64  `json:"status500"`
	All     int64  `json:"requests"`
}

func showOAuthUsage(v *visit) error {
	c, err := readOAuthClient(v)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(v.query("days"))
	if err != nil || !slices.Contains(oauthDays, days) {
		days = oauthDays[0]
	}
	p := oauthPage(v, c, "oauth-client-usage")
	rows, total, err := readOAuthUsage(v, c, days)
	if problem := v.problem(err); problem != nil {
		p.Problem = problem // of this part alone
	} else if err != nil {
		return err
	}
	var options []option
	for _, n := range oauthDays {
		options = append(options, option{Value: strconv.Itoa(n), Label: v.T("oauth.usage.days." + strconv.Itoa(n))})
	}
	p.Data = dict("Client", c, "Rows", rows, "Total", total,
		"Days", field{Name: "days", Label: v.T("oauth.usage.days"), Type: "select", Options: choose(options, strconv.Itoa(days))})
	return v.render(p)
}

// readOAuthUsage asks for the last days, today included, and reads the result, which
// is there at once.
func readOAuthUsage(v *visit, c *oauthClient, days int) (rows []oauthUsageRow, total oauthUsageRow, err error) {
	now := v.console.Clock.Now().UTC()
	interval := now.AddDate(0, 0, 1-days).Format(time.RFC3339) + "/" + now.Add(time.Second).Format(time.RFC3339)
	var asked struct {
		ID string `json:"executionId"`
	}
	var found struct {
		Results []oauthUsageRow `json:"results"`
	}
	path := at("/oauth/clients/%s/usage/query", c.ID)
	if err := v.api.post(path, doc{"interval": interval, "groupBy": []string{"TemplateUri", "HttpMethod"}}, &asked); err != nil {
		return nil, total, err
	}
	if err := v.api.get(path+at("/results/%s", asked.ID), &found); err != nil {
		return nil, total, err
	}
	rows = found.Results
	slices.SortFunc(rows, func(a, b oauthUsageRow) int {
		return cmp.Or(cmp.Compare(b.All, a.All), strings.Compare(a.URI, b.URI), strings.Compare(a.Method, b.Method))
	})
	for _, r := range rows {
		total.Good += r.Good
		total.Other += r.Other
		total.Refused += r.Refused
		total.Limited += r.Limited
		total.Failed += r.Failed
		total.All += r.All
	}
	return rows[:min(len(rows), oauthUsageRows)], total, nil
}
