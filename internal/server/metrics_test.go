package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/mocktest"
)

// scraped is what a look at the metrics has found.
type scraped struct {
	types  map[string]string  // by family
	series map[string]float64 // by name and labels, as they stand there
}

var sampleLine = regexp.MustCompile(`^([a-z_]+)((?:\{(?:[a-z_]+="[^"\\\n]*",?)+\})?) ([0-9.e+-]+)$`)

// scrape reads the metrics, and checks the form as a scraper's own linter does: one
// head for each family in front of its samples, no sample twice, no family in two
// places, and names that tell the type.
func scrape(t *testing.T, srv *mocktest.Server) scraped {
	t.Helper()
	got := srv.Anonymous().Get(t, "/_mockcloud/metrics")
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatalf("metrics: %d %v", got.Status, got.Header)
	}
	found := scraped{make(map[string]string), make(map[string]float64)}
	family, kind, helped := "", "", ""
	for line := range strings.Lines(string(got.Body)) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, help, _ := strings.Cut(rest, " ")
			if helped = name; !strings.HasSuffix(help, ".") {
				t.Errorf("%s has no text", name)
			}
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			family, kind, _ = strings.Cut(rest, " ")
			if found.types[family] != "" || helped != family {
				t.Errorf("%s has two heads, or half of one", family)
			}
			found.types[family] = kind
			if (kind == "counter") != strings.HasSuffix(family, "_total") || !slices.Contains([]string{"counter", "gauge", "histogram"}, kind) {
				t.Errorf("%s is a %s", family, kind)
			}
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no sample: %q", line)
			continue
		}
		name := m[1]
		if kind == "histogram" {
			name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		}
		if name != family {
			t.Errorf("%q stands below %s", line, family)
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if _, twice := found.series[m[1]+m[2]]; err != nil || twice {
			t.Errorf("%q: %v, twice: %t", line, err, twice)
		}
		found.series[m[1]+m[2]] = value
	}
	found.checkHistograms(t)
	return found
}

// checkHistograms sees to it that buckets grow and end with the count.
func (s scraped) checkHistograms(t *testing.T) {
	t.Helper()
	for series, count := range s.series {
		labels, ok := strings.CutPrefix(series, "mockcloud_http_request_duration_seconds_count{")
		if !ok {
			continue
		}
		last := 0.0
		for _, bound := range []string{"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"} {
			bucket, there := s.series["mockcloud_http_request_duration_seconds_bucket{"+strings.TrimSuffix(labels, "}")+`,le="`+bound+`"}`]
			if !there || bucket < last {
				t.Errorf("%s: the bucket %s has %v, the one before %v", series, bound, bucket, last)
			}
			last = bucket
		}
		if last != count {
			t.Errorf("%s = %v, the last bucket %v", series, count, last)
		}
	}
}

func requestsTotal(operation, method string, status int) string {
	return fmt.Sprintf(`mockcloud_http_requests_total{operation=%q,method=%q,status="%d"}`, operation, method, status)
}

func TestMetricsTellWhatWasAsked(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{Path: filepath.Join(t.TempDir(), "state.db")})
	admin, weak, e := srv.Admin(t), srv.As(t), srv.Environment()
	before := scrape(t, srv)
	for range 3 {
		admin.Get(t, "/api/v2/oauth/clients")
	}
	srv.Bearer("nonsense").Get(t, "/api/v2/oauth/clients")
	weak.Get(t, "/api/v2/oauth/clients")
	admin.Get(t, "/gateway/api/v2/oauth/clients/nobody")
	admin.Post(t, "/api/v2/oauth/clients", `{"name":"web","authorizedGrantType":"TOKEN","scope":["users"]}`)
	admin.Get(t, "/api/v2/no/such/thing")
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	credentials := "grant_type=client_credentials&client_id=" + e.ClientID + "&client_secret="
	srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", credentials+e.ClientSecret, form)
	srv.Anonymous().Do(t, http.MethodPost, "/token", credentials+"wrong", form)
	srv.Anonymous().Get(t, "/login")
	srv.Anonymous().Get(t, "/.well-known/jwks.json")
	srv.Anonymous().Get(t, "/no-such-page")
	srv.Anonymous().Do(t, "BREW", "/login", nil, nil)
	srv.Anonymous().Do(t, http.MethodOptions, "/api/v2/oauth/clients", nil, http.Header{"Origin": {"http://localhost:3000"}})
	after := scrape(t, srv)
	for series, want := range map[string]float64{
		requestsTotal("getOauthClients", "GET", 200):                     3,
		requestsTotal("getOauthClients", "GET", 401):                     1,
		requestsTotal("getOauthClients", "GET", 403):                     1,
		requestsTotal("getOauthClient", "GET", 404):                      1,
		requestsTotal("postOauthClients", "POST", 200):                   1,
		requestsTotal("/api/v2", "GET", 404):                             1,
		requestsTotal("/oauth/token", "POST", 200):                       1,
		requestsTotal("/oauth/token", "POST", 400):                       1,
		requestsTotal("/login", "GET", 200):                              1,
		requestsTotal("/.well-known", "GET", 200):                        1,
		requestsTotal("other", "GET", 404):                               1,
		requestsTotal("/login", "other", 405):                            1,
		requestsTotal("/api/v2", "OPTIONS", 204):                         1,
		requestsTotal("/_mockcloud", "GET", 200):                         1, // the first look
		`mockcloud_http_refusals_total{code="bad.credentials"}`:          1,
		`mockcloud_http_refusals_total{code="missing.any.permissions"}`:  1,
		`mockcloud_http_request_duration_seconds_count{family="oauth"}`:  7,
		`mockcloud_tokens_issued_total{grant_type="client_credentials"}`: 1,
		`mockcloud_http_requests_in_flight`:                              0,

		`mockcloud_http_request_duration_seconds_bucket{family="oauth",le="+Inf"}`:          7,
		`mockcloud_http_request_duration_seconds_bucket{family="/.well-known",le="0.0005"}`: 1,
		`mockcloud_http_request_duration_seconds_sum{family="oauth"}`:                       0, // the clock stood still
	} {
		if _, there := after.series[series]; !there || after.series[series]-before.series[series] != want {
			t.Errorf("%s grew from %v to %v, want by %v", series, before.series[series], after.series[series], want)
		}
	}
	// Last uses and the like are saved now and then, too.
	commits := after.series["mockcloud_store_commits_total"] - before.series["mockcloud_store_commits_total"]
	if syncs := after.series["mockcloud_store_syncs_total"] - before.series["mockcloud_store_syncs_total"]; commits < 1 || syncs != commits {
		t.Errorf("%v commits and %v syncs", commits, syncs)
	}
	for series := range before.series {
		family, _, _ := strings.Cut(series, "{")
		if now, there := after.series[series]; !there || (after.types[family] == "counter" && now < before.series[series]) {
			t.Errorf("%s went from %v to %v", series, before.series[series], now)
		}
	}
}

