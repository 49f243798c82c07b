package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type upkeep struct {
	done, failed prometheus.Counter
	duration     prometheus.Histogram
	mended       prometheus.Counter
	last         prometheus.Gauge
	aborted      prometheus.Counter
}

func newUpkeep(r prometheus.Registerer) upkeep {
	runs := counters(r, "bytepass_reconcile_runs_total", "Comparisons of the whole catalog with the whole store, by outcome: ok or failed.", "outcome")
	return upkeep{
		done: runs.WithLabelValues("ok"), failed: runs.WithLabelValues("failed"),
		duration: histogram(r, "bytepass_reconcile_duration_seconds", "Time that a comparison took.",
			[]float64{.1, .5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400}),
		mended:  counter(r, "bytepass_reconcile_mended_total", "Records that a comparison found wrong or missing, and mended: lost events."),
		last:    gauge(r, "bytepass_reconcile_last_success_timestamp_seconds", "When the last comparison succeeded, in Unix time; 0 before the first."),
		aborted: counter(r, "bytepass_stale_uploads_aborted_total", "Unfinished uploads that were aborted because of their age."),
	}
}

func gauge(r prometheus.Registerer, name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	r.MustRegister(g)
	return g
}

// Reconciled counts a comparison that took so long and mended so many records;
// err is why it failed, or nil. Of one that was called off (context.Canceled),
// because the server stops or another leads, only what it mended counts.
func (m *Metrics) Reconciled(took time.Duration, mended int64, err error) {
	m.upkeep.mended.Add(float64(mended))
	if errors.Is(err, context.Canceled) {
		return
	}
	m.upkeep.duration.Observe(took.Seconds())
	if err != nil {
		m.upkeep.failed.Inc()
		return
	}
	m.upkeep.done.Inc()
	m.upkeep.last.Set(float64(m.now().Unix()))
}

// UploadsAborted counts stale uploads that were aborted.
func (m *Metrics) UploadsAborted(n int) { m.upkeep.aborted.Add(float64(n)) }

// Leader has it asked at each scrape whether this process leads: of all
// replicas one does. It is called once.
func (m *Metrics) Leader(leads func() bool) {
	m.gauge("bytepass_leader", "Whether this process is the one that does what only one may do: 1 or 0.", oneIf(leads))
}

// KeepsVersions has it asked at each scrape whether the bucket keeps versions.
// It is called once.
func (m *Metrics) KeepsVersions(keeps func() bool) {
	m.gauge("bytepass_store_keeps_versions", "Whether the bucket keeps versions, as last seen: 1, or 0 where what is overwritten or deleted is lost.", oneIf(keeps))
}

func oneIf(is func() bool) func() float64 {
	return func() float64 {
		if is() {
			return 1
		}
		return 0
	}
}

// Certificate has the end of the certificate asked for at each scrape. It is
// called once.
func (m *Metrics) Certificate(notAfter func() time.Time) {
	m.gauge("bytepass_tls_certificate_not_after_timestamp_seconds", "When the certificate expires that clients are shown, in Unix time.", func() float64 {
		return float64(notAfter().Unix())
	})
}
