package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/bytepass/bytepass/runtime/metrics"
)

// serveMetrics serves /metrics at an address of its own, if there is one, until
// stop. The error is a *SettingError.
func serveMetrics(ctx context.Context, cfg Config, m *metrics.Metrics) (stop func(), err error) {
	if cfg.MetricsListen == "" {
		return func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.MetricsListen)
	if err != nil {
		return nil, cannotListen("--metrics-listen", cfg.MetricsListen, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler(cfg.Log))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "/metrics") })
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelWarn),
	}
	go func() { _ = server.Serve(listener) }() // until stop
	cfg.Log.Info("metrics are served", "url", "http://"+listener.Addr().String()+"/metrics")
	return func() { _ = server.Close() }, nil
}

// measure has the metrics ask what they cannot be told.
func (s *server) measure() {
	s.metrics.Leader(s.upkeep.leads.Load)
	s.metrics.KeepsVersions(func() bool { return s.versions == nil || !s.versions.gone.Load() })
	s.metrics.CatalogPool(func() metrics.Pool {
		c := s.catalog.Connections()
		return metrics.Pool{Most: c.Most, Open: c.Open, Busy: c.Busy, Waits: c.Waits, Waited: c.Waited}
	})
	if s.cert != nil {
		s.metrics.Certificate(s.cert.notAfter)
	}
}
