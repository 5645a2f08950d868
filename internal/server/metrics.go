package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	runtimemetrics "runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// meters counts what a server does. The names of operations and pages, methods
// and codes are all from closed lists, so that no client can make series.
type meters struct {
	set      *metrics.Set
	inFlight atomic.Int64

	operations sync.Map // *spec.Operation to *meter

	mu     sync.RWMutex // guards the maps
	pages  map[pageKey]*meter
	codes  map[string]*metrics.Counter
	grants map[string]*metrics.Counter
}

type pageKey struct{ page, method string }

// meter counts the requests to one operation, or to one class of pages by one
// method.
type meter struct {
	labels   string // those that all of its counters have
	duration *metrics.PrometheusHistogram

	mu       sync.Mutex // held to add a counter
	counters atomic.Pointer[[]statusCounter]
}

type statusCounter struct {
	status  int
	counter *metrics.Counter
}

// The families of metrics, with their types and meanings: the library knows the
// former only for what it counts itself.
var metricFamilies = map[string][2]string{
	"mockcloud_build_info":                    {"gauge", "Always 1; says what runs."},
	"mockcloud_http_request_duration_seconds": {"histogram", "Time to the answer, by the first segment of an operation's path or the class of a page."},
	"mockcloud_http_requests_in_flight":       {"gauge", "Requests that are being answered, the one for these figures included."},
	"mockcloud_http_requests_total":           {"counter", "Requests by operation id, or by the path that stands for a class of pages."},
	"mockcloud_http_refusals_total":           {"counter", "Requests to operations that were answered with an error, by its code."},
	"mockcloud_store_commits_total":           {"counter", "Commits of the state."},
	"mockcloud_store_size_bytes":              {"gauge", "Size of the state file."},
	"mockcloud_store_syncs_total":             {"counter", "Commits that waited until they were on the disk."},
	"mockcloud_tokens_issued_total":           {"counter", "Access tokens that the token and authorize endpoints gave out, by grant type."},
	"go_gc_cpu_seconds_total":                 {"counter", "CPU time of the garbage collector."},
	"go_gc_cycles_total":                      {"counter", "Garbage collections."},
	"go_goroutines":                           {"gauge", "Goroutines."},
	"go_heap_objects_bytes":                   {"gauge", "Heap in use by live objects and by dead ones that are not swept yet."},
	"go_memory_bytes":                         {"gauge", "All memory that the runtime has mapped."},
	"process_cpu_seconds_total":               {"counter", "CPU time of the process, user and system."},
	"process_start_time_seconds":              {"gauge", "When the server started, in seconds since 1970."},
}

// durationBounds are the upper bounds of the histograms, in seconds.
var durationBounds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func (s *Server) newMeters() *meters {
	m := &meters{
		set: metrics.NewSet(), pages: make(map[pageKey]*meter),
		codes: make(map[string]*metrics.Counter), grants: make(map[string]*metrics.Counter),
	}
	started := float64(s.config.clock.Now().UnixMilli()) / 1e3
	gauge := func(name string, value func() float64) { m.set.NewGauge(name, value) }
	gauge(fmt.Sprintf("mockcloud_build_info{version=%q,goversion=%q}", s.config.version, runtime.Version()), func() float64 { return 1 })
	gauge("mockcloud_http_requests_in_flight", func() float64 { return float64(m.inFlight.Load()) })
	gauge("mockcloud_store_commits_total", func() float64 { stats, _ := s.db.Stats(); return float64(stats.Commits) })
	gauge("mockcloud_store_syncs_total", func() float64 { stats, _ := s.db.Stats(); return float64(stats.Syncs) })
	gauge("mockcloud_store_size_bytes", func() float64 { stats, _ := s.db.Stats(); return float64(stats.Size) })
	gauge("process_cpu_seconds_total", func() float64 { return cpuTime().Seconds() })
	gauge("process_start_time_seconds", func() float64 { return started })
	for name, of := range map[string]string{
		"go_goroutines":           "/sched/goroutines:goroutines",
		"go_heap_objects_bytes":   "/memory/classes/heap/objects:bytes",
		"go_memory_bytes":         "/memory/classes/total:bytes",
		"go_gc_cycles_total":      "/gc/cycles/total:gc-cycles",
		"go_gc_cpu_seconds_total": "/cpu/classes/gc/total:cpu-seconds",
	} {
		gauge(name, func() float64 { return runtimeMetric(of) })
	}
	return m
}

func runtimeMetric(name string) float64 {
	sample := []runtimemetrics.Sample{{Name: name}}
	runtimemetrics.Read(sample)
	switch v := sample[0].Value; v.Kind() {
	case runtimemetrics.KindUint64:
		return float64(v.Uint64())
	case runtimemetrics.KindFloat64:
		return v.Float64()
	default:
		return 0
	}
}

