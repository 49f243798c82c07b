package metrics

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bytepass/bytepass/runtime/auth"
	"github.com/bytepass/bytepass/runtime/files"
)

type requests struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	tokens   *prometheus.CounterVec
}

func newRequests(r prometheus.Registerer) requests {
	return requests{
		total: counters(r, "bytepass_http_requests_total",
			"Requests that were answered, by route, method and class of the status.", "route", "method", "status"),
		duration: histograms(r, "bytepass_http_request_duration_seconds",
			"Time from a request's header to the end of its answer, by route.",
			[]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}, "route"),
		tokens: counters(r, "bytepass_token_checks_total",
			"Checks of who is asking, by outcome: ok, or the code of the refusal.", "outcome"),
	}
}

// noRoute is the label of what no route takes: the console's files, preflights
// and what does not exist.
const noRoute = "other"

// Served counts an answer. pattern is that of the route, such as
// "GET /api/files", or empty.
func (m *Metrics) Served(method, pattern string, status int, took time.Duration) {
	route := noRoute
	if _, path, ok := strings.Cut(pattern, " "); ok {
		route = path
	}
	m.requests.total.WithLabelValues(route, methodOf(method), classOf(status)).Inc()
	m.requests.duration.WithLabelValues(route).Observe(took.Seconds())
}

// methodOf bounds the methods there can be: anybody can make one up.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// classOf returns the class of a status (RFC 9110, section 15); an answer that
// was cut off has none.
func classOf(status int) string {
	switch status / 100 {
	case 1:
		return "1xx"
	case 2:
		return "2xx"
	case 3:
		return "3xx"
	case 4:
		return "4xx"
	case 5:
		return "5xx"
	}
	return "none"
}

// Counted returns a handler whose answers are those of next, counted under a
// pattern that stands for all its routes; nil if there is no next.
func (m *Metrics) Counted(pattern string, next http.Handler) http.Handler {
	if next == nil {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, answer := m.now(), &recorder{ResponseWriter: w}
		defer func() { m.Served(r.Method, pattern, answer.status, m.now().Sub(start)) }()
		next.ServeHTTP(answer, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int // 0 before anything was written
}

// WriteHeader remembers the status and sends it.
func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Authenticator says who is asking.
type Authenticator interface {
	Authenticate(r *http.Request) (auth.Principal, error)
}

// Auth returns an authenticator whose answers are those of next, counted.
func (m *Metrics) Auth(next Authenticator) Authenticator { return countedAuth{next, m.requests.tokens} }

type countedAuth struct {
	Authenticator
	checks *prometheus.CounterVec
}

// Authenticate asks the authenticator behind it.
func (a countedAuth) Authenticate(r *http.Request) (auth.Principal, error) {
	p, err := a.Authenticator.Authenticate(r)
	a.checks.WithLabelValues(outcomeOf(err)).Inc()
	return p, err
}

func outcomeOf(err error) string {
	var problem *files.Problem
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &problem):
		return string(problem.Code)
	}
	return "error"
}
