// Package metrics is what a server tells Prometheus about itself: requests,
// signatures, the way from events to the catalog, what it does on its own, and
// what it waits for.
//
//	metrics.go   the registry, its page, and which build this is
//	requests.go  requests to the API and the checks of their tokens
//	signing.go   URLs that were signed
//	catalog.go   events on their way to the catalog, and its connections
//	upkeep.go    reconcile, stale uploads, who leads, the certificate
//	store.go     calls to the object store
//
// Names follow the conventions of Prometheus: they begin with bytepass_, say
// their unit, and end in _total where they only grow. No label holds a key, an
// owner or anything else that a caller chooses, so the number of series is
// bounded by the program.
//
// All methods are safe for concurrent use, and cost a fraction of a
// microsecond.
package metrics

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the metrics of one server.
type Metrics struct {
	registry *prometheus.Registry
	now      func() time.Time

	requests requests
	signing  signing
	catalog  catalog
	upkeep   upkeep
	store    store
}

// New returns metrics that are all zero, those of the Go runtime and of the
// process beside them. version is the build that runs.
func New(version string, now func() time.Time) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), now: now}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "bytepass_build_info", Help: "Which build runs; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go_version": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build,
	)
	m.requests = newRequests(m.registry)
	m.signing = newSigning(m.registry)
	m.catalog = newCatalog(m.registry)
	m.upkeep = newUpkeep(m.registry)
	m.store = newStore(m.registry)
	return m
}

// Handler serves the metrics in the text format of Prometheus. What cannot be
// collected goes to the log; the rest is served.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
	})
}

// gauge registers a gauge whose value is asked for at each scrape.
func (m *Metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

func counter(r prometheus.Registerer, name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	r.MustRegister(c)
	return c
}

func counters(r prometheus.Registerer, name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	r.MustRegister(c)
	return c
}

func histogram(r prometheus.Registerer, name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	r.MustRegister(h)
	return h
}

func histograms(r prometheus.Registerer, name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	r.MustRegister(h)
	return h
}
