package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type catalog struct {
	received, projected, failed prometheus.Counter
	lag                         prometheus.Histogram
}

func newCatalog(r prometheus.Registerer) catalog {
	return catalog{
		received:  counter(r, "bytepass_events_received_total", "Changes of objects that the store has told."),
		projected: counter(r, "bytepass_events_projected_total", "Looks at a changed object after which the catalog knew what the store holds; several changes of an object may take one look."),
		failed:    counter(r, "bytepass_events_failed_total", "Looks at a changed object that failed; each is tried again."),
		lag: histogram(r, "bytepass_event_lag_seconds",
			"Time from the first news of a change to the catalog that knows it.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}),
	}
}

// EventReceived counts a change that the store has told.
func (m *Metrics) EventReceived() { m.catalog.received.Inc() }

// EventProjected counts a change that the catalog knows by now; the first news
// of it came so long ago.
func (m *Metrics) EventProjected(lag time.Duration) {
	m.catalog.projected.Inc()
	m.catalog.lag.Observe(lag.Seconds())
}

// EventFailed counts a look that failed.
func (m *Metrics) EventFailed() { m.catalog.failed.Inc() }

// Pool are the connections to the catalog's database at a moment.
type Pool struct {
	Most, Open, Busy int           // the bound (0: none), those there are, those in use
	Waits            int64         // how often one had to be waited for, since the start
	Waited           time.Duration // how long in all
}

// CatalogPool has the pool read at each scrape. It is called once.
func (m *Metrics) CatalogPool(read func() Pool) {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	m.registry.MustRegister(&poolCollector{
		read:        read,
		connections: describe("bytepass_catalog_connections", "Connections to the catalog's database, by what they do.", "state"),
		most:        describe("bytepass_catalog_connections_max", "The most connections to the catalog's database at once; 0 has no bound."),
		waits:       describe("bytepass_catalog_connection_waits_total", "How often a connection to the catalog's database had to be waited for."),
		waited:      describe("bytepass_catalog_connection_wait_seconds_total", "How long connections to the catalog's database were waited for in all."),
	})
}

type poolCollector struct {
	read                             func() Pool
	connections, most, waits, waited *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *poolCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.connections, c.most, c.waits, c.waited} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *poolCollector) Collect(out chan<- prometheus.Metric) {
	p := c.read()
	out <- prometheus.MustNewConstMetric(c.connections, prometheus.GaugeValue, float64(p.Busy), "busy")
	out <- prometheus.MustNewConstMetric(c.connections, prometheus.GaugeValue, float64(p.Open-p.Busy), "idle")
	out <- prometheus.MustNewConstMetric(c.most, prometheus.GaugeValue, float64(p.Most))
	out <- prometheus.MustNewConstMetric(c.waits, prometheus.CounterValue, float64(p.Waits))
	out <- prometheus.MustNewConstMetric(c.waited, prometheus.CounterValue, p.Waited.Seconds())
}
