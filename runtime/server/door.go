package server

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bytepass/bytepass/runtime/api"
	"github.com/bytepass/bytepass/runtime/files"
)

// Bounds of a request to the API. Bodies are small JSON: bytes of files never
// come this way.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = time.Minute
	// answerTimeout is how long what is behind a request may take; the rest is
	// for saying that it took too long.
	answerTimeout  = requestTimeout - 5*time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// door is the HTTP server. It answers from the first moment: until there is
// something to serve, that the server is starting.
type door struct {
	http    *http.Server
	handler atomic.Pointer[http.Handler]
	failed  chan error // has what ended it
}

// openDoor serves on the listener until the door is closed; with a certificate,
// by TLS.
func openDoor(cfg Config, listener net.Listener, cert *certificate) *door {
	d := &door{failed: make(chan error, 1)}
	d.serve(http.HandlerFunc(starting))
	d.http = &http.Server{
		Handler:           http.HandlerFunc(d.answer),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelWarn),
	}
	serve := func() error { return d.http.Serve(listener) }
	if cert != nil {
		d.http.TLSConfig = cert.config()
		serve = func() error { return d.http.ServeTLS(listener, "", "") }
	}
	go func() { d.failed <- serve() }()
	return d
}

// serve has h answer from now on.
func (d *door) serve(h http.Handler) { d.handler.Store(&h) }

func (d *door) answer(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	(*d.handler.Load()).ServeHTTP(w, r.WithContext(ctx))
}

// close lets nobody in any more, and waits for requests under way.
func (d *door) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := d.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were cut off: %w", err)
	}
	return nil
}

// slam closes the door at once; one that is closed stays so.
func (d *door) slam() { _ = d.http.Close() }

// starting answers while there is nothing to serve yet: that the process is
// alive, and that whoever wants something should come back.
func starting(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.URL.Path == "/healthz" {
		h.Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(api.Health{Status: "ok"})
		return
	}
	if isEvent(r) { // no store wants a body
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	const detail = "the server is starting: it waits for its database or its store; try again in a moment"
	h.Set("Content-Type", "application/problem+json")
	h.Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(api.Problem{
		Type: "/docs#" + string(files.CodeUnavailable), Title: "The server is starting", Status: http.StatusServiceUnavailable,
		Detail: detail, Code: files.CodeUnavailable, Message: detail,
	})
}
