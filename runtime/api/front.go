package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/bytepass/bytepass/runtime/audit"
)

// front is what every request passes: it gives it an id, sets the headers that
// every answer has, survives panics, and writes one line to the log.
type front struct {
	next   http.Handler
	log    *slog.Logger
	now    func() time.Time
	served func(method, pattern string, status int, took time.Duration) // may be nil
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := f.now()
	c := &call{id: requestID(r.Header)}
	h := w.Header()
	h.Set(requestIDHeader, c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store") // answers hold signed URLs
	answer := &recorder{ResponseWriter: w}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	defer func() {
		if cause := recover(); cause != nil {
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			f.recovered(answer, r, cause)
		}
		took := f.now().Sub(start)
		if f.served != nil {
			f.served(r.Method, c.route, answer.status, took)
		}
		f.write(r, c, answer.status, took)
	}()
	f.next.ServeHTTP(answer, r)
}

func (f *front) recovered(w *recorder, r *http.Request, cause any) {
	f.log.ErrorContext(r.Context(), "panic", "request_id", callOf(r.Context()).id, "cause", cause, "stack", string(debug.Stack()))
	if w.status == 0 {
		writeProblem(w, r, fmt.Errorf("panic: %v", cause))
	}
}

// write logs the request, as an audit line if it was about files: never its
// query, path or headers, which hold tokens and signatures.
func (f *front) write(r *http.Request, c *call, status int, took time.Duration) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	attributes := [5]slog.Attr{
		slog.String("method", r.Method),
		slog.String("route", c.route),
		slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	more := attributes[:4]
	if c.cause != nil {
		more = append(more, slog.String("error", c.cause.Error()))
	}
	if c.audit.Operation == "" {
		f.log.LogAttrs(r.Context(), level, "request", append(more, slog.String("request_id", c.id))...)
		return
	}
	entry := c.audit
	entry.Owner, entry.RequestID, entry.Source, entry.Outcome = c.principal.Owner, c.id, sourceOf(r), outcomeOf(status)
	entry.Write(r.Context(), f.log, level, more...)
}

func outcomeOf(status int) string {
	switch {
	case status >= http.StatusInternalServerError:
		return audit.Failed
	case status >= http.StatusBadRequest:
		return audit.Refused
	}
	return audit.OK
}

// sourceOf returns the address of whoever connected. Behind a proxy that is the
// proxy's: what it says of others in a header, anybody could say.
func sourceOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int // 0 before anything was written
}

// WriteHeader remembers the status and sends it.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