// measure counts the answer to an operation, and its code where that is an error.
func (s *Server) measure(x *exchange, status int, took time.Duration) {
	if a, ok := x.echo.Response().Writer.(*answer); ok {
		a.counted = true
	}
	s.meters.countOperation(x.call.Operation, status, took)
	if refusal := x.decision.Outcome; refusal != nil && status >= http.StatusBadRequest {
		s.meters.countRefusal(refusal.Code)
	}
}

// countOperation counts an answer to an operation. It allocates only what it
// counts for the first time.
func (m *meters) countOperation(op *spec.Operation, status int, took time.Duration) {
	if known, ok := m.operations.Load(op); ok {
		known.(*meter).count(m.set, status, took)
		return
	}
	family, _, _ := strings.Cut(strings.TrimPrefix(op.Path, apiPrefix), "/")
	fresh := m.newMeter(op.ID, op.Method, family)
	known, _ := m.operations.LoadOrStore(op, fresh)
	known.(*meter).count(m.set, status, took)
}

func (m *meters) countPage(page, method string, status int, took time.Duration) {
	key := pageKey{page, method}
	m.mu.RLock()
	known := m.pages[key]
	m.mu.RUnlock()
	if known == nil {
		m.mu.Lock()
		if known = m.pages[key]; known == nil {
			known = m.newMeter(page, method, page)
			m.pages[key] = known
		}
		m.mu.Unlock()
	}
	known.count(m.set, status, took)
}

func (m *meters) newMeter(name, method, family string) *meter {
	return &meter{
		labels:   fmt.Sprintf("operation=%q,method=%q", name, method),
		duration: m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("mockcloud_http_request_duration_seconds{family=%q}", family), durationBounds),
	}
}

func (t *meter) count(set *metrics.Set, status int, took time.Duration) {
	t.duration.Update(took.Seconds())
	if list := t.counters.Load(); list != nil {
		for i := range *list {
			if c := &(*list)[i]; c.status == status {
				c.counter.Inc()
				return
			}
		}
	}
	// The library gives everybody who asks for a name the same counter, so that the
	// list may even get a second entry of it.
	fresh := set.GetOrCreateCounter("mockcloud_http_requests_total{" + t.labels + `,status="` + strconv.Itoa(status) + `"}`)
	fresh.Inc()
	t.mu.Lock()
	defer t.mu.Unlock()
	var longer []statusCounter
	if list := t.counters.Load(); list != nil {
		longer = append(longer, *list...)
	}
	longer = append(longer, statusCounter{status, fresh})
	t.counters.Store(&longer)
}

// maxCodes is how many codes of errors get a counter of their own. There are about
// as many in the catalogue as are ever seen together; this is to be sure.
const maxCodes = 500

// countRefusal counts an error answer by its code.
func (m *meters) countRefusal(code string) {
	m.named(m.codes, code, "mockcloud_http_refusals_total", "code").Inc()
}

// countToken counts an access token by what it was issued for.
func (m *meters) countToken(grant string) {
	m.named(m.grants, grant, "mockcloud_tokens_issued_total", "grant_type").Inc()
}

func (m *meters) named(in map[string]*metrics.Counter, value, family, label string) *metrics.Counter {
	m.mu.RLock()
	known := in[value]
	m.mu.RUnlock()
	if known != nil {
		return known
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	shown := value
	if len(in) >= maxCodes || !plainWord(value) {
		shown = "other"
	}
	known = m.set.GetOrCreateCounter(fmt.Sprintf("%s{%s=%q}", family, label, shown))
	if len(in) < maxCodes {
		in[value] = known
	}
	return known
}

// plainWord says whether a value can stand in a label as it is.
func plainWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("._-:", c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// write writes all metrics in the text format of Prometheus, version 0.0.4.
//
// The heads of the families are written here: the library can do it too, but only
// for every set of the process at once, and without a text.
func (m *meters) write(w io.Writer) error {
	var plain, out bytes.Buffer
	m.set.WritePrometheus(&plain)
	last := ""
	for line := range bytes.Lines(plain.Bytes()) {
		if name := familyOf(line); name != last {
			last = name
			fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", name, metricFamilies[name][1], name, metricFamilies[name][0])
		}
		out.Write(line)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// familyOf is the family that a line with a sample belongs to.
func familyOf(line []byte) string {
	name := string(line[:max(0, bytes.IndexAny(line, "{ "))])
	for _, suffix := range [...]string{"_bucket", "_sum", "_count"} {
		if family, ok := strings.CutSuffix(name, suffix); ok && metricFamilies[family][0] == "histogram" {
			return family
		}
	}
	return name
}

func (s *Server) serveMetrics(c echo.Context) error {
	w := c.Response()
	w.Header().Set(echo.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	return s.meters.write(w)
}