func TestMetricsTellOfTheProcessAndTheState(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	found := scrape(t, srv)
	for series, most := range map[string]float64{
		"go_goroutines": 1e5, "go_heap_objects_bytes": 1e11, "go_memory_bytes": 1e11, "process_cpu_seconds_total": 1e5,
		"mockcloud_store_size_bytes": 1e9, "mockcloud_store_commits_total": 1e3, "mockcloud_http_requests_in_flight": 1,
	} {
		if v := found.series[series]; v <= 0 || v > most {
			t.Errorf("%s = %v", series, v)
		}
	}
	if v := found.series["process_start_time_seconds"]; v != float64(srv.Clock.Now().Unix()) {
		t.Errorf("start = %v", v)
	}
	if v, there := found.series["mockcloud_store_syncs_total"]; !there || v != 0 { // a temporary state never waits for the disk
		t.Errorf("syncs = %v", v)
	}
	built := 0
	for series := range found.series {
		if strings.HasPrefix(series, `mockcloud_build_info{version="test",goversion="go1.`) {
			built++
		}
	}
	if built != 1 {
		t.Errorf("build info: %v", slices.Sorted(maps.Keys(found.series)))
	}
}

// Two servers of one process count for themselves.
func TestMetricsBelongToOneServer(t *testing.T) {
	t.Parallel()
	busy, idle := mocktest.Start(t, mocktest.Options{}), mocktest.Start(t, mocktest.Options{})
	busy.Admin(t).Get(t, "/api/v2/oauth/clients")
	series := requestsTotal("getOauthClients", "GET", 200)
	if got := scrape(t, busy).series[series]; got != 1 {
		t.Errorf("the busy one: %v", got)
	}
	if got, there := scrape(t, idle).series[series]; there {
		t.Errorf("the idle one: %v", got)
	}
}

// Whoever sends odd requests cannot make the server remember them.
func TestNoClientMakesSeries(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	odd := func(n int) {
		admin := srv.Bearer("x")
		name := "x" + strconv.Itoa(n)
		admin.Get(t, "/"+name)
		admin.Get(t, "/api/v2/"+name)
		admin.Get(t, "/api/v2/users/"+name)
		admin.Get(t, "/_mockcloud/"+name)
		admin.Get(t, "/login/"+name)
		admin.Do(t, "X"+name, "/login", nil, nil)
		srv.Anonymous().Do(t, http.MethodPost, "/oauth/token", "grant_type="+name, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	}
	odd(0)
	before := scrape(t, srv)
	for n := range 20 {
		odd(n + 1)
	}
	after := scrape(t, srv)
	for series := range after.series {
		if _, there := before.series[series]; !there && series != requestsTotal("/_mockcloud", "GET", 200) && !strings.Contains(series, `family="/_mockcloud"`) {
			t.Errorf("new: %s", series)
		}
	}
}

func TestMetricsAreForThisMachinesPages(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	if got := srv.Anonymous().Do(t, http.MethodGet, "/_mockcloud/metrics", nil, http.Header{"Origin": {"https://evil.example"}}); got.Status != http.StatusForbidden {
		t.Errorf("from another site: %d", got.Status)
	}
	if got := srv.Anonymous().Get(t, "/_mockcloud/pprof/heap"); got.Status != http.StatusNotFound {
		t.Errorf("profiles that nobody asked for: %d", got.Status)
	}
}

// A slow answer is in flight while it lasts, and takes as long as the clock says.
func TestMetricsSeeWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	srv := mocktest.Start(t, mocktest.Options{})
	slow := beginCreate(t, srv.URL, srv.Admin(t).Token, "slow")
	if got := scrape(t, srv).series["mockcloud_http_requests_in_flight"]; got != 2 {
		t.Errorf("in flight: %v", got)
	}
	srv.Clock.Advance(3 * time.Second)
	slow.finish(t)
	after := scrape(t, srv)
	if got := after.series["mockcloud_http_requests_in_flight"]; got != 1 {
		t.Errorf("afterwards: %v", got)
	}
	if got := after.series[`mockcloud_http_request_duration_seconds_sum{family="oauth"}`]; got != 3 {
		t.Errorf("it took %v", got)
	}
}
