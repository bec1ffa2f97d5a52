package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/prorata-go/prorata/books"
)

// meters are what /metrics says, in the text that Prometheus reads.
type meters struct {
	set                                     *metrics.Set
	runs, invoices, events, reconciliations *metrics.Counter
}

func newMeters() *meters {
	set := metrics.NewSet()
	return &meters{
		set:             set,
		runs:            set.NewCounter("prorata_runs_total"),
		invoices:        set.NewCounter("prorata_invoices_issued_total"),
		events:          set.NewCounter("prorata_events_recorded_total"),
		reconciliations: set.NewCounter("prorata_reconciliations_total"),
	}
}

// request counts a request of a part of the server, and how long it took.
func (m *meters) request(route string, status int, took time.Duration) {
	m.set.GetOrCreateCounter(fmt.Sprintf(`prorata_requests_total{route=%q,status="%d"}`, route, status)).Inc()
	m.set.GetOrCreatePrometheusHistogram(fmt.Sprintf(`prorata_request_seconds{route=%q}`, route)).Update(took.Seconds())
}

func (m *meters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
}

// issued counts a run.
func (m *meters) issued(i *books.Issued) {
	m.runs.Inc()
	m.invoices.Add(int(i.Run.Invoices))
}
